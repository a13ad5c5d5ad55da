//! Dates in header fields (RFC 5322 §3.3 and §4.3).

use super::params::read_comment;
use crate::base::Time;
use jiff::civil::DateTime;
use jiff::tz::Offset;

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a date-time, obsolete forms too: comments, two-digit years, missing seconds, zone names.
/// A zone that is not known counts as UTC. The day of the week is not checked.
pub fn parse_date(value: &str) -> Option<Time> {
    let text = without_comments(value.get(..256).unwrap_or(value));
    let mut words = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .peekable();
    words.next_if(|word| word.chars().all(char::is_alphabetic));
    let day: i8 = words.next()?.parse().ok()?;
    let month = words.next()?.get(..3)?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| *m == month)?;
    let month = i8::try_from(month.checked_add(1)?).ok()?;
    let year = year(words.next()?)?;
    let mut clock = words.next()?.split(':');
    let hour: i8 = clock.next()?.parse().ok()?;
    let minute: i8 = clock.next()?.parse().ok()?;
    // A leap second counts as the one before it.
    let second: i8 = clock.next().map_or(Some(0), |s| s.parse().ok())?;
    let civil = DateTime::new(year, month, day, hour, minute, second.min(59), 0).ok()?;
    offset(words.next().unwrap_or("GMT"))?
        .to_timestamp(civil)
        .ok()
}

fn year(word: &str) -> Option<i16> {
    let year: i16 = word.parse().ok().filter(|y| *y >= 0)?;
    match word.len() {
        2 if year < 50 => year.checked_add(2000),
        2 | 3 => year.checked_add(1900),
        4 => Some(year),
        _ => None,
    }
}

fn offset(zone: &str) -> Option<Offset> {
    if let Some(sign @ ('+' | '-')) = zone.chars().next() {
        let digits: i32 = zone.get(1..)?.parse().ok().filter(|d| *d >= 0)?;
        if zone.len() != 5 || digits % 100 > 59 {
            return None;
        }
        let seconds = (digits / 100)
            .checked_mul(3600)?
            .checked_add((digits % 100).checked_mul(60)?)?;
        let seconds = if sign == '-' {
            seconds.checked_neg()?
        } else {
            seconds
        };
        return Offset::from_seconds(seconds).ok();
    }
    let hours = match zone.to_ascii_uppercase().as_str() {
        "EDT" => -4,
        "EST" | "CDT" => -5,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => 0,
    };
    Offset::from_hours(hours).ok()
}

fn without_comments(value: &str) -> String {
    let mut chars = value.chars().peekable();
    let mut out = String::with_capacity(value.len());
    while let Some(c) = chars.next() {
        if c == '(' {
            read_comment(&mut chars);
            out.push(' ');
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::parse_date;

    #[test]
    fn dates_are_read() {
        for (raw, utc) in [
            ("Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21T15:55:06Z"),
            ("21 Nov 97 09:55 GMT", "1997-11-21T09:55:00Z"),
            (
                "Wed, 11 Jan 2023 16:08:43 -0500 (EST)",
                "2023-01-11T21:08:43Z",
            ),
            ("Thu,\t13 Feb 1969 23:32:00 PST", "1969-02-14T07:32:00Z"),
            ("Sat, 31 Dec 2016 23:59:60 +0000", "2016-12-31T23:59:59Z"),
            ("1 January 2024 00:00:00 +0530", "2023-12-31T18:30:00Z"),
        ] {
            assert_eq!(parse_date(raw).unwrap().to_string(), utc, "{raw}");
        }
        for raw in [
            "",
            "yesterday",
            "31 Feb 2024 10:00 +0000",
            "1 Jan 2024 25:00 +0000",
            "1 Jan 2024 10:00 +9999",
            "1 Jan -024 10:00 +0000",
            "1 Jan 2024",
            "(((((((",
        ] {
            assert_eq!(parse_date(raw), None, "{raw}");
        }
    }
}
