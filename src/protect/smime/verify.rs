//! Checking signer infos (RFC 5652 §5.6): facts only, `read::verdict` judges.

use super::attributes::{Attributes, BadAttributes, look_like_attributes};
use super::content::Signed;
use super::hash::Hash;
use super::oids;
use super::recipients::Named;
use super::signature::Algorithm;
use crate::base::Time;
use crate::cert::x509::{X509Cert, oid};
use crate::cert::{Cert, Unusable};
use crate::protect::evidence::{SignatureFact, SignatureState};
use crate::protect::openpgp::CertLookup;
use cms::signed_data::{SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use der::Decode as _;
use openssl::pkey::{PKey, Public};

/// How far in the future a signature may be (rule 14): clocks differ.
const TOLERANCE: jiff::SignedDuration = jiff::SignedDuration::from_mins(5);
/// Most certificates that one signature is tried with.
const CERTS: usize = 8;

/// What a signed message brought along beside its content.
#[derive(Debug, Clone, Default)]
pub struct Along {
    /// Certificates, the signers' and those above them; nobody vouches for them yet.
    pub certs: Vec<X509Cert>,
    /// Revocation lists, each in DER.
    pub crls: Vec<Vec<u8>>,
    /// What the signers say that they can read: the certificate whose good signature says so, and
    /// SMIMECapabilities in DER (RFC 8551 §2.5.2).
    pub capabilities: Vec<(X509Cert, Vec<u8>)>,
}

impl Along {
    /// Takes in what another layer brought.
    pub fn extend(&mut self, other: Along) {
        self.certs.extend(other.certs);
        self.crls.extend(other.crls);
        self.capabilities.extend(other.capabilities);
    }
}

/// Checks all signer infos over the content; one fact for each, in order.
pub fn verify(
    signed: &Signed,
    content: &[u8],
    certs: &dyn CertLookup,
    at: Time,
) -> (Vec<SignatureFact>, Along) {
    let mut along = Along {
        certs: signed
            .certificates
            .iter()
            .filter_map(|der| X509Cert::from_der(der).ok())
            .collect(),
        crls: signed.crls.clone(),
        capabilities: Vec::new(),
    };
    let mut digests = Digests {
        content,
        known: Vec::new(),
    };
    let mut facts = Vec::new();
    for signer in &signed.signers {
        let read = signer
            .as_deref()
            .and_then(|der| Some((SignerInfo::from_der(der).ok()?, der)));
        let Some((info, der)) = read else {
            facts.push(unreadable());
            continue;
        };
        let checked = Checking {
            info: &info,
            attributes: Attributes::of_signer(der),
            content_type: signed.content_type,
            at,
        }
        .fact(&along.certs, certs, &mut digests);
        if let (SignatureState::Good, Some((cert, capabilities))) =
            (checked.fact.state, checked.capabilities)
        {
            along.capabilities.push((cert, capabilities));
        }
        facts.push(checked.fact);
    }
    (facts, along)
}

/// A signature of which nothing can be said.
pub fn unreadable() -> SignatureFact {
    SignatureFact {
        state: SignatureState::Unreadable,
        signer: None,
        issuer: None,
        addresses: Vec::new(),
        made: None,
        hash: String::new(),
        algorithm: String::new(),
        intended: Vec::new(),
    }
}

/// Hashes of the content, each made once.
struct Digests<'a> {
    content: &'a [u8],
    known: Vec<(Hash, Vec<u8>)>,
}

impl Digests<'_> {
    fn of(&mut self, hash: Hash) -> Option<Vec<u8>> {
        if let Some((_, digest)) = self.known.iter().find(|(known, _)| *known == hash) {
            return Some(digest.clone());
        }
        let digest = hash.over(&[self.content]).ok()?;
        self.known.push((hash, digest.clone()));
        Some(digest)
    }
}

struct Checked {
    fact: SignatureFact,
    capabilities: Option<(X509Cert, Vec<u8>)>,
}

struct Checking<'a> {
    info: &'a SignerInfo,
    attributes: Result<Option<Attributes>, BadAttributes>,
    content_type: ObjectIdentifier,
    at: Time,
}

