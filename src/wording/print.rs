//! A letter as it is printed.

use super::{attachment_caution, attachment_name, caution, size, verdict};
use crate::app::print::Printout;
use crate::read::Reading;

/// What is printed of a letter: the verdict, its header fields, its text, its attachments.
pub fn printout(reading: &Reading) -> Printout {
    let notice = verdict(reading.verdict());
    let mut sentences = vec![notice.headline, notice.why];
    sentences.extend(reading.cautions().iter().map(|c| caution(*c).to_owned()));
    sentences.retain(|sentence| !sentence.is_empty());
    let from: Vec<String> = reading.from().iter().map(ToString::to_string).collect();
    let mut headers = vec![("From".to_owned(), from.join(", "))];
    for name in ["To", "Cc", "Date", "Subject"] {
        if let Some(value) = reading.header(name) {
            headers.push((name.to_owned(), value.raw().to_owned()));
        }
    }
    let attachments = reading.attachments().iter().map(|file| {
        let bytes = size(u64::try_from(file.size).unwrap_or(u64::MAX));
        let careful = attachment_caution(file);
        format!("{} ({bytes}) {careful}", attachment_name(file))
            .trim_end()
            .to_owned()
    });
    Printout {
        verdict: sentences,
        headers,
        text: reading.text().to_owned(),
        attachments_title: "Attachments".to_owned(),
        attachments: attachments.collect(),
        page: ("Page".to_owned(), "of".to_owned()),
        cut: "The letter is longer than can be printed; the rest is left out.".to_owned(),
    }
}
