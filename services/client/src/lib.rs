#![doc = include_str!("../README.md")]
//!
//! # Modules, in reading order
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`problem`] | what a node answers when it refuses, and what to do next |
//! | [`request`] | one request as data |
//! | [`commands`] | which command of `hanse` does what a node calls an event |
//! | [`api`] | every use of the API as a [`request::Request`] |
//! | [`client`] | sends requests, within bounds of time and size |
//! | [`session`] | who is signed in where, kept in one private file |
//! | [`events`] | reads a node's stream of events |
//! | [`json`] | reads answers by name |

pub mod api;
pub mod client;
pub mod commands;
pub mod events;
pub mod json;
pub mod problem;
pub mod request;
pub mod session;

pub use client::{Client, ClientError};
pub use problem::Problem;
pub use request::Request;
