#![doc = include_str!("../README.md")]

mod app;
mod docs;
mod openapi;
mod paths;
mod respond;
mod routes;
pub mod server;

pub use app::openapi_json;
