//! UTCTime and GeneralizedTime as RFC 5280 §4.1.2.5 allows them: to the second, in UTC.

use super::tlv::{NotDer, Tlv, tag};
use crate::base::Time;
use jiff::tz::Offset;

/// Reads a time; one that is later than can be counted is the latest that can.
pub fn read(of: &Tlv<'_>) -> Result<Time, NotDer> {
    let text = std::str::from_utf8(of.value).map_err(|_| NotDer)?;
    let digits = text.strip_suffix('Z').ok_or(NotDer)?;
    let (year, rest) = match (of.tag, digits.len()) {
        (tag::UTC_TIME, 12) => {
            let (year, rest) = digits.split_at_checked(2).ok_or(NotDer)?;
            let year = number(year)?;
            let century = if year < 50 { 2000 } else { 1900 };
            (year.saturating_add(century), rest)
        }
        (tag::GENERALIZED_TIME, 14) => {
            let (year, rest) = digits.split_at_checked(4).ok_or(NotDer)?;
            (number(year)?, rest)
        }
        _ => return Err(NotDer),
    };
    let mut fields = [0i8; 5];
    let mut rest = rest;
    for field in &mut fields {
        let (two, after) = rest.split_at_checked(2).ok_or(NotDer)?;
        *field = i8::try_from(number(two)?).map_err(|_| NotDer)?;
        rest = after;
    }
    let [month, day, hour, minute, second] = fields;
    let civil = jiff::civil::DateTime::new(year, month, day, hour, minute, second, 0);
    let civil = civil.map_err(|_| NotDer)?;
    // The last day of the year 9999, which means "never", lies after the last time there is.
    Ok(Offset::UTC.to_timestamp(civil).unwrap_or(Time::MAX))
}

fn number(digits: &str) -> Result<i16, NotDer> {
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        digits.parse().map_err(|_| NotDer)
    } else {
        Err(NotDer)
    }
}

/// A time as certificates carry it: UTCTime until 2049, GeneralizedTime from 2050 on.
pub fn write(time: Time) -> Vec<u8> {
    let civil = Offset::UTC.to_datetime(time);
    let after_year = format!(
        "{:02}{:02}{:02}{:02}{:02}Z",
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second()
    );
    let year = civil.year();
    if (1950..2050).contains(&year) {
        let short = year.rem_euclid(100);
        super::tlv::write(tag::UTC_TIME, format!("{short:02}{after_year}").as_bytes())
    } else {
        let text = format!("{year:04}{after_year}");
        super::tlv::write(tag::GENERALIZED_TIME, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tlv::{Reader, write as element};
    use super::*;

    fn of(tag: u8, text: &str) -> Result<Time, NotDer> {
        read(&Reader::new(&element(tag, text.as_bytes())).any().unwrap())
    }

    #[test]
    fn times_are_read_and_written() {
        let time: Time = "2026-05-03T14:05:06Z".parse().unwrap();
        assert_eq!(of(tag::UTC_TIME, "260503140506Z"), Ok(time));
        assert_eq!(of(tag::GENERALIZED_TIME, "20260503140506Z"), Ok(time));
        let written = write(time);
        assert_eq!(written, element(tag::UTC_TIME, b"260503140506Z"));
        let late: Time = "2051-01-01T00:00:00Z".parse().unwrap();
        assert_eq!(
            write(late),
            element(tag::GENERALIZED_TIME, b"20510101000000Z")
        );
        assert_eq!(of(tag::GENERALIZED_TIME, "99991231235959Z"), Ok(Time::MAX));
        for bad in [
            "2605031405Z",
            "261303140506Z",
            "260503140506+0200",
            "26050314050 Z",
            "-60503140506Z",
            "260503246060Z",
        ] {
            assert_eq!(of(tag::UTC_TIME, bad), Err(NotDer), "{bad}");
        }
    }
}
