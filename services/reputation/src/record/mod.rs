//! From leaves and documents to entries: which opened reviews count, and what the logs say of contracts.
//!
//! [`Reading`] is fed the leaves of any number of logs, each log in its order, the documents that leaves make public, and the
//! days on which checkpoints were cosigned. What counts follows from what was fed and from nothing else: how the logs were
//! interleaved, when a document came and how often, changes nothing. The rules are those of the verifier, which calls the same
//! functions; none of them lets a rating lose weight by what the rated person does or leaves undone.

mod client;
mod contracts;
mod facts;
mod reading;
mod rules;

pub use client::{AsClient, ClientAxes, Rated};
pub use contracts::Elsewhere;
pub use reading::{Changes, Counted, OutOfOrder, Reading, UNDATED};
pub use rules::{Binding, Broken, Own, Terms};
