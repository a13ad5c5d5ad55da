//! Accounts: the servers that send and fetch, and what they answered last.

use super::{card_ui, said_ui};
use crate::address::Address;
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::port::Connected;
use crate::gui::pages::Told;
use crate::gui::theme::{self, Icon, Tone};
use crate::gui::view::{Action, Slot, View};
use crate::gui::widgets::{
    self, Answer, Kind, SecretInput, button, check, choice, dialog, field, secret_field, untrusted,
};
use crate::settings::{Account, Endpoint, Security, Trust};
use crate::wording;
use egui::Ui;

/// What the section remembers.
pub struct Accounts {
    form: Form,
    filled_for: Option<Address>,
    problem: Option<&'static str>,
    /// The last test that worked, and whose account it was.
    works: Option<(Address, Connected)>,
    testing: Option<Address>,
    test_after: bool,
    removing: Option<Address>,
}

impl Default for Accounts {
    fn default() -> Self {
        Accounts {
            form: Form::empty(),
            filled_for: None,
            problem: None,
            works: None,
            testing: None,
            test_after: false,
            removing: None,
        }
    }
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

impl Accounts {
    /// Takes an answer; gives back what the page should tell.
    pub fn answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) -> Option<Told> {
        match (slot, result) {
            (Slot::AccountTest, Ok(Outcome::AccountWorks(connected))) => {
                let whose = self.testing.take()?;
                self.works = Some((whose, connected));
                None
            }
            (Slot::Account, Ok(outcome)) => {
                self.form.password.clear();
                if matches!(outcome, Outcome::AccountRemoved) {
                    self.filled_for = None;
                    self.works = None;
                }
                actions.push(Action::run(Slot::Overview, Command::Overview));
                if std::mem::take(&mut self.test_after) {
                    self.test(self.filled_for.clone(), actions);
                }
                None
            }
            (_, Err(failure)) => {
                self.test_after = false;
                self.testing = None;
                Told::of(&failure)
            }
            (_, Ok(_)) => None,
        }
    }

    fn test(&mut self, address: Option<Address>, actions: &mut Vec<Action>) {
        self.works = None;
        self.testing = address.clone();
        actions.push(Action::run(
            Slot::AccountTest,
            Command::TestAccount { address },
        ));
    }
}

