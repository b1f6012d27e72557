#![doc = include_str!("../README.md")]

pub mod config;
mod program;

pub use config::Config;
pub use program::run::Running;
pub use program::{accounts, cli, logs, run, secret, taxonomy};
