//! Connections that end in the middle: what was not sent is told from what may have been.

use super::postfix::{Listener, Postfix};
use super::proxy::{Proxy, Tamper};
use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use waxwing::app::job::Step;
use waxwing::app::port::Stage;

fn server() -> (Authority, Postfix) {
    let authority = Authority::new("Test CA");
    let good = authority.certify(HOST);
    let server = Postfix::start(&[Listener::implicit(&good)]);
    (authority, server)
}

#[test]
fn cut_in_the_middle_of_data_it_was_not_sent() {
    let (authority, server) = server();
    let between = Proxy::start(server.ports[0], Tamper::CutAfter(1 << 20));
    let account = account(&authority, Security::Implicit, between.port);
    let (result, begun) = Sending::default().send_telling(&account, &large(8 << 20));
    let stage = Stage::Data;
    assert_eq!(result, Err(SubmitFailure::Closed { stage }));
    assert!(begun);
    server.wait_for_log("lost connection after DATA");
    assert!(server.letters("bob").is_empty());
}

#[test]
fn rule_62_cut_after_the_dot_it_may_have_been_sent_and_here_it_was() {
    let (authority, server) = server();
    let copy = large(1 << 20);
    let between = Proxy::start(server.ports[0], Tamper::CutAnswerAfter(copy.bytes().len()));
    let account = account(&authority, Security::Implicit, between.port);
    let (result, begun) = Sending::default().send_telling(&account, &copy);
    let cancelled = false;
    assert_eq!(result, Err(SubmitFailure::MaybeSent { cancelled }));
    assert!(begun);
    let arrived = server.wait_for_letters("bob", 1);
    assert!(arrived[0].ends_with(&with_lf(copy.bytes())));
}

#[test]
fn stopped_during_data_it_was_not_sent() {
    let (authority, server) = server();
    let account = account(&authority, Security::Implicit, server.ports[0]);
    let copy = large(32 << 20);
    // Stops as soon as the first bytes are said to be gone.
    let sending = stopping_when(|done| done > 0);
    let (result, begun) = sending.send_telling(&account, &copy);
    assert_eq!(result, Err(SubmitFailure::Cancelled));
    assert!(begun);
    server.wait_for_log("lost connection after DATA");
    assert!(server.letters("bob").is_empty());
}

#[test]
fn stopped_or_not_recorded_before_data_nothing_was_begun() {
    let (authority, server) = server();
    let account = account(&authority, Security::Implicit, server.ports[0]);
    let runtime = Runtime::new().unwrap();
    let sending = Sending::default();
    let submission = sending.submission(&runtime);
    let password = Secret::new(sending.password.clone());
    let mut not_recorded = || false;
    let result = submission.submit(
        &account,
        &password,
        &letter(),
        &sending.watch,
        &mut not_recorded,
    );
    assert_eq!(result, Err(SubmitFailure::NotRecorded));
    let mut stopped = || {
        sending.watch.cancel.cancel();
        true
    };
    let result = submission.submit(&account, &password, &letter(), &sending.watch, &mut stopped);
    assert_eq!(result, Err(SubmitFailure::Cancelled));
    // What came after them arrives alone.
    send(&account, &letter()).unwrap();
    assert_eq!(server.wait_for_letters("bob", 1).len(), 1);
    let log = server.wait_for_log("data=1");
    assert_eq!(log.matches("data=1").count(), 1, "{log}");
}

#[test]
fn stopped_while_a_server_says_nothing_it_ends_at_once() {
    let silent = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let authority = Authority::new("Test CA");
    let port = silent.local_addr().unwrap().port();
    for security in [Security::Implicit, Security::StartTls] {
        let account = account(&authority, security, port);
        let sending = Sending::default();
        let cancel = sending.watch.cancel.clone();
        let stopping = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            cancel.cancel();
        });
        let began = Instant::now();
        let result = sending.send(&account, &letter());
        assert_eq!(result, Err(SubmitFailure::Cancelled));
        assert!(began.elapsed() < Duration::from_secs(10));
        stopping.join().unwrap();
    }
}

#[test]
fn a_host_without_address_and_a_port_without_server_are_told_apart() {
    let authority = Authority::new("Test CA");
    let free = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut account = account(&authority, Security::Implicit, port);
    let result = send(&account, &letter());
    assert!(
        matches!(&result, Err(SubmitFailure::NoConnection { server, .. })
            if *server == account.submission.to_string()),
        "{result:?}"
    );
    account.submission.connect_to = None;
    let host = HOST.to_owned();
    assert_eq!(
        Sending::within(20).send(&account, &letter()),
        Err(SubmitFailure::NoSuchHost { host })
    );
}

/// A sending whose person stops it when so many bytes of the letter are gone.
fn stopping_when(enough: fn(u64) -> bool) -> Sending {
    let woken = Arc::new(AtomicBool::new(false));
    let seen = woken.clone();
    let watch = Watch::waking(Arc::new(move || seen.store(true, Ordering::SeqCst)));
    let watched = watch.clone();
    std::thread::spawn(move || {
        let by = Instant::now() + Duration::from_secs(60);
        while Instant::now() < by {
            let progress = watched.latest();
            if progress.is_some_and(|now| now.step == Step::Sending && enough(now.done)) {
                watched.cancel.cancel();
                return;
            }
            if !woken.swap(false, Ordering::SeqCst) {
                std::thread::yield_now();
            }
        }
    });
    Sending {
        watch,
        ..Sending::default()
    }
}
