//! Go to anything: type a piece of its name, choose, Enter.

use super::theme::tokens::{BODY, CONTROL, CORNER, ICON};
use super::theme::{self, Icon, Palette, icons, steps};
use super::view::{Action, Place, Slot, View};
use super::widgets;
use crate::app::command::{Command, KeyRow, Outcome};
use crate::app::port::{DraftHead, OpenedHead};
use crate::settings::{PreferencesChange, TextSize, ThemeChoice};
use crate::wording;
use egui::{Context, Id, Key, Modal, Modifiers, Rect, Role, Sense, Ui, WidgetInfo, vec2};

/// Most entries that are listed; who types on gets to the others.
const MOST: usize = 60;
/// Most people among them.
const MOST_PEOPLE: usize = 20;

/// Something to go to.
struct Entry {
    icon: Icon,
    words: String,
    about: &'static str,
    goal: Goal,
}

/// Where an entry leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Goal {
    Go(Place),
    NewLetter,
    OpenFile,
    ImportKeys,
    NewIdentity,
    Practise,
    LeavePractice,
    Theme(ThemeChoice),
    Size(TextSize),
    Shortcuts,
    Identity(String),
    Draft(String),
    Key(String),
    Letter(i64),
    Opened(i64),
}

/// The palette's state.
#[derive(Default)]
pub struct GoTo {
    open: bool,
    fresh: bool,
    typed: String,
    chosen: usize,
    people: Vec<KeyRow>,
    drafts: Vec<DraftHead>,
    opened: Vec<OpenedHead>,
}

/// What the window does for the palette.
pub enum Went {
    /// What pages could ask for as well.
    Act(Vec<Action>),
    /// The sheet of shortcuts.
    Shortcuts,
    /// The system's dialog for a letter.
    OpenFile,
}

impl GoTo {
    /// Opens it, empty.
    pub fn open(&mut self) -> Vec<Action> {
        *self = GoTo {
            open: true,
            fresh: true,
            ..GoTo::default()
        };
        vec![
            Action::run(Slot::GoToDrafts, Command::Drafts),
            Action::run(Slot::GoToOpened, Command::Opened),
            self.ask_people(),
        ]
    }

