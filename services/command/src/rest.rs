//! How this program speaks to a node.

pub mod api;
pub mod client;
pub mod commands;
pub mod events;
pub mod json;
pub mod problem;
pub mod request;
pub mod session;
