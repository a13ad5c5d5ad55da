//! From a draft to what may leave: the plan, the payload, and its protection.

use super::{certificate, draft::draft_of, identity, keys, open::secret_key, trust};
use crate::address::{Address, Mailbox};
use crate::app::command::{DraftSource, PreflightRow, SealedCopy, Way};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, ProofFailure};
use crate::app::files::{self, NewFile};
use crate::app::job::{Step, Watch};
use crate::app::port::Identity;
use crate::app::random;
use crate::base::{Time, both};
use crate::cert::x509::chain::Purpose;
use crate::cert::{Cert, Checked, History, OwnSecret, Scheme, SecretCert, X509Cert, X509Secret};
use crate::compose::{Circumstances, Draft, Mode, Payload, payload};
use crate::mime::build::derive_message_id;
use crate::protect::plan::{Known, Own, Plan, PlanProblem, Role, plan};
use crate::protect::{ConsentToPlain, Outgoing};
use crate::protect::{openpgp, smime};
use std::collections::HashMap;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A draft of so many bytes takes longer to read than a thread takes to start.
const LARGE: usize = 1 << 20;

/// What a draft became, before it is protected.
pub struct Composed {
    /// What gets protected, and what stands outside.
    pub payload: Payload,
    /// The own keys that sign, and can open every sealed copy.
    pub own: Signers,
    /// When it was made.
    pub made: Time,
}

/// The own keys of the address that writes, for each standard that it can write by.
pub struct Signers {
    /// OpenPGP.
    pub openpgp: Option<SecretCert>,
    /// S/MIME.
    pub smime: Option<SmimeSigner>,
}

/// S/MIME keys: one that signs, and one to be encrypted to, often the same.
pub struct SmimeSigner {
    /// Signs.
    pub signing: X509Secret,
    /// Can open every copy.
    pub encryption: X509Secret,
    /// The certificates between the signer's and its authority.
    pub chain: Vec<X509Cert>,
}

impl Signers {
    /// All of them, for opening again.
    pub fn secrets(&self) -> Vec<OwnSecret> {
        let mut all: Vec<OwnSecret> = Vec::new();
        all.extend(self.openpgp.iter().cloned().map(OwnSecret::OpenPgp));
        if let Some(own) = &self.smime {
            all.push(OwnSecret::X509(own.signing.clone()));
            if own.encryption.fingerprint() != own.signing.fingerprint() {
                all.push(OwnSecret::X509(own.encryption.clone()));
            }
        }
        all
    }

    /// Their certificates, for planning.
    pub fn certs(&self) -> Own {
        let smime = self.smime.as_ref();
        Own {
            openpgp: self.openpgp.as_ref().map(SecretCert::cert),
            smime_signing: smime.map(|own| own.signing.cert()),
            smime_encryption: smime.map(|own| own.encryption.cert()),
        }
    }

    fn openpgp(&self) -> Result<&SecretCert, Failure> {
        self.openpgp
            .as_ref()
            .ok_or(Failure::NoIdentity { address: None })
    }

    fn author(&self) -> Result<smime::Author<'_>, Failure> {
        let own = self.smime.as_ref();
        let own = own.ok_or(Failure::NoIdentity { address: None })?;
        Ok(smime::Author {
            signer: &own.signing,
            own: own.encryption.x509(),
            chain: &own.chain,
        })
    }
}

/// Seals a draft without sending it. A letter in two encodings needs `split`: the person's yes after
/// the groups were shown (rule 42).
pub fn seal_draft(
    desk: &Desk,
    source: DraftSource,
    split: bool,
    watch: &Watch,
) -> Result<Vec<SealedCopy>, Failure> {
    let (composed, draft) = compose(desk, source, Way::Sealed, watch)?;
    // A large letter is in memory once less.
    drop(draft);
    let plan = make_plan(desk, &composed)?;
    need_split(&plan, split)?;
    let outgoing = seal_copies(desk, &plan, &composed, watch)?;
    let planned = plan.copies();
    Ok(outgoing
        .copies()
        .iter()
        .zip(&planned)
        .map(|(copy, planned)| SealedCopy {
            scheme: planned.scheme,
            envelope_to: copy.envelope_to().to_vec(),
            message_id: composed.payload.message_id.clone(),
            others: planned.others.clone(),
            file: None,
            bytes: Some(copy.bytes().clone()),
        })
        .collect())
}

