//! How inputs are changed.

mod bytes;
mod cbor;
mod json;
mod lines;
mod sign;

use hanse_liars::random::Random;

pub(crate) use self::bytes::BYTES;
pub(crate) use self::cbor::CBOR;
pub(crate) use self::json::JSON;
pub(crate) use self::lines::LINES;
pub(crate) use self::sign::{CLIENT, SIGN, key, sign_document};

/// A way to change an input, perhaps by what stands in another; none if it has nothing of the kind.
pub type Mutator = fn(&mut Random, &[u8], &[u8]) -> Option<Vec<u8>>;

/// A place to cut at: any, or before or behind a byte that separates things.
fn place(dice: &mut Random, input: &[u8]) -> usize {
    let at = dice.below(input.len() + 1);
    if dice.chance(1, 2) {
        return at;
    }
    let separates = |byte: &u8| !byte.is_ascii_alphanumeric();
    input[at..].iter().position(separates).map_or(at, |ahead| at + ahead + dice.below(2))
}

/// A piece of an input, more often a short one.
fn piece(dice: &mut Random, input: &[u8]) -> (usize, usize) {
    let from = place(dice, input);
    if dice.chance(1, 3) {
        let to = place(dice, input);
        return (from.min(to), from.max(to));
    }
    (from, input.len().min(from + 1 + dice.below(16)))
}
