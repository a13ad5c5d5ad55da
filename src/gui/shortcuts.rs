//! What the keyboard can do: the keys, and the sheet that tells them.

use super::theme::{self, steps};
use super::widgets;
use egui::{Context, Key, Modifiers, Ui, vec2};

/// What a key asks the window for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortcut {
    /// A new letter.
    New,
    /// Open a letter.
    Open,
    /// Find on this page.
    Find,
    /// Go to anything.
    Palette,
    /// The next pane.
    NextPane,
    /// The pane before.
    PaneBefore,
    /// This sheet.
    Sheet,
    /// The place of the rail with this number, from 0.
    Place(usize),
    /// Larger text.
    Larger,
    /// Smaller text.
    Smaller,
    /// Text of the usual size.
    Usual,
    /// Take back what was done last.
    Undo,
}

/// Takes the shortcuts out of what was pressed. `undo` says whether there is something to take
/// back: while a text field is used, Ctrl+Z is the field's.
pub fn pressed(ctx: &Context, undo: bool) -> Vec<Shortcut> {
    let ctrl = Modifiers::COMMAND;
    let ctrl_shift = Modifiers::COMMAND | Modifiers::SHIFT;
    let mut table = vec![
        (ctrl, Key::N, Shortcut::New),
        (ctrl, Key::O, Shortcut::Open),
        (ctrl, Key::F, Shortcut::Find),
        (ctrl, Key::K, Shortcut::Palette),
        // The one with more modifiers first: the other would match too.
        (Modifiers::SHIFT, Key::F6, Shortcut::PaneBefore),
        (Modifiers::NONE, Key::F6, Shortcut::NextPane),
        (Modifiers::NONE, Key::F1, Shortcut::Sheet),
        (ctrl_shift, Key::Questionmark, Shortcut::Sheet),
        (ctrl_shift, Key::Slash, Shortcut::Sheet),
        (ctrl, Key::Questionmark, Shortcut::Sheet),
        (ctrl_shift, Key::Plus, Shortcut::Larger),
        (ctrl, Key::Plus, Shortcut::Larger),
        (ctrl_shift, Key::Equals, Shortcut::Larger),
        (ctrl, Key::Equals, Shortcut::Larger),
        (ctrl, Key::Minus, Shortcut::Smaller),
        (ctrl, Key::Num0, Shortcut::Usual),
    ];
    let numbers = [
        Key::Num1,
        Key::Num2,
        Key::Num3,
        Key::Num4,
        Key::Num5,
        Key::Num6,
    ];
    for (number, key) in numbers.into_iter().enumerate() {
        table.push((ctrl, key, Shortcut::Place(number)));
        table.push((Modifiers::ALT, key, Shortcut::Place(number)));
    }
    if undo && !ctx.text_edit_focused() {
        table.push((ctrl, Key::Z, Shortcut::Undo));
    }
    ctx.input_mut(|input| {
        table
            .into_iter()
            .filter(|(modifiers, key, _)| input.consume_key(*modifiers, *key))
            .map(|(_, _, shortcut)| shortcut)
            .collect()
    })
}

/// What the sheet tells, by what it is about.
const TOLD: [(&str, &[(&str, &str)]); 3] = [
    (
        "Everywhere",
        &[
            ("Ctrl+K", "Go to anything"),
            ("Ctrl+1 to Ctrl+6", "Go to a place of the rail"),
            ("Ctrl+F", "Find on this page"),
            ("F6, Shift+F6", "Next part of the window, the part before"),
            ("Tab, Shift+Tab", "Next thing to use, the thing before"),
            ("Esc", "Close what is open"),
            ("Ctrl+Z", "Take back what was done last"),
            ("F1, Ctrl+?", "This sheet"),
        ],
    ),
    (
        "Letters",
        &[
            ("Ctrl+N", "New letter"),
            ("Ctrl+Enter", "Seal and send"),
            ("Ctrl+O", "Open a letter from a file"),
        ],
    ),
    (
        "Text size",
        &[
            ("Ctrl and +", "Larger"),
            ("Ctrl and −", "Smaller"),
            ("Ctrl+0", "As usual"),
        ],
    ),
];

/// Draws the sheet while it is open.
pub fn sheet_ui(ui: &Ui, open: &mut bool) {
    if !*open {
        return;
    }
    let closed = widgets::sheet_dialog(ui.ctx(), "shortcuts", "What the keyboard can do", |ui| {
        let room = ui.ctx().content_rect().height() - 190.0;
        egui::ScrollArea::vertical()
            .max_height(room.max(120.0))
            .show(ui, |ui| {
                for (about, keys) in TOLD {
                    ui.label(theme::strong(about));
                    egui::Grid::new(about)
                        .num_columns(2)
                        .spacing(vec2(steps(4), steps(1)))
                        .min_col_width(132.0)
                        .min_row_height(steps(5))
                        .show(ui, |ui| {
                            for (key, words) in keys {
                                ui.label(theme::mono(*key));
                                ui.label(theme::body(*words));
                                ui.end_row();
                            }
                        });
                    ui.add_space(steps(2));
                }
            });
    });
    if closed {
        *open = false;
    }
}
