//! One's own server, seen from behind one's login: what it lets one do, and what it does to letters. The
//! login shows the control (rule 69); every letter that is sent goes to oneself alone.

use super::{account, checkup, identity, origin, seal};
use crate::address::domain_to_ascii;
use crate::app::command::{
    AccountQuestion, CheckAnswer, DraftForm, DraftSource, FormAttachment, OriginWish, Way,
};
use crate::app::desk::Desk;
use crate::app::failure::{CheckFailure, Failure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::port::{SubmitFailure, Surveyed, Visit, Vouching, Wanted as Awaited};
use crate::app::random;
use crate::base::Passphrase;
use crate::checkup::account::{
    self as rules, Behaviour, CONNECTIONS, Fate, OtherLogin, SPAM_LINE, Which,
};
use crate::checkup::servers::{self, Place, Probed, Service};
use crate::checkup::{Facts, Finding, Report};
use crate::dns::{Name, NotKnown, Snapshot};
use crate::headers;
use crate::mime::Header;
use crate::protect::{ConsentToPlain, Outgoing};
use crate::settings::{Account, Security, Trust};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Before the token in the subject of such letters.
const SUBJECT: &str = "Waxwing test";
/// How letters are called after the token.
const LETTERS: [(Which, &str); 4] = [
    (Which::Own, "own"),
    (Which::Forged, "forged"),
    (Which::Spam, "spam"),
    (Which::Virus, "virus"),
];

/// Looks at the server of an account.
pub fn check(
    desk: &Desk,
    question: &AccountQuestion,
    watch: &Watch,
) -> Result<CheckAnswer, Failure> {
    desk.online()?;
    let address = match &question.address {
        Some(address) => address.clone(),
        None => identity::current(desk)?.mailbox.address,
    };
    let (account, password) = account::account_of(desk, &address)?;
    let host = &account.submission.host;
    let subject = format!("{host}:{}", account.submission.port);
    let senders = rules::senders(&address);
    let seen = desk
        .submission
        .survey(&account, &password, &senders, watch)
        .map_err(Failure::Submit)?;
    let mut behaviour = Behaviour {
        size: seen.size,
        senders: seen.senders.clone(),
        asked: seen.asked,
        ..Behaviour::default()
    };
    let mut findings = Vec::new();
    watch.stop_here()?;
    watch.progress(Step::Checking, 0, 0);
    if let Some(visit) = visit(&account, &seen) {
        let visit = (visit, authorities(desk, &account));
        outside(desk, &visit, question, &mut behaviour, &mut findings, watch)?;
    }
    if let Some((login, password)) = &question.other_login {
        watch.stop_here()?;
        behaviour.other_login = Some(other_login(desk, &account, login, password, watch));
    }
    findings.extend(rules::judge(&subject, &behaviour));
    let post = Post {
        desk,
        account: &account,
        password: &password,
        question,
        watch,
    };
    for (which, fate) in post.letters()? {
        findings.extend(rules::judge_letter(&subject, which, &fate));
    }
    watch.stop_here()?;
    findings.sort_by_key(|finding: &Finding| finding.id);
    let report = Report {
        findings,
        spf: None,
    };
    let ascii = domain_to_ascii(address.domain()).ok();
    let domain = ascii.and_then(|ascii| Name::parse(&ascii).ok());
    let bad = || CheckFailure::BadDomain(address.domain().to_owned());
    let domain = domain.ok_or_else(bad)?;
    let at = desk.clock.now();
    let mut contacted = vec![subject];
    let mailbox = account.mailbox.as_ref();
    contacted.extend(mailbox.map(|at| format!("{}:{}", at.host, at.port)));
    Ok(CheckAnswer {
        changes: checkup::compare(desk, "account", &domain, &report, at),
        at,
        domain: domain.to_string(),
        report,
        looked_up: Vec::new(),
        contacted,
    })
}

/// Looks at the server without a login.
fn outside(
    desk: &Desk,
    (visit, authorities): &(Visit, Vec<Vec<u8>>),
    question: &AccountQuestion,
    behaviour: &mut Behaviour,
    findings: &mut Vec<Finding>,
    watch: &Watch,
) -> Result<(), Failure> {
    let vouching = Vouching {
        authorities,
        now: desk.clock.now(),
    };
    let visits = [visit.clone()];
    let met = desk.servers.meet(&visits, &[], &vouching, &watch.cancel);
    if let Some((place, Probed::Seen(outside))) = met.places.into_iter().next() {
        let nothing = Snapshot::default();
        servers::check_one(&place, &outside, &Facts::new(&nothing), findings);
        behaviour.banner = outside.banner.clone();
    }
    if !visit.place.service.is_implicit() {
        watch.stop_here()?;
        let servers = &desk.servers;
        behaviour.injected = Some(servers.keeps_injected(visit, &vouching, &watch.cancel));
    }
    if question.connections {
        watch.stop_here()?;
        let servers = &desk.servers;
        behaviour.connections = Some(servers.crowd(visit, CONNECTIONS, &vouching, &watch.cancel));
    }
    Ok(())
}

/// The same server again, without a login, at the address where the login went.
fn visit(account: &Account, seen: &Surveyed) -> Option<Visit> {
    let endpoint = &account.submission;
    let name = |text: &str| Name::parse(&domain_to_ascii(text).ok()?).ok();
    Some(Visit {
        place: Place {
            host: name(&endpoint.host)?,
            port: endpoint.port,
            service: match endpoint.security {
                Security::Implicit => Service::Submissions,
                Security::StartTls => Service::Submission,
            },
            domain: name(account.address.domain())?,
        },
        at: vec![seen.tls.peer.parse().ok()?],
    })
}

/// Whoever vouches for servers on this system, and whom the person pinned for this one.
fn authorities(desk: &Desk, account: &Account) -> Vec<Vec<u8>> {
    let system = desk.trust.authorities();
    let mut all: Vec<Vec<u8>> = system.unstated.into_iter().chain(system.for_mail).collect();
    if let Trust::Pinned(issuers) = &account.submission.trust {
        all.extend(issuers.iter().cloned());
    }
    all
}

/// Tries a login that should be refused, once.
fn other_login(
    desk: &Desk,
    account: &Account,
    login: &str,
    password: &Passphrase,
    watch: &Watch,
) -> OtherLogin {
    let other = Account {
        login: login.to_owned(),
        ..account.clone()
    };
    match desk.submission.test(&other, password, watch) {
        Ok(_) => OtherLogin::Taken,
        Err(SubmitFailure::LoginRefused(reply)) if reply.code >= 500 => OtherLogin::Refused,
        Err(_) => OtherLogin::Not(NotKnown::TurnedAway),
    }
}

/// Letters to oneself.
struct Post<'a> {
    desk: &'a Desk,
    account: &'a Account,
    password: &'a Passphrase,
    question: &'a AccountQuestion,
    watch: &'a Watch,
}

