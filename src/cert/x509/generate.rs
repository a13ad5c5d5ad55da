//! Making keys, certificates that vouch for themselves, and requests for those of an authority.

use super::extensions::{self, KeyUsage};
use super::key::{Curve, KeyManagement, kind_of};
use super::name::write_name;
use super::tlv::{self, tag};
use super::{KeyKind, LooseKey, X509Cert, X509Secret, oid, pem_block, sha256, time};
use crate::address::Mailbox;
use crate::base::{Secret, Time};
use crate::cert::KeyGenerationFailure;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::pkey::{KeyType, PKey, Private};
use openssl::rsa::Rsa;
use openssl::sign::Signer;

/// Three years of 365.25 days, in seconds.
const VALIDITY: i64 = 3 * (365 * 86_400 + 21_600);

/// Which keys to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum KeyChoice {
    /// RSA-3072: every program reads it, gpgsm 2.2 too, which encrypts to nothing else.
    #[default]
    Rsa3072,
    /// NIST P-256.
    P256,
    /// NIST P-384.
    P384,
    /// Ed25519 to sign, X25519 to be encrypted to.
    Ed25519,
    /// ML-DSA-65 to sign (RFC 9881), ML-KEM-768 to be encrypted to (RFC 9935).
    PostQuantum,
}

/// One key with its certificate, or two: what a key kind cannot do needs another.
impl X509Secret {
    /// Makes keys for a mailbox, with certificates that vouch for themselves, valid from `now` for
    /// three years. The first signs; where it cannot be encrypted to, the second can, and carries
    /// the first one's signature.
    pub fn generate(
        mailbox: &Mailbox,
        choice: KeyChoice,
        now: Time,
    ) -> Result<Vec<X509Secret>, KeyGenerationFailure> {
        let keys = make_keys(choice).map_err(library)?;
        let mut made: Vec<X509Secret> = Vec::new();
        let Some(signer) = keys.first() else {
            return Err(KeyGenerationFailure("no key".to_owned()));
        };
        for key in &keys {
            let der = certificate(mailbox, key, signer, now).map_err(library)?;
            let secret = X509Cert::from_der(&der)
                .ok()
                .and_then(|cert| X509Secret::new(cert, key.clone()).ok());
            made.push(secret.ok_or_else(|| KeyGenerationFailure("a damaged key".to_owned()))?);
        }
        Ok(made)
    }
}

/// A request for a certificate (PKCS #10, RFC 2986), and the key that waits for it.
pub struct Request {
    /// PEM.
    pub pem: Vec<u8>,
    /// The key's name, under which it waits.
    pub key: String,
    /// The private key, PKCS #8, unencrypted: for the vault and nothing else.
    pub secret: Secret<Vec<u8>>,
}

impl LooseKey {
    /// Makes a key that a certificate is to be asked for.
    pub fn generate(choice: KeyChoice) -> Result<LooseKey, KeyGenerationFailure> {
        let mut keys = make_keys(choice).map_err(library)?.into_iter();
        let first = keys.next();
        first
            .map(LooseKey::new)
            .ok_or_else(|| KeyGenerationFailure("no key".to_owned()))
    }

    /// Asks for a certificate for a mailbox. The key must be one that signs.
    pub fn request(&self, mailbox: &Mailbox) -> Result<Request, KeyGenerationFailure> {
        let unfit = || KeyGenerationFailure("such a key cannot sign its request".to_owned());
        let spki = self.key().public_key_to_der().map_err(library)?;
        let (kind, problem) = kind_of(&spki).map_err(|_| unfit())?;
        if !kind.signs() || problem.is_some() {
            return Err(unfit());
        }
        // extensionRequest (RFC 2985 §5.4.2).
        const EXTENSION_REQUEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 14];
        let extensions = tlv::write(tag::SEQUENCE, &for_mail(mailbox, &kind));
        let attribute = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::OID, EXTENSION_REQUEST),
                &tlv::write(tag::SET, &extensions),
            ],
        );
        let info = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write_small(0),
                &subject(mailbox),
                &spki,
                &tlv::write(tag::constructed(0), &attribute),
            ],
        );
        let request = signed(&info, &kind, self.key()).map_err(library)?;
        let secret = self.key().private_key_to_pkcs8().map_err(library)?;
        Ok(Request {
            pem: pem_block("CERTIFICATE REQUEST", &request),
            key: super::spki_handle(&spki),
            secret: Secret::new(secret),
        })
    }
}

