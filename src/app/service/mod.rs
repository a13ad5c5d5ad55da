//! What the program can do: one file for each use case, all in terms of the ports.

pub mod account;
pub mod draft;
pub mod identity;
pub mod import;
pub mod keys;
pub mod letters;
pub mod open;
pub mod outbox;
pub mod preflight;
pub mod proof;
pub mod seal;
pub mod send;

use crate::app::command::{Command, Outcome, Overview};
use crate::app::failure::Failure;
use crate::app::job::Watch;
use crate::app::port::{Clock, MailboxServer, Store, Submission};
use crate::app::workers::Workers;
use crate::base::Time;
use crate::cert::Checked;
use std::sync::{Arc, Mutex, PoisonError};

/// Everything that a service works with. Practice has a desk of its own, made of the same kinds
/// of parts; no service can tell.
pub struct Desk {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Hands letters in.
    pub submission: Arc<dyn Submission>,
    /// Fetches letters.
    pub mailbox: Arc<dyn MailboxServer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Threads for the work on bytes.
    pub workers: Arc<dyn Workers>,
    /// Judge validity as of then instead of now.
    pub at: Option<Time>,
    /// Open no socket.
    pub offline: bool,
}

impl Desk {
    /// The time that validity is judged at. It never relaxes which algorithms count.
    pub fn judging_time(&self) -> Time {
        self.at.unwrap_or_else(|| self.clock.now())
    }

    /// Fails where no socket may be opened.
    pub fn online(&self) -> Result<(), Failure> {
        if self.offline {
            return Err(Failure::Offline);
        }
        Ok(())
    }
}

/// Runs one command on the desk in use.
pub fn run(
    desk: &Mutex<Arc<Desk>>,
    command: Command,
    watch: &Watch,
) -> Result<Outcome, Failure> {
    let desk = desk.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let desk = &*desk;
    watch.stop_here()?;
    Ok(match command {
        Command::Overview => Outcome::Overview(overview(desk)?),
        Command::NewIdentity { mailbox } => {
            Outcome::Identity(identity::new(desk, &mailbox, watch)?)
        }
        Command::GenerateKey { mailbox } => {
            Outcome::Identity(identity::generate_key(desk, &mailbox, watch)?)
        }
        Command::UseIdentity(key) => {
            identity::use_identity(desk, &key)?;
            Outcome::Overview(overview(desk)?)
        }
        Command::ListKeys { query } => Outcome::Keys(keys::list(desk, &query)?),
        Command::ShowKey { key } => Outcome::Key(Box::new(keys::show(desk, &key)?)),
        Command::Confirm { key } => {
            Outcome::Key(Box::new(keys::decide(desk, &key, Checked::Confirmed)?))
        }
        Command::Reject { key } => {
            Outcome::Key(Box::new(keys::decide(desk, &key, Checked::Rejected)?))
        }
        Command::ImportKeys(wanted) => Outcome::Imported(import::import(desk, &wanted, watch)?),
        Command::ExportKey { key, secret, to } => {
            Outcome::Exported(keys::export(desk, &key, secret.as_ref(), to.as_deref())?)
        }
        Command::AddAccount { account, password } => {
            account::add(desk, &account, &password)?;
            Outcome::AccountAdded
        }
        Command::TestAccount { address } => {
            Outcome::AccountWorks(account::test(desk, address.as_ref(), watch)?)
        }
        Command::Preflight(source) => {
            Outcome::Preflight(Box::new(preflight::preflight(desk, &source)?))
        }
        Command::Seal(source) => Outcome::Sealed(seal::seal_draft(desk, &source, watch)?),
        Command::Send {
            draft,
            way,
            draft_id,
        } => Outcome::Sent(send::send(desk, &draft, way, draft_id.as_deref(), watch)?),
        Command::Outbox => Outcome::Outbox(desk.store.outbox()?),
        Command::Retry { id, maybe_sent_too } => {
            Outcome::Sent(outbox::retry(desk, id, maybe_sent_too, watch)?)
        }
        Command::Discard(id) => {
            outbox::discard(desk, id)?;
            Outcome::Outbox(desk.store.outbox()?)
        }
        Command::Drafts => Outcome::Drafts(desk.store.drafts()?),
        Command::LoadDraft(id) => Outcome::Draft(Box::new(draft::load(desk, &id)?)),
        Command::SaveDraft { id, draft } => {
            draft::save(desk, &id, &draft)?;
            Outcome::Drafts(desk.store.drafts()?)
        }
        Command::RemoveDraft(id) => {
            desk.store.remove_draft(&id)?;
            Outcome::Drafts(desk.store.drafts()?)
        }
        Command::Fetch => Outcome::Letters(letters::fetch(desk, watch)?),
        Command::Letters => Outcome::Letters(letters::list(desk)?),
        Command::OpenLetter(id) => Outcome::Reading(letters::open(desk, id, watch)?),
        Command::OpenFile(path) => {
            let bytes = crate::app::files::read(&path, crate::base::limits::MESSAGE_BYTES)?;
            Outcome::Reading(open::open_message(desk, &bytes, watch)?)
        }
        Command::OpenBytes(bytes) => Outcome::Reading(open::open_message(desk, &bytes, watch)?),
        Command::SaveAttachment { reading, index, to } => {
            Outcome::Saved(letters::save_attachment(&reading, index, &to)?)
        }
    })
}

fn overview(desk: &Desk) -> Result<Overview, Failure> {
    Ok(Overview {
        identities: desk.store.identities()?,
        accounts: desk.store.accounts()?,
    })
}
