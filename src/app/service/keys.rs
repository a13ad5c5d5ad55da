//! Keys: finding, listing, deciding whose they are.

use super::certificate::newest;
use super::trust;
use crate::address::Address;
use crate::app::command::{KeyCard, KeyRow, KeyState, OtherCert};
use crate::app::desk::Desk;
use crate::app::failure::{Failure, FileFailure, KeyFailure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::app::key_index::{Entry, KeyIndex};
use crate::app::port::CertProvenance;
use crate::base::{Passphrase, Time};
use crate::cert::x509::chain::Purpose;
use crate::cert::x509::subject_handle;
use crate::cert::{Acceptance, Cert, Checked, Fingerprint, OwnSecret, Scheme, X509Cert};
use std::collections::HashSet;
use std::path::Path;

/// The other certificates of so many addresses of one are looked up: hostile ones have thousands.
const ADDRESSES_LOOKED_UP: usize = 100;

/// Keys whose fingerprint, name or address holds the text; sorted by name.
pub fn list(desk: &Desk, query: &str) -> Result<Vec<KeyRow>, Failure> {
    let own: HashSet<Fingerprint> = desk.store.secret_fingerprints()?.into_iter().collect();
    let at = desk.judging_time();
    let wanted = query.trim().to_lowercase();
    let mut certs = desk.store.certs()?;
    certs.retain(|cert| matches(cert, &wanted));
    let acceptance = trust::acceptance_for(desk, &certs, Purpose::Mail)?;
    let mut rows: Vec<KeyRow> = certs
        .iter()
        .map(|cert| row(cert, &acceptance, &own, at))
        .collect();
    rows.sort_by_cached_key(|row| {
        let name = row.name.as_ref().map(|n| n.raw().to_lowercase());
        let address = row.addresses.first().map(|a| a.key().to_owned());
        (!row.secret, name.or(address), row.fingerprint.clone())
    });
    Ok(rows)
}

fn matches(cert: &Cert, wanted: &str) -> bool {
    if wanted.is_empty() {
        return true;
    }
    let digits = wanted.replace([' ', ':'], "").to_uppercase();
    let digits = digits.strip_prefix("0X").unwrap_or(&digits);
    cert.fingerprint().as_hex().contains(digits)
        || cert
            .user_ids()
            .iter()
            .any(|id| id.text.raw().to_lowercase().contains(wanted))
}

/// All keys, findable. A row is worked out again when its certificate changed, or when something
/// in it began or ended meanwhile; certificates are read one by one, so that memory stays small.
pub fn index(desk: &Desk, known: Option<&KeyIndex>, watch: &Watch) -> Result<KeyIndex, Failure> {
    let acceptance = desk.store.acceptance()?;
    let own: HashSet<Fingerprint> = desk.store.secret_fingerprints()?.into_iter().collect();
    let at = desk.judging_time();
    let stamps = desk.store.cert_stamps()?;
    let total = u64::try_from(stamps.len()).unwrap_or(u64::MAX);
    let mut entries = Vec::with_capacity(stamps.len());
    for (done, (fingerprint, stamp)) in (0_u64..).zip(stamps) {
        if done.is_multiple_of(64) {
            watch.stop_here()?;
            watch.progress(Step::Reading, done, total);
        }
        let former = known.and_then(|index| index.entry(&fingerprint));
        let good = former.filter(|entry| {
            let same = !stamp.is_empty() && entry.stamp == stamp;
            same && entry.row.judged <= at && entry.good_until.is_none_or(|end| at < end)
        });
        let entry = match good {
            Some(entry) => {
                let mut entry = entry.clone();
                entry.row.checked = best_check(&entry.row.addresses, &fingerprint, &acceptance);
                entry.row.secret = own.contains(&fingerprint);
                entry.row.judged = at;
                entry
            }
            // Gone meanwhile, or damaged: no row.
            None => match desk.store.cert(&fingerprint)? {
                Some(cert) => entry(&cert, stamp, &acceptance, &own, at),
                None => continue,
            },
        };
        entries.push(entry);
    }
    vouched(desk, &mut entries)?;
    Ok(KeyIndex::new(entries))
}

/// Most certificates of which nothing is decided whose chains are built for a list: each takes a
/// quarter of a millisecond. The card of one tells it in any case.
const VOUCHED_IN_LISTS: usize = 1_000;

/// Lets authorities vouch for the S/MIME certificates of which nothing is decided.
fn vouched(desk: &Desk, entries: &mut [Entry]) -> Result<(), Failure> {
    let open =
        |entry: &&mut Entry| entry.row.kind == "smime" && entry.row.checked == Checked::Unknown;
    let mut rows: Vec<&mut Entry> = entries
        .iter_mut()
        .filter(open)
        .take(VOUCHED_IN_LISTS)
        .collect();
    let mut certs = Vec::with_capacity(rows.len());
    for entry in &rows {
        certs.extend(desk.store.cert(&entry.row.fingerprint)?);
    }
    let acceptance = trust::acceptance_for(desk, &certs, Purpose::Mail)?;
    for entry in &mut rows {
        let row = &mut entry.row;
        row.checked = best_check(&row.addresses, &row.fingerprint, &acceptance);
    }
    Ok(())
}

fn entry(
    cert: &Cert,
    stamp: String,
    acceptance: &Acceptance,
    own: &HashSet<Fingerprint>,
    at: Time,
) -> Entry {
    let names: Vec<String> = cert
        .user_ids()
        .into_iter()
        .map(|id| id.text.raw().to_owned())
        .collect();
    let bounds = cert
        .keys(at)
        .into_iter()
        .flat_map(|part| [Some(part.created), part.expires])
        .chain([cert.expires(at)]);
    Entry {
        good_until: bounds.flatten().filter(|bound| *bound > at).min(),
        row: row(cert, acceptance, own, at),
        names: names.join(" "),
        stamp,
    }
}

/// The best check for any of these addresses.
fn best_check(
    addresses: &[Address],
    fingerprint: &Fingerprint,
    acceptance: &Acceptance,
) -> Checked {
    addresses
        .iter()
        .map(|address| acceptance.checked(address, fingerprint))
        .min_by_key(|checked| checked.rank())
        .unwrap_or(Checked::Unknown)
}

/// One key in full.
pub fn show(desk: &Desk, key: &str) -> Result<KeyCard, Failure> {
    card(desk, &find(desk, key)?)
}

/// One certificate in full.
pub fn card(desk: &Desk, cert: &Cert) -> Result<KeyCard, Failure> {
    let acceptance = trust::acceptance_for(desk, [cert], Purpose::Mail)?;
    let own: HashSet<Fingerprint> = desk.store.secret_fingerprints()?.into_iter().collect();
    let at = desk.judging_time();
    let row = row(cert, &acceptance, &own, at);
    Ok(KeyCard {
        checks: row
            .addresses
            .iter()
            .map(|a| (a.clone(), acceptance.checked(a, &row.fingerprint)))
            .collect(),
        user_ids: cert.user_ids().into_iter().map(|id| id.text).collect(),
        parts: cert.keys(at),
        revoked: cert.revoked(at),
        seen: desk.store.sightings(&row.fingerprint)?,
        decided: desk.store.decisions(&row.fingerprint)?,
        others: others(desk, &row, &acceptance)?,
        both: both(desk, &row)?,
        drilled: match row.secret {
            true => desk.store.drilled(&row.fingerprint)?,
            false => None,
        },
        row,
    })
}

/// Which of its addresses have keys of the other standard too, and what the person prefers there.
fn both(desk: &Desk, row: &KeyRow) -> Result<Vec<(Address, Option<Scheme>)>, Failure> {
    let mut both = Vec::new();
    if row.secret {
        return Ok(both);
    }
    for address in row.addresses.iter().take(ADDRESSES_LOOKED_UP) {
        let certs = desk.store.certs_for(address)?;
        if certs.iter().any(|cert| cert.kind() != row.kind) {
            both.push((address.clone(), desk.store.preference(address)?));
        }
    }
    Ok(both)
}

/// What else the ledger has for its addresses (rule 53).
fn others(desk: &Desk, row: &KeyRow, acceptance: &Acceptance) -> Result<Vec<OtherCert>, Failure> {
    let mut others: Vec<OtherCert> = Vec::new();
    for address in row.addresses.iter().take(ADDRESSES_LOOKED_UP) {
        for line in desk.store.ledger(address)? {
            if line.fingerprint == row.fingerprint {
                continue;
            }
            let same = |other: &&mut OtherCert| {
                other.fingerprint == line.fingerprint && other.address == *address
            };
            // A certificate that came from two places has two lines.
            if let Some(known) = others.iter_mut().find(same) {
                known.first = known.first.min(line.first);
                known.last = known.last.max(line.last);
                continue;
            }
            others.push(OtherCert {
                address: address.clone(),
                checked: acceptance.checked(address, &line.fingerprint),
                fingerprint: line.fingerprint,
                first: line.first,
                last: line.last,
            });
        }
    }
    Ok(others)
}

fn row(cert: &Cert, acceptance: &Acceptance, own: &HashSet<Fingerprint>, at: Time) -> KeyRow {
    let fingerprint = cert.fingerprint();
    let addresses = claimed_addresses(cert);
    let checked = best_check(&addresses, &fingerprint, acceptance);
    let name = cert
        .user_ids()
        .into_iter()
        .map(|id| super::identity::name_of(id.text.raw()))
        .find(|name| !name.is_empty());
    KeyRow {
        kind: cert.kind(),
        name: name.map(Into::into),
        state: match cert.usable_for_encryption(at) {
            Ok(()) => KeyState::Usable,
            Err(why) => KeyState::Unusable(why),
        },
        checked,
        secret: own.contains(&fingerprint),
        created: cert.created(),
        expires: cert.expires(at),
        judged: at,
        addresses,
        fingerprint,
    }
}

/// The addresses of all user IDs, each once.
pub fn claimed_addresses(cert: &Cert) -> Vec<Address> {
    let mut addresses: Vec<Address> = Vec::new();
    for address in cert.user_ids().into_iter().filter_map(|id| id.address) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// The key with this fingerprint, or the one of this address: the best checked where there are
/// several, and none where that leaves a choice.
pub fn find(desk: &Desk, key: &str) -> Result<Cert, Failure> {
    let no_such = || -> Failure {
        KeyFailure::NoSuchKey {
            wanted: key.to_owned(),
        }
        .into()
    };
    if let Ok(fingerprint) = Fingerprint::parse(key) {
        return desk.store.cert(&fingerprint)?.ok_or_else(no_such);
    }
    let address = Address::parse(key.trim()).map_err(|_| no_such())?;
    let acceptance = desk.store.acceptance()?;
    let mut found: Vec<(u8, Cert)> = desk
        .store
        .certs_for(&address)?
        .into_iter()
        .map(|cert| {
            (
                acceptance.checked(&address, &cert.fingerprint()).rank(),
                cert,
            )
        })
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    let best = found.first().map(|(rank, _)| *rank).ok_or_else(no_such)?;
    let equals: Vec<&Cert> = found
        .iter()
        .take_while(|(rank, _)| *rank == best)
        .map(|(_, cert)| cert)
        .collect();
    match equals.as_slice() {
        [one] => Ok((*one).clone()),
        several => Err(KeyFailure::Ambiguous {
            keys: several.iter().map(|cert| cert.fingerprint()).collect(),
        }
        .into()),
    }
}

/// Records a decision of the person's: for the address that names the key, or for all addresses
/// of the key with that fingerprint. Own keys stay own.
pub fn decide(desk: &Desk, key: &str, decision: Checked) -> Result<KeyCard, Failure> {
    let cert = find(desk, key)?;
    let fingerprint = cert.fingerprint();
    let addresses = match Address::parse(key.trim()) {
        Ok(address) => vec![address],
        Err(_) => claimed_addresses(&cert),
    };
    let acceptance = desk.store.acceptance()?;
    let now = desk.clock.now();
    for address in addresses {
        if decision == Checked::Confirmed {
            note_all(desk, &address, now)?;
        }
        if acceptance.checked(&address, &fingerprint) != Checked::Own {
            desk.store.decide(&address, &fingerprint, decision, now)?;
        }
    }
    if let Cert::X509(_) = &cert {
        match decision {
            Checked::Rejected => desk.store.distrust(&fingerprint, now)?,
            _ => desk.store.forgive(&fingerprint)?,
        }
    }
    card(desk, &cert)
}

/// Writes down every certificate of the address that came past this program: whoever confirms one has
/// them before them, and what comes later can be told from them (rule 53).
fn note_all(desk: &Desk, address: &Address, now: Time) -> Result<(), Failure> {
    let known = desk.store.ledger(address)?;
    for cert in desk.store.certs_for(address)? {
        let fingerprint = cert.fingerprint();
        if known.iter().all(|line| line.fingerprint != fingerprint) {
            desk.store.put_cert(&cert, CertProvenance::Shared, now)?;
        }
    }
    Ok(())
}

/// Longest way from a certificate to its authority.
const CHAIN: usize = 10;

/// The certificates that lead from this one to its authority, as far as they are here, nearest
/// first. Names and key identifiers point the way; whether to trust it is another question.
pub fn issuers(desk: &Desk, cert: &X509Cert) -> Result<Vec<X509Cert>, Failure> {
    let mut chain: Vec<X509Cert> = Vec::new();
    let mut last = cert.clone();
    while !last.is_self_issued() && chain.len() < CHAIN {
        let candidates = desk.store.certs_with_key(&subject_handle(last.issuer()))?;
        let next = candidates
            .into_iter()
            .find_map(|candidate| match candidate {
                Cert::X509(found) => {
                    let fits = match (last.authority_key_id(), found.subject_key_id()) {
                        (Some(wanted), Some(own)) => wanted == own,
                        (None, _) | (_, None) => true,
                    };
                    (fits && found.is_ca() && !chain.contains(&found)).then_some(found)
                }
                Cert::OpenPgp(_) => None,
            });
        let Some(next) = next else { break };
        chain.push(next.clone());
        last = next;
    }
    Ok(chain)
}

/// The public halves as text: armor, or PEM with the certificates that lead to their authority, each
/// once.
fn with_issuers(desk: &Desk, certs: &[Cert]) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    let mut written: Vec<X509Cert> = Vec::new();
    for cert in certs {
        text.extend_from_slice(&cert.to_armored());
        if let Cert::X509(x509) = cert {
            for issuer in issuers(desk, x509)? {
                if !written.contains(&issuer) {
                    text.extend_from_slice(&issuer.to_pem());
                    written.push(issuer);
                }
            }
        }
    }
    Ok(text)
}

/// Puts decisions back as they were. Own keys stay own, and nothing becomes own.
pub fn redecide(desk: &Desk, key: &str, checks: &[(Address, Checked)]) -> Result<KeyCard, Failure> {
    let cert = find(desk, key)?;
    let fingerprint = cert.fingerprint();
    let acceptance = desk.store.acceptance()?;
    let now = desk.clock.now();
    let claimed = claimed_addresses(&cert);
    for (address, checked) in checks {
        let before = acceptance.checked(address, &fingerprint);
        let own = before == Checked::Own || *checked == Checked::Own;
        if !own && before != *checked && claimed.contains(address) {
            desk.store.decide(address, &fingerprint, *checked, now)?;
        }
    }
    if let Cert::X509(_) = &cert {
        match checks
            .iter()
            .any(|(_, checked)| *checked == Checked::Rejected)
        {
            true => desk.store.distrust(&fingerprint, now)?,
            false => desk.store.forgive(&fingerprint)?,
        }
    }
    card(desk, &cert)
}

/// What a fingerprint or an address names for an export: of an address the best checked of one
/// standard. Of S/MIME these are the newest that signs and the newest to encrypt to, which may be two.
fn to_export(desk: &Desk, key: &str, scheme: Option<Scheme>) -> Result<Vec<Cert>, Failure> {
    if Fingerprint::parse(key).is_ok() {
        return Ok(vec![find(desk, key)?]);
    }
    let no_such = || KeyFailure::NoSuchKey {
        wanted: key.to_owned(),
    };
    let address = Address::parse(key.trim()).map_err(|_| no_such())?;
    let acceptance = desk.store.acceptance()?;
    let certs = desk.store.certs_for(&address)?;
    let rank = |cert: &Cert| acceptance.checked(&address, &cert.fingerprint()).rank();
    let of_scheme = |scheme: Scheme| {
        let theirs = || certs.iter().filter(move |cert| cert.scheme() == scheme);
        let best = theirs().map(rank).min();
        let best: Vec<Cert> = theirs()
            .filter(|cert| Some(rank(cert)) == best)
            .cloned()
            .collect();
        best
    };
    let openpgp = of_scheme(Scheme::OpenPgp);
    if scheme == Some(Scheme::OpenPgp) || (scheme.is_none() && !openpgp.is_empty()) {
        return match openpgp.len() {
            0 => Err(no_such().into()),
            1 => Ok(openpgp),
            _ => Err(KeyFailure::Ambiguous {
                keys: openpgp.iter().map(Cert::fingerprint).collect(),
            }
            .into()),
        };
    }
    let smime = of_scheme(Scheme::Smime);
    let at = desk.clock.now();
    let signing = newest(&smime, Scheme::Smime, |cert| {
        cert.usable_for_signing(at).is_ok()
    });
    let encryption = newest(&smime, Scheme::Smime, |cert| {
        cert.usable_for_encryption(at).is_ok()
    });
    let one = signing.as_ref().map(Cert::fingerprint);
    let apart = encryption.filter(|cert| Some(cert.fingerprint()) != one);
    Ok(signing.into_iter().chain(apart).collect())
}

/// Writes a key out, armored: the public half, or with `secret` both under that password. Gives
/// the text back when no file is named.
pub fn export(
    desk: &Desk,
    key: &str,
    scheme: Option<Scheme>,
    secret: Option<&Passphrase>,
    to: Option<&Path>,
) -> Result<Option<Vec<u8>>, Failure> {
    let certs = to_export(desk, key, scheme)?;
    let (cert, others) = certs.split_first().ok_or_else(|| KeyFailure::NoSuchKey {
        wanted: key.to_owned(),
    })?;
    let text = match secret {
        None => with_issuers(desk, &certs)?,
        // A file of secret keys holds one: which, is for the person to say.
        Some(_) if !others.is_empty() => {
            return Err(KeyFailure::Ambiguous {
                keys: certs.iter().map(Cert::fingerprint).collect(),
            }
            .into());
        }
        Some(password) if password.expose().is_empty() => {
            return Err(KeyFailure::PasswordNeeded.into());
        }
        Some(password) => {
            let exported = match super::open::secret_key(&*desk.store, &cert.fingerprint())? {
                Some(OwnSecret::OpenPgp(secret)) => secret.export_armored(password),
                Some(OwnSecret::X509(secret)) => {
                    let chain = issuers(desk, secret.x509())?;
                    secret.export_pkcs12(&chain, password)
                }
                None => return Err(KeyFailure::NoSecret.into()),
            };
            let exported =
                exported.map_err(|problem| KeyFailure::Library(format!("{problem:?}")))?;
            exported.expose().clone()
        }
    };
    match to {
        None => Ok(Some(text)),
        Some(path) => {
            files::write_new(path, &text).map_err(|failure: FileFailure| Failure::File(failure))?;
            Ok(None)
        }
    }
}
