//! Settings: who you are, and the account that sends and fetches your mail.

use super::look::{Under, look_ui, under_ui};
use super::{Told, head_ui, page_frame, told_ui};
use crate::address::{Address, Mailbox};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, Tone, steps};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{self, Answer, Kind, SecretInput, button, dialog, field, secret_field};
use crate::settings::{Account, Endpoint, Security, Trust};
use egui::{Margin, Ui};

/// The page's state.
pub struct SettingsPage {
    form: Form,
    filled_for: Option<Address>,
    told: Option<Told>,
    problem: Option<&'static str>,
    works: Option<String>,
    test_after: bool,
    new: Option<NewIdentity>,
    under: Under,
}

/// The account as it is typed.
struct Form {
    login: String,
    password: SecretInput,
    host: String,
    port: String,
    security: Security,
    fetch: bool,
    fetch_host: String,
    fetch_port: String,
}

#[derive(Default)]
struct NewIdentity {
    name: String,
    address: String,
}

impl Default for SettingsPage {
    fn default() -> Self {
        SettingsPage {
            form: Form::empty(),
            filled_for: None,
            told: None,
            problem: None,
            works: None,
            test_after: false,
            new: None,
            under: Under::default(),
        }
    }
}

impl Form {
    fn empty() -> Self {
        Form {
            login: String::new(),
            password: SecretInput::default(),
            host: String::new(),
            port: "465".to_owned(),
            security: Security::Implicit,
            fetch: true,
            fetch_host: String::new(),
            fetch_port: "995".to_owned(),
        }
    }

    fn of(account: &Account) -> Self {
        let mailbox = account.mailbox.as_ref();
        Form {
            login: account.login.clone(),
            password: SecretInput::default(),
            host: account.submission.host.clone(),
            port: account.submission.port.to_string(),
            security: account.submission.security,
            fetch: mailbox.is_some(),
            fetch_host: mailbox.map(|m| m.host.clone()).unwrap_or_default(),
            fetch_port: mailbox.map_or("995".to_owned(), |m| m.port.to_string()),
        }
    }

    fn read(&self, address: &Address, before: Option<&Account>) -> Result<Account, &'static str> {
        let submission = endpoint(&self.host, &self.port, self.security)
            .ok_or("Please check the sending server and its port.")?;
        let mailbox = if self.fetch {
            let fetch = endpoint(&self.fetch_host, &self.fetch_port, Security::Implicit);
            Some(fetch.ok_or("Please check the server to fetch from and its port.")?)
        } else {
            None
        };
        let login = self.login.trim();
        if login.is_empty() {
            return Err("Please type the login name; often it is the address.");
        }
        if self.password.is_empty() {
            return Err("Please type the password.");
        }
        Ok(Account {
            address: address.clone(),
            login: login.to_owned(),
            submission: keep_pins(submission, before.map(|b| &b.submission)),
            mailbox: mailbox.map(|m| keep_pins(m, before.and_then(|b| b.mailbox.as_ref()))),
        })
    }
}

/// A server that was pinned to its own issuer, or to an IP address, stays so while its name stays.
fn keep_pins(mut endpoint: Endpoint, before: Option<&Endpoint>) -> Endpoint {
    if let Some(before) = before
        && before.host == endpoint.host
    {
        endpoint.trust = before.trust.clone();
        endpoint.connect_to = before.connect_to;
    }
    endpoint
}

fn endpoint(host: &str, port: &str, security: Security) -> Option<Endpoint> {
    let host = host.trim();
    let port = port.trim().parse().ok().filter(|port| *port != 0)?;
    let named = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c.is_control());
    named.then(|| Endpoint {
        host: host.to_owned(),
        port,
        security,
        trust: Trust::System,
        connect_to: None,
    })
}

impl SettingsPage {
    /// Takes an answer.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match (slot, result) {
            (Slot::Account, Ok(_)) => {
                self.told = None;
                self.form.password.clear();
                actions.push(Action::run(Slot::Overview, Command::Overview));
                if std::mem::take(&mut self.test_after) {
                    let test = Command::TestAccount { address: None };
                    actions.push(Action::run(Slot::AccountTest, test));
                }
            }
            (Slot::AccountTest, Ok(Outcome::AccountWorks(connected))) => {
                let tls = &connected.tls;
                self.works = Some(format!("{} answered over {}.", tls.host, tls.version));
            }
            (Slot::Identity, Ok(_)) => self.new = None,
            (_, Err(failure)) => {
                self.test_after = false;
                self.told = Told::of(&failure);
            }
            (_, Ok(_)) => {}
        }
    }

    /// Asks for name and address of another identity.
    pub fn new_identity(&mut self) {
        self.new = Some(NewIdentity::default());
    }

    /// Another desk: forget what was typed.
    pub fn leave_desk(&mut self) {
        *self = SettingsPage::default();
    }
}

