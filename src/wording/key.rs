//! Keys: states, refusals, failures.

use super::{Notice, Turn, date};
use super::{file::file_failure, list_of};
use crate::address::Address;
use crate::app::command::KeyRow;
use crate::app::failure::{DrillProblem, DrillRow, ImportRefusal, KeyFailure};
use crate::app::port::CertProvenance;
use crate::base::Time;
use crate::base::untrusted::escape_line;
use crate::cert::{
    CertProblem, Checked, KeyChangeFailure, KeyDetail, KeyFileProblem, KeyRefusal, Looks,
    RevocationReason, Scheme, UnlockProblem, Unusable,
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
        KeyFailure::Change(failure) => key_change(failure),
        KeyFailure::NothingToBackUp => Notice::new(
            "nothing-to-back-up",
            Turn::You,
            "There is no key of your own to back up.",
        )
        .why("Only keys whose secret half is here need a backup.")
        .next("Make one first: wax identity new NAME ADDRESS")
        .in_window("Make one first, under Settings."),
        KeyFailure::Drill(rows) => drill(rows),
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

fn key_change(failure: &KeyChangeFailure) -> Notice {
    match failure {
        KeyChangeFailure::NoPrimary => Notice::new(
            "no-primary",
            Turn::You,
            "The part that vouches for this key is not here.",
        )
        .why("It is on a smartcard or was kept apart when the key was exported.")
        .next("Do it where that part is, and import the key again."),
        KeyChangeFailure::Authority => Notice::new(
            "authority",
            Turn::OtherSide,
            "An authority made this certificate; only it can renew or withdraw it.",
        )
        .why("An S/MIME certificate says what its authority signed, and nothing of one's own.")
        .next("Ask for a new one: wax key request-cert, or tell the authority to withdraw it.")
        .in_window("Ask your authority for a new one, or tell it to withdraw this one."),
        KeyChangeFailure::Revoked => {
            Notice::new("revoked", Turn::You, "This key was withdrawn; it stays so.")
                .why("Others who heard of it will never trust the key again.")
                .next("Make a new key: wax key generate NAME ADDRESS")
                .in_window("Make a new identity under Settings.")
        }
        KeyChangeFailure::BadEnd => {
            Notice::new("bad-end", Turn::You, "A key cannot end on that day.")
                .why("It would end before it was made, or later than a key can say.")
                .next("Choose another day. Nothing was changed.")
        }
        KeyChangeFailure::Library(detail) => {
            Notice::new("key-failed", Turn::Us, "The key could not be changed.")
                .why(escape_line(detail))
                .next("Nothing was changed. Try again; if it stays so, report it.")
        }
    }
}

fn drill(rows: &[DrillRow]) -> Notice {
    let failed = rows.iter().filter(|row| row.result.is_err()).count();
    let wrong = rows
        .iter()
        .any(|row| row.result == Err(DrillProblem::Unlock(UnlockProblem::WrongPassword)));
    let headline = match (failed, rows.len()) {
        _ if wrong => "That is not the password of this backup.".to_owned(),
        (1, 1) => "This backup does not bring your key back.".to_owned(),
        (failed, all) => format!("This backup does not bring back {failed} of your {all} keys."),
    };
    let mut notice = Notice::new("drill-failed", Turn::You, headline)
        .why("If this computer were lost now, letters sealed for those keys could not be read.")
        .next("Make a new backup: wax key backup FILE --key-password-file F. Nothing was changed.")
        .in_window("Try again, or make a new backup. Nothing was changed.");
    for row in rows {
        let answer = match &row.result {
            Ok(()) => "comes back".to_owned(),
            Err(problem) => drill_problem(problem),
        };
        notice = notice.detail(format!("{}: {answer}", row.fingerprint.grouped()));
    }
    notice
}

fn drill_problem(problem: &DrillProblem) -> String {
    match problem {
        DrillProblem::Missing => "is not in the file".to_owned(),
        DrillProblem::Unlock(problem) => unlock_problem(problem).headline,
        DrillProblem::Unprotected => {
            "lies open in the file: whoever finds it has your key".to_owned()
        }
        DrillProblem::DoesNotOpen => {
            "is in the file, and does not open what is sealed for it".to_owned()
        }
    }
}

/// Why a key is ended, as a choice.
pub fn revocation_reason(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Compromised => "Somebody else may have it",
        RevocationReason::Superseded => "I have a new key",
        RevocationReason::Retired => "I do not use it any more",
    }
}

