//! The Shared OpenPGP Certificate Directory (draft-nwjw-openpgp-cert-d), which `sq` and others
//! read and write too.

use super::index::{Entry, Index, Kind};
use super::{Wanted, addresses, locked};
use crate::adapters::store::failure::{damaged, sort_io};
use crate::adapters::store::home::{make_file, make_folder};
use crate::app::port::StoreFailure;
use crate::base::limits::CERT_BYTES;
use crate::cert::openpgp::OpenPgpCert;
use crate::cert::{Cert, Fingerprint};
use sequoia_cert_store::store::openpgp_cert_d as cert_d;
use sequoia_openpgp as pgp;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::serialize::SerializeInto;
use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Longer than the coarsest clock tick by which a system stamps files.
const TICK: Duration = Duration::from_millis(12);

/// Most parsed certificates that are kept in memory, about 10 kB each.
const PARSED: usize = 4096;

/// One certificate directory, with its index.
pub(in crate::adapters::store) struct CertDirectory {
    folder: PathBuf,
    state: Mutex<State>,
}

struct State {
    index: Index,
    parsed: HashMap<String, (String, Cert)>,
    /// What the directory held at the last look.
    listed: Vec<Entry>,
    /// The tag that was last seen, and when first.
    seen: Option<(i64, Instant)>,
}

impl CertDirectory {
    /// The directory `folder`, which need not be there yet; what is remembered of it is in `index`.
    pub(in crate::adapters::store) fn open(
        folder: &Path,
        index: &Path,
    ) -> Result<Self, StoreFailure> {
        Ok(CertDirectory {
            folder: folder.to_owned(),
            state: Mutex::new(State {
                index: Index::open(index, folder).map_err(|error| no_index(&error))?,
                parsed: HashMap::new(),
                listed: Vec::new(),
                seen: None,
            }),
        })
    }

    /// All certificates' fingerprints, each with what tells whether its file changed.
    pub(super) fn stamps(&self) -> Result<Vec<(Fingerprint, String)>, StoreFailure> {
        let mut state = locked(&self.state);
        self.look(&mut state)?;
        let entries = state.index.all().map_err(|error| no_index(&error))?;
        let known = |entry: Entry| {
            let fingerprint = Fingerprint::parse(&entry.fingerprint).ok()?;
            Some((fingerprint, entry.stamp))
        };
        Ok(entries.into_iter().filter_map(known).collect())
    }

    /// Brings the index up to date, whatever became of its file.
    fn look(&self, state: &mut State) -> Result<(), StoreFailure> {
        if self.refresh(state).is_err() {
            // The home is full or went read-only meanwhile: an index in memory does as well.
            state.index = Index::in_memory().map_err(|error| no_index(&error))?;
            state.listed.clear();
            self.refresh(state).map_err(|error| no_index(&error))?;
        }
        Ok(())
    }

    pub(super) fn find(&self, wanted: Wanted<'_>) -> Result<Vec<Cert>, StoreFailure> {
        let mut state = locked(&self.state);
        let state = &mut *state;
        self.look(state)?;
        let index = &state.index;
        let entries = match wanted {
            Wanted::All => index.all(),
            Wanted::Fingerprint(fingerprint) => index
                .one(fingerprint.as_hex())
                .map(|found| found.into_iter().collect()),
            Wanted::Address(address) => index.named(Kind::Address, address.key()),
            Wanted::Key(handle) => index.named(Kind::Key, handle),
        }
        .map_err(|error| no_index(&error))?;
        Ok(entries
            .iter()
            .filter_map(|entry| self.parsed(&mut state.parsed, entry))
            .collect())
    }

