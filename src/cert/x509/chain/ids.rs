//! Object identifiers that only chains and revocation need, as content octets.

/// id-ad-ocsp.
pub const OCSP: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1];
/// id-ad-caIssuers.
pub const CA_ISSUERS: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 2];
/// id-pkix-ocsp-basic.
pub const OCSP_BASIC: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 1];
/// id-pkix-ocsp-nonce.
pub const OCSP_NONCE: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 0x30, 1, 2];
/// id-kp-OCSPSigning.
pub const OCSP_SIGNING: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 9];
/// anyPolicy.
pub const ANY_POLICY: &[u8] = &[0x55, 0x1D, 32, 0];
/// cRLNumber.
pub const CRL_NUMBER: &[u8] = &[0x55, 0x1D, 20];
/// deltaCRLIndicator.
pub const DELTA_INDICATOR: &[u8] = &[0x55, 0x1D, 27];
/// issuingDistributionPoint.
pub const ISSUING_POINT: &[u8] = &[0x55, 0x1D, 28];
/// reasonCode of a CRL's entry.
pub const REASON_CODE: &[u8] = &[0x55, 0x1D, 21];
/// invalidityDate of a CRL's entry.
pub const INVALIDITY_DATE: &[u8] = &[0x55, 0x1D, 24];
/// certificateIssuer of a CRL's entry.
pub const CERTIFICATE_ISSUER: &[u8] = &[0x55, 0x1D, 29];
/// SHA-1.
pub const SHA1: &[u8] = &[0x2B, 14, 3, 2, 26];
/// MGF1.
pub const MGF1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 8];
/// The SHA-2 family: SHA-256, -384, -512, -224 end in 1, 2, 3, 4.
pub const SHA2: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2];
/// PKCS #1: the signature algorithms follow.
pub const PKCS1: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1];
/// ecdsa-with-SHA1.
pub const ECDSA_SHA1: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 1];
/// ecdsa-with-SHA2; SHA-224, -256, -384, -512 end in 1, 2, 3, 4.
pub const ECDSA_SHA2: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3];
/// dsa-with-sha1.
pub const DSA_SHA1: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 3];

/// The content octets of an identifier written with dots; `None` when it is none.
pub fn parse(dotted: &str) -> Option<Vec<u8>> {
    let mut numbers = Vec::new();
    for part in dotted.split('.') {
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        numbers.push(part.parse::<u64>().ok()?);
    }
    let [top, second, rest @ ..] = numbers.as_slice() else {
        return None;
    };
    if *top > 2 || (*top < 2 && *second > 39) {
        return None;
    }
    let mut out = Vec::new();
    push(&mut out, top.checked_mul(40)?.checked_add(*second)?);
    for number in rest {
        push(&mut out, *number);
    }
    Some(out)
}

fn push(out: &mut Vec<u8>, number: u64) {
    let mut sevens = Vec::new();
    let mut left = number;
    loop {
        sevens.push(u8::try_from(left & 0x7F).unwrap_or(0));
        left >>= 7;
        if left == 0 {
            break;
        }
    }
    while let Some(digit) = sevens.pop() {
        out.push(if sevens.is_empty() {
            digit
        } else {
            digit | 0x80
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::oid;
    use super::*;

    #[test]
    fn identifiers_are_read_as_they_are_shown() {
        for text in [
            "2.5.29.32.0",
            "2.16.840.1.101.3.2.1.48.1",
            "1.2.840.113549.1.9.1",
            "2.999",
        ] {
            assert_eq!(oid::dotted(&parse(text).unwrap()), text);
        }
        for text in [
            "",
            "1",
            "1.40",
            "3.1",
            "1.2.",
            "1.+2",
            "1.2.99999999999999999999",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
