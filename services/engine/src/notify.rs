//! What people are told: new postings that fit a saved search, and the streams by which they hear.

pub(crate) mod alerts;
pub mod events;
