//! DKIM (RFC 6376, 8463) and ARC (RFC 8617) by mail-auth: it reads, hashes and does the mathematics.
//! Which keys there are, what time it is and what an outcome means is decided here; it asks nobody.

mod strip;

use crate::app::port::SignatureVerifier;
use crate::base::{Time, Untrusted};
use crate::checkup::{Facts, Looked};
use crate::dns::{Kind, Name, NotKnown, Record};
use crate::headers::{
    ArcChain, DkimSignature, ServerSignatures, SignatureOutcome as Outcome,
    SignatureReason as Reason,
};
use mail_auth::arc::ChainValidation;
use mail_auth::common::crypto::{Algorithm, CryptoError, HashAlgorithm, VerifyingKey};
use mail_auth::common::headers::Header;
use mail_auth::common::parse::TxtRecordParser;
use mail_auth::common::verify::DomainKey;
use mail_auth::dkim::{Canonicalization, DkimError};
use mail_auth::{AuthenticatedMessage, Error};
use std::panic::{AssertUnwindSafe, catch_unwind};
use strip::without_signature;

/// Most DKIM signatures that are verified: each costs a key and a look-up.
const SIGNATURES: usize = 16;
/// Most ARC sets (RFC 8617 §5.2).
const SETS: usize = 50;
/// Shorter RSA keys count for nothing (RFC 8301 §3.2).
const LEAST_BITS: usize = 1_024;

/// mail-auth.
pub struct MailAuth;

impl SignatureVerifier for MailAuth {
    fn verify(&self, message: &[u8], at: Time, facts: &Facts<'_>) -> ServerSignatures {
        // It faces hostile bytes, and a panic of its own must end nothing but this.
        let verified = catch_unwind(AssertUnwindSafe(|| {
            let message = AuthenticatedMessage::parse(message)?;
            let now = u64::try_from(at.as_second()).unwrap_or(0);
            Some(ServerSignatures {
                dkim: dkim(&message, now, facts),
                arc: arc(&message, now, facts),
            })
        }));
        verified
            .ok()
            .flatten()
            .unwrap_or_else(ServerSignatures::none)
    }
}

type Verdict = Result<(), (Outcome, Reason)>;

fn dkim(message: &AuthenticatedMessage<'_>, now: u64, facts: &Facts<'_>) -> Vec<DkimSignature> {
    let mut found = Vec::new();
    for header in message.dkim_headers.iter().take(SIGNATURES) {
        let signature = &header.header;
        let input = Input {
            algorithm: signature.a,
            domain: &signature.d,
            selector: &signature.s,
            value: &signature.b,
            fields: &signature.h,
            canonicalization: signature.ch,
            identity: &signature.i,
        };
        let verdict = expired(signature.x, signature.t, now)
            .and_then(|()| {
                body(
                    message,
                    (signature.cb, signature.a, signature.l),
                    &signature.bh,
                )
            })
            .and_then(|()| one(message, header.name, header.value, &input, facts));
        let signs_from = signature
            .h
            .iter()
            .any(|name| name.eq_ignore_ascii_case("from"));
        // RFC 6376 §5.4 has it signed.
        let covers = match signs_from {
            true => Ok(()),
            false => Err((Outcome::PermError, Reason::NotFrom)),
        };
        let verdict = verdict.and(covers);
        let partial = signature.l > 0 && signature.l < body_len(message);
        let (outcome, reason) = match verdict {
            Ok(()) if partial => (Outcome::Pass, Some(Reason::PartOfBody)),
            Ok(()) => (Outcome::Pass, None),
            Err((outcome, reason)) => (outcome, Some(reason)),
        };
        found.push(DkimSignature {
            domain: Untrusted::new(signature.d.as_str()),
            selector: Untrusted::new(signature.s.as_str()),
            outcome,
            reason,
        });
    }
    for error in &message.errors {
        if let Error::Dkim(problem) = &error.header {
            let (outcome, reason) = malformed(problem);
            found.push(DkimSignature {
                domain: Untrusted::new(strip::tag(error.value, "d")),
                selector: Untrusted::new(strip::tag(error.value, "s")),
                outcome,
                reason: Some(reason),
            });
        }
    }
    found
}

fn malformed(problem: &DkimError) -> (Outcome, Reason) {
    match problem {
        DkimError::UnsupportedAlgorithm | DkimError::UnsupportedKeyType => {
            (Outcome::PermError, Reason::Algorithm)
        }
        _ => (Outcome::Neutral, Reason::Malformed),
    }
}

fn body_len(message: &AuthenticatedMessage<'_>) -> u64 {
    let body = message
        .raw_message
        .len()
        .saturating_sub(message.body_offset as usize);
    u64::try_from(body).unwrap_or(u64::MAX)
}

fn expired(until: u64, made: u64, now: u64) -> Verdict {
    match until == 0 || (until > made && until > now) {
        true => Ok(()),
        false => Err((Outcome::Fail, Reason::Expired)),
    }
}

