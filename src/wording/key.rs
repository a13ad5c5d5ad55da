//! Keys: states, refusals, failures.

use super::{Notice, Turn, date};
use super::{file::file_failure, list_of};
use crate::address::Address;
use crate::app::failure::{ImportRefusal, KeyFailure};
use crate::base::untrusted::escape_line;
use crate::cert::{
    CertProblem, KeyFileProblem, KeyRefusal, Looks, Scheme, UnlockProblem, Unusable,
};

/// What is wrong with an X.509 certificate, as the rest of a sentence.
pub fn cert_problem(problem: &CertProblem) -> String {
    match problem {
        CertProblem::NegativeSerial => "its serial number is negative".to_owned(),
        CertProblem::LongSerial { octets } => {
            format!("its serial number has {octets} bytes, and 20 are allowed")
        }
        CertProblem::AbsurdDates => "its dates make no sense".to_owned(),
        CertProblem::NulInAddress => {
            "an address in it is made so that programs read different ones".to_owned()
        }
        CertProblem::DuplicateExtension { oid } => {
            format!("it says the same thing twice ({oid})")
        }
        CertProblem::UnknownCritical { oid } => {
            format!("it demands something that is not known here ({oid})")
        }
        CertProblem::TooManyNames => "it has more names than anybody has".to_owned(),
        CertProblem::TooManyExtensions => "it has too many parts".to_owned(),
        CertProblem::KeyTooLarge { what } => {
            format!("its key is so large that using it would take too long ({what})")
        }
        CertProblem::BadKey => "its key is damaged".to_owned(),
        CertProblem::AlgorithmsDiffer => {
            "it names two different ways in which it was signed".to_owned()
        }
    }
}

/// By which standard letters to somebody are sealed from now on.
pub fn preferred(address: &Address, scheme: Option<Scheme>) -> String {
    match scheme {
        Some(scheme) => format!(
            "Letters to {address} are sealed by {} from now on, where both are possible.",
            scheme_name(scheme)
        ),
        None => format!("Letters to {address} are sealed by whatever fits the whole letter best."),
    }
}

/// A standard's name.
pub fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::OpenPgp => "OpenPGP",
        Scheme::Smime => "S/MIME",
    }
}

/// Why a key cannot be used, as the end of a sentence.
pub fn key_state(why: &Unusable) -> String {
    match why {
        Unusable::NotYetValid { from } => format!("valid only from {}", date(*from)),
        Unusable::Expired { at } => format!("expired {}", date(*at)),
        Unusable::Revoked { at: Some(at) } => format!("withdrawn by its owner on {}", date(*at)),
        Unusable::Revoked { at: None } => "withdrawn by its owner".to_owned(),
        Unusable::NoKey => "it has no part for this use".to_owned(),
        Unusable::TooWeak { what } => format!("too weak ({})", escape_line(what)),
        Unusable::WeakBinding { hash } => {
            format!("held together by an old method ({})", escape_line(hash))
        }
        Unusable::NotForMail => "made for something else than mail".to_owned(),
        Unusable::Defective { problem } => cert_problem(problem),
        Unusable::NoUserId => "it names nobody".to_owned(),
        Unusable::Unsupported { what } => {
            format!(
                "made in a way that Waxwing does not know ({})",
                escape_line(what)
            )
        }
    }
}

