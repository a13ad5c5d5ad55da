//! SPF: whether the record can be read, and what it takes to evaluate it (RFC 7208).
//!
//! The worst case is counted: every look-up that some sender's address would lead to. Where a look-up
//! depends on the letter, through macros, it counts once and is not followed.

pub mod record;

use super::facts::{Facts, Looked};
use super::finding::{Detail, Finding, FindingId, Owner, Paste};
use crate::dns::{Kind, Name, NotKnown, Record};
use record::{Mechanism, Qualifier, SpfRecord, Target};

/// Most look-ups of one evaluation (§4.6.4).
const LOOKUPS: usize = 10;
/// Most look-ups that may find nothing (§4.6.4).
const VOIDS: usize = 2;
/// Deepest that includes are followed: past the eleventh look-up the answer stands.
const DEPTH: usize = 12;

/// A record and what it includes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpfTree {
    /// Whose record.
    pub domain: String,
    /// The record, untrusted.
    pub text: String,
    /// What takes look-ups, in order.
    pub steps: Vec<SpfStep>,
    /// The look-ups that it takes, those of what it includes among them.
    pub lookups: usize,
}

/// A term that takes a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpfStep {
    /// As `include:example.org`.
    pub term: String,
    /// What it leads to, for an include or a redirect.
    pub tree: Option<SpfTree>,
    /// Whether it found nothing.
    pub void: bool,
}

/// What a walk over the records counts.
#[derive(Default)]
struct Walk {
    lookups: usize,
    voids: usize,
    passes_all: bool,
    ptr: bool,
    looped: Option<Name>,
    without_record: Vec<String>,
    several: Vec<String>,
    wrong: Option<(Name, String)>,
    unknown: Option<NotKnown>,
}

const IDS: [FindingId; 9] = [
    FindingId::SpfMissing,
    FindingId::SpfMultiple,
    FindingId::SpfSyntax,
    FindingId::SpfTooManyLookups,
    FindingId::SpfVoidLookups,
    FindingId::SpfPlusAll,
    FindingId::SpfPtr,
    FindingId::SpfLoop,
    FindingId::SpfInclude,
];

/// Checks the record of a domain.
pub fn check(domain: &Name, facts: &Facts<'_>, findings: &mut Vec<Finding>) -> Option<SpfTree> {
    let subject = domain.as_str();
    let records = match facts.texts(domain, b"v=spf1") {
        Ok(texts) => texts
            .into_iter()
            .filter(|text| record::is_spf(text))
            .collect::<Vec<_>>(),
        Err(why) => {
            findings.extend(IDS.map(|id| Finding::unknown(id, subject, why)));
            return None;
        }
    };
    let text = match records.as_slice() {
        [] => {
            let paste = Paste {
                name: subject.to_owned(),
                kind: "TXT",
                before: None,
                after: "v=spf1 mx -all".to_owned(),
            };
            findings.push(
                Finding::fail(FindingId::SpfMissing, subject, Owner::Registrar).pasting(paste),
            );
            return None;
        }
        [text] => *text,
        several => {
            let shown = several
                .iter()
                .map(|text| String::from_utf8_lossy(text).into_owned());
            let detail = Detail::Names(shown.collect());
            findings.push(
                Finding::fail(FindingId::SpfMultiple, subject, Owner::Registrar).with(detail),
            );
            return None;
        }
    };
    findings.push(Finding::pass(FindingId::SpfMissing, subject));
    findings.push(Finding::pass(FindingId::SpfMultiple, subject));
    let mut walk = Walk::default();
    let tree = walk.record(domain, text, &mut Vec::new(), true, facts);
    walk.tell(domain, findings);
    Some(tree)
}

