//! Structure: exact ranges, delimiters, odd and hostile input.

use super::*;
use crate::mime::MimeProblem;

const SIGNED: &str = "From: a@example.org\r\n\
Content-Type: multipart/signed; boundary=\"b 1\"; protocol=\"application/pgp-signature\"\r\n\
\r\n\
preamble\r\n\
--b 1\r\n\
Content-Type: text/plain\r\n\
\r\n\
Hello\r\n\
\r\n\
--b 1 \t\r\n\
Content-Type: application/pgp-signature\r\n\
\r\n\
sig\r\n\
--b 1--\r\n\
footer\r\n";

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn outline(tree: &Tree<'_>) -> Vec<String> {
    tree.parts()
        .map(|p| format!("{} {} {}", p.path(), p.media(), p.body().len()))
        .collect()
}

#[test]
fn the_signed_part_ends_before_the_line_end_of_the_delimiter() {
    for message in [SIGNED.to_owned(), SIGNED.replace("\r\n", "\n")] {
        let tree = Tree::parse(message.as_bytes()).unwrap();
        let signed = tree.root().child(0).unwrap();
        let exact = "Content-Type: text/plain\r\n\r\nHello\r\n";
        let unix = exact.replace("\r\n", "\n");
        let got = text(signed.bytes());
        assert!(got == exact || got == unix, "{got:?}");
        assert_eq!(text(tree.root().child(1).unwrap().body()).trim(), "sig");
        assert_eq!(tree.root().children().len(), 2);
        let odd: Vec<Oddity> = tree.oddities().map(|(_, o)| o).collect();
        assert_eq!(odd, [Oddity::TextAfterEnd]);
    }
}

#[test]
fn nested_messages_and_multiparts_have_paths() {
    let message = "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n\
        Subject: inner\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\n\
        Content-Type: text/html\n\n<p>\n--b--\n--a\n\nlast\n--a--\n";
    let tree = Tree::parse(message.as_bytes()).unwrap();
    assert_eq!(
        outline(&tree),
        [
            "1 multipart/mixed 164",
            "1.1 message/rfc822 113",
            "1.1.1 multipart/alternative 49",
            "1.1.1.1 text/plain 5",
            "1.1.1.2 text/html 3",
            "1.2 text/plain 4"
        ]
    );
    assert_eq!(tree.oddities().count(), 0);
    let inner = tree.root().child(0).unwrap().child(0).unwrap();
    assert_eq!(inner.header().text("subject").unwrap().raw(), "inner");
}

#[test]
fn an_outer_delimiter_ends_inner_parts_that_have_no_end() {
    let message = "Content-Type: multipart/mixed; boundary=a\n\n--a\n\
        Content-Type: multipart/mixed; boundary=a2\n\n--a2\n\none\n--a\n\ntwo\n--a--\n--a2\nnot a part\n";
    let tree = Tree::parse(message.as_bytes()).unwrap();
    assert_eq!(outline(&tree).len(), 4);
    let odd: Vec<_> = tree.oddities().map(|(p, o)| (p.path(), o)).collect();
    assert_eq!(
        odd,
        [
            ("1.1".to_owned(), Oddity::Unterminated),
            ("1".to_owned(), Oddity::TextAfterEnd)
        ]
    );
}

#[test]
fn odd_structures_are_read_and_noted() {
    for (message, oddity, parts) in [
        (
            "Content-Type: multipart/mixed\n\n--a\n",
            Oddity::MissingBoundary,
            1,
        ),
        (
            "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n",
            Oddity::Unterminated,
            2,
        ),
        ("no field\nSubject: x\n\n", Oddity::BadHeaderLine, 1),
        ("Subject: a\rb\n\n", Oddity::BareCarriageReturn, 1),
        ("Subject: a\0b\n\n", Oddity::Nul, 1),
        ("Subject: ü\n\n", Oddity::EightBitHeader, 1),
        (
            "Content-Type: text/html\ncontent-type: text/plain\n\n",
            Oddity::RepeatedContentType,
            1,
        ),
        (
            "Content-Transfer-Encoding: rot13\n\n",
            Oddity::UnknownEncoding,
            1,
        ),
        (
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nAAAA",
            Oddity::EncodedContainer,
            1,
        ),
    ] {
        let tree = Tree::parse(message.as_bytes()).unwrap();
        let odd: Vec<Oddity> = tree.oddities().map(|(_, o)| o).collect();
        assert_eq!(
            (odd.as_slice(), tree.parts().count()),
            ([oddity].as_slice(), parts),
            "{message:?}"
        );
    }
}

