//! A report of the check-up as a page: everything in one file, no script, nothing fetched; it reads in
//! both themes and prints in black on white.

use super::checkup::{finding, finding_title, owner, record_steps, result};
use super::date_time;
use super::server_guide::{RESTRICTIONS, TRANSPORT_GUIDE};
use crate::app::command::CheckAnswer;
use crate::base::untrusted::escape_line;
use crate::checkup::{Finding, FindingId, Outcome, Owner, Topic};

const STYLE: &str = "\
:root{color-scheme:light dark;--paper:#FAF8F4;--sheet:#FFF;--line:#DED7CB;--ink:#221E1B;--faded:#6B625A;\
--good:#1D6B50;--bad:#B3261E;--look:#8A5A00;--grey:#55606B}\
@media (prefers-color-scheme:dark){:root{--paper:#1A1817;--sheet:#221F1D;--line:#37322E;--ink:#EFE9E0;\
--faded:#A79D92;--good:#5CC29B;--bad:#F2837B;--look:#E0AE4E;--grey:#9AA7B4}}\
body{font:15px/1.45 system-ui,sans-serif;background:var(--paper);color:var(--ink);max-width:52rem;\
margin:2rem auto;padding:0 1rem}\
h1{font-size:24px;margin:0}h2{font-size:18px;margin:2rem 0 .5rem}p{margin:.25rem 0}\
.faded{color:var(--faded)}\
.bar{display:flex;height:12px;border-radius:6px;overflow:hidden;margin:1rem 0 .25rem}\
.card{background:var(--sheet);border:1px solid var(--line);border-radius:6px;padding:.75rem 1rem;margin:.5rem 0;\
break-inside:avoid}\
.pass{color:var(--good)}.fail{color:var(--bad)}.advice{color:var(--look)}.unknown{color:var(--grey)}\
.bar .pass{background:var(--good)}.bar .fail{background:var(--bad)}.bar .advice{background:var(--look)}\
.bar .unknown{background:var(--grey)}\
.mark{font-weight:600}pre{white-space:pre-wrap;overflow-wrap:anywhere;border:1px solid var(--line);\
border-radius:6px;padding:.5rem;margin:.5rem 0 0;font-size:13px}td{padding:0 1rem .25rem 0;vertical-align:top}\
@media print{:root{--paper:#FFF;--sheet:#FFF;--line:#999;--ink:#000;--faded:#333;--good:#000;--bad:#000;\
--look:#000;--grey:#000}body{margin:0;max-width:none;font-size:11pt}.bar{display:none}}";

/// What a program cannot check, in the words of the reading page's cautions.
pub const CHECKUP_GUIDE: [&str; 4] = [
    "A link shows one place and may lead to another: look at the part of the name right before the first single slash.",
    "An attachment that is a program, a script or a document with macros is opened only after asking its sender by another way.",
    "Who presses for speed, secrecy or a payment to a new account is called back under a number that was known before.",
    "Everybody in a house that gets mail should see these tricks once in practice, and know whom to tell.",
];

/// The whole page.
pub fn checkup_page(answer: &CheckAnswer) -> String {
    let all = &answer.report.findings;
    let domain = text(&answer.domain);
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <title>Check-up of {domain}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>Check-up of {domain}</h1>\n<p class=\"faded\">{}</p>\n",
        text(&date_time(answer.at))
    );
    totals(all, &mut page);
    since(answer, &mut page);
    for topic in Topic::ALL {
        let mut of_topic: Vec<&Finding> = all.iter().filter(|f| f.id.topic() == topic).collect();
        if of_topic.is_empty() {
            continue;
        }
        of_topic.sort_by_key(|finding| (rank(finding), finding.id));
        page.push_str(&format!("<h2>{}</h2>\n", checkup_heading(topic)));
        let (passed, open): (Vec<&Finding>, Vec<&Finding>) = of_topic
            .into_iter()
            .partition(|finding| class(finding) == "pass");
        open.iter().for_each(|finding| card(finding, &mut page));
        if !passed.is_empty() {
            page.push_str("<div class=\"card\">\n");
            passed.iter().for_each(|finding| line(finding, &mut page));
            page.push_str("</div>\n");
        }
    }
    guide("Ports and policies", &TRANSPORT_GUIDE, &mut page);
    guide("What no program can check", &CHECKUP_GUIDE, &mut page);
    restrictions(&mut page);
    page.push_str("<h2>Contacted</h2>\n<p>");
    let contacted: Vec<String> = answer.contacted.iter().map(|host| text(host)).collect();
    page.push_str(match contacted.is_empty() {
        true => "Nobody.",
        false => "",
    });
    page.push_str(&contacted.join(", "));
    page.push_str("</p>\n</body>\n</html>\n");
    page
}

fn guide(title: &str, lines: &[&str], page: &mut String) {
    page.push_str(&format!("<h2>{title}</h2>\n<div class=\"card\"><ul>\n"));
    for line in lines {
        page.push_str(&format!("<li>{}</li>\n", text(line)));
    }
    page.push_str("</ul></div>\n");
}

/// What a part of a report is called.
pub fn checkup_heading(topic: Topic) -> &'static str {
    match topic {
        Topic::Sending => "Sending",
        Topic::Servers => "Servers",
        Topic::Transport => "Transport",
        Topic::Found => "Finding you",
        Topic::Account => "Behind your login",
    }
}

