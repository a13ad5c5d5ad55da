//! Who you are: addresses with the keys that go with them.

use super::card_ui;
use crate::address::{Address, Mailbox};
use crate::app::command::{Command, RequestCertificate};
use crate::app::port::Identity;
use crate::cert::openpgp::OpenPgpChoice;
use crate::cert::x509::KeyChoice;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{
    self, Answer, Kind, PathAnswer, button, choice, dialog, field, path_field, segments, untrusted,
};
use crate::wording;
use egui::{Align, Layout, Ui};

/// What the section remembers.
#[derive(Default)]
pub struct Identities {
    new: Option<NewIdentity>,
    request: Option<Request>,
}

#[derive(Default)]
struct NewIdentity {
    name: String,
    address: String,
    smime: bool,
    post_quantum: bool,
}

/// A certificate that an authority is to be asked for.
#[derive(Default)]
struct Request {
    address: String,
    path: String,
    choice: KeyChoice,
}

/// The keys that a request can be for: authorities take no post-quantum ones yet.
const REQUESTED: [(KeyChoice, &str); 4] = [
    (KeyChoice::Rsa3072, "RSA-3072"),
    (KeyChoice::P256, "P-256"),
    (KeyChoice::P384, "P-384"),
    (KeyChoice::Ed25519, "Ed25519"),
];

impl Identities {
    /// Asks for name and address.
    pub fn ask(&mut self) {
        self.new = Some(NewIdentity::default());
    }

    /// The new one is there.
    pub fn made(&mut self) {
        self.new = None;
    }

    /// The request is written.
    pub fn requested(&mut self) {
        self.request = None;
    }

    /// The person chose where the request goes.
    pub fn chosen(&mut self, path: &std::path::Path) {
        if let Some(request) = &mut self.request {
            request.path = path.to_string_lossy().into_owned();
        }
    }
}

/// The primary button.
pub fn primary_ui(ui: &mut Ui, view: &View, state: &mut Identities) {
    if !view.practising() && button(ui, Kind::Primary, Some(Icon::Plus), "New identity…").clicked()
    {
        state.ask();
    }
}

/// Draws the list.
pub fn identities_ui(ui: &mut Ui, view: &View, state: &mut Identities, actions: &mut Vec<Action>) {
    card_ui(ui, "Who you are", |ui| {
        let identities = view.overview.as_ref().map(|o| o.identities.as_slice());
        let identities = identities.unwrap_or_default();
        if identities.is_empty() {
            let words = "Nobody yet. An identity is your name, your mail address, and the key that \
                         letters to you are sealed for.";
            ui.add(egui::Label::new(theme::body(words)).wrap());
        }
        for (place, identity) in identities.iter().enumerate() {
            if place > 0 {
                widgets::rule(ui);
            }
            identity_ui(ui, identity, state, actions);
        }
    });
}

fn identity_ui(
    ui: &mut Ui,
    identity: &Identity,
    state: &mut Identities,
    actions: &mut Vec<Action>,
) {
    let address = identity.mailbox.address.to_string();
    let name = identity.mailbox.name.as_ref();
    let name = name.map_or(address.as_str(), |name| name.raw());
    let name = untrusted(ui, name, true, 60);
    let shown = untrusted(ui, &address, true, 120);
    ui.horizontal(|ui| {
        widgets::avatar(ui, &name, 40.0);
        // The buttons first: what is long gives way to them.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if identity.current {
                let palette = Palette::of(ui);
                ui.label(theme::small("in use"));
                let (color, ground) = (palette.verified, palette.sheet);
                widgets::icon(ui, Icon::Check, color, ground, "In use");
            } else {
                let press = button(ui, Kind::Plain, None, "Use")
                    .accessible_name(format!("Write as {shown}"));
                if press.clicked() {
                    let command = Command::UseIdentity(address.clone());
                    actions.push(Action::run(Slot::Overview, command));
                }
            }
            ui.with_layout(Layout::top_down(Align::Min), |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                ui.add(egui::Label::new(theme::strong(name)).truncate());
                ui.add(egui::Label::new(theme::faded(ui, &shown)).truncate());
            });
        });
    });
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = steps(3);
        let since = format!("Since {}", wording::date(identity.since));
        ui.label(theme::faded(ui, since));
        let key = identity.fingerprint.grouped();
        let link = widgets::link(ui, "Its key").accessible_name(format!("The key of {shown}"));
        if link.on_hover_text(&key).clicked() {
            actions.push(Action::ShowKey(identity.fingerprint.to_string()));
        }
        let ask = widgets::link(ui, "Ask an authority for a certificate…")
            .accessible_name(format!("Ask an authority for a certificate for {shown}…"));
        if ask.clicked() {
            state.request = Some(Request {
                address: address.clone(),
                ..Request::default()
            });
        }
    });
}

