//! The program and the description of its API, from outside.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]

mod keyed;
mod matching;
mod program;
mod taxonomy;
