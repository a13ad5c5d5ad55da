//! What a check-up finds.

use crate::dns::NotKnown;

/// One thing that was looked at, and what came of it. Result and owner are two axes (rule 68).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which check.
    pub id: FindingId,
    /// What came of it.
    pub outcome: Outcome,
    /// Whether it would only be better, not wrong, as it is. Advice never fails.
    pub advice: bool,
    /// Whose turn it is.
    pub owner: Owner,
    /// What was looked at: a domain, a host, a selector.
    pub subject: String,
    /// What was seen.
    pub detail: Detail,
    /// What to write where, when that can be said.
    pub paste: Option<Paste>,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// As it should be.
    Pass,
    /// Wrong.
    Fail,
    /// Not testable from here.
    Unknown,
}

/// Whose job it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The person, at their own mail server or program.
    You,
    /// The person, where their domain's records are kept.
    Registrar,
    /// Whoever runs the mail server or owns its address.
    Provider,
    /// Nobody has to do anything.
    Nobody,
}

/// A record as it should read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paste {
    /// At which name.
    pub name: String,
    /// Of which kind.
    pub kind: &'static str,
    /// What stands there now, when something does.
    pub before: Option<String>,
    /// What should.
    pub after: String,
}

/// What was seen, for the words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    /// Nothing more to say.
    None,
    /// How many, and how many there may be.
    Count {
        /// Seen.
        seen: usize,
        /// Allowed.
        most: usize,
    },
    /// A piece of a record, untrusted.
    Text(String),
    /// Several names.
    Names(Vec<String>),
    /// A size, in bytes.
    Bytes(u64),
    /// Why it is not known.
    NotKnown(NotKnown),
    /// A block list, with why, and where it says what it lists and how to be taken off.
    Listed {
        /// Its name.
        list: String,
        /// Its words for the listing.
        reasons: Vec<&'static str>,
        /// Its policy, and where to ask to be taken off, where that is known.
        places: Option<(&'static str, &'static str)>,
    },
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Which check. The texts are stable: more may be added, none renamed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingId { $($(#[$doc])* $name,)* }

        impl FindingId {
            /// All of them.
            pub const ALL: &'static [FindingId] = &[$(FindingId::$name,)*];

            /// As reports name it.
            pub fn as_str(self) -> &'static str {
                match self { $(FindingId::$name => $text,)* }
            }
        }
    };
}

