//! Recipient infos (RFC 5652 §6.2): whom a message is for, and the content key for those who are here.
//!
//! A key that does not come out is replaced by a random one, so that whoever altered it learns
//! nothing by how, or how soon, opening fails (RFC 3218, rule 27).

use super::cipher::{ContentCipher, Failed};
use super::hash::Hash;
use super::keywrap::{self, KeyWrap};
use super::oids;
use crate::base::Passphrase;
use crate::cert::SecretKeys;
use crate::cert::x509::{KeyKind, Name, X509Cert, X509Secret, issuer_serial_handle, oid, tlv};
use cms::cert::IssuerAndSerialNumber;
use cms::enveloped_data::{
    KeyAgreeRecipientIdentifier, KeyAgreeRecipientInfo, KeyTransRecipientInfo,
    OriginatorIdentifierOrKey, PasswordRecipientInfo, RecipientIdentifier, RecipientInfo,
};
use cms::kemri::KemRecipientInfo;
use const_oid::ObjectIdentifier;
use der::{Decode as _, Encode as _};
use openssl::bn::BigNumContext;
use openssl::derive::Deriver;
use openssl::ec::{EcKey, EcPoint};
use openssl::md::Md;
use openssl::pkey::{Id, PKey, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use spki::AlgorithmIdentifierOwned;
use std::sync::Arc;
use tlv::tag;
use zeroize::Zeroizing;

/// How a message names one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// Issuer and serial number of a certificate.
    IssuerSerial {
        /// The handle to look it up by.
        handle: String,
        /// For people.
        shown: String,
    },
    /// The subject key identifier of a certificate, upper-case hex.
    SubjectKey(String),
}

impl Named {
    /// The handle under which certificates are looked up.
    pub fn handle(&self) -> &str {
        match self {
            Named::IssuerSerial { handle, .. } | Named::SubjectKey(handle) => handle,
        }
    }

    pub(super) fn of_issuer(named: &IssuerAndSerialNumber) -> Option<Named> {
        let issuer = named.issuer.to_der().ok()?;
        let issuer = Name::from_der(&issuer).ok()?;
        let serial = named.serial_number.as_bytes();
        Some(Named::IssuerSerial {
            handle: issuer_serial_handle(&issuer, serial),
            shown: format!("{}+{}", issuer.text().raw(), oid::hex(serial)),
        })
    }

    fn of(rid: &RecipientIdentifier) -> Option<Named> {
        match rid {
            RecipientIdentifier::IssuerAndSerialNumber(named) => Named::of_issuer(named),
            RecipientIdentifier::SubjectKeyIdentifier(id) => {
                Some(Named::SubjectKey(oid::hex(id.0.as_bytes())))
            }
        }
    }

    pub(super) fn is(&self, cert: &X509Cert) -> bool {
        cert.key_handles().iter().any(|own| own == self.handle())
    }
}

/// One recipient of a message.
pub enum Recipient {
    /// Somebody with a certificate, and the content key for them.
    Key(Named, Box<SealedKey>),
    /// Whoever knows a password.
    Password(Box<PasswordRecipientInfo>),
    /// It cannot be read, or is of a kind that is not known: counted, never passed over (rule 16).
    Unknown,
}

/// A content key under somebody's key.
pub enum SealedKey {
    /// Key transport: RSA.
    Transport(KeyTransRecipientInfo),
    /// Key agreement: ECDH. The info, and this recipient's key in it.
    Agreement(Arc<KeyAgreeRecipientInfo>, Vec<u8>),
    /// Key encapsulation: ML-KEM.
    Encapsulation(KemRecipientInfo),
}

/// Most recipients in one key agreement.
const AGREED: usize = 4096;