/// Why key work failed.
pub fn key_failure(failure: &KeyFailure) -> Notice {
    match failure {
        KeyFailure::NoSuchKey { wanted } => Notice::new(
            "no-such-key",
            Turn::You,
            format!("There is no key for “{}”.", escape_line(wanted)),
        )
        .why("A key is named by its whole fingerprint or by an address in it.")
        .next("See the list: wax key list")
        .in_window("Look for it under Keys."),
        KeyFailure::Ambiguous { keys } => {
            let shown: Vec<String> = keys.iter().map(|k| k.grouped()).collect();
            shown.into_iter().fold(
                Notice::new(
                    "ambiguous",
                    Turn::You,
                    "There are several keys for this address.",
                )
                .why("Which one is meant makes a difference.")
                .next("Name it by its fingerprint."),
                Notice::detail,
            )
        }
        KeyFailure::Exists {
            address,
            fingerprint,
        } => Notice::new(
            "exists",
            Turn::You,
            format!("There is an identity for {address} already."),
        )
        .why("One address has one identity; its key is not replaced.")
        .next("Use the one that is there: wax identity list.")
        .in_window("Use the one that is there; it stands under Settings.")
        .detail(fingerprint.grouped()),
        KeyFailure::NoSecret => Notice::new(
            "no-secret",
            Turn::You,
            "Only the public half of this key is here.",
        )
        .why("The secret half is with its owner.")
        .next("Choose one of your own keys."),
        KeyFailure::PasswordNeeded => Notice::new(
            "password-needed",
            Turn::You,
            "A secret key is never written without a password.",
        )
        .why("Whoever finds the file could read all your letters.")
        .next("Name a file that holds a password with --key-password-file.")
        .in_window("Choose a password for the file."),
        KeyFailure::NothingImported(refused) => nothing_imported(refused),
        KeyFailure::Library(detail) => Notice::new(
            "key-failed",
            Turn::Us,
            "The key could not be made or written.",
        )
        .why(escape_line(detail))
        .next("Nothing was changed. Try again; if it stays so, report it."),
    }
}

fn nothing_imported(refused: &[(String, ImportRefusal)]) -> Notice {
    let mut notice = match refused {
        [(_, only)] => import_refusal(only),
        [] | [_, ..] => {
            let files: Vec<String> = refused.iter().map(|(file, _)| escape_line(file)).collect();
            Notice::new(
                "nothing-imported",
                Turn::You,
                format!("No key could be taken from {}.", list_of(&files)),
            )
            .why("Each was refused for the reason below.")
            .next("Mend what is named, then try again. Nothing was changed.")
        }
    };
    for (file, refusal) in refused {
        let why = import_refusal(refusal).headline;
        notice = notice.detail(format!("{}: {why}", escape_line(file)));
    }
    notice
}

/// Why one key was not taken in.
pub fn import_refusal(refusal: &ImportRefusal) -> Notice {
    match refusal {
        ImportRefusal::File(failure) => file_failure(failure),
        ImportRefusal::Problem(problem) => file_problem(problem),
        ImportRefusal::Item(refusal) => item_refusal(refusal),
        ImportRefusal::Unlock(problem) => unlock_problem(problem),
    }
}

fn file_problem(problem: &KeyFileProblem) -> Notice {
    let code = problem.code();
    let again = "Ask its owner to export the key again.";
    match problem {
        KeyFileProblem::Empty => {
            Notice::new(code, Turn::You, "There is nothing in it.").next(again)
        }
        KeyFileProblem::TooLarge { bytes } => Notice::new(
            code,
            Turn::You,
            format!("It is too large for keys ({}).", super::size(*bytes)),
        )
        .next("Check that it is the right file."),
        KeyFileProblem::NotAKey(looks) => {
            let what = match looks {
                Looks::X509 => "It begins like an S/MIME certificate, and holds none.",
                Looks::PemPrivateKey => "It holds a private key of another kind.",
                Looks::Ssh => "It holds an SSH key, which is for logging in, not for mail.",
                Looks::OpenPgpMessage => "It holds a sealed message, not a key.",
                Looks::OpenPgpSignature => "It holds a signature, not a key.",
                Looks::Other => "It holds no key.",
            };
            Notice::new(code, Turn::You, what).next("Choose a file with a key or certificate.")
        }
        KeyFileProblem::BrokenArmor => {
            Notice::new(code, Turn::OtherSide, "The key in it is damaged.").next(again)
        }
        KeyFileProblem::Malformed { detail } => {
            Notice::new(code, Turn::OtherSide, "The key in it is damaged.")
                .next(again)
                .detail(escape_line(detail))
        }
    }
}

