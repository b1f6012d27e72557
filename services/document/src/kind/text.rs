//! The text of a review, apart from it.

use serde::{Deserialize, Serialize};

use crate::bounded::Text;
use crate::code::Language;

/// About two pages.
pub const TEXT_CHARS_MAX: usize = 8_000;

/// The words of a review.
pub type ReviewWords = Text<1, TEXT_CHARS_MAX>;

/// The text of a review. The review names it only by its commitment, so that the text can be erased while the facts stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewText {
    /// The language that the text is written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The text.
    pub text: ReviewWords,
}
