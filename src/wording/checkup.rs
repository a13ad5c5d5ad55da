//! What a check-up finds, in words: what it means, and what to do about it.

use super::{Notice, Turn};
use crate::app::failure::CheckFailure;
use crate::base::untrusted::escape_line;
use crate::checkup::{Detail, Finding, FindingId, Outcome, Owner, Paste};
use crate::dns::{NotKnown, Question, Reply};

/// A finding for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingWords {
    /// What was looked at, in a few words.
    pub title: &'static str,
    /// What came of it and what that means, in a sentence or two.
    pub means: String,
    /// What to do; empty where nothing is to be done.
    pub fix: String,
}

/// A finding in words.
pub fn finding(finding: &Finding) -> FindingWords {
    let title = finding_title(finding.id);
    let (means, fix) = match finding.outcome {
        Outcome::Unknown if finding.paste.is_some() => (unproved(finding), fix(finding)),
        Outcome::Unknown => (unknown(finding), String::new()),
        Outcome::Pass if !finding.advice => (passed(finding), String::new()),
        Outcome::Pass | Outcome::Fail => (wrong(finding), fix(finding)),
    };
    FindingWords { title, means, fix }
}

/// A finding's result, in a word.
pub fn result(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.advice) {
        (Outcome::Pass, false) => "passed",
        (Outcome::Pass, true) => "could be better",
        (Outcome::Fail, _) => "to do",
        (Outcome::Unknown, _) => "unknown",
    }
}

/// How many findings passed, are to do, could be better and are unknown, in that order.
pub fn checkup_totals([passed, to_do, better, unknown]: [usize; 4]) -> String {
    format!("{passed} passed, {to_do} to do, {better} could be better, {unknown} unknown")
}

/// How a record gets into the DNS, for who has never done it.
pub fn record_steps(paste: &Paste) -> String {
    let name = escape_line(&paste.name);
    let change = match paste.before {
        Some(_) => format!(
            "find the {} record {name}, and put this text in its place",
            paste.kind
        ),
        None => format!(
            "add a record of the kind {} with the name {name} and this text",
            paste.kind
        ),
    };
    format!(
        "Where your domain is registered, log in, open its DNS records, {change}. Many registrars want the \
         name without your domain at its end. It counts within an hour, at some within a day."
    )
}

/// A question to the DNS and what came of it, in a line.
pub fn looked_up(question: &Question, reply: &Reply) -> String {
    let came = match reply {
        Reply::Records(answer) => match answer.records.len() {
            1 => "one record".to_owned(),
            n => format!("{n} records"),
        },
        Reply::NoData => "no such record".to_owned(),
        Reply::NoName => "no such name".to_owned(),
        Reply::Unknown(why) => format!("unknown: {}", not_known(*why)),
    };
    let name = escape_line(&question.name.to_string());
    format!("{} {name}: {came}", question.kind.as_str())
}

/// Whose job it is.
pub fn owner(owner: Owner) -> &'static str {
    match owner {
        Owner::You => "yours",
        Owner::Registrar => "yours, where your domain's records are kept",
        Owner::Provider => "your mail provider's",
        Owner::Nobody => "nobody's",
    }
}

/// Why something is not known.
pub fn not_known(why: NotKnown) -> &'static str {
    match why {
        NotKnown::Offline => "the network was not to be used",
        NotKnown::Deadline => "nobody answered in time",
        NotKnown::ServerFailure => "the domain's name servers did not give an answer",
        NotKnown::Refused => "the resolver refuses to answer",
        NotKnown::Garbage => "the answer could not be read",
        NotKnown::Bogus => "DNSSEC says that the answer is forged or badly signed",
        NotKnown::AliasLoop => "its aliases lead round in a circle",
        NotKnown::TooMany => "it takes more questions than one check may ask",
        NotKnown::Closed => "nobody takes connections there from here",
        NotKnown::TurnedAway => "the server turns this computer away",
        NotKnown::Interfered => "something on the way changes what the server says",
        NotKnown::NotAsked => "it was not asked",
    }
}

