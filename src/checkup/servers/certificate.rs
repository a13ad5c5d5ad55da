//! A server's certificate: its name, its dates, who vouches for it; and what DANE binds it to.

use super::super::finding::{Detail, Finding, FindingId, Owner};
use super::Session;
use crate::cert::X509Cert;
use crate::dns::{NotKnown, Tlsa};
use aws_lc_rs::digest;

/// Most names of a certificate that are told.
const NAMES: usize = 20;

/// Judges name, dates and issuer. Who binds the server's own certificate by DANE need not care about
/// them (RFC 7672 §3.1.1); of a host that was only guessed, a strange name is no fault.
pub(super) fn check(
    session: &Session,
    subject: &str,
    bound: bool,
    guessed: bool,
    findings: &mut Vec<Finding>,
) {
    use FindingId::{TlsExpired, TlsName, TlsUntrusted};
    if bound {
        findings.extend([TlsName, TlsExpired, TlsUntrusted].map(|id| Finding::pass(id, subject)));
        return;
    }
    let wrong = |id| match guessed {
        true => Finding::advice(id, subject, Owner::Provider),
        false => Finding::fail(id, subject, Owner::Provider),
    };
    findings.push(match &session.other_names {
        None => Finding::pass(TlsName, subject),
        Some(names) => {
            let names = names.iter().take(NAMES).cloned().collect();
            wrong(TlsName).with(Detail::Names(names))
        }
    });
    let own = session.chain.first();
    findings.push(match own.map(|der| X509Cert::from_der(der)) {
        Some(Ok(cert)) if session.at > cert.not_after() => {
            let fail = Finding::fail(TlsExpired, subject, Owner::Provider);
            fail.with(Detail::Text(format!("it ended {}", cert.not_after())))
        }
        Some(Ok(cert)) if session.at < cert.not_before() => {
            let fail = Finding::fail(TlsExpired, subject, Owner::Provider);
            fail.with(Detail::Text(format!("it begins {}", cert.not_before())))
        }
        Some(Ok(_)) => Finding::pass(TlsExpired, subject),
        Some(Err(_)) | None => Finding::unknown(TlsExpired, subject, NotKnown::Garbage),
    });
    findings.push(match session.vouched {
        Some(true) => Finding::pass(TlsUntrusted, subject),
        Some(false) => wrong(TlsUntrusted),
        None => Finding::unknown(TlsUntrusted, subject, NotKnown::NotAsked),
    });
}

/// What DANE says about a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dane {
    /// A record binds the server's own certificate, and this is it.
    Own,
    /// A record binds an authority, and it stands in the chain.
    Authority,
    /// There are usable records, and none fits.
    Mismatch,
    /// None of the records can be used for mail (RFC 7672 §3.1.3).
    Unusable,
}

/// Holds the records against the certificates (RFC 6698 §2.1, RFC 7672 §3.1).
pub(super) fn dane(records: &[&Tlsa], chain: &[Vec<u8>]) -> Dane {
    let mut usable = false;
    let mut found = None;
    for record in records {
        if !matches!(record.usage, 2 | 3) || record.selector > 1 || record.matching > 2 {
            continue;
        }
        usable = true;
        if record.usage == 3 {
            if chain.first().is_some_and(|own| fits(record, own)) {
                return Dane::Own;
            }
        } else if chain.iter().skip(1).any(|above| fits(record, above))
            // An authority whose whole certificate stands in DNS need not be sent along.
            || (record.matching == 0 && record.selector == 0)
        {
            found = Some(Dane::Authority);
        }
    }
    match (found, usable) {
        (Some(found), _) => found,
        (None, true) => Dane::Mismatch,
        (None, false) => Dane::Unusable,
    }
}

fn fits(record: &Tlsa, der: &[u8]) -> bool {
    let parsed = match record.selector {
        0 => None,
        _ => match X509Cert::from_der(der) {
            Ok(cert) => Some(cert),
            Err(_) => return false,
        },
    };
    let bytes = parsed.as_ref().map_or(der, |cert| cert.spki());
    let hashed = |with| digest::digest(with, bytes).as_ref() == record.data;
    match record.matching {
        0 => bytes == record.data,
        1 => hashed(&digest::SHA256),
        _ => hashed(&digest::SHA512),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_fit_the_certificates_that_they_bind() {
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(vec!["mx.example.org".to_owned()]).unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        let spki = X509Cert::from_der(&der).unwrap().spki().to_vec();
        let sha = |with, bytes: &[u8]| digest::digest(with, bytes).as_ref().to_vec();
        let record = |usage, selector, matching, data: &[u8]| Tlsa {
            usage,
            selector,
            matching,
            data: data.to_vec(),
        };
        let chain = [der.clone()];
        let above = [vec![1, 2, 3], der.clone()];
        for (record, chain, expected) in [
            (
                record(3, 1, 1, &sha(&digest::SHA256, &spki)),
                &chain[..],
                Dane::Own,
            ),
            (
                record(3, 0, 1, &sha(&digest::SHA256, &der)),
                &chain,
                Dane::Own,
            ),
            (
                record(3, 1, 2, &sha(&digest::SHA512, &spki)),
                &chain,
                Dane::Own,
            ),
            (record(3, 0, 0, &der), &chain, Dane::Own),
            (
                record(3, 1, 1, &sha(&digest::SHA256, &der)),
                &chain,
                Dane::Mismatch,
            ),
            (
                record(2, 0, 1, &sha(&digest::SHA256, &der)),
                &above,
                Dane::Authority,
            ),
            (
                record(2, 0, 1, &sha(&digest::SHA256, &der)),
                &chain,
                Dane::Mismatch,
            ),
            (
                record(1, 1, 1, &sha(&digest::SHA256, &spki)),
                &chain,
                Dane::Unusable,
            ),
            (record(3, 1, 9, &spki), &chain, Dane::Unusable),
        ] {
            assert_eq!(dane(&[&record], chain), expected, "{record:?}");
        }
        let wrong = record(3, 1, 1, b"x");
        let right = record(3, 1, 0, &spki);
        assert_eq!(dane(&[&wrong, &right], &chain), Dane::Own);
    }
}
