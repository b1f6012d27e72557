//! One module for each family of tables: its rows, and the statements that read and write them.

pub mod accounts;
pub mod alerts;
pub mod changes;
pub mod deliveries;
pub mod documents;
pub mod history;
pub mod idempotency;
pub mod knowledge;
pub mod log;
mod market;
pub mod messages;
pub mod peer_searches;
pub mod picks;
pub mod ranking;
pub mod scores;

pub use market::{contracts, disputes, jobs, reviews};