/// Fails when the letter needs two encodings and nobody said yes to that (rule 42).
fn need_split(plan: &Plan, split: bool) -> Result<(), Failure> {
    let groups = plan.groups();
    if groups.len() > 1 && !split {
        let groups = groups.iter().map(|group| {
            let addresses = group.recipients.iter();
            let addresses = addresses.map(|r| r.mailbox.address.clone()).collect();
            (group.scheme, addresses)
        });
        return Err(Failure::NeedsSplit {
            groups: groups.collect(),
        });
    }
    Ok(())
}

/// Seals a draft into files: `to` for the first copy, `to.2.eml`, `to.3.eml`, … for the others. They
/// are written while they are sealed, and have a name only when all are whole.
pub fn seal_to_files(
    desk: &Desk,
    source: DraftSource,
    to: &Path,
    split: bool,
    watch: &Watch,
) -> Result<Vec<SealedCopy>, Failure> {
    let (composed, draft) = compose(desk, source, Way::Sealed, watch)?;
    drop(draft);
    let plan = make_plan(desk, &composed)?;
    need_split(&plan, split)?;
    let planned = plan.copies();
    let total = u64::try_from(planned.len()).unwrap_or(u64::MAX);
    let mut files = Vec::with_capacity(planned.len());
    let mut copies = Vec::with_capacity(planned.len());
    for (index, copy) in planned.into_iter().enumerate() {
        watch.stop_here()?;
        watch.progress(Step::Sealing, u64::try_from(index).unwrap_or(0), total);
        let mut file = NewFile::begin(&copy_path(to, index))?;
        let (outer, inner) = (&composed.payload.outer, &composed.payload.inner);
        match copy.scheme {
            Scheme::OpenPgp => openpgp::write_sealed(
                outer,
                inner,
                composed.own.openpgp()?,
                &copy.certs,
                composed.made,
                &*desk.workers,
                &mut file,
            )
            .map_err(|failure| file.why(Failure::Seal(failure)))?,
            Scheme::Smime => {
                let author = composed.own.author()?;
                let readers = readers(desk, &copy.certs)?;
                let bytes = smime::seal_message(
                    outer,
                    inner,
                    author,
                    &readers,
                    composed.made,
                    &*desk.workers,
                )
                .map_err(Failure::Seal)?;
                file.write_all(&bytes)
                    .map_err(|error| file.why(Failure::Bug(error.to_string())))?;
            }
        }
        copies.push(SealedCopy {
            scheme: copy.scheme,
            envelope_to: copy.envelope_to,
            message_id: composed.payload.message_id.clone(),
            others: copy.others,
            file: Some(file.path().to_owned()),
            bytes: None,
        });
        files.push(file);
    }
    watch.stop_here()?;
    files::keep_all(files)?;
    Ok(copies)
}

/// `OUT` for the first copy, `OUT.2.eml`, `OUT.3.eml`, … for the others.
fn copy_path(to: &Path, index: usize) -> PathBuf {
    if index == 0 {
        return to.to_owned();
    }
    let mut name: OsString = to.as_os_str().to_owned();
    name.push(format!(".{}.eml", index.saturating_add(1)));
    PathBuf::from(name)
}

/// Reads the draft. Taking a large one apart is work for one processor, and getting at the own keys
/// mostly waiting for the keyring: there those of the current identity, which nearly always writes,
/// are fetched meanwhile.
fn read_and_unlock(
    desk: &Desk,
    source: DraftSource,
    now: Time,
) -> Result<(Draft, Option<Result<Signers, Failure>>), Failure> {
    let large = match &source {
        DraftSource::Message(bytes) => bytes.len() >= LARGE,
        DraftSource::Form(_) => false,
    };
    if !large {
        return Ok((draft_of(source)?, None));
    }
    // A question for the passphrase comes from the job's own thread, which does the first of both.
    let unlock = || identity::current(desk).and_then(|identity| signers(desk, &identity, now));
    let (unlocked, draft) = both(&*desk.workers, unlock, || draft_of(source))
        .ok_or_else(|| Failure::Bug("work was not done".to_owned()))?;
    Ok((draft?, Some(unlocked)))
}

