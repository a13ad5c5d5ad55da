//! Where a message came from, in words.

use super::list_of;
use crate::base::untrusted::escape_line;
use crate::headers::{
    DmarcOutcome, Hop, Oddity, Origin, ReverseName, SignatureOutcome, SignatureReason, SpfOutcome,
    Standing,
};

/// One sentence that joins who takes responsibility, whether they are known here, and what looks odd.
/// `signer`: who signed the letter itself, where that was verified.
pub fn origin_sentence(origin: &Origin, signer: Option<&str>) -> String {
    let mut sentence = String::new();
    if let Some(signer) = signer {
        sentence.push_str(&format!("{} signed it. ", escape_line(signer)));
    }
    let mut domains: Vec<String> = Vec::new();
    for signature in &origin.signatures.dkim {
        let domain = escape_line(signature.domain.raw());
        if signature.outcome == SignatureOutcome::Pass && !domains.contains(&domain) {
            domains.push(domain);
        }
    }
    let untested = origin
        .signatures
        .dkim
        .iter()
        .any(|signature| signature.outcome == SignatureOutcome::NotTestable);
    sentence.push_str(&match (domains.as_slice(), untested) {
        ([], true) => "Which domain takes responsibility for it was not asked yet. ".to_owned(),
        ([], false) => "No domain is known to take responsibility for it. ".to_owned(),
        ([one], _) => format!("{one} takes responsibility for it. "),
        (several, _) => format!("{} take responsibility for it. ", list_of(several)),
    });
    sentence.push_str(match (origin.is_known, &origin.author) {
        (true, _) => "Its author is somebody you know. ",
        (false, Some(_)) => "You have no key of its author. ",
        (false, None) => "",
    });
    sentence.push_str(match origin.oddities.len() {
        0 => "Nothing about its sender looks odd.",
        1 => "One thing about its sender looks odd.",
        _ => "Several things about its sender look odd.",
    });
    sentence
}

/// Something odd.
pub fn oddity(oddity: &Oddity) -> String {
    match oddity {
        Oddity::LooksLikeKnown { domain, known } => {
            format!("{domain} looks like {known}, which you know, and is another.")
        }
        Oddity::AddressLooksLikeKnown { known } => {
            format!("The address looks like {known}, which you know, and is another.")
        }
        Oddity::NameOfKnown { known } => {
            format!("It bears the name of somebody you know, whose address is {known}.")
        }
        Oddity::NameHoldsAddress(address) => {
            format!("The name of its sender holds an address, {address}, that is not theirs.")
        }
        Oddity::PassesFor(name) => {
            format!("Letters of other alphabets make the sender's domain look like {name}.")
        }
        Oddity::MixedScripts(domain) => format!("{domain} mixes alphabets."),
        Oddity::ReplyElsewhere(address) => format!("Answers to it go elsewhere: to {address}."),
        Oddity::AuthorUnclear => "It does not say clearly who wrote it.".to_owned(),
        Oddity::ForgedResults => {
            "Whoever sent it wrote results of checks into it, in the name of your own server."
                .to_owned()
        }
    }
}

/// Whether a claim counts.
pub fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Counts => "counts: your own server wrote it",
        Standing::Claimed => "a claim: it stands where your server may have put it, or a sender",
        Standing::Forged => "forged: it bears your server's name and stands where a sender put it",
        Standing::Foreign => "a claim of another server",
        Standing::NoBorder => "a claim: which server is yours is not known",
    }
}

/// What came of a signature of a server.
pub fn signature_outcome(outcome: SignatureOutcome, reason: Option<SignatureReason>) -> String {
    let word = match outcome {
        SignatureOutcome::Pass => "holds",
        SignatureOutcome::Fail => "does not hold",
        SignatureOutcome::Neutral => "cannot be read",
        SignatureOutcome::TempError => "cannot be checked now",
        SignatureOutcome::PermError => "counts for nothing",
        SignatureOutcome::NotTestable => "not checked",
    };
    let why = match reason {
        None => return word.to_owned(),
        Some(SignatureReason::BodyChanged) => "the text was changed on its way",
        Some(SignatureReason::Wrong) => "the header was changed, or it was never signed so",
        Some(SignatureReason::Expired) => "it had run out",
        Some(SignatureReason::NoKey) => "there is no such key",
        Some(SignatureReason::Revoked) => "its key was withdrawn",
        Some(SignatureReason::WeakKey) => "its key is too short",
        Some(SignatureReason::Algorithm) => "its algorithm does not count any more",
        Some(SignatureReason::OtherIdentity) => "its key speaks for another name",
        Some(SignatureReason::Malformed) => "it is malformed",
        Some(SignatureReason::NoAnswer) => "the name servers did not answer",
        Some(SignatureReason::NotAsked) => "nobody was asked for its key",
        Some(SignatureReason::PartOfBody) => "but it covers only the beginning of the text",
        Some(SignatureReason::NotFrom) => "it does not cover the author",
    };
    format!("{word}: {why}")
}

/// Whether the client might send for the domain.
pub fn spf_outcome(outcome: SpfOutcome) -> &'static str {
    match outcome {
        SpfOutcome::Pass => "the server that sent it may send for this domain",
        SpfOutcome::Fail => "the server that sent it may not send for this domain",
        SpfOutcome::SoftFail => "the server that sent it probably may not send for this domain",
        SpfOutcome::Neutral => "the domain does not say who may send for it",
        SpfOutcome::None => "the domain says nothing",
        SpfOutcome::TempError => "the name servers did not answer",
        SpfOutcome::PermError => "the domain's record has a mistake",
        SpfOutcome::NotTestable => "not testable from here",
    }
}

/// Whether the author's domain takes responsibility.
pub fn dmarc_outcome(outcome: DmarcOutcome) -> &'static str {
    match outcome {
        DmarcOutcome::Pass => "the author's domain takes responsibility",
        DmarcOutcome::Fail => "the author's domain does not take responsibility",
        DmarcOutcome::None => "the author's domain has no policy",
        DmarcOutcome::TempError => "the name servers did not answer",
        DmarcOutcome::PermError => "there is not one author, or the policy cannot be read",
        DmarcOutcome::NotTestable => "not testable from here",
    }
}

/// The name of a hop's address.
pub fn reverse_name(name: &ReverseName) -> String {
    match name {
        ReverseName::Confirmed(name) => {
            format!("its address is named {name}, and the name leads back")
        }
        ReverseName::Unconfirmed(name) => {
            format!("its address is named {name}, and the name does not lead back")
        }
        ReverseName::Nameless => "its address has no name".to_owned(),
        ReverseName::NotTestable => "the name of its address was not asked".to_owned(),
    }
}

/// How long a hop took, and whether it was encrypted.
pub fn hop_facts(hop: &Hop) -> String {
    let delay = match hop.delay {
        None => String::new(),
        Some(seconds) if seconds < 0 => "clocks disagree".to_owned(),
        Some(seconds) if seconds < 120 => format!("after {seconds} s"),
        Some(seconds) if seconds < 7_200 => format!("after {} min", seconds / 60),
        Some(seconds) => format!("after {} h", seconds / 3_600),
    };
    let tls = match hop.tls {
        Some(true) => "encrypted",
        Some(false) => "not encrypted",
        None => "",
    };
    let facts: Vec<&str> = [delay.as_str(), tls]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    facts.join(", ")
}
