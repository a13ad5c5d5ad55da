//! The encoding that CMS arrives in (X.690): BER, of which DER is the strict half.
//!
//! OpenSSL's streams and gpgsm write indefinite lengths and strings in pieces; the structures of `cms`
//! are read from DER alone. So the frame of a message is walked here, the one large string in it
//! is moved together in place, and the small parts are written anew as DER.
//!
//! Every function takes time linear in its input and no recursion; what is nested too deep, has too
//! many parts or lies about its length ends in a [`BerProblem`].

use std::ops::Range;

/// Deepest nesting of elements in a part that is written anew, and of indefinite lengths anywhere.
const DEPTH: usize = 64;
/// Most elements in a part that is written anew.
const ELEMENTS: usize = 20_000;
/// Most elements of a set: sets are sorted by their readers, which takes longer than they grow.
const SIBLINGS: usize = 256;
/// Largest part that is written anew, in bytes.
const PART_BYTES: usize = 1 << 20;

/// Identifier octets (X.690 §8.1.2).
pub mod id {
    /// End of contents.
    pub const END: u8 = 0x00;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// OCTET STRING in one piece.
    pub const OCTET_STRING: u8 = 0x04;
    /// OCTET STRING in several pieces.
    pub const OCTET_STRING_PIECES: u8 = 0x24;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// SEQUENCE.
    pub const SEQUENCE: u8 = 0x30;
    /// SET.
    pub const SET: u8 = 0x31;
    /// Constructed.
    pub const CONSTRUCTED: u8 = 0x20;

    /// A constructed element of the context.
    pub const fn context(number: u8) -> u8 {
        0xA0 | number
    }
}

/// Why bytes are no BER that is read here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BerProblem {
    /// The bytes end before an element does.
    CutOff,
    /// A length or tag that BER does not have, or an element in a place where none like it belongs.
    Malformed,
    /// Nested too deep, too many elements, or too large.
    TooMuch,
}

/// One element of a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// The first identifier octet: class, whether constructed, and small tag numbers.
    pub id: u8,
    /// The contents, without the end mark of an indefinite length.
    pub body: Range<usize>,
    /// The whole element.
    pub whole: Range<usize>,
    /// Whether its length was given ahead.
    pub definite: bool,
}

impl Element {
    /// Its contents.
    pub fn body_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.body.clone()).unwrap_or_default()
    }

    /// All of it.
    pub fn whole_of<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.whole.clone()).unwrap_or_default()
    }

    /// Whether it is made of elements.
    pub fn is_constructed(&self) -> bool {
        self.id & id::CONSTRUCTED != 0
    }
}

/// An identifier with its length.
struct Header {
    id: u8,
    /// Where the contents begin.
    body: usize,
    /// How long they are; `None` until an end mark.
    length: Option<usize>,
    /// The identifier octets.
    identifier: Range<usize>,
}

/// Reads the identifier and length at `at`; the contents must end at or before `limit`.
fn header(bytes: &[u8], at: usize, limit: usize) -> Result<Header, BerProblem> {
    let octet = |at: usize| match at < limit {
        true => bytes.get(at).copied().ok_or(BerProblem::CutOff),
        false => Err(BerProblem::CutOff),
    };
    let id = octet(at)?;
    let mut next = at.saturating_add(1);
    if id & 0x1F == 0x1F {
        // Tag numbers from 31 on, in up to four octets more.
        let mut octets = 0_u8;
        while octet(next)? & 0x80 != 0 {
            next = next.saturating_add(1);
            octets = octets.saturating_add(1);
            if octets > 3 {
                return Err(BerProblem::Malformed);
            }
        }
        next = next.saturating_add(1);
    }
    let identifier = at..next;
    let first = octet(next)?;
    next = next.saturating_add(1);
    let length = match first {
        0..=0x7F => Some(usize::from(first)),
        0x80 if id & id::CONSTRUCTED != 0 => None,
        0x80 | 0xFF => return Err(BerProblem::Malformed),
        _ => {
            let mut length = 0_usize;
            for _ in 0..first & 0x7F {
                let octet = octet(next)?;
                next = next.saturating_add(1);
                length = length
                    .checked_mul(256)
                    .and_then(|l| l.checked_add(usize::from(octet)))
                    .ok_or(BerProblem::CutOff)?;
            }
            Some(length)
        }
    };
    if length.is_some_and(|length| length > limit.saturating_sub(next)) {
        return Err(BerProblem::CutOff);
    }
    Ok(Header {
        id,
        body: next,
        length,
        identifier,
    })
}

