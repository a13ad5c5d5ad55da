//! The whole way once: a letter sealed for the partner, opened and verified there, and a sealed
//! answer that comes back.

#[cfg(test)]
mod tests;

use super::practice::{self, Answered, Session};
use super::{identity, letters, open, send};
use crate::app::command::{DraftForm, DraftSource, FormAttachment, SendReport, Way};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::files;
use crate::app::job::Watch;
use crate::app::port::Ground;
use crate::cert::OwnSecret;
use crate::read::{Reading, Summary};
use std::path::Path;
use std::sync::Arc;

/// What happened, one step after the other.
pub enum Told<'a> {
    /// Server, identities and accounts stand.
    Ready(&'a Session),
    /// The letter was sealed, proved and taken by the server.
    Sent(&'a SendReport),
    /// The partner opened it, found it confidential, and answered.
    Answered(&'a Answered),
    /// The answer came, was opened and found confidential.
    Opened(&'a Reading),
    /// Everything was kept in a folder.
    Kept(&'a Path),
}

/// The subject that only learner and partner can read.
pub const SUBJECT: &str = "A first sealed letter";

/// Runs the round trip; each step that falls short ends it with a failure.
pub fn run(
    home: &Desk,
    ground: Ground,
    keep: Option<&Path>,
    watch: &Watch,
    tell: &mut dyn FnMut(Told<'_>),
) -> Result<(), Failure> {
    let session = practice::start(home, ground, "Robin", watch)?;
    tell(Told::Ready(&session));
    let report = send::send(
        session.learner(),
        letter(&session),
        Way::Sealed,
        None,
        watch,
    )?;
    tell(Told::Sent(&report));
    let answers = session.partner_turn(watch)?;
    let answered = match answers.as_slice() {
        [one] => one,
        other => return Err(short(&format!("the partner found {} letters", other.len()))),
    };
    require_confidential(&answered.reading, "the letter")?;
    if answered.subject != SUBJECT {
        return Err(short("the partner read another subject"));
    }
    tell(Told::Answered(answered));
    let answer = fetch_answer(&session, watch)?;
    require_confidential(&answer, "the answer")?;
    tell(Told::Opened(&answer));
    if let Some(folder) = keep {
        keep_all(&session, folder)?;
        tell(Told::Kept(folder));
    }
    Ok(())
}

fn letter(session: &Session) -> DraftSource {
    DraftSource::Form(Box::new(DraftForm {
        to: session.them().to_string(),
        subject: SUBJECT.to_owned(),
        body: "Dear Pia,\n\nthis is my first sealed letter. Only you can read it.\n\nYours\n"
            .to_owned(),
        attachments: vec![FormAttachment {
            name: "enclosed.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            bytes: Arc::new(b"What is enclosed is sealed too.\n".to_vec()),
        }],
        ..DraftForm::default()
    }))
}

fn fetch_answer(session: &Session, watch: &Watch) -> Result<Arc<Reading>, Failure> {
    let learner = session.learner();
    let heads = letters::fetch(learner, watch)?;
    let head = heads.first().ok_or_else(|| short("no answer came back"))?;
    let letter = learner
        .store
        .letter(head.id)?
        .ok_or(Failure::NoSuchLetter)?;
    let reading = open::open_message(learner, &letter.bytes, false, watch)?;
    Ok(Arc::new(reading))
}

fn require_confidential(reading: &Reading, what: &str) -> Result<(), Failure> {
    match reading.verdict().summary() {
        Summary::Confidential(_) => Ok(()),
        Summary::Verified(_) | Summary::EncryptedUnverified | Summary::Unprotected => {
            Err(short(&format!(
                "{what} is {} instead of confidential",
                reading.verdict().summary().word()
            )))
        }
    }
}

fn short(what: &str) -> Failure {
    Failure::Practice(what.to_owned())
}

/// Keeps what was sent and what opens it. The partner's secret key is a practice key without any
/// worth, so it is written without a password, for other programs to try.
fn keep_all(session: &Session, folder: &Path) -> Result<(), Failure> {
    files::make_folder(folder)?;
    let server = session.server();
    let newest = |mailbox: &crate::address::Mailbox| {
        server
            .received(&mailbox.address)
            .last()
            .cloned()
            .ok_or(Failure::NoSuchLetter)
    };
    files::write_new(&folder.join("letter.eml"), &newest(session.them())?)?;
    files::write_new(&folder.join("answer.eml"), &newest(session.me())?)?;
    let partner = identity::current(session.partner())?.fingerprint;
    let me = identity::current(session.learner())?.fingerprint;
    let certs = [
        ("you.asc", practice::cert_of(session.learner(), &me)?),
        (
            "partner.asc",
            practice::cert_of(session.partner(), &partner)?,
        ),
    ];
    for (name, cert) in certs {
        files::write_new(&folder.join(name), &cert.to_armored())?;
    }
    // The practice partner's key is OpenPGP's.
    let Some(OwnSecret::OpenPgp(secret)) = open::secret_key(&*session.partner().store, &partner)?
    else {
        return Err(Failure::Key(crate::app::failure::KeyFailure::NoSecret));
    };
    let armored = secret.export_unprotected();
    files::write_new(&folder.join("partner-secret.asc"), armored.expose())?;
    let mut log = server.wire_log().join("\n");
    log.push('\n');
    files::write_new(&folder.join("wire.log"), log.as_bytes())?;
    Ok(())
}
