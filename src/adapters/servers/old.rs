//! Whether a server still agrees to TLS before 1.2 (RFC 8996). The library cannot ask that, so the
//! ClientHello is written here, and only the head of the answer is read.

use crate::checkup::servers::OldTls;
use crate::dns::Name;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Cipher suites that servers of that time have, and the word that renegotiation is safe.
const SUITES: [u16; 14] = [
    0xc013, 0xc014, 0xc009, 0xc00a, 0x0033, 0x0039, 0x002f, 0x0035, 0xc012, 0x0016, 0x000a, 0x0005,
    0x0004, 0x00ff,
];

/// Offers TLS 1.1 at the most, and sees what is chosen.
pub(super) async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin, host: &Name) -> OldTls {
    let mut random = [0; 32];
    if getrandom::fill(&mut random).is_err() {
        return OldTls::NotTried;
    }
    if stream.write_all(&hello(host, &random)).await.is_err() || stream.flush().await.is_err() {
        return OldTls::NotTried;
    }
    let mut head = [0; 11];
    let mut count = 0;
    while count < head.len() {
        match stream.read(head.get_mut(count..).unwrap_or_default()).await {
            Ok(0) | Err(_) => break,
            Ok(more) => count += more,
        }
        // An alert is shorter than a ServerHello.
        if head.first() == Some(&21) && count >= 7 {
            break;
        }
    }
    match head {
        [22, 3, _, _, _, 2, _, _, _, 3, 0] => OldTls::Agreed("SSL 3.0".to_owned()),
        [22, 3, _, _, _, 2, _, _, _, 3, 1] => OldTls::Agreed("TLS 1.0".to_owned()),
        [22, 3, _, _, _, 2, _, _, _, 3, 2] => OldTls::Agreed("TLS 1.1".to_owned()),
        [21, 3, ..] => OldTls::Refused,
        // Hanging up is a no as well.
        _ if count == 0 => OldTls::Refused,
        _ => OldTls::NotTried,
    }
}

/// A ClientHello of TLS 1.1 (RFC 4346 §7.4.1.2) in one record.
fn hello(host: &Name, random: &[u8; 32]) -> Vec<u8> {
    let mut suites = Vec::new();
    for suite in SUITES {
        suites.extend(suite.to_be_bytes());
    }
    let name = host.as_str().as_bytes();
    let entry = [&[0][..], &counted2(name)].concat();
    let mut extensions = Vec::new();
    // server_name, supported_groups (X25519 and the NIST curves), ec_point_formats.
    for (kind, body) in [
        (0_u16, counted2(&entry)),
        (10, counted2(&[0, 29, 0, 23, 0, 24, 0, 25])),
        (11, vec![1, 0]),
    ] {
        extensions.extend(kind.to_be_bytes());
        extensions.extend(counted2(&body));
    }
    let body = [
        &[3, 2][..],
        random,
        &[0],
        &counted2(&suites),
        &[1, 0],
        &counted2(&extensions),
    ]
    .concat();
    let handshake = [&[1, 0][..], &counted2(&body)].concat();
    [&[22, 3, 1][..], &counted2(&handshake)].concat()
}

/// The bytes behind their count in two; all that is made here is far shorter.
fn counted2(bytes: &[u8]) -> Vec<u8> {
    let count = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    [&count.to_be_bytes(), bytes].concat()
}
