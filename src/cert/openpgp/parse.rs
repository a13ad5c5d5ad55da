//! Reading files of keys: several in one, armored or not, each item judged by itself (rule 54).

use super::packets::{self, Raw, tag};
use super::{LockedKey, OpenPgpCert, PublicKey, armor, fingerprint};
use crate::base::{limits, untrusted::escape_line};
use crate::cert::{Cert, KeyFileProblem, KeyRefusal, LeftOut, Looks, ParsedKey};
use sequoia_openpgp as pgp;
use sequoia_openpgp::KeyHandle;
use sequoia_openpgp::crypto::mpi::PublicKey as Mpis;
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::types::Curve;

/// So many bad items of a file are told; then the file is given up.
const REFUSALS: usize = 100_000;

/// Reads all keys of a file.
pub fn parse_many(bytes: &[u8]) -> Result<Vec<ParsedKey>, KeyFileProblem> {
    let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if size > limits::KEY_FILE_BYTES {
        return Err(KeyFileProblem::TooLarge { bytes: size });
    }
    if bytes.trim_ascii().is_empty() {
        return Err(KeyFileProblem::Empty);
    }
    if bytes.first().is_some_and(|b| b & 0x80 != 0) && !starts_with_bom(bytes) {
        return binary(bytes);
    }
    armored(bytes)
}

/// Reads one public certificate in binary, such as the store keeps. Secret parts are left behind.
pub fn parse_one(bytes: &[u8]) -> Result<(OpenPgpCert, Vec<LeftOut>), KeyRefusal> {
    let (cert, left_out) = read_group(bytes)?;
    Ok((OpenPgpCert::new(cert), left_out))
}

fn starts_with_bom(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xEF, 0xBB, 0xBF])
}

fn armored(text: &[u8]) -> Result<Vec<ParsedKey>, KeyFileProblem> {
    let mut keys = Vec::new();
    let mut problem = None;
    let mut rest = text;
    while let Some(block) = armor::decode(rest) {
        let block = match block {
            Ok(block) => block,
            Err(_) => {
                problem = Some(KeyFileProblem::BrokenArmor);
                break;
            }
        };
        match block.kind {
            armor::Kind::PublicKey | armor::Kind::SecretKey | armor::Kind::Other => {
                match binary(&block.bytes) {
                    Ok(found) => keys.extend(found),
                    Err(why) => problem = Some(why),
                }
            }
            armor::Kind::Message => problem = Some(KeyFileProblem::NotAKey(Looks::OpenPgpMessage)),
            armor::Kind::Signature => {
                problem = Some(KeyFileProblem::NotAKey(Looks::OpenPgpSignature));
            }
        }
        rest = rest.get(block.end..).unwrap_or_default();
    }
    match problem {
        Some(problem) if keys.is_empty() => Err(problem),
        // The others are good: what is broken is one refused item among them.
        Some(problem) => {
            keys.push(ParsedKey::Refused(KeyRefusal::Malformed {
                detail: problem.code().to_owned(),
            }));
            Ok(keys)
        }
        None if keys.is_empty() => Err(KeyFileProblem::NotAKey(looks(text))),
        None => Ok(keys),
    }
}

/// What a text without OpenPGP armor looks like.
fn looks(text: &[u8]) -> Looks {
    let head = text.get(..text.len().min(65_536)).unwrap_or(text);
    let has = |needle: &[u8]| head.windows(needle.len()).any(|w| w == needle);
    if has(b"PRIVATE KEY-----") && !has(b"-----BEGIN OPENSSH") {
        Looks::PemPrivateKey
    } else if has(b"-----BEGIN CERTIFICATE-----")
        || has(b"-----BEGIN PKCS7-----")
        || head.starts_with(&[0x30, 0x82])
    {
        Looks::X509
    } else if has(b"-----BEGIN OPENSSH") || head.starts_with(b"ssh-") {
        Looks::Ssh
    } else {
        Looks::Other
    }
}