impl Walk {
    /// Goes over one record. `ours` is what the domain's owner wrote: the record itself and where it
    /// redirects to; what is included is somebody else's.
    fn record(
        &mut self,
        domain: &Name,
        text: &[u8],
        above: &mut Vec<Name>,
        ours: bool,
        facts: &Facts<'_>,
    ) -> SpfTree {
        let before = self.lookups;
        let mut tree = SpfTree {
            domain: domain.as_str().to_owned(),
            text: String::from_utf8_lossy(text).into_owned(),
            steps: Vec::new(),
            lookups: 0,
        };
        let record = match record::parse(text) {
            Ok(record) => record,
            Err(term) => {
                self.wrong.get_or_insert((domain.clone(), term));
                return tree;
            }
        };
        above.push(domain.clone());
        self.terms(&record, domain, above, ours, facts, &mut tree.steps);
        above.pop();
        tree.lookups = self.lookups.saturating_sub(before);
        tree
    }

    fn terms(
        &mut self,
        record: &SpfRecord,
        domain: &Name,
        above: &mut Vec<Name>,
        ours: bool,
        facts: &Facts<'_>,
        steps: &mut Vec<SpfStep>,
    ) {
        for (qualifier, mechanism) in &record.directives {
            let lets_in = *qualifier == Qualifier::Pass;
            match mechanism {
                Mechanism::All => {
                    self.passes_all |= lets_in;
                    // What stands behind it is never looked at (§5.1).
                    return;
                }
                Mechanism::Ip4(_, 0) | Mechanism::Ip6(_, 0) => self.passes_all |= lets_in,
                Mechanism::Ip4(..) | Mechanism::Ip6(..) => {}
                Mechanism::Include(target) => {
                    steps.push(self.other("include:", target, above, false, facts));
                }
                Mechanism::A(target, _) => {
                    steps.push(self.addresses("a", target, domain, facts));
                }
                Mechanism::Mx(target, _) => {
                    steps.push(self.simple("mx", target, domain, Kind::Mx, facts));
                }
                Mechanism::Exists(target) => {
                    steps.push(self.simple("exists", target, domain, Kind::A, facts));
                }
                Mechanism::Ptr(_) => {
                    self.ptr |= ours;
                    self.lookups = self.lookups.saturating_add(1);
                    steps.push(step("ptr".to_owned(), false));
                }
            }
        }
        if let Some(target) = &record.redirect {
            steps.push(self.other("redirect=", target, above, ours, facts));
        }
    }

    /// A term that asks for records of one kind.
    fn simple(
        &mut self,
        word: &str,
        target: &Target,
        here: &Name,
        kind: Kind,
        facts: &Facts<'_>,
    ) -> SpfStep {
        self.lookups = self.lookups.saturating_add(1);
        let (term, name) = match target {
            Target::Here => (word.to_owned(), here),
            Target::Domain(name) => (format!("{word}:{name}"), name),
            Target::Macro(_) => return step(format!("{word}:%{{…}}"), false),
            Target::Nowhere => return step(word.to_owned(), false),
        };
        // Past the limit the answer stands, and nothing more is asked.
        let void =
            self.lookups <= LOOKUPS.saturating_add(1) && self.is_void(facts.look(name, kind));
        self.voids = self.voids.saturating_add(usize::from(void));
        step(term, void)
    }

    /// `a` asks for the kind of address that the sender has: it is void only when both are.
    fn addresses(
        &mut self,
        word: &str,
        target: &Target,
        here: &Name,
        facts: &Facts<'_>,
    ) -> SpfStep {
        let voids = self.voids;
        let mut step = self.simple(word, target, here, Kind::A, facts);
        let name = match target {
            Target::Here => Some(here),
            Target::Domain(name) => Some(name),
            Target::Macro(_) | Target::Nowhere => None,
        };
        if let (true, Some(name)) = (step.void, name)
            && !self.is_void(facts.look(name, Kind::Aaaa))
        {
            step.void = false;
            self.voids = voids;
        }
        step
    }

