//! What is kept: identities, certs, decisions, accounts, drafts, the outbox, letters. Contents
//! are sealed at rest by the vault key; each method says whether it needs the vault.

use super::{CachedList, PinnedAnchor};
use crate::address::{Address, Mailbox};
use crate::base::{Passphrase, Secret, Time};
use crate::cert::{Acceptance, Cert, Checked, Fingerprint, Scheme};
use crate::protect::{Outgoing, Protection};
use crate::settings::{Account, Blocked, Preferences, PreferencesChange};
use serde::{Deserialize, Serialize};

/// A person's own address with the key that goes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name and address.
    pub mailbox: Mailbox,
    /// The certificate whose secret half is in the vault.
    pub fingerprint: Fingerprint,
    /// When it was made or imported.
    pub since: Time,
    /// Whether this is the one in use.
    pub current: bool,
}

/// A private key for which a certificate is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingKey {
    /// Names its public half.
    pub key: String,
    /// For whose address.
    pub address: Address,
    /// Since when.
    pub at: Time,
}

/// Where a certificate came from (rule 53: the ledger).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertProvenance {
    /// Made here.
    Made,
    /// Imported by the person's own hand.
    Imported,
    /// It came with a letter.
    Mail,
    /// Another program put it into the certificates that all share.
    Shared,
}

/// One line of the ledger: a certificate that was seen for an address (rule 53). Lines are never
/// deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which certificate.
    pub fingerprint: Fingerprint,
    /// Where it came from.
    pub from: CertProvenance,
    /// When it first came from there.
    pub first: Time,
    /// When it last did.
    pub last: Time,
}

/// The same line, told of one certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// For which address; `None` for a certificate without one.
    pub address: Option<Address>,
    /// Where it came from.
    pub from: CertProvenance,
    /// When it first came from there.
    pub first: Time,
    /// When it last did.
    pub last: Time,
}

/// A decision of the person's about a certificate. Those that hold no more stay on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// For which address.
    pub address: Address,
    /// What.
    pub checked: Checked,
    /// When.
    pub at: Time,
}

/// What is kept in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptWhat {
    /// Secret keys, passwords, drafts and letters, sealed by the vault; beside them, readable, what
    /// must be found without it.
    Home,
    /// Public certificates, for every program on this computer.
    Certificates,
    /// What is remembered of the certificates; can be made again from them.
    CertificateIndex,
}

/// A place where something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// What.
    pub what: KeptWhat,
    /// The file or folder.
    pub path: String,
    /// How large it is, in bytes, with all that belongs to it.
    pub bytes: u64,
}

/// What opens the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultKind {
    /// The system keyring.
    Keyring,
    /// A passphrase.
    Passphrase,
    /// There is none yet: nothing secret is kept.
    None,
    /// Nothing is kept beyond this process.
    Memory,
}

/// What is kept where, and how it is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Storage {
    /// The places.
    pub places: Vec<Kept>,
    /// What opens the vault.
    pub vault: VaultKind,
}

/// Why a letter is in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxState {
    /// Not tried yet, or to be tried again.
    Waiting,
    /// A process is at it. Found at start with that process dead: [`OutboxState::MaybeSent`] when
    /// the DATA stage had begun, else `Waiting`.
    Sending {
        /// Whether DATA was begun.
        data_begun: bool,
    },
    /// The server took it; the receipt in JSON.
    Sent {
        /// The receipt.
        receipt: String,
    },
    /// The server or our own checks refused it; the failure in JSON.
    Refused {
        /// Why.
        why: String,
    },
    /// It may or may not have been taken (rule 62). Never tried again by itself.
    MaybeSent,
}

/// Names an outbox entry; grows.
pub type OutboxId = i64;

/// One copy of a letter in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCopy {
    /// Which copy of its letter, from 0.
    pub index: usize,
    /// Whom it is for.
    pub envelope_to: Vec<Address>,
    /// How far it is.
    pub state: OutboxState,
}

/// One letter in the outbox, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its name.
    pub id: OutboxId,
    /// When it was put there.
    pub at: Time,
    /// The address of the account that sends it.
    pub from: Address,
    /// The subject that the person wrote.
    pub subject: String,
    /// The Message-ID, without angle brackets; it stays over every try (rule 62).
    pub message_id: String,
    /// How it is protected.
    pub protection: Protection,
    /// Its copies.
    pub copies: Vec<StoredCopy>,
}

