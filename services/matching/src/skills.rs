//! What skills and trades are called: taxonomy, and from words to concepts.

pub mod hints;
pub mod lexicon;
pub mod link;
pub mod meaning;
mod nearest;
mod rarity;
pub mod tag;
pub mod taxonomy;
pub mod title;