/// A letter that left, or that came back and was saved.
struct Letter {
    which: Which,
    subject: String,
    /// Its header section as it left.
    header: Option<Vec<u8>>,
}

impl Post<'_> {
    /// What became of each letter that was asked for.
    fn letters(&self) -> Result<Vec<(Which, Fate)>, Failure> {
        let mut fates = Vec::new();
        if let Some(path) = &self.question.came_back {
            fates.push(self.saved(&files::read_message(path)?)?);
        }
        let wanted = |which| match which {
            Which::Own | Which::Forged => self.question.letter,
            Which::Spam => self.question.spam,
            Which::Virus => self.question.virus,
        };
        let all: Vec<(Which, &str)> = LETTERS
            .into_iter()
            .filter(|(which, _)| wanted(*which))
            .collect();
        if all.is_empty() {
            return Ok(fates);
        }
        // What lies in the mailbox already is none of them, and is not fetched.
        let there = self.what_is_there()?;
        let token: String = random::make_bytes::<8>()?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let mut sent = Vec::new();
        for (which, word) in all {
            self.watch.stop_here()?;
            let subject = format!("{SUBJECT} {token}-{word}");
            let message = self.compose(which, &subject)?;
            let header = header_section(&message).to_vec();
            match self.hand_over(message)? {
                None => {
                    self.remember(&subject, &header)?;
                    sent.push(Letter {
                        which,
                        subject,
                        header: Some(header),
                    });
                }
                Some(fate) => fates.push((which, fate)),
            }
        }
        fates.extend(self.come_back(&sent, there)?);
        Ok(fates)
    }

    /// Names of the letters in the mailbox; `None` where the account has none.
    fn what_is_there(&self) -> Result<Option<HashSet<String>>, Failure> {
        if self.account.mailbox.is_none() {
            return Ok(None);
        }
        let there = Mutex::new(HashSet::new());
        let known = |uid: &str| {
            let mut there = there.lock().unwrap_or_else(PoisonError::into_inner);
            there.insert(uid.to_owned());
            true
        };
        let mailbox = &self.desk.mailbox;
        mailbox
            .fetch(self.account, self.password, &known, self.watch)
            .map_err(Failure::Fetch)?;
        Ok(Some(
            there.into_inner().unwrap_or_else(PoisonError::into_inner),
        ))
    }

    fn compose(&self, which: Which, subject: &str) -> Result<Vec<u8>, Failure> {
        let address = &self.account.address;
        let what = match which {
            Which::Own => "It shows what your mail server does to a letter.",
            Which::Forged => "Its From is not yours: it shows whether your mail server minds.",
            Which::Spam => "It holds the line by which spam filters are tried.",
            Which::Virus => "It holds the harmless file by which virus scanners are tried.",
        };
        let mut body = format!(
            "This letter was sent by Waxwing, from you to you, because you asked for it.\n{what}\n\
             You can delete it.\n"
        );
        if which == Which::Spam {
            body.push_str(&format!("\n{SPAM_LINE}\n"));
        }
        let attachments = match which {
            Which::Virus => vec![FormAttachment {
                name: "eicar.com".to_owned(),
                media_type: "application/octet-stream".to_owned(),
                bytes: rules::virus_sample().into(),
            }],
            Which::Own | Which::Forged | Which::Spam => Vec::new(),
        };
        let form = DraftForm {
            to: address.as_str().to_owned(),
            subject: subject.to_owned(),
            body,
            attachments,
            ..DraftForm::default()
        };
        let source = DraftSource::Form(Box::new(form));
        let (composed, _) = seal::compose(self.desk, source, Way::Unprotected, self.watch)?;
        let message = composed.payload.plain_message();
        Ok(match which {
            Which::Forged => with_author(&message, &rules::stranger(address)),
            Which::Own | Which::Spam | Which::Virus => message,
        })
    }

    /// Hands a letter to the server: `None` when it was taken.
    fn hand_over(&self, message: Vec<u8>) -> Result<Option<Fate>, Failure> {
        let copies = vec![(vec![self.account.address.clone()], message)];
        // The person asked for it in so many words; it says nothing and goes to themselves.
        let outgoing = Outgoing::plain(copies, ConsentToPlain::given())
            .map_err(|_| Failure::Bug("a test letter is not plain".to_owned()))?;
        let Some(copy) = outgoing.copies().first().cloned() else {
            return Err(Failure::Bug("a test letter has no copy".to_owned()));
        };
        let submission = &self.desk.submission;
        let handed =
            submission.submit(self.account, self.password, &copy, self.watch, &mut || true);
        let refused = |code: u16| match code {
            500..=599 => Fate::Refused(code),
            _ => Fate::Not(NotKnown::TurnedAway),
        };
        Ok(match handed {
            Ok(_) => None,
            Err(SubmitFailure::Refused { reply, .. }) => Some(refused(reply.code)),
            Err(SubmitFailure::AllRefused(refusals)) => {
                Some(refused(refusals.first().map_or(0, |one| one.reply.code)))
            }
            Err(SubmitFailure::Cancelled) => return Err(Failure::Cancelled),
            Err(_) => Some(Fate::Not(NotKnown::Closed)),
        })
    }

    /// Waits for the letters, and reads them as they came.
    fn come_back(
        &self,
        sent: &[Letter],
        there: Option<HashSet<String>>,
    ) -> Result<Vec<(Which, Fate)>, Failure> {
        let Some(there) = there else {
            let open = |letter: &Letter| (letter.which, Fate::Not(NotKnown::NotAsked));
            return Ok(sent.iter().map(open).collect());
        };
        let is = |message: &[u8], letter: &Letter| subject_of(message) == letter.subject;
        let wanted = Awaited {
            is: &|message| sent.iter().any(|letter| is(message, letter)),
            count: sent.len(),
            patience: Duration::from_secs(self.question.patience),
        };
        let known = |uid: &str| there.contains(uid);
        let came = self
            .desk
            .mailbox
            .wait_for(self.account, self.password, &known, &wanted, self.watch)
            .map_err(Failure::Fetch)?;
        self.watch.stop_here()?;
        let mut fates = Vec::new();
        for letter in sent {
            let found = came.iter().find(|one| is(&one.bytes, letter));
            let fate = match found {
                None => Fate::Gone,
                Some(found) => self.read(letter, &found.bytes)?,
            };
            fates.push((letter.which, fate));
        }
        Ok(fates)
    }

    /// A letter that the person saved. How it left is known here where it left from here.
    fn saved(&self, message: &[u8]) -> Result<(Which, Fate), Failure> {
        let subject = subject_of(message);
        let word = subject.rsplit_once('-').map_or("", |(_, word)| word);
        let which = LETTERS.iter().find(|(_, known)| *known == word);
        let which = which.map_or(Which::Own, |(which, _)| *which);
        let kept = self.desk.store.checkup(&kept_as(&subject))?;
        let letter = Letter {
            which,
            subject,
            header: kept.map(|(header, _)| header),
        };
        Ok((which, self.read(&letter, message)?))
    }

    fn read(&self, letter: &Letter, message: &[u8]) -> Result<Fate, Failure> {
        let from = match letter.which {
            Which::Forged => rules::stranger(&self.account.address),
            Which::Own | Which::Spam | Which::Virus => self.account.address.as_str().to_owned(),
        };
        let origin = match letter.which {
            Which::Own => Some(self.origin(message)?),
            Which::Forged | Which::Spam | Which::Virus => None,
        };
        Ok(Fate::Came(headers::returned(
            letter.header.as_deref(),
            header_section(message),
            &from,
            origin.as_ref(),
        )))
    }

    fn origin(&self, message: &[u8]) -> Result<headers::Origin, Failure> {
        let wish = OriginWish {
            message: Arc::new(message.to_vec()),
            ask: true,
            zone: self.question.zone.clone(),
            resolver: self.question.resolver,
            ..OriginWish::default()
        };
        Ok(origin::origin(self.desk, &wish, self.watch)?.origin)
    }

    /// Keeps how a letter left, for when it is saved from somewhere else.
    fn remember(&self, subject: &str, header: &[u8]) -> Result<(), Failure> {
        let now = self.desk.clock.now();
        let store = &self.desk.store;
        Ok(store.remember_checkup(&kept_as(subject), header, now)?)
    }
}

