//! Private keys of certificates.

use super::tlv::{Reader, tag};
use super::{KeyKind, LooseKey, X509Cert};
use crate::base::{Passphrase, Secret};
use crate::cert::{Cert, Fingerprint, UnlockProblem};
use openssl::derive::Deriver;
use openssl::encrypt::{Decrypter, Encrypter};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private, Public};
use openssl::rsa::Padding;
use openssl::sign::{Signer, Verifier};
use openssl::stack::Stack;
use openssl::x509::X509;

/// Rounds of the derivation that protects an exported key.
const EXPORT_ROUNDS: u32 = 200_000;

/// A certificate with its private key. OpenSSL wipes the key when it is let go. There is no
/// `Debug`.
///
/// ```compile_fail
/// fn show(key: &waxwing::cert::X509Secret) { println!("{key:?}"); }
/// ```
#[derive(Clone)]
pub struct X509Secret {
    cert: X509Cert,
    key: PKey<Private>,
}

impl X509Secret {
    /// Joins a certificate and its private key. The two must belong together, in what they say and
    /// in what they do: anybody can put another private part beside a public one.
    pub fn new(cert: X509Cert, key: PKey<Private>) -> Result<Self, UnlockProblem> {
        let public = cert.public_key().ok_or(UnlockProblem::Damaged)?;
        let agree = key.public_eq(&public) && halves_agree(cert.key_kind(), &key, &public);
        if agree {
            Ok(X509Secret { cert, key })
        } else {
            Err(UnlockProblem::Damaged)
        }
    }

    /// The certificate.
    pub fn x509(&self) -> &X509Cert {
        &self.cert
    }

    /// The certificate, of either scheme.
    pub fn cert(&self) -> Cert {
        Cert::X509(self.cert.clone())
    }

    /// The certificate's fingerprint.
    pub fn fingerprint(&self) -> Fingerprint {
        self.cert.fingerprint()
    }

    /// The private key for OpenSSL.
    pub fn key(&self) -> &PKey<Private> {
        &self.key
    }

    /// The key without its certificate, for another one.
    pub fn loose(&self) -> LooseKey {
        LooseKey::new(self.key.clone())
    }

    /// The certificate and the unencrypted PKCS #8 key one after the other: for the vault and
    /// nothing else (rule 55).
    pub fn to_bytes(&self) -> Secret<Vec<u8>> {
        let Ok(key) = self.key.private_key_to_pkcs8().map(Secret::new) else {
            return Secret::new(Vec::new());
        };
        // With its room made beforehand the vector never moves and leaves no copy behind.
        let room = self.cert.der().len().saturating_add(key.expose().len());
        let mut bytes = Secret::new(Vec::with_capacity(room));
        bytes.expose_mut().extend_from_slice(self.cert.der());
        bytes.expose_mut().extend_from_slice(key.expose());
        bytes
    }

    /// Reads what [`X509Secret::to_bytes`] wrote, which was checked when it came.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, UnlockProblem> {
        let mut reader = Reader::new(bytes);
        let cert = reader.expect(tag::SEQUENCE);
        let cert = cert.map_err(|_| UnlockProblem::Damaged)?;
        let cert = X509Cert::from_der(cert.whole).map_err(|_| UnlockProblem::Damaged)?;
        let key = PKey::private_key_from_pkcs8(reader.rest());
        let key = key.map_err(|_| UnlockProblem::Damaged)?;
        Ok(X509Secret { cert, key })
    }

    /// A PKCS #12 file of key, certificate and the certificates that lead to its authority: PBES2 with
    /// AES-256-CBC, PBKDF2 with HMAC-SHA-256, and a MAC with SHA-256.
    pub fn export_pkcs12(
        &self,
        chain: &[X509Cert],
        password: &Passphrase,
    ) -> Result<Secret<Vec<u8>>, UnlockProblem> {
        // The library takes it as a C string.
        if password.expose().contains('\0') {
            return Err(UnlockProblem::WrongPassword);
        }
        let make = || -> Result<Vec<u8>, ErrorStack> {
            let mut others = Stack::new()?;
            for cert in chain {
                others.push(X509::from_der(cert.der())?)?;
            }
            let name = self.cert.subject().common_name().unwrap_or_default();
            let name: String = name.chars().filter(|c| *c != '\0').collect();
            let own = X509::from_der(self.cert.der())?;
            Pkcs12::builder()
                .name(&name)
                .pkey(&self.key)
                .cert(&own)
                .ca(others)
                .key_algorithm(Nid::AES_256_CBC)
                .cert_algorithm(Nid::AES_256_CBC)
                .key_iter(EXPORT_ROUNDS)
                .mac_iter(EXPORT_ROUNDS)
                .mac_md(MessageDigest::sha256())
                .build2(password.expose())?
                .to_der()
        };
        make().map(Secret::new).map_err(|_| UnlockProblem::Damaged)
    }
}

