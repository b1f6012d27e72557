//! From a posting to its reviews: one file for each resource.

pub(crate) mod bids;
pub(crate) mod contracts;
pub(crate) mod disputes;
pub(crate) mod invitations;
pub(crate) mod jobs;
pub(crate) mod reviews;
