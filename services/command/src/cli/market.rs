//! From a posting to its reviews: what one can do with each.

pub(super) mod bids;
pub(super) mod contracts;
pub(super) mod disputes;
pub(super) mod jobs;
pub(super) mod messages;
pub(super) mod reviews;
pub(super) mod steps;