fn is_end(header: &Header) -> Result<bool, BerProblem> {
    match (header.id, header.length) {
        (id::END, Some(0)) => Ok(true),
        (id::END, _) => Err(BerProblem::Malformed),
        _ => Ok(false),
    }
}

/// The element at `at`, which ends at or before `limit`.
pub fn element(bytes: &[u8], at: usize, limit: usize) -> Result<Element, BerProblem> {
    let limit = limit.min(bytes.len());
    let head = header(bytes, at, limit)?;
    if head.id == id::END {
        return Err(BerProblem::Malformed);
    }
    if let Some(length) = head.length {
        let end = head.body.saturating_add(length);
        return Ok(Element {
            id: head.id,
            body: head.body..end,
            whole: at..end,
            definite: true,
        });
    }
    let (mut next, mut open) = (head.body, 1_usize);
    loop {
        let inner = header(bytes, next, limit)?;
        if is_end(&inner)? {
            open = open.saturating_sub(1);
            if open == 0 {
                return Ok(Element {
                    id: head.id,
                    body: head.body..next,
                    whole: at..inner.body,
                    definite: false,
                });
            }
            next = inner.body;
        } else if let Some(length) = inner.length {
            next = inner.body.saturating_add(length);
        } else {
            open = open.saturating_add(1);
            if open > DEPTH {
                return Err(BerProblem::TooMuch);
            }
            next = inner.body;
        }
    }
}

/// Where the contents of the element at `at` begin, whose end need not be here; it must have this
/// identifier.
pub fn enter(bytes: &[u8], at: usize, id: u8) -> Result<usize, BerProblem> {
    let head = header(bytes, at, usize::MAX)?;
    match head.id == id {
        true => Ok(head.body),
        false => Err(BerProblem::Malformed),
    }
}

/// Reads elements one after another.
#[derive(Debug, Clone)]
pub struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Fields<'a> {
    /// The elements in `element`, which must be constructed.
    pub fn of(bytes: &'a [u8], element: &Element) -> Result<Self, BerProblem> {
        if !element.is_constructed() {
            return Err(BerProblem::Malformed);
        }
        Ok(Fields {
            bytes,
            at: element.body.start,
            end: element.body.end,
        })
    }

    /// The next element; an error at the end.
    pub fn any(&mut self) -> Result<Element, BerProblem> {
        let element = element(self.bytes, self.at, self.end)?;
        self.at = element.whole.end;
        Ok(element)
    }

    /// The next element, which must have this identifier.
    pub fn need(&mut self, id: u8) -> Result<Element, BerProblem> {
        self.maybe(id)?.ok_or(BerProblem::Malformed)
    }

    /// The next element, if it has this identifier.
    pub fn maybe(&mut self, id: u8) -> Result<Option<Element>, BerProblem> {
        if self.is_done() || self.bytes.get(self.at) != Some(&id) {
            return Ok(None);
        }
        self.any().map(Some)
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.at >= self.end
    }

    /// What is left, one by one; at most `most`.
    pub fn rest(mut self, most: usize) -> Result<Vec<Element>, BerProblem> {
        let mut all = Vec::new();
        while !self.is_done() {
            if all.len() >= most {
                return Err(BerProblem::TooMuch);
            }
            all.push(self.any()?);
        }
        Ok(all)
    }
}

