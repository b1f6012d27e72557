//! Changes that CBOR can have: lengths that are not there, other spellings of a length, and deep nesting.

use hanse_liars::random::Random;

use super::Mutator;
use super::bytes::NUMBERS;

/// Every one.
pub(crate) const CBOR: &[Mutator] = &[head, head, endless, nested];

/// What the first byte of an item says of its kind.
const KIND: u8 = 0xe0;

/// About as deep as the parser goes, and far deeper.
const DEPTHS: [usize; 4] = [2, 127, 257, 15_000];

/// A byte as if it began an item, with a number of one, two, four or eight bytes.
fn head(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = dice.below(input.len());
    let (size, number) = (dice.below(4), dice.pick(&NUMBERS)?.to_be_bytes());
    let first = (input.get(at)? & KIND) | (24 + u8::try_from(size).ok()?);
    let number = &number[8 - (1 << size)..];
    Some([&input[..at], &[first], number, &input[at + 1..]].concat())
}

/// The same of a length that is not said.
fn endless(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = dice.below(input.len());
    let mut changed = input.to_owned();
    *changed.get_mut(at)? |= 31;
    if dice.chance(1, 2) {
        changed.insert(at + 1 + dice.below(input.len() - at), 0xff);
    }
    Some(changed)
}

/// Lists, maps or tags in each other, in the place of an item.
fn nested(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = dice.below(input.len() + 1);
    let opens: [&[u8]; 5] = [b"\x81", b"\x9f", b"\xa1\x60", b"\xbf\x61a", b"\xc6"];
    let deep = dice.pick(&opens)?.repeat(*dice.pick(&DEPTHS)?);
    Some([&input[..at], &deep, &input[at..]].concat())
}