/// Draws the page.
pub fn settings_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    egui::CentralPanel::default()
        .frame(page_frame(palette, is_narrow(ui)))
        .show(ui, |ui| {
            head_ui(ui, "Settings", |ui| save_ui(ui, view, state, &mut actions));
            told_ui(ui, &mut state.told);
            egui::ScrollArea::vertical()
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    ui.set_max_width(ui.available_width().min(640.0));
                    ui.spacing_mut().item_spacing.y = steps(3);
                    identities_ui(ui, view, state, &mut actions);
                    if let Some(me) = view.me() {
                        if view.practising() {
                            practice_account_ui(ui, view);
                        } else {
                            account_ui(ui, view, &me.address, state, &mut actions);
                        }
                    }
                    card_ui(ui, "Look", |ui| look_ui(ui, view, &mut actions));
                    if view.me().is_some() {
                        card_ui(ui, "Under your letters", |ui| {
                            under_ui(ui, view, &mut state.under, &mut actions);
                        });
                    }
                    if !view.practising() {
                        practise_ui(ui, view, &mut actions);
                    }
                });
        });
    new_identity_ui(ui, view, state, &mut actions);
    actions
}

fn card_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    theme::sheet(Palette::of(ui))
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(3);
            ui.label(theme::large(title));
            content(ui);
        });
}

fn identities_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    card_ui(ui, "Who you are", |ui| {
        let identities = view.overview.as_ref().map(|o| o.identities.as_slice());
        let identities = identities.unwrap_or_default();
        if identities.is_empty() {
            ui.label(theme::faded(ui, "Nobody yet."));
        }
        for identity in identities {
            ui.horizontal(|ui| {
                let address = identity.mailbox.address.to_string();
                let name = identity
                    .mailbox
                    .name
                    .as_ref()
                    .map_or(address.as_str(), |n| n.raw());
                let name = widgets::untrusted(ui, name, true, 60);
                widgets::avatar(ui, &name, 32.0);
                ui.vertical(|ui| {
                    ui.spacing_mut().item_spacing.y = 0.0;
                    ui.add(egui::Label::new(theme::strong(name)).truncate());
                    ui.add(egui::Label::new(theme::faded(ui, &address)).truncate());
                });
                if identity.current {
                    let palette = Palette::of(ui);
                    let (color, ground) = (palette.verified, palette.sheet);
                    widgets::icon(ui, Icon::Check, color, ground, "In use");
                    ui.label(theme::small("in use"));
                } else if button(ui, Kind::Plain, None, "Use").clicked() {
                    let command = Command::UseIdentity(address);
                    actions.push(Action::run(Slot::Overview, command));
                }
            });
        }
        if !view.practising()
            && button(ui, Kind::Plain, Some(Icon::Plus), "New identity…").clicked()
        {
            state.new = Some(NewIdentity::default());
        }
    });
}

fn practise_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    card_ui(ui, "Practice", |ui| {
        let words = "A partner lives in this program, with a mail server of their own. Write to \
                     them, and read their answer; nothing leaves this computer.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        let starting = view.is_busy(Slot::Practice);
        ui.add_enabled_ui(!starting, |ui| {
            if button(ui, Kind::Plain, Some(Icon::Write), "Practise").clicked() {
                let name = view.me().and_then(|me| me.name.as_ref());
                let name = name.map_or("You", |name| name.raw()).to_owned();
                actions.push(Action::run(Slot::Practice, Command::StartPractice { name }));
            }
        });
    });
}

fn practice_account_ui(ui: &mut Ui, view: &View) {
    card_ui(ui, "The account", |ui| {
        let server = view
            .account()
            .map(|a| a.submission.to_string())
            .unwrap_or_default();
        let words = format!(
            "While practising, letters go to a mail server inside this program ({server})."
        );
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
}

fn account_ui(
    ui: &mut Ui,
    view: &View,
    address: &Address,
    state: &mut SettingsPage,
    actions: &mut Vec<Action>,
) {
    if state.filled_for.as_ref() != Some(address) {
        state.filled_for = Some(address.clone());
        state.works = None;
        state.form = view.account().map_or_else(Form::empty, Form::of);
        if view.account().is_none() {
            state.form.login = address.as_str().to_owned();
        }
    }
    let title = format!("The account for {address}");
    card_ui(ui, &widgets::untrusted(ui, &title, true, 80), |ui| {
        form_ui(ui, &mut state.form);
        if let Some(problem) = state.problem {
            said_ui(ui, Tone::Danger, problem);
        }
        if let Some(works) = &state.works {
            let works = format!("It works: {}", widgets::untrusted(ui, works, true, 200));
            said_ui(ui, Tone::Verified, &works);
        }
        let busy = view.is_busy(Slot::Account) || view.is_busy(Slot::AccountTest);
        ui.add_enabled_ui(!busy, |ui| {
            if view.account().is_some() && button(ui, Kind::Plain, None, "Test again").clicked() {
                state.works = None;
                state.told = None;
                let test = Command::TestAccount { address: None };
                actions.push(Action::run(Slot::AccountTest, test));
            }
        });
    });
}

/// The primary button: there is something to save once there is somebody whose account it is.
fn save_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    let Some(me) = view.me().filter(|_| !view.practising()) else {
        return;
    };
    let busy = view.is_busy(Slot::Account) || view.is_busy(Slot::AccountTest);
    ui.add_enabled_ui(!busy, |ui| {
        let label = if busy { "Testing…" } else { "Save and test" };
        if button(ui, Kind::Primary, Some(Icon::Check), label).clicked() {
            save(view, &me.address, state, actions);
        }
    });
}

fn save(view: &View, address: &Address, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    state.works = None;
    state.told = None;
    match state.form.read(address, view.account()) {
        Ok(account) => {
            state.problem = None;
            state.test_after = true;
            let command = Command::AddAccount {
                account: Box::new(account),
                password: state.form.password.take(),
            };
            actions.push(Action::run(Slot::Account, command));
        }
        Err(problem) => state.problem = Some(problem),
    }
}

fn said_ui(ui: &mut Ui, tone: Tone, words: &str) {
    let palette = Palette::of(ui);
    let (icon, name) = widgets::sign(tone);
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.sheet, name);
        ui.add(egui::Label::new(theme::body(words).color(palette.tone(tone))).wrap());
    });
}