/// Reads the recipient infos, each in DER.
pub fn read(infos: &[Option<Vec<u8>>]) -> Vec<Recipient> {
    let mut all = Vec::new();
    for info in infos {
        let info = info.as_deref().map(RecipientInfo::from_der);
        match info {
            Some(Ok(RecipientInfo::Ktri(info))) => all.push(match Named::of(&info.rid) {
                Some(named) => Recipient::Key(named, Box::new(SealedKey::Transport(info))),
                None => Recipient::Unknown,
            }),
            Some(Ok(RecipientInfo::Kari(mut info))) => {
                let keys = std::mem::take(&mut info.recipient_enc_keys);
                let info = Arc::new(info);
                for key in keys.into_iter().take(AGREED) {
                    let named = match &key.rid {
                        KeyAgreeRecipientIdentifier::IssuerAndSerialNumber(named) => {
                            Named::of_issuer(named)
                        }
                        KeyAgreeRecipientIdentifier::RKeyId(id) => Some(Named::SubjectKey(
                            oid::hex(id.subject_key_identifier.0.as_bytes()),
                        )),
                    };
                    let sealed = key.enc_key.into_bytes();
                    all.push(match named {
                        Some(named) => Recipient::Key(
                            named,
                            Box::new(SealedKey::Agreement(info.clone(), sealed.into_vec())),
                        ),
                        None => Recipient::Unknown,
                    });
                }
            }
            Some(Ok(RecipientInfo::Pwri(info))) => all.push(Recipient::Password(Box::new(info))),
            Some(Ok(RecipientInfo::Ori(info))) if info.ori_type == oids::KEM_RECIPIENT => {
                let info = info.ori_value.to_der();
                let info = info.and_then(|der| KemRecipientInfo::from_der(&der));
                all.push(
                    match info.ok().and_then(|i| Some((Named::of(&i.rid)?, i))) {
                        Some((named, info)) => {
                            Recipient::Key(named, Box::new(SealedKey::Encapsulation(info)))
                        }
                        None => Recipient::Unknown,
                    },
                );
            }
            Some(Ok(RecipientInfo::Ori(_) | RecipientInfo::Kekri(_)) | Err(_)) | None => {
                all.push(Recipient::Unknown);
            }
        }
    }
    all
}

/// A content key that may be the right one.
pub struct Candidate {
    /// The key.
    pub key: Zeroizing<Vec<u8>>,
    /// Whose certificate's key gave it; `None` for a password.
    pub from: Option<crate::cert::Fingerprint>,
}

/// What trying the own keys gave.
#[derive(Default)]
pub struct Tried {
    /// Content keys, some of them random.
    pub candidates: Vec<Candidate>,
    /// The certificates whose keys were tried.
    pub certs: Vec<crate::cert::Fingerprint>,
    /// Something for a key of ours that is not supported.
    pub unsupported: Option<String>,
}

/// Most times that a private key is used for one message.
const ATTEMPTS: usize = 32;
/// Most passwords times recipients that are tried for one message: each may cost seconds.
const PASSWORD_ATTEMPTS: usize = 8;

/// Tries every own key that a recipient info names, and every password.
pub fn try_keys(recipients: &[Recipient], keys: &SecretKeys, cipher: &ContentCipher) -> Tried {
    let mut tried = Tried::default();
    let mut password_attempts = 0_usize;
    for recipient in recipients {
        match recipient {
            Recipient::Key(named, sealed) => {
                for own in keys.x509().filter(|own| named.is(own.x509())) {
                    if tried.candidates.len() >= ATTEMPTS {
                        return tried;
                    }
                    try_key(&mut tried, sealed, own, cipher);
                }
            }
            Recipient::Password(info) => {
                for password in keys.passwords() {
                    password_attempts = password_attempts.saturating_add(1);
                    if password_attempts > PASSWORD_ATTEMPTS {
                        break;
                    }
                    let key = from_password(info, password);
                    tried.candidates.push(Candidate {
                        key: or_random(key, cipher),
                        from: None,
                    });
                }
            }
            Recipient::Unknown => {}
        }
    }
    tried
}

