//! Every page in every state, for the tests that look at all of them.

use super::{Paper, desk};
use crate::app::command::{ImportReport, ImportedKey, Outcome, SendReport};
use crate::app::failure::{Failure, FileFailure};
use crate::app::job::{Progress, Step};
use crate::app::port::{Receipt, Refusal, Reply, SubmitFailure, TlsFacts};
use crate::gui::pages::check::CheckPage;
use crate::gui::pages::keys::KeysPage;
use crate::gui::pages::read::ReadPage;
use crate::gui::view::{Busy, Contact};
use crate::gui::{Place, Slot};
use crate::protect::Protection;

/// All pages; `None` is first start.
pub const PLACES: [Option<Place>; 7] = [
    None,
    Some(Place::Write),
    Some(Place::Read),
    Some(Place::Outbox),
    Some(Place::Keys),
    Some(Place::Check),
    Some(Place::Settings),
];

/// How a page may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing is there yet.
    Empty,
    /// As it is on most days.
    Full,
    /// A job of the page is under way.
    Busy,
    /// A job of the page failed.
    Failed,
    /// A job of the page went well.
    Done,
    /// Names are long and full of tricks.
    Long,
}

/// All of them.
pub const STATES: [State; 6] = [
    State::Empty,
    State::Full,
    State::Busy,
    State::Failed,
    State::Done,
    State::Long,
];

/// What a page is called in names of files.
pub fn name(place: Option<Place>) -> String {
    place.map_or_else(
        || "first-start".to_owned(),
        |place| format!("{place:?}").to_lowercase(),
    )
}

/// A page in a state.
pub fn paper(place: Option<Place>, state: State) -> Paper {
    let mut paper = Paper::new(place, state == State::Long);
    match state {
        State::Full | State::Long => {}
        State::Empty => empty(&mut paper),
        State::Busy => busy(&mut paper),
        State::Failed => failed(&mut paper),
        State::Done => done(&mut paper),
    }
    paper
}

fn empty(paper: &mut Paper) {
    paper.write.begin("fresh".to_owned());
    paper.read = ReadPage::default();
    paper.keys = KeysPage::default();
    paper.check = CheckPage::default();
    let mut asked = Vec::new();
    paper.keys.tend(&mut asked);
    let nothing = Ok(Outcome::Keys(Vec::new()));
    paper.keys.answer(Slot::Keys, nothing, &mut asked);
    paper.view.outbox = Some(Vec::new());
    paper.view.letters = Some(Vec::new());
    if let Some(overview) = &mut paper.view.overview {
        overview.identities.clear();
        overview.accounts.clear();
    }
}

/// The job that a page is waiting for in its busy state.
fn slot(place: Option<Place>) -> Slot {
    match place {
        None => Slot::Identity,
        Some(Place::Write) => Slot::Send,
        Some(Place::Read) => Slot::Fetch,
        Some(Place::Outbox) => Slot::Retry,
        Some(Place::Keys) => Slot::Import,
        Some(Place::Check) => Slot::Check,
        Some(_) => Slot::AccountTest,
    }
}

fn busy(paper: &mut Paper) {
    paper.view.busy.push(Busy {
        slot: slot(paper.place),
        progress: Some(Progress {
            step: Step::Sending,
            done: 42,
            total: 100,
        }),
        cancelled: false,
    });
    paper.view.contacted.push(Contact {
        host: "smtp.example.org:465".to_owned(),
        why: "sending a letter",
        at: desk::now(),
    });
}

fn failed(paper: &mut Paper) {
    let full = || Failure::File(FileFailure::DiskFull("/letters/ada".into()));
    let maybe = || Failure::Submit(SubmitFailure::MaybeSent { cancelled: false });
    let mut asked = Vec::new();
    match paper.place {
        None => paper.first.answer(&Err(full())),
        Some(Place::Write) => paper.write.answer(Slot::Send, Err(maybe()), &mut asked),
        Some(Place::Read) => paper.read.answer(Slot::Open, Err(full()), &mut asked),
        Some(Place::Outbox) => paper.outbox.answer(&Err(maybe())),
        Some(Place::Keys) => paper.keys.answer(Slot::Import, Err(full()), &mut asked),
        Some(Place::Check) => paper.check.answer(Slot::Check, Err(full())),
        Some(_) => {
            let slot = Slot::AccountTest;
            paper.settings.answer(slot, Err(maybe()), &mut asked);
        }
    }
}

fn reply(code: u16, text: &str) -> Reply {
    Reply {
        code,
        text: text.to_owned(),
    }
}

fn receipt() -> Receipt {
    Receipt {
        tls: TlsFacts {
            host: "smtp.example.org".to_owned(),
            peer: "192.0.2.1:465".to_owned(),
            version: "TLS 1.3".to_owned(),
            key_exchange: "X25519MLKEM768".to_owned(),
            certificate: "00".repeat(32),
        },
        taken: vec![desk::mailbox("bob@example.org").address],
        refused: vec![Refusal {
            address: desk::mailbox("dave@example.org").address,
            reply: reply(550, "no such user"),
        }],
        last: reply(250, "queued"),
        at: desk::now(),
    }
}

fn done(paper: &mut Paper) {
    let mut asked = Vec::new();
    match paper.place {
        Some(Place::Write) => {
            let sent = Outcome::Sent(SendReport {
                id: 1,
                message_id: "id@example.org".to_owned(),
                protection: Protection::Sealed,
                receipts: vec![receipt()],
            });
            paper.write.answer(Slot::Send, Ok(sent), &mut asked);
        }
        Some(Place::Keys) => {
            let key = ImportedKey {
                fingerprint: desk::fingerprint('C'),
                kind: "openpgp",
                addresses: vec![desk::mailbox("carol@example.org").address],
                accepted_for: vec![desk::mailbox("carol@example.org").address],
                secret: false,
            };
            let report = Outcome::Imported(ImportReport {
                imported: vec![key],
                refused: Vec::new(),
            });
            paper.keys.answer(Slot::Import, Ok(report), &mut asked);
        }
        Some(Place::Check) => {
            let saved = Outcome::Saved("/letters/check-up.html".into());
            paper.check.answer(Slot::SaveReport, Ok(saved));
        }
        Some(Place::Read) => {
            let saved = Outcome::Saved("/letters/file 0.pdf".into());
            paper.read.answer(Slot::Save, Ok(saved), &mut asked);
        }
        Some(_) | None => {}
    }
}