/// A draft without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftHead {
    /// Its name, chosen by whoever made it.
    pub id: String,
    /// When it was last written.
    pub at: Time,
}

/// A letter that was received or sent, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterHead {
    /// Its name; grows.
    pub id: i64,
    /// The server's lasting name for it.
    pub uid: String,
    /// When it was fetched.
    pub at: Time,
    /// Whether its sender was blocked then.
    pub blocked: bool,
}

/// Where a message that was opened came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpenedFrom {
    /// A letter that was fetched.
    Letter(i64),
    /// A letter of the outbox.
    Sent(OutboxId),
    /// A file.
    File(String),
    /// It was pasted or dropped as bytes.
    Pasted,
    /// A part of another message, opened alone.
    Part,
}

/// A message that was opened: what the list shows of it. All of it is sealed at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedHead {
    /// Its name; grows.
    pub id: i64,
    /// When it was last opened.
    pub at: Time,
    /// What is known of it.
    pub facts: OpenedFacts,
}

/// What is remembered of a message that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedFacts {
    /// Where it came from.
    pub from: OpenedFrom,
    /// Who wrote it, as it was shown; empty when that was unclear. As it came.
    pub author: String,
    /// Its subject. As it came.
    pub subject: String,
    /// What it was found to be, in the word of the command line's contract.
    pub summary: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its bytes are kept, so that it opens though its source is gone.
    pub kept: bool,
}

/// A letter that was received, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Which.
    pub head: LetterHead,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What a passphrase is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// There is no vault yet: choose one.
    NewVault,
    /// Open the vault.
    OpenVault,
    /// The last one was wrong.
    OpenVaultAgain,
    /// A letter is sealed for a password, and no key of the person's opens it.
    LetterPassword,
}

/// Asks the person; called from a job's thread, only when the system keyring has no answer.
pub trait AskPassphrase: Send + Sync {
    /// `None`: the person gave none.
    fn ask(&self, question: Question) -> Option<Passphrase>;
}

/// Everything that Waxwing keeps. Reading methods see what other processes wrote.
pub trait Store: Send + Sync {
    /// Own identities, oldest first. No vault.
    fn identities(&self) -> Result<Vec<Identity>, StoreFailure>;
    /// Adds an identity with its secret key (a whole transferable secret key, unencrypted, binary)
    /// and revocation certificate, in one transaction: whole or absent. Also puts the cert and
    /// decides `Own` for the address. The first identity becomes current. Vault.
    fn add_identity(
        &self,
        identity: &Identity,
        cert: &Cert,
        secret: &Secret<Vec<u8>>,
        revocation: &[u8],
    ) -> Result<(), StoreFailure>;
    /// Makes the identity with this certificate the current one. No vault.
    fn use_identity(&self, fingerprint: &Fingerprint) -> Result<(), StoreFailure>;
    /// The revocation certificate kept with an own key, armored. Vault.
    fn revocation(&self, fingerprint: &Fingerprint) -> Result<Option<Vec<u8>>, StoreFailure>;

    /// Keeps a secret key that belongs to no identity (imported for reading). Vault.
    fn put_secret(
        &self,
        fingerprint: &Fingerprint,
        secret: &Secret<Vec<u8>>,
        at: Time,
    ) -> Result<(), StoreFailure>;
    /// One secret key, a whole unencrypted transferable secret key. Vault.
    fn secret(&self, fingerprint: &Fingerprint) -> Result<Option<Secret<Vec<u8>>>, StoreFailure>;
    /// The certificates whose secret half is here: every one ever held (rule 28). No vault.
    fn secret_fingerprints(&self) -> Result<Vec<Fingerprint>, StoreFailure>;