/// Why a domain was not checked at all.
pub(super) fn check_failure(failure: &CheckFailure) -> Notice {
    match failure {
        CheckFailure::BadDomain(text) => Notice::new(
            "bad-domain",
            Turn::You,
            format!("“{}” is no domain.", escape_line(text)),
        )
        .why("A domain is what stands behind the @ of an address.")
        .next("Check the spelling: example.org."),
        CheckFailure::BadZone { path, line, what } => Notice::new(
            "bad-zone",
            Turn::You,
            format!(
                "The zone file “{}” cannot be read.",
                escape_line(&path.to_string_lossy())
            ),
        )
        .why(format!("Line {line}: {what}."))
        .next("Mend that line, and try again."),
        CheckFailure::NoAuthority(path) => Notice::new(
            "no-authority",
            Turn::You,
            format!(
                "“{}” holds no certificate.",
                escape_line(&path.to_string_lossy())
            ),
        )
        .why("It should name authorities, in PEM.")
        .next("Name another file: --ca FILE."),
        CheckFailure::NothingToBlock(text) => Notice::new(
            "nothing-to-block",
            Turn::You,
            format!("“{}” is nobody who could be blocked.", escape_line(text)),
        )
        .why("It should be an address, a domain, or the address of a machine.")
        .next("Write it as spam@example.com, example.com or 192.0.2.1."),
        CheckFailure::NotBlocked(text) => Notice::new(
            "not-blocked",
            Turn::You,
            format!("“{}” is not blocked.", escape_line(text)),
        )
        .why("There is no such entry.")
        .next("See who is: wax block list"),
        CheckFailure::BadLogin(path) => Notice::new(
            "bad-login-file",
            Turn::You,
            format!("“{}” holds no login.", escape_line(&path.to_string_lossy())),
        )
        .why("Its first line should be the name, its second the password.")
        .next("Write it so, and try again."),
        CheckFailure::NotBelow { host, domain } => Notice::new(
            "not-below",
            Turn::You,
            format!(
                "“{}” is no host of {}.",
                escape_line(host),
                escape_line(domain)
            ),
        )
        .why("Only a host whose name stands in your own domain is tried.")
        .next("Name such a host, or check the domain that it belongs to."),
        CheckFailure::NoRandom => Notice::new(
            "no-random",
            Turn::Setup,
            "The system gives no random numbers.",
        )
        .next("Start the computer anew, and try again."),
        CheckFailure::NoResolver => Notice::new(
            "no-resolver",
            Turn::Setup,
            "The system names no server that looks up domains.",
        )
        .why("Its network settings have none, or cannot be read.")
        .next("Connect to a network, or name one: --resolver IP:PORT."),
    }
}

