//! Servers: why a letter was not handed over or fetched. Server text stands in quotes and comes
//! only from after TLS (rule 59).

use super::{Notice, Turn, date, size};
use crate::app::port::{FetchFailure, Refusal, Reply, Stage, SubmitFailure, TlsRefusal};
use crate::base::untrusted::escape_line;

/// Why a letter was not handed over, in words. Apart from `MaybeSent`, it is still in the outbox
/// and was not sent.
pub fn submit_failure(failure: &SubmitFailure) -> Notice {
    match failure {
        SubmitFailure::NoSuchHost { host } => Notice::new(
            "no-such-host",
            Turn::Setup,
            format!("The server {} was not found.", escape_line(host)),
        )
        .why("Its name is misspelt, or this computer is not connected.")
        .next("Check the connection and the server's name in the account."),
        SubmitFailure::NoConnection { server, detail } => Notice::new(
            "no-connection",
            Turn::Network,
            format!("{} does not answer.", escape_line(server)),
        )
        .why("The server is down, or something between blocks the port.")
        .next(
            "Check the connection, then try again. A letter that was to leave waits in the outbox.",
        )
        .detail(escape_line(detail)),
        SubmitFailure::NoStartTls { server } => Notice::new(
            "no-starttls",
            Turn::OtherSide,
            format!(
                "{} offers no protected connection, so nothing was sent.",
                escape_line(server)
            ),
        )
        .why("The server is not set up for it, or somebody between strips the offer.")
        .next("Use port 465, try another network, or ask your provider."),
        SubmitFailure::Injected { stage } => Notice::new(
            "injected",
            Turn::Network,
            "Somebody between you and the server put words into the conversation.",
        )
        .why("Bytes came that the server had no reason to send. The connection was cut.")
        .next("Use another network, and port 465 if your provider has it.")
        .detail(stage_words(*stage)),
        SubmitFailure::Tls { server, refusal } => tls_refusal(server, refusal),
        SubmitFailure::Garbage { stage } => Notice::new(
            "bad-server",
            Turn::OtherSide,
            "The server's answer is not mail protocol.",
        )
        .why("It is another kind of server, or it is broken.")
        .next("Check host, port and security in the account.")
        .detail(stage_words(*stage)),
        SubmitFailure::NoLoginMethod { offered } => Notice::new(
            "no-login-method",
            Turn::OtherSide,
            "The server offers no way of logging in that Waxwing knows.",
        )
        .why(format!("It offers: {}.", escape_line(&offered.join(", "))))
        .next("Ask your provider for an app password with plain login over TLS."),
        SubmitFailure::LoginRefused(reply) => Notice::new(
            "login-refused",
            Turn::You,
            "The server did not accept login name and password.",
        )
        .why(quoted(reply))
        .next("Check both in the account; some providers want an app password."),
        SubmitFailure::Refused { stage, reply } => refused(*stage, reply),
        SubmitFailure::AllRefused(refusals) => all_refused(refusals),
        SubmitFailure::TooLarge {
            size: letter,
            limit,
        } => Notice::new(
            "too-large",
            Turn::You,
            "The letter is larger than your server takes.",
        )
        .why(format!(
            "It has {}; the server takes {}.",
            size(*letter),
            size(*limit)
        ))
        .next("Send fewer or smaller attachments."),
        SubmitFailure::NoUtf8 { address } => Notice::new(
            "no-utf8",
            Turn::OtherSide,
            format!("Your server cannot send to {address}."),
        )
        .why("The address has letters that older servers do not know.")
        .next("Ask the recipient for another address."),
        SubmitFailure::Unsendable(what) => Notice::new(
            "unsendable",
            Turn::OtherSide,
            "Your server cannot take this letter as it is.",
        )
        .why((*what).to_owned())
        .next("Send it sealed: sealed letters fit every server."),
        SubmitFailure::Closed { stage } => Notice::new(
            "connection-closed",
            Turn::Network,
            "The connection broke off.",
        )
        .why("The server or the network ended it before anything was handed over.")
        .next("Try again. A letter that was to leave waits in the outbox.")
        .detail(stage_words(*stage)),
        SubmitFailure::Deadline { stage } => {
            Notice::new("deadline", Turn::Network, "The server took too long.")
                .why("Nothing was handed over.")
                .next("Try again later. A letter that was to leave waits in the outbox.")
                .detail(stage_words(*stage))
        }
        SubmitFailure::Cancelled => Notice::new("cancelled", Turn::Nobody, "Stopped.")
            .why("You stopped it; nothing was sent.")
            .next("A letter that was to leave waits in the outbox."),
        SubmitFailure::NotRecorded => Notice::new(
            "not-recorded",
            Turn::Setup,
            "The outbox could not be written, so nothing was sent.",
        )
        .why("Waxwing writes down that a letter leaves before it leaves.")
        .next("Check the disk's space and that the home can be written, then try again."),
        SubmitFailure::MaybeSent { cancelled } => {
            Notice::new("maybe-sent", Turn::You, "The letter may have been sent.")
                .why(if *cancelled {
                    "It was stopped while the server was taking it."
                } else {
                    "The connection broke after the letter, before the server's answer."
                })
                .next("Ask the recipient. It is not sent again unless you say so.")
        }
    }
}

