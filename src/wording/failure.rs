//! Every failure of a job, in words.

use super::file::file_failure;
use super::key::key_failure;
use super::network::{fetch_failure, submit_failure};
use super::plan::{draft_problem, plan_problem};
use super::store::store_failure;
use super::{Notice, Turn};
use crate::address::AddressProblem;
use crate::app::failure::{Failure, OpenMessageFailure, ProofFailure};
use crate::base::untrusted::escape_line;
use crate::mime::MimeProblem;

/// What happened, whose turn it is, and the next step.
pub fn failure(failure: &Failure) -> Notice {
    match failure {
        Failure::Store(failure) => store_failure(failure),
        Failure::File(failure) => file_failure(failure),
        Failure::Draft(problem) => draft_problem(problem),
        Failure::Plan(problems) => plan_failure(problems),
        Failure::NeedsSplit { groups } => super::plan::needs_split(groups),
        Failure::Seal(failure) => super::openpgp::seal_failure(failure),
        Failure::Proof(failure) => proof_failure(*failure),
        Failure::Open(failure) => open_failure(failure),
        Failure::Key(failure) => key_failure(failure),
        Failure::Chain(failure) => super::chain::chain_failure(failure),
        Failure::Harm(failure) => super::file::harm(failure),
        Failure::Evidence(failure) => super::evidence::evidence_failure(*failure),
        Failure::Check(failure) => super::checkup::check_failure(failure),
        Failure::Submit(failure) => submit_failure(failure),
        Failure::Fetch(failure) => fetch_failure(failure),
        Failure::BadAddress { text, problem } => bad_address(text, *problem),
        Failure::NoPassword => Notice::new(
            "no-password",
            Turn::You,
            "The account's password is needed.",
        )
        .why("The server asks for it.")
        .next("Name a file that holds it with --password-file, or type it when asked.")
        .in_window("Type it in the account, under Settings."),
        Failure::NoAccount { address } => Notice::new(
            "no-account",
            Turn::You,
            format!("No account sends for {address}."),
        )
        .why("Waxwing has to know the server that takes your letters.")
        .next(format!("Add it: wax account add {address} --host HOST"))
        .in_window("Set up the account under Settings."),
        Failure::NoIdentity { address: None } => {
            Notice::new("no-identity", Turn::You, "You have no identity yet.")
                .why("A letter is signed with your own key.")
                .next("Make one: wax identity new NAME ADDRESS")
                .in_window("Make one under Settings: it takes a name and an address.")
        }
        Failure::NoIdentity {
            address: Some(address),
        } => Notice::new(
            "no-identity",
            Turn::You,
            format!("You have no identity for {address}."),
        )
        .why("The letter says that it is from this address, and its key is not here.")
        .next(format!(
            "Make one: wax identity new NAME {address}, or take the From line out."
        ))
        .in_window("Make it under Settings."),
        Failure::SeveralCopies { copies } => Notice::new(
            "several-copies",
            Turn::You,
            format!("This letter becomes {copies} messages, and standard output holds one."),
        )
        .why("Each Bcc gets a message of its own, so that the others cannot see them.")
        .next("Name a file with -o; the other copies are written beside it."),
        Failure::NoSuchLetter => {
            Notice::new("no-such-letter", Turn::You, "There is no such letter.")
                .why("It was removed, or the number is another.")
                .next("See the list: wax outbox list, or wax inbox.")
                .in_window("Look at the list again.")
        }
        Failure::NotWaiting => Notice::new(
            "not-waiting",
            Turn::You,
            "There is nothing to be sent in this letter.",
        )
        .why("It was sent already, or another Waxwing is sending it now.")
        .next("See how far it is: wax outbox list.")
        .in_window("See how far it is in the outbox."),
        Failure::MaybeSentAlready => Notice::new(
            "maybe-sent",
            Turn::You,
            "This letter may have been sent already.",
        )
        .why("The connection broke while the server was taking it.")
        .next("Ask the recipient. To send it again all the same, add --maybe-sent."),
        Failure::Offline => Notice::new(
            "offline",
            Turn::You,
            "This needs the network, and --offline forbids it.",
        )
        .why("Nothing was sent and nothing was changed.")
        .next("Leave --offline out."),
        Failure::NotPractising => {
            Notice::new("not-practising", Turn::You, "You are not practising.")
                .why("Practice letters come while you practise, and nothing of them is kept.")
                .next("Begin to practise, then try again.")
        }
        Failure::Practice(detail) => Notice::new(
            "practice-failed",
            Turn::Setup,
            "The practice server could not do its part.",
        )
        .why(escape_line(detail))
        .next("Try again; if it stays so, report it."),
        Failure::Cancelled => Notice::new("cancelled", Turn::Nobody, "Stopped.")
            .why("You stopped it.")
            .next("Nothing was changed."),
        Failure::Bug(detail) => Notice::new("bug", Turn::Us, "Waxwing made a mistake.")
            .why("What you were doing was stopped; what you wrote is still there.")
            .next("Try again; if it happens again, report it with these words.")
            .detail(escape_line(detail)),
    }
}

