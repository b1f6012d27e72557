//! Where a number stands that is none of ours: with a fraction, an exponent, or too large.

use hanse_document::canonical::INTEGER_MAX;
use serde_json::Value;

use crate::told::way::Step;

/// The way to the first of them, in a body that is JSON.
pub(crate) fn first_odd(value: &Value) -> Option<Vec<Step>> {
    let mut way = Vec::new();
    find(value, &mut way).then_some(way)
}

/// A value that was read is no deeper than its parser goes.
fn find(value: &Value, way: &mut Vec<Step>) -> bool {
    match value {
        Value::Number(number) => {
            !number.as_i64().is_some_and(|number| (-INTEGER_MAX..=INTEGER_MAX).contains(&number))
        }
        Value::Array(items) => items.iter().enumerate().any(|(at, item)| below(Step::Item(at), item, way)),
        Value::Object(fields) => {
            fields.iter().any(|(field, value)| below(Step::Field(field.clone()), value, way))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

fn below(step: Step, value: &Value, way: &mut Vec<Step>) -> bool {
    way.push(step);
    let found = find(value, way);
    if !found {
        way.pop();
    }
    found
}
