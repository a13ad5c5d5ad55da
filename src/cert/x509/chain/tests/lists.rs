//! Revocation lists: which count, and what they say.

use super::super::super::tlv::{self, tag};
use super::super::*;
use super::make::*;
use std::sync::Arc;

const FROM: &str = "20260501000000Z";
const UNTIL: &str = "20260701000000Z";

fn crls(all: &[Vec<u8>]) -> Crls {
    let mut crls = Crls::default();
    for der in all {
        // A list that cannot be read is as good as none.
        if let Ok(crl) = Crl::from_der(der) {
            crls.add(Arc::new(crl));
        }
    }
    crls
}

fn judged(family: &Family, lists: &[Vec<u8>]) -> Option<&'static str> {
    let wish = Wish::mail(now(), Purpose::Mail, None);
    family.judge_with(&wish, Some(&crls(lists)))
}

fn good(by: &Party) -> Vec<u8> {
    list(by, &[], FROM, UNTIL, &[])
}

/// With a sound list of the root, what this list of the middle authority leads to.
fn with(family: &Family, of_middle: Vec<u8>) -> Option<&'static str> {
    judged(family, &[good(&family.root), of_middle])
}

#[test]
fn every_link_needs_a_current_list() {
    let family = Family::new("bob@example.org");
    let unknown = Some("revocation-unknown");
    assert_eq!(judged(&family, &[]), unknown);
    assert_eq!(judged(&family, &[good(&family.root)]), unknown);
    assert_eq!(with(&family, good(&family.middle)), None);
    let middle = |from, until| list(&family.middle, &[], from, until, &[]);
    assert_eq!(
        with(&family, middle("20260101000000Z", "20260501000000Z")),
        unknown
    );
    assert_eq!(with(&family, middle("20260602000000Z", UNTIL)), unknown);
    // The name is right and the key another's.
    let other = Party::with_key("Middle", Party::new("x").key);
    assert_eq!(with(&family, good(&other)), unknown);
}

#[test]
fn rule_25_lists_that_happen_to_be_here_refuse_only_what_they_name() {
    let family = Family::new("bob@example.org");
    let wish = Wish::mail(now(), Purpose::Mail, None);
    let mut known = Crls::if_known();
    assert_eq!(family.judge_with(&wish, Some(&known)), None);
    let names = list(&family.middle, &[&[3]], FROM, UNTIL, &[]);
    known.add(Arc::new(Crl::from_der(&names).unwrap()));
    assert_eq!(family.judge_with(&wish, Some(&known)), Some("revoked"));
}

#[test]
fn who_is_named_is_revoked_and_others_are_not() {
    let family = Family::new("bob@example.org");
    let middle = |serials: &[&[u8]]| list(&family.middle, serials, FROM, UNTIL, &[]);
    assert_eq!(with(&family, middle(&[&[3]])), Some("revoked"));
    assert_eq!(with(&family, middle(&[&[1], &[2], &[4]])), None);
    let root = list(&family.root, &[&[2]], FROM, UNTIL, &[]);
    assert_eq!(
        judged(&family, &[root, good(&family.middle)]),
        Some("revoked")
    );
    // The same number of another authority says nothing.
    let root = list(&family.root, &[&[3]], FROM, UNTIL, &[]);
    assert_eq!(judged(&family, &[root, good(&family.middle)]), None);
}

#[test]
fn a_list_that_cannot_be_understood_says_nothing() {
    let family = Family::new("bob@example.org");
    let unknown = Some("revocation-unknown");
    let extended = |extension: Ext| list(&family.middle, &[], FROM, UNTIL, &[extension]);
    let oid = [0x2B, 6, 1, 4, 1, 0x83, 0xB3, 0x3A, 1];
    assert_eq!(
        with(&family, extended(ext(&oid, true, vec![5, 0]))),
        unknown
    );
    assert_eq!(with(&family, extended(ext(&oid, false, vec![5, 0]))), None);
    let twice = list(&family.middle, &[&[9], &[9]], FROM, UNTIL, &[]);
    assert_eq!(with(&family, twice), unknown);
    let number = ext(ids::CRL_NUMBER, false, tlv::write_small(8));
    assert_eq!(with(&family, extended(number)), unknown, "two numbers");
    // Only for authorities, which the person is none of.
    let scope = |flag: u8| {
        let value = tlv::write(tag::SEQUENCE, &tlv::write(tag::context(flag), &[0xFF]));
        ext(ids::ISSUING_POINT, true, value)
    };
    assert_eq!(with(&family, extended(scope(1))), None);
    assert_eq!(with(&family, extended(scope(2))), unknown);
    assert_eq!(with(&family, extended(scope(5))), unknown);
}

#[test]
fn a_list_of_one_point_counts_for_certificates_of_that_point() {
    let mut family = Family::new("bob@example.org");
    let of = |place: &str| {
        let full = tlv::write(tag::constructed(0), &tlv::write(0x86, place.as_bytes()));
        let value = tlv::write(tag::SEQUENCE, &tlv::write(tag::constructed(0), &full));
        ext(ids::ISSUING_POINT, true, value)
    };
    let (one, two) = ("http://ca.example/1.crl", "http://ca.example/2.crl");
    let listed = |family: &Family| list(&family.middle, &[], FROM, UNTIL, &[of(one)]);
    assert_eq!(with(&family, listed(&family)), Some("revocation-unknown"));
    family.person_spec = family.person_spec.clone().with(crl_point(two));
    assert_eq!(with(&family, listed(&family)), Some("revocation-unknown"));
    family.person_spec = family.person_spec.clone().with(crl_point(one));
    assert_eq!(with(&family, listed(&family)), None);
}

#[test]
fn an_authority_signs_lists_only_if_its_key_may() {
    let mut family = Family::new("bob@example.org");
    family.middle_spec = family.middle_spec.clone().with(usage(0b0000_0100));
    assert_eq!(
        with(&family, good(&family.middle)),
        Some("revocation-unknown")
    );
}

#[test]
fn a_list_larger_than_its_bound_is_refused_unread() {
    let der = vec![0x30; CRL_BYTES + 1];
    assert_eq!(Crl::from_der(&der).err(), Some(BadCrl::TooLarge));
    let nested = [0x30, 0x80];
    assert_eq!(
        Crl::from_der(&nested.repeat(10_000)).err(),
        Some(BadCrl::NotACrl)
    );
}