fn kept_as(subject: &str) -> String {
    format!("letter:{subject}")
}

/// The header section with the empty line that ends it.
fn header_section(message: &[u8]) -> &[u8] {
    let end = memchr::memmem::find(message, b"\r\n\r\n").map(|at| at.saturating_add(4));
    let end = end.or_else(|| memchr::memmem::find(message, b"\n\n").map(|at| at.saturating_add(2)));
    message
        .get(..end.unwrap_or(message.len()))
        .unwrap_or(message)
}

fn subject_of(message: &[u8]) -> String {
    let header = Header::parse(header_section(message));
    let subject = header.text("Subject");
    subject.map_or(String::new(), |subject| {
        // A filter may write its mark before it.
        let text = subject.raw();
        let at = text.find(SUBJECT).unwrap_or(0);
        text.get(at..).unwrap_or(text).trim().to_owned()
    })
}

/// The message with another author.
fn with_author(message: &[u8], author: &str) -> Vec<u8> {
    let header = Header::parse(header_section(message));
    let Some(from) = header.first("From").map(|field| field.bytes) else {
        return message.to_vec();
    };
    let Some(at) = memchr::memmem::find(message, from) else {
        return message.to_vec();
    };
    let (before, rest) = message.split_at(at);
    let after = rest.get(from.len()..).unwrap_or_default();
    [before, format!("From: {author}\r\n").as_bytes(), after].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_author_changes_nothing_else() {
        let message = b"Date: x\r\nFrom: A\r\n <a@example.org>\r\nTo: b\r\n\r\nFrom: A\r\n";
        assert_eq!(
            with_author(message, "c@example.com"),
            b"Date: x\r\nFrom: c@example.com\r\nTo: b\r\n\r\nFrom: A\r\n"
        );
    }

    #[test]
    fn a_marked_subject_is_still_known() {
        let marked = b"Subject: ***SPAM*** Waxwing test 0a-spam\r\n\r\n";
        assert_eq!(subject_of(marked), "Waxwing test 0a-spam");
        assert_eq!(subject_of(b"Subject: other\n\nx"), "other");
    }
}