fn library(error: ErrorStack) -> KeyGenerationFailure {
    KeyGenerationFailure(error.to_string())
}

fn make_keys(choice: KeyChoice) -> Result<Vec<PKey<Private>>, ErrorStack> {
    Ok(match choice {
        KeyChoice::Rsa3072 => vec![PKey::from_rsa(Rsa::generate(3072)?)?],
        KeyChoice::P256 => vec![PKey::ec_gen("P-256")?],
        KeyChoice::P384 => vec![PKey::ec_gen("P-384")?],
        KeyChoice::Ed25519 => vec![PKey::generate_ed25519()?, PKey::generate_x25519()?],
        KeyChoice::PostQuantum => vec![
            from_seed::<32>(KeyType::ML_DSA_65)?,
            from_seed::<64>(KeyType::ML_KEM_768)?,
        ],
    })
}

/// Both standards make a key from a random seed (FIPS 204 §5.1, FIPS 203 §7.1).
fn from_seed<const N: usize>(kind: KeyType) -> Result<PKey<Private>, ErrorStack> {
    let mut seed = Secret::new([0u8; N]);
    openssl::rand::rand_priv_bytes(seed.expose_mut())?;
    PKey::private_key_from_seed(None, kind, None, seed.expose())
}

fn certificate(
    mailbox: &Mailbox,
    key: &PKey<Private>,
    signer: &PKey<Private>,
    now: Time,
) -> Result<Vec<u8>, ErrorStack> {
    let spki = key.public_key_to_der()?;
    let signer_spki = signer.public_key_to_der()?;
    let kind = known(&spki);
    let signer_kind = known(&signer_spki);
    let mut serial = [0u8; 16];
    openssl::rand::rand_bytes(&mut serial)?;
    // Positive, and never shorter.
    if let Some(first) = serial.first_mut() {
        *first = (*first & 0x3F) | 0x40;
    }
    let until = now.as_second().saturating_add(VALIDITY);
    let until = Time::from_second(until).unwrap_or(Time::MAX);
    let mut extensions = for_mail(mailbox, &kind);
    let own_id = key_id(&spki);
    let own = tlv::write(tag::OCTET_STRING, &own_id);
    extensions.extend_from_slice(&extensions::write(oid::ce::SUBJECT_KEY, false, &own));
    if spki != signer_spki {
        let id = tlv::write(tag::context(0), &key_id(&signer_spki));
        let issuer = tlv::write(tag::SEQUENCE, &id);
        extensions.extend_from_slice(&extensions::write(oid::ce::AUTHORITY_KEY, false, &issuer));
    }
    let name = subject(mailbox);
    let tbs = tlv::write_all(
        tag::SEQUENCE,
        &[
            &tlv::write(tag::constructed(0), &tlv::write_small(2)),
            &tlv::write(tag::INTEGER, &serial),
            &signature_algorithm(&signer_kind),
            &name,
            &tlv::write_all(tag::SEQUENCE, &[&time::write(now), &time::write(until)]),
            &name,
            &spki,
            &tlv::write(tag::constructed(3), &tlv::write(tag::SEQUENCE, &extensions)),
        ],
    );
    signed(&tbs, &signer_kind, signer)
}

/// The kind of a key that was just made.
fn known(spki: &[u8]) -> KeyKind {
    kind_of(spki).map_or_else(|_| KeyKind::Other(String::new()), |(kind, _)| kind)
}

