//! Changes of values in whatever JSON stands in an input, wherever it begins: a document, a line, a file behind a policy.

use hanse_document::canonical::to_vec;
use hanse_liars::random::Random;
use serde_json::{Value, json};

use super::Mutator;

/// Every one. The first is the one that is chosen most.
pub(crate) const JSON: &[Mutator] = &[value, value, value, value, spelt];

/// Objects that are looked for before it is given up.
const TRIES: usize = 4;

/// Deeper than anything may be nested, and about as deep.
const DEPTHS: [usize; 5] = [2, 7, 15, 17, 200];

/// Texts that some place takes, or nearly does.
const TEXTS: [&str; 20] = [
    "",
    "a",
    "engagement",
    "settle",
    "open",
    "reply",
    "later",
    "index",
    "a.example",
    "a.example/reputation",
    "2026-02-29",
    "2026-11-24T10:00:00Z",
    "9999-12-31T23:59:59Z",
    "EUR",
    "fr",
    "local:welding",
    "HanseJob",
    "HanseStep",
    "e\u{301}",
    "\u{202e}",
];

const NUMBERS: [i64; 10] = [
    0,
    1,
    -1,
    2,
    5,
    6,
    100_000,
    u32::MAX as i64,
    hanse_document::canonical::INTEGER_MAX,
    hanse_document::canonical::INTEGER_MAX + 1,
];

/// An object in the input: where it begins and ends.
pub(super) fn object(dice: &mut Random, input: &[u8]) -> Option<(usize, usize, Value)> {
    for round in 0..TRIES {
        let from = if round == 0 && dice.chance(1, 2) { 0 } else { dice.below(input.len()) };
        let at = from + input.get(from..)?.iter().position(|byte| *byte == b'{')?;
        let mut values = serde_json::Deserializer::from_slice(&input[at..]).into_iter::<Value>();
        if let Some(Ok(value)) = values.next() {
            return Some((at, at + values.byte_offset(), value));
        }
    }
    None
}

/// The input with another object in the place of one.
pub(super) fn with(input: &[u8], (from, to): (usize, usize), object: &[u8]) -> Vec<u8> {
    [&input[..from], object, &input[to..]].concat()
}

/// Pointers to everything in a value.
pub(super) fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut waiting = vec![(String::new(), value)];
    while let Some((pointer, value)) = waiting.pop() {
        match value {
            Value::Array(items) => {
                waiting.extend(items.iter().enumerate().map(|(at, item)| (format!("{pointer}/{at}"), item)));
            }
            Value::Object(fields) => waiting.extend(fields.iter().map(|(key, value)| {
                (format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), value)
            })),
            _ => {}
        }
        found.push(pointer);
    }
    found
}

fn value(dice: &mut Random, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let (from, to, mut whole) = object(dice, input)?;
    let pointers = pointers(&whole);
    let donor = if dice.chance(1, 2) { object(dice, other).map(|(.., value)| value)? } else { whole.clone() };
    let place = whole.pointer_mut(dice.pick(&pointers)?)?;
    change(dice, place, &donor)?;
    Some(with(input, (from, to), &to_vec(&whole)))
}

fn change(dice: &mut Random, place: &mut Value, donor: &Value) -> Option<()> {
    match dice.below(12) {
        // Something else that stands somewhere.
        0..=2 => {
            let pointers = pointers(donor);
            *place = donor.pointer(dice.pick(&pointers)?)?.clone();
        }
        3 => {
            *place =
                dice.pick(&[json!(null), json!(true), json!([]), json!({}), json!(""), json!(0)])?.clone();
        }
        4 => {
            let depth = *dice.pick(&DEPTHS)?;
            let inner = std::mem::take(place);
            *place = (0..depth)
                .fold(inner, |inner, at| if at % 2 == 0 { json!([inner]) } else { json!({"a": inner}) });
        }
        5 => *place = json!(dice.pick(&NUMBERS)?),
        6 => *place = json!(dice.pick(&TEXTS)?),
        _ => inside(dice, place, donor)?,
    }
    Some(())
}

/// A change that what stands there can have.
fn inside(dice: &mut Random, place: &mut Value, donor: &Value) -> Option<()> {
    match place {
        Value::Bool(said) => *said = !*said,
        Value::Number(number) => {
            let step = *dice.pick(&[1, -1, 256, -256])?;
            *place = json!(number.as_i64()?.checked_add(step)?);
        }
        Value::String(text) => *text = letters(dice, text)?,
        Value::Array(items) => match dice.below(4) {
            0 => items.truncate(dice.below(items.len() + 1)),
            1 => items.extend_from_within(..),
            2 => items.reverse(),
            _ => items.push(donor.clone()),
        },
        Value::Object(fields) => {
            let keys: Vec<String> = fields.keys().cloned().collect();
            let key = dice.pick(&keys)?;
            let value = if dice.chance(1, 2) { fields.remove(key)? } else { fields.get(key)?.clone() };
            if dice.chance(1, 2) {
                let others: Vec<&String> =
                    donor.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
                let other = dice.pick(&others).map_or("a", |key| key.as_str());
                fields.insert(other.to_owned(), value);
            }
        }
        Value::Null => *place = json!(0),
    }
    Some(())
}

fn letters(dice: &mut Random, text: &str) -> Option<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let at = dice.below(letters.len());
    match dice.below(5) {
        0 => drop((at < letters.len()).then(|| letters.remove(at))),
        1 => {
            *letters.get_mut(at)? =
                *dice.pick(&['0', 'a', 'A', 'z', ' ', '\n', 'é', '\u{301}', '\u{1f600}'])?;
        }
        2 => letters.truncate(at),
        3 => letters = letters.repeat(1 + dice.below(40)),
        _ => letters.insert(at, *dice.pick(&['0', 'f', '-', '/', ':', '\u{200b}', '"'])?),
    }
    Some(letters.into_iter().collect())
}

/// The same value in another spacing.
fn spelt(dice: &mut Random, input: &[u8], _: &[u8]) -> Option<Vec<u8>> {
    let (from, to, whole) = object(dice, input)?;
    Some(with(input, (from, to), &serde_json::to_vec_pretty(&whole).ok()?))
}
