//! Handing letters to a real Postfix, through the port alone and through `wax send`: good servers,
//! bad certificates, refusals, and people in between.

#[path = "support/authority.rs"]
mod authority;
#[expect(dead_code, reason = "it only hands out what Postfix delivered")]
#[path = "support/dovecot.rs"]
mod dovecot;
#[path = "support/gnupg.rs"]
mod gnupg;
#[path = "support/postfix.rs"]
mod postfix;
#[path = "support/proxy.rs"]
mod proxy;
#[path = "support/sasl.rs"]
mod sasl;
#[expect(dead_code, reason = "only the authority is wanted here")]
#[path = "support/smime.rs"]
mod smime;
#[path = "support/wax.rs"]
mod wax;

#[path = "smtp_peers/attacks.rs"]
mod attacks;
#[path = "smtp_peers/certificates.rs"]
mod certificates;
#[path = "smtp_peers/letters.rs"]
mod letters;
#[path = "smtp_peers/maybe.rs"]
mod maybe;
#[path = "smtp_peers/through_wax/mod.rs"]
mod through_wax;

use authority::Authority;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use waxwing::adapters::smtp::{Limits, SmtpSubmission};
use waxwing::address::Address;
use waxwing::app::job::Watch;
use waxwing::app::port::{Clock, Receipt, Submission, SubmitFailure};
use waxwing::base::{Secret, Time};
use waxwing::protect::{ConsentToPlain, Copy, Outgoing};
use waxwing::settings::{Account, Endpoint, Security, Trust};

/// The name in a good certificate.
const HOST: &str = "mail.test.invalid";

struct RealTime;

impl Clock for RealTime {
    #[expect(clippy::disallowed_methods, reason = "TLS asks the real clock")]
    fn now(&self) -> Time {
        Time::now()
    }
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

/// Alice's account with the server on this port.
fn account(authority: &Authority, security: Security, port: u16) -> Account {
    Account {
        address: address("alice@test.invalid"),
        login: postfix::LOGIN.0.to_owned(),
        submission: Endpoint {
            host: HOST.to_owned(),
            port,
            security,
            trust: Trust::Pinned(vec![authority.der.clone()]),
            connect_to: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        },
        mailbox: None,
    }
}

/// One readable copy: what is inside makes no difference to the wire.
fn copy(to: &[&str], bytes: impl Into<Vec<u8>>) -> Copy {
    let to = to.iter().map(|to| address(to)).collect();
    let copies = vec![(to, bytes.into())];
    let outgoing = Outgoing::plain(copies, ConsentToPlain::given()).unwrap();
    outgoing.copies()[0].clone()
}

/// A small letter for Bob.
fn letter() -> Copy {
    copy(&["bob@test.invalid"], "Subject: small\r\n\r\nhello\r\n")
}

/// A letter of about `size` bytes for Bob, in lines of 70.
fn large(size: usize) -> Copy {
    let line = "0123456789".repeat(7) + "\r\n";
    let body = line.repeat(size / line.len());
    copy(
        &["bob@test.invalid"],
        format!("Subject: large\r\n\r\n{body}"),
    )
}

/// Bytes as they lie in a Maildir.
fn with_lf(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .into_bytes()
}

/// How a letter is sent.
struct Sending {
    limits: Limits,
    watch: Watch,
    password: String,
}

impl Default for Sending {
    fn default() -> Self {
        Sending {
            limits: Limits::default(),
            watch: Watch::default(),
            password: postfix::LOGIN.1.to_owned(),
        }
    }
}

impl Sending {
    /// Within so many seconds, whatever the letter's size.
    fn within(seconds: u64) -> Self {
        let limits = Limits {
            whole: Duration::from_secs(seconds),
            rate: u64::MAX,
            ..Limits::default()
        };
        Sending {
            limits,
            ..Sending::default()
        }
    }

    fn submission(&self, runtime: &Runtime) -> SmtpSubmission {
        SmtpSubmission::with_limits(runtime.handle().clone(), Arc::new(RealTime), self.limits)
    }

    /// Sends, and says whether the caller was told that DATA begins.
    fn send_telling(
        &self,
        account: &Account,
        copy: &Copy,
    ) -> (Result<Receipt, SubmitFailure>, bool) {
        let runtime = Runtime::new().unwrap();
        let password = Secret::new(self.password.clone());
        let mut told = false;
        let mut on_data = || {
            told = true;
            true
        };
        let submission = self.submission(&runtime);
        let result = submission.submit(account, &password, copy, &self.watch, &mut on_data);
        (result, told)
    }

    fn send(&self, account: &Account, copy: &Copy) -> Result<Receipt, SubmitFailure> {
        self.send_telling(account, copy).0
    }

    fn test(&self, account: &Account) -> Result<waxwing::app::port::Connected, SubmitFailure> {
        let runtime = Runtime::new().unwrap();
        let password = Secret::new(self.password.clone());
        self.submission(&runtime)
            .test(account, &password, &self.watch)
    }
}

/// Sends as people do.
fn send(account: &Account, copy: &Copy) -> Result<Receipt, SubmitFailure> {
    Sending::default().send(account, copy)
}
