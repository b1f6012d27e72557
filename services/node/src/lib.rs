#![doc = include_str!("../README.md")]

mod act;
mod app;
mod body;
pub mod cli;
pub mod config;
mod docs;
mod flood;
mod gate;
mod headers;
mod limits;
pub mod logs;
mod observe;
mod openapi;
mod paced;
mod principal;
mod problem;
mod routes;
pub mod run;
pub mod secret;
mod sent;
mod server;
mod shares;
mod state;
pub mod taxonomy;
mod telemetry;
mod token;

pub use app::openapi_json;
pub use config::Config;
pub use run::Running;
