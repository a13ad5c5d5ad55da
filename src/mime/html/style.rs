//! What a style says about whether text can be seen (CSS 2.2, as far as it hides).

use super::color::{Color, color};

/// What one `style` or rule says; `None` where it is silent.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Style {
    /// `display: none`, or another display.
    pub gone: Option<bool>,
    /// `visibility: hidden` or `collapse`, or visible.
    pub invisible: Option<bool>,
    /// `opacity` of nearly nothing, or more.
    pub faint: Option<bool>,
    /// Moved or cut off the page.
    pub away: Option<bool>,
    /// No height or no width.
    pub flat: Option<bool>,
    /// What does not fit is cut off.
    pub cut: Option<bool>,
    /// Size of the letters.
    pub size: Option<Size>,
    /// Colour of the letters.
    pub ink: Option<Color>,
    /// What is behind them.
    pub ground: Option<Color>,
}

/// Size of letters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// In CSS pixels.
    Pixels(f32),
    /// Times the size outside.
    Times(f32),
}

impl Style {
    /// The style with what another says put over it.
    pub fn under(self, over: Style) -> Style {
        Style {
            gone: over.gone.or(self.gone),
            invisible: over.invisible.or(self.invisible),
            faint: over.faint.or(self.faint),
            away: over.away.or(self.away),
            flat: over.flat.or(self.flat),
            cut: over.cut.or(self.cut),
            size: over.size.or(self.size),
            ink: over.ink.or(self.ink),
            ground: over.ground.or(self.ground),
        }
    }

    /// Whether it says anything.
    pub fn is_silent(&self) -> bool {
        *self == Style::default()
    }

    /// Whether an element with it, and all inside, cannot be seen whatever its children say.
    pub fn hides(&self) -> bool {
        let is = |said: Option<bool>| said == Some(true);
        is(self.gone) || is(self.faint) || is(self.away) || (is(self.flat) && is(self.cut))
    }
}

/// Reads declarations; those marked `!important` apart.
pub fn declarations(text: &str) -> (Style, Style) {
    let (mut plain, mut important) = (Style::default(), Style::default());
    for declaration in text.split(';') {
        let Some((name, value)) = declaration.split_once(':') else {
            continue;
        };
        // No value that matters is long.
        let value = value.trim();
        let value = value.get(..200).unwrap_or(value).to_ascii_lowercase();
        let name = name.trim();
        let name = name.get(..32).unwrap_or(name).to_ascii_lowercase();
        match value.split_once('!') {
            Some((value, mark)) if mark.trim() == "important" => {
                declare(&mut important, &name, value.trim());
            }
            Some(_) => {}
            None => declare(&mut plain, &name, &value),
        }
    }
    (plain, important)
}

fn declare(style: &mut Style, name: &str, value: &str) {
    match name {
        "display" => style.gone = Some(value == "none"),
        "visibility" => style.invisible = Some(matches!(value, "hidden" | "collapse")),
        "opacity" => {
            let number = match value.strip_suffix('%') {
                Some(percent) => percent.trim().parse::<f32>().ok().map(|p| p / 100.0),
                None => value.parse().ok(),
            };
            style.faint = number.map(|opacity| opacity <= 0.05);
        }
        "font-size" => style.size = size(value).or(style.size),
        "font" => {
            // The size stands before the family, perhaps with a line height.
            let sized = value.split_whitespace().find_map(|word| {
                let word = word.split('/').next().unwrap_or_default();
                word.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                    .then(|| size(word))
                    .flatten()
            });
            style.size = sized.or(style.size);
        }
        "color" => style.ink = inked(value),
        "background-color" => style.ground = inked(value),
        "background" => {
            // A picture may be of any colour.
            style.ground = match value.contains('(') && !value.starts_with("rgb") {
                true => Some(Color::Unknown),
                false => value
                    .split_whitespace()
                    .map(color)
                    .find(|found| *found != Color::Unknown)
                    .or_else(|| inked(value)),
            };
        }
        "background-image" if value != "none" => style.ground = Some(Color::Unknown),
        "height" | "max-height" | "width" | "max-width" => {
            let flat = is_nothing(value);
            style.flat = Some(flat || style.flat == Some(true));
        }
        "overflow" | "overflow-x" | "overflow-y" => {
            style.cut = Some(matches!(value, "hidden" | "clip"));
        }
        "text-indent" | "margin-left" | "margin-top" | "left" | "top" | "right" | "bottom"
            if is_far(value) =>
        {
            style.away = Some(true)
        }
        "clip" | "clip-path" if cuts_all(value) => style.away = Some(true),
        "transform" => {
            let scaled = value.contains("scale(0)") || value.contains("scale(0,");
            let moved = value
                .split(['(', ',', ')'])
                .any(|argument| is_far(argument.trim()));
            if scaled || moved {
                style.away = Some(true);
            }
        }
        _ => {}
    }
}

/// A colour that is said; `inherit` and the like say nothing.
fn inked(value: &str) -> Option<Color> {
    match value {
        "inherit" | "currentcolor" | "unset" | "initial" | "revert" => None,
        value => Some(color(value)),
    }
}

fn is_nothing(value: &str) -> bool {
    length(value).is_some_and(|(number, _)| number.abs() < 0.5)
}

/// Whether a place is so far off that nothing of it is on the page.
fn is_far(value: &str) -> bool {
    length(value).is_some_and(|(number, unit)| match unit {
        "em" | "rem" | "ch" => number <= -30.0,
        "%" | "vw" | "vh" => number <= -100.0,
        _ => number <= -300.0,
    })
}

fn cuts_all(value: &str) -> bool {
    let Some((function, arguments)) = value.split_once('(') else {
        return false;
    };
    let mut numbers = arguments
        .split(|c: char| c == ',' || c == ')' || c.is_whitespace())
        .filter_map(length);
    match function.trim() {
        "rect" => {
            let all: Vec<f32> = numbers.map(|(number, _)| number.abs()).collect();
            !all.is_empty() && all.iter().all(|number| *number <= 1.0)
        }
        "inset" => numbers.all(|(number, unit)| unit == "%" && number >= 50.0),
        "circle" | "ellipse" => numbers.next().is_some_and(|(number, _)| number < 0.5),
        _ => false,
    }
}

/// A number and its unit.
fn length(value: &str) -> Option<(f32, &str)> {
    let value = value.trim();
    let end = value
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+')))
        .unwrap_or(value.len());
    let (number, unit) = value.split_at_checked(end)?;
    Some((number.parse().ok()?, unit))
}

/// A size of letters.
pub fn size(value: &str) -> Option<Size> {
    let named = match value {
        "xx-small" => 9.0,
        "x-small" => 10.0,
        "small" => 13.0,
        "medium" => 16.0,
        "large" => 18.0,
        "x-large" => 24.0,
        "xx-large" | "xxx-large" => 32.0,
        "smaller" => return Some(Size::Times(0.8)),
        "larger" => return Some(Size::Times(1.2)),
        _ => {
            let (number, unit) = length(value)?;
            return Some(match unit {
                "em" => Size::Times(number),
                "%" => Size::Times(number / 100.0),
                "rem" => Size::Pixels(number * 16.0),
                "pt" => Size::Pixels(number * 4.0 / 3.0),
                "pc" => Size::Pixels(number * 16.0),
                "in" => Size::Pixels(number * 96.0),
                "cm" => Size::Pixels(number * 37.8),
                "mm" => Size::Pixels(number * 3.78),
                "vw" | "vh" => Size::Pixels(number * 8.0),
                _ => Size::Pixels(number),
            });
        }
    };
    Some(Size::Pixels(named))
}