impl Checking<'_> {
    fn fact(
        &self,
        along: &[X509Cert],
        lookup: &dyn CertLookup,
        digests: &mut Digests<'_>,
    ) -> Checked {
        let mut checked = Checked {
            fact: unreadable(),
            capabilities: None,
        };
        let fact = &mut checked.fact;
        fact.algorithm = algorithm_name(self.info.signature_algorithm.oid);
        let Some(hash) = Hash::of(self.info.digest_alg.oid) else {
            fact.hash = self.info.digest_alg.oid.to_string();
            return checked;
        };
        fact.hash = hash.name().to_owned();
        let Ok(attributes) = &self.attributes else {
            return checked;
        };
        match attributes.as_ref().map(Attributes::signing_time) {
            Some(Ok(made)) => fact.made = made,
            Some(Err(BadAttributes)) => return checked,
            None => {}
        }
        let Some(named) = named(&self.info.sid) else {
            return checked;
        };
        fact.issuer = Some(match &named {
            Named::IssuerSerial { shown, .. } => shown.clone(),
            Named::SubjectKey(id) => id.clone(),
        });
        fact.state = SignatureState::NoCert;
        let Some(algorithm) = Algorithm::read(&self.info.signature_algorithm, hash) else {
            fact.state = SignatureState::Unreadable;
            return checked;
        };
        for cert in candidates(&named, along, lookup) {
            let state = self.judge(&cert, &algorithm, hash, attributes.as_ref(), digests);
            // The first list entry is the most useful; NoCert only holds until any cert is found.
            if fact.signer.is_none() || state < fact.state {
                fact.state = state;
                fact.signer = Some(cert.fingerprint());
                fact.algorithm = cert.key_kind().name();
                fact.addresses = cert.addresses().to_vec();
                checked.capabilities = attributes
                    .as_ref()
                    .and_then(Attributes::capabilities)
                    .map(|capabilities| (cert, capabilities.to_vec()));
            }
        }
        checked
    }

    /// The state of the signature if this certificate's key made it.
    fn judge(
        &self,
        cert: &X509Cert,
        algorithm: &Algorithm,
        hash: Hash,
        attributes: Option<&Attributes>,
        digests: &mut Digests<'_>,
    ) -> SignatureState {
        let Some(key) = cert.public_key() else {
            return SignatureState::UnfitKey;
        };
        match self.is_right(cert, &key, algorithm, hash, attributes, digests) {
            Ok(true) => {}
            Ok(false) | Err(BadAttributes) => return SignatureState::Bad,
        }
        if hash.is_weak() || algorithm.hash().is_some_and(Hash::is_weak) {
            return SignatureState::WeakHash;
        }
        let made = attributes
            .and_then(|attributes| attributes.signing_time().ok().flatten())
            .unwrap_or(self.at);
        if made > self.at.saturating_add(TOLERANCE).unwrap_or(self.at) {
            return SignatureState::FromFuture;
        }
        match cert.usable_for_signing(made) {
            Ok(()) => SignatureState::Good,
            Err(why) => state_of(&why),
        }
    }

    fn is_right(
        &self,
        cert: &X509Cert,
        key: &PKey<Public>,
        algorithm: &Algorithm,
        hash: Hash,
        attributes: Option<&Attributes>,
        digests: &mut Digests<'_>,
    ) -> Result<bool, BadAttributes> {
        let signature = self.info.signature.as_bytes();
        if !algorithm.fits(cert.key_kind()) {
            return Ok(false);
        }
        let Some(attributes) = attributes else {
            // RFC 5652 §5.3: without them the content is plain data, signed itself.
            let same_hash = algorithm.hash().is_none_or(|own| own == hash);
            let lawful = self.content_type == oids::DATA && same_hash;
            return Ok(lawful
                && !look_like_attributes(digests.content)
                && algorithm.verify(key, digests.content, signature));
        };
        let digest = digests.of(hash).ok_or(BadAttributes)?;
        let about_this = attributes.content_type()? == self.content_type
            && openssl_eq(attributes.message_digest()?, &digest);
        if !about_this || !attributes.name_signer(cert)? {
            return Ok(false);
        }
        Ok(algorithm.verify(key, &attributes.sorted, signature)
            || (attributes.as_came != attributes.sorted
                && algorithm.verify(key, &attributes.as_came, signature)))
    }
}

fn openssl_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && openssl::memcmp::eq(left, right)
}

fn state_of(why: &Unusable) -> SignatureState {
    match why {
        Unusable::Revoked { .. } => SignatureState::Revoked,
        Unusable::Expired { .. } => SignatureState::Expired,
        Unusable::TooWeak { .. } => SignatureState::WeakKey,
        Unusable::WeakBinding { .. } => SignatureState::WeakHash,
        Unusable::Unsupported { .. } => SignatureState::Unreadable,
        Unusable::NotYetValid { .. }
        | Unusable::NoKey
        | Unusable::NoUserId
        | Unusable::NotForMail
        | Unusable::Defective { .. } => SignatureState::UnfitKey,
    }
}

fn named(sid: &SignerIdentifier) -> Option<Named> {
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(named) => Named::of_issuer(named),
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            Some(Named::SubjectKey(oid::hex(id.0.as_bytes())))
        }
    }
}

/// Certificates that the signer may mean: those that came along, then those that are known.
fn candidates(named: &Named, along: &[X509Cert], lookup: &dyn CertLookup) -> Vec<X509Cert> {
    let known = lookup.certs_with_key(named.handle());
    let known = known.into_iter().filter_map(|cert| match cert {
        Cert::X509(cert) => Some(cert),
        Cert::OpenPgp(_) => None,
    });
    let mut found: Vec<X509Cert> = Vec::new();
    for cert in along
        .iter()
        .filter(|cert| named.is(cert))
        .cloned()
        .chain(known)
    {
        if !found.contains(&cert) && found.len() < CERTS {
            found.push(cert);
        }
    }
    found
}

/// An algorithm's name when no more than the signature is known.
fn algorithm_name(oid: ObjectIdentifier) -> String {
    match oid {
        oids::RSA
        | oids::RSA_MD5
        | oids::RSA_SHA1
        | oids::RSA_SHA224
        | oids::RSA_SHA256
        | oids::RSA_SHA384
        | oids::RSA_SHA512 => "RSA".into(),
        oids::RSA_PSS => "RSA-PSS".into(),
        oids::DSA | oids::DSA_SHA1 | oids::DSA_SHA256 => "DSA".into(),
        oids::EC
        | oids::ECDSA_SHA1
        | oids::ECDSA_SHA224
        | oids::ECDSA_SHA256
        | oids::ECDSA_SHA384
        | oids::ECDSA_SHA512 => "ECDSA".into(),
        oids::ED25519 => "Ed25519".into(),
        oids::ED448 => "Ed448".into(),
        oids::ML_DSA_44 => "ML-DSA-44".into(),
        oids::ML_DSA_65 => "ML-DSA-65".into(),
        oids::ML_DSA_87 => "ML-DSA-87".into(),
        other => other.to_string(),
    }
}
