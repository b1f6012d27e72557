//! JSON with exactly one byte form: strict JSON in, RFC 8785 out.
//!
//! Input that is not of the form is refused, never repaired: the bytes that are signed are the bytes that are stored,
//! hashed, sent and served.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use crate::rejection::Rejection;

mod json;
mod number;

pub use json::Json;

/// How deep arrays and objects may be nested: three times what any kind needs, and no danger to any parser's stack.
pub const DEPTH_MAX: u32 = 16;
/// The largest integer that every JSON parser, JavaScript's too, reads exactly: 2^53 − 1.
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;

/// How many values a document or a leaf may have, at any depth: ten times what the largest of any kind has. A value that is written in
/// six bytes takes hundreds in memory.
pub const VALUES_MAX: usize = 4_096;

/// Reads at most `max` bytes that are the RFC 8785 form of a JSON value without floats and `null`, with ASCII keys and NFC
/// texts.
///
/// # Errors
/// One rejection for each thing that can be wrong, the first that is met: `TooLarge`, `NotJson`, `TooDeep`,
/// `DuplicateKey`, `KeyNotAscii`, `NotNfc`, `Float`, `IntegerRange`, `NotCanonical`, and at last `OutOfForm` for a `null`.
pub fn parse(bytes: &[u8], max: usize) -> Result<Value, Rejection> {
    let value = read(bytes, max, VALUES_MAX, Texts::Normal)?;
    if to_vec(&value) != bytes {
        return Err(Rejection::NotCanonical);
    }
    // What is not stated is left out. A second way to say so would be a second form of the same thing.
    if has_null(&value) { Err(Rejection::OutOfForm) } else { Ok(value) }
}

/// Whether there is a `null`, at any depth; values that were read are at most [`DEPTH_MAX`] deep.
fn has_null(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.iter().any(has_null),
        Value::Object(fields) => fields.values().any(has_null),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Reads what [`parse`] reads and `null`, in any spacing, key order and escapes: for requests and evidence files, never
/// documents or leaves.
///
/// # Errors
/// Those of [`parse`], without `NotCanonical` and `OutOfForm`.
pub fn parse_lenient_form(bytes: &[u8], max: usize) -> Result<Value, Rejection> {
    read(bytes, max, usize::MAX, Texts::Normal)
}

/// Reads what [`parse_lenient_form`] reads, with texts in any Unicode form and with any line ends, and brings them into order
/// ([`orderly`]) however they were escaped: for requests, in which people and their keyboards write.
///
/// # Errors
/// Those of [`parse_lenient_form`], without `NotNfc`.
pub fn parse_request(bytes: &[u8], max: usize) -> Result<Value, Rejection> {
    read(bytes, max, usize::MAX, Texts::Any)
}

fn read(bytes: &[u8], max: usize, values: usize, texts: Texts) -> Result<Value, Rejection> {
    if bytes.len() > max {
        return Err(Rejection::TooLarge);
    }
    let (found, left, values) = (Cell::new(None), Cell::new(usize::MAX), Cell::new(values));
    let mut parser = serde_json::Deserializer::from_slice(bytes);
    let value = Strict { depth: 0, texts, found: &found, left: &left, values: &values }
        .deserialize(&mut parser)
        .map_err(|error| found.get().unwrap_or_else(|| number::unread(bytes, &error)))?;
    parser.end().map_err(|_| Rejection::NotJson)?;
    Ok(value)
}

/// Whether a text is in Unicode's normalisation form C, as every text here is.
#[must_use]
pub fn is_normal(text: &str) -> bool {
    is_nfc(text)
}

/// A text as people mean it, however their keyboard, editor or system writes it: in form C, each line ended by `\n` alone.
#[must_use]
pub fn orderly(text: String) -> String {
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
    if is_normal(&text) { text } else { text.nfc().collect() }
}

/// The RFC 8785 form of any JSON value, floats included.
#[must_use]
pub fn to_vec(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    if write(value, &mut bytes) {
        return bytes;
    }
    // Cannot fail: the only refusal is of numbers that are not finite, and a `Value` cannot hold one. If it did, no bytes
    // come out, and those are no JSON.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// Writes what [`parse`] reads, several times as fast as what has to sort keys and print floats. False, with a beginning of it written,
/// for a value that has other keys than ASCII ones in order, or other numbers than exact integers.
fn write(value: &Value, to: &mut Vec<u8>) -> bool {
    match value {
        Value::Null => to.extend(b"null"),
        Value::Bool(true) => to.extend(b"true"),
        Value::Bool(false) => to.extend(b"false"),
        Value::Number(number) => {
            let exact = number.as_i64().filter(|number| (-INTEGER_MAX..=INTEGER_MAX).contains(number));
            return exact.is_some_and(|number| serde_json::to_writer(to, &number).is_ok());
        }
        Value::String(text) => return serde_json::to_writer(to, text).is_ok(),
        Value::Array(items) => {
            to.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    to.push(b',');
                }
                if !write(item, to) {
                    return false;
                }
            }
            to.push(b']');
        }
        Value::Object(fields) => return write_object(fields, to),
    }
    true
}

