//! What is known, and what would have to be asked.

use super::servers::{Encounters, PageAsk, PageSeen, Place, Probed};
use crate::dns::{Answer, Kind, Name, NotKnown, Question, Record, Reply, Snapshot};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Most questions of one check.
pub const QUESTIONS: usize = 400;

/// A view of a snapshot that remembers which questions nobody asked yet.
pub struct Facts<'a> {
    snapshot: &'a Snapshot,
    met: Option<&'a Encounters>,
    wanted: RefCell<Wanted>,
}

/// What has to be asked before more can be said.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of the Domain Name System.
    pub questions: BTreeSet<Question>,
    /// Of mail servers, each with the addresses of its host.
    pub places: BTreeMap<Place, Vec<IpAddr>>,
    /// Of web servers, with the addresses of theirs.
    pub pages: BTreeMap<PageAsk, Vec<IpAddr>>,
}

impl Wanted {
    /// Whether all is known that can be.
    pub fn is_empty(&self) -> bool {
        self.questions.is_empty() && self.places.is_empty() && self.pages.is_empty()
    }
}

/// What is known about a question.
#[derive(Debug, Clone, Copy)]
pub enum Looked<'a> {
    /// There are such records.
    There(&'a Answer),
    /// There are none.
    Absent,
    /// Nobody knows, or nobody asked yet.
    Unknown(NotKnown),
}

impl<'a> Facts<'a> {
    /// Over what was asked so far; nobody is to be met.
    pub fn new(snapshot: &'a Snapshot) -> Self {
        Facts {
            snapshot,
            met: None,
            wanted: RefCell::default(),
        }
    }

    /// Over what was asked so far, of servers too.
    pub fn meeting(snapshot: &'a Snapshot, met: &'a Encounters) -> Self {
        Facts {
            met: Some(met),
            ..Facts::new(snapshot)
        }
    }

    /// What a mail server was seen to say. What was not looked at yet is wanted, once the addresses
    /// of its host are known.
    pub fn probe(&self, place: &Place) -> Result<&'a super::servers::Observation, NotKnown> {
        let met = self.met.ok_or(NotKnown::NotAsked)?;
        if let Some(probed) = met.probed(place) {
            return match probed {
                Probed::Seen(seen) => Ok(seen),
                Probed::Not(why) => Err(*why),
            };
        }
        if met.has_room()
            && let Some(addresses) = self.addresses(&place.host)?
        {
            let mut wanted = self.wanted.borrow_mut();
            wanted.places.insert(place.clone(), addresses);
        }
        Err(NotKnown::TooMany)
    }

    /// What a web server has at a place, in the same way.
    pub fn page(&self, ask: &PageAsk) -> Result<&'a PageSeen, NotKnown> {
        let met = self.met.ok_or(NotKnown::NotAsked)?;
        if let Some(seen) = met.page(ask) {
            return match seen {
                PageSeen::Not(why) => Err(*why),
                PageSeen::Body(_) | PageSeen::Status(_) | PageSeen::Tls(_) => Ok(seen),
            };
        }
        if met.has_room()
            && let Some(addresses) = self.addresses(&ask.host)?
        {
            let mut wanted = self.wanted.borrow_mut();
            wanted.pages.insert(ask.clone(), addresses);
        }
        Err(NotKnown::TooMany)
    }

    /// The addresses of a host; `None` while they are not asked for yet. A host that was named
    /// together with an address needs none.
    fn addresses(&self, host: &Name) -> Result<Option<Vec<IpAddr>>, NotKnown> {
        let mut found = Vec::new();
        let mut failed = None;
        let mut waiting = false;
        for kind in [Kind::A, Kind::Aaaa] {
            match self.look(host, kind) {
                Looked::There(answer) => {
                    found.extend(answer.records.iter().filter_map(Record::address))
                }
                Looked::Absent => {}
                Looked::Unknown(NotKnown::TooMany) => waiting = true,
                Looked::Unknown(why) => failed = Some(why),
            }
        }
        match (waiting, found.is_empty(), failed) {
            (true, _, _) => Ok(None),
            (false, false, _) => Ok(Some(found)),
            (false, true, _) if self.met.is_some_and(|met| met.is_named(host)) => Ok(Some(found)),
            (false, true, Some(why)) => Err(why),
            (false, true, None) => Err(NotKnown::Closed),
        }
    }

    /// Everything that was asked of the Domain Name System, and what came of it.
    pub fn replies(&self) -> impl Iterator<Item = (&'a Question, &'a Reply)> {
        self.snapshot.all()
    }

    /// Hosts and ports that the person named.
    pub fn named(&self) -> &'a [(Name, u16)] {
        self.met.map_or(&[], Encounters::named)
    }

    /// What is known about the records of a kind at a name. What was not asked yet counts as unknown,
    /// and is wanted.
    pub fn look(&self, name: &Name, kind: Kind) -> Looked<'a> {
        let question = Question::new(name.clone(), kind);
        match self.snapshot.reply(&question) {
            Some(Reply::Records(answer)) => Looked::There(answer),
            Some(Reply::NoData | Reply::NoName) => Looked::Absent,
            Some(Reply::Unknown(why)) => Looked::Unknown(*why),
            None => {
                let mut wanted = self.wanted.borrow_mut();
                if self.snapshot.len().saturating_add(wanted.questions.len()) < QUESTIONS {
                    wanted.questions.insert(question);
                }
                Looked::Unknown(NotKnown::TooMany)
            }
        }
    }

    /// The texts at a name that begin as `begins` says, without case.
    pub fn texts(&self, name: &Name, begins: &[u8]) -> Result<Vec<&'a [u8]>, NotKnown> {
        match self.look(name, Kind::Txt) {
            Looked::There(answer) => Ok(answer
                .records
                .iter()
                .filter_map(Record::text)
                .filter(|text| {
                    text.get(..begins.len())
                        .is_some_and(|start| start.eq_ignore_ascii_case(begins))
                })
                .collect()),
            Looked::Absent => Ok(Vec::new()),
            Looked::Unknown(why) => Err(why),
        }
    }

    /// What has to be asked of the Domain Name System before more can be said.
    pub fn wanted(self) -> BTreeSet<Question> {
        self.wanted.into_inner().questions
    }

    /// What has to be asked of anybody.
    pub fn all_wanted(self) -> Wanted {
        self.wanted.into_inner()
    }
}

#[cfg(test)]
/// A zone file that answers, for tests.
pub mod testing {
    use super::*;
    use crate::dns::Zone;

    /// Everything that `judge` wants to know, out of a zone file.
    pub fn over<T>(zone: &str, judge: impl Fn(&Facts<'_>) -> T) -> T {
        let zone = Zone::parse(zone.as_bytes()).unwrap();
        let mut snapshot = Snapshot::default();
        loop {
            let facts = Facts::new(&snapshot);
            let found = judge(&facts);
            let wanted = facts.wanted();
            if wanted.is_empty() {
                return found;
            }
            for question in wanted {
                let reply = zone.answer(&question);
                snapshot.keep(question, reply);
            }
        }
    }
}
