//! One file for each resource: its handlers, their documentation and what only they take.

pub mod accounts;
pub mod answer;
pub mod bids;
pub mod contracts;
pub mod documents;
pub mod jobs;
pub mod log;
pub mod node;
pub mod people;
pub mod reputation;
pub mod reviews;
