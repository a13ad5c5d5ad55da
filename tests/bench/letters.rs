//! Letters for the bench of reading many: `letters make FOLDER` writes an mbox of 10,000 signed letters of
//! 50 people, their keys, and some of the letters' parts for gpgv; `letters raw` prints in how many
//! seconds as many signatures over as many bytes are checked on two threads, and nothing else is done.

use openssl::hash::{MessageDigest, hash};
use openssl::pkey::PKey;
use openssl::sign::{Signer, Verifier};
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;
use waxwing::address::Mailbox;
use waxwing::cert::SecretCert;
use waxwing::protect::openpgp::{sign_detached, sign_message};

const LETTERS: usize = 10_000;
const PEOPLE: usize = 50;
/// Letters whose parts are written out for gpgv.
const SAMPLE: usize = 200;
/// Size of a letter's text, in bytes.
const TEXT: usize = 1_100;

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    match (words.next().as_deref(), words.next()) {
        (Some("make"), Some(folder)) => make(Path::new(&folder)),
        (Some("raw"), None) => raw(),
        _ => Err("letters make FOLDER, or letters raw".into()),
    }
}

fn make(folder: &Path) -> Result<(), Box<dyn Error>> {
    let now = "2026-05-03T10:00:00Z".parse()?;
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let mailbox = Mailbox::parse(&format!("Person {number} <person{number}@example.org>"))
            .map_err(|why| format!("{why:?}"))?;
        let made = SecretCert::generate(&mailbox, now).map_err(|why| format!("{why:?}"))?;
        people.push((mailbox, made));
    }
    let keys: Vec<u8> = people
        .iter()
        .flat_map(|(_, made)| made.cert.to_armored())
        .collect();
    fs::write(folder.join("keys.asc"), keys)?;
    let mut mbox = Vec::new();
    for (number, (mailbox, made)) in (0..LETTERS).zip(people.iter().cycle()) {
        let text = format!("This is line {number} of a letter that was signed.\r\n");
        let text = text.repeat(TEXT / text.len());
        let inner = format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}");
        let header = format!(
            "From: {mailbox}\r\nTo: me@example.net\r\nSubject: Letter {number}\r\n\
             Date: Sun, 03 May 2026 10:00:00 +0000\r\nMessage-ID: <{number}@example.org>\r\n"
        );
        let message = sign_message(header.as_bytes(), inner.as_bytes(), &made.secret, now)
            .map_err(|why| format!("{why:?}"))?;
        mbox.extend_from_slice(b"From bench@example.org Sun May  3 10:00:00 2026\r\n");
        mbox.extend_from_slice(&message);
        mbox.extend_from_slice(b"\r\n");
        if number < SAMPLE {
            let signature = sign_detached(inner.as_bytes(), &made.secret, now)
                .map_err(|why| format!("{why:?}"))?;
            fs::write(folder.join(format!("{number}.txt")), &inner)?;
            fs::write(folder.join(format!("{number}.asc")), signature)?;
        }
    }
    fs::write(folder.join("all.mbox"), mbox)?;
    Ok(())
}

fn raw() -> Result<(), Box<dyn Error>> {
    let key = PKey::generate_ed25519()?;
    let text = vec![b'x'; TEXT];
    let digest = hash(MessageDigest::sha512(), &text)?;
    let signature = Signer::new_without_digest(&key)?.sign_oneshot_to_vec(&digest)?;
    let half = || -> Result<(), openssl::error::ErrorStack> {
        for _ in 0..LETTERS / 2 {
            let digest = hash(MessageDigest::sha512(), &text)?;
            let mut verifier = Verifier::new_without_digest(&key)?;
            assert!(verifier.verify_oneshot(&signature, &digest)?);
        }
        Ok(())
    };
    let began = Instant::now();
    std::thread::scope(|scope| -> Result<(), Box<dyn Error>> {
        let other = scope.spawn(half);
        half()?;
        other.join().map_err(|_| "a thread failed")??;
        Ok(())
    })?;
    println!("{:.4}", began.elapsed().as_secs_f64());
    Ok(())
}
