//! HTML as plain text, for mail without a plain alternative. Nothing is loaded and nothing runs.
//!
//! The source is first cut down, in one linear pass, to text and two kinds of break: the converter
//! behind it takes quadratic time on some hostile sources, and must never see one. On the way it is
//! found out which text nobody could see ([`sight`]): that is no text of the letter, and is reported.

mod color;
mod sheet;
mod sight;
mod style;
mod tags;

use sheet::Sheet;
use sight::Sight;
use tags::{Attributes, tag_end, until_closing};

/// Class of the element that RFC 9788 §5.2.3 has hidden.
const LEGACY_DISPLAY: &str = "header-protection-legacy-display";
/// Most characters of hidden text that are kept to be shown.
const SAMPLE: usize = 200;
/// Most links of a document that are kept.
pub(super) const LINKS: usize = 1_000;

/// A document as text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rendered {
    /// What can be seen of it.
    pub text: String,
    /// Links in what can be seen: what they show and where they lead.
    pub links: Vec<(String, String)>,
    /// What cannot be seen of it.
    pub hidden: HiddenText,
}

/// Text that the sender's style keeps from being seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HiddenText {
    /// How many characters, blanks apart.
    pub characters: usize,
    /// How it begins; untrusted.
    pub sample: String,
}

impl HiddenText {
    /// Takes in what is hidden elsewhere.
    pub(super) fn join(&mut self, other: HiddenText) {
        self.characters = self.characters.saturating_add(other.characters);
        if self.sample.is_empty() {
            self.sample = other.sample;
        }
    }

    /// Takes in more of it.
    pub(super) fn add(&mut self, text: &str) {
        let seen = text
            .chars()
            .filter(|c| !c.is_whitespace() && !crate::base::untrusted::is_tricky(*c))
            .count();
        if seen == 0 {
            return;
        }
        self.characters = self.characters.saturating_add(seen);
        let room = SAMPLE.saturating_sub(self.sample.chars().count());
        if room == 0 {
            return;
        }
        let words = text.split_whitespace().take(SAMPLE);
        for word in words {
            if !self.sample.is_empty() {
                self.sample.push(' ');
            }
            self.sample.extend(word.chars().take(room));
            if self.sample.chars().count() >= SAMPLE {
                break;
            }
        }
    }
}

/// Reads an HTML document. With `hide_legacy`, legacy display elements are left out
/// (RFC 9788 §4.5.3.3).
pub(super) fn render(html: &str, hide_legacy: bool) -> Rendered {
    let html = html.strip_prefix('\u{FEFF}').unwrap_or(html);
    let mut reducer = Reducer::new(hide_legacy);
    reducer.run(html);
    // A space that does not break is layout, and hinders copying.
    let text = nanohtml2text::html2text(&reducer.out)
        .replace("\r\n", "\n")
        .replace('\u{a0}', " ");
    let links = reducer.links.into_iter();
    let mut hidden = HiddenText::default();
    hidden.add(&decoded(&reducer.hidden));
    Rendered {
        text: text.trim().to_owned(),
        links: links
            .map(|(shown, target)| (nanohtml2text::html2text(&shown).trim().to_owned(), target))
            .collect(),
        hidden,
    }
}

/// Text with its character references undone.
fn decoded(text: &str) -> String {
    nanohtml2text::html2text(&text.replace('<', "&lt;"))
        .replace('\u{a0}', " ")
        .trim()
        .to_owned()
}

struct Reducer {
    out: String,
    hide_legacy: bool,
    sheet: Sheet,
    sight: Sight,
    preformatted: bool,
    /// Target of the open link, as text and as it is appended, and where its text begins in `out`.
    link: Option<(String, String, usize)>,
    links: Vec<(String, String)>,
    /// The beginning of what cannot be seen.
    hidden: String,
}

/// Most bytes of hidden text that are kept while reading, before character references are undone.
const KEPT: usize = 64 << 10;

impl Reducer {
    fn new(hide_legacy: bool) -> Self {
        Reducer {
            out: String::new(),
            hide_legacy,
            sheet: Sheet::default(),
            sight: Sight::new(),
            preformatted: false,
            link: None,
            links: Vec::new(),
            hidden: String::new(),
        }
    }

