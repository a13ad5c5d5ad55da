//! Keys, letters and homes that the tests share.

use sequoia_openpgp as pgp;
use sequoia_openpgp::serialize::SerializeInto;
use std::path::Path;
use std::sync::Mutex;
use waxwing::adapters::store::{FileStore, Home, VaultAccess};
use waxwing::address::{Address, Mailbox};
use waxwing::app::port::{
    AskPassphrase, CertProvenance, Identity, OutboxId, Question, Store, StoreFailure,
};
use waxwing::base::{Passphrase, Secret, Time};
use waxwing::cert::Cert;
use waxwing::cert::openpgp::OpenPgpCert;
use waxwing::protect::{ConsentToPlain, Outgoing};

pub fn at(second: i64) -> Time {
    Time::from_second(1_700_000_000 + second).unwrap()
}

/// The home with the passphrase that all tests use.
pub fn store_of(home: &Path) -> Result<FileStore, StoreFailure> {
    let access = VaultAccess::PassphraseFile(Passphrase::new("test".into()));
    FileStore::open(&Home::at(home), access)
}

pub fn open_at(home: &Path) -> FileStore {
    store_of(home).unwrap()
}

/// The `n`th writing of a draft: of very different sizes, and recognisable as whole.
pub fn draft_of(n: u64) -> Vec<u8> {
    let sizes = [
        10,
        5_000,
        100_000,
        1 << 20,
        (1 << 20) + 1,
        2_500_000,
        30,
        700_000,
    ];
    let size = sizes[usize::try_from(n).unwrap() % sizes.len()];
    let line = format!("{n};");
    line.bytes().cycle().take(size).collect()
}

pub struct Key {
    pub address: Address,
    pub cert: Cert,
    pub tsk: pgp::Cert,
}

impl Key {
    pub fn make(user_id: &str) -> Self {
        let (tsk, _) = pgp::cert::CertBuilder::new()
            .add_userid(user_id)
            .add_signing_subkey()
            .add_transport_encryption_subkey()
            .generate()
            .unwrap();
        Key {
            address: Mailbox::parse(user_id).unwrap().address,
            cert: Cert::OpenPgp(OpenPgpCert::new(tsk.clone())),
            tsk,
        }
    }

    pub fn secret(&self) -> Secret<Vec<u8>> {
        Secret::new(self.tsk.as_tsk().to_vec().unwrap())
    }

    pub fn put_in(&self, store: &FileStore) -> Result<(), StoreFailure> {
        store
            .put_cert(&self.cert, CertProvenance::Imported, at(0))
            .map(|_| ())
    }

    pub fn try_add_to(&self, store: &FileStore) -> Result<(), StoreFailure> {
        let identity = Identity {
            mailbox: Mailbox::bare(self.address.clone()),
            fingerprint: self.cert.fingerprint(),
            since: at(0),
            current: false,
        };
        let revocation = format!("revoke {}", self.cert.fingerprint());
        store.add_identity(&identity, &self.cert, &self.secret(), revocation.as_bytes())
    }

    pub fn add_to(&self, store: &FileStore) {
        self.try_add_to(store).unwrap();
    }
}

/// Puts a letter of one copy into the outbox.
pub fn letter(store: &FileStore, size: usize) -> OutboxId {
    let to = Address::parse("to@example.org").unwrap();
    let from = Address::parse("me@example.org").unwrap();
    let letter = Outgoing::plain(vec![(vec![to], vec![b'x'; size])], ConsentToPlain::given());
    store
        .enqueue(&from, "Subject", "id@example.org", &letter.unwrap(), at(0))
        .unwrap()
}

/// A home with one of everything that `child::read` reads.
pub fn fill_home(home: &Path) {
    let store = open_at(home);
    Key::make("me@example.org").add_to(&store);
    store.put_draft("d", b"kept", at(0)).unwrap();
    letter(&store, 1000);
}

/// A person who gives one answer to everything, or none, and remembers what was asked.
pub struct Person {
    answer: Option<String>,
    asked: Mutex<Vec<Question>>,
}

impl Person {
    pub fn new(answer: Option<String>) -> Self {
        Person {
            answer,
            asked: Mutex::new(Vec::new()),
        }
    }

    pub fn asked(&self) -> Vec<Question> {
        self.asked.lock().unwrap().clone()
    }
}

impl AskPassphrase for Person {
    fn ask(&self, question: Question) -> Option<Passphrase> {
        self.asked.lock().unwrap().push(question);
        self.answer.clone().map(Passphrase::new)
    }
}

/// Numbers that differ from run to run; each test says which it had when it fails.
pub fn dice(sides: u64) -> u64 {
    use std::hash::{BuildHasher, Hasher};
    let state = std::collections::hash_map::RandomState::new();
    state.build_hasher().finish() % sides
}
