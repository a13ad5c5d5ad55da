//! Name constraints (RFC 5280 §4.2.1.10): the names that a certification authority may give.

use super::super::oid;
use super::super::tlv::{self, NotDer, Tlv, tag};
use super::certificate::Certificate;
use super::general::{GeneralName, NAMES};
use crate::address::Address;

/// Most comparisons for one certificate.
const COMPARISONS: usize = 1 << 20;

/// The constraints of one certificate.
pub struct NameConstraints {
    permitted: Vec<Subtree>,
    excluded: Vec<Subtree>,
}

struct Subtree {
    base: GeneralName,
    /// Whether minimum and maximum are as the profile has them; else nobody knows what it means.
    plain: bool,
}

/// Why a certificate breaks the constraints above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breach {
    /// This name is excluded, or is none of the permitted.
    Name(crate::base::Untrusted),
    /// This name meets a constraint that cannot be understood, or cannot be understood itself.
    Unclear(crate::base::Untrusted),
    /// There are more names and constraints than can be compared in time.
    TooMany,
}

impl NameConstraints {
    /// Reads the extension's value.
    pub fn read(value: &[u8]) -> Result<NameConstraints, NotDer> {
        let mut inside = tlv::only(value, tag::SEQUENCE)?.inside();
        let permitted = match inside.optional(tag::constructed(0))? {
            Some(list) => subtrees(&list)?,
            None => Vec::new(),
        };
        let excluded = match inside.optional(tag::constructed(1))? {
            Some(list) => subtrees(&list)?,
            None => Vec::new(),
        };
        inside.finish()?;
        if permitted.is_empty() && excluded.is_empty() {
            return Err(NotDer);
        }
        Ok(NameConstraints {
            permitted,
            excluded,
        })
    }

    fn admits(&self, name: &GeneralName) -> Result<(), Breach> {
        let unclear = || Breach::Unclear(name.shown());
        let of_form = |tree: &&Subtree| governs(&tree.base, name);
        for tree in self.excluded.iter().filter(of_form) {
            if tree.holds(name, Side::Excluded).ok_or_else(unclear)? {
                return Err(Breach::Name(name.shown()));
            }
        }
        let mut permitted = self.permitted.iter().filter(of_form).peekable();
        if permitted.peek().is_none() {
            return Ok(());
        }
        for tree in permitted {
            if tree.holds(name, Side::Permitted).ok_or_else(unclear)? {
                return Ok(());
            }
        }
        Err(Breach::Name(name.shown()))
    }
}

fn subtrees(list: &Tlv<'_>) -> Result<Vec<Subtree>, NotDer> {
    let mut reader = list.inside();
    let mut all = Vec::new();
    while !reader.is_empty() {
        if all.len() >= NAMES {
            return Err(NotDer);
        }
        let mut inside = reader.expect(tag::SEQUENCE)?.inside();
        let base = GeneralName::read(&inside.any()?)?;
        let mut plain = true;
        if let Some(least) = inside.optional(tag::context(0))? {
            plain = least.value == [0];
        }
        if inside.optional(tag::context(1))?.is_some() {
            plain = false;
        }
        inside.finish()?;
        all.push(Subtree { base, plain });
    }
    if all.is_empty() {
        return Err(NotDer);
    }
    Ok(all)
}

/// Whether all names of a certificate are admitted by every set of constraints above it.
pub fn check(certificate: &Certificate, sets: &[&NameConstraints]) -> Result<(), Breach> {
    if sets.is_empty() {
        return Ok(());
    }
    let names = names_of(certificate);
    let trees: usize = sets
        .iter()
        .map(|set| set.permitted.len().saturating_add(set.excluded.len()))
        .sum();
    if names.len().saturating_mul(trees) > COMPARISONS {
        return Err(Breach::TooMany);
    }
    for name in &names {
        for set in sets {
            set.admits(name)?;
        }
    }
    Ok(())
}

