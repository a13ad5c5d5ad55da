//! Validation of one path (RFC 5280 §6.1, RFC 8550 §4), from the anchor down to the certificate.

use super::certificate::Certificate;
use super::constraints::{self, Breach, NameConstraints};
use super::extensions::KeyUsage;
use super::keys::{Kind, PublicKey};
use super::policies::{Policies, PolicyWish};
use super::pool::Anchor;
use super::reason::{Fault, Reason};
use super::signature::{self, Algorithm, Unverified};
use super::when::When;
use crate::address::Address;
use crate::base::Untrusted;
use crate::cert::x509::oid;
use std::sync::Arc;

/// For what the certificate shall be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To check signatures on mail.
    Sign,
    /// To seal mail to it.
    Encrypt,
    /// Either, for mail.
    Mail,
    /// Anything: no extended key usage is tested.
    Any,
}

/// What is asked of a path, beside that it holds together.
#[derive(Debug, Clone)]
pub struct Wish<'a> {
    /// Judge as of then.
    pub at: When,
    /// For what.
    pub purpose: Purpose,
    /// For which address.
    pub address: Option<&'a Address>,
    /// Which policies.
    pub policy: PolicyWish,
    /// Take weak keys and hashes, serial numbers that are not positive, and basicConstraints and
    /// policyConstraints that are not critical: for old archives and test suites.
    pub allow_weak: bool,
}

impl<'a> Wish<'a> {
    /// For mail of this address, at this time.
    pub fn mail(at: When, purpose: Purpose, address: Option<&'a Address>) -> Wish<'a> {
        Wish {
            at,
            purpose,
            address,
            policy: PolicyWish::default(),
            allow_weak: false,
        }
    }
}

/// A path that holds: the keys of its certificates as they are used, inherited parameters filled in.
pub struct Keys(pub Vec<PublicKey>);

/// Validates `path`, whose last certificate is the anchor's. Revocation is another question.
pub fn validate(
    path: &[Arc<Certificate>],
    anchor: &Anchor,
    wish: &Wish<'_>,
    checked: &dyn Fn(&Certificate, &Certificate) -> bool,
) -> Result<Keys, Fault> {
    let Some((leaf, above)) = path.split_first() else {
        return Err(fault(0, Reason::NoAnchors));
    };
    check_anchor(anchor, above.len(), wish)?;
    let length = above.len();
    let mut state = State {
        wish,
        most: anchor
            .certificate
            .extensions
            .basic
            .and_then(|basic| basic.path_length)
            .unwrap_or(u64::MAX),
        policies: Some(Policies::start(length, &wish.policy)),
        constraints: anchor.certificate.extensions.constraints.iter().collect(),
        keys: vec![anchor.certificate.key.clone()],
    };
    if length == 0 {
        state.leaf_alone(leaf)?;
    }
    for (at, pair) in path.windows(2).enumerate().rev() {
        if let [certificate, issuer] = pair {
            state.step(certificate, issuer, at, checked)?;
        }
    }
    check_purpose(path, wish)?;
    let addresses = leaf.addresses();
    if let Some(address) = wish.address
        && !addresses.contains(address)
    {
        let has = addresses.iter().map(|a| Untrusted::new(a.as_str()));
        return Err(fault(0, Reason::AddressMismatch { has: has.collect() }));
    }
    let asked = match wish.address {
        Some(address) => vec![address.clone()],
        None => addresses,
    };
    if !anchor.covers(&asked) {
        return Err(fault(length, Reason::AnchorNotForAddress));
    }
    state.keys.reverse();
    Ok(Keys(state.keys))
}

fn fault(at: usize, reason: Reason) -> Fault {
    Fault { reason, at }
}

struct State<'a> {
    wish: &'a Wish<'a>,
    /// How many intermediate certificates may still follow.
    most: u64,
    policies: Option<Policies>,
    constraints: Vec<&'a NameConstraints>,
    /// From the anchor down.
    keys: Vec<PublicKey>,
}

impl<'a> State<'a> {
    fn step(
        &mut self,
        certificate: &'a Certificate,
        issuer: &Certificate,
        at: usize,
        checked: &dyn Fn(&Certificate, &Certificate) -> bool,
    ) -> Result<(), Fault> {
        let is_leaf = at == 0;
        let wrong = |reason| fault(at, reason);
        let key = self
            .keys
            .last()
            .cloned()
            .ok_or(wrong(Reason::BadSignature))?;
        if certificate.issuer_form() != issuer.subject_form() {
            return Err(wrong(Reason::BadSignature));
        }
        if issuer.key.inherits() || !checked(certificate, issuer) {
            verify(certificate, &key).map_err(wrong)?;
        }
        in_time(certificate, self.wish.at).map_err(wrong)?;
        if is_leaf || !certificate.is_self_issued() {
            constraints::check(certificate, &self.constraints).map_err(|b| wrong(breach(b)))?;
        }
        if let Some(policies) = &mut self.policies {
            let entered = policies.enter(certificate, is_leaf);
            entered.map_err(|_| wrong(Reason::Policy))?;
        }
        known_extensions(certificate).map_err(wrong)?;
        profile(certificate, is_leaf, self.wish.allow_weak).map_err(wrong)?;
        strength(certificate, self.wish.allow_weak).map_err(wrong)?;
        if is_leaf {
            self.finish(certificate)
        } else {
            self.leave(certificate, &key).map_err(wrong)
        }
    }

