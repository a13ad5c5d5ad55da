//! What a certificate is usable for at a time, by itself: whose it is, and whether an authority
//! vouches for it, is decided elsewhere.

use super::extensions::KeyUsage;
use super::key::KeyManagement;
use super::{X509Cert, oid};
use crate::base::Time;
use crate::cert::{Capabilities, KeyDetail, Unusable};

impl X509Cert {
    /// Whether mail can be sealed to it at `at`.
    pub fn usable_for_encryption(&self, at: Time) -> Result<(), Unusable> {
        self.usable_at_all(at)?;
        if !self.can_encrypt() {
            return Err(self.no_key());
        }
        self.for_mail()?;
        self.strong()
    }

    /// Whether a signature that it made at `at` can count.
    pub fn usable_for_signing(&self, at: Time) -> Result<(), Unusable> {
        self.usable_at_all(at)?;
        if !self.can_sign() {
            return Err(self.no_key());
        }
        self.for_mail()?;
        self.strong()
    }

    /// Whether its key and its keyUsage are for being encrypted to (RFC 8550 §4.4.2).
    pub fn can_encrypt(&self) -> bool {
        let wanted = match self.key_kind().key_management() {
            Some(KeyManagement::Transport | KeyManagement::Encapsulation) => {
                KeyUsage::KEY_ENCIPHERMENT
            }
            Some(KeyManagement::Agreement) => KeyUsage::KEY_AGREEMENT,
            None => return false,
        };
        self.key_usage().is_none_or(|usage| usage.allows(wanted))
    }

    /// Whether its key and its keyUsage are for signing messages (RFC 8550 §4.4.2).
    pub fn can_sign(&self) -> bool {
        let wanted = KeyUsage::DIGITAL_SIGNATURE.and(KeyUsage::NON_REPUDIATION);
        self.key_kind().signs() && self.key_usage().is_none_or(|usage| usage.allows(wanted))
    }

    /// Whether its purposes include mail, or it has none (RFC 8550 §4.4.4).
    pub fn is_for_mail(&self) -> bool {
        self.purposes().is_none_or(|purposes| {
            purposes
                .iter()
                .any(|p| p == oid::EMAIL_PROTECTION || p == oid::ANY_EXTENDED_KEY_USAGE)
        })
    }

    /// Its one key, as it stands at `at`.
    pub fn keys(&self, _at: Time) -> Vec<KeyDetail> {
        vec![KeyDetail {
            fingerprint: self.fingerprint(),
            primary: true,
            algorithm: self.key_kind().name(),
            can: Capabilities {
                certify: self.is_ca(),
                sign: self.can_sign() && self.is_for_mail(),
                encrypt: self.can_encrypt() && self.is_for_mail(),
                authenticate: false,
            },
            created: self.not_before(),
            expires: self.expires(),
            revoked: false,
            revoked_at: None,
        }]
    }

    fn usable_at_all(&self, at: Time) -> Result<(), Unusable> {
        if let Some(problem) = self.problems().first() {
            return Err(Unusable::Defective {
                problem: problem.clone(),
            });
        }
        if at < self.not_before() {
            return Err(Unusable::NotYetValid {
                from: self.not_before(),
            });
        }
        if at > self.not_after() {
            return Err(Unusable::Expired {
                at: self.not_after(),
            });
        }
        Ok(())
    }

    fn no_key(&self) -> Unusable {
        use super::KeyKind;
        match self.key_kind() {
            KeyKind::Other(what) => Unusable::Unsupported { what: what.clone() },
            KeyKind::Rsa { .. }
            | KeyKind::RsaPss { .. }
            | KeyKind::Dsa
            | KeyKind::Ec(_)
            | KeyKind::Ed25519
            | KeyKind::Ed448
            | KeyKind::X25519
            | KeyKind::X448
            | KeyKind::MlDsa(_)
            | KeyKind::MlKem(_) => Unusable::NoKey,
        }
    }

    fn for_mail(&self) -> Result<(), Unusable> {
        if self.is_for_mail() {
            Ok(())
        } else {
            Err(Unusable::NotForMail)
        }
    }

    fn strong(&self) -> Result<(), Unusable> {
        if self.key_kind().is_weak() {
            return Err(Unusable::TooWeak {
                what: self.key_kind().name(),
            });
        }
        Ok(())
    }
}
