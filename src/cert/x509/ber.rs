//! BER made DER: Netscape's descendants write PKCS #12 with indefinite lengths and strings in
//! pieces. Bounded, without recursion.

use super::tlv::{NotDer, tag};

/// Deepest nesting.
const DEPTH: usize = 64;
/// Most elements.
const ELEMENTS: usize = 200_000;
/// An OCTET STRING in pieces.
const PIECES: u8 = tag::OCTET_STRING | 0x20;

/// An element that is open: its tag, where it ends (`None`: at the end-of-contents octets), and
/// what was written of it.
struct Open {
    tag: u8,
    end: Option<usize>,
    out: Vec<u8>,
}

/// The same element with definite, shortest lengths and OCTET STRINGs in one piece; what follows the
/// element is left out.
pub fn to_der(ber: &[u8]) -> Result<Vec<u8>, NotDer> {
    let mut open: Vec<Open> = Vec::new();
    let mut at: usize = 0;
    let mut count: usize = 0;
    loop {
        while open.last().is_some_and(|o| o.end == Some(at)) {
            if let Some(done) = close(&mut open)? {
                return Ok(done);
            }
        }
        count = count.saturating_add(1);
        if count > ELEMENTS || open.len() > DEPTH {
            return Err(NotDer);
        }
        let (head, length, body) = header(ber, at)?;
        let limit = open.iter().rev().find_map(|o| o.end).unwrap_or(ber.len());
        if head == 0 && length == Some(0) {
            // End of contents: closes the one that waits for it.
            at = body;
            if open.last().is_none_or(|o| o.end.is_some()) {
                return Err(NotDer);
            }
            if let Some(done) = close(&mut open)? {
                return Ok(done);
            }
            continue;
        }
        let end = match length {
            Some(length) => Some(
                body.checked_add(length)
                    .filter(|e| *e <= limit)
                    .ok_or(NotDer)?,
            ),
            None => None,
        };
        if head & 0x20 != 0 {
            open.push(Open {
                tag: head,
                end,
                out: Vec::new(),
            });
            at = body;
        } else {
            let end = end.ok_or(NotDer)?;
            let value = ber.get(body..end).ok_or(NotDer)?;
            let whole = super::tlv::write(head, value);
            at = end;
            if let Some(done) = put(&mut open, &whole, head, value)? {
                return Ok(done);
            }
        }
    }
}

/// Ends the innermost open element; the finished whole when it was the outermost.
fn close(open: &mut Vec<Open>) -> Result<Option<Vec<u8>>, NotDer> {
    let done = open.pop().ok_or(NotDer)?;
    let head = if done.tag == PIECES {
        tag::OCTET_STRING
    } else {
        done.tag
    };
    let whole = super::tlv::write(head, &done.out);
    put(open, &whole, head, &done.out)
}

/// Puts a finished element into the one around it: whole, or as a piece of a string.
fn put(open: &mut [Open], whole: &[u8], head: u8, value: &[u8]) -> Result<Option<Vec<u8>>, NotDer> {
    match open.last_mut() {
        None => Ok(Some(whole.to_vec())),
        Some(parent) if parent.tag == PIECES => {
            if head != tag::OCTET_STRING {
                return Err(NotDer);
            }
            parent.out.extend_from_slice(value);
            Ok(None)
        }
        Some(parent) => {
            parent.out.extend_from_slice(whole);
            Ok(None)
        }
    }
}

/// Tag, length (`None`: indefinite) and where the content begins.
fn header(ber: &[u8], at: usize) -> Result<(u8, Option<usize>, usize), NotDer> {
    let byte = |place: usize| ber.get(place).copied().ok_or(NotDer);
    let head = byte(at)?;
    if head & 0x1F == 0x1F {
        return Err(NotDer);
    }
    let after = at.saturating_add(1);
    let first = byte(after)?;
    let body = after.saturating_add(1);
    match first {
        0x80 if head & 0x20 != 0 => Ok((head, None, body)),
        0..=0x7F => Ok((head, Some(usize::from(first)), body)),
        0x81..=0x84 => {
            let digits = usize::from(first & 0x7F);
            let body_at = body.saturating_add(digits);
            let digits = ber.get(body..body_at).ok_or(NotDer)?;
            let length = digits
                .iter()
                .fold(0usize, |sum, d| (sum << 8) | usize::from(*d));
            Ok((head, Some(length), body_at))
        }
        _ => Err(NotDer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indefinite_lengths_and_pieces_become_der() {
        let ber = [
            0x30, 0x80, 0x24, 0x80, 0x04, 0x01, 0xAA, 0x04, 0x81, 0x01, 0xBB, 0, 0, 0x02, 0x01, 7,
            0, 0,
        ];
        let der = [0x30, 0x07, 0x04, 0x02, 0xAA, 0xBB, 0x02, 0x01, 7];
        assert_eq!(to_der(&ber).unwrap(), der);
        assert_eq!(to_der(&der).unwrap(), der);
        assert_eq!(to_der(&[0x30, 0]).unwrap(), [0x30, 0]);
        for bad in [
            &[0x30, 0x80, 0x04, 0x01, 1][..],
            &[0x30, 0x03, 0x04, 0x02, 1, 2],
            &[0x04, 0x80, 0, 0],
            &[0x24, 0x03, 0x02, 0x01, 1],
            &[0, 0],
            &[],
        ] {
            assert_eq!(to_der(bad), Err(NotDer), "{bad:02x?}");
        }
    }

    #[test]
    fn attack_nested_ber_x509_ends_fast() {
        let began = crate::base::testing::cpu_seconds();
        assert_eq!(to_der(&[0x30, 0x80].repeat(10_000)), Err(NotDer));
        assert_eq!(to_der(&[0x24, 0x80].repeat(1_000_000)), Err(NotDer));
        let mut many = vec![0x30, 0x80];
        many.extend([0x05, 0x00].repeat(1_000_000));
        assert_eq!(to_der(&many), Err(NotDer));
        assert!(crate::base::testing::cpu_seconds() - began < 1.0);
    }
}
