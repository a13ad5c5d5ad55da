//! The structure of a message: every entity with the exact bytes of its header section and body.
//!
//! One pass over the bytes with an explicit stack: no recursion, no copy of the message.
//! Delimiters follow RFC 2046 §5.1.1: the line end before a delimiter line belongs to the
//! delimiter, so the range of a part is what RFC 3156 §5 and RFC 1847 have signed.

use super::header::Header;
use super::params::ContentType;
use super::{Encoding, MimeProblem, Part};
use crate::base::limits;
use memchr::{memchr, memchr2, memmem};
use std::collections::HashMap;
use std::ops::Range;

/// Longest boundary that is honoured, in bytes; RFC 2046 §5.1.1 allows 70.
const BOUNDARY_BYTES: usize = 256;
/// Most bytes of all header sections together: no lawful message comes near, and it bounds what
/// reading fields again and again may take.
const ALL_HEADER_BYTES: usize = 16 * limits::HEADER_BYTES;
/// Most oddities that are noted.
const ODDITIES: usize = 200;

/// A parsed message over the bytes that it came from.
#[derive(Debug)]
pub struct Tree<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node>,
    oddities: Vec<(usize, Oddity)>,
}

/// Something that RFC 5322 or RFC 2045 does not allow, and that did not hinder reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// A multipart type without a usable boundary; it is treated as one opaque part.
    MissingBoundary,
    /// A multipart without its closing delimiter.
    Unterminated,
    /// Visible text after the closing delimiter, which nobody is shown.
    TextAfterEnd,
    /// An inner multipart with the boundary of an outer one.
    RepeatedBoundary,
    /// A boundary longer than RFC 2046 allows.
    LongBoundary,
    /// A line in a header section that is no field.
    BadHeaderLine,
    /// A carriage return without line feed in a header section.
    BareCarriageReturn,
    /// A NUL byte in a header section.
    Nul,
    /// Bytes above 127 in a header section.
    EightBitHeader,
    /// A second Content-Type; the first counts.
    RepeatedContentType,
    /// A second Content-Transfer-Encoding; the first counts.
    RepeatedEncoding,
    /// A transfer encoding that is not known; the body is taken as it is.
    UnknownEncoding,
    /// A multipart or message/rfc822 with base64 or quoted-printable, which RFC 2045 §6.4 forbids.
    EncodedContainer,
}

/// What an entity is to the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Leaf,
    Multipart,
    Message,
}

/// One entity in the arena. Ranges are offsets into the whole message.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) whole: Range<usize>,
    pub(super) header: Range<usize>,
    pub(super) body: Range<usize>,
    pub(super) kind: Kind,
    pub(super) media: String,
    /// The first Content-Type, where there is one: it is asked for again and again.
    pub(super) declared: Option<Box<ContentType>>,
    pub(super) encoding: Encoding,
    pub(super) parent: Option<usize>,
    pub(super) children: Vec<usize>,
    level: usize,
}

/// Stands in for an index that no tree hands out.
static NOWHERE: Node = Node {
    whole: 0..0,
    header: 0..0,
    body: 0..0,
    kind: Kind::Leaf,
    media: String::new(),
    declared: None,
    encoding: Encoding::Identity,
    parent: None,
    children: Vec::new(),
    level: 0,
};

impl<'a> Tree<'a> {
    /// Parses a message, or any MIME entity, with LF or CRLF line ends.
    ///
    /// Takes time linear in the size. Errors: a limit of rule 30 is broken.
    pub fn parse(bytes: &'a [u8]) -> Result<Tree<'a>, MimeProblem> {
        let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if size > limits::MESSAGE_BYTES {
            return Err(MimeProblem::TooLarge(size));
        }
        Parser::new(bytes).run()
    }

    /// The outermost entity.
    pub fn root(&self) -> Part<'_> {
        Part::new(self, 0)
    }

