//! Files of certificates and lists, in PEM or DER, whatever they are called.

use super::super::pem;
use super::super::tlv::{Reader, tag};

/// Every certificate in a file, in DER, as it stands: whether each can be read is another question.
pub fn certificates(bytes: &[u8]) -> Vec<Vec<u8>> {
    pieces(bytes, |label| {
        matches!(
            label,
            "CERTIFICATE" | "X509 CERTIFICATE" | "TRUSTED CERTIFICATE"
        )
    })
}

/// Every revocation list in a file, in DER.
pub fn lists(bytes: &[u8]) -> Vec<Vec<u8>> {
    pieces(bytes, |label| matches!(label, "X509 CRL" | "CRL"))
}

fn pieces(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Vec<Vec<u8>> {
    if bytes.first() == Some(&tag::SEQUENCE) {
        // A line end behind it is nobody's business.
        let whole = Reader::new(bytes).any().map_or(bytes, |first| first.whole);
        return vec![whole.to_vec()];
    }
    pem::blocks(bytes)
        .into_iter()
        .filter(|block| wanted(block.label))
        .filter_map(|block| block.bytes)
        .map(|der| {
            // OpenSSL's trust settings may stand behind a certificate.
            let first = Reader::new(&der).any().map(|first| first.whole.to_vec());
            first.unwrap_or_else(|_| der.to_vec())
        })
        .collect()
}
