//! Where a message came from: the way it took, who takes responsibility for it, and what looks odd.
//!
//! Header fields are claims. What is verified here again is told apart from what others claim to have
//! verified ([`Standing`]), and "not testable" apart from "fail". Questions to the Domain Name System are
//! noted in [`Facts`] and asked by a service, as the check-up does.

mod comments;
mod dmarc;
mod odd;
mod results;
mod returned;
mod route;
mod signed;
mod spf;

pub use dmarc::{Dmarc, DmarcOutcome};
pub use odd::{Known, Oddity};
pub use results::{Claim, Claimed, Standing};
pub use returned::returned;
pub use route::{Hop, handed_over_by};
pub use signed::{ArcChain, DkimSignature, ServerSignatures, SignatureOutcome, SignatureReason};
pub use spf::{Client, Spf, SpfOutcome};

use crate::address::domain::host_to_ascii;
use crate::base::Untrusted;
use crate::checkup::{Facts, Looked};
use crate::dns::{Kind, Name, NotKnown, Record};
use crate::mime::{Header, author};
use std::net::IpAddr;

/// Most hops whose addresses are looked up.
const LOOKED_UP: usize = 12;

/// What is asked about a message.
#[derive(Debug, Clone, Default)]
pub struct OriginQuestion {
    /// The host that takes mail for the person from outside.
    pub border: Option<String>,
    /// The address of the client that handed the message to that host, where it is known otherwise.
    pub client_ip: Option<IpAddr>,
    /// The name by which that client greeted.
    pub helo: Option<String>,
    /// The sender on the envelope.
    pub mail_from: Option<String>,
    /// People whom the person knows.
    pub known: Vec<Known>,
}

/// The name of an address, forward-confirmed (RFC 8601 §2.7.3, `iprev`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReverseName {
    /// This name leads back to the address.
    Confirmed(Name),
    /// There is a name, and it leads elsewhere.
    Unconfirmed(Name),
    /// There is none.
    Nameless,
    /// Not known from here.
    NotTestable,
}

/// Where a message came from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The hops, first to last, each with what the Domain Name System says of its address.
    pub route: Vec<(Hop, Option<ReverseName>)>,
    /// What others claim to have verified.
    pub claims: Vec<Claim>,
    /// DKIM and ARC, verified here.
    pub signatures: ServerSignatures,
    /// SPF, evaluated here.
    pub spf: Spf,
    /// DMARC, evaluated here.
    pub dmarc: Dmarc,
    /// What looks odd.
    pub oddities: Vec<Oddity>,
    /// Whether the author is somebody known.
    pub is_known: bool,
    /// The author's address.
    pub author: Option<Untrusted>,
}

/// Reads a header section, with what is known of its signatures and from the Domain Name System so far.
pub fn origin(
    header: &Header<'_>,
    question: &OriginQuestion,
    signatures: ServerSignatures,
    facts: &Facts<'_>,
) -> Origin {
    let hops = route::route(header);
    let claims = results::claims(header, &hops, question.border.as_deref());
    let spf = match client(header, question, &hops) {
        Some(client) => spf::check(&client, facts),
        None => Spf {
            outcome: SpfOutcome::NotTestable,
            domain: question
                .mail_from
                .as_deref()
                .and_then(|sender| sender.rsplit_once('@'))
                .map(|(_, domain)| domain.to_owned())
                .unwrap_or_default(),
            explanation: None,
        },
    };
    let from = author(header);
    let from = from.clear().map(|mailbox| mailbox.address.clone());
    let domain = from
        .as_ref()
        .and_then(|address| address.as_str().rsplit_once('@'))
        .and_then(|(_, domain)| host_to_ascii(domain));
    let of = |outcome: SignatureOutcome| {
        let signed = signatures.dkim.iter().filter(move |s| s.outcome == outcome);
        signed.map(|signature| signature.domain.raw().to_owned())
    };
    let signed: Vec<String> = of(SignatureOutcome::Pass).collect();
    let untested = of(SignatureOutcome::NotTestable)
        .chain(of(SignatureOutcome::TempError))
        .next()
        .is_some();
    let dmarc = dmarc::check(domain.as_deref(), Some(&spf), &signed, untested, facts);
    let oddities = odd::oddities(header, &claims, &question.known);
    let named = hops.len().saturating_sub(LOOKED_UP);
    let route = hops
        .into_iter()
        .enumerate()
        .map(|(at, hop)| {
            let looked = hop.ip.filter(|ip| at >= named && is_public(*ip));
            let reverse = looked.map(|ip| reverse_name(ip, facts));
            (hop, reverse)
        })
        .collect();
    Origin {
        is_known: from
            .as_ref()
            .is_some_and(|from| question.known.iter().any(|known| known.address == *from)),
        author: from.map(|from| Untrusted::new(from.as_str())),
        route,
        claims,
        signatures,
        spf,
        dmarc,
        oddities,
    }
}

