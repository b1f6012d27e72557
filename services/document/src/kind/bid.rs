//! A freelancer's answer to a job.

use serde::{Deserialize, Serialize};

use crate::bounded::{Number, Text};
use crate::code::Language;
use crate::id::{DocumentId, Kind};
use crate::kind::pay::Pay;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// About two pages: half of what the job itself may have.
pub const TEXT_CHARS_MAX: usize = 8_000;
/// Ten years.
pub const DAYS_MAX: u32 = 3_650;

/// Why this bidder.
pub type BidText = Text<1, TEXT_CHARS_MAX>;
/// How many days the work takes.
pub type BidDays = Number<1, DAYS_MAX>;

/// A freelancer's answer to a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bid {
    /// How many days the work takes from the day of the contract.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<BidDays>,
    /// The bidder's home.
    pub home: NodeName,
    /// The job.
    pub job: DocumentId,
    /// The language that the text is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the bidder asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Why this bidder.
    pub text: BidText,
    /// The job's home.
    pub to: NodeName,
}

impl Bid {
    pub(super) fn check(&self) -> Result<(), Rejection> {
        self.job.expect_kind(&[Kind::Job])
    }
}
