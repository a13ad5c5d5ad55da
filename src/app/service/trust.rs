//! Whom to trust: the system's authorities for mail, those that the person pinned, without those that
//! they rejected.

use crate::app::command::{
    AnchorList, ChainCard, ChainFetch, ImportReport, ImportedKey, KeySource, LinkState,
};
use crate::app::desk::Desk;
use crate::app::failure::{ChainFailure, Failure, ImportRefusal, KeyFailure};
use crate::app::job::{Step, Watch};
use crate::app::port::{CertProvenance, PinnedAnchor, Store};
use crate::base::{Time, limits};
use crate::cert::x509::chain::{
    self, Anchor, AnchorFor, Anchors, Certificate, Chain, Fault, Lookup, Pool, Purpose, Reason,
    Sources, Unreadable, When, Wish,
};
use crate::cert::x509::{Name, subject_handle};
use crate::cert::{Acceptance, Cert, Checked, KeyRefusal, ParsedKey, X509Cert};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// The anchors as they stand.
pub fn anchors(desk: &Desk) -> Result<Anchors, Failure> {
    let mut anchors = Anchors::default();
    let system = desk.trust.authorities();
    let mut lists = vec![system.for_mail];
    if desk.store.uses_system_list()? {
        lists.push(system.unstated);
    }
    for der in lists.iter().flatten() {
        if let Ok(certificate) = Certificate::from_der(der) {
            anchors.add(Anchor {
                certificate: Arc::new(certificate),
                counts_for: AnchorFor::Anybody,
                strict: false,
            });
        }
    }
    for pinned in desk.store.anchors()? {
        if let Ok(certificate) = Certificate::from_der(&pinned.der) {
            anchors.add(Anchor {
                certificate: Arc::new(certificate),
                counts_for: pinned.counts_for,
                strict: false,
            });
        }
    }
    for fingerprint in desk.store.distrusted()? {
        anchors.reject(fingerprint);
    }
    Ok(anchors)
}

/// The store's certificates, looked up as they are needed and read once.
pub struct KeptCertificates<'a> {
    store: &'a dyn Store,
    read: RefCell<HashMap<Vec<u8>, Vec<Arc<Certificate>>>>,
}

impl<'a> KeptCertificates<'a> {
    /// Of this store.
    pub fn new(store: &'a dyn Store) -> Self {
        KeptCertificates {
            store,
            read: RefCell::default(),
        }
    }
}

impl Lookup for KeptCertificates<'_> {
    fn find(&self, subject: &Name, form: &[u8]) -> Vec<Arc<Certificate>> {
        if let Some(known) = self.read.borrow().get(form) {
            return known.clone();
        }
        // A store that cannot be read keeps nothing: the chain is then short of an issuer.
        let kept = self.store.certs_with_key(&subject_handle(subject));
        let found: Vec<Arc<Certificate>> = kept
            .unwrap_or_default()
            .iter()
            .filter_map(|cert| match cert {
                Cert::X509(cert) => Certificate::from_der(cert.der()).ok().map(Arc::new),
                Cert::OpenPgp(_) => None,
            })
            .collect();
        self.read.borrow_mut().insert(form.to_vec(), found.clone());
        found
    }
}

