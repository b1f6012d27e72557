#![doc = include_str!("../README.md")]

pub mod fair;
mod find;
pub mod model;
pub mod money;
pub mod mutual;
mod pair;
pub mod rank;
mod say;
pub mod side;
mod skills;
pub mod text;

pub use find::postings::Space;
pub use find::{index, jobs};
pub use pair::{features, query, score, words};
pub use say::{explain, sentence};
pub use skills::{hints, lexicon, link, meaning, tag, taxonomy, title};
