//! What is kept, and why it could not be.

use super::{Notice, Turn};
use crate::app::port::{KeptWhat, StoreFailure, VaultKind};
use crate::base::untrusted::escape_line;

/// What opens the vault, and what that protects.
pub fn vault_kind(kind: VaultKind) -> &'static str {
    match kind {
        VaultKind::Keyring => {
            "Your secret keys, passwords, drafts and letters are sealed with a key that your \
             system's keyring holds. They open while you are logged in."
        }
        VaultKind::Passphrase => {
            "Your secret keys, passwords, drafts and letters are sealed with a key that only your \
             passphrase opens. Nobody can open them without it, and nobody can replace it."
        }
        VaultKind::None => "Nothing secret is kept yet.",
        VaultKind::Memory => "Nothing is kept: all of this is gone when the practice is over.",
    }
}

/// What is kept in one place.
pub fn kept(what: KeptWhat) -> &'static str {
    match what {
        KeptWhat::Home => "Keys, passwords, drafts and letters, sealed",
        KeptWhat::Certificates => "Public keys of everybody, readable for other programs",
        KeptWhat::CertificateIndex => {
            "What is remembered of public keys; made again when it is gone"
        }
    }
}

/// A store's failure in words.
pub fn store_failure(failure: &StoreFailure) -> Notice {
    match failure {
        StoreFailure::VaultLocked => {
            Notice::new("vault-locked", Turn::You, "Your keys are locked.")
                .why("The system keyring has no key for them, and no passphrase was given.")
                .next("Give the passphrase, or name a file that holds it with --passphrase-file.")
                .in_window("Try again, and type the passphrase when you are asked.")
        }
        StoreFailure::WrongPassphrase => Notice::new(
            "wrong-passphrase",
            Turn::You,
            "That passphrase does not open your keys.",
        )
        .why("It differs from the one that was chosen for this home.")
        .next("Check capitals and keyboard layout, and try again. Nothing was changed."),
        StoreFailure::VaultInKeyring => Notice::new(
            "vault-in-keyring",
            Turn::Setup,
            "This home opens with the system keyring, not with a passphrase.",
        )
        .why("It was made without a passphrase; the keyring holds its key.")
        .next("Leave --passphrase-file out and log in to your desktop. Nothing was changed.")
        .in_window("Log in to your desktop, then try again. Nothing was changed."),
        StoreFailure::KeyringMismatch => Notice::new(
            "keyring-mismatch",
            Turn::Setup,
            "The system keyring's key does not open your keys.",
        )
        .why("The keyring was reset, or the home was copied from another computer.")
        .next("Restore the keyring or the home that belongs to it. Nothing was changed."),
        StoreFailure::KeyringUnavailable(detail) => Notice::new(
            "keyring-unavailable",
            Turn::Setup,
            "The system keyring does not answer.",
        )
        .why("Your keys are locked with a key that the keyring holds.")
        .next("Unlock the keyring (log in to your desktop), then try again.")
        .detail(escape_line(detail)),
        StoreFailure::NewerVersion { found, known } => Notice::new(
            "newer-version",
            Turn::Setup,
            "A newer Waxwing wrote this home.",
        )
        .why(format!(
            "Its format is {found}; this Waxwing knows {known}. It was left untouched."
        ))
        .next("Update Waxwing, or use another home with --home."),
        StoreFailure::ReadOnly { path } => Notice::new(
            "read-only",
            Turn::Setup,
            "Waxwing's folder cannot be written to.",
        )
        .why(format!("{} is read-only.", escape_line(path)))
        .next("Make it writable, or use another home with --home. Nothing was changed."),
        StoreFailure::DiskFull { path } => {
            Notice::new("disk-full", Turn::Setup, "The disk is full.")
                .why(format!("There is no space left for {}.", escape_line(path)))
                .next("Free some space, then try again. What was there before is whole.")
        }
        StoreFailure::Unusable { path, detail } => Notice::new(
            "home-unusable",
            Turn::Setup,
            "Waxwing's folder cannot be used.",
        )
        .why(format!("{}: {}.", escape_line(path), escape_line(detail)))
        .next("Check that it is a folder of yours, or use another home with --home."),
        StoreFailure::Busy => Notice::new(
            "busy",
            Turn::Setup,
            "Another Waxwing is at work in this home.",
        )
        .why("It did not finish in time.")
        .next("Wait for it to finish, or close it, then try again."),
        StoreFailure::Damaged { what } => Notice::new(
            "damaged",
            Turn::Setup,
            "Something that Waxwing kept is damaged.",
        )
        .why(format!(
            "{} was altered, or the disk is failing.",
            escape_line(what)
        ))
        .next("Restore the home from a backup. The damaged file was left as it is."),
        StoreFailure::Exists => Notice::new(
            "exists",
            Turn::You,
            "There is an identity for this address already.",
        )
        .why("One address has one identity.")
        .next("Use the one that is there: wax identity list.")
        .in_window("Use the one that is there; it stands under Settings."),
    }
}
