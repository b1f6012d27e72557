#![doc = include_str!("../README.md")]

pub mod features;
pub mod lexicon;
pub mod link;
pub mod model;
pub mod money;
pub mod query;
pub mod score;
pub mod side;
pub mod taxonomy;
pub mod text;
pub mod title;
