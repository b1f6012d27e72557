#![doc = include_str!("../README.md")]

mod app;
mod body;
pub mod cli;
pub mod config;
mod flood;
mod gate;
mod idempotency;
mod observe;
mod openapi;
mod principal;
mod problem;
mod routes;
pub mod run;
pub mod secret;
mod server;
mod state;
pub mod taxonomy;
mod telemetry;
mod token;

pub use app::openapi_json;
pub use config::Config;
pub use run::Running;