    /// The entity with that number, as [`Part::index`] tells it.
    pub fn part(&self, index: usize) -> Option<Part<'_>> {
        (index < self.nodes.len()).then(|| Part::new(self, index))
    }

    /// Every entity, in the order of the bytes; the root is first.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        (0..self.nodes.len()).map(|index| Part::new(self, index))
    }

    /// The bytes that were parsed.
    pub fn bytes(&self) -> &[u8] {
        self.bytes
    }

    /// What is odd about the message, and in which part.
    pub fn oddities(&self) -> impl Iterator<Item = (Part<'_>, Oddity)> {
        self.oddities
            .iter()
            .map(|(index, oddity)| (Part::new(self, *index), *oddity))
    }

    pub(super) fn node(&self, index: usize) -> &Node {
        self.nodes.get(index).unwrap_or(&NOWHERE)
    }

    pub(super) fn slice(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }
}

/// An entity whose end is not known yet.
struct Open {
    node: usize,
    boundary: Option<Vec<u8>>,
    ended: Option<usize>,
}

/// A delimiter line of the multipart at `depth` in the stack of open entities.
struct Delimiter {
    depth: usize,
    closing: bool,
    line: Range<usize>,
}

enum Step {
    Entity { start: usize, parent: Option<usize> },
    Seek(usize),
    At(Delimiter),
    End,
}

struct Parser<'a> {
    bytes: &'a [u8],
    nodes: Vec<Node>,
    oddities: Vec<(usize, Oddity)>,
    open: Vec<Open>,
    /// Active boundaries and where their multiparts stand in `open`, innermost last.
    active: HashMap<Vec<u8>, Vec<usize>>,
    /// Bytes of the header sections so far.
    header_bytes: usize,
}

