//! The vault: one random key that seals all contents, kept in the system keyring or under a
//! passphrase. Opened with the first content that is needed, and then kept for the process.

pub(super) mod key;
pub(super) mod keyring;
pub(super) mod wrap;

use self::key::{Binding, VaultKey, make_key};
use self::keyring::{Keyring, NoKeyring, SystemKeyring};
use self::wrap::{NotUnwrapped, Wrapped, unwrap, wrap};
use super::db::Db;
use super::failure::{Fault, damaged};
use super::home::Home;
use crate::app::port::{AskPassphrase, Question, StoreFailure, VaultKind};
use crate::base::{Passphrase, Secret};
use rusqlite::{Connection, OptionalExtension};
use std::sync::{Arc, Mutex};

/// What is sealed to show that a key is the vault's.
const PROOF: &[u8] = b"this key opens this vault";

/// How often a person may try.
const TRIES: usize = 3;

/// How the vault is opened.
#[derive(Clone)]
pub enum VaultAccess {
    /// With this passphrase, which is also set on a home without a vault. The system keyring is
    /// never called.
    PassphraseFile(Passphrase),
    /// With the system keyring, and by asking where there is none.
    Ask(Arc<dyn AskPassphrase>),
}

/// The vault of one home.
pub(super) struct Vault {
    access: Option<VaultAccess>,
    home: Option<Home>,
    keyring: Arc<dyn Keyring>,
    open: Mutex<Option<Arc<VaultKey>>>,
}

/// What the database says about the vault.
enum Stored {
    Keyring { proof: Vec<u8> },
    Passphrase { proof: Vec<u8>, wrapped: Wrapped },
}

/// What came of making a vault in the keyring.
enum Made {
    /// A new vault's key.
    Key(VaultKey),
    /// Another process made one meanwhile.
    ByOthers(Stored),
    /// No keyring would keep a key.
    NoKeyring,
}

impl Vault {
    pub(super) fn new(home: Home, access: VaultAccess) -> Self {
        Vault::with_keyring(home, access, Arc::new(SystemKeyring))
    }

    pub(super) fn with_keyring(home: Home, access: VaultAccess, keyring: Arc<dyn Keyring>) -> Self {
        Vault {
            access: Some(access),
            home: Some(home),
            keyring,
            open: Mutex::new(None),
        }
    }

    /// A vault whose key lives as long as this value.
    pub(super) fn in_memory() -> Result<Self, StoreFailure> {
        let key = VaultKey::from_bytes(make_key()?.expose()).map(Arc::new);
        Ok(Vault {
            access: None,
            home: None,
            keyring: Arc::new(SystemKeyring),
            open: Mutex::new(key),
        })
    }

    /// The key; opens the vault, or makes one, when that was not done yet. Others who want it at
    /// the same time wait, so that a person is asked once.
    pub(super) fn key(&self, db: &Db) -> Result<Arc<VaultKey>, StoreFailure> {
        let mut open = self.open.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(key) = open.as_ref() {
            return Ok(key.clone());
        }
        let (Some(access), Some(home)) = (&self.access, &self.home) else {
            return Err(StoreFailure::VaultLocked);
        };
        let name = db.read(home_name)?;
        let key = match db.read(stored)? {
            Some(stored) => self.open_stored(&name, &stored, access)?,
            None => self.make(&name, home, db, access)?,
        };
        let key = Arc::new(key);
        *open = Some(key.clone());
        Ok(key)
    }

    /// What opens it.
    pub(super) fn kind(&self, db: &Db) -> Result<VaultKind, StoreFailure> {
        if self.home.is_none() {
            return Ok(VaultKind::Memory);
        }
        Ok(match db.read(stored)? {
            None => VaultKind::None,
            Some(Stored::Keyring { .. }) => VaultKind::Keyring,
            Some(Stored::Passphrase { .. }) => VaultKind::Passphrase,
        })
    }

