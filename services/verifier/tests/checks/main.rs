//! The verifier against a small world in memory: honest files, and every way that a file, a log, an author or an auditor
//! can be wrong.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test code: a failure is the finding"
)]

mod fixture;

mod attacks;
mod awaited;
mod bindings;
mod claims;
mod crossed;
mod honest;
mod order;
mod printed;
mod quorum;
mod record;
mod record_documents;
mod record_lacks;
mod rules;
mod tamper;