    pub(super) fn put(&self, cert: &Cert) -> Result<Cert, StoreFailure> {
        let bytes = to_bytes(cert)?;
        let fingerprint = cert.fingerprint();
        self.make_places(&fingerprint)?;
        let directory = self.directory()?;
        let inserted = directory.insert(fingerprint.as_hex(), bytes, true, |new, old| {
            // What is there and cannot be read is no certificate: the new one takes its place.
            let Some(known) = old.and_then(parse) else {
                return Ok(cert_d::MergeResult::Data(new));
            };
            let merged = merged(&known, cert).unwrap_or(new);
            Ok(match old {
                Some(old) if old == merged => cert_d::MergeResult::Keep,
                Some(_) | None => cert_d::MergeResult::Data(merged),
            })
        });
        let (_, merged) = inserted.map_err(|error| self.sort(error))?;
        self.make_durable(&directory, &fingerprint)?;
        merged
            .and_then(|bytes| parse(&bytes))
            .ok_or_else(|| damaged(format!("certificate {fingerprint}")))
    }

    /// The directory's crate writes without waiting for the disk; after a power cut there would be
    /// an empty file.
    fn make_durable(
        &self,
        directory: &cert_d::CertD,
        fingerprint: &Fingerprint,
    ) -> Result<(), StoreFailure> {
        let path = directory
            .get_path_by_fingerprint(fingerprint.as_hex())
            .map_err(|error| self.sort(error))?;
        let sync = |path: &Path| std::fs::File::open(path)?.sync_all();
        sync(&path).map_err(|error| sort_io(&error, &path))?;
        if let Some(folder) = path.parent().filter(|_| cfg!(unix)) {
            sync(folder).map_err(|error| sort_io(&error, folder))?;
        }
        Ok(())
    }

    /// Folders and the lock file that are not there yet are made for the owner alone.
    fn make_places(&self, fingerprint: &Fingerprint) -> Result<(), StoreFailure> {
        let head = fingerprint.as_hex().get(..2).unwrap_or_default();
        let folder = self.folder.join(head.to_ascii_lowercase());
        let lock = self.folder.join("writelock");
        make_folder(&folder)
            .and_then(|()| make_file(&lock).map(drop))
            .map_err(|error| sort_io(&error, &folder))
    }

    fn directory(&self) -> Result<cert_d::CertD, StoreFailure> {
        cert_d::CertD::with_base_dir(&self.folder).map_err(|error| self.sort(error))
    }

    fn sort(&self, error: cert_d::Error) -> StoreFailure {
        match error {
            cert_d::Error::IoError(error) => sort_io(&error, &self.folder),
            cert_d::Error::BadData(_) | cert_d::Error::BadName => {
                damaged("a certificate of an unknown form")
            }
            cert_d::Error::Other(error) => match error.downcast_ref::<std::io::Error>() {
                Some(error) => sort_io(error, &self.folder),
                None => self.unusable(error.to_string()),
            },
            other @ (cert_d::Error::NotAStore | cert_d::Error::UnsupportedPlatform(_)) => {
                self.unusable(other.to_string())
            }
        }
    }

    fn unusable(&self, detail: String) -> StoreFailure {
        StoreFailure::Unusable {
            path: self.folder.display().to_string(),
            detail,
        }
    }

    /// Brings the index up to date when the directory's tag says that something changed.
    ///
    /// Two changes within one tick of the file system's clock leave the same tag. So a tag is
    /// believed only after the files were looked at when that tick was over: every change that
    /// shares it was seen then. Until that the files are looked at each time.
    fn refresh(&self, state: &mut State) -> rusqlite::Result<()> {
        let Ok(directory) = self.directory() else {
            return Ok(());
        };
        let tag = i64::from_ne_bytes(directory.tag().0.to_ne_bytes());
        if state.index.tag()? == Some(tag) {
            return Ok(());
        }
        let now = Instant::now();
        let first = match state.seen {
            Some((seen, first)) if seen == tag => first,
            Some(_) | None => now,
        };
        state.seen = Some((tag, first));
        let believed = now.duration_since(first) >= TICK;
        let listed = self.list();
        if !believed && listed == state.listed {
            return Ok(());
        }
        let tag = believed.then_some(tag);
        state.index.refresh(tag, &listed, |entry| {
            let Some(cert) = self.read(entry) else {
                return Vec::new();
            };
            let by_address = addresses(&cert)
                .into_iter()
                .map(|address| (Kind::Address, address.key().to_owned()));
            let by_key = cert
                .key_handles()
                .into_iter()
                .map(|handle| (Kind::Key, handle));
            by_address.chain(by_key).collect()
        })?;
        state.listed = listed;
        Ok(())
    }

