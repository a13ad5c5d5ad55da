//! Every certificate as a row, with what it can be searched by: made in a job, looked into while a
//! person types. Of 100,000 rows a search takes a few milliseconds.

use crate::app::command::{KeyRow, KeyState};
use crate::base::Time;
use crate::cert::Checked;
use std::collections::HashMap;
use std::time::Duration;

/// An own key needs a look so long before its end (rule 52).
const ENDS_SOON: Duration = Duration::from_secs(60 * 86_400);

/// One certificate in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// As it is shown.
    pub row: KeyRow,
    /// What it can be found by beyond its row: all its user IDs.
    pub names: String,
    /// Changes when the certificate does; empty when nothing tells.
    pub stamp: String,
    /// Until when the row stays true by itself: something in it begins or ends then.
    pub good_until: Option<Time>,
}

/// Which rows are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyFilter {
    /// All.
    All,
    /// One's own.
    Mine,
    /// Other people's.
    People,
    /// Those that wait for a decision, are of no use, or end soon.
    NeedsLook,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeySort {
    /// One's own first, then by name.
    Name,
    /// What ends first stands first; what does not end, last.
    Ends,
    /// What was made last stands first.
    Newest,
}

/// The index.
#[derive(Debug, Default)]
pub struct KeyIndex {
    entries: Vec<Entry>,
    /// What each row can be found by, in lower case, a line for each.
    text: String,
    /// Where each row's line begins.
    starts: Vec<usize>,
    by_end: Vec<usize>,
    by_age: Vec<usize>,
    at: HashMap<crate::cert::Fingerprint, usize>,
}

