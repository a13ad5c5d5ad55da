//! What Waxwing keeps: an SQLite database whose contents are sealed by the vault, and the shared
//! certificate directory.
//!
//! ```text
//! home (0700)/
//!   waxwing.sqlite   X.509 certificates, identities, ledger, decisions, accounts, drafts, outbox,
//!                    letters, messages that were opened
//!   certs.sqlite     what is remembered of pgp.cert.d; can be made again
//!   lock             held while the home is set up
//!   live/            one locked file for each process that is sending
//!   pgp.cert.d/      public OpenPGP certificates; for the platform's home it stands beside, shared
//! ```
//!
//! Readable without the vault is only what must be found without it: addresses of identities and
//! accounts with their servers, fingerprints, decisions, times, states, the window's look. Secret keys, revocation
//! certificates, passwords, signature texts, drafts and letters, with their subjects and recipients, are sealed,
//! each record under associated data that names its place (see `sealed`).

mod accounts;
mod anchors;
mod blocked;
mod border;
mod certs;
mod checkup;
mod db;
mod drafts;
mod failure;
mod home;
mod identities;
mod judged;
mod ledger;
mod letters;
mod opened;
mod outbox;
mod owner;
mod places;
mod preferences;
mod schema;
mod sealed;
mod values;
mod vault;
mod x509;

pub use home::{Environment, Home, NoHome};
pub use vault::VaultAccess;

use crate::address::Address;
use crate::app::port::{
    CachedList, CertProvenance, Decided, DraftHead, Identity, Letter, LetterHead, OpenedFacts,
    OpenedHead, OutboxEntry, OutboxId, OutboxState, PinnedAnchor, Seen, Sighting, Storage, Store,
    StoreFailure, WaitingKey,
};
use crate::base::{Passphrase, Secret, Time};
use crate::cert::{Acceptance, Cert, Checked, Fingerprint, Scheme};
use crate::protect::Outgoing;
use crate::settings::{Account, Blocked, Preferences, PreferencesChange};
use certs::{CertDirectory, Certs, Wanted};
use db::Db;
use failure::Fault;
use owner::Owner;
use rusqlite::{Connection, Transaction};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use vault::Vault;
use vault::key::VaultKey;

/// The store of one home.
pub struct FileStore {
    db: Db,
    vault: Vault,
    certs: Certs,
    /// Where everything lies; `None` in memory.
    home: Option<Home>,
    /// Where processes announce themselves; `None` in memory, where there is no other process.
    live: Option<PathBuf>,
    owner: Mutex<Option<Arc<Owner>>>,
}

impl FileStore {
    /// Opens a home, making it as needed. The vault is opened with the first content.
    pub fn open(home: &Home, access: VaultAccess) -> Result<Self, StoreFailure> {
        FileStore::with_vault(home, Vault::new(home.clone(), access))
    }

    fn with_vault(home: &Home, vault: Vault) -> Result<Self, StoreFailure> {
        let db = Db::open(home)?;
        let directory = CertDirectory::open(home.certs(), &home.cert_index())?;
        Ok(FileStore {
            db,
            vault,
            certs: Certs::Directory(Box::new(directory)),
            home: Some(home.clone()),
            live: Some(home.live()),
            owner: Mutex::new(None),
        })
    }

    /// A store that touches no disk and lives as long as this value.
    pub fn in_memory() -> Result<Self, StoreFailure> {
        Ok(FileStore {
            db: Db::in_memory()?,
            vault: Vault::in_memory()?,
            certs: Certs::in_memory(),
            home: None,
            live: None,
            owner: Mutex::new(None),
        })
    }

    fn key(&self) -> Result<Arc<VaultKey>, StoreFailure> {
        self.vault.key(&self.db)
    }

    /// Reads with the vault open.
    fn open_and_read<T>(
        &self,
        work: impl FnOnce(&Connection, &VaultKey) -> Result<T, Fault>,
    ) -> Result<T, StoreFailure> {
        let key = self.key()?;
        self.db.read(|conn| work(conn, &key))
    }