    fn open_stored(
        &self,
        name: &str,
        stored: &Stored,
        access: &VaultAccess,
    ) -> Result<VaultKey, StoreFailure> {
        match (stored, access) {
            (Stored::Keyring { .. }, VaultAccess::PassphraseFile(_)) => {
                Err(StoreFailure::VaultInKeyring)
            }
            (Stored::Keyring { proof }, VaultAccess::Ask(_)) => {
                let secret = self
                    .keyring
                    .load(name)
                    .map_err(|NoKeyring(words)| StoreFailure::KeyringUnavailable(words))?
                    .ok_or(StoreFailure::KeyringMismatch)?;
                proved(name, &secret, proof).ok_or(StoreFailure::KeyringMismatch)
            }
            (Stored::Passphrase { proof, wrapped }, VaultAccess::PassphraseFile(passphrase)) => {
                open_wrapped(name, passphrase, wrapped, proof)
            }
            (Stored::Passphrase { proof, wrapped }, VaultAccess::Ask(person)) => {
                let mut question = Question::OpenVault;
                for _ in 0..TRIES {
                    let passphrase = asked(person.as_ref(), question)?;
                    match open_wrapped(name, &passphrase, wrapped, proof) {
                        Err(StoreFailure::WrongPassphrase) => question = Question::OpenVaultAgain,
                        other => return other,
                    }
                }
                Err(StoreFailure::WrongPassphrase)
            }
        }
    }

    /// Makes a vault, unless another process does so first: then that one is opened.
    fn make(
        &self,
        name: &str,
        home: &Home,
        db: &Db,
        access: &VaultAccess,
    ) -> Result<VaultKey, StoreFailure> {
        if let Some(failure) = db.read_only() {
            return Err(failure.clone());
        }
        match access {
            VaultAccess::PassphraseFile(passphrase) => {
                self.make_wrapped(name, db, access, passphrase)
            }
            VaultAccess::Ask(person) => match self.make_in_keyring(name, home, db)? {
                Made::Key(key) => Ok(key),
                Made::ByOthers(stored) => self.open_stored(name, &stored, access),
                Made::NoKeyring => {
                    let passphrase = asked(person.as_ref(), Question::NewVault)?;
                    self.make_wrapped(name, db, access, &passphrase)
                }
            },
        }
    }

    fn make_wrapped(
        &self,
        name: &str,
        db: &Db,
        access: &VaultAccess,
        passphrase: &Passphrase,
    ) -> Result<VaultKey, StoreFailure> {
        if passphrase.expose().is_empty() {
            return Err(StoreFailure::VaultLocked);
        }
        let secret = make_key()?;
        let wrapped = wrap(passphrase, name, &secret)?;
        let (key, proof) = prove(name, &secret)?;
        let theirs = db.write(|tx| match stored(tx)? {
            Some(theirs) => Ok(Some(theirs)),
            None => {
                tx.execute(
                    "INSERT INTO vault (only, kind, proof, salt, kib, passes, lanes, wrapped)
                     VALUES (1, 'passphrase', ?1, ?2, ?3, ?4, ?5, ?6)",
                    (
                        &proof,
                        &wrapped.salt,
                        wrapped.kib,
                        wrapped.passes,
                        wrapped.lanes,
                        &wrapped.sealed,
                    ),
                )?;
                Ok(None)
            }
        })?;
        match theirs {
            Some(theirs) => self.open_stored(name, &theirs, access),
            None => Ok(key),
        }
    }

