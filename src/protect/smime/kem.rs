//! ML-KEM (FIPS 203) in CMS (RFC 9629, 9936), by OpenSSL.

use super::cipher::Failed;
use crate::cert::x509::tlv::{self, tag};
use openssl::pkey::{PKey, Private};
use ossl::OsslContext;
use ossl::asymcipher::{EncOp, OsslAsymcipher};
use ossl::pkey::{EvpPkey, EvpPkeyType, MlkeyData, PkeyData};
use zeroize::Zeroizing;

/// OpenSSL's default context, as a value of this wrapper.
fn context() -> Result<OsslContext, Failed> {
    let mut context = OsslContext::new_lib_ctx_checked().map_err(|_| Failed)?;
    context.load_default_provider().map_err(|_| Failed)?;
    Ok(context)
}

/// Takes the shared secret out. Damage gives another one (FIPS 203 §6.3), not an error.
pub fn decapsulate(own: &PKey<Private>, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Failed> {
    let context = context()?;
    let pkcs8 = Zeroizing::new(own.private_key_to_pkcs8()?);
    let mut key = EvpPkey::from_der(&context, &pkcs8).map_err(|_| Failed)?;
    let mut operation =
        OsslAsymcipher::new(&context, EncOp::Decapsulate, &mut key, None).map_err(|_| Failed)?;
    let secret = operation.decapsulate(sealed).map_err(|_| Failed)?;
    Ok(Zeroizing::new(secret))
}

/// Makes a shared secret for a public key: what to send, and the secret.
pub fn encapsulate(size: u16, public: &[u8]) -> Result<(Vec<u8>, Zeroizing<Vec<u8>>), Failed> {
    let context = context()?;
    let (kind, sealed_bytes) = match size {
        512 => (EvpPkeyType::MlKem512, 768),
        768 => (EvpPkeyType::MlKem768, 1088),
        1024 => (EvpPkeyType::MlKem1024, 1568),
        _ => return Err(Failed),
    };
    let data = PkeyData::Mlkey(MlkeyData {
        pubkey: Some(public.to_vec()),
        prikey: None,
        seed: None,
    });
    let mut key = EvpPkey::import(&context, kind, data).map_err(|_| Failed)?;
    let mut operation =
        OsslAsymcipher::new(&context, EncOp::Encapsulate, &mut key, None).map_err(|_| Failed)?;
    let mut sealed = vec![0; sealed_bytes];
    let (secret, written) = operation.encapsulate(&mut sealed).map_err(|_| Failed)?;
    let secret = Zeroizing::new(secret);
    sealed.truncate(written);
    Ok((sealed, secret))
}

/// CMSORIforKEMOtherInfo (RFC 9629 §5).
pub fn other_info(wrap_algorithm: &[u8], key_bytes: usize, ukm: Option<&[u8]>) -> Vec<u8> {
    let mut inside = wrap_algorithm.to_vec();
    inside.extend(tlv::write_small(
        u64::try_from(key_bytes).unwrap_or_default(),
    ));
    if let Some(ukm) = ukm {
        let ukm = tlv::write(tag::OCTET_STRING, ukm);
        inside.extend(tlv::write(tag::constructed(0), &ukm));
    }
    tlv::write(tag::SEQUENCE, &inside)
}
