//! SMIMECapabilities (RFC 8551 §2.5.2): what somebody's program says that it can read.

use super::cipher::AesBits;
use super::oids;
use crate::cert::x509::tlv::{self, tag};
use const_oid::ObjectIdentifier;

/// Most capabilities that are read.
const MOST: usize = 256;
/// Largest list that is kept, in bytes.
pub const MOST_BYTES: usize = 8 << 10;

/// What somebody can read, as far as it decides how a letter to them is sealed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capabilities {
    gcm: [bool; 2],
    cbc: [bool; 2],
    oaep: bool,
}

impl Capabilities {
    /// Reads the list in DER; `None` when it is none.
    pub fn read(der: &[u8]) -> Option<Capabilities> {
        if der.len() > MOST_BYTES {
            return None;
        }
        let mut list = tlv::only(der, tag::SEQUENCE).ok()?.inside();
        let mut found = Capabilities::default();
        let mut count = 0_usize;
        while !list.is_empty() {
            count = count.saturating_add(1);
            if count > MOST {
                return None;
            }
            let mut one = list.expect(tag::SEQUENCE).ok()?.inside();
            let oid = one.expect(tag::OID).ok()?.value;
            let [gcm_128, gcm_256] = &mut found.gcm;
            let [cbc_128, cbc_256] = &mut found.cbc;
            match ObjectIdentifier::from_bytes(oid) {
                Ok(oids::AES128_GCM) => *gcm_128 = true,
                Ok(oids::AES256_GCM) => *gcm_256 = true,
                Ok(oids::AES128_CBC) => *cbc_128 = true,
                Ok(oids::AES256_CBC) => *cbc_256 = true,
                Ok(oids::RSA_OAEP) => found.oaep = true,
                Ok(_) | Err(_) => {}
            }
        }
        Some(found)
    }

    /// What Waxwing can read, in DER, the preferred first.
    pub fn own() -> Vec<u8> {
        let bare = |oid: ObjectIdentifier| {
            tlv::write(tag::SEQUENCE, &tlv::write(tag::OID, oid.as_bytes()))
        };
        let all = [
            oids::AES256_GCM,
            oids::AES128_GCM,
            oids::AES256_CBC,
            oids::AES192_CBC,
            oids::AES128_CBC,
            oids::RSA_OAEP,
        ];
        tlv::write(tag::SEQUENCE, &all.map(bare).concat())
    }

    /// What Waxwing can read, as a value.
    pub fn of_ourselves() -> Capabilities {
        Capabilities::read(&Capabilities::own()).unwrap_or_default()
    }
}

/// How the content of a letter is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// AES-GCM in AuthEnvelopedData: when everybody says that they read it.
    Gcm(AesBits),
    /// AES-CBC in EnvelopedData.
    Cbc(AesBits),
}

/// What all readers have in common (rules 18 and 48). Of somebody who never said anything, AES-256 in
/// CBC is assumed, which every program of this century reads.
pub fn choose(readers: &[Option<Capabilities>]) -> Choice {
    let all = |can: &dyn Fn(&Capabilities) -> bool| {
        readers.iter().all(|known| known.as_ref().is_some_and(can))
    };
    if all(&|c| matches!(c.gcm, [_, true])) {
        return Choice::Gcm(AesBits::B256);
    }
    if all(&|c| matches!(c.gcm, [true, _])) {
        return Choice::Gcm(AesBits::B128);
    }
    // Somebody says that they read AES-128 and says nothing of AES-256.
    let weaker = readers
        .iter()
        .flatten()
        .any(|c| matches!(c.cbc, [true, false]));
    Choice::Cbc(if weaker { AesBits::B128 } else { AesBits::B256 })
}

/// Whether all of these readers say that they read RSA-OAEP.
pub fn all_read_oaep(readers: &[Option<Capabilities>]) -> bool {
    !readers.is_empty() && readers.iter().all(|known| known.is_some_and(|c| c.oaep))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_everybody_reads_is_used() {
        let us = Some(Capabilities::of_ourselves());
        let old = Some(Capabilities {
            cbc: [true, true],
            ..Capabilities::default()
        });
        let small = Some(Capabilities {
            cbc: [true, false],
            ..Capabilities::default()
        });
        assert_eq!(choose(&[us, us]), Choice::Gcm(AesBits::B256));
        assert_eq!(choose(&[us, None]), Choice::Cbc(AesBits::B256));
        assert_eq!(choose(&[us, old]), Choice::Cbc(AesBits::B256));
        assert_eq!(choose(&[small, None]), Choice::Cbc(AesBits::B128));
        assert!(all_read_oaep(&[us]) && !all_read_oaep(&[us, None]) && !all_read_oaep(&[]));
        for damaged in [&[][..], &[0x30, 1], &[0x31, 0], &[0x30, 2, 5, 0]] {
            assert_eq!(Capabilities::read(damaged), None);
        }
    }
}
