//! How the window looks and where it stands: what a person chose, each choice by itself.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Ink on paper.
    Light,
    /// By lamp light.
    Dark,
}

impl ThemeChoice {
    /// All of them.
    pub const ALL: [ThemeChoice; 3] = [ThemeChoice::System, ThemeChoice::Light, ThemeChoice::Dark];

    /// Its word in the store, in JSON and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            ThemeChoice::System => "system",
            ThemeChoice::Light => "light",
            ThemeChoice::Dark => "dark",
        }
    }

    /// The meaning of [`ThemeChoice::word`]'s word.
    pub fn parse(word: &str) -> Option<Self> {
        ThemeChoice::ALL
            .into_iter()
            .find(|theme| theme.word() == word)
    }
}

/// How large everything is drawn, in percent of the usual size: one of [`TextSize::STEPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct TextSize(u16);

impl TextSize {
    /// The sizes there are, in percent.
    pub const STEPS: [u16; 5] = [100, 125, 150, 175, 200];

    /// The size of so many percent, if there is one.
    pub fn new(percent: u16) -> Option<Self> {
        TextSize::STEPS
            .contains(&percent)
            .then_some(TextSize(percent))
    }

    /// In percent.
    pub fn percent(self) -> u16 {
        self.0
    }

    /// As a factor of the usual size.
    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }

    /// The next larger size; the largest stays.
    pub fn larger(self) -> Self {
        let next = TextSize::STEPS.into_iter().find(|step| *step > self.0);
        next.map_or(self, TextSize)
    }

    /// The next smaller size; the smallest stays.
    pub fn smaller(self) -> Self {
        let mut steps = TextSize::STEPS.into_iter().rev();
        steps.find(|step| *step < self.0).map_or(self, TextSize)
    }
}

impl Default for TextSize {
    fn default() -> Self {
        TextSize(100)
    }
}

impl fmt::Display for TextSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", self.0)
    }
}

impl TryFrom<u16> for TextSize {
    type Error = &'static str;

    fn try_from(percent: u16) -> Result<Self, Self::Error> {
        TextSize::new(percent).ok_or("no text size of that percentage")
    }
}

impl From<TextSize> for u16 {
    fn from(size: TextSize) -> u16 {
        size.0
    }
}

/// Where the window stood and how large it was, in pixels divided by the screen's own scale, so
/// that the text size does not change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowPlace {
    /// Width of the inside.
    pub width: u32,
    /// Height of the inside.
    pub height: u32,
    /// The left and upper edge, where the system tells it (Wayland does not).
    pub at: Option<(i32, i32)>,
    /// Whether it filled the screen.
    pub maximized: bool,
}

impl WindowPlace {
    /// Least width and height of the window.
    pub const LEAST: (u32, u32) = (640, 480);

    /// What of it fits these screens, the first of which is the usual one: never larger than the
    /// screen that it is on, never so far out that its title could not be taken hold of, and never
    /// smaller than [`WindowPlace::LEAST`] unless the screen is.
    pub fn on_screens(self, screens: &[Screen]) -> Self {
        let overlap = |screen: &&Screen| self.overlap(screen);
        // Of several equal ones `max_by_key` takes the last; the usual one is to win.
        let Some(screen) = screens.iter().rev().max_by_key(overlap) else {
            return WindowPlace { at: None, ..self };
        };
        let fit = |wanted: u32, least: u32, room: u32| wanted.max(least).min(room.max(1));
        let width = fit(self.width, WindowPlace::LEAST.0, screen.size.0);
        let height = fit(self.height, WindowPlace::LEAST.1, screen.size.1);
        let at = self.at.map(|(x, y)| {
            let (left, top) = (i64::from(screen.at.0), i64::from(screen.at.1));
            let right = left.saturating_add(i64::from(screen.size.0));
            let bottom = top.saturating_add(i64::from(screen.size.1));
            let most_left = left.saturating_sub(i64::from(width)).saturating_add(HOLD);
            let x = i64::from(x).clamp(most_left.min(left), right.saturating_sub(HOLD).max(left));
            let y = i64::from(y).clamp(top, bottom.saturating_sub(HOLD).max(top));
            let edge = |at: i64| i32::try_from(at).unwrap_or(0);
            (edge(x), edge(y))
        });
        WindowPlace {
            width,
            height,
            at,
            maximized: self.maximized,
        }
    }

    /// How much of it is on a screen.
    fn overlap(&self, screen: &Screen) -> i64 {
        let Some((x, y)) = self.at else {
            return 0;
        };
        let shared = |at: i32, length: u32, from: i32, room: u32| {
            let (at, from) = (i64::from(at), i64::from(from));
            let end = at
                .saturating_add(i64::from(length))
                .min(from.saturating_add(i64::from(room)));
            end.saturating_sub(at.max(from)).max(0)
        };
        let wide = shared(x, self.width, screen.at.0, screen.size.0);
        let high = shared(y, self.height, screen.at.1, screen.size.1);
        wide.saturating_mul(high)
    }
}

/// So much of a window must be on its screen.
const HOLD: i64 = 120;

/// A screen: where it is among the others, and its size, in the measure of [`WindowPlace`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// Its left and upper edge.
    pub at: (i32, i32),
    /// Its width and height.
    pub size: (u32, u32),
}

