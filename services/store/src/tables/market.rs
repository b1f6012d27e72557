//! The rows that documents of the market become.

pub mod contracts;
pub mod disputes;
pub mod jobs;
pub mod reviews;
