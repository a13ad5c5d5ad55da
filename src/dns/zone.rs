//! A zone file (RFC 1035 §5) as the only source of answers.

use super::{
    ALIASES, Answer, Kind, Mx, Name, NotKnown, Question, RECORDS, Record, Reply, Srv, TEXT_BYTES,
    Tlsa,
};
use std::collections::BTreeMap;

/// Names with their records, out of one file. A name that is not in it does not exist.
#[derive(Debug, Clone, Default)]
pub struct Zone {
    records: BTreeMap<Name, Vec<Record>>,
    /// Every name at or above one that has records: it exists, if only as a step on the way.
    exists: std::collections::BTreeSet<Name>,
}

/// What is wrong with a zone file, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneProblem {
    /// The line, from 1.
    pub line: usize,
    /// What.
    pub what: &'static str,
}

/// A word of the file.
struct Word {
    text: Vec<u8>,
    quoted: bool,
}

/// One entry: its words, whether it began with white space (the owner is the last one's), its line.
struct Entry {
    words: Vec<Word>,
    indented: bool,
    line: usize,
}

impl Zone {
    /// Reads a zone file. Kinds of records that nothing here asks for are passed over.
    pub fn parse(text: &[u8]) -> Result<Self, ZoneProblem> {
        let mut zone = Zone::default();
        let mut origin = Name::root();
        let mut owner: Option<Name> = None;
        for entry in entries(text)? {
            let line = entry.line;
            let at = |what| ZoneProblem { line, what };
            let mut words = entry.words.iter();
            let first = match entry.words.first() {
                Some(first) => first,
                None => continue,
            };
            if !first.quoted && first.text.first() == Some(&b'$') {
                let argument = entry.words.get(1);
                match first.text.to_ascii_uppercase().as_slice() {
                    b"$ORIGIN" => {
                        let argument = argument.ok_or_else(|| at("$ORIGIN without a name"))?;
                        origin = name_of(argument, &origin).ok_or_else(|| at("a bad name"))?;
                    }
                    b"$TTL" => {}
                    // What it names would be read from the disk of whoever opens the file.
                    b"$INCLUDE" => return Err(at("$INCLUDE is not followed")),
                    _ => return Err(at("an unknown directive")),
                }
                continue;
            }
            if !entry.indented {
                words.next();
                owner = Some(name_of(first, &origin).ok_or_else(|| at("a bad name"))?);
            }
            let owner = owner
                .as_ref()
                .ok_or_else(|| at("a record without a name"))?;
            let mut rest: Vec<&Word> = words.collect();
            let kind = kind_of(&mut rest).ok_or_else(|| at("a record without a kind"))?;
            if let Some(record) = record_of(&kind, &rest, &origin).map_err(at)? {
                zone.add(owner.clone(), record);
            }
        }
        Ok(zone)
    }

    /// Adds a record.
    pub fn add(&mut self, name: Name, record: Record) {
        let mut above = Some(name.clone());
        while let Some(step) = above {
            above = step.parent();
            if !self.exists.insert(step) {
                break;
            }
        }
        self.records.entry(name).or_default().push(record);
    }

    /// The names below `name` that have records of a kind.
    pub fn below<'a>(&'a self, name: &'a Name, kind: Kind) -> impl Iterator<Item = &'a Name> {
        self.records
            .iter()
            .filter(move |(at, records)| {
                *at != name
                    && at.is_within(name)
                    && records.iter().any(|record| record.kind() == kind)
            })
            .map(|(at, _)| at)
    }

