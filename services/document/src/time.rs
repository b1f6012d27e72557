//! Times and dates in their one written form, in UTC. Nothing here reads a clock.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::format_description::BorrowedFormatItem;
use time::macros::{datetime, format_description};
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::fault::Fault;
use crate::rejection::Rejection;

/// Nothing of ours is older than 2020-01-01T00:00:00Z.
const UNIX_MIN: i64 = datetime!(2020-01-01 00:00:00 UTC).unix_timestamp();
/// The last second that has a written form: 2099-12-31T23:59:59Z. It keeps years at four digits and sums far from overflow.
const UNIX_MAX: i64 = datetime!(2099-12-31 23:59:59 UTC).unix_timestamp();
/// Seconds of a UTC day.
const DAY_SECONDS: i64 = 86_400;

const TIME_FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[year repr:full range:standard]-[month]-[day]T[hour]:[minute]:[second]Z");
const DATE_FORM: &[BorrowedFormatItem<'_>] =
    format_description!("[year repr:full range:standard]-[month]-[day]");

/// A second between 2020 and 2099, written `YYYY-MM-DDTHH:MM:SSZ`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// The earliest time that has a form.
    pub const MIN: Timestamp = Timestamp(UNIX_MIN);
    /// The latest time that has a form.
    pub const MAX: Timestamp = Timestamp(UNIX_MAX);

    /// The time of this many seconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// [`Rejection::BadTime`] before 2020 or after 2099.
    pub const fn from_unix(seconds: i64) -> Result<Self, Rejection> {
        if seconds < UNIX_MIN || seconds > UNIX_MAX { Err(Rejection::BadTime) } else { Ok(Self(seconds)) }
    }

    /// Reads exactly `YYYY-MM-DDTHH:MM:SSZ`; no fraction, no other zone, no leap second.
    ///
    /// # Errors
    /// [`Rejection::BadTime`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let time = PrimitiveDateTime::parse(text, TIME_FORM).map_err(|_| Rejection::BadTime)?;
        let parsed = Self::from_unix(time.assume_utc().unix_timestamp())?;
        if parsed.to_string() == text { Ok(parsed) } else { Err(Rejection::BadTime) }
    }

    /// Seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn unix(self) -> i64 {
        self.0
    }

    /// The UTC day: days after 1970-01-01.
    #[must_use]
    pub fn day(self) -> u32 {
        day_of(self.0)
    }

    /// The time this many seconds later, or earlier if negative.
    ///
    /// # Errors
    /// [`Rejection::BadTime`] when that leaves the range.
    pub const fn add_seconds(self, seconds: i64) -> Result<Self, Rejection> {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative if `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0 - earlier.0
    }
}

/// The day of a second within the range of [`Timestamp`].
fn day_of(seconds: i64) -> u32 {
    // Cannot fail: the range ends before day 47,482.
    u32::try_from(seconds.div_euclid(DAY_SECONDS)).unwrap_or_default()
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = OffsetDateTime::from_unix_timestamp(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&time.format(TIME_FORM).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// A UTC day between 2020 and 2099, written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(u32);

impl Date {
    /// Reads exactly `YYYY-MM-DD`.
    ///
    /// # Errors
    /// [`Rejection::BadTime`] for any other text and outside the range.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let date = time::Date::parse(text, DATE_FORM).map_err(|_| Rejection::BadTime)?;
        let parsed = Timestamp::from_unix(date.midnight().assume_utc().unix_timestamp())?.date();
        if parsed.to_string() == text { Ok(parsed) } else { Err(Rejection::BadTime) }
    }

    /// The day of this number of days after 1970-01-01.
    ///
    /// # Errors
    /// [`Rejection::BadTime`] outside the range.
    pub fn from_day(day: u32) -> Result<Self, Rejection> {
        Ok(Timestamp::from_unix(i64::from(day) * DAY_SECONDS)?.date())
    }

    /// Days after 1970-01-01, as in log leaves.
    #[must_use]
    pub const fn day(self) -> u32 {
        self.0
    }

    /// The first second of the day.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * DAY_SECONDS)
    }
}

impl Timestamp {
    /// The UTC day as a date.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.day())
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = OffsetDateTime::from_unix_timestamp(self.start().0).map_err(|_| fmt::Error)?;
        f.write_str(&start.format(DATE_FORM).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Date({self})")
    }
}

/// The serde and `FromStr` face that both share.
macro_rules! written {
    ($name:ident, $form:literal) => {
        impl FromStr for $name {
            type Err = Rejection;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = Fault;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).map_err(|rejection| rejection.told($form))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

written!(Timestamp, "A time in UTC as in `2026-11-24T10:00:00Z`, from 2020 to 2099.");
written!(Date, "A day that there is, as in `2026-11-24`, from 2020 to 2099.");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_one_form() {
        let time = Timestamp::parse("2026-11-24T10:00:00Z").unwrap();
        assert_eq!(time.unix(), 1_795_514_400);
        assert_eq!(time.day(), 20_781);
        assert_eq!(time.to_string(), "2026-11-24T10:00:00Z");
        assert_eq!(Timestamp::parse(&Timestamp::MIN.to_string()), Ok(Timestamp::MIN));
        assert_eq!(Timestamp::parse(&Timestamp::MAX.to_string()), Ok(Timestamp::MAX));
        let wrong = [
            "2026-11-24T10:00:00.0Z",
            "2026-11-24T10:00:00+00:00",
            "2026-11-24t10:00:00z",
            "2026-11-24 10:00:00Z",
            "2026-11-24T10:00:60Z",
            "2026-11-24T24:00:00Z",
            "2026-02-29T10:00:00Z",
            "2019-12-31T23:59:59Z",
            "2100-01-01T00:00:00Z",
            "+2026-11-24T10:00:00Z",
            "2026-11-24T10:00:00Z ",
            "2026-11-24",
            "",
        ];
        for text in wrong {
            assert_eq!(Timestamp::parse(text), Err(Rejection::BadTime), "{text}");
        }
    }

    #[test]
    fn a_date_is_the_day_of_its_times() {
        let date = Date::parse("2026-11-24").unwrap();
        assert_eq!(date.day(), 20_781);
        assert_eq!(date.start().to_string(), "2026-11-24T00:00:00Z");
        assert_eq!(Date::from_day(20_781), Ok(date));
        for text in ["2026-11-31", "2019-12-31", "2100-01-01", "2026-1-1", "26-01-01", "2026-11-24T00:00:00Z"]
        {
            assert_eq!(Date::parse(text), Err(Rejection::BadTime), "{text}");
        }
        assert_eq!(Date::from_day(0), Err(Rejection::BadTime));
        assert_eq!(Date::from_day(u32::MAX), Err(Rejection::BadTime));
    }

    #[test]
    fn sums_stay_in_range() {
        assert_eq!(Timestamp::MAX.add_seconds(1), Err(Rejection::BadTime));
        assert_eq!(Timestamp::MIN.add_seconds(i64::MIN), Err(Rejection::BadTime));
        assert_eq!(Timestamp::MIN.add_seconds(60).map(|time| time.seconds_since(Timestamp::MIN)), Ok(60));
    }
}