/// What is to be done comes first.
fn rank(finding: &Finding) -> u8 {
    match (finding.outcome, finding.advice) {
        (Outcome::Fail, _) => 0,
        (Outcome::Pass, true) => 1,
        (Outcome::Unknown, _) => 2,
        (Outcome::Pass, false) => 3,
    }
}

fn class(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.advice) {
        (Outcome::Fail, _) => "fail",
        (Outcome::Pass, true) => "advice",
        (Outcome::Unknown, _) => "unknown",
        (Outcome::Pass, false) => "pass",
    }
}

fn mark(finding: &Finding) -> &'static str {
    match (finding.outcome, finding.advice) {
        (Outcome::Fail, _) => "✗",
        (Outcome::Pass, true) => "·",
        (Outcome::Unknown, _) => "?",
        (Outcome::Pass, false) => "✓",
    }
}

fn totals(all: &[Finding], page: &mut String) {
    let mut bar = String::new();
    let mut words = Vec::new();
    for (kind, word) in [
        ("pass", "passed"),
        ("fail", "to do"),
        ("advice", "could be better"),
        ("unknown", "unknown"),
    ] {
        let count = all.iter().filter(|finding| class(finding) == kind).count();
        words.push(format!("{count} {word}"));
        if count > 0 {
            bar.push_str(&format!(
                "<span class=\"{kind}\" style=\"flex:{count}\"></span>"
            ));
        }
    }
    page.push_str(&format!(
        "<div class=\"bar\" aria-hidden=\"true\">{bar}</div>\n<p>{}</p>\n",
        words.join(" · ")
    ));
}

fn since(answer: &CheckAnswer, page: &mut String) {
    let Some((then, changes)) = &answer.changes else {
        return;
    };
    page.push_str(&format!(
        "<h2>Since {}</h2>\n<div class=\"card\">\n",
        text(&date_time(*then))
    ));
    let line = |word: &str, (id, subject): &(FindingId, String)| {
        format!(
            "<p>{word}: {} ({})</p>\n",
            text(finding_title(*id)),
            text(subject)
        )
    };
    let broken = changes.broken.iter().map(|what| line("Broken", what));
    let mended = changes.mended.iter().map(|what| line("Mended", what));
    let lines: String = broken.chain(mended).collect();
    page.push_str(match lines.is_empty() {
        true => "<p>Nothing changed.</p>\n",
        false => &lines,
    });
    page.push_str("</div>\n");
}

/// What to restrict on a server of one's own.
fn restrictions(page: &mut String) {
    page.push_str("<h2>On a mail server of your own</h2>\n");
    for restriction in RESTRICTIONS {
        page.push_str(&format!(
            "<div class=\"card\">\n<p><b>{}</b></p>\n<p>{}</p>\n",
            text(restriction.what),
            text(restriction.why)
        ));
        for (program, lines) in restriction.lines {
            let lines: Vec<String> = lines.lines().map(text).collect();
            page.push_str(&format!(
                "<p class=\"faded\">{}</p>\n<pre>{}</pre>\n",
                text(program),
                lines.join("\n")
            ));
        }
        page.push_str("</div>\n");
    }
}

/// What passed, in a line.
fn line(found: &Finding, page: &mut String) {
    let (class, mark) = (class(found), mark(found));
    page.push_str(&format!(
        "<p><span class=\"mark {class}\">{mark} {}</span> {} <span class=\"faded\">{}</span></p>\n",
        text(result(found)),
        text(finding(found).title),
        text(&found.subject)
    ));
}

fn card(found: &Finding, page: &mut String) {
    let words = finding(found);
    let (class, mark) = (class(found), mark(found));
    page.push_str(&format!(
        "<div class=\"card\">\n<p><span class=\"mark {class}\">{mark} {}</span> <b>{}</b> \
         <span class=\"faded\">{}</span></p>\n<p>{}</p>\n",
        text(result(found)),
        text(words.title),
        text(&found.subject),
        text(&words.means)
    ));
    match &found.paste {
        Some(paste) => {
            if let Some(before) = &paste.before {
                page.push_str(&format!(
                    "<p class=\"faded\">The {} record at {} is now:</p>\n<pre>{}</pre>\n",
                    paste.kind,
                    text(&paste.name),
                    text(before)
                ));
            }
            page.push_str(&format!(
                "<p class=\"faded\">The {} record at {} should be:</p>\n<pre>{}</pre>\n",
                paste.kind,
                text(&paste.name),
                text(&paste.after)
            ));
            let steps = text(&record_steps(paste));
            page.push_str(&format!("<p class=\"faded\">{steps}</p>\n"));
        }
        None if !words.fix.is_empty() => page.push_str(&format!("<p>{}</p>\n", text(&words.fix))),
        None => {}
    }
    if found.owner != Owner::Nobody {
        let owner = text(owner(found.owner));
        page.push_str(&format!("<p class=\"faded\">The job is {owner}.</p>\n"));
    }
    page.push_str("</div>\n");
}

/// Text for a page: what may come from strangers has no controls and no markup.
fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in escape_line(raw).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
