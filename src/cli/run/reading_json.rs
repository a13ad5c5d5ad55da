//! A message as `open --json` says it.

use crate::read::{
    EncryptionFact, ErrantKind, FieldProtection, Integrity, Layer, Link, OuterValue,
    ProtectedField, Reading, RecipientHandle, SignatureFact, SignatureState, name_cautions,
};
use crate::wording;
use serde_json::{Value, json};

/// The whole document.
pub fn reading_json(reading: &Reading) -> Value {
    let verdict = reading.verdict();
    let from: Vec<&str> = reading
        .from()
        .iter()
        .map(|mailbox| mailbox.address.as_str())
        .collect();
    let signer = verdict.signer().map(|signer| {
        json!({
            "address": signer.address.as_ref().map(|a| a.as_str()),
            "fingerprint": signer.fingerprint.as_hex(),
            "checked": signer.checked.word(),
        })
    });
    let signed_at = verdict
        .signer()
        .and_then(|signer| signer.signed_at)
        .map(|time| time.to_string());
    let careful = reading.attachments().iter().filter_map(|file| {
        let words = wording::attachment_caution(file);
        let text = format!("{}: {words}", wording::attachment_name(file));
        (!words.is_empty()).then(|| json!({"code": "dangerous-name", "text": text}))
    });
    let cautions: Vec<Value> = reading
        .cautions()
        .iter()
        .map(|caution| json!({"code": caution.code(), "text": wording::caution(*caution)}))
        .chain(careful)
        .collect();
    let attachments: Vec<Value> = reading
        .attachments()
        .iter()
        .map(|a| {
            let cautions: Vec<&str> = name_cautions(&a.name)
                .into_iter()
                .map(|caution| caution.code())
                .collect();
            json!({
                "name": a.name.to_string(),
                "type": a.media,
                "size": a.size,
                "cautions": cautions,
            })
        })
        .collect();
    let links: Vec<Value> = reading.links().iter().map(link).collect();
    let hidden = reading.hidden_text();
    let hidden = (hidden.characters > 0)
        .then(|| json!({"characters": hidden.characters, "begins": hidden.sample}));
    let errant: Vec<Value> = reading
        .errant()
        .iter()
        .map(|e| json!({"path": e.path, "kind": errant_word(e.kind)}))
        .collect();
    json!({
        "summary": verdict.summary().word(),
        "scheme": reading.scheme().map(|scheme| scheme.word()),
        "from": from,
        "signer": signer,
        "signed_at": signed_at,
        "why_not": verdict.why_not().map(|why| why.word()),
        "encryption": verdict.encryption().map(encryption),
        "cautions": cautions,
        "headers": reading.headers().iter().map(header).collect::<Vec<_>>(),
        "payload": {
            "text": reading.text(),
            "attachments": attachments,
            "links": links,
            "hidden_text": hidden,
        },
        "layers": reading.layers().iter().map(layer).collect::<Vec<_>>(),
        "errant": errant,
    })
}

fn link(link: &Link) -> Value {
    json!({
        "text": link.shown.raw(),
        "target": link.target.raw(),
        "host": link.host,
        "domain": link.domain,
        "warning": link.warning.as_ref().map(|warning| json!({
            "code": warning.code(),
            "text": wording::link_warning(warning),
        })),
    })
}

fn encryption(fact: &EncryptionFact) -> Value {
    json!({
        "integrity": integrity_word(fact.integrity),
        "recipients": fact.recipients.iter().map(recipient).collect::<Vec<_>>(),
        "algorithm": fact.algorithm,
    })
}

fn integrity_word(integrity: Integrity) -> &'static str {
    match integrity {
        Integrity::Aead => "aead",
        Integrity::Mdc => "mdc",
        Integrity::Cbc | Integrity::None => "none",
    }
}

