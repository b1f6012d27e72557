//! One person and one job: what stops the pair, and what it is worth to either side.

pub mod features;
pub(crate) mod gate;
pub mod query;
pub mod score;
pub mod words;
