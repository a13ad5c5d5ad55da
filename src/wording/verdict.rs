//! The verdict in words.

use super::{Notice, Turn, date_time};
use crate::base::untrusted::escape_line;
use crate::cert::Checked;
use crate::protect::evidence::{Integrity, RecipientHandle};
use crate::read::{Caution, Summary, Verdict, WhyNot};

/// One sentence on the message and why it is no better: what stands on top of it.
pub fn verdict(verdict: &Verdict) -> Notice {
    let sealed_for = recipients_sentence(verdict);
    match verdict.summary() {
        Summary::Verified(signer) => {
            let who = written_by(signer.inner().address.as_ref().map(ToString::to_string));
            let mut notice = Notice::new("verified", Turn::Nobody, format!("{who}."))
                .why("It was signed and has not been changed. Others could read it on its way.");
            if verdict.without_integrity() {
                notice = notice.next(
                    "It was encrypted in an old way that does not protect it from changes; the \
                     signature inside does. Ask the sender to update their program.",
                );
            }
            notice
        }
        Summary::Confidential(signer) => {
            let who = written_by(signer.inner().address.as_ref().map(ToString::to_string));
            Notice::new("confidential", Turn::Nobody, format!("{who}. {sealed_for}"))
                .why("It was signed, and only those it is sealed for can read it.")
        }
        Summary::EncryptedUnverified => {
            let notice = Notice::new(
                "encrypted-unverified",
                Turn::You,
                format!(
                    "Sealed for your key; nobody vouches for who wrote it.{}",
                    others(&sealed_for)
                ),
            );
            with_reason(notice, verdict)
        }
        Summary::Unprotected => with_reason(
            Notice::new("unprotected", Turn::Nobody, unprotected_headline(verdict)),
            verdict,
        ),
    }
}

/// What the headline has not said already.
fn others(sealed_for: &str) -> String {
    if sealed_for == "Sealed for you." || sealed_for.is_empty() {
        return String::new();
    }
    format!(" {sealed_for}")
}

fn unprotected_headline(verdict: &Verdict) -> &'static str {
    if verdict.why_not() == Some(WhyNot::NoIntegrity) {
        "Not protected: it may have been altered on its way."
    } else {
        "Not protected: anyone could have written, read or changed this."
    }
}

fn written_by(address: Option<String>) -> String {
    address.map_or_else(
        || "Signed".to_owned(),
        |address| format!("Written by {address}"),
    )
}

fn with_reason(notice: Notice, verdict: &Verdict) -> Notice {
    let Some(why) = verdict.why_not() else {
        return notice;
    };
    let signer = verdict.signer();
    let who = signer
        .and_then(|s| s.address.as_ref())
        .map_or_else(|| "its owner".to_owned(), ToString::to_string);
    let (reason, next) = why_not(why, &who);
    notice.why(reason).next(next)
}

/// Why a message is no better, and what to do; `who` is the signer's address.
pub fn why_not(why: WhyNot, who: &str) -> (String, String) {
    let (reason, next) = match why {
        WhyNot::Rejected => (
            format!("It is signed with a key that you rejected for {who}."),
            "Ask the sender on another way whether they wrote it.".to_owned(),
        ),
        WhyNot::SenderUnclear => (
            "It does not say clearly who wrote it.".to_owned(),
            "Be careful: ask the person you think it is from.".to_owned(),
        ),
        WhyNot::AddressMismatch => (
            format!("It is signed by {who}, and that is not the sender."),
            "Ask the sender on another way whether they wrote it.".to_owned(),
        ),
        WhyNot::NotIntendedRecipient => (
            "It was signed for other people, and somebody passed it on to you as if it were \
             for you."
                .to_owned(),
            "Ask the sender whether they meant to write to you.".to_owned(),
        ),
        WhyNot::NotAccepted => (
            format!(
                "It is signed with a key that says it is {who}'s, and you have not said yet that it is."
            ),
            format!("Compare the key's fingerprint with {who}, then confirm it under Keys."),
        ),
        WhyNot::UntrustedChain => (
            format!(
                "It is signed with a certificate that says it is {who}'s, and nobody whom you trust \
                 vouches for that."
            ),
            format!(
                "Compare the certificate's fingerprint with {who}, then confirm it under Keys."
            ),
        ),
        WhyNot::SeveralSigners => (
            "Several people signed it, so it is unclear whose words they are.".to_owned(),
            "Look at the details for who they are, and ask the sender.".to_owned(),
        ),
        WhyNot::ConflictingContent => (
            "It holds two different contents, and only one of them is signed.".to_owned(),
            "Be careful: this is not made by accident. Ask the sender on another way.".to_owned(),
        ),
        WhyNot::NoSigners => (
            "It says that it is signed, and no signature is in it.".to_owned(),
            "Treat it like a postcard.".to_owned(),
        ),
        WhyNot::FromFuture => (
            "Its signature is dated in the future.".to_owned(),
            "Check this computer's clock, then open it again.".to_owned(),
        ),
        WhyNot::Revoked => (
            format!("It is signed with a key that {who} withdrew."),
            format!("Ask {who} for their new key."),
        ),
        WhyNot::Expired => (
            format!("It is signed with a key of {who} that had ended."),
            format!("Ask {who} to extend it or send a new one."),
        ),
        WhyNot::WeakHash => (
            "Its signature is made in an old way that can be forged.".to_owned(),
            format!("Ask {who} to update their mail program."),
        ),
        WhyNot::WeakKey => (
            "It is signed with a key that is too weak, or was not made for signing.".to_owned(),
            format!("Ask {who} for a new key."),
        ),
        WhyNot::BadSignature => (
            "Its signature does not fit what it says: it was changed on its way, or is forged."
                .to_owned(),
            "Ask the sender to send it again.".to_owned(),
        ),
        WhyNot::NoCert => (
            "It is signed, and the signer's key is not here to check it.".to_owned(),
            "Ask the sender for their key and import it under Keys.".to_owned(),
        ),
        WhyNot::NoIntegrity => (
            "It was encrypted in an old way that does not protect it from changes.".to_owned(),
            "Ask the sender to update their mail program and send it again.".to_owned(),
        ),
        WhyNot::Partial => (
            "Only a part of it is signed.".to_owned(),
            "Open the signed part by itself to see who signed it.".to_owned(),
        ),
        WhyNot::Unsigned => (
            "Nobody signed it.".to_owned(),
            "That is usual. Treat it like a postcard.".to_owned(),
        ),
    };
    (reason, next)
}