/// First 20 octets of the SHA-256 of the key (RFC 7093 §2, method 1).
fn key_id(spki: &[u8]) -> Vec<u8> {
    let bits = tlv::only(spki, tag::SEQUENCE).and_then(|spki| {
        let mut inside = spki.inside();
        inside.expect(tag::SEQUENCE)?;
        tlv::octets_of_bits(&inside.expect(tag::BIT_STRING)?)
    });
    let hash = sha256(bits.unwrap_or(spki));
    hash.iter().copied().take(20).collect()
}

/// What stands in a certificate for mail: no authority, what the key is for, mail alone, the
/// address.
fn for_mail(mailbox: &Mailbox, kind: &KeyKind) -> Vec<u8> {
    let encrypts = match kind.key_management() {
        Some(KeyManagement::Transport | KeyManagement::Encapsulation) => {
            Some(KeyUsage::KEY_ENCIPHERMENT)
        }
        Some(KeyManagement::Agreement) => Some(KeyUsage::KEY_AGREEMENT),
        None => None,
    };
    let signs = kind.signs().then_some(KeyUsage::DIGITAL_SIGNATURE);
    let usage = match (signs, encrypts) {
        (Some(signs), Some(encrypts)) => signs.and(encrypts),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => KeyUsage::default(),
    };
    let purpose = tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, oid::EMAIL_PROTECTION));
    let mail = extensions::write_mail_name(&mailbox.address);
    [
        extensions::write(oid::ce::BASIC_CONSTRAINTS, true, &[tag::SEQUENCE, 0]),
        extensions::write(oid::ce::KEY_USAGE, true, &usage.to_der()),
        extensions::write(oid::ce::EXTENDED_KEY_USAGE, false, &purpose),
        extensions::write(oid::ce::SUBJECT_ALT_NAME, false, &mail),
    ]
    .concat()
}

/// The person's name, or the address where there is none; at most 64 characters (RFC 5280 §A.1).
fn subject(mailbox: &Mailbox) -> Vec<u8> {
    let name: String = mailbox
        .name
        .as_ref()
        .map(|name| name.raw().chars().filter(|c| !c.is_control()).collect())
        .unwrap_or_default();
    let name = match name.trim() {
        "" => mailbox.address.as_str(),
        name => name,
    };
    let name: String = name.chars().take(64).collect();
    write_name(&[(oid::COMMON_NAME, &name)])
}

/// `info`, how it is signed, and its signature.
fn signed(info: &[u8], kind: &KeyKind, key: &PKey<Private>) -> Result<Vec<u8>, ErrorStack> {
    let mut signer = match kind {
        KeyKind::Ec(Curve::P384) => Signer::new(MessageDigest::sha384(), key)?,
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed448
        | KeyKind::X25519
        | KeyKind::X448
        | KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Other(_)
        | KeyKind::Ec(_)
        | KeyKind::Ed25519 => super::secret::signer_for(key)?,
    };
    let signature = signer.sign_oneshot_to_vec(info)?;
    Ok(tlv::write_all(
        tag::SEQUENCE,
        &[
            info,
            &signature_algorithm(kind),
            &tlv::write_bits(&signature),
        ],
    ))
}

/// The AlgorithmIdentifier of [`signed`].
fn signature_algorithm(kind: &KeyKind) -> Vec<u8> {
    const ECDSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3];
    const RSA_SHA256: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11];
    let (identifier, null): (Vec<u8>, &[u8]) = match kind {
        KeyKind::Ec(Curve::P384) => ([ECDSA, &[3]].concat(), &[]),
        KeyKind::Ec(_) => ([ECDSA, &[2]].concat(), &[]),
        KeyKind::Ed25519 => (oid::key::ED25519.to_vec(), &[]),
        KeyKind::MlDsa(65) => ([oid::key::NIST_SIGNATURES, &[18]].concat(), &[]),
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed448
        | KeyKind::X25519
        | KeyKind::X448
        | KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => (RSA_SHA256.to_vec(), &[tag::NULL, 0]),
    };
    tlv::write_all(tag::SEQUENCE, &[&tlv::write(tag::OID, &identifier), null])
}
