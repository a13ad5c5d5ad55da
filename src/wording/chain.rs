//! Chains of certificates: why one holds or not, in words.

use super::{Notice, Turn, date, list_of};
use crate::app::command::{AnchorList, ChainAnswer, LinkState, NotKnown};
use crate::app::failure::ChainFailure;
use crate::app::port::WebFailure;
use crate::base::untrusted::escape_line;
use crate::cert::x509::chain::ocsp::BadAnswer;
use crate::cert::x509::chain::{AnchorFor, Certificate, Fault, Reason};
use std::sync::Arc;

/// A checked chain, for people: a headline, why, and the next step.
pub fn chain(answer: &ChainAnswer) -> Notice {
    match &answer.chain.fault {
        None => valid(&answer.chain.path),
        Some(fault) => chain_fault(fault, &answer.chain.path),
    }
}

fn valid(path: &[Arc<Certificate>]) -> Notice {
    let whose = subject(path.first());
    let anchor = subject(path.last());
    let headline = match path.len() {
        0 | 1 => format!("{whose} is itself one that is trusted."),
        2 => format!("{anchor} vouches for {whose}."),
        more => format!(
            "{anchor} vouches for {whose}, over {} between them.",
            count(more.saturating_sub(2))
        ),
    };
    Notice::new("valid", Turn::Nobody, headline)
}

fn count(between: usize) -> String {
    match between {
        1 => "1 authority".to_owned(),
        more => format!("{more} authorities"),
    }
}

fn subject(certificate: Option<&Arc<Certificate>>) -> String {
    certificate.map_or_else(
        || "The certificate".to_owned(),
        |certificate| match certificate.subject.common_name() {
            Some(name) => escape_line(name),
            None => certificate.subject.text().to_string(),
        },
    )
}

/// Why a chain does not hold.
pub fn chain_fault(fault: &Fault, path: &[Arc<Certificate>]) -> Notice {
    let code = fault.reason.code();
    let who = subject(path.get(fault.at));
    let ours = matches!(
        fault.reason,
        Reason::UntrustedRoot
            | Reason::NoAnchors
            | Reason::MissingIssuer { .. }
            | Reason::RevocationUnknown
            | Reason::Rejected
            | Reason::AnchorNotForAddress
    );
    let turn = if ours { Turn::You } else { Turn::OtherSide };
    let (headline, next) = sentence(&fault.reason, &who, path);
    let mut notice = Notice::new(code, turn, headline).next(next);
    if let Some(words) = in_window(&fault.reason) {
        notice = notice.in_window(words);
    }
    if let Some(certificate) = path.get(fault.at) {
        notice = notice.detail(format!(
            "{}, fingerprint {}",
            certificate.subject.text(),
            certificate.fingerprint().grouped()
        ));
    }
    notice
}

/// The next step where the window has another than the command line.
fn in_window(reason: &Reason) -> Option<&'static str> {
    if let Reason::MissingIssuer { places, .. } = reason {
        let words = "Fetch it below, or ask its owner for the whole chain.";
        return (!places.is_empty()).then_some(words);
    }
    let trust = matches!(
        reason,
        Reason::UntrustedRoot | Reason::NoAnchors | Reason::AnchorNotForAddress
    );
    trust.then_some(
        "Compare the fingerprint with its owner, then confirm it. Or pin the authority on the \
         command line: wax key import FILE --anchor --domain DOMAIN",
    )
}

const ASK: &str = "Ask its owner for another certificate, or compare its fingerprint with them and \
    accept it for their address.";