/// Whether the private part does what the public part expects.
fn halves_agree(kind: &KeyKind, key: &PKey<Private>, public: &PKey<Public>) -> bool {
    let agree = match kind {
        KeyKind::X25519 | KeyKind::X448 => derives(key, public),
        // The library takes no private part that does not belong to its public part.
        KeyKind::MlKem(_) => Ok(true),
        KeyKind::Rsa { .. } => signs(key, public).and_then(|s| Ok(s && opens(key, public)?)),
        KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ec(_)
        | KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::MlDsa(_) => signs(key, public),
        KeyKind::Other(_) => Ok(false),
    };
    agree.unwrap_or(false)
}

const SAMPLE: &[u8] = &[0x5A; 32];

fn signs(key: &PKey<Private>, public: &PKey<Public>) -> Result<bool, ErrorStack> {
    let mut signer = signer_for(key)?;
    let made = signer.sign_oneshot_to_vec(SAMPLE)?;
    let mut verifier = if hashes_itself(key) {
        Verifier::new_without_digest(public)?
    } else {
        Verifier::new(MessageDigest::sha256(), public)?
    };
    verifier.verify_oneshot(&made, SAMPLE)
}

/// A signer as certificates and requests are signed: SHA-256 where the key does not bring its own
/// hash.
pub(super) fn signer_for(key: &PKey<Private>) -> Result<Signer<'_>, ErrorStack> {
    if hashes_itself(key) {
        Signer::new_without_digest(key)
    } else {
        Signer::new(MessageDigest::sha256(), key)
    }
}

/// Whether the scheme brings its own hash: all but RSA, DSA and ECDSA.
fn hashes_itself(key: &PKey<Private>) -> bool {
    use openssl::pkey::Id;
    !matches!(key.id(), Id::RSA | Id::RSA_PSS | Id::DSA | Id::EC)
}

fn opens(key: &PKey<Private>, public: &PKey<Public>) -> Result<bool, ErrorStack> {
    let mut encrypter = Encrypter::new(public)?;
    encrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    let mut sealed = vec![0; encrypter.encrypt_len(SAMPLE)?];
    let length = encrypter.encrypt(SAMPLE, &mut sealed)?;
    sealed.truncate(length);
    let mut decrypter = Decrypter::new(key)?;
    decrypter.set_rsa_padding(Padding::PKCS1_OAEP)?;
    let mut open = vec![0; decrypter.decrypt_len(&sealed)?];
    let length = decrypter.decrypt(&sealed, &mut open)?;
    Ok(open.get(..length) == Some(SAMPLE))
}

fn derives(key: &PKey<Private>, public: &PKey<Public>) -> Result<bool, ErrorStack> {
    let other = if key.id() == openssl::pkey::Id::X25519 {
        PKey::generate_x25519()?
    } else {
        PKey::generate_x448()?
    };
    let other_public = other.public_key_to_der()?;
    let other_public = PKey::public_key_from_der(&other_public)?;
    let mut ours = Deriver::new(key)?;
    ours.set_peer(&other_public)?;
    let mut theirs = Deriver::new(&other)?;
    theirs.set_peer(public)?;
    Ok(ours.derive_to_vec()? == theirs.derive_to_vec()?)
}
