//! Links of a letter: what they show, where they lead, and whether the two agree (rule 70). Nothing is
//! ever opened here.

use crate::address::{Address, domain};
use crate::base::Untrusted;

/// A link in the text of a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The text that is shown for it.
    pub shown: Untrusted,
    /// Where it leads, as the letter has it, without blanks.
    pub target: Untrusted,
    /// The name or address of the server that it leads to, in A-labels; for `mailto:` that of the
    /// mailbox.
    pub host: Option<String>,
    /// The part of that name that somebody registered, as people read it.
    pub domain: Option<String>,
    /// Whether a browser or mail program may open it, once the person said so.
    pub can_open: bool,
    /// What is odd about it.
    pub warning: Option<LinkWarning>,
}

/// What is odd about a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkWarning {
    /// It shows one place and leads to another: the registered part of what it shows.
    Differs(String),
    /// A name stands before the true one (`https://bank.example@other.example/`), as a login.
    UserInfo,
    /// Letters of other alphabets make it pass for this name.
    PassesFor(String),
    /// One word of its name mixes alphabets.
    MixedScripts,
    /// It is no place on the web and no mailbox: it would start something here.
    Scheme,
}

impl LinkWarning {
    /// A lasting word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            LinkWarning::Differs(_) => "link-differs",
            LinkWarning::UserInfo => "link-user-info",
            LinkWarning::PassesFor(_) => "link-passes-for",
            LinkWarning::MixedScripts => "link-mixed-scripts",
            LinkWarning::Scheme => "link-scheme",
        }
    }
}

/// Longest target that is looked at, in bytes.
const TARGET: usize = 8 << 10;

impl Link {
    /// Judges a link. `None` for one that leads nowhere: an empty target, or a place in the letter.
    pub fn new(shown: &str, target: &str) -> Option<Link> {
        // As browsers read it: no line ends or tabs, no blanks around (WHATWG URL §4.4).
        let target: String = target
            .chars()
            .filter(|c| !matches!(c, '\t' | '\n' | '\r'))
            .collect();
        let target = target.trim_matches(|c: char| c.is_control() || c == ' ');
        if target.is_empty() || target.starts_with('#') {
            return None;
        }
        let cut = target.len() > TARGET;
        let place = match cut {
            true => None,
            false => Place::of(target),
        };
        let host = place.as_ref().and_then(|place| place.host.clone());
        let registered = host
            .as_deref()
            .map(|host| domain::host_to_unicode(domain::registrable(host)));
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        let warning = match &place {
            None => Some(LinkWarning::Scheme),
            Some(place) => place.warning(&shown),
        };
        Some(Link {
            can_open: place.is_some_and(|place| place.host.is_some()),
            shown: Untrusted::new(shown),
            target: Untrusted::new(target),
            host,
            domain: registered,
            warning,
        })
    }
}

/// Where a link leads.
struct Place {
    is_mail: bool,
    host: Option<String>,
    /// The mailbox of a `mailto:`.
    mailbox: Option<String>,
    has_user: bool,
}

impl Place {
    /// `None` for what is neither the web nor a mailbox.
    fn of(target: &str) -> Option<Place> {
        let (scheme, rest) = match target.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            // Without a scheme it is a place beside the letter, which has none; `//host` has the host.
            _ => match target
                .strip_prefix("//")
                .or_else(|| target.strip_prefix("\\\\"))
            {
                Some(_) => ("https".to_owned(), target),
                None => return None,
            },
        };
        match scheme.as_str() {
            "http" | "https" => Some(Place::on_web(rest)),
            "mailto" => {
                let mailbox = rest.split(['?', '#']).next().unwrap_or_default();
                let mailbox = percent_decoded(mailbox);
                let host = mailbox.rsplit_once('@').map(|(_, host)| host.to_owned());
                Some(Place {
                    is_mail: true,
                    host: host.and_then(|host| domain::host_to_ascii(&host)),
                    mailbox: Some(mailbox),
                    has_user: false,
                })
            }
            _ => None,
        }
    }

    fn on_web(rest: &str) -> Place {
        // Browsers take any number of slashes, either way.
        let rest = rest.trim_start_matches(['/', '\\']);
        let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (user, host),
            None => ("", authority),
        };
        let host = match host.starts_with('[') {
            true => host.split_inclusive(']').next().unwrap_or_default(),
            false => host.split(':').next().unwrap_or_default(),
        };
        let host = percent_decoded(host);
        Place {
            is_mail: false,
            host: match host.starts_with('[') {
                true => Some(host.to_ascii_lowercase()),
                false => domain::host_to_ascii(&host),
            },
            mailbox: None,
            has_user: !user.is_empty(),
        }
    }

    fn warning(&self, shown: &str) -> Option<LinkWarning> {
        if self.has_user {
            return Some(LinkWarning::UserInfo);
        }
        // A host that is none leads nowhere, and no browser opens it.
        let host = self.host.as_deref()?;
        if let Some(shows) = self.differs(shown, host) {
            return Some(LinkWarning::Differs(shows));
        }
        let unicode = domain::host_to_unicode(host);
        if let Some(name) = domain::passes_for_ascii(&unicode) {
            return Some(LinkWarning::PassesFor(name));
        }
        domain::mixes_scripts(&unicode).then_some(LinkWarning::MixedScripts)
    }

    /// What the text shows, where it shows a place or a mailbox and that is another.
    fn differs(&self, shown: &str, host: &str) -> Option<String> {
        let shown = shown.trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    '.' | ','
                        | ';'
                        | ':'
                        | '!'
                        | '?'
                        | '"'
                        | '\''
                        | '('
                        | ')'
                        | '<'
                        | '>'
                        | '«'
                        | '»'
                        | '“'
                        | '”'
                        | '→'
                        | '›'
                )
        });
        if shown.is_empty() || shown.contains(' ') {
            return self.differs_within(shown, host);
        }
        if let Some(mailbox) = mailbox_in(shown) {
            // A mailbox that leads to another, or to the web.
            let same = match &self.mailbox {
                Some(target) => Address::parse(target).is_ok_and(|target| target == mailbox),
                None => mailbox_domain(&mailbox).is_some_and(|domain| {
                    domain::registrable(&domain) == domain::registrable(host)
                }),
            };
            return (!same).then(|| mailbox.as_str().to_owned());
        }
        let shows = place_in(shown)?;
        // A name that is shown for a mailbox there is the same place.
        different(&shows, host)
    }

    /// Of a text of several words only what is plainly a place counts.
    fn differs_within(&self, shown: &str, host: &str) -> Option<String> {
        if self.is_mail {
            return None;
        }
        shown
            .split(' ')
            .take(64)
            .filter(|word| word.contains("://") || word.starts_with("www."))
            .filter_map(place_in)
            .find_map(|shows| different(&shows, host))
    }
}