ids! {
    /// There is no SPF record.
    SpfMissing = "spf-missing",
    /// There are several, so that none counts (RFC 7208 §4.5).
    SpfMultiple = "spf-multiple",
    /// It cannot be read (RFC 7208 §4.6).
    SpfSyntax = "spf-syntax",
    /// It takes more than ten look-ups (RFC 7208 §4.6.4).
    SpfTooManyLookups = "spf-too-many-lookups",
    /// More than two of its look-ups find nothing (RFC 7208 §4.6.4).
    SpfVoidLookups = "spf-void-lookups",
    /// It lets everybody send.
    SpfPlusAll = "spf-plus-all",
    /// It uses `ptr`, which is slow and not to be used (RFC 7208 §5.5).
    SpfPtr = "spf-ptr",
    /// It comes back to itself.
    SpfLoop = "spf-loop",
    /// It includes a domain that has no SPF record (RFC 7208 §5.2).
    SpfInclude = "spf-include",
    /// A DKIM key record cannot be read (RFC 6376 §3.6.1).
    DkimSyntax = "dkim-syntax",
    /// A DKIM key was withdrawn.
    DkimRevoked = "dkim-revoked",
    /// A DKIM key is too short (RFC 8301).
    DkimWeak = "dkim-weak",
    /// A DKIM key is marked as a test, so that verifiers may ignore it.
    DkimTesting = "dkim-testing",
    /// No selector is known, so that no key can be looked at.
    DkimUnknown = "dkim-unknown",
    /// There is no DMARC record.
    DmarcMissing = "dmarc-missing",
    /// There are several, so that none counts.
    DmarcMultiple = "dmarc-multiple",
    /// It cannot be read.
    DmarcSyntax = "dmarc-syntax",
    /// Its policy asks for nothing.
    DmarcNone = "dmarc-none",
    /// It has tags that no longer mean anything (RFC 9989).
    DmarcRemovedTag = "dmarc-removed-tag",
    /// Reports go to a domain that does not say it wants them.
    DmarcReportUnauthorised = "dmarc-report-unauthorised",
    /// Nobody takes mail for the domain.
    MxMissing = "mx-missing",
    /// One host alone takes mail.
    MxSingle = "mx-single",
    /// A host that takes mail is an alias (RFC 5321 §5.1).
    MxCname = "mx-cname",
    /// A host that takes mail has no address.
    MxUnresolvable = "mx-unresolvable",
    /// The domain says that it takes no mail, beside hosts that do (RFC 7505).
    MxNull = "mx-null",
    /// The address of a mail server has no name.
    RdnsMissing = "rdns-missing",
    /// That name does not lead back to the address.
    RdnsMismatch = "rdns-mismatch",
    /// The server greets by a name that is not its own.
    HeloMismatch = "helo-mismatch",
    /// A port takes no TLS.
    StarttlsMissing = "starttls-missing",
    /// What is said before TLS counts after it.
    StarttlsInjection = "starttls-injection",
    /// A port offers old TLS.
    TlsOld = "tls-old",
    /// A certificate has another name.
    TlsName = "tls-name",
    /// A certificate is past its end.
    TlsExpired = "tls-expired",
    /// A certificate of an unknown issuer.
    TlsUntrusted = "tls-untrusted",
    /// A port takes logins before TLS.
    AuthBeforeTls = "auth-before-tls",
    /// A server passes on mail for strangers.
    RelayOpen = "relay-open",
    /// A server tells who has a mailbox.
    VrfyEnabled = "vrfy-enabled",
    /// The hosts that take mail give different answers.
    MxDiffers = "mx-differs",
    /// A server takes a default login.
    DefaultLogin = "default-login",
    /// An address or domain stands on a block list.
    Listed = "listed",
    /// No MTA-STS policy (RFC 8461).
    MtaStsMissing = "mta-sts-missing",
    /// The policy does not name a host that takes mail.
    MtaStsMismatch = "mta-sts-mismatch",
    /// The record or the policy cannot be read.
    MtaStsSyntax = "mta-sts-syntax",
    /// No address for reports about TLS (RFC 8460).
    TlsRptMissing = "tls-rpt-missing",
    /// No TLSA record (RFC 7672).
    TlsaMissing = "tlsa-missing",
    /// The TLSA record does not fit the certificate.
    TlsaMismatch = "tlsa-mismatch",
    /// DNSSEC says that the zone is forged or badly signed.
    DnssecBogus = "dnssec-bogus",
    /// No keys by WKD.
    WkdMissing = "wkd-missing",
    /// No settings for mail programs.
    AutoconfigMissing = "autoconfig-missing",
    /// No security.txt (RFC 9116).
    SecurityTxtMissing = "security-txt-missing",
    /// No picture beside the sender's name (BIMI).
    BimiMissing = "bimi-missing",
    /// Letters over a size are refused (RFC 1870).
    SizeLimit = "size-limit",
    /// The greeting names the program.
    BannerSoftware = "banner-software",
    /// Whoever logs in may send by others' names.
    SenderAny = "sender-any",
    /// How many connections at once are taken.
    ConnectionLimit = "connection-limit",
    /// A letter to oneself.
    TestLetter = "test-letter",
    /// The server changes fields of letters.
    HeadersRewritten = "headers-rewritten",
    /// The server adds fields to letters.
    HeadersAdded = "headers-added",
    /// SPF of a letter as it came back.
    LetterSpf = "letter-spf",
    /// DKIM of a letter as it came back.
    LetterDkim = "letter-dkim",
    /// DMARC of a letter as it came back.
    LetterDmarc = "letter-dmarc",
    /// A letter by a stranger's name in From is passed on.
    FromForged = "from-forged",
    /// The string by which spam filters are tried is passed on unmarked.
    SpamTaken = "spam-taken",
    /// The file by which virus scanners are tried is passed on.
    VirusTaken = "virus-taken",
}

