//! The database's format, step by step.

/// Marks a database as Waxwing's ("WXWG", SQLite's `application_id`).
pub(super) const APPLICATION: u32 = 0x5758_5747;

/// Statements that lead from one format to the next: the first makes format 1 from nothing. A step
/// that was ever released is never changed.
pub(super) const STEPS: &[&str] = &[
    FORMAT_1, FORMAT_2, FORMAT_3, FORMAT_4, FORMAT_5, FORMAT_6, FORMAT_7, FORMAT_8, FORMAT_9,
    FORMAT_10,
];

/// What is readable here is what must be found without the vault; all contents stand in `sealed`.
const FORMAT_1: &str = "
CREATE TABLE home (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    name TEXT NOT NULL              -- random; names this home's entry in the system keyring
) STRICT;
CREATE TABLE vault (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    kind TEXT NOT NULL CHECK (kind IN ('keyring', 'passphrase')),
    proof BLOB NOT NULL,            -- a known text sealed by the vault key
    salt BLOB, kib INTEGER, passes INTEGER, lanes INTEGER,
    wrapped BLOB                    -- the vault key sealed by the passphrase
) STRICT;
CREATE TABLE sealed (
    place TEXT NOT NULL, owner TEXT NOT NULL, part INTEGER NOT NULL, chunk INTEGER NOT NULL,
    chunks INTEGER NOT NULL, length INTEGER NOT NULL, writing BLOB NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (place, owner, part, chunk)
) STRICT;
CREATE TABLE identity (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL UNIQUE,
    address_key TEXT NOT NULL UNIQUE, address TEXT NOT NULL, name TEXT,
    since INTEGER NOT NULL, current INTEGER NOT NULL
) STRICT;
CREATE TABLE secret (
    fingerprint TEXT PRIMARY KEY, at INTEGER NOT NULL
) STRICT;
CREATE TABLE ledger (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key TEXT NOT NULL,      -- empty for a certificate without an address
    fingerprint TEXT NOT NULL, origin TEXT NOT NULL,
    first INTEGER NOT NULL, last INTEGER NOT NULL,
    UNIQUE (address_key, fingerprint, origin)
) STRICT;
CREATE TABLE decision (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key TEXT NOT NULL, address TEXT NOT NULL, fingerprint TEXT NOT NULL,
    checked TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    address_key TEXT NOT NULL UNIQUE, settings TEXT NOT NULL
) STRICT;
CREATE TABLE draft (
    id TEXT PRIMARY KEY, at INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL
) STRICT;
CREATE TABLE outbox_copy (
    outbox INTEGER NOT NULL REFERENCES outbox (id) ON DELETE CASCADE, part INTEGER NOT NULL,
    state TEXT NOT NULL, owner TEXT,
    PRIMARY KEY (outbox, part)
) STRICT;
CREATE TABLE letter (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_key TEXT NOT NULL, uid TEXT NOT NULL, at INTEGER NOT NULL,
    UNIQUE (account_key, uid)
) STRICT;
";

/// Messages that were opened. What they are stands in `sealed`.
const FORMAT_2: &str = "
CREATE TABLE opened (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL
) STRICT;
";

/// S/MIME: certificates, keys that wait for one, and by which scheme a person wants their mail.
const FORMAT_3: &str = "
CREATE TABLE x509 (
    fingerprint TEXT PRIMARY KEY, der BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE x509_name (
    kind TEXT NOT NULL, value TEXT NOT NULL,
    fingerprint TEXT NOT NULL REFERENCES x509 (fingerprint) ON DELETE CASCADE,
    PRIMARY KEY (kind, value, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiting_key (
    spki TEXT PRIMARY KEY,          -- SHA-256 of the public key that a certificate is asked for
    address TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
CREATE TABLE preference (
    address_key TEXT PRIMARY KEY, scheme TEXT NOT NULL
) STRICT;
";

/// The window's look and place: known before the vault is opened. A signature text stands in
/// `sealed`.
const FORMAT_4: &str = "
CREATE TABLE look (
    name TEXT PRIMARY KEY, value TEXT NOT NULL      -- JSON
) STRICT;
";

/// Whom the person trusts to vouch for others, and what is known of revocations. All of it is public
/// but for which of it is here.
const FORMAT_5: &str = "
CREATE TABLE anchor (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint TEXT NOT NULL, der BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('anybody', 'domain', 'address')),
    name TEXT NOT NULL,             -- the domain or address; empty for anybody
    at INTEGER NOT NULL,
    UNIQUE (fingerprint, kind, name)
) STRICT;
CREATE TABLE distrust (
    fingerprint TEXT PRIMARY KEY, at INTEGER NOT NULL
) STRICT;
CREATE TABLE trust_list (
    name TEXT PRIMARY KEY, at INTEGER NOT NULL
) STRICT;
CREATE TABLE revocation (
    place TEXT PRIMARY KEY, fetched INTEGER NOT NULL, der BLOB NOT NULL
) STRICT;
";

/// What people's mail programs say that they can read (RFC 8551 §2.5.2).
const FORMAT_6: &str = "
CREATE TABLE capability (
    address_key TEXT PRIMARY KEY, list BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
";

/// When a restore drill last brought an own key back from a backup.
const FORMAT_7: &str = "
CREATE TABLE drill (
    fingerprint TEXT PRIMARY KEY, at INTEGER NOT NULL
) STRICT;
CREATE INDEX ledger_by_cert ON ledger (fingerprint);
CREATE INDEX decision_by_cert ON decision (fingerprint);
";

/// How messages were judged that were read with many others, by their hash. Nothing that was sealed is
/// here, and no word of any message.
const FORMAT_8: &str = "
CREATE TABLE judged (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    hash TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL, verdict TEXT NOT NULL
) STRICT;
";

/// What the check-up remembers: the secret that its tokens are derived from, which proves nothing but that
/// the person may write in a zone, and what was found the last time. Domain names and findings are public.
const FORMAT_9: &str = "
CREATE TABLE checkup (
    name TEXT PRIMARY KEY, at INTEGER NOT NULL, value BLOB NOT NULL
) STRICT;
";

/// Whom the person does not want to hear from, and letters from them; and the server whose word about
/// other servers counts.
const FORMAT_10: &str = "
CREATE TABLE blocked (
    entry TEXT PRIMARY KEY, at INTEGER NOT NULL     -- an address, a domain or an address of a machine
) STRICT;
ALTER TABLE letter ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
CREATE TABLE border (
    only INTEGER PRIMARY KEY CHECK (only = 1), host TEXT NOT NULL, at INTEGER NOT NULL
) STRICT;
";
