//! Asking an authority about one certificate (RFC 6960): the question, and what makes an answer count.

use super::super::name::Name;
use super::super::tlv::{self, NotDer, Reader, Tlv, tag};
use super::certificate::Certificate;
use super::crl::Entry;
use super::extensions::Extension;
use super::ids;
use super::signature::{self, Algorithm};
use super::validate::{in_time, verify};
use super::when::When;

/// Largest answer that is read, in bytes.
pub const ANSWER_BYTES: usize = 256 << 10;
/// Octets of a nonce (RFC 9654).
pub const NONCE: usize = 32;
/// Most answers in one response, and most certificates that come along.
const ENTRIES: usize = 100;
const CERTIFICATES: usize = 8;
/// How far clocks may differ, in seconds.
const DRIFT: i64 = 300;

/// One question: about `certificate`, which `issuer` signed.
pub struct Question<'a> {
    /// The certificate.
    pub certificate: &'a Certificate,
    /// Its issuer.
    pub issuer: &'a Certificate,
    /// Random octets that tie the answer to this question.
    pub nonce: [u8; NONCE],
}

/// What the authority says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Since when it is revoked; `None` when it is not.
    pub revoked: Option<Entry>,
    /// As of when.
    pub this_update: When,
    /// Until when the answer may be kept.
    pub next_update: Option<When>,
}

/// Why an answer does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadAnswer {
    /// It is none, or damaged.
    NotAnAnswer,
    /// The responder gives none (RFC 6960 §4.2.1: 1 to 6).
    Declined(u8),
    /// It is about another certificate.
    OtherCertificate,
    /// It answers another question: the nonce differs.
    OtherQuestion,
    /// Whoever signed it may not speak for the certificate's issuer.
    NotAuthorised,
    /// Its signature does not hold, or is over a hash that can be collided.
    BadSignature,
    /// It is too old, or from the future.
    Stale,
    /// The responder does not know the certificate.
    Unknown,
}