impl KeyIndex {
    /// Puts rows in order and makes them findable.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_cached_key(|entry| {
            let row = &entry.row;
            let name = row.name.as_ref().map(|name| name.raw().to_lowercase());
            let address = row.addresses.first().map(|a| a.key().to_owned());
            let name = name.or(address).unwrap_or_default().replace('\n', " ");
            // Those without a name stand last.
            (!row.secret, name.is_empty(), name, row.fingerprint.clone())
        });
        let mut text = String::new();
        let mut starts = Vec::with_capacity(entries.len());
        for entry in &entries {
            starts.push(text.len());
            text.push_str(&findable(entry));
            text.push('\n');
        }
        let order = |key: &dyn Fn(&KeyRow) -> (bool, i64)| {
            let mut order: Vec<usize> = (0..entries.len()).collect();
            order.sort_by_cached_key(|index| entries.get(*index).map(|e| key(&e.row)));
            order
        };
        let seconds = |time: Time| time.as_second();
        KeyIndex {
            by_end: order(&|row| (row.expires.is_none(), row.expires.map_or(0, seconds))),
            by_age: order(&|row| (false, -seconds(row.created))),
            at: entries
                .iter()
                .enumerate()
                .map(|(index, entry)| (entry.row.fingerprint.clone(), index))
                .collect(),
            entries,
            text,
            starts,
        }
    }

    /// An index of rows alone.
    pub fn of_rows(rows: Vec<KeyRow>) -> Self {
        let entry = |row| Entry {
            row,
            names: String::new(),
            stamp: String::new(),
            good_until: None,
        };
        KeyIndex::new(rows.into_iter().map(entry).collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A row by its place.
    pub fn row(&self, index: usize) -> Option<&KeyRow> {
        self.entries.get(index).map(|entry| &entry.row)
    }

    /// All rows, in the order of [`KeySort::Name`].
    pub fn rows(&self) -> impl Iterator<Item = &KeyRow> {
        self.entries.iter().map(|entry| &entry.row)
    }

    /// What is known of a certificate.
    pub fn entry(&self, fingerprint: &crate::cert::Fingerprint) -> Option<&Entry> {
        self.entries.get(*self.at.get(fingerprint)?)
    }

    /// How many rows a filter leaves.
    pub fn count(&self, filter: KeyFilter) -> usize {
        self.rows().filter(|row| passes(row, filter)).count()
    }

    /// The places of the rows that hold every word of `query` (in a name, an address or the
    /// fingerprint; a fingerprint may have gaps), that pass the filter, in the order wanted.
    pub fn search(&self, query: &str, filter: KeyFilter, sort: KeySort) -> Vec<usize> {
        let found = self.holding(query);
        let wanted = |index: &usize| {
            let held = found
                .as_ref()
                .is_none_or(|found| found.get(*index) == Some(&true));
            held && self.row(*index).is_some_and(|row| passes(row, filter))
        };
        match sort {
            KeySort::Name => (0..self.entries.len()).filter(wanted).collect(),
            KeySort::Ends => self.by_end.iter().copied().filter(wanted).collect(),
            KeySort::Newest => self.by_age.iter().copied().filter(wanted).collect(),
        }
    }

    /// Which rows hold the query; `None`: all.
    fn holding(&self, query: &str) -> Option<Vec<bool>> {
        let query = query.to_lowercase();
        let mut words = query.split_whitespace();
        let mut found = self.with(words.next()?);
        for word in words {
            let also = self.with(word);
            for (held, also) in found.iter_mut().zip(also) {
                *held &= also;
            }
        }
        let digits: String = query
            .trim()
            .trim_start_matches("0x")
            .chars()
            .filter(|c| !matches!(c, ' ' | ':'))
            .collect();
        let is_hex = digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if is_hex && digits != query {
            for (held, also) in found.iter_mut().zip(self.with(&digits)) {
                *held |= also;
            }
        }
        Some(found)
    }

    fn with(&self, word: &str) -> Vec<bool> {
        let mut found = vec![false; self.entries.len()];
        let finder = memchr::memmem::Finder::new(word.as_bytes());
        let text = self.text.as_bytes();
        let mut at = 0;
        while let Some(ahead) = text.get(at..).and_then(|rest| finder.find(rest)) {
            let place = at + ahead;
            let after = self.starts.partition_point(|start| *start <= place);
            if let Some(held) = found.get_mut(after.saturating_sub(1)) {
                *held = true;
            }
            match self.starts.get(after) {
                Some(next) => at = *next,
                None => break,
            }
        }
        found
    }
}

/// What a row is found by: one line, so that no word runs over its end.
fn findable(entry: &Entry) -> String {
    let row = &entry.row;
    let mut text = row.fingerprint.as_hex().to_owned();
    for address in &row.addresses {
        text.push(' ');
        text.push_str(address.as_str());
    }
    if let Some(name) = &row.name {
        text.push(' ');
        text.push_str(name.raw());
    }
    text.push(' ');
    text.push_str(&entry.names);
    text.to_lowercase().replace('\n', " ")
}

fn passes(row: &KeyRow, filter: KeyFilter) -> bool {
    match filter {
        KeyFilter::All => true,
        KeyFilter::Mine => row.secret,
        KeyFilter::People => !row.secret,
        KeyFilter::NeedsLook => needs_look(row),
    }
}

/// Whether the person has something to decide or to do about it.
pub fn needs_look(row: &KeyRow) -> bool {
    let ends_soon = row.expires.is_some_and(|end| {
        row.judged
            .checked_add(ENDS_SOON)
            .is_ok_and(|soon| end <= soon)
    });
    match (&row.state, row.checked) {
        (_, Checked::Rejected) => false,
        _ if row.secret => {
            ends_soon
                && !matches!(
                    row.state,
                    KeyState::Unusable(crate::cert::Unusable::Revoked { .. })
                )
        }
        (KeyState::Unusable(_), checked) => checked.counts(),
        (KeyState::Usable, checked) => !checked.counts(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::address::Address;
    use crate::cert::{Fingerprint, Unusable};

    fn row(number: u32, name: &str, checked: Checked) -> KeyRow {
        let digits = format!("{number:08X}").repeat(5);
        KeyRow {
            fingerprint: Fingerprint::parse(&digits).unwrap(),
            kind: "openpgp",
            name: Some(name.into()),
            addresses: vec![Address::parse(&format!("p{number}@example.org")).unwrap()],
            state: KeyState::Usable,
            checked,
            secret: checked == Checked::Own,
            created: at(i64::from(number)),
            expires: (!number.is_multiple_of(3)).then(|| at(900_000_000 - i64::from(number))),
            judged: at(0),
        }
    }

    fn at(second: i64) -> Time {
        Time::from_second(second).unwrap()
    }

    fn names(index: &KeyIndex, found: &[usize]) -> Vec<String> {
        found
            .iter()
            .filter_map(|place| Some(index.row(*place)?.name.as_ref()?.raw().to_owned()))
            .collect()
    }

    fn sample() -> KeyIndex {
        KeyIndex::of_rows(vec![
            row(1, "Bob Babbage", Checked::Confirmed),
            row(2, "Ärzte am Markt", Checked::Unknown),
            row(3, "Me", Checked::Own),
            row(4, "bob\nbreaker", Checked::Rejected),
        ])
    }

    #[test]
    fn every_word_counts_in_any_case_and_own_keys_stand_first() {
        let index = sample();
        let find = |query: &str| names(&index, &index.search(query, KeyFilter::All, KeySort::Name));
        assert_eq!(
            find(""),
            ["Me", "Bob Babbage", "bob\nbreaker", "Ärzte am Markt"]
        );
        assert_eq!(find("BOB"), ["Bob Babbage", "bob\nbreaker"]);
        assert_eq!(find("babbage bob"), ["Bob Babbage"]);
        assert_eq!(find("ärzte"), ["Ärzte am Markt"]);
        assert_eq!(find("p2@example"), ["Ärzte am Markt"]);
        assert_eq!(find("bob ärzte"), [""; 0]);
        assert_eq!(find("bob\nbreaker"), ["bob\nbreaker"]);
    }

    #[test]
    fn fingerprints_are_found_in_every_spelling() {
        let index = sample();
        let whole = index.row(1).unwrap().fingerprint.clone();
        for spelled in [
            whole.to_string(),
            whole.grouped(),
            whole.to_string().to_lowercase(),
            format!("0x{whole}"),
            whole.grouped().replace(' ', ":"),
        ] {
            let found = index.search(&spelled, KeyFilter::All, KeySort::Name);
            assert_eq!(found, [1], "{spelled}");
        }
    }

    #[test]
    fn filters_and_orders() {
        let mut rows: Vec<KeyRow> = sample().rows().cloned().collect();
        rows[1].state = KeyState::Unusable(Unusable::NoKey);
        let index = KeyIndex::of_rows(rows);
        let find = |filter, sort| names(&index, &index.search("", filter, sort));
        assert_eq!(find(KeyFilter::Mine, KeySort::Name), ["Me"]);
        assert_eq!(index.count(KeyFilter::People), 3);
        // A confirmed key that is of no use, and one that nobody decided about.
        let look = find(KeyFilter::NeedsLook, KeySort::Name);
        assert_eq!(look, ["Bob Babbage", "Ärzte am Markt"]);
        let ends = find(KeyFilter::All, KeySort::Ends);
        assert_eq!(
            ends,
            ["bob\nbreaker", "Ärzte am Markt", "Bob Babbage", "Me"]
        );
        let newest = find(KeyFilter::All, KeySort::Newest);
        assert_eq!(
            newest,
            ["bob\nbreaker", "Me", "Ärzte am Markt", "Bob Babbage"]
        );
    }

    #[test]
    fn rule_52_an_own_key_needs_a_look_sixty_days_ahead() {
        let mut own = row(1, "Me", Checked::Own);
        own.expires = Some(at(61 * 86_400));
        assert!(!needs_look(&own));
        own.expires = Some(at(60 * 86_400));
        assert!(needs_look(&own));
    }

    fn many_rows(count: u32) -> KeyIndex {
        let rows = (0..count).map(|n| row(n, &format!("Person {n} of many"), Checked::Unknown));
        KeyIndex::of_rows(rows.collect())
    }

    #[test]
    fn a_hundred_thousand_rows_are_searched() {
        let index = many_rows(100_000);
        let found = |query| index.search(query, KeyFilter::People, KeySort::Ends).len();
        assert_eq!(found("person"), 100_000);
        assert_eq!(found("p99999@"), 1);
        assert_eq!(found("nothing like it"), 0);
    }

    #[test]
    #[ignore = "measured by tests/bench"]
    fn bench_passes_of_searching_ten_thousand_keys() {
        let index = many_rows(10_000);
        let mut worst = 0_f64;
        for query in ["person", "person 99", "p9999@", "nothing like it"] {
            let mut best = f64::MAX;
            for _ in 0..20 {
                let before = crate::base::testing::cpu_seconds();
                let found = index.search(query, KeyFilter::People, KeySort::Ends);
                best = best.min(crate::base::testing::cpu_seconds() - before);
                std::hint::black_box(found);
            }
            worst = worst.max(best);
        }
        println!("pass: Search of 10,000 keys: {:.3} ms", worst * 1e3);
    }
}