impl<'a> Parser<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Parser {
            bytes,
            nodes: Vec::new(),
            oddities: Vec::new(),
            open: Vec::new(),
            active: HashMap::new(),
            header_bytes: 0,
        }
    }

    fn run(mut self) -> Result<Tree<'a>, MimeProblem> {
        let mut step = Step::Entity {
            start: 0,
            parent: None,
        };
        loop {
            step = match step {
                Step::Entity { start, parent } => self.entity(start, parent)?,
                Step::Seek(from) => self.seek(from),
                Step::At(delimiter) => self.delimiter(delimiter),
                Step::End => break,
            };
        }
        self.close_above(0, self.bytes.len());
        Ok(Tree {
            bytes: self.bytes,
            nodes: self.nodes,
            oddities: self.oddities,
        })
    }

    fn note(&mut self, node: usize, oddity: Oddity) {
        if self.oddities.len() < ODDITIES && !self.oddities.contains(&(node, oddity)) {
            self.oddities.push((node, oddity));
        }
    }

    /// Takes in the entity that begins at `start`.
    fn entity(&mut self, start: usize, parent: Option<usize>) -> Result<Step, MimeProblem> {
        let above = parent.and_then(|p| self.nodes.get(p));
        let level = above.map_or(1, |p| p.level.saturating_add(1));
        let default = match above {
            Some(p) if p.media == "multipart/digest" => "message/rfc822",
            _ => "text/plain",
        };
        if level > limits::NESTING {
            return Err(MimeProblem::TooDeep);
        }
        if self.nodes.len() >= limits::PARTS {
            return Err(MimeProblem::TooManyParts);
        }
        let index = self.nodes.len();
        let (header, next) = self.header(start)?;
        self.header_bytes = self.header_bytes.saturating_add(header.len());
        if self.header_bytes > ALL_HEADER_BYTES {
            return Err(MimeProblem::HeaderTooLarge);
        }
        let body_start = match &next {
            Step::Seek(body) => *body,
            Step::At(_) | Step::End | Step::Entity { .. } => header.end,
        };
        self.nodes.push(Node {
            whole: start..start,
            header: header.clone(),
            body: body_start..body_start,
            kind: Kind::Leaf,
            media: default.to_owned(),
            declared: None,
            encoding: Encoding::Identity,
            parent,
            children: Vec::new(),
            level,
        });
        if let Some(p) = parent.and_then(|p| self.nodes.get_mut(p)) {
            p.children.push(index);
        }
        let boundary = self.describe(index, header);
        let kind = self.nodes.get(index).map_or(Kind::Leaf, |n| n.kind);
        if let Some(boundary) = &boundary {
            let depth = self.open.len();
            let holders = self.active.entry(boundary.clone()).or_default();
            let repeated = !holders.is_empty();
            holders.push(depth);
            if repeated {
                self.note(index, Oddity::RepeatedBoundary);
            }
        }
        self.open.push(Open {
            node: index,
            boundary,
            ended: None,
        });
        Ok(match next {
            Step::Seek(body) if kind == Kind::Message => Step::Entity {
                start: body,
                parent: Some(index),
            },
            Step::Seek(_) | Step::At(_) | Step::End | Step::Entity { .. } => next,
        })
    }

    /// Finds the end of the header section that begins at `start`, and what follows it:
    /// a body (`Seek`), a delimiter that cuts the section short, or the end.
    fn header(&self, start: usize) -> Result<(Range<usize>, Step), MimeProblem> {
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            if rest.is_empty() {
                return Ok((start..at, Step::End));
            }
            if at.saturating_sub(start) > limits::HEADER_BYTES {
                return Err(MimeProblem::HeaderTooLarge);
            }
            if let Some(delimiter) = self.delimiter_at(at) {
                let end = self.before_line_end(at).max(start);
                return Ok((start..end, Step::At(delimiter)));
            }
            let window = rest
                .get(..limits::HEADER_BYTES.saturating_add(2))
                .unwrap_or(rest);
            let length = match memchr(b'\n', window) {
                Some(found) => found.saturating_add(1),
                None if window.len() < rest.len() => return Err(MimeProblem::HeaderTooLarge),
                None => window.len(),
            };
            let next = at.saturating_add(length);
            match rest.get(..length) {
                Some(b"\n" | b"\r\n") => return Ok((start..at, Step::Seek(next))),
                _ => at = next,
            }
        }
    }

    /// Reads the fields that matter to the structure. Answers the boundary of a multipart.
    fn describe(&mut self, index: usize, range: Range<usize>) -> Option<Vec<u8>> {
        let bytes: &'a [u8] = self.bytes.get(range).unwrap_or_default();
        let header = Header::parse(bytes);
        self.note_header(index, bytes, &header);
        let declared = header.first("Content-Type").map(ContentType::of_field);
        let encoding = header
            .first("Content-Transfer-Encoding")
            .map_or(Some(Encoding::Identity), |f| Encoding::named(&f.unfolded()));
        if encoding.is_none() {
            self.note(index, Oddity::UnknownEncoding);
        }
        let encoding = encoding.unwrap_or(Encoding::Identity);
        let media = match (&declared, self.nodes.get(index)) {
            (Some(declared), _) => declared.media.clone(),
            (None, Some(node)) => node.media.clone(),
            (None, None) => String::new(),
        };
        let mut boundary = None;
        let mut kind = Kind::Leaf;
        if media.starts_with("multipart/") {
            boundary = declared.as_ref().and_then(boundary_of);
            match &boundary {
                None => self.note(index, Oddity::MissingBoundary),
                Some(b) if b.len() > 70 => self.note(index, Oddity::LongBoundary),
                Some(_) => {}
            }
            kind = boundary.as_ref().map_or(Kind::Leaf, |_| Kind::Multipart);
            if encoding != Encoding::Identity {
                self.note(index, Oddity::EncodedContainer);
            }
        } else if matches!(media.as_str(), "message/rfc822" | "message/global") {
            if encoding == Encoding::Identity {
                kind = Kind::Message;
            } else {
                self.note(index, Oddity::EncodedContainer);
            }
        }
        if let Some(node) = self.nodes.get_mut(index) {
            node.kind = kind;
            node.media = media;
            node.declared = declared.map(Box::new);
            node.encoding = encoding;
        }
        boundary
    }

    fn note_header(&mut self, index: usize, bytes: &[u8], header: &Header<'_>) {
        let odd = [
            (header.has_junk(), Oddity::BadHeaderLine),
            (memchr(0, bytes).is_some(), Oddity::Nul),
            (!bytes.is_ascii(), Oddity::EightBitHeader),
            (
                super::canonical::has_bare_cr(bytes),
                Oddity::BareCarriageReturn,
            ),
            (
                header.count("Content-Type") > 1,
                Oddity::RepeatedContentType,
            ),
            (
                header.count("Content-Transfer-Encoding") > 1,
                Oddity::RepeatedEncoding,
            ),
        ];
        for (_, oddity) in odd.into_iter().filter(|(is, _)| *is) {
            self.note(index, oddity);
        }
    }

    /// The next delimiter line at or after `from`, which is the start of a line.
    fn seek(&self, from: usize) -> Step {
        if self.active.is_empty() {
            return Step::End;
        }
        if let Some(delimiter) = self.delimiter_at(from) {
            return Step::At(delimiter);
        }
        let rest = self.bytes.get(from..).unwrap_or_default();
        for found in memmem::find_iter(rest, b"\n--") {
            let at = from.saturating_add(found).saturating_add(1);
            if let Some(delimiter) = self.delimiter_at(at) {
                return Step::At(delimiter);
            }
        }
        Step::End
    }

    /// The delimiter line that begins at `at`, if there is one of an open multipart.
    fn delimiter_at(&self, at: usize) -> Option<Delimiter> {
        if self.active.is_empty() {
            return None;
        }
        let rest = self.bytes.get(at..)?.strip_prefix(b"--")?;
        let length = memchr(b'\n', rest).unwrap_or(rest.len());
        let name = rest.get(..length)?.trim_ascii_end();
        if name.len() > BOUNDARY_BYTES.saturating_add(2) {
            return None;
        }
        let (depth, closing) = match self.holder(name) {
            Some(depth) => (depth, false),
            None => (self.holder(name.strip_suffix(b"--")?)?, true),
        };
        let end = at
            .saturating_add(length)
            .saturating_add(3)
            .min(self.bytes.len());
        Some(Delimiter {
            depth,
            closing,
            line: at..end,
        })
    }

    fn holder(&self, boundary: &[u8]) -> Option<usize> {
        self.active.get(boundary)?.last().copied()
    }

    /// The end of content before a delimiter line at `at`, without the line end between them.
    fn before_line_end(&self, at: usize) -> usize {
        let before = self.bytes.get(..at).unwrap_or_default();
        before
            .strip_suffix(b"\r\n")
            .or_else(|| before.strip_suffix(b"\n"))
            .unwrap_or(before)
            .len()
    }

    fn delimiter(&mut self, delimiter: Delimiter) -> Step {
        let Delimiter {
            depth,
            closing,
            line,
        } = delimiter;
        self.close_above(depth.saturating_add(1), self.before_line_end(line.start));
        if !closing {
            let parent = self.open.get(depth).map(|o| o.node);
            return Step::Entity {
                start: line.end,
                parent,
            };
        }
        let ended = self.open.get_mut(depth).and_then(|open| {
            open.ended = Some(line.end);
            open.boundary.take()
        });
        if let Some(boundary) = ended {
            self.retire(&boundary);
        }
        Step::Seek(line.end)
    }

    /// Takes the innermost use of a boundary out of the active ones.
    fn retire(&mut self, boundary: &[u8]) {
        let Some(holders) = self.active.get_mut(boundary) else {
            return;
        };
        holders.pop();
        if holders.is_empty() {
            self.active.remove(boundary);
        }
    }

    /// Ends every open entity at or above `depth` in the stack; their content ends at `end`.
    fn close_above(&mut self, depth: usize, end: usize) {
        while self.open.len() > depth {
            let Some(open) = self.open.pop() else { return };
            if let Some(boundary) = &open.boundary {
                self.retire(boundary);
                self.note(open.node, Oddity::Unterminated);
            }
            if let Some(from) = open.ended {
                let epilogue = self.bytes.get(from..end).unwrap_or_default();
                if !epilogue.trim_ascii().is_empty() {
                    self.note(open.node, Oddity::TextAfterEnd);
                }
            }
            if let Some(node) = self.nodes.get_mut(open.node) {
                // Of an empty part, the line end before the delimiter is the one before the part.
                node.whole = node.whole.start.min(end)..end;
                node.header = node.header.start.min(end)..node.header.end.min(end);
                node.body = node.body.start.min(end)..end;
            }
        }
    }
}

/// A usable boundary: not empty, no line ends, not over long.
fn boundary_of(declared: &ContentType) -> Option<Vec<u8>> {
    let boundary = declared.param("boundary")?.trim_end().as_bytes();
    let usable = !boundary.is_empty()
        && boundary.len() <= BOUNDARY_BYTES
        && memchr2(b'\r', b'\n', boundary).is_none();
    usable.then(|| boundary.to_vec())
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
