//! Reading logs: what counts, whatever comes first.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]

mod counts;
mod dated;
mod order;
mod world;