    fn run(&mut self, html: &str) {
        let mut rest = html;
        while let Some(at) = rest.find('<') {
            let (text, from) = rest.split_at_checked(at).unwrap_or((rest, ""));
            self.text(text);
            if let Some(comment) = from.strip_prefix("<!--") {
                rest = comment.split_once("-->").map_or("", |(_, after)| after);
                continue;
            }
            let opens = from.chars().nth(1);
            if !opens.is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
                self.text("<");
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
            let Some(end) = tag_end(from) else {
                // No tag ends any more: all that follows is text.
                self.text(from);
                return;
            };
            let tag = from.get(1..end).unwrap_or_default();
            rest = from.get(end.saturating_add(1)..).unwrap_or_default();
            if let Some(raw) = self.tag(tag) {
                let (inside, after) = until_closing(rest, raw);
                if raw == "style" {
                    self.sheet.read(inside);
                }
                rest = after;
            }
        }
        self.text(rest);
    }

    fn text(&mut self, text: &str) {
        if self.sight.is_legacy() {
            return;
        }
        if !self.sight.sees() {
            return self.unseen(text);
        }
        for c in text.chars() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '\n' if self.preformatted => self.out.push_str("<br>"),
                ' ' if self.preformatted => self.out.push('\u{a0}'),
                c => self.out.push(c),
            }
        }
    }

    fn unseen(&mut self, text: &str) {
        if self.hidden.len() < KEPT && !text.trim().is_empty() {
            self.hidden.push_str(text);
            self.hidden.push(' ');
        }
    }

    /// Takes in a tag. Answers the name of an element whose content is no text, to be passed over.
    fn tag(&mut self, tag: &str) -> Option<&'static str> {
        let name_end = tag
            .find(|c: char| c.is_whitespace() || (c == '/'))
            .filter(|end| *end > 0)
            .or_else(|| tag.strip_prefix('/').map(|_| tag.len()))
            .unwrap_or(tag.len());
        let name = tag.get(..name_end).unwrap_or_default().trim_end();
        let name = name.get(..24).unwrap_or(name).to_ascii_lowercase();
        if let Some(ended) = name.strip_prefix('/') {
            // Breaks and links that end are of the element itself.
            self.visible_tag(&name, &Attributes::of(""));
            self.sight.end(ended);
            return None;
        }
        const RAW: [&str; 10] = [
            "script", "style", "title", "template", "textarea", "svg", "math", "iframe", "object",
            "select",
        ];
        if let Some(raw) = RAW.into_iter().find(|raw| *raw == name) {
            return Some(raw);
        }
        let attributes = Attributes::of(tag);
        let legacy = self.hide_legacy
            && name == "div"
            && attributes
                .get("class")
                .is_some_and(|c| c.split_whitespace().any(|c| c == LEGACY_DISPLAY));
        self.sight.begin(&name, &attributes, &self.sheet, legacy);
        self.visible_tag(&name, &attributes);
        None
    }

    fn visible_tag(&mut self, name: &str, attributes: &Attributes<'_>) {
        if !self.sight.sees() || self.sight.is_legacy() {
            return;
        }
        match name {
            "a" => {
                self.end_link();
                self.link = attributes
                    .get("href")
                    .map(|href| (decoded(href), href.replace('<', "&lt;"), self.out.len()));
            }
            "/a" => self.end_link(),
            "img" => {
                let style = attributes.get("style").unwrap_or_default();
                let gone = attributes.get("hidden").is_some()
                    || style::declarations(style).0.hides()
                    || style::declarations(style).1.hides();
                match attributes.get("alt") {
                    Some(alt) if gone => self.unseen(alt),
                    Some(alt) => self.text(alt),
                    None => {}
                }
            }
            "pre" | "/pre" => {
                self.preformatted = name == "pre";
                self.out.push_str("<p>");
            }
            "br" | "div" | "/div" | "li" | "tr" | "dt" | "dd" | "address" | "/address" | "/ul"
            | "/ol" => {
                self.out.push_str("<br>");
            }
            "td" | "th" => self.out.push(' '),
            "p" | "/p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "/h1" | "/h2" | "/h3"
            | "/h4" | "/h5" | "/h6" | "blockquote" | "/blockquote" | "table" | "/table" | "ul"
            | "ol" | "dl" | "/dl" | "hr" | "section" | "/section" | "article" | "/article"
            | "header" | "/header" | "footer" | "/footer" => {
                self.out.push_str("<p>");
            }
            _ => {}
        }
    }
}

