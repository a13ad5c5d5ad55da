//! Received letters: fetching, opening, saving what came with them.

use super::{account, blocked, identity};
use crate::app::command::LetterPart;
use crate::app::desk::Desk;
use crate::app::failure::{Failure, HarmFailure, OpenMessageFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{LetterHead, Scan, ScanFailure};
use crate::base::Untrusted;
use crate::mime::safe_file_name;
use crate::read::Reading;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Fetches what is new for the current identity, keeps it, and lists all.
pub fn fetch(desk: &Desk, watch: &Watch) -> Result<Vec<LetterHead>, Failure> {
    desk.online()?;
    let address = identity::current(desk)?.mailbox.address;
    let (account, password) = account::account_of(desk, &address)?;
    let known: HashSet<String> = desk
        .store
        .letters(&address)?
        .into_iter()
        .map(|head| head.uid)
        .collect();
    watch.progress(Step::Fetching, 0, 0);
    let fetched = desk
        .mailbox
        .fetch(&account, &password, &|uid| known.contains(uid), watch)
        .map_err(Failure::Fetch)?;
    let blocked = blocked::entries(desk)?;
    for letter in fetched {
        let unwanted = blocked::covers(&blocked, &letter.bytes);
        let now = desk.clock.now();
        desk.store
            .put_letter(&address, &letter.uid, &letter.bytes, unwanted, now)?;
    }
    Ok(desk.store.letters(&address)?)
}

/// The current identity's letters, newest first; none without an identity.
pub fn list(desk: &Desk) -> Result<Vec<LetterHead>, Failure> {
    match identity::current(desk) {
        Ok(identity) => Ok(desk.store.letters(&identity.mailbox.address)?),
        Err(Failure::NoIdentity { .. }) => Ok(Vec::new()),
        Err(other) => Err(other),
    }
}

/// Saves all attachments into a folder, which is made if it is not there. None is saved where a scanner
/// knows one of them, unless the person said so (`harmful_too`).
pub fn save_attachments(
    desk: &Desk,
    reading: &Reading,
    folder: &Path,
    harmful_too: bool,
    watch: &Watch,
) -> Result<Vec<PathBuf>, Failure> {
    for index in 0..reading.attachments().len() {
        look_through(desk, reading, index, harmful_too, watch)?;
    }
    files::make_folder(folder)?;
    let count = reading.attachments().len();
    let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let mut saved = Vec::new();
    for index in 0..count {
        watch.stop_here()?;
        watch.progress(Step::Reading, number(index), number(count));
        saved.push(write_attachment(reading, index, folder)?);
    }
    Ok(saved)
}

/// Saves the message as it came, or the text that is shown: into a folder under a name made of the
/// subject, or to a path that does not exist.
pub fn save_letter(reading: &Reading, part: LetterPart, to: &Path) -> Result<PathBuf, Failure> {
    let (bytes, ending) = match part {
        LetterPart::Message => {
            let original = reading.original().ok_or(Failure::NoSuchLetter)?;
            (original.as_slice(), "eml")
        }
        LetterPart::Text => (reading.text().as_bytes(), "txt"),
    };
    if to.is_dir() {
        let name = letter_name(reading, ending);
        return Ok(files::write_into(to, &name, bytes)?);
    }
    files::write_new(to, bytes)?;
    Ok(to.to_owned())
}

/// A name for a letter that is saved, made of its subject.
pub fn letter_name(reading: &Reading, ending: &str) -> String {
    let subject = reading.header("Subject").map(|subject| subject.raw());
    let subject = subject.unwrap_or_default().trim();
    // A dot in a subject begins no ending.
    let stem = match subject {
        "" => "letter".to_owned(),
        subject => subject.replace(['.', '/', '\\'], " "),
    };
    let stem = safe_file_name(stem.trim());
    format!("{stem}.{ending}")
}

/// Saves an attachment: into a folder under a safe name, or to a path that does not exist. Nothing
/// is ever started, and nothing is saved that a scanner knows, unless the person said so.
pub fn save_attachment(
    desk: &Desk,
    reading: &Reading,
    index: usize,
    to: &Path,
    harmful_too: bool,
    watch: &Watch,
) -> Result<PathBuf, Failure> {
    look_through(desk, reading, index, harmful_too, watch)?;
    write_attachment(reading, index, to)
}

/// Offers an attachment to the scanner of this computer, where one runs.
fn look_through(
    desk: &Desk,
    reading: &Reading,
    index: usize,
    harmful_too: bool,
    watch: &Watch,
) -> Result<(), Failure> {
    if harmful_too || desk.offline {
        return Ok(());
    }
    watch.stop_here()?;
    watch.progress(Step::Scanning, 0, 0);
    let name = || {
        let head = reading.attachments().get(index);
        head.map(|head| head.name.clone()).unwrap_or_default()
    };
    let bytes = reading.attachment(index).unwrap_or_default();
    match desk.scanner.scan(&bytes, &watch.cancel) {
        Ok(Scan::NoScanner | Scan::NothingFound) => Ok(()),
        Ok(Scan::Found(signature)) => Err(HarmFailure::Found {
            name: name(),
            signature: Untrusted::new(signature),
        }
        .into()),
        Err(ScanFailure::Cancelled) => Err(Failure::Cancelled),
        Err(why) => Err(HarmFailure::NotScanned { name: name(), why }.into()),
    }
}

fn write_attachment(reading: &Reading, index: usize, to: &Path) -> Result<PathBuf, Failure> {
    let no_such = || Failure::Open(OpenMessageFailure::NoSuchPart);
    let head = reading.attachments().get(index).ok_or_else(no_such)?;
    let bytes = reading.attachment(index).ok_or_else(no_such)?;
    if to.is_dir() {
        let name = safe_file_name(head.name.raw());
        return Ok(files::write_into(to, &name, &bytes)?);
    }
    files::write_new(to, &bytes)?;
    Ok(to.to_owned())
}
