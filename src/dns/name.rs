//! Names.

use std::fmt;
use std::net::IpAddr;

/// An absolute domain name in ASCII, lower case, without the final dot; the root is empty.
///
/// Labels may hold what host names may not, such as the underscore of `_dmarc`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is no name (RFC 1035 §2.3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    /// A label is empty.
    EmptyLabel,
    /// A label of more than 63 octets, or a name of more than 253.
    TooLong,
    /// White space, a control, or a character that needs IDNA first.
    BadCharacter,
}

impl Name {
    /// The root, at which nothing but the end of aliases stands.
    pub fn root() -> Self {
        Name(String::new())
    }

    /// Reads an absolute name; a final dot is optional.
    pub fn parse(text: &str) -> Result<Self, NameProblem> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(NameProblem::EmptyLabel);
        }
        if text.len() > 253 {
            return Err(NameProblem::TooLong);
        }
        for label in text.split('.') {
            if label.is_empty() {
                return Err(NameProblem::EmptyLabel);
            }
            if label.len() > 63 {
                return Err(NameProblem::TooLong);
            }
            if !label.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(NameProblem::BadCharacter);
            }
        }
        Ok(Name(text.to_ascii_lowercase()))
    }

    /// The name below which an address is looked up (RFC 1035 §3.5, RFC 3596 §2.5).
    pub fn reverse(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => {
                let [a, b, c, d] = v4.octets();
                Name(format!("{d}.{c}.{b}.{a}.in-addr.arpa"))
            }
            IpAddr::V6(v6) => {
                let mut name = String::with_capacity(73);
                for octet in v6.octets().iter().rev() {
                    name.push_str(&format!("{:x}.{:x}.", octet & 0xf, octet >> 4));
                }
                name.push_str("ip6.arpa");
                Name(name)
            }
        }
    }

    /// This name below another: `_dmarc` below `example.org`.
    pub fn below(&self, labels: &str) -> Result<Self, NameProblem> {
        if self.0.is_empty() {
            return Name::parse(labels);
        }
        Name::parse(&format!("{labels}.{}", self.0))
    }

    /// The name without its first label; `None` for a single label and the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_once('.')?;
        Some(Name(rest.to_owned()))
    }

    /// Its labels, from the left.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.').filter(|label| !label.is_empty())
    }

    /// Whether this is `other` or stands below it.
    pub fn is_within(&self, other: &Name) -> bool {
        other.0.is_empty()
            || self.0 == other.0
            || (self.0.len() > other.0.len()
                && self.0.ends_with(&other.0)
                && self
                    .0
                    .as_bytes()
                    .get(self.0.len().wrapping_sub(other.0.len()).wrapping_sub(1))
                    == Some(&b'.'))
    }

    /// As text, without the final dot.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            f.write_str(".")
        } else {
            f.write_str(&self.0)
        }
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_absolute_and_lower_case() {
        let name = Name::parse("_DMARC.Example.ORG.").unwrap();
        assert_eq!(name.as_str(), "_dmarc.example.org");
        assert_eq!(name.parent().unwrap().as_str(), "example.org");
        for (text, problem) in [
            ("", NameProblem::EmptyLabel),
            (".", NameProblem::EmptyLabel),
            ("a..b", NameProblem::EmptyLabel),
            ("bücher.example", NameProblem::BadCharacter),
            ("a b.example", NameProblem::BadCharacter),
            (&format!("{}.example", "a".repeat(64)), NameProblem::TooLong),
            (&"a.".repeat(130), NameProblem::TooLong),
        ] {
            assert_eq!(Name::parse(text).unwrap_err(), problem, "{text:?}");
        }
    }

    #[test]
    fn addresses_have_names_to_be_found_by() {
        let reverse = |ip: &str| Name::reverse(ip.parse().unwrap()).to_string();
        assert_eq!(reverse("192.0.2.10"), "10.2.0.192.in-addr.arpa");
        let six = reverse("2001:db8::1");
        assert!(
            six.starts_with("1.0.0.0.") && six.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"),
            "{six}"
        );
    }

    #[test]
    fn a_name_within_another_shares_whole_labels() {
        let name = |text| Name::parse(text).unwrap();
        assert!(name("a.example.org").is_within(&name("example.org")));
        assert!(name("example.org").is_within(&name("example.org")));
        assert!(name("example.org").is_within(&Name::root()));
        assert!(!name("badexample.org").is_within(&name("example.org")));
        assert!(!name("org").is_within(&name("example.org")));
    }
}
