//! Our types as they stand in the database's columns.

use super::failure::{Fault, damaged};
use crate::address::Address;
use crate::app::port::CertProvenance;
use crate::base::Time;
use crate::cert::{Checked, Fingerprint};

/// Nanoseconds since 1970. Times beyond the year 2262 become its end.
pub(super) fn from_time(time: Time) -> i64 {
    let nanos = time.as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}

/// The time of [`from_time`].
pub(super) fn to_time(nanos: i64) -> Result<Time, Fault> {
    Ok(Time::from_nanosecond(i128::from(nanos)).map_err(|_| damaged("a time"))?)
}

/// An address as it was written.
pub(super) fn to_address(text: &str) -> Result<Address, Fault> {
    Ok(Address::parse(text).map_err(|_| damaged("an address"))?)
}

/// A fingerprint in hex.
pub(super) fn to_fingerprint(text: &str) -> Result<Fingerprint, Fault> {
    Ok(Fingerprint::parse(text).map_err(|_| damaged("a fingerprint"))?)
}

/// The word for where a certificate came from.
pub(super) fn from_provenance(from: CertProvenance) -> &'static str {
    match from {
        CertProvenance::Made => "made",
        CertProvenance::Imported => "imported",
        CertProvenance::Mail => "mail",
        CertProvenance::Shared => "shared",
    }
}

/// The meaning of [`from_provenance`]'s word.
pub(super) fn to_provenance(word: &str) -> Result<CertProvenance, Fault> {
    [
        CertProvenance::Made,
        CertProvenance::Imported,
        CertProvenance::Mail,
        CertProvenance::Shared,
    ]
    .into_iter()
    .find(|from| from_provenance(*from) == word)
    .ok_or_else(|| damaged("where a certificate came from").into())
}

/// The meaning of [`Checked::word`]'s word.
pub(super) fn to_checked(word: &str) -> Result<Checked, Fault> {
    [
        Checked::Own,
        Checked::Confirmed,
        Checked::Accepted,
        Checked::Ca,
        Checked::Unknown,
        Checked::Rejected,
    ]
    .into_iter()
    .find(|checked| checked.word() == word)
    .ok_or_else(|| damaged("a decision").into())
}
