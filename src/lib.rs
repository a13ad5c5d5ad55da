//! Waxwing: a desktop helper for end-to-end encrypted mail.
//!
//! One package, a library and two thin programs: `waxwing` (the window) and `wax` (the command line).
//! Data takes one way out and one way in:
//!
//! ```text
//! out:  Draft ──compose──▶ Payload ──protect::plan──▶ Plan ──protect::seal──▶ Sealed ──adapters::smtp──▶ Receipt
//! in:   bytes ──mime──▶ tree ──protect::open──▶ Evidence ──read::judge──▶ Verdict ──wording──▶ what a person sees
//! ```
//!
//! A pure core holds every decision and does no I/O: no files, sockets, clock, threads, egui or tokio.
//! Time and policy are arguments; the crypto libraries' own randomness is the one exception. A shell
//! around it does the I/O. Two faces (window, command line) show what the core decided, in words that
//! come from one place. `tests/architecture.rs` reads the sources and fails on a forbidden arrow.
//!
//! # Core (pure)
//!
//! | module | what it is | may use |
//! |---|---|---|
//! | [`base`] | secrets, escaping of untrusted text, limits, time | – |
//! | [`address`] | mailbox, domain (IDNA), comparison | base |
//! | [`dns`] | names, questions, answers and zone files as plain data | base |
//! | [`settings`] | servers, accounts and preferences as plain data | base, address |
//! | [`cert`] | OpenPGP and X.509 certificates, keys, fingerprints, acceptance per address | base, address |
//! | [`mime`] | messages as bytes: parsing, header fields, decoding, building | base, address |
//! | [`compose`] | drafts, and the payload that gets protected, with the header section outside | base, address, mime |
//! | [`protect`] | sealing and opening; the scheme-neutral facts; what may leave | base, address, cert, mime |
//! | [`checkup`] | rules over what DNS and servers were seen to say | base, address, cert, settings, dns |
//! | [`headers`] | where a message came from: its route, who takes responsibility, what looks odd | base, address, mime, dns, checkup |
//! | [`read`] | what a message is: layers, verdict, text | base, address, cert, mime, protect |
//!
//! # Shell
//!
//! | module | what it is | may use |
//! |---|---|---|
//! | [`app`] | ports, jobs, services | the core |
//! | [`wording`] | verdicts, failures and states in words for people | the core, app |
//! | [`cli`] | the command line: `args` declares, `run` does | base, address, settings, cert, read, headers, dns, checkup, app, wording |
//! | [`gui`] | the window: theme, widgets, pages | base, address, settings, cert, read, headers, dns, checkup, app, wording |
//! | [`adapters`] | the real things behind the ports, one folder each | base, address, settings, cert, mime, dns, checkup, headers, `protect::Outgoing`, `protect::Copy`, `protect::Protection`, app |
//!
//! # Where a measurement decided
//!
//! Chains of certificates are validated by our own code (`cert::x509::chain`), not by OpenSSL's store: it
//! reached 172 of the 179 runs of NIST's suite, ours all, with a reason for each refusal; a chain of three
//! takes less than a millisecond. OpenSSL checks the signatures.
//!
//! OpenPGP's modification detection code takes SHA-1 straight from OpenSSL (`protect::openpgp::mdc`):
//! sequoia's looks for collisions, which do not matter there, at a third of the speed. Armor is our
//! own (`cert::openpgp::armor`), over a SIMD base64: sequoia's took longer than all the cryptography.
//!
//! Letters are printed glyph by glyph, without shaping (`app::print`): the bundled fonts have ligatures, and
//! an arrow drawn for `->` would be another text than the one that was verified.
//!
//! Of `cms` only recipient infos and signer infos are read: it copies the content, loses the pieces of
//! strings in BER, and sorts sets in a time that grows faster than they. The frame of an S/MIME message
//! is walked by `protect::smime` itself, and its content decrypted where it stands.
//!
//! SPF is evaluated by `headers::spf`, over the same facts as the check-up, so that no question leaves this
//! machine that is not noted; the public suite comes out as it says, 163 of 163. DKIM and ARC are mail-auth's,
//! which gets its keys from those facts and asks nobody.
//!
//! Of the time for 10,000 signed letters more than half is the mathematics of Ed25519; certificates are
//! looked up once for all of them (`app::service::bulk`).
//!
//! # For newcomers
//!
//! Outside tests nothing may panic: the lints below hold everywhere, two of them in the core alone.
//! Where one must give way, `#[expect(…, reason = "…")]` stands at the smallest item. A new module gets a
//! row above, which `tests/architecture.rs` enforces as it stands (an item alone is written `module::Item`);
//! a module of the shell gets the allowance that the others have.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::too_many_lines,
        clippy::arithmetic_side_effects,
        clippy::wildcard_enum_match_arm,
    )
)]

#[allow(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "the shell counts small things and meets enums of other libraries"
)]
pub mod adapters;
pub mod address;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "the shell counts small things and meets enums of other libraries"
)]
pub mod app;
pub mod base;
pub mod cert;
pub mod checkup;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    reason = "the shell counts small things, meets enums of other libraries, and sets members of JSON objects that it made"
)]
pub mod cli;
pub mod compose;
pub mod dns;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::wildcard_enum_match_arm,
    reason = "the shell counts small things and meets enums of other libraries"
)]
pub mod gui;
pub mod headers;
pub mod mime;
pub mod protect;
pub mod read;
pub mod settings;
#[allow(
    clippy::too_many_lines,
    reason = "tables of words, one arm for each failure, none left to a wildcard"
)]
pub mod wording;