fn try_key(tried: &mut Tried, sealed: &SealedKey, own: &X509Secret, cipher: &ContentCipher) {
    let fingerprint = own.fingerprint();
    if !tried.certs.contains(&fingerprint) {
        tried.certs.push(fingerprint.clone());
    }
    let way = match Way::of(sealed, own.x509()) {
        Ok(way) => way,
        Err(what) => {
            tried.unsupported = Some(what);
            return;
        }
    };
    let key = way.unseal(sealed, own.key());
    tried.candidates.push(Candidate {
        key: or_random(key, cipher),
        from: Some(fingerprint),
    });
}

/// The content key, or a random one of the right size where there is none.
fn or_random(
    key: Result<Zeroizing<Vec<u8>>, Failed>,
    cipher: &ContentCipher,
) -> Zeroizing<Vec<u8>> {
    let mut random = Zeroizing::new(vec![0; cipher.key_bytes()]);
    let made = openssl::rand::rand_bytes(&mut random);
    match key {
        Ok(key) if key.len() == cipher.key_bytes() => key,
        // Without random bytes none is tried: a key of no length opens nothing.
        Ok(_) | Err(Failed) if made.is_err() => Zeroizing::new(Vec::new()),
        Ok(_) | Err(Failed) => random,
    }
}

/// How the content key comes out, read before any private key is touched: what is not supported is
/// said in so many words, since it says nothing about the key.
enum Way {
    Pkcs1,
    Oaep {
        hash: Hash,
        mgf: Hash,
        label: Vec<u8>,
    },
    Agreement {
        kdf: Kdf,
        wrap: KeyWrap,
        wrap_algorithm: Vec<u8>,
        peer: PKey<Public>,
    },
    Kem {
        kdf: Hash,
        wrap: KeyWrap,
    },
    /// The parameters make no sense: tried with a random key like all damage.
    Damaged,
}

#[derive(Clone, Copy)]
enum Kdf {
    X963(Hash),
    Hkdf(Hash),
}

impl Way {
    fn of(sealed: &SealedKey, cert: &X509Cert) -> Result<Way, String> {
        match sealed {
            SealedKey::Transport(info) => transport(&info.key_enc_alg),
            SealedKey::Agreement(info, _) => agreement(info, cert),
            SealedKey::Encapsulation(info) => encapsulation(info, cert),
        }
    }

    fn unseal(
        &self,
        sealed: &SealedKey,
        own: &PKey<Private>,
    ) -> Result<Zeroizing<Vec<u8>>, Failed> {
        match (self, sealed) {
            (Way::Pkcs1, SealedKey::Transport(info)) => {
                // OpenSSL rejects implicitly: wrong padding gives bytes that nobody can foresee.
                decrypt_rsa(own, Padding::PKCS1, info.enc_key.as_bytes(), |_| Ok(()))
            }
            (Way::Oaep { hash, mgf, label }, SealedKey::Transport(info)) => decrypt_rsa(
                own,
                Padding::PKCS1_OAEP,
                info.enc_key.as_bytes(),
                |context| {
                    context.set_rsa_oaep_md(md(*hash).ok_or(Failed)?)?;
                    context.set_rsa_mgf1_md(md(*mgf).ok_or(Failed)?)?;
                    if !label.is_empty() {
                        context.set_rsa_oaep_label(label)?;
                    }
                    Ok(())
                },
            ),
            (
                Way::Agreement {
                    kdf,
                    wrap,
                    wrap_algorithm,
                    peer,
                },
                SealedKey::Agreement(info, sealed),
            ) => {
                let mut deriver = Deriver::new(own)?;
                deriver.set_peer(peer)?;
                let secret = Zeroizing::new(deriver.derive_to_vec()?);
                let ukm = info.ukm.as_ref().map(|ukm| ukm.as_bytes());
                let info = shared_info(wrap_algorithm, ukm, wrap.key_bytes());
                let under = match kdf {
                    Kdf::X963(hash) => {
                        keywrap::derive_x963(*hash, &secret, &info, wrap.key_bytes())?
                    }
                    Kdf::Hkdf(hash) => {
                        keywrap::derive_hkdf(*hash, &secret, &info, wrap.key_bytes())?
                    }
                };
                wrap.unwrap(&under, sealed)
            }
            (Way::Kem { kdf, wrap }, SealedKey::Encapsulation(info)) => {
                let secret = super::kem::decapsulate(own, info.kem_ct.as_bytes())?;
                let wrap_algorithm = info.wrap.to_der().map_err(|_| Failed)?;
                let ukm = info.ukm.as_ref().map(|ukm| ukm.as_bytes());
                let context = super::kem::other_info(&wrap_algorithm, wrap.key_bytes(), ukm);
                let under = keywrap::derive_hkdf(*kdf, &secret, &context, wrap.key_bytes())?;
                wrap.unwrap(&under, info.encrypted_key.as_bytes())
            }
            _ => Err(Failed),
        }
    }
}

