//! Every field of a file changed in turn: the verdict is never "valid" for a file that says something else.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use hanse_ledger::evidence::Evidence;
use hanse_verifier::{Report, Verdict};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::{World, story};

/// What a reader takes from a report.
fn content(report: &Report) -> Value {
    let mut value = serde_json::to_value(report).unwrap();
    for key in ["made", "steps"] {
        value.as_object_mut().unwrap().remove(key);
    }
    value
}

/// Every place of the file, as JSON pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| places(item, &format!("{at}/{n}"), found));
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// The text with one character changed to another of its kind.
fn flipped(text: &str, at: usize) -> String {
    let other = |character: char| match character {
        '0' => '1',
        '1'..='9' => '0',
        'a' => 'b',
        _ => 'a',
    };
    text.chars().enumerate().map(|(n, c)| if n == at { other(c) } else { c }).collect()
}

fn of_text(text: &str) -> Vec<Value> {
    let length = text.chars().count();
    let mut changed: Vec<String> = vec![String::new(), format!("{text}a"), flipped(text, length / 2)];
    // A hash or signature is the same everywhere; words have a first and a last letter that may be special.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        changed.extend([0, length.saturating_sub(1), length.saturating_sub(2)].map(|at| flipped(text, at)));
        changed.push(text.to_uppercase());
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    if lines.len() > 1 {
        for n in 0..lines.len() {
            let without = lines.iter().enumerate().filter(|(m, _)| *m != n).map(|(_, line)| *line);
            changed.push(without.collect());
            let inner = |(m, line): (usize, &&str)| {
                if m == n { flipped(line, line.chars().count() / 2) } else { (*line).to_owned() }
            };
            changed.push(lines.iter().enumerate().map(inner).collect());
        }
    }
    changed.into_iter().map(Value::from).collect()
}

fn of_list(items: &[Value]) -> Vec<Value> {
    let mut changed = Vec::new();
    for n in 0..items.len() {
        let mut without = items.to_vec();
        let item = without.remove(n);
        changed.push(without.into());
        let mut twice = items.to_vec();
        twice.insert(n, item);
        changed.push(twice.into());
        if n > 0 {
            let mut swapped = items.to_vec();
            swapped.swap(n - 1, n);
            changed.push(swapped.into());
        }
    }
    changed.push([items, &[json!("more")]].concat().into());
    changed
}

/// Every change of the value at one place.
fn changes(value: &Value) -> Vec<Value> {
    let mut changed = match value {
        Value::String(text) => of_text(text),
        Value::Number(number) => {
            let number = number.as_u64().unwrap();
            vec![json!(number + 1), json!(number.saturating_sub(1)), json!(0), json!(number.to_string())]
        }
        Value::Bool(truth) => vec![json!(!truth)],
        Value::Null => vec![json!({}), json!("")],
        Value::Array(items) => of_list(items),
        Value::Object(fields) => {
            let mut changed = vec![];
            for key in fields.keys() {
                let mut without = fields.clone();
                without.remove(key);
                changed.push(without.into());
            }
            let mut more = fields.clone();
            more.insert("more".into(), json!(1));
            changed.push(more.into());
            changed
        }
    };
    changed.push(Value::Null);
    changed.retain(|other| other != value);
    changed
}

/// Changes everything below `under`. Returns how many files were tried, and the places whose change left the file valid;
/// each of those must still say the same.
fn tamper(world: &World, evidence: &Evidence, under: &[&str]) -> (usize, BTreeSet<String>) {
    let file: Value = serde_json::from_slice(&evidence.to_bytes()).unwrap();
    let honest = world.check(evidence);
    assert_eq!(honest.verdict, Verdict::Valid, "{honest}");
    let mut found = Vec::new();
    places(&file, "", &mut found);
    found.retain(|place| under.iter().any(|under| place.starts_with(under)));
    let (mut tried, mut harmless) = (0, BTreeSet::new());
    for place in &found {
        for change in changes(file.pointer(place).unwrap()) {
            let mut changed = file.clone();
            *changed.pointer_mut(place).unwrap() = change.clone();
            tried += 1;
            let Ok(report) = world.check_bytes(&serde_json::to_vec(&changed).unwrap()) else { continue };
            if report.verdict == Verdict::Valid {
                assert_eq!(content(&report), content(&honest), "{place} changed to {change}");
                harmless.insert(place.clone());
            }
        }
    }
    (tried, harmless)
}

