//! Whether a node computed what we compute: every value of its answer against ours, or the first places where they differ.

use hanse_reputation::{Explanation, Summary};
use serde::Serialize;
use serde_json::Value;

use super::served::Served;
use crate::report::{CheckStep, Outcome};

/// Differences that are reported; after the first few the others follow from them.
const DIFFERENCES_MAX: usize = 8;

/// Compares what was served with what the record makes: whether all digits are the same, and the steps. Where the answer rests on what
/// is not here (`beyond`), a difference is no fault of the node.
pub(super) fn compare(
    served: &Served,
    explanation: &Explanation,
    summary: &Summary,
    beyond: bool,
) -> (bool, Vec<CheckStep>) {
    let mut steps = vec![one("served explanation", served.explanation(), explanation, beyond)];
    match served.summary() {
        Some(value) => steps.push(one("served summary", value, summary, beyond)),
        None => steps.push(CheckStep::new("served summary", Outcome::Note, "the node served none")),
    }
    let equal = steps.iter().all(|step| matches!(step.outcome, Outcome::Holds | Outcome::Note));
    (equal, steps)
}

fn one(name: &str, served: &Value, computed: &impl Serialize, beyond: bool) -> CheckStep {
    // Cannot fail: the maps in it have texts for keys. If it did, null equals no answer.
    let computed = serde_json::to_value(computed).unwrap_or_default();
    if *served == computed {
        return CheckStep::new(name, Outcome::Holds, "the node computed the same, to the last digit");
    }
    let (outcome, says) = if beyond {
        (
            Outcome::Incomplete,
            "not the same, and the node had read what is not here: nobody can tell from this file",
        )
    } else {
        (Outcome::Invalid, "the node computed something else")
    };
    let mut differences = Vec::new();
    differ(String::new(), served, &computed, &mut differences);
    let mut step = CheckStep::new(name, outcome, says);
    for (at, served, computed) in differences {
        step = step.with(at, &served, &computed);
    }
    step
}

/// Collects the places where two values differ, as JSON pointers.
fn differ(at: String, served: &Value, computed: &Value, found: &mut Vec<(String, String, String)>) {
    if served == computed || DIFFERENCES_MAX <= found.len() {
        return;
    }
    match (served, computed) {
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in keys {
                let (left, right) = (left.get(key), right.get(key));
                differ(format!("{at}/{key}"), left.unwrap_or(&NONE), right.unwrap_or(&NONE), found);
            }
        }
        (Value::Array(left), Value::Array(right)) => {
            for place in 0..left.len().max(right.len()) {
                let (left, right) = (left.get(place), right.get(place));
                differ(format!("{at}/{place}"), left.unwrap_or(&NONE), right.unwrap_or(&NONE), found);
            }
        }
        _ => found.push((at, shown(served), shown(computed))),
    }
}

const NONE: Value = Value::Null;

/// Characters of a value that are repeated; what is served may hold anything.
const SHOWN_CHARS_MAX: usize = 120;

/// A value without characters that a terminal would obey.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    text.chars()
        .take(SHOWN_CHARS_MAX)
        .map(|character| if (' '..='~').contains(&character) { character } else { '?' })
        .collect()
}
