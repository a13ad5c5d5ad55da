//! A desk's surroundings for tests that need none.

use super::{
    Clock, Connected, FetchFailure, Fetched, MailboxServer, Met, NoResolver, PageVisit, Receipt,
    Resolver, Resolvers, Scan, ScanFailure, Scanner, Servers, SignatureVerifier, Submission,
    SubmitFailure, Surveyed, SystemAuthorities, SystemTrust, Visit, Vouching, Web, WebFailure,
};
use crate::app::job::{Cancel, Watch};
use crate::base::{Passphrase, Time};
use crate::checkup::Facts;
use crate::checkup::account::Sender;
use crate::checkup::relay::{Envelope, Relayed};
use crate::checkup::servers::{PageSeen, Probed};
use crate::dns::NotKnown;
use crate::headers::ServerSignatures;
use crate::protect::Copy;
use crate::settings::Account;
use std::net::SocketAddr;
use std::sync::Arc;

/// A clock that stands.
pub struct Still;

impl Clock for Still {
    fn now(&self) -> Time {
        "2026-05-03T10:00:00Z".parse().unwrap()
    }
}

/// Trusts nobody and reaches nothing.
pub struct Nothing;

impl SystemTrust for Nothing {
    fn authorities(&self) -> SystemAuthorities {
        SystemAuthorities::default()
    }
}

impl Resolvers for Nothing {
    fn find(&self, _: Option<SocketAddr>) -> Result<Arc<dyn Resolver>, NoResolver> {
        Err(NoResolver)
    }
}

impl SignatureVerifier for Nothing {
    fn verify(&self, _: &[u8], _: Time, _: &Facts<'_>) -> ServerSignatures {
        ServerSignatures::none()
    }
}

impl Servers for Nothing {
    fn meet(&self, visits: &[Visit], pages: &[PageVisit], _: &Vouching<'_>, _: &Cancel) -> Met {
        let why = NotKnown::Closed;
        let place = |visit: &Visit| (visit.place.clone(), Probed::Not(why));
        let page = |visit: &PageVisit| (visit.ask.clone(), PageSeen::Not(why));
        Met {
            places: visits.iter().map(place).collect(),
            pages: pages.iter().map(page).collect(),
        }
    }

    fn relay(&self, _: &Visit, _: &[Envelope], _: &Vouching<'_>, _: &Cancel) -> Relayed {
        Relayed::Not(NotKnown::Closed)
    }

    fn keeps_injected(&self, _: &Visit, _: &Vouching<'_>, _: &Cancel) -> Result<bool, NotKnown> {
        Err(NotKnown::Closed)
    }

    fn crowd(&self, _: &Visit, _: usize, _: &Vouching<'_>, _: &Cancel) -> Result<usize, NotKnown> {
        Err(NotKnown::Closed)
    }
}

impl Scanner for Nothing {
    fn scan(&self, _: &[u8], _: &Cancel) -> Result<Scan, ScanFailure> {
        Ok(Scan::NoScanner)
    }
}

impl Web for Nothing {
    fn get(&self, _: &str, _: usize, _: &Cancel) -> Result<Vec<u8>, WebFailure> {
        Err(WebFailure::BadPlace)
    }

    fn post(
        &self,
        _: &str,
        _: &str,
        _: &[u8],
        _: usize,
        _: &Cancel,
    ) -> Result<Vec<u8>, WebFailure> {
        Err(WebFailure::BadPlace)
    }
}

impl Submission for Nothing {
    fn submit(
        &self,
        _: &Account,
        _: &Passphrase,
        _: &Copy,
        _: &Watch,
        _: &mut dyn FnMut() -> bool,
    ) -> Result<Receipt, SubmitFailure> {
        Err(SubmitFailure::Cancelled)
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

impl MailboxServer for Nothing {
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