/// Changes everything below these places of Frida's evidence: exactly these places are harmless to change.
fn check(under: &[&str], harmless: &[&str], tried_at_least: usize) {
    let story = story();
    let (tried, found) = tamper(&story.world, &story.frida(), under);
    assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), harmless);
    assert!(tried >= tried_at_least, "{tried}");
}

/// Nobody signs `made`, and nothing depends on it.
#[test]
fn the_frame_of_the_file() {
    check(&["/format", "/subject", "/made", "/identity"], &["/made"], 150);
}

#[test]
fn the_proofs_of_the_home_part() {
    let under = ["/parts/0/origin", "/parts/0/checkpoint", "/parts/0/index", "/parts/0/prefix"];
    check(&under, &[], 100);
}

/// The identity document stands in the file twice, so beside its leaf it may be left out or repeated.
#[test]
fn the_identity_in_the_home_part() {
    check(&["/parts/0/entries/0"], &["/parts/0/entries/0/documents"], 150);
}

#[test]
fn a_contract_in_the_home_part() {
    check(&["/parts/0/entries/1/"], &[], 150);
}

/// An open leaf stands in both logs with its documents: beside one of them they may be left out.
#[test]
fn the_reviews_in_the_home_part() {
    let under = ["/parts/0/entries/6", "/parts/0/entries/7", "/parts/0/entries/8", "/parts/0/entries/9"];
    check(&under, &["/parts/0/entries/9/documents"], 300);
}

#[test]
fn the_sealed_review_the_reply_and_the_foreign_leaf() {
    check(&["/parts/0/entries/10", "/parts/0/entries/11", "/parts/0/entries/12"], &[], 150);
}

#[test]
fn the_part_of_the_other_log() {
    let under = [
        "/parts/1/origin",
        "/parts/1/checkpoint",
        "/parts/1/index",
        "/parts/1/prefix",
        "/parts/1/entries/0",
        "/parts/1/entries/1/leaf",
        "/parts/1/entries/3",
    ];
    check(&under, &["/parts/1/entries/3/documents"], 300);
}

/// Their order says nothing, and each may stand below the part of its log instead of a checkpoint of its own.
#[test]
fn the_engagements_of_the_authors() {
    check(&["/engagements"], &["/engagements", "/engagements/0", "/engagements/1"], 100);
}

/// No part and no entry can be taken away, repeated or added; the order of parts alone says nothing.
#[test]
fn the_lists_of_the_file() {
    let story = story();
    let file: Value = serde_json::from_slice(&story.frida().to_bytes()).unwrap();
    for list in ["/parts", "/parts/0/entries", "/parts/1/entries"] {
        for change in of_list(file.pointer(list).unwrap().as_array().unwrap()) {
            let mut changed = file.clone();
            *changed.pointer_mut(list).unwrap() = change;
            let report = story.world.check_bytes(&serde_json::to_vec(&changed).unwrap());
            let turned = changed["parts"].as_array().is_some_and(|parts| {
                parts.len() == 2 && parts.iter().rev().eq(file["parts"].as_array().unwrap())
            });
            let valid = report.is_ok_and(|report| report.verdict == Verdict::Valid);
            assert_eq!(valid, turned, "{list}");
        }
    }
}

#[test]
fn a_payment() {
    let story = story();
    let evidence = story.carl();
    let settle =
        evidence.parts[0].entries.iter().position(|entry| entry.leaf.value()["t"] == "settle").unwrap();
    let (tried, harmless) = tamper(&story.world, &evidence, &[&format!("/parts/0/entries/{settle}/")]);
    assert!(tried > 50 && harmless.is_empty(), "{tried} {harmless:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Any bytes of the file, whatever they are part of.
    #[test]
    fn bytes_at_random(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let (world, file, honest) = &*HONEST;
        let mut changed = file.clone();
        for (place, byte) in places {
            let place = place.index(changed.len());
            changed[place] = byte;
        }
        if let Ok(report) = world.check_bytes(&changed)
            && report.verdict == Verdict::Valid
        {
            prop_assert_eq!(&content(&report), honest);
        }
    }
}

/// Frida's world, her file, and what it says.
static HONEST: LazyLock<(World, Vec<u8>, Value)> = LazyLock::new(|| {
    let story = story();
    let evidence = story.frida();
    let honest = content(&story.world.check(&evidence));
    (story.world, evidence.to_bytes(), honest)
});
