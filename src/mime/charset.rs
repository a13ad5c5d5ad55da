//! Bytes in a declared charset as text.

use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes as text. Without a charset, or with one that is not known: UTF-8 where it is valid, else
/// windows-1252. What cannot be decoded appears as U+FFFD.
pub fn to_text(bytes: &[u8], charset: Option<&str>) -> String {
    let name = charset
        .map(|c| c.trim().to_ascii_lowercase())
        .unwrap_or_default();
    if matches!(name.as_str(), "utf-8" | "utf8") {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let undeclared = matches!(name.as_str(), "" | "us-ascii" | "ascii");
    if undeclared && let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    if !undeclared && let Some(decode) = charset_decoder(name.as_bytes()) {
        return decode(bytes);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => western(bytes),
    }
}

fn western(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252").map_or_else(
        || String::from_utf8_lossy(bytes).into_owned(),
        |decode| decode(bytes),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets_are_decoded_and_unknown_ones_are_guessed() {
        assert_eq!(to_text(b"Gr\xfc\xdfe", Some("ISO-8859-1")), "Grüße");
        assert_eq!(to_text("Grüße".as_bytes(), None), "Grüße");
        assert_eq!(to_text(b"Gr\xfc\xdfe", None), "Grüße");
        assert_eq!(to_text(b"Gr\xfc\xdfe", Some("x-nobody-knows")), "Grüße");
        assert_eq!(to_text(b"\xc4\xe3\xba\xc3", Some("gb2312")), "你好");
        assert_eq!(to_text(b"a\xff", Some("utf-8")), "a\u{fffd}");
        assert_eq!(to_text(b"", Some("utf-16")), "");
    }
}