/// How RSA is used (RFC 8017 §A.2.1 for the parameters of OAEP).
fn transport(algorithm: &AlgorithmIdentifierOwned) -> Result<Way, String> {
    match algorithm.oid {
        oids::RSA => Ok(Way::Pkcs1),
        oids::RSA_OAEP => match &algorithm.parameters {
            None => Ok(oaep_defaults()),
            Some(parameters) => match parameters.to_der() {
                Ok(parameters) => oaep(&parameters),
                Err(_) => Ok(Way::Damaged),
            },
        },
        other => Err(format!("the key transport {other}")),
    }
}

fn oaep_defaults() -> Way {
    Way::Oaep {
        hash: Hash::Sha1,
        mgf: Hash::Sha1,
        label: Vec::new(),
    }
}

fn oaep(parameters: &[u8]) -> Result<Way, String> {
    let hash_of = |algorithm: &tlv::Tlv<'_>| -> Result<ObjectIdentifier, tlv::NotDer> {
        let oid = algorithm.inside().expect(tag::OID)?;
        ObjectIdentifier::from_bytes(oid.value).map_err(|_| tlv::NotDer)
    };
    type Fields = (
        Option<ObjectIdentifier>,
        Option<(ObjectIdentifier, ObjectIdentifier)>,
        Option<(ObjectIdentifier, Vec<u8>)>,
    );
    let read = || -> Result<Fields, tlv::NotDer> {
        let mut fields = tlv::only(parameters, tag::SEQUENCE)?.inside();
        let hash = match fields.optional(tag::constructed(0))? {
            Some(hash) => Some(hash_of(&tlv::only(hash.value, tag::SEQUENCE)?)?),
            None => None,
        };
        let mgf = match fields.optional(tag::constructed(1))? {
            Some(mgf) => {
                let mut mgf = tlv::only(mgf.value, tag::SEQUENCE)?.inside();
                let function = ObjectIdentifier::from_bytes(mgf.expect(tag::OID)?.value);
                let hash = hash_of(&mgf.expect(tag::SEQUENCE)?)?;
                Some((function.map_err(|_| tlv::NotDer)?, hash))
            }
            None => None,
        };
        let label = match fields.optional(tag::constructed(2))? {
            Some(source) => {
                let mut source = tlv::only(source.value, tag::SEQUENCE)?.inside();
                let kind = ObjectIdentifier::from_bytes(source.expect(tag::OID)?.value);
                let label = source.expect(tag::OCTET_STRING)?.value.to_vec();
                Some((kind.map_err(|_| tlv::NotDer)?, label))
            }
            None => None,
        };
        fields.finish()?;
        Ok((hash, mgf, label))
    };
    let Ok((hash, mgf, label)) = read() else {
        return Ok(Way::Damaged);
    };
    let known = |oid: Option<ObjectIdentifier>| match oid {
        None => Ok(Hash::Sha1),
        Some(oid) => Hash::of(oid)
            .filter(|hash| md(*hash).is_some())
            .ok_or_else(|| format!("RSA-OAEP with the hash {oid}")),
    };
    if let Some((function, _)) = mgf
        && function != oids::MGF1
    {
        return Err(format!("RSA-OAEP with the mask {function}"));
    }
    if let Some((kind, _)) = &label
        && *kind != oids::P_SPECIFIED
    {
        return Err(format!("RSA-OAEP with the label {kind}"));
    }
    Ok(Way::Oaep {
        hash: known(hash)?,
        mgf: known(mgf.map(|(_, hash)| hash))?,
        label: label.map(|(_, label)| label).unwrap_or_default(),
    })
}

