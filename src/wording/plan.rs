//! What keeps a letter from being sealed, and how it will travel.

use super::{Notice, Turn, key_state, list_of, scheme_name};
use crate::address::{Address, Mailbox};
use crate::app::command::{Because, DraftForm, Loss, Lost, Preflight, Why};
use crate::cert::{Fingerprint, Scheme};
use crate::compose::DraftProblem;
use crate::protect::plan::PlanProblem;

/// Why a letter cannot be sealed for somebody.
pub fn plan_problem(problem: &PlanProblem) -> Notice {
    match problem {
        PlanProblem::NoRecipients => Notice::new(
            "bad-draft",
            Turn::You,
            "The letter is for nobody yet.",
        )
        .why("It has no recipients.")
        .next("Write an address into To."),
        PlanProblem::OwnKey { fingerprint, why } => Notice::new(
            "cert-unusable",
            Turn::You,
            format!("Your own key cannot be used: {}.", key_state(why)),
        )
        .why("Every letter is signed with it, and sealed for it too, so that you can read it again.")
        .next("Make a new identity, or use another one.")
        .detail(fingerprint.grouped()),
        PlanProblem::NoCert { recipient } => Notice::new(
            "no-cert",
            Turn::OtherSide,
            format!("There is no key for {recipient}."),
        )
        .why("A letter is sealed with the recipient's key.")
        .next(format!(
            "Ask {recipient} for their key and import it, or take them off the letter."
        )),
        PlanProblem::NoOwnKey {
            recipient,
            fingerprint,
            scheme,
        } => {
            let make = match scheme {
                Scheme::OpenPgp => "Make one: wax key generate NAME ADDRESS",
                Scheme::Smime => "Make one: wax identity new NAME ADDRESS --scheme both",
            };
            Notice::new(
                "no-cert",
                Turn::You,
                format!("You have no key of the kind that {recipient} reads."),
            )
            .why("A letter is signed with your own key, and there are two kinds.")
            .next(make)
            .in_window("Make one under Settings.")
            .detail(fingerprint.grouped())
            .detail(scheme_name(*scheme))
        }
        PlanProblem::NotAccepted {
            recipient,
            fingerprint,
        } => Notice::new(
            "no-cert",
            Turn::You,
            format!("You have not said that the key for {recipient} is theirs."),
        )
        .why("There is one, and anybody can make one with any address in it.")
        .next(format!(
            "Compare its fingerprint with {recipient}, then confirm it: wax key confirm {fingerprint}"
        ))
        .in_window(format!(
            "Compare its fingerprint with {recipient}, then confirm it under Keys."
        ))
        .detail(fingerprint.grouped()),
        PlanProblem::Changed {
            recipient,
            fingerprint,
            confirmed,
        } => Notice::new(
            "cert-changed",
            Turn::You,
            format!("Another key for {recipient} came after you had confirmed one."),
        )
        .why("They may have a new one, or somebody wants to read along. Nothing is sealed for them until you say which holds.")
        .next(format!(
            "Ask {recipient} in another way than by mail, then confirm the key that is theirs: \
             wax key confirm {fingerprint} for the new one, wax key confirm {confirmed} to stay with the old one."
        ))
        .in_window(format!(
            "Ask {recipient} in another way than by mail, then say it under Keys: confirm the new key, or \
             reject it to stay with the old one."
        ))
        .detail(fingerprint.grouped())
        .detail(confirmed.grouped()),
        PlanProblem::Rejected {
            recipient,
            fingerprint,
        } => Notice::new(
            "no-cert",
            Turn::You,
            format!("You rejected the only key for {recipient}."),
        )
        .why("You said that it is not theirs.")
        .next(format!("Ask {recipient} for their key and import it."))
        .detail(fingerprint.grouped()),
        PlanProblem::Unusable {
            recipient,
            fingerprint,
            why,
        } => Notice::new(
            "cert-unusable",
            Turn::OtherSide,
            format!("The key for {recipient} cannot be used: {}.", key_state(why)),
        )
        .why("Nothing can be sealed with it.")
        .next(format!("Ask {recipient} for a new key and import it."))
        .detail(fingerprint.grouped()),
        PlanProblem::ReadsNoV6 {
            recipient,
            fingerprint,
        } => Notice::new(
            "cert-unusable",
            Turn::You,
            format!("{recipient} could not read a letter that your key signs."),
        )
        .why("Your key is of the newest kind, and nothing says that their program knows it.")
        .next(format!(
            "Write to {recipient} from an identity with a key of the usual kind, or ask them for a newer key."
        ))
        .detail(fingerprint.grouped()),
    }
}

/// One sentence on how a letter will travel.
pub fn preflight_sentence(preflight: &Preflight) -> String {
    let names: Vec<String> = preflight
        .rows
        .iter()
        .map(|row| {
            row.mailbox
                .name
                .as_ref()
                .map_or_else(|| row.mailbox.address.to_string(), ToString::to_string)
        })
        .collect();
    if preflight.rows.is_empty() {
        return "Write an address, and see here how the letter will travel.".to_owned();
    }
    if let [(first, some), (second, others)] = preflight.groups.as_slice() {
        return format!(
            "Sealed in two messages: by {} for {}, by {} for {}. The subject is hidden.",
            scheme_name(*first),
            group(some),
            scheme_name(*second),
            group(others)
        );
    }
    if preflight.problems.is_empty() {
        return format!("Sealed for {}. The subject is hidden.", list_of(&names));
    }
    let ready = preflight.rows.iter().filter(|row| row.cert.is_ok()).count();
    match preflight.problems.as_slice() {
        [one] => plan_problem(one).headline,
        [] | [_, ..] => format!(
            "Not ready to be sealed: a key that can be used is there for {ready} of {}.",
            preflight.rows.len()
        ),
    }
}

