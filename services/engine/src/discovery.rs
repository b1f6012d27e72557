//! Which freelancer fits which job, and what a node knows beside documents: taxonomy, rates, weights.

pub mod knowledge;
pub(crate) mod matching;
