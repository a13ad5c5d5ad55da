//! What is shown, what is listed, and what is never rendered.

use super::*;
use crate::mime::Tree;

fn read(message: &str, decrypted: bool) -> Content {
    let tree = Tree::parse(message.as_bytes()).unwrap();
    Content::of(tree.root(), decrypted)
}

fn errant(content: &Content) -> Vec<(&str, ErrantKind)> {
    content
        .errant
        .iter()
        .map(|e| (e.path.as_str(), e.kind))
        .collect()
}

#[test]
fn plain_text_goes_before_html_and_attachments_are_listed() {
    let content = read(
        "Content-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
--a\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n--a\r\nContent-Type: text/plain; charset=utf-8\r\n\
Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=C3=BC=C3=9Fe\r\n\r\n--a--\r\n--m\r\nContent-Type: image/png; name=x.png\r\n\
Content-Disposition: attachment; filename=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--m\r\n\
Content-Type: text/plain\r\nContent-Disposition: inline; filename=notes.txt\r\n\r\nnotes\r\n--m--\r\n",
        false,
    );
    assert_eq!(content.text, "Grüße\n");
    assert!(!content.from_html);
    let listed: Vec<_> = content
        .attachments
        .iter()
        .map(|a| (a.path.as_str(), a.name.raw(), a.media.as_str(), a.size))
        .collect();
    assert_eq!(
        listed,
        [
            ("1.2", "a.png", "image/png", 4),
            ("1.3", "notes.txt", "text/plain", 5)
        ]
    );
}

#[test]
fn html_alone_becomes_text() {
    let content = read(
        "Content-Type: text/html\n\n<p>Hello<script>x</script></p>",
        false,
    );
    assert_eq!((content.text.as_str(), content.from_html), ("Hello", true));
}

#[test]
fn rule_24_encrypted_parts_inside_are_listed_and_never_rendered() {
    let content = read(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\n\nbefore\n--m\n\
Content-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; boundary=e\n\n--e\n\
Content-Type: application/pgp-encrypted\n\nVersion: 1\n--e\nContent-Type: application/octet-stream\n\nSECRET\n--e--\n--m\n\
Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nAAAA\n--m\n\
Content-Type: text/plain\n\nx\n-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n--m\n\nafter\n--m--\n",
        true,
    );
    let armor = "x\n-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----";
    assert_eq!(content.text, format!("before\n\n{armor}\n\nafter"));
    assert!(content.attachments.is_empty());
    assert_eq!(
        errant(&content),
        [
            ("1.2", ErrantKind::OpenPgpEncrypted),
            ("1.3", ErrantKind::SmimeEnveloped),
            ("1.4", ErrantKind::OpenPgpEncrypted)
        ]
    );
}

#[test]
fn rule_04_a_signed_part_inside_is_read_and_listed_as_errant() {
    let content = read(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\nContent-Type: multipart/signed; boundary=s;\n \
protocol=\"application/pgp-signature\"\n\n--s\n\nsigned text\n--s\nContent-Type: application/pgp-signature\n\nsig\n--s--\n--m\n\n\
footer\n--m--\n",
        false,
    );
    assert_eq!(content.text, "signed text\n\nfooter");
    assert_eq!(errant(&content), [("1.1", ErrantKind::OpenPgpSigned)]);
    assert!(content.attachments.is_empty());
}

#[test]
fn rule_06_a_message_inside_is_one_attachment() {
    let content = read(
        "Content-Type: multipart/mixed; boundary=m\n\n--m\n\nsee below\n--m\nContent-Type: message/rfc822\n\n\
Content-Type: multipart/encrypted; boundary=e\n\n--e\n\nx\n--e--\n--m--\n",
        false,
    );
    assert_eq!(content.text, "see below");
    assert_eq!(content.attachments.len(), 1);
    assert!(content.errant.is_empty());
}

#[test]
fn rule_38_legacy_display_is_hidden_in_a_decrypted_payload_only() {
    let message = "Content-Type: text/plain; hp-legacy-display=\"1\"; hp=cipher\r\n\r\nSubject: x\r\nTo: y\r\n\r\nText\r\n";
    assert_eq!(read(message, true).text, "Text\n");
    assert_eq!(read(message, false).text, "Subject: x\nTo: y\n\nText\n");
    let html = "Content-Type: text/html; hp-legacy-display=1\n\n<div class='header-protection-legacy-display'>Subject: x</div>Text";
    assert_eq!(read(html, true).text, "Text");
    assert_eq!(read(html, false).text, "Subject: x\nText");
}

#[test]
fn inline_images_of_related_parts_are_attachments() {
    let content = read(
        "Content-Type: multipart/related; boundary=r\n\n--r\nContent-Type: text/html\n\n<b>x</b>\n--r\n\
Content-Type: image/png\nContent-ID: <1>\n\nPNG\n--r--\n",
        false,
    );
    assert_eq!((content.text.as_str(), content.attachments.len()), ("x", 1));
}

#[test]
fn flowed_text_is_joined() {
    let text =
        "Content-Type: text/plain; format=flowed\n\nA long \nline.\n> quoted \n> too\n-- \nBob\n";
    assert_eq!(
        read(text, false).text,
        "A long line.\n> quoted too\n-- \nBob\n"
    );
    let text = "Content-Type: text/plain; format=flowed; delsp=yes\n\nlong- \nword\n a\n";
    assert_eq!(read(text, false).text, "long-word\na\n");
}

#[test]
fn rule_30_nesting_and_large_headers_do_not_multiply_the_work() {
    let filler = format!("X-Filler: {}\n", "x".repeat(250_000));
    let mut message = String::new();
    for level in 0..60 {
        message.push_str(&format!(
            "Content-Type: multipart/alternative; boundary=b{level}\n{filler}\n--b{level}\n\nplain\n--b{level}\n"
        ));
    }
    message.push_str("Content-Type: text/html\n\n<p>end</p>\n");
    let started = crate::base::testing::cpu_seconds();
    let content = read(&message, true);
    assert_eq!(content.text, "plain");
    assert!(
        crate::base::testing::cpu_seconds() - started < 2.0,
        "{:?}",
        crate::base::testing::cpu_seconds() - started
    );
}

#[test]
fn many_attachments_are_listed_quickly() {
    let part = "--m\nContent-Type: a/b\nContent-Disposition: attachment; filename=x\n\nx\n";
    let message = format!(
        "Content-Type: multipart/mixed; boundary=m\n\n{}",
        part.repeat(9_999)
    );
    let started = crate::base::testing::cpu_seconds();
    assert_eq!(read(&message, false).attachments.len(), 9_999);
    assert!(
        crate::base::testing::cpu_seconds() - started < 1.0,
        "{:?}",
        crate::base::testing::cpu_seconds() - started
    );
}