fn write_object(fields: &Map<String, Value>, to: &mut Vec<u8>) -> bool {
    let mut before: Option<&str> = None;
    to.push(b'{');
    for (key, value) in fields {
        if !key.is_ascii() || before.is_some_and(|before| before >= key.as_str()) {
            return false;
        }
        if before.replace(key).is_some() {
            to.push(b',');
        }
        if serde_json::to_writer(&mut *to, key).is_err() {
            return false;
        }
        to.push(b':');
        if !write(value, to) {
            return false;
        }
    }
    to.push(b'}');
    true
}

/// The quotes and the colon around a key.
const KEY_FRAME_BYTES: usize = 3;

/// In which Unicode forms texts may come. A key is ASCII, and has one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Texts {
    /// In form C; any other is refused.
    Normal,
    /// In any; they are brought into order.
    Any,
}

/// Builds a value while watching the rules. Serde hands on nothing but text, so what was found wrong is put aside in
/// `found` and the error itself stays empty.
#[derive(Clone, Copy)]
struct Strict<'a> {
    /// How many arrays and objects are open around this value.
    depth: u32,
    texts: Texts,
    found: &'a Cell<Option<Rejection>>,
    /// How many canonical bytes may still come. What is counted is never more than what there will be.
    left: &'a Cell<usize>,
    /// How many values may still come.
    values: &'a Cell<usize>,
}

impl<'a> Strict<'a> {
    fn refuse<E: serde::de::Error>(self, rejection: Rejection) -> E {
        self.found.set(Some(rejection));
        E::custom(rejection)
    }

