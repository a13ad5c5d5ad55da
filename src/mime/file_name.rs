//! Names of attachments as files may bear them.

use crate::base::Untrusted;

/// Longest file name that is made, in bytes of UTF-8.
const LENGTH: usize = 120;
/// Longest ending that is kept when a name is cut, with its dot.
const ENDING: usize = 16;

/// A file name made from what a sender wrote: the last path part only, nothing that acts or hides,
/// no leading dot, dash or blank, no name that Windows keeps for devices, at most 120 bytes with
/// the ending kept. An empty name becomes `attachment`.
pub fn safe_file_name(name: &str) -> String {
    let last = name
        .rsplit(['/', '\\'])
        .find(|part| !part.trim().is_empty());
    let clean: String = last
        .unwrap_or_default()
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !Untrusted::from(c.to_string()).is_tricky() && *c != '\u{FFFD}')
        .map(|c| {
            if "<>:\"|?*\u{2215}\u{2044}\u{29F8}\u{FF0F}\u{FF3C}".contains(c) {
                '_'
            } else {
                c
            }
        })
        .collect();
    let clean = clean
        .trim_start_matches(|c: char| matches!(c, '.' | '-' | '~') || c.is_whitespace())
        .trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    let (stem, ending) = match clean.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() < ENDING => {
            (stem.trim_end_matches(' '), format!(".{ending}"))
        }
        _ => (clean, String::new()),
    };
    let room = LENGTH.saturating_sub(ending.len());
    let stem = cut(stem, room);
    let name = format!("{stem}{ending}");
    match name.as_str() {
        "" => "attachment".to_owned(),
        _ if is_device(&name) => format!("_{name}"),
        _ => name,
    }
}

fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    text.get(..end)
        .unwrap_or_default()
        .trim_end_matches([' ', '.'])
}

/// Whether Windows takes the name for a device, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix).is_some_and(|n| {
            matches!(
                n,
                "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
            )
        })
    };
    matches!(
        stem.as_str(),
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$"
    ) || numbered("COM")
        || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::safe_file_name;

    #[test]
    fn rule_19_file_names_cannot_act_or_hide() {
        for (raw, safe) in [
            ("report.pdf", "report.pdf"),
            ("Grüße an 你好.txt", "Grüße an 你好.txt"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\evil.exe", "evil.exe"),
            ("/etc/", "etc"),
            ("..", "attachment"),
            ("", "attachment"),
            (" \t", "attachment"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("- .ssh", "ssh"),
            ("a\u{202e}fdp.exe", "afdp.exe"),
            ("a\r\nb\0\u{1b}[31m.txt", "a  b[31m.txt"),
            ("con", "_con"),
            ("NUL.tar.gz", "_NUL.tar.gz"),
            ("com1 .txt", "_com1.txt"),
            ("a:b|c?.txt", "a_b_c_.txt"),
            ("file.txt. . ", "file.txt"),
            ("\u{FEFF}\u{200b}", "attachment"),
            ("~/x", "x"),
        ] {
            assert_eq!(safe_file_name(raw), safe, "{raw:?}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let long = safe_file_name(&format!("{}.tar.gz", "ü".repeat(300)));
        assert!(long.len() <= 120 && long.ends_with(".gz"), "{long}");
        let long = safe_file_name(&format!("a.{}", "x".repeat(300)));
        assert_eq!(long.len(), 120);
    }
}
