//! Servers that lie, stall and shout.

use super::NetworkServers;
use crate::adapters::tls::fixture::{Authority, acceptor, authority};
use crate::app::job::Cancel;
use crate::app::port::{Servers, Visit, Vouching};
use crate::checkup::servers::{LINE, OldTls, Place, Probed, Service, TlsSeen};
use crate::dns::{Name, NotKnown};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

const HOST: &str = "mx.example.org";

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

fn place(service: Service) -> Place {
    Place {
        host: Name::parse(HOST).unwrap(),
        port: 25,
        service,
        domain: Name::parse("example.org").unwrap(),
    }
}

/// A server that each connection meets so, and a visit to it.
fn served<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    service: Service,
    whole: Duration,
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> (NetworkServers, Visit) {
    let at: SocketAddr = runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
        at
    });
    let servers = NetworkServers::within(runtime.handle().clone(), whole);
    let visit = Visit {
        place: place(service),
        at: vec![at],
    };
    (servers, visit)
}

/// What comes of a server that each connection meets so.
fn met<F: Future<Output = ()> + Send + 'static>(
    service: Service,
    whole: Duration,
    authority: &Authority,
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> Probed {
    let runtime = runtime();
    let (servers, visit) = served(&runtime, service, whole, serve);
    let authorities = [authority.der.clone()];
    let vouching = Vouching {
        authorities: &authorities,
        now: "2026-05-03T10:00:00Z".parse().unwrap(),
    };
    let mut found = servers.meet(&[visit], &[], &vouching, &Cancel::default());
    found.places.remove(0).1
}

fn says(
    words: Vec<u8>,
) -> impl Fn(TcpStream) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
    move |mut stream| {
        let words = words.clone();
        Box::pin(async move {
            let _ = stream.write_all(&words).await;
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest).await;
        })
    }
}

const LONG: Duration = Duration::from_secs(15);

#[test]
fn attack_tar_pit_and_endless_lines_end_within_bounds() {
    let authority = authority("A");
    // Nobody says anything: the bound ends it.
    let silent = met(
        Service::Smtp,
        Duration::from_millis(400),
        &authority,
        says(Vec::new()),
    );
    assert_eq!(silent, Probed::Not(NotKnown::Deadline));
    for words in [vec![b'x'; 1 << 20], b"220-x\r\n".repeat(10_000)] {
        let Probed::Seen(seen) = met(Service::Smtp, LONG, &authority, says(words)) else {
            panic!("somebody answered");
        };
        assert_eq!(seen.banner, None);
    }
    let long = format!("220 {}\r\n", "y".repeat(3_000));
    let Probed::Seen(seen) = met(
        Service::Smtp,
        Duration::from_secs(2),
        &authority,
        says(long.into_bytes()),
    ) else {
        panic!("somebody answered");
    };
    assert!(seen.banner.unwrap().len() <= LINE);
}

#[test]
fn rule_58_what_comes_behind_the_yes_to_starttls_is_seen() {
    let authority = authority("A");
    let words =
        b"220 mx.example.org\r\n250-mx.example.org\r\n250 STARTTLS\r\n220 go\r\n250 forged\r\n";
    let Probed::Seen(seen) = met(Service::Smtp, LONG, &authority, says(words.to_vec())) else {
        panic!("somebody answered");
    };
    assert_eq!(seen.tls, TlsSeen::Injected);
}

#[test]
fn certificates_are_taken_down_good_or_not() {
    let good = authority("A");
    let acceptor = |host: &str, years| acceptor(&good, host, years);
    for (acceptor, names, vouched) in [
        (acceptor(HOST, (2020, 2090)), None, Some(true)),
        (
            acceptor("other.example", (2020, 2090)),
            Some(vec!["other.example".to_owned()]),
            Some(true),
        ),
        (acceptor(HOST, (2020, 2021)), None, Some(true)),
        (
            super::super::tls::fixture::acceptor(&authority("B"), HOST, (2020, 2090)),
            None,
            Some(false),
        ),
    ] {
        let serve = move |stream: TcpStream| {
            let acceptor = acceptor.clone();
            async move {
                if let Ok(mut tls) = acceptor.accept(stream).await {
                    let _ = tls.write_all(b"220 mx.example.org ESMTP\r\n").await;
                    let mut rest = Vec::new();
                    let _ = tls.read_to_end(&mut rest).await;
                }
            }
        };
        let found = met(Service::Submissions, Duration::from_secs(2), &good, serve);
        let Probed::Seen(seen) = found else {
            panic!("somebody answered");
        };
        let TlsSeen::Stands(session) = &seen.tls else {
            panic!("{seen:?}");
        };
        assert_eq!(session.other_names, names);
        assert_eq!(session.vouched, vouched);
        assert_eq!(session.version, "TLS 1.3");
        assert_eq!(seen.old, OldTls::Refused);
    }
}

#[test]
fn old_versions_are_known_by_the_head_of_the_answer() {
    let hello = |minor| {
        let mut bytes = vec![22, 3, minor, 0, 70, 2, 0, 0, 66, 3, minor];
        bytes.extend([0; 64]);
        bytes
    };
    let authority = authority("A");
    for (words, expected) in [
        (hello(1), OldTls::Agreed("TLS 1.0".to_owned())),
        (hello(2), OldTls::Agreed("TLS 1.1".to_owned())),
        (vec![21, 3, 1, 0, 2, 2, 70], OldTls::Refused),
        (b"220 plain text\r\n".to_vec(), OldTls::NotTried),
    ] {
        let found = met(Service::Submissions, LONG, &authority, says(words));
        let Probed::Seen(seen) = found else {
            panic!("somebody answered");
        };
        assert_eq!(seen.old, expected);
    }
}

#[test]
fn rule_58_a_server_that_keeps_what_came_before_tls_is_found() {
    let good = authority("A");
    for keeps in [true, false] {
        let acceptor = acceptor(&good, HOST, (2020, 2090));
        let serve = move |mut stream: TcpStream| {
            let acceptor = acceptor.clone();
            async move {
                let mut piece = [0; 512];
                stream.write_all(b"220 mx\r\n").await.unwrap();
                let _ = stream.read(&mut piece).await;
                stream
                    .write_all(b"250-mx\r\n250 STARTTLS\r\n")
                    .await
                    .unwrap();
                let count = stream.read(&mut piece).await.unwrap();
                let together = piece[..count].ends_with(b"NOOP\r\n");
                stream.write_all(b"220 go\r\n").await.unwrap();
                if let Ok(mut tls) = acceptor.accept(stream).await {
                    if keeps && together {
                        tls.write_all(b"250 Ok\r\n").await.unwrap();
                    }
                    let _ = tls.read(&mut piece).await;
                    let _ = tls.write_all(b"250-mx\r\n250 AUTH PLAIN\r\n").await;
                    let _ = tls.read(&mut piece).await;
                }
            }
        };
        let runtime = runtime();
        let (servers, visit) = served(&runtime, Service::Submission, LONG, serve);
        let authorities = [good.der.clone()];
        let vouching = Vouching {
            authorities: &authorities,
            now: "2026-05-03T10:00:00Z".parse().unwrap(),
        };
        let kept = servers.keeps_injected(&visit, &vouching, &Cancel::default());
        assert_eq!(kept, Ok(keeps));
    }
}
