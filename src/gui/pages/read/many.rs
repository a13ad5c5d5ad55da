//! An mbox or a Maildir in the list: it fills while the letters are read, and is filtered by verdict and
//! by words.

use super::{ReadPage, summary_sign_of};
use crate::app::bulk::{BulkList, BulkRow};
use crate::app::command::{BulkFrom, Command};
use crate::gui::frame::is_narrow;
use crate::gui::panes::{Pane, pane};
use crate::gui::theme::{self, Icon, Tone, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{Row, choice, fold, icon_button, line, rows_ui, untrusted};
use crate::wording;
use egui::{Align, Layout, Ui};
use std::path::PathBuf;
use std::sync::Arc;

/// What is listed of many letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Only {
    /// All.
    #[default]
    All,
    /// Those whose signature counts.
    Signed,
    /// Those that were sealed.
    Sealed,
    /// The others.
    Unprotected,
    /// Those that could not be read, or of which something looks odd.
    Odd,
}

const ONLY: [(Only, &str); 5] = [
    (Only::All, "All"),
    (Only::Signed, "Signed"),
    (Only::Sealed, "Sealed"),
    (Only::Unprotected, "Not protected"),
    (Only::Odd, "Odd"),
];

/// Many letters, as they stand in the list.
pub struct Many {
    list: Arc<BulkList>,
    name: String,
    rows: Vec<Arc<BulkRow>>,
    /// How many were read when `rows` was made.
    seen: usize,
    /// The rows that match.
    shown: Vec<usize>,
    only: Only,
    query: String,
    /// Where there is little room, the choices stand in a fold.
    choosing: bool,
    /// The letter that is open.
    pub here: Option<usize>,
}

impl Many {
    /// Begins to read them.
    pub fn begin(path: PathBuf, actions: &mut Vec<Action>) -> Self {
        let list = BulkList::new();
        let name = path.file_name().unwrap_or(path.as_os_str());
        let many = Many {
            list: list.clone(),
            name: name.to_string_lossy().into_owned(),
            rows: Vec::new(),
            seen: 0,
            shown: Vec::new(),
            only: Only::All,
            query: String::new(),
            choosing: false,
            here: None,
        };
        let from = BulkFrom::Path(path);
        actions.push(Action::run(Slot::Many, Command::OpenMany { from, list }));
        many
    }

    /// The list, and what its letters come from.
    pub fn list(&self) -> &Arc<BulkList> {
        &self.list
    }

    /// Takes in what was read meanwhile.
    fn refresh(&mut self) {
        let (_, done) = self.list.counts();
        if done != self.seen {
            self.seen = done;
            self.rows = self.list.rows();
            self.find();
        }
    }

    fn find(&mut self) {
        let wanted = self.query.trim().to_lowercase();
        let only = self.only;
        let matches = |row: &BulkRow| {
            only.holds(row) && (wanted.is_empty() || haystack(row).contains(&wanted))
        };
        self.shown = self
            .rows
            .iter()
            .enumerate()
            .filter(|(_, row)| matches(row))
            .map(|(at, _)| at)
            .collect();
    }
}

impl Only {
    fn holds(self, row: &BulkRow) -> bool {
        let Ok(verdict) = &row.verdict else {
            return matches!(self, Only::All | Only::Odd);
        };
        let summary = verdict.summary.as_str();
        match self {
            Only::All => true,
            Only::Signed => matches!(summary, "verified" | "confidential"),
            Only::Sealed => matches!(summary, "confidential" | "encrypted-unverified"),
            Only::Unprotected => summary == "unprotected",
            Only::Odd => !verdict.cautions.is_empty(),
        }
    }
}

/// What is looked through: author, subject and signer.
fn haystack(row: &BulkRow) -> String {
    let mut text = row.from.join(" ");
    text.push(' ');
    text.push_str(row.subject.raw());
    if let Ok(verdict) = &row.verdict
        && let Some((address, fingerprint, _)) = &verdict.signer
    {
        text.push_str(&format!(" {address} {fingerprint}"));
    }
    text.to_lowercase()
}

