//! `wax send` over a real Postfix, from the draft to gpg, and with everything that can stand in
//! between: bad certificates, people who strip, forge and cut, and `kill -9`.

mod account_check;
mod arrives;
mod refused;
mod two_schemes;
mod unsure;

use super::HOST;
use super::authority::{self, Authority};
use super::gnupg::Gpg;
use super::postfix::{self, LOGIN};
use super::proxy;
use super::wax::{self, Wax};
use base64::Engine as _;
use serde_json::Value;

const ALICE: &str = "alice@test.invalid";
const BOB: &str = "bob@test.invalid";
/// A text with everything that a careless program stumbles over.
const DRAFT: &str = "To: bob@test.invalid\nSubject: Private matters\n\nDear Bob,\n.\nMAIL FROM:<x@y.invalid>\n\nlast line\n.\n";

/// Alice's home, with Bob's key, and Bob with gpg.
fn alice_and_bob() -> (Wax, Gpg) {
    let alice = Wax::with_identity("Alice", ALICE);
    let bob = Gpg::new(None);
    bob.generate("Bob <bob@test.invalid>", "default");
    let cert = alice.run(&["key", "export", ALICE]).stdout;
    bob.run(&["--import"], &cert);
    let key = alice.file("bob.asc", bob.run(&["--armor", "--export", BOB], b""));
    alice.json(&["key", "import", &key]);
    (alice, bob)
}

/// Adds or replaces Alice's account, as she would.
fn use_server(alice: &Wax, authority: &Authority, security: &str, port: u16) {
    use_server_with(alice, authority, security, port, LOGIN.1);
}

fn use_server_with(alice: &Wax, authority: &Authority, security: &str, port: u16, password: &str) {
    let authority = alice.file("authority.pem", pem(authority));
    let password = alice.file("password", format!("{password}\n"));
    let port = port.to_string();
    alice.json(&[
        "account",
        "add",
        ALICE,
        "--host",
        HOST,
        "--port",
        &port,
        "--security",
        security,
        "--ca",
        &authority,
        "--connect-to",
        "127.0.0.1",
        "--password-file",
        &password,
    ]);
}

/// The authority's certificate as `--ca` wants it.
fn pem(authority: &Authority) -> String {
    pem_of(&authority.der)
}

fn pem_of(der: &[u8]) -> String {
    let encoded = base64::engine::general_purpose::STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{encoded}\n-----END CERTIFICATE-----\n")
}

/// The letters in the outbox.
fn outbox(alice: &Wax) -> Vec<Value> {
    let list = alice.json(&["outbox", "list"]);
    list["outbox"].as_array().unwrap().clone()
}

/// The one letter in the outbox.
fn only_letter(alice: &Wax) -> Value {
    let letters = outbox(alice);
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters[0].clone()
}

/// How often a delivered letter has this Message-ID, over all letters.
fn with_message_id(letters: &[Vec<u8>], id: &Value) -> usize {
    let field = format!("Message-ID: <{}>", id.as_str().unwrap()).to_lowercase();
    letters
        .iter()
        .filter(|letter| {
            String::from_utf8_lossy(letter)
                .to_lowercase()
                .contains(&field)
        })
        .count()
}
