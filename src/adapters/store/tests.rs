use super::*;
use crate::address::Mailbox;
use crate::cert::openpgp::OpenPgpCert;
use crate::protect::{ConsentToPlain, Protection};
use crate::settings::{Endpoint, Security, Trust};
use sequoia_openpgp as pgp;
use sequoia_openpgp::serialize::SerializeInto;
use std::path::Path;

/// A passphrase that the tests' homes have. Opening costs an Argon2id run.
fn open(dir: &Path) -> FileStore {
    FileStore::open(&Home::at(dir), access()).unwrap()
}

fn access() -> VaultAccess {
    VaultAccess::PassphraseFile(Passphrase::new("test".into()))
}

/// Runs the same test on both kinds of store.
fn on_both(test: impl Fn(&FileStore)) {
    test(&FileStore::in_memory().unwrap());
    let dir = tempfile::tempdir().unwrap();
    test(&open(dir.path()));
}

fn at(second: i64) -> Time {
    Time::from_second(1_700_000_000 + second).unwrap()
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

struct Key {
    cert: Cert,
    secret: Secret<Vec<u8>>,
    fingerprint: Fingerprint,
    subkeys: Vec<String>,
}

fn make_key(user_ids: &[&str]) -> Key {
    let mut builder = pgp::cert::CertBuilder::new()
        .add_signing_subkey()
        .add_transport_encryption_subkey();
    for user_id in user_ids {
        builder = builder.add_userid(*user_id);
    }
    let (tsk, _) = builder.generate().unwrap();
    let subkeys = tsk.keys().map(|k| k.key().fingerprint().to_hex()).collect();
    let secret = Secret::new(tsk.as_tsk().to_vec().unwrap());
    let cert = Cert::OpenPgp(OpenPgpCert::new(tsk));
    Key {
        fingerprint: cert.fingerprint(),
        cert,
        secret,
        subkeys,
    }
}

fn identity(key: &Key, mailbox: &str, second: i64) -> Identity {
    Identity {
        mailbox: Mailbox::parse(mailbox).unwrap(),
        fingerprint: key.fingerprint.clone(),
        since: at(second),
        current: false,
    }
}

fn account(text: &str) -> Account {
    Account {
        address: address(text),
        login: text.to_owned(),
        submission: Endpoint {
            host: "smtp.example.org".into(),
            port: 465,
            security: Security::Implicit,
            trust: Trust::System,
            connect_to: None,
        },
        mailbox: None,
    }
}

fn letter(sizes: &[usize]) -> Outgoing {
    let copies = sizes.iter().enumerate().map(|(n, size)| {
        let to = vec![address(&format!("to{n}@example.org"))];
        (to, vec![b'x'; *size])
    });
    Outgoing::plain(copies.collect(), ConsentToPlain::given()).unwrap()
}

fn enqueue(store: &FileStore, sizes: &[usize]) -> OutboxId {
    let from = address("me@example.org");
    let letter = letter(sizes);
    store
        .enqueue(&from, "Subject", "id@example.org", &letter, at(0))
        .unwrap()
}

const WAITING: OutboxState = OutboxState::Waiting;

fn states(store: &FileStore) -> Vec<OutboxState> {
    let outbox = store.outbox().unwrap();
    let copies = outbox.into_iter().flat_map(|entry| entry.copies);
    copies.map(|copy| copy.state).collect()
}

#[test]
fn identities_come_with_secret_revocation_cert_and_decision() {
    on_both(|store| {
        let (a, b) = (
            make_key(&["A <a@example.org>"]),
            make_key(&["b@example.org"]),
        );
        let first = identity(&a, "A <a@example.org>", 1);
        let second = identity(&b, "b@example.org", 2);
        store
            .add_identity(&first, &a.cert, &a.secret, b"revoke a")
            .unwrap();
        store
            .add_identity(&second, &b.cert, &b.secret, b"revoke b")
            .unwrap();
        let current = |id: &Identity, current| Identity {
            current,
            ..id.clone()
        };
        assert_eq!(
            store.identities().unwrap(),
            [current(&first, true), current(&second, false)]
        );
        store.use_identity(&b.fingerprint).unwrap();
        assert_eq!(
            store.identities().unwrap(),
            [current(&first, false), current(&second, true)]
        );
        let secret = store.secret(&a.fingerprint).unwrap().unwrap();
        assert!(secret.expose() == a.secret.expose());
        let revocation = store.revocation(&b.fingerprint).unwrap();
        assert_eq!(revocation.as_deref(), Some(&b"revoke b"[..]));
        assert_eq!(
            store.secret_fingerprints().unwrap(),
            [a.fingerprint.clone(), b.fingerprint.clone()]
        );
        let decided = store.acceptance().unwrap();
        let checked = decided.checked(&address("A@example.org"), &a.fingerprint);
        assert_eq!(checked, Checked::Own);
        assert!(store.cert(&a.fingerprint).unwrap().is_some());
        let again = store.add_identity(&first, &a.cert, &a.secret, b"");
        assert_eq!(again, Err(StoreFailure::Exists));
        let other = make_key(&["A <a@example.org>"]);
        let taken = identity(&other, "x <A@EXAMPLE.org>", 3);
        let refused = store.add_identity(&taken, &other.cert, &other.secret, b"");
        assert_eq!(refused, Err(StoreFailure::Exists));
        assert_eq!(store.cert(&other.fingerprint).unwrap().map(|_| ()), None);
    });
}

#[test]
fn rule_28_a_secret_key_put_again_loses_no_part() {
    on_both(|store| {
        let whole = make_key(&["a@example.org"]);
        use sequoia_openpgp::parse::Parse;
        let tsk = pgp::Cert::from_bytes(whole.secret.expose()).unwrap();
        let fewer = tsk.clone().retain_subkeys(|_| false);
        let fewer = Secret::new(fewer.as_tsk().to_vec().unwrap());
        let count = || {
            let kept = store.secret(&whole.fingerprint).unwrap().unwrap();
            let kept = pgp::Cert::from_bytes(kept.expose()).unwrap();
            kept.keys().secret().count()
        };
        store.put_secret(&whole.fingerprint, &fewer, at(0)).unwrap();
        assert_eq!(count(), 1);
        for secret in [&whole.secret, &fewer] {
            store.put_secret(&whole.fingerprint, secret, at(1)).unwrap();
            assert_eq!(count(), tsk.keys().secret().count());
        }
        let fingerprints = store.secret_fingerprints().unwrap();
        assert_eq!(fingerprints, std::slice::from_ref(&whole.fingerprint));
    });
}

#[test]
fn certs_are_found_by_fingerprint_address_and_key() {
    on_both(|store| {
        let a = make_key(&["A <a@example.org>", "A <a@bücher.example>"]);
        let b = make_key(&["b@example.org", "<A@Example.org>"]);
        let c = make_key(&[]);
        for key in [&a, &b, &c] {
            store
                .put_cert(&key.cert, CertProvenance::Imported, at(0))
                .unwrap();
        }
        let names = |certs: Vec<Cert>| {
            let mut names: Vec<_> = certs.iter().map(Cert::fingerprint).collect();
            names.sort();
            names
        };
        let sorted = |keys: &[&Key]| {
            let mut names: Vec<_> = keys.iter().map(|k| k.fingerprint.clone()).collect();
            names.sort();
            names
        };
        assert_eq!(names(store.certs().unwrap()), sorted(&[&a, &b, &c]));
        let for_a = store.certs_for(&address("a@EXAMPLE.org")).unwrap();
        assert_eq!(names(for_a), sorted(&[&a, &b]));
        let idna = store.certs_for(&address("a@xn--bcher-kva.example"));
        assert_eq!(names(idna.unwrap()), sorted(&[&a]));
        for subkey in &a.subkeys {
            for handle in [subkey.as_str(), &subkey[24..], &subkey.to_lowercase()] {
                let found = store.certs_with_key(handle).unwrap();
                assert_eq!(names(found), sorted(&[&a]), "{handle}");
            }
            // 32-bit ids name nothing.
            assert!(store.certs_with_key(&subkey[32..]).unwrap().is_empty());
        }
    });
}

#[test]
fn rule_53_the_ledger_keeps_every_cert_ever_seen_for_an_address() {
    on_both(|store| {
        let (a, b) = (make_key(&["x@example.org"]), make_key(&["x@example.org"]));
        let put = |key: &Key, from, second| store.put_cert(&key.cert, from, at(second)).unwrap();
        put(&a, CertProvenance::Mail, 1);
        put(&b, CertProvenance::Mail, 2);
        put(&a, CertProvenance::Mail, 3);
        put(&a, CertProvenance::Imported, 4);
        let line = |key: &Key, from, first, last| Seen {
            fingerprint: key.fingerprint.clone(),
            from,
            first: at(first),
            last: at(last),
        };
        let wanted = [
            line(&a, CertProvenance::Mail, 1, 3),
            line(&b, CertProvenance::Mail, 2, 2),
            line(&a, CertProvenance::Imported, 4, 4),
        ];
        let x = address("X@example.org");
        assert_eq!(store.ledger(&x).unwrap(), wanted);
        // A decision against a cert takes nothing from the ledger.
        store
            .decide(&x, &a.fingerprint, Checked::Rejected, at(5))
            .unwrap();
        assert_eq!(store.ledger(&x).unwrap(), wanted);
        assert!(store.ledger(&address("y@example.org")).unwrap().is_empty());
    });
}

#[test]
fn the_last_decision_holds_for_its_address_alone() {
    on_both(|store| {
        let key = make_key(&["a@example.org"]).fingerprint;
        let (a, b) = (address("a@example.org"), address("b@example.org"));
        store.decide(&a, &key, Checked::Accepted, at(0)).unwrap();
        store.decide(&a, &key, Checked::Confirmed, at(1)).unwrap();
        let decided = store.acceptance().unwrap();
        assert_eq!(decided.checked(&a, &key), Checked::Confirmed);
        assert_eq!(decided.checked(&b, &key), Checked::Unknown);
    });
}

#[test]
fn accounts_keep_their_order_and_their_passwords() {
    on_both(|store| {
        let password = |text: &str| {
            let found = store.password(&address(text)).unwrap();
            found.map(|p| p.expose().clone())
        };
        for (who, pw) in [("a@example.org", "1"), ("b@example.org", "2")] {
            let pw = Passphrase::new(pw.into());
            store.put_account(&account(who), &pw).unwrap();
        }
        let mut changed = account("A@example.org");
        changed.submission.port = 587;
        let pw = Passphrase::new("3".into());
        store.put_account(&changed, &pw).unwrap();
        assert_eq!(
            store.accounts().unwrap(),
            [changed, account("b@example.org")]
        );
        assert_eq!(password("a@example.org").as_deref(), Some("3"));
        assert_eq!(password("b@example.org").as_deref(), Some("2"));
        assert_eq!(password("c@example.org"), None);
    });
}

#[test]
fn attack_storage_a_password_goes_with_the_server_it_was_given_for() {
    let store = FileStore::in_memory().unwrap();
    let pw = Passphrase::new("hush".into());
    store.put_account(&account("a@example.org"), &pw).unwrap();
    let sql = "UPDATE account SET settings = replace(settings, 'smtp.', 'evil.')";
    store.db.write(|tx| Ok(tx.execute(sql, [])?)).unwrap();
    let refused = store.password(&address("a@example.org")).err();
    assert!(matches!(refused, Some(StoreFailure::Damaged { .. })));
}

#[test]
fn drafts_are_listed_newest_first_and_removed() {
    on_both(|store| {
        store.put_draft("a", b"1", at(1)).unwrap();
        store.put_draft("b", b"2", at(2)).unwrap();
        store.put_draft("a", b"3", at(3)).unwrap();
        let names = || -> Vec<String> {
            let heads = store.drafts().unwrap();
            heads.into_iter().map(|head| head.id).collect()
        };
        assert_eq!(names(), ["a", "b"]);
        assert_eq!(store.draft("a").unwrap().unwrap().expose(), b"3");
        store.remove_draft("a").unwrap();
        assert!(store.draft("a").unwrap().is_none());
        assert_eq!(names(), ["b"]);
        store.remove_draft("none").unwrap();
    });
}

#[test]
fn letters_are_kept_once_for_each_uid() {
    on_both(|store| {
        let (a, b) = (address("a@example.org"), address("b@example.org"));
        store.put_letter(&a, "u1", b"one", false, at(1)).unwrap();
        store.put_letter(&a, "u1", b"other", true, at(2)).unwrap();
        store.put_letter(&a, "u2", b"two", true, at(3)).unwrap();
        store.put_letter(&b, "u1", b"three", false, at(4)).unwrap();
        let heads = store.letters(&a).unwrap();
        let uids: Vec<&str> = heads.iter().map(|head| head.uid.as_str()).collect();
        assert_eq!(uids, ["u2", "u1"]);
        let one = store.letter(heads[1].id).unwrap().unwrap();
        assert_eq!(
            (one.head.clone(), &one.bytes[..]),
            (heads[1].clone(), &b"one"[..])
        );
        assert!(store.letter(99).unwrap().is_none());
        assert_eq!(store.letters(&b).unwrap().len(), 1);
    });
}

#[test]
fn the_outbox_gives_back_what_was_put_there() {
    on_both(|store| {
        let id = enqueue(store, &[3, 3 << 20]);
        let entry = store.outbox().unwrap().remove(0);
        assert_eq!(
            (entry.id, entry.subject.as_str(), entry.message_id.as_str()),
            (id, "Subject", "id@example.org")
        );
        assert_eq!(entry.protection, Protection::Plain);
        let kept = store.outgoing(id).unwrap().unwrap();
        for (copy, wanted) in kept.copies().iter().zip(letter(&[3, 3 << 20]).copies()) {
            assert_eq!(copy.envelope_to(), wanted.envelope_to());
            assert!(copy.bytes() == wanted.bytes());
        }
        assert!(store.outgoing(id + 1).unwrap().is_none());
        store.remove_outgoing(id).unwrap();
        assert!(store.outbox().unwrap().is_empty());
        assert!(store.outgoing(id).unwrap().is_none());
        // Numbers are not used again.
        assert!(enqueue(store, &[1]) > id);
    });
}

#[test]
fn a_copy_goes_through_its_states() {
    on_both(|store| {
        let id = enqueue(store, &[1, 1, 1]);
        assert!(store.claim(id, 0, &WAITING).unwrap());
        assert!(!store.claim(id, 0, &WAITING).unwrap());
        assert!(!store.claim(id, 9, &WAITING).unwrap());
        assert_eq!(store.remove_outgoing(id), Err(StoreFailure::Busy));
        let set = |index, state: OutboxState| {
            store.set_state(id, index, &state).unwrap();
            assert_eq!(states(store)[index], state);
        };
        set(0, OutboxState::Sending { data_begun: true });
        let receipt = "{}".to_owned();
        set(
            0,
            OutboxState::Sent {
                receipt: receipt.clone(),
            },
        );
        set(1, OutboxState::Refused { why: "no".into() });
        set(1, OutboxState::Waiting);
        set(2, OutboxState::MaybeSent);
        // What was sent is not sent again.
        store.set_state(id, 0, &OutboxState::Waiting).unwrap();
        assert_eq!(states(store)[0], OutboxState::Sent { receipt });
        assert!(!store.claim(id, 0, &WAITING).unwrap());
        assert!(store.claim(id, 1, &WAITING).unwrap());
        let gone = store.set_state(id + 1, 0, &OutboxState::Waiting);
        assert!(matches!(gone, Err(StoreFailure::Damaged { .. })));
    });
}

#[test]
fn rule_62_what_a_dead_process_was_sending_is_maybe_sent_or_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (dying, living) = (open(dir.path()), open(dir.path()));
    let id = enqueue(&dying, &[1, 1, 1, 1]);
    for index in 0..3 {
        assert!(dying.claim(id, index, &WAITING).unwrap());
    }
    let begun = OutboxState::Sending { data_begun: true };
    dying.set_state(id, 1, &begun).unwrap();
    let sent = OutboxState::Sent {
        receipt: "r".into(),
    };
    dying.set_state(id, 2, &sent).unwrap();

    // As long as it lives, its letters are its own.
    let connecting = OutboxState::Sending { data_begun: false };
    let all = [connecting, begun, sent.clone(), OutboxState::Waiting];
    assert_eq!(states(&living), all);
    assert!(!living.claim(id, 0, &WAITING).unwrap());
    let meddled = living.set_state(id, 1, &OutboxState::Waiting);
    assert_eq!(meddled, Err(StoreFailure::Busy));
    assert_eq!(living.remove_outgoing(id), Err(StoreFailure::Busy));

    drop(dying);
    let sorted = [
        OutboxState::Waiting,
        OutboxState::MaybeSent,
        sent,
        OutboxState::Waiting,
    ];
    assert_eq!(states(&living), sorted);
    assert_eq!(states(&open(dir.path())), sorted);
    // Not again by itself; the person may say so.
    assert!(!living.claim(id, 1, &WAITING).unwrap());
    assert!(living.claim(id, 1, &OutboxState::MaybeSent).unwrap());
}

