#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "test code: a failure is the finding, and a lie is about the few kinds that it names"
)]

pub mod file;
pub mod judge;
pub mod lie;
pub mod lies;
pub mod mutate;
pub mod oracle;
pub mod random;
pub mod run;
pub mod world;
