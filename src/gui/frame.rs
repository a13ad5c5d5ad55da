//! The frame around all pages: the rail at the left, the line at the bottom.

use super::panes::{Pane, pane};
use super::theme::tokens::{BODY, CORNER, ICON, SMALL};
use super::theme::{self, Icon, Palette, body_font, icons, steps, strong_font};
use super::view::{Action, Busy, Place, Slot, View};
use super::widgets::{self, Kind, button, untrusted};
use crate::app::command::Command;
use crate::app::job::Progress;
use crate::wording;
use egui::{Align, Layout, Margin, Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// Below this width of the window, in points, the rail shows icons with small words.
const WIDE: f32 = 1000.0;

/// The places of the rail, in their order.
pub const PLACES: [(Place, Icon, &str); 6] = [
    (Place::Write, Icon::Write, "Write"),
    (Place::Read, Icon::Read, "Read"),
    (Place::Outbox, Icon::Outbox, "Outbox"),
    (Place::Keys, Icon::Keys, "Keys"),
    (Place::Check, Icon::Checkup, "Check-up"),
    (Place::Settings, Icon::Settings, "Settings"),
];

/// Whether the window is narrow.
pub fn is_narrow(ui: &Ui) -> bool {
    ui.ctx().content_rect().width() < WIDE
}

/// Draws the rail.
pub fn rail_ui(ui: &mut Ui, view: &View, here: Place) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    let narrow = is_narrow(ui);
    let width = if narrow { 84.0 } else { 208.0 };
    egui::Panel::left("rail")
        .exact_size(width)
        .resizable(false)
        .show_separator_line(false)
        .frame(
            egui::Frame::new()
                .fill(palette.rail)
                .inner_margin(Margin::symmetric(8, 16)),
        )
        .show(ui, |ui| {
            pane(ui, Pane::Rail, ui.max_rect().expand(16.0));
            ui.spacing_mut().item_spacing.y = steps(1);
            let room = ui.available_height();
            // In a low window the rail scrolls rather than one thing lying over another.
            egui::ScrollArea::vertical()
                .id_salt("rail")
                .auto_shrink([false, false])
                .show(ui, |ui| {
                    let top = ui.cursor().top();
                    me_ui(ui, view, narrow, &mut actions);
                    ui.add_space(steps(4));
                    for (place, icon, name) in PLACES {
                        let count = if place == Place::Outbox {
                            unsent(view)
                        } else {
                            0
                        };
                        if place_ui(ui, narrow, icon, name, place == here, count) {
                            actions.push(Action::Go(place));
                        }
                    }
                    if view.practising() {
                        let high = if narrow { 72.0 } else { 112.0 };
                        let left = room - (ui.cursor().top() - top) - high;
                        ui.add_space(left.max(steps(2)));
                        practice_ui(ui, view, narrow, &mut actions);
                    }
                });
        });
    actions
}

fn me_ui(ui: &mut Ui, view: &View, narrow: bool, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    let Some(me) = view.me() else {
        let height = if narrow { 56.0 } else { 48.0 };
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
        return;
    };
    let address = me.address.to_string();
    let name = me.name.as_ref().map_or(address.as_str(), |n| n.raw());
    let shown = untrusted(ui, name, true, 60);
    let height = if narrow { 56.0 } else { 48.0 };
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    response.widget_info(|| {
        let name = format!("Writing as {shown}, {address}");
        WidgetInfo::labeled(Role::Button, true, name)
    });
    if response.hovered() || response.has_focus() {
        let ground = theme::tokens::mix(palette.rail, palette.ink, 0.06);
        ui.painter().rect_filled(rect, CORNER, ground);
    }
    focus(ui, &response, rect);
    let mut inner = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(steps(2), steps(1))))
            .layout(if narrow {
                Layout::top_down(Align::Center)
            } else {
                Layout::left_to_right(Align::Center)
            }),
    );
    widgets::avatar(&mut inner, &shown, 32.0);
    if !narrow {
        inner.add_space(steps(1));
        inner.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.add_space(2.0);
            let plain = |text| egui::Label::new(text).truncate().selectable(false);
            ui.add(plain(theme::strong(shown.clone())));
            ui.add(plain(theme::faded(ui, address.clone())));
        });
    }
    let button = response.on_hover_text(format!("{shown}\n{address}"));
    egui::Popup::menu(&button)
        .gap(steps(1))
        .show(|ui| identities_ui(ui, view, actions));
}