fn md(hash: Hash) -> Option<&'static openssl::md::MdRef> {
    Some(match hash {
        Hash::Sha1 => Md::sha1(),
        Hash::Sha224 => Md::sha224(),
        Hash::Sha256 => Md::sha256(),
        Hash::Sha384 => Md::sha384(),
        Hash::Sha512 => Md::sha512(),
        Hash::Md5 | Hash::Sha3_256 | Hash::Sha3_384 | Hash::Sha3_512 | Hash::Shake256 => {
            return None;
        }
    })
}

fn decrypt_rsa(
    own: &PKey<Private>,
    padding: Padding,
    sealed: &[u8],
    set: impl FnOnce(&mut PkeyCtx<Private>) -> Result<(), Failed>,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let mut context = PkeyCtx::new(own)?;
    context.decrypt_init()?;
    context.set_rsa_padding(padding)?;
    set(&mut context)?;
    let mut out = Zeroizing::new(vec![0; own.size()]);
    let written = context.decrypt(sealed, Some(&mut out))?;
    out.truncate(written);
    Ok(out)
}

/// How a key is agreed upon (RFC 5753 §3, RFC 8418 §2).
fn agreement(info: &KeyAgreeRecipientInfo, cert: &X509Cert) -> Result<Way, String> {
    let oid = info.key_enc_alg.oid;
    let kdf = match oid {
        oids::DH_SINGLE_SHA1 | oids::DH_COFACTOR_SHA1 => Kdf::X963(Hash::Sha1),
        oids::DH_SINGLE_SHA224 | oids::DH_COFACTOR_SHA224 => Kdf::X963(Hash::Sha224),
        oids::DH_SINGLE_SHA256 | oids::DH_COFACTOR_SHA256 => Kdf::X963(Hash::Sha256),
        oids::DH_SINGLE_SHA384 | oids::DH_COFACTOR_SHA384 => Kdf::X963(Hash::Sha384),
        oids::DH_SINGLE_SHA512 | oids::DH_COFACTOR_SHA512 => Kdf::X963(Hash::Sha512),
        oids::DH_HKDF_SHA256 => Kdf::Hkdf(Hash::Sha256),
        oids::DH_HKDF_SHA384 => Kdf::Hkdf(Hash::Sha384),
        oids::DH_HKDF_SHA512 => Kdf::Hkdf(Hash::Sha512),
        other => return Err(format!("the key agreement {other}")),
    };
    let OriginatorIdentifierOrKey::OriginatorKey(originator) = &info.originator else {
        return Err("a key agreement with a key that is not in the message".into());
    };
    let wrap_algorithm = info.key_enc_alg.parameters.as_ref();
    let wrap_algorithm = wrap_algorithm.and_then(|any| any.to_der().ok());
    let Some(wrap_algorithm) = wrap_algorithm else {
        return Ok(Way::Damaged);
    };
    let wrap = match AlgorithmIdentifierOwned::from_der(&wrap_algorithm) {
        Ok(algorithm) => match KeyWrap::of(algorithm.oid) {
            Some(wrap) => wrap,
            None => return Err(format!("the key wrap {}", algorithm.oid)),
        },
        Err(_) => return Ok(Way::Damaged),
    };
    let point = originator.public_key.as_bytes().unwrap_or_default();
    match peer(cert, point) {
        Some(peer) => Ok(Way::Agreement {
            kdf,
            wrap,
            wrap_algorithm,
            peer,
        }),
        None => Ok(Way::Damaged),
    }
}

