//! Fetching from a real Dovecot and from the practice server, through the port alone.

#[path = "support/dovecot.rs"]
mod dovecot;

use dovecot::Dovecot;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use tokio::runtime::Runtime;
use waxwing::adapters::clock::SystemClock;
use waxwing::adapters::pop3::Pop3Mailbox;
use waxwing::adapters::practice::PracticeServer;
use waxwing::address::Address;
use waxwing::app::job::{Progress, Step, Watch};
use waxwing::app::port::{FetchFailure, Fetched, MailboxServer, SubmitFailure, TlsRefusal};
use waxwing::base::Secret;
use waxwing::settings::{Account, Endpoint, Security, Trust};

const ALICE: (&str, &str) = ("alice@test.invalid", "pass word + §");
const BOB: (&str, &str) = ("bob@test.invalid", "plain");

fn letters() -> Vec<Vec<u8>> {
    let mut large = b"Subject: large\n\n".to_vec();
    large.extend(b".dots and \xff bytes, over and over again\n".repeat(130_000));
    let mut long = b"Subject: one long line\n\n".to_vec();
    long.extend([b'x'; 200_000]);
    long.push(b'\n');
    vec![
        b"Subject: dots\n\n.\n..\n.x\n\n.\n".to_vec(),
        b"Subject: no text\n\n".to_vec(),
        long,
        large,
    ]
}

fn server() -> Dovecot {
    let letters = letters();
    let letters: Vec<&[u8]> = letters.iter().map(Vec::as_slice).collect();
    Dovecot::start(&[ALICE, BOB], &letters, None)
}

fn account(server: &Dovecot, user: (&str, &str)) -> Account {
    let endpoint = Endpoint {
        host: dovecot::HOST.to_owned(),
        port: server.port,
        security: Security::Implicit,
        trust: Trust::Pinned(vec![server.authority.clone()]),
        connect_to: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    };
    Account {
        address: Address::parse(user.0).unwrap(),
        login: user.0.to_owned(),
        submission: endpoint.clone(),
        mailbox: Some(endpoint),
    }
}

fn fetch(
    account: &Account,
    password: &str,
    known: &dyn Fn(&str) -> bool,
) -> Result<Vec<Fetched>, FetchFailure> {
    fetch_watched(account, password, known, &Watch::default())
}

fn fetch_watched(
    account: &Account,
    password: &str,
    known: &dyn Fn(&str) -> bool,
    watch: &Watch,
) -> Result<Vec<Fetched>, FetchFailure> {
    let runtime = Runtime::new().unwrap();
    let client = Pop3Mailbox::new(runtime.handle().clone());
    let password = Secret::new(password.to_owned());
    client.fetch(account, &password, known, watch)
}

#[test]
fn dovecot_hands_out_every_letter_byte_for_byte_and_keeps_them() {
    let server = server();
    for (user, security) in [(ALICE, Security::Implicit), (BOB, Security::StartTls)] {
        let mut account = account(&server, user);
        if security == Security::StartTls {
            let endpoint = account.mailbox.as_mut().unwrap();
            (endpoint.security, endpoint.port) = (security, server.stls_port);
        }
        let watch = Watch::default();
        let fetched = fetch_watched(&account, user.1, &|_| false, &watch)
            .unwrap_or_else(|failure| panic!("{failure:?}: {}", server.log()));
        let expected: Vec<Vec<u8>> = letters()
            .iter()
            .map(|letter| {
                let lines = letter.split_inclusive(|b| *b == b'\n');
                lines
                    .flat_map(|line| [&line[..line.len() - 1], b"\r\n"].concat())
                    .collect()
            })
            .collect();
        assert_eq!(fetched.len(), expected.len());
        for (letter, expected) in fetched.iter().zip(&expected) {
            assert!(letter.bytes == *expected, "{} differs", letter.uid);
        }
        let total = expected.iter().map(|letter| letter.len() as u64).sum();
        let said = Progress {
            step: Step::Fetching,
            done: total,
            total,
        };
        assert_eq!(watch.latest(), Some(said));
        let first = fetched[0].uid.clone();
        let again = fetch(&account, user.1, &|uid| uid != first).unwrap_or_default();
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].uid, first);
        assert_eq!(server.letters(user.0), expected.len());
    }
}

#[test]
fn the_practice_server_is_a_mailbox_like_any_other() {
    let runtime = Runtime::new().unwrap();
    let server = PracticeServer::start(runtime.handle(), Arc::new(SystemClock)).unwrap();
    let (account, password) = server.account(&Address::parse("alice@practice.invalid").unwrap());
    let client = Pop3Mailbox::new(runtime.handle().clone());
    let fetched = client.fetch(&account, &password, &|_| false, &Watch::default());
    assert!(fetched.is_ok_and(|letters| letters.is_empty()));
    let wrong = Secret::new("wrong".to_owned());
    let failure = client.fetch(&account, &wrong, &|_| false, &Watch::default());
    assert!(
        matches!(
            failure,
            Err(FetchFailure::Connection(SubmitFailure::LoginRefused(_)))
        ),
        "{:?}",
        failure.err()
    );
}

#[test]
fn rule_60_a_wrong_password_and_wrong_certificates_are_told_apart() {
    let server = server();
    let account = account(&server, BOB);
    let failure = |account: &Account, password: &str| match fetch(account, password, &|_| false) {
        Err(FetchFailure::Connection(failure)) => failure,
        other => panic!("{:?}", other.map(|letters| letters.len())),
    };
    let refused = failure(&account, "wrong");
    assert!(
        matches!(&refused, SubmitFailure::LoginRefused(reply) if reply.text.contains("[AUTH]")),
        "{refused:?}"
    );
    let with = |change: &dyn Fn(&mut Endpoint)| {
        let mut changed = account.clone();
        change(changed.mailbox.as_mut().unwrap());
        failure(&changed, BOB.1)
    };
    let other_name = with(&|endpoint| endpoint.host = "mail.test.invalid".to_owned());
    assert!(
        matches!(
            &other_name,
            SubmitFailure::Tls { refusal: TlsRefusal::WrongName { expected, found }, .. }
                if expected == "mail.test.invalid" && found == &[dovecot::HOST]
        ),
        "{other_name:?}"
    );
    let nobodys = with(&|endpoint| endpoint.trust = Trust::System);
    assert!(
        matches!(
            &nobodys,
            SubmitFailure::Tls {
                refusal: TlsRefusal::UnknownIssuer { .. },
                ..
            }
        ),
        "{nobodys:?}"
    );
    let mut none = account.clone();
    none.mailbox = None;
    let failure = fetch(&none, BOB.1, &|_| false).err();
    assert_eq!(failure, Some(FetchFailure::NoMailbox));
}
