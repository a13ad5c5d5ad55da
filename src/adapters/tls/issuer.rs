//! Who signed a certificate, in its own words: for telling a person whom nobody here knows.

/// Most bytes of a name that are shown.
const SHOWN: usize = 200;

/// The issuer that the certificate (DER) names: the common name, else the organisation
/// (RFC 5280 §4.1.2.4). `None` when it cannot be read.
pub(super) fn issuer(certificate: &[u8]) -> Option<String> {
    let (outer, _) = element(certificate, SEQUENCE)?;
    let (mut rest, _) = element(outer, SEQUENCE)?;
    if let Some((_, after)) = element(rest, VERSION) {
        rest = after;
    }
    let (_, rest) = element(rest, INTEGER)?;
    let (_, rest) = element(rest, SEQUENCE)?;
    let (mut name, _) = element(rest, SEQUENCE)?;
    let mut organisation = None;
    while let Some((mut set, after)) = element(name, SET) {
        name = after;
        while let Some((pair, after)) = element(set, SEQUENCE) {
            set = after;
            let (kind, value) = element(pair, OBJECT_IDENTIFIER)?;
            match kind {
                COMMON_NAME => return text(value),
                ORGANISATION => organisation = text(value),
                _ => {}
            }
        }
    }
    organisation
}

const INTEGER: u8 = 0x02;
const OBJECT_IDENTIFIER: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const VERSION: u8 = 0xa0;
/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.10
const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

/// The contents of the element with this tag at the start of `der`, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    if found != tag {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // The long form, up to four bytes of length (X.690 §8.1.3.5).
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits.iter().fold(0_u64, |n, d| n << 8 | u64::from(*d));
            (usize::try_from(length).ok()?, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// A directory string: UTF-8, printable, IA5 and T61 as UTF-8 as far as it goes, BMP as UTF-16.
fn text(value: &[u8]) -> Option<String> {
    let (&tag, _) = value.split_first()?;
    let (bytes, _) = element(value, tag)?;
    let bytes = bytes.get(..bytes.len().min(SHOWN))?;
    match tag {
        0x0c | 0x13 | 0x14 | 0x16 => Some(String::from_utf8_lossy(bytes).into_owned()),
        0x1e => {
            let units = bytes.chunks_exact(2);
            let units = units.map(|pair| pair.iter().fold(0_u16, |n, b| n << 8 | u16::from(*b)));
            Some(String::from_utf16_lossy(&units.collect::<Vec<_>>()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::issuer;
    use rcgen::{CertificateParams, DnType, KeyPair};

    fn certificate(named: &[(DnType, &str)]) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        for (kind, value) in named {
            params.distinguished_name.push(kind.clone(), *value);
        }
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn the_common_name_or_the_organisation_is_read() {
        let both = [
            (DnType::OrganizationName, "Ümlaut Org"),
            (DnType::CommonName, "Test CA"),
        ];
        assert_eq!(issuer(&certificate(&both)).unwrap(), "Test CA");
        assert_eq!(issuer(&certificate(&both[..1])).unwrap(), "Ümlaut Org");
        assert_eq!(issuer(&certificate(&[])), None);
    }

    #[test]
    fn rule_30_a_broken_certificate_has_no_issuer() {
        let whole = certificate(&[(DnType::CommonName, "Test CA")]);
        for length in 0..whole.len() {
            assert_eq!(issuer(&whole[..length]), None, "cut at {length}");
        }
        for at in 0..whole.len() {
            for value in [0x00, 0x7f, 0x80, 0x84, 0xff] {
                let mut bent = whole.clone();
                bent[at] = value;
                let _ = issuer(&bent);
            }
        }
    }
}