#[test]
fn two_instances_never_claim_the_same_copy() {
    let dir = tempfile::tempdir().unwrap();
    let id = enqueue(&open(dir.path()), &[1; 20]);
    // All live to the end: what a dead one was sending would wait again.
    let stores = [open(dir.path()), open(dir.path()), open(dir.path())];
    let claimed: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = stores
            .iter()
            .map(|store| {
                let mine = |index: &usize| store.claim(id, *index, &WAITING).unwrap();
                scope.spawn(move || (0..20).filter(mine).collect::<Vec<_>>())
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|t| t.join().unwrap())
            .collect()
    });
    assert_eq!(claimed.len(), 20);
}

#[test]
fn a_copy_is_taken_only_in_the_state_that_was_seen() {
    on_both(|store| {
        let id = enqueue(store, &[1]);
        let refused = OutboxState::Refused { why: "no".into() };
        store.set_state(id, 0, &refused).unwrap();
        // Two jobs saw the same refusal and were told to try again: one of them does.
        assert!(!store.claim(id, 0, &WAITING).unwrap());
        assert!(!store.claim(id, 0, &OutboxState::MaybeSent).unwrap());
        assert!(store.claim(id, 0, &refused).unwrap());
        assert!(!store.claim(id, 0, &refused).unwrap());
        // It ended unsure: whoever saw a refusal does not send it once more.
        store.set_state(id, 0, &OutboxState::MaybeSent).unwrap();
        assert!(!store.claim(id, 0, &refused).unwrap());
        for state in states(store) {
            assert!(store.claim(id, 0, &state).unwrap());
        }
        for state in states(store) {
            assert!(!store.claim(id, 0, &state).unwrap(), "it is being sent");
        }
    });
}

