//! The letter as it stands on the page.

use crate::address::Mailbox;
use crate::app::command::{Answers, DraftForm, FormAttachment};
use crate::gui::widgets::Recipients;

/// Most bytes of a letter's text that can be typed and pasted: some hundred pages. What is longer
/// travels as a file.
pub const MOST_TEXT: usize = 512 << 10;
/// Most bytes of a subject, of a path, and of what is looked for.
pub const MOST_LINE: usize = 4 << 10;

/// What is being written.
#[derive(Default)]
pub struct Letter {
    /// Names its draft.
    pub id: String,
    /// Who writes; the identity in use when there is none.
    pub from: Option<Mailbox>,
    pub to: Recipients,
    pub cc: Recipients,
    pub bcc: Recipients,
    pub subject: String,
    pub body: String,
    pub attachments: Vec<FormAttachment>,
    /// What it owes to the letter that it answers.
    pub answers: Answers,
    /// The signature text at the end of the body, with what stands before it.
    signature: String,
    /// Whether a signature text belongs under it: under what is new, not under what rested.
    signs: bool,
}

/// The three fields of recipients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    To,
    Cc,
    Bcc,
}

impl Letter {
    /// An empty one.
    pub fn new(id: String) -> Self {
        Letter {
            id,
            signs: true,
            ..Letter::default()
        }
    }

    /// From a draft.
    pub fn of(id: String, form: DraftForm) -> Self {
        Letter {
            id,
            from: form.from,
            to: Recipients::split(&form.to),
            cc: Recipients::split(&form.cc),
            bcc: Recipients::split(&form.bcc),
            subject: form.subject,
            body: form.body,
            attachments: form.attachments,
            answers: form.answers,
            signature: String::new(),
            signs: false,
        }
    }

    /// All of it, as a draft.
    pub fn form(&self) -> DraftForm {
        DraftForm {
            from: self.from.clone(),
            to: self.to.joined(),
            cc: self.cc.joined(),
            bcc: self.bcc.joined(),
            subject: self.subject.clone(),
            body: self.body.clone(),
            attachments: self.attachments.clone(),
            answers: self.answers.clone(),
        }
    }

    /// What the plan depends on and nothing else: who writes, and to whom as far as it is readable.
    pub fn people(&self) -> DraftForm {
        DraftForm {
            from: self.from.clone(),
            to: self.to.readable(),
            cc: self.cc.readable(),
            bcc: self.bcc.readable(),
            ..DraftForm::default()
        }
    }

    /// The recipients of one field.
    pub fn line(&mut self, line: Line) -> &mut Recipients {
        match line {
            Line::To => &mut self.to,
            Line::Cc => &mut self.cc,
            Line::Bcc => &mut self.bcc,
        }
    }

    /// How many recipients are finished.
    pub fn count(&self) -> usize {
        self.to.len() + self.cc.len() + self.bcc.len()
    }

    /// Pieces that are no mail address, as they may be shown.
    pub fn broken(&self) -> Vec<String> {
        let lines = [&self.to, &self.cc, &self.bcc];
        lines.into_iter().flat_map(Recipients::broken).collect()
    }

    /// Whether nobody has written anything yet.
    pub fn is_empty(&self) -> bool {
        self.to.is_empty()
            && self.cc.is_empty()
            && self.bcc.is_empty()
            && self.subject.is_empty()
            && (self.body.is_empty() || self.body == self.signature)
            && self.attachments.is_empty()
    }

    /// Bytes of all files.
    pub fn files_bytes(&self) -> u64 {
        let bytes = |file: &FormAttachment| u64::try_from(file.bytes.len()).unwrap_or(u64::MAX);
        self.attachments.iter().map(bytes).sum()
    }

    /// Whether a signature text belongs under it.
    pub fn signs(&self) -> bool {
        self.signs
    }

    /// Puts the signature text under the letter in the place of the one that was put there; one
    /// that was changed by hand stays. Returns whether the body is another now.
    pub fn sign(&mut self, text: &str) -> bool {
        let block = match text {
            "" => String::new(),
            // RFC 3676 §4.3: dash, dash, space.
            text => format!("\n\n-- \n{text}"),
        };
        if block == self.signature || !self.body.ends_with(&self.signature) {
            return false;
        }
        let kept = self.body.len() - self.signature.len();
        self.body.truncate(kept);
        self.body.push_str(&block);
        self.signature = block;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_text_is_put_under_the_letter_and_changes_with_its_author() {
        let mut letter = Letter::new("id".to_owned());
        assert!(!letter.sign(""));
        assert!(letter.sign("Ada\nLondon"));
        assert_eq!(letter.body, "\n\n-- \nAda\nLondon");
        assert!(letter.is_empty(), "nobody wrote anything");
        letter.body.insert_str(0, "Dear Bob,");
        assert!(letter.sign("A. L."));
        assert_eq!(letter.body, "Dear Bob,\n\n-- \nA. L.");
        letter.body.push_str(" (by hand)");
        assert!(!letter.sign("Ada"), "what was changed by hand stays");
        assert!(letter.body.ends_with("A. L. (by hand)"));
    }
}