fn body(
    message: &AuthenticatedMessage<'_>,
    how: (Canonicalization, Algorithm, u64),
    told: &[u8],
) -> Verdict {
    let hash = HashAlgorithm::from(how.1);
    let same = |(c, h, l, _): &&(Canonicalization, HashAlgorithm, u64, Vec<u8>)| {
        *c == how.0 && *h == hash && *l == how.2
    };
    match message.body_hashes.iter().find(same) {
        Some((.., found)) if found == told => Ok(()),
        Some(_) => Err((Outcome::Fail, Reason::BodyChanged)),
        None => Err((Outcome::Neutral, Reason::Malformed)),
    }
}

/// What a signature over header fields says.
struct Input<'a> {
    algorithm: Algorithm,
    domain: &'a str,
    selector: &'a str,
    value: &'a [u8],
    fields: &'a [String],
    canonicalization: Canonicalization,
    identity: &'a str,
}

fn one<'x>(
    message: &'x AuthenticatedMessage<'x>,
    name: &'x [u8],
    field: &'x [u8],
    input: &Input<'x>,
    facts: &Facts<'_>,
) -> Verdict {
    if matches!(input.algorithm, Algorithm::RsaSha1) {
        // RFC 8301 §3.1.
        return Err((Outcome::PermError, Reason::Algorithm));
    }
    let key = key(input.domain, input.selector, facts)?;
    if !identity_fits(input, &key) {
        return Err((Outcome::PermError, Reason::OtherIdentity));
    }
    let stripped = without_signature(field);
    let mut signed = message
        .signed_headers(input.fields, name, &stripped)
        .collect::<Vec<_>>()
        .into_iter();
    let verified = key.p.verify(
        &mut signed,
        input.value,
        input.canonicalization,
        input.algorithm,
    );
    verified.map_err(|error| meaning(&error))
}

fn meaning(error: &Error) -> (Outcome, Reason) {
    match error {
        Error::Crypto(CryptoError::IncompatibleAlgorithms) => {
            (Outcome::PermError, Reason::Algorithm)
        }
        _ => (Outcome::Fail, Reason::Wrong),
    }
}

/// A key, and whether it speaks for the very domain alone (`t=s`).
struct Key {
    p: Box<dyn VerifyingKey + Send + Sync>,
    strict: bool,
}

/// Whether `i=` is within what the key may speak for (RFC 6376 §3.6.1, `t=s`).
fn identity_fits(input: &Input<'_>, key: &Key) -> bool {
    let Some((_, domain)) = input.identity.rsplit_once('@') else {
        return true;
    };
    let (domain, own) = (
        domain.to_ascii_lowercase(),
        input.domain.to_ascii_lowercase(),
    );
    if domain == own {
        return true;
    }
    let below = domain
        .strip_suffix(&own)
        .is_some_and(|rest| rest.ends_with('.'));
    below && !key.strict
}

fn key(domain: &str, selector: &str, facts: &Facts<'_>) -> Result<Key, (Outcome, Reason)> {
    let name = Name::parse(&format!("{selector}._domainkey.{domain}"))
        .map_err(|_| (Outcome::PermError, Reason::Malformed))?;
    let answer = match facts.look(&name, Kind::Txt) {
        Looked::There(answer) => answer,
        Looked::Absent => return Err((Outcome::PermError, Reason::NoKey)),
        Looked::Unknown(NotKnown::Offline | NotKnown::TooMany) => {
            return Err((Outcome::NotTestable, Reason::NotAsked));
        }
        Looked::Unknown(_) => return Err((Outcome::TempError, Reason::NoAnswer)),
    };
    let mut problem = (Outcome::PermError, Reason::NoKey);
    for text in answer.records.iter().filter_map(Record::text) {
        match DomainKey::parse(text) {
            Ok(key) if key.p.public_key_bits() < LEAST_BITS => {
                problem = (Outcome::PermError, Reason::WeakKey);
            }
            Ok(key) => {
                let flags = strip::tag(text, "t");
                let strict = flags.split(':').any(|flag| flag == "s");
                return Ok(Key { p: key.p, strict });
            }
            Err(Error::Dkim(DkimError::RevokedPublicKey)) => {
                problem = (Outcome::PermError, Reason::Revoked);
            }
            Err(_) => problem = (Outcome::PermError, Reason::Malformed),
        }
    }
    Err(problem)
}

