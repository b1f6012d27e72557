//! From one to many: indexes of people and jobs.

pub mod index;
pub mod jobs;
pub(crate) mod postings;
pub(crate) mod terms;
