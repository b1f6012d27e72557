#![doc = include_str!("../README.md")]

mod letters;
pub mod places;
mod query;
mod stems;
mod stored;
mod words;

pub use query::{Asked, Term, Unasked, WORDS_MAX};
pub use stored::Posting;

/// The number of this folding. A row that was folded by a smaller one is folded again; so it grows whenever the same text would have other
/// lexemes.
pub const FOLDING: i16 = 1;