/// Makes the payload of a draft; the draft comes back for the proof.
pub fn compose(
    desk: &Desk,
    source: DraftSource,
    way: Way,
    watch: &Watch,
) -> Result<(Composed, Draft), Failure> {
    let now = desk.clock.now();
    let (draft, unlocked) = read_and_unlock(desk, source, now)?;
    let identity = author(desk, &draft)?;
    let own = match unlocked.filter(|_| identity.current) {
        Some(signers) => signers?,
        None => signers(desk, &identity, now)?,
    };
    let id_seed = random::make_bytes::<16>()?;
    let message_id = derive_message_id(&id_seed, identity.mailbox.address.domain());
    let circumstances = Circumstances {
        mode: match way {
            Way::Sealed => Mode::Sealed,
            Way::SignOnly => Mode::SignOnly,
            Way::Unprotected => Mode::Plain,
        },
        sender: &identity.mailbox,
        now,
        message_id: &message_id,
        seed: random::make_bytes::<16>()?,
        protected_headers_v1: true,
    };
    watch.progress(Step::Sealing, 0, 0);
    let payload = payload(&draft, &circumstances)?;
    watch.stop_here()?;
    let composed = Composed {
        payload,
        own,
        made: now,
    };
    Ok((composed, draft))
}

/// Protects what was composed in the way that was asked for, or says why it cannot be. The
/// consent to readable mail is given by asking for it: nothing else leads here with another way
/// than [`Way::Sealed`].
pub fn protect(
    desk: &Desk,
    composed: &Composed,
    way: Way,
    watch: &Watch,
) -> Result<Outgoing, Failure> {
    let payload = &composed.payload;
    match way {
        Way::Sealed => {
            let plan = make_plan(desk, composed)?;
            seal_copies(desk, &plan, composed, watch)
        }
        Way::SignOnly => {
            let (outer, inner, made) = (&payload.outer, &payload.inner, composed.made);
            // One that everybody can read needs no plan: OpenPGP where there is a key for it.
            let signed = match &composed.own.openpgp {
                Some(key) => openpgp::sign_message(outer, inner, key, made),
                None => smime::sign_message(outer, inner, composed.own.author()?, made),
            };
            let signed = signed.map_err(Failure::Seal)?;
            let copies = readable_copies(payload, signed);
            Outgoing::signed(copies, ConsentToPlain::given()).map_err(not_protected)
        }
        Way::Unprotected => {
            let copies = readable_copies(payload, payload.plain_message());
            Outgoing::plain(copies, ConsentToPlain::given()).map_err(not_protected)
        }
    }
}

/// The identity that writes: the one of the draft's From, or the current one.
pub fn author(desk: &Desk, draft: &Draft) -> Result<Identity, Failure> {
    match &draft.from {
        Some(from) => identity::find(desk, &from.address),
        None => identity::current(desk),
    }
}

/// The own keys of an identity's address: the identity's own key where it is OpenPGP's, and the newest
/// S/MIME keys that can be used.
pub fn signers(desk: &Desk, identity: &Identity, at: Time) -> Result<Signers, Failure> {
    let address = &identity.mailbox.address;
    let openpgp = match secret_key(&*desk.store, &identity.fingerprint)? {
        Some(OwnSecret::OpenPgp(key)) => Some(key),
        Some(OwnSecret::X509(_)) => certificate::own_openpgp(desk, address, at)?,
        None => None,
    };
    let own = certificate::own_keys(desk, address)?;
    let smime = match (own.signing(at), own.encryption(at)) {
        (Some(signing), Some(encryption)) => Some(SmimeSigner {
            signing: signing.clone(),
            encryption: encryption.clone(),
            chain: keys::issuers(desk, signing.x509())?,
        }),
        (Some(_), None) | (None, Some(_)) | (None, None) => None,
    };
    if openpgp.is_none() && smime.is_none() {
        return Err(Failure::NoIdentity {
            address: Some(address.clone()),
        });
    }
    Ok(Signers { openpgp, smime })
}

/// The own certificates of an identity's address, without the vault.
pub fn own_certs(desk: &Desk, identity: &Identity, at: Time) -> Result<Own, Failure> {
    let address = &identity.mailbox.address;
    let certs = certificate::own_certs(desk, address)?;
    let openpgp = match desk.store.cert(&identity.fingerprint)? {
        Some(cert) if cert.scheme() == Scheme::OpenPgp => Some(cert),
        Some(_) | None => certificate::newest(&certs, Scheme::OpenPgp, |cert| {
            cert.usable_for_signing(at).is_ok()
        }),
    };
    Ok(Own {
        openpgp,
        smime_signing: certificate::newest(&certs, Scheme::Smime, |cert| {
            cert.usable_for_signing(at).is_ok()
        }),
        smime_encryption: certificate::newest(&certs, Scheme::Smime, |cert| {
            cert.usable_for_encryption(at).is_ok()
        }),
    })
}

