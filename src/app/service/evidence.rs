//! Evidence of one message: a signed report is made, and checked later.

use super::{chain, identity, open, seal, trust};
use crate::app::command::{ChainLeaf, ChainQuestion};
use crate::app::desk::Desk;
use crate::app::evidence::{EvidenceAnswer, EvidenceReport, EvidenceSignature, looks_like_report};
use crate::app::failure::{EvidenceFailure, Failure};
use crate::app::files;
use crate::app::job::{Step, Watch};
use crate::base::Time;
use crate::cert::x509::chain::Purpose;
use crate::cert::{Cert, Checked, Fingerprint, ParsedKey, Scheme};
use crate::protect::evidence::{Layer, SignatureFact, SignatureState};
use crate::protect::openpgp::{self, CertLookup};
use crate::protect::smime;
use crate::read::Reading;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;

/// Whether a file holds a report, by its first bytes.
pub fn is_report_file(path: &Path) -> bool {
    files::start(path, 4_096).is_some_and(|start| looks_like_report(&start))
}

/// Makes a report of a message that was opened, signed by the current identity; the document.
///
/// # Errors
/// There is no identity, or the message as it came is not kept.
pub fn make(desk: &Desk, reading: &Reading, watch: &Watch) -> Result<Vec<u8>, Failure> {
    watch.progress(Step::Signing, 0, 0);
    let original = reading.original().ok_or(EvidenceFailure::NoMessage)?;
    let report = report(desk, reading, original, watch)?;
    let bytes = EvidenceReport::signed_bytes(&report).map_err(EvidenceFailure::Problem)?;
    let signature = sign(desk, &bytes)?;
    Ok(EvidenceReport { report, signature }.to_json())
}

fn sign(desk: &Desk, bytes: &[u8]) -> Result<EvidenceSignature, Failure> {
    let now = desk.clock.now();
    let identity = identity::current(desk)?;
    let signers = seal::signers(desk, &identity, now)?;
    let armored = |data: Vec<u8>| String::from_utf8_lossy(&data).into_owned();
    if let Some(key) = signers.openpgp {
        let cert = desk
            .store
            .cert(&key.fingerprint())?
            .ok_or_else(|| no_key(&identity.mailbox.address))?;
        let data = openpgp::sign_detached(bytes, &key, now).map_err(Failure::Seal)?;
        return Ok(EvidenceSignature {
            scheme: Scheme::OpenPgp,
            by: cert.fingerprint(),
            certificate: armored(cert.to_armored()),
            data: armored(data),
        });
    }
    let signer = signers
        .smime
        .ok_or_else(|| no_key(&identity.mailbox.address))?;
    let author = smime::Author {
        signer: &signer.signing,
        own: signer.encryption.x509(),
        chain: &signer.chain,
    };
    let data = smime::sign_detached(bytes, author, now).map_err(Failure::Seal)?;
    let cert = Cert::X509(signer.signing.x509().clone());
    Ok(EvidenceSignature {
        scheme: Scheme::Smime,
        by: cert.fingerprint(),
        certificate: armored(cert.to_armored()),
        data: armored(data),
    })
}

fn no_key(address: &crate::address::Address) -> Failure {
    Failure::NoIdentity {
        address: Some(address.clone()),
    }
}

/// Checks a report, and, with the message, that it is about this one and still true of it.
///
/// # Errors
/// The document is no report. A report that does not hold is an answer.
pub fn check(
    desk: &Desk,
    document: &[u8],
    message: Option<&[u8]>,
    watch: &Watch,
) -> Result<EvidenceAnswer, Failure> {
    watch.progress(Step::Checking, 0, 0);
    let parsed = EvidenceReport::parse(document).map_err(EvidenceFailure::Problem)?;
    let bytes = EvidenceReport::signed_bytes(&parsed.report).map_err(EvidenceFailure::Problem)?;
    let signature = &parsed.signature;
    let cert = certificate(&signature.certificate)
        .filter(|cert| cert.fingerprint() == signature.by && cert.scheme() == signature.scheme);
    let fact = cert
        .as_ref()
        .and_then(|cert| verify(desk, &bytes, signature, cert));
    let holds = fact.as_ref().is_some_and(|fact| {
        fact.state == SignatureState::Good && fact.signer.as_ref() == Some(&signature.by)
    });
    let (addresses, checked) = match &cert {
        Some(cert) => known(desk, cert)?,
        None => (Vec::new(), Checked::Unknown),
    };
    let report = parsed.report;
    let same_message = message.map(|message| {
        let told = report.pointer("/message/sha256").and_then(Value::as_str);
        smime::sha256_hex(message).is_some_and(|found| told == Some(found.as_str()))
    });
    let same_facts = match message {
        Some(message) if same_message == Some(true) => repeated(desk, &report, message, watch)?,
        Some(_) | None => None,
    };
    Ok(EvidenceAnswer {
        holds,
        by: signature.by.clone(),
        addresses,
        checked,
        signed_at: fact.and_then(|fact| fact.made),
        same_message,
        same_facts,
        report,
    })
}