fn binary(bytes: &[u8]) -> Result<Vec<ParsedKey>, KeyFileProblem> {
    let mut keys = Vec::new();
    let mut rest = bytes;
    let mut group_start = bytes;
    let mut in_group = false;
    let mut group_len: usize = 0;
    let mut before_first = None;
    let mut refused: usize = 0;
    let mut flush = |keys: &mut Vec<ParsedKey>, start: &[u8], len: usize| {
        let item = item(start.get(..len).unwrap_or_default());
        refused = refused.saturating_add(usize::from(matches!(item, ParsedKey::Refused(_))));
        keys.push(item);
        refused < REFUSALS
    };
    while let Some(step) = packets::first(rest) {
        let Ok((packet, after)) = step else {
            break;
        };
        if matches!(packet.tag, tag::PUBLIC_KEY | tag::SECRET_KEY) {
            if in_group && !flush(&mut keys, group_start, group_len) {
                in_group = false;
                break;
            }
            in_group = true;
            group_start = rest;
            group_len = 0;
        } else if !in_group && before_first.is_none() {
            before_first = Some(packet.tag);
        }
        group_len = group_len.saturating_add(packet.whole.len());
        rest = after;
    }
    if in_group {
        flush(&mut keys, group_start, group_len);
    }
    let cut_off = !rest.is_empty();
    if keys.is_empty() {
        return Err(match before_first {
            Some(tag::SIGNATURE) => KeyFileProblem::NotAKey(Looks::OpenPgpSignature),
            // Session keys, one-pass signatures, compressed, encrypted or literal data.
            Some(1 | 3 | 4 | 8 | 9 | 11 | 18 | 20) => {
                KeyFileProblem::NotAKey(Looks::OpenPgpMessage)
            }
            Some(_) => KeyFileProblem::NotAKey(Looks::Other),
            None => first_is_broken(bytes),
        });
    }
    if cut_off {
        keys.push(ParsedKey::Refused(KeyRefusal::Malformed {
            detail: "damaged or cut off".to_owned(),
        }));
    }
    Ok(keys)
}

/// Not even one packet: either a message in partial lengths, a cut-off key, or something else.
fn first_is_broken(bytes: &[u8]) -> KeyFileProblem {
    let head = bytes.first().copied().unwrap_or_default();
    let kind = if head & 0x40 != 0 {
        head & 0x3f
    } else {
        (head >> 2) & 0x0f
    };
    match kind {
        tag::PUBLIC_KEY | tag::SECRET_KEY => KeyFileProblem::Malformed {
            detail: "damaged or cut off".to_owned(),
        },
        1 | 3 | 8 | 9 | 11 | 18 | 20 => KeyFileProblem::NotAKey(Looks::OpenPgpMessage),
        _ => KeyFileProblem::NotAKey(Looks::Other),
    }
}

/// One key of a file.
fn item(group: &[u8]) -> ParsedKey {
    let (cert, left_out) = match read_group(group) {
        Ok(read) => read,
        Err(refusal) => return ParsedKey::Refused(refusal),
    };
    if cert.is_tsk() {
        // Even with weak bindings: an own key of old still reads old mail (rule 28).
        return ParsedKey::Secret(Box::new(LockedKey::new(cert)), left_out);
    }
    let cert = OpenPgpCert::new(cert);
    match cert.weak_binding() {
        Some(hash) => ParsedKey::Refused(KeyRefusal::WeakBinding {
            fingerprint: cert.fingerprint(),
            hash,
        }),
        None => ParsedKey::Cert(Cert::OpenPgp(cert), left_out),
    }
}