fn make_plan(desk: &Desk, composed: &Composed) -> Result<Plan, Failure> {
    let recipients = with_roles(&composed.payload.recipients);
    let own = composed.own.certs();
    plan_for(desk, &own, &recipients, composed.made)?.map_err(Failure::Plan)
}

/// The plan for these recipients, from what the store knows.
pub fn plan_for(
    desk: &Desk,
    own: &Own,
    recipients: &[(Mailbox, Role)],
    at: Time,
) -> Result<Result<Plan, Vec<PlanProblem>>, Failure> {
    let certs_for = certs_by_address(desk, recipients)?;
    let theirs = certs_for.values().flatten();
    let acceptance = trust::acceptance_for(desk, theirs, Purpose::Encrypt)?;
    let preferences = preferences(desk, recipients)?;
    let histories = histories(desk, &certs_for)?;
    let known = Known {
        own,
        certs_for: &|address| certs_for.get(address).cloned().unwrap_or_default(),
        acceptance: &acceptance,
        history: &|address| histories.get(address).cloned().unwrap_or_default(),
        preference: &|address| preferences.get(address).copied(),
        at,
    };
    Ok(plan(recipients, &known))
}

/// One row a recipient: what the plan uses for them or, where there is none, what one of them alone
/// would get.
pub fn rows(
    desk: &Desk,
    own: &Own,
    recipients: &[(Mailbox, Role)],
    planned: Option<&Plan>,
    at: Time,
) -> Result<Vec<PreflightRow>, Failure> {
    let mut rows = Vec::new();
    for (mailbox, role) in recipients {
        let found = planned.and_then(|plan| {
            let mut all = plan.recipients().iter();
            all.find(|p| p.mailbox.address == mailbox.address).cloned()
        });
        let found = match found {
            Some(found) => Ok(found),
            None => {
                let one = [(mailbox.clone(), *role)];
                plan_for(desk, own, &one, at)?
                    .map_err(|problems| about(&problems, &mailbox.address))
                    .and_then(|plan| match plan.recipients() {
                        [one, ..] => Ok(one.clone()),
                        [] => Err(PlanProblem::NoCert {
                            recipient: mailbox.address.clone(),
                        }),
                    })
            }
        };
        rows.push(PreflightRow {
            mailbox: mailbox.clone(),
            role: *role,
            scheme: found.as_ref().ok().map(|p| (p.cert.scheme(), p.why)),
            another: found.as_ref().ok().and_then(|p| p.another.clone()),
            cert: found.map(|p| (p.cert.fingerprint(), p.checked)),
        });
    }
    Ok(rows)
}

/// Of several problems the one about this recipient, else the first.
fn about(problems: &[PlanProblem], recipient: &Address) -> PlanProblem {
    let mut all = problems.iter();
    let theirs = all.find(|problem| problem.recipient() == Some(recipient));
    theirs
        .or(problems.first())
        .cloned()
        .unwrap_or(PlanProblem::NoCert {
            recipient: recipient.clone(),
        })
}

/// What is on record of those with several certificates; of one there is nothing to tell apart.
fn histories(
    desk: &Desk,
    certs_for: &HashMap<Address, Vec<Cert>>,
) -> Result<HashMap<Address, History>, Failure> {
    let mut histories = HashMap::new();
    for (address, certs) in certs_for {
        if certs.len() > 1 {
            histories.insert(address.clone(), history(desk, address, certs)?);
        }
    }
    Ok(histories)
}

fn history(desk: &Desk, address: &Address, certs: &[Cert]) -> Result<History, Failure> {
    let mut history = History::default();
    for line in desk.store.ledger(address)? {
        history.saw(line.fingerprint, line.first);
    }
    for cert in certs {
        let fingerprint = cert.fingerprint();
        for decided in desk.store.decisions(&fingerprint)? {
            let settled = matches!(decided.checked, Checked::Confirmed | Checked::Accepted);
            if settled && decided.address == *address {
                history.answered(fingerprint.clone(), decided.at);
            }
        }
    }
    Ok(history)
}