/// Fetches the certificates that should be at these places: the first place that has some wins.
/// Only ever called because the person asked (rule 25).
pub fn fetch_issuer(
    desk: &Desk,
    places: &[String],
    watch: &Watch,
) -> Result<Vec<Arc<Certificate>>, Failure> {
    desk.online()?;
    let mut last = None;
    for place in places.iter().take(MOST_PLACES) {
        watch.progress(Step::Fetching, 0, 0);
        watch.stop_here()?;
        match desk.web.get(place, limits::CERT_BYTES, &watch.cancel) {
            Ok(bytes) => {
                let found: Vec<Arc<Certificate>> = chain::files::certificates(&bytes)
                    .iter()
                    .filter_map(|der| Certificate::from_der(der).ok().map(Arc::new))
                    .collect();
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            Err(failure) => last = Some((place.clone(), failure)),
        }
    }
    match last {
        Some((place, why)) => Err(ChainFailure::Fetch { place, why }.into()),
        None => Ok(Vec::new()),
    }
}

/// Most places that are tried for one thing.
const MOST_PLACES: usize = 4;

/// Takes authorities as anchors, by the person's own hand.
pub fn pin(
    desk: &Desk,
    sources: &[KeySource],
    counts_for: &AnchorFor,
    watch: &Watch,
) -> Result<ImportReport, Failure> {
    let mut report = ImportReport::default();
    for source in sources {
        watch.stop_here()?;
        let (name, bytes) = super::import::read_source(source);
        let items = bytes.and_then(|b| Cert::parse_many(&b).map_err(ImportRefusal::Problem));
        match items {
            Err(refusal) => report.refused.push((name, refusal)),
            Ok(items) => {
                for item in items {
                    match pinned(desk, item, counts_for)? {
                        Ok(key) => report.imported.push(key),
                        Err(refusal) => report.refused.push((name.clone(), refusal)),
                    }
                }
            }
        }
    }
    if report.imported.is_empty() {
        return Err(KeyFailure::NothingImported(report.refused).into());
    }
    Ok(report)
}

fn pinned(
    desk: &Desk,
    item: ParsedKey,
    counts_for: &AnchorFor,
) -> Result<Result<ImportedKey, ImportRefusal>, Failure> {
    let refuse = |refusal| Ok(Err(ImportRefusal::Item(refusal)));
    let cert = match item {
        ParsedKey::Cert(Cert::X509(cert), _) => cert,
        ParsedKey::Refused(refusal) => return refuse(refusal),
        ParsedKey::Cert(Cert::OpenPgp(_), _) | ParsedKey::Secret(..) | ParsedKey::Bundle(_) => {
            return refuse(KeyRefusal::NotAnAuthority);
        }
    };
    if !Certificate::from_der(cert.der()).is_ok_and(|certificate| certificate.is_authority()) {
        return refuse(KeyRefusal::NotAnAuthority);
    }
    let now = desk.clock.now();
    let fingerprint = cert.fingerprint();
    let der = cert.der().to_vec();
    let cert = desk
        .store
        .put_cert(&Cert::X509(cert), CertProvenance::Imported, now)?;
    desk.store.pin_anchor(&PinnedAnchor {
        fingerprint: fingerprint.clone(),
        der,
        counts_for: counts_for.clone(),
        since: now,
    })?;
    Ok(Ok(ImportedKey {
        fingerprint,
        kind: cert.kind(),
        addresses: super::keys::claimed_addresses(&cert),
        accepted_for: Vec::new(),
        secret: false,
    }))
}

/// The person's decisions, and what authorities vouch for of these certificates now.
pub fn acceptance_for<'c>(
    desk: &Desk,
    certs: impl IntoIterator<Item = &'c Cert>,
    purpose: Purpose,
) -> Result<Acceptance, Failure> {
    let now = desk.judging_time();
    let of_authorities: Vec<(X509Cert, Time)> = certs
        .into_iter()
        .filter_map(|cert| match cert {
            Cert::X509(cert) => Some((cert.clone(), now)),
            Cert::OpenPgp(_) => None,
        })
        .collect();
    let mut acceptance = desk.store.acceptance()?;
    vouch(
        desk,
        &mut acceptance,
        &of_authorities,
        &Pool::default(),
        purpose,
    )?;
    Ok(acceptance)
}

/// Lets authorities vouch (rules 8 and 13): an X.509 certificate of which nothing is decided for an
/// address counts for it when its chain reaches an anchor for that address at that time, and nothing
/// that is known here says that it was withdrawn. Opens no socket.
pub fn vouch(
    desk: &Desk,
    acceptance: &mut Acceptance,
    certs: &[(X509Cert, Time)],
    along: &Pool,
    purpose: Purpose,
) -> Result<(), Failure> {
    if certs.is_empty() {
        return Ok(());
    }
    let anchors = anchors(desk)?;
    if anchors.is_empty() {
        return Ok(());
    }
    let kept = KeptCertificates::new(&*desk.store);
    let sources = Sources {
        anchors: &anchors,
        kept: &kept,
        along,
        crls: None,
    };
    for (cert, at) in certs {
        let Ok(leaf) = Certificate::from_der(cert.der()).map(Arc::new) else {
            continue;
        };
        let fingerprint = cert.fingerprint();
        for address in cert.addresses() {
            if acceptance.checked(address, &fingerprint) != Checked::Unknown {
                continue;
            }
            let wish = Wish::mail(When::at(*at), purpose, Some(address));
            let chain = chain::build(&leaf, sources, &wish);
            if !chain.is_valid() {
                continue;
            }
            let states = super::revocation::known(desk, &chain.path, sources, &wish)?;
            let withdrawn = |state: &LinkState| matches!(state, LinkState::Revoked { .. });
            if !states.iter().any(withdrawn) {
                acceptance.decide(address.clone(), fingerprint.clone(), Checked::Ca);
            }
        }
    }
    Ok(())
}

