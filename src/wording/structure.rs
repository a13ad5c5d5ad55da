//! Layers, parts and attachments in words.

use super::date_time;
use crate::base::untrusted::escape_line;
use crate::read::{
    AttachmentHead, ErrantKind, Layer, NameCaution, PartCover, Reading, SignatureFact,
    SignatureState, name_cautions,
};

/// What the envelope does for a part.
pub fn part_cover(cover: PartCover) -> &'static str {
    match cover {
        PartCover::SealedAndSigned => "sealed, and covered by the signature",
        PartCover::Sealed => "sealed; nobody vouches for it",
        PartCover::Signed => "covered by the signature",
        PartCover::MayBeAltered => "encrypted, and may have been altered",
        PartCover::Nothing => "not covered",
    }
}

/// A protection that a part has for itself.
pub fn own_protection(kind: ErrantKind) -> &'static str {
    match kind {
        ErrantKind::OpenPgpEncrypted
        | ErrantKind::SmimeEnveloped
        | ErrantKind::SmimeAuthEnveloped => "sealed by itself",
        ErrantKind::OpenPgpSigned | ErrantKind::SmimeSigned => "signed by itself",
        ErrantKind::SmimeCompressed => "compressed by itself",
    }
}

/// The layers of the envelope, outermost first: what each is, and how it was found.
pub fn layers(reading: &Reading) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for layer in reading.layers() {
        match layer {
            Layer::OpenPgpEncrypted(fact) => {
                lines.push((
                    "Sealed",
                    format!("OpenPGP, {}", escape_line(&fact.algorithm)),
                ));
            }
            Layer::SmimeEnveloped(fact) | Layer::SmimeAuthEnveloped(fact) => {
                lines.push((
                    "Sealed",
                    format!("S/MIME, {}", escape_line(&fact.algorithm)),
                ));
            }
            Layer::SmimeSigned(facts) if facts.is_empty() => {
                lines.push(("Signed", "by nobody, though it says so".to_owned()));
            }
            Layer::OpenPgpSigned(facts) | Layer::SmimeSigned(facts) => {
                lines.extend(facts.iter().map(|fact| ("Signed", signature(fact))));
            }
            Layer::SmimeCompressed => lines.push(("Compressed", "S/MIME, zlib".to_owned())),
        }
    }
    lines
}

/// One signature in a line.
fn signature(fact: &SignatureFact) -> String {
    let who = match (&fact.signer, &fact.issuer) {
        (Some(fingerprint), _) => fingerprint.grouped(),
        (None, Some(issuer)) => format!("key {}, not known here", escape_line(issuer)),
        (None, None) => "by a key that is not named".to_owned(),
    };
    let when = fact
        .made
        .map(|at| format!(", {}", date_time(at)))
        .unwrap_or_default();
    let how = format!(
        "{}, {}",
        escape_line(&fact.algorithm),
        escape_line(&fact.hash)
    );
    format!("{}: {who}{when} ({how})", signature_state(fact.state))
}

fn signature_state(state: SignatureState) -> &'static str {
    match state {
        SignatureState::Good => "holds",
        SignatureState::FromFuture => "dated in the future",
        SignatureState::Revoked => "by a key that was withdrawn",
        SignatureState::Expired => "by a key that had ended",
        SignatureState::WeakHash => "made in a way that can be forged",
        SignatureState::WeakKey => "by a key that is too weak",
        SignatureState::UnfitKey => "by a key that is not for signing",
        SignatureState::Conflicting => "over one of two contents",
        SignatureState::Bad => "does not fit the letter",
        SignatureState::NoCert => "cannot be checked",
        SignatureState::Unreadable => "cannot be read",
    }
}

/// What is dangerous about a name.
pub fn name_caution(caution: NameCaution) -> &'static str {
    match caution {
        NameCaution::Runs => "it is a program: opening it runs it",
        NameCaution::Macros => "it can bring programs of its own along",
        NameCaution::WebPage => "it opens in a browser and can look like any site",
        NameCaution::DoubleEnding => "it poses as a harmless file by a second ending",
        NameCaution::Hides => "characters in its name hide or turn what is shown",
        NameCaution::Folder => "its name holds a folder; it is saved without",
        NameCaution::Long => "its name is very long; it is saved shorter",
    }
}

/// All that is dangerous about an attachment's name, in a sentence; empty when nothing is.
pub fn attachment_caution(file: &AttachmentHead) -> String {
    let words: Vec<&str> = name_cautions(&file.name)
        .into_iter()
        .map(name_caution)
        .collect();
    match words.as_slice() {
        [] => String::new(),
        words => format!("Be careful: {}.", words.join("; ")),
    }
}

/// What an attachment is called where it has a name, and else what it is.
pub fn attachment_name(file: &AttachmentHead) -> String {
    match file.name.raw().trim() {
        "" => format!("attachment ({})", escape_line(&file.media)),
        _ => file.name.to_string(),
    }
}
