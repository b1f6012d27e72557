//! A value inside of another file, held in its canonical bytes.

use std::cell::Cell;

use serde::de::{DeserializeSeed as _, Error as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Strict, Texts, VALUES_MAX, has_null, to_vec};
use crate::rejection::Rejection;

/// A JSON object of at most `MAX` canonical bytes, in these bytes: what a file that may have any spacing holds in the place of a leaf
/// or a document.
///
/// Read by serde it is as strict as [`super::parse`], but for spacing, key order and escapes. Its nesting counts from itself. While
/// it is read it takes memory for `MAX` bytes and no more, whatever stands in its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Json<const MAX: usize>(Box<[u8]>);

impl<const MAX: usize> Json<MAX> {
    /// Takes bytes that are canonical already, as a store or a log keeps them.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn parse(bytes: &[u8]) -> Result<Self, Rejection> {
        let value = super::parse(bytes, MAX)?;
        if value.is_object() { Ok(Self(bytes.into())) } else { Err(Rejection::OutOfForm) }
    }

    /// The value in its canonical bytes.
    ///
    /// # Errors
    /// As [`super::parse`].
    pub fn of(value: &Value) -> Result<Self, Rejection> {
        Self::parse(&to_vec(value))
    }

    /// The canonical bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> Value {
        // These bytes were written from a value. If they were none, null is what no place takes.
        serde_json::from_slice(&self.0).unwrap_or_default()
    }
}

impl<const MAX: usize> Serialize for Json<MAX> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(to)
    }
}

impl<'de, const MAX: usize> Deserialize<'de> for Json<MAX> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let (found, left, values) = (Cell::new(None), Cell::new(MAX), Cell::new(VALUES_MAX));
        let strict = Strict { depth: 0, texts: Texts::Normal, found: &found, left: &left, values: &values };
        let value = strict.deserialize(from)?;
        if !value.is_object() || has_null(&value) {
            return Err(D::Error::custom(Rejection::OutOfForm));
        }
        let bytes = to_vec(&value);
        if bytes.len() > MAX {
            return Err(D::Error::custom(Rejection::TooLarge));
        }
        Ok(Self(bytes.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Small = Json<64>;

    /// An object of eight bytes and a text of this many.
    fn object(letters: usize) -> String {
        format!(r#"{{"a":"{}"}}"#, "a".repeat(letters))
    }

    fn read(text: &str) -> Result<Small, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_held_in_its_one_form() {
        let read = read(" { \"b\" : [ 1 , \"\\u0041\" ] , \"a\" : {} } ").unwrap();
        assert_eq!(read.bytes(), br#"{"a":{},"b":[1,"A"]}"#);
        assert_eq!(Small::parse(read.bytes()), Ok(read.clone()));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"a":{},"b":[1,"A"]}"#);
        assert_eq!(Small::parse(br#"{ "a":{}}"#), Err(Rejection::NotCanonical));
    }

    #[test]
    fn it_is_strict_and_bounded() {
        for (text, word) in [
            (r#"{"a":1,"\u0061":2}"#, Rejection::DuplicateKey),
            (r#"{"é":1}"#, Rejection::KeyNotAscii),
            (r#"{"a":"e\u0301"}"#, Rejection::NotNfc),
            (r#"{"a":1.5}"#, Rejection::Float),
            (r#"{"a":[-0]}"#, Rejection::Float),
            (r#"{"a":9007199254740992}"#, Rejection::IntegerRange),
            ("[]", Rejection::OutOfForm),
            ("7", Rejection::OutOfForm),
            (r#"{"a":[null]}"#, Rejection::OutOfForm),
            (&format!("{}{}", "[".repeat(17), "]".repeat(17)), Rejection::TooDeep),
            (&object(57), Rejection::TooLarge),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.starts_with(&word.to_string()), "{text}: {error}");
        }
        assert!(read(&object(56)).is_ok());
        assert!(read(&format!("{}{}", object(56), " ".repeat(1000))).is_ok());
    }

    /// What could not fit is refused before it is held.
    #[test]
    fn the_bound_is_on_what_is_read_too() {
        let endless = format!("[{}", r#"{"":0},"#.repeat(12));
        assert!(read(&endless).unwrap_err().starts_with(&Rejection::TooLarge.to_string()));
        let numbers = format!("[{}", "0,".repeat(64));
        assert!(read(&numbers).unwrap_err().starts_with(&Rejection::TooLarge.to_string()));
    }
}
