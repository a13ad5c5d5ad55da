//! What a server offers in its answer to EHLO (RFC 5321 §4.1.1.1).

use crate::app::port::Reply;

/// The extensions that matter here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Offer {
    /// STARTTLS (RFC 3207).
    pub starttls: bool,
    /// SIZE (RFC 1870); with the largest message in bytes, if the server says.
    pub size: Option<Option<u64>>,
    /// 8BITMIME (RFC 6152).
    pub eight_bit: bool,
    /// SMTPUTF8 (RFC 6531).
    pub utf8: bool,
    /// The mechanisms of AUTH (RFC 4954), upper case.
    pub auth: Vec<String>,
}

impl Offer {
    /// Reads the answer to EHLO; its first line is a greeting.
    pub fn read(reply: &Reply) -> Self {
        let mut offer = Offer::default();
        for line in reply.text.split('\n').skip(1) {
            let mut words = line.split([' ', '=']).filter(|word| !word.is_empty());
            let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
            match keyword.as_str() {
                "STARTTLS" => offer.starttls = true,
                "8BITMIME" => offer.eight_bit = true,
                "SMTPUTF8" => offer.utf8 = true,
                "SIZE" => {
                    let limit = words.next().and_then(|digits| digits.parse().ok());
                    // Zero means that there is no fixed limit (RFC 1870 §4).
                    offer.size = Some(limit.filter(|limit| *limit > 0));
                }
                // Old servers write `AUTH=` (before RFC 4954), often beside the right line.
                "AUTH" => {
                    for word in words.map(str::to_ascii_uppercase) {
                        if !offer.auth.contains(&word) {
                            offer.auth.push(word);
                        }
                    }
                }
                _ => {}
            }
        }
        offer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offer_is_read_without_regard_to_case() {
        let text = "mail.example greets\nStartTLS\nSIZE 1000\n8bitmime\nSMTPUTF8\n\
                    AUTH PLAIN login\nAUTH=PLAIN CRAM-MD5\nDSN";
        let offer = Offer::read(&Reply {
            code: 250,
            text: text.to_owned(),
        });
        let expected = Offer {
            starttls: true,
            size: Some(Some(1000)),
            eight_bit: true,
            utf8: true,
            auth: vec!["PLAIN".into(), "LOGIN".into(), "CRAM-MD5".into()],
        };
        assert_eq!(offer, expected);
    }

    #[test]
    fn a_greeting_is_no_offer_and_size_zero_no_limit() {
        let read = |text: &str| {
            Offer::read(&Reply {
                code: 250,
                text: text.to_owned(),
            })
        };
        assert_eq!(read("STARTTLS"), Offer::default());
        assert_eq!(read("x\nSIZE 0").size, Some(None));
        assert_eq!(read("x\nSIZE").size, Some(None));
        assert_eq!(read("x\nSTARTTLSX"), Offer::default());
    }
}
