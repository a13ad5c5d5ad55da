//! Handshakes with good and bad servers on loopback.

use super::fixture::{Authority, acceptor, authority};
use super::*;
use crate::adapters::practice::PracticeServer;
use crate::address::Address;
use crate::app::job::Cancel;
use crate::app::port::{Clock, Stage, SubmitFailure, TlsRefusal};
use crate::base::Time;
use crate::settings::{Endpoint, Security, Trust};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::Instant;

const HOST: &str = "mail.example";

fn patience(time: Duration) -> Patience {
    Patience {
        deadline: Instant::now() + time,
        cancel: Cancel::default(),
    }
}

fn long() -> Patience {
    patience(Duration::from_secs(10))
}

fn endpoint(port: u16, issuers: Vec<Vec<u8>>) -> Endpoint {
    Endpoint {
        host: HOST.to_owned(),
        port,
        security: Security::Implicit,
        trust: Trust::Pinned(issuers),
        connect_to: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    }
}

/// Greets one connection after another, with a certificate for `host` in these years.
async fn serve(authority: &Authority, host: &str, years: (i32, i32)) -> u16 {
    let acceptor = acceptor(authority, host, years);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((tcp, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(tcp).await {
                let _ = stream.write_all(b"hello").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    port
}

/// Answers each connection with these bytes and stays silent.
async fn say(bytes: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut tcp, _)) = listener.accept().await {
            let _ = tcp.write_all(bytes).await;
            kept.push(tcp);
        }
    });
    port
}

async fn connect(endpoint: &Endpoint, patience: &Patience) -> Result<TlsStream, SubmitFailure> {
    let tcp = connect_tcp(endpoint, patience).await?;
    handshake(tcp, endpoint, patience).await
}

async fn refusal(endpoint: &Endpoint) -> TlsRefusal {
    match connect(endpoint, &long()).await.unwrap_err() {
        SubmitFailure::Tls { server, refusal } => {
            assert_eq!(server, endpoint.to_string());
            refusal
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn rule_63_a_good_handshake_gives_its_facts() {
    let ca = authority("Good CA");
    let port = serve(&ca, HOST, (2020, 2090)).await;
    let mut stream = connect(&endpoint(port, vec![ca.der]), &long())
        .await
        .unwrap();
    let facts = stream.facts().clone();
    assert_eq!(facts.host, HOST);
    assert_eq!(facts.peer, format!("127.0.0.1:{port}"));
    assert_eq!(facts.version, "TLS 1.3");
    assert_eq!(facts.key_exchange, "X25519MLKEM768");
    assert_eq!(facts.certificate.len(), 64);
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    assert_eq!(said, "hello");
}

#[tokio::test]
async fn rule_60_a_bad_certificate_is_refused_with_expected_and_found() {
    let ca = authority("Good CA");
    let pinned = vec![ca.der.clone()];

    let port = serve(&ca, "other.example", (2020, 2090)).await;
    let found = refusal(&endpoint(port, pinned.clone())).await;
    let expected = TlsRefusal::WrongName {
        expected: HOST.to_owned(),
        found: vec!["other.example".to_owned()],
    };
    assert_eq!(found, expected);

    let port = serve(&ca, HOST, (2020, 2021)).await;
    let until = Some("2021-01-01T00:00:00Z".parse::<Time>().unwrap());
    let found = refusal(&endpoint(port, pinned.clone())).await;
    assert_eq!(found, TlsRefusal::Expired { until });

    let port = serve(&ca, HOST, (2089, 2090)).await;
    let from = Some("2089-01-01T00:00:00Z".parse::<Time>().unwrap());
    let found = refusal(&endpoint(port, pinned.clone())).await;
    assert_eq!(found, TlsRefusal::NotYetValid { from });

    let unknown = authority("Unknown CA");
    let port = serve(&unknown, HOST, (2020, 2090)).await;
    let found = refusal(&endpoint(port, pinned)).await;
    let expected = TlsRefusal::UnknownIssuer {
        found: Some("Unknown CA".to_owned()),
    };
    assert_eq!(found, expected);

    // What no list of a system names is refused by the system's list too.
    let mut by_system = endpoint(port, Vec::new());
    by_system.trust = Trust::System;
    assert!(connect(&by_system, &long()).await.is_err());
    // Nothing pinned means that nobody vouches.
    let found = refusal(&endpoint(port, Vec::new())).await;
    assert!(matches!(found, TlsRefusal::Other(_)), "{found:?}");
    let found = refusal(&endpoint(port, vec![b"no certificate".to_vec()])).await;
    assert!(matches!(found, TlsRefusal::Other(_)), "{found:?}");
}

#[tokio::test]
async fn rule_60_tls_below_1_2_is_refused() {
    // An alert "protocol version", as OpenSSL with TLS 1.1 alone sends it.
    let port = say(b"\x15\x03\x03\x00\x02\x02\x46").await;
    let found = None;
    let refused = refusal(&endpoint(port, vec![authority("CA").der])).await;
    assert_eq!(refused, TlsRefusal::OldVersion { found });
    // A ServerHello of TLS 1.0, empty session, TLS_RSA_WITH_AES_128_CBC_SHA.
    let port = say(b"\x16\x03\x01\x00\x2a\x02\x00\x00\x26\x03\x01\
        0123456789abcdef0123456789abcdef\x00\x00\x2f\x00")
    .await;
    let found = Some("TLS 1.0".to_owned());
    let refused = refusal(&endpoint(port, vec![authority("CA").der])).await;
    assert_eq!(refused, TlsRefusal::OldVersion { found });
}

#[tokio::test]
async fn rule_30_what_is_no_tls_ends_within_the_deadline() {
    let ca = vec![authority("CA").der];
    let port = say(b"220 mail.example ESMTP\r\n").await;
    let failure = connect(&endpoint(port, ca.clone()), &long())
        .await
        .unwrap_err();
    let stage = Stage::Handshake;
    assert_eq!(failure, SubmitFailure::Garbage { stage });

    let port = say(b"").await;
    let short = patience(Duration::from_millis(100));
    let failure = connect(&endpoint(port, ca.clone()), &short)
        .await
        .unwrap_err();
    assert_eq!(failure, SubmitFailure::Deadline { stage });

    let stopped = long();
    stopped.cancel.cancel();
    let failure = connect(&endpoint(port, ca), &stopped).await.unwrap_err();
    assert_eq!(failure, SubmitFailure::Cancelled);
}

#[tokio::test]
async fn who_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let nobody = endpoint(port, Vec::new());
    let failure = connect(&nobody, &long()).await.unwrap_err();
    let SubmitFailure::NoConnection { server, .. } = failure else {
        panic!("{failure:?}")
    };
    assert_eq!(server, format!("{HOST}:{port}"));

    let mut nowhere = nobody;
    nowhere.connect_to = None;
    nowhere.host = "no such host".to_owned();
    let failure = connect(&nowhere, &long()).await.unwrap_err();
    let host = nowhere.host;
    assert_eq!(failure, SubmitFailure::NoSuchHost { host });
}

struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "TLS asks the real clock")]
    fn now(&self) -> Time {
        Time::now()
    }
}

#[tokio::test]
async fn the_practice_server_is_reached_like_any_other() {
    let handle = tokio::runtime::Handle::current();
    let server = PracticeServer::start(&handle, Arc::new(RealClock)).unwrap();
    let (account, _) = server.account(&Address::parse("me@practice.invalid").unwrap());
    let stream = connect(&account.submission, &long()).await.unwrap();
    assert_eq!(stream.facts().host, account.submission.host);
}
