//! The chain on the card of an S/MIME certificate.

use super::keys::full_card;
use super::{Paper, window};
use crate::app::command::{ChainCard, ChainFetch, Command, LinkState, NotKnown, Outcome};
use crate::cert::x509::chain::tests::make::{Family, access, now};
use crate::cert::x509::chain::{Pool, Purpose, Sources, Wish, build, ids};
use crate::gui::{Action, Place, Slot};
use egui::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

/// The page with a certificate's card, and its chain with or without the authority between.
fn page(whole: bool, links: Vec<LinkState>) -> Harness<'static, Paper> {
    let mut family = Family::new("carol@example.org");
    let place = access(ids::CA_ISSUERS, "http://ca.example.org/middle.cer");
    family.person_spec = family.person_spec.clone().with(place);
    let (anchors, pool) = (family.anchors(), family.pool());
    let sources = Sources {
        anchors: &anchors,
        kept: if whole { &pool } else { &Pool::default() },
        along: &Pool::default(),
        crls: None,
    };
    let wish = Wish::mail(now(), Purpose::Mail, None);
    let chain = build(&family.person(), sources, &wish);
    assert_eq!(chain.is_valid(), whole);
    let mut card = full_card(false);
    card.row.kind = "smime";
    let fingerprint = card.row.fingerprint.clone();
    let mut paper = Paper::new(Some(Place::Keys), false);
    let mut asked = Vec::new();
    let card = Outcome::Key(Box::new(card));
    paper.keys.answer(Slot::Card, Ok(card), &mut asked);
    let asks = |action: &Action| match action {
        Action::Run(Slot::Chain, command) => matches!(
            **command,
            Command::KeyChain {
                fetch: ChainFetch::Nothing,
                ..
            }
        ),
        _ => false,
    };
    assert!(asked.iter().any(asks), "the card asks for its chain");
    let chain = Outcome::KeyChain(Box::new(ChainCard {
        fingerprint,
        chain,
        links,
    }));
    paper.keys.answer(Slot::Chain, Ok(chain), &mut asked);
    window(paper, [1280.0, 1600.0], false)
}

fn asked(harness: &Harness<'_, Paper>) -> Option<ChainFetch> {
    match harness.state().commands().pop() {
        Some(Command::KeyChain { fetch, .. }) => Some(*fetch),
        _ => None,
    }
}

#[test]
fn a_missing_certificate_is_named_and_fetched_on_a_click() {
    let mut harness = page(false, Vec::new());
    harness.get_by_label_contains("which vouches for Bob, is missing");
    harness.get_by_label_contains("http://ca.example.org/middle.cer");
    let label = "Fetch the missing certificate";
    harness.get_by_role_and_label(Role::Button, label).click();
    harness.run();
    assert_eq!(asked(&harness), Some(ChainFetch::Missing));
}

#[test]
fn every_state_of_revocation_has_words_and_is_checked_on_a_click() {
    let at = "2026-05-01T00:00:00Z".parse().unwrap();
    for (state, words) in [
        (
            LinkState::NotChecked { can_ask: true },
            "Not checked whether",
        ),
        (LinkState::NotChecked { can_ask: false }, "names no place"),
        (
            LinkState::Good { as_of: at },
            "Not withdrawn, as of 1 May 2026",
        ),
        (
            LinkState::Revoked { at, reason: 1 },
            "Withdrawn on 1 May 2026",
        ),
        (LinkState::NotKnown(NotKnown::NoAnswer), "nobody answered"),
    ] {
        let links = vec![state, LinkState::NotChecked { can_ask: true }];
        let mut harness = page(true, links);
        assert!(
            harness.query_all_by_label_contains(words).next().is_some(),
            "{words}"
        );
        harness.get_by_label_contains("Root");
        harness
            .get_by_role_and_label(Role::Button, "Check revocation")
            .click();
        harness.run();
        assert_eq!(asked(&harness), Some(ChainFetch::Revocation));
    }
}
