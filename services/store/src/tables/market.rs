//! The rows that documents of the market become.

pub mod contracts;
pub mod jobs;
pub mod reviews;
