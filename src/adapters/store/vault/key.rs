//! The vault key: AES-256-GCM-SIV (RFC 8452), a fresh random nonce for each record, and associated
//! data that says which record it is, so that none can be altered or put in another's place.

use crate::app::port::StoreFailure;
use crate::base::Secret;
use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

/// Length of a vault key and of a key derived from a passphrase, in bytes.
pub(in crate::adapters::store) const KEY_LEN: usize = 32;

/// Names the format of sealed records; part of every record's associated data.
const FORMAT: &[u8] = b"waxwing sealed 1";

/// A key that seals and opens records. The library wipes it when it is dropped.
pub(in crate::adapters::store) struct VaultKey(LessSafeKey);

/// The record was altered, belongs elsewhere, or was sealed by another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapters::store) struct NotOurs;

/// Which record: fields that are told apart whatever they hold.
pub(in crate::adapters::store) struct Binding(Vec<u8>);

impl Binding {
    /// Names a record by its fields, in order.
    pub(in crate::adapters::store) fn new(fields: &[&[u8]]) -> Self {
        let mut bytes = FORMAT.to_vec();
        for field in fields {
            let length = u64::try_from(field.len()).unwrap_or(u64::MAX);
            bytes.extend_from_slice(&length.to_le_bytes());
            bytes.extend_from_slice(field);
        }
        Binding(bytes)
    }
}

impl VaultKey {
    /// The key made of these bytes; `None` unless there are 32.
    pub(in crate::adapters::store) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM_SIV, bytes).ok()?;
        Some(VaultKey(LessSafeKey::new(key)))
    }

    /// Seals `plain`: nonce, ciphertext, tag.
    pub(in crate::adapters::store) fn seal(
        &self,
        binding: &Binding,
        plain: &[u8],
    ) -> Result<Vec<u8>, StoreFailure> {
        let nonce: [u8; NONCE_LEN] = random()?;
        let room = NONCE_LEN
            .saturating_add(plain.len())
            .saturating_add(AES_256_GCM_SIV.tag_len());
        let mut out = Vec::with_capacity(room);
        out.extend_from_slice(&nonce);
        out.extend_from_slice(plain);
        let (_, body) = out.split_at_mut(NONCE_LEN);
        let nonce = Nonce::assume_unique_for_key(nonce);
        let tag = self
            .0
            .seal_in_place_separate_tag(nonce, Aad::from(&binding.0), body)
            .map_err(|_| no_crypto("sealing"))?;
        out.extend_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Opens what [`VaultKey::seal`] made for the same record.
    pub(in crate::adapters::store) fn open(
        &self,
        binding: &Binding,
        sealed: &[u8],
    ) -> Result<Secret<Vec<u8>>, NotOurs> {
        let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(NotOurs)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOurs)?;
        let mut buffer = Secret::new(body.to_vec());
        let opened = self
            .0
            .open_in_place(nonce, Aad::from(&binding.0), buffer.expose_mut())
            .map_err(|_| NotOurs)?
            .len();
        buffer.expose_mut().truncate(opened);
        Ok(buffer)
    }
}

/// Random bytes from the cryptographic library.
pub(in crate::adapters::store) fn random<const N: usize>() -> Result<[u8; N], StoreFailure> {
    let mut bytes = [0u8; N];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| no_crypto("random numbers"))?;
    Ok(bytes)
}

/// A new random vault key's bytes.
pub(in crate::adapters::store) fn make_key() -> Result<Secret<Vec<u8>>, StoreFailure> {
    let mut key = Secret::new(vec![0u8; KEY_LEN]);
    aws_lc_rs::rand::fill(key.expose_mut()).map_err(|_| no_crypto("random numbers"))?;
    Ok(key)
}

/// The library refused what it never refuses on a sound machine.
fn no_crypto(what: &str) -> StoreFailure {
    StoreFailure::Unusable {
        path: "AWS-LC".to_owned(),
        detail: format!("{what} failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_opens_only_whole_and_in_its_own_place() {
        let key = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        let here = Binding::new(&[b"draft", b"1"]);
        let sealed = key.seal(&here, b"Dear Bob").unwrap();
        assert_eq!(key.open(&here, &sealed).unwrap().expose(), b"Dear Bob");
        assert_ne!(sealed, key.seal(&here, b"Dear Bob").unwrap());

        // Fields cannot run into each other.
        for other in [
            &[b"draft", b"2".as_slice()][..],
            &[b"draf", b"t1"],
            &[b"draft1"],
        ] {
            assert!(key.open(&Binding::new(other), &sealed).is_err());
        }
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            assert!(key.open(&here, &altered).is_err(), "byte {at}");
            assert!(key.open(&here, &sealed[..at]).is_err(), "cut at {at}");
        }
        let other = VaultKey::from_bytes(make_key().unwrap().expose()).unwrap();
        assert!(other.open(&here, &sealed).is_err());
        assert!(VaultKey::from_bytes(&[0; 31]).is_none());
    }
}
