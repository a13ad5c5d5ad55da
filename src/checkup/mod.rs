//! The check-up: rules over what DNS and servers were seen to say.
//!
//! [`domain`](domain()) goes over a [`Snapshot`] and says what it finds, and through [`Facts`] what it
//! would have to ask to find more. A service asks that and comes again, until nothing is wanted: so each
//! question is asked once, those of one round side by side, and every decision stays here.
//!
//! Zero false alarms: what is not known is [`Outcome::Unknown`], what is optional is advice, and neither
//! is ever a failure (rule 68).

pub mod account;
mod changes;
mod dkim;
pub mod dmarc;
mod dnssec;
mod facts;
mod finding;
mod found;
pub mod lists;
mod mail_servers;
mod mta_sts;
mod optional;
pub mod relay;
pub mod servers;
pub mod spf;
pub mod tags;

pub use changes::{Changes, Past, changes};
pub use dkim::{SelectorSource, common_selectors};
#[cfg(test)]
pub use facts::testing as facts_testing;
pub use facts::{Facts, Looked, Wanted};
pub use finding::{Detail, Finding, FindingId, Outcome, Owner, Paste, Topic};
pub use spf::{SpfStep, SpfTree};

use crate::dns::{Name, Snapshot};

/// What is checked.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The domain behind the `@`.
    pub domain: Name,
    /// DKIM selectors that may be in use, and how sure that is.
    pub selectors: Vec<(String, SelectorSource)>,
    /// Block lists to be asked.
    pub lists: Vec<Name>,
}

/// What a domain's DNS was found to say.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// In the order of the page: sending, servers, transport, finding.
    pub findings: Vec<Finding>,
    /// The SPF record and what it includes, with the look-ups that each takes.
    pub spf: Option<SpfTree>,
}

/// Judges the DNS of a domain by what `facts` has, and notes in it what is wanted beyond that.
pub fn domain(subject: &Subject, facts: &Facts<'_>) -> Report {
    let mut findings = Vec::new();
    let sends = mail_servers::takes_mail(&subject.domain, facts);
    let spf = spf::check(&subject.domain, facts, &mut findings);
    dkim::check(subject, facts, &mut findings);
    dmarc::check(&subject.domain, facts, &mut findings);
    mail_servers::check(&subject.domain, facts, &mut findings);
    servers::check(&subject.domain, facts, &mut findings);
    lists::check(&subject.domain, &subject.lists, facts, &mut findings);
    if sends {
        mta_sts::check(&subject.domain, facts, &mut findings);
    }
    optional::check(&subject.domain, sends, facts, &mut findings);
    found::check(&subject.domain, facts, &mut findings);
    dnssec::check(&subject.domain, facts, &mut findings);
    findings.sort_by_key(|finding| finding.id);
    Report { findings, spf }
}

/// Facts over a snapshot that holds all it needs.
pub fn settled<'a>(snapshot: &'a Snapshot) -> Facts<'a> {
    Facts::new(snapshot)
}
