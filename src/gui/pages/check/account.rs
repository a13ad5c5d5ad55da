//! One's own mail server, seen from behind one's login.

use super::card_ui;
use crate::app::command::{AccountQuestion, Command};
use crate::base::Passphrase;
use crate::gui::frame::is_narrow;

use crate::gui::theme::{self, Icon, steps};
use crate::gui::view::{Action, Place, Slot, View, Wish};
use crate::gui::widgets::{
    self, Kind, PathAnswer, SecretInput, button, check, field, line, path_field, secret_field,
    untrusted,
};
use egui::{Label, Ui};
use std::path::PathBuf;

/// How long letters to oneself are waited for, in seconds.
const PATIENCE: u64 = 90;

/// What was chosen.
#[derive(Default)]
pub struct AccountForm {
    open: bool,
    letter: bool,
    spam: bool,
    virus: bool,
    connections: bool,
    login: String,
    password: SecretInput,
    /// The path of a letter that came back.
    pub came_back: String,
}

impl AccountForm {
    /// What to ask. The password is taken out of its field.
    fn question(&mut self) -> AccountQuestion {
        let password: Passphrase = self.password.take();
        let login = self.login.trim();
        let other_login = (!login.is_empty()).then(|| (login.to_owned(), password));
        let came_back = self.came_back.trim();
        AccountQuestion {
            letter: self.letter,
            spam: self.spam,
            virus: self.virus,
            connections: self.connections,
            other_login,
            came_back: (!came_back.is_empty()).then(|| PathBuf::from(came_back)),
            patience: PATIENCE,
            ..AccountQuestion::default()
        }
    }
}

/// Draws it.
pub fn account_ui(ui: &mut Ui, view: &View, form: &mut AccountForm, actions: &mut Vec<Action>) {
    card_ui(ui, "", |ui| {
        let label = "Your own mail server, behind your login";
        if !widgets::fold(ui, &mut form.open, label) {
            return;
        }
        ui.spacing_mut().item_spacing.y = steps(3);
        let Some(account) = view.account() else {
            let words = "There is no account yet. With one, this shows what your server lets you do, and what \
                         it does to your letters.";
            ui.add(Label::new(theme::faded(ui, words)).wrap());
            if button(ui, Kind::Plain, None, "Set up an account").clicked() {
                actions.push(Action::Go(Place::Settings));
            }
            return;
        };
        let words = format!(
            "Logs in to {} as {}, and looks at how large letters may be, how the server greets, and by whose \
             names it lets you send. No letter is sent unless you tick one, and each goes to yourself alone.",
            account.submission, account.login
        );
        let words = untrusted(ui, &words, true, 500);
        ui.add(Label::new(theme::body(words)).wrap());
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            asked_ui(ui, form);
        });
        login_ui(ui, form);
        came_back_ui(ui, form, actions);
        let busy = view.is_busy(Slot::Check);
        ui.add_enabled_ui(!busy, |ui| {
            if button(ui, Kind::Plain, Some(Icon::Checkup), "Check my server").clicked() {
                let command = Command::CheckAccount(Box::new(form.question()));
                actions.push(Action::run(Slot::Check, command));
            }
        });
    });
}

fn asked_ui(ui: &mut Ui, form: &mut AccountForm) {
    for (ticked, words) in [
        (
            &mut form.letter,
            "Send myself a letter, and one by a stranger's name, and see how they come back",
        ),
        (
            &mut form.spam,
            "Send myself the line that every spam filter knows",
        ),
        (
            &mut form.virus,
            "Send myself the harmless file that every virus scanner knows",
        ),
        (
            &mut form.connections,
            "See how many of ten connections at once it takes",
        ),
    ] {
        if check(ui, words, *ticked) {
            *ticked = !*ticked;
        }
    }
}

fn login_ui(ui: &mut Ui, form: &mut AccountForm) {
    field(
        ui,
        "A login that it should refuse, such as one that it came with (tried once)",
        &mut form.login,
        "admin",
    );
    if !form.login.trim().is_empty() {
        secret_field(ui, "Password of that login", &mut form.password);
    }
}

fn came_back_ui(ui: &mut Ui, form: &mut AccountForm, actions: &mut Vec<Action>) {
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = steps(1);
        ui.label(theme::small("A letter of these that you saved elsewhere"));
        let name = "Path of the letter that came back";
        if is_narrow(ui) {
            if button(ui, Kind::Plain, Some(Icon::File), "Choose the letter…").clicked() {
                actions.push(Action::Pick(Wish::CameBack));
            }
            let room = ui.available_width();
            line(ui, &mut form.came_back, "or type a path", room).accessible_name(name);
        } else if let Some(PathAnswer::Browse) = path_field(
            ui,
            (Icon::File, "Choose the letter…"),
            name,
            &mut form.came_back,
            "",
        ) {
            actions.push(Action::Pick(Wish::CameBack));
        }
    });
}
