//! Letters on paper: a PDF with the fonts it needs inside. It opens nothing and runs nothing.

mod faces;
mod layout;

pub use faces::{MONO, SANS, STRONG};

use crate::app::failure::Failure;
use crate::app::job::{Step, Watch};
use faces::{Faces, Style};
use krilla::Document;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::Stroke;
use layout::Line;

/// The width of A4, in points of 1/72 inch.
const WIDTH: f32 = 595.0;
/// Its height.
const HEIGHT: f32 = 842.0;
/// White around what is printed.
const MARGIN: f32 = 56.0;
/// Most pages of one letter: a book is enough, and what goes beyond is said to be left out.
const PAGES: usize = 2_000;

/// What is printed of a letter, in the words that the window and the command line have for it.
/// Nothing in it needs to be safe: what acts, hides or cannot be drawn is printed as code points.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Printout {
    /// On top: how far the letter can be trusted, a sentence each.
    pub verdict: Vec<String>,
    /// Header fields: name and value.
    pub headers: Vec<(String, String)>,
    /// The text.
    pub text: String,
    /// What stands above the list of attachments.
    pub attachments_title: String,
    /// What travelled along, a line each.
    pub attachments: Vec<String>,
    /// The words at the foot of a page before and between its numbers: "Page", "of".
    pub page: (String, String),
    /// What is said where the rest is left out.
    pub cut: String,
}

/// Makes the PDF. Its progress is counted in pages.
///
/// # Errors
/// It was cancelled, or the fonts that are built in cannot be read.
pub fn pdf(printout: &Printout, watch: &Watch) -> Result<Vec<u8>, Failure> {
    let faces = Faces::new().ok_or_else(|| bug("a font that is built in cannot be read"))?;
    let sheets = layout::sheets(printout, &faces, watch)?;
    let total = sheets.len();
    let mut document = Document::new();
    for (index, sheet) in sheets.iter().enumerate() {
        watch.stop_here()?;
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        watch.progress(Step::Printing, count(index), count(total));
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| bug("a page's size"))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for line in &sheet.lines {
            draw(&mut surface, line, &faces);
        }
        if let Some(rule) = sheet.rule {
            draw_rule(&mut surface, rule);
        }
        let (word, of) = &printout.page;
        let words = format!("{word} {} {of} {total}", index.saturating_add(1));
        let foot = faces.line(&words, Style::Sans, layout::SMALL);
        let right = WIDTH - MARGIN - foot.width(&faces);
        draw(&mut surface, &foot.at(right, HEIGHT - MARGIN / 2.0), &faces);
        surface.finish();
        page.finish();
    }
    document.set_metadata(Metadata::new().producer("Waxwing".to_owned()));
    document
        .finish()
        .map_err(|error| bug(&format!("the PDF cannot be finished: {error:?}")))
}

fn bug(what: &str) -> Failure {
    Failure::Bug(what.to_owned())
}

fn draw(surface: &mut krilla::surface::Surface<'_>, line: &Line, faces: &Faces) {
    let mut x = line.x;
    for run in &line.runs {
        let glyphs = faces.glyphs(run);
        let font = faces.font(run.face);
        surface.draw_glyphs(
            Point::from_xy(x, line.y),
            &glyphs,
            font,
            &run.text,
            line.size,
            false,
        );
        x += faces.width(run, line.size);
    }
}

/// A hairline from margin to margin.
fn draw_rule(surface: &mut krilla::surface::Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(MARGIN, y);
    path.line_to(WIDTH - MARGIN, y);
    if let Some(path) = path.finish() {
        surface.set_stroke(Some(Stroke {
            width: 0.5,
            opacity: NormalizedF32::ONE,
            ..Stroke::default()
        }));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

#[cfg(test)]
mod tests;
