//! What people do through the REST API: profiles, jobs, bids, contracts, reviews.

pub(crate) mod author;
pub(crate) mod bids;
pub(crate) mod contracts;
pub(crate) mod directory;
pub(crate) mod disputes;
pub(crate) mod documents;
pub(crate) mod export;
pub(crate) mod idempotency;
pub(crate) mod invitations;
pub(crate) mod jobs;
mod messages;
pub(crate) mod own_key;
pub(crate) mod profiles;
pub(crate) mod publish;
pub(crate) mod reviews;
pub(crate) mod search;