    /// Answers as a resolver would: aliases are followed, wildcards stand in (RFC 4592).
    pub fn answer(&self, question: &Question) -> Reply {
        let mut aliases = Vec::new();
        let mut name = question.name.clone();
        loop {
            let Some(records) = self.at(&name) else {
                return if self.exists.contains(&name) {
                    Reply::NoData
                } else {
                    Reply::NoName
                };
            };
            let found: Vec<Record> = records
                .iter()
                .filter(|record| record.kind() == question.kind)
                .take(RECORDS)
                .cloned()
                .collect();
            if !found.is_empty() {
                return Reply::Records(Answer {
                    records: found,
                    aliases,
                    secure: false,
                });
            }
            let next = records.iter().find_map(Record::alias);
            let Some(next) = next else {
                return Reply::NoData;
            };
            if aliases.len() >= ALIASES || *next == question.name || aliases.contains(next) {
                return Reply::Unknown(NotKnown::AliasLoop);
            }
            aliases.push(next.clone());
            name = next.clone();
        }
    }

    fn at(&self, name: &Name) -> Option<&Vec<Record>> {
        if let Some(records) = self.records.get(name) {
            return Some(records);
        }
        if self.exists.contains(name) {
            return None;
        }
        // The closest name above that exists decides which wildcard may stand in.
        let mut above = name.parent();
        while let Some(step) = above {
            if self.exists.contains(&step) {
                return self.records.get(&step.below("*").ok()?);
            }
            above = step.parent();
        }
        None
    }
}

/// Cuts the file into entries: comments go, parentheses join lines, quotes keep spaces.
fn entries(text: &[u8]) -> Result<Vec<Entry>, ZoneProblem> {
    let mut cut = Cut {
        line: 1,
        fresh: true,
        ..Cut::default()
    };
    let mut bytes = text.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if cut.fresh {
            cut.start = cut.line;
            cut.indented = matches!(byte, b' ' | b'\t');
            cut.fresh = false;
        }
        match byte {
            b'"' => cut.quote(&mut bytes)?,
            b';' => while bytes.next_if(|next| *next != b'\n').is_some() {},
            b'(' => {
                cut.end_word();
                cut.depth = cut.depth.saturating_add(1);
            }
            b')' => {
                cut.end_word();
                let shallower = cut.depth.checked_sub(1);
                cut.depth = shallower.ok_or_else(|| cut.problem("a parenthesis too many"))?;
            }
            b'\n' => cut.end_line(),
            b' ' | b'\t' | b'\r' => cut.end_word(),
            b'\\' => cut.word.get_or_insert_default().push(escaped(&mut bytes)),
            other => cut.word.get_or_insert_default().push(other),
        }
    }
    if cut.depth > 0 {
        // The line where the entry begins: the end of the file tells nothing.
        return Err(ZoneProblem {
            line: cut.start,
            what: "a parenthesis without end",
        });
    }
    cut.end_line();
    Ok(cut.entries)
}

/// A file while it is cut.
#[derive(Default)]
struct Cut {
    entries: Vec<Entry>,
    words: Vec<Word>,
    word: Option<Vec<u8>>,
    depth: usize,
    line: usize,
    start: usize,
    indented: bool,
    fresh: bool,
}

impl Cut {
    fn problem(&self, what: &'static str) -> ZoneProblem {
        ZoneProblem {
            line: self.line,
            what,
        }
    }

    fn end_word(&mut self) {
        let word = self.word.take();
        self.words.extend(word.map(|text| Word {
            text,
            quoted: false,
        }));
    }

    fn end_line(&mut self) {
        self.end_word();
        self.line = self.line.saturating_add(1);
        if self.depth > 0 {
            return;
        }
        self.fresh = true;
        if !self.words.is_empty() {
            self.entries.push(Entry {
                words: std::mem::take(&mut self.words),
                indented: self.indented,
                line: self.start,
            });
        }
    }

    fn quote(
        &mut self,
        bytes: &mut std::iter::Peekable<impl Iterator<Item = u8> + Clone>,
    ) -> Result<(), ZoneProblem> {
        self.end_word();
        let mut text = Vec::new();
        loop {
            match bytes.next() {
                Some(b'"') => break,
                Some(b'\\') => text.push(escaped(bytes)),
                Some(b'\n') | None => return Err(self.problem("a quote without end")),
                Some(other) => text.push(other),
            }
        }
        self.words.push(Word { text, quoted: true });
        Ok(())
    }
}