/// Moves the pieces of a string together in place; where its bytes then stand. Primitive strings are
/// left where they are. The pieces must be OCTET STRINGs, in pieces themselves or not.
pub fn join(bytes: &mut [u8], string: &Element) -> Result<Range<usize>, BerProblem> {
    if !string.is_constructed() {
        return Ok(string.body.clone());
    }
    let mut ends = vec![Some(string.body.end)];
    let (mut at, mut to) = (string.body.start, string.body.start);
    while let Some(end) = ends.last().copied() {
        if end == Some(at) {
            ends.pop();
            continue;
        }
        let limit = ends.iter().rev().find_map(|e| *e).unwrap_or(at);
        let head = header(bytes, at, limit)?;
        if is_end(&head)? {
            // An end mark ends what has no length, and nothing else.
            if end.is_some() {
                return Err(BerProblem::Malformed);
            }
            ends.pop();
            at = head.body;
            continue;
        }
        match (head.id, head.length) {
            (id::OCTET_STRING, Some(length)) => {
                let end = head.body.saturating_add(length);
                bytes.copy_within(head.body..end, to);
                to = to.saturating_add(length);
                at = end;
            }
            (id::OCTET_STRING_PIECES, length) => {
                ends.push(length.map(|length| head.body.saturating_add(length)));
                if ends.len() > DEPTH {
                    return Err(BerProblem::TooMuch);
                }
                at = head.body;
            }
            _ => return Err(BerProblem::Malformed),
        }
    }
    Ok(string.body.start..to)
}

/// An element of a part that is written anew.
struct Node {
    identifier: Range<usize>,
    body: Range<usize>,
    /// Index of the first node behind this one and all inside it.
    next: usize,
    /// Length of the contents as DER.
    length: usize,
    /// How it is written.
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// With its contents as they are.
    Primitive,
    /// As a frame around the nodes that follow.
    Frame,
    /// As one OCTET STRING out of the pieces that follow.
    Joined,
    /// As a piece of one: its contents alone.
    Piece,
}

struct Open {
    node: usize,
    end: Option<usize>,
    siblings: usize,
    /// A SET OF, also under an implicit tag.
    is_set: bool,
}

/// Writes one element anew as DER: definite lengths in the fewest octets, OCTET STRINGs in one piece.
/// Sets keep their order. The part may be 1 MiB at most, 64 deep.
pub fn to_der(bytes: &[u8]) -> Result<Vec<u8>, BerProblem> {
    if bytes.len() > PART_BYTES {
        return Err(BerProblem::TooMuch);
    }
    let nodes = nodes(bytes)?;
    let mut out = Vec::with_capacity(bytes.len());
    for node in &nodes {
        if node.kind != Kind::Piece {
            match (node.kind, bytes.get(node.identifier.clone())) {
                (Kind::Joined, _) => out.push(id::OCTET_STRING),
                (_, identifier) => out.extend_from_slice(identifier.unwrap_or_default()),
            }
            out.extend_from_slice(&length(node.length));
        }
        if matches!(node.kind, Kind::Primitive | Kind::Piece) {
            out.extend_from_slice(bytes.get(node.body.clone()).unwrap_or_default());
        }
    }
    Ok(out)
}

/// The elements in the order of the bytes, with their lengths as DER.
fn nodes(bytes: &[u8]) -> Result<Vec<Node>, BerProblem> {
    let mut nodes: Vec<Node> = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut at = 0;
    loop {
        if let Some(inner) = open.last() {
            if inner.end == Some(at) {
                close(&mut nodes, &mut open);
                continue;
            }
        } else if !nodes.is_empty() {
            // One element and nothing behind it.
            return if at == bytes.len() {
                measure(&mut nodes);
                Ok(nodes)
            } else {
                Err(BerProblem::Malformed)
            };
        }
        let limit = open.iter().rev().find_map(|o| o.end).unwrap_or(bytes.len());
        let head = header(bytes, at, limit)?;
        if is_end(&head)? {
            if open.last().is_none_or(|inner| inner.end.is_some()) {
                return Err(BerProblem::Malformed);
            }
            close(&mut nodes, &mut open);
            at = head.body;
            continue;
        }
        let parent = open.last_mut();
        let inside = parent
            .as_ref()
            .and_then(|p| nodes.get(p.node))
            .map(|n| n.kind);
        let piece = matches!(inside, Some(Kind::Joined));
        if let Some(parent) = parent {
            parent.siblings = parent.siblings.saturating_add(1);
            if parent.siblings > SIBLINGS && parent.is_set {
                return Err(BerProblem::TooMuch);
            }
        }
        let constructed = head.id & id::CONSTRUCTED != 0;
        let kind = match (head.id, piece, constructed) {
            (id::OCTET_STRING, true, _) => Kind::Piece,
            // Pieces of pieces are read by nobody else here.
            (_, true, _) => return Err(BerProblem::Malformed),
            (id::OCTET_STRING_PIECES, false, _) => Kind::Joined,
            (_, false, true) => Kind::Frame,
            (_, false, false) => Kind::Primitive,
        };
        let end = head.length.map(|length| head.body.saturating_add(length));
        nodes.push(Node {
            identifier: head.identifier,
            body: head.body..end.unwrap_or(head.body),
            next: 0,
            length: head.length.unwrap_or(0),
            kind,
        });
        if nodes.len() > ELEMENTS {
            return Err(BerProblem::TooMuch);
        }
        let index = nodes.len().saturating_sub(1);
        match (kind, end) {
            (Kind::Frame | Kind::Joined, end) => {
                open.push(Open {
                    node: index,
                    end,
                    siblings: 0,
                    is_set: kind == Kind::Frame && head.id != id::SEQUENCE,
                });
                if open.len() > DEPTH {
                    return Err(BerProblem::TooMuch);
                }
                at = head.body;
            }
            (Kind::Primitive | Kind::Piece, Some(end)) => at = end,
            (Kind::Primitive | Kind::Piece, None) => return Err(BerProblem::Malformed),
        }
    }
}

