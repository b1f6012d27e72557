#![doc = include_str!("../README.md")]

pub use hanse_store::testing::{TestDatabase, VARIABLE};
