//! Whether the author's domain takes responsibility, and what it wants done otherwise (RFC 9989).

use super::spf::{Spf, SpfOutcome};
use crate::checkup::dmarc::{self, WalkEnd};
use crate::checkup::tags;
use crate::checkup::{Facts, Looked};
use crate::dns::{Kind, Name, NotKnown};

/// What came of it (RFC 8601 §2.7, as RFC 9989 has it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DmarcOutcome {
    /// A domain that is aligned with the author's vouches for it.
    Pass,
    /// None does.
    Fail,
    /// The author's domain has no policy.
    None,
    /// The Domain Name System did not answer.
    TempError,
    /// There is not one author, or the policy cannot be read.
    PermError,
    /// Not known from here.
    NotTestable,
}

impl DmarcOutcome {
    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            DmarcOutcome::Pass => "pass",
            DmarcOutcome::Fail => "fail",
            DmarcOutcome::None => "none",
            DmarcOutcome::TempError => "temperror",
            DmarcOutcome::PermError => "permerror",
            DmarcOutcome::NotTestable => "not-testable",
        }
    }
}

/// The outcome for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dmarc {
    /// What came of it.
    pub outcome: DmarcOutcome,
    /// What the domain wants done with what fails: `none`, `quarantine` or `reject`.
    pub policy: Option<String>,
    /// The author's domain.
    pub from: Option<String>,
    /// Which of `dkim` and `spf` vouch, aligned.
    pub aligned_by: Vec<&'static str>,
}

/// Judges a message. `signed`: the domains of DKIM signatures that hold; `untested`: whether some could
/// not be tested.
pub fn check(
    from: Option<&str>,
    spf: Option<&Spf>,
    signed: &[String],
    untested: bool,
    facts: &Facts<'_>,
) -> Dmarc {
    let mut dmarc = Dmarc {
        outcome: DmarcOutcome::PermError,
        policy: None,
        from: from.map(str::to_owned),
        aligned_by: Vec::new(),
    };
    let Some(author) = from.and_then(|domain| Name::parse(domain).ok()) else {
        return dmarc;
    };
    let policy = match policy_of(&author, facts) {
        Ok(Some(policy)) => policy,
        Ok(None) => {
            dmarc.outcome = DmarcOutcome::None;
            return dmarc;
        }
        Err(outcome) => {
            dmarc.outcome = outcome;
            return dmarc;
        }
    };
    dmarc.policy = Some(policy.wanted.clone());
    let mut unknown = untested;
    let mut aligned = |domain: &str, strict: bool| {
        let Ok(domain) = Name::parse(domain) else {
            return false;
        };
        if domain == author {
            return true;
        }
        // Only names on one line up can share an organisation: nothing is asked for others.
        if strict || !shares_labels(&domain, &author) {
            return false;
        }
        match (organisation(&domain, facts), organisation(&author, facts)) {
            (Ok(one), Ok(other)) => one == other,
            (Err(_), _) | (_, Err(_)) => {
                unknown = true;
                false
            }
        }
    };
    if signed
        .iter()
        .any(|domain| aligned(domain, policy.strict_dkim))
    {
        dmarc.aligned_by.push("dkim");
    }
    if let Some(spf) = spf
        && spf.outcome == SpfOutcome::Pass
        && aligned(&spf.domain, policy.strict_spf)
    {
        dmarc.aligned_by.push("spf");
    }
    let spf_untested = spf
        .is_none_or(|spf| matches!(spf.outcome, SpfOutcome::NotTestable | SpfOutcome::TempError));
    dmarc.outcome = match (dmarc.aligned_by.is_empty(), unknown || spf_untested) {
        (false, _) => DmarcOutcome::Pass,
        // What could not be tested may have vouched: no false alarm.
        (true, true) => DmarcOutcome::NotTestable,
        (true, false) => DmarcOutcome::Fail,
    };
    dmarc
}

struct Policy {
    wanted: String,
    strict_dkim: bool,
    strict_spf: bool,
}

fn policy_of(author: &Name, facts: &Facts<'_>) -> Result<Option<Policy>, DmarcOutcome> {
    let (at, text) = match dmarc::applying(author, facts).map_err(unknown)? {
        Some(found) => found,
        None => return Ok(None),
    };
    let tags = tags::parse(text).map_err(|_| DmarcOutcome::PermError)?;
    let value = |name: &str| tags::value(&tags, name).map(str::to_ascii_lowercase);
    let is = |name: &str, wanted: &str| value(name).is_some_and(|value| value == wanted);
    let known = |name: &str| {
        value(name).filter(|value| matches!(value.as_str(), "none" | "quarantine" | "reject"))
    };
    // A policy that is missing or unknown asks for nothing where reports are wanted (§4.7).
    let own = known("p");
    if own.is_none() && value("rua").is_none() {
        return Ok(None);
    }
    let own = own.unwrap_or_else(|| "none".to_owned());
    let wanted = match at == *author {
        true => own,
        false => {
            let exists = exists(author, facts).map_err(unknown)?;
            let np = known("np").filter(|_| !exists);
            np.or_else(|| known("sp")).unwrap_or(own)
        }
    };
    // While it is being tried out, each policy counts as the next milder one (§4.7, `t`).
    let wanted = match (is("t", "y"), wanted.as_str()) {
        (true, "reject") => "quarantine".to_owned(),
        (true, "quarantine") => "none".to_owned(),
        _ => wanted,
    };
    Ok(Some(Policy {
        wanted,
        strict_dkim: is("adkim", "s"),
        strict_spf: is("aspf", "s"),
    }))
}

fn unknown(why: NotKnown) -> DmarcOutcome {
    match why {
        NotKnown::Offline
        | NotKnown::TooMany
        | NotKnown::NotAsked
        | NotKnown::Closed
        | NotKnown::TurnedAway
        | NotKnown::Interfered => DmarcOutcome::NotTestable,
        NotKnown::Deadline
        | NotKnown::ServerFailure
        | NotKnown::Refused
        | NotKnown::Garbage
        | NotKnown::Bogus
        | NotKnown::AliasLoop => DmarcOutcome::TempError,
    }
}

/// Whether a domain exists: it has an address or takes mail (§3.2.10).
fn exists(domain: &Name, facts: &Facts<'_>) -> Result<bool, NotKnown> {
    let mut stop = None;
    for kind in [Kind::A, Kind::Aaaa, Kind::Mx] {
        match facts.look(domain, kind) {
            Looked::There(_) => return Ok(true),
            Looked::Absent => {}
            Looked::Unknown(why) => stop = Some(why),
        }
    }
    stop.map_or(Ok(false), Err)
}

/// The domain of the organisation that a name belongs to (§4.10.2).
fn organisation(domain: &Name, facts: &Facts<'_>) -> Result<Name, NotKnown> {
    Ok(match dmarc::walk_up(domain, facts)? {
        WalkEnd::Organisation(name) => name,
        WalkEnd::Nothing => domain.clone(),
    })
}

/// Whether two names end alike, beyond the last label.
fn shares_labels(one: &Name, other: &Name) -> bool {
    let shared = one
        .labels()
        .rev()
        .zip(other.labels().rev())
        .take_while(|(a, b)| a.eq_ignore_ascii_case(b))
        .count();
    shared >= 2
}

#[cfg(test)]
#[path = "dmarc_tests.rs"]
mod tests;
