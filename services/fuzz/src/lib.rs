#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "test code: a failure is the finding, and a change is about the few kinds that it names"
)]

mod corpus;
mod cost;
mod engine;
mod mutate;
mod targets;

pub use corpus::{corpus, keep};
pub use cost::Budget;
pub use engine::{Campaign, Find, Quiet};
pub use mutate::Mutator;
pub use targets::{TARGETS, Target};