/// Most issuers that are fetched for one chain.
const MOST_FETCHED: usize = 8;

/// Builds a chain, fetching missing issuers over and over when the person asked for that. What was
/// fetched lands in `along`.
pub fn build_fetching(
    desk: &Desk,
    leaf: &Arc<Certificate>,
    (anchors, kept): (&Anchors, &dyn Lookup),
    along: &mut Pool,
    crls: Option<&chain::Crls>,
    wish: &Wish<'_>,
    (fetch, watch): (bool, &Watch),
) -> Result<Chain, Failure> {
    let mut fetched = 0;
    loop {
        watch.stop_here()?;
        let sources = Sources {
            anchors,
            kept,
            along,
            crls,
        };
        let chain = chain::build(leaf, sources, wish);
        let places = match &chain.fault {
            Some(Fault {
                reason: Reason::MissingIssuer { places, .. },
                ..
            }) if fetch && !places.is_empty() && fetched < MOST_FETCHED => places,
            Some(_) | None => return Ok(chain),
        };
        fetched += 1;
        let before = along.len();
        for certificate in fetch_issuer(desk, places, watch)? {
            along.add(certificate);
        }
        if along.len() == before {
            return Ok(chain);
        }
    }
}

/// The chain of a kept certificate, and what is known of its links.
pub fn key_chain(
    desk: &Desk,
    key: &str,
    fetch: ChainFetch,
    watch: &Watch,
) -> Result<ChainCard, Failure> {
    watch.progress(Step::Checking, 0, 0);
    let Cert::X509(cert) = super::keys::find(desk, key)? else {
        return Err(ChainFailure::NotX509.into());
    };
    let leaf = Arc::new(Certificate::from_der(cert.der()).map_err(unreadable)?);
    let anchors = anchors(desk)?;
    let kept = KeptCertificates::new(&*desk.store);
    let wish = Wish::mail(When::at(desk.judging_time()), Purpose::Mail, None);
    let mut along = Pool::default();
    let wanted = fetch == ChainFetch::Missing;
    let near = (&anchors, &kept as &dyn Lookup);
    let how = (wanted, watch);
    let chain = build_fetching(desk, &leaf, near, &mut along, None, &wish, how)?;
    if wanted {
        keep_fetched(desk, &chain, &along)?;
    }
    let sources = Sources {
        anchors: &anchors,
        kept: &kept,
        along: &along,
        crls: None,
    };
    let links = match (chain.is_valid(), fetch) {
        (false, _) => Vec::new(),
        (true, ChainFetch::Revocation) => {
            super::revocation::ask(desk, &chain.path, sources, &wish, watch)?
        }
        (true, ChainFetch::Nothing | ChainFetch::Missing) => {
            super::revocation::known(desk, &chain.path, sources, &wish)?
        }
    };
    Ok(ChainCard {
        fingerprint: cert.fingerprint(),
        chain,
        links,
    })
}

/// Keeps what was fetched and is part of the path; it is an anchor no more than before.
fn keep_fetched(desk: &Desk, chain: &Chain, along: &Pool) -> Result<(), Failure> {
    let now = desk.clock.now();
    for certificate in &chain.path {
        let mut fetched = along.of(certificate.subject_form()).iter();
        let fetched = fetched.any(|f| f.der() == certificate.der());
        if let (true, Ok(cert)) = (fetched, X509Cert::from_der(certificate.der())) {
            let cert = Cert::X509(cert);
            desk.store.put_cert(&cert, CertProvenance::Imported, now)?;
        }
    }
    Ok(())
}

fn unreadable(why: Unreadable) -> Failure {
    let what = match why {
        Unreadable::NotACertificate => "it is no certificate",
        Unreadable::Malformed(what) => what,
        Unreadable::TooLarge => "it is too large",
    };
    ChainFailure::Unreadable(what).into()
}

/// The anchors, for a person.
pub fn list(desk: &Desk) -> Result<AnchorList, Failure> {
    let system = desk.trust.authorities();
    let pinned = desk.store.anchors()?.into_iter().map(|anchor| {
        let name = Certificate::from_der(&anchor.der).map(|c| c.subject.text());
        (name.unwrap_or_default(), anchor)
    });
    Ok(AnchorList {
        pinned: pinned.collect(),
        for_mail: system.for_mail.len(),
        unstated: system.unstated.len(),
        uses_system_list: desk.store.uses_system_list()?,
    })
}
