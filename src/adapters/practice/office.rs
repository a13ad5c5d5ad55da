//! What the connections share: users, their letters, and how much of everything there may be.

use super::log::WireLog;
use crate::address::Address;
use crate::app::port::Clock;
use crate::base::{Passphrase, Secret, Time, limits};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// What hostile clients may ask of the server.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at a time.
    pub connections: usize,
    /// Users.
    pub users: usize,
    /// Bytes of one letter.
    pub letter: u64,
    /// Bytes of all letters together, those under way included.
    pub store: u64,
    /// Recipients of one letter (RFC 5321 §4.5.3.1.8 asks for at least 100).
    pub recipients: usize,
    /// From connecting until login must be done.
    pub login: Duration,
    /// Longest silence after login (RFC 5321 §4.5.3.2.7 asks for 5 minutes).
    pub idle: Duration,
    /// Refused commands in one connection.
    pub errors: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Bounds {
            connections: 64,
            users: 64,
            letter: limits::MESSAGE_BYTES,
            store: limits::MESSAGE_BYTES.saturating_mul(2),
            recipients: 100,
            login: Duration::from_secs(60),
            idle: Duration::from_secs(300),
            errors: 20,
        }
    }
}

/// One letter in a mailbox.
pub(super) struct Letter {
    /// Its lasting name (RFC 1939 §7).
    pub uid: String,
    /// The fields that delivery put on top (RFC 5321 §4.4), CRLF after each.
    pub trace: Vec<u8>,
    /// As it came.
    pub body: Arc<Body>,
}

impl Letter {
    /// Bytes, trace and body.
    pub fn size(&self) -> usize {
        self.trace.len() + self.body.bytes.len()
    }
}

/// A letter's bytes, shared between its recipients, and the room that they take.
pub(super) struct Body {
    /// As they came over the wire, dot-stuffing removed.
    pub bytes: Arc<Vec<u8>>,
    /// Given back with the letter.
    pub _room: Room,
}

/// Room in the store; given back on drop.
pub(super) struct Room {
    office: Arc<Office>,
    bytes: u64,
}

impl Room {
    /// None yet.
    pub fn none(office: &Arc<Office>) -> Self {
        Room {
            office: office.clone(),
            bytes: 0,
        }
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes more; `false` when the store is full.
    pub fn grow(&mut self, by: u64) -> bool {
        let mut rooms = self.office.rooms();
        let used = rooms.used.saturating_add(by);
        if used > self.office.bounds.store {
            return false;
        }
        rooms.used = used;
        self.bytes = self.bytes.saturating_add(by);
        true
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        let mut rooms = self.office.rooms();
        rooms.used = rooms.used.saturating_sub(self.bytes);
    }
}

struct User {
    address: Address,
    password: Passphrase,
    letters: Vec<Arc<Letter>>,
}

#[derive(Default)]
struct Rooms {
    users: Vec<User>,
    used: u64,
    letters: u64,
}

/// Users and letters, shared by all connections.
pub(super) struct Office {
    /// The bounds that hold here.
    pub bounds: Bounds,
    clock: Arc<dyn Clock>,
    rooms: Mutex<Rooms>,
    log: WireLog,
    places: Arc<Semaphore>,
    /// Made when the server starts; passwords are derived from it.
    seed: Secret<[u8; 32]>,
}

impl Office {
    /// An office without users; fails when the system has no randomness.
    pub fn new(clock: Arc<dyn Clock>, bounds: Bounds) -> Result<Self, Unspecified> {
        let mut seed = Secret::new([0; 32]);
        aws_lc_rs::rand::fill(seed.expose_mut())?;
        Ok(Office {
            bounds,
            clock,
            rooms: Mutex::default(),
            log: WireLog::default(),
            places: Arc::new(Semaphore::new(bounds.connections)),
            seed,
        })
    }

    /// The wire log.
    pub fn log(&self) -> &WireLog {
        &self.log
    }

    /// One for each connection that may be open.
    pub fn places(&self) -> &Arc<Semaphore> {
        &self.places
    }

    /// Now.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// Makes a user, unless there is one of this address. Over the bound the oldest user goes.
    pub fn admit(&self, address: &Address) -> Passphrase {
        let password = Secret::new(self.derive_text("password", address));
        let mut rooms = self.rooms();
        if rooms.users.iter().any(|u| u.address == *address) {
            return password;
        }
        let oldest = (rooms.users.len() >= self.bounds.users).then(|| rooms.users.remove(0));
        rooms.users.push(User {
            address: address.clone(),
            password: password.clone(),
            letters: Vec::new(),
        });
        drop(rooms);
        // Its letters give their room back, which asks for the lock.
        drop(oldest);
        password
    }

    /// The user who may log in so. Unknown users and wrong passwords look the same.
    pub fn log_in(&self, login: &[u8], password: &[u8]) -> Option<Address> {
        let login = std::str::from_utf8(login).ok()?;
        let address = Address::parse(login).ok()?;
        let rooms = self.rooms();
        let user = rooms.users.iter().find(|u| u.address == address)?;
        verify_slices_are_equal(user.password.expose().as_bytes(), password)
            .ok()
            .map(|()| user.address.clone())
    }

    /// Whether letters for this address are taken.
    pub fn serves(&self, address: &Address) -> bool {
        self.rooms().users.iter().any(|u| u.address == *address)
    }

    /// Puts a letter into a mailbox; `false` when the user is gone.
    pub fn deliver(&self, to: &Address, trace: Vec<u8>, body: &Arc<Body>) -> bool {
        let mut rooms = self.rooms();
        rooms.letters = rooms.letters.saturating_add(1);
        let uid = format!("{}.{}", self.derive_text("uid", to), rooms.letters);
        let Some(user) = rooms.users.iter_mut().find(|u| u.address == *to) else {
            return false;
        };
        user.letters.push(Arc::new(Letter {
            uid,
            trace,
            body: body.clone(),
        }));
        true
    }

    /// A user's letters as they are now, oldest first.
    pub fn letters(&self, of: &Address) -> Vec<Arc<Letter>> {
        let rooms = self.rooms();
        let user = rooms.users.iter().find(|u| u.address == *of);
        user.map(|u| u.letters.clone()).unwrap_or_default()
    }

    /// Removes letters by their uids.
    pub fn remove(&self, of: &Address, uids: &[String]) {
        let mut gone = Vec::new();
        let mut rooms = self.rooms();
        if let Some(user) = rooms.users.iter_mut().find(|u| u.address == *of) {
            let (out, kept) = std::mem::take(&mut user.letters)
                .into_iter()
                .partition(|letter| uids.contains(&letter.uid));
            user.letters = kept;
            gone = out;
        }
        drop(rooms);
        // Letters give their room back, which asks for the lock.
        drop(gone);
    }

    /// What came for a user, without trace fields.
    pub fn received(&self, address: &Address) -> Vec<Arc<Vec<u8>>> {
        self.letters(address)
            .iter()
            .map(|letter| letter.body.bytes.clone())
            .collect()
    }

    /// Text that nobody can guess who does not know the seed: HMAC-SHA-256, shortened to 192 bits.
    fn derive_text(&self, purpose: &str, address: &Address) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.seed.expose());
        let of = format!("{purpose} {}", address.key());
        let tag = hmac::sign(&key, of.as_bytes());
        URL_SAFE_NO_PAD.encode(tag.as_ref().get(..24).unwrap_or_default())
    }

    fn rooms(&self) -> MutexGuard<'_, Rooms> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