impl Question<'_> {
    /// The request, to be posted as `application/ocsp-request`.
    pub fn to_der(&self) -> Vec<u8> {
        let request = tlv::write(tag::SEQUENCE, &self.id());
        let list = tlv::write(tag::SEQUENCE, &request);
        let nonce = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::OID, ids::OCSP_NONCE),
                &tlv::write(
                    tag::OCTET_STRING,
                    &tlv::write(tag::OCTET_STRING, &self.nonce),
                ),
            ],
        );
        let extensions = tlv::write(tag::constructed(2), &tlv::write(tag::SEQUENCE, &nonce));
        tlv::write(
            tag::SEQUENCE,
            &tlv::write_all(tag::SEQUENCE, &[&list, &extensions]),
        )
    }

    /// CertID with SHA-1, which every responder knows: it only names, nothing rests on it.
    fn id(&self) -> Vec<u8> {
        let algorithm = tlv::write_all(
            tag::SEQUENCE,
            &[
                &tlv::write(tag::OID, ids::SHA1),
                &tlv::write(tag::NULL, &[]),
            ],
        );
        tlv::write_all(
            tag::SEQUENCE,
            &[
                &algorithm,
                &tlv::write(tag::OCTET_STRING, &self.name_hash()),
                &tlv::write(tag::OCTET_STRING, &key_hash(self.issuer)),
                &tlv::write(tag::INTEGER, &self.certificate.serial),
            ],
        )
    }

    fn name_hash(&self) -> [u8; 20] {
        openssl::sha::sha1(self.certificate.issuer.der())
    }

    fn is_asked_about(&self, id: &Tlv<'_>) -> Result<bool, NotDer> {
        let mut inside = id.inside();
        let algorithm = inside.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?;
        let name = inside.expect(tag::OCTET_STRING)?.value;
        let key = inside.expect(tag::OCTET_STRING)?.value;
        let serial = inside.expect(tag::INTEGER)?.value;
        inside.finish()?;
        Ok(algorithm.value == ids::SHA1
            && name == self.name_hash()
            && key == key_hash(self.issuer)
            && serial == self.certificate.serial)
    }

    /// Reads and checks the answer, as of `now`.
    ///
    /// # Errors
    /// Everything that keeps it from counting.
    pub fn judge(&self, answer: &[u8], now: When) -> Result<Answer, BadAnswer> {
        if answer.len() > ANSWER_BYTES {
            return Err(BadAnswer::NotAnAnswer);
        }
        let not = |_: NotDer| BadAnswer::NotAnAnswer;
        let basic = basic(answer)?;
        let mut parts = tlv::only(&basic, tag::SEQUENCE).map_err(not)?.inside();
        let data = parts.expect(tag::SEQUENCE).map_err(not)?;
        let algorithm = parts.expect(tag::SEQUENCE).map_err(not)?.whole;
        let bits = parts.expect(tag::BIT_STRING).map_err(not)?;
        let signature = tlv::octets_of_bits(&bits).map_err(not)?;
        let along = certificates(&mut parts).map_err(not)?;
        let read = read_data(&data).map_err(not)?;
        let signer = self.signer(&read.responder, &along, now)?;
        let weak = Algorithm::read(algorithm).map(Algorithm::weak_hash);
        let holds = signature::verify(algorithm, data.whole, signature, &signer.key).is_ok();
        if !holds || weak != Ok(None) {
            return Err(BadAnswer::BadSignature);
        }
        if read.nonce.is_some_and(|nonce| nonce != self.nonce) {
            return Err(BadAnswer::OtherQuestion);
        }
        let single = self.single(&read)?;
        let late = single.next_update.is_some_and(|end| end.plus(DRIFT) < now);
        // Without nonce and end, an old answer could be played again for ever.
        let endless = read.nonce.is_none() && single.next_update.is_none();
        if single.this_update > now.plus(DRIFT) || late || endless {
            return Err(BadAnswer::Stale);
        }
        Ok(single)
    }

    fn single(&self, data: &Data<'_>) -> Result<Answer, BadAnswer> {
        let not = |_: NotDer| BadAnswer::NotAnAnswer;
        let mut reader = data.responses;
        let mut count = 0usize;
        while !reader.is_empty() {
            count = count.saturating_add(1);
            if count > ENTRIES {
                return Err(BadAnswer::NotAnAnswer);
            }
            let mut one = reader.expect(tag::SEQUENCE).map_err(not)?.inside();
            let id = one.expect(tag::SEQUENCE).map_err(not)?;
            if self.is_asked_about(&id).map_err(not)? {
                return status(one);
            }
        }
        Err(BadAnswer::OtherCertificate)
    }

    /// Whoever signed: the issuer, or one whom the issuer named for that (RFC 6960 §4.2.2.2).
    fn signer<'b>(
        &'b self,
        responder: &Responder,
        along: &'b [Certificate],
        now: When,
    ) -> Result<&'b Certificate, BadAnswer> {
        if responder.is(self.issuer) {
            return Ok(self.issuer);
        }
        let named = |certificate: &&Certificate| {
            let uses = certificate
                .extensions
                .extended
                .as_deref()
                .unwrap_or_default();
            responder.is(certificate)
                && uses.iter().any(|u| u == ids::OCSP_SIGNING)
                && certificate.issuer_form() == self.issuer.subject_form()
                && certificate.extensions.unknown_critical.is_none()
                && in_time(certificate, now).is_ok()
                && certificate.key.weakness().is_none()
                && verify(certificate, &self.issuer.key).is_ok()
        };
        along.iter().find(named).ok_or(BadAnswer::NotAuthorised)
    }
}

fn key_hash(certificate: &Certificate) -> [u8; 20] {
    openssl::sha::sha1(certificate.key.octets())
}

/// ResponderID.
enum Responder {
    Name(Vec<u8>),
    Key(Vec<u8>),
}

impl Responder {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Responder::Name(form) => form == certificate.subject_form(),
            Responder::Key(hash) => *hash == key_hash(certificate),
        }
    }
}

struct Data<'a> {
    responder: Responder,
    responses: Reader<'a>,
    nonce: Option<&'a [u8]>,
}

