//! Why something could not be done: one enum per operation, and the union that jobs end in.
//! Words for people come from `wording`.

use crate::address::Address;
use crate::app::evidence::EvidenceProblem;
use crate::app::port::{FetchFailure, ScanFailure, StoreFailure, SubmitFailure, WebFailure};
use crate::base::Untrusted;
use crate::cert::{
    Fingerprint, KeyChangeFailure, KeyFileProblem, KeyRefusal, Scheme, UnlockProblem,
};
use crate::compose::DraftProblem;
use crate::protect::openpgp;
use crate::protect::plan::PlanProblem;
use std::path::PathBuf;

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// What is kept could not be read or written.
    Store(StoreFailure),
    /// A file could not be read or written.
    File(FileFailure),
    /// The draft is not ready to be sealed.
    Draft(DraftProblem),
    /// It cannot be sealed for everybody it is for; most useful reason first, never empty.
    Plan(Vec<PlanProblem>),
    /// The letter goes out in two encodings, and the person has not seen the groups yet (rule 42).
    NeedsSplit {
        /// The recipients of each.
        groups: Vec<(Scheme, Vec<Address>)>,
    },
    /// Sealing itself failed.
    Seal(openpgp::SealFailure),
    /// The sealed bytes do not hold what was written (rule 46); nothing was sent.
    Proof(ProofFailure),
    /// A message could not be read.
    Open(OpenMessageFailure),
    /// Key work.
    Key(KeyFailure),
    /// A chain could not even be checked.
    Chain(ChainFailure),
    /// An attachment was not saved, for it may be harmful.
    Harm(HarmFailure),
    /// A report of a message could not be made or read.
    Evidence(EvidenceFailure),
    /// A domain could not even be checked.
    Check(CheckFailure),
    /// What was typed is no address.
    BadAddress {
        /// What was typed.
        text: String,
        /// Why.
        problem: crate::address::AddressProblem,
    },
    /// A password is needed and none was given.
    NoPassword,
    /// No account sends for this address.
    NoAccount {
        /// Which.
        address: Address,
    },
    /// There is no identity yet, or none for this address.
    NoIdentity {
        /// Which, when one was asked for.
        address: Option<Address>,
    },
    /// Handing it to the server failed. The letter is in the outbox.
    Submit(SubmitFailure),
    /// Fetching failed.
    Fetch(FetchFailure),
    /// The letter has several copies and they need names of files.
    SeveralCopies {
        /// How many.
        copies: usize,
    },
    /// No such letter in the outbox or the inbox.
    NoSuchLetter,
    /// The copy is with another process, or is done.
    NotWaiting,
    /// It may have been sent already; trying again needs a yes (rule 62).
    MaybeSentAlready,
    /// `--offline` forbids it.
    Offline,
    /// Only while practising.
    NotPractising,
    /// The practice server could not start; the system's words.
    Practice(String),
    /// The person stopped it.
    Cancelled,
    /// A mistake of ours; what the panic said.
    Bug(String),
}

/// Why a file was not read or written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFailure {
    /// It is not there.
    NotFound(PathBuf),
    /// Not allowed.
    Denied(PathBuf),
    /// It is there already and is not overwritten.
    Exists(PathBuf),
    /// Larger than the limit.
    TooLarge {
        /// Which.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// No space left.
    DiskFull(PathBuf),
    /// Something else; the system's words.
    Other(PathBuf, String),
}

/// Why an attachment was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HarmFailure {
    /// The scanner of this computer knows it.
    Found {
        /// Its name.
        name: Untrusted,
        /// What the scanner calls it.
        signature: Untrusted,
    },
    /// There is a scanner, and it did not look.
    NotScanned {
        /// Its name.
        name: Untrusted,
        /// Why.
        why: ScanFailure,
    },
}

/// Why there is no report of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvidenceFailure {
    /// The message as it came is not kept.
    NoMessage,
    /// The document is no report.
    Problem(EvidenceProblem),
}

/// Why the proof before DATA failed (rule 46).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofFailure {
    /// The own key does not open it.
    DoesNotOpen,
    /// It carries no good signature by the own key.
    NotSigned,
    /// What is inside is not what was written.
    Different,
}

/// Why a message could not be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenMessageFailure {
    /// Its structure breaks a limit or cannot be read.
    Mime(crate::mime::MimeProblem),
    /// It could not be decrypted (rules 26 and 27).
    Decrypt(openpgp::OpenFailure),
    /// It has no such part.
    NoSuchPart,
}

/// Why key work failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyFailure {
    /// No key has this fingerprint or address.
    NoSuchKey {
        /// What was asked for.
        wanted: String,
    },
    /// Several have this address; a fingerprint is needed.
    Ambiguous {
        /// Which.
        keys: Vec<Fingerprint>,
    },
    /// An identity for this address exists.
    Exists {
        /// The address.
        address: Address,
        /// Its certificate.
        fingerprint: Fingerprint,
    },
    /// Only the public half is here.
    NoSecret,
    /// The key could not be extended or revoked.
    Change(KeyChangeFailure),
    /// There is no own key to back up.
    NothingToBackUp,
    /// The backup does not bring back every key that it should; each key with its answer.
    Drill(Vec<DrillRow>),
    /// A secret key is written only under a password.
    PasswordNeeded,
    /// Nothing of what was given could be taken in.
    NothingImported(Vec<(String, ImportRefusal)>),
    /// Making or protecting a key failed; the library's words.
    Library(String),
}