#[test]
fn what_one_instance_writes_another_reads() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (open(dir.path()), open(dir.path()));
    let key = make_key(&["k@example.org"]);
    let who = address("k@example.org");
    assert!(b.certs_for(&who).unwrap().is_empty());
    a.put_draft("d", b"text", at(0)).unwrap();
    a.put_cert(&key.cert, CertProvenance::Mail, at(0)).unwrap();
    assert_eq!(b.draft("d").unwrap().unwrap().expose(), b"text");
    assert_eq!(b.certs_for(&who).unwrap().len(), 1);
}

#[test]
fn preferences_are_kept_one_by_one_and_need_no_vault() {
    use crate::settings::{PreferencesChange, TextSize, ThemeChoice, WindowPlace};
    let dir = tempfile::tempdir().unwrap();
    let locked = || FileStore::open(&Home::at(dir.path()), VaultAccess::Ask(Arc::new(Nobody)));
    let store = locked().unwrap();
    assert_eq!(store.preferences().unwrap(), Preferences::default());
    let large = TextSize::new(150).unwrap();
    let place = WindowPlace {
        width: 900,
        height: 700,
        at: Some((-3, 20)),
        maximized: true,
    };
    let other = locked().unwrap();
    store
        .change_preferences(&PreferencesChange::theme(ThemeChoice::Dark))
        .unwrap();
    other
        .change_preferences(&PreferencesChange::text_size(large))
        .unwrap();
    let all = store
        .change_preferences(&PreferencesChange::window(place))
        .unwrap();
    let wanted = Preferences {
        theme: ThemeChoice::Dark,
        text_size: large,
        window: Some(place),
    };
    assert_eq!(all, wanted);
    assert_eq!(locked().unwrap().preferences().unwrap(), wanted);
    // What is not understood is as if nobody had chosen it, and the rest stays.
    store
        .db
        .write(|tx| {
            Ok(tx.execute_batch(
                "UPDATE look SET value = '900' WHERE name = 'text-size';
                 UPDATE look SET value = '{' WHERE name = 'window'",
            )?)
        })
        .unwrap();
    let left = Preferences {
        theme: ThemeChoice::Dark,
        ..Preferences::default()
    };
    assert_eq!(store.preferences().unwrap(), left);
}

/// Has no passphrase for anybody.
struct Nobody;

impl crate::app::port::AskPassphrase for Nobody {
    fn ask(&self, _: crate::app::port::Question) -> Option<Passphrase> {
        None
    }
}

#[test]
fn a_signature_text_is_sealed_and_belongs_to_one_address() {
    let (ada, bob) = (address("ada@example.org"), address("bob@example.org"));
    on_both(|store| {
        assert_eq!(store.signature(&ada).unwrap(), None);
        store.put_signature(&ada, "Ada, from the attic").unwrap();
        let text = store.signature(&ada).unwrap();
        assert_eq!(text.as_deref(), Some("Ada, from the attic"));
        assert_eq!(store.signature(&bob).unwrap(), None);
        store.put_signature(&ada, "").unwrap();
        assert_eq!(store.signature(&ada).unwrap(), None);
    });
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    store.put_signature(&ada, "Ada, from the attic").unwrap();
    drop(store);
    for file in std::fs::read_dir(dir.path()).unwrap().flatten() {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        let found = bytes.windows(14).any(|window| window == b"from the attic");
        assert!(!found, "{:?}", file.path());
    }
}
