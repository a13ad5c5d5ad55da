//! The bundled typefaces, measured glyph by glyph. Nothing is shaped: a font that turns `->` into an
//! arrow would print another text than the one that was verified.

use super::layout::Line;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use ttf_parser::Face;

/// The sans of everything.
pub static SANS: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
/// Its heavier cut.
pub static STRONG: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");
/// The monospace.
pub static MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf");

/// How text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// The sans.
    Sans,
    /// The heavier sans.
    Strong,
}

/// The number of a face in [`Faces`].
type FaceIndex = usize;

/// Characters of one face, in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) face: FaceIndex,
    pub(super) text: String,
}

/// The faces, to measure with and to draw with.
pub(super) struct Faces {
    faces: [(Face<'static>, Font); 3],
}

impl Faces {
    pub(super) fn new() -> Option<Faces> {
        let face = |bytes: &'static [u8]| {
            let measure = Face::parse(bytes, 0).ok()?;
            Some((measure, Font::new(bytes.into(), 0)?))
        };
        Some(Faces {
            faces: [face(SANS)?, face(STRONG)?, face(MONO)?],
        })
    }

    /// The faces that a style is looked up in, the best first.
    fn chain(style: Style) -> [FaceIndex; 3] {
        match style {
            Style::Sans => [0, 2, 1],
            Style::Strong => [1, 0, 2],
        }
    }

    fn face_of(&self, c: char, style: Style) -> Option<FaceIndex> {
        Faces::chain(style)
            .into_iter()
            .find(|index| self.glyph(*index, c).is_some())
    }

    fn glyph(&self, face: FaceIndex, c: char) -> Option<(GlyphId, f32)> {
        let (face, _) = self.faces.get(face)?;
        let id = face.glyph_index(c)?;
        let advance = f32::from(face.glyph_hor_advance(id)?) / f32::from(face.units_per_em());
        Some((GlyphId::new(u32::from(id.0)), advance))
    }

    /// Text on one line as it is printed: what acts, hides or has no glyph stands as code points.
    pub(super) fn printable(&self, text: &str, style: Style) -> String {
        let escaped = crate::base::untrusted::escape_line(&text.replace('\t', "    "));
        let mut out = String::with_capacity(escaped.len());
        for c in escaped.chars() {
            if self.face_of(c, style).is_some() {
                out.push(c);
            } else {
                out.push_str(&format!("\\u{{{:04X}}}", u32::from(c)));
            }
        }
        out
    }

    /// A line of printable text.
    pub(super) fn line(&self, text: &str, style: Style, size: f32) -> Line {
        let mut runs: Vec<Run> = Vec::new();
        for c in text.chars() {
            // What is printable has a face; a blank stands for what is not.
            let face = self.face_of(c, style).unwrap_or_default();
            match runs.last_mut() {
                Some(run) if run.face == face => run.text.push(c),
                Some(_) | None => runs.push(Run {
                    face,
                    text: c.to_string(),
                }),
            }
        }
        Line {
            runs,
            size,
            x: 0.0,
            y: 0.0,
        }
    }

    /// How wide a character is, in ems.
    pub(super) fn advance(&self, c: char, style: Style) -> f32 {
        let face = self.face_of(c, style).unwrap_or_default();
        self.glyph(face, c).map_or(0.0, |(_, advance)| advance)
    }

    /// How wide a run is, in points.
    pub(super) fn width(&self, run: &Run, size: f32) -> f32 {
        run.text
            .chars()
            .filter_map(|c| self.glyph(run.face, c))
            .map(|(_, advance)| advance * size)
            .sum()
    }

    pub(super) fn glyphs(&self, run: &Run) -> Vec<KrillaGlyph> {
        run.text
            .char_indices()
            .filter_map(|(at, c)| {
                let (id, advance) = self.glyph(run.face, c)?;
                let range = at..at.saturating_add(c.len_utf8());
                Some(KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, range, None))
            })
            .collect()
    }

    pub(super) fn font(&self, face: FaceIndex) -> Font {
        let [first, ..] = &self.faces;
        let (_, font) = self.faces.get(face).unwrap_or(first);
        font.clone()
    }
}
