//! Places on the web (RFC 3986), as far as they are fetched.

use crate::settings::{Endpoint, Security, Trust};

/// Where to fetch from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// Whether over TLS.
    pub secure: bool,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Path and query, `/` at the least.
    pub target: String,
}

impl Place {
    /// Reads a place. A name or password in it, a fragment or another scheme makes it none that is
    /// fetched.
    pub fn parse(text: &str) -> Option<Place> {
        let sound = text.bytes().all(|b| b.is_ascii_graphic()) && text.len() <= 2_048;
        let (scheme, rest) = text.split_once("://").filter(|_| sound)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return None,
        };
        let rest = rest.split('#').next()?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at_checked(end)?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            Some(_) | None => (authority, if secure { 443 } else { 80 }),
        };
        let host = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        if host.is_empty() || host.contains(['@', '[', ']']) || port == 0 {
            return None;
        }
        Some(Place {
            secure,
            host: host.to_owned(),
            port,
            target: match target.starts_with('/') {
                true => target.to_owned(),
                false => format!("/{target}"),
            },
        })
    }

    /// The place that a redirection from here means.
    pub fn redirected(&self, to: &str) -> Option<Place> {
        let next = match to.strip_prefix('/') {
            Some(rest) if !rest.starts_with('/') => {
                let scheme = if self.secure { "https" } else { "http" };
                Place::parse(&format!("{scheme}://{}{to}", self.authority()))?
            }
            Some(_) | None => Place::parse(to)?,
        };
        // What was asked for over TLS never comes without.
        (next.secure || !self.secure).then_some(next)
    }

    /// Host and port, as the Host field has them.
    pub fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        format!("{host}:{}", self.port)
    }

    /// The server for connecting.
    pub fn endpoint(&self) -> Endpoint {
        Endpoint {
            host: self.host.clone(),
            port: self.port,
            security: Security::Implicit,
            trust: Trust::System,
            connect_to: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_and_others_are_not_fetched() {
        let place = Place::parse("http://ca.example.org/a/b.crl?x=1#frag").unwrap();
        assert_eq!(
            (place.host.as_str(), place.port, place.target.as_str()),
            ("ca.example.org", 80, "/a/b.crl?x=1")
        );
        assert_eq!(
            Place::parse("https://[::1]:8443").unwrap().authority(),
            "[::1]:8443"
        );
        assert_eq!(Place::parse("HTTP://a?q").unwrap().target, "/?q");
        for bad in [
            "ldap://ca.example.org/cn=x",
            "file:///etc/passwd",
            "http://user@ca.example.org/",
            "http://",
            "http://a b/",
            "http://a/\r\nX: y",
            "http://a:99999/",
            "ca.example.org",
        ] {
            assert_eq!(Place::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_redirection_never_leaves_tls() {
        let from = Place::parse("https://a.example/x").unwrap();
        assert_eq!(from.redirected("http://a.example/y"), None);
        assert_eq!(from.redirected("/y").unwrap().target, "/y");
        let plain = Place::parse("http://a.example/x").unwrap();
        assert!(plain.redirected("https://b.example/").unwrap().secure);
    }
}
