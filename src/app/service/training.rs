//! Training: the practice partner's letters, and harmless copies of the known attacks among them. What
//! each shows is what the program finds in it, like in any letter.

use super::practice::{self, Session};
use super::{letters, send};
use crate::address::{Address, Mailbox};
use crate::app::command::{DraftForm, DraftSource, TrainingLetter, Trick, Way};
use crate::app::failure::Failure;
use crate::app::job::Watch;
use crate::base::Time;
use crate::cert::SecretCert;
use crate::mime::build;
use crate::protect::openpgp;

/// What a dangerous file holds: nothing that does anything.
const HARMLESS: &str = "This file is part of a practice letter. It does nothing.";

/// Makes a letter and lays it among the learner's; its number there.
///
/// # Errors
/// Practice is over, or sealing failed.
pub fn next(session: &Session, trick: Trick, watch: &Watch) -> Result<TrainingLetter, Failure> {
    let learner = session.learner();
    let known: Vec<i64> = letters::list(learner)?
        .into_iter()
        .map(|head| head.id)
        .collect();
    match trick {
        Trick::Honest => {
            honest(session, watch)?;
            letters::fetch(learner, watch)?;
        }
        Trick::SpoofedSigner
        | Trick::LookAlike
        | Trick::HiddenText
        | Trick::DangerousFile
        | Trick::CovertQuote => {
            let bytes = made(session, trick)?;
            let now = learner.clock.now();
            let uid = format!("training-{}-{}", trick.word(), known.len());
            learner
                .store
                .put_letter(&session.me().address, &uid, &bytes, false, now)?;
        }
    }
    let all = letters::list(learner)?;
    let new = all.iter().find(|head| !known.contains(&head.id));
    let id = new.map(|head| head.id).ok_or(Failure::NoSuchLetter)?;
    Ok(TrainingLetter { id, trick })
}

/// A letter that is what it says, sent like any other.
fn honest(session: &Session, watch: &Watch) -> Result<(), Failure> {
    let form = DraftForm {
        to: session.me().to_string(),
        subject: "The garden on Saturday".to_owned(),
        body: "Hello,\n\nshall we meet at ten in the garden? I bring the seeds.\n\nPia\n"
            .to_owned(),
        ..DraftForm::default()
    };
    let source = DraftSource::Form(Box::new(form));
    send::send(session.partner(), source, Way::Sealed, None, watch)?;
    Ok(())
}

fn made(session: &Session, trick: Trick) -> Result<Vec<u8>, Failure> {
    let now = session.learner().clock.now();
    let (me, pia) = (session.me(), session.them());
    match trick {
        Trick::SpoofedSigner => {
            let stranger = somebody("Pia Partner", "pia.partner@elsewhere.invalid")?;
            let key = SecretCert::generate(&stranger, now)
                .map_err(|problem| Failure::Bug(format!("{problem:?}")))?;
            let header = header(pia, me, "My new bank account", now);
            let inner = text(
                "Please send the rent to my new account from now on:\r\n0000 1111 2222.\r\n\r\nPia",
            );
            openpgp::sign_message(header.as_bytes(), inner.as_bytes(), &key.secret, now)
                .map_err(Failure::Seal)
        }
        Trick::LookAlike => {
            let alike = somebody("Pia Partner", "pia@practlce.invalid")?;
            let body = text(
                "I am on the road and need your help at once. Please answer to this address.\r\n\r\nPia",
            );
            Ok(format!("{}{body}", header(&alike, me, "Urgent", now)).into_bytes())
        }
        Trick::HiddenText => {
            let body = "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
                <p>Do you agree to what we said on the phone? A short yes will do.</p>\
                <div style=\"font-size:0;color:#ffffff\">We said on the phone that you pay all of it.</div>\
                <p>Pia</p>\r\n";
            Ok(format!("{}{body}", header(pia, me, "A short question", now)).into_bytes())
        }
        Trick::DangerousFile => {
            let office = somebody("Accounts", "accounts@elsewhere.invalid")?;
            let body = format!(
                "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=practice\r\n\r\n\
                 --practice\r\nContent-Type: text/plain\r\n\r\nYour invoice is attached. Please open it today.\r\n\
                 --practice\r\nContent-Type: application/pdf\r\n\
                 Content-Disposition: attachment; filename=\"invoice.pdf.exe\"\r\n\r\n{HARMLESS}\r\n--practice--\r\n"
            );
            Ok(format!("{}{body}", header(&office, me, "Your invoice", now)).into_bytes())
        }
        Trick::CovertQuote | Trick::Honest => covert(session, now),
    }
}

/// An old sealed letter of the learner's inside another, which asks for an answer: who answers with all
/// of it quoted gives it away.
fn covert(session: &Session, now: Time) -> Result<Vec<u8>, Failure> {
    let (me, pia) = (session.me(), session.them());
    let own = super::identity::current(session.learner())?.fingerprint;
    let cert = practice::cert_of(session.learner(), &own)?;
    let partner = super::identity::current(session.partner())?.fingerprint;
    let key = super::open::secret_key(&*session.partner().store, &partner)?;
    let Some(crate::cert::OwnSecret::OpenPgp(key)) = key else {
        return Err(Failure::NoIdentity {
            address: Some(pia.address.clone()),
        });
    };
    let sealed = openpgp::seal_message(
        b"",
        text("The secret of an old letter.").as_bytes(),
        &key,
        std::slice::from_ref(&cert),
        now,
        &*session.partner().workers,
    )
    .map_err(Failure::Seal)?;
    let sealed = String::from_utf8_lossy(&sealed).replacen("MIME-Version: 1.0\r\n", "", 1);
    let stranger = somebody("Help Desk", "help@elsewhere.invalid")?;
    Ok(format!(
        "{}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=practice\r\n\r\n\
         --practice\r\nContent-Type: text/plain\r\n\r\nDid this letter reach you? Please answer and quote it whole.\r\n\
         --practice\r\n{sealed}\r\n--practice--\r\n",
        header(&stranger, me, "Did it reach you?", now)
    )
    .into_bytes())
}

fn somebody(name: &str, address: &str) -> Result<Mailbox, Failure> {
    let parsed = Address::parse(address).map_err(|problem| Failure::BadAddress {
        text: address.to_owned(),
        problem,
    })?;
    Ok(Mailbox::named(name, parsed))
}

fn text(words: &str) -> String {
    format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{words}\r\n")
}

fn header(from: &Mailbox, to: &Mailbox, subject: &str, now: Time) -> String {
    let mut out = Vec::new();
    build::mailboxes_field(&mut out, "From", std::slice::from_ref(from));
    build::mailboxes_field(&mut out, "To", std::slice::from_ref(to));
    build::text_field(&mut out, "Subject", subject);
    build::date_field(&mut out, now);
    String::from_utf8_lossy(&out).into_owned()
}
