//! Object identifiers by name (their content octets), and as people write them.

/// Shows the content octets of an OBJECT IDENTIFIER with dots, as in `1.2.840.113549`. What is none
/// is shown in hex.
pub fn dotted(octets: &[u8]) -> String {
    let mut numbers: Vec<u128> = Vec::new();
    let mut number: u128 = 0;
    for octet in octets.iter().take(64) {
        if number >> 120 != 0 {
            return hex(octets);
        }
        number = (number << 7) | u128::from(octet & 0x7F);
        if octet & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let Some((first, rest)) = numbers.split_first() else {
        return hex(octets);
    };
    let (top, second) = match first {
        0..=39 => (0, *first),
        40..=79 => (1, first.saturating_sub(40)),
        _ => (2, first.saturating_sub(80)),
    };
    let mut text = format!("{top}.{second}");
    for number in rest {
        text.push_str(&format!(".{number}"));
    }
    text
}

/// Upper-case hex.
pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// id-ce (2.5.29).
pub mod ce {
    /// subjectDirectoryAttributes.
    pub const DIRECTORY_ATTRIBUTES: &[u8] = &[0x55, 0x1D, 9];
    /// subjectKeyIdentifier.
    pub const SUBJECT_KEY: &[u8] = &[0x55, 0x1D, 14];
    /// keyUsage.
    pub const KEY_USAGE: &[u8] = &[0x55, 0x1D, 15];
    /// subjectAltName.
    pub const SUBJECT_ALT_NAME: &[u8] = &[0x55, 0x1D, 17];
    /// issuerAltName.
    pub const ISSUER_ALT_NAME: &[u8] = &[0x55, 0x1D, 18];
    /// basicConstraints.
    pub const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 19];
    /// nameConstraints.
    pub const NAME_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 30];
    /// cRLDistributionPoints.
    pub const CRL_POINTS: &[u8] = &[0x55, 0x1D, 31];
    /// certificatePolicies.
    pub const POLICIES: &[u8] = &[0x55, 0x1D, 32];
    /// policyMappings.
    pub const POLICY_MAPPINGS: &[u8] = &[0x55, 0x1D, 33];
    /// authorityKeyIdentifier.
    pub const AUTHORITY_KEY: &[u8] = &[0x55, 0x1D, 35];
    /// policyConstraints.
    pub const POLICY_CONSTRAINTS: &[u8] = &[0x55, 0x1D, 36];
    /// extKeyUsage.
    pub const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37];
    /// freshestCRL.
    pub const FRESHEST_CRL: &[u8] = &[0x55, 0x1D, 46];
    /// inhibitAnyPolicy.
    pub const INHIBIT_ANY: &[u8] = &[0x55, 0x1D, 54];
}

/// id-pe-authorityInfoAccess (RFC 5280 §4.2.2.1).
pub const AUTHORITY_INFO: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 1, 1];
/// id-on-SmtpUTF8Mailbox (RFC 9598).
pub const SMTP_UTF8_MAILBOX: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 8, 9];
/// id-kp-emailProtection.
pub const EMAIL_PROTECTION: &[u8] = &[0x2B, 6, 1, 5, 5, 7, 3, 4];
/// anyExtendedKeyUsage.
pub const ANY_EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1D, 37, 0];
/// emailAddress of PKCS #9.
pub const EMAIL_ADDRESS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 1];
/// commonName.
pub const COMMON_NAME: &[u8] = &[0x55, 4, 3];

/// Key algorithms.
pub mod key {
    /// rsaEncryption.
    pub const RSA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
    /// id-RSASSA-PSS.
    pub const RSA_PSS: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 10];
    /// id-dsa.
    pub const DSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1];
    /// id-ecPublicKey.
    pub const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1];
    /// id-X25519.
    pub const X25519: &[u8] = &[0x2B, 0x65, 110];
    /// id-X448.
    pub const X448: &[u8] = &[0x2B, 0x65, 111];
    /// id-Ed25519.
    pub const ED25519: &[u8] = &[0x2B, 0x65, 112];
    /// id-Ed448.
    pub const ED448: &[u8] = &[0x2B, 0x65, 113];
    /// id-ml-dsa-44, -65, -87 end in 17, 18, 19 (RFC 9881).
    pub const NIST_SIGNATURES: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3];
    /// id-alg-ml-kem-512, -768, -1024 end in 1, 2, 3 (RFC 9935).
    pub const NIST_KEMS: &[u8] = &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 4];
    /// secp256r1.
    pub const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7];
    /// secp384r1.
    pub const P384: &[u8] = &[0x2B, 0x81, 4, 0, 34];
    /// secp521r1.
    pub const P521: &[u8] = &[0x2B, 0x81, 4, 0, 35];
    /// brainpoolP256r1, P384r1, P512r1 end in 7, 11, 13 (RFC 5639).
    pub const BRAINPOOL: &[u8] = &[0x2B, 0x24, 3, 3, 2, 8, 1, 1];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_shown_with_dots() {
        assert_eq!(dotted(EMAIL_ADDRESS), "1.2.840.113549.1.9.1");
        assert_eq!(dotted(ce::KEY_USAGE), "2.5.29.15");
        assert_eq!(dotted(key::X25519), "1.3.101.110");
        assert_eq!(dotted(&[]), "");
        assert_eq!(dotted(&[0xFF; 63]), hex(&[0xFF; 63]));
    }
}