    fn leaf_alone(&mut self, leaf: &'a Certificate) -> Result<(), Fault> {
        let wrong = |reason| fault(0, reason);
        known_extensions(leaf).map_err(wrong)?;
        serial(leaf, self.wish.allow_weak).map_err(wrong)?;
        strength(leaf, self.wish.allow_weak).map_err(wrong)?;
        if self.wish.policy.explicit {
            return Err(wrong(Reason::Policy));
        }
        Ok(())
    }

    fn finish(&mut self, leaf: &Certificate) -> Result<(), Fault> {
        let wrong = |reason| fault(0, reason);
        if let Some(policies) = self.policies.take() {
            let finished = policies.finish(leaf, &self.wish.policy);
            finished.map_err(|_| wrong(Reason::Policy))?;
        }
        Ok(())
    }

    /// RFC 5280 §6.1.4: an intermediate certificate prepares for the next.
    fn leave(&mut self, certificate: &'a Certificate, key: &PublicKey) -> Result<(), Reason> {
        if let Some(policies) = &mut self.policies {
            policies.leave(certificate).map_err(|_| Reason::Policy)?;
        }
        authority(certificate)?;
        self.constraints.extend(&certificate.extensions.constraints);
        if !certificate.is_self_issued() {
            self.most = self.most.checked_sub(1).ok_or(Reason::PathTooLong)?;
        }
        if let Some(most) = certificate.extensions.basic.and_then(|b| b.path_length) {
            self.most = self.most.min(most);
        }
        self.keys.push(certificate.key.inheriting(key));
        Ok(())
    }
}

/// Whether it may sign certificates at all (RFC 5280 §6.1.4 k and n).
pub fn authority(certificate: &Certificate) -> Result<(), Reason> {
    if certificate.version != 3 || !certificate.is_authority() {
        return Err(Reason::NotAnAuthority);
    }
    if !certificate.may(KeyUsage::SIGN_CERTS) {
        let wanted = "signing certificates";
        return Err(Reason::KeyUsage { wanted });
    }
    Ok(())
}

/// Whether `at` lies in its validity, both ends included.
pub fn in_time(certificate: &Certificate, at: When) -> Result<(), Reason> {
    if at > certificate.until {
        let since = certificate.until;
        return Err(Reason::Expired { since });
    }
    if at < certificate.from {
        let from = certificate.from;
        return Err(Reason::NotYetValid { from });
    }
    Ok(())
}

/// Whether it is signed by this key.
pub fn verify(certificate: &Certificate, key: &PublicKey) -> Result<(), Reason> {
    let checked = signature::verify(
        &certificate.algorithm,
        certificate.signed(),
        &certificate.signature,
        key,
    );
    checked.map_err(|unverified| match unverified {
        Unverified::Bad => Reason::BadSignature,
        Unverified::Unsupported(what) => Reason::Unsupported { what },
    })
}

fn breach(breach: Breach) -> Reason {
    match breach {
        Breach::Name(name) => Reason::NameConstraints {
            name,
            unclear: false,
        },
        Breach::Unclear(name) => Reason::NameConstraints {
            name,
            unclear: true,
        },
        Breach::TooMany => Reason::TooComplex,
    }
}

fn known_extensions(certificate: &Certificate) -> Result<(), Reason> {
    match &certificate.extensions.unknown_critical {
        Some(unknown) => Err(Reason::UnknownCritical {
            oid: oid::dotted(unknown),
        }),
        None => Ok(()),
    }
}

fn serial(certificate: &Certificate, allow_weak: bool) -> Result<(), Reason> {
    let octets = certificate.serial.as_slice();
    let digits = octets.strip_prefix(&[0]).unwrap_or(octets);
    if digits.len() > 20 {
        return Err(Reason::Profile("a serial number of more than 20 octets"));
    }
    let negative = octets.first().is_none_or(|first| first & 0x80 != 0);
    let zero = octets.iter().all(|octet| *octet == 0);
    if (negative || zero) && !allow_weak {
        return Err(Reason::Profile("a serial number that is not positive"));
    }
    Ok(())
}

