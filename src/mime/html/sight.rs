//! Which open elements there are, and whether text inside them can be seen.

use super::color::{Color, Rgb, color};
use super::sheet::Sheet;
use super::style::{Size, Style, declarations};
use super::tags::Attributes;
use std::collections::HashMap;

/// Smaller letters nobody reads, in CSS pixels.
const UNREADABLE: f32 = 2.0;

/// Elements that hold nothing, and are never closed (HTML, 13.1.2).
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// The open elements, outermost first.
pub struct Sight {
    open: Vec<Element>,
    /// How many of each name are open, so that a stray end is passed over at once.
    counts: HashMap<u64, usize>,
}

struct Element {
    name: u64,
    /// Selectors that name it or what it is in.
    named: u64,
    hidden: bool,
    invisible: bool,
    legacy: bool,
    size: f32,
    ink: Option<Rgb>,
    ground: Option<Rgb>,
}

/// Outside of everything.
const PAGE: Element = Element {
    name: 0,
    named: 0,
    hidden: false,
    invisible: false,
    legacy: false,
    size: 16.0,
    ink: Some(Rgb::BLACK),
    ground: Some(Rgb::WHITE),
};

/// A name as a number: its first eight letters, which is enough to tell those of HTML apart.
fn number(name: &str) -> u64 {
    name.bytes()
        .take(8)
        .fold(0, |all, b| (all << 8) | u64::from(b))
}

impl Sight {
    /// Nothing is open.
    pub fn new() -> Self {
        Sight {
            open: Vec::new(),
            counts: HashMap::new(),
        }
    }

    fn last(&self) -> &Element {
        self.open.last().unwrap_or(&PAGE)
    }

    /// Whether text that stands here can be seen.
    pub fn sees(&self) -> bool {
        let here = self.last();
        let same = match (here.ink, here.ground) {
            (Some(ink), Some(ground)) => ink.looks_like(ground),
            (None, _) | (_, None) => false,
        };
        !(here.hidden || here.invisible || here.size < UNREADABLE || same)
    }

    /// Whether this is inside an element that repeats header fields (RFC 9788 §5.2.3).
    pub fn is_legacy(&self) -> bool {
        self.last().legacy
    }

    /// An element begins. `legacy`: it repeats header fields.
    pub fn begin(&mut self, name: &str, attributes: &Attributes<'_>, sheet: &Sheet, legacy: bool) {
        if VOID.contains(&name) {
            return;
        }
        self.end_implied(name);
        let outer = self.last();
        let names = sheet.names(name, attributes);
        let (plain, important) = sheet.says(names, outer.named);
        let (own, own_important) = attributes
            .get("style")
            .map(|style| declarations(&undone(style)))
            .unwrap_or_default();
        let style = of_attributes(name, attributes)
            .under(plain)
            .under(own)
            .under(important)
            .under(own_important);
        let size = match style.size {
            None => outer.size,
            Some(Size::Pixels(pixels)) => pixels,
            Some(Size::Times(times)) => outer.size * times,
        };
        let element = Element {
            name: number(name),
            named: outer.named | names,
            hidden: outer.hidden || style.hides(),
            invisible: style.invisible.unwrap_or(outer.invisible),
            legacy: outer.legacy || legacy,
            size,
            ink: match style.ink {
                None => outer.ink,
                Some(Color::Known(ink)) => Some(ink),
                // Letters without a colour are those of the ground.
                Some(Color::Transparent) => outer.ground,
                Some(Color::Unknown) => None,
            },
            ground: match style.ground {
                None | Some(Color::Transparent) => outer.ground,
                Some(Color::Known(ground)) => Some(ground),
                Some(Color::Unknown) => None,
            },
        };
        let count = self.counts.entry(element.name).or_default();
        *count = count.saturating_add(1);
        self.open.push(element);
    }

    /// An element ends, and those inside it that were left open.
    pub fn end(&mut self, name: &str) {
        let name = number(name);
        if self.counts.get(&name).is_none_or(|count| *count == 0) {
            return;
        }
        while let Some(element) = self.open.pop() {
            if let Some(count) = self.counts.get_mut(&element.name) {
                *count = count.saturating_sub(1);
            }
            if element.name == name {
                break;
            }
        }
    }

    /// Ends what the beginning of this element ends (HTML, 13.1.2.4), as far as it is the innermost.
    fn end_implied(&mut self, name: &str) {
        let ends: &[&str] = match name {
            "li" => &["li"],
            "dt" | "dd" => &["dt", "dd"],
            "tr" => &["td", "th", "tr"],
            "td" | "th" => &["td", "th"],
            "tbody" | "tfoot" => &["td", "th", "tr", "tbody", "thead"],
            "option" => &["option"],
            "p" | "div" | "table" | "ul" | "ol" | "dl" | "h1" | "h2" | "h3" | "h4" | "h5"
            | "h6" | "pre" | "blockquote" | "section" | "article" | "header" | "footer"
            | "form" | "hr" => &["p"],
            _ => return,
        };
        for ended in ends {
            if self.last().name == number(ended) {
                self.end(ended);
            }
        }
    }
}

/// Character references in a style that matter there.
fn undone(style: &str) -> String {
    match style.contains('&') {
        true => super::decoded(style),
        false => style.to_owned(),
    }
}

/// What attributes say that are older than styles.
fn of_attributes(name: &str, attributes: &Attributes<'_>) -> Style {
    let mut style = Style::default();
    if attributes.get("hidden").is_some() {
        style.gone = Some(true);
    }
    style.ground = attributes.get("bgcolor").map(color);
    if attributes.get("background").is_some() {
        style.ground = Some(Color::Unknown);
    }
    let ink = match name {
        "font" => attributes.get("color"),
        "body" => attributes.get("text"),
        _ => None,
    };
    style.ink = ink.map(color);
    style
}