/// The subject's name, the addresses in it, and the alternative names.
fn names_of(certificate: &Certificate) -> Vec<GeneralName> {
    let mut names = Vec::new();
    if !certificate.subject.is_empty() {
        names.push(GeneralName::Directory(Box::new(
            certificate.subject.clone(),
        )));
    }
    for email in certificate.subject.email_addresses() {
        names.push(GeneralName::Email(email.to_owned()));
    }
    names.extend(certificate.extensions.names.iter().flatten().cloned());
    names
}

/// Whether a constraint of this form speaks of names of that form.
fn governs(base: &GeneralName, name: &GeneralName) -> bool {
    match (base, name) {
        (GeneralName::Other { kind: a, .. }, GeneralName::Other { kind: b, .. }) => a == b,
        // RFC 9598 §6: rfc822Name constraints hold for SmtpUTF8Mailbox names too.
        (GeneralName::Email(_), GeneralName::Other { kind, .. }) => kind == oid::SMTP_UTF8_MAILBOX,
        _ => std::mem::discriminant(base) == std::mem::discriminant(name),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Permitted,
    Excluded,
}

impl Subtree {
    /// Whether the name lies within; `None` when nobody can tell.
    fn holds(&self, name: &GeneralName, side: Side) -> Option<bool> {
        if !self.plain {
            return None;
        }
        match (&self.base, name) {
            (GeneralName::Email(base), GeneralName::Email(text)) => email(base, text),
            (GeneralName::Email(base), GeneralName::Other { .. }) => {
                email(base, name.utf8_mailbox()?)
            }
            (GeneralName::Dns(base), GeneralName::Dns(text)) => dns(base, text, side),
            (GeneralName::Directory(base), GeneralName::Directory(name)) => {
                Some(name.canonical().starts_with(&base.canonical()))
            }
            (GeneralName::Uri(base), GeneralName::Uri(text)) => uri(base, text),
            (GeneralName::Ip(base), GeneralName::Ip(octets)) => ip(base, octets),
            _ => None,
        }
    }
}

fn email(base: &str, text: &str) -> Option<bool> {
    let address = Address::parse(text).ok()?;
    let base = base.to_ascii_lowercase_domain();
    if let Some((local, host)) = base.rsplit_once('@') {
        if local.is_empty() || local.contains('@') || host.is_empty() {
            return None;
        }
        return Some(address.local() == local && address.domain() == host);
    }
    if base.is_empty() {
        return Some(true);
    }
    Some(match base.strip_prefix('.') {
        Some(_) => address.domain().ends_with(&base),
        None => address.domain() == base,
    })
}

trait LowerDomain {
    fn to_ascii_lowercase_domain(&self) -> String;
}

impl LowerDomain for str {
    /// What stands behind the last `@` in lower case; the local part stays as it is.
    fn to_ascii_lowercase_domain(&self) -> String {
        match self.rsplit_once('@') {
            Some((local, host)) => format!("{local}@{}", host.to_ascii_lowercase()),
            None => self.to_ascii_lowercase(),
        }
    }
}

fn dns(base: &str, name: &str, side: Side) -> Option<bool> {
    let base = base.to_ascii_lowercase();
    let name = name.to_ascii_lowercase();
    let labels = |text: &str| text.split('.').all(|label| !label.is_empty());
    if base.is_empty() {
        return Some(true);
    }
    if !labels(&base) || base.contains('*') || !labels(&name) {
        return None;
    }
    let within = |name: &str| {
        let rest = name.strip_suffix(base.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    // A wildcard stands for any label: also for the one that is excluded.
    if side == Side::Excluded
        && let Some(parent) = name.strip_prefix("*.")
        && base
            .split_once('.')
            .is_some_and(|(_, above)| above == parent)
    {
        return Some(true);
    }
    Some(within(&name))
}

fn uri(base: &str, text: &str) -> Option<bool> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
    let host = host.rsplit_once(':').map_or(host, |(h, port)| {
        if port.bytes().all(|b| b.is_ascii_digit()) {
            h
        } else {
            host
        }
    });
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    if host.is_empty() || is_address {
        return None;
    }
    let (base, host) = (base.to_ascii_lowercase(), host.to_ascii_lowercase());
    Some(match base.strip_prefix('.') {
        Some(_) => host.ends_with(&base),
        None => host == base,
    })
}

fn ip(base: &[u8], octets: &[u8]) -> Option<bool> {
    if !matches!(base.len(), 8 | 32) {
        return None;
    }
    let (network, mask) = base.split_at_checked(base.len().checked_div(2)?)?;
    // A mask is ones, then zeros.
    let ones = mask.iter().map(|b| b.count_ones()).sum::<u32>();
    let leading = mask.iter().position(|b| *b != 0xFF).map_or(ones, |at| {
        let whole = u32::try_from(at).unwrap_or(u32::MAX).saturating_mul(8);
        whole.saturating_add(mask.get(at).map_or(0, |b| b.leading_ones()))
    });
    if ones != leading {
        return None;
    }
    if octets.len() != network.len() {
        return Some(false);
    }
    let mut pairs = octets.iter().zip(network).zip(mask);
    Some(pairs.all(|((octet, network), mask)| octet & mask == network & mask))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mailboxes_hosts_and_domains_constrain_addresses() {
        for (base, text, within) in [
            ("bob@example.org", "bob@example.org", Some(true)),
            ("bob@example.org", "Bob@example.org", Some(false)),
            ("bob@EXAMPLE.org", "bob@example.ORG", Some(true)),
            ("example.org", "bob@example.org", Some(true)),
            ("example.org", "bob@sub.example.org", Some(false)),
            (".example.org", "bob@sub.example.org", Some(true)),
            (".example.org", "bob@example.org", Some(false)),
            (".example.org", "bob@notexample.org", Some(false)),
            ("a@b@example.org", "bob@example.org", None),
            ("example.org", "a@b@example.org", None),
        ] {
            assert_eq!(email(base, text), within, "{base} {text}");
        }
    }

    #[test]
    fn host_names_uris_and_networks() {
        let allowed = |base, name| dns(base, name, Side::Permitted);
        assert_eq!(allowed("example.org", "a.EXAMPLE.org"), Some(true));
        assert_eq!(allowed("example.org", "example.org"), Some(true));
        assert_eq!(allowed("example.org", "badexample.org"), Some(false));
        assert_eq!(allowed(".example.org", "a.example.org"), None);
        assert_eq!(allowed("*.example.org", "a.example.org"), None);
        assert_eq!(allowed("example.org", ".example.org"), None);
        assert_eq!(allowed("foo.example.org", "*.example.org"), Some(false));
        assert_eq!(
            dns("bar.example.org", "*.example.org", Side::Excluded),
            Some(true)
        );
        assert_eq!(uri(".example.org", "http://a.example.org:80/x"), Some(true));
        assert_eq!(uri("example.org", "http://a.example.org/"), Some(false));
        assert_eq!(uri("example.org", "http://u@example.org"), Some(true));
        assert_eq!(uri("example.org", "http://192.0.2.1/"), None);
        assert_eq!(uri("example.org", "mailto:bob"), None);
        assert_eq!(
            ip(&[192, 0, 2, 0, 255, 255, 255, 0], &[192, 0, 2, 9]),
            Some(true)
        );
        assert_eq!(
            ip(&[192, 0, 2, 0, 255, 255, 255, 0], &[192, 0, 3, 9]),
            Some(false)
        );
        assert_eq!(ip(&[192, 0, 2, 0, 255, 0, 255, 0], &[192, 0, 2, 9]), None);
        assert_eq!(ip(&[192, 0, 2, 1], &[192, 0, 2, 1]), None);
        assert_eq!(ip(&[192, 0, 2, 0, 255, 255, 255, 0], &[0; 16]), Some(false));
    }
}
