#![doc = include_str!("../README.md")]

pub mod requests;
mod said;
pub mod views;
pub mod words;
