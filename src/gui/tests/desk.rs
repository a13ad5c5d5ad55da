//! A desk on paper: what pages are shown in tests, friendly or hostile.

use crate::address::Mailbox;
use crate::app::command::{
    CheckAnswer, Contact, DraftForm, FormAttachment, KeyCard, KeyRow, KeyState, Overview,
    Preflight, PreflightRow, Shown, Visible, VisibleRow,
};
use crate::app::port::{Identity, LetterHead, OutboxEntry, OutboxState, StoredCopy};
use crate::base::Time;
use crate::cert::{Acceptance, Checked, Fingerprint, Scheme, Unusable};
use crate::checkup::Finding;
use crate::dns::Name;
use crate::gui::View;
use crate::protect::plan::{PlanProblem, Role, Why};
use crate::protect::{Evidence, Protection};
use crate::read::{self, Policy, Reading};
use crate::settings::{Account, Endpoint, Security, Trust};
use std::sync::Arc;

/// Characters that would turn, hide or break a line if they were drawn.
pub const TRICKS: &str = "\u{202E}\u{200B}\u{2066}\u{1b}[31m\r\n\u{7}\u{feff}";

pub fn now() -> Time {
    "2026-05-03T14:05:00Z".parse().unwrap()
}

pub fn mailbox(text: &str) -> Mailbox {
    Mailbox::parse(text).unwrap()
}

pub fn fingerprint(first: char) -> Fingerprint {
    Fingerprint::parse(&format!("{first}1B2C3D4E5F60718293A4B5C6D7E8F9010203040")).unwrap()
}

/// A name as friends have it, or one of 10,000 characters full of tricks.
pub fn name(friendly: &str, hostile: bool) -> String {
    if hostile {
        format!("{friendly}{TRICKS}{}", "Wide 名 ".repeat(1_700))
    } else {
        friendly.to_owned()
    }
}

fn endpoint(host: &str, port: u16) -> Endpoint {
    Endpoint {
        host: host.to_owned(),
        port,
        security: Security::Implicit,
        trust: Trust::System,
        connect_to: None,
    }
}

/// Ada at her desk.
pub fn view(hostile: bool) -> View {
    let ada = Mailbox::named(
        &name("Ada Lovelace", hostile),
        mailbox("ada@example.org").address,
    );
    let mut view = View::new(now());
    view.overview = Some(Overview {
        identities: vec![Identity {
            mailbox: ada.clone(),
            fingerprint: fingerprint('A'),
            since: now(),
            current: true,
        }],
        accounts: vec![Account {
            address: ada.address.clone(),
            login: "ada".to_owned(),
            submission: endpoint("smtp.example.org", 465),
            mailbox: Some(endpoint("pop.example.org", 995)),
        }],
        practising: None,
        schemes: vec![(ada.address.clone(), "openpgp")],
        blocked: Vec::new(),
        border: None,
    });
    view.outbox = Some(outbox(hostile));
    view.letters = Some(vec![
        LetterHead {
            id: 1,
            uid: "one".to_owned(),
            at: now(),
            blocked: false,
        };
        3
    ]);
    view
}

/// One letter in each state.
pub fn outbox(hostile: bool) -> Vec<OutboxEntry> {
    let states = [
        OutboxState::Waiting,
        OutboxState::Sending { data_begun: true },
        OutboxState::Sent {
            receipt: r#"{"host":"smtp.example.org","last":"250 queued"}"#.to_owned(),
        },
        OutboxState::Refused {
            why: r#"{"kind":"refused","reply":{"code":554,"text":"no"}}"#.to_owned(),
        },
        OutboxState::MaybeSent,
    ];
    let ids = 1_i64..;
    let entry = |(id, state): (i64, OutboxState)| OutboxEntry {
        id,
        at: now(),
        from: mailbox("ada@example.org").address,
        subject: name(&format!("Letter {id}"), hostile),
        message_id: "id@example.org".to_owned(),
        protection: Protection::Sealed,
        copies: vec![StoredCopy {
            index: 0,
            envelope_to: vec![mailbox("bob@example.org").address],
            state,
        }],
    };
    ids.zip(states).map(entry).collect()
}

