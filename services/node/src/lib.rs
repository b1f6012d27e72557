#![doc = include_str!("../README.md")]

pub mod cli;

mod app;
mod config;
mod idempotency;
mod observe;
mod principal;
mod problem;
mod routes;
mod run;
mod secret;
mod server;
mod state;
mod telemetry;
mod token;

pub use app::openapi_json;
