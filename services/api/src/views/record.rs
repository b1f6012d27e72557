//! Whole logs, for strangers.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// The states of a log that others vouch for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LogStateView {
    /// Its origin.
    pub origin: String,
    /// How many leaves the checkpoint covers.
    pub size: u64,
    /// The newest checkpoint that a quorum of this node's auditors has cosigned, as a signed note with their lines; the newest of all
    /// if no quorum has.
    pub checkpoint: String,
    /// For each epoch of thirty days the largest checkpoint that a quorum had cosigned in it, with the lines of then: they date the
    /// leaves below them.
    pub datings: Vec<String>,
}

/// A page of a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeavesView {
    /// Its origin.
    pub origin: String,
    /// How many leaves this node has of it.
    pub size: u64,
    /// Place of the first leaf of the page.
    pub start: u64,
    /// The leaves; none if the log ends before `start`.
    pub leaves: Vec<LeafView>,
}

/// A leaf with the documents that it makes public.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LeafView {
    /// The JSON of the leaf; its canonical form is what the log holds.
    #[schema(value_type = Object)]
    pub leaf: Value,
    /// Of an identity and a reply the one committed to; of an open leaf the review, its text, and the offer or acceptance of whoever
    /// is rated.
    #[schema(value_type = Vec<Object>)]
    pub documents: Vec<Value>,
}