/// Draws the list. Returns whether it is put away.
pub fn many_ui(ui: &mut Ui, view: &View, state: &mut ReadPage, actions: &mut Vec<Action>) -> bool {
    let Some(many) = &mut state.many else {
        return false;
    };
    pane(ui, Pane::Page(1), ui.max_rect());
    many.refresh();
    let mut closed = false;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            closed = icon_button(ui, Icon::Cross, "Close the letters of this file").clicked();
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let name = untrusted(ui, &many.name, true, 60);
                ui.add(egui::Label::new(theme::strong(name)).truncate());
            });
        });
    });
    let (total, done) = many.list.counts();
    let words = match (done == total, total) {
        (true, 1) => "1 letter".to_owned(),
        (true, _) => format!("{total} letters"),
        (false, 0) => "Reading…".to_owned(),
        (false, _) if view.is_busy(Slot::Many) => format!("{done} of {total} letters read"),
        (false, _) => format!("Stopped: {done} of {total} letters were read"),
    };
    ui.label(theme::faded(ui, words));
    let width = ui.available_width();
    let field = line(ui, &mut many.query, "Find", width).accessible_name("Find among the letters");
    let mut changed = field.changed();
    if is_narrow(ui) && !fold(ui, &mut many.choosing, "Show only some") {
        ui.add_space(steps(1));
    } else {
        changed |= only_ui(ui, many);
    }
    if changed {
        many.find();
    }
    if many.shown.is_empty() && done > 0 {
        ui.label(theme::faded(ui, "No letter matches."));
    }
    let (rows, shown, here) = (&many.rows, &many.shown, many.here);
    let answer = rows_ui(ui, "Letters of the file", shown.len(), |ui, at| {
        let row = shown.get(at).and_then(|at| rows.get(*at));
        row.map_or_else(Row::default, |row| row_of(ui, row, here))
    });
    let chosen = answer.chosen.and_then(|at| many.shown.get(at));
    let chosen = chosen
        .and_then(|at| many.rows.get(*at))
        .map(|row| row.index);
    if let Some(index) = chosen {
        state.open_of_many(index, actions);
    }
    closed
}

/// The choices of what is listed. Returns whether another was made.
fn only_ui(ui: &mut Ui, many: &mut Many) -> bool {
    let before = many.only;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = egui::vec2(steps(1), 0.0);
        for (only, name) in ONLY {
            if choice(ui, name, many.only == only) {
                many.only = only;
            }
        }
    });
    many.only != before
}

/// The name that stands before an address, or the address where there is none.
fn short(mailbox: &str) -> &str {
    match mailbox.split_once(" <") {
        Some((name, _)) => name.trim_matches('"'),
        None => mailbox,
    }
}

fn row_of(ui: &Ui, row: &BulkRow, here: Option<usize>) -> Row {
    let (tone, icon, word) = match &row.verdict {
        Ok(verdict) => {
            let (tone, icon, word) = summary_sign_of(&verdict.summary);
            (tone, icon, word.to_owned())
        }
        Err(failure) => {
            let words = wording::failure(failure).headline;
            (Tone::Caution, Icon::Lock, words)
        }
    };
    let names: Vec<&str> = row.from.iter().map(|from| short(from)).collect();
    let (first, heard) = match row.from.as_slice() {
        [] => ("Sender unclear".to_owned(), "Sender unclear".to_owned()),
        from => (
            untrusted(ui, &names.join(", "), true, 60),
            untrusted(ui, &from.join(", "), true, 120),
        ),
    };
    let second = match row.subject.raw().trim() {
        "" => "(no subject)".to_owned(),
        subject => untrusted(ui, subject, true, 80),
    };
    let date = row.date.map(wording::date).unwrap_or_default();
    Row {
        icon,
        tone,
        heard: format!("{heard}, {second}, {word}, {date}"),
        first,
        second,
        here: here == Some(row.index),
        ..Row::default()
    }
}