/// Why a chain could not even be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChainFailure {
    /// There is no certificate in this file.
    NotACertificate(PathBuf),
    /// The key is no X.509 certificate, and has no chain.
    NotX509,
    /// The kept certificate cannot be judged: this in it is wrong.
    Unreadable(&'static str),
    /// What the person wanted fetched could not be.
    Fetch {
        /// From where.
        place: String,
        /// Why.
        why: WebFailure,
    },
}

/// Why a domain could not even be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckFailure {
    /// What was typed is no domain.
    BadDomain(String),
    /// The zone file cannot be read.
    BadZone {
        /// Which.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong in it.
        what: &'static str,
    },
    /// The system names no resolver.
    NoResolver,
    /// The file that should name authorities has no certificate.
    NoAuthority(PathBuf),
    /// The host does not stand below the domain, so that a record there shows nothing about it.
    NotBelow {
        /// It.
        host: String,
        /// The domain.
        domain: String,
    },
    /// The system gives no random bytes.
    NoRandom,
    /// The file that should hold a login does not.
    BadLogin(PathBuf),
    /// What was typed is no sender to be blocked.
    NothingToBlock(String),
    /// Whoever should be blocked no more is not blocked.
    NotBlocked(String),
}

/// What a restore drill found for one own key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DrillRow {
    /// Which.
    pub fingerprint: Fingerprint,
    /// Whether the backup brings it back, or why not.
    pub result: Result<(), DrillProblem>,
}

/// Why a backup does not bring a key back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DrillProblem {
    /// It is not in the file.
    Missing,
    /// It is there and cannot be unlocked.
    Unlock(UnlockProblem),
    /// It is there without a password: whoever finds the file has the key.
    Unprotected,
    /// What was sealed for it does not open with the key from the file.
    DoesNotOpen,
}

/// Why one key was not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRefusal {
    /// The file could not be read.
    File(FileFailure),
    /// What is in it is no key, or breaks a limit.
    Problem(KeyFileProblem),
    /// One key in it cannot be used.
    Item(KeyRefusal),
    /// Its secret half cannot be unlocked.
    Unlock(UnlockProblem),
}

impl ImportRefusal {
    /// A lasting word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            ImportRefusal::File(failure) => failure.code(),
            ImportRefusal::Problem(problem) => problem.code(),
            ImportRefusal::Item(refusal) => refusal.code(),
            ImportRefusal::Unlock(problem) => match problem {
                UnlockProblem::PasswordNeeded => "password-needed",
                UnlockProblem::WrongPassword => "wrong-password",
                UnlockProblem::TooExpensive { .. } => "too-expensive",
                UnlockProblem::Unsupported { .. } => "unsupported",
                UnlockProblem::NoSecret => "no-secret",
                UnlockProblem::Damaged => "malformed",
            },
        }
    }
}

impl FileFailure {
    /// A lasting word for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            FileFailure::NotFound(_) => "file-not-found",
            FileFailure::Denied(_) => "file-denied",
            FileFailure::Exists(_) => "file-exists",
            FileFailure::TooLarge { .. } => "too-large",
            FileFailure::DiskFull(_) => "disk-full",
            FileFailure::Other(..) => "file-failed",
        }
    }
}

impl From<StoreFailure> for Failure {
    fn from(failure: StoreFailure) -> Self {
        Failure::Store(failure)
    }
}

impl From<FileFailure> for Failure {
    fn from(failure: FileFailure) -> Self {
        Failure::File(failure)
    }
}

impl From<DraftProblem> for Failure {
    fn from(problem: DraftProblem) -> Self {
        Failure::Draft(problem)
    }
}

impl From<KeyFailure> for Failure {
    fn from(failure: KeyFailure) -> Self {
        Failure::Key(failure)
    }
}

impl From<HarmFailure> for Failure {
    fn from(failure: HarmFailure) -> Self {
        Failure::Harm(failure)
    }
}

impl From<EvidenceFailure> for Failure {
    fn from(failure: EvidenceFailure) -> Self {
        Failure::Evidence(failure)
    }
}

impl From<ChainFailure> for Failure {
    fn from(failure: ChainFailure) -> Self {
        Failure::Chain(failure)
    }
}

impl From<CheckFailure> for Failure {
    fn from(failure: CheckFailure) -> Self {
        Failure::Check(failure)
    }
}

impl From<OpenMessageFailure> for Failure {
    fn from(failure: OpenMessageFailure) -> Self {
        Failure::Open(failure)
    }
}

impl Failure {
    /// Whether only the warning of rule 17 stands between the person and the text: nothing keeps
    /// it from having been altered.
    pub fn is_for_want_of_integrity(&self) -> bool {
        match self {
            Failure::Open(OpenMessageFailure::Decrypt(failure)) => {
                failure.why == openpgp::OpenProblem::NoIntegrity
            }
            _ => false,
        }
    }
}