fn refused(stage: Stage, reply: &Reply) -> Notice {
    let headline = match stage {
        Stage::Sender => "The server does not let you send as this address.",
        Stage::Data | Stage::Final => "The server refused the letter.",
        Stage::Recipient => "The server refused the recipient.",
        Stage::Resolve
        | Stage::Connect
        | Stage::Greeting
        | Stage::Hello
        | Stage::StartTls
        | Stage::Handshake
        | Stage::Login
        | Stage::Fetch => "The server refused.",
    };
    let (turn, next) = if reply.code / 100 == 4 {
        (
            Turn::OtherSide,
            "It may work later: try again from the outbox.",
        )
    } else {
        (
            Turn::Setup,
            "Read the server's words; your provider can say more.",
        )
    };
    Notice::new("refused", turn, headline)
        .why(quoted(reply))
        .next(next)
        .detail(stage_words(stage))
}

fn all_refused(refusals: &[Refusal]) -> Notice {
    let mut notice = Notice::new(
        "recipients-refused",
        Turn::You,
        "The server took none of the recipients.",
    )
    .why(
        refusals
            .first()
            .map(|r| format!("{}: {}", r.address, quoted(&r.reply)))
            .unwrap_or_default(),
    )
    .next("Check the addresses, then try again from the outbox.");
    for refusal in refusals {
        notice = notice.detail(format!("{}: {}", refusal.address, quoted(&refusal.reply)));
    }
    notice
}

/// A letter that the server took for some recipients only.
pub fn not_all_taken(refusals: &[Refusal]) -> Notice {
    let notice = Notice::new(
        "recipients-refused",
        Turn::You,
        "The server did not take all recipients.",
    )
    .next("Check their addresses, then send the letter once more to them alone.");
    match refusals.first() {
        Some(first) => notice.why(format!("{}: {}", first.address, quoted(&first.reply))),
        None => notice,
    }
}

fn quoted(reply: &Reply) -> String {
    format!("The server says: “{} {}”", reply.code, reply.shown())
}

fn tls_refusal(server: &str, refusal: &TlsRefusal) -> Notice {
    let shown = escape_line(server);
    let notice = |code, headline: String| Notice::new(code, Turn::OtherSide, headline);
    match refusal {
        TlsRefusal::WrongName { expected, found } => notice(
            "tls-name",
            format!("{shown} shows a certificate for another name, so nothing was sent."),
        )
        .why(format!(
            "Expected {}; found {}.",
            escape_line(expected),
            if found.is_empty() {
                "no name".to_owned()
            } else {
                escape_line(&found.join(", "))
            }
        ))
        .next("Check the server's name in the account; if it is right, somebody may be listening in."),
        TlsRefusal::Expired { until } => notice(
            "tls-expired",
            format!("{shown}'s certificate has expired, so nothing was sent."),
        )
        .why(until.map_or_else(
            || "Expected a certificate that is valid now; found one that has ended.".to_owned(),
            |until| format!("Expected one that is valid now; found one that ended on {}.", date(until)),
        ))
        .next("Tell your provider; also check this computer's clock."),
        TlsRefusal::NotYetValid { from } => notice(
            "tls-not-yet-valid",
            format!("{shown}'s certificate is not valid yet, so nothing was sent."),
        )
        .why(from.map_or_else(
            || "Expected a certificate that is valid now; found one that has not begun.".to_owned(),
            |from| format!("Expected one that is valid now; found one that begins on {}.", date(from)),
        ))
        .next("Check this computer's clock; if it is right, tell your provider."),
        TlsRefusal::UnknownIssuer { found } => notice(
            "tls-untrusted",
            format!("Nobody you trust vouches for {shown}'s certificate, so nothing was sent."),
        )
        .why(match found {
            Some(issuer) => format!(
                "Expected an issuer from the trusted list; found {}.",
                escape_line(issuer)
            ),
            None => "Expected an issuer from the trusted list; found another.".to_owned(),
        })
        .next("If your office has its own authority, add it to the account with --ca; else use another network.")
        .in_window("Use another network, or ask whoever runs the server."),
        TlsRefusal::OldVersion { found } => notice(
            "tls-old",
            format!("{shown} speaks no TLS that is safe, so nothing was sent."),
        )
        .why(match found {
            Some(version) => format!("Expected TLS 1.2 or newer; found {}.", escape_line(version)),
            None => "Expected TLS 1.2 or newer; found something older.".to_owned(),
        })
        .next("Ask your provider to update the server."),
        TlsRefusal::Other(detail) => notice(
            "tls-failed",
            format!("No protected connection to {shown}, so nothing was sent."),
        )
        .why(escape_line(detail))
        .next("Check host, port and security in the account; try another network."),
    }
}

/// Why nothing was fetched, in words.
pub fn fetch_failure(failure: &FetchFailure) -> Notice {
    match failure {
        FetchFailure::NoMailbox => Notice::new(
            "no-mailbox",
            Turn::Setup,
            "This account has no server to fetch letters from.",
        )
        .why("Only a sending server was set up.")
        .next("Add one: wax account add with --mailbox-host.")
        .in_window("Add one to the account, under Settings."),
        FetchFailure::Connection(failure) => submit_failure(failure),
        FetchFailure::TooLarge { size: letter } => Notice::new(
            "too-large",
            Turn::OtherSide,
            "A letter on the server is too large.",
        )
        .why(format!("It has {}.", size(*letter)))
        .next("Read it in your provider's web mail."),
    }
}

fn stage_words(stage: Stage) -> String {
    match stage {
        Stage::Resolve => "while looking up the server's address",
        Stage::Connect => "while connecting",
        Stage::Greeting => "at the server's greeting",
        Stage::Hello => "at EHLO",
        Stage::StartTls => "ahead of TLS",
        Stage::Handshake => "during the TLS handshake",
        Stage::Login => "while logging in",
        Stage::Sender => "at MAIL FROM",
        Stage::Recipient => "at RCPT TO",
        Stage::Data => "at DATA",
        Stage::Final => "after the final dot",
        Stage::Fetch => "while fetching",
    }
    .to_owned()
}