/// Where a finding stands in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// SPF, DKIM, DMARC.
    Sending,
    /// Servers, their addresses, block lists, relay.
    Servers,
    /// TLS, MTA-STS, DANE, TLS-RPT.
    Transport,
    /// WKD, autoconfig, security.txt, BIMI.
    Found,
    /// What a server does for those who log in, and to their letters.
    Account,
}

impl Topic {
    /// All, in the order of a report.
    pub const ALL: [Topic; 5] = [
        Topic::Sending,
        Topic::Servers,
        Topic::Transport,
        Topic::Found,
        Topic::Account,
    ];
}

impl FindingId {
    /// Where it stands in a report.
    pub fn topic(self) -> Topic {
        use FindingId as Id;
        match self {
            Id::SpfMissing
            | Id::SpfMultiple
            | Id::SpfSyntax
            | Id::SpfTooManyLookups
            | Id::SpfVoidLookups
            | Id::SpfPlusAll
            | Id::SpfPtr
            | Id::SpfLoop
            | Id::SpfInclude
            | Id::DkimSyntax
            | Id::DkimRevoked
            | Id::DkimWeak
            | Id::DkimTesting
            | Id::DkimUnknown
            | Id::DmarcMissing
            | Id::DmarcMultiple
            | Id::DmarcSyntax
            | Id::DmarcNone
            | Id::DmarcRemovedTag
            | Id::DmarcReportUnauthorised => Topic::Sending,
            Id::MxMissing
            | Id::MxSingle
            | Id::MxCname
            | Id::MxUnresolvable
            | Id::MxNull
            | Id::RdnsMissing
            | Id::RdnsMismatch
            | Id::HeloMismatch
            | Id::RelayOpen
            | Id::MxDiffers
            | Id::VrfyEnabled
            | Id::DefaultLogin
            | Id::Listed
            | Id::DnssecBogus => Topic::Servers,
            Id::StarttlsMissing
            | Id::StarttlsInjection
            | Id::TlsOld
            | Id::TlsName
            | Id::TlsExpired
            | Id::TlsUntrusted
            | Id::AuthBeforeTls
            | Id::MtaStsMissing
            | Id::MtaStsMismatch
            | Id::MtaStsSyntax
            | Id::TlsRptMissing
            | Id::TlsaMissing
            | Id::TlsaMismatch => Topic::Transport,
            Id::WkdMissing | Id::AutoconfigMissing | Id::SecurityTxtMissing | Id::BimiMissing => {
                Topic::Found
            }
            Id::SizeLimit
            | Id::BannerSoftware
            | Id::SenderAny
            | Id::ConnectionLimit
            | Id::TestLetter
            | Id::HeadersRewritten
            | Id::HeadersAdded
            | Id::LetterSpf
            | Id::LetterDkim
            | Id::LetterDmarc
            | Id::FromForged
            | Id::SpamTaken
            | Id::VirusTaken => Topic::Account,
        }
    }
}

impl Finding {
    /// As it should be.
    pub fn pass(id: FindingId, subject: impl Into<String>) -> Self {
        Finding {
            id,
            outcome: Outcome::Pass,
            advice: false,
            owner: Owner::Nobody,
            subject: subject.into(),
            detail: Detail::None,
            paste: None,
        }
    }

    /// Wrong.
    pub fn fail(id: FindingId, subject: impl Into<String>, owner: Owner) -> Self {
        Finding {
            outcome: Outcome::Fail,
            owner,
            ..Finding::pass(id, subject)
        }
    }

    /// Good enough, and could be better.
    pub fn advice(id: FindingId, subject: impl Into<String>, owner: Owner) -> Self {
        Finding {
            advice: true,
            owner,
            ..Finding::pass(id, subject)
        }
    }

    /// Not testable from here.
    pub fn unknown(id: FindingId, subject: impl Into<String>, why: NotKnown) -> Self {
        Finding {
            outcome: Outcome::Unknown,
            detail: Detail::NotKnown(why),
            ..Finding::pass(id, subject)
        }
    }

    /// With what was seen.
    pub fn with(self, detail: Detail) -> Self {
        Finding { detail, ..self }
    }

    /// With what to write.
    pub fn pasting(self, paste: Paste) -> Self {
        Finding {
            paste: Some(paste),
            ..self
        }
    }
}