/// `\DDD` is an octet, `\X` is X (RFC 1035 §5.1).
fn escaped(bytes: &mut std::iter::Peekable<impl Iterator<Item = u8> + Clone>) -> u8 {
    let mut ahead = bytes.clone();
    let digits = [ahead.next(), ahead.next(), ahead.next()];
    let mut value = 0_u16;
    for digit in digits {
        match digit {
            Some(digit @ b'0'..=b'9') => {
                value = value
                    .saturating_mul(10)
                    .saturating_add(u16::from(digit.wrapping_sub(b'0')));
            }
            _ => return bytes.next().unwrap_or(b'\\'),
        }
    }
    match u8::try_from(value) {
        Ok(octet) => {
            *bytes = ahead;
            octet
        }
        Err(_) => bytes.next().unwrap_or(b'\\'),
    }
}

fn name_of(word: &Word, origin: &Name) -> Option<Name> {
    let text = std::str::from_utf8(&word.text).ok()?;
    match text {
        "@" => Some(origin.clone()),
        "." => Some(Name::root()),
        _ if text.ends_with('.') || origin.is_root() => Name::parse(text).ok(),
        _ => origin.below(text).ok(),
    }
}

/// Takes time to live and class off the front, in either order, and the kind.
fn kind_of(words: &mut Vec<&Word>) -> Option<String> {
    for _ in 0..3 {
        if words.is_empty() {
            return None;
        }
        let word = words.remove(0);
        let text = std::str::from_utf8(&word.text).ok()?.to_ascii_uppercase();
        let is_time = text.starts_with(|c: char| c.is_ascii_digit())
            && text
                .chars()
                .all(|c| c.is_ascii_digit() || "SMHDW".contains(c));
        if !is_time && !matches!(text.as_str(), "IN" | "CH" | "HS" | "CS") {
            return Some(text);
        }
    }
    None
}

/// The record that the words after the kind make; `None` for a kind that nothing here asks for.
fn record_of(kind: &str, words: &[&Word], origin: &Name) -> Result<Option<Record>, &'static str> {
    let text = |at: usize| {
        let word = words.get(at).ok_or("a record with too few words")?;
        std::str::from_utf8(&word.text).map_err(|_| "a record that is no text")
    };
    let name = |at: usize| {
        let word = words.get(at).ok_or("a record with too few words")?;
        name_of(word, origin).ok_or("a bad name")
    };
    let number = |at: usize| text(at)?.parse::<u16>().map_err(|_| "a bad number");
    let small = |at: usize| text(at)?.parse::<u8>().map_err(|_| "a bad number");
    Ok(Some(match kind {
        "A" => Record::A(text(0)?.parse().map_err(|_| "a bad IPv4 address")?),
        "AAAA" => Record::Aaaa(text(0)?.parse().map_err(|_| "a bad IPv6 address")?),
        "CNAME" => Record::Cname(name(0)?),
        "NS" => Record::Ns(name(0)?),
        "PTR" => Record::Ptr(name(0)?),
        "MX" => Record::Mx(Mx {
            preference: number(0)?,
            exchange: name(1)?,
        }),
        "SRV" => Record::Srv(Srv {
            priority: number(0)?,
            weight: number(1)?,
            port: number(2)?,
            target: name(3)?,
        }),
        "TLSA" => {
            let digits: Vec<u8> = words
                .iter()
                .skip(3)
                .flat_map(|word| word.text.clone())
                .collect();
            Record::Tlsa(Tlsa {
                usage: small(0)?,
                selector: small(1)?,
                matching: small(2)?,
                data: from_hex(&digits).ok_or("bad hexadecimal digits")?,
            })
        }
        "TXT" => {
            let strings: Vec<u8> = words.iter().flat_map(|word| word.text.clone()).collect();
            if words.is_empty() {
                return Err("a record with too few words");
            }
            if strings.len() > TEXT_BYTES {
                return Err("a text larger than a record can be");
            }
            Record::Txt(strings)
        }
        _ => return Ok(None),
    }))
}