/// The menu of identities: the one in use, the others, a new one.
fn identities_ui(ui: &mut Ui, view: &View, actions: &mut Vec<Action>) {
    ui.set_width(264.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    ui.label(theme::faded(ui, "Write as"));
    let identities = view.overview.iter().flat_map(|o| &o.identities);
    let room = ui.ctx().content_rect().height() - 220.0;
    egui::ScrollArea::vertical()
        .max_height(room.max(96.0))
        .show(ui, |ui| {
            for identity in identities {
                let address = identity.mailbox.address.to_string();
                let name = identity.mailbox.name.as_ref();
                let name = name.map_or(address.as_str(), |n| n.raw());
                let name = untrusted(ui, name, true, 40);
                if widgets::choice(ui, &format!("{name}, {address}"), identity.current)
                    && !identity.current
                {
                    let command = Command::UseIdentity(address);
                    actions.push(Action::run(Slot::Overview, command));
                }
            }
        });
    widgets::rule(ui);
    if !view.practising() && button(ui, Kind::Quiet, Some(Icon::Plus), "New identity…").clicked()
    {
        actions.push(Action::NewIdentity);
    }
    if button(ui, Kind::Quiet, Some(Icon::Settings), "Settings").clicked() {
        actions.push(Action::Go(Place::Settings));
    }
}

fn place_ui(ui: &mut Ui, narrow: bool, icon: Icon, name: &str, here: bool, count: usize) -> bool {
    let palette = Palette::of(ui);
    let height = if narrow { 56.0 } else { 40.0 };
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
    let heard = match count {
        0 => name.to_owned(),
        n => format!("{name}, {n} not sent yet"),
    };
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, here, &heard));
    let ground = if here {
        theme::tokens::mix(palette.rail, palette.wax, 0.14)
    } else if response.hovered() {
        theme::tokens::mix(palette.rail, palette.ink, 0.06)
    } else {
        palette.rail
    };
    ui.painter().rect_filled(rect, CORNER, ground);
    focus(ui, &response, rect);
    let ink = if here { palette.wax } else { palette.ink };
    let (at, words, align, size) = if narrow {
        (
            rect.center_top() + vec2(0.0, 20.0),
            rect.center_bottom() - vec2(0.0, 6.0),
            egui::Align2::CENTER_BOTTOM,
            SMALL,
        )
    } else {
        (
            rect.left_center() + vec2(steps(6), 0.0),
            rect.left_center() + vec2(steps(12), 0.0),
            egui::Align2::LEFT_CENTER,
            BODY,
        )
    };
    let square = Rect::from_center_size(at, vec2(ICON, ICON));
    icons::paint(ui.painter(), icon, square, ink, ground);
    let font = if here {
        strong_font(size)
    } else {
        body_font(size)
    };
    ui.painter().text(words, align, name, font, ink);
    if count > 0 {
        let at = if narrow {
            rect.center_top() + vec2(18.0, 14.0)
        } else {
            rect.right_center() - vec2(steps(5), 0.0)
        };
        ui.painter().circle_filled(at, 10.0, palette.wax);
        let count = if count > 99 {
            "99".to_owned()
        } else {
            count.to_string()
        };
        let centre = egui::Align2::CENTER_CENTER;
        ui.painter().text(
            at,
            centre,
            count,
            strong_font(theme::tokens::TINY),
            palette.on_wax,
        );
    }
    response.clicked()
}

fn practice_ui(ui: &mut Ui, view: &View, narrow: bool, actions: &mut Vec<Action>) {
    let palette = Palette::of(ui);
    ui.spacing_mut().item_spacing.y = steps(1);
    if narrow {
        ui.label(theme::small("Practice").color(palette.caution));
    } else {
        ui.label(theme::strong("Practice").color(palette.caution));
        let words = "Letters stay inside this program.";
        ui.add(egui::Label::new(theme::faded(ui, words)).wrap());
    }
    let leaving = view.is_busy(Slot::Practice);
    ui.add_enabled_ui(!leaving, |ui| {
        let label = if narrow { "Leave" } else { "Leave practice" };
        let leave = button(ui, Kind::Plain, None, label).accessible_name("Leave practice");
        if leave.clicked() {
            actions.push(Action::run(Slot::Practice, Command::LeavePractice));
        }
    });
}

fn focus(ui: &Ui, response: &egui::Response, rect: Rect) {
    if response.has_focus() {
        let ring = theme::focus_ring(Palette::of(ui));
        ui.painter()
            .rect_stroke(rect, CORNER, ring, egui::StrokeKind::Inside);
    }
}

fn unsent(view: &View) -> usize {
    let outbox = view.outbox.as_deref().unwrap_or_default();
    outbox
        .iter()
        .flat_map(|entry| &entry.copies)
        .filter(|copy| !matches!(copy.state, crate::app::port::OutboxState::Sent { .. }))
        .count()
}

