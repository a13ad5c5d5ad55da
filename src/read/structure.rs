//! The parts of what was read, as a tree to be drawn, each with what covers it.

use super::verdict::{Summary, Verdict};
use crate::base::Untrusted;
use crate::mime::{Content, ErrantKind, Part, Tree};

/// How far the envelope protects a part. A signature that does not count covers nothing (rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartCover {
    /// Encrypted, and covered by a signature that counts.
    SealedAndSigned,
    /// Encrypted; nobody vouches for it.
    Sealed,
    /// Covered by a signature that counts.
    Signed,
    /// Encrypted in a way that does not keep it from being altered (rule 17).
    MayBeAltered,
    /// Not at all.
    Nothing,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartRow {
    /// How deep it stands below the whole, which is 0.
    pub depth: usize,
    /// Its place: `1.2`.
    pub path: String,
    /// `type/subtype` in lower case.
    pub media: String,
    /// The name that the sender gave; empty without one.
    pub name: Untrusted,
    /// Bytes: decoded, or of a container all that is in it as it stands there.
    pub size: usize,
    /// What the envelope does for it.
    pub cover: PartCover,
    /// It has a protection of its own, or stands in a part that has.
    pub own: Option<ErrantKind>,
    /// Its number among [`super::Reading::errant`], if it opens alone.
    pub errant: Option<usize>,
}

/// What the envelope does for the whole payload.
pub(super) fn cover(verdict: &Verdict) -> PartCover {
    let sound = verdict.encryption().is_some() && !verdict.without_integrity();
    match (verdict.summary(), sound) {
        (Summary::Confidential(_), _) => PartCover::SealedAndSigned,
        (Summary::Verified(_), _) => PartCover::Signed,
        (Summary::EncryptedUnverified | Summary::Unprotected, true) => PartCover::Sealed,
        (Summary::EncryptedUnverified | Summary::Unprotected, false)
            if verdict.without_integrity() =>
        {
            PartCover::MayBeAltered
        }
        (Summary::EncryptedUnverified | Summary::Unprotected, false) => PartCover::Nothing,
    }
}

/// The parts of a payload in the order of its bytes, the whole first.
pub(super) fn rows(tree: &Tree<'_>, content: &Content, cover: PartCover) -> Vec<PartRow> {
    let mut rows: Vec<PartRow> = Vec::new();
    let mut sizes = vec![None; tree.parts().count()];
    for file in &content.attachments {
        if let Some(size) = sizes.get_mut(file.index) {
            *size = Some(file.size);
        }
    }
    let mut errants = vec![None; sizes.len()];
    for (number, errant) in content.errant.iter().enumerate() {
        if let Some(slot) = errants.get_mut(errant.index) {
            *slot = Some((number, errant.kind));
        }
    }
    for part in tree.parts() {
        // Parts come behind what holds them.
        let above = part.parent().and_then(|above| rows.get(above.index()));
        let (depth, around) = above.map_or((0, None), |row| (row.depth.saturating_add(1), row.own));
        let own = errants.get(part.index()).copied().flatten();
        rows.push(PartRow {
            depth,
            path: part.path(),
            media: part.media().to_owned(),
            name: part.file_name().unwrap_or_default(),
            size: sizes
                .get(part.index())
                .copied()
                .flatten()
                .unwrap_or_else(|| size(part)),
            cover,
            own: own.map(|(_, kind)| kind).or(around),
            errant: own.map(|(number, _)| number),
        });
    }
    rows
}

fn size(part: Part<'_>) -> usize {
    match part.is_multipart() || part.is_message() {
        true => part.body().len(),
        false => part.decoded_size(),
    }
}