fn arc(message: &AuthenticatedMessage<'_>, now: u64, facts: &Facts<'_>) -> ArcChain {
    let domains = message.as_headers.iter().take(SETS);
    let mut chain = ArcChain {
        outcome: None,
        reason: None,
        oldest_pass: None,
        domains: domains
            .map(|seal| Untrusted::new(seal.header.d.as_str()))
            .collect(),
    };
    let count = message.as_headers.len();
    if count == 0
        && message.ams_headers.is_empty()
        && message.aar_headers.is_empty()
        && !message.has_arc_errors
    {
        return chain;
    }
    let verdict = structure(message, count)
        .and_then(|()| message_signature(message, count, now, facts))
        .and_then(|()| seals(message, count, facts));
    match verdict {
        Ok(()) => {
            chain.outcome = Some(Outcome::Pass);
            chain.oldest_pass = Some(oldest_pass(message, count, now, facts));
        }
        Err((outcome, reason)) => {
            chain.outcome = Some(match outcome {
                Outcome::NotTestable | Outcome::TempError => outcome,
                // A chain is whole or it is not (RFC 8617 §5.2).
                Outcome::Pass | Outcome::Fail | Outcome::Neutral | Outcome::PermError => {
                    Outcome::Fail
                }
            });
            chain.reason = Some(reason);
        }
    }
    chain
}

/// Every instance is there once, in order, and says what it may of the ones before.
fn structure(message: &AuthenticatedMessage<'_>, count: usize) -> Verdict {
    let broken = Err((Outcome::Fail, Reason::Malformed));
    let complete = count == message.ams_headers.len() && count == message.aar_headers.len();
    if message.has_arc_errors || !complete || count == 0 || count > SETS {
        return broken;
    }
    for (at, ((seal, signature), results)) in message
        .as_headers
        .iter()
        .zip(&message.ams_headers)
        .zip(&message.aar_headers)
        .enumerate()
    {
        let instance = u32::try_from(at.saturating_add(1)).unwrap_or(u32::MAX);
        let numbered = seal.header.i == instance
            && signature.header.i == instance
            && results.header.i == instance;
        let expected = match at {
            0 => ChainValidation::None,
            _ => ChainValidation::Pass,
        };
        if !numbered || seal.header.cv != expected {
            return broken;
        }
    }
    Ok(())
}

/// The message signature of an instance.
fn message_signature<'x>(
    message: &'x AuthenticatedMessage<'x>,
    instance: usize,
    now: u64,
    facts: &Facts<'_>,
) -> Verdict {
    let header = instance
        .checked_sub(1)
        .and_then(|at| message.ams_headers.get(at))
        .ok_or((Outcome::Fail, Reason::Malformed))?;
    let signature = &header.header;
    expired(signature.x, signature.t, now)?;
    body(
        message,
        (signature.cb, signature.a, signature.l),
        &signature.bh,
    )?;
    let input = Input {
        algorithm: signature.a,
        domain: &signature.d,
        selector: &signature.s,
        value: &signature.b,
        fields: &signature.h,
        canonicalization: signature.ch,
        identity: "",
    };
    one(message, header.name, header.value, &input, facts)
}

/// The lowest instance from which on every message signature holds; zero where all do.
fn oldest_pass(
    message: &AuthenticatedMessage<'_>,
    count: usize,
    now: u64,
    facts: &Facts<'_>,
) -> u32 {
    let first_that_fails = (1..count)
        .rev()
        .find(|instance| message_signature(message, *instance, now, facts).is_err());
    let oldest = first_that_fails.map_or(0, |fails| fails.saturating_add(1));
    u32::try_from(oldest).unwrap_or(0)
}

/// All seals, the newest first (RFC 8617 §5.2).
fn seals(message: &AuthenticatedMessage<'_>, count: usize, facts: &Facts<'_>) -> Verdict {
    // All keys are asked for before any decides, so that one round of questions is enough.
    let mut verdict = Ok(());
    for at in (0..count).rev() {
        verdict = verdict.and(seal(message, at, facts));
    }
    verdict
}

fn seal(message: &AuthenticatedMessage<'_>, at: usize, facts: &Facts<'_>) -> Verdict {
    let missing = (Outcome::Fail, Reason::Malformed);
    let header = message.as_headers.get(at).ok_or(missing)?;
    let seal = &header.header;
    if matches!(seal.a, Algorithm::RsaSha1) {
        return Err((Outcome::PermError, Reason::Algorithm));
    }
    let key = key(&seal.d, &seal.s, facts)?;
    let stripped = without_signature(header.value);
    let mut signed: Vec<(&[u8], &[u8])> = Vec::new();
    for before in 0..=at {
        let results = message.aar_headers.get(before).ok_or(missing)?;
        let signature = message.ams_headers.get(before).ok_or(missing)?;
        let sealed = message.as_headers.get(before).ok_or(missing)?;
        signed.push(pair(results));
        signed.push(pair(signature));
        signed.push(match before == at {
            true => (sealed.name, stripped.as_slice()),
            false => pair(sealed),
        });
    }
    let verified = key.p.verify(
        &mut signed.into_iter(),
        &seal.b,
        Canonicalization::Relaxed,
        seal.a,
    );
    verified.map_err(|error| meaning(&error))
}

fn pair<'x, T>(header: &Header<'x, T>) -> (&'x [u8], &'x [u8]) {
    (header.name, header.value)
}

#[cfg(test)]
mod tests;
