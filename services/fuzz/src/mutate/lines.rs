//! Changes of texts that consist of lines.

use hanse_liars::random::Random;

use super::Mutator;

/// Every one.
pub(crate) const LINES: &[Mutator] = &[dropped, doubled, exchanged, taken, word_taken];

fn lines(input: &[u8]) -> Vec<&[u8]> {
    input.split_inclusive(|byte| *byte == b'\n').collect()
}

fn dropped(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let mut lines = lines(input);
    let at = dice.below(lines.len());
    (at < lines.len()).then(|| lines.remove(at))?;
    Some(lines.concat())
}

fn doubled(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let mut lines = lines(input);
    let line = *dice.pick(&lines)?;
    lines.insert(dice.below(lines.len() + 1), line);
    Some(lines.concat())
}

fn exchanged(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let mut lines = lines(input);
    let (a, b) = (dice.below(lines.len()), dice.below(lines.len()));
    (a != b).then(|| lines.swap(a, b))?;
    Some(lines.concat())
}

/// A line of another input.
fn taken(dice: &mut Random, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut lines = lines(input);
    let line = *dice.pick(&self::lines(other))?;
    let at = dice.below(lines.len() + 1);
    if at < lines.len() && dice.chance(1, 2) {
        lines[at] = line;
    } else {
        lines.insert(at, line);
    }
    Some(lines.concat())
}

/// A word of another input in the place of one, as commas, spaces and line feeds part words.
fn word_taken(dice: &mut Random, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let parts = |byte: &u8| matches!(byte, b' ' | b',' | b'\n');
    let mut words: Vec<&[u8]> = input.split_inclusive(parts).collect();
    let others: Vec<&[u8]> = other.split_inclusive(parts).collect();
    let at = dice.below(words.len());
    *words.get_mut(at)? = dice.pick(&others)?;
    Some(words.concat())
}
