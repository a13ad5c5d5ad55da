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
    histories: std::collections::HashMap<Address, History>,
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
            history: &|address| self.histories.get(address).cloned().unwrap_or_default(),
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

/// Bob's certificates, each seen at its second; the first one decided about at `answered`.
fn bob_with(certs: &[(Cert, Checked, i64)], answered: i64) -> World {
    let bob = mailbox("bob").address;
    let mut world = World::with_both();
    let mut history = History::default();
    let second = |second| Time::from_second(second).unwrap();
    for (cert, checked, seen) in certs {
        world.knows("bob", cert.clone(), *checked);
        history.saw(cert.fingerprint(), second(*seen));
    }
    history.answered(certs[0].0.fingerprint(), second(answered));
    world.histories.insert(bob, history);
    world
}

#[test]
fn rule_53_a_changed_cert_of_a_confirmed_contact_blocks_until_it_is_answered() {
    let to_bob = [("bob", Role::To)];
    for make in [openpgp, smime] {
        let (old, new) = (make("bob"), make("bob"));
        let later = [
            (old.clone(), Checked::Confirmed, 1),
            (new.clone(), Checked::Unknown, 9),
        ];
        let changed = PlanProblem::Changed {
            recipient: mailbox("bob").address,
            fingerprint: new.fingerprint(),
            confirmed: old.fingerprint(),
        };
        let problems = bob_with(&later, 5).plan(&to_bob).unwrap_err();
        assert_eq!(problems, std::slice::from_ref(&changed));
        // An authority's word is no answer of the person's.
        let vouched = [later[0].clone(), (new.clone(), Checked::Ca, 9)];
        assert_eq!(bob_with(&vouched, 5).plan(&to_bob).unwrap_err(), [changed]);
        // Nor is it anybody's else: the letter to both waits.
        let mut both = bob_with(&later, 5);
        both.knows("carol", make("carol"), Checked::Accepted);
        assert!(
            both.plan(&[("carol", Role::To), ("bob", Role::Bcc)])
                .is_err()
        );

        // The answers: the new one is confirmed, or rejected, or the old one confirmed once more.
        let chosen = |world: &World| world.plan(&to_bob).unwrap().recipients()[0].clone();
        for (answer, at, used) in [
            (Checked::Confirmed, 5, None),
            (Checked::Accepted, 5, Some(&old)),
            (Checked::Rejected, 5, Some(&old)),
            (Checked::Unknown, 9, Some(&old)),
        ] {
            let world = bob_with(&[later[0].clone(), (new.clone(), answer, 9)], at);
            let planned = chosen(&world);
            assert_eq!(planned.checked, Checked::Confirmed, "{answer:?}");
            assert_eq!(planned.another, None, "{answer:?}");
            if let Some(used) = used {
                assert_eq!(planned.cert.fingerprint(), used.fingerprint());
            }
        }
    }
}

#[test]
fn rule_53_one_that_another_program_brought_after_the_answer_blocks_too() {
    let (old, new) = (openpgp("bob"), openpgp("bob"));
    let mut world = bob_with(&[(old, Checked::Confirmed, 1)], 5);
    world.knows("bob", new, Checked::Unknown);
    let problems = world.plan(&[("bob", Role::To)]).unwrap_err();
    assert!(matches!(problems.as_slice(), [PlanProblem::Changed { .. }]));
}

#[test]
fn rule_53_of_an_unconfirmed_contact_a_changed_cert_is_told() {
    for make in [openpgp, smime] {
        let (old, new) = (make("bob"), make("bob"));
        let certs = [
            (old.clone(), Checked::Accepted, 1),
            (new.clone(), Checked::Unknown, 9),
        ];
        let plan = bob_with(&certs, 5).plan(&[("bob", Role::To)]).unwrap();
        let planned = &plan.recipients()[0];
        assert_eq!(planned.cert.fingerprint(), old.fingerprint());
        assert_eq!(planned.another, Some(new.fingerprint()));
        let told = &plan.copies()[0].others;
        assert_eq!(*told, [(mailbox("bob").address, new.fingerprint())]);
    }
}

#[test]
fn rule_53_what_is_no_change_blocks_nothing() {
    let to_bob = [("bob", Role::To)];
    let confirmed = |cert: &Cert| (cert.clone(), Checked::Confirmed, 1);
    let old = openpgp("bob");
    let past = Time::from_second(now().as_second() - 5 * 365 * 86_400).unwrap();
    let ended = SecretCert::generate(&mailbox("bob"), past).unwrap().cert;
    let other_kind = smime("bob");
    for (what, other) in [
        (
            "it was there when the person confirmed",
            (openpgp("bob"), Checked::Unknown, 5),
        ),
        ("it ended long ago", (ended, Checked::Unknown, 9)),
        (
            "it is of the other standard",
            (other_kind, Checked::Unknown, 9),
        ),
    ] {
        let plan = bob_with(&[confirmed(&old), other], 5).plan(&to_bob);
        let plan = plan.unwrap_or_else(|problems| panic!("{what}: {problems:?}"));
        assert_eq!(plan.recipients()[0].another, None, "{what}");
    }
    // One's own address has as many as were ever made.
    let own = [
        confirmed(&old),
        (openpgp("bob"), Checked::Own, 2),
        (openpgp("bob"), Checked::Unknown, 9),
    ];
    assert!(bob_with(&own, 5).plan(&to_bob).is_ok());
}

#[test]
fn rule_53_of_two_confirmed_ones_the_last_said_is_used() {
    let (one, other) = (openpgp("bob"), openpgp("bob"));
    let certs = [
        (one.clone(), Checked::Confirmed, 1),
        (other.clone(), Checked::Confirmed, 2),
    ];
    for (first, second, used) in [(5, 6, &other), (7, 6, &one)] {
        let mut world = bob_with(&certs, first);
        let history = world.histories.values_mut().next().unwrap();
        history.answered(other.fingerprint(), Time::from_second(second).unwrap());
        let plan = world.plan(&[("bob", Role::To)]).unwrap();
        assert_eq!(plan.recipients()[0].cert.fingerprint(), used.fingerprint());
    }
}
