//! The vault key under a passphrase: Argon2id (RFC 9106) makes a key that seals it.

use super::key::{Binding, KEY_LEN, NotOurs, VaultKey, random};
use crate::app::port::StoreFailure;
use crate::base::limits::ARGON2_KIB;
use crate::base::{Passphrase, Secret};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroize;

/// Memory in KiB, passes and lanes of a new wrapping: RFC 9106's second recommendation, with one
/// lane since it is computed on one thread.
const NEW: (u32, u32, u32) = (64 << 10, 3, 1);
/// The most passes that a home may demand.
const MOST_PASSES: u32 = 64;
/// The most lanes that a home may demand.
const MOST_LANES: u32 = 16;

/// A wrapped vault key, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::adapters::store) struct Wrapped {
    pub(in crate::adapters::store) salt: Vec<u8>,
    pub(in crate::adapters::store) kib: u32,
    pub(in crate::adapters::store) passes: u32,
    pub(in crate::adapters::store) lanes: u32,
    pub(in crate::adapters::store) sealed: Vec<u8>,
}

/// Why a wrapped key did not come out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::adapters::store) enum NotUnwrapped {
    /// Another passphrase, or the wrapped key was altered: nothing tells them apart.
    Wrong,
    /// The stored parameters are not lawful, or ask for more than our bounds.
    Parameters,
}

/// Wraps a vault key for the home named `home`.
pub(in crate::adapters::store) fn wrap(
    passphrase: &Passphrase,
    home: &str,
    key: &Secret<Vec<u8>>,
) -> Result<Wrapped, StoreFailure> {
    let salt: [u8; 16] = random()?;
    let (kib, passes, lanes) = NEW;
    let mut wrapped = Wrapped {
        salt: salt.to_vec(),
        kib,
        passes,
        lanes,
        sealed: Vec::new(),
    };
    let failed = || StoreFailure::Unusable {
        path: "Argon2id".to_owned(),
        detail: "the derivation failed".to_owned(),
    };
    let by_passphrase = derive(passphrase, &wrapped).map_err(|_| failed())?;
    wrapped.sealed = by_passphrase.seal(&binding(home, &wrapped), key.expose())?;
    Ok(wrapped)
}

/// Unwraps a vault key.
pub(in crate::adapters::store) fn unwrap(
    passphrase: &Passphrase,
    home: &str,
    wrapped: &Wrapped,
) -> Result<Secret<Vec<u8>>, NotUnwrapped> {
    derive(passphrase, wrapped)?
        .open(&binding(home, wrapped), &wrapped.sealed)
        .map_err(|NotOurs| NotUnwrapped::Wrong)
}

fn binding(home: &str, wrapped: &Wrapped) -> Binding {
    Binding::new(&[
        b"vault",
        home.as_bytes(),
        &wrapped.salt,
        &wrapped.kib.to_le_bytes(),
        &wrapped.passes.to_le_bytes(),
        &wrapped.lanes.to_le_bytes(),
    ])
}

fn derive(passphrase: &Passphrase, wrapped: &Wrapped) -> Result<VaultKey, NotUnwrapped> {
    let bounded = u64::from(wrapped.kib) <= ARGON2_KIB
        && wrapped.passes <= MOST_PASSES
        && wrapped.lanes <= MOST_LANES;
    if !bounded {
        return Err(NotUnwrapped::Parameters);
    }
    let params = Params::new(wrapped.kib, wrapped.passes, wrapped.lanes, Some(KEY_LEN))
        .map_err(|_| NotUnwrapped::Parameters)?;
    let mut memory = vec![Block::default(); params.block_count()];
    let mut key = Secret::new(vec![0u8; KEY_LEN]);
    let derived = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into_with_memory(
            passphrase.expose().as_bytes(),
            &wrapped.salt,
            key.expose_mut(),
            &mut memory,
        );
    memory.zeroize();
    derived.map_err(|_| NotUnwrapped::Parameters)?;
    VaultKey::from_bytes(key.expose()).ok_or(NotUnwrapped::Parameters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::store::vault::key::make_key;

    #[test]
    fn only_the_same_passphrase_and_home_unwrap() {
        let key = make_key().unwrap();
        let right = Passphrase::new("correct horse".into());
        let wrapped = wrap(&right, "home", &key).unwrap();
        assert_eq!(
            unwrap(&right, "home", &wrapped).ok().unwrap().expose(),
            key.expose()
        );
        let wrong = Passphrase::new("correct house".into());
        for (passphrase, home) in [(&wrong, "home"), (&right, "other")] {
            let refused = unwrap(passphrase, home, &wrapped).err();
            assert_eq!(refused, Some(NotUnwrapped::Wrong));
        }
    }

    #[test]
    fn rule_30_argon2_parameters_from_a_file_are_bounded_before_they_run() {
        let sound = Wrapped {
            salt: vec![0; 16],
            kib: 64,
            passes: 1,
            lanes: 1,
            sealed: vec![0; 60],
        };
        let anything = Passphrase::new("x".into());
        let refused = |wrapped: &Wrapped| unwrap(&anything, "home", wrapped).err().unwrap();
        assert_eq!(refused(&sound), NotUnwrapped::Wrong);
        for greedy in [
            Wrapped {
                kib: u32::MAX,
                ..sound.clone()
            },
            Wrapped {
                kib: 300 << 10,
                ..sound.clone()
            },
            Wrapped {
                passes: u32::MAX,
                ..sound.clone()
            },
            Wrapped {
                lanes: 1 << 20,
                ..sound.clone()
            },
            Wrapped {
                kib: 0,
                ..sound.clone()
            },
            Wrapped {
                passes: 0,
                ..sound.clone()
            },
            Wrapped {
                salt: vec![],
                ..sound.clone()
            },
        ] {
            assert_eq!(refused(&greedy), NotUnwrapped::Parameters, "{greedy:?}");
        }
    }
}