fn different(shows: &str, host: &str) -> Option<String> {
    let (one, other) = (domain::registrable(shows), domain::registrable(host));
    (one != other).then(|| domain::host_to_unicode(one))
}

fn mailbox_in(shown: &str) -> Option<Address> {
    let bare = strip_scheme(shown, "mailto:").unwrap_or(shown);
    (bare.contains('@') && !bare.contains('/'))
        .then(|| Address::parse(bare).ok())
        .flatten()
}

fn mailbox_domain(mailbox: &Address) -> Option<String> {
    let (_, domain) = mailbox.as_str().rsplit_once('@')?;
    domain::host_to_ascii(domain)
}

/// The host that a word shows: one with a scheme or `www.`, or a bare name with an ending that exists.
fn place_in(word: &str) -> Option<String> {
    let with_scheme = strip_scheme(word, "https://").or_else(|| strip_scheme(word, "http://"));
    let rest = with_scheme.unwrap_or(word);
    let authority = rest.split(['/', '\\', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default();
    let host = host.trim_end_matches(['…', '.', ',']);
    if !host.contains('.') {
        return None;
    }
    let ascii = domain::host_to_ascii(host)?;
    let plain = with_scheme.is_some() || ascii.starts_with("www.");
    // A file's name or a number is no place.
    let is_name =
        domain::has_known_suffix(&ascii) && ascii.contains(|c: char| c.is_ascii_alphabetic());
    (plain || is_name).then_some(ascii)
}

fn strip_scheme<'t>(text: &'t str, scheme: &str) -> Option<&'t str> {
    let start = text.get(..scheme.len())?;
    start
        .eq_ignore_ascii_case(scheme)
        .then(|| text.get(scheme.len()..))
        .flatten()
}

fn is_scheme(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic())
        && letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .filter(|_| *first == b'%')
            .and_then(|pair| std::str::from_utf8(pair).ok())
            .and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match pair {
            Some(byte) => {
                out.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                out.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The links that stand as such in plain text, each once.
pub fn links_in_text(text: &str, most: usize) -> Vec<Link> {
    if !may_hold_link(text.as_bytes()) {
        return Vec::new();
    }
    let mut found: Vec<Link> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let breaks = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
    for word in text.split(breaks) {
        if found.len() >= most {
            break;
        }
        let word = word.trim_start_matches(['(', '[', '{', '\'', '“', '„', '«', ',']);
        let is_place = ["http://", "https://", "mailto:"]
            .iter()
            .any(|scheme| strip_scheme(word, scheme).is_some_and(|rest| !rest.is_empty()));
        let is_bare = strip_scheme(word, "www.").is_some_and(|rest| rest.contains('.'));
        if !is_place && !is_bare {
            continue;
        }
        let word = without_tail(word);
        if !seen.insert(word) {
            continue;
        }
        let target = match is_bare {
            true => format!("http://{word}"),
            false => word.to_owned(),
        };
        found.extend(Link::new(word, &target));
    }
    found
}

/// Whether anything in it could begin a link: most letters have none, and need not be walked word by word.
fn may_hold_link(text: &[u8]) -> bool {
    let begins = |at: usize, start: &[u8]| {
        let there = text.get(at..at.saturating_add(start.len()));
        there.is_some_and(|there| there.eq_ignore_ascii_case(start))
    };
    memchr::memmem::find(text, b"://").is_some()
        || memchr::memchr2_iter(b'w', b'W', text).any(|at| begins(at, b"www."))
        || memchr::memchr2_iter(b'm', b'M', text).any(|at| begins(at, b"mailto:"))
}

/// A link without what the sentence around it puts behind.
fn without_tail(word: &str) -> &str {
    let mut word = word;
    loop {
        let cut = word.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '”', '“', '»']);
        // A bracket that was opened in it belongs to it.
        let cut = match cut.strip_suffix(')') {
            Some(inside) if cut.matches(')').count() > cut.matches('(').count() => inside,
            Some(_) | None => cut.strip_suffix([']', '}']).unwrap_or(cut),
        };
        if cut == word {
            return word;
        }
        word = cut;
    }
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
