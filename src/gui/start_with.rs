//! What the window begins with, as the desktop hands it over: a path or a URL.

use crate::app::command::DraftForm;
use crate::app::service::draft;
use std::ffi::OsString;
use std::path::PathBuf;

/// Listens for later starts of the window: called once, with whom to tell what each was started
/// with.
pub type Arrivals = Box<dyn FnOnce(Box<dyn Fn(Vec<OsString>) + Send + Sync>)>;

/// An argument as another process can use it, which may be in another folder: paths made absolute.
pub fn portable(argument: OsString) -> OsString {
    let text = argument.to_str().unwrap_or_default();
    if draft::from_mailto(text).is_some() || text.starts_with("file:") {
        return argument;
    }
    std::path::absolute(&argument).map_or(argument, PathBuf::into_os_string)
}

/// What the window begins with.
pub enum StartWith {
    /// A letter that a `mailto:` link suggests.
    Write(Box<DraftForm>),
    /// A file: a letter, or keys.
    Open(PathBuf),
}

impl StartWith {
    /// Of an argument: a `mailto:` link, a `file:` URL or a path.
    pub fn of(argument: OsString) -> Self {
        let form = argument.to_str().and_then(draft::from_mailto);
        match form {
            Some(form) => StartWith::Write(Box::new(form)),
            None => StartWith::Open(path_of(argument)),
        }
    }
}

/// The path of an argument: desktops hand files over as `file:` URLs (RFC 8089), with what is not
/// plain in them percent-encoded.
fn path_of(argument: OsString) -> PathBuf {
    let url = argument.to_str().and_then(|text| {
        let rest = text.strip_prefix("file://")?;
        rest.strip_prefix("localhost").or(Some(rest))
    });
    let Some(url) = url.filter(|rest| rest.starts_with('/')) else {
        return PathBuf::from(argument);
    };
    let (mut bytes, mut rest) = (Vec::new(), url.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        let byte = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    path_from(bytes)
}

#[cfg(unix)]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    PathBuf::from(OsString::from_vec(bytes))
}

#[cfg(not(unix))]
fn path_from(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    // A drive letter stands behind the first slash.
    PathBuf::from(text.strip_prefix('/').unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(argument: &str) -> Option<PathBuf> {
        match StartWith::of(argument.into()) {
            StartWith::Open(path) => Some(path),
            StartWith::Write(_) => None,
        }
    }

    #[test]
    fn paths_urls_and_links_are_told_apart() {
        let plain = Some(PathBuf::from("/tmp/a b%.eml"));
        assert_eq!(path("/tmp/a b%.eml"), plain);
        assert_eq!(path("file:///tmp/a%20b%.eml"), plain);
        assert_eq!(path("file://localhost/tmp/a%20b%25.eml"), plain);
        assert_eq!(path("mailto:bob@example.org"), None);
    }

    #[test]
    fn what_is_handed_over_names_the_same_thing_elsewhere() {
        for same in ["mailto:bob@example.org", "file:///tmp/a", "/tmp/a.eml"] {
            assert_eq!(portable(same.into()), same);
        }
        let here = std::env::current_dir().unwrap().join("a.eml");
        assert_eq!(portable("a.eml".into()), here.into_os_string());
    }
}