/// A letter to three people, one ready, one without a key, one whose key ended.
pub fn draft(hostile: bool) -> DraftForm {
    DraftForm {
        to: "\"Bob Babbage\" <bob@example.org>, carol@example.org, dave@example.org".to_owned(),
        subject: name("Notes on the engine", false),
        body: "Dear Bob,\n\nCould we meet on Monday?\n".to_owned(),
        attachments: vec![FormAttachment {
            name: name("Drawings.pdf", hostile),
            media_type: "application/pdf".to_owned(),
            bytes: vec![0; 4_096].into(),
        }],
        ..DraftForm::default()
    }
}

/// How [`draft`] would travel.
pub fn preflight(hostile: bool) -> Preflight {
    let bob = Mailbox::named(
        &name("Bob Babbage", hostile),
        mailbox("bob@example.org").address,
    );
    let carol = mailbox("carol@example.org");
    let dave = mailbox("dave@example.org");
    let no_cert = PlanProblem::NoCert {
        recipient: carol.address.clone(),
    };
    let ended = PlanProblem::Unusable {
        recipient: dave.address.clone(),
        fingerprint: fingerprint('D'),
        why: Unusable::Expired { at: now() },
    };
    let row = |mailbox, cert: Result<_, _>| PreflightRow {
        mailbox,
        role: Role::To,
        scheme: cert.is_ok().then_some((Scheme::OpenPgp, Why::Only)),
        another: None,
        cert,
    };
    Preflight {
        from: Some(mailbox("ada@example.org")),
        rows: vec![
            row(bob, Ok((fingerprint('B'), Checked::Confirmed))),
            row(carol, Err(no_cert.clone())),
            row(dave, Err(ended.clone())),
        ],
        groups: Vec::new(),
        problems: vec![no_cert, ended],
        losses: Vec::new(),
        server: Some("smtp.example.org:465".to_owned()),
    }
}

/// What each sees of a letter that was sealed for Bob.
pub fn visible(hostile: bool) -> Vec<VisibleRow> {
    let seen = |what, servers, outside| VisibleRow {
        what,
        there: true,
        recipient: true,
        servers,
        eavesdropper: false,
        outside,
    };
    let text = |text: &str| Shown::Text(name(text, hostile).into());
    vec![
        seen(Visible::Subject, false, vec![text("[...]")]),
        seen(
            Visible::Names,
            true,
            vec![text("ada@example.org"), text("bob@example.org")],
        ),
        seen(Visible::Size, true, vec![Shown::Bytes(4_711)]),
    ]
}

/// A letter for Bob alone, who is ready.
pub fn preflight_for_bob() -> Preflight {
    let mut preflight = preflight(false);
    preflight.rows.truncate(1);
    preflight.problems.clear();
    preflight
}

/// People to write to.
pub fn contacts(hostile: bool) -> Vec<Contact> {
    let contact = |text: &str, ready| Contact {
        mailbox: Mailbox::named(
            &name(text, hostile),
            mailbox(&format!("{}@example.org", text.to_lowercase())).address,
        ),
        ready,
        written: None,
    };
    vec![
        contact("Bob", true),
        contact("Bobby", false),
        contact("Carol", false),
    ]
}

/// An own key, a confirmed one, one nobody looked at, one that ended.
pub fn keys(hostile: bool) -> Vec<KeyRow> {
    let ended = KeyState::Unusable(Unusable::Expired { at: now() });
    [
        ("Ada", Checked::Own, KeyState::Usable),
        ("Bob", Checked::Confirmed, KeyState::Usable),
        ("Carol", Checked::Unknown, KeyState::Usable),
        ("Dave", Checked::Accepted, ended),
    ]
    .into_iter()
    .zip(['A', 'B', 'C', 'D'])
    .map(|((who, checked, state), first)| KeyRow {
        fingerprint: fingerprint(first),
        kind: "openpgp",
        name: Some(name(who, hostile).into()),
        addresses: vec![mailbox(&format!("{}@example.org", who.to_lowercase())).address],
        state,
        checked,
        secret: checked == Checked::Own,
        created: now(),
        expires: None,
        judged: now(),
    })
    .collect()
}

/// Rows to be searched.
pub fn index(rows: Vec<KeyRow>) -> Arc<crate::app::key_index::KeyIndex> {
    Arc::new(crate::app::key_index::KeyIndex::of_rows(rows))
}