    /// Writes with the vault open.
    fn open_and_write<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>, &VaultKey) -> Result<T, Fault>,
    ) -> Result<T, StoreFailure> {
        let key = self.key()?;
        self.db.write(|tx| work(tx, &key))
    }

    /// Keeps a certificate where its scheme has its place.
    fn keep_cert(&self, cert: &Cert, at: Time) -> Result<Cert, StoreFailure> {
        match cert {
            Cert::OpenPgp(_) => self.certs.put(cert),
            Cert::X509(x509) => {
                self.db.write(|tx| x509::put(tx, x509, at))?;
                Ok(cert.clone())
            }
        }
    }

    /// The wanted certificates of both schemes.
    fn find_certs(&self, wanted: Wanted<'_>) -> Result<Vec<Cert>, StoreFailure> {
        let mut found = self.certs.find(wanted)?;
        found.extend(self.db.read(|conn| x509::find(conn, wanted))?);
        Ok(found)
    }

    /// This process's name as the owner of what it sends.
    fn owner(&self) -> Result<String, StoreFailure> {
        let Some(live) = &self.live else {
            return Ok("this process".to_owned());
        };
        let mut owner = self.owner.lock().unwrap_or_else(|p| p.into_inner());
        if owner.is_none() {
            *owner = Some(Arc::new(Owner::announce(live)?));
        }
        Ok(owner
            .as_ref()
            .map(|owner| owner.name().to_owned())
            .unwrap_or_default())
    }

    /// Sorts what dead processes were sending; returns those that could not be written down.
    fn settle(&self) -> Result<Vec<String>, StoreFailure> {
        let live = self.live.as_deref();
        let dead = self.db.read(|conn| outbox::dead_owners(conn, live))?;
        if dead.is_empty() || self.db.read_only().is_some() {
            return Ok(dead);
        }
        match self.db.write(|tx| outbox::settle(tx, &dead)) {
            Ok(()) => Ok(Vec::new()),
            Err(StoreFailure::DiskFull { .. } | StoreFailure::ReadOnly { .. }) => Ok(dead),
            Err(failure) => Err(failure),
        }
    }
}

impl Store for FileStore {
    fn identities(&self) -> Result<Vec<Identity>, StoreFailure> {
        self.db.read(identities::all)
    }

    fn add_identity(
        &self,
        identity: &Identity,
        cert: &Cert,
        secret: &Secret<Vec<u8>>,
        revocation: &[u8],
    ) -> Result<(), StoreFailure> {
        let key = self.key()?;
        self.db
            .read(|conn| identities::refuse_known(conn, identity))?;
        // The certificate is public and may stay if the rest fails.
        let cert = self.keep_cert(cert, identity.since)?;
        self.db
            .write(|tx| identities::add(tx, &key, identity, &cert, secret, revocation))
    }

    fn use_identity(&self, fingerprint: &Fingerprint) -> Result<(), StoreFailure> {
        self.db
            .write(|tx| identities::make_current(tx, fingerprint))
    }

