//! What is dangerous about the name of an attachment. Nothing is ever started here; the person may
//! start it elsewhere.

use super::safe_file_name;
use crate::base::Untrusted;

/// Longer names, in bytes, hide their ending in most lists.
const LONG: usize = 120;

/// Something about a name that a person should know before they open the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NameCaution {
    /// Opening it runs a program.
    Runs,
    /// A document that can bring programs of its own along.
    Macros,
    /// It opens in a browser, where it can run scripts and look like any site.
    WebPage,
    /// The ending that counts stands behind another that looks harmless.
    DoubleEnding,
    /// Characters in it turn, hide or break what is shown.
    Hides,
    /// It names a folder.
    Folder,
    /// It is so long that its end is easily missed.
    Long,
}

impl NameCaution {
    /// A lasting word for scripts.
    pub fn code(self) -> &'static str {
        match self {
            NameCaution::Runs => "runs",
            NameCaution::Macros => "macros",
            NameCaution::WebPage => "web-page",
            NameCaution::DoubleEnding => "double-ending",
            NameCaution::Hides => "hiding-characters",
            NameCaution::Folder => "folder",
            NameCaution::Long => "long-name",
        }
    }
}

/// Endings that run, on one system or another.
const RUNS: &[&str] = &[
    "ade",
    "app",
    "appimage",
    "application",
    "apk",
    "appx",
    "bat",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "exe",
    "flatpakref",
    "gadget",
    "hta",
    "img",
    "inf",
    "iso",
    "jar",
    "js",
    "jse",
    "lnk",
    "msc",
    "msi",
    "msix",
    "msp",
    "one",
    "pif",
    "pkg",
    "pl",
    "ps1",
    "psm1",
    "py",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scf",
    "scr",
    "sh",
    "theme",
    "url",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vhdx",
    "workflow",
    "wsf",
    "wsh",
    "xll",
];

/// Endings of documents with programs inside.
const MACROS: &[&str] = &[
    "docm", "dotm", "odb", "potm", "ppam", "ppsm", "pptm", "sldm", "xlam", "xlm", "xlsm", "xltm",
];

/// Endings that open in a browser.
const WEB: &[&str] = &[
    "htm", "html", "mht", "mhtml", "shtml", "svg", "svgz", "xht", "xhtml", "xml",
];

/// Endings that look harmless.
const HARMLESS: &[&str] = &[
    "avi", "bmp", "csv", "doc", "docx", "gif", "gz", "jpeg", "jpg", "mov", "mp3", "mp4", "odp",
    "ods", "odt", "pdf", "png", "ppt", "pptx", "rtf", "tif", "tiff", "txt", "wav", "webp", "xls",
    "xlsx", "zip",
];

/// What to tell about an attachment's name, as its sender gave it.
pub fn name_cautions(name: &Untrusted) -> Vec<NameCaution> {
    let raw = name.raw();
    // The ending counts as the file would bear it: without what hides, trailing dots and blanks.
    let safe = safe_file_name(raw).to_lowercase();
    let mut pieces = safe.rsplit('.').map(str::trim);
    let ending = pieces.next().unwrap_or_default();
    let has_ending = safe.contains('.');
    let before = pieces.next().unwrap_or_default();
    let is = |list: &[&str]| has_ending && list.contains(&ending);
    let acts = is(RUNS) || is(MACROS) || is(WEB);
    [
        (is(RUNS), NameCaution::Runs),
        (is(MACROS), NameCaution::Macros),
        (is(WEB), NameCaution::WebPage),
        (
            acts && HARMLESS.contains(&before),
            NameCaution::DoubleEnding,
        ),
        (name.is_tricky(), NameCaution::Hides),
        (raw.contains(['/', '\\']), NameCaution::Folder),
        (raw.len() > LONG, NameCaution::Long),
    ]
    .into_iter()
    .filter_map(|(applies, caution)| applies.then_some(caution))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dangerous_names_are_known_by_the_ending_that_counts() {
        use NameCaution::{DoubleEnding, Folder, Hides, Long, Macros, Runs, WebPage};
        for (name, wanted) in [
            ("report.pdf", vec![]),
            ("exe", vec![]),
            ("setup.EXE", vec![Runs]),
            ("setup.exe. ", vec![Runs]),
            ("invoice.pdf.exe", vec![Runs, DoubleEnding]),
            ("invoice.pdf      .scr", vec![Runs, DoubleEnding]),
            ("budget.xlsm", vec![Macros]),
            ("page.html", vec![WebPage]),
            ("photo.jpg.svg", vec![WebPage, DoubleEnding]),
            ("a\u{202e}fdp.exe", vec![Runs, Hides]),
            ("a\u{202e}exe.pdf", vec![Hides]),
            ("../../.bashrc", vec![Folder]),
            ("archive.tar.gz", vec![]),
        ] {
            assert_eq!(name_cautions(&Untrusted::from(name)), wanted, "{name:?}");
        }
        let long = format!("{}.exe", "x".repeat(10_000));
        assert_eq!(name_cautions(&long.into()), [Runs, Long]);
    }
}
