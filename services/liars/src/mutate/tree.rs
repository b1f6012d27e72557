//! Where what stands in a file, by shape: so that a rare field is as likely to be changed as one of thousands of hashes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Base, Mutation};
use crate::random::Random;

/// A value in a file: of which line, and the JSON pointer there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct At {
    /// Which line; 0 in a file of one value.
    pub line: usize,
    /// The JSON pointer.
    pub pointer: String,
}

/// All places, by pointer without list places and by kind of value.
#[derive(Clone, Default, Debug)]
pub struct Shapes(BTreeMap<(String, &'static str), Vec<At>>);

/// The kind of a JSON value.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

impl Shapes {
    /// Of these values.
    #[must_use]
    pub fn of(values: &[Value]) -> Self {
        let mut shapes = Self::default();
        for (line, value) in values.iter().enumerate() {
            shapes.walk(value, &At { line, pointer: String::new() }, String::new());
        }
        shapes
    }

    fn walk(&mut self, value: &Value, at: &At, mut shape: String) {
        // Leaves and documents of different types are different things.
        let kind_of = value.get("t").or_else(|| value.get("type").and_then(|types| types.get(1)));
        if let Some(text) = kind_of.and_then(Value::as_str) {
            shape = format!("{shape}<{text}>");
        }
        self.0.entry((shape.clone(), kind(value))).or_default().push(at.clone());
        let step = |key: &str| At {
            line: at.line,
            pointer: format!("{}/{}", at.pointer, key.replace('~', "~0").replace('/', "~1")),
        };
        match value {
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.walk(item, &step(&place.to_string()), format!("{shape}/*"));
                }
            }
            Value::Object(fields) => {
                for (key, value) in fields {
                    self.walk(value, &step(key), format!("{shape}/{key}"));
                }
            }
            _ => {}
        }
    }

    /// A place of one of these kinds, whose shape fits.
    pub fn pick(&self, kinds: &[&str], fits: impl Fn(&str) -> bool, dice: &mut Random) -> Option<&At> {
        let shapes: Vec<&Vec<At>> = self
            .0
            .iter()
            .filter(|((shape, kind), _)| kinds.contains(kind) && fits(shape))
            .map(|(_, places)| places)
            .collect();
        let places = dice.pick(&shapes)?;
        dice.pick(places)
    }

    /// Another place of the same shape and kind, in this or another file.
    pub fn alike(&self, of: &Self, at: &At, dice: &mut Random) -> Option<At> {
        let (shape, _) = of.0.iter().find(|(_, places)| places.contains(at))?;
        dice.pick(self.0.get(shape)?).cloned()
    }
}

/// Any shape.
pub(super) const fn any(_: &str) -> bool {
    true
}

impl Base {
    /// The file with one value changed; none if the change says so.
    pub(super) fn change(
        &self,
        at: &At,
        change: impl FnOnce(&mut Value) -> Option<String>,
    ) -> Option<Mutation> {
        let mut values = self.values.clone();
        let value = values.get_mut(at.line)?.pointer_mut(&at.pointer)?;
        let says = format!("{} of line {}: {}", at.pointer, at.line, change(value)?);
        Some(self.mutation(says, self.write(&values)))
    }

    /// The file as these bytes.
    pub(super) fn mutation(&self, says: String, bytes: Vec<u8>) -> Mutation {
        Mutation { says, bytes, policy: self.policy.clone() }
    }

    /// What stands there.
    pub(super) fn value(&self, at: &At) -> Option<&Value> {
        self.values.get(at.line)?.pointer(&at.pointer)
    }
}
