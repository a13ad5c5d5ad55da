//! What somebody who does not see the screen, or has no pointer, needs of every page in every state.

use super::states::{PLACES, STATES, paper};
use super::{Paper, window};
use egui::accesskit::{Action, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::NodeT;

/// Everything that can be pressed or can have the keyboard.
fn faults<S>(harness: &Harness<'_, S>) -> Vec<String> {
    let nodes = harness.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            let data = node.data();
            let acts = data.supports_action(Action::Click) || data.supports_action(Action::Focus);
            if !acts || node.is_hidden() || node.is_root() {
                return None;
            }
            // What stands in a label is its name; a scroll bar is known by what it scrolls.
            let name = node.label().or(node.value());
            let named = name.is_some_and(|name| !name.trim().is_empty());
            let named = named || node.role() == Role::ScrollBar;
            let role = !matches!(
                node.role(),
                Role::Unknown | Role::GenericContainer | Role::Pane | Role::Window
            );
            let fault = match (named, role) {
                (true, true) => return None,
                (false, _) => "has no name",
                (true, false) => "has no role",
            };
            let place = node.raw_bounds();
            Some(format!(
                "{:?} {:?} {fault}, at {place:?}",
                node.role(),
                node.label()
            ))
        })
        .collect()
}

#[test]
fn everything_that_can_be_pressed_says_what_it_is() {
    let mut all = Vec::new();
    for place in PLACES {
        for state in STATES {
            for size in [[1280.0, 800.0], [640.0, 480.0]] {
                let harness = window(paper(place, state), size, false);
                let found = faults(&harness).into_iter();
                all.extend(found.map(|fault| format!("{place:?} {state:?} {size:?}: {fault}")));
            }
        }
    }
    assert!(all.is_empty(), "{}", all.join("\n"));
}

#[test]
fn what_has_no_name_or_no_role_is_found() {
    let paint = |ui: &mut egui::Ui| {
        let _ = ui.button("Named");
        let (_, bare) = ui.allocate_exact_size(egui::vec2(20.0, 20.0), egui::Sense::click());
        assert!(!bare.clicked());
        let _ = ui.add(egui::Button::new(""));
    };
    let harness = Harness::builder()
        .with_accessibility_check(false)
        .build_ui(paint);
    let found = faults(&harness);
    assert_eq!(found.len(), 2, "{found:#?}");
}

/// Tab comes to everything that can have the keyboard, and round again.
#[test]
fn tab_comes_to_everything_on_a_page() {
    for place in PLACES {
        let mut harness = window(
            paper(place, super::states::State::Full),
            [1280.0, 800.0],
            false,
        );
        let wanted = focusable(&harness);
        assert!(wanted.len() > 3, "{place:?}: {wanted:?}");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..wanted.len() * 2 + 4 {
            harness.key_press(egui::Key::Tab);
            harness.run();
            let focused = harness.ctx.memory(|memory| memory.focused());
            seen.extend(focused.map(|id| id.accesskit_id().0));
        }
        let missed: Vec<_> = wanted
            .iter()
            .filter(|(id, _)| !seen.contains(id))
            .map(|(_, name)| name)
            .collect();
        assert!(missed.is_empty(), "{place:?}: Tab never came to {missed:?}");
    }
}

/// Node and name of what can have the keyboard.
fn focusable(harness: &Harness<'_, Paper>) -> Vec<(u64, String)> {
    let nodes = harness.root().children_recursive();
    nodes
        .filter_map(|node| {
            let node = node.accesskit_node();
            let takes = node.data().supports_action(Action::Focus) && !node.is_disabled();
            let id = node.locate().0.0;
            takes.then(|| (id, node.label().unwrap_or_default()))
        })
        .collect()
}