fn from_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| {
        char::from(digit)
            .to_digit(16)
            .and_then(|v| u8::try_from(v).ok())
    };
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some((value(*high)? << 4) | value(*low)?),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(zone: &Zone, name: &str, kind: Kind) -> Reply {
        zone.answer(&Question::new(Name::parse(name).unwrap(), kind))
    }

    fn records(reply: Reply) -> Vec<Record> {
        match reply {
            Reply::Records(answer) => answer.records,
            other => panic!("{other:?}"),
        }
    }

    const FILE: &str = r#"
$ORIGIN example.org.
$TTL 1h
@   3600 IN SOA ns.example.org. root.example.org. ( 1 2h ; refresh
        1h 1w 1d )
    IN  NS   ns
    MX  10 mail
    IN 300 MX 20 backup.example.net.
    TXT "v=spf1 include:_spf.example.net" " -all" ; two strings
mail A 192.0.2.1
     AAAA 2001:db8::1
www CNAME mail
loop CNAME pool
pool CNAME loop
*.wild TXT "any \"thing\" \065"
a.wild A 192.0.2.2
_25._tcp.mail TLSA 3 1 1 ( 00ff
   AbCd )
deep.er.step A 192.0.2.3
1.2.0.192.in-addr.arpa. PTR mail.example.org.
nobody.example. MX 0 .
other.example. TYPE65280 \# 1 00
"#;

    #[test]
    fn a_zone_file_answers_as_a_resolver_would() {
        let zone = Zone::parse(FILE.as_bytes()).unwrap();
        assert_eq!(records(ask(&zone, "example.org", Kind::Mx)).len(), 2);
        assert_eq!(
            records(ask(&zone, "example.org", Kind::Txt)),
            [Record::Txt(
                b"v=spf1 include:_spf.example.net -all".to_vec()
            )]
        );
        match ask(&zone, "www.example.org", Kind::A) {
            Reply::Records(answer) => {
                assert_eq!(answer.aliases, [Name::parse("mail.example.org").unwrap()]);
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(ask(&zone, "www.example.org", Kind::Mx), Reply::NoData);
        assert_eq!(ask(&zone, "er.step.example.org", Kind::A), Reply::NoData);
        assert_eq!(ask(&zone, "nothing.example.org", Kind::A), Reply::NoName);
        let looped = ask(&zone, "loop.example.org", Kind::A);
        assert_eq!(looped, Reply::Unknown(NotKnown::AliasLoop));
        assert_eq!(
            records(ask(&zone, "x.y.wild.example.org", Kind::Txt)),
            [Record::Txt(b"any \"thing\" A".to_vec())]
        );
        assert_eq!(ask(&zone, "a.wild.example.org", Kind::Txt), Reply::NoData);
        let tlsa = records(ask(&zone, "_25._tcp.mail.example.org", Kind::Tlsa));
        assert!(matches!(&tlsa[..], [Record::Tlsa(tlsa)] if tlsa.data == [0, 0xff, 0xab, 0xcd]));
        let null = records(ask(&zone, "nobody.example", Kind::Mx));
        assert!(matches!(&null[..], [Record::Mx(mx)] if mx.exchange.is_root()));
    }

    #[test]
    fn what_is_wrong_in_a_zone_file_is_told_with_its_line() {
        for (text, line) in [
            ("$INCLUDE /etc/passwd\n", 1),
            ("$ORIGIN example.org.\n\na A 1.2.3\n", 3),
            ("a.example. TXT \"no end\n", 1),
            ("a.example. TXT ( \"x\"\n", 1),
            (")\n", 1),
            (" A 192.0.2.1\n", 1),
            ("a.example. MX ten mail\n", 1),
            ("a.example. TLSA 3 1 1 abc\n", 1),
        ] {
            let problem = Zone::parse(text.as_bytes()).unwrap_err();
            assert_eq!(problem.line, line, "{text:?}: {problem:?}");
        }
    }
}