/// The addresses of a certificate and the best check for any of them.
fn known(desk: &Desk, cert: &Cert) -> Result<(Vec<String>, Checked), Failure> {
    let acceptance = trust::acceptance_for(desk, [cert], Purpose::Sign)?;
    let addresses = super::keys::claimed_addresses(cert);
    let checked = addresses
        .iter()
        .map(|address| acceptance.checked(address, &cert.fingerprint()))
        .min_by_key(|checked| checked.rank())
        .unwrap_or(Checked::Unknown);
    let addresses = addresses.iter().map(ToString::to_string).collect();
    Ok((addresses, checked))
}

fn certificate(text: &str) -> Option<Cert> {
    let items = Cert::parse_many(text.as_bytes()).ok()?;
    items.into_iter().find_map(|item| match item {
        ParsedKey::Cert(cert, _) => Some(cert),
        ParsedKey::Secret(..) | ParsedKey::Bundle(_) | ParsedKey::Refused(_) => None,
    })
}

/// The certificates of a report before those of the store.
struct Named<'a>(&'a [Cert], open::StoreCerts<'a>);

impl CertLookup for Named<'_> {
    fn certs_with_key(&self, handle: &str) -> Vec<Cert> {
        let mut certs = self.1.certs_with_key(handle);
        let here: Vec<Fingerprint> = certs.iter().map(Cert::fingerprint).collect();
        let named = self
            .0
            .iter()
            .filter(|cert| !here.contains(&cert.fingerprint()));
        certs.extend(named.cloned());
        certs
    }
}

/// The one fact about the signature; several signatures are none.
fn verify(
    desk: &Desk,
    bytes: &[u8],
    signature: &EvidenceSignature,
    cert: &Cert,
) -> Option<SignatureFact> {
    let now = desk.judging_time();
    let certs = Named(std::slice::from_ref(cert), open::StoreCerts(&*desk.store));
    let facts = match signature.scheme {
        Scheme::OpenPgp => openpgp::verify_detached(bytes, signature.data.as_bytes(), &certs, now),
        Scheme::Smime => {
            let der = smime::detached_from_pem(&signature.data)?;
            let keys = crate::cert::SecretKeys::new();
            let with = openpgp::Reading {
                keys: &keys,
                certs: &certs,
                at: now,
                workers: &*desk.workers,
                without_integrity: false,
            };
            smime::verify_detached(bytes, &der, &with).0
        }
    };
    match <[SignatureFact; 1]>::try_from(facts) {
        Ok([fact]) => Some(fact),
        Err(_) => None,
    }
}

/// Reads the message again as of when the report was made. `None` where it cannot be: the key that
/// opens it is not here, or the time is not told.
fn repeated(
    desk: &Desk,
    report: &Value,
    message: &[u8],
    watch: &Watch,
) -> Result<Option<bool>, Failure> {
    let told = report.get("judged_at").and_then(Value::as_str);
    let Some(at) = told.and_then(|time| time.parse::<Time>().ok()) else {
        return Ok(None);
    };
    let then = Desk {
        at: Some(at),
        ..desk.clone()
    };
    let reading = match open::open_message(&then, message, true, watch) {
        Ok(reading) => reading,
        Err(Failure::Cancelled) => return Err(Failure::Cancelled),
        Err(_) => return Ok(None),
    };
    // Which certificates are here differs between people: what is compared is what the message itself
    // says, and signatures where their certificates are here.
    let told = report.get("layers").and_then(Value::as_array);
    let found = layers(&reading);
    let Some(told) = told.filter(|told| told.len() == found.len()) else {
        return Ok(Some(false));
    };
    let same_payload = report.pointer("/payload/sha256").and_then(Value::as_str)
        == smime::sha256_hex(reading.payload()).as_deref();
    let same_layers = told
        .iter()
        .zip(&found)
        .all(|(told, found)| agree(told, found));
    Ok(Some(same_payload && same_layers))
}

/// Whether two descriptions of a layer agree: a signature without a certificate contradicts none.
fn agree(told: &Value, found: &Value) -> bool {
    if told.get("kind") != found.get("kind") {
        return false;
    }
    let signatures = |layer: &Value| layer.get("signatures").and_then(Value::as_array).cloned();
    match (signatures(told), signatures(found)) {
        (None, None) => true,
        (Some(told), Some(found)) => {
            told.len() == found.len()
                && told.iter().zip(&found).all(|(told, found)| {
                    let unknown = json!(SignatureState::NoCert.word());
                    told == found
                        || told.get("state") == Some(&unknown)
                        || found.get("state") == Some(&unknown)
                })
        }
        (Some(_), None) | (None, Some(_)) => false,
    }
}

