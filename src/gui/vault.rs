//! The question for the passphrase, when the system keyring has no answer.

use super::theme::{self, Palette};
use super::widgets::{Answer, Kind, SecretInput, dialog, secret_field};
use crate::app::job::PassphraseReply;
use crate::app::port::Question;
use egui::{Context, Key};
use std::collections::VecDeque;

/// Questions that wait for the person.
#[derive(Default)]
pub struct Vault {
    asking: VecDeque<Asking>,
}

struct Asking {
    question: Question,
    reply: PassphraseReply,
    typed: SecretInput,
    again: SecretInput,
    fresh: bool,
}

impl Vault {
    /// A job asks.
    pub fn ask(&mut self, question: Question, reply: PassphraseReply) {
        self.asking.push_back(Asking {
            question,
            reply,
            typed: SecretInput::default(),
            again: SecretInput::default(),
            fresh: true,
        });
    }

    /// Whether a question is on screen.
    pub fn is_open(&self) -> bool {
        !self.asking.is_empty()
    }

    /// Draws the oldest question.
    pub fn ui(&mut self, ctx: &Context) {
        let Some(asking) = self.asking.front_mut() else {
            return;
        };
        match asking.ui(ctx) {
            Answer::Open => {}
            Answer::No => {
                if let Some(asking) = self.asking.pop_front() {
                    asking.reply.answer(None);
                }
            }
            Answer::Yes => {
                if let Some(mut asking) = self.asking.pop_front() {
                    let passphrase = asking.typed.take();
                    asking.reply.answer(Some(passphrase));
                }
            }
        }
    }
}

impl Asking {
    fn ui(&mut self, ctx: &Context) -> Answer {
        let choosing = self.question == Question::NewVault;
        let (title, words, yes) = match self.question {
            Question::NewVault => (
                "Choose a passphrase",
                "It locks everything that Waxwing keeps on this computer: your key, drafts and \
                 letters. There is no way in without it, so choose one that you will remember.",
                "Lock with it",
            ),
            Question::OpenVault => (
                "Your passphrase, please",
                "It unlocks your key, drafts and letters.",
                "Unlock",
            ),
            Question::OpenVaultAgain => (
                "That was not the passphrase",
                "Please try again; check capitals and keyboard layout.",
                "Unlock",
            ),
            Question::LetterPassword => (
                "This letter is sealed for a password",
                "Whoever wrote it chose one, and told you in another way. It is used for this \
                 letter alone, and not kept.",
                "Open the letter",
            ),
        };
        let field = match self.question {
            Question::LetterPassword => "Password of the letter",
            Question::NewVault | Question::OpenVault | Question::OpenVaultAgain => "Passphrase",
        };
        let same = self.typed.same_as(&self.again);
        let ready = !self.typed.is_empty() && (!choosing || same);
        let mut entered = false;
        let answer = dialog(ctx, "vault", title, (Kind::Primary, yes), ready, |ui| {
            ui.add(egui::Label::new(theme::body(words)).wrap());
            let first = secret_field(ui, field, &mut self.typed);
            if std::mem::take(&mut self.fresh) {
                first.request_focus();
            }
            let mut last = first;
            if choosing {
                last = secret_field(ui, "The same again", &mut self.again);
                if !self.again.is_empty() && !same {
                    let danger = Palette::of(ui).danger;
                    ui.label(theme::small("They differ.").color(danger));
                }
            }
            entered = last.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
        });
        if entered && ready {
            Answer::Yes
        } else {
            answer
        }
    }
}
