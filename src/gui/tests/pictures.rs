//! A picture of every page, drawn in software and compared with the one that is kept in
//! `tests/pictures`. `tests/pictures/README.md` says what to do when one has changed.

use super::states::{PLACES, State, name, paper};
use super::window;
use egui_kittest::SnapshotOptions;

const SIZE: [f32; 2] = [1280.0, 800.0];
/// Where the pictures are kept.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pictures");

fn options() -> SnapshotOptions {
    // Another version of the software renderer may round the edge of a curve another way: a few
    // pixels may differ a little more than the eye sees, and no more.
    SnapshotOptions::new()
        .output_path(FOLDER)
        .threshold(1.0)
        .max_failed_pixels(24)
}

#[test]
fn every_page_looks_as_it_did() {
    let mut changed = Vec::new();
    for place in PLACES {
        for (dark, theme) in [(false, "light"), (true, "dark")] {
            let mut harness = window(paper(place, State::Full), SIZE, dark);
            let picture = format!("{}-{theme}", name(place));
            if let Err(error) = harness.try_snapshot_options(&picture, &options()) {
                changed.push(format!("{picture}: {error}"));
            }
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nLook at the .new.png and .diff.png in {FOLDER}; its README.md says how to accept them.",
        changed.join("\n")
    );
}

#[test]
fn a_page_that_looks_another_way_is_seen() {
    let mut harness = window(paper(PLACES[1], State::Full), SIZE, false);
    let light = harness.render().expect("a picture");
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("page.png");
    light.save(&kept).unwrap();
    let options = options().output_path(folder.path());
    let same = egui_kittest::try_image_snapshot_options(&light, "page", &options);
    assert!(same.is_ok(), "{same:?}");
    let mut other = window(paper(PLACES[1], State::Empty), SIZE, false);
    let other = other.render().expect("a picture");
    let differs = egui_kittest::try_image_snapshot_options(&other, "page", &options);
    assert!(differs.is_err());
    assert!(folder.path().join("page.diff.png").exists());
}
