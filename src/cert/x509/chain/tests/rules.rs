//! What RFC 5280 and RFC 8550 ask of a chain, one rule after the other, on chains of our own.

use super::super::super::oid::{self, ce};
use super::super::super::tlv::{self, tag};
use super::super::*;
use super::make::*;
use crate::address::Address;
use std::sync::Arc;

const BOB: &str = "bob@example.org";

fn mail() -> Wish<'static> {
    Wish::mail(now(), Purpose::Mail, None)
}

/// The reason after one change to a family whose chain holds.
fn after(change: impl FnOnce(&mut Family)) -> Option<&'static str> {
    let mut family = Family::new(BOB);
    assert_eq!(
        family.judge(&mail()),
        None,
        "the chain holds before the change"
    );
    change(&mut family);
    family.judge(&mail())
}

#[test]
fn a_whole_chain_holds_and_names_its_path() {
    let family = Family::new(BOB);
    let (anchors, pool) = (family.anchors(), family.pool());
    let sources = Sources {
        anchors: &anchors,
        kept: &pool,
        along: &Pool::default(),
        crls: None,
    };
    let address = Address::parse("Bob@EXAMPLE.org").unwrap();
    let wish = Wish::mail(now(), Purpose::Sign, Some(&address));
    let chain = build(&family.person(), sources, &wish);
    assert!(chain.is_valid());
    let names: Vec<String> = chain
        .path
        .iter()
        .map(|c| c.subject.text().to_string())
        .collect();
    assert_eq!(names, ["CN=Bob", "CN=Middle", "CN=Root"]);
}

#[test]
fn rule_08_a_chain_is_for_the_addresses_in_the_certificate_alone() {
    let family = Family::new(BOB);
    let eve = Address::parse("eve@example.org").unwrap();
    let wish = Wish::mail(now(), Purpose::Mail, Some(&eve));
    assert_eq!(family.judge(&wish), Some("address-mismatch"));
    // The subject's emailAddress counts only where there is no other.
    let mut family = Family::new(BOB);
    let name = super::super::super::name::write_name(&[(oid::EMAIL_ADDRESS, "eve@example.org")]);
    family.person.name = name;
    assert_eq!(family.judge(&wish), Some("address-mismatch"));
    family.person_spec = family.person_spec.without(ce::SUBJECT_ALT_NAME);
    assert_eq!(family.judge(&wish), None);
}

#[test]
fn every_certificate_is_in_time_to_the_second() {
    let time = |text: &str| When::at(text.parse().unwrap());
    let family = Family::new(BOB);
    for (at, reason) in [
        ("2019-12-31T23:59:59Z", Some("not-yet-valid")),
        ("2020-01-01T00:00:00Z", None),
        ("2040-01-01T00:00:00.9Z", None),
        ("2040-01-01T00:00:01Z", Some("expired")),
    ] {
        let wish = Wish::mail(time(at), Purpose::Mail, None);
        assert_eq!(family.judge(&wish), reason, "{at}");
    }
    let old = |spec: &Spec| spec.clone().between("20200101000000Z", "20210101000000Z");
    assert_eq!(
        after(|f| f.middle_spec = old(&f.middle_spec)),
        Some("expired")
    );
    assert_eq!(after(|f| f.root_spec = old(&f.root_spec)), Some("expired"));
    assert_eq!(
        after(|f| f.person_spec = old(&f.person_spec)),
        Some("expired")
    );
}

#[test]
fn only_authorities_vouch() {
    let middle = |f: &mut Family, spec: Spec| f.middle_spec = spec.serial(&[2]);
    let not = Some("not-an-authority");
    assert_eq!(
        after(|f| middle(f, Spec::authority().with(basic(false, None)))),
        not
    );
    assert_eq!(
        after(|f| middle(f, Spec::authority().without(ce::BASIC_CONSTRAINTS))),
        not
    );
    let old = Spec {
        version: 1,
        ..Spec::of(Vec::new())
    };
    let family = Family::new(BOB);
    let version_1 = Certificate::from_der(&old.raw(&family.middle, &family.root, &[])).unwrap();
    let mut pool = Pool::default();
    pool.add(Arc::new(version_1));
    assert_eq!(
        judge(&family.person(), &family.anchors(), &pool, None, &mail()),
        not
    );
    assert_eq!(
        after(|f| middle(f, Spec::authority().with(usage(0b1000_0010)))),
        Some("key-usage")
    );
    assert_eq!(
        after(|f| f.root_spec = Spec::authority().with(basic(true, Some(0)))),
        Some("path-too-long")
    );
    assert_eq!(
        after(|f| f.root_spec = Spec::authority().with(basic(true, Some(1)))),
        None
    );
    assert_eq!(
        after(|f| f.root_spec = Spec::authority().without(ce::BASIC_CONSTRAINTS)),
        not
    );
}