/// What a check looks at, in a few words.
pub fn finding_title(id: FindingId) -> &'static str {
    match id {
        FindingId::SpfMissing => "Who may send (SPF)",
        FindingId::SpfMultiple => "One SPF record alone",
        FindingId::SpfSyntax => "SPF can be read",
        FindingId::SpfTooManyLookups => "SPF takes few look-ups",
        FindingId::SpfVoidLookups => "What SPF names exists",
        FindingId::SpfPlusAll => "SPF keeps strangers out",
        FindingId::SpfPtr => "SPF without ptr",
        FindingId::SpfLoop => "SPF comes to an end",
        FindingId::SpfInclude => "What SPF includes has SPF",
        FindingId::DkimSyntax => "The signing key (DKIM) can be read",
        FindingId::DkimRevoked => "The signing key holds",
        FindingId::DkimWeak => "The signing key is strong",
        FindingId::DkimTesting => "The signing key is in earnest",
        FindingId::DkimUnknown => "Signing keys (DKIM)",
        FindingId::DmarcMissing => "What to do with forgeries (DMARC)",
        FindingId::DmarcMultiple => "One DMARC record alone",
        FindingId::DmarcSyntax => "DMARC can be read",
        FindingId::DmarcNone => "DMARC asks for something",
        FindingId::DmarcRemovedTag => "DMARC without old tags",
        FindingId::DmarcReportUnauthorised => "Reports go where they are wanted",
        FindingId::MxMissing => "Who takes the mail (MX)",
        FindingId::MxSingle => "A second server for mail",
        FindingId::MxCname => "Mail servers by their own name",
        FindingId::MxUnresolvable => "Mail servers have addresses",
        FindingId::MxNull => "Mail is taken, or it is not",
        FindingId::RdnsMissing => "The address has a name (reverse DNS)",
        FindingId::RdnsMismatch => "The name leads back to the address",
        FindingId::HeloMismatch => "The server greets by its own name",
        FindingId::StarttlsMissing => "The way in is encrypted",
        FindingId::StarttlsInjection => "Nothing from before the encryption counts after it",
        FindingId::TlsOld => "The encryption is of today",
        FindingId::TlsName => "The certificate has the server's name",
        FindingId::TlsExpired => "The certificate is in date",
        FindingId::TlsUntrusted => "The certificate is vouched for",
        FindingId::AuthBeforeTls => "Passwords travel encrypted",
        FindingId::RelayOpen => "The server passes on nothing for strangers",
        FindingId::MxDiffers => "All mail servers give the same answer",
        FindingId::VrfyEnabled => "The server does not tell who has a mailbox",
        FindingId::DefaultLogin => "Default passwords are refused",
        FindingId::Listed => "Block lists",
        FindingId::MtaStsMissing => "Encryption enforced by policy (MTA-STS)",
        FindingId::MtaStsMismatch => "The policy names the mail servers",
        FindingId::MtaStsSyntax => "The MTA-STS record can be read",
        FindingId::TlsRptMissing => "Reports about encryption (TLS-RPT)",
        FindingId::TlsaMissing => "Certificates bound in DNS (DANE)",
        FindingId::TlsaMismatch => "The bound certificate is the server's",
        FindingId::DnssecBogus => "The zone is signed soundly (DNSSEC)",
        FindingId::WkdMissing => "Keys to be found (WKD)",
        FindingId::AutoconfigMissing => "Settings to be found (autoconfig)",
        FindingId::SecurityTxtMissing => "Whom to tell about holes (security.txt)",
        FindingId::BimiMissing => "A picture beside your mail (BIMI)",
        FindingId::SizeLimit => "How large a letter may be",
        FindingId::BannerSoftware => "The greeting keeps the program to itself",
        FindingId::SenderAny => "Nobody sends by another's name",
        FindingId::ConnectionLimit => "How many connections at once",
        FindingId::TestLetter => "A letter to yourself comes back",
        FindingId::HeadersRewritten => "Letters travel as you wrote them",
        FindingId::HeadersAdded => "What the server adds to your letters",
        FindingId::LetterSpf => "Your letter comes from a server that may send (SPF)",
        FindingId::LetterDkim => "Your letter is signed by your domain (DKIM)",
        FindingId::LetterDmarc => "Your letter stands up to DMARC",
        FindingId::FromForged => "A forged From is stopped",
        FindingId::SpamTaken => "Spam is seen",
        FindingId::VirusTaken => "Viruses are seen",
    }
}

