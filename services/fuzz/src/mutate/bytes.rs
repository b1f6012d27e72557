//! Changes that any bytes can have.

use hanse_liars::random::Random;

use super::{Mutator, piece, place};

/// Every one.
pub(crate) const BYTES: &[Mutator] =
    &[flip, set, insert, remove, double, splice, cut, number, letter, digits];

/// Numbers at which something ends.
pub(super) const NUMBERS: [u64; 16] = [
    0,
    1,
    23,
    24,
    0x7f,
    0x80,
    0xff,
    0x100,
    0x7fff,
    0xffff,
    0x1_0000,
    0x7fff_ffff,
    0xffff_ffff,
    9_007_199_254_740_992,
    i64::MAX as u64,
    u64::MAX,
];

/// Letters that are more than they look.
const LETTERS: [&str; 18] = [
    "\u{0}",
    "\t",
    "\n",
    "\r\n",
    "\"",
    "\\",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{301}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{1f600}",
    "\u{fb01}",
    "ß",
    "\u{1100}\u{1161}",
];

fn flip(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let mut changed = input.to_owned();
    let at = dice.below(changed.len());
    *changed.get_mut(at)? ^= 1_u8 << dice.below(8);
    Some(changed)
}

fn set(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let mut changed = input.to_owned();
    let (from, to) = piece(dice, input);
    let byte = *dice.pick(b"\0\x01 09azAZ\"\\{}[],:+/=-.\n\x1f\x7f\x80\xc0\xff")?;
    changed.get_mut(from..to)?.fill(byte);
    Some(changed)
}

fn insert(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = place(dice, input);
    let more: Vec<u8> = (0..=dice.below(8)).map(|_| dice.next().to_be_bytes()[0]).collect();
    Some([&input[..at], &more, &input[at..]].concat())
}

fn remove(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let (from, to) = piece(dice, input);
    Some([&input[..from], &input[to..]].concat())
}

fn double(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let (from, to) = piece(dice, input);
    let times = if dice.chance(1, 8) { 2 + dice.below(64) } else { 2 };
    Some([&input[..from], &input[from..to].repeat(times), &input[to..]].concat())
}

/// A piece of another input, put in or over.
fn splice(dice: &mut Random, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let ((from, to), (begin, end)) = (piece(dice, input), piece(dice, other));
    let to = if dice.chance(1, 2) { from } else { to };
    Some([&input[..from], &other[begin..end], &input[to..]].concat())
}

fn cut(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = place(dice, input);
    Some(if dice.chance(3, 4) { input[..at].to_owned() } else { input[at..].to_owned() })
}

/// A number of one, two, four or eight bytes, over what is there.
fn number(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let width = 1_usize << dice.below(4);
    let number = dice.pick(&NUMBERS)?.to_be_bytes();
    let mut changed = input.to_owned();
    let at = dice.below(input.len());
    changed.get_mut(at..at + width)?.copy_from_slice(&number[8 - width..]);
    Some(changed)
}

fn letter(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let at = place(dice, input);
    Some([&input[..at], dice.pick(&LETTERS)?.as_bytes(), &input[at..]].concat())
}

/// A number in decimal, over one that is there.
fn digits(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let start = dice.below(input.len());
    let from = start + input[start..].iter().position(u8::is_ascii_digit)?;
    let length = input[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let number = dice.pick(&NUMBERS)?.to_string();
    Some([&input[..from], number.as_bytes(), &input[from + length..]].concat())
}
