//! The window: `logic` drains events and starts commands, `ui` draws and gathers what was asked.

use super::drop;
use super::files::{Came, Files};
use super::frame;
use super::jobs::{Jobs, Said};
use super::pages::check::{CheckPage, check_ui};
use super::pages::first::{FirstStart, first_ui};
use super::pages::keys::{KeysPage, keys_ui};
use super::pages::outbox::{OutboxPage, outbox_ui};
use super::pages::read::{ReadPage, read_ui};
use super::pages::settings::{SettingsPage, settings_ui};
use super::pages::write::{WritePage, write_ui};
use super::palette::{GoTo, Went};
use super::panes::{self, Pane};
use super::paste::Paste;
use super::place::Placed;
use super::shortcuts::{self, Shortcut};
use super::start_with::StartWith;
use super::theme;
use super::toast::Toasts;
use super::vault::Vault;
use super::view::{Action, Contact, Place, Slot, View, Wish};
use crate::address::Address;
use crate::app::command::{CheckAnswer, Command, Outcome};
use crate::app::failure::Failure;
use crate::app::job::{Progress, Step};
use crate::app::runner::{Runner, Wake};
use crate::base::Time;
use crate::settings::{Preferences, PreferencesChange};
use egui::{Context, Ui};
use std::path::PathBuf;
use std::sync::mpsc::Receiver;
use std::time::Instant;

mod arrivals;
mod keeping;
mod keyboard;

/// Looks at the clock: the window is part of the shell.
pub type Now = Box<dyn Fn() -> Time>;

/// The whole window.
pub struct Window {
    jobs: Jobs,
    files: Files,
    now: Now,
    view: View,
    place: Place,
    first: FirstStart,
    write: WritePage,
    read: ReadPage,
    outbox: OutboxPage,
    keys: KeysPage,
    check: CheckPage,
    settings: SettingsPage,
    vault: Vault,
    paste: Paste,
    contacts_open: bool,
    jobs_open: bool,
    shortcuts_open: bool,
    go_to: GoTo,
    toasts: Toasts,
    /// Changes of the look that are not kept yet.
    preferring: PreferencesChange,
    /// A text under letters that is not kept yet.
    signing: Option<(Address, String)>,
    /// Another identity may be in use: its text is to be looked up.
    ask_signature: bool,
    placed: Placed,
    arrivals: Option<Receiver<Vec<StartWith>>>,
    drafts: u32,
    closing: bool,
}

impl Window {
    /// The window on a desk. `wake` repaints it, from any thread; `open` is what to begin
    /// with.
    pub fn new(ctx: &Context, runner: Runner, wake: Wake, now: Now, open: Vec<StartWith>) -> Self {
        let view = View::new(now());
        let mut window = Window {
            jobs: Jobs::new(runner),
            files: Files::new(wake),
            write: WritePage::new(draft_name(view.now, 0)),
            now,
            view,
            place: Place::Write,
            first: FirstStart::default(),
            read: ReadPage::default(),
            outbox: OutboxPage::default(),
            keys: KeysPage::default(),
            check: CheckPage::default(),
            settings: SettingsPage::default(),
            vault: Vault::default(),
            paste: Paste::default(),
            contacts_open: false,
            jobs_open: false,
            shortcuts_open: false,
            go_to: GoTo::default(),
            toasts: Toasts::default(),
            preferring: PreferencesChange::default(),
            signing: None,
            ask_signature: false,
            placed: Placed::default(),
            arrivals: None,
            drafts: 0,
            closing: false,
        };
        window.jobs.start(Slot::Overview, Command::Overview);
        window.begin_with(ctx, open);
        window
    }

    /// The same, with what the person chose before. The theme on screen is the caller's.
    pub fn with_preferences(mut self, preferences: Preferences) -> Self {
        self.view.preferences = preferences;
        self
    }

    /// The place on screen.
    pub fn place(&self) -> Place {
        self.place
    }

    fn in_first_start(&self) -> bool {
        let nobody = |o: &crate::app::command::Overview| o.identities.is_empty();
        let fresh = self.view.overview.as_ref().is_some_and(nobody);
        let asked = !self.first.over && (fresh || self.first.began());
        asked && !self.view.practising()
    }