/// What is well, with what was seen where that is worth knowing.
fn passed(finding: &Finding) -> String {
    let detail = &finding.detail;
    match (finding.id, detail) {
        (FindingId::SizeLimit, Detail::Bytes(bytes)) => {
            format!("Letters of up to {} are taken.", super::size(*bytes))
        }
        (FindingId::TlsOld, Detail::Text(text)) => {
            format!(
                "It agrees on {}; what is out of date is refused.",
                escape_line(text)
            )
        }
        (FindingId::SizeLimit, _) => "The server names no limit.".to_owned(),
        (FindingId::ConnectionLimit, Detail::Count { seen, most }) => {
            format!("Of {most} connections at once, {seen} were taken: there is a limit.")
        }
        (FindingId::HeadersAdded, Detail::Names(names)) if !names.is_empty() => format!(
            "It adds {}, which tells nothing about where you are.",
            quoted(detail)
        ),
        (id, _) => good(id).to_owned(),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "most checks that are passed need no words beyond their title"
)]
fn good(id: FindingId) -> &'static str {
    match id {
        FindingId::SpfMissing => "The domain says which servers send its mail.",
        FindingId::DkimUnknown => "A key was found by which the domain's mail can be checked.",
        FindingId::DmarcMissing => {
            "The domain says what to do with mail that only pretends to be from it."
        }
        FindingId::MxMissing => "The domain says where its mail goes.",
        FindingId::MxNull => "What the domain says about taking mail is clear.",
        FindingId::MxSingle => "Several servers take the mail: when one is down, another does.",
        FindingId::MxDiffers => "Each server answered, and all agree about who has a mailbox.",
        FindingId::MxUnresolvable => "The server can be found.",
        FindingId::RdnsMissing => "The address has a name.",
        FindingId::RdnsMismatch => "Address and name lead to each other.",
        FindingId::MtaStsMissing => {
            "The domain asks other servers to deliver encrypted or not at all."
        }
        FindingId::TlsRptMissing => "Other servers can report when encryption fails.",
        FindingId::TlsaMissing => "The server's certificate is bound in DNS.",
        FindingId::BimiMissing => "The domain names its picture.",
        FindingId::BannerSoftware => "The greeting does not say which program answers.",
        FindingId::SenderAny => "The server takes letters by your own name alone.",
        FindingId::DefaultLogin => "The login that you typed in was refused.",
        FindingId::TestLetter => "The letter was taken, and came back.",
        FindingId::HeadersRewritten => "No field was changed on the way.",
        FindingId::HeadersAdded => "Nothing was added but the traces of the way.",
        FindingId::FromForged => "The server stops a letter by another's name, or puts it right.",
        FindingId::SpamTaken => "The server refuses or marks what filters are tried with.",
        FindingId::VirusTaken => "The server refuses or marks what scanners are tried with.",
        _ => "As it should be.",
    }
}

fn unknown(finding: &Finding) -> String {
    match (&finding.detail, finding.id) {
        (Detail::NotKnown(NotKnown::NotAsked), FindingId::TestLetter) => {
            "The letter was taken. The account names no server to fetch letters from: once it came, save it \
             from your mail program, and check with that file (--came-back)."
                .to_owned()
        }
        (Detail::NotKnown(NotKnown::Deadline), FindingId::TestLetter) => {
            "The letter was taken, and did not come back while it was waited for.".to_owned()
        }
        (
            Detail::NotKnown(NotKnown::Deadline),
            FindingId::SpamTaken | FindingId::VirusTaken | FindingId::FromForged,
        ) => "The letter was taken, and did not come back while it was waited for: it may lie in a folder for \
              such letters, or was thrown away."
            .to_owned(),
        (
            Detail::NotKnown(NotKnown::NotAsked),
            FindingId::LetterSpf | FindingId::LetterDkim | FindingId::LetterDmarc,
        ) => "Not testable from here: a letter that never left its server need not carry this. One that you \
              send to an address elsewhere and open from there shows it."
            .to_owned(),
        (Detail::NotKnown(NotKnown::TurnedAway), FindingId::SenderAny) => {
            "Not testable from here: the server did not take a letter by your own name either.".to_owned()
        }
        (Detail::Count { seen, .. }, FindingId::ConnectionLimit) => format!(
            "Not testable from here: {seen} connections at once were taken, as mail programs make them, and \
             more are not tried."
        ),
        (Detail::NotKnown(why), _) => format!("Not testable from here: {}.", not_known(*why)),
        (Detail::Names(names), FindingId::DkimUnknown) if !names.is_empty() => {
            let names: Vec<String> = names.iter().map(|name| escape_line(name)).collect();
            format!(
                "Not testable from here: no key stands under {}.",
                super::list_of(&names)
            )
        }
        (_, FindingId::DkimUnknown) => {
            "Not testable from here: the names of a domain's signing keys cannot be listed. A letter from \
             the domain tells the one that it was signed with."
                .to_owned()
        }
        _ => "Not testable from here.".to_owned(),
    }
}

/// What is asked only of those whose server it is.
fn unproved(finding: &Finding) -> String {
    if matches!(finding.id, FindingId::RelayOpen | FindingId::MxDiffers) {
        return "Not asked: only whose server it is may have this tried. The record shows that the domain is \
                yours; it can go again afterwards."
            .to_owned();
    }
    unknown(finding)
}