#[test]
fn empty_parts_and_cut_headers_keep_their_ranges_in_order() {
    for message in [
        "",
        "\n",
        "Subject: x",
        "Content-Type: multipart/mixed; boundary=a\n\n--a\n--a\n--a--",
        "Content-Type: multipart/mixed; boundary=a\n\n--a\nSubject: x\n\n--a\nSubject: y\n--a--\n",
        "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: in\n\nbody\n--a--\n",
        "Content-Type: multipart/digest; boundary=a\n\n--a\n\n--a\nA: b\n\n--a--\n",
    ] {
        check_ranges(&Tree::parse(message.as_bytes()).unwrap());
    }
    let digest =
        "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: in\n\nbody\n--a--\n";
    let tree = Tree::parse(digest.as_bytes()).unwrap();
    let inner = tree.root().child(0).unwrap().child(0).unwrap();
    assert_eq!(text(inner.body()), "body");
}

/// Every range lies in its parent's body, header before body, children in order.
fn check_ranges(tree: &Tree<'_>) {
    for part in tree.parts() {
        let (whole, body) = (part.range(), part.body_range());
        assert!(whole.start <= body.start && body.start <= body.end && body.end == whole.end);
        assert!(part.header_bytes().len() <= body.start - whole.start);
        let mut last = body.start;
        for child in part.children() {
            let range = child.range();
            assert!(
                last <= range.start && range.end <= body.end,
                "{part:?} {child:?}"
            );
            last = range.end;
        }
        let _ = (
            part.text(),
            part.file_name(),
            part.content_type(),
            part.header().date(),
        );
        let header = part.header();
        let _ = (
            crate::mime::author(&header),
            header.message_ids("References"),
        );
    }
}

#[test]
fn rule_30_limits_are_refused_by_name() {
    let deep = |levels: usize| {
        let mut message = String::new();
        for level in 0..levels {
            message.push_str(&format!(
                "Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"
            ));
        }
        message.push_str("\nend\n");
        message
    };
    let problem = |m: &str| Tree::parse(m.as_bytes()).map(|t| t.parts().count());
    assert_eq!(problem(&deep(63)), Ok(64));
    assert_eq!(problem(&deep(64)), Err(MimeProblem::TooDeep));
    assert_eq!(problem(&deep(10_000)), Err(MimeProblem::TooDeep));
    let nested = "Content-Type: message/rfc822\n\n".repeat(10_000);
    assert_eq!(problem(&nested), Err(MimeProblem::TooDeep));

    let wide = |parts: usize| {
        format!(
            "Content-Type: multipart/mixed; boundary=a\n\n{}",
            "--a\n\nx\n".repeat(parts)
        )
    };
    assert_eq!(problem(&wide(9_999)), Ok(10_000));
    assert_eq!(problem(&wide(10_000)), Err(MimeProblem::TooManyParts));

    let long = format!("Subject: {}\n\nbody", "x".repeat(1 << 20));
    assert_eq!(problem(&long), Err(MimeProblem::HeaderTooLarge));
    let many = format!("{}\n\nbody", "A: b\n".repeat(300_000));
    assert_eq!(problem(&many), Err(MimeProblem::HeaderTooLarge));
    let filler = format!("--a\nX: {}\n\n", "x".repeat(1_000_000));
    let all = format!(
        "Content-Type: multipart/mixed; boundary=a\n\n{}",
        filler.repeat(20)
    );
    assert_eq!(problem(&all), Err(MimeProblem::HeaderTooLarge));
    let no_end = "x".repeat(3 << 20);
    assert_eq!(problem(&no_end), Err(MimeProblem::HeaderTooLarge));
}

