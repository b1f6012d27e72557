#![doc = include_str!("../README.md")]

pub mod config;
mod http;
mod program;

pub use config::Config;
pub use http::app::openapi_json;
pub use program::run::Running;
pub use program::{cli, logs, run, secret, taxonomy};