    fn is_void(&mut self, looked: Looked<'_>) -> bool {
        match looked {
            Looked::There(_) => false,
            Looked::Absent => true,
            Looked::Unknown(why) => {
                self.unknown.get_or_insert(why);
                false
            }
        }
    }

    /// A term that leads to another record.
    fn other(
        &mut self,
        word: &str,
        target: &Target,
        above: &mut Vec<Name>,
        ours: bool,
        facts: &Facts<'_>,
    ) -> SpfStep {
        self.lookups = self.lookups.saturating_add(1);
        let name = match target {
            Target::Domain(name) => name,
            Target::Here | Target::Macro(_) => return step(format!("{word}%{{…}}"), false),
            Target::Nowhere => return step(word.to_owned(), false),
        };
        let term = format!("{word}{name}");
        if above.contains(name) {
            self.looped.get_or_insert(name.clone());
            return step(term, false);
        }
        if above.len() >= DEPTH || self.lookups > LOOKUPS.saturating_add(1) {
            return step(term, false);
        }
        let texts = match facts.look(name, Kind::Txt) {
            Looked::There(answer) => answer.records.as_slice(),
            Looked::Absent => {
                self.voids = self.voids.saturating_add(1);
                self.without_record.push(name.to_string());
                return step(term, true);
            }
            Looked::Unknown(why) => {
                self.unknown.get_or_insert(why);
                return step(term, false);
            }
        };
        let records: Vec<&[u8]> = texts
            .iter()
            .filter_map(Record::text)
            .filter(|text| record::is_spf(text))
            .collect();
        match records.as_slice() {
            [] => {
                self.without_record.push(name.to_string());
                step(term, false)
            }
            [text] => {
                let tree = self.record(name, text, above, ours, facts);
                SpfStep {
                    tree: Some(tree),
                    ..step(term, false)
                }
            }
            _ => {
                self.several.push(name.to_string());
                step(term, false)
            }
        }
    }

    /// What the walk came to, one finding for each check. A cause is told once: what only follows from it
    /// is not told beside it.
    fn tell(self, domain: &Name, findings: &mut Vec<Finding>) {
        let subject = domain.as_str();
        let ours = Owner::Registrar;
        let unknown = self.unknown;
        let mut put = |id, wrong: Option<Detail>, complete: bool| {
            findings.push(match (wrong, unknown) {
                (Some(detail), _) => Finding::fail(id, subject, ours).with(detail),
                (None, Some(why)) if !complete => Finding::unknown(id, subject, why),
                (None, _) => Finding::pass(id, subject),
            });
        };
        let wrong = self
            .wrong
            .map(|(at, term)| Detail::Names(vec![at.to_string(), term]));
        put(FindingId::SpfSyntax, wrong, false);
        let looped = self.looped.map(|name| Detail::Text(name.to_string()));
        let has_loop = looped.is_some();
        let too_many = !has_loop && self.lookups > LOOKUPS;
        let count = |seen, most| Detail::Count { seen, most };
        put(
            FindingId::SpfTooManyLookups,
            too_many.then(|| count(self.lookups, LOOKUPS)),
            false,
        );
        let many_voids = self.voids > VOIDS;
        put(
            FindingId::SpfVoidLookups,
            many_voids.then(|| count(self.voids, VOIDS)),
            false,
        );
        put(
            FindingId::SpfPlusAll,
            self.passes_all.then_some(Detail::None),
            false,
        );
        put(FindingId::SpfPtr, self.ptr.then_some(Detail::None), true);
        put(FindingId::SpfLoop, looped, false);
        let mut bad = self.several;
        if !many_voids {
            bad.extend(self.without_record);
        }
        put(
            FindingId::SpfInclude,
            (!bad.is_empty()).then_some(Detail::Names(bad)),
            false,
        );
    }
}

fn step(term: String, void: bool) -> SpfStep {
    SpfStep {
        term,
        tree: None,
        void,
    }
}

