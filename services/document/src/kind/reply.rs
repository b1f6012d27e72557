//! The answer of the one who was reviewed.

use serde::{Deserialize, Serialize};

use crate::bounded::Text;
use crate::hash::LeafRef;

/// As long as the review may be.
pub const TEXT_CHARS_MAX: usize = 8_000;

/// The words of a reply.
pub type ReplyWords = Text<1, TEXT_CHARS_MAX>;

/// The answer of the one who was reviewed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The `commit` leaf of the review.
    pub cites: LeafRef,
    /// The answer.
    pub text: ReplyWords,
}
