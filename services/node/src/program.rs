//! The `hanse-node` program: its commands, and a node from start to end.

pub mod accounts;
pub mod cli;
pub(crate) mod flood;
pub mod logs;
pub mod run;
pub mod secret;
pub mod taxonomy;
pub(crate) mod telemetry;
