#![doc = include_str!("../README.md")]

pub mod act;
pub mod body;
pub mod client;
pub mod connections;
pub mod door;
pub mod etag;
pub mod middleware;
pub mod paths;
pub mod principal;
pub mod problem;
pub mod query;
pub mod request;
pub mod shares;
pub mod state;
mod told;