impl Reducer {
    fn end_link(&mut self) {
        let Some((target, href, start)) = self.link.take() else {
            return;
        };
        let shown = self.out.get(start..).unwrap_or_default();
        if self.links.len() < LINKS {
            self.links.push((shown.to_owned(), target));
        }
        let bare = href.strip_prefix("mailto:").unwrap_or(&href);
        if is_target(&href) && shown.trim() != bare && shown.trim() != href {
            let target = format!(" ({href})");
            self.out.push_str(&target);
        }
    }
}

/// Whether a link's target is worth showing.
fn is_target(href: &str) -> bool {
    ["http://", "https://", "mailto:"]
        .into_iter()
        .any(|scheme| {
            href.get(..scheme.len())
                .is_some_and(|s| s.eq_ignore_ascii_case(scheme))
        })
}

#[cfg(test)]
mod tests {
    use super::render;

    fn html_to_text(html: &str, hide_legacy: bool) -> String {
        render(html, hide_legacy).text
    }

    #[test]
    fn html_becomes_text() {
        for (html, text) in [
            ("<p>Hello <b>you</b></p><p>there</p>", "Hello you\n\nthere"),
            ("<div>one</div><div>two<br>three</div>", "one\ntwo\nthree"),
            ("<head><title>x</title><style>p{}</style></head>a", "a"),
            ("a<script>alert('<p>')</script >b", "ab"),
            ("a <!-- <b> --> b", "a b"),
            ("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2"),
            (
                "<a href=\"https://x.example/?a=1&amp;b\">here</a>",
                "here (https://x.example/?a=1&b)",
            ),
            (
                "<a href='https://x.example'>https://x.example</a>",
                "https://x.example",
            ),
            ("<a href='javascript:alert(1)'>here</a>", "here"),
            ("<img src=x alt='a > b'>c", "a > bc"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            ("text <b", "text <b"),
            ("<ul><li>one<li>two</ul>x", "one\ntwo\nx"),
            ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        ] {
            assert_eq!(html_to_text(html, false), text, "{html}");
        }
    }

    #[test]
    fn the_legacy_display_element_is_left_out() {
        let html = "<body><div class=\"header-protection-legacy-display\"><div><pre>Subject: x</pre></div></div><p>Text</p>";
        assert_eq!(html_to_text(html, true), "Text");
        assert!(html_to_text(html, false).contains("Subject: x"));
    }

    #[test]
    fn rule_34_text_that_nobody_could_see_is_none_and_is_reported() {
        for style in [
            "display:none",
            "DISPLAY : NONE !important",
            "visibility:hidden",
            "opacity:0",
            "opacity: 0.01",
            "font-size:0",
            "font-size:1px;color:red",
            "font:0/0 a",
            "color:#fff",
            "color:white;background:white",
            "color:rgb(254,254,254)",
            "color:transparent",
            "position:absolute;left:-9999px",
            "text-indent:-9999px",
            "margin-left:-500em",
            "height:0;overflow:hidden",
            "max-height:0px;overflow:hidden",
            "width:0;overflow:hidden",
            "clip:rect(0,0,0,0);position:absolute",
            "clip-path:inset(100%)",
            "transform:scale(0)",
            "display&#58;none",
        ] {
            let html = format!("<p>Seen</p><div style='{style}'>Un<b>seen</b></div><p>Again</p>");
            let rendered = render(&html, false);
            assert_eq!(rendered.text, "Seen\n\nAgain", "{style}");
            assert_eq!(rendered.hidden.characters, 6, "{style}");
            assert_eq!(rendered.hidden.sample, "Un seen", "{style}");
        }
        for html in [
            "<div hidden>x</div>",
            "<font color=white>x</font>",
            "<body bgcolor=black text=black>x",
            "<table bgcolor='#123456'><tr><td><font color='#123456'>x</font></table>",
            "<style>.a{display:none}</style><p class='b a'>x</p>",
            "<style>@import 'y'; /* c */ #a , p{color:red} #a{font-size:0}</style><p id=a>x</p>",
            "<style>@media screen { div .a {display:none} }</style><div><span class=a>x</span></div>",
            "<img style='display:none' alt=x>",
            "<div style='display:none'><p>x",
            &format!("{}x", "<i style='display:none'>".repeat(100_000)),
        ] {
            let rendered = render(html, false);
            assert_eq!(rendered.text, "", "{html}");
            assert_eq!(rendered.hidden.characters, 1, "{html}");
        }
    }

    #[test]
    fn rule_30_a_hostile_sheet_takes_linear_time() {
        let started = crate::base::testing::cpu_seconds();
        let rules: String = (0..2_000)
            .map(|n| format!(".c{n} .d{n}, p.e{n}#f{n} {{display:none;color:#fff}}"))
            .collect();
        let classes: String = (0..64).map(|n| format!("c{n} ")).collect();
        let body = format!("<p class='{classes}'>x").repeat(5_000);
        let _ = render(&format!("<style>{rules}</style>{body}"), true);
        let deep = format!("<style>{}", "a{".repeat(500_000));
        let _ = render(&deep, true);
        let long = format!("<p style='{}'>x", "color:".repeat(2_000_000));
        let _ = render(&long, true);
        assert!(crate::base::testing::cpu_seconds() - started < 20.0);
    }

    #[test]
    fn what_can_be_seen_stays_text() {
        for (html, text) in [
            (
                "<td style='font-size:0'><div style='font-size:14px'>x</div></td>",
                "x",
            ),
            (
                "<div style='visibility:hidden'><b style='visibility:visible'>x</b></div>",
                "x",
            ),
            (
                "<div style='background:#000'><p style='color:#fff'>x</p></div>",
                "x",
            ),
            (
                "<div style='background:url(a.png)'><p style='color:#fff'>x</p></div>",
                "x",
            ),
            (
                "<table bgcolor=navy><tr><td style='color:white'>x</td></tr></table>",
                "x",
            ),
            ("<p style='display:none'>gone<p>x", "x"),
            ("<ul><li style='display:none'>gone<li>x</ul>", "x"),
            ("<div style='display:none'>gone</div></div></p>x", "x"),
            (
                "<style>@media (max-width:600px){.a{display:none}}</style><p class=a>x</p>",
                "x",
            ),
            (
                "<style>.a{display:none}</style><p class=a style='display:block !important'>x</p>",
                "x",
            ),
            ("<style>.a .b{display:none}</style><p class=b>x</p>", "x"),
            ("<style>.a:hover{display:none}</style><p class=a>x</p>", "x"),
            ("<div style='height:0'>x</div>", "x"),
            ("<div style='margin-left:-20px'>x</div>", "x"),
            ("<noscript>x</noscript>", "x"),
        ] {
            assert_eq!(render(html, false).text, text, "{html}");
        }
    }

    #[test]
    fn rule_30_hostile_html_takes_linear_time() {
        let started = crate::base::testing::cpu_seconds();
        for piece in [
            "<a",
            "<a href='x",
            "<a href=\"",
            "<div>",
            "<a href=x>",
            "<script>",
            "<!--",
            "</a",
            "<",
            "&",
            "<svg",
            "<a b=c ",
            "<pre>",
            "<textarea",
            "<p><!",
            "<a =\"'>",
            "<xmp>",
            "<head>",
            "<img alt='<'>",
            "&#x",
            "<blockquote>\n ",
            "<div style='display:none'>",
            "<b></i>",
            "<p style=\"color:#fff;font-size:1px;clip:rect(0)\">",
            "<style>.a{color:red}</style>",
            "<style>.a .b,",
            "<a href=x style=a:b;c:d;e:f class='a b c d'>x",
            "<x a a a a a a a a a a a a a a a a>",
        ] {
            let html = piece.repeat(1_000_000 / piece.len());
            let _ = html_to_text(&html, true);
            assert!(
                crate::base::testing::cpu_seconds() - started < 10.0,
                "{piece}"
            );
        }
    }
}
