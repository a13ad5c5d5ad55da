use super::*;
use crate::checkup::facts_testing::over;
use std::collections::BTreeMap;
use std::fmt::Write as _;

fn outcome(zone: &str, ip: &str, helo: &str, mail_from: &str) -> Spf {
    let client = Client {
        ip: ip.parse().unwrap(),
        helo: helo.to_owned(),
        mail_from: mail_from.to_owned(),
    };
    over(zone, |facts| check(&client, facts))
}

#[test]
fn a_client_is_judged_by_the_domain_of_the_sender() {
    let zone = "example.org. IN TXT \"v=spf1 ip4:192.0.2.0/24 -all\"\n";
    let word = |ip: &str| {
        outcome(zone, ip, "mail.example.net", "a@example.org")
            .outcome
            .word()
    };
    assert_eq!(word("192.0.2.9"), "pass");
    assert_eq!(word("::ffff:192.0.2.9"), "pass");
    assert_eq!(word("198.51.100.1"), "fail");
    let none = outcome(zone, "192.0.2.9", "mail.example.net", "a@other.example");
    assert_eq!(none.outcome.word(), "none");
}

/// A zone file out of what a test of the public suite has.
fn zone_of(records: &[(String, String)]) -> String {
    let mut zone = String::new();
    let mut add = |name: &str, rest: String| writeln!(zone, "{name}. IN {rest}").unwrap();
    for (kind, line) in records {
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let values = || value.split(',').map(str::trim).filter(|v| !v.is_empty());
        match kind.as_str() {
            "spf" | "exp" => {
                let chunks: Vec<String> = value
                    .as_bytes()
                    .chunks(200)
                    .map(|c| {
                        format!(
                            "\"{}\"",
                            String::from_utf8_lossy(c)
                                .replace('\\', "\\\\")
                                .replace('"', "\\\"")
                        )
                    })
                    .collect();
                add(name, format!("TXT {}", chunks.join(" ")));
            }
            "a" => values().for_each(|ip| add(name, format!("A {ip}"))),
            "aaaa" => values().for_each(|ip| add(name, format!("AAAA {ip}"))),
            "ptr" => {
                let reverse = Name::reverse(name.parse().unwrap());
                values().for_each(|host| {
                    add(
                        reverse.as_str().trim_end_matches('.'),
                        format!("PTR {}.", host.trim_end_matches('.')),
                    )
                });
            }
            "mx" => {
                for (at, ip) in values().enumerate() {
                    let host = format!("mx{at}.hosts-of.{name}");
                    add(name, format!("MX {} {host}.", at + 1));
                    let kind = if ip.contains(':') { "AAAA" } else { "A" };
                    add(&host, format!("{kind} {ip}"));
                }
            }
            other => panic!("{other}"),
        }
    }
    zone
}

#[test]
fn the_public_suite_comes_out_as_it_says() {
    let Some(vectors) = std::env::var_os("WAXWING_VECTORS") else {
        return;
    };
    let folder = std::path::Path::new(&vectors).join("mail-auth/resources/spf");
    let mut wrong = Vec::new();
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, piece) in text.split("---\n").enumerate() {
            let mut name = String::new();
            let mut records = Vec::new();
            let mut test: BTreeMap<&str, String> = BTreeMap::new();
            for line in piece.lines() {
                let line = line.trim();
                let line = line.strip_prefix('-').map_or(line, str::trim);
                let Some((key, value)) = line.split_once(':') else {
                    continue;
                };
                let value = value.trim().to_owned();
                match key {
                    "name" => name = value,
                    "spf" | "exp" | "a" | "aaaa" | "ptr" | "mx" => {
                        // Of two with one name the later stands.
                        let head = value.split(' ').next().unwrap_or_default().to_owned();
                        records.retain(|(kind, line): &(String, String)| {
                            kind != key || line.split(' ').next() != Some(head.as_str())
                        });
                        records.push((key.to_owned(), value));
                    }
                    "domain" | "sender" | "ip" => {
                        test.insert(key, value);
                    }
                    "expect" => {
                        // Names that no zone file can hold, and failing servers, are tested elsewhere.
                        let said = value.split_once(' ');
                        let (expected, words) = said.map_or((value.as_str(), ""), |(e, w)| (e, w));
                        count += 1;
                        let found = verdict(&records, &test);
                        let Some(found) = found else {
                            continue;
                        };
                        let explained = found.explanation.as_deref().unwrap_or_default();
                        if found.outcome.word() != expected || explained != words {
                            wrong.push(format!(
                                "{} {number} {name:?} {test:?}: {found:?}, not {value}",
                                path.file_name().unwrap().display()
                            ));
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(count >= 141, "{count} tests");
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn verdict(records: &[(String, String)], test: &BTreeMap<&str, String>) -> Option<Spf> {
    let lawful = |(_, line): &&(String, String)| {
        let name = line.split(' ').next().unwrap_or_default();
        name.len() < 254 && name.split('.').all(|label| label.len() < 64)
    };
    let records: Vec<(String, String)> = records.iter().filter(lawful).cloned().collect();
    let zone = zone_of(&records);
    let zone = match crate::dns::Zone::parse(zone.as_bytes()) {
        Ok(zone) => zone,
        Err(problem) => panic!("{problem:?} in {zone}"),
    };
    let client = Client {
        ip: test["ip"].parse().unwrap(),
        helo: test["domain"].clone(),
        mail_from: test["sender"].clone(),
    };
    let mut snapshot = crate::dns::Snapshot::default();
    loop {
        let facts = Facts::new(&snapshot);
        let found = check(&client, &facts);
        let wanted = facts.wanted();
        if wanted.is_empty() {
            return Some(found);
        }
        for question in wanted {
            // The suite's name for a server that fails.
            let reply = match question.name.as_str().contains("_dns_error") {
                true => crate::dns::Reply::Unknown(NotKnown::ServerFailure),
                false => zone.answer(&question),
            };
            snapshot.keep(question, reply);
        }
    }
}
