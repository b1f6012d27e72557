#![doc = include_str!("../README.md")]

pub mod explain;
pub mod fair;
pub mod features;
mod gate;
pub mod index;
pub mod jobs;
pub mod lexicon;
pub mod link;
pub mod model;
pub mod money;
pub mod mutual;
mod nearest;
mod postings;
pub mod query;
pub mod rank;
pub mod score;
pub mod sentence;
pub mod side;
pub mod taxonomy;
mod terms;
pub mod text;
pub mod title;

pub use postings::Space;
