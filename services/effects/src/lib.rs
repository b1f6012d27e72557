#![doc = include_str!("../README.md")]

pub mod apply;
pub mod expire;
pub mod react;
