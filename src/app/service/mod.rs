//! What the program can do: one file for each use case, all in terms of the ports.

pub mod account;
pub mod backup;
pub mod blocked;
pub mod bulk;
pub mod certificate;
pub mod chain;
pub mod checkup;
pub mod checkup_account;
pub mod contacts;
pub mod draft;
pub mod evidence;
pub mod identity;
pub mod import;
pub mod keys;
mod learned;
pub mod letters;
pub mod open;
pub mod opened;
pub mod origin;
pub mod others_see;
pub mod outbox;
pub mod practice;
pub mod preferences;
pub mod preflight;
mod proof;
pub mod renew;
pub mod reply;
mod revocation;
pub mod round_trip;
pub mod seal;
pub mod send;
pub mod training;
pub mod trust;

use crate::app::bulk as app_bulk;
use crate::app::command::{BulkFrom, OpenWhat};
use crate::app::command::{Command, Outcome, Overview};
use crate::app::desk::Desks;
use crate::app::evidence::EVIDENCE_BYTES;
use crate::app::failure::Failure;
use crate::app::job::Watch;
use crate::app::{files, print};
use crate::cert::Checked;
use std::sync::Arc;

/// Runs one command on the desk in use.
#[expect(clippy::too_many_lines, reason = "one arm for each command")]
pub fn run(desks: &Desks, command: Command, watch: &Watch) -> Result<Outcome, Failure> {
    let desk = desks.current();
    let desk = &*desk;
    watch.stop_here()?;
    Ok(match command {
        Command::Overview => Outcome::Overview(overview(desks)?),
        Command::NewIdentity { mailbox, choice } => {
            Outcome::Identity(identity::new_as(desk, &mailbox, choice, watch)?)
        }
        Command::GenerateKey { mailbox } => {
            Outcome::Identity(identity::generate_key(desk, &mailbox, watch)?)
        }
        Command::NewCertificates {
            mailbox,
            choice,
            identity: true,
        } => Outcome::Certificates(certificate::make_identity(desk, &mailbox, choice, watch)?),
        Command::NewCertificates {
            mailbox, choice, ..
        } => Outcome::Certificates(certificate::make(desk, &mailbox, choice, watch)?),
        Command::RequestCertificate(wanted) => {
            Outcome::Requested(certificate::request(desk, &wanted, watch)?)
        }
        Command::Prefer { address, scheme } => {
            desk.store.prefer(&address, scheme)?;
            Outcome::Preferred
        }
        Command::UseIdentity(key) => {
            identity::use_identity(desk, &key)?;
            Outcome::Overview(overview(desks)?)
        }
        Command::ListKeys { query } => Outcome::Keys(keys::list(desk, &query)?),
        Command::IndexKeys { known } => {
            let index = keys::index(desk, known.as_deref(), watch)?;
            Outcome::KeyIndex(Arc::new(index))
        }
        Command::ShowKey { key } => Outcome::Key(Box::new(keys::show(desk, &key)?)),
        Command::Confirm { key } => {
            Outcome::Key(Box::new(keys::decide(desk, &key, Checked::Confirmed)?))
        }
        Command::Reject { key } => {
            Outcome::Key(Box::new(keys::decide(desk, &key, Checked::Rejected)?))
        }
        Command::Redecide { key, checks } => {
            Outcome::Key(Box::new(keys::redecide(desk, &key, &checks)?))
        }
        Command::ExtendKey { key, until } => {
            Outcome::Key(Box::new(renew::extend(desk, &key, until, watch)?))
        }
        Command::RevokeKey { key, reason } => {
            Outcome::Revoked(Box::new(renew::revoke(desk, &key, reason)?))
        }
        Command::BackUpKeys { key, to, password } => Outcome::BackedUp(backup::back_up(
            desk,
            key.as_deref(),
            &to,
            &password,
            watch,
        )?),
        Command::DrillBackup {
            key,
            from,
            password,
        } => Outcome::Drilled(backup::drill(
            desk,
            key.as_deref(),
            &from,
            &password,
            watch,
        )?),
        Command::ImportKeys(wanted) => Outcome::Imported(import::import(desk, &wanted, watch)?),
        Command::ExportKey {
            key,
            scheme,
            secret,
            to,
        } => {
            let (secret, to) = (secret.as_ref(), to.as_deref());
            Outcome::Exported(keys::export(desk, &key, scheme, secret, to)?)
        }
        Command::AddAccount { account, password } => {
            account::add(desk, &account, &password)?;
            Outcome::AccountAdded
        }
        Command::RemoveAccount(address) => {
            account::remove(desk, &address)?;
            Outcome::AccountRemoved
        }
        Command::Storage => Outcome::Storage(desk.store.storage()?),
        Command::TestAccount { address } => {
            Outcome::AccountWorks(account::test(desk, address.as_ref(), watch)?)
        }
        Command::Preferences => Outcome::Preferences(desks.home().store.preferences()?),
        Command::ChangePreferences(change) => {
            Outcome::Preferences(desks.home().store.change_preferences(&change)?)
        }
        Command::Signature { address } => {
            let (whose, text) = preferences::signature(desk, address)?;
            Outcome::Signature(whose, text)
        }
        Command::SetSignature { address, text } => {
            let (whose, text) = preferences::set_signature(desk, address, &text)?;
            Outcome::Signature(whose, text)
        }
        Command::Preflight(source) => {
            Outcome::Preflight(Box::new(preflight::preflight(desk, source)?))
        }
        Command::OthersSee(source) => {
            Outcome::OthersSee(others_see::others_see(desk, source, watch)?)
        }
        Command::Contacts => Outcome::Contacts(contacts::contacts(desk)?),
        Command::Seal { draft, to, split } => Outcome::Sealed(match to {
            None => seal::seal_draft(desk, draft, split, watch)?,
            Some(to) => seal::seal_to_files(desk, draft, &to, split, watch)?,
        }),
        Command::Send {
            draft,
            way,
            draft_id,
        } => {
            let report = send::send(desk, draft, way, draft_id.as_deref(), watch)?;
            // On the practice desk the partner reads and answers at once.
            if let Some(session) = desks.session() {
                session.partner_turn(watch)?;
            }
            Outcome::Sent(report)
        }
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
        Command::SaveDraft { id, draft, files } => {
            draft::save(desk, &id, &draft, files)?;
            Outcome::Drafts(desk.store.drafts()?)
        }
        Command::RemoveDraft(id) => {
            desk.store.remove_draft(&id)?;
            Outcome::Drafts(desk.store.drafts()?)
        }
        Command::DiscardDraft(id) => {
            let form = draft::discard(desk, &id)?;
            Outcome::Discarded(id, Box::new(form))
        }
        Command::FindDrafts { query } => Outcome::DraftCards(draft::find(desk, &query)?),
        Command::Fetch => Outcome::Letters(letters::fetch(desk, watch)?),
        Command::Letters => Outcome::Letters(letters::list(desk)?),
        Command::Open {
            what: OpenWhat::File(path),
            ..
        } if evidence::is_report_file(&path) => Outcome::IsReport(path),
        Command::Open {
            what: OpenWhat::File(path),
            ..
        } if app_bulk::is_many(&path) => Outcome::IsMany(path),
        Command::Open {
            what,
            without_integrity,
        } => Outcome::Reading(open::open(desk, &what, without_integrity, watch)?),
        Command::Reply { reading, all } => {
            Outcome::Reply(Box::new(reply::reply(desk, &reading, all)?))
        }
        Command::StartPractice { name } => {
            desk.online()?;
            let ground = desks.ground().open().map_err(Failure::Practice)?;
            let session = practice::start(desks.home(), ground, &name, watch)?;
            desks.practise(Some(Arc::new(session)));
            Outcome::Overview(overview(desks)?)
        }
        Command::LeavePractice => {
            desks.practise(None);
            Outcome::Overview(overview(desks)?)
        }
        Command::PracticeRoundTrip { keep, mut tell } => {
            desk.online()?;
            let ground = desks.ground().open().map_err(Failure::Practice)?;
            round_trip::run(desk, ground, keep.as_deref(), watch, &mut *tell)?;
            Outcome::RoundTripPassed
        }
        Command::Train(trick) => {
            let session = desks.session().ok_or(Failure::NotPractising)?;
            Outcome::Training(training::next(&session, trick, watch)?)
        }
        Command::OpenMany { from, list } => {
            let source = match from {
                BulkFrom::Path(path) => Arc::new(app_bulk::source(&path)?),
                BulkFrom::Source(source) => source,
            };
            bulk::open_many(desk, source, &list, watch)?;
            Outcome::Bulk(list)
        }
        Command::Origin(wish) => Outcome::Origin(Box::new(origin::origin(desk, &wish, watch)?)),
        Command::CheckDomain(question) => {
            Outcome::Checked(Box::new(checkup::domain(desk, &question, watch)?))
        }
        Command::Block(text) => Outcome::Blocked(blocked::block(desk, &text)?),
        Command::Unblock(text) => Outcome::Blocked(blocked::unblock(desk, &text)?),
        Command::Border => Outcome::Border(desk.store.border()?),
        Command::SetBorder(host) => Outcome::Border(origin::set_border(desk, host.as_deref())?),
        Command::Blocked => Outcome::Blocked(desk.store.blocked()?),
        Command::CheckAccount(question) => {
            Outcome::Checked(Box::new(checkup_account::check(desk, &question, watch)?))
        }
        Command::SaveReport { bytes, to } => {
            files::write_new(&to, &bytes)?;
            Outcome::Saved(to)
        }
        Command::CheckChain(question) => {
            Outcome::Chain(Box::new(chain::check(desk, &question, watch)?))
        }
        Command::KeyChain { key, fetch } => {
            Outcome::KeyChain(Box::new(trust::key_chain(desk, &key, fetch, watch)?))
        }
        Command::PinAnchors {
            sources,
            counts_for,
        } => Outcome::Imported(trust::pin(desk, &sources, &counts_for, watch)?),
        Command::Anchors => Outcome::Anchors(trust::list(desk)?),
        Command::UseSystemList(used) => {
            desk.store.use_system_list(used, desk.clock.now())?;
            Outcome::Anchors(trust::list(desk)?)
        }
        Command::SaveAttachment {
            reading,
            index,
            to,
            harmful_too,
        } => Outcome::Saved(letters::save_attachment(
            desk,
            &reading,
            index,
            &to,
            harmful_too,
            watch,
        )?),
        Command::SaveAttachments {
            reading,
            folder,
            harmful_too,
        } => Outcome::SavedAll(letters::save_attachments(
            desk,
            &reading,
            &folder,
            harmful_too,
            watch,
        )?),
        Command::SaveLetter { reading, part, to } => {
            Outcome::Saved(letters::save_letter(&reading, part, &to)?)
        }
        Command::Print { printout, to } => {
            let bytes = print::pdf(&printout, watch)?;
            files::write_new(&to, &bytes)?;
            Outcome::Saved(to)
        }
        Command::MakeEvidence { reading, to } => {
            let document = evidence::make(desk, &reading, watch)?;
            match to {
                Some(to) => {
                    files::write_new(&to, &document)?;
                    Outcome::Saved(to)
                }
                None => Outcome::Evidence(document),
            }
        }
        Command::CheckEvidence { report, message } => {
            let message = message.as_ref().map(|message| message.as_slice());
            let document = files::read(&report, EVIDENCE_BYTES)?;
            let answer = evidence::check(desk, &document, message, watch)?;
            Outcome::EvidenceChecked(report, Box::new(answer))
        }
        Command::Opened => Outcome::Opened(opened::list(desk)?),
        Command::Remember { reading, from } => {
            Outcome::Opened(opened::remember(desk, &reading, &from)?)
        }
        Command::ForgetOpened(ids) => Outcome::Opened(opened::forget(desk, &ids)?),
    })
}

fn overview(desks: &Desks) -> Result<Overview, Failure> {
    let desk = desks.current();
    let identities = desk.store.identities()?;
    let mut schemes = Vec::new();
    for identity in &identities {
        let address = &identity.mailbox.address;
        schemes.push((address.clone(), certificate::schemes_of(&desk, address)?));
    }
    Ok(Overview {
        practising: desks.session().map(|session| session.them().clone()),
        identities,
        accounts: desk.store.accounts()?,
        blocked: desk.store.blocked()?,
        border: desk.store.border()?,
        schemes,
    })
}
