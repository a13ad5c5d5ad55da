//! One entity of a tree, as the rest of the program looks at it.

use super::decode::Decoded;
use super::tree::{Kind, Tree};
use super::{ContentType, Disposition, Encoding, Header, decode_words, to_text};
use crate::base::Untrusted;
use std::fmt;
use std::ops::Range;

/// A place in a [`Tree`]: cheap to copy, bound to its tree.
#[derive(Clone, Copy)]
pub struct Part<'t> {
    tree: &'t Tree<'t>,
    index: usize,
}

impl<'t> Part<'t> {
    pub(super) fn new(tree: &'t Tree<'t>, index: usize) -> Self {
        Part { tree, index }
    }

    /// Number of the part in [`Tree::parts`]; the root is 0.
    pub fn index(self) -> usize {
        self.index
    }

    /// The exact bytes: header section, blank line, body; without the line end that belongs to a
    /// following delimiter. For the first part of a multipart/signed this is what was signed
    /// (RFC 1847 §2.1), apart from line ends: see [`super::canonical_crlf`].
    pub fn bytes(self) -> &'t [u8] {
        self.tree.slice(&self.tree.node(self.index).whole)
    }

    /// Where [`Part::bytes`] stand in the message.
    pub fn range(self) -> Range<usize> {
        self.tree.node(self.index).whole.clone()
    }

    /// The exact bytes of the header section, without the blank line.
    pub fn header_bytes(self) -> &'t [u8] {
        self.tree.slice(&self.tree.node(self.index).header)
    }

    /// The exact bytes of the body, still in its transfer encoding.
    pub fn body(self) -> &'t [u8] {
        self.tree.slice(&self.tree.node(self.index).body)
    }

    /// Where [`Part::body`] stands in the message.
    pub fn body_range(self) -> Range<usize> {
        self.tree.node(self.index).body.clone()
    }

    /// The header fields.
    pub fn header(self) -> Header<'t> {
        Header::parse(self.header_bytes())
    }

    /// `type/subtype` in lower case, with the default where none is declared.
    pub fn media(self) -> &'t str {
        &self.tree.node(self.index).media
    }

    /// Whether it is a multipart whose children are known.
    pub fn is_multipart(self) -> bool {
        self.tree.node(self.index).kind == Kind::Multipart
    }

    /// Whether it holds a message (message/rfc822) that is its only child.
    pub fn is_message(self) -> bool {
        self.tree.node(self.index).kind == Kind::Message
    }

    /// The declared Content-Type with parameters, or the default (RFC 2045 §5.2).
    pub fn content_type(self) -> ContentType {
        match &self.tree.node(self.index).declared {
            Some(declared) => (**declared).clone(),
            None => ContentType::bare(self.media()),
        }
    }

    /// The Content-Disposition, if one is declared (RFC 2183).
    pub fn disposition(self) -> Option<Disposition> {
        let header = self.header();
        header
            .first("Content-Disposition")
            .map(Disposition::of_field)
    }

    /// How the body is encoded for transfer.
    pub fn encoding(self) -> Encoding {
        self.tree.node(self.index).encoding
    }

    /// The entity that this one stands in.
    pub fn parent(self) -> Option<Part<'t>> {
        let parent = self.tree.node(self.index).parent?;
        Some(Part::new(self.tree, parent))
    }

    /// The parts of a multipart, or the message inside a message/rfc822.
    pub fn children(
        self,
    ) -> impl DoubleEndedIterator<Item = Part<'t>> + ExactSizeIterator + use<'t> {
        let tree = self.tree;
        tree.node(self.index)
            .children
            .iter()
            .map(move |index| Part::new(tree, *index))
    }

    /// The child at `position`, counted from 0.
    pub fn child(self, position: usize) -> Option<Part<'t>> {
        let index = self.tree.node(self.index).children.get(position)?;
        Some(Part::new(self.tree, *index))
    }

    /// The place in the tree: the root is `1`, its second child `1.2`.
    pub fn path(self) -> String {
        let mut numbers = Vec::new();
        let mut here = self;
        while let Some(parent) = here.parent() {
            let siblings = &self.tree.node(parent.index).children;
            let position = siblings.binary_search(&here.index);
            numbers.push(position.unwrap_or(0).saturating_add(1).to_string());
            here = parent;
        }
        numbers.push("1".to_owned());
        numbers.reverse();
        numbers.join(".")
    }

    /// The body with its transfer encoding undone.
    pub fn decoded(self) -> Decoded<'t> {
        self.encoding().decode(self.body())
    }

    /// Size of the decoded body in bytes, without decoding it where that can be known.
    pub fn decoded_size(self) -> usize {
        self.encoding().decoded_size(self.body())
    }

    /// The body as text: transfer encoding and charset undone, line ends as they came.
    pub fn text(self) -> String {
        to_text(&self.decoded().bytes, self.content_type().param("charset"))
    }

    /// The file name that the sender gave: Content-Disposition's, else Content-Type's.
    pub fn file_name(self) -> Option<Untrusted> {
        let disposed = self.disposition();
        let declared = self.content_type();
        let name = disposed
            .as_ref()
            .and_then(|d| d.param("filename"))
            .or_else(|| declared.param("name"))?;
        let name = if name.contains("=?") {
            decode_words(name)
        } else {
            name.to_owned()
        };
        Some(Untrusted::from(name))
    }
}

impl fmt::Debug for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Part {} {:?} {:?}",
            self.path(),
            Untrusted::from(self.media()),
            self.range()
        )
    }
}
