//! One module for each family of tables: its rows, and the statements that read and write them.

pub mod accounts;
pub mod alerts;
pub mod changes;
pub mod contracts;
pub mod deliveries;
pub mod documents;
pub mod history;
pub mod idempotency;
pub mod jobs;
pub mod knowledge;
pub mod log;
pub mod peer_searches;
pub mod picks;
pub mod ranking;
pub mod reviews;
pub mod scores;
