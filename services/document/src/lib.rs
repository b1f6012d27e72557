#![doc = include_str!("../README.md")]
//!
//! # Modules, in reading order

pub mod rejection;

pub mod fault;

pub mod canonical;

mod text;

pub mod bounded;
pub mod code;
pub mod hash;
pub mod key;

pub mod did;
pub mod id;
pub mod name;
pub mod time;

pub mod kind;

pub mod envelope;

#[cfg(feature = "schema")]
mod schema;

pub use bounded::{Line, List, Number, Text};
pub use code::{Country, Currency, Language, Skill};
pub use did::Did;
pub use envelope::{BYTES_MAX, Draft, Signed, Verified};
pub use fault::Fault;
pub use hash::{Commitment, Digest, LeafRef};
pub use id::{DocumentId, Kind};
pub use key::{PublicKey, Signature, SigningKey};
pub use kind::{Body, Misfit};
pub use name::{LogName, NodeName};
pub use rejection::Rejection;
pub use time::{Date, Timestamp};
