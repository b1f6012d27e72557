//! Changes of single values.

use serde_json::{Value, json};

use super::tree::any;
use super::{Base, Mutation};
use crate::random::Random;

/// Every kind of value.
const KINDS: &[&str] = &["bool", "number", "text", "list", "object", "null"];

/// Deeper than anything may be nested (PROTOCOL.md 2.1).
const DEPTHS: [usize; 6] = [2, 4, 8, 12, 17, 2_000];

pub(super) fn null(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(KINDS, any, dice)?, |value| {
        let before = std::mem::take(value);
        (!before.is_null()).then(|| "null".into())
    })
}

pub(super) fn other_type(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(KINDS, any, dice)?, |value| {
        let text = value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
        let others =
            [json!(true), json!(0), json!(""), json!([]), json!({}), json!([value.clone()]), json!(text)];
        let other = dice.pick(&others)?.clone();
        let differs = *value != other;
        let says = other.to_string().chars().take(60).collect();
        *value = other;
        differs.then_some(says)
    })
}

pub(super) fn number(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(&["number"], any, dice)?, |value| {
        let before = value.as_i64()?;
        let others =
            [before + 1, before - 1, 0, -1, 1 << 32, 9_007_199_254_740_991, 9_007_199_254_740_992, i64::MAX];
        let other = *dice.pick(&others)?;
        *value = json!(other);
        (other != before).then(|| format!("{before} is {other}"))
    })
}

pub(super) fn letters(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(&["text"], any, dice)?, |value| {
        let mut text: Vec<char> = value.as_str()?.chars().collect();
        let place = dice.below(text.len());
        match dice.below(4) {
            0 if !text.is_empty() => drop(text.remove(place)),
            1 if !text.is_empty() => text[place] = *dice.pick(&['0', 'a', 'z', ' ', '\n', 'é'])?,
            2 => text.truncate(place),
            _ => text.insert(place, '0'),
        }
        let text: String = text.into_iter().collect();
        let differs = value.as_str() != Some(&text);
        *value = json!(text);
        differs.then(|| format!("at {place}"))
    })
}

pub(super) fn letter_case(base: &Base, dice: &mut Random) -> Option<Mutation> {
    base.change(base.shapes.pick(&["text"], any, dice)?, |value| {
        let text = value.as_str()?;
        let other = if dice.chance(1, 2) { text.to_uppercase() } else { text.to_lowercase() };
        let differs = text != other;
        *value = json!(other);
        differs.then(|| "other case".into())
    })
}

/// Inserts letters into a text.
fn inserted(base: &Base, dice: &mut Random, from: &[&str]) -> Option<Mutation> {
    base.change(base.shapes.pick(&["text"], any, dice)?, |value| {
        let mut text: Vec<char> = value.as_str()?.chars().collect();
        let place = dice.below(text.len() + 1);
        let more = *dice.pick(from)?;
        text.splice(place..place, more.chars());
        *value = json!(text.into_iter().collect::<String>());
        Some(format!("{more:?} at {place}"))
    })
}

pub(super) fn not_normal(base: &Base, dice: &mut Random) -> Option<Mutation> {
    inserted(base, dice, &["e\u{301}", "\u{212b}", "\u{301}", "\u{1100}\u{1161}", "\u{f900}"])
}

pub(super) fn control(base: &Base, dice: &mut Random) -> Option<Mutation> {
    inserted(base, dice, &["\u{0}", "\u{7}", "\r", "\u{7f}", "\u{85}", "\u{202e}", "\u{feff}", "\u{2028}"])
}

pub(super) fn nested(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let depth = *dice.pick(&DEPTHS)?;
    let at = base.shapes.pick(KINDS, any, dice)?;
    // As bytes, since a library would run out of stack on the deepest.
    let mark = "@nested@";
    let objects = dice.chance(1, 2);
    let marked = base.change(at, |value| {
        match value {
            Value::Object(fields) => drop(fields.insert("deep".into(), json!(mark))),
            Value::Array(items) => items.push(json!(mark)),
            _ => *value = json!(mark),
        }
        Some(format!("{depth} deep"))
    })?;
    let (open, close) = if objects { ("{\"a\":", "}") } else { ("[", "]") };
    let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
    let text = String::from_utf8(marked.bytes).ok()?.replace(&format!("\"{mark}\""), &deep);
    Some(base.mutation(marked.says, text.into_bytes()))
}

/// A document that says something else, with its old signature.
pub(super) fn document(base: &Base, dice: &mut Random) -> Option<Mutation> {
    let in_document = |shape: &str| shape.contains("<Hanse");
    base.change(base.shapes.pick(&["number", "text", "bool"], in_document, dice)?, |value| {
        let before = value.clone();
        *value = match &before {
            Value::Number(number) => json!(number.as_i64()? % 5 + 1),
            Value::Bool(said) => json!(!said),
            Value::String(text) if text.ends_with(".example") => json!("b.example"),
            Value::String(text) => json!(format!("{text}x")),
            _ => return None,
        };
        (*value != before).then(|| "says something else".into())
    })
}