#[test]
fn a_signature_binds_each_link() {
    let mut family = Family::new(BOB);
    let other = Party::with_key("Middle", Party::new("x").key);
    let middle = family.pool();
    family.middle.key = other.key;
    let person = family.person();
    assert_eq!(
        judge(&person, &family.anchors(), &middle, None, &mail()),
        Some("bad-signature")
    );
    let mut der = Family::new(BOB).person().der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    let broken = Certificate::from_der(&der);
    assert!(broken.is_ok());
}

#[test]
fn what_is_missing_is_named_with_its_place() {
    let mut family = Family::new(BOB);
    let place = "http://ca.example.org/middle.cer";
    family.person_spec = family
        .person_spec
        .clone()
        .with(access(ids::CA_ISSUERS, place));
    let anchors = family.anchors();
    let sources = Sources {
        anchors: &anchors,
        kept: &Pool::default(),
        along: &Pool::default(),
        crls: None,
    };
    let chain = build(&family.person(), sources, &mail());
    assert_eq!(
        chain.fault.unwrap().reason,
        Reason::MissingIssuer {
            issuer: "CN=Middle".into(),
            places: vec![place.to_owned()],
        }
    );
    assert_eq!(
        judge(
            &family.root(),
            &Anchors::default(),
            &Pool::default(),
            None,
            &mail()
        ),
        Some("untrusted-root")
    );
}

#[test]
fn purposes_and_key_usage_are_for_mail() {
    let tls: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 1];
    let person = |f: &mut Family, e: Ext| f.person_spec = f.person_spec.clone().with(e);
    assert_eq!(after(|f| person(f, purposes(&[tls]))), Some("not-for-mail"));
    assert_eq!(
        after(|f| person(f, purposes(&[oid::ANY_EXTENDED_KEY_USAGE]))),
        None
    );
    assert_eq!(
        after(|f| f.middle_spec = f.middle_spec.clone().with(purposes(&[tls]))),
        Some("not-for-mail")
    );
    let mut family = Family::new(BOB);
    family.person_spec = family.person_spec.clone().with(purposes(&[tls]));
    assert_eq!(family.judge(&Wish::mail(now(), Purpose::Any, None)), None);
    for (bits, purpose, reason) in [
        (0b1000_0000, Purpose::Sign, None),
        (0b0100_0000, Purpose::Sign, None),
        (0b1000_0000, Purpose::Encrypt, Some("key-usage")),
        (0b0010_0000, Purpose::Sign, Some("key-usage")),
        (0b0000_1000, Purpose::Encrypt, None),
        (0b0010_0000, Purpose::Mail, None),
        (0b0001_0000, Purpose::Mail, Some("key-usage")),
    ] {
        let mut family = Family::new(BOB);
        family.person_spec = family.person_spec.clone().with(usage(bits));
        let wish = Wish::mail(now(), purpose, None);
        assert_eq!(family.judge(&wish), reason, "{bits:08b} {purpose:?}");
    }
}

#[test]
fn names_stay_within_what_an_authority_may_give() {
    let root = |f: &mut Family, e: Ext| f.root_spec = f.root_spec.clone().with(e);
    let permitted = |name: &str| constraints(&[email(name)], &[]);
    let excluded = |name: &str| constraints(&[], &[email(name)]);
    let breach = Some("name-constraints");
    assert_eq!(after(|f| root(f, permitted("example.org"))), None);
    assert_eq!(after(|f| root(f, permitted("example.com"))), breach);
    assert_eq!(after(|f| root(f, excluded("example.org"))), breach);
    assert_eq!(after(|f| root(f, excluded("eve@example.org"))), None);
    assert_eq!(after(|f| root(f, permitted("a@b@example.org"))), breach);
    let uncritical = |f: &mut Family| {
        let (kind, _, value) = permitted("example.org");
        root(f, ext(&kind, false, value));
    };
    assert_eq!(after(uncritical), Some("profile"));
    // The addresses in the subject are constrained too.
    assert_eq!(
        after(|f| {
            root(f, permitted("example.org"));
            let name = [(oid::EMAIL_ADDRESS, "eve@example.com")];
            f.person.name = super::super::super::name::write_name(&name);
        }),
        breach
    );
}

#[test]
fn departures_from_the_profile_are_refused() {
    let person = |f: &mut Family, e: Ext| f.person_spec = f.person_spec.clone().with(e);
    let profile = Some("profile");
    for serial in [&[0][..], &[0xFF], &[1; 21]] {
        assert_eq!(
            after(|f| f.person_spec = f.person_spec.clone().serial(serial)),
            profile,
            "{serial:?}"
        );
    }
    assert_eq!(
        after(|f| f.person_spec = f
            .person_spec
            .clone()
            .serial(&[[0].as_slice(), &[0xFF; 20]].concat())),
        None
    );
    assert_eq!(after(|f| person(f, usage(0b1000_0100))), profile);
    assert_eq!(
        after(|f| person(f, constraints(&[email("example.org")], &[]))),
        profile
    );
    assert_eq!(
        after(|f| person(f, ext(ce::AUTHORITY_KEY, false, Vec::new()))),
        profile
    );
    assert_eq!(
        after(|f| f.middle_spec =
            f.middle_spec
                .clone()
                .with(ext(ce::SUBJECT_KEY, false, Vec::new()))),
        profile
    );
    assert_eq!(
        after(|f| f.person.name = tlv::write(tag::SEQUENCE, &[])),
        profile
    );
    let unknown = [0x2B, 6, 1, 4, 1, 0x83, 0xB3, 0x3A, 1];
    assert_eq!(
        after(|f| person(f, ext(&unknown, true, vec![5, 0]))),
        Some("unknown-critical-extension")
    );
    assert_eq!(after(|f| person(f, ext(&unknown, false, vec![5, 0]))), None);
}

