//! Settings, section by section: who you are, your accounts, who is contacted, what is kept where.

mod about;
mod account;
mod authorities;
mod identities;
mod privacy;
mod storage;

use super::look::{Under, look_ui, under_ui};
use super::{Told, head_ui, page_frame, told_ui};
use crate::app::command::{Command, Outcome};
use crate::app::failure::Failure;
use crate::app::port::Storage;
use crate::gui::frame::is_narrow;
use crate::gui::theme::{self, Icon, Palette, steps};
use crate::gui::view::{Action, Slot, View, Wish};
use crate::gui::widgets::{self, Kind, button};
use egui::{Align, Key, Layout, Margin, Modifiers, Role, Sense, Ui, WidgetInfo, vec2};

/// The sections, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Who you are.
    You,
    /// Servers that send and fetch.
    Accounts,
    /// Who may vouch for others.
    Authorities,
    /// Who is contacted, when, and what they learn.
    Privacy,
    /// Colours and text size.
    Look,
    /// What is kept where.
    Storage,
    /// The partner inside the program.
    Practice,
    /// Version and licences.
    About,
}

impl Section {
    const ALL: [(Section, &'static str); 8] = [
        (Section::You, "You"),
        (Section::Accounts, "Accounts"),
        (Section::Authorities, "Authorities"),
        (Section::Privacy, "Privacy"),
        (Section::Look, "Look"),
        (Section::Storage, "Storage"),
        (Section::Practice, "Practice"),
        (Section::About, "About"),
    ];
}

/// The page's state.
#[derive(Default)]
pub struct SettingsPage {
    /// None: whichever has something to do.
    section: Option<Section>,
    told: Option<Told>,
    identities: identities::Identities,
    accounts: account::Accounts,
    authorities: authorities::Authorities,
    under: Under,
    storage: Option<Storage>,
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
            (Slot::Account | Slot::AccountTest, result) => {
                self.told = self.accounts.answer(slot, result, actions);
            }
            (Slot::Identity, Ok(_)) => self.identities.made(),
            (Slot::Request, Ok(_)) => self.identities.requested(),
            (Slot::Anchors, Ok(Outcome::Anchors(list))) => self.authorities.listed(list),
            (Slot::Anchors, Ok(Outcome::Imported(_))) => {
                self.authorities.added();
                actions.push(authorities::Authorities::ask());
            }
            (Slot::Distrust, Ok(_)) => actions.push(authorities::Authorities::ask()),
            (Slot::Storage, Ok(Outcome::Storage(storage))) => self.storage = Some(storage),
            (_, Err(failure)) => self.told = Told::of(&failure),
            (_, Ok(_)) => {}
        }
    }

    /// Another desk: forget what was typed.
    pub fn leave_desk(&mut self) {
        *self = SettingsPage {
            section: self.section,
            ..SettingsPage::default()
        };
    }

    /// Asks for name and address of another identity.
    pub fn new_identity(&mut self) {
        self.section = Some(Section::You);
        self.identities.ask();
    }

    /// The person chose a file.
    pub fn chosen(&mut self, wish: &Wish, path: &std::path::Path) {
        match wish {
            Wish::Request(_) => self.identities.chosen(path),
            _ => self.authorities.chosen(path),
        }
    }

    fn go(&mut self, section: Section, actions: &mut Vec<Action>) {
        self.section = Some(section);
        // What was told belongs to the section before.
        self.told = None;
        if section == Section::Authorities {
            actions.push(authorities::Authorities::ask());
        }
        if section == Section::Storage {
            actions.push(Action::run(Slot::Storage, Command::Storage));
        }
    }
}

impl SettingsPage {
    /// The section on screen: until one is chosen, the account where there is somebody and no
    /// account yet.
    fn section(&self, view: &View) -> Section {
        let wants_account = view.me().is_some() && view.account().is_none();
        self.section.unwrap_or(match wants_account {
            true => Section::Accounts,
            false => Section::You,
        })
    }
}

