//! The system keyring: Secret Service, macOS Keychain, Windows Credential Manager.

use crate::base::Secret;
use keyring::{Entry, Error};
use std::sync::mpsc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Under which name the entries stand.
const SERVICE: &str = "waxwing";

/// How long the keyring may take. It asks the person to unlock it, so this is long.
const PATIENCE: Duration = Duration::from_secs(180);

/// Keeps one small secret for each home.
pub(in crate::adapters::store) trait Keyring: Send + Sync {
    /// The secret of this home, if there is one.
    fn load(&self, home: &str) -> Result<Option<Secret<Vec<u8>>>, NoKeyring>;
    /// Keeps a secret for this home, in the place of any other.
    fn save(&self, home: &str, secret: &Secret<Vec<u8>>) -> Result<(), NoKeyring>;
    /// Forgets it.
    fn forget(&self, home: &str) -> Result<(), NoKeyring>;
}

/// There is no keyring, it is locked, or it does not answer; in its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters::store) struct NoKeyring(pub(in crate::adapters::store) String);

/// The keyring of the person's session.
pub(in crate::adapters::store) struct SystemKeyring;

impl Keyring for SystemKeyring {
    fn load(&self, home: &str) -> Result<Option<Secret<Vec<u8>>>, NoKeyring> {
        with_entry(home, |entry| match entry.get_secret() {
            Ok(secret) => Ok(Some(Secret::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(error),
        })
    }

    fn save(&self, home: &str, secret: &Secret<Vec<u8>>) -> Result<(), NoKeyring> {
        let secret = Zeroizing::new(secret.expose().clone());
        with_entry(home, move |entry| entry.set_secret(&secret))
    }

    fn forget(&self, home: &str) -> Result<(), NoKeyring> {
        with_entry(home, |entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(error),
        })
    }
}

/// Talks to the keyring on a thread of its own: the calls block while the person is asked, and they
/// must not run inside an async runtime. When it takes too long, the thread is left behind.
fn with_entry<T: Send + 'static>(
    home: &str,
    work: impl FnOnce(&Entry) -> Result<T, Error> + Send + 'static,
) -> Result<T, NoKeyring> {
    let home = home.to_owned();
    let (tell, told) = mpsc::channel();
    let talk = move || {
        let answer = match Entry::store_status() {
            Err(error) => Err(NoKeyring(words(error))),
            Ok(()) => Entry::new(SERVICE, &home)
                .and_then(|entry| work(&entry))
                .map_err(|error| NoKeyring(words(&error))),
        };
        // Nobody listens any more when it took too long.
        let _ = tell.send(answer);
    };
    std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(talk)
        .map_err(|error| NoKeyring(error.to_string()))?;
    told.recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(NoKeyring("no answer".to_owned())))
}

/// The error's words; some variants carry the secret itself, and those are never printed.
fn words(error: &Error) -> String {
    match error {
        Error::BadEncoding(_) => "the entry is not text".to_owned(),
        Error::BadDataFormat(_, _) => "the entry has another form".to_owned(),
        Error::Ambiguous(entries) => format!("{} entries for one name", entries.len()),
        other => {
            let cause = std::error::Error::source(other);
            cause.map_or_else(|| other.to_string(), |c| format!("{other} ({c})"))
        }
    }
}

#[cfg(test)]
pub(in crate::adapters::store) mod fake {
    use super::*;
    use std::collections::HashMap;
    use std::sync::Mutex;

    /// A keyring in memory that can be made to fail.
    #[derive(Default)]
    pub(in crate::adapters::store) struct FakeKeyring {
        pub(in crate::adapters::store) entries: Mutex<HashMap<String, Vec<u8>>>,
        pub(in crate::adapters::store) broken: Mutex<bool>,
    }

    impl FakeKeyring {
        fn check(&self) -> Result<(), NoKeyring> {
            match *self.broken.lock().unwrap() {
                true => Err(NoKeyring("broken".into())),
                false => Ok(()),
            }
        }
    }

    impl Keyring for FakeKeyring {
        fn load(&self, home: &str) -> Result<Option<Secret<Vec<u8>>>, NoKeyring> {
            self.check()?;
            let found = self.entries.lock().unwrap().get(home).cloned();
            Ok(found.map(Secret::new))
        }
        fn save(&self, home: &str, secret: &Secret<Vec<u8>>) -> Result<(), NoKeyring> {
            self.check()?;
            let mut entries = self.entries.lock().unwrap();
            entries.insert(home.to_owned(), secret.expose().clone());
            Ok(())
        }
        fn forget(&self, home: &str) -> Result<(), NoKeyring> {
            self.check()?;
            self.entries.lock().unwrap().remove(home);
            Ok(())
        }
    }
}
