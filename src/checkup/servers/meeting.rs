//! Whom to meet, and what came of it.

use super::Observation;
use crate::dns::{Name, NotKnown};
use std::collections::BTreeMap;

/// Most servers and pages that one check meets.
pub const MEETINGS: usize = 96;

/// What a port is for, and how TLS begins there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Taking mail from other servers, TLS by STARTTLS.
    Smtp,
    /// Taking mail from people, TLS by STARTTLS.
    Submission,
    /// Taking mail from people, TLS from the first byte.
    Submissions,
    /// IMAP, TLS by STARTTLS.
    Imap,
    /// IMAP, TLS from the first byte.
    Imaps,
    /// POP3, TLS by STLS.
    Pop3,
    /// POP3, TLS from the first byte.
    Pop3s,
}

impl Service {
    /// What stands at a port by its number (RFC 8314, RFC 6409).
    pub fn at(port: u16) -> Option<Service> {
        Some(match port {
            25 => Service::Smtp,
            465 => Service::Submissions,
            587 | 2525 => Service::Submission,
            143 => Service::Imap,
            993 => Service::Imaps,
            110 => Service::Pop3,
            995 => Service::Pop3s,
            _ => return None,
        })
    }

    /// Whether TLS comes first.
    pub fn is_implicit(self) -> bool {
        matches!(self, Service::Submissions | Service::Imaps | Service::Pop3s)
    }

    /// Whether it speaks SMTP.
    pub fn is_smtp(self) -> bool {
        matches!(
            self,
            Service::Smtp | Service::Submission | Service::Submissions
        )
    }
}

/// One port of one host.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The host, whose name the certificate must carry.
    pub host: Name,
    /// The port.
    pub port: u16,
    /// What is expected there.
    pub service: Service,
    /// The domain whose mail is meant.
    pub domain: Name,
}

/// What came of looking at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// Somebody answered.
    Seen(Box<Observation>),
    /// Nobody knows.
    Not(NotKnown),
}

/// A page of a web server, over HTTPS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PageAsk {
    /// The server.
    pub host: Name,
    /// Path and query.
    pub path: String,
    /// Whether redirections are followed (RFC 8461 §3.3 forbids it for policies).
    pub follow: bool,
}

/// What a web server has there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageSeen {
    /// This, of at most 64 KiB.
    Body(Vec<u8>),
    /// It answers with this status.
    Status(u16),
    /// Its certificate is not good, or it offers no TLS of today; in technical words.
    Tls(String),
    /// Nobody knows.
    Not(NotKnown),
}

/// Everybody who was met.
#[derive(Debug, Clone, Default)]
pub struct Encounters {
    probed: BTreeMap<Place, Probed>,
    pages: BTreeMap<PageAsk, PageSeen>,
    named: Vec<(Name, u16)>,
}

impl Encounters {
    /// Nobody yet. `named` are the hosts and ports whose addresses the person gave.
    pub fn new(named: Vec<(Name, u16)>) -> Self {
        Encounters {
            named,
            ..Encounters::default()
        }
    }

    /// Hosts and ports that the person named.
    pub fn named(&self) -> &[(Name, u16)] {
        &self.named
    }

    /// Whether the person named the host.
    pub fn is_named(&self, host: &Name) -> bool {
        self.named.iter().any(|(named, _)| named == host)
    }

    /// Whether more may be met.
    pub fn has_room(&self) -> bool {
        self.probed.len().saturating_add(self.pages.len()) < MEETINGS
    }

    /// What came of a place; `None` when nobody looked yet.
    pub fn probed(&self, place: &Place) -> Option<&Probed> {
        self.probed.get(place)
    }

    /// What a web server has; `None` when nobody looked yet.
    pub fn page(&self, ask: &PageAsk) -> Option<&PageSeen> {
        self.pages.get(ask)
    }

    /// Keeps what came of a place.
    pub fn keep(&mut self, place: Place, probed: Probed) {
        self.probed.insert(place, probed);
    }

    /// Keeps what a web server has.
    pub fn keep_page(&mut self, ask: PageAsk, seen: PageSeen) {
        self.pages.insert(ask, seen);
    }
}
