//! Changes of signatures: in documents, leaves and notes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Base, Mutation};
use crate::random::Random;

/// The order of Ed25519's group, little-endian: a signature with it added to S fits the same equation, and is none.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Bytes of a signature.
const SIGNATURE_BYTES: usize = 64;

/// Where a signature is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelt {
    /// In a leaf: hexadecimal.
    Hex,
    /// In a document: multibase base58.
    Base58,
    /// At the end of a line of a note: base64, behind a key id and perhaps a time.
    Line(usize),
}

/// A signature somewhere in the file, changed.
fn changed_by(
    base: &Base,
    dice: &mut Random,
    change: impl FnOnce(Vec<u8>, Spelt, &mut Random) -> Option<(String, Vec<u8>)>,
) -> Option<Mutation> {
    let signed = |shape: &str| {
        shape.ends_with("/sigs/*/value")
            || shape.ends_with("/proofValue")
            || shape.ends_with("/checkpoint")
            || shape.ends_with("/dating")
    };
    base.change(base.shapes.pick(&["text"], signed, dice)?, |value| {
        let text = value.as_str()?.to_owned();
        let (spelt, bytes) = read(&text, dice)?;
        let (says, bytes) = change(bytes, spelt, dice)?;
        *value = json!(write(&text, spelt, &bytes)?);
        (value.as_str() != Some(&text)).then_some(says)
    })
}

fn read(text: &str, dice: &mut Random) -> Option<(Spelt, Vec<u8>)> {
    if text.contains('\n') {
        let lines: Vec<&str> = text.lines().collect();
        let signed: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].starts_with('—')).collect();
        let line = *dice.pick(&signed)?;
        let bytes = STANDARD.decode(lines[line].rsplit(' ').next()?).ok()?;
        return Some((Spelt::Line(line), bytes));
    }
    if let Some(encoded) = text.strip_prefix('z') {
        return Some((Spelt::Base58, bs58::decode(encoded).into_vec().ok()?));
    }
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    Some((Spelt::Hex, bytes?))
}

fn write(text: &str, spelt: Spelt, bytes: &[u8]) -> Option<String> {
    Some(match spelt {
        Spelt::Hex => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        Spelt::Base58 => format!("z{}", bs58::encode(bytes).into_string()),
        Spelt::Line(line) => {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            let (name, _) = lines.get(line)?.rsplit_once(' ')?;
            let line_text = format!("{name} {}", STANDARD.encode(bytes));
            *lines.get_mut(line)? = line_text;
            lines.join("\n") + "\n"
        }
    })
}

pub(super) fn malleable(base: &Base, dice: &mut Random) -> Option<Mutation> {
    changed_by(base, dice, |mut bytes, _, _| {
        let first = bytes.len().checked_sub(SIGNATURE_BYTES / 2)?;
        let mut carry = 0_u16;
        for (byte, order) in bytes.get_mut(first..)?.iter_mut().zip(ORDER) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            [*byte, _] = sum.to_le_bytes();
            carry = sum >> 8;
        }
        Some(("S + L".into(), bytes))
    })
}

pub(super) fn changed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    changed_by(base, dice, |mut bytes, _, dice| {
        let place = dice.below(bytes.len());
        *bytes.get_mut(place)? ^= 1 << dice.below(8);
        Some((format!("a bit of byte {place}"), bytes))
    })
}

/// The same bytes, spelt in a way that no other is equal to.
pub(super) fn spelling(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let encoded = |shape: &str| {
        ["/sigs/*/value", "/proofValue", "/checkpoint", "/dating", "/salt", "/root", "/commitment", "/key"]
            .iter()
            .any(|end| shape.ends_with(end))
    };
    base.change(base.shapes.pick(&["text"], encoded, dice)?, |value| {
        let text = value.as_str()?.to_owned();
        let last = text.trim_end_matches('\n').len();
        let tail = text.get(last..)?;
        let kept = text.get(..last)?;
        let other = match dice.below(6) {
            0 => format!("{}{tail}", kept.trim_end_matches('=')),
            1 => format!("{kept}={tail}"),
            2 => text.replace('+', "-").replace('/', "_"),
            3 => format!("{}{}{tail}", kept.get(..last - 1)?, next_letter(kept)?),
            4 => format!("1{text}"),
            _ => text.to_uppercase(),
        };
        *value = json!(other);
        (other != text).then(|| "spelt otherwise".into())
    })
}

/// A letter that differs from the last one in its lowest bit.
fn next_letter(text: &str) -> Option<char> {
    let last = text.chars().next_back()?;
    char::from_u32(u32::from(last) ^ 1)
}

pub(super) fn anothers(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let signed = |shape: &str| {
        shape.ends_with("/sigs/*") || shape.ends_with("/proof") || shape.ends_with("/proofValue")
    };
    let at = base.shapes.pick(&["text", "object"], signed, dice)?.clone();
    let other: Value = base.value(&base.shapes.alike(&base.shapes, &at, dice)?)?.clone();
    base.change(&at, |value| {
        let differs = *value != other;
        *value = other;
        differs.then(|| "another's".into())
    })
}
