//! Times of certificates and CRLs (RFC 5280 §4.1.2.5), as whole seconds since 1970. The year 9999 is
//! past what a [`Time`] can hold, and certificates without an end carry it.

use super::super::tlv::{NotDer, Tlv, tag};
use crate::base::Time;

/// Seconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When(i64);

impl When {
    /// The second that `time` lies in.
    pub fn at(time: Time) -> When {
        let whole = time.as_second();
        // Before 1970 a fraction belongs to the second that began earlier.
        let early = time.subsec_nanosecond() < 0;
        When(whole.saturating_sub(i64::from(early)))
    }

    /// So many seconds after the first of January 1970.
    pub fn from_seconds(seconds: i64) -> When {
        When(seconds)
    }

    /// Seconds since then.
    pub fn seconds(self) -> i64 {
        self.0
    }

    /// So many seconds later.
    pub fn plus(self, seconds: i64) -> When {
        When(self.0.saturating_add(seconds))
    }

    /// As a time; what lies past its range is its end.
    pub fn time(self) -> Time {
        Time::from_second(self.0).unwrap_or(if self.0 < 0 { Time::MIN } else { Time::MAX })
    }

    /// Reads UTCTime or GeneralizedTime in DER's one form, with seconds and `Z`.
    pub fn read(of: &Tlv<'_>) -> Result<When, NotDer> {
        let (year, rest) = match of.tag {
            tag::UTC_TIME => {
                let (digits, rest) = of.value.split_at_checked(2).ok_or(NotDer)?;
                let year = number(digits)?;
                let century = if year < 50 { 2000 } else { 1900 };
                (year.saturating_add(century), rest)
            }
            tag::GENERALIZED_TIME => {
                let (digits, rest) = of.value.split_at_checked(4).ok_or(NotDer)?;
                (number(digits)?, rest)
            }
            _ => return Err(NotDer),
        };
        let [digits @ .., b'Z'] = rest else {
            return Err(NotDer);
        };
        if digits.len() != 10 {
            return Err(NotDer);
        }
        let mut parts = digits.chunks(2).map(number);
        let mut next = || parts.next().unwrap_or(Err(NotDer));
        let (month, day, hour, minute, second) = (next()?, next()?, next()?, next()?, next()?);
        if hour > 23 || minute > 59 || second > 59 || day == 0 || day > days_of(year, month)? {
            return Err(NotDer);
        }
        let days = days_since_1970(year, month, day);
        let seconds = days.saturating_mul(86_400);
        let of_day = hour
            .saturating_mul(3_600)
            .saturating_add(minute.saturating_mul(60));
        Ok(When(seconds.saturating_add(of_day).saturating_add(second)))
    }
}

fn number(digits: &[u8]) -> Result<i64, NotDer> {
    digits.iter().try_fold(0i64, |sum, digit| {
        let digit = digit.checked_sub(b'0').filter(|d| *d < 10).ok_or(NotDer)?;
        Ok(sum.saturating_mul(10).saturating_add(i64::from(digit)))
    })
}

fn leap(year: i64) -> bool {
    year.checked_rem(4) == Some(0)
        && (year.checked_rem(100) != Some(0) || year.checked_rem(400) == Some(0))
}

fn days_of(year: i64, month: i64) -> Result<i64, NotDer> {
    Ok(match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap(year) => 29,
        2 => 28,
        _ => return Err(NotDer),
    })
}

/// Days of the Gregorian calendar: those of the years before, of the months before, of this month.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = year.saturating_sub(1);
    let leaps = |by: i64| before.checked_div(by).unwrap_or(0);
    let days_to = before
        .saturating_mul(365)
        .saturating_add(leaps(4))
        .saturating_sub(leaps(100))
        .saturating_add(leaps(400));
    let months: i64 = (1..month).map(|m| days_of(year, m).unwrap_or(0)).sum();
    // The first of January 1970 is day 719,162 of this count.
    days_to
        .saturating_add(months)
        .saturating_add(day)
        .saturating_sub(1)
        .saturating_sub(719_162)
}

#[cfg(test)]
mod tests {
    use super::super::super::tlv;
    use super::*;

    fn read(kind: u8, text: &str) -> Result<When, NotDer> {
        let der = tlv::write(kind, text.as_bytes());
        When::read(&tlv::only(&der, kind).unwrap())
    }

    #[test]
    fn both_forms_are_read_to_the_second() {
        for (kind, text, seconds) in [
            (tag::UTC_TIME, "700101000000Z", 0),
            (tag::UTC_TIME, "500101000000Z", -631_152_000),
            (tag::UTC_TIME, "491231235959Z", 2_524_607_999),
            (tag::GENERALIZED_TIME, "20240229120001Z", 1_709_208_001),
            (tag::GENERALIZED_TIME, "99991231235959Z", 253_402_300_799),
        ] {
            assert_eq!(read(kind, text), Ok(When(seconds)), "{text}");
        }
        let time: Time = "2024-02-29T12:00:01.7Z".parse().unwrap();
        assert_eq!(When::at(time), When(1_709_208_001));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for (kind, text) in [
            (tag::UTC_TIME, "7001010000Z"),
            (tag::UTC_TIME, "700101000000"),
            (tag::UTC_TIME, "700101000000+0100"),
            (tag::UTC_TIME, "230229000000Z"),
            (tag::UTC_TIME, "231301000000Z"),
            (tag::GENERALIZED_TIME, "20240101000000.5Z"),
            (tag::GENERALIZED_TIME, "2024010100000aZ"),
            (tag::UTF8, "700101000000Z"),
        ] {
            assert_eq!(read(kind, text), Err(NotDer), "{text}");
        }
    }
}