/// What an own key's end calls for (rule 52): 60, 30 and 7 days ahead, and once it is past.
pub fn expiry_warning(expires: Option<Time>, now: Time) -> Option<Notice> {
    let end = expires?;
    let left = days_until(end, now);
    let warn = |headline: String| {
        Notice::new("key-ends", Turn::You, headline)
            .why("After that nobody can seal a letter for you, and your signatures count for nothing.")
            .next("Extend it: wax key extend ADDRESS. The key stays the same; then send it to others.")
            .in_window("Extend it: the key stays the same. Then send it to the people you write to.")
    };
    match left {
        ..0 => Some(warn(format!("Your key ended on {}.", date(end)))),
        0 => Some(warn("Your key ends today.".to_owned())),
        1 => Some(warn("Your key ends tomorrow.".to_owned())),
        2..=7 => Some(warn(format!(
            "Your key ends in {left} days: on {}.",
            date(end)
        ))),
        8..=30 => Some(warn(format!(
            "Your key ends within a month: on {}.",
            date(end)
        ))),
        31..=60 => Some(warn(format!(
            "Your key ends within two months: on {}.",
            date(end)
        ))),
        61.. => None,
    }
}

/// How many days of the calendar lie between, in UTC as all dates here.
fn days_until(at: Time, now: Time) -> i64 {
    let day = |time: Time| time.as_second().div_euclid(86_400);
    day(at).saturating_sub(day(now))
}

/// How far away a day is, as people say it: `in 5 months`, `3 days ago`.
pub fn distance(at: Time, now: Time) -> String {
    let days = days_until(at, now);
    let far = days.unsigned_abs();
    let count = match far {
        0..=59 => (far, "day"),
        60..=729 => (far / 30, "month"),
        730.. => (far / 365, "year"),
    };
    let words = match count {
        (1, unit) => format!("1 {unit}"),
        (n, unit) => format!("{n} {unit}s"),
    };
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {words}"),
        ..0 => format!("{words} ago"),
    }
}

/// How long a part of a key holds.
pub fn span(until: Option<Time>, cut: Option<Time>, revoked: bool, now: Time) -> String {
    match (cut, until) {
        (Some(at), _) => format!("withdrawn {}, {}", date(at), distance(at, now)),
        (None, _) if revoked => "withdrawn".to_owned(),
        (None, None) => "without an end".to_owned(),
        (None, Some(end)) if end <= now => {
            format!("ended {}, {}", date(end), distance(end, now))
        }
        (None, Some(end)) => format!("until {}, {}", date(end), distance(end, now)),
    }
}

/// A part of a key by what it does.
pub fn part_name(part: &KeyDetail) -> String {
    let does = [
        (part.can.certify, "vouches"),
        (part.can.sign, "signs"),
        (part.can.encrypt, "is sealed to"),
        (part.can.authenticate, "logs in"),
    ];
    let does: Vec<&str> = does
        .iter()
        .filter(|(can, _)| *can)
        .map(|(_, word)| *word)
        .collect();
    let role = if part.primary { "Key" } else { "Part" };
    match does.as_slice() {
        [] => format!("{role}: of no use"),
        does => format!("{role}: {}", does.join(", ")),
    }
}

/// Why a key cannot be used, and whose turn it is (rule 56): short enough for a list.
pub fn key_standing(why: &Unusable, row: &KeyRow) -> String {
    let state = key_state(why);
    let who = match &row.name {
        _ if row.secret => return state,
        Some(name) => name
            .raw()
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned(),
        None => "its owner".to_owned(),
    };
    let short = who.chars().count() <= 20 && !row.name.as_ref().is_some_and(|n| n.is_tricky());
    let who = if short && !who.is_empty() {
        who
    } else {
        "its owner".to_owned()
    };
    let theirs = matches!(
        why,
        Unusable::Expired { .. } | Unusable::TooWeak { .. } | Unusable::WeakBinding { .. }
    );
    if theirs {
        format!("{state}: ask {who}")
    } else {
        state
    }
}

/// A decision as something that was done.
pub fn decided(checked: Checked) -> &'static str {
    match checked {
        Checked::Own => "took it as your own",
        Checked::Confirmed => "confirmed it",
        Checked::Accepted => "accepted it",
        Checked::Ca => "let an authority vouch for it",
        Checked::Unknown => "took the decision back",
        Checked::Rejected => "rejected it",
    }
}

/// Where a certificate came from.
pub fn provenance(from: CertProvenance) -> &'static str {
    match from {
        CertProvenance::Made => "made or changed here",
        CertProvenance::Imported => "imported by you",
        CertProvenance::Mail => "came with a letter",
        CertProvenance::Shared => "put here by another program",
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