/// Who handed the message over at the border: as it was told, else as the border host's own line says.
fn client(header: &Header<'_>, question: &OriginQuestion, hops: &[Hop]) -> Option<Client> {
    let border = question.border.as_deref().and_then(host_to_ascii);
    let line = border.and_then(|border| {
        hops.iter().rev().find(|hop| {
            let by = hop.by.as_ref().and_then(|by| host_to_ascii(by.raw()));
            by.as_deref() == Some(border.as_str())
        })
    });
    let ip = question.client_ip.or_else(|| line.and_then(|hop| hop.ip))?;
    let helo = question.helo.clone().or_else(|| {
        let helo = line.and_then(|hop| hop.helo.as_ref())?;
        Some(helo.raw().to_owned())
    });
    // The border host keeps the sender in a field of its own (RFC 5321 §4.4).
    let mail_from = question.mail_from.clone().or_else(|| {
        let field = header.first("Return-Path")?.unfolded();
        let path = field.trim().trim_start_matches('<').trim_end_matches('>');
        Some(path.to_owned())
    });
    Some(Client {
        ip,
        helo: helo.unwrap_or_default(),
        mail_from: mail_from.unwrap_or_default(),
    })
}

/// Whether an address belongs to the public network: others have no names there.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(four) => {
            !(four.is_private()
                || four.is_loopback()
                || four.is_link_local()
                || four.is_unspecified()
                || four.is_broadcast())
        }
        IpAddr::V6(six) => {
            !(six.is_loopback()
                || six.is_unspecified()
                || six.is_unique_local()
                || six.is_unicast_link_local())
        }
    }
}

fn reverse_name(ip: IpAddr, facts: &Facts<'_>) -> ReverseName {
    let answer = match facts.look(&Name::reverse(ip), Kind::Ptr) {
        Looked::There(answer) => answer,
        Looked::Absent => return ReverseName::Nameless,
        Looked::Unknown(_) => return ReverseName::NotTestable,
    };
    let kind = match ip {
        IpAddr::V4(_) => Kind::A,
        IpAddr::V6(_) => Kind::Aaaa,
    };
    let mut unconfirmed = None;
    let mut unknown: Option<NotKnown> = None;
    for name in answer.records.iter().filter_map(Record::pointer).take(5) {
        match facts.look(name, kind) {
            Looked::There(found) => {
                let leads_back = found.records.iter().filter_map(Record::address);
                if leads_back.into_iter().any(|address| address == ip) {
                    return ReverseName::Confirmed(name.clone());
                }
                unconfirmed.get_or_insert(name);
            }
            Looked::Absent => {
                unconfirmed.get_or_insert(name);
            }
            Looked::Unknown(why) => {
                unknown.get_or_insert(why);
            }
        }
    }
    match (unknown, unconfirmed) {
        (Some(_), _) => ReverseName::NotTestable,
        (None, Some(name)) => ReverseName::Unconfirmed(name.clone()),
        (None, None) => ReverseName::Nameless,
    }
}
