//! File dialogs and reading files, both away from the window's thread.

use super::view::{SaveWhat, Wish};
use crate::app;
use crate::app::command::FormAttachment;
use crate::app::failure::FileFailure;
use crate::base::limits::MESSAGE_BYTES;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// What came back.
pub enum Came {
    /// A dialog was closed; empty when nothing was chosen or no dialog could be shown.
    Chosen(Wish, Vec<PathBuf>),
    /// A file for the letter was read, or not.
    Attachment(Result<FormAttachment, FileFailure>),
}

/// Runs dialogs and reads files.
pub struct Files {
    sender: Sender<Came>,
    came: Receiver<Came>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Files {
    /// `wake` is called when something came back.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (sender, came) = channel();
        Files { sender, came, wake }
    }

    /// What came back since the last time.
    pub fn drain(&self) -> Vec<Came> {
        self.came.try_iter().collect()
    }

    /// Opens the system's dialog.
    pub fn ask(&self, wish: Wish) {
        let dialog = rfd::FileDialog::new();
        self.work(move || {
            let chosen = match &wish {
                Wish::Attachments | Wish::Keys => dialog.pick_files().unwrap_or_default(),
                Wish::Letter | Wish::Backup | Wish::Authority | Wish::Zone | Wish::CameBack => {
                    dialog.pick_file().into_iter().collect()
                }
                Wish::Save(SaveWhat::Attachments, _) => dialog.pick_folder().into_iter().collect(),
                Wish::Save(_, name)
                | Wish::ExportKey(name)
                | Wish::Request(name)
                | Wish::Report(name) => {
                    let dialog = dialog.set_file_name(name);
                    dialog.save_file().into_iter().collect()
                }
            };
            vec![Came::Chosen(wish, chosen)]
        });
    }

    /// Reads files for the letter.
    pub fn read(&self, paths: Vec<PathBuf>) {
        self.work(move || {
            let read = |path: PathBuf| Came::Attachment(attachment(&path));
            paths.into_iter().map(read).collect()
        });
    }

    fn work(&self, work: impl FnOnce() -> Vec<Came> + Send + 'static) {
        let (sender, wake) = (self.sender.clone(), self.wake.clone());
        std::thread::spawn(move || {
            for came in work() {
                // The window is gone when nobody listens.
                if sender.send(came).is_err() {
                    return;
                }
            }
            wake();
        });
    }
}

fn attachment(path: &Path) -> Result<FormAttachment, FileFailure> {
    let bytes = app::files::read(path, MESSAGE_BYTES)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(FormAttachment {
        name: name.into_owned(),
        media_type: media_type(path).to_owned(),
        bytes: bytes.into(),
    })
}

/// The media type that goes with a file name's ending; recipients' programs choose by it.
fn media_type(path: &Path) -> &'static str {
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("txt" | "text" | "log" | "md") => "text/plain",
        Some("csv") => "text/csv",
        Some("ics") => "text/calendar",
        Some("vcf") => "text/vcard",
        Some("pdf") => "application/pdf",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("gif") => "image/gif",
        Some("webp") => "image/webp",
        Some("svg") => "image/svg+xml",
        Some("mp3") => "audio/mpeg",
        Some("mp4") => "video/mp4",
        Some("zip") => "application/zip",
        Some("gz") => "application/gzip",
        Some("json") => "application/json",
        Some("odt") => "application/vnd.oasis.opendocument.text",
        Some("ods") => "application/vnd.oasis.opendocument.spreadsheet",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some(_) | None => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_by_name_and_a_missing_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Über uns.PDF");
        std::fs::write(&path, b"%PDF").unwrap();
        let read = attachment(&path).unwrap();
        assert_eq!(read.name, "Über uns.PDF");
        assert_eq!(read.media_type, "application/pdf");
        assert_eq!(&*read.bytes, b"%PDF");
        let gone = folder.path().join("gone");
        assert_eq!(attachment(&gone).err(), Some(FileFailure::NotFound(gone)));
    }
}
