//! A page over HTTPS, from an address that is known.

use super::connect;
use super::watching::Roots;
use crate::adapters::http::{ask_once, redirected};
use crate::app::port::{PageVisit, WebFailure};
use crate::checkup::servers::PageSeen;
use crate::dns::NotKnown;
use std::time::Duration;

/// Largest page that is read, in bytes.
const PAGE: usize = 64 << 10;
/// How long one page may take.
const ONE: Duration = Duration::from_secs(12);

/// Fetches a page.
pub(super) async fn fetch(visit: &PageVisit, roots: &Roots) -> PageSeen {
    match tokio::time::timeout(ONE, one(visit, roots)).await {
        Ok(seen) => seen,
        Err(_) => PageSeen::Not(NotKnown::Deadline),
    }
}

async fn one(visit: &PageVisit, roots: &Roots) -> PageSeen {
    let host = &visit.ask.host;
    let mut path = visit.ask.path.clone();
    // Only on the same host, whose address is known.
    for _ in 0..=3 {
        let tcp = match connect(&visit.at).await {
            Ok(tcp) => tcp,
            Err(why) => return PageSeen::Not(why),
        };
        let Some((mut tls, session)) = roots.look(tcp, host).await else {
            return PageSeen::Not(NotKnown::Closed);
        };
        if session.vouched.is_none() {
            return PageSeen::Not(NotKnown::NotAsked);
        }
        if let Some(problem) = problem(&session) {
            return PageSeen::Tls(problem);
        }
        match ask_once(&mut tls, host.as_str(), &path, PAGE).await {
            Ok((200, _, body)) => return PageSeen::Body(body),
            Ok((301 | 302 | 303 | 307 | 308, Some(to), _)) if visit.ask.follow => {
                match redirected(host.as_str(), &path, &to) {
                    Some(next) => path = next,
                    // There is something, elsewhere.
                    None => return PageSeen::Not(NotKnown::NotAsked),
                }
            }
            Ok((status, _, _)) => return PageSeen::Status(status),
            Err(WebFailure::TooLarge | WebFailure::Garbage) => {
                return PageSeen::Not(NotKnown::Garbage);
            }
            Err(_) => return PageSeen::Not(NotKnown::Closed),
        }
    }
    PageSeen::Not(NotKnown::AliasLoop)
}

/// What a browser would say about the certificate.
fn problem(session: &crate::checkup::servers::Session) -> Option<String> {
    if session.other_names.is_some() {
        return Some("its certificate has another name".to_owned());
    }
    if session.vouched == Some(false) {
        return Some("nobody vouches for its certificate".to_owned());
    }
    match session
        .chain
        .first()
        .map(|own| crate::cert::X509Cert::from_der(own))
    {
        Some(Ok(cert)) if session.at > cert.not_after() || session.at < cert.not_before() => {
            Some("its certificate is out of date".to_owned())
        }
        _ => None,
    }
}