/// The BasicOCSPResponse in an OCSPResponse.
fn basic(answer: &[u8]) -> Result<Vec<u8>, BadAnswer> {
    let not = |_: NotDer| BadAnswer::NotAnAnswer;
    let mut inside = tlv::only(answer, tag::SEQUENCE).map_err(not)?.inside();
    match inside.expect(0x0A).map_err(not)?.value {
        [0] => {}
        [code] => return Err(BadAnswer::Declined(*code)),
        _ => return Err(BadAnswer::NotAnAnswer),
    }
    let bytes = inside.expect(tag::constructed(0)).map_err(not)?.value;
    let mut bytes = tlv::only(bytes, tag::SEQUENCE).map_err(not)?.inside();
    if bytes.expect(tag::OID).map_err(not)?.value != ids::OCSP_BASIC {
        return Err(BadAnswer::NotAnAnswer);
    }
    let basic = bytes.expect(tag::OCTET_STRING).map_err(not)?.value;
    Ok(basic.to_vec())
}

fn certificates(parts: &mut Reader<'_>) -> Result<Vec<Certificate>, NotDer> {
    let mut found = Vec::new();
    if let Some(list) = parts.optional(tag::constructed(0))? {
        let mut reader = tlv::only(list.value, tag::SEQUENCE)?.inside();
        while !reader.is_empty() && found.len() < CERTIFICATES {
            found.extend(Certificate::from_der(reader.any()?.whole));
        }
    }
    Ok(found)
}

fn read_data<'a>(data: &Tlv<'a>) -> Result<Data<'a>, NotDer> {
    let mut inside = data.inside();
    if let Some(version) = inside.optional(tag::constructed(0))?
        && tlv::small(&tlv::only(version.value, tag::INTEGER)?)? != 0
    {
        return Err(NotDer);
    }
    let responder = inside.any()?;
    let responder = match responder.tag {
        0xA1 => Responder::Name(Name::from_der(responder.value)?.canonical()),
        0xA2 => Responder::Key(
            tlv::only(responder.value, tag::OCTET_STRING)?
                .value
                .to_vec(),
        ),
        _ => return Err(NotDer),
    };
    When::read(&inside.expect(tag::GENERALIZED_TIME)?)?;
    let responses = inside.expect(tag::SEQUENCE)?.inside();
    let mut nonce = None;
    if let Some(list) = inside.optional(tag::constructed(1))? {
        let mut extensions = tlv::only(list.value, tag::SEQUENCE)?.inside();
        while !extensions.is_empty() {
            let extension = Extension::read(&mut extensions)?;
            if extension.kind == ids::OCSP_NONCE {
                nonce = Some(tlv::only(extension.value, tag::OCTET_STRING)?.value);
            } else if extension.critical {
                return Err(NotDer);
            }
        }
    }
    inside.finish()?;
    Ok(Data {
        responder,
        responses,
        nonce,
    })
}

/// certStatus and what follows it.
fn status(mut one: Reader<'_>) -> Result<Answer, BadAnswer> {
    let not = |_: NotDer| BadAnswer::NotAnAnswer;
    let status = one.any().map_err(not)?;
    let revoked = match status.tag {
        0x80 => None,
        0xA1 => Some(revocation(&status).map_err(not)?),
        0x82 => return Err(BadAnswer::Unknown),
        _ => return Err(BadAnswer::NotAnAnswer),
    };
    let time = |of: Result<Tlv<'_>, NotDer>| of.and_then(|t| When::read(&t)).map_err(not);
    let this_update = time(one.expect(tag::GENERALIZED_TIME))?;
    let next_update = match one.optional(tag::constructed(0)).map_err(not)? {
        Some(wrapped) => Some(time(tlv::only(wrapped.value, tag::GENERALIZED_TIME))?),
        None => None,
    };
    Ok(Answer {
        revoked,
        this_update,
        next_update,
    })
}

fn revocation(status: &Tlv<'_>) -> Result<Entry, NotDer> {
    let mut inside = status.inside();
    let at = When::read(&inside.expect(tag::GENERALIZED_TIME)?)?;
    let reason = match inside.optional(tag::constructed(0))? {
        Some(wrapped) => match tlv::only(wrapped.value, 0x0A)?.value {
            [code] => *code,
            _ => return Err(NotDer),
        },
        None => 0,
    };
    Ok(Entry { at, reason })
}
