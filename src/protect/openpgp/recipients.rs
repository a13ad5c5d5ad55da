//! Whom a message is encrypted to: which keys, which algorithms, and the check of the final bytes.

use super::frame::{self, tag};
use super::seal::{MODE, SealFailure};
use crate::base::Time;
use crate::cert::openpgp::{OpenPgpCert, armor, policy, system_time};
use crate::cert::{Cert, Unusable};
use sequoia_openpgp as pgp;
use sequoia_openpgp::cert::Preferences as _;
use sequoia_openpgp::crypto::SessionKey;
use sequoia_openpgp::packet::key::{PublicParts, UnspecifiedRole};
use sequoia_openpgp::packet::pkesk::{PKESK3, PKESK6};
use sequoia_openpgp::parse::Parse as _;
use sequoia_openpgp::serialize::Marshal as _;
use sequoia_openpgp::types::{AEADAlgorithm, SymmetricAlgorithm};
use std::io::Write;

type Key = pgp::packet::Key<PublicParts, UnspecifiedRole>;

/// The encrypted data packet's kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// SEIPDv1: everybody can read it.
    V1(SymmetricAlgorithm),
    /// SEIPDv2: authenticated encryption, when everybody says that they can.
    V2(SymmetricAlgorithm, AEADAlgorithm),
}

/// Whom and how.
pub struct Keys {
    /// The certificates, each once, the own one last.
    pub certs: Vec<OpenPgpCert>,
    /// For each certificate, the keys to encrypt to.
    pub keys: Vec<Vec<Key>>,
    /// How.
    pub container: Container,
}

impl Keys {
    /// How many session key packets that makes.
    pub fn count(&self) -> usize {
        self.keys.iter().map(Vec::len).sum()
    }
}

/// Picks the keys of the recipients and of the signer (rule 40), and the algorithms that all of
/// them can read (rule 48).
pub fn keys(recipients: &[Cert], own: &OpenPgpCert, now: Time) -> Result<Keys, SealFailure> {
    if recipients.is_empty() {
        return Err(SealFailure::NoRecipients);
    }
    let mut certs: Vec<OpenPgpCert> = Vec::new();
    for cert in recipients {
        let Cert::OpenPgp(cert) = cert else {
            return Err(SealFailure::Recipient {
                fingerprint: cert.fingerprint(),
                why: Unusable::Unsupported {
                    what: "X.509".to_owned(),
                },
            });
        };
        let known = certs.iter().any(|c| c.fingerprint() == cert.fingerprint());
        if !known && cert.fingerprint() != own.fingerprint() {
            certs.push(cert.clone());
        }
    }
    let mut keys = Vec::new();
    for cert in &certs {
        keys.push(
            cert.encryption_keys(now)
                .map_err(|why| SealFailure::Recipient {
                    fingerprint: cert.fingerprint(),
                    why,
                })?,
        );
    }
    keys.push(
        own.encryption_keys(now)
            .map_err(|why| SealFailure::OwnKey {
                fingerprint: own.fingerprint(),
                why,
            })?,
    );
    certs.push(own.clone());
    let container = container(&certs, now);
    Ok(Keys {
        certs,
        keys,
        container,
    })
}

/// The strongest that everybody can read: AES-256 unless somebody prefers other ciphers and leaves it
/// out; authenticated encryption only when every certificate advertises it.
fn container(certs: &[OpenPgpCert], now: Time) -> Container {
    let mut ciphers = vec![
        SymmetricAlgorithm::AES256,
        SymmetricAlgorithm::AES192,
        SymmetricAlgorithm::AES128,
    ];
    let mut authenticated = true;
    for cert in certs {
        let Ok(valid) = cert.inner().with_policy(policy(), system_time(now)) else {
            authenticated = false;
            continue;
        };
        authenticated &= valid.features().is_some_and(|f| f.supports_seipdv2());
        let preferred = valid.preferred_symmetric_algorithms().unwrap_or_default();
        if !preferred.is_empty() {
            ciphers.retain(|cipher| preferred.contains(cipher));
        }
    }
    // When their wishes have nothing in common, AES-128 is what everybody must have.
    let cipher = ciphers
        .first()
        .copied()
        .unwrap_or(SymmetricAlgorithm::AES128);
    if authenticated {
        Container::V2(SymmetricAlgorithm::AES256, MODE)
    } else {
        Container::V1(cipher)
    }
}

/// Writes one session key packet for each key.
pub fn write_session_keys<W: Write + Send>(
    keys: &Keys,
    session_key: &SessionKey,
    out: &mut W,
) -> pgp::Result<()> {
    for key in keys.keys.iter().flatten() {
        let packet = match keys.container {
            Container::V1(cipher) => {
                pgp::packet::PKESK::from(PKESK3::for_recipient(cipher, session_key, key)?)
            }
            Container::V2(..) => pgp::packet::PKESK::from(PKESK6::for_recipient(session_key, key)?),
        };
        let mut bytes = Vec::new();
        pgp::Packet::from(packet).serialize(&mut bytes)?;
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// How many bytes of armor hold all session key packets: an ML-KEM-1024 one is about 1,700 bytes; all
/// others are smaller.
pub fn checked_len(keys: &Keys) -> usize {
    keys.count().saturating_mul(3_000).saturating_add(2_000)
}

/// Reads the finished bytes again: the session keys are for the keys of exactly these certificates,
/// the own one among them, and for nobody else.
pub fn check(armored: &[u8], keys: &Keys) -> Result<(), SealFailure> {
    let head = armored.get(..checked_len(keys)).unwrap_or(armored);
    // Whole lines hold whole groups of base64.
    let lines = head.iter().rposition(|b| *b == b'\n').unwrap_or_default();
    let head = head.get(..lines).unwrap_or_default();
    let block = match armor::decode(head) {
        Some(Ok(block)) => block,
        Some(Err(_)) | None => return Err(SealFailure::CheckFailed),
    };
    let mut bytes = block.bytes;
    let mut expected: Vec<pgp::KeyID> = keys.keys.iter().flatten().map(Key::keyid).collect();
    let mut at = 0;
    while let Some(Ok(frame)) = frame::next(&mut bytes, at) {
        if frame.tag != tag::PKESK {
            break;
        }
        let whole = bytes.get(frame.header.start..frame.end).unwrap_or_default();
        let recipient = match pgp::Packet::from_bytes(whole) {
            Ok(pgp::Packet::PKESK(packet)) => packet.recipient().map(pgp::KeyID::from),
            Ok(_) | Err(_) => None,
        };
        let place = recipient.and_then(|id| expected.iter().position(|e| *e == id));
        expected.swap_remove(place.ok_or(SealFailure::CheckFailed)?);
        at = frame.end;
    }
    // What follows must be the encrypted data, whose frame is cut off here.
    let encrypted = bytes.get(at) == Some(&(0xC0 | tag::SEIPD));
    if expected.is_empty() && encrypted {
        Ok(())
    } else {
        Err(SealFailure::CheckFailed)
    }
}