    /// Keeps a private key (PKCS #8, unencrypted) for which a certificate is asked; `key` names its
    /// public half. Vault.
    fn put_waiting_key(
        &self,
        key: &str,
        address: &Address,
        secret: &Secret<Vec<u8>>,
        at: Time,
    ) -> Result<(), StoreFailure>;
    /// The keys that wait for a certificate, oldest first. No vault.
    fn waiting_keys(&self) -> Result<Vec<WaitingKey>, StoreFailure>;
    /// The private key that waits under this name. Vault, if it is there.
    fn waiting_key(&self, key: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure>;
    /// Its certificate has come; the key is kept with it. No vault.
    fn remove_waiting_key(&self, key: &str) -> Result<(), StoreFailure>;

    /// By which standard the person wants letters to this address protected, if they said so. No
    /// vault.
    fn preference(&self, address: &Address) -> Result<Option<Scheme>, StoreFailure>;
    /// Records that; `None` takes it back. No vault.
    fn prefer(&self, address: &Address, scheme: Option<Scheme>) -> Result<(), StoreFailure>;
    /// Keeps what a person's mail program says that it can read: SMIMECapabilities in DER (RFC 8551
    /// §2.5.2), of a letter that was verified and signed at that time. The newest counts. No vault.
    fn put_capabilities(
        &self,
        address: &Address,
        list: &[u8],
        at: Time,
    ) -> Result<(), StoreFailure>;
    /// What was kept so, if anything. No vault.
    fn capabilities(&self, address: &Address) -> Result<Option<Vec<u8>>, StoreFailure>;

    /// Puts a certificate, merged with what is known of it; returns the merged one. No vault.
    fn put_cert(&self, cert: &Cert, from: CertProvenance, at: Time) -> Result<Cert, StoreFailure>;
    /// Judgements of messages that were made under this stamp: the message's hash, and what was judged.
    /// No vault: nothing that was sealed is among them, and no text.
    fn judged(&self, stamp: &str) -> Result<Vec<(String, String)>, StoreFailure>;
    /// Remembers judgements, at most so many; those under other stamps are forgotten. No vault.
    fn put_judged(
        &self,
        stamp: &str,
        judged: &[(String, String)],
        most: usize,
    ) -> Result<(), StoreFailure>;

    /// All certificates. No vault.
    fn certs(&self) -> Result<Vec<Cert>, StoreFailure>;
    /// The fingerprints of all certificates, each with a text that changes when the certificate
    /// does; an empty text tells nothing. No vault.
    fn cert_stamps(&self) -> Result<Vec<(Fingerprint, String)>, StoreFailure>;
    /// The certificate with this fingerprint. No vault.
    fn cert(&self, fingerprint: &Fingerprint) -> Result<Option<Cert>, StoreFailure>;
    /// Certificates with a user ID of this address, as the certs claim. No vault.
    fn certs_for(&self, address: &Address) -> Result<Vec<Cert>, StoreFailure>;
    /// Certificates that have this key or subkey: `handle` is a fingerprint or a 64-bit key ID in
    /// hex. No vault.
    fn certs_with_key(&self, handle: &str) -> Result<Vec<Cert>, StoreFailure>;
    /// Every certificate ever seen for this address, in the order of their first coming. No vault.
    fn ledger(&self, address: &Address) -> Result<Vec<Seen>, StoreFailure>;
    /// Where a certificate was seen, in the order of its first coming. No vault.
    fn sightings(&self, fingerprint: &Fingerprint) -> Result<Vec<Sighting>, StoreFailure>;
    /// What the person decided about a certificate, oldest first. No vault.
    fn decisions(&self, fingerprint: &Fingerprint) -> Result<Vec<Decided>, StoreFailure>;
    /// Notes that a restore drill brought this own key back from a backup. No vault.
    fn note_drill(&self, fingerprint: &Fingerprint, at: Time) -> Result<(), StoreFailure>;
    /// When a restore drill last brought this key back. No vault.
    fn drilled(&self, fingerprint: &Fingerprint) -> Result<Option<Time>, StoreFailure>;
    /// The person's decisions. No vault.
    fn acceptance(&self) -> Result<Acceptance, StoreFailure>;
    /// Records a decision. No vault.
    fn decide(
        &self,
        address: &Address,
        fingerprint: &Fingerprint,
        checked: Checked,
        at: Time,
    ) -> Result<(), StoreFailure>;

    /// Accounts, in the order they were added. No vault.
    fn accounts(&self) -> Result<Vec<Account>, StoreFailure>;
    /// Adds or replaces the account of that address. Vault.
    fn put_account(&self, account: &Account, password: &Passphrase) -> Result<(), StoreFailure>;
    /// Removes an account and its password; without effect when there is none. No vault.
    fn remove_account(&self, address: &Address) -> Result<(), StoreFailure>;
    /// What is kept where. No vault.
    fn storage(&self) -> Result<Storage, StoreFailure>;
    /// The account's password. Vault.
    fn password(&self, address: &Address) -> Result<Option<Passphrase>, StoreFailure>;

    /// What was chosen about the window; what nobody chose, or cannot be read, is as usual. No
    /// vault.
    fn preferences(&self) -> Result<Preferences, StoreFailure>;
    /// Changes some of them and returns all. No vault.
    fn change_preferences(&self, change: &PreferencesChange) -> Result<Preferences, StoreFailure>;
    /// The text under the letters of this address. Vault, if there is one.
    fn signature(&self, address: &Address) -> Result<Option<String>, StoreFailure>;
    /// Keeps that text; an empty one removes it. Vault, unless it is empty.
    fn put_signature(&self, address: &Address, text: &str) -> Result<(), StoreFailure>;

    /// Drafts, newest first. No vault.
    fn drafts(&self) -> Result<Vec<DraftHead>, StoreFailure>;
    /// One draft's bytes. Vault.
    fn draft(&self, id: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure>;
    /// The words of a draft, where they were written later than all of it. Vault.
    fn draft_words(&self, id: &str) -> Result<Option<Secret<Vec<u8>>>, StoreFailure>;
    /// Writes a draft, durably before it returns; words that were written for an older one are
    /// gone. Vault.
    fn put_draft(&self, id: &str, bytes: &[u8], at: Time) -> Result<(), StoreFailure>;
    /// Writes newer words beside a draft, durably before it returns; `false` when there is no such
    /// draft, and then nothing is written. Vault.
    fn put_draft_words(&self, id: &str, bytes: &[u8], at: Time) -> Result<bool, StoreFailure>;
    /// Removes a draft. No vault.
    fn remove_draft(&self, id: &str) -> Result<(), StoreFailure>;

    /// Puts a letter, all copies `Waiting`, durably before it returns. Vault.
    fn enqueue(
        &self,
        from: &Address,
        subject: &str,
        message_id: &str,
        outgoing: &Outgoing,
        at: Time,
    ) -> Result<OutboxId, StoreFailure>;
    /// The outbox, oldest first. Entries whose sending process is dead are sorted into
    /// `MaybeSent` or `Waiting` before they are shown. Vault.
    fn outbox(&self) -> Result<Vec<OutboxEntry>, StoreFailure>;
    /// The letter's bytes. Vault.
    fn outgoing(&self, id: OutboxId) -> Result<Option<Outgoing>, StoreFailure>;
    /// Takes a copy for this process (atomically `seen` → `Sending`), so that no two jobs or
    /// processes ever send it both. `seen` is the state that the caller decided by: `Waiting`,
    /// `Refused`, or, when the person said so, `MaybeSent`. `false` when the copy is in another
    /// state by now. No vault.
    fn claim(&self, id: OutboxId, index: usize, seen: &OutboxState) -> Result<bool, StoreFailure>;
    /// Sets a copy's state, durably before it returns. `Busy` while another process is sending it;
    /// what was sent stays sent. Vault for the states that carry a text.
    fn set_state(
        &self,
        id: OutboxId,
        index: usize,
        state: &OutboxState,
    ) -> Result<(), StoreFailure>;
    /// Gives recipients whom the server refused a copy of their own, `Waiting`, with the same bytes:
    /// the copy that was sent keeps those who got it. Nothing happens unless that copy is `Sent` to
    /// others than them. Vault.
    fn part_off(&self, id: OutboxId, index: usize, refused: &[Address])
    -> Result<(), StoreFailure>;
    /// Removes a letter from the outbox; `Busy` while a process is sending it. No vault.
    fn remove_outgoing(&self, id: OutboxId) -> Result<(), StoreFailure>;

    /// Messages that were opened, the last first. Vault.
    fn opened(&self) -> Result<Vec<OpenedHead>, StoreFailure>;
    /// Remembers a message that was opened, with its bytes where they are given, in the place of what
    /// was remembered as `again`; then forgets the oldest beyond `bounds`: so many messages, and so
    /// many kept bytes of them. Vault.
    fn put_opened(
        &self,
        facts: &OpenedFacts,
        bytes: Option<&[u8]>,
        again: Option<i64>,
        at: Time,
        bounds: (usize, u64),
    ) -> Result<(), StoreFailure>;
    /// The bytes of a message that was opened, if they are kept. Vault.
    fn opened_bytes(&self, id: i64) -> Result<Option<Vec<u8>>, StoreFailure>;
    /// Forgets messages that were opened. No vault.
    fn forget_opened(&self, ids: &[i64]) -> Result<(), StoreFailure>;

    /// Received letters of an account, newest first. No vault.
    fn letters(&self, account: &Address) -> Result<Vec<LetterHead>, StoreFailure>;
    /// Keeps a received letter, and whether it is from somebody blocked; the same uid twice is one. Vault.
    fn put_letter(
        &self,
        account: &Address,
        uid: &str,
        bytes: &[u8],
        blocked: bool,
        at: Time,
    ) -> Result<(), StoreFailure>;
    /// The person's own mail server out there, whose word about others counts (rule 64).
    fn border(&self) -> Result<Option<String>, StoreFailure>;
    /// From now on it is this one, or none.
    fn set_border(&self, host: Option<&str>, at: Time) -> Result<(), StoreFailure>;
    /// Whom the person blocked, and since when.
    fn blocked(&self) -> Result<Vec<(Blocked, Time)>, StoreFailure>;
    /// Blocks somebody.
    fn block(&self, entry: &Blocked, at: Time) -> Result<(), StoreFailure>;
    /// Blocks somebody no more: whether they were.
    fn unblock(&self, entry: &Blocked) -> Result<bool, StoreFailure>;
    /// One letter. Vault.
    fn letter(&self, id: i64) -> Result<Option<Letter>, StoreFailure>;

    /// The authorities that the person pinned.
    fn anchors(&self) -> Result<Vec<PinnedAnchor>, StoreFailure>;

    /// Pins an authority.
    fn pin_anchor(&self, anchor: &PinnedAnchor) -> Result<(), StoreFailure>;

    /// Certificates that no chain may lead through.
    fn distrusted(&self) -> Result<Vec<Fingerprint>, StoreFailure>;

    /// What was rejected counts again as if it had never been.
    fn forgive(&self, fingerprint: &Fingerprint) -> Result<(), StoreFailure>;

    /// From now on no chain leads through this certificate, and it is no anchor.
    fn distrust(&self, fingerprint: &Fingerprint, at: Time) -> Result<(), StoreFailure>;

    /// Whether authorities on the system's list that does not say what for count for mail.
    fn uses_system_list(&self) -> Result<bool, StoreFailure>;

    /// Lets that list count, or not.
    fn use_system_list(&self, used: bool, at: Time) -> Result<(), StoreFailure>;

    /// Keeps a revocation list or an answer.
    fn put_list(&self, list: &CachedList) -> Result<(), StoreFailure>;

    /// What came from a place.
    fn list(&self, place: &str) -> Result<Option<CachedList>, StoreFailure>;

    /// Keeps something that the check-up wants to know again, under a name; not sealed.
    fn remember_checkup(&self, name: &str, value: &[u8], at: Time) -> Result<(), StoreFailure>;
    /// What it kept there, and since when.
    fn checkup(&self, name: &str) -> Result<Option<(Vec<u8>, Time)>, StoreFailure>;
}

/// Why the store did not do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFailure {
    /// The vault is locked and nobody gave a passphrase.
    VaultLocked,
    /// The passphrase is wrong.
    WrongPassphrase,
    /// A passphrase was given, but this vault opens with the system keyring alone.
    VaultInKeyring,
    /// The system keyring answered, but it has no key for this vault or one that does not open it.
    KeyringMismatch,
    /// The system keyring is locked or did not answer; the system's words.
    KeyringUnavailable(String),
    /// The home was written by a newer Waxwing.
    NewerVersion {
        /// Its format.
        found: u32,
        /// The newest that is known here.
        known: u32,
    },
    /// The home cannot be written to.
    ReadOnly {
        /// Where.
        path: String,
    },
    /// No space left.
    DiskFull {
        /// Where.
        path: String,
    },
    /// The home is no folder that can be used; the system's words.
    Unusable {
        /// Where.
        path: String,
        /// Why.
        detail: String,
    },
    /// Another process holds it for too long.
    Busy,
    /// What was read is damaged, or was altered by somebody without the vault key.
    Damaged {
        /// What.
        what: String,
    },
    /// There is an identity for this address already.
    Exists,
}