fn close(nodes: &mut [Node], open: &mut Vec<Open>) {
    let next = nodes.len();
    if let Some(node) = open.pop().and_then(|inner| nodes.get_mut(inner.node)) {
        node.next = next;
    }
}

/// Lengths from the innermost outward. Children stand behind their parents, so going backwards every
/// child is known before its parent; each passes its own on to the one it stands in.
fn measure(nodes: &mut [Node]) {
    let mut parents: Vec<Option<usize>> = vec![None; nodes.len()];
    let mut stack: Vec<usize> = Vec::new();
    for index in 0..nodes.len() {
        while stack
            .last()
            .and_then(|top| nodes.get(*top))
            .is_some_and(|top| top.next <= index)
        {
            stack.pop();
        }
        if let Some(parent) = parents.get_mut(index) {
            *parent = stack.last().copied();
        }
        if let Some(node) = nodes.get_mut(index)
            && matches!(node.kind, Kind::Frame | Kind::Joined)
        {
            node.length = 0;
            stack.push(index);
        }
    }
    for index in (0..nodes.len()).rev() {
        let Some(node) = nodes.get(index) else {
            continue;
        };
        let whole = match node.kind {
            Kind::Piece => node.length,
            Kind::Joined => length(node.length)
                .len()
                .saturating_add(1)
                .saturating_add(node.length),
            Kind::Primitive | Kind::Frame => node
                .identifier
                .len()
                .saturating_add(length(node.length).len())
                .saturating_add(node.length),
        };
        let parent = parents.get(index).copied().flatten();
        if let Some(parent) = parent.and_then(|parent| nodes.get_mut(parent)) {
            parent.length = parent.length.saturating_add(whole);
        }
    }
}

/// The length octets of DER (X.690 §10.1).
pub fn length(length: usize) -> Vec<u8> {
    if let Ok(short @ 0..=0x7F) = u8::try_from(length) {
        return vec![short];
    }
    let octets: Vec<u8> = length
        .to_be_bytes()
        .into_iter()
        .skip_while(|octet| *octet == 0)
        .collect();
    let count = u8::try_from(octets.len()).unwrap_or(8);
    let mut out = vec![0x80 | count];
    out.extend(octets);
    out
}

/// One element as DER: identifier, length, contents.
pub fn wrapped(id: u8, pieces: &[&[u8]]) -> Vec<u8> {
    let total = pieces
        .iter()
        .map(|p| p.len())
        .fold(0, usize::saturating_add);
    let mut out = Vec::with_capacity(total.saturating_add(10));
    out.push(id);
    out.extend_from_slice(&length(total));
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    out
}

/// A SET OF as DER out of its encoded elements: sorted (X.690 §11.6).
pub fn set_of(id: u8, mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    elements.sort();
    let pieces: Vec<&[u8]> = elements.iter().map(Vec::as_slice).collect();
    wrapped(id, &pieces)
}

#[cfg(test)]
#[path = "ber_tests.rs"]
mod tests;
