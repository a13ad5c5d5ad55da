//! Style sheets of a document, as far as they hide: rules with simple selectors.

use super::style::{Style, declarations};
use super::tags::Attributes;

/// Most different simple selectors that are told apart: one bit each.
const SIMPLE: usize = 64;
/// Most rules that are kept. What ordinary letters have of rules that may hide is far less.
const RULES: usize = 256;
/// Most bytes of sheets that are read.
const BYTES: usize = 512 << 10;

/// Everything that the sheets of a document say.
#[derive(Default)]
pub struct Sheet {
    simple: Vec<Simple>,
    rules: Vec<Rule>,
    read: usize,
}

/// A selector without combinators: an element, its id and its classes; what is not said is any.
#[derive(PartialEq, Eq)]
struct Simple {
    element: Option<String>,
    id: Option<String>,
    classes: Vec<String>,
}

/// What holds for elements that one simple selector names, inside those that others name.
struct Rule {
    own: u64,
    around: u64,
    plain: Style,
    important: Style,
}

impl Sheet {
    /// Takes in the content of a `style` element.
    pub fn read(&mut self, text: &str) {
        let rest = BYTES.saturating_sub(self.read);
        let end = text.len().min(rest);
        let end = (0..=end).rev().find(|end| text.is_char_boundary(*end));
        let text = text.get(..end.unwrap_or(0)).unwrap_or_default();
        self.read = self.read.saturating_add(text.len());
        self.rules(&without_comments(text), 0);
    }

    fn rules(&mut self, text: &str, depth: usize) {
        let mut rest = text;
        while let Some((head, body)) = rest.split_once('{') {
            let (inside, after) = until_brace(body);
            rest = after;
            // Declarations without a block, such as `@import`, end with a semicolon.
            let head = head.rsplit([';', '}']).next().unwrap_or(head).trim();
            if let Some(media) = head.strip_prefix("@media") {
                let media = media.to_ascii_lowercase();
                let always = !media.contains('(')
                    && (media.contains("all") || media.contains("screen"))
                    && !media.contains("not");
                if always && depth == 0 {
                    self.rules(inside, 1);
                }
                continue;
            }
            if head.starts_with('@') {
                continue;
            }
            let (plain, important) = declarations(inside);
            if plain.is_silent() && important.is_silent() {
                continue;
            }
            for selector in head.split(',').take(RULES) {
                self.rule(selector.trim(), plain, important);
            }
        }
    }

    fn rule(&mut self, selector: &str, plain: Style, important: Style) {
        if self.rules.len() >= RULES || selector.len() > 500 {
            return;
        }
        let mut around = 0;
        let mut own = None;
        for word in selector.split(|c: char| c.is_whitespace() || c == '>') {
            if word.is_empty() {
                continue;
            }
            if let Some(last) = own {
                around |= last;
            }
            let Some(bit) = Simple::of(word).and_then(|simple| self.bit(simple)) else {
                return;
            };
            own = Some(bit);
        }
        if let Some(own) = own {
            self.rules.push(Rule {
                own,
                around,
                plain,
                important,
            });
        }
    }

    fn bit(&mut self, simple: Simple) -> Option<u64> {
        let at = match self.simple.iter().position(|known| *known == simple) {
            Some(at) => at,
            None if self.simple.len() < SIMPLE => {
                self.simple.push(simple);
                self.simple.len().saturating_sub(1)
            }
            None => return None,
        };
        1_u64.checked_shl(u32::try_from(at).ok()?)
    }

    /// Which simple selectors name an element.
    pub fn names(&self, element: &str, attributes: &Attributes<'_>) -> u64 {
        if self.simple.is_empty() {
            return 0;
        }
        let id = attributes.get("id").map(str::trim);
        let classes = attributes.get("class").unwrap_or_default();
        let mut names = 0;
        let mut bit = 1_u64;
        for simple in &self.simple {
            if simple.is(element, id, classes) {
                names |= bit;
            }
            bit = bit.checked_shl(1).unwrap_or(0);
        }
        names
    }

    /// What the sheets say of an element that these selectors name, inside elements that those name;
    /// what is important apart.
    pub fn says(&self, names: u64, around: u64) -> (Style, Style) {
        let (mut plain, mut important) = (Style::default(), Style::default());
        if names == 0 {
            return (plain, important);
        }
        for rule in &self.rules {
            if rule.own & names != 0 && rule.around & around == rule.around {
                plain = plain.under(rule.plain);
                important = important.under(rule.important);
            }
        }
        (plain, important)
    }
}

impl Simple {
    /// `None` for selectors that depend on more than element, id and classes.
    fn of(word: &str) -> Option<Simple> {
        if word.contains(['[', ':', '+', '~', '\\', '(']) {
            return None;
        }
        let mut simple = Simple {
            element: None,
            id: None,
            classes: Vec::new(),
        };
        let start = word.find(['.', '#']).unwrap_or(word.len());
        let (element, mut rest) = word.split_at_checked(start)?;
        if !element.is_empty() && element != "*" {
            simple.element = Some(element.to_ascii_lowercase());
        }
        while let Some(kind) = rest.chars().next() {
            let tail = rest.get(1..)?;
            let end = tail.find(['.', '#']).unwrap_or(tail.len());
            let (name, after) = tail.split_at_checked(end)?;
            match kind {
                '#' => simple.id = Some(name.to_owned()),
                _ => simple.classes.push(name.to_owned()),
            }
            rest = after;
        }
        (simple.classes.len() <= 8).then_some(simple)
    }

    fn is(&self, element: &str, id: Option<&str>, classes: &str) -> bool {
        self.element
            .as_deref()
            .is_none_or(|wanted| wanted == element)
            && self.id.as_deref().is_none_or(|wanted| id == Some(wanted))
            && self.classes.iter().all(|wanted| {
                // Nobody names more classes on one element.
                classes
                    .split_whitespace()
                    .take(64)
                    .any(|class| class == wanted)
            })
    }
}

fn without_comments(text: &str) -> String {
    let text = text.replace("<!--", " ").replace("-->", " ");
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, comment)) = rest.split_once("/*") {
        out.push_str(before);
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out
}

/// What stands before the brace that closes a block, and behind it.
fn until_brace(body: &str) -> (&str, &str) {
    let mut depth = 1_usize;
    for (at, b) in body.bytes().enumerate() {
        match b {
            b'{' => depth = depth.saturating_add(1),
            b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            let inside = body.get(..at).unwrap_or_default();
            return (inside, body.get(at.saturating_add(1)..).unwrap_or_default());
        }
    }
    (body, "")
}