    fn inner<E: serde::de::Error>(self) -> Result<Strict<'a>, E> {
        if self.depth < DEPTH_MAX {
            Ok(Strict { depth: self.depth + 1, ..self })
        } else {
            Err(self.refuse(Rejection::TooDeep))
        }
    }

    /// Counts bytes that the canonical form will have.
    fn count<E: serde::de::Error>(self, bytes: usize) -> Result<(), E> {
        self.spend(self.left, bytes)
    }

    fn spend<E: serde::de::Error>(self, budget: &Cell<usize>, amount: usize) -> Result<(), E> {
        let left = budget.get().checked_sub(amount).ok_or_else(|| self.refuse(Rejection::TooLarge))?;
        budget.set(left);
        Ok(())
    }

    /// Looks at a text before it is kept: one that does not fit costs nothing more.
    fn text<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        self.count(text.len())?;
        let fits = self.texts == Texts::Any || is_normal(text);
        if fits { Ok(()) } else { Err(self.refuse(Rejection::NotNfc)) }
    }

    /// The text as it is kept.
    fn kept(self, text: String) -> Value {
        Value::String(if self.texts == Texts::Normal { text } else { orderly(text) })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        // No value is shorter than a digit; the second bracket or quote of one that has two is counted where it is met.
        self.count(1)?;
        self.spend(self.values, 1)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        if (-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
            Ok(Value::Number(Number::from(value)))
        } else {
            Err(self.refuse(Rejection::IntegerRange))
        }
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            // Kept unsigned, as serde_json itself keeps it, so that equal numbers are equal values.
            Ok(signed) if signed <= INTEGER_MAX => Ok(Value::Number(Number::from(value))),
            _ => Err(self.refuse(Rejection::IntegerRange)),
        }
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        // Integers beyond 64 bits arrive here too; 2^53 is the first double that is no exact integer for us.
        let whole = value.fract() == 0.0 && value.abs() >= 9_007_199_254_740_992.0;
        Err(self.refuse(if whole { Rejection::IntegerRange } else { Rejection::Float }))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)?;
        Ok(self.kept(value.to_owned()))
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Value, E> {
        self.text(&value)?;
        Ok(self.kept(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        self.count(1)?;
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        self.count(1)?;
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if !key.is_ascii() {
                return Err(self.refuse(Rejection::KeyNotAscii));
            }
            if object.contains_key(&key) {
                return Err(self.refuse(Rejection::DuplicateKey));
            }
            self.count(key.len().saturating_add(KEY_FRAME_BYTES))?;
            let value = entries.next_value_seed(inner)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 1024;

    #[test]
    fn the_canonical_form_is_read() {
        let bytes =
            br#"{"a":[1,-9007199254740991,9007199254740991,"\n\u000b\"e","x"],"b":{"c":false,"d":true}}"#;
        assert_eq!(to_vec(&parse(bytes, MAX).unwrap()), bytes);
    }

    #[test]
    fn a_request_has_its_texts_in_any_form_and_its_keys_in_one() {
        let read = |text: &str| parse_request(text.as_bytes(), MAX);
        for cafe in ["caf\u{e9}", "cafe\u{301}", "cafe\\u0301", "caf\\u0065\\u0301", "caf\\u00e9"] {
            let value = read(&format!("{{\"a\":[\"{cafe}\",null]}}")).unwrap();
            assert_eq!(value, serde_json::json!({"a": ["caf\u{e9}", null]}), "{cafe}");
        }
        for lines in ["a\\nb\\n", "a\\r\\nb\\r\\n", "a\\rb\\r", "a\\u000db\\u000D\\u000a"] {
            let value = read(&format!("[\"{lines}\"]")).unwrap();
            assert_eq!(value, serde_json::json!(["a\nb\n"]), "{lines}");
        }
        for (text, rejection) in [
            ("{\"e\\u0301\":1}", Rejection::KeyNotAscii),
            ("{\"a\":1,\"\\u0061\":1}", Rejection::DuplicateKey),
            ("\"\\ud800\"", Rejection::NotJson),
            ("1.5", Rejection::Float),
        ] {
            assert_eq!(read(text), Err(rejection), "{text}");
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(nested(16).as_bytes(), MAX).is_ok());
        let cases: [(&str, Rejection); 41] = [
            ("", Rejection::NotJson),
            ("{", Rejection::NotJson),
            ("{} {}", Rejection::NotJson),
            ("\u{feff}{}", Rejection::NotJson),
            (r#""\ud800""#, Rejection::NotJson),
            ("\"\n\"", Rejection::NotJson),
            ("01", Rejection::NotJson),
            ("+1", Rejection::NotJson),
            ("NaN", Rejection::NotJson),
            ("1e400", Rejection::Float),
            (" [\n {\"a\": [0, -1.5E+999 ]}]", Rejection::Float),
            (&"9".repeat(400), Rejection::IntegerRange),
            (&format!("{{\"a\":-{}}}", "9".repeat(400)), Rejection::IntegerRange),
            ("[1e400x]", Rejection::Float),
            ("01e400", Rejection::NotJson),
            ("1e", Rejection::NotJson),
            ("1.e400", Rejection::NotJson),
            (&nested(17), Rejection::TooDeep),
            (&nested(500), Rejection::TooDeep),
            (&" ".repeat(MAX + 1), Rejection::TooLarge),
            (r#"{"a":1,"a":1}"#, Rejection::DuplicateKey),
            (r#"{"a":1,"\u0061":1}"#, Rejection::DuplicateKey),
            (r#"{"é":1}"#, Rejection::KeyNotAscii),
            ("\"e\u{301}\"", Rejection::NotNfc),
            (r#""e\u0301""#, Rejection::NotNfc),
            ("1.0", Rejection::Float),
            ("1e2", Rejection::Float),
            ("-0", Rejection::Float),
            ("9007199254740992", Rejection::IntegerRange),
            ("-9007199254740992", Rejection::IntegerRange),
            ("18446744073709551616", Rejection::IntegerRange),
            (" 1", Rejection::NotCanonical),
            ("1\n", Rejection::NotCanonical),
            (r#"{"b":1,"a":1}"#, Rejection::NotCanonical),
            (r#""\u0041""#, Rejection::NotCanonical),
            (r#""\/""#, Rejection::NotCanonical),
            ("null", Rejection::OutOfForm),
            ("[null]", Rejection::OutOfForm),
            (r#"{"a":null}"#, Rejection::OutOfForm),
            (r#"[1,{"a":[{"b":["x",null]}]}]"#, Rejection::OutOfForm),
            (r#"{"b":null,"a":1}"#, Rejection::NotCanonical),
        ];
        for (text, rejection) in cases {
            assert_eq!(parse(text.as_bytes(), MAX), Err(rejection), "{text}");
        }
        assert_eq!(parse(b"\"\xff\"", MAX), Err(Rejection::NotJson));
    }

    #[test]
    fn values_are_counted() {
        let list = |count: usize| format!("[{}0]", "0,".repeat(count - 1));
        assert!(parse(list(VALUES_MAX - 1).as_bytes(), usize::MAX).is_ok());
        assert_eq!(parse(list(VALUES_MAX).as_bytes(), usize::MAX), Err(Rejection::TooLarge));
        assert!(parse_lenient_form(list(VALUES_MAX).as_bytes(), usize::MAX).is_ok());
    }

    #[test]
    fn the_lenient_form_forgives_bytes_only() {
        let value = parse_lenient_form(br#" { "b" : 1, "a" : "\u0041" } "#, MAX).unwrap();
        assert_eq!(to_vec(&value), br#"{"a":"A","b":1}"#);
        assert!(parse_lenient_form(br#"{"a":null}"#, MAX).is_ok());
        assert_eq!(parse_lenient_form(br#"{"a":1,"a":1}"#, MAX), Err(Rejection::DuplicateKey));
        assert_eq!(parse_lenient_form(b"1.5", MAX), Err(Rejection::Float));
    }
}
