//! The round trip over a server that fails in one way after the other: each must end it.

use super::*;
use crate::adapters::store::FileStore;
use crate::address::Address;
use crate::app::port::testing::Nothing;
use crate::app::port::{
    Clock, Connected, FetchFailure, Fetched, MailboxServer, PracticeServer, Receipt, Reply, Stage,
    Submission, SubmitFailure, Surveyed, TlsFacts,
};
use crate::app::workers::Threads;
use crate::base::{Passphrase, Secret, Time};
use crate::checkup::account::Sender;
use crate::protect::Copy;
use crate::settings::{Account, Endpoint, Security, Trust};
use std::sync::{Mutex, MutexGuard};

/// What the server does wrong, to the letter with this number (the answer is the second).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fault {
    None,
    Refuses(usize),
    Loses(usize),
    Doubles(usize),
    Alters(usize),
    Replaces(usize),
    HandsNothingOut,
    Cancels,
}

/// A server without a network: what is submitted can be fetched.
struct Post {
    fault: Fault,
    letters: Mutex<Vec<(Address, Arc<Vec<u8>>)>>,
    submitted: Mutex<usize>,
}

impl Post {
    fn new(fault: Fault) -> Arc<Post> {
        Arc::new(Post {
            fault,
            letters: Mutex::default(),
            submitted: Mutex::default(),
        })
    }

    fn letters(&self) -> MutexGuard<'_, Vec<(Address, Arc<Vec<u8>>)>> {
        self.letters.lock().unwrap()
    }
}

fn tls() -> TlsFacts {
    TlsFacts {
        host: "post.invalid".to_owned(),
        peer: "127.0.0.1:465".to_owned(),
        version: "TLS 1.3".to_owned(),
        key_exchange: "X25519MLKEM768".to_owned(),
        certificate: String::new(),
    }
}

impl Submission for Post {
    fn submit(
        &self,
        _: &Account,
        _: &Passphrase,
        copy: &Copy,
        watch: &Watch,
        on_data: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure> {
        let number = {
            let mut submitted = self.submitted.lock().unwrap();
            *submitted += 1;
            *submitted
        };
        assert!(on_data());
        let last = Reply {
            code: 250,
            text: "taken".to_owned(),
        };
        let mut bytes = copy.bytes().to_vec();
        let mut times = 1;
        match self.fault {
            Fault::Refuses(n) if n == number => {
                return Err(SubmitFailure::Refused {
                    stage: Stage::Final,
                    reply: Reply { code: 554, ..last },
                });
            }
            Fault::Loses(n) if n == number => times = 0,
            Fault::Doubles(n) if n == number => times = 2,
            Fault::Alters(n) if n == number => {
                // In the middle of the armored ciphertext, another character of its alphabet.
                let at = bytes.len() / 2;
                let at = at
                    + bytes[at..]
                        .iter()
                        .position(|b| b.is_ascii_lowercase())
                        .unwrap();
                bytes[at] = if bytes[at] == b'a' { b'b' } else { b'a' };
            }
            Fault::Replaces(n) if n == number => {
                bytes =
                    b"From: you@practice.invalid\r\nSubject: A first sealed letter\r\n\r\nx\r\n"
                        .to_vec();
            }
            Fault::Cancels => watch.cancel.cancel(),
            _ => {}
        }
        for _ in 0..times {
            for to in copy.envelope_to() {
                self.letters().push((to.clone(), Arc::new(bytes.clone())));
            }
        }
        Ok(Receipt {
            tls: tls(),
            taken: copy.envelope_to().to_vec(),
            refused: Vec::new(),
            last,
            at: NOW.now(),
        })
    }

    fn test(&self, _: &Account, _: &Passphrase, _: &Watch) -> Result<Connected, SubmitFailure> {
        Ok(Connected {
            tls: tls(),
            size: None,
        })
    }

    fn survey(
        &self,
        _: &Account,
        _: &Passphrase,
        _: &[Sender],
        _: &Watch,
    ) -> Result<Surveyed, SubmitFailure> {
        Err(SubmitFailure::Cancelled)
    }
}

impl MailboxServer for Post {
    fn fetch(
        &self,
        account: &Account,
        _: &Passphrase,
        known: &dyn Fn(&str) -> bool,
        _: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure> {
        if self.fault == Fault::HandsNothingOut {
            return Err(FetchFailure::Connection(SubmitFailure::Closed {
                stage: Stage::Fetch,
            }));
        }
        let letters = self.letters();
        let mine = letters
            .iter()
            .enumerate()
            .filter(|(_, (to, _))| *to == account.address);
        Ok(mine
            .map(|(number, (_, bytes))| (format!("uid{number}"), bytes))
            .filter(|(uid, _)| !known(uid))
            .map(|(uid, bytes)| Fetched {
                uid,
                bytes: bytes.to_vec(),
            })
            .collect())
    }
}

impl PracticeServer for Post {
    fn account(&self, address: &Address) -> (Account, Passphrase) {
        let endpoint = Endpoint {
            host: "post.invalid".to_owned(),
            port: 465,
            security: Security::Implicit,
            trust: Trust::System,
            connect_to: None,
        };
        let account = Account {
            address: address.clone(),
            login: address.as_str().to_owned(),
            submission: endpoint.clone(),
            mailbox: Some(endpoint),
        };
        (account, Secret::new("password".to_owned()))
    }