fn preferences(
    desk: &Desk,
    recipients: &[(Mailbox, Role)],
) -> Result<HashMap<Address, Scheme>, Failure> {
    let mut found = HashMap::new();
    for (mailbox, _) in recipients {
        if let Some(scheme) = desk.store.preference(&mailbox.address)? {
            found.insert(mailbox.address.clone(), scheme);
        }
    }
    Ok(found)
}

/// Recipients with their places.
pub fn with_roles(recipients: &crate::compose::Recipients) -> Vec<(Mailbox, Role)> {
    let placed = |list: &[Mailbox], role| -> Vec<(Mailbox, Role)> {
        list.iter().map(|mailbox| (mailbox.clone(), role)).collect()
    };
    let mut all = placed(&recipients.to, Role::To);
    all.extend(placed(&recipients.cc, Role::Cc));
    all.extend(placed(&recipients.bcc, Role::Bcc));
    all
}

/// What the store has for each recipient, so that planning needs no store.
pub fn certs_by_address(
    desk: &Desk,
    recipients: &[(Mailbox, Role)],
) -> Result<HashMap<Address, Vec<Cert>>, Failure> {
    let mut found = HashMap::new();
    for (mailbox, _) in recipients {
        if !found.contains_key(&mailbox.address) {
            let certs = desk.store.certs_for(&mailbox.address)?;
            found.insert(mailbox.address.clone(), certs);
        }
    }
    Ok(found)
}

fn seal_copies(
    desk: &Desk,
    plan: &Plan,
    composed: &Composed,
    watch: &Watch,
) -> Result<Outgoing, Failure> {
    let planned = plan.copies();
    let total = u64::try_from(planned.len()).unwrap_or(u64::MAX);
    let mut copies = Vec::with_capacity(planned.len());
    for (done, copy) in planned.into_iter().enumerate() {
        watch.stop_here()?;
        watch.progress(Step::Sealing, u64::try_from(done).unwrap_or(0), total);
        let (outer, inner) = (&composed.payload.outer, &composed.payload.inner);
        let sealed = match copy.scheme {
            Scheme::OpenPgp => openpgp::seal_message(
                outer,
                inner,
                composed.own.openpgp()?,
                &copy.certs,
                composed.made,
                &*desk.workers,
            ),
            Scheme::Smime => {
                let author = composed.own.author()?;
                smime::seal_message(
                    outer,
                    inner,
                    author,
                    &readers(desk, &copy.certs)?,
                    composed.made,
                    &*desk.workers,
                )
            }
        };
        let bytes = sealed.map_err(Failure::Seal)?;
        copies.push((copy.envelope_to, bytes));
    }
    Outgoing::sealed(copies).map_err(not_protected)
}

/// The X.509 certificates as readers of a message.
fn readers(desk: &Desk, certs: &[Cert]) -> Result<Vec<smime::Reader>, Failure> {
    let mut readers = Vec::new();
    for cert in certs {
        let Cert::X509(cert) = cert else {
            continue;
        };
        // What their program can read, as their own letters said.
        let mut capabilities = None;
        for address in cert.addresses() {
            let list = desk.store.capabilities(address)?;
            let read = list.and_then(|list| smime::Capabilities::read(&list));
            capabilities = capabilities.or(read);
        }
        readers.push(smime::Reader {
            cert: cert.clone(),
            capabilities,
        });
    }
    Ok(readers)
}

/// One message for everybody in To and Cc, and one for each Bcc: a server that shows the envelope
/// would name a Bcc to the others.
fn readable_copies(payload: &Payload, message: Vec<u8>) -> Vec<(Vec<Address>, Vec<u8>)> {
    let recipients = &payload.recipients;
    let visible: Vec<_> = recipients
        .to
        .iter()
        .chain(&recipients.cc)
        .map(|mailbox| mailbox.address.clone())
        .collect();
    let mut copies = Vec::new();
    for bcc in &recipients.bcc {
        copies.push((vec![bcc.address.clone()], message.clone()));
    }
    if !visible.is_empty() {
        copies.insert(0, (visible, message));
    }
    copies
}

fn not_protected(_: crate::protect::outgoing::NotProtected) -> Failure {
    Failure::Proof(ProofFailure::Different)
}