    /// All files that are named like certificates.
    fn list(&self) -> Vec<Entry> {
        let folders = std::fs::read_dir(&self.folder).into_iter().flatten();
        let mut entries = Vec::new();
        for folder in folders.flatten() {
            let head = folder.file_name().to_string_lossy().into_owned();
            if head.len() != 2 || !is_lower_hex(&head) {
                continue;
            }
            let files = std::fs::read_dir(folder.path()).into_iter().flatten();
            entries.extend(files.flatten().filter_map(|file| {
                let tail = file.file_name().to_string_lossy().into_owned();
                let facts = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
                (matches!(tail.len(), 38 | 62) && is_lower_hex(&tail)).then(|| Entry {
                    fingerprint: format!("{head}{tail}").to_ascii_uppercase(),
                    stamp: stamp(&facts),
                })
            }));
        }
        entries.sort_by(|a, b| a.fingerprint.cmp(&b.fingerprint));
        entries
    }

    fn parsed(&self, known: &mut HashMap<String, (String, Cert)>, entry: &Entry) -> Option<Cert> {
        if let Some((stamp, cert)) = known.get(&entry.fingerprint)
            && *stamp == entry.stamp
        {
            return Some(cert.clone());
        }
        let cert = self.read(entry)?;
        if known.len() < PARSED {
            known.insert(
                entry.fingerprint.clone(),
                (entry.stamp.clone(), cert.clone()),
            );
        }
        Some(cert)
    }

    /// Reads one certificate; none when it is too large, damaged, or another than its name says.
    fn read(&self, entry: &Entry) -> Option<Cert> {
        let file = self.directory().ok()?.get_file(&entry.fingerprint).ok()??;
        let mut bytes = Vec::new();
        let limit = u64::try_from(CERT_BYTES).unwrap_or(u64::MAX);
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .ok()?;
        if bytes.len() > CERT_BYTES {
            return None;
        }
        parse(&bytes).filter(|cert| cert.fingerprint().as_hex() == entry.fingerprint)
    }
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Changes when the file does.
fn stamp(facts: &std::fs::Metadata) -> String {
    let modified = facts
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_nanos());
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(facts);
    #[cfg(not(unix))]
    let file = 0;
    format!("{modified} {} {file}", facts.len())
}

/// The certificate with all that others wrote into it: `sq` keeps its local certifications there,
/// which an export would leave out.
fn to_bytes(cert: &Cert) -> Result<Vec<u8>, StoreFailure> {
    match cert {
        Cert::OpenPgp(cert) => cert
            .inner()
            .to_vec()
            .map_err(|_| damaged(format!("certificate {}", cert.fingerprint()))),
        // It has another place (see `x509`).
        Cert::X509(cert) => Err(damaged(format!("certificate {}", cert.fingerprint()))),
    }
}

/// Reads a certificate with all that is in it. No signature is checked here, since that takes ten
/// times as long: what a certificate is good for is asked when it is to be used.
fn parse(bytes: &[u8]) -> Option<Cert> {
    let cert = pgp::Cert::from_bytes(bytes).ok()?;
    Some(Cert::OpenPgp(OpenPgpCert::new(cert)))
}

/// Both certificates' parts. What would grow over the limit of a certificate stays as it was,
/// but for what our own, bounded joining takes in (rule 54).
fn merged(known: &Cert, new: &Cert) -> Option<Vec<u8>> {
    let (Cert::OpenPgp(a), Cert::OpenPgp(b)) = (known, new) else {
        return None;
    };
    let whole = a.inner().clone().merge_public(b.inner().clone()).ok()?;
    let whole = whole.to_vec().ok()?;
    if whole.len() <= CERT_BYTES {
        return Some(whole);
    }
    to_bytes(&known.merge(new)).ok()
}

fn no_index(error: &rusqlite::Error) -> StoreFailure {
    StoreFailure::Unusable {
        path: "the index of certificates".to_owned(),
        detail: error.to_string(),
    }
}