fn recipient(handle: &RecipientHandle) -> &str {
    match handle {
        RecipientHandle::Cert(fingerprint) | RecipientHandle::Key(fingerprint) => {
            fingerprint.as_hex()
        }
        RecipientHandle::KeyId(id) | RecipientHandle::Named(id) => id,
        RecipientHandle::Hidden => "hidden",
    }
}

fn header(field: &ProtectedField) -> Value {
    let protection = match field.protection {
        FieldProtection::Unprotected => "unprotected",
        FieldProtection::SignedOnly => "signed-only",
        FieldProtection::EncryptedOnly => "encrypted-only",
        FieldProtection::SignedAndEncrypted => "signed-and-encrypted",
    };
    let outer = match &field.outer {
        OuterValue::Same => Some(field.value.raw()),
        OuterValue::Absent => None,
        OuterValue::Different(value) => Some(value.raw()),
    };
    json!({
        "name": field.name,
        "value": field.value.raw(),
        "protection": protection,
        "outer": outer,
    })
}

fn layer(layer: &Layer) -> Value {
    match layer {
        Layer::OpenPgpEncrypted(fact) => encrypted("openpgp-encrypted", fact),
        Layer::SmimeEnveloped(fact) => encrypted("smime-enveloped", fact),
        Layer::SmimeAuthEnveloped(fact) => encrypted("smime-auth-enveloped", fact),
        Layer::OpenPgpSigned(facts) => {
            // One good signature suffices, of whichever the verdict then judges the signer.
            let ok = facts.iter().any(|fact| fact.state == SignatureState::Good);
            signed("openpgp-signed", facts, ok)
        }
        Layer::SmimeSigned(facts) => {
            let ok = matches!(facts.as_slice(), [one] if one.state == SignatureState::Good);
            signed("smime-signed", facts, ok)
        }
        Layer::SmimeCompressed => json!({
            "kind": "smime-compressed",
            "ok": true,
            "detail": "zlib",
        }),
    }
}

fn encrypted(kind: &str, fact: &EncryptionFact) -> Value {
    json!({
        "kind": kind,
        "ok": fact.integrity != Integrity::None,
        "detail": format!(
            "{}, integrity {}, {} recipients",
            fact.algorithm,
            integrity_word(fact.integrity),
            fact.recipients.len()
        ),
    })
}

fn signed(kind: &str, facts: &[SignatureFact], ok: bool) -> Value {
    let details: Vec<String> = facts.iter().map(signature).collect();
    json!({"kind": kind, "ok": ok, "detail": details.join("; ")})
}

fn signature(fact: &SignatureFact) -> String {
    let state = match fact.state {
        SignatureState::Good => "good",
        SignatureState::FromFuture => "from the future",
        SignatureState::Revoked => "by a revoked key",
        SignatureState::Expired => "expired",
        SignatureState::WeakHash => "weak hash",
        SignatureState::WeakKey => "weak key",
        SignatureState::UnfitKey => "by a key that is not for signing",
        SignatureState::Conflicting => "two contents, inside and beside it",
        SignatureState::Bad => "bad",
        SignatureState::NoCert => "no certificate",
        SignatureState::Unreadable => "unreadable",
    };
    let signer = fact
        .signer
        .as_ref()
        .map(|f| f.as_hex())
        .or(fact.issuer.as_deref())
        .unwrap_or("unknown");
    format!("{state}, {signer}, {}, {}", fact.algorithm, fact.hash)
}

fn errant_word(kind: ErrantKind) -> &'static str {
    match kind {
        ErrantKind::OpenPgpEncrypted => "openpgp-encrypted",
        ErrantKind::OpenPgpSigned => "openpgp-signed",
        ErrantKind::SmimeEnveloped => "smime-enveloped",
        ErrantKind::SmimeAuthEnveloped => "smime-auth-enveloped",
        ErrantKind::SmimeSigned => "smime-signed",
        ErrantKind::SmimeCompressed => "smime-compressed",
    }
}