#[test]
fn policies_are_asked_for_and_mapped() {
    let wish = |policy: &str| Wish {
        policy: PolicyWish {
            accepted: Some(vec![ids::parse(policy).unwrap()]),
            explicit: true,
        },
        ..mail()
    };
    let family = |middle: &[&str], person: &[&str]| {
        let mut family = Family::new(BOB);
        family.middle_spec = family.middle_spec.clone().with(policies(middle));
        family.person_spec = family.person_spec.clone().with(policies(person));
        family
    };
    assert_eq!(
        family(&["1.2.3.1"], &["1.2.3.1"]).judge(&wish("1.2.3.1")),
        None
    );
    assert_eq!(
        family(&["1.2.3.1"], &["1.2.3.1"]).judge(&wish("1.2.3.2")),
        Some("policy")
    );
    assert_eq!(
        family(&["1.2.3.1"], &["1.2.3.2"]).judge(&wish("1.2.3.1")),
        Some("policy")
    );
    assert_eq!(family(&["1.2.3.1"], &["1.2.3.2"]).judge(&mail()), None);
    assert_eq!(
        family(&["2.5.29.32.0"], &["1.2.3.2"]).judge(&wish("1.2.3.2")),
        None
    );
    assert_eq!(
        family(&["1.2.3.1"], &["2.5.29.32.0"]).judge(&wish("1.2.3.1")),
        None
    );
    assert_eq!(Family::new(BOB).judge(&wish("1.2.3.1")), Some("policy"));
    let mut mapped = family(&["1.2.3.1"], &["1.2.3.9"]);
    let pair = ["1.2.3.1", "1.2.3.9"].map(|p| tlv::write(tag::OID, &ids::parse(p).unwrap()));
    let value = tlv::write(tag::SEQUENCE, &tlv::write(tag::SEQUENCE, &pair.concat()));
    mapped.middle_spec = mapped
        .middle_spec
        .clone()
        .with(ext(ce::POLICY_MAPPINGS, true, value));
    assert_eq!(mapped.judge(&wish("1.2.3.1")), None);
    assert_eq!(mapped.judge(&wish("1.2.3.9")), Some("policy"));
}

#[test]
fn rule_13_an_anchor_counts_for_its_addresses_unless_it_is_rejected() {
    let family = Family::new(BOB);
    let anchor = |counts_for| {
        let mut anchors = Anchors::default();
        anchors.add(Anchor {
            certificate: family.root(),
            counts_for,
            strict: false,
        });
        anchors
    };
    let judged =
        |anchors: &Anchors| judge(&family.person(), anchors, &family.pool(), None, &mail());
    let domain = |name: &str| AnchorFor::Domain(name.to_owned());
    assert_eq!(judged(&anchor(domain("example.org"))), None);
    assert_eq!(
        judged(&anchor(domain("example.com"))),
        Some("anchor-not-for-address")
    );
    let address = |text| AnchorFor::Address(Address::parse(text).unwrap());
    assert_eq!(judged(&anchor(address(BOB))), None);
    assert_eq!(
        judged(&anchor(address("eve@example.org"))),
        Some("anchor-not-for-address")
    );
    let mut rejected = anchor(AnchorFor::Anybody);
    let root = rejected.all().next().unwrap().certificate.fingerprint();
    rejected.reject(root);
    assert_eq!(judged(&rejected), Some("missing-issuer"));
    assert_eq!(judged(&Anchors::default()), Some("missing-issuer"));
}

#[test]
fn attack_circle_of_cross_certificates_smime_is_bounded() {
    // Every one of many authorities vouches for every other; none leads to the anchor.
    let parties: Vec<Party> = (0..14).map(|n| Party::new(&format!("CA {n}"))).collect();
    let mut pool = Pool::default();
    for a in &parties {
        for b in &parties {
            if a.name != b.name {
                pool.add(Spec::authority().make(a, b));
            }
        }
    }
    let leaf = Spec::person(BOB).make(&Party::new("Bob"), parties.first().unwrap());
    let family = Family::new(BOB);
    let began = crate::base::testing::cpu_seconds();
    let reason = judge(&leaf, &family.anchors(), &pool, None, &mail());
    assert_eq!(reason, Some("too-complex"));
    let took = crate::base::testing::cpu_seconds() - began;
    assert!(took < 5.0, "{took} s");
    // With a way out, it is found in spite of the circles.
    pool.add(Spec::authority().make(parties.first().unwrap(), &family.root));
    assert_eq!(judge(&leaf, &family.anchors(), &pool, None, &mail()), None);
}
