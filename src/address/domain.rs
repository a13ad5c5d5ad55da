//! Names of hosts: which part of one somebody registered, and which look like another.

use unicode_security::MixedScript;
use unicode_security::confusable_detection::skeleton;

/// A host's name in A-labels and lower case, without the dot at its end; `None` where it is no name.
pub fn host_to_ascii(host: &str) -> Option<String> {
    let ascii = idna::domain_to_ascii(host).ok()?;
    let ascii = ascii.strip_suffix('.').unwrap_or(&ascii).to_owned();
    let is_sound = !ascii.is_empty()
        && ascii.len() <= 253
        && ascii
            .split('.')
            .all(|label| !label.is_empty() && label.len() <= 63);
    is_sound.then_some(ascii)
}

/// A host's name as people read it: U-labels where they decode.
pub fn host_to_unicode(ascii: &str) -> String {
    let (unicode, problem) = idna::domain_to_unicode(ascii);
    match problem {
        Ok(()) => unicode,
        Err(_) => ascii.to_owned(),
    }
}

/// The part of a host's name that somebody registered (Public Suffix List), of a name in A-labels.
/// The name itself where it is an address, a public suffix, or has one label.
pub fn registrable(ascii: &str) -> &str {
    let is_address = ascii.parse::<std::net::IpAddr>().is_ok() || ascii.starts_with('[');
    if is_address {
        return ascii;
    }
    psl::domain_str(ascii).unwrap_or(ascii)
}

/// Whether the end of this name, in A-labels, is one that the Public Suffix List names.
pub fn has_known_suffix(ascii: &str) -> bool {
    psl::suffix(ascii.as_bytes()).is_some_and(|suffix| suffix.is_known())
}

/// What a name with letters beyond ASCII passes for, where that is a name of ASCII alone: Cyrillic
/// letters of the Latin shapes, say (UTS #39 §4). `None` where it passes for nothing else.
pub fn passes_for_ascii(unicode: &str) -> Option<String> {
    if unicode.is_ascii() {
        return None;
    }
    let mut plain = String::new();
    for c in unicode.chars() {
        match c.is_ascii() {
            true => plain.push(c),
            false => plain.extend(skeleton(c.encode_utf8(&mut [0; 4]))),
        }
    }
    let plain = plain.to_lowercase();
    (plain.is_ascii() && !plain.is_empty()).then_some(plain)
}

/// Whether one label mixes letters of scripts that no language writes together (UTS #39 §5.1).
pub fn mixes_scripts(unicode: &str) -> bool {
    unicode.split('.').any(|label| !label.is_single_script())
}

/// Whether two different names look alike: the same shapes, or one slip apart where both are long
/// enough for that to be no accident.
pub fn look_alike(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    if one == other {
        return false;
    }
    let shape = |name: &str| -> String {
        let shape: String = skeleton(name).collect();
        // What type sets close together.
        shape
            .to_lowercase()
            .replace("rn", "m")
            .replace("vv", "w")
            .replace("cl", "d")
            .replace(['1', 'i', '|'], "l")
            .replace('0', "o")
    };
    if shape(&one) == shape(&other) {
        return true;
    }
    one.chars().count().min(other.chars().count()) >= 8 && is_one_slip_apart(&one, &other)
}

/// Whether one letter was added, left out, or changed, or two neighbours changed places.
fn is_one_slip_apart(one: &str, other: &str) -> bool {
    let (mut one, mut other): (Vec<char>, Vec<char>) =
        (one.chars().collect(), other.chars().collect());
    if one.len() > 253 || other.len() > 253 {
        return false;
    }
    while !one.is_empty() && one.first() == other.first() {
        one.remove(0);
        other.remove(0);
    }
    while !one.is_empty() && one.last() == other.last() {
        one.pop();
        other.pop();
    }
    match (one.as_slice(), other.as_slice()) {
        ([_], []) | ([], [_]) | ([_], [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registered_part_is_told_from_what_stands_before_it() {
        for (host, registered) in [
            ("www.example.org", "example.org"),
            ("a.b.example.co.uk", "example.co.uk"),
            ("example.org", "example.org"),
            ("localhost", "localhost"),
            ("192.0.2.7", "192.0.2.7"),
            ("someone.github.io", "someone.github.io"),
            ("co.uk", "co.uk"),
        ] {
            assert_eq!(registrable(host), registered, "{host}");
        }
        assert!(has_known_suffix("x.org") && !has_known_suffix("file.txt"));
    }

    #[test]
    fn names_that_pass_for_others_are_seen() {
        // A Cyrillic а and е.
        assert_eq!(
            passes_for_ascii("p\u{430}ypal.com").as_deref(),
            Some("paypal.com")
        );
        assert!(mixes_scripts("p\u{430}ypal.com"));
        assert!(passes_for_ascii("bücher.example").is_none());
        assert!(!mixes_scripts("bücher.example") && !mixes_scripts("пример.example"));
        for (one, other) in [
            ("exarnple.org", "example.org"),
            ("examp1e.org", "example.org"),
            ("exampel.org", "example.org"),
            ("example.0rg", "example.org"),
            ("ex\u{430}mple.org", "example.org"),
            ("examples.org", "example.org"),
        ] {
            assert!(look_alike(one, other), "{one}");
        }
        for (one, other) in [
            ("example.org", "EXAMPLE.org"),
            ("example.org", "other.org"),
            ("a.org", "b.org"),
            ("mail.org", "male.org"),
        ] {
            assert!(!look_alike(one, other), "{one} {other}");
        }
    }
}
