//! Practice: a partner who really opens and verifies what was sealed for them, and really
//! answers. Partner and learner use the same services, adapters and checks as everybody.

use super::{account, identity, letters, open, send};
use crate::address::{Address, Mailbox};
use crate::app::command::{DraftForm, DraftSource, ImportKeys, KeySource, Way};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::{Step, Watch};
use crate::app::port::{Ground, PracticeServer, Receipt};
use crate::cert::{Cert, Fingerprint};
use crate::read::{Reading, Summary};
use std::sync::Arc;

/// One practice: the learner's desk, the partner's, and the server between them.
pub struct Session {
    learner: Arc<Desk>,
    partner: Desk,
    server: Arc<dyn PracticeServer>,
    me: Mailbox,
    them: Mailbox,
}

/// What the partner did with a letter.
pub struct Answered {
    /// The subject that the partner read inside the seal.
    pub subject: String,
    /// What the partner saw of it.
    pub reading: Arc<Reading>,
    /// The server's word for the answer.
    pub receipt: Option<Receipt>,
}

impl Session {
    /// The desk of the person who practises.
    pub fn learner(&self) -> &Arc<Desk> {
        &self.learner
    }

    /// The partner's desk.
    pub fn partner(&self) -> &Desk {
        &self.partner
    }

    /// Who practises.
    pub fn me(&self) -> &Mailbox {
        &self.me
    }

    /// Who answers.
    pub fn them(&self) -> &Mailbox {
        &self.them
    }

    /// The server between them.
    pub fn server(&self) -> &dyn PracticeServer {
        &*self.server
    }

    /// The partner fetches, opens, verifies, and answers what came new: one answer a letter.
    pub fn partner_turn(&self, watch: &Watch) -> Result<Vec<Answered>, Failure> {
        watch.progress(Step::Waiting, 0, 0);
        let known: Vec<i64> = letters::list(&self.partner)?
            .into_iter()
            .map(|head| head.id)
            .collect();
        let mut answers = Vec::new();
        for head in letters::fetch(&self.partner, watch)?.into_iter().rev() {
            if known.contains(&head.id) {
                continue;
            }
            let letter = self
                .partner
                .store
                .letter(head.id)?
                .ok_or(Failure::NoSuchLetter)?;
            let reading = open::open_message(&self.partner, &letter.bytes, false, watch)?;
            answers.push(self.answer(Arc::new(reading), watch)?);
        }
        Ok(answers)
    }

    fn answer(&self, reading: Arc<Reading>, watch: &Watch) -> Result<Answered, Failure> {
        let subject = reading
            .header("Subject")
            .map(|s| s.raw().to_owned())
            .unwrap_or_default();
        let body = match reading.verdict().summary() {
            Summary::Confidential(_) => format!(
                "Your letter “{subject}” arrived sealed, and your signature holds: I know that \
                 it is from you, and that nobody else could read it.\n\nThis answer is sealed \
                 for you in the same way.\n"
            ),
            Summary::Verified(_) => format!(
                "Your letter “{subject}” arrived signed, and your signature holds. It was not \
                 sealed, so everybody on its way could read it.\n\nThis answer is sealed for \
                 you.\n"
            ),
            Summary::EncryptedUnverified | Summary::Unprotected => format!(
                "Your letter “{subject}” arrived, and nothing shows that it is from you.\n\n\
                 This answer is sealed for you.\n"
            ),
        };
        let form = DraftForm {
            to: self.me.to_string(),
            subject: format!("Re: {subject}"),
            body,
            ..DraftForm::default()
        };
        let source = DraftSource::Form(Box::new(form));
        let report = send::send(&self.partner, source, Way::Sealed, None, watch)?;
        Ok(Answered {
            subject,
            reading,
            receipt: report.receipts.into_iter().next(),
        })
    }
}

/// Sets a practice up: two identities, two accounts, and each has the other's key.
pub fn start(home: &Desk, ground: Ground, name: &str, watch: &Watch) -> Result<Session, Failure> {
    home.online()?;
    let learner = home.with_store(ground.learner.clone());
    let partner = home.with_store(ground.partner.clone());
    let name = if name.trim().is_empty() { "You" } else { name };
    let me = Mailbox::named(name, practice_address("you")?);
    let them = Mailbox::named("Pia Partner", practice_address("pia")?);
    let mine = identity::new(&learner, &me, watch)?.identity.fingerprint;
    let theirs = identity::new(&partner, &them, watch)?.identity.fingerprint;
    for (desk, mailbox) in [(&learner, &me), (&partner, &them)] {
        let (account, password) = ground.server.account(&mailbox.address);
        account::add(desk, &account, &password)?;
    }
    hand_over(&learner, &mine, &partner, watch)?;
    hand_over(&partner, &theirs, &learner, watch)?;
    Ok(Session {
        learner: Arc::new(learner),
        partner,
        server: ground.server,
        me,
        them,
    })
}

/// Addresses that exist nowhere (RFC 2606 §2).
fn practice_address(local: &str) -> Result<Address, Failure> {
    let text = format!("{local}@practice.invalid");
    Address::parse(&text).map_err(|problem| Failure::BadAddress { text, problem })
}

/// Imports one desk's certificate at the other, as a person would from a file.
fn hand_over(
    from: &Desk,
    fingerprint: &Fingerprint,
    to: &Desk,
    watch: &Watch,
) -> Result<(), Failure> {
    let cert = cert_of(from, fingerprint)?;
    let wanted = ImportKeys {
        sources: vec![KeySource::Bytes {
            name: "practice".to_owned(),
            bytes: cert.to_armored(),
        }],
        accept_for: Vec::new(),
        accept: false,
        password: None,
    };
    super::import::import(to, &wanted, watch).map(|_| ())
}

/// A certificate that must be there.
pub fn cert_of(desk: &Desk, fingerprint: &Fingerprint) -> Result<Cert, Failure> {
    desk.store.cert(fingerprint)?.ok_or_else(|| {
        Failure::Key(crate::app::failure::KeyFailure::NoSuchKey {
            wanted: fingerprint.to_string(),
        })
    })
}