fn sentence(reason: &Reason, who: &str, path: &[Arc<Certificate>]) -> (String, String) {
    let ask = ASK.to_owned();
    match reason {
        Reason::Malformed(what) => (
            format!("The certificate cannot be read: {what} is not as it must be."),
            ask,
        ),
        Reason::TooLarge => (
            "The certificate is larger than 1 MiB, more than any needs.".to_owned(),
            ask,
        ),
        Reason::MissingIssuer { issuer, places } => (
            format!("The certificate of {issuer}, which vouches for {who}, is missing."),
            missing(places),
        ),
        Reason::UntrustedRoot => (
            format!(
                "The chain ends at {who}, which vouches for itself and which nobody here trusts."
            ),
            "If you know whose it is, pin it: wax key import FILE --anchor --domain DOMAIN"
                .to_owned(),
        ),
        Reason::NoAnchors => (
            "There is no authority here to trust.".to_owned(),
            "Name some with --root, or pin one: wax key import FILE --anchor --domain DOMAIN"
                .to_owned(),
        ),
        Reason::Rejected => (format!("You rejected {who}."), ask),
        Reason::AnchorNotForAddress => (
            format!("You pinned {who} for other addresses than this."),
            "Name the address with --address, or pin it for this one too.".to_owned(),
        ),
        Reason::NotYetValid { from } => (
            format!(
                "The certificate of {who} is valid only from {}.",
                date(from.time())
            ),
            "Check your clock, or wait.".to_owned(),
        ),
        Reason::Expired { since } => (
            format!("The certificate of {who} ended on {}.", date(since.time())),
            "Ask for a renewed one.".to_owned(),
        ),
        Reason::BadSignature => (
            format!(
                "The signature on the certificate of {who} does not belong to the authority that it names."
            ),
            "Do not use it. Ask its owner, by another way, for the right one.".to_owned(),
        ),
        Reason::Revoked { at, reason } => (
            format!(
                "The certificate of {who} was withdrawn on {}{}.",
                date(at.time()),
                revocation_reason(*reason)
            ),
            "Do not use it. Ask its owner for the new one.".to_owned(),
        ),
        Reason::RevocationUnknown => (
            format!("No current list says whether the certificate of {who} was withdrawn."),
            "Get the newest list of its authority.".to_owned(),
        ),
        Reason::AddressMismatch { has } => {
            let names: Vec<String> = has.iter().map(ToString::to_string).collect();
            (
                format!(
                    "It is a certificate for {}, not for this address.",
                    list_of(&names)
                ),
                ask,
            )
        }
        Reason::NotForMail => (format!("The certificate of {who} is not for mail."), ask),
        Reason::KeyUsage { wanted } => (format!("The key of {who} is not for {wanted}."), ask),
        Reason::NotAnAuthority => (format!("{who} may not vouch for others."), ask),
        Reason::PathTooLong => (
            format!(
                "More authorities stand between than {} allows.",
                subject(path.last())
            ),
            ask,
        ),
        Reason::UnknownCritical { oid } => (
            format!(
                "The certificate of {who} demands something that is not known here ({}).",
                escape_line(oid)
            ),
            ask,
        ),
        Reason::NameConstraints {
            name,
            unclear: false,
        } => (
            format!("The authorities above may not vouch for {name}."),
            ask,
        ),
        Reason::NameConstraints {
            name,
            unclear: true,
        } => (
            format!("Whether the authorities above may vouch for {name} cannot be told."),
            ask,
        ),
        Reason::Policy => (
            "The chain follows none of the policies that are asked for.".to_owned(),
            ask,
        ),
        Reason::WeakKey { what } => (
            format!("The key of {who} is too weak ({}).", escape_line(what)),
            ask,
        ),
        Reason::WeakHash { what } => (
            format!("The certificate of {who} is signed by a method that can be forged ({what})."),
            ask,
        ),
        Reason::Unsupported { what } => (
            format!(
                "The certificate of {who} uses a method that Waxwing does not know or take ({}).",
                escape_line(what)
            ),
            ask,
        ),
        Reason::Profile(what) => (
            format!("The certificate of {who} is not made by the rules: {what}."),
            ask,
        ),
        Reason::TooComplex => (
            "There are more ways to go than can be looked at in time.".to_owned(),
            ask,
        ),
    }
}

fn missing(places: &[String]) -> String {
    match places {
        [] => "Ask its owner for the whole chain.".to_owned(),
        [place, ..] => format!(
            "It should be at {}: fetch it with --fetch, or ask its owner for the whole chain.",
            escape_line(place)
        ),
    }
}

fn revocation_reason(code: u8) -> &'static str {
    match code {
        1 => ", because its key fell into other hands",
        2 => ", because its authority's key fell into other hands",
        3 => ", because its owner belongs elsewhere now",
        4 => ", because there is a newer one",
        5 => ", because it is no longer needed",
        6 => ", for now",
        9 => ", because its owner may not have it any more",
        _ => "",
    }
}

/// What is known of the revocation of one certificate.
pub fn link_state(state: &LinkState) -> String {
    match state {
        LinkState::NotChecked { can_ask: true } => {
            "Not checked whether it was withdrawn".to_owned()
        }
        LinkState::NotChecked { can_ask: false } => {
            "Not checked: it names no place that tells whether it was withdrawn".to_owned()
        }
        LinkState::Good { as_of } => format!("Not withdrawn, as of {}", date(*as_of)),
        LinkState::Revoked { at, reason } => {
            format!("Withdrawn on {}{}", date(*at), revocation_reason(*reason))
        }
        LinkState::NotKnown(why) => format!("Asked, and not known: {}", not_known(*why)),
    }
}

