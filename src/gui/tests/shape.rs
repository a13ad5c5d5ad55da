//! Every page in every theme and size, with friendly and with hostile names.

use super::{Paper, window};
use crate::gui::Place;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

const PLACES: [Option<Place>; 7] = [
    None,
    Some(Place::Write),
    Some(Place::Read),
    Some(Place::Outbox),
    Some(Place::Keys),
    Some(Place::Check),
    Some(Place::Settings),
];

const SIZES: [[f32; 2]; 3] = [[1280.0, 800.0], [800.0, 600.0], [640.0, 480.0]];

/// What is heard and what is shown, of every node.
fn texts(harness: &Harness<'_, Paper>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    nodes
        .flat_map(|node| {
            let node = node.accesskit_node();
            [node.label(), node.value(), node.description()]
        })
        .flatten()
        .collect()
}

fn primary(place: Option<Place>) -> Option<&'static str> {
    match place {
        None => Some("Next"),
        Some(Place::Write) => Some("Seal and send"),
        Some(Place::Read) => Some("Fetch letters"),
        Some(Place::Keys) => Some("Import keys…"),
        Some(Place::Check) => Some("Check up"),
        Some(Place::Settings) => Some("New identity…"),
        Some(Place::Outbox) => None,
    }
}

#[test]
fn pages_hold_their_shape_in_every_size_and_theme() {
    for place in PLACES {
        for size in SIZES {
            for (dark, hostile) in [(false, false), (true, false), (false, true), (true, true)] {
                // The harness panics on missing glyphs, on inputs without a name, and when the
                // page never comes to rest.
                let harness = window(Paper::new(place, hostile), size, dark);
                let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
                if let Some(name) = primary(place) {
                    let button = harness.get_by_role_and_label(egui::Role::Button, name);
                    let inside = whole.expand(0.5).contains_rect(button.rect());
                    assert!(inside, "{place:?} {size:?} {hostile}: {:?}", button.rect());
                }
            }
        }
    }
}

#[test]
fn rule_19_nothing_hostile_reaches_screen_or_screen_reader_unescaped() {
    for place in PLACES {
        let harness = window(Paper::new(place, true), [1280.0, 800.0], false);
        for text in texts(&harness) {
            let tricky = |c: &char| {
                matches!(
                    c,
                    '\u{202E}' | '\u{200B}' | '\u{2066}' | '\u{1b}' | '\u{7}' | '\u{feff}'
                )
            };
            let found: Vec<char> = text.chars().filter(tricky).collect();
            let start: String = text.chars().take(80).collect();
            assert!(found.is_empty(), "{place:?}: {found:?} in {start:?}");
            // Names are cut; a letter's text is shown whole.
            let most = if start.starts_with("Dear") {
                20_000
            } else {
                5_000
            };
            assert!(text.chars().count() < most, "{place:?}: {start:?}");
        }
    }
}

#[test]
fn every_page_has_a_heading() {
    let names = [
        "Welcome to Waxwing",
        "Write",
        "Read",
        "Outbox",
        "Keys",
        "Check-up",
        "Settings",
    ];
    for (place, name) in PLACES.into_iter().zip(names) {
        let harness = window(Paper::new(place, false), [1280.0, 800.0], false);
        let found = harness.query_by_role_and_label(egui::Role::Heading, name);
        assert!(found.is_some(), "{place:?}");
    }
}

#[test]
fn rows_of_a_list_do_not_overlap() {
    for place in [Place::Keys, Place::Read] {
        let harness = window(Paper::new(Some(place), false), [1280.0, 800.0], false);
        let rows = harness.get_all_by_role(egui::Role::ListBoxOption);
        let rows: Vec<egui::Rect> = rows.map(|row| row.rect()).collect();
        assert!(rows.len() >= 3, "{place:?}");
        for pair in rows.windows(2) {
            assert!(pair[1].top() >= pair[0].bottom(), "{place:?}: {pair:?}");
        }
    }
}