/// Draws the question for a request.
pub fn request_ui(ui: &mut Ui, view: &View, state: &mut Identities, actions: &mut Vec<Action>) {
    let Some(request) = &mut state.request else {
        return;
    };
    let making = view.is_busy(Slot::Request);
    let ready = !making && !request.path.trim().is_empty();
    let yes = (
        Kind::Primary,
        if making {
            "Making the key…"
        } else {
            "Write the request"
        },
    );
    let title = "Ask an authority for a certificate";
    let answer = dialog(ui.ctx(), "request", title, yes, ready, |ui| {
        let words = "Offices write by S/MIME, with certificates from an authority. A key is made and \
                     stays here; the request goes into a file that you send to the authority. Import \
                     its answer under Keys, and the two are joined.";
        ui.add(egui::Label::new(theme::body(words)).wrap());
        let choose = (Icon::File, "Choose…");
        let name = "Path of the request";
        if let Some(PathAnswer::Browse) = path_field(ui, choose, name, &mut request.path, "") {
            let name = format!("{}.csr", request.address.replace(['/', '\\'], "_"));
            actions.push(Action::Pick(Wish::Request(name)));
        }
        ui.label(theme::faded(
            ui,
            "Which key, if the authority asks for one:",
        ));
        let kinds = REQUESTED.map(|(choice, name)| (choice, name.to_owned()));
        if let Some(choice) = segments(ui, &kinds, request.choice) {
            request.choice = choice;
        }
    });
    match answer {
        Answer::Yes => {
            let wanted = RequestCertificate {
                key: request.address.clone(),
                name: None,
                choice: request.choice,
                to: Some(request.path.trim().into()),
            };
            let command = Command::RequestCertificate(wanted);
            actions.push(Action::run(Slot::Request, command));
        }
        Answer::No => state.request = None,
        Answer::Open => {}
    }
}

/// Draws the question for a new one.
pub fn new_identity_ui(
    ui: &mut Ui,
    view: &View,
    state: &mut Identities,
    actions: &mut Vec<Action>,
) {
    let Some(new) = &mut state.new else {
        return;
    };
    let making = view.is_busy(Slot::Identity);
    let mailbox = Address::parse(new.address.trim())
        .ok()
        .filter(|_| !new.name.trim().is_empty())
        .map(|address| Mailbox::named(&new.name, address));
    let ready = mailbox.is_some() && !making;
    let words = if making {
        "Making the key…"
    } else {
        "Make the key"
    };
    let yes = (Kind::Primary, words);
    let answer = dialog(ui.ctx(), "new identity", "New identity", yes, ready, |ui| {
        field(ui, "Name", &mut new.name, "Ada Lovelace");
        field(ui, "Mail address", &mut new.address, "ada@example.org");
        if choice(ui, "For everybody (OpenPGP)", !new.smime) {
            new.smime = false;
        }
        if choice(
            ui,
            "For offices (S/MIME), with a certificate that you vouch for yourself",
            new.smime,
        ) {
            new.smime = true;
        }
        let words = "Withstands quantum computers; few programs read it yet";
        if widgets::check(ui, words, new.post_quantum) {
            new.post_quantum = !new.post_quantum;
        }
        let words = "A new key is made for it, good for three years. Its revocation certificate is \
                     kept with it. Afterwards, back the key up under Keys.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    });
    match (answer, mailbox) {
        (Answer::Yes, Some(mailbox)) => {
            let command = match (new.smime, new.post_quantum) {
                (false, post_quantum) => Command::NewIdentity {
                    mailbox,
                    choice: match post_quantum {
                        true => OpenPgpChoice::PostQuantum,
                        false => OpenPgpChoice::Compatible,
                    },
                },
                (true, post_quantum) => Command::NewCertificates {
                    mailbox,
                    choice: match post_quantum {
                        true => KeyChoice::PostQuantum,
                        false => KeyChoice::Rsa3072,
                    },
                    identity: true,
                },
            };
            actions.push(Action::run(Slot::Identity, command));
        }
        (Answer::No, _) => state.new = None,
        (Answer::Open | Answer::Yes, _) => {}
    }
}
