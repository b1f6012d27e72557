#![doc = include_str!("../README.md")]

pub mod mail;
mod tables;
mod texts;

pub use tables::STATEMENTS;
pub use texts::sentence;
