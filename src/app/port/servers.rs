//! Looking at servers from outside: what they say to anybody, without logging in.

use crate::app::job::Cancel;
use crate::base::Time;
use crate::checkup::relay::{Envelope, Relayed};
use crate::checkup::servers::{PageAsk, PageSeen, Place, Probed};
use crate::dns::NotKnown;
use std::net::SocketAddr;

/// A mail server to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// Which.
    pub place: Place,
    /// Where it may be reached, best first.
    pub at: Vec<SocketAddr>,
}

/// A page to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageVisit {
    /// Which.
    pub ask: PageAsk,
    /// Where its server may be reached, best first.
    pub at: Vec<SocketAddr>,
}

/// Who vouches, and since when it is now.
#[derive(Debug, Clone)]
pub struct Vouching<'a> {
    /// Certificates of authorities, DER.
    pub authorities: &'a [Vec<u8>],
    /// The time that dates are held against.
    pub now: Time,
}

/// What came of all of them, each with an answer, if only that it is not known.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// Of mail servers.
    pub places: Vec<(Place, Probed)>,
    /// Of pages.
    pub pages: Vec<(PageAsk, PageSeen)>,
}

/// Looks at servers.
pub trait Servers: Send + Sync {
    /// Looks at all of them side by side, within bounds of time and size whatever they do.
    fn meet(
        &self,
        visits: &[Visit],
        pages: &[PageVisit],
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Met;

    /// Asks one server whether it takes mail for each of these, and hands none over. Only where its
    /// control was shown (rule 69).
    fn relay(
        &self,
        visit: &Visit,
        envelopes: &[Envelope],
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Relayed;

    /// Says a harmless command in one breath with STARTTLS: whether it still counts after TLS. Only where
    /// the server's control was shown (rule 69).
    fn keeps_injected(
        &self,
        visit: &Visit,
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Result<bool, NotKnown>;

    /// Opens so many connections at once, holds them until each was greeted or not, and says how many
    /// were. Only where the server's control was shown (rule 69).
    fn crowd(
        &self,
        visit: &Visit,
        count: usize,
        vouching: &Vouching<'_>,
        cancel: &Cancel,
    ) -> Result<usize, NotKnown>;
}