fn not_known(why: NotKnown) -> &'static str {
    match why {
        NotKnown::NoPlace => "it names no place that tells",
        NotKnown::NoAnswer => "nobody answered",
        NotKnown::BadAnswer(BadAnswer::NotAnAnswer) => "the answer makes no sense",
        NotKnown::BadAnswer(BadAnswer::Declined(_)) => "the authority does not answer",
        NotKnown::BadAnswer(BadAnswer::OtherCertificate) => {
            "the answer is about another certificate"
        }
        NotKnown::BadAnswer(BadAnswer::OtherQuestion) => "the answer is to another question",
        NotKnown::BadAnswer(BadAnswer::NotAuthorised) => "the answer is not from who may give it",
        NotKnown::BadAnswer(BadAnswer::BadSignature) => "the answer's signature does not hold",
        NotKnown::BadAnswer(BadAnswer::Stale) => "the answer is too old",
        NotKnown::BadAnswer(BadAnswer::Unknown) => "the authority does not know it",
    }
}

/// For whom an anchor counts: a word for scripts, and the domain or address.
pub fn anchor_for(counts_for: &AnchorFor) -> (&'static str, Option<&str>) {
    match counts_for {
        AnchorFor::Anybody => ("anybody", None),
        AnchorFor::Domain(domain) => ("domain", Some(domain)),
        AnchorFor::Address(address) => ("address", Some(address.as_str())),
    }
}

/// Whom the person trusts to vouch for others, line by line.
pub fn anchors(list: &AnchorList) -> Vec<String> {
    let mut lines: Vec<String> = list
        .pinned
        .iter()
        .map(|(name, anchor)| {
            let whom = match anchor_for(&anchor.counts_for) {
                (_, Some(whom)) => escape_line(whom),
                (_, None) => "everybody".to_owned(),
            };
            format!(
                "{name}\n  {}\n  vouches for {whom}, since {}",
                anchor.fingerprint.grouped(),
                date(anchor.since)
            )
        })
        .collect();
    if list.pinned.is_empty() {
        lines.push("You pinned no authority.".to_owned());
    }
    lines.extend(system_authorities(list));
    if list.unstated > 0 && !list.uses_system_list {
        lines.push("To let that list count: wax key anchors --system-list on".to_owned());
    }
    lines
}

/// Whom the system trusts to vouch for mail, and whether that counts.
pub fn system_authorities(list: &AnchorList) -> Vec<String> {
    let mut lines = vec![match list.for_mail {
        0 => "The system names no authorities for mail.".to_owned(),
        count => format!("The system names {count} authorities for mail; they count."),
    }];
    if list.unstated > 0 {
        let count = list.unstated;
        lines.push(match list.uses_system_list {
            true => {
                format!("Its list of {count} that does not say what for counts too, as you chose.")
            }
            false => format!("Its list of {count} does not say what for, and does not count."),
        });
    }
    lines
}

/// Why a chain could not even be checked.
pub fn chain_failure(failure: &ChainFailure) -> Notice {
    match failure {
        ChainFailure::NotACertificate(path) => Notice::new(
            "not-a-certificate",
            Turn::You,
            format!(
                "There is no certificate in {}.",
                escape_line(&path.to_string_lossy())
            ),
        )
        .why("It must be an X.509 certificate, in PEM or DER.")
        .next("Choose another file."),
        ChainFailure::NotX509 => Notice::new(
            "not-a-certificate",
            Turn::You,
            "This is an OpenPGP key, and no authority vouches for those.",
        )
        .why("Chains belong to S/MIME certificates.")
        .next("Compare its fingerprint with its owner: wax key confirm KEY")
        .in_window("Compare its fingerprint with its owner, then confirm it."),
        ChainFailure::Unreadable(what) => Notice::new(
            "malformed",
            Turn::OtherSide,
            "The certificate cannot be judged.",
        )
        .why(format!("What is wrong with it: {what}."))
        .next("Ask its owner for another one."),
        ChainFailure::Fetch { place, why } => Notice::new(
            "fetch-failed",
            Turn::OtherSide,
            format!("Nothing could be fetched from {}.", escape_line(place)),
        )
        .why(web_failure(why))
        .next("Try again later, or ask the certificate's owner for the whole chain."),
    }
}

fn web_failure(why: &WebFailure) -> String {
    match why {
        WebFailure::BadPlace => "It is no place on the web.".to_owned(),
        WebFailure::Unreachable(detail) => {
            format!("Its server cannot be reached: {}.", escape_line(detail))
        }
        WebFailure::Tls(detail) => format!(
            "Its server could not prove who it is: {}.",
            escape_line(detail)
        ),
        WebFailure::Status(404 | 410) => "It is not there any more.".to_owned(),
        WebFailure::Status(code) => format!("Its server answered with {code}."),
        WebFailure::Garbage => "Its server's answer makes no sense.".to_owned(),
        WebFailure::TooLarge => "What is there is too large.".to_owned(),
        WebFailure::Deadline => "It took too long.".to_owned(),
        WebFailure::Cancelled => "It was stopped.".to_owned(),
    }
}
