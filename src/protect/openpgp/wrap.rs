//! PGP/MIME around it (RFC 3156). mail-builder cannot write raw parts, so these few lines are ours.

use super::seal::{self, SealFailure};
use crate::base::{Time, Workers};
use crate::cert::{Cert, SecretCert};
use std::io::{self, Write};

/// A sealed message in memory: see [`write_sealed`].
pub fn seal_message(
    header: &[u8],
    inner: &[u8],
    signer: &SecretCert,
    recipients: &[Cert],
    now: Time,
    workers: &dyn Workers,
) -> Result<Vec<u8>, SealFailure> {
    let room = seal::sealed_len(inner.len(), recipients.len()).saturating_add(1024);
    let mut out = Vec::with_capacity(header.len().saturating_add(room));
    write_sealed(header, inner, signer, recipients, now, workers, &mut out)?;
    Ok(out)
}

/// Writes a sealed message: `header` (the outer fields, each with its CRLF, without MIME-Version and
/// Content-*), then a `multipart/encrypted` body (RFC 3156 §4). After a failure what was written is
/// to be thrown away.
pub fn write_sealed<W: Write + Send>(
    header: &[u8],
    inner: &[u8],
    signer: &SecretCert,
    recipients: &[Cert],
    now: Time,
    workers: &dyn Workers,
    out: &mut W,
) -> Result<(), SealFailure> {
    let boundary = boundary()?;
    let head = format!(
        "MIME-Version: 1.0\r\n\
         Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\";\r\n\
         \tboundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: application/pgp-encrypted\r\n\
         Content-Description: PGP/MIME version identification\r\n\
         \r\n\
         Version: 1\r\n\
         \r\n\
         --{boundary}\r\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\r\n\
         Content-Description: OpenPGP encrypted message\r\n\
         Content-Disposition: inline; filename=\"encrypted.asc\"\r\n\
         \r\n"
    );
    let written = |done: io::Result<()>| done.map_err(|e| SealFailure::Library(e.to_string()));
    written(out.write_all(header))?;
    written(out.write_all(head.as_bytes()))?;
    seal::seal(inner, signer, recipients, now, workers, out)?;
    let end = format!("\r\n--{boundary}--\r\n");
    written(out.write_all(end.as_bytes()))
}

/// A signed, readable message: `header` as above, then a `multipart/signed` body (RFC 3156 §5)
/// whose first part is `inner`, byte for byte. `inner` must be canonical (CRLF) and survive
/// transport: 7-bit, no blanks at line ends.
pub fn sign_message(
    header: &[u8],
    inner: &[u8],
    signer: &SecretCert,
    now: Time,
) -> Result<Vec<u8>, SealFailure> {
    let boundary = boundary()?;
    let signature = seal::sign_detached(inner, signer, now)?;
    let head = format!(
        "MIME-Version: 1.0\r\n\
         Content-Type: multipart/signed; micalg=pgp-sha512;\r\n\
         \tprotocol=\"application/pgp-signature\";\r\n\
         \tboundary=\"{boundary}\"\r\n\
         \r\n\
         --{boundary}\r\n"
    );
    let between = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pgp-signature; name=\"signature.asc\"\r\n\
         Content-Description: OpenPGP digital signature\r\n\
         \r\n"
    );
    let end = format!("\r\n--{boundary}--\r\n");
    let pieces = [
        header,
        head.as_bytes(),
        inner,
        between.as_bytes(),
        &signature,
        end.as_bytes(),
    ];
    Ok(pieces.concat())
}

/// A line that stands nowhere else: `=_` is neither in base64 nor in quoted-printable
/// (RFC 2045 §6.7), and 120 random bits tell nested messages apart.
fn boundary() -> Result<String, SealFailure> {
    let mut random = [0u8; 15];
    sequoia_openpgp::crypto::random(&mut random)
        .map_err(|error| SealFailure::Library(error.to_string()))?;
    let digits: String = random.iter().map(|b| format!("{b:02x}")).collect();
    Ok(format!("=_{digits}"))
}