    fn act(&mut self, ctx: &Context, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Go(place) => self.go(place),
                Action::Run(slot, command) => {
                    match slot {
                        // What leaves next is to find everything as it is shown.
                        Slot::Send | Slot::Retry => self.settle_toast(ctx),
                        // On another desk the same number is another letter.
                        Slot::Practice => drop(self.toasts.undo()),
                        _ => {}
                    }
                    self.jobs.start(slot, *command);
                }
                Action::Cancel(slot) => self.jobs.cancel(slot),
                Action::Forget(slot) => self.jobs.forget(slot),
                Action::Pick(wish) => self.files.ask(wish),
                Action::Attach(paths) => self.files.read(paths),
                Action::ShowKey(key) => {
                    self.go(Place::Keys);
                    let mut more = Vec::new();
                    self.keys.show(key, &mut more);
                    self.act(ctx, more);
                }
                Action::NewLetter => self.new_letter(ctx),
                Action::OpenDraft(id) => {
                    self.go(Place::Write);
                    let mut more = Vec::new();
                    self.write.open_draft(id, &mut more);
                    self.act(ctx, more);
                }
                Action::ReadHeaders(text) => self.read_headers(ctx, text),
                Action::OpenLetter(id) => {
                    self.go(Place::Read);
                    let mut more = Vec::new();
                    self.read.open_letter(id, &mut more);
                    self.act(ctx, more);
                }
                Action::OpenOpened(id) => {
                    self.go(Place::Read);
                    let mut more = Vec::new();
                    self.read.open_again(id, &mut more);
                    self.act(ctx, more);
                }
                Action::NewIdentity => {
                    self.go(Place::Settings);
                    self.settings.new_identity();
                }
                Action::BringBack => self.read.bring_back(),
                Action::Offer(toast) => {
                    let then = self.toasts.show(*toast, Instant::now());
                    self.hide_leaving();
                    self.act(ctx, then);
                }
                Action::SkipFirstStart => self.first.over = true,
                Action::ReadAnswer => {
                    self.go(Place::Read);
                    self.read.await_newest();
                    self.jobs.start(Slot::Fetch, Command::Fetch);
                }
                Action::WriteReply(form) => {
                    self.new_letter(ctx);
                    self.write.begin_with(*form);
                }
                Action::ReadSent(id) => {
                    self.go(Place::Read);
                    let mut more = Vec::new();
                    self.read.open_sent(id, &mut more);
                    self.act(ctx, more);
                }
                Action::Prefer(change) => self.prefer(ctx, change),
                Action::Sign(whose, text) => {
                    self.view.signature = Some((whose.clone(), text.clone()));
                    self.signing = Some((whose, text));
                }
                Action::OpenInBrowser(place) => ctx.open_url(egui::OpenUrl::new_tab(place)),
                Action::Copy(text) => ctx.copy_text(text),
            }
        }
    }

    fn read_headers(&mut self, ctx: &Context, text: String) {
        self.go(Place::Read);
        let mut more = Vec::new();
        self.read.open_headers(text, &mut more);
        self.act(ctx, more);
    }

    fn go(&mut self, place: Place) {
        self.place = place;
        match place {
            Place::Outbox => self.list_outbox(),
            Place::Read => {
                self.jobs.start(Slot::Letters, Command::Letters);
                self.list_opened();
            }
            Place::Keys => self.keys.refresh(),
            Place::Write => self.write.ask_again(),
            Place::Check | Place::Settings => {}
        }
    }

    fn new_letter(&mut self, ctx: &Context) {
        let mut actions = Vec::new();
        self.write.keep(&mut actions);
        actions.push(Action::Forget(Slot::Preflight));
        actions.push(Action::Forget(Slot::LoadDraft));
        self.act(ctx, actions);
        self.drafts += 1;
        self.write.begin(draft_name(self.view.now, self.drafts));
        self.place = Place::Write;
    }

    /// Another desk: what the pages hold belongs to the old one.
    fn change_desk(&mut self) {
        for slot in Slot::OF_PAGES {
            self.jobs.forget(slot);
        }
        self.drafts += 1;
        self.write = WritePage::new(draft_name(self.view.now, self.drafts));
        self.read.leave_desk();
        self.outbox = OutboxPage::default();
        self.keys.leave_desk();
        self.settings.leave_desk();
        self.view.outbox = None;
        self.view.letters = None;
        self.view.revision += 1;
        self.view.signature = None;
        self.refresh();
    }

    fn refresh(&mut self) {
        self.list_outbox();
        self.jobs.start(Slot::Letters, Command::Letters);
        self.list_opened();
        self.jobs.start(Slot::Drafts, Command::Drafts);
        self.ask_signature = self.view.me().is_some();
        self.keys.refresh();
    }

    /// Subjects in the outbox are sealed, so reading them opens the vault: not before there is
    /// somebody whose letters could be in it.
    fn list_outbox(&mut self) {
        if self.view.me().is_some() {
            self.jobs.start(Slot::Outbox, Command::Outbox);
        }
    }

    /// What was opened is sealed too.
    fn list_opened(&mut self) {
        if self.view.me().is_some() {
            self.jobs.start(Slot::Opened, Command::Opened);
        }
    }

    fn drain(&mut self, ctx: &Context) {
        let mut actions = Vec::new();
        for (slot, said) in self.jobs.drain() {
            match said {
                Said::Asks(question, reply) => self.vault.ask(question, reply),
                Said::Done(result, progress) => {
                    // A fast job may be over before anybody saw it at work.
                    self.note_contact(slot, progress);
                    self.answer(slot, result, &mut actions);
                }
            }
        }
        for came in self.files.drain() {
            self.came(came, &mut actions);
        }
        self.act(ctx, actions);
    }

    fn came(&mut self, came: Came, actions: &mut Vec<Action>) {
        match came {
            Came::Attachment(read) => self.write.attach(read, Instant::now()),
            Came::Chosen(wish, mut paths) => match (wish, paths.pop()) {
                (_, None) => {}
                (Wish::Attachments, Some(last)) => {
                    paths.push(last);
                    actions.push(Action::Attach(paths));
                }
                (Wish::Keys, Some(last)) => {
                    paths.push(last);
                    self.keys.import_files(paths, actions);
                }
                (Wish::Letter, Some(path)) => self.read.open_file(path, actions),
                (Wish::Save(what, _), Some(path)) => self.read.save(what, path, actions),
                (Wish::ExportKey(_) | Wish::Backup, Some(path)) => self.keys.export_to(&path),
                (wish @ (Wish::Zone | Wish::CameBack | Wish::Report(_)), Some(path)) => {
                    self.check.chosen(&wish, &path);
                }
                (wish @ (Wish::Authority | Wish::Request(_)), Some(path)) => {
                    self.settings.chosen(&wish, &path);
                }
            },
        }
    }

    fn answer(&mut self, slot: Slot, result: Result<Outcome, Failure>, actions: &mut Vec<Action>) {
        // What stands under another identity's letters is for the letter alone.
        if slot != Slot::AuthorSignature {
            self.hear(&result);
        }
        match slot {
            Slot::Overview | Slot::Practice => self.desk_answer(slot, result, actions),
            Slot::Identity => {
                self.first.answer(&result);
                if result.is_ok() {
                    actions.push(Action::run(Slot::Overview, Command::Overview));
                }
                self.settings.answer(slot, result, actions);
            }
            Slot::Block => match result {
                // What counts now is read off the open letter again.
                Ok(Outcome::Border(_)) => self.read.look_again(),
                Ok(_) => {}
                Err(failure) => self.read.answer(slot, Err(failure), actions),
            },
            Slot::Account
            | Slot::AccountTest
            | Slot::Storage
            | Slot::Anchors
            | Slot::Distrust
            | Slot::Request
            | Slot::Preferences
            | Slot::Signature => self.settings.answer(slot, result, actions),
            Slot::Preflight
            | Slot::OthersSee
            | Slot::Contacts
            | Slot::AuthorSignature
            | Slot::Autosave
            | Slot::Drafts
            | Slot::LoadDraft
            | Slot::FindDrafts
            | Slot::Discard
            | Slot::Send => self.write.answer(slot, result, actions),
            Slot::Retry | Slot::Leaving => {
                self.outbox.answer(&result);
                actions.push(Action::run(Slot::Outbox, Command::Outbox));
            }
            Slot::Outbox => {}
            Slot::GoToDrafts | Slot::GoToOpened | Slot::GoToKeys => {
                if let Ok(outcome) = result {
                    self.go_to.answer(outcome);
                }
            }
            Slot::Letters
            | Slot::Fetch
            | Slot::Open
            | Slot::Save
            | Slot::Evidence
            | Slot::Origin
            | Slot::Many
            | Slot::Training
            | Slot::Opened
            | Slot::Remember
            | Slot::Reply => {
                self.read.answer(slot, result, actions);
            }
            Slot::Check | Slot::SaveReport => {
                if let Ok(Outcome::Checked(answer)) = &result {
                    self.note_checked(answer);
                }
                self.check.answer(slot, result);
            }
            Slot::Keys | Slot::Card | Slot::Chain | Slot::Import | Slot::Export => {
                self.keys.answer(slot, result, actions);
                if matches!(slot, Slot::Card | Slot::Import) {
                    self.write.ask_again();
                }
            }
        }
    }

    /// What stands around all pages is kept, whoever asked for it.
    fn hear(&mut self, result: &Result<Outcome, Failure>) {
        self.view.revision += 1;
        match result {
            Ok(Outcome::Outbox(entries)) => self.view.outbox = Some(entries.clone()),
            Ok(Outcome::Letters(letters)) => self.view.letters = Some(letters.clone()),
            Ok(Outcome::Overview(overview)) => self.view.overview = Some(overview.clone()),
            Ok(Outcome::Border(border)) => {
                if let Some(overview) = &mut self.view.overview {
                    overview.border.clone_from(border);
                }
            }
            Ok(Outcome::Blocked(all)) => {
                if let Some(overview) = &mut self.view.overview {
                    overview.blocked.clone_from(all);
                }
            }
            // While the person types on, their words stand.
            Ok(Outcome::Signature(whose, text)) if self.signing.is_none() => {
                self.view.signature = Some((whose.clone(), text.clone()));
            }
            Ok(_) | Err(_) => {}
        }
        self.hide_leaving();
    }

    fn desk_answer(
        &mut self,
        slot: Slot,
        result: Result<Outcome, Failure>,
        actions: &mut Vec<Action>,
    ) {
        match result {
            Ok(_) if slot == Slot::Practice => {
                self.change_desk();
                self.place = Place::Write;
                match self.view.partner().cloned() {
                    Some(partner) => {
                        self.first.over = true;
                        let id = self.write.draft_id().to_owned();
                        self.write.begin_to(id, &partner, "My first sealed letter");
                    }
                    None => self.first = FirstStart::default(),
                }
            }
            Ok(_) => {
                // First answer, or another identity: all lists may be other ones now.
                self.refresh();
                self.write.ask_again();
            }
            Err(failure) => {
                if self.in_first_start() {
                    self.first.answer(&Err(failure));
                } else {
                    self.settings.answer(slot, Err(failure), actions);
                }
            }
        }
    }

    /// Notes which server a job talks to.
    fn note_contact(&mut self, slot: Slot, progress: Option<Progress>) {
        let talks = progress.is_some_and(|progress| match progress.step {
            Step::Connecting | Step::LoggingIn | Step::Sending | Step::Fetching => true,
            Step::MakingKey
            | Step::Reading
            | Step::Sealing
            | Step::Signing
            | Step::Scanning
            | Step::Proving
            | Step::Opening
            | Step::Printing
            | Step::Checking
            | Step::Waiting => false,
        });
        let (Some(why), true) = (contact_words(slot), talks) else {
            return;
        };
        let endpoint = self.view.account().and_then(|account| match slot {
            Slot::Fetch => account.mailbox.as_ref(),
            _ => Some(&account.submission),
        });
        let Some(host) = endpoint.map(ToString::to_string) else {
            return;
        };
        let same = |c: &Contact| c.host == host && c.why == why;
        if !self.view.contacted.last().is_some_and(same) {
            let at = self.view.now;
            self.view.contacted.push(Contact { host, why, at });
        }
    }

    /// Notes whom a check-up asked.
    fn note_checked(&mut self, answer: &CheckAnswer) {
        let why = "to check a domain up";
        let at = self.view.now;
        let hosts = answer.contacted.iter().cloned();
        self.view
            .contacted
            .extend(hosts.map(|host| Contact { host, why, at }));
    }

    /// Takes files that were dropped onto the window: each page its own kind.
    fn dropped(&mut self, ctx: &Context) {
        let dropped = ctx.input_mut(|i| std::mem::take(&mut i.raw.dropped_files));
        let paths: Vec<PathBuf> = dropped.iter().map(|f| f.path().to_owned()).collect();
        if paths.is_empty() {
            return;
        }
        let mut actions = Vec::new();
        match self.place {
            Place::Write => actions.push(Action::Attach(paths)),
            Place::Keys => self.keys.import_files(paths, &mut actions),
            Place::Read | Place::Outbox | Place::Check | Place::Settings => {
                for path in paths {
                    self.take_path(path, &mut actions);
                }
            }
        }
        self.act(ctx, actions);
    }

    /// A file from outside: keys go to Keys, all else is read as a letter.
    fn take_path(&mut self, path: PathBuf, actions: &mut Vec<Action>) {
        self.place = drop::place_of(&path);
        if self.place == Place::Keys {
            self.keys.import_files(vec![path], actions);
        } else {
            self.read.open_file(path, actions);
        }
    }

    /// Everything that is not drawing: answers, timers, files from outside.
    pub fn tend(&mut self, ctx: &Context) {
        self.view.now = (self.now)();
        self.drain(ctx);
        self.view.busy = self.jobs.busy();
        for busy in self.view.busy.clone() {
            self.note_contact(busy.slot, busy.progress);
        }
        let mut actions = Vec::new();
        self.take_arrivals(ctx);
        let then = self.toasts.tend(ctx, Instant::now());
        self.act(ctx, then);
        self.note_place(ctx, false);
        self.keep_changes();
        let now = Instant::now();
        let wait = self.write.tend(&self.view, now, &mut actions);
        if self.place == Place::Keys {
            self.keys.tend(&mut actions);
        }
        self.act(ctx, actions);
        self.view.busy = self.jobs.busy();
        if let Some(wait) = wait {
            ctx.request_repaint_after(wait);
        }
        self.close(ctx);
    }

    /// Before the window closes, the draft is put to rest.
    fn close(&mut self, ctx: &Context) {
        if ctx.input(|i| i.viewport().close_requested()) && !self.closing {
            let mut actions = Vec::new();
            self.write.keep(&mut actions);
            self.act(ctx, actions);
            self.note_place(ctx, true);
            self.settle_toast(ctx);
            self.keep_changes();
            if self.is_keeping() {
                self.closing = true;
                ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            }
        } else if self.closing && !self.is_keeping() {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    /// Whether something that was typed or chosen is on its way to rest.
    fn is_keeping(&self) -> bool {
        let keeping = [
            Slot::Autosave,
            Slot::Opened,
            Slot::Leaving,
            Slot::Remember,
            Slot::Preferences,
            Slot::Signature,
        ];
        keeping.into_iter().any(|slot| self.jobs.is_running(slot))
    }

    /// Draws everything. Where there is less room than pages need, the whole scrolls.
    pub fn draw(&mut self, ui: &mut Ui) {
        let room = ui.available_size_before_wrap();
        let least = egui::vec2(640.0, 480.0);
        if room.x >= least.x && room.y >= least.y {
            return self.draw_in(ui);
        }
        egui::ScrollArea::both()
            .id_salt("window")
            .auto_shrink([false, false])
            .show(ui, |ui| {
                let (rect, _) = ui.allocate_exact_size(room.max(least), egui::Sense::hover());
                let builder = egui::UiBuilder::new().max_rect(rect);
                self.draw_in(&mut ui.new_child(builder));
            });
    }

    fn draw_in(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.dropped(&ctx);
        if !self.vault.is_open() {
            self.keys_pressed(&ctx);
        }
        let bottom = &mut (self.contacts_open, self.jobs_open);
        let mut actions = Vec::new();
        if self.in_first_start() {
            actions.extend(frame::bottom_ui(ui, &self.view, bottom));
            actions.extend(first_ui(ui, &self.view, &mut self.first));
        } else {
            actions.extend(frame::bottom_ui(ui, &self.view, bottom));
            actions.extend(frame::rail_ui(ui, &self.view, self.place));
            let view = &self.view;
            panes::pane(ui, Pane::Page(5), ui.available_rect_before_wrap());
            actions.extend(match self.place {
                Place::Write => write_ui(ui, view, &mut self.write),
                Place::Read => read_ui(ui, view, &mut self.read),
                Place::Outbox => outbox_ui(ui, view, &mut self.outbox),
                Place::Keys => keys_ui(ui, view, &mut self.keys),
                Place::Check => check_ui(ui, view, &mut self.check),
                Place::Settings => settings_ui(ui, view, &mut self.settings),
            });
            drop::hover_ui(ui, self.place);
        }
        (self.contacts_open, self.jobs_open) = *bottom;
        frame::contacts_dialog(ui, &self.view, &mut self.contacts_open);
        actions.extend(frame::jobs_dialog(ui, &self.view, &mut self.jobs_open));
        shortcuts::sheet_ui(ui, &mut self.shortcuts_open);
        actions.extend(self.go_to_ui(&ctx));
        actions.extend(self.toasts.ui(&ctx));
        self.vault.ui(&ctx);
        self.paste.ui(&ctx);
        self.act(&ctx, actions);
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.tend(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn raw_input_hook(&mut self, ctx: &Context, input: &mut egui::RawInput) {
        self.paste.look(ctx, input);
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }
}

/// A draft's name: unlike all others of this home.
fn draft_name(now: Time, count: u32) -> String {
    format!("{}-{}-{count}", now.as_nanosecond(), std::process::id())
}

fn contact_words(slot: Slot) -> Option<&'static str> {
    match slot {
        Slot::Send | Slot::Retry => Some("to hand a letter over"),
        Slot::Fetch => Some("to fetch letters"),
        Slot::AccountTest => Some("to test the account"),
        _ => None,
    }
}