/// Draws the page.
pub fn settings_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    egui::CentralPanel::default()
        .frame(page_frame(palette, narrow))
        .show(ui, |ui| {
            head_ui(ui, "Settings", |ui| {
                primary_ui(ui, view, state, &mut actions)
            });
            told_ui(ui, &mut state.told);
            if narrow {
                sections_ui(ui, view, state, true, &mut actions);
                ui.add_space(steps(2));
                content_ui(ui, view, state, &mut actions);
            } else {
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing.x = steps(6);
                    let height = ui.available_height();
                    let list = vec2(160.0, height);
                    ui.allocate_ui_with_layout(list, Layout::top_down(Align::Min), |ui| {
                        sections_ui(ui, view, state, false, &mut actions);
                    });
                    let rest = vec2(ui.available_width(), height);
                    ui.allocate_ui_with_layout(rest, Layout::top_down(Align::Min), |ui| {
                        content_ui(ui, view, state, &mut actions);
                    });
                });
            }
        });
    identities::new_identity_ui(ui, view, &mut state.identities, &mut actions);
    identities::request_ui(ui, view, &mut state.identities, &mut actions);
    authorities::add_ui(ui, view, &mut state.authorities, &mut actions);
    account::remove_ui(ui, &mut state.accounts, &mut actions);
    actions
}

/// The list of sections: in a column, or in a row that wraps. Up and down, left and right walk it.
fn sections_ui(
    ui: &mut Ui,
    view: &View,
    state: &mut SettingsPage,
    flat: bool,
    actions: &mut Vec<Action>,
) {
    let mut chosen = None;
    let here = state.section(view);
    let draw = |ui: &mut Ui| {
        ui.spacing_mut().item_spacing = vec2(steps(1), steps(1));
        for (place, (section, name)) in Section::ALL.into_iter().enumerate() {
            let response = section_ui(ui, name, section == here, flat);
            if response.clicked() {
                chosen = Some(section);
            }
            if response.has_focus() {
                // The arrows are this list's, not a way to leave it.
                let mine = egui::EventFilter {
                    vertical_arrows: true,
                    horizontal_arrows: true,
                    ..egui::EventFilter::default()
                };
                ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, mine));
            }
            if response.has_focus()
                && let Some(step) = step(ui)
            {
                let last = Section::ALL.len() - 1;
                let next = place.saturating_add_signed(step).min(last);
                if let Some((section, _)) = Section::ALL.get(next) {
                    chosen = Some(*section);
                    let id = ui.make_persistent_id(("section", next));
                    ui.memory_mut(|memory| memory.request_focus(id));
                }
            }
        }
    };
    if flat {
        ui.horizontal_wrapped(draw);
    } else {
        ui.vertical(draw);
    }
    if let Some(section) = chosen {
        state.go(section, actions);
    }
}

fn step(ui: &Ui) -> Option<isize> {
    ui.input_mut(|input| {
        let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
        if pressed(Key::ArrowDown) || pressed(Key::ArrowRight) {
            Some(1)
        } else if pressed(Key::ArrowUp) || pressed(Key::ArrowLeft) {
            Some(-1)
        } else {
            None
        }
    })
}

fn section_ui(ui: &mut Ui, name: &str, here: bool, flat: bool) -> egui::Response {
    let palette = Palette::of(ui);
    let place = Section::ALL
        .iter()
        .position(|(_, known)| *known == name)
        .unwrap_or_default();
    let ink = if here { palette.wax } else { palette.ink };
    let font = if here {
        theme::strong_font(theme::tokens::BODY)
    } else {
        theme::body_font(theme::tokens::BODY)
    };
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, ink);
    let width = if flat {
        galley.size().x + steps(6)
    } else {
        ui.available_width()
    };
    let (_, rect) = ui.allocate_space(vec2(width, steps(9)));
    let id = ui.make_persistent_id(("section", place));
    let response = ui.interact(rect, id, Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, name));
    let fill = if here {
        theme::tokens::mix(palette.paper, palette.wax, 0.12)
    } else if response.hovered() {
        theme::tokens::mix(palette.paper, palette.ink, 0.06)
    } else {
        palette.paper
    };
    ui.painter().rect_filled(rect, theme::tokens::CORNER, fill);
    let at = egui::pos2(
        rect.left() + steps(3),
        rect.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(at, galley, ink);
    if response.has_focus() {
        let ring = theme::focus_ring(palette);
        let inside = egui::StrokeKind::Inside;
        ui.painter()
            .rect_stroke(rect, theme::tokens::CORNER, ring, inside);
    }
    response
}

