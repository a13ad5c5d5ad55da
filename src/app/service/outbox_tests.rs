use super::*;
use crate::adapters::store::FileStore;
use crate::address::Mailbox;
use crate::app::command::{DraftSource, OpenWhat, Way};
use crate::app::port::testing::{Nothing, Still};
use crate::app::port::{
    Clock, Connected, FetchFailure, Fetched, MailboxServer, Reply, Stage, Submission, Surveyed,
    TlsFacts,
};
use crate::app::service::{identity, open, send};
use crate::app::workers::Threads;
use crate::checkup::account::Sender;
use crate::settings::{Endpoint, Security, Trust};
use std::sync::{Arc, Mutex};

/// A server that refuses some recipients, and remembers whom it took what for.
#[derive(Default)]
struct Picky {
    refuses: Mutex<Vec<&'static str>>,
    took: Mutex<Vec<(Vec<Address>, Vec<u8>)>>,
}

impl Submission for Picky {
    fn submit(
        &self,
        _: &Account,
        _: &Passphrase,
        copy: &Copy,
        _: &Watch,
        on_data: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure> {
        let refuses = self.refuses.lock().unwrap();
        let is_refused = |to: &&Address| refuses.contains(&to.as_str());
        let (refused, taken): (Vec<&Address>, Vec<&Address>) =
            copy.envelope_to().iter().partition(is_refused);
        let refused: Vec<Refusal> = refused
            .into_iter()
            .map(|address| Refusal {
                address: address.clone(),
                reply: Reply {
                    code: 550,
                    text: "no such user".to_owned(),
                },
            })
            .collect();
        if taken.is_empty() {
            return Err(SubmitFailure::AllRefused(refused));
        }
        assert!(on_data());
        let taken: Vec<Address> = taken.into_iter().cloned().collect();
        let mut took = self.took.lock().unwrap();
        took.push((taken.clone(), copy.bytes().to_vec()));
        Ok(Receipt {
            tls: TlsFacts {
                host: "smtp.example.org".to_owned(),
                peer: "192.0.2.1:465".to_owned(),
                version: "TLS 1.3".to_owned(),
                key_exchange: "X25519".to_owned(),
                certificate: "AB".to_owned(),
            },
            taken,
            refused,
            last: Reply {
                code: 250,
                text: "queued".to_owned(),
            },
            at: Still.now(),
        })
    }

    fn test(&self, _: &Account, _: &Passphrase, _: &Watch) -> Result<Connected, SubmitFailure> {
        Err(SubmitFailure::Cancelled)
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

impl MailboxServer for Picky {
    fn fetch(
        &self,
        _: &Account,
        _: &Passphrase,
        _: &dyn Fn(&str) -> bool,
        _: &Watch,
    ) -> Result<Vec<Fetched>, FetchFailure> {
        Err(FetchFailure::NoMailbox)
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn desk(server: &Arc<Picky>) -> Desk {
    let desk = Desk {
        store: Arc::new(FileStore::in_memory().unwrap()),
        submission: server.clone(),
        mailbox: server.clone(),
        clock: Arc::new(Still),
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
    let alice = Mailbox::named("Alice", address("alice@example.org"));
    identity::new(&desk, &alice, &Watch::default()).unwrap();
    let account = Account {
        address: alice.address,
        login: "alice".to_owned(),
        submission: Endpoint {
            host: "smtp.example.org".to_owned(),
            port: 465,
            security: Security::Implicit,
            trust: Trust::System,
            connect_to: None,
        },
        mailbox: None,
    };
    let password = Passphrase::new("pw".to_owned());
    desk.store.put_account(&account, &password).unwrap();
    desk
}

const DRAFT: &str = "To: bob@example.org, carol@example.org\nSubject: Plans\n\nDear both,\n";

fn send_readable(desk: &Desk) -> SendReport {
    let draft = DraftSource::Message(DRAFT.as_bytes().to_vec());
    send::send(desk, draft, Way::SignOnly, None, &Watch::default()).unwrap()
}

#[test]
fn the_refused_are_tried_again_alone_and_nobody_gets_it_twice() {
    let server = Arc::new(Picky::default());
    server.refuses.lock().unwrap().push("carol@example.org");
    let desk = desk(&server);
    let sent = send_readable(&desk);
    let entry = &desk.store.outbox().unwrap()[0];
    assert_eq!(refused_of(&entry.copies[0]), [address("carol@example.org")]);
    // Refused once more: hers stands as refused, and the one that was sent stays sent.
    let again = retry(&desk, sent.id, false, &Watch::default());
    assert!(matches!(
        again,
        Err(Failure::Submit(SubmitFailure::AllRefused(_)))
    ));
    let entry = desk.store.outbox().unwrap().remove(0);
    assert_eq!(entry.copies.len(), 2);
    assert!(matches!(entry.copies[0].state, OutboxState::Sent { .. }));
    assert_eq!(entry.copies[0].envelope_to, [address("bob@example.org")]);
    assert!(matches!(entry.copies[1].state, OutboxState::Refused { .. }));
    assert!(refused_of(&entry.copies[0]).is_empty());
    // Now she is taken: the same bytes, for her alone.
    server.refuses.lock().unwrap().clear();
    let report = retry(&desk, sent.id, false, &Watch::default()).unwrap();
    assert_eq!(report.receipts[0].taken, [address("carol@example.org")]);
    let took = server.took.lock().unwrap();
    assert_eq!(took.len(), 2);
    assert_eq!(took[0].0, [address("bob@example.org")]);
    assert_eq!(took[0].1, took[1].1);
    drop(took);
    let done = retry(&desk, sent.id, false, &Watch::default());
    assert!(matches!(done, Err(Failure::NotWaiting)));
}

#[test]
fn rule_62_a_failure_says_where_the_copy_stands_and_whether_others_follow() {
    let reply = |code| Reply {
        code,
        text: String::new(),
    };
    let refused = |code| SubmitFailure::Refused {
        stage: Stage::Data,
        reply: reply(code),
    };
    let both = |one, other| {
        let refusal = |code| Refusal {
            address: address("bob@example.org"),
            reply: reply(code),
        };
        SubmitFailure::AllRefused(vec![refusal(one), refusal(other)])
    };
    for (failure, wanted) in [
        (refused(550), Aftermath::Refused),
        (refused(451), Aftermath::NotNow),
        (both(550, 553), Aftermath::Refused),
        (both(550, 451), Aftermath::NotNow),
        (SubmitFailure::Unsendable("x"), Aftermath::Refused),
        (SubmitFailure::Cancelled, Aftermath::NoServer),
        (SubmitFailure::LoginRefused(reply(535)), Aftermath::NoServer),
        (
            SubmitFailure::MaybeSent { cancelled: false },
            Aftermath::MaybeTaken,
        ),
    ] {
        assert_eq!(aftermath(&failure), wanted, "{failure:?}");
    }
    assert!(Aftermath::NotNow.goes_on() && !Aftermath::MaybeTaken.goes_on());
    let unsure = SubmitFailure::MaybeSent { cancelled: false };
    assert_eq!(
        aftermath(&unsure).state(&unsure),
        OutboxState::MaybeSent,
        "never tried again by itself"
    );
}

#[test]
fn rule_40_a_sent_letter_opens_again_with_the_own_key() {
    let server = Arc::new(Picky::default());
    let desk = desk(&server);
    let draft = "To: alice@example.org\nSubject: Note\n\nTo myself.\n";
    let draft = DraftSource::Message(draft.as_bytes().to_vec());
    let sent = send::send(&desk, draft, Way::Sealed, None, &Watch::default()).unwrap();
    let what = OpenWhat::Sent(sent.id);
    let read = open::open(&desk, &what, false, &Watch::default()).unwrap();
    assert_eq!(read.verdict().summary().word(), "confidential");
    assert_eq!(read.text().trim(), "To myself.");
    assert_eq!(read.header("Subject").unwrap().raw(), "Note");
    let kept = read.original().unwrap();
    assert_eq!(**kept, server.took.lock().unwrap()[0].1);
}
