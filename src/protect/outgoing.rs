//! What may leave: the only type that a submission server is ever handed.

use crate::address::Address;
use std::fmt;
use std::sync::Arc;

/// The person said, in so many words, that this letter may travel readable. Only
/// [`ConsentToPlain::given`] makes one, and only the explicit ways to readable mail call it.
#[derive(Debug)]
pub struct ConsentToPlain(());

impl ConsentToPlain {
    /// To be called where the person was asked and said yes, and nowhere else.
    pub fn given() -> Self {
        ConsentToPlain(())
    }
}

/// How a copy is protected on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Encrypted and signed.
    Sealed,
    /// Signed and readable by everybody on the way.
    Signed,
    /// Neither.
    Plain,
}

/// One message as it goes over the wire, for one set of envelope recipients.
#[derive(Clone)]
pub struct Copy {
    protection: Protection,
    envelope_to: Vec<Address>,
    bytes: Arc<Vec<u8>>,
}

impl Copy {
    /// How it is protected.
    pub fn protection(&self) -> Protection {
        self.protection
    }

    /// Whom the server is told to deliver it to.
    pub fn envelope_to(&self) -> &[Address] {
        &self.envelope_to
    }

    /// The whole message, CRLF line ends, without dot-stuffing.
    pub fn bytes(&self) -> &Arc<Vec<u8>> {
        &self.bytes
    }
}

impl fmt::Debug for Copy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} copy of {} bytes for {:?}",
            self.protection,
            self.bytes.len(),
            self.envelope_to
        )
    }
}

/// A letter ready to leave. A message that was meant to be protected cannot get in here
/// unprotected: each way in looks at the structure of the bytes.
#[derive(Debug)]
pub enum Outgoing {
    /// Encrypted and signed, in one or more copies (one for each Bcc).
    Sealed(Vec<Copy>),
    /// Signed, readable.
    Signed(Vec<Copy>, ConsentToPlain),
    /// Neither.
    Plain(Vec<Copy>, ConsentToPlain),
}

/// The bytes do not have the structure that the protection promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotProtected(pub Protection);

impl Outgoing {
    /// Encrypted copies: each must be `multipart/encrypted`, or enveloped data of S/MIME, at its root.
    pub fn sealed(copies: Vec<(Vec<Address>, Vec<u8>)>) -> Result<Self, NotProtected> {
        Ok(Outgoing::Sealed(checked(Protection::Sealed, copies)?))
    }

    /// Signed copies: each must be `multipart/signed` at its root.
    pub fn signed(
        copies: Vec<(Vec<Address>, Vec<u8>)>,
        consent: ConsentToPlain,
    ) -> Result<Self, NotProtected> {
        let copies = checked(Protection::Signed, copies)?;
        Ok(Outgoing::Signed(copies, consent))
    }

    /// Readable copies.
    pub fn plain(
        copies: Vec<(Vec<Address>, Vec<u8>)>,
        consent: ConsentToPlain,
    ) -> Result<Self, NotProtected> {
        let copies = checked(Protection::Plain, copies)?;
        Ok(Outgoing::Plain(copies, consent))
    }

    /// A letter that an outbox kept. The consent was given when it was put there, and was stored
    /// with it as `protection`.
    pub fn restore(
        protection: Protection,
        copies: Vec<(Vec<Address>, Vec<u8>)>,
    ) -> Result<Self, NotProtected> {
        match protection {
            Protection::Sealed => Outgoing::sealed(copies),
            Protection::Signed => Outgoing::signed(copies, ConsentToPlain::given()),
            Protection::Plain => Outgoing::plain(copies, ConsentToPlain::given()),
        }
    }

    /// The copies.
    pub fn copies(&self) -> &[Copy] {
        match self {
            Outgoing::Sealed(copies) => copies,
            Outgoing::Signed(copies, _) | Outgoing::Plain(copies, _) => copies,
        }
    }

    /// How all copies are protected.
    pub fn protection(&self) -> Protection {
        match self {
            Outgoing::Sealed(_) => Protection::Sealed,
            Outgoing::Signed(..) => Protection::Signed,
            Outgoing::Plain(..) => Protection::Plain,
        }
    }
}

fn checked(
    protection: Protection,
    copies: Vec<(Vec<Address>, Vec<u8>)>,
) -> Result<Vec<Copy>, NotProtected> {
    // Our own writer puts the kind of S/MIME right behind the type.
    let wanted: &[&str] = match protection {
        Protection::Sealed => &[
            "multipart/encrypted",
            "application/pkcs7-mime; smime-type=enveloped-data",
            "application/pkcs7-mime; smime-type=authEnveloped-data",
        ],
        Protection::Signed => &["multipart/signed"],
        Protection::Plain => &[],
    };
    copies
        .into_iter()
        .map(|(envelope_to, bytes)| {
            let plain = protection == Protection::Plain;
            if plain || wanted.iter().any(|kind| root_type_is(&bytes, kind)) {
                Ok(Copy {
                    protection,
                    envelope_to,
                    bytes: Arc::new(bytes),
                })
            } else {
                Err(NotProtected(protection))
            }
        })
        .collect()
}

/// Whether the one Content-Type field of the header section starts with `kind`. Our own writer
/// starts the field's body right behind the name, so no folding can come between.
fn root_type_is(bytes: &[u8], kind: &str) -> bool {
    let mut found = None;
    for line in bytes.split(|b| *b == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            break;
        }
        let Some((name, value)) = line
            .iter()
            .position(|b| *b == b':')
            .and_then(|at| line.split_at_checked(at))
        else {
            continue;
        };
        if name.eq_ignore_ascii_case(b"content-type") {
            if found.is_some() {
                return false;
            }
            let value = value.get(1..).unwrap_or_default().trim_ascii_start();
            found = Some(
                value
                    .get(..kind.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(kind.as_bytes())),
            );
        }
    }
    found == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy(bytes: &str) -> Vec<(Vec<Address>, Vec<u8>)> {
        let bob = Address::parse("bob@example.org").unwrap();
        vec![(vec![bob], bytes.as_bytes().to_vec())]
    }

    #[test]
    fn rule_44_what_is_not_encrypted_cannot_become_a_sealed_letter() {
        let sealed = "From: a@example.org\r\nContent-Type: multipart/encrypted; boundary=b\r\n\r\n";
        assert!(Outgoing::sealed(copy(sealed)).is_ok());
        let smime = "Content-Type: application/pkcs7-mime; smime-type=enveloped-data;\r\n\r\n";
        assert!(Outgoing::sealed(copy(smime)).is_ok());
        for other in [
            "From: a@example.org\r\n\r\nContent-Type: multipart/encrypted\r\n",
            "Content-Type: text/plain\r\nContent-Type: multipart/encrypted\r\n\r\n",
            "Content-Type: multipart/mixed; x=multipart/encrypted\r\n\r\n",
            "Content-Type: application/pkcs7-mime; smime-type=signed-data;\r\n\r\n",
            "Content-Type: application/pkcs7-mime\r\n\r\n",
            "",
        ] {
            let refused = Outgoing::sealed(copy(other)).unwrap_err();
            assert_eq!(refused, NotProtected(Protection::Sealed), "{other:?}");
        }
    }
}
