//! What matching promises, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "test code: a failure is the finding, and equal bits are what is promised"
)]

mod bad_input;
mod explanation;
mod fairness;
mod filters;
mod index;
mod jobs;
mod linker;
mod meaning;
mod money;
mod mutual;
mod purity;
mod scores;
mod support;
mod taxonomy;
mod unfit;
mod words;