/// What RFC 5280 §4 asks of a certificate that an authority issued.
fn profile(certificate: &Certificate, is_leaf: bool, allow_weak: bool) -> Result<(), Reason> {
    serial(certificate, allow_weak)?;
    let extensions = &certificate.extensions;
    let authority = certificate.is_authority();
    let departs = |what| Err(Reason::Profile(what));
    if let Some(what) = extensions.departure {
        return departs(what);
    }
    if extensions.loose_policy && !allow_weak {
        return departs("policyConstraints that are not critical");
    }
    if certificate.issuer.is_empty() {
        return departs("an empty issuer");
    }
    if certificate.subject.is_empty() {
        if authority || !is_leaf {
            return departs("an authority without a name");
        }
        if extensions.names.is_none() || !extensions.names_critical {
            return departs("neither a subject nor critical alternative names");
        }
    }
    if certificate.version == 3 && extensions.authority_key.is_none() {
        return departs("no authorityKeyIdentifier");
    }
    if authority && extensions.subject_key.is_none() {
        return departs("an authority without subjectKeyIdentifier");
    }
    let critical = extensions.basic.is_some_and(|basic| basic.critical);
    if authority && !critical && !allow_weak {
        return departs("basicConstraints that are not critical");
    }
    if !authority {
        let signs = extensions
            .key_usage
            .is_some_and(|u| u.any(KeyUsage::SIGN_CERTS));
        if signs {
            return departs("the right to sign certificates without being an authority");
        }
        if extensions.constraints.is_some() {
            return departs("nameConstraints without being an authority");
        }
    }
    let seals = KeyUsage::ENCIPHER_KEY | KeyUsage::ENCIPHER_DATA | KeyUsage::AGREE | KeyUsage::ONLY;
    let wrong_use = extensions.key_usage.is_some_and(|u| u.any(seals));
    if certificate.key.kind() == Kind::MlDsa && wrong_use {
        return departs("an ML-DSA key that is to encrypt (RFC 9881)");
    }
    Ok(())
}

/// Keys and hashes that are not weak, unless they may be.
fn strength(certificate: &Certificate, allow_weak: bool) -> Result<(), Reason> {
    let what = certificate.key.name();
    if certificate.key.is_too_large() || !certificate.key.names_its_curve() {
        return Err(Reason::Unsupported { what });
    }
    if allow_weak {
        return Ok(());
    }
    if let Some(what) = certificate.key.weakness() {
        return Err(Reason::WeakKey { what });
    }
    let algorithm =
        Algorithm::read(&certificate.algorithm).map_err(|what| Reason::Unsupported { what })?;
    match algorithm.weak_hash() {
        Some(what) => Err(Reason::WeakHash { what }),
        None => Ok(()),
    }
}

/// The anchor is trusted by itself, so its own signature and policies count for nothing; it must
/// still be what can vouch for others, now.
fn check_anchor(anchor: &Anchor, at: usize, wish: &Wish<'_>) -> Result<(), Fault> {
    let certificate = &*anchor.certificate;
    let wrong = |reason| fault(at, reason);
    in_time(certificate, wish.at).map_err(wrong)?;
    if !wish.allow_weak
        && let Some(what) = certificate.key.weakness()
    {
        return Err(wrong(Reason::WeakKey { what }));
    }
    if at == 0 {
        return Ok(());
    }
    if certificate.version == 3 {
        authority(certificate).map_err(wrong)?;
    }
    if !anchor.strict || certificate.version != 3 {
        return Ok(());
    }
    known_extensions(certificate).map_err(wrong)?;
    let extensions = &certificate.extensions;
    let critical = extensions.basic.is_some_and(|basic| basic.critical);
    let departure = if extensions.departure.is_some() {
        extensions.departure
    } else if certificate.subject.is_empty() {
        Some("an authority without a name")
    } else if !critical {
        Some("basicConstraints that are not critical")
    } else if extensions.subject_key.is_none() {
        Some("an authority without subjectKeyIdentifier")
    } else if !certificate.is_self_issued() && extensions.authority_key.is_none() {
        Some("no authorityKeyIdentifier")
    } else {
        None
    };
    departure.map_or(Ok(()), |what| Err(wrong(Reason::Profile(what))))
}

/// RFC 8550 §4.4: keyUsage of the certificate, extKeyUsage of all on the path.
fn check_purpose(path: &[Arc<Certificate>], wish: &Wish<'_>) -> Result<(), Fault> {
    let Some(leaf) = path.first() else {
        return Ok(());
    };
    let signs = KeyUsage::SIGN | KeyUsage::COMMIT;
    let seals = KeyUsage::ENCIPHER_KEY | KeyUsage::AGREE;
    let (bits, wanted) = match wish.purpose {
        Purpose::Any => return Ok(()),
        Purpose::Sign => (signs, "signing mail"),
        Purpose::Encrypt => (seals, "encrypting mail"),
        Purpose::Mail => (signs | seals, "mail"),
    };
    for (at, certificate) in path.iter().enumerate() {
        if let Some(uses) = &certificate.extensions.extended {
            let mail =
                |oid: &Vec<u8>| oid == oid::EMAIL_PROTECTION || oid == oid::ANY_EXTENDED_KEY_USAGE;
            if !uses.iter().any(mail) {
                return Err(fault(at, Reason::NotForMail));
            }
        }
    }
    let can = !matches!(
        (wish.purpose, leaf.key.kind()),
        (Purpose::Sign, Kind::Montgomery | Kind::MlKem)
            | (
                Purpose::Encrypt,
                Kind::Edwards | Kind::Dsa | Kind::MlDsa | Kind::RsaPss
            )
    );
    if !can || !leaf.may(bits) {
        return Err(fault(0, Reason::KeyUsage { wanted }));
    }
    Ok(())
}