    /// Makes a vault whose key is in the keyring.
    ///
    /// The keyring is written first and read again, then the database says so. A crash between
    /// leaves a key that the next try takes up, and nothing was sealed by it.
    fn make_in_keyring(&self, name: &str, home: &Home, db: &Db) -> Result<Made, StoreFailure> {
        let _lock = home.lock()?;
        if let Some(theirs) = db.read(stored)? {
            return Ok(Made::ByOthers(theirs));
        }
        let Ok(secret) = self.key_in_keyring(name, make_key()?) else {
            return Ok(Made::NoKeyring);
        };
        let (key, proof) = prove(name, &secret)?;
        let theirs = db.write(|tx| match stored(tx)? {
            Some(theirs) => Ok(Some(theirs)),
            None => {
                tx.execute(
                    "INSERT INTO vault (only, kind, proof) VALUES (1, 'keyring', ?1)",
                    [&proof],
                )?;
                Ok(None)
            }
        })?;
        match theirs {
            Some(theirs) => {
                // Somebody without a keyring came first; an entry that opens nothing would mislead.
                let _ = self.keyring.forget(name);
                Ok(Made::ByOthers(theirs))
            }
            None => Ok(Made::Key(key)),
        }
    }

    /// The key that a try before this one left in the keyring, else `fresh`, put there.
    fn key_in_keyring(
        &self,
        name: &str,
        fresh: Secret<Vec<u8>>,
    ) -> Result<Secret<Vec<u8>>, NoKeyring> {
        if let Some(left) = self.keyring.load(name)?
            && left.expose().len() == key::KEY_LEN
        {
            return Ok(left);
        }
        self.keyring.save(name, &fresh)?;
        match self.keyring.load(name)? {
            Some(kept) if kept.expose() == fresh.expose() => Ok(fresh),
            Some(_) | None => Err(NoKeyring("it did not keep the key".to_owned())),
        }
    }
}

fn asked(person: &dyn AskPassphrase, question: Question) -> Result<Passphrase, StoreFailure> {
    person
        .ask(question)
        .filter(|passphrase| !passphrase.expose().is_empty())
        .ok_or(StoreFailure::VaultLocked)
}

fn open_wrapped(
    name: &str,
    passphrase: &Passphrase,
    wrapped: &Wrapped,
    proof: &[u8],
) -> Result<VaultKey, StoreFailure> {
    let secret = unwrap(passphrase, name, wrapped).map_err(|why| match why {
        NotUnwrapped::Wrong => StoreFailure::WrongPassphrase,
        NotUnwrapped::Parameters => damaged("the vault's parameters"),
    })?;
    proved(name, &secret, proof).ok_or_else(|| damaged("the vault's proof"))
}

fn proof_binding(name: &str) -> Binding {
    Binding::new(&[b"proof", name.as_bytes()])
}

fn prove(name: &str, secret: &Secret<Vec<u8>>) -> Result<(VaultKey, Vec<u8>), StoreFailure> {
    let key = VaultKey::from_bytes(secret.expose()).ok_or(StoreFailure::KeyringMismatch)?;
    let proof = key.seal(&proof_binding(name), PROOF)?;
    Ok((key, proof))
}

fn proved(name: &str, secret: &Secret<Vec<u8>>, proof: &[u8]) -> Option<VaultKey> {
    let key = VaultKey::from_bytes(secret.expose())?;
    key.open(&proof_binding(name), proof).ok()?;
    Some(key)
}

fn home_name(conn: &Connection) -> Result<String, Fault> {
    Ok(conn.query_row("SELECT name FROM home", [], |row| row.get(0))?)
}

fn stored(conn: &Connection) -> Result<Option<Stored>, Fault> {
    let row = conn.query_row(
        "SELECT kind, proof, salt, kib, passes, lanes, wrapped FROM vault",
        [],
        |row| {
            let kind: String = row.get(0)?;
            let proof = row.get(1)?;
            if kind == "keyring" {
                return Ok(Stored::Keyring { proof });
            }
            let wrapped = Wrapped {
                salt: row.get(2)?,
                kib: row.get(3)?,
                passes: row.get(4)?,
                lanes: row.get(5)?,
                sealed: row.get(6)?,
            };
            Ok(Stored::Passphrase { proof, wrapped })
        },
    );
    Ok(row.optional()?)
}

#[cfg(test)]
mod tests;
