//! What skills and trades are called: taxonomy, and from words to concepts.

pub mod lexicon;
pub mod link;
mod nearest;
mod rarity;
pub mod taxonomy;
pub mod title;
