#![doc = include_str!("../README.md")]
//!
//! # Modules, in reading order
//!
//! | Module | What it holds |
//! | --- | --- |
//! | [`caller`] | a client that signs in again by itself when its token's time is over |
//! | [`policy`] | whom to trust, made from the cards of nodes |
//! | [`record`] | whole logs, fetched into a file |
//! | [`offline`] | verification and scores without any server |
//! | [`check`] | matches recomputed without any server |
//! | [`cli`] | the arguments; `run` does what they say |

pub mod caller;
pub mod cli;
pub mod clock;
pub mod error;
pub mod offline;
pub mod pay;
pub mod policy;
pub mod record;
pub mod run;
pub mod terminal;

pub use error::CommandError;
pub use hanse_api::requests;
pub use hanse_client::{
    Client, ClientError, Problem, Request, api, client, commands, events, json, problem, request, session,
};
pub use hanse_document as document;
pub use hanse_lifecycle as lifecycle;
pub use hanse_tlog as tlog;
pub use hanse_verifier as verifier;
pub use offline::check;
pub use terminal::{out, table};