/// The one primary button: what there is to do in the section on screen.
fn primary_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    match state.section(view) {
        Section::You => identities::primary_ui(ui, view, &mut state.identities),
        Section::Accounts => account::primary_ui(ui, view, &mut state.accounts, actions),
        Section::Authorities => authorities::primary_ui(ui, &mut state.authorities),
        Section::Practice => practise_button(ui, view, actions),
        Section::Privacy | Section::Look | Section::Storage | Section::About => {}
    }
}

fn content_ui(ui: &mut Ui, view: &View, state: &mut SettingsPage, actions: &mut Vec<Action>) {
    let section = state.section(view);
    egui::ScrollArea::vertical()
        .id_salt(("settings", section as u8))
        .auto_shrink([false, false])
        .show(ui, |ui| {
            ui.set_max_width((ui.available_width() - steps(3)).min(680.0));
            ui.spacing_mut().item_spacing = vec2(steps(2), steps(3));
            match section {
                Section::You => {
                    identities::identities_ui(ui, view, &mut state.identities, actions);
                    if view.me().is_some() {
                        card_ui(ui, "Under your letters", |ui| {
                            under_ui(ui, view, &mut state.under, actions);
                        });
                    }
                }
                Section::Accounts => {
                    account::accounts_ui(ui, view, &mut state.accounts, actions);
                }
                Section::Authorities => {
                    authorities::authorities_ui(ui, view, &state.authorities, actions);
                }
                Section::Privacy => privacy::privacy_ui(ui, view, actions),
                Section::Look => card_ui(ui, "Look", |ui| look_ui(ui, view, actions)),
                Section::Storage => storage::storage_ui(ui, state.storage.as_ref(), actions),
                Section::Practice => practice_ui(ui, view),
                Section::About => about::about_ui(ui),
            }
        });
}

/// A sheet with a title.
fn card_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    theme::sheet(Palette::of(ui))
        .inner_margin(Margin::same(20))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = steps(3);
            let head = ui.add(egui::Label::new(theme::large(title)).wrap());
            ui.ctx().accesskit_node_builder(head.id, |node| {
                node.set_role(Role::Heading);
                node.set_label(title);
            });
            content(ui);
        });
}

fn practice_ui(ui: &mut Ui, view: &View) {
    card_ui(ui, "Practice", |ui| {
        let words = if view.practising() {
            "You are practising: letters go to a mail server inside this program, and the partner \
             answers them. To leave, press “Leave practice” at the left."
        } else {
            "A partner lives in this program, with a mail server of their own. Write to them, and \
             read their answer; nothing leaves this computer."
        };
        ui.add(egui::Label::new(theme::body(words)).wrap());
    });
}

fn practise_button(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    if view.practising() {
        return;
    }
    let starting = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!starting, |ui| {
        if button(ui, Kind::Primary, Some(Icon::Write), "Practise").clicked() {
            let name = view.me().and_then(|me| me.name.as_ref());
            let name = name.map_or("You", |name| name.raw()).to_owned();
            actions.push(Action::run(Slot::Practice, Command::StartPractice { name }));
        }
    });
}

/// Something is so, with its sign.
fn said_ui(ui: &mut Ui, tone: theme::Tone, words: &str) {
    let palette = Palette::of(ui);
    let (icon, name) = widgets::sign(tone);
    ui.horizontal_top(|ui| {
        widgets::icon(ui, icon, palette.tone(tone), palette.sheet, name);
        ui.add(egui::Label::new(theme::body(words).color(palette.tone(tone))).wrap());
    });
}
