//! Who is contacted, when, and what they learn. Each row is true of this program as it is built:
//! what is not in the table is not contacted.

use super::super::read::blocking::act;
use super::card_ui;
use crate::app::command::Command;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::toast::Toast;
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, untrusted};
use crate::wording;
use egui::Ui;

/// Somebody who is contacted.
struct Contacted {
    who: String,
    when: &'static str,
    learns: &'static str,
}

fn contacted(view: &View) -> Vec<Contacted> {
    let account = view.account();
    let server = |endpoint: Option<String>, else_: &str| endpoint.unwrap_or(else_.to_owned());
    let sends = account.map(|account| account.submission.to_string());
    let fetches = account.and_then(|account| account.mailbox.as_ref());
    let mut all = vec![
        Contacted {
            who: server(sends, "Your sending server (none is set up)"),
            when: "When you send a letter, try one again, or test the account.",
            learns: "Your login, who writes to whom, how large the letter is and when. Of a sealed \
                     letter neither subject nor text nor names of attachments.",
        },
        Contacted {
            who: server(
                fetches.map(ToString::to_string),
                "The server that you fetch from (none is set up)",
            ),
            when: "When you press “Fetch letters”, never by itself.",
            learns: "Your login, and that you fetched.",
        },
        Contacted {
            who: "Authorities that made S/MIME certificates".to_owned(),
            when: "When you ask whether a certificate was withdrawn, never by itself: at the places \
                   that the certificate names.",
            learns: "That somebody at your network address asks about certificates of that \
                     authority, and with some which one.",
        },
        Contacted {
            who: "The name server of your system".to_owned(),
            when: "Before each of these, to find the server's address; and when you ask about the \
                   sender of a letter, on its tab Route, or check a domain up.",
            learns: "The name of the server, or of the sender's domain and servers.",
        },
        Contacted {
            who: "The servers of a domain that you check up".to_owned(),
            when: "When you press “Check up”, never by itself: those that take or fetch its mail, those \
                   that name its settings, and the block lists that you chose.",
            learns: "That somebody at your network address looks at the domain.",
        },
        Contacted {
            who: "The scanner of this computer, clamd, where it runs".to_owned(),
            when: "When you save an attachment, before it is written.",
            learns: "The attachment. It stays on this computer.",
        },
    ];
    if view.practising() {
        all.insert(
            0,
            Contacted {
                who: "The practice server, inside this program".to_owned(),
                when: "While you practise, in place of your own servers.",
                learns: "Nothing leaves this computer.",
            },
        );
    }
    all
}

/// What programs of this kind often do, and this one does not.
const NEVER: [&str; 4] = [
    "Anybody whom a letter names: opening it fetches no pictures, styles or lists.",
    "Key servers and web look-ups of keys.",
    "Updates, statistics, crash reports.",
    "Anybody at all when started as: wax --offline",
];

/// Draws the table.
pub fn privacy_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    blocked_ui(ui, view, actions);
    border_ui(ui, view, actions);
    card_ui(ui, "Who is contacted", |ui| {
        for (place, row) in contacted(view).iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            ui.scope(|ui| {
                ui.spacing_mut().item_spacing.y = steps(1);
                let who = untrusted(ui, &row.who, true, 200);
                ui.add(egui::Label::new(theme::strong(who)).wrap());
                ui.add(egui::Label::new(theme::body(row.when)).wrap());
                let learns = format!("Learns: {}", row.learns);
                ui.add(egui::Label::new(theme::faded(ui, learns)).wrap());
            });
        }
    });
    card_ui(ui, "Who is never contacted", |ui| {
        let palette = Palette::of(ui);
        ui.spacing_mut().item_spacing.y = steps(2);
        for words in NEVER {
            ui.horizontal_top(|ui| {
                widgets::icon(ui, Icon::Check, palette.verified, palette.sheet, "Never");
                ui.add(egui::Label::new(theme::body(words)).wrap());
            });
        }
        let words = "There is no switch here because there is nothing to switch off.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    });
    card_ui(ui, "Since the start", |ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        if view.contacted.is_empty() {
            ui.label(theme::body("Nobody was contacted."));
        }
        for contact in view.contacted.iter().rev().take(20) {
            let when = wording::date_time(contact.at);
            let line = format!("{}, {}, {when}", contact.host, contact.why);
            let line = untrusted(ui, &line, true, 300);
            ui.add(egui::Label::new(theme::body(line)).wrap());
        }
    });
}

/// Whom the person does not want to hear from.
fn blocked_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    let blocked = view.overview.as_ref().map(|overview| &overview.blocked);
    let blocked = blocked.map(Vec::as_slice).unwrap_or_default();
    card_ui(ui, "Whom you do not want to hear from", |ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        if blocked.is_empty() {
            let words = "Nobody. A letter's tab Route has buttons that block its sender.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
        }
        for (entry, since) in blocked.iter().take(200) {
            ui.horizontal(|ui| {
                let name = untrusted(ui, &entry.to_string(), true, 60);
                ui.label(theme::body(&name));
                let since = format!("since {}", wording::date(*since));
                ui.label(theme::faded(ui, since));
                let unblock = widgets::button(ui, widgets::Kind::Quiet, None, "Unblock");
                let unblock = unblock.accessible_name(format!("Unblock {name}"));
                if unblock.clicked() {
                    act(entry, false, actions);
                }
            });
        }
    });
}

/// Whose word about other servers counts (rule 64).
fn border_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    let border = view.overview.as_ref().and_then(|o| o.border.as_ref());
    let Some(border) = border else {
        return;
    };
    card_ui(ui, "Whose word about other servers counts", |ui| {
        let name = untrusted(ui, border, true, 120);
        let words = format!("{name}, where it wrote it itself (Authentication-Results).");
        ui.add(egui::Label::new(theme::body(words)).wrap());
        if widgets::button(ui, widgets::Kind::Plain, None, "It counts no more").clicked() {
            let back = Command::SetBorder(Some(border.clone()));
            let offer = Toast::blocking(format!("The word of {border} counts no more."), back);
            actions.push(Action::run(Slot::Block, Command::SetBorder(None)));
            actions.push(Action::Offer(Box::new(offer)));
        }
    });
}