fn counted(detail: &Detail) -> (usize, usize) {
    match detail {
        Detail::Count { seen, most } => (*seen, *most),
        Detail::None
        | Detail::Text(_)
        | Detail::Names(_)
        | Detail::Bytes(_)
        | Detail::NotKnown(_)
        | Detail::Listed { .. } => (0, 0),
    }
}

fn quoted(detail: &Detail) -> String {
    match detail {
        Detail::Text(text) => format!("“{}”", escape_line(text)),
        Detail::Names(names) => {
            let names: Vec<String> = names
                .iter()
                .map(|name| format!("“{}”", escape_line(name)))
                .collect();
            super::list_of(&names)
        }
        Detail::Listed { list, reasons, .. } => {
            format!("{} ({})", escape_line(list), reasons.join(", "))
        }
        Detail::Bytes(bytes) => super::size(*bytes),
        Detail::None | Detail::Count { .. } | Detail::NotKnown(_) => String::new(),
    }
}

fn wrong(finding: &Finding) -> String {
    let detail = &finding.detail;
    let (seen, most) = counted(detail);
    let what = quoted(detail);
    match finding.id {
        FindingId::SpfMissing => "The domain does not say which servers send its mail: anybody's server looks as good as yours.".to_owned(),
        FindingId::SpfMultiple => "There are several SPF records, and then none of them counts.".to_owned(),
        FindingId::SpfSyntax => format!("The record cannot be read, and so counts for nothing: {what}."),
        FindingId::SpfTooManyLookups => format!(
            "The record takes {seen} look-ups, and {most} are allowed: receivers stop there, and it counts for nothing."
        ),
        FindingId::SpfVoidLookups => format!(
            "{seen} of the names in the record lead to nothing, and {most} may: receivers stop there, and it counts for nothing."
        ),
        FindingId::SpfPlusAll => "The record lets every server in the world send for the domain.".to_owned(),
        FindingId::SpfPtr => "The record uses “ptr”, which is slow, and which receivers may pass over.".to_owned(),
        FindingId::SpfLoop => format!("The record leads back to itself over {what}, and so counts for nothing."),
        FindingId::SpfInclude => format!("The record includes {what}, where no single SPF record stands, and so counts for nothing."),
        FindingId::DkimSyntax => format!("The key record cannot be read: {}.", plain(detail)),
        FindingId::DkimRevoked => "The key was withdrawn: letters that are signed with it fail.".to_owned(),
        FindingId::DkimWeak => format!("The key has {seen} bits; fewer than {most} are too few today."),
        FindingId::DkimTesting => "The key is marked as a test: receivers may treat its letters as unsigned.".to_owned(),
        FindingId::DkimUnknown => unknown(finding),
        FindingId::DmarcMissing => "The domain does not say what to do with mail that only pretends to be from it.".to_owned(),
        FindingId::DmarcMultiple => format!("There are several DMARC records at {what}, and then none of them counts."),
        FindingId::DmarcSyntax => format!("The record cannot be read, and so counts for nothing: {}.", plain(detail)),
        FindingId::DmarcNone => "The record asks for nothing to be done with forgeries: it only watches.".to_owned(),
        FindingId::DmarcRemovedTag => format!("The record has tags that mean nothing any more: {what}."),
        FindingId::DmarcReportUnauthorised => format!("Reports would go to {what}, which does not say that it wants them: none are sent."),
        FindingId::MxMissing => "The domain does not say where its mail goes: letters to it may come back.".to_owned(),
        FindingId::MxSingle => "One server alone takes the mail. Others wait and try again for days, so that is good enough; a second makes it surer.".to_owned(),
        FindingId::MxCname => format!("The server's name is an alias, for {what}: some servers refuse to deliver there."),
        FindingId::MxUnresolvable => "The server's name has no address: nothing can be delivered there.".to_owned(),
        FindingId::MxNull => "The domain says that it takes no mail, and names servers that do.".to_owned(),
        FindingId::RdnsMissing => "The server's address has no name: large receivers refuse or distrust its mail.".to_owned(),
        FindingId::RdnsMismatch => format!("The address is called {what}, and that name does not lead back to it: large receivers distrust its mail."),
        FindingId::HeloMismatch => format!("The server greets as {what}, which is not a name of its own."),
        FindingId::StarttlsMissing => "The server takes mail in the clear alone.".to_owned(),
        FindingId::StarttlsInjection => "The server obeys after TLS what was said before it: whoever sits on the way can put commands into your conversation.".to_owned(),
        FindingId::TlsOld => format!("The server offers {what}, which is broken or out of date."),
        FindingId::TlsName => format!("The certificate is for {what}."),
        FindingId::TlsExpired => format!("The certificate is not valid today: {}.", plain(detail)),
        FindingId::TlsUntrusted => "Nobody that is trusted vouches for the certificate.".to_owned(),
        FindingId::AuthBeforeTls => "The server takes passwords before the line is encrypted.".to_owned(),
        FindingId::RelayOpen => format!("The server passes on mail from strangers to strangers, as seen from this computer: it will be used for spam, and blocked. It took {what}."),
        FindingId::MxDiffers => format!("{what} answers otherwise than the first about who has a mailbox. Where it takes mail for nobody, its refusal goes to whoever was named as the sender, mostly a stranger, and the server is blocked for that."),
        FindingId::VrfyEnabled => "The server tells strangers who has a mailbox.".to_owned(),
        FindingId::DefaultLogin => "The server takes a default login.".to_owned(),
        FindingId::Listed => format!("It stands on {what}."),
        FindingId::MtaStsMissing if finding.outcome == Outcome::Fail => format!("A policy is announced and cannot be fetched: {}.", plain(detail)),
        FindingId::MtaStsMissing => "The domain does not ask other servers to deliver encrypted or not at all.".to_owned(),
        FindingId::MtaStsMismatch => format!("The policy does not name {what}: servers that keep to it cannot deliver there."),
        FindingId::MtaStsSyntax => format!("The record or the policy cannot be read: {what}."),
        FindingId::TlsRptMissing => "Nobody is told when encrypting to this domain fails.".to_owned(),
        FindingId::TlsaMissing => "The server's certificate is not bound in DNS.".to_owned(),
        FindingId::TlsaMismatch => "What is bound in DNS is not the server's certificate: servers that check it cannot deliver.".to_owned(),
        FindingId::DnssecBogus => "The zone's signatures do not hold: resolvers that check them see nothing of it.".to_owned(),
        FindingId::WkdMissing => "Mail programs cannot find keys for the domain's addresses by themselves.".to_owned(),
        FindingId::AutoconfigMissing => "Mail programs cannot find the servers' settings by themselves.".to_owned(),
        FindingId::SecurityTxtMissing => "Who finds a hole does not know whom to tell.".to_owned(),
        FindingId::BimiMissing => "No picture stands beside the domain's mail. Nothing is wrong with that.".to_owned(),
        FindingId::SizeLimit => format!("Letters over {what} are refused: a few pictures are more."),
        FindingId::BannerSoftware => format!("The server greets with {what}: whoever looks for holes learns which to try."),
        FindingId::SenderAny => format!("Whoever logs in may send by names that are not theirs: it would take a letter by {what}. Where those are your aliases, nothing is wrong."),
        FindingId::ConnectionLimit => unknown(finding),
        FindingId::LetterSpf => "The server that sent it may not send for the domain.".to_owned(),
        FindingId::TestLetter => format!("The server refused a letter to yourself, with {what}."),
        FindingId::HeadersRewritten => format!("The server changes {what} in letters: signatures over them break."),
        FindingId::HeadersAdded => format!("The server adds {what}: everybody who gets your letters learns where you wrote them."),
        FindingId::LetterDkim => "The letter came back with a signature that does not hold: something changes letters after they are signed.".to_owned(),
        FindingId::LetterDmarc => "The letter is signed, but not by the domain of your address: receivers may refuse it.".to_owned(),
        FindingId::FromForged => format!("The server passed on a letter by {what}, handed in by your login."),
        FindingId::SpamTaken => "The server passed on, unmarked, the line that every spam filter knows. Mail that comes from elsewhere may be filtered all the same.".to_owned(),
        FindingId::VirusTaken => "The server passed on the file that every virus scanner knows. Mail that comes from elsewhere may be scanned all the same.".to_owned(),
    }
}