/// What a reply promises, in a sentence.
pub fn reply_sentence(reply: &DraftForm) -> &'static str {
    match (reply.answers.sealed_only, reply.to.is_empty()) {
        (true, false) => "It answers what was sealed for you, so it leaves sealed or not at all.",
        (true, true) => {
            "It answers what was sealed for you, so it leaves sealed or not at all. The letter does \
             not say whom to answer."
        }
        (false, false) => "It answers a letter that everybody on the way could read.",
        (false, true) => "The letter does not say whom to answer.",
    }
}

fn group(recipients: &[Mailbox]) -> String {
    let addresses: Vec<String> = recipients.iter().map(|m| m.address.to_string()).collect();
    list_of(&addresses)
}

/// Why a letter to somebody is sealed by this standard; nothing where there is no choice.
pub fn why_scheme(scheme: Scheme, why: Why) -> Option<String> {
    let name = scheme_name(scheme);
    match why {
        Why::Only => None,
        Why::Preferred => Some(format!("by {name}, as you want it for them")),
        Why::OneForAll => Some(format!("by {name}, so that the letter is one message")),
        Why::BetterChecked => Some(format!("by {name}, whose key you checked better")),
        Why::Default => Some(format!(
            "by {name}, which guards against alteration with every program"
        )),
    }
}

/// The same beside a recipient's name, where a look at it is offered.
pub const ANOTHER_KEY: &str = "Another key for them came since. The one that you took in first is \
                               used; if the other is theirs, confirm it.";

/// Another key came for somebody whose key was never confirmed (rule 53).
pub fn another_key(recipient: &Address, another: &Fingerprint) -> String {
    format!(
        "Another key for {recipient} is here ({}), of which you said nothing. The letter is sealed with \
         the one that you took in first.",
        another.grouped()
    )
}

/// A letter in two encodings whose groups nobody has seen yet.
pub fn needs_split(groups: &[(Scheme, Vec<Address>)]) -> Notice {
    let mut notice = Notice::new(
        "needs-split",
        Turn::You,
        "Its readers have keys of two different kinds.",
    )
    .why("The letter becomes two messages, one for each group, with the same text.")
    .next("If that is what you want, add --split.");
    for (scheme, addresses) in groups {
        let names: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        notice = notice.detail(format!("{}: {}", scheme_name(*scheme), list_of(&names)));
    }
    notice
}

/// What is not used because of somebody, in one sentence.
pub fn loss(loss: &Loss) -> String {
    let who: Vec<String> = loss
        .because_of
        .iter()
        .map(|because| match because {
            Because::Own => "your own key".to_owned(),
            Because::Recipient(mailbox) => format!("the key of {}", mailbox.address),
        })
        .collect();
    let who = list_of(&who);
    match loss.what {
        Lost::AuthenticatedEncryption => {
            format!("The newest way of sealing is not used: {who} cannot take it.")
        }
        Lost::StrongestCipher => {
            format!("The strongest cipher is not used: {who} does not take it.")
        }
        Lost::PostQuantum => format!(
            "The seal is not made for the time of quantum computers: {who} cannot take that."
        ),
    }
}

/// Why a draft cannot become a letter.
pub fn draft_problem(problem: &DraftProblem) -> Notice {
    let bad = |headline: String| Notice::new("bad-draft", Turn::You, headline);
    match problem {
        DraftProblem::NoRecipients => bad("The letter is for nobody yet.".to_owned())
            .why("It has no recipients.")
            .next("Write an address into To."),
        DraftProblem::BadRecipient { typed, why } => {
            let mut notice = super::failure::bad_address(typed.raw(), *why);
            notice.code = "bad-draft";
            notice
        }
        DraftProblem::BadSender(there) => {
            bad(format!("From says “{there}”, and that is not one address."))
                .why("A letter has one author.")
                .next("Write one address into From, or take the line out.")
        }
        DraftProblem::AlreadySealed => Notice::new(
            "already-sealed",
            Turn::You,
            "This is sealed or signed already.",
        )
        .why("A draft is the readable letter; sealing a sealed one would hide who wrote it.")
        .next("Give the draft that it was made from."),
        DraftProblem::TooLarge { bytes, limit } => bad("The letter is too large.".to_owned())
            .why(format!(
                "It would have {}; at most {} can be sent.",
                super::size(*bytes),
                super::size(*limit)
            ))
            .next("Take out some attachments."),
        DraftProblem::Unreadable(problem) => {
            let mut notice = super::failure::mime_problem(*problem);
            notice.code = "bad-draft";
            notice
        }
        DraftProblem::NotADraft => bad("This is no letter.".to_owned())
            .why("It has no header lines such as To and Subject.")
            .next("Start it with To: and Subject: lines, then an empty line, then the text."),
        DraftProblem::Damaged => bad("The draft is damaged.".to_owned())
            .why("What was kept of it is not whole.")
            .next("Restore the home from a backup; the rest was left as it is."),
        DraftProblem::AnswersSealed => Notice::new(
            "answers-sealed",
            Turn::You,
            "This answers a sealed letter, and would go readable.",
        )
        .why("What was sealed for you would be read by everybody on the way.")
        .next(
            "Seal it: take off whoever has no key, or import their key. To send it readable all the \
             same, take the quote, the subject and the line X-Waxwing-Sealed-Only out of the draft.",
        )
        .in_window(
            "Seal it: take off whoever has no key, or import their key. Send unprotected… offers to \
             send it without the quote and the subject.",
        ),
    }
}