#[cfg(test)]
mod tests {
    use super::super::facts::testing::over;
    use super::super::finding::Outcome;
    use super::*;

    fn found(zone: &str) -> (Vec<FindingId>, Option<SpfTree>) {
        over(zone, |facts| {
            let mut findings = Vec::new();
            let tree = check(&Name::parse("example.org").unwrap(), facts, &mut findings);
            let failed = findings
                .iter()
                .filter(|f| f.outcome == Outcome::Fail)
                .map(|f| f.id);
            (failed.collect(), tree)
        })
    }

    fn fails(records: &str) -> Vec<FindingId> {
        found(records).0
    }

    #[test]
    fn each_mistake_is_found_alone() {
        let txt = |text: &str| format!("example.org. TXT \"{text}\"\n");
        let chain = |count: usize| {
            let mut zone = txt("v=spf1 include:s1.example.org -all");
            for n in 1..count {
                let next = n + 1;
                zone +=
                    &format!("s{n}.example.org. TXT \"v=spf1 include:s{next}.example.org -all\"\n");
            }
            zone + &format!("s{count}.example.org. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n")
        };
        let hosts = "mail.example.org. A 192.0.2.1\nexample.org. MX 10 mail.example.org.\n";
        for (zone, expected) in [
            (txt("v=spf1 mx a:mail.example.org -all") + hosts, vec![]),
            (
                "example.org. TXT \"something else\"\n".into(),
                vec![FindingId::SpfMissing],
            ),
            (
                txt("v=spf1 -all") + &txt("v=spf1 ~all"),
                vec![FindingId::SpfMultiple],
            ),
            (
                txt("v=spf1 ipv4:192.0.2.1 -all"),
                vec![FindingId::SpfSyntax],
            ),
            (chain(10), vec![]),
            (chain(11), vec![FindingId::SpfTooManyLookups]),
            (txt("v=spf1 a:x.example.org a:y.example.org -all"), vec![]),
            (
                txt("v=spf1 a:x.example.org a:y.example.org a:z.example.org -all"),
                vec![FindingId::SpfVoidLookups],
            ),
            (txt("v=spf1 +all"), vec![FindingId::SpfPlusAll]),
            (
                txt("v=spf1 ip4:0.0.0.0/0 -all"),
                vec![FindingId::SpfPlusAll],
            ),
            (txt("v=spf1 ?all"), vec![]),
            (txt("v=spf1 ptr -all"), vec![FindingId::SpfPtr]),
            (
                txt("v=spf1 include:example.org -all"),
                vec![FindingId::SpfLoop],
            ),
            (
                txt("v=spf1 include:a.example.org -all")
                    + "a.example.org. TXT \"v=spf1 redirect=example.org\"\n",
                vec![FindingId::SpfLoop],
            ),
            (
                txt("v=spf1 include:gone.example.net -all"),
                vec![FindingId::SpfInclude],
            ),
            // What stands behind `all` is not looked at, and a host with IPv6 alone is there.
            (txt("v=spf1 -all include:gone.example.net"), vec![]),
            (
                txt("v=spf1 a:six.example.org -all") + "six.example.org. AAAA 2001:db8::1\n",
                vec![],
            ),
        ] {
            assert_eq!(fails(&zone), expected, "{zone}");
        }
    }

    #[test]
    fn the_tree_counts_what_each_include_takes() {
        let zone = "example.org. TXT \"v=spf1 include:a.example.net mx -all\"\n\
            example.org. MX 10 mail.example.org.\n\
            a.example.net. TXT \"v=spf1 a:h.example.net exists:%{i}.example.net ~all\"\n\
            h.example.net. A 192.0.2.7\n";
        let tree = found(zone).1.unwrap();
        assert_eq!((tree.lookups, tree.steps.len()), (4, 2));
        assert_eq!(tree.steps[0].tree.as_ref().unwrap().lookups, 2);
    }
}