/// The primary button: there is something to save once there is somebody whose account it is.
pub fn primary_ui(ui: &mut Ui, view: &View, state: &mut Accounts, actions: &mut Vec<Action>) {
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

fn save(view: &View, address: &Address, state: &mut Accounts, actions: &mut Vec<Action>) {
    state.works = None;
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

/// Draws the account of the identity in use, and those of the others.
pub fn accounts_ui(ui: &mut Ui, view: &View, state: &mut Accounts, actions: &mut Vec<Action>) {
    if view.practising() {
        practice_account_ui(ui, view);
        return;
    }
    let Some(me) = view.me() else {
        card_ui(ui, "Accounts", |ui| {
            let words = "An account belongs to an identity: make one first, under “You”.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
        });
        return;
    };
    account_ui(ui, view, &me.address, state, actions);
    let accounts = view.overview.as_ref().map(|o| o.accounts.as_slice());
    let others: Vec<&Account> = accounts
        .unwrap_or_default()
        .iter()
        .filter(|account| account.address != me.address)
        .collect();
    if !others.is_empty() {
        card_ui(ui, "Accounts of your other identities", |ui| {
            for (place, account) in others.into_iter().enumerate() {
                if place > 0 {
                    widgets::rule(ui);
                }
                other_ui(ui, view, account, state, actions);
            }
            let words = "To change one, use its identity first, under “You”.";
            ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
        });
    }
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
    state: &mut Accounts,
    actions: &mut Vec<Action>,
) {
    if state.filled_for.as_ref() != Some(address) {
        state.filled_for = Some(address.clone());
        state.problem = None;
        state.form = view.account().map_or_else(Form::empty, Form::of);
        if view.account().is_none() {
            state.form.login = address.as_str().to_owned();
        }
    }
    let title = format!("The account for {address}");
    card_ui(ui, &untrusted(ui, &title, true, 80), |ui| {
        form_ui(ui, &mut state.form);
        if let Some(problem) = state.problem {
            said_ui(ui, Tone::Danger, problem);
        }
        works_ui(ui, address, state);
        if view.account().is_some() {
            buttons_ui(ui, view, address, state, actions);
        }
    });
}

/// What the server answered last, down to its certificate.
fn works_ui(ui: &mut Ui, address: &Address, state: &Accounts) {
    let Some((_, connected)) = state.works.as_ref().filter(|(whose, _)| whose == address) else {
        return;
    };
    let tls = &connected.tls;
    let words = format!("It works: {} answered over {}.", tls.host, tls.version);
    said_ui(ui, Tone::Verified, &untrusted(ui, &words, true, 200));
    let mut facts = vec![
        ("Server", tls.host.clone()),
        ("Reached at", tls.peer.clone()),
        (
            "Protection",
            format!("{}, {}", tls.version, tls.key_exchange),
        ),
        ("Its certificate", tls.certificate.clone()),
    ];
    if let Some(size) = connected.size {
        facts.push(("Takes letters up to", wording::size(size)));
    }
    widgets::facts(ui, "tls facts", &facts);
}

fn buttons_ui(
    ui: &mut Ui,
    view: &View,
    address: &Address,
    state: &mut Accounts,
    actions: &mut Vec<Action>,
) {
    let busy = view.is_busy(Slot::Account) || view.is_busy(Slot::AccountTest);
    ui.add_enabled_ui(!busy, |ui| {
        ui.horizontal_wrapped(|ui| {
            let test = button(ui, Kind::Plain, None, "Test again")
                .accessible_name(format!("Test the account of {address} again"));
            if test.clicked() {
                state.test(Some(address.clone()), actions);
            }
            let remove = button(ui, Kind::Danger, None, "Remove…")
                .accessible_name(format!("Remove the account of {address}"));
            if remove.clicked() {
                state.removing = Some(address.clone());
            }
        });
    });
}

fn other_ui(
    ui: &mut Ui,
    view: &View,
    account: &Account,
    state: &mut Accounts,
    actions: &mut Vec<Action>,
) {
    let address = untrusted(ui, &account.address.to_string(), true, 120);
    ui.add(egui::Label::new(theme::strong(address)).truncate());
    let servers = match &account.mailbox {
        Some(mailbox) => format!(
            "Sends through {}, fetches from {mailbox}",
            account.submission
        ),
        None => format!("Sends through {}", account.submission),
    };
    let servers = untrusted(ui, &servers, true, 300);
    ui.add(egui::Label::new(theme::faded(ui, servers)).wrap());
    works_ui(ui, &account.address, state);
    buttons_ui(ui, view, &account.address, state, actions);
}

/// Draws the question before an account goes.
pub fn remove_ui(ui: &Ui, state: &mut Accounts, actions: &mut Vec<Action>) {
    let Some(address) = state.removing.clone() else {
        return;
    };
    let title = "Remove this account?";
    let yes = (Kind::Danger, "Remove it");
    let answer = dialog(ui.ctx(), "remove account", title, yes, true, |ui| {
        let words = format!(
            "The servers and the password of {address} are forgotten here. Letters, drafts and \
             keys stay, and nothing changes at your provider."
        );
        let words = untrusted(ui, &words, true, 400);
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
    if answer == Answer::Yes {
        let remove = Command::RemoveAccount(address);
        actions.push(Action::run(Slot::Account, remove));
    }
    if answer != Answer::Open {
        state.removing = None;
    }
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
            if choice(ui, name, form.security == security) && form.security != security {
                form.security = security;
                if matches!(form.port.trim(), "465" | "587" | "") {
                    form.port = usual.to_owned();
                }
            }
        }
    });
    if check(ui, "Fetch letters too (POP3)", form.fetch) {
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