/// The sender's key of the moment, on the curve of our own: points elsewhere are refused.
fn peer(own: &X509Cert, point: &[u8]) -> Option<PKey<Public>> {
    match own.key_kind() {
        KeyKind::X25519 => PKey::public_key_from_raw_bytes(point, Id::X25519).ok(),
        KeyKind::X448 => PKey::public_key_from_raw_bytes(point, Id::X448).ok(),
        KeyKind::Ec(_) => {
            let own = own.public_key()?.ec_key().ok()?;
            let mut context = BigNumContext::new().ok()?;
            let point = EcPoint::from_bytes(own.group(), point, &mut context).ok()?;
            let key = EcKey::from_public_key(own.group(), &point).ok()?;
            key.check_key().ok()?;
            PKey::from_ec_key(key).ok()
        }
        KeyKind::Rsa { .. }
        | KeyKind::RsaPss { .. }
        | KeyKind::Dsa
        | KeyKind::Ed25519
        | KeyKind::Ed448
        | KeyKind::MlDsa(_)
        | KeyKind::MlKem(_)
        | KeyKind::Other(_) => None,
    }
}

/// ECC-CMS-SharedInfo (RFC 5753 §7.2).
pub fn shared_info(wrap_algorithm: &[u8], ukm: Option<&[u8]>, key_bytes: usize) -> Vec<u8> {
    let bits = u32::try_from(key_bytes.saturating_mul(8)).unwrap_or_default();
    let bits = tlv::write(tag::OCTET_STRING, &bits.to_be_bytes());
    let mut inside = wrap_algorithm.to_vec();
    if let Some(ukm) = ukm {
        let ukm = tlv::write(tag::OCTET_STRING, ukm);
        inside.extend(tlv::write(tag::constructed(0), &ukm));
    }
    inside.extend(tlv::write(tag::constructed(2), &bits));
    tlv::write(tag::SEQUENCE, &inside)
}

fn encapsulation(info: &KemRecipientInfo, cert: &X509Cert) -> Result<Way, String> {
    let fits = match (info.kem.oid, cert.key_kind()) {
        (oids::ML_KEM_512, KeyKind::MlKem(512))
        | (oids::ML_KEM_768, KeyKind::MlKem(768))
        | (oids::ML_KEM_1024, KeyKind::MlKem(1024)) => true,
        (oids::ML_KEM_512 | oids::ML_KEM_768 | oids::ML_KEM_1024, _) => false,
        (other, _) => return Err(format!("the key encapsulation {other}")),
    };
    let kdf = match info.kdf.oid {
        oids::HKDF_SHA256 => Hash::Sha256,
        oids::HKDF_SHA384 => Hash::Sha384,
        oids::HKDF_SHA512 => Hash::Sha512,
        other => return Err(format!("the key derivation {other}")),
    };
    let wrap =
        KeyWrap::of(info.wrap.oid).ok_or_else(|| format!("the key wrap {}", info.wrap.oid))?;
    match fits && usize::from(info.kek_length) == wrap.key_bytes() {
        true => Ok(Way::Kem { kdf, wrap }),
        false => Ok(Way::Damaged),
    }
}

fn from_password(
    info: &PasswordRecipientInfo,
    password: &Passphrase,
) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let derivation = info.key_derivation_alg.as_ref().ok_or(Failed)?;
    let (cipher, _) = keywrap::password_cipher(&info.key_enc_alg).ok_or(Failed)?;
    let under =
        keywrap::derive_from_password(derivation, password.expose().as_bytes(), cipher.key_len())?;
    keywrap::unwrap_password(&info.key_enc_alg, &under, info.enc_key.as_bytes())
}
