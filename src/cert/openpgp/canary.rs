//! Trial texts for a key: whoever opens them has the secret half.

use super::{OpenPgpCert, PublicKey};
use sequoia_openpgp as pgp;
use sequoia_openpgp::serialize::stream::{Encryptor, LiteralWriter, Message, Recipient};
use sequoia_openpgp::types::Features;
use std::io::Write as _;

impl OpenPgpCert {
    /// `text` sealed, in binary, once to each key in it that was ever made for that, ended and
    /// revoked ones too: what was sealed to them must stay readable (rule 28).
    pub fn seal_canaries(&self, text: &[u8]) -> Vec<Vec<u8>> {
        self.inner()
            .keys()
            .filter(|ka| {
                let mut bindings = ka.self_signatures();
                let made_for = bindings.any(|binding| {
                    binding.key_flags().is_some_and(|own| {
                        own.for_transport_encryption() || own.for_storage_encryption()
                    })
                });
                made_for && ka.key().pk_algo().is_supported()
            })
            .filter_map(|ka| seal(ka.key(), text).ok())
            .collect()
    }
}

fn seal(key: &PublicKey, text: &[u8]) -> pgp::Result<Vec<u8>> {
    let recipient = Recipient::new(Features::empty().set_seipdv1(), key.key_handle(), key);
    let mut sealed = Vec::new();
    let message = Encryptor::for_recipients(Message::new(&mut sealed), [recipient]).build()?;
    let mut message = LiteralWriter::new(message).build()?;
    message.write_all(text)?;
    message.finalize()?;
    Ok(sealed)
}