fn plan_failure(problems: &[crate::protect::plan::PlanProblem]) -> Notice {
    match problems {
        [] => Notice::new("bug", Turn::Us, "Waxwing made a mistake.")
            .next("Try again; if it happens again, report it."),
        [first, rest @ ..] => {
            let mut notice = plan_problem(first);
            for problem in rest {
                notice = notice.detail(plan_problem(problem).headline);
            }
            notice
        }
    }
}

fn proof_failure(failure: ProofFailure) -> Notice {
    let why = match failure {
        ProofFailure::DoesNotOpen => "Your own key does not open what would have left.",
        ProofFailure::NotSigned => "Your signature is missing in what would have left.",
        ProofFailure::Different => "What would have left is not what you wrote.",
    };
    Notice::new(
        "proof-failed",
        Turn::Us,
        "The last check before sending failed, so nothing was sent.",
    )
    .why(why)
    .next("Your draft is still there. Report this: it is a mistake in Waxwing.")
}

fn open_failure(failure: &OpenMessageFailure) -> Notice {
    match failure {
        OpenMessageFailure::Mime(problem) => mime_problem(*problem),
        OpenMessageFailure::Decrypt(failure) => super::openpgp::open_failure(failure),
        OpenMessageFailure::NoSuchPart => {
            Notice::new("no-such-part", Turn::You, "The letter has no such part.")
                .why("It has fewer attachments.")
                .next("Open the letter again and choose one that is listed.")
        }
    }
}

/// Why a message is refused, in words.
pub fn mime_problem(problem: MimeProblem) -> Notice {
    let (code, why) = match problem {
        MimeProblem::TooLarge(bytes) => (
            "too-large",
            format!(
                "It has {}; more than 512 MiB is refused.",
                super::size(bytes)
            ),
        ),
        MimeProblem::HeaderTooLarge => (
            "header-too-large",
            "Its header section is larger than 1 MiB.".to_owned(),
        ),
        MimeProblem::TooDeep => (
            "too-deep",
            "Its parts are nested deeper than 64 levels.".to_owned(),
        ),
        MimeProblem::TooManyParts => (
            "too-many-parts",
            "It has more than 10,000 parts.".to_owned(),
        ),
    };
    Notice::new(
        code,
        Turn::OtherSide,
        "This message is built in a way that Waxwing refuses to open.",
    )
    .why(why)
    .next("Ask the sender to send it in another way. The file was left as it is.")
}

/// Why a text is no address, in words.
pub fn bad_address(text: &str, problem: AddressProblem) -> Notice {
    let why = match problem {
        AddressProblem::Incomplete => "An address has a part before and a part after the @.",
        AddressProblem::TooLong => "It is longer than addresses can be.",
        AddressProblem::BadCharacter => "It holds a character that addresses cannot hold.",
        AddressProblem::BadDomain => "What stands after the @ is no domain.",
    };
    Notice::new(
        "bad-address",
        Turn::You,
        format!("“{}” is no address.", escape_line(text)),
    )
    .why(why)
    .next("Check the spelling: name@example.org.")
}