/// What a person chose about the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Preferences {
    /// Light or dark.
    pub theme: ThemeChoice,
    /// How large everything is drawn.
    pub text_size: TextSize,
    /// Where the window was; `None` before it was ever closed.
    pub window: Option<WindowPlace>,
}

/// A change of some of them: `None` leaves one as it is, so that two programs can change
/// different ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PreferencesChange {
    /// Light or dark.
    pub theme: Option<ThemeChoice>,
    /// How large everything is drawn.
    pub text_size: Option<TextSize>,
    /// Where the window is.
    pub window: Option<WindowPlace>,
}

impl PreferencesChange {
    /// Another theme.
    pub fn theme(theme: ThemeChoice) -> Self {
        PreferencesChange {
            theme: Some(theme),
            ..PreferencesChange::default()
        }
    }

    /// Another text size.
    pub fn text_size(size: TextSize) -> Self {
        PreferencesChange {
            text_size: Some(size),
            ..PreferencesChange::default()
        }
    }

    /// Another place of the window.
    pub fn window(place: WindowPlace) -> Self {
        PreferencesChange {
            window: Some(place),
            ..PreferencesChange::default()
        }
    }

    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == PreferencesChange::default()
    }

    /// This change and then `later`.
    pub fn then(self, later: PreferencesChange) -> Self {
        PreferencesChange {
            theme: later.theme.or(self.theme),
            text_size: later.text_size.or(self.text_size),
            window: later.window.or(self.window),
        }
    }

    /// The preferences with this change.
    pub fn applied_to(&self, before: Preferences) -> Preferences {
        Preferences {
            theme: self.theme.unwrap_or(before.theme),
            text_size: self.text_size.unwrap_or(before.text_size),
            window: self.window.or(before.window),
        }
    }
}

/// Longest signature text, in bytes.
pub const SIGNATURE_BYTES: usize = 4_096;

/// A signature text as it is kept: LF line ends, no blank lines at its ends, no other control
/// characters; cut at a character to [`SIGNATURE_BYTES`].
pub fn tidy_signature(text: &str) -> String {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut tidy: String = unified
        .chars()
        .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
        .collect();
    let mut end = tidy.len().min(SIGNATURE_BYTES);
    while !tidy.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    tidy.truncate(end);
    tidy.trim_end().trim_start_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_sizes_go_up_and_down_within_their_steps() {
        let usual = TextSize::default();
        assert_eq!(usual.smaller(), usual);
        let mut size = usual;
        for percent in [125, 150, 175, 200, 200] {
            size = size.larger();
            assert_eq!(size.percent(), percent);
        }
        assert_eq!(size.smaller().percent(), 175);
        assert_eq!(TextSize::new(110), None);
        assert!(serde_json::from_str::<TextSize>("300").is_err());
    }

    #[test]
    fn a_window_is_brought_back_onto_a_smaller_screen() {
        let place = |at, width, height| WindowPlace {
            width,
            height,
            at: Some(at),
            maximized: false,
        };
        let screen = |at, size| Screen { at, size };
        let one = [screen((0, 0), (1280, 800))];
        let kept = place((100, 50), 900, 700);
        assert_eq!(kept.on_screens(&one), kept);
        let far = place((3000, 2000), 1900, 1000);
        assert_eq!(far.on_screens(&one), place((1160, 680), 1280, 800));
        let above = place((-5000, -90), 900, 700);
        assert_eq!(above.on_screens(&one), place((-780, 0), 900, 700));
        let tiny = place((0, 0), 3, 0);
        assert_eq!(tiny.on_screens(&one), place((0, 0), 640, 480));
        // On a second screen at the right it stays where it was.
        let two = [one[0], screen((1280, -200), (1920, 1080))];
        let right = place((1300, -180), 1000, 900);
        assert_eq!(right.on_screens(&two), right);
        assert_eq!(right.on_screens(&one), place((1160, 0), 1000, 800));
        let wild = place((i32::MIN, i32::MAX), u32::MAX, u32::MAX);
        let nothing = wild.on_screens(&[screen((0, 0), (0, 0))]);
        assert_eq!((nothing.width, nothing.height), (1, 1));
        assert_eq!(wild.on_screens(&[]).at, None);
    }

    #[test]
    fn changes_add_up_and_leave_the_rest() {
        let dark = PreferencesChange::theme(ThemeChoice::Dark);
        let large = PreferencesChange::text_size(TextSize(150));
        let both = dark
            .then(large)
            .then(PreferencesChange::theme(ThemeChoice::Light));
        let after = both.applied_to(Preferences::default());
        assert_eq!(
            (after.theme, after.text_size.percent()),
            (ThemeChoice::Light, 150)
        );
        assert!(PreferencesChange::default().is_empty() && !both.is_empty());
    }

    #[test]
    fn signatures_are_tidied_and_bounded() {
        assert_eq!(
            tidy_signature("\n\r\n  Ada\r\nLondon\u{1b}\n\n"),
            "  Ada\nLondon"
        );
        let long = tidy_signature(&"ä".repeat(5_000));
        assert_eq!(long.len(), SIGNATURE_BYTES);
        assert_eq!(tidy_signature(" \n "), "");
    }
}
