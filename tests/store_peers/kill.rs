//! `kill -9` at random moments: what was said to be done is there, and nothing is there in part.

use crate::child::{Running, command};
use crate::shared::{dice, draft_of, open_at};
use sequoia_openpgp as pgp;
use sequoia_openpgp::parse::Parse;
use std::path::Path;
use std::time::Duration;
use waxwing::address::Address;
use waxwing::app::port::{OutboxState, Store};
use waxwing::cert::Checked;

const ROUNDS: usize = 24;

/// Starts the child, lets it say a few lines and work on for a random time, kills it, and returns
/// all that it said.
fn killed(task: &str, home: &Path) -> Vec<String> {
    let mut child = Running::start(command(task, home, &[]));
    let mut said: Vec<String> = (0..=dice(4))
        .map(|_| child.line().expect("the child works"))
        .collect();
    let patience = Duration::from_micros(dice(60_000));
    // Nothing is waited for here: the moment is meant to be arbitrary.
    std::thread::sleep(patience);
    said.extend(child.kill());
    said
}

fn is_sound(home: &Path) {
    let conn = rusqlite::Connection::open(home.join("waxwing.sqlite")).unwrap();
    let word: String = conn
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    assert_eq!(word, "ok");
}

#[test]
fn a_home_is_usable_after_kill_9_while_it_was_made() {
    let mut early = 0;
    for round in 0..ROUNDS {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        let child = Running::start(command("drafts", &home, &[]));
        std::thread::sleep(Duration::from_micros(dice(250_000)));
        let said = child.kill();
        early += usize::from(said.is_empty());
        let store = open_at(&home);
        assert!(store.draft("d").is_ok(), "round {round}");
        store
            .put_draft("d", b"after", crate::shared::at(0))
            .unwrap();
        drop(store);
        is_sound(&home);
    }
    assert!(early > 0, "always too late");
}

#[test]
fn rule_43_a_draft_survives_kill_9_whole() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    for round in 0..ROUNDS {
        let said = killed("drafts", &home);
        let last: u64 = said.last().unwrap().parse().unwrap();
        is_sound(&home);
        let draft = open_at(&home).draft("d").unwrap().unwrap();
        let found: u64 = (last..last + 2)
            .find(|n| *draft.expose() == draft_of(*n))
            .unwrap_or_else(|| panic!("round {round}: neither writing {last} nor the next"));
        assert!(found >= last);
    }
}

#[test]
fn an_identity_is_whole_or_absent_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let mut least = 0;
    for round in 0..ROUNDS {
        let said = killed("identities", &home);
        if let Some(last) = said.iter().rev().find(|line| *line != "made") {
            least = last.parse::<usize>().unwrap() + 1;
        }
        is_sound(&home);
        let store = open_at(&home);
        let identities = store.identities().unwrap();
        let count = identities.len();
        assert!(
            count == least || count == least + 1,
            "round {round}: {count} for {least}"
        );
        let acceptance = store.acceptance().unwrap();
        for identity in &identities {
            let name = &identity.fingerprint;
            let secret = store.secret(name).unwrap().expect("its secret key");
            let key = pgp::Cert::from_bytes(secret.expose()).unwrap();
            assert_eq!(key.fingerprint().to_hex(), name.as_hex());
            assert!(key.keys().all(|k| k.key().has_unencrypted_secret()));
            let revocation = store.revocation(name).unwrap().expect("its revocation");
            assert_eq!(revocation, format!("revoke {name}").into_bytes());
            assert!(store.cert(name).unwrap().is_some(), "its certificate");
            let checked = acceptance.checked(&identity.mailbox.address, name);
            assert_eq!(checked, Checked::Own);
        }
        assert_eq!(store.secret_fingerprints().unwrap().len(), count);
        assert_eq!(
            identities.iter().filter(|i| i.current).count(),
            count.min(1)
        );
        least = count;
    }
    assert!(least >= 1, "no identity in {ROUNDS} rounds");
}

#[test]
fn rule_62_the_outbox_says_waiting_or_maybe_sent_after_kill_9() {
    let dir = tempfile::tempdir().unwrap();
    let home = dir.path().join("home");
    let (mut waiting, mut maybe, mut sent) = (0, 0, 0);
    for round in 0..ROUNDS {
        let said = killed("sending", &home);
        is_sound(&home);
        let store = open_at(&home);
        let outbox = store.outbox().unwrap();
        let (id, stage) = said.last().unwrap().split_once(' ').unwrap();
        let id: i64 = id.parse().unwrap();
        for entry in outbox {
            let state = &entry.copies[0].state;
            let before = entry.id < id;
            let after = entry.id > id;
            let right = match state {
                OutboxState::Sent { receipt } => {
                    let right = receipt.contains("250");
                    right && (before || matches!(stage, "data" | "sent")) && !after
                }
                OutboxState::MaybeSent => matches!(stage, "claimed" | "data") && !before && !after,
                OutboxState::Waiting => {
                    after || (matches!(stage, "waiting" | "claimed") && !before)
                }
                OutboxState::Sending { .. } | OutboxState::Refused { .. } => false,
            };
            assert!(
                right,
                "round {round}: after {stage} of {id}, {} is {state:?}",
                entry.id
            );
            match state {
                OutboxState::Sent { .. } => sent += 1,
                OutboxState::MaybeSent => maybe += 1,
                _ => waiting += 1,
            }
            // What was put there has its bytes, and the Message-ID stays.
            assert_eq!(entry.message_id, "id@example.org");
            let letter = store.outgoing(entry.id).unwrap().unwrap();
            assert_eq!(letter.copies()[0].bytes().len(), 300_000);
            assert_eq!(
                letter.copies()[0].envelope_to(),
                [Address::parse("to@example.org").unwrap()]
            );
            store.remove_outgoing(entry.id).unwrap();
        }
        let left = std::fs::read_dir(home.join("live")).map_or(0, |files| files.count());
        assert!(left <= 2, "lock files of the dead pile up: {left}");
    }
    println!("waiting {waiting}, maybe sent {maybe}, sent {sent}");
    assert!(sent > 0);
}