/// "Sealed for you and 1 other, and one key you don't know." (rule 16)
fn recipients_sentence(verdict: &Verdict) -> String {
    let Some(encryption) = verdict.encryption() else {
        return String::new();
    };
    let mut known = std::collections::HashSet::new();
    let (mut unknown, mut hidden) = (0_usize, 0_usize);
    for recipient in &encryption.recipients {
        match recipient {
            RecipientHandle::Cert(fingerprint) => {
                known.insert(fingerprint);
            }
            RecipientHandle::Key(_) | RecipientHandle::KeyId(_) | RecipientHandle::Named(_) => {
                unknown = unknown.saturating_add(1);
            }
            RecipientHandle::Hidden => hidden = hidden.saturating_add(1),
        }
    }
    let own = encryption.opened_with.as_ref();
    // A hidden key that opened is our own: it is not counted as another's.
    if let Some(own) = own
        && !known.remove(own)
    {
        hidden = hidden.saturating_sub(1);
    }
    let mut sentence = match (own.is_some(), known.len()) {
        (true, 0) => "Sealed for you".to_owned(),
        (true, 1) => "Sealed for you and 1 other".to_owned(),
        (true, n) => format!("Sealed for you and {n} others"),
        (false, 0) => "Sealed".to_owned(),
        (false, 1) => "Sealed for 1 person".to_owned(),
        (false, n) => format!("Sealed for {n} people"),
    };
    match unknown {
        0 => {}
        1 => sentence.push_str(", and one key you don't know"),
        n => sentence.push_str(&format!(", and {n} keys you don't know")),
    }
    match hidden {
        0 => {}
        1 => sentence.push_str(", and one hidden key"),
        n => sentence.push_str(&format!(", and {n} hidden keys")),
    }
    sentence.push('.');
    sentence
}

/// The fold under the sentence: label and value.
pub fn verdict_facts(verdict: &Verdict) -> Vec<(&'static str, String)> {
    let mut facts = Vec::new();
    if let Some(signer) = verdict.signer() {
        if let Some(address) = &signer.address {
            facts.push(("Signer", address.to_string()));
        }
        facts.push(("Fingerprint", signer.fingerprint.grouped()));
        facts.push(("Checked", checked(signer.checked).to_owned()));
        if let Some(at) = signer.signed_at {
            facts.push(("Signed", date_time(at)));
        }
    }
    if verdict.date_differs() {
        facts.push((
            "Caution",
            "The signing time is more than a week away from the date in the letter.".to_owned(),
        ));
    }
    if let Some(encryption) = verdict.encryption() {
        let integrity = match encryption.integrity {
            Integrity::Aead => "protected from changes (authenticated encryption)",
            Integrity::Mdc => "protected from changes (modification detection code)",
            Integrity::Cbc => "protected from changes by the signature inside alone",
            Integrity::None => "NOT protected from changes",
        };
        facts.push((
            "Encryption",
            format!("{}, {integrity}", encryption.algorithm),
        ));
        for recipient in &encryption.recipients {
            let shown = match recipient {
                RecipientHandle::Cert(fingerprint) => fingerprint.grouped(),
                RecipientHandle::Key(key) => format!("{} (not known)", key.grouped()),
                RecipientHandle::KeyId(id) => format!("key ID {id} (not known)"),
                RecipientHandle::Named(name) => {
                    format!("certificate {} (not known)", escape_line(name))
                }
                RecipientHandle::Hidden => "hidden".to_owned(),
            };
            facts.push(("Sealed for", shown));
        }
    }
    facts
}

/// How a key was checked, in words.
pub fn checked(checked: Checked) -> &'static str {
    match checked {
        Checked::Own => "your own key",
        Checked::Confirmed => "confirmed: you compared its fingerprint",
        Checked::Accepted => "accepted: you took it in yourself",
        Checked::Ca => "vouched for by an authority that your system trusts",
        Checked::Unknown => "not checked",
        Checked::Rejected => "rejected by you",
    }
}

/// A caution in words.
pub fn caution(caution: Caution) -> &'static str {
    match caution {
        Caution::FromDiffers => {
            "The sender written outside is another than inside, and nobody vouches for the inside."
        }
        Caution::CipherWithoutEncryption => {
            "It says that its subject was hidden, and it was not encrypted."
        }
        Caution::DateDiffers => "It was signed more than a week away from the date that it bears.",
        Caution::NoIntegrity => "It may have been altered on its way.",
        Caution::SenderUnclear => "It does not say clearly who wrote it.",
        Caution::ErrantParts => {
            "Parts of it have a protection of their own; they can be opened by themselves."
        }
        Caution::HiddenText => "It holds text that is made not to be seen, and that is not shown.",
        Caution::Repaired => {
            "A server on its way mixed up its structure; it was put in order to be read."
        }
        Caution::Blocked => "You blocked whoever sent it.",
        Caution::OddLink => {
            "A link in it is not what it seems: look at the links before you follow one."
        }
    }
}