fn read_group(group: &[u8]) -> Result<(pgp::Cert, Vec<LeftOut>), KeyRefusal> {
    let malformed = |detail: String| KeyRefusal::Malformed { detail };
    let Some(Ok((primary, _))) = packets::first(group) else {
        return Err(malformed("damaged or cut off".to_owned()));
    };
    match primary.body.first() {
        Some(4 | 6) => {}
        Some(version) => return Err(KeyRefusal::UnknownVersion { version: *version }),
        None => return Err(malformed("an empty key".to_owned())),
    }
    let (reduced, left_out) = if is_flooded(group) {
        let (reduced, left_out) = reduce(group, primary)?;
        (Some(reduced), left_out)
    } else {
        (None, Vec::new())
    };
    let cert = pgp::Cert::from_bytes(reduced.as_deref().unwrap_or(group))
        .map_err(|error| malformed(escape_line(&error.to_string())))?;
    if cert.keys().any(|ka| mixes_versions(ka.key())) {
        return Err(malformed(
            "a version 6 key on a curve of version 4".to_owned(),
        ));
    }
    let vouched = cert
        .userids()
        .any(|ua| ua.self_signatures().next().is_some());
    // An own key needs no name to read old mail (rule 28).
    if !vouched && !cert.is_tsk() {
        return Err(KeyRefusal::NoUserId {
            fingerprint: fingerprint(&cert.fingerprint()),
        });
    }
    Ok((cert, left_out))
}

/// Whether a version 6 key uses the old ways of Ed25519 or Curve25519, which it must not
/// (RFC 9580 §9.2).
fn mixes_versions(key: &PublicKey) -> bool {
    #[allow(clippy::wildcard_enum_match_arm, reason = "sequoia's list is open")]
    let old = match key.mpis() {
        Mpis::EdDSA { .. } => true,
        Mpis::ECDH { curve, .. } => *curve == Curve::Cv25519,
        Mpis::ECDSA { curve, .. } => *curve == Curve::Ed25519,
        _ => false,
    };
    old && key.version() == 6
}

fn is_flooded(group: &[u8]) -> bool {
    let mut rest = group;
    let mut packets: usize = 0;
    while let Some(Ok((_, after))) = packets::first(rest) {
        rest = after;
        packets = packets.saturating_add(1);
        if packets > limits::CERT_PACKETS {
            return true;
        }
    }
    group.len() > limits::CERT_BYTES
}

/// A certificate over the limits without what others put on it and without pictures.
fn reduce(group: &[u8], primary: Raw<'_>) -> Result<(Vec<u8>, Vec<LeftOut>), KeyRefusal> {
    let too_large = KeyRefusal::TooLarge { bytes: group.len() };
    let Ok(pgp::Packet::PublicKey(key)) = pgp::Packet::from_bytes(primary.whole) else {
        // A secret key of that size is nobody's key.
        return Err(too_large);
    };
    let own = KeyHandle::from(key.fingerprint());
    let (mut certifications, mut attributes) = (0usize, 0usize);
    let mut kept = Vec::new();
    let mut kept_packets: usize = 0;
    let mut in_attribute = false;
    let mut rest = group;
    while let Some(Ok((packet, after))) = packets::first(rest) {
        rest = after;
        let keep = match packet.tag {
            tag::USER_ATTRIBUTE => {
                attributes = attributes.saturating_add(1);
                in_attribute = true;
                false
            }
            tag::SIGNATURE if in_attribute => false,
            tag::SIGNATURE => {
                let own = issued_by(packet.whole, &own);
                certifications = certifications.saturating_add(usize::from(!own));
                own
            }
            _ => {
                in_attribute = false;
                true
            }
        };
        if keep {
            kept.extend_from_slice(packet.whole);
            kept_packets = kept_packets.saturating_add(1);
        }
        if kept.len() > limits::CERT_BYTES || kept_packets > limits::CERT_PACKETS {
            return Err(too_large);
        }
    }
    let mut left_out = Vec::new();
    if certifications > 0 {
        left_out.push(LeftOut::Certifications {
            count: certifications,
        });
    }
    if attributes > 0 {
        left_out.push(LeftOut::Attributes { count: attributes });
    }
    Ok((kept, left_out))
}

fn issued_by(signature: &[u8], key: &KeyHandle) -> bool {
    // Whatever names its issuer holds the 64-bit key ID: most of a flood need not be read for that.
    let id = pgp::KeyID::from(key);
    if memchr::memmem::find(signature, id.as_bytes()).is_none() {
        return false;
    }
    let Ok(pgp::Packet::Signature(signature)) = pgp::Packet::from_bytes(signature) else {
        return false;
    };
    signature
        .get_issuers()
        .iter()
        .any(|issuer| issuer.aliases(key))
}
