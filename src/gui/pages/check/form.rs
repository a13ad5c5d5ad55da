//! What is checked, and how.

use super::card_ui;
use crate::app::command::{CheckQuestion, Command};
use crate::checkup::lists;
use crate::gui::theme::{self, Icon, Tone, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Kind, PathAnswer, button, check, field, line, path_field, untrusted,
};
use egui::{Key, Label, Ui};
use std::path::PathBuf;

/// What was typed and chosen.
#[derive(Default)]
pub struct Form {
    domain: String,
    /// Whether the domain of the identity in use was put in once.
    filled: bool,
    more: bool,
    selectors: String,
    addresses: bool,
    domains: bool,
    relay: String,
    compare: bool,
    resolver: String,
    /// A path.
    pub zone: String,
    problem: Option<String>,
    /// Whether the first field gets the keyboard.
    pub focus: bool,
}

impl Form {
    /// Puts the domain of the identity in use in, once, where nothing was typed.
    pub fn fill(&mut self, view: &View) {
        if self.filled {
            return;
        }
        let Some(me) = view.me() else { return };
        self.filled = true;
        if self.domain.is_empty() && !view.practising() {
            self.domain = me.address.domain().to_owned();
        }
    }

    /// What to ask; or what is the matter with what was typed.
    fn read(&self) -> Result<CheckQuestion, String> {
        let words = |text: &str| -> Vec<String> {
            text.split([',', ' '])
                .filter(|word| !word.is_empty())
                .map(ToOwned::to_owned)
                .collect()
        };
        let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let resolver = match some(&self.resolver) {
            None => None,
            // A name server listens on 53 unless it is said otherwise.
            Some(text) => {
                let at = text.parse().ok();
                let usual = || Some(std::net::SocketAddr::new(text.parse().ok()?, 53));
                Some(at.or_else(usual).ok_or(
                    "A name server is an address, with a port where that is not 53: 192.0.2.1",
                )?)
            }
        };
        let zone = some(&self.zone).map(PathBuf::from);
        if zone.is_some() && resolver.is_some() {
            return Err("Name a zone file or a name server, not both.".to_owned());
        }
        let mut chosen = Vec::new();
        for (ticked, set) in [(self.addresses, "addresses"), (self.domains, "domains")] {
            if ticked {
                chosen.push(set.to_owned());
            }
        }
        Ok(CheckQuestion {
            domain: self.domain.trim().to_owned(),
            zone,
            resolver,
            selectors: words(&self.selectors),
            connect_to: Vec::new(),
            lists: chosen,
            relay: some(&self.relay),
            compare: self.compare,
            authorities: Vec::new(),
        })
    }
}

/// The primary button.
pub fn primary_ui(ui: &mut Ui, view: &View, form: &mut Form, actions: &mut Vec<Action>) {
    let busy = view.is_busy(Slot::Check);
    let ready = !busy && !form.domain.trim().is_empty();
    ui.add_enabled_ui(ready, |ui| {
        let label = if busy { "Checking…" } else { "Check up" };
        if button(ui, Kind::Primary, Some(Icon::Checkup), label).clicked() {
            begin(form, actions);
        }
    });
}

fn begin(form: &mut Form, actions: &mut Vec<Action>) {
    match form.read() {
        Ok(question) => {
            form.problem = None;
            let command = Command::CheckDomain(Box::new(question));
            actions.push(Action::run(Slot::Check, command));
        }
        Err(problem) => form.problem = Some(problem),
    }
}

