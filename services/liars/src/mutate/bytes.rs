//! Changes that only bytes can have: other spellings of the same value, and what is no JSON at all.

use serde_json::{Value, json};

use super::tree::any;
use super::{Base, Kind, Mutation};
use crate::random::Random;

/// Stands where a token is put that no JSON value can say. No file has it.
const MARK: &str = "@here@";

/// The file with a value replaced by this token.
fn token(
    base: &Base,
    dice: &mut Random,
    kinds: &[&str],
    spell: impl FnOnce(&Value, &mut Random) -> Option<Vec<u8>>,
) -> Option<Mutation> {
    let at = base.shapes.pick(kinds, any, dice)?;
    let token = spell(base.value(at)?, dice)?;
    let marked = base.change(at, |value| {
        *value = json!(MARK);
        Some(String::from_utf8_lossy(&token).chars().take(80).collect())
    })?;
    let bytes = replaced(&marked.bytes, format!("\"{MARK}\"").as_bytes(), &token)?;
    Some(base.mutation(marked.says, bytes))
}

fn replaced(bytes: &[u8], mark: &[u8], with: &[u8]) -> Option<Vec<u8>> {
    let place = bytes.windows(mark.len()).position(|window| window == mark)?;
    let (before, behind) = (bytes.get(..place)?, bytes.get(place + mark.len()..)?);
    Some([before, with, behind].concat())
}

fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// A text with some of its letters as escapes.
fn escaped(text: &str, dice: &mut Random) -> String {
    let letter = |letter: char| {
        let mut units = [0; 2];
        let upper = dice.chance(1, 2);
        let spell = |unit: &u16| if upper { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        if letter.is_control() || dice.chance(1, 3) {
            letter.encode_utf16(&mut units).iter().map(spell).collect()
        } else {
            quoted(&letter.to_string()).trim_matches('"').replace('"', "\\\"")
        }
    };
    let spelt: String = text.chars().filter(|letter| !matches!(letter, '"' | '\\')).map(letter).collect();
    format!("\"{spelt}\"")
}

/// The file with a key spelt by this token.
fn key(
    base: &Base,
    dice: &mut Random,
    spell: impl FnOnce(&str, &Value, &mut Random) -> String,
) -> Option<Mutation> {
    let at = base.shapes.pick(&["object"], any, dice)?;
    let keys: Vec<&String> = base.value(at)?.as_object()?.keys().collect();
    let key = (*dice.pick(&keys)?).clone();
    let token = spell(&key, &base.value(at)?[&key], dice);
    let marked = base.change(at, |value| {
        let fields = value.as_object_mut()?;
        let value = fields.remove(&key)?;
        fields.insert(MARK.into(), value);
        Some(token.chars().take(80).collect())
    })?;
    let bytes = replaced(&marked.bytes, format!("\"{MARK}\"").as_bytes(), token.as_bytes())?;
    Some(base.mutation(marked.says, bytes))
}

pub(super) fn duplicate_key(base: &Base, dice: &mut Random) -> Option<Mutation> {
    key(base, dice, |key, value, dice| {
        let again = if dice.chance(1, 2) { quoted(key) } else { escaped(key, dice) };
        let other = if dice.chance(1, 2) { value.to_string() } else { "0".to_owned() };
        format!("{}:{other},{again}", quoted(key))
    })
}

pub(super) fn key_letters(base: &Base, dice: &mut Random) -> Option<Mutation> {
    key(base, dice, |key, _, dice| match dice.below(4) {
        0 => format!("\"{key}é\""),
        1 => format!("\"\u{430}{key}\""),
        2 => format!("\"{key}\\u0000\""),
        _ => format!("\"{key}\\u0301\""),
    })
}

pub(super) fn number_form(base: &Base, dice: &mut Random) -> Option<Mutation> {
    token(base, dice, &["number"], |value, dice| {
        let number = value.as_i64()?;
        let forms = [
            format!("{number}.0"),
            format!("{number}e0"),
            format!("{number}E+0"),
            format!("0{number}"),
            format!("+{number}"),
            format!("-{number}"),
            "-0".to_owned(),
            format!("{number}.5"),
            format!("{number}00000000000000000000"),
            "1e999".to_owned(),
            format!("0x{number:x}"),
            "NaN".to_owned(),
            "Infinity".to_owned(),
            format!("\"{number}\""),
        ];
        let form = dice.pick(&forms)?;
        (*form != number.to_string()).then(|| form.clone().into_bytes())
    })
}

pub(super) fn bad_utf8(base: &Base, dice: &mut Random) -> Option<Mutation> {
    token(base, dice, &["text"], |value, dice| {
        let bad: [&[u8]; 7] =
            [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80", b"\xf5\x80\x80\x80", b"\xe2\x82", b"\xc0\x80"];
        let bad: &[u8] = dice.pick(&bad)?;
        Some([b"\"".as_slice(), value.as_str()?.as_bytes(), bad, b"\""].concat())
    })
}

pub(super) fn lone_surrogate(base: &Base, dice: &mut Random) -> Option<Mutation> {
    token(base, dice, &["text"], |value, dice| {
        let lone = ["\\ud800", "\\udc00", "\\udbff\\u0041", "\\udfff\\ud800"];
        Some(
            format!("\"{}{}\"", escaped(value.as_str()?, dice).trim_matches('"'), dice.pick(&lone)?)
                .into_bytes(),
        )
    })
}

/// The same text, spelt otherwise.
pub(super) fn escapes(base: &Base, dice: &mut Random) -> Option<Mutation> {
    if dice.chance(1, 2) {
        return key(base, dice, |key, _, dice| escaped(key, dice));
    }
    token(base, dice, &["text"], |value, dice| {
        let text = value.as_str()?;
        // What only an escape can spell would be dropped by the simple spelling here.
        (!text.contains(['"', '\\'])).then(|| escaped(text, dice).into_bytes())
    })
}

/// The same value in other spacing and order of keys.
pub(super) fn spacing(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let text = String::from_utf8(base.bytes.clone()).ok()?;
    let (says, bytes) = match dice.below(5) {
        0 => ("indented", serde_json::to_vec_pretty(base.values.first()?).ok()?),
        1 => ("space before", format!(" \n\t\r{text}").into_bytes()),
        2 => ("space behind", format!("{text} \n\t\r").into_bytes()),
        3 => ("a space that JSON does not know", format!("\u{a0}{text}").into_bytes()),
        _ => ("spaces between", text.replacen(",\"", " ,\n\"", 1 + dice.below(50)).into_bytes()),
    };
    Some(base.mutation(says.to_owned(), bytes))
}

pub(super) fn behind(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let more: [&[u8]; 8] = [b"x", b"{}", b",", b"\0", b"]", b"null", b"\x1a", b"//"];
    let more = dice.pick(&more)?;
    Some(base.mutation(format!("{more:?}"), [&base.bytes, *more].concat()))
}

pub(super) fn other_encoding(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let text = std::str::from_utf8(&base.bytes).ok()?;
    let units = || text.encode_utf16();
    let (says, bytes): (&str, Vec<u8>) = match dice.below(7) {
        0 => ("UTF-16 little", units().flat_map(u16::to_le_bytes).collect()),
        1 => ("UTF-16 big", units().flat_map(u16::to_be_bytes).collect()),
        2 => {
            ("UTF-16 with mark", std::iter::once(0xfeff).chain(units()).flat_map(u16::to_le_bytes).collect())
        }
        3 => ("UTF-32", text.chars().flat_map(|letter| u32::from(letter).to_le_bytes()).collect()),
        4 => ("byte order mark", [b"\xef\xbb\xbf", &base.bytes[..]].concat()),
        5 => ("UTF-32 big", text.chars().flat_map(|letter| u32::from(letter).to_be_bytes()).collect()),
        _ => ("empty", Vec::new()),
    };
    Some(base.mutation(says.to_owned(), bytes))
}

pub(super) fn changed(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let mut bytes = base.bytes.clone();
    let place = dice.below(bytes.len());
    let bit = 1_u8 << dice.below(8);
    *bytes.get_mut(place)? ^= bit;
    Some(base.mutation(format!("bit {bit:#x} at {place}"), bytes))
}

pub(super) fn removed_or_added(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let mut bytes = base.bytes.clone();
    let place = dice.below(bytes.len());
    if dice.chance(1, 2) {
        bytes.remove(place);
    } else {
        bytes.insert(place, *dice.pick(b"0a\"{}[],: \\\n\0\xff")?);
    }
    Some(base.mutation(format!("at {place}"), bytes))
}

pub(super) fn cut(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let mut kept = dice.below(base.bytes.len());
    if base.kind != Kind::Evidence && dice.chance(1, 2) {
        // Between two lines.
        kept = base.bytes.get(..kept)?.iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
    }
    Some(base.mutation(format!("{kept} bytes are left"), base.bytes.get(..kept)?.to_vec()))
}
