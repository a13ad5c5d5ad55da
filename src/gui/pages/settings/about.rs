//! Version and licences.

use super::card_ui;
use crate::gui::theme;
use crate::gui::widgets;
use egui::Ui;

const INTER: &str = include_str!("../../../../assets/fonts/LICENSE-Inter.txt");
const JETBRAINS_MONO: &str = include_str!("../../../../assets/fonts/LICENSE-JetBrainsMono.txt");
const WAXWING: &str = include_str!("../../../../LICENSE");

/// Draws the section.
pub fn about_ui(ui: &mut Ui) {
    card_ui(ui, "Waxwing", |ui| {
        let version = format!("Version {}", env!("CARGO_PKG_VERSION"));
        ui.label(theme::body(version));
        let words = "A desktop helper for end-to-end encrypted mail. The command line wax does \
                     everything that this window does.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        let words = "Free software under the GNU General Public License, version 3 or later. It \
                     comes without any warranty.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        text_ui(ui, "The licence of Waxwing", WAXWING);
    });
    card_ui(ui, "What it is made with", |ui| {
        let words = "Type: Inter for everything, JetBrains Mono for fingerprints and raw text; both \
                     under the SIL Open Font License 1.1.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        text_ui(ui, "The licence of Inter", INTER);
        text_ui(ui, "The licence of JetBrains Mono", JETBRAINS_MONO);
        let words = "Fingerprints as words: the PGP word list by Patrick Juola and Philip \
                     Zimmermann, 1995.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        let words = "OpenPGP by Sequoia, cryptography by OpenSSL and AWS-LC, TLS by rustls, storage \
                     by SQLite, the window by egui; and many more, each under its own free licence.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
}

/// A licence's text in a fold.
fn text_ui(ui: &mut Ui, title: &str, text: &str) {
    let id = egui::Id::unique(("licence", title));
    let mut open = ui.data(|data| data.get_temp(id).unwrap_or(false));
    if widgets::fold(ui, &mut open, title) {
        // Of 35,000 characters only those in sight are drawn.
        let lines: Vec<&str> = text.lines().collect();
        let height = ui.text_style_height(&egui::TextStyle::Monospace);
        egui::ScrollArea::both()
            .id_salt(title)
            .max_height(260.0)
            .auto_shrink([false, true])
            .show_rows(ui, height, lines.len(), |ui, range| {
                for line in lines.get(range).unwrap_or_default() {
                    ui.add(egui::Label::new(theme::mono(*line)).extend());
                }
            });
    }
    ui.data_mut(|data| data.insert_temp(id, open));
}
