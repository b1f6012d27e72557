//! The hours of a contract that is paid by the hour.

use serde::{Deserialize, Serialize};

use crate::bounded::Number;
use crate::rejection::Rejection;
use crate::time::Date;

/// Days of one time sheet: a month.
pub const SHEET_DAYS_MAX: u32 = 31;
/// Minutes of a day.
const DAY_MINUTES: u32 = 1_440;
/// Minutes of the longest time sheet.
pub const MINUTES_MAX: u32 = 44_640;

/// Minutes of work.
pub type Minutes = Number<1, MINUTES_MAX>;

/// The hours of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeSheet {
    /// The first day.
    pub from: Date,
    /// Minutes of work.
    pub minutes: Minutes,
    /// The last day, not before the first and at most [`SHEET_DAYS_MAX`] days after it.
    pub to: Date,
}

impl TimeSheet {
    pub(super) fn check(self) -> Result<(), Rejection> {
        let (from, to) = (self.from.day(), self.to.day());
        let within = from <= to && to - from < SHEET_DAYS_MAX;
        // No day has more than its hours.
        let possible = within && self.minutes.get() <= (to - from + 1) * DAY_MINUTES;
        if possible { Ok(()) } else { Err(Rejection::BadTime) }
    }
}