#[test]
fn rule_30_one_line_of_a_gigabyte_is_refused_at_once() {
    // Zeroed pages that are never touched cost nothing.
    let line = vec![0_u8; 1 << 30];
    let refused = Tree::parse(&line).map(|t| t.parts().count());
    assert_eq!(refused, Err(MimeProblem::TooLarge(1 << 30)));
}

#[test]
fn rule_30_lines_that_look_like_delimiters_take_linear_time() {
    let mut message = String::new();
    for level in 0..60 {
        message.push_str(&format!(
            "Content-Type: multipart/mixed; boundary={level:02}\n\n--{level:02}\n"
        ));
    }
    message.push('\n');
    message.push_str(&"--ab\n".repeat(2_000_000));
    let started = crate::base::testing::cpu_seconds();
    let tree = Tree::parse(message.as_bytes()).unwrap();
    assert_eq!(tree.parts().count(), 61);
    assert!(
        crate::base::testing::cpu_seconds() - started < 1.0,
        "{:?}",
        crate::base::testing::cpu_seconds() - started
    );
}

#[test]
fn a_message_cut_at_any_byte_or_mutated_is_read_without_panic() {
    let sources = [
        SIGNED.to_owned(),
        "From: \"A, B\" <a@example.org> (c(d)), =?utf-8?q?=C3=BC?= <x@y.z>; g: h@i.j;\r\nDate: Fri, 21 Nov 1997 09:55:06 -0600\r\n\
         References: <a@b> <c@d>\r\nContent-Type: multipart/mixed; boundary*0=\"x\"; boundary*1*=%79\r\n\r\n--xy\r\n\
         Content-Disposition: attachment; filename*=utf-8'de'%C3%BC.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nSGFsbG8=\r\n--xy\r\n\
         Content-Type: text/plain; charset=utf-7\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n+AGE-=20=\r\n=41\r\n--xy--\r\n".to_owned(),
    ];
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for source in sources {
        for end in 0..source.len() {
            check_ranges(&Tree::parse(&source.as_bytes()[..end]).unwrap());
        }
        for _ in 0..4_000 {
            let mut bytes = source.clone().into_bytes();
            for _ in 0..=random() % 6 {
                let at = (random() % bytes.len() as u64) as usize;
                let special = b"\r\n-=?:;\"()<>@, \0\x80\xff*%'";
                match random() % 3 {
                    0 => bytes[at] = special[(random() % special.len() as u64) as usize],
                    1 => bytes[at] = random() as u8,
                    _ => drop(
                        bytes.splice(at..at, special.iter().copied().cycle().skip(at % 7).take(3)),
                    ),
                }
            }
            check_ranges(&Tree::parse(&bytes).unwrap());
        }
    }
}

#[test]
fn every_charset_takes_any_bytes() {
    let bytes: Vec<u8> = (0..4096_u32)
        .map(|i| (i.wrapping_mul(i) >> 3) as u8)
        .collect();
    for charset in [
        "utf-7",
        "utf-16",
        "utf-16le",
        "utf-16be",
        "iso-2022-jp",
        "shift_jis",
        "big5",
        "euc-jp",
        "euc-kr",
        "gb18030",
        "gbk",
        "koi8-r",
        "windows-1255",
        "macintosh",
        "ibm850",
        "tis-620",
        "x-user-defined",
        "hz-gb-2312",
        "",
        "?",
        "a-charset-name-that-is-longer-than-any-charset-name-has-ever-been",
    ] {
        for start in 0..200 {
            let _ = crate::mime::to_text(&bytes[start..], Some(charset));
            let _ = crate::mime::to_text(&bytes[start..start * 2], Some(charset));
        }
    }
}
