//! From a draft to what may leave: the plan, the payload, and its protection.

use super::{draft::draft_of, identity, open::secret_key};
use crate::address::Mailbox;
use crate::app::command::{DraftSource, SealedCopy, Way};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, ProofFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::Identity;
use crate::app::random;
use crate::base::Time;
use crate::cert::{Cert, OwnSecret, Scheme, SecretCert};
use crate::compose::{Circumstances, Draft, Mode, Payload, payload};
use crate::mime::build::derive_message_id;
use crate::protect::openpgp;
use crate::protect::plan::{Plan, Role, plan};
use crate::protect::{ConsentToPlain, Outgoing};

/// What a draft became, before it is protected.
pub struct Composed {
    /// What gets protected, and what stands outside.
    pub payload: Payload,
    /// The own key that signs, and can open every sealed copy.
    pub own: SecretCert,
    /// When it was made.
    pub made: Time,
    identity: Identity,
}

/// Seals a draft without sending it.
pub fn seal_draft(
    desk: &Desk,
    source: DraftSource,
    watch: &Watch,
) -> Result<Vec<SealedCopy>, Failure> {
    let (composed, draft) = compose(desk, source, Way::Sealed, watch)?;
    // A large letter is in memory once less.
    drop(draft);
    let outgoing = protect(desk, &composed, Way::Sealed, watch)?;
    Ok(outgoing
        .copies()
        .iter()
        .map(|copy| SealedCopy {
            envelope_to: copy.envelope_to().to_vec(),
            message_id: composed.payload.message_id.clone(),
            bytes: copy.bytes().clone(),
        })
        .collect())
}

/// Makes the payload of a draft; the draft comes back for the proof.
pub fn compose(
    desk: &Desk,
    source: DraftSource,
    way: Way,
    watch: &Watch,
) -> Result<(Composed, Draft), Failure> {
    let draft = draft_of(source)?;
    let identity = author(desk, &draft)?;
    let now = desk.clock.now();
    let own = own_key(desk, &identity)?;
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
        identity,
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
            let plan = make_plan(desk, &composed.identity, payload, composed.made)?;
            seal_copies(desk, &plan, composed, watch)
        }
        Way::SignOnly => {
            let signed =
                openpgp::sign_message(&payload.outer, &payload.inner, &composed.own, composed.made)
                    .map_err(Failure::Seal)?;
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

fn own_key(desk: &Desk, identity: &Identity) -> Result<SecretCert, Failure> {
    match secret_key(&*desk.store, &identity.fingerprint)? {
        Some(OwnSecret::OpenPgp(key)) => Ok(key),
        Some(OwnSecret::X509(_)) | None => Err(Failure::NoIdentity {
            address: Some(identity.mailbox.address.clone()),
        }),
    }
}

/// The certificate of an identity, with what is known of it since it was made.
pub fn own_cert(desk: &Desk, identity: &Identity) -> Result<Cert, Failure> {
    desk.store
        .cert(&identity.fingerprint)?
        .ok_or_else(|| Failure::NoIdentity {
            address: Some(identity.mailbox.address.clone()),
        })
}

fn make_plan(
    desk: &Desk,
    identity: &Identity,
    payload: &Payload,
    now: Time,
) -> Result<Plan, Failure> {
    let own = own_cert(desk, identity)?;
    let recipients = with_roles(&payload.recipients);
    let acceptance = desk.store.acceptance()?;
    let certs_for = certs_by_address(desk, &recipients)?;
    plan(
        &own,
        &recipients,
        &|address| certs_for.get(address).cloned().unwrap_or_default(),
        &acceptance,
        now,
    )
    .map_err(Failure::Plan)
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
) -> Result<std::collections::HashMap<crate::address::Address, Vec<Cert>>, Failure> {
    let mut found = std::collections::HashMap::new();
    for (mailbox, _) in recipients {
        if !found.contains_key(&mailbox.address) {
            let mut certs = desk.store.certs_for(&mailbox.address)?;
            certs.retain(|cert| cert.scheme() == Scheme::OpenPgp);
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
        let bytes = openpgp::seal_message(
            &composed.payload.outer,
            &composed.payload.inner,
            &composed.own,
            &copy.certs,
            composed.made,
            &*desk.workers,
        )
        .map_err(Failure::Seal)?;
        copies.push((copy.envelope_to, bytes));
    }
    Outgoing::sealed(copies).map_err(not_protected)
}

/// One message for everybody in To and Cc, and one for each Bcc: a server that shows the envelope
/// would name a Bcc to the others.
fn readable_copies(
    payload: &Payload,
    message: Vec<u8>,
) -> Vec<(Vec<crate::address::Address>, Vec<u8>)> {
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
