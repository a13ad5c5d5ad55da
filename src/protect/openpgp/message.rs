//! The grammar of decrypted messages (RFC 9580 §10.3), exactly: one literal, each one-pass signature
//! answered by a signature, nothing beside them. What is taken for signed is the literal's body and
//! nothing else (rule 21).

use super::frame::{self, tag};
use super::inflate::Budget;
use sequoia_openpgp as pgp;
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::parse::Parse as _;
use std::ops::Range;

/// Most packets on one level; more is somebody playing.
const PACKETS: usize = 256;
/// Most signatures.
const SIGNATURES: usize = 64;

/// A message, taken apart.
pub struct Content {
    /// The literal's body.
    pub literal: Vec<u8>,
    /// All signatures, outermost first; `None` for one that cannot be read.
    pub signatures: Vec<Option<Signature>>,
}

/// It is no message by the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAMessage;

enum Body {
    Here(Range<usize>),
    Inflated(Content),
}

/// Takes a message apart; the packets begin at `start`.
pub fn parse(
    mut bytes: Vec<u8>,
    start: usize,
    budget: &mut Budget,
) -> Result<Content, NotAMessage> {
    let mut body = None;
    let mut signatures: Vec<Option<Signature>> = Vec::new();
    let mut open: usize = 0;
    let mut at = start;
    let mut count: usize = 0;
    while let Some(frame) = frame::next(&mut bytes, at) {
        let frame = frame.map_err(|_| NotAMessage)?;
        count = count.saturating_add(1);
        if count > PACKETS || signatures.len() > SIGNATURES {
            return Err(NotAMessage);
        }
        let packet = bytes.get(frame.body.clone()).ok_or(NotAMessage)?;
        match (frame.tag, &body) {
            (tag::MARKER, _) if packet == b"PGP" => {}
            (tag::PADDING, _) | (tag::FIRST_NOT_CRITICAL.., _) => {}
            (tag::ONE_PASS, None) => open = open.saturating_add(1),
            // An old-style signature stands ahead of what it signs.
            (tag::SIGNATURE, None) => signatures.push(signature(packet)),
            (tag::SIGNATURE, Some(_)) => {
                open = open.checked_sub(1).ok_or(NotAMessage)?;
                signatures.push(signature(packet));
            }
            (tag::LITERAL, None) => body = Some(Body::Here(literal(packet, &frame.body)?)),
            (tag::COMPRESSED, None) => {
                let inflated = budget.inflate(packet).map_err(|_| NotAMessage)?;
                body = Some(Body::Inflated(parse(inflated, 0, budget)?));
            }
            _ => return Err(NotAMessage),
        }
        at = frame.end;
    }
    if open > 0 {
        return Err(NotAMessage);
    }
    match body.ok_or(NotAMessage)? {
        Body::Here(range) => {
            bytes.truncate(range.end);
            bytes.drain(..range.start);
            Ok(Content {
                literal: bytes,
                signatures,
            })
        }
        Body::Inflated(content) => {
            signatures.extend(content.signatures);
            Ok(Content {
                literal: content.literal,
                signatures,
            })
        }
    }
}

/// The data of a literal packet: behind format, name and date (RFC 9580 §5.9), which nobody
/// protects and we never use.
fn literal(packet: &[u8], place: &Range<usize>) -> Result<Range<usize>, NotAMessage> {
    let name = packet.get(1).copied().ok_or(NotAMessage)?;
    let head = usize::from(name).saturating_add(6);
    if packet.len() < head {
        return Err(NotAMessage);
    }
    Ok(place.start.saturating_add(head)..place.end)
}

/// Reads a signature packet's body; `None` for a version or structure that is not known.
pub fn signature(body: &[u8]) -> Option<Signature> {
    let mut packet = frame::header(tag::SIGNATURE, body.len());
    packet.extend_from_slice(body);
    match pgp::Packet::from_bytes(&packet) {
        Ok(pgp::Packet::Signature(signature)) => Some(signature),
        Ok(_) | Err(_) => None,
    }
}