fn form_ui(ui: &mut Ui, form: &mut Form) {
    let words = "Your provider's help pages name these. Every connection is protected; one that \
                 cannot be is refused.";
    ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    field(ui, "Login name", &mut form.login, "");
    secret_field(ui, "Password", &mut form.password);
    let host = &mut form.host;
    let port = &mut form.port;
    two_ui(
        ui,
        |ui| field(ui, "Sending server", host, "smtp.example.org"),
        |ui| {
            field(ui, "Port to send", port, "465");
        },
    );
    ui.horizontal(|ui| {
        ui.label(theme::small("Protection"));
        for (security, name, usual) in [
            (Security::Implicit, "From the start (TLS)", "465"),
            (Security::StartTls, "By upgrade (STARTTLS)", "587"),
        ] {
            if widgets::choice(ui, name, form.security == security) && form.security != security {
                form.security = security;
                if matches!(form.port.trim(), "465" | "587" | "") {
                    form.port = usual.to_owned();
                }
            }
        }
    });
    if widgets::check(ui, "Fetch letters too (POP3)", form.fetch) {
        form.fetch = !form.fetch;
    }
    if form.fetch {
        let (host, port) = (&mut form.fetch_host, &mut form.fetch_port);
        two_ui(
            ui,
            |ui| field(ui, "Server to fetch from", host, "pop.example.org"),
            |ui| {
                field(ui, "Port to fetch", port, "995");
            },
        );
    }
}

fn two_ui<R>(ui: &mut Ui, wide: impl FnOnce(&mut Ui) -> R, narrow: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let room = ui.available_width();
        ui.vertical(|ui| {
            ui.set_width((room - 112.0 - ui.spacing().item_spacing.x).max(160.0));
            wide(ui);
        });
        ui.vertical(|ui| {
            ui.set_width(112.0);
            narrow(ui);
        });
    });
}

fn new_identity_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    let Some(new) = &mut state.new else {
        return;
    };
    let making = view.is_busy(Slot::Identity);
    let mailbox = Address::parse(new.address.trim())
        .ok()
        .filter(|_| !new.name.trim().is_empty())
        .map(|address| Mailbox::named(&new.name, address));
    let ready = mailbox.is_some() && !making;
    let yes = (
        Kind::Primary,
        if making {
            "Making the key…"
        } else {
            "Make the key"
        },
    );
    let answer = dialog(ui.ctx(), "new identity", "New identity", yes, ready, |ui| {
        field(ui, "Name", &mut new.name, "Ada Lovelace");
        field(ui, "Mail address", &mut new.address, "ada@example.org");
    });
    match (answer, mailbox) {
        (Answer::Yes, Some(mailbox)) => {
            let command = Command::NewIdentity { mailbox };
            actions.push(Action::run(Slot::Identity, command));
        }
        (Answer::No, _) => state.new = None,
        (Answer::Open | Answer::Yes, _) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rule_60_a_pinned_issuer_stays_with_its_server_and_no_other() {
        let pinned = Endpoint {
            host: "mail.example.org".to_owned(),
            port: 465,
            security: Security::Implicit,
            trust: Trust::Pinned(vec![vec![1]]),
            connect_to: None,
        };
        let same = endpoint("mail.example.org", "587", Security::StartTls).unwrap();
        assert_eq!(keep_pins(same, Some(&pinned)).trust, pinned.trust);
        let other = endpoint("evil.example", "587", Security::StartTls).unwrap();
        assert_eq!(keep_pins(other, Some(&pinned)).trust, Trust::System);
    }

    #[test]
    fn servers_need_a_name_and_a_port() {
        for (host, port) in [
            ("", "465"),
            ("a b", "465"),
            ("a", "0"),
            ("a", "70000"),
            ("a", "x"),
        ] {
            assert_eq!(
                endpoint(host, port, Security::Implicit),
                None,
                "{host:?} {port:?}"
            );
        }
    }
}