/// Draws it.
pub fn form_ui(ui: &mut Ui, view: &View, form: &mut Form, actions: &mut Vec<Action>) {
    card_ui(ui, "", |ui| {
        let typed = field(
            ui,
            "Domain, or an address at it",
            &mut form.domain,
            "example.org",
        );
        if std::mem::take(&mut form.focus) {
            typed.request_focus();
        }
        let entered = typed.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        if entered && !view.is_busy(Slot::Check) && !form.domain.trim().is_empty() {
            begin(form, actions);
        }
        if let Some(problem) = &form.problem {
            let palette = theme::Palette::of(ui);
            ui.horizontal_top(|ui| {
                widgets::icon(ui, Icon::Refused, palette.danger, palette.sheet, "Problem");
                ui.add(
                    Label::new(theme::body(problem.clone()).color(palette.tone(Tone::Danger)))
                        .wrap(),
                );
            });
        }
        if widgets::fold(ui, &mut form.more, "More to ask") {
            ui.spacing_mut().item_spacing.y = steps(3);
            more_ui(ui, form, actions);
        }
        if view.practising() {
            let words =
                "The check-up asks real name servers and mail servers, while practising too.";
            ui.add(Label::new(theme::faded(ui, words)).wrap());
        }
    });
}

fn more_ui(ui: &mut Ui, form: &mut Form, actions: &mut Vec<Action>) {
    let names = |of: &str| -> String {
        let zones = lists::chosen(of);
        let names: Vec<&str> = zones
            .iter()
            .filter_map(|zone| Some(lists::known(zone)?.name))
            .collect();
        names.join(", ")
    };
    for (set, words, ticked) in [
        (
            "addresses",
            "Ask block lists about the servers' addresses",
            &mut form.addresses,
        ),
        (
            "domains",
            "Ask block lists about the domain",
            &mut form.domains,
        ),
    ] {
        if check(ui, words, *ticked) {
            *ticked = !*ticked;
        }
        let who = untrusted(
            ui,
            &format!("They learn what you ask about: {}", names(set)),
            true,
            400,
        );
        ui.add(Label::new(theme::faded(ui, who)).wrap());
    }
    field(
        ui,
        "Names of signing keys (DKIM selectors; a letter's DKIM-Signature has it as s=)",
        &mut form.selectors,
        "mail, 2026a",
    );
    field(
        ui,
        "A server of yours, to see whether it passes on strangers' mail",
        &mut form.relay,
        "mx.example.org",
    );
    let words = "Compare what the servers that take your mail answer";
    if check(ui, words, form.compare) {
        form.compare = !form.compare;
    }
    let words = "Both are asked only once a record in your domain, which you are told, shows that it is yours.";
    ui.add(Label::new(theme::faded(ui, words)).wrap());
    field(
        ui,
        "Name server to ask, instead of the system's",
        &mut form.resolver,
        "192.0.2.1",
    );
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        ui.label(theme::small(
            "Or read all records from a zone file, and ask nobody",
        ));
        if crate::gui::frame::is_narrow(ui) {
            if button(ui, Kind::Plain, Some(Icon::File), "Choose…").clicked() {
                actions.push(Action::Pick(Wish::Zone));
            }
            let room = ui.available_width();
            line(ui, &mut form.zone, "or type a path", room)
                .accessible_name("Path of the zone file");
        } else if let Some(PathAnswer::Browse) = path_field(
            ui,
            (Icon::File, "Choose…"),
            "Path of the zone file",
            &mut form.zone,
            "",
        ) {
            actions.push(Action::Pick(Wish::Zone));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_a_question() {
        let form = Form {
            domain: " example.org ".to_owned(),
            selectors: "one, two".to_owned(),
            domains: true,
            resolver: "192.0.2.1".to_owned(),
            ..Form::default()
        };
        let question = form.read().unwrap();
        assert_eq!(question.domain, "example.org");
        assert_eq!(question.selectors, ["one", "two"]);
        assert_eq!(question.lists, ["domains"]);
        assert_eq!(question.resolver, "192.0.2.1:53".parse().ok());
        assert_eq!(question.relay, None);
    }

    #[test]
    fn a_name_server_that_is_none_is_said() {
        let form = |resolver: &str, zone: &str| Form {
            resolver: resolver.to_owned(),
            zone: zone.to_owned(),
            ..Form::default()
        };
        assert!(form("dns.example", "").read().is_err());
        assert!(form("192.0.2.1", "zone").read().is_err());
        assert!(form("[2001:db8::1]:5353", "").read().is_ok());
        assert!(form("2001:db8::1", "").read().is_ok());
    }
}
