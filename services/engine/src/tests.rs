//! The parts of a node together: what the logs, scores and discovery make of what people do.

mod account;
mod discovery;
mod effects;
mod trust;