/// Draws the line at the bottom: the running job, and the servers that were talked to. `open` says
/// whether the list of servers and the list of jobs are open.
pub fn bottom_ui(ui: &mut Ui, view: &View, open: &mut (bool, bool)) -> Vec<Action> {
    let mut actions = Vec::new();
    let palette = Palette::of(ui);
    egui::Panel::bottom("bottom line")
        .exact_size(40.0)
        .resizable(false)
        .show_separator_line(false)
        .frame(
            egui::Frame::new()
                .fill(palette.rail)
                .inner_margin(Margin::symmetric(16, 2)),
        )
        .show(ui, |ui| {
            let line = ui.max_rect().expand2(vec2(16.0, 2.0));
            pane(ui, Pane::Bottom, line);
            let pen = theme::hairline(palette);
            ui.painter().hline(line.x_range(), line.top(), pen);
            ui.horizontal_centered(|ui| {
                let mut told = view.busy.iter().filter(|busy| busy.slot.is_told());
                if let Some(busy) = told.next() {
                    job_ui(ui, busy.progress, busy.cancelled);
                    let name = "Cancel the running job";
                    actions.extend(cancel_ui(ui, busy, name));
                }
                let more = told.count();
                if more > 0 {
                    let label = format!("and {more} more");
                    open.1 |= button(ui, Kind::Quiet, None, &label).clicked();
                }
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    contacted_ui(ui, view, &mut open.0);
                });
            });
        });
    actions
}

fn cancel_ui(ui: &mut Ui, busy: &Busy, name: &str) -> Option<Action> {
    ui.add_enabled_ui(!busy.cancelled, |ui| {
        let cancel = button(ui, Kind::Quiet, None, "Cancel").accessible_name(name);
        cancel.clicked().then_some(Action::Cancel(busy.slot))
    })
    .inner
}

/// Draws the list of all jobs that the bottom line counts.
pub fn jobs_dialog(ui: &Ui, view: &View, open: &mut bool) -> Vec<Action> {
    let mut actions = Vec::new();
    if !*open {
        return actions;
    }
    let closed = widgets::sheet_dialog(ui.ctx(), "jobs", "At work", |ui| {
        let told = view.busy.iter().filter(|busy| busy.slot.is_told());
        let mut any = false;
        for (number, busy) in told.enumerate() {
            any = true;
            ui.horizontal(|ui| {
                job_ui(ui, busy.progress, busy.cancelled);
                let name = format!("Cancel job {}", number + 1);
                actions.extend(cancel_ui(ui, busy, &name));
            });
        }
        if !any {
            ui.label(theme::faded(ui, "All done."));
        }
    });
    if closed {
        *open = false;
    }
    actions
}

fn job_ui(ui: &mut Ui, progress: Option<Progress>, cancelled: bool) {
    let palette = Palette::of(ui);
    let words = match progress {
        _ if cancelled => "Stopping".to_owned(),
        None => "Working".to_owned(),
        Some(progress) => wording::step(progress.step).to_owned(),
    };
    let share = progress
        .filter(|p| p.total > 0)
        .map(|p| (p.done as f32 / p.total as f32).clamp(0.0, 1.0));
    let words = match share {
        Some(share) => format!("{words}, {:.0} %", share * 100.0),
        None => format!("{words}…"),
    };
    ui.label(theme::small(words.clone()));
    if let Some(share) = share {
        let (rect, response) = ui.allocate_exact_size(vec2(140.0, 6.0), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::ProgressIndicator, true, &words);
            info.value = Some(f64::from(share));
            info
        });
        ui.painter().rect_filled(rect, 3, palette.line);
        let done = rect.with_max_x(rect.left() + rect.width() * share);
        ui.painter().rect_filled(done, 3, palette.wax);
    }
}

fn contacted_ui(ui: &mut Ui, view: &View, open: &mut bool) {
    let mut hosts: Vec<&str> = Vec::new();
    for contact in &view.contacted {
        if !hosts.contains(&contact.host.as_str()) {
            hosts.push(&contact.host);
        }
    }
    let Some(last) = hosts.last() else {
        ui.label(theme::faded(ui, "No server contacted"));
        return;
    };
    let words = match hosts.len() {
        1 => format!("Contacted: {last}"),
        n => format!("Contacted: {last} and {} more", n - 1),
    };
    if button(ui, Kind::Quiet, None, &untrusted(ui, &words, true, 80)).clicked() {
        *open = true;
    }
}

/// Draws the list behind the line: which server, when, what for.
pub fn contacts_dialog(ui: &Ui, view: &View, open: &mut bool) {
    if !*open {
        return;
    }
    let title = "Servers contacted since the start";
    let closed = widgets::sheet_dialog(ui.ctx(), "contacts", title, |ui| {
        egui::ScrollArea::vertical()
            .max_height(320.0)
            .show(ui, |ui| {
                for contact in view.contacted.iter().rev() {
                    let host = untrusted(ui, &contact.host, true, 200);
                    ui.add(egui::Label::new(theme::strong(host)).wrap());
                    let when = wording::date_time(contact.at);
                    ui.label(theme::faded(ui, format!("{}, {when}", contact.why)));
                    ui.add_space(steps(1));
                }
            });
    });
    if closed {
        *open = false;
    }
}
