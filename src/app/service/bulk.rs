//! Reading many messages: with the same code as one, on as many cores as there are workers, each
//! certificate looked up once. What was judged before is remembered by the message's hash and by
//! everything that could change the judgement.

use super::{blocked, open, trust};
use crate::app::bulk::{BulkList, BulkRow, BulkSource, BulkVerdict};
use crate::app::desk::Desk;
use crate::app::failure::Failure;
use crate::app::job::{Step, Watch};
use crate::app::port::Store;
use crate::base::{Untrusted, limits};
use crate::cert::{Acceptance, Cert, SecretKeys};
use crate::mime::Header;
use crate::protect::openpgp::CertLookup;
use crate::protect::smime::sha256_hex;
use crate::read::Reading;
use crate::settings::Blocked;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// In so many pieces at most they are written down.
const CHUNKS: usize = 8;
/// Most judgements that are remembered.
const REMEMBERED: usize = 200_000;

/// Reads all messages of a source into a list.
///
/// # Errors
/// The store cannot be read, or the person stopped it; what was read by then is in the list.
pub fn open_many(
    desk: &Desk,
    source: Arc<BulkSource>,
    list: &BulkList,
    watch: &Watch,
) -> Result<(), Failure> {
    list.begin(source.clone());
    let shared = Shared {
        desk,
        certs: Certs::new(&*desk.store),
        acceptance: desk.store.acceptance()?,
        blocked: blocked::entries(desk)?,
        keys: OnceLock::new(),
        stamp: stamp(desk)?,
        known: Mutex::default(),
        learned: Mutex::default(),
    };
    let known = desk.store.judged(&shared.stamp)?;
    *shared.known.lock().unwrap_or_else(PoisonError::into_inner) = known.into_iter().collect();
    let total = source.len();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= total || watch.cancel.is_cancelled() {
                return;
            }
            list.put(shared.row(&source, index, watch));
            shared.remember(total / CHUNKS);
            if index.is_multiple_of(16) {
                let number = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
                watch.progress(Step::Opening, number(index), number(total));
            }
        }
    };
    desk.workers.run_both(&mut || work(), &mut || work());
    shared.remember(0);
    watch.stop_here()
}

struct Shared<'a> {
    desk: &'a Desk,
    certs: Certs<'a>,
    acceptance: Acceptance,
    blocked: Vec<Blocked>,
    /// Own keys, once something sealed came by; `None` where the vault stays shut.
    keys: OnceLock<Option<SecretKeys>>,
    stamp: String,
    known: Mutex<HashMap<String, String>>,
    learned: Mutex<Vec<(String, String)>>,
}

impl Shared<'_> {
    /// Writes down what was learned, once it is so much: one worker does while the other goes on.
    fn remember(&self, at_least: usize) {
        let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        if learned.len() <= at_least {
            return;
        }
        let learned_now = std::mem::take(&mut *learned);
        drop(learned);
        // A home that cannot be written to still reads.
        let _ = self
            .desk
            .store
            .put_judged(&self.stamp, &learned_now, REMEMBERED);
    }
    fn row(&self, source: &BulkSource, index: usize, watch: &Watch) -> BulkRow {
        let failed = |failure| BulkRow {
            index,
            from: Vec::new(),
            subject: Untrusted::default(),
            date: None,
            verdict: Err(failure),
        };
        match source.message(index) {
            Ok(message) => self.read(index, &message, watch),
            Err(failure) => failed(failure),
        }
    }

    fn read(&self, index: usize, message: &[u8], watch: &Watch) -> BulkRow {
        let hash = sha256_hex(message).unwrap_or_default();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let remembered = known.get(&hash).and_then(|text| recall(text));
        drop(known);
        if let Some(verdict) = remembered {
            return BulkRow {
                verdict: Ok(verdict),
                ..outside(index, message)
            };
        }
        let wants_keys = || {
            self.keys
                .get_or_init(|| open::secret_keys(&*self.desk.store).ok())
                .as_ref()
        };
        let found = open::read_one(
            self.desk,
            message,
            &wants_keys,
            &self.certs,
            (&self.acceptance, &self.blocked),
            watch,
        );
        match found {
            Ok(reading) => {
                let verdict = verdict(&reading);
                // What was sealed is remembered nowhere: not even how it was judged.
                if !reading.was_decrypted() {
                    let mut learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
                    learned.push((hash, remembered_as(&verdict)));
                }
                BulkRow {
                    index,
                    from: reading
                        .from()
                        .iter()
                        .take(10)
                        .map(|mailbox| mailbox.to_string())
                        .collect(),
                    subject: reading.header("Subject").cloned().unwrap_or_default(),
                    date: reading.thread().date,
                    verdict: Ok(verdict),
                }
            }
            Err(failure) => BulkRow {
                verdict: Err(failure),
                ..outside(index, message)
            },
        }
    }
}