    fn received(&self, address: &Address) -> Vec<Arc<Vec<u8>>> {
        let letters = self.letters();
        let mine = letters.iter().filter(|(to, _)| to == address);
        mine.map(|(_, bytes)| bytes.clone()).collect()
    }

    fn wire_log(&self) -> Vec<String> {
        vec!["said".to_owned()]
    }
}

struct Fixed;

/// 2026-05-03T10:00:00Z.
const NOW: Fixed = Fixed;

impl Clock for Fixed {
    fn now(&self) -> Time {
        Time::from_second(1_777_802_400).unwrap()
    }
}

/// The steps that passed, and how it ended.
fn round_trip(fault: Fault, keep: Option<&Path>) -> (Vec<&'static str>, Result<(), Failure>) {
    let post = Post::new(fault);
    let store = || Arc::new(FileStore::in_memory().unwrap());
    let desk = Desk {
        store: store(),
        submission: post.clone(),
        mailbox: post.clone(),
        clock: Arc::new(NOW),
        trust: Arc::new(Nothing),
        web: Arc::new(Nothing),
        resolvers: Arc::new(Nothing),
        servers: Arc::new(Nothing),
        scanner: Arc::new(Nothing),
        signatures: Arc::new(Nothing),
        workers: Arc::new(Threads),
        at: None,
        offline: false,
    };
    let ground = Ground {
        learner: store(),
        partner: store(),
        server: post,
    };
    let mut passed = Vec::new();
    let watch = Watch::default();
    let result = run(&desk, ground, keep, &watch, &mut |told| {
        passed.push(match told {
            Told::Ready(_) => "ready",
            Told::Sent(_) => "sent",
            Told::Answered(_) => "answered",
            Told::Opened(_) => "opened",
            Told::Kept(_) => "kept",
        });
    });
    assert!(desk.store.identities().unwrap().is_empty(), "at home");
    (passed, result)
}

#[test]
fn everything_in_order_passes() {
    let folder = tempfile::tempdir().unwrap();
    let keep = folder.path().join("kept");
    let (passed, result) = round_trip(Fault::None, Some(&keep));
    assert_eq!(result, Ok(()));
    assert_eq!(passed, ["ready", "sent", "answered", "opened", "kept"]);
    assert_eq!(std::fs::read(keep.join("wire.log")).unwrap(), b"said\n");
}

#[test]
fn each_step_that_fails_ends_it_with_a_failure() {
    for (fault, last) in [
        (Fault::Refuses(1), "ready"),
        (Fault::Cancels, "sent"),
        (Fault::Loses(1), "sent"),
        (Fault::Doubles(1), "sent"),
        (Fault::Alters(1), "sent"),
        (Fault::Replaces(1), "sent"),
        (Fault::HandsNothingOut, "sent"),
        (Fault::Refuses(2), "sent"),
        (Fault::Loses(2), "answered"),
        (Fault::Alters(2), "answered"),
        (Fault::Replaces(2), "answered"),
    ] {
        let (passed, result) = round_trip(fault, None);
        assert!(result.is_err(), "{fault:?} passed");
        assert_eq!(passed.last(), Some(&last), "{fault:?}: {result:?}");
    }
}

#[test]
fn what_was_kept_before_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.eml"), b"mine").unwrap();
    let (passed, result) = round_trip(Fault::None, Some(folder.path()));
    assert!(matches!(result, Err(Failure::File(_))), "{result:?}");
    assert_eq!(passed.last(), Some(&"opened"));
    let kept = std::fs::read(folder.path().join("letter.eml")).unwrap();
    assert_eq!(kept, b"mine");
}