/// The card of one of them.
pub fn card(row: KeyRow, hostile: bool) -> KeyCard {
    KeyCard {
        checks: Vec::new(),
        user_ids: vec![name("Carol <carol@example.org>", hostile).into()],
        parts: Vec::new(),
        revoked: None,
        seen: Vec::new(),
        decided: Vec::new(),
        others: Vec::new(),
        both: Vec::new(),
        drilled: None,
        row,
    }
}

/// An unprotected letter with a part that has a protection of its own and `attachments` files.
pub fn reading(hostile: bool, attachments: usize) -> Arc<Reading> {
    let trick = if hostile {
        TRICKS.replace(['\r', '\n'], "")
    } else {
        String::new()
    };
    let long = "long ".repeat(if hostile { 2_000 } else { 1 });
    let encoded = |text: &str| {
        let hex: String = text.bytes().map(|b| format!("={b:02X}")).collect();
        format!("=?utf-8?Q?{hex}?=")
    };
    let subject = encoded(&format!("Hello{trick}"));
    let name = encoded(&format!("Bob{trick}"));
    let mut message = format!(
        "From: {name} <bob@example.org>\r\nTo: ada@example.org\r\nSubject: {subject}\r\n\
         Date: Sun, 03 May 2026 14:05:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nDear Ada,{trick}\r\n{long}\r\n\
         --b\r\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; \
         boundary=c\r\n\r\n--c\r\nContent-Type: application/pgp-encrypted\r\n\r\n\
         Version: 1\r\n--c\r\nContent-Type: application/octet-stream\r\n\r\nx\r\n--c--\r\n"
    );
    for index in 0..attachments {
        let tail = if index == 0 { long.as_str() } else { "" };
        let file = encoded(&format!("file {index}{trick}{tail}.pdf"));
        message.push_str(&format!(
            "--b\r\nContent-Type: application/pdf; name=\"{file}\"\r\n\
             Content-Disposition: attachment\r\n\r\n%PDF\r\n"
        ));
    }
    message.push_str("--b--\r\n");
    let bytes = message.into_bytes();
    let policy = Policy::default();
    let acceptance = Acceptance::new();
    let evidence = Evidence::default();
    let read = read::reading(&bytes, evidence, bytes.clone(), &acceptance, &policy, now());
    Arc::new(read.unwrap())
}

/// A report of a domain of which some things are well, some are not, and some are not known.
pub fn checked(hostile: bool) -> CheckAnswer {
    use crate::checkup::{self, Changes, Detail, FindingId, Owner, Paste};
    let domain = Name::parse("example.org").unwrap();
    let mut report = checkup::facts_testing::over(ZONE, |facts| {
        let subject = checkup::Subject {
            selectors: vec![("mail".to_owned(), checkup::SelectorSource::Known)],
            lists: Vec::new(),
            domain: domain.clone(),
        };
        checkup::domain(&subject, facts)
    });
    let odd = name("mx.example.org", hostile);
    let listed = Finding::fail(FindingId::Listed, odd.clone(), Owner::Provider);
    report
        .findings
        .push(listed.with(Detail::Names(vec![odd.clone()])));
    let record = Finding::fail(FindingId::DkimSyntax, "mail._domainkey", Owner::Registrar);
    report.findings.push(record.pasting(Paste {
        name: "mail._domainkey.example.org".to_owned(),
        kind: "TXT",
        before: Some(odd.clone()),
        after: format!("v=DKIM1; k=rsa; p={}", "MIIBIjAN".repeat(48)),
    }));
    CheckAnswer {
        domain: "example.org".to_owned(),
        at: now(),
        report,
        changes: Some((
            now(),
            Changes {
                mended: vec![(FindingId::SpfMissing, "example.org".to_owned())],
                broken: vec![(FindingId::Listed, odd)],
            },
        )),
        looked_up: Vec::new(),
        contacted: vec!["192.0.2.53:53".to_owned(), "mx.example.org:25".to_owned()],
    }
}

const ZONE: &str = "\
$ORIGIN example.org.
@ 300 IN MX 10 mx
@ 300 IN TXT \"v=spf1 include:_spf.example.net include:gone.example.net a:relay.example.org -all\"
_dmarc 300 IN TXT \"v=DMARC1; p=none; pct=50\"
mx 300 IN A 192.0.2.10
relay 300 IN A 192.0.2.11
_spf.example.net. 300 IN TXT \"v=spf1 ip4:192.0.2.0/24 -all\"
";