    /// Takes an answer of [`Slot::GoToDrafts`], [`Slot::GoToOpened`] or [`Slot::GoToKeys`]. A failure shows where the
    /// same is asked for by its page; here it is only left out.
    pub fn answer(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Keys(mut rows) => {
                rows.truncate(MOST_PEOPLE);
                self.people = rows;
            }
            Outcome::Drafts(drafts) => self.drafts = drafts,
            Outcome::Opened(opened) => self.opened = opened,
            _ => {}
        }
    }

    fn ask_people(&self) -> Action {
        let query = self.typed.trim().to_owned();
        Action::run(Slot::GoToKeys, Command::ListKeys { query })
    }

    /// Draws it. Returns what was chosen, or what it needs to know.
    pub fn ui(&mut self, ctx: &Context, view: &View) -> Vec<Went> {
        if !self.open {
            return Vec::new();
        }
        let palette = Palette::in_theme(ctx.theme() == egui::Theme::Dark);
        let entries = self.entries(ctx, view);
        self.chosen = self.chosen.min(entries.len().saturating_sub(1));
        self.move_by_keys(ctx, entries.len());
        let mut went = Vec::new();
        let mut pressed = None;
        let frame = theme::sheet(palette)
            .shadow(theme::shadow(palette))
            .inner_margin(egui::Margin::same(12));
        let id = Id::unique("go to");
        // At a fixed height: the field stays where it is while the list grows and shrinks.
        let top = vec2(0.0, (ctx.content_rect().height() * 0.12).min(steps(24)));
        let modal = Modal::new(id)
            .area(Modal::default_area(id).anchor(egui::Align2::CENTER_TOP, top))
            .frame(frame)
            .backdrop_color(palette.dim)
            .show(ctx, |ui| {
                let whole = ui.ctx().content_rect().size();
                ui.set_width((whole.x - steps(16)).clamp(200.0, 520.0));
                let field = self.field_ui(ui, &mut went);
                let room = (whole.y - 200.0).clamp(80.0, 380.0);
                egui::ScrollArea::vertical()
                    .max_height(room)
                    .min_scrolled_height(room)
                    .auto_shrink([false, true])
                    .show(ui, |ui| {
                        ui.spacing_mut().item_spacing.y = 2.0;
                        if entries.is_empty() {
                            ui.label(theme::faded(ui, "Nothing here has that name."));
                        }
                        for (index, entry) in entries.iter().enumerate() {
                            let chosen = index == self.chosen;
                            let row = row_ui(ui, entry, chosen);
                            if chosen {
                                row.scroll_to_me(None);
                                ui.ctx().accesskit_node_builder(field, |node| {
                                    node.set_active_descendant(row.id.accesskit_id());
                                });
                            }
                            if row.clicked() {
                                pressed = Some(index);
                            }
                        }
                    });
            });
        if ctx.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter)) {
            pressed = pressed.or(Some(self.chosen));
        }
        if let Some(entry) = pressed.and_then(|index| entries.get(index)) {
            self.open = false;
            went.push(self.goal(&entry.goal, view));
        } else if modal.should_close() {
            self.open = false;
        }
        went
    }

    /// Arrows, Home and End move the choice; the focus stays in the field.
    fn move_by_keys(&mut self, ctx: &Context, count: usize) {
        let last = count.saturating_sub(1);
        let taken = |key| ctx.input_mut(|i| i.count_and_consume_key(Modifiers::NONE, key));
        let (down, up) = (taken(Key::ArrowDown), taken(Key::ArrowUp));
        let (far_down, far_up) = (taken(Key::PageDown), taken(Key::PageUp));
        self.chosen = (self.chosen + down + 8 * far_down)
            .min(last)
            .saturating_sub(up + 8 * far_up);
    }

    fn field_ui(&mut self, ui: &mut Ui, went: &mut Vec<Went>) -> Id {
        let before = self.typed.clone();
        let field = widgets::line(
            ui,
            &mut self.typed,
            "Go to a page, a draft, a person, a setting…",
            ui.available_width(),
        );
        let field = field.accessible_name("Go to");
        if std::mem::take(&mut self.fresh) || !field.has_focus() {
            field.request_focus();
        }
        if self.typed != before {
            self.chosen = 0;
            went.push(Went::Act(vec![self.ask_people()]));
        }
        ui.add_space(steps(1));
        field.id
    }

    /// What fits what was typed: every word of it somewhere in the entry's words.
    fn entries(&self, ctx: &Context, view: &View) -> Vec<Entry> {
        let typed = self.typed.to_lowercase();
        let wanted: Vec<&str> = typed.split_whitespace().collect();
        let fits = |entry: &Entry| {
            let words = format!("{} {}", entry.words, entry.about).to_lowercase();
            wanted.iter().all(|piece| words.contains(piece))
        };
        let mut entries = places();
        entries.extend(doings(view));
        entries.extend(identities(ctx, view));
        entries.extend(self.drafts.iter().map(|draft| {
            let at = wording::date_time(draft.at);
            Entry::new(
                Icon::File,
                format!("Draft of {at}"),
                "Unfinished letter",
                Goal::Draft(draft.id.clone()),
            )
        }));
        let letters = view.letters.iter().flatten();
        entries.extend(letters.map(|letter| {
            let at = wording::date_time(letter.at);
            Entry::new(
                Icon::Read,
                format!("Letter of {at}"),
                "Letter",
                Goal::Letter(letter.id),
            )
        }));
        entries.extend(self.opened.iter().map(|head| {
            let facts = &head.facts;
            let words = match (facts.subject.trim(), facts.author.trim()) {
                ("", "") => format!("Letter opened {}", wording::date_time(head.at)),
                (subject, "") => subject.to_owned(),
                ("", author) => format!("Letter from {author}"),
                (subject, author) => format!("{subject}, {author}"),
            };
            let words = escaped(ctx, &words);
            Entry::new(Icon::Read, words, "Opened letter", Goal::Opened(head.id))
        }));
        entries.retain(fits);
        // These were searched for what was typed, by fingerprint too.
        entries.extend(self.people.iter().map(|row| {
            let address = row.addresses.first().map(ToString::to_string);
            let name = row.name.as_ref().map(|name| name.raw().to_owned());
            let words: Vec<String> = [name, address].into_iter().flatten().collect();
            let words = match words.is_empty() {
                true => row.fingerprint.grouped(),
                false => words.join(", "),
            };
            let words = escaped(ctx, &words);
            Entry::new(
                Icon::Person,
                words,
                "Key",
                Goal::Key(row.fingerprint.as_hex().to_owned()),
            )
        }));
        entries.truncate(MOST);
        entries
    }

    fn goal(&self, goal: &Goal, view: &View) -> Went {
        let act = |action| Went::Act(vec![action]);
        match goal {
            Goal::Go(place) => act(Action::Go(*place)),
            Goal::NewLetter => act(Action::NewLetter),
            Goal::OpenFile => Went::OpenFile,
            Goal::ImportKeys => Went::Act(vec![
                Action::Go(Place::Keys),
                Action::Pick(super::view::Wish::Keys),
            ]),
            Goal::NewIdentity => act(Action::NewIdentity),
            Goal::Practise => {
                let name = view.me().and_then(|me| me.name.as_ref());
                let name = name.map_or("You", |name| name.raw()).to_owned();
                act(Action::run(Slot::Practice, Command::StartPractice { name }))
            }
            Goal::LeavePractice => act(Action::run(Slot::Practice, Command::LeavePractice)),
            Goal::Theme(theme) => act(Action::Prefer(PreferencesChange::theme(*theme))),
            Goal::Size(size) => act(Action::Prefer(PreferencesChange::text_size(*size))),
            Goal::Shortcuts => Went::Shortcuts,
            Goal::Identity(address) => act(Action::run(
                Slot::Overview,
                Command::UseIdentity(address.clone()),
            )),
            Goal::Draft(id) => act(Action::OpenDraft(id.clone())),
            Goal::Key(key) => act(Action::ShowKey(key.clone())),
            Goal::Letter(id) => act(Action::OpenLetter(*id)),
            Goal::Opened(id) => act(Action::OpenOpened(*id)),
        }
    }
}