/// What stands outside of a message.
fn outside(index: usize, message: &[u8]) -> BulkRow {
    // A header that breaks a limit is not read.
    let end = memchr::memmem::find(message, b"\n\r\n").map(|at| at.saturating_add(1));
    let end = end.or_else(|| memchr::memmem::find(message, b"\n\n").map(|at| at.saturating_add(1)));
    let section = message
        .get(..end.unwrap_or(message.len()))
        .unwrap_or_default();
    let header = (section.len() <= limits::HEADER_BYTES).then(|| Header::parse(section));
    let author = header.as_ref().map(crate::mime::author);
    BulkRow {
        index,
        from: author
            .iter()
            .flat_map(|author| author.mailboxes())
            .take(10)
            .map(ToString::to_string)
            .collect(),
        subject: header
            .as_ref()
            .and_then(|header| header.text("Subject"))
            .unwrap_or_default(),
        date: header.as_ref().and_then(|header| header.date()),
        verdict: Err(Failure::Cancelled),
    }
}

fn verdict(reading: &Reading) -> BulkVerdict {
    let verdict = reading.verdict();
    BulkVerdict {
        summary: verdict.summary().word().to_owned(),
        scheme: reading.scheme().map(|scheme| scheme.word().to_owned()),
        signer: verdict.signer().map(|signer| {
            (
                signer
                    .address
                    .as_ref()
                    .map(|address| address.as_str().to_owned())
                    .unwrap_or_default(),
                signer.fingerprint.as_hex().to_owned(),
                signer.checked.word().to_owned(),
            )
        }),
        why_not: verdict.why_not().map(|why| why.word().to_owned()),
        cautions: reading
            .cautions()
            .iter()
            .map(|caution| caution.code().to_owned())
            .collect(),
    }
}

fn remembered_as(verdict: &BulkVerdict) -> String {
    json!([
        verdict.summary,
        verdict.scheme,
        verdict.signer,
        verdict.why_not,
        verdict.cautions
    ])
    .to_string()
}

fn recall(text: &str) -> Option<BulkVerdict> {
    let value: Value = serde_json::from_str(text).ok()?;
    let word = |at: usize| value.get(at).and_then(Value::as_str).map(str::to_owned);
    let signer = value.get(2).and_then(Value::as_array).and_then(|signer| {
        let word = |at: usize| signer.get(at).and_then(Value::as_str).map(str::to_owned);
        Some((word(0)?, word(1)?, word(2)?))
    });
    let cautions = value.get(4)?.as_array()?;
    Some(BulkVerdict {
        summary: word(0)?,
        scheme: word(1),
        signer,
        why_not: word(3),
        cautions: cautions
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
    })
}

/// Everything that could change a judgement, as a hash: certificates, decisions, authorities, own keys,
/// the day, and the program.
fn stamp(desk: &Desk) -> Result<String, Failure> {
    let store = &desk.store;
    let mut text = format!("{}\n", env!("CARGO_PKG_VERSION"));
    let day = desk.judging_time().as_second() / 86_400;
    text.push_str(&format!("{day} {:?}\n", desk.at));
    let mut certs = store.cert_stamps()?;
    certs.sort();
    for (fingerprint, stamp) in certs {
        text.push_str(&format!("{fingerprint} {stamp}\n"));
    }
    let mut decided: Vec<String> = store
        .acceptance()?
        .all()
        .map(|(address, fingerprint, checked)| {
            format!("{address} {fingerprint} {}\n", checked.word())
        })
        .collect();
    decided.sort();
    text.extend(decided);
    for (entry, _) in store.blocked()? {
        text.push_str(&format!("blocked {entry}\n"));
    }
    for fingerprint in store.secret_fingerprints()? {
        text.push_str(&format!("own {fingerprint}\n"));
    }
    let anchors = trust::list(desk)?;
    text.push_str(&format!("{}\n", anchors.uses_system_list));
    for (_, anchor) in &anchors.pinned {
        text.push_str(&format!("{} {:?}\n", anchor.fingerprint, anchor.counts_for));
    }
    sha256_hex(text.as_bytes()).ok_or_else(|| Failure::Bug("no digest".to_owned()))
}

/// The store's certificates, each looked up once.
struct Certs<'a> {
    store: &'a dyn Store,
    known: Mutex<HashMap<String, Vec<Cert>>>,
}

/// Most look-ups that are kept: hostile mail may name any number of keys.
const KEPT: usize = 20_000;

impl<'a> Certs<'a> {
    fn new(store: &'a dyn Store) -> Self {
        Certs {
            store,
            known: Mutex::default(),
        }
    }
}

impl CertLookup for Certs<'_> {
    fn certs_with_key(&self, handle: &str) -> Vec<Cert> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certs) = known.get(handle) {
            return certs.clone();
        }
        drop(known);
        let certs = open::StoreCerts(self.store).certs_with_key(handle);
        known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < KEPT {
            known.insert(handle.to_owned(), certs.clone());
        }
        certs
    }
}