    fn revocation(&self, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, StoreFailure> {
        self.open_and_read(|conn, key| identities::revocation(conn, key, fingerprint))
    }

    fn put_secret(
        &self,
        fingerprint: &Fingerprint,
        secret: &Secret<Vec<u8>>,
        at: Time,
    ) -> Result<(), StoreFailure> {
        self.open_and_write(|tx, key| identities::put_secret(tx, key, fingerprint, secret, at))
    }

    fn secret(&self, fingerprint: &Fingerprint) -> Result<Option<Secret<Vec<u8>>>, StoreFailure> {
        self.open_and_read(|conn, key| identities::secret(conn, key, fingerprint))
    }

    fn secret_fingerprints(&self) -> Result<Vec<Fingerprint>, StoreFailure> {
        self.db.read(identities::secret_fingerprints)
    }

    fn put_waiting_key(
        &self,
        key: &str,
        address: &Address,
        secret: &Secret<Vec<u8>>,
        at: Time,
    ) -> Result<(), StoreFailure> {
        let waiting = WaitingKey {
            key: key.to_owned(),
            address: address.clone(),
            at,
        };
        self.open_and_write(|tx, key| x509::put_waiting(tx, key, &waiting, secret))
    }

    fn waiting_keys(&self) -> Result<Vec<WaitingKey>, StoreFailure> {
        self.db.read(x509::all_waiting)
    }

    fn waiting_key(&self, key: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure> {
        // The vault stays shut for every certificate that nobody waits for.
        if !self.db.read(|conn| x509::is_waiting(conn, key))? {
            return Ok(None);
        }
        self.open_and_read(|conn, vault| x509::waiting(conn, vault, key))
    }

    fn remove_waiting_key(&self, key: &str) -> Result<(), StoreFailure> {
        self.db.write(|tx| x509::remove_waiting(tx, key))
    }

    fn preference(&self, address: &Address) -> Result<Option<Scheme>, StoreFailure> {
        self.db.read(|conn| x509::preference(conn, address))
    }

    fn prefer(&self, address: &Address, scheme: Option<Scheme>) -> Result<(), StoreFailure> {
        self.db.write(|tx| x509::prefer(tx, address, scheme))
    }

    fn judged(&self, stamp: &str) -> Result<Vec<(String, String)>, StoreFailure> {
        self.db.read(|conn| judged::all(conn, stamp))
    }

    fn put_judged(
        &self,
        stamp: &str,
        judged: &[(String, String)],
        most: usize,
    ) -> Result<(), StoreFailure> {
        self.db.write(|tx| judged::put(tx, stamp, judged, most))
    }

    fn put_capabilities(
        &self,
        address: &Address,
        list: &[u8],
        at: Time,
    ) -> Result<(), StoreFailure> {
        self.db
            .write(|tx| x509::put_capabilities(tx, address, list, at))
    }

    fn capabilities(&self, address: &Address) -> Result<Option<Vec<u8>>, StoreFailure> {
        self.db.read(|conn| x509::capabilities(conn, address))
    }

    fn put_cert(&self, cert: &Cert, from: CertProvenance, at: Time) -> Result<Cert, StoreFailure> {
        if let Some(failure) = self.db.read_only() {
            return Err(failure.clone());
        }
        let merged = self.keep_cert(cert, at)?;
        // What was seen are the addresses that came, not those known before.
        self.db.write(|tx| ledger::note(tx, cert, from, at))?;
        Ok(merged)
    }

    fn certs(&self) -> Result<Vec<Cert>, StoreFailure> {
        self.find_certs(Wanted::All)
    }

    fn cert_stamps(&self) -> Result<Vec<(Fingerprint, String)>, StoreFailure> {
        let mut stamps = self.certs.stamps()?;
        stamps.extend(self.db.read(x509::stamps)?);
        Ok(stamps)
    }

    fn cert(&self, fingerprint: &Fingerprint) -> Result<Option<Cert>, StoreFailure> {
        let found = self.find_certs(Wanted::Fingerprint(fingerprint))?;
        Ok(found.into_iter().next())
    }

    fn certs_for(&self, address: &Address) -> Result<Vec<Cert>, StoreFailure> {
        self.find_certs(Wanted::Address(address))
    }

    fn certs_with_key(&self, handle: &str) -> Result<Vec<Cert>, StoreFailure> {
        self.find_certs(Wanted::Key(&handle.to_ascii_uppercase()))
    }

    fn ledger(&self, address: &Address) -> Result<Vec<Seen>, StoreFailure> {
        self.db.read(|conn| ledger::lines(conn, address))
    }

    fn sightings(&self, fingerprint: &Fingerprint) -> Result<Vec<Sighting>, StoreFailure> {
        self.db.read(|conn| ledger::sightings(conn, fingerprint))
    }

    fn decisions(&self, fingerprint: &Fingerprint) -> Result<Vec<Decided>, StoreFailure> {
        self.db.read(|conn| ledger::decisions(conn, fingerprint))
    }

    fn note_drill(&self, fingerprint: &Fingerprint, at: Time) -> Result<(), StoreFailure> {
        self.db
            .write(|tx| identities::note_drill(tx, fingerprint, at))
    }

    fn drilled(&self, fingerprint: &Fingerprint) -> Result<Option<Time>, StoreFailure> {
        self.db.read(|conn| identities::drilled(conn, fingerprint))
    }

    fn acceptance(&self) -> Result<Acceptance, StoreFailure> {
        self.db.read(ledger::acceptance)
    }

    fn decide(
        &self,
        address: &Address,
        fingerprint: &Fingerprint,
        checked: Checked,
        at: Time,
    ) -> Result<(), StoreFailure> {
        self.db
            .write(|tx| ledger::decide(tx, address, fingerprint, checked, at))
    }

    fn accounts(&self) -> Result<Vec<Account>, StoreFailure> {
        self.db.read(accounts::all)
    }

    fn put_account(&self, account: &Account, password: &Passphrase) -> Result<(), StoreFailure> {
        self.open_and_write(|tx, key| accounts::put_account(tx, key, account, password))
    }

    fn remove_account(&self, address: &Address) -> Result<(), StoreFailure> {
        self.db.write(|tx| accounts::remove(tx, address))
    }

    fn storage(&self) -> Result<Storage, StoreFailure> {
        Ok(Storage {
            places: places::places(self.home.as_ref()),
            vault: self.vault.kind(&self.db)?,
        })
    }

    fn password(&self, address: &Address) -> Result<Option<Passphrase>, StoreFailure> {
        self.open_and_read(|conn, key| accounts::password(conn, key, address))
    }

    fn preferences(&self) -> Result<Preferences, StoreFailure> {
        self.db.read(preferences::all)
    }

    fn change_preferences(&self, change: &PreferencesChange) -> Result<Preferences, StoreFailure> {
        self.db.write(|tx| preferences::change(tx, change))
    }

    fn signature(&self, address: &Address) -> Result<Option<String>, StoreFailure> {
        if !self
            .db
            .read(|conn| preferences::has_signature(conn, address))?
        {
            return Ok(None);
        }
        self.open_and_read(|conn, key| preferences::signature(conn, key, address))
    }

    fn put_signature(&self, address: &Address, text: &str) -> Result<(), StoreFailure> {
        if text.is_empty() {
            return self
                .db
                .write(|tx| preferences::remove_signature(tx, address));
        }
        self.open_and_write(|tx, key| preferences::put_signature(tx, key, address, text))
    }

    fn drafts(&self) -> Result<Vec<DraftHead>, StoreFailure> {
        self.db.read(drafts::all)
    }

    fn draft(&self, id: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure> {
        self.open_and_read(|conn, key| drafts::one(conn, key, id))
    }

    fn draft_words(&self, id: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure> {
        self.open_and_read(|conn, key| drafts::words(conn, key, id))
    }

    fn put_draft(&self, id: &str, bytes: &[u8], at: Time) -> Result<(), StoreFailure> {
        self.open_and_write(|tx, key| drafts::put(tx, key, id, bytes, at))
    }

    fn put_draft_words(&self, id: &str, bytes: &[u8], at: Time) -> Result<bool, StoreFailure> {
        self.open_and_write(|tx, key| drafts::put_words(tx, key, id, bytes, at))
    }

    fn remove_draft(&self, id: &str) -> Result<(), StoreFailure> {
        self.db.write(|tx| drafts::remove(tx, id))
    }

    fn enqueue(
        &self,
        from: &Address,
        subject: &str,
        message_id: &str,
        outgoing: &Outgoing,
        at: Time,
    ) -> Result<OutboxId, StoreFailure> {
        self.open_and_write(|tx, key| {
            outbox::enqueue(tx, key, from, (subject, message_id), outgoing, at)
        })
    }

    fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreFailure> {
        let key = self.key()?;
        let dead = self.settle()?;
        self.db.read(|conn| outbox::all(conn, &key, &dead))
    }

    fn outgoing(&self, id: OutboxId) -> Result<Option<Outgoing>, StoreFailure> {
        self.open_and_read(|conn, key| outbox::outgoing(conn, key, id))
    }

    fn claim(&self, id: OutboxId, index: usize, seen: &OutboxState) -> Result<bool, StoreFailure> {
        if let Some(failure) = self.db.read_only() {
            return Err(failure.clone());
        }
        // What the caller saw may be what a dead process's copy was sorted into.
        self.settle()?;
        let owner = self.owner()?;
        self.db
            .write(|tx| outbox::claim(tx, (id, index), seen, &owner))
    }

    fn set_state(
        &self,
        id: OutboxId,
        index: usize,
        state: &OutboxState,
    ) -> Result<(), StoreFailure> {
        if let Some(failure) = self.db.read_only() {
            return Err(failure.clone());
        }
        // Before the database is locked: opening the vault reads it.
        let key = match state {
            OutboxState::Sent { .. } | OutboxState::Refused { .. } => Some(self.key()?),
            OutboxState::Waiting | OutboxState::Sending { .. } | OutboxState::MaybeSent => None,
        };
        self.settle()?;
        let me = self.owner()?;
        self.db
            .write(|tx| outbox::set_state(tx, key.as_deref(), (id, index), state, &me))
    }

    fn part_off(
        &self,
        id: OutboxId,
        index: usize,
        refused: &[Address],
    ) -> Result<(), StoreFailure> {
        self.open_and_write(|tx, key| outbox::part_off(tx, key, (id, index), refused))
    }

    fn remove_outgoing(&self, id: OutboxId) -> Result<(), StoreFailure> {
        self.settle()?;
        self.db.write(|tx| outbox::remove(tx, id))
    }

    fn opened(&self) -> Result<Vec<OpenedHead>, StoreFailure> {
        self.open_and_read(opened::all)
    }

    fn put_opened(
        &self,
        facts: &OpenedFacts,
        bytes: Option<&[u8]>,
        again: Option<i64>,
        at: Time,
        bounds: (usize, u64),
    ) -> Result<(), StoreFailure> {
        self.open_and_write(|tx, key| {
            opened::put_opened(tx, key, (facts, bytes), again, at, bounds)
        })
    }

    fn opened_bytes(&self, id: i64) -> Result<Option<Vec<u8>>, StoreFailure> {
        self.open_and_read(|conn, key| opened::bytes(conn, key, id))
    }

    fn forget_opened(&self, ids: &[i64]) -> Result<(), StoreFailure> {
        self.db.write(|tx| opened::forget(tx, ids))
    }

    fn letters(&self, account: &Address) -> Result<Vec<LetterHead>, StoreFailure> {
        self.db.read(|conn| letters::all(conn, account))
    }

    fn put_letter(
        &self,
        account: &Address,
        uid: &str,
        bytes: &[u8],
        blocked: bool,
        at: Time,
    ) -> Result<(), StoreFailure> {
        let head = (uid, blocked, at);
        self.open_and_write(|tx, key| letters::put_letter(tx, key, account, head, bytes))
    }

    fn border(&self) -> Result<Option<String>, StoreFailure> {
        self.db.read(border::get)
    }

    fn set_border(&self, host: Option<&str>, at: Time) -> Result<(), StoreFailure> {
        self.db.write(|tx| border::set(tx, host, at))
    }

    fn blocked(&self) -> Result<Vec<(Blocked, Time)>, StoreFailure> {
        self.db.read(blocked::all)
    }

    fn block(&self, entry: &Blocked, at: Time) -> Result<(), StoreFailure> {
        self.db.write(|tx| blocked::add(tx, entry, at))
    }

    fn unblock(&self, entry: &Blocked) -> Result<bool, StoreFailure> {
        self.db.write(|tx| blocked::remove(tx, entry))
    }

    fn letter(&self, id: i64) -> Result<Option<Letter>, StoreFailure> {
        self.open_and_read(|conn, key| letters::one(conn, key, id))
    }

    fn anchors(&self) -> Result<Vec<PinnedAnchor>, StoreFailure> {
        self.db.read(anchors::all)
    }

    fn pin_anchor(&self, anchor: &PinnedAnchor) -> Result<(), StoreFailure> {
        self.db.write(|tx| anchors::pin(tx, anchor))
    }

    fn distrusted(&self) -> Result<Vec<Fingerprint>, StoreFailure> {
        self.db.read(anchors::distrusted)
    }

    fn forgive(&self, fingerprint: &Fingerprint) -> Result<(), StoreFailure> {
        self.db.write(|tx| anchors::forgive(tx, fingerprint))
    }

    fn distrust(&self, fingerprint: &Fingerprint, at: Time) -> Result<(), StoreFailure> {
        self.db.write(|tx| anchors::distrust(tx, fingerprint, at))
    }

    fn uses_system_list(&self) -> Result<bool, StoreFailure> {
        self.db.read(anchors::uses_system_list)
    }

    fn use_system_list(&self, used: bool, at: Time) -> Result<(), StoreFailure> {
        self.db.write(|tx| anchors::use_system_list(tx, used, at))
    }

    fn put_list(&self, list: &CachedList) -> Result<(), StoreFailure> {
        self.db.write(|tx| anchors::put_list(tx, list))
    }

    fn list(&self, place: &str) -> Result<Option<CachedList>, StoreFailure> {
        self.db.read(|conn| anchors::list(conn, place))
    }

    fn remember_checkup(&self, name: &str, value: &[u8], at: Time) -> Result<(), StoreFailure> {
        self.db.write(|tx| checkup::put(tx, name, value, at))
    }

    fn checkup(&self, name: &str) -> Result<Option<(Vec<u8>, Time)>, StoreFailure> {
        self.db.read(|conn| checkup::one(conn, name))
    }
}

#[cfg(test)]
mod tests;