fn item_refusal(refusal: &KeyRefusal) -> Notice {
    let notice = |headline: &str| Notice::new(refusal.code(), Turn::OtherSide, headline);
    match refusal {
        KeyRefusal::NoUserId { fingerprint } => notice("The key names nobody.")
            .why("A key without a name and address cannot be tied to a person.")
            .next("Ask its owner for the whole key.")
            .detail(fingerprint.grouped()),
        KeyRefusal::TooLarge { bytes } => notice("The key is too large.")
            .why(format!(
                "It has {} bytes; more than 1 MiB or 1,000 parts are refused.",
                bytes
            ))
            .next("Ask its owner to export it without signatures of others."),
        KeyRefusal::WeakBinding { fingerprint, hash } => {
            notice("The key is held together by a method that can be forged.")
                .why(format!("Its signatures use {}.", escape_line(hash)))
                .next("Ask its owner to update it or make a new one.")
                .detail(fingerprint.grouped())
        }
        KeyRefusal::UnknownVersion { version } => {
            notice("The key is of a kind that Waxwing does not know.")
                .why(format!("Its version is {version}."))
                .next("Update Waxwing, or ask its owner for another key.")
        }
        KeyRefusal::Problem(problem) => notice("Something is wrong with the certificate.")
            .why(format!("In short: {}.", cert_problem(problem)))
            .next("Ask whoever made it for another one."),
        KeyRefusal::NotAnAuthority => notice("This is no certification authority's certificate.")
            .why("Only an authority can vouch for others.")
            .next("Import it without --anchor, or choose the authority's own certificate."),
        KeyRefusal::Request => notice("This asks for a certificate and is none.")
            .why("An authority makes the certificate from it.")
            .next("Send it to the authority, and import what comes back."),
        KeyRefusal::BadPrivateKey => notice("The private key is damaged.")
            .why("It does not fit together, or not with its certificate.")
            .next("Export it again where it was made."),
        KeyRefusal::NoCertificate => notice("There is no certificate for this private key.")
            .why("Without one nobody can tell whose it is.")
            .next("Import the certificate with it, in one file or before it."),
        KeyRefusal::Malformed { detail } => notice("The key is damaged.")
            .next("Ask its owner to export it again.")
            .detail(escape_line(detail)),
    }
}

fn unlock_problem(problem: &UnlockProblem) -> Notice {
    match problem {
        UnlockProblem::PasswordNeeded => Notice::new(
            "password-needed",
            Turn::You,
            "The secret key is protected by a password.",
        )
        .why("Its owner chose it when the key was exported.")
        .next("Name a file that holds it with --key-password-file.")
        .in_window("Import it again and type the password."),
        UnlockProblem::WrongPassword => Notice::new(
            "wrong-password",
            Turn::You,
            "That is not the password of the secret key.",
        )
        .why("It was chosen when the key was exported.")
        .next("Check capitals and keyboard layout, and try again."),
        UnlockProblem::TooExpensive { what } => Notice::new(
            "too-expensive",
            Turn::OtherSide,
            "The secret key demands too much work to be unlocked.",
        )
        .why(escape_line(what))
        .next("Export it again with usual settings."),
        UnlockProblem::NoSecret => Notice::new(
            "no-secret",
            Turn::You,
            "The secret half is not in the file.",
        )
        .why("It is on a smartcard or was left out.")
        .next("Export the key with its secret half."),
        UnlockProblem::Unsupported { what } => Notice::new(
            "unsupported",
            Turn::OtherSide,
            "The secret key is protected in a way that Waxwing does not know.",
        )
        .why(escape_line(what))
        .next("Export it again with usual settings."),
        UnlockProblem::Damaged => {
            Notice::new("malformed", Turn::OtherSide, "The secret key is damaged.")
                .next("Export it again.")
        }
    }
}
