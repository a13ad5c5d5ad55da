//! HTML as plain text, for mail without a plain alternative. Nothing is loaded and nothing runs.
//!
//! The source is first cut down, in one linear pass, to text and two kinds of break: the converter
//! behind it takes quadratic time on some hostile sources, and must never see one.

/// Class of the element that RFC 9788 §5.2.3 has hidden.
const LEGACY_DISPLAY: &str = "header-protection-legacy-display";

/// The text of an HTML document. With `hide_legacy`, legacy display elements are left out
/// (RFC 9788 §4.5.3.3).
pub(super) fn html_to_text(html: &str, hide_legacy: bool) -> String {
    let html = html.strip_prefix('\u{FEFF}').unwrap_or(html);
    let reduced = Reducer::new(hide_legacy).run(html);
    // A space that does not break is layout, and hinders copying.
    let text = nanohtml2text::html2text(&reduced)
        .replace("\r\n", "\n")
        .replace('\u{a0}', " ");
    text.trim().to_owned()
}

struct Reducer {
    out: String,
    hide_legacy: bool,
    /// Open `div`s inside a hidden one, itself included.
    hidden: usize,
    preformatted: bool,
    /// Target of the open link and where its text begins in `out`.
    link: Option<(String, usize)>,
}

impl Reducer {
    fn new(hide_legacy: bool) -> Self {
        Reducer {
            out: String::new(),
            hide_legacy,
            hidden: 0,
            preformatted: false,
            link: None,
        }
    }

    fn run(mut self, html: &str) -> String {
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
                return self.out;
            };
            let tag = from.get(1..end).unwrap_or_default();
            rest = from.get(end.saturating_add(1)..).unwrap_or_default();
            if let Some(raw) = self.tag(tag) {
                rest = after_closing(rest, raw);
            }
        }
        self.text(rest);
        self.out
    }

    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
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

    /// Takes in a tag. Answers the name of an element whose content is no text, to be passed over.
    fn tag(&mut self, tag: &str) -> Option<&'static str> {
        let name_end = tag
            .find(|c: char| c.is_whitespace() || (c == '/'))
            .filter(|end| *end > 0)
            .or_else(|| tag.strip_prefix('/').map(|_| tag.len()))
            .unwrap_or(tag.len());
        let name = tag.get(..name_end).unwrap_or_default().trim_end();
        let name = name.get(..24).unwrap_or(name).to_ascii_lowercase();
        if self.hidden > 0 {
            match name.as_str() {
                "div" => self.hidden = self.hidden.saturating_add(1),
                "/div" => self.hidden = self.hidden.saturating_sub(1),
                _ => {}
            }
        } else if name == "div"
            && self.hide_legacy
            && attribute(tag, "class")
                .is_some_and(|c| c.split_whitespace().any(|c| c == LEGACY_DISPLAY))
        {
            self.hidden = 1;
        }
        const RAW: [&str; 10] = [
            "script", "style", "title", "template", "textarea", "svg", "math", "iframe", "object",
            "select",
        ];
        if let Some(raw) = RAW.into_iter().find(|raw| *raw == name) {
            return Some(raw);
        }
        if self.hidden == 0 {
            self.visible_tag(&name, tag);
        }
        None
    }

    fn visible_tag(&mut self, name: &str, tag: &str) {
        match name {
            "a" => {
                self.link = attribute(tag, "href")
                    .filter(|href| is_target(href))
                    .map(|href| (href.replace('<', "&lt;"), self.out.len()));
            }
            "/a" => {
                if let Some((href, start)) = self.link.take() {
                    let shown = self.out.get(start..).unwrap_or_default();
                    let bare = href.strip_prefix("mailto:").unwrap_or(&href);
                    if shown.trim() != bare && shown.trim() != href {
                        let target = format!(" ({href})");
                        self.out.push_str(&target);
                    }
                }
            }
            "img" => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.text(alt);
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

/// Where the tag that begins `from` ends: its `>` outside quotes, else the first `>`.
///
/// A scan that fails inside a quote means that this kind of quote does not occur again, so at most
/// two scans of a document fail so.
fn tag_end(from: &str) -> Option<usize> {
    let mut quote = None;
    let mut after_equals = false;
    for (at, b) in from.bytes().enumerate() {
        match (quote, b) {
            (Some(q), b) if b == q => quote = None,
            (Some(_), _) => {}
            (None, b'>') => return Some(at),
            (None, b'"' | b'\'') if after_equals => quote = Some(b),
            (None, b) => {
                after_equals = b == b'=' || (after_equals && b.is_ascii_whitespace());
                continue;
            }
        }
        after_equals = false;
    }
    from.find('>')
}

/// What follows the closing tag of an element; nothing when it is never closed.
fn after_closing<'h>(rest: &'h str, name: &str) -> &'h str {
    let mut from = rest;
    while let Some(at) = from.find("</") {
        let tail = from.get(at.saturating_add(2)..).unwrap_or_default();
        let found = tail
            .get(..name.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(name));
        if found {
            return tail.split_once('>').map_or("", |(_, after)| after);
        }
        from = tail;
    }
    ""
}

/// The value of an attribute in a tag, its character references as they are.
fn attribute<'t>(tag: &'t str, wanted: &str) -> Option<&'t str> {
    let mut rest = tag.split_once(|c: char| c.is_whitespace() || c == '/')?.1;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '=')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at_checked(end)?;
        let after = after.trim_start();
        let Some(value) = after.strip_prefix('=') else {
            if name.is_empty() {
                return None;
            }
            rest = after;
            continue;
        };
        let value = value.trim_start();
        let (value, after) = match value.chars().next() {
            Some(q @ ('"' | '\'')) => {
                let inside = value.get(1..)?;
                inside.split_once(q).unwrap_or((inside, ""))
            }
            _ => {
                let end = value.find(char::is_whitespace).unwrap_or(value.len());
                value.split_at_checked(end)?
            }
        };
        if name.eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
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
    use super::html_to_text;

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