fn report(
    desk: &Desk,
    reading: &Reading,
    original: &Arc<Vec<u8>>,
    watch: &Watch,
) -> Result<Value, Failure> {
    let library = || Failure::Bug("no digest".to_owned());
    let verdict = reading.verdict();
    let signer = verdict.signer();
    let from: Vec<&str> = reading
        .from()
        .iter()
        .map(|from| from.address.as_str())
        .collect();
    let header = |name| reading.header(name).map(|value| value.raw().to_owned());
    let mut certificates = Vec::new();
    let facts: Vec<&SignatureFact> = reading.evidence().signatures().collect();
    for fact in facts {
        let Some(fingerprint) = &fact.signer else {
            continue;
        };
        if let Some(cert) = desk.store.cert(fingerprint)? {
            certificates.push(json!({
                "fingerprint": fingerprint.as_hex(),
                "kind": cert.kind(),
                "data": String::from_utf8_lossy(&cert.to_armored()),
            }));
        }
    }
    Ok(json!({
        "made_at": desk.clock.now().to_string(),
        "judged_at": desk.judging_time().to_string(),
        "program": concat!("Waxwing ", env!("CARGO_PKG_VERSION")),
        "message": {
            "sha256": smime::sha256_hex(original).ok_or_else(library)?,
            "size": original.len(),
        },
        "payload": {
            "sha256": smime::sha256_hex(reading.payload()).ok_or_else(library)?,
            "size": reading.payload().len(),
        },
        "summary": verdict.summary().word(),
        "why_not": verdict.why_not().map(|why| why.word()),
        "scheme": reading.scheme().map(|scheme| scheme.word()),
        "signer": signer.map(|signer| json!({
            "address": signer.address.as_ref().map(|address| address.as_str()),
            "fingerprint": signer.fingerprint.as_hex(),
            "checked": signer.checked.word(),
            "signed_at": signer.signed_at.map(|time| time.to_string()),
        })),
        "header": {
            "from": from,
            "to": header("To"),
            "cc": header("Cc"),
            "date": header("Date"),
            "subject": header("Subject"),
            "message_id": header("Message-ID"),
        },
        "layers": layers(reading),
        "certificates": certificates,
        "chain": match signer {
            Some(signer) => chain_of(desk, &signer.fingerprint, watch)?,
            None => Value::Null,
        },
    }))
}

/// Who vouches for an S/MIME signer, as far as is known here; nothing is fetched.
fn chain_of(desk: &Desk, signer: &Fingerprint, watch: &Watch) -> Result<Value, Failure> {
    let smime = desk
        .store
        .cert(signer)?
        .is_some_and(|cert| cert.scheme() == Scheme::Smime);
    if !smime {
        return Ok(Value::Null);
    }
    let question = ChainQuestion {
        leaf: ChainLeaf::Key(signer.to_string()),
        roots: None,
        with: None,
        crls: None,
        address: None,
        purpose: Purpose::Sign,
        policies: Vec::new(),
        allow_weak: false,
        fetch: false,
        ask_revocation: false,
    };
    let answer = match chain::check(desk, &question, watch) {
        Ok(answer) => answer,
        Err(Failure::Cancelled) => return Err(Failure::Cancelled),
        Err(_) => return Ok(Value::Null),
    };
    let path = answer.chain.path.iter();
    let path: Vec<Value> = path
        .map(|certificate| json!(certificate.subject.text().raw()))
        .collect();
    Ok(json!({
        "valid": answer.chain.is_valid(),
        "path": path,
        "reason": answer.chain.fault.as_ref().map(|fault| fault.reason.code()),
    }))
}

fn layers(reading: &Reading) -> Vec<Value> {
    reading.layers().iter().map(layer).collect()
}

fn layer(layer: &Layer) -> Value {
    match layer {
        Layer::OpenPgpEncrypted(fact)
        | Layer::SmimeEnveloped(fact)
        | Layer::SmimeAuthEnveloped(fact) => json!({
            "kind": layer.word(),
            "algorithm": fact.algorithm,
            "recipients": fact.recipients.len(),
        }),
        Layer::OpenPgpSigned(facts) | Layer::SmimeSigned(facts) => json!({
            "kind": layer.word(),
            "signatures": facts.iter().map(signature).collect::<Vec<_>>(),
        }),
        Layer::SmimeCompressed => json!({ "kind": layer.word() }),
    }
}

fn signature(fact: &SignatureFact) -> Value {
    json!({
        "state": fact.state.word(),
        "signer": fact.signer.as_ref().map(|signer| signer.as_hex()),
        "issuer": fact.issuer,
        "made": fact.made.map(|time| time.to_string()),
        "algorithm": fact.algorithm,
        "hash": fact.hash,
    })
}
