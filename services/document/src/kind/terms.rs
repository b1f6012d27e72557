//! What is to be done, by when and for what.

use serde::{Deserialize, Serialize};

use crate::bounded::Text;
use crate::code::Language;
use crate::kind::bid;
use crate::kind::pay::Pay;
use crate::time::Date;

/// About two pages; larger specifications are attached outside.
pub const SCOPE_CHARS_MAX: usize = 8_000;
/// Days from the offer to the due day: as long as a bid may say that the work takes. Until its due day a contract that nobody
/// closes stays open in both records, so a slip in the year must not be able to make that a lifetime.
pub const DUE_DAYS_MAX: u32 = bid::DAYS_MAX;

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
    /// What is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// What is to be done.
    pub scope: Scope,
}
