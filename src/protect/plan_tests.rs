use super::*;
use crate::cert::x509::KeyChoice;
use crate::cert::{SecretCert, X509Secret};

fn now() -> Time {
    "2026-05-03T10:00:00Z".parse().unwrap()
}

fn mailbox(name: &str) -> Mailbox {
    Mailbox::parse(&format!("{name} <{name}@example.org>")).unwrap()
}

fn openpgp(name: &str) -> Cert {
    SecretCert::generate(&mailbox(name), now()).unwrap().cert
}

fn smime(name: &str) -> Cert {
    X509Secret::generate(&mailbox(name), KeyChoice::P256, now()).unwrap()[0].cert()
}

/// Everybody's certificates, accepted.
#[derive(Default)]
struct World {
    own: Own,
    certs: Vec<(Address, Cert)>,
    acceptance: Acceptance,
    preferences: Vec<(Address, Scheme)>,
}

impl World {
    fn with_both() -> Self {
        let smime = smime("alice");
        World {
            own: Own {
                openpgp: Some(openpgp("alice")),
                smime_signing: Some(smime.clone()),
                smime_encryption: Some(smime),
            },
            ..World::default()
        }
    }

    fn knows(&mut self, name: &str, cert: Cert, checked: Checked) {
        let address = mailbox(name).address;
        self.acceptance
            .decide(address.clone(), cert.fingerprint(), checked);
        self.certs.push((address, cert));
    }

    fn plan(&self, recipients: &[(&str, Role)]) -> Result<Plan, Vec<PlanProblem>> {
        let recipients: Vec<(Mailbox, Role)> = recipients
            .iter()
            .map(|(name, role)| (mailbox(name), *role))
            .collect();
        let known = Known {
            own: &self.own,
            certs_for: &|address| {
                let theirs = self.certs.iter().filter(|(whose, _)| whose == address);
                theirs.map(|(_, cert)| cert.clone()).collect()
            },
            acceptance: &self.acceptance,
            preference: &|address| {
                let mut all = self.preferences.iter();
                all.find(|(whose, _)| whose == address).map(|(_, s)| *s)
            },
            at: now(),
        };
        plan(&recipients, &known)
    }
}

fn schemes(plan: &Plan) -> Vec<(Scheme, Why)> {
    let all = plan.recipients().iter();
    all.map(|p| (p.cert.scheme(), p.why)).collect()
}

#[test]
fn rule_42_a_mixed_letter_has_two_groups_and_each_bcc_a_copy_of_its_own() {
    let mut world = World::with_both();
    world.knows("bob", openpgp("bob"), Checked::Accepted);
    world.knows("carol", smime("carol"), Checked::Accepted);
    world.knows("dave", smime("dave"), Checked::Accepted);
    world.knows("erin", openpgp("erin"), Checked::Accepted);
    let plan = world
        .plan(&[
            ("bob", Role::To),
            ("carol", Role::Cc),
            ("dave", Role::Bcc),
            ("erin", Role::Bcc),
        ])
        .unwrap();
    let groups: Vec<(Scheme, usize)> = plan
        .groups()
        .iter()
        .map(|group| (group.scheme, group.recipients.len()))
        .collect();
    assert_eq!(groups, [(Scheme::OpenPgp, 2), (Scheme::Smime, 2)]);
    let copies: Vec<(Scheme, Vec<String>, usize)> = plan
        .copies()
        .iter()
        .map(|copy| {
            let to = copy.envelope_to.iter().map(ToString::to_string).collect();
            (copy.scheme, to, copy.certs.len())
        })
        .collect();
    let copy = |scheme, who: &str| (scheme, vec![format!("{who}@example.org")], 1);
    assert_eq!(
        copies,
        [
            copy(Scheme::OpenPgp, "bob"),
            copy(Scheme::Smime, "carol"),
            copy(Scheme::Smime, "dave"),
            copy(Scheme::OpenPgp, "erin"),
        ]
    );
}

#[test]
fn who_has_both_is_reached_by_what_fits_the_letter_and_it_is_said_why() {
    let mut world = World::with_both();
    world.knows("bob", openpgp("bob"), Checked::Accepted);
    world.knows("bob", smime("bob"), Checked::Accepted);
    world.knows("carol", smime("carol"), Checked::Accepted);
    world.knows("dave", openpgp("dave"), Checked::Accepted);
    let planned = |world: &World, who: &[&str]| {
        let recipients: Vec<_> = who.iter().map(|name| (*name, Role::To)).collect();
        schemes(&world.plan(&recipients).unwrap())
    };
    assert_eq!(planned(&world, &["bob"]), [(Scheme::OpenPgp, Why::Default)]);
    assert_eq!(
        planned(&world, &["bob", "carol"]),
        [(Scheme::Smime, Why::OneForAll), (Scheme::Smime, Why::Only)]
    );
    assert_eq!(
        planned(&world, &["bob", "carol", "dave"]),
        [
            (Scheme::OpenPgp, Why::Default),
            (Scheme::Smime, Why::Only),
            (Scheme::OpenPgp, Why::Only)
        ]
    );
    let bob = mailbox("bob").address;
    world.preferences.push((bob.clone(), Scheme::Smime));
    assert_eq!(planned(&world, &["bob"]), [(Scheme::Smime, Why::Preferred)]);
    assert_eq!(
        planned(&world, &["bob", "dave"]),
        [
            (Scheme::Smime, Why::Preferred),
            (Scheme::OpenPgp, Why::Only)
        ]
    );
    world.preferences.clear();
    world.knows("bob", smime("bob"), Checked::Confirmed);
    assert_eq!(
        planned(&world, &["bob", "carol", "dave"])[0],
        (Scheme::Smime, Why::BetterChecked)
    );
}

#[test]
fn without_an_own_key_of_their_standard_nobody_is_reached_by_it() {
    let mut world = World::with_both();
    world.own.smime_signing = None;
    world.own.smime_encryption = None;
    world.knows("bob", openpgp("bob"), Checked::Accepted);
    world.knows("bob", smime("bob"), Checked::Confirmed);
    world.knows("carol", smime("carol"), Checked::Accepted);
    let plan = world.plan(&[("bob", Role::To)]).unwrap();
    assert_eq!(schemes(&plan), [(Scheme::OpenPgp, Why::Only)]);
    let problems = world.plan(&[("carol", Role::To)]).err().unwrap();
    assert!(matches!(
        problems[..],
        [PlanProblem::NoOwnKey {
            scheme: Scheme::Smime,
            ..
        }]
    ));
}

#[test]
fn a_certificate_that_nobody_accepted_is_used_by_neither_standard() {
    let mut world = World::with_both();
    world.knows("bob", smime("bob"), Checked::Unknown);
    let problems = world.plan(&[("bob", Role::To)]).err().unwrap();
    assert!(matches!(problems[..], [PlanProblem::NotAccepted { .. }]));
    world.knows("bob", smime("bob"), Checked::Rejected);
    assert!(world.plan(&[("bob", Role::To)]).is_err());
}
