//! What is to be done, by when and for what.

use serde::{Deserialize, Serialize};

use crate::bounded::{Line, List, Text};
use crate::code::Language;
use crate::kind::bid;
use crate::kind::pay::{Pay, Per};
use crate::rejection::Rejection;
use crate::time::Date;

/// About two pages; larger specifications are attached outside.
pub const SCOPE_CHARS_MAX: usize = 8_000;
/// Days from the offer to the due day: as long as a bid may say that the work takes. Until its due day a contract that nobody
/// closes stays open in both records, so a slip in the year must not be able to make that a lifetime.
pub const DUE_DAYS_MAX: u32 = bid::DAYS_MAX;

/// Milestones of one contract: a month of weekly ones, and more are another contract.
pub const MILESTONES_MAX: usize = 20;
/// One line of a table.
pub const MILESTONE_CHARS_MAX: usize = 120;

/// Milestones, in their order; their numbers begin at 1.
pub type Milestones = List<Part, MILESTONES_MAX>;
/// A milestone on one line.
pub type MilestoneTitle = Line<1, MILESTONE_CHARS_MAX>;
/// What is to be done.
pub type Scope = Text<1, SCOPE_CHARS_MAX>;

/// The terms of a contract. The offer names them only by their commitment, so that they can be deleted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The last day of delivery: not before the day of the offer, and at most [`DUE_DAYS_MAX`] days after it.
    pub due: Date,
    /// The language that the scope is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Parts of the work that are delivered and paid one by one; without any, the work is one.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub milestones: Milestones,
    /// What is paid, for all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// What is to be done.
    pub scope: Scope,
}

/// A part of the work of a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The last day of its delivery, not after that of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    /// What is paid for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// What it is.
    pub title: MilestoneTitle,
}

impl Terms {
    /// Whether the work is paid by the hour, so that time sheets are delivered.
    #[must_use]
    pub fn is_hourly(&self) -> bool {
        matches!(&self.pay, Some(Pay::Money(money)) if money.per() == Per::Hour)
    }

    pub(super) fn check(&self) -> Result<(), Rejection> {
        if self.milestones.iter().any(|part| part.due.is_some_and(|due| due > self.due)) {
            return Err(Rejection::BadTime);
        }
        // Hours are counted by time sheets, each of which is a milestone of its own.
        if self.is_hourly() && !self.milestones.is_empty() { Err(Rejection::OutOfForm) } else { Ok(()) }
    }
}