impl Entry {
    fn new(icon: Icon, words: impl Into<String>, about: &'static str, goal: Goal) -> Self {
        Entry {
            icon,
            words: words.into(),
            about,
            goal,
        }
    }
}

fn places() -> Vec<Entry> {
    super::frame::PLACES
        .into_iter()
        .map(|(place, icon, name)| Entry::new(icon, name, "Page", Goal::Go(place)))
        .collect()
}

fn doings(view: &View) -> Vec<Entry> {
    let mut all = vec![
        Entry::new(Icon::Write, "New letter", "Do", Goal::NewLetter),
        Entry::new(
            Icon::Read,
            "Open a letter from a file…",
            "Do",
            Goal::OpenFile,
        ),
        Entry::new(Icon::Keys, "Import keys…", "Do", Goal::ImportKeys),
    ];
    if view.practising() {
        let words = "Leave practice";
        all.push(Entry::new(Icon::Write, words, "Do", Goal::LeavePractice));
    } else {
        all.push(Entry::new(
            Icon::Plus,
            "New identity…",
            "Do",
            Goal::NewIdentity,
        ));
        all.push(Entry::new(Icon::Write, "Practise", "Do", Goal::Practise));
    }
    for (theme, words) in [
        (ThemeChoice::System, "Colours as the system has them"),
        (ThemeChoice::Light, "Light colours"),
        (ThemeChoice::Dark, "Dark colours"),
    ] {
        all.push(Entry::new(
            Icon::Settings,
            words,
            "Setting",
            Goal::Theme(theme),
        ));
    }
    for size in TextSize::STEPS.into_iter().filter_map(TextSize::new) {
        let words = format!("Text size {size}");
        all.push(Entry::new(
            Icon::Settings,
            words,
            "Setting",
            Goal::Size(size),
        ));
    }
    let words = "What the keyboard can do";
    all.push(Entry::new(Icon::Note, words, "Help", Goal::Shortcuts));
    all
}

fn identities(ctx: &Context, view: &View) -> Vec<Entry> {
    let identities = view.overview.iter().flat_map(|o| &o.identities);
    identities
        .filter(|identity| !identity.current)
        .map(|identity| {
            let words = escaped(ctx, &format!("Write as {}", identity.mailbox));
            let address = identity.mailbox.address.to_string();
            Entry::new(Icon::Person, words, "Identity", Goal::Identity(address))
        })
        .collect()
}

fn row_ui(ui: &mut Ui, entry: &Entry, chosen: bool) -> egui::Response {
    let palette = Palette::of(ui);
    let size = vec2(ui.available_width(), CONTROL);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let heard = format!("{}, {}", entry.words, entry.about);
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, chosen, &heard));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let ground = if chosen {
        palette.chosen()
    } else if response.hovered() {
        palette.hover()
    } else {
        palette.sheet
    };
    ui.painter().rect_filled(rect, CORNER, ground);
    let square = Rect::from_center_size(rect.left_center() + vec2(steps(5), 0.0), vec2(ICON, ICON));
    let ink = if chosen { palette.wax } else { palette.faded };
    icons::paint(ui.painter(), entry.icon, square, ink, ground);
    let about = ui.painter().layout_no_wrap(
        entry.about.to_owned(),
        theme::body_font(theme::tokens::SMALL),
        palette.faded,
    );
    let room = rect.width() - steps(12) - about.size().x - steps(6);
    let mut job = egui::text::LayoutJob::simple_singleline(
        entry.words.clone(),
        theme::body_font(BODY),
        palette.ink,
    );
    job.wrap = egui::text::TextWrapping::truncate_at_width(room.max(40.0));
    let words = ui.painter().layout_job(job);
    let middle = |height: f32| rect.center().y - height / 2.0;
    let at = egui::pos2(rect.left() + steps(10), middle(words.size().y));
    ui.painter().galley(at, words, palette.ink);
    let at = egui::pos2(
        rect.right() - steps(3) - about.size().x,
        middle(about.size().y),
    );
    ui.painter().galley(at, about, palette.faded);
    response
}

/// Foreign text, safe to show.
fn escaped(ctx: &Context, text: &str) -> String {
    widgets::untrusted_in(ctx, text, true, 80)
}