fn plain(detail: &Detail) -> String {
    match detail {
        Detail::Text(text) => escape_line(text),
        Detail::Names(_)
        | Detail::Bytes(_)
        | Detail::None
        | Detail::Count { .. }
        | Detail::NotKnown(_)
        | Detail::Listed { .. } => quoted(detail),
    }
}

fn fix(finding: &Finding) -> String {
    if let Some(paste) = &finding.paste {
        let name = escape_line(&paste.name);
        let after = escape_line(&paste.after);
        return match &paste.before {
            None => format!("Add a {} record at {name}: {after}", paste.kind),
            Some(_) => format!("Change the {} record at {name} to: {after}", paste.kind),
        };
    }
    if let Detail::Listed {
        places: Some((policy, removal)),
        ..
    } = &finding.detail
    {
        return format!(
            "Find out why, mend that, and ask to be taken off at {removal}; what it lists stands at {policy}"
        );
    }
    match finding.id {
        FindingId::SpfMultiple => "Make one record out of them: “v=spf1”, then the terms of all, then one “-all”.",
        FindingId::SpfSyntax => "Mend or remove the term that is named.",
        FindingId::SpfTooManyLookups => "Take out what no longer sends for you, or name networks by ip4: and ip6: instead of includes.",
        FindingId::SpfVoidLookups | FindingId::SpfInclude => "Take the names out that lead to nothing.",
        FindingId::SpfPlusAll => "End the record with “-all” or “~all”.",
        FindingId::SpfPtr => "Name the servers by a:, mx, ip4: or ip6: instead.",
        FindingId::SpfLoop => "Take out the include or redirect that leads back.",
        FindingId::DkimSyntax => "Copy the record anew from the mail server that signs.",
        FindingId::DkimRevoked => "Let the mail server sign with another key, and then remove this record.",
        FindingId::DkimWeak => "Make a new key of 2048 bits under a new selector, and let the server sign with it.",
        FindingId::DkimTesting => "Take “t=y” out of the record once signing works.",
        FindingId::DmarcMultiple => "Keep one of the records, and remove the others.",
        FindingId::DmarcSyntax => "Mend what is named.",
        FindingId::DmarcReportUnauthorised => "Let the owner of that domain add the record that says so, or have the reports sent elsewhere.",
        FindingId::MxMissing => "Add an MX record that names your mail server; if the domain takes no mail, “0 .” says so.",
        FindingId::MxSingle => "Ask your provider for a second mail server.",
        FindingId::MxCname => "Let the MX record name the server itself.",
        FindingId::MxUnresolvable => "Add an address record for the server, or take it out of the MX records.",
        FindingId::MxNull => "Remove the record “0 .”.",
        FindingId::RdnsMissing => "Ask whoever gave you the address to set its name to that of the mail server.",
        FindingId::RdnsMismatch => "Let that name have this address, or have the address's name changed.",
        FindingId::HeloMismatch => "Set the server's own name to one that leads to its address. Postfix: myhostname. Exim: primary_hostname.",
        FindingId::StarttlsMissing => "Switch TLS on in the mail server. Postfix: smtpd_tls_security_level = may, and smtpd_tls_chain_files with key and certificate. Exim: tls_advertise_hosts = *, tls_certificate and tls_privatekey.",
        FindingId::StarttlsInjection => "Bring the mail server up to date; until then use port 465, where TLS comes first.",
        FindingId::TlsOld => "Allow TLS 1.2 and 1.3 alone. Postfix: smtpd_tls_protocols = >=TLSv1.2 and smtpd_tls_mandatory_protocols = >=TLSv1.2. Exim: openssl_options = +no_sslv3 +no_tlsv1 +no_tlsv1_1. Dovecot: ssl_min_protocol = TLSv1.2.",
        FindingId::TlsName => "Get a certificate for the server's name.",
        FindingId::TlsExpired => "Renew the certificate.",
        FindingId::TlsUntrusted => "Get a certificate from an authority that is trusted, and let the server send the intermediate ones.",
        FindingId::AuthBeforeTls => "Offer AUTH only once TLS stands. Postfix: smtpd_tls_auth_only = yes. Exim: auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}. Dovecot: ssl = required.",
        FindingId::RelayOpen => "Relay only for your own domains and for those who have logged in. Postfix: smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination. Exim: in acl_check_rcpt, “require verify = recipient” after “accept authenticated = *” and “domains = +local_domains : +relay_to_domains”.",
        FindingId::MxDiffers => "Give every server the same list of mailboxes, or let the second ask the first. Postfix: relay_recipient_maps, or reject_unverified_recipient. Exim: “require verify = recipient/callout”.",
        FindingId::VrfyEnabled => "Switch VRFY and EXPN off. Postfix: disable_vrfy_command = yes. Exim: leave acl_smtp_vrfy and acl_smtp_expn unset.",
        FindingId::DefaultLogin => "Change that password at once.",
        FindingId::Listed => "Find out why, mend that, and ask the list to take it off.",
        FindingId::MtaStsMissing => "Publish a policy at https://mta-sts.DOMAIN/.well-known/mta-sts.txt, and a TXT record at _mta-sts that names it.",
        FindingId::MtaStsMismatch => "Add the server to the policy, and give the record a new id.",
        FindingId::MtaStsSyntax => "Write it as: v=STSv1; id=20260101000000",
        FindingId::TlsRptMissing => "Add a TXT record at _smtp._tls that names an address.",
        FindingId::TlsaMissing => "With DNSSEC in place, publish the key of the server's certificate.",
        FindingId::TlsaMismatch => "Publish the new certificate's key beside the old one before it is used.",
        FindingId::DnssecBogus => "Sign the zone anew, or correct the DS record at the registrar.",
        FindingId::WkdMissing => "Publish the keys under /.well-known/openpgpkey/.",
        FindingId::AutoconfigMissing => "Publish the settings at https://autoconfig.DOMAIN/mail/config-v1.1.xml, or as SRV records.",
        FindingId::SecurityTxtMissing => "Publish a contact at /.well-known/security.txt.",
        FindingId::SizeLimit => "Raise the limit. Postfix: message_size_limit = 52428800. Exim: message_size_limit = 50M.",
        FindingId::BannerSoftware => "Let it greet by its name alone. Postfix: smtpd_banner = $myhostname ESMTP. Exim: smtp_banner = $smtp_active_hostname ESMTP.",
        FindingId::SenderAny => "Bind senders to logins. Postfix: smtpd_sender_login_maps, with reject_sender_login_mismatch in smtpd_sender_restrictions. Exim: in acl_check_mail, compare $sender_address with $authenticated_id.",
        FindingId::TestLetter => "Read the server's log for that time.",
        FindingId::HeadersRewritten => "Have the server leave letters as they are, or sign them only after its changes.",
        FindingId::HeadersAdded => "Have the field left out. Postfix: header_checks with IGNORE. Exim: headers_remove.",
        FindingId::LetterSpf => "Add the server that sends to the SPF record.",
        FindingId::LetterDkim => "Sign as the last thing that is done to a letter.",
        FindingId::LetterDmarc => "Let the server sign with d= the domain of your address.",
        FindingId::FromForged => "Have From compared with the login. Postfix: a milter, such as rspamd with its module for local senders. Exim: in acl_check_data, “require verify = header_sender” and a comparison with $authenticated_id.",
        FindingId::SpamTaken | FindingId::VirusTaken => "Let a filter look through mail that is handed in, too. Postfix: smtpd_milters with rspamd, clamav-milter.",
        FindingId::ConnectionLimit | FindingId::SpfMissing | FindingId::DmarcMissing | FindingId::DmarcNone
        | FindingId::DmarcRemovedTag | FindingId::DkimUnknown | FindingId::BimiMissing => "",
    }
    .replace("DOMAIN", &escape_line(&finding.subject))
}
