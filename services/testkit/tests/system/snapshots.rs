//! What the API answers, word for word: the first answer of each status of each operation against a file under `snapshots/`, where what
//! differs from run to run (keys, ids, hashes, times, ports, sizes of logs) has the name of its kind instead.
//!
//! A change of an answer is seen in the diff of a file: `INSTA_UPDATE=always` before the test writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use hanse_testkit::Answer;
use serde_json::{Map, Value, json};

use crate::schema::Description;

/// Lists with more or less in them from run to run, as leaves go into logs when they do: each different thing once, in alphabetical order.
const AS_A_SET: [&str; 9] =
    ["leaves", "documents", "entries", "datings", "checkpoints", "logs", "heads", "subjects", "nodes"];
/// Numbers that depend on when leaves went into a log, and on how many at once.
const COUNTED: [&str; 8] =
    ["size", "index", "entries", "listed", "count", "seq", "position", "raters_without_record"];
/// Shorter words are never taken for hashes, keys or signatures.
const RANDOM_LENGTH: usize = 40;
/// The shortest that is written in hexadecimal digits: the name of a key.
const HEX_LENGTH: usize = 8;

/// Compares every answer; `people` are the dids that have a name.
pub(crate) fn hold(api: &Description, series: &Answer, people: &[(&str, &str)]) {
    let mut expected = BTreeSet::from(["metrics".to_owned()]);
    let operations = api.operations();
    let mut held = BTreeMap::from([("metrics".to_owned(), series_of(series))]);
    for (name, answers) in api.called() {
        let id = operations[name]["operationId"].as_str().unwrap();
        expected.insert(id.to_owned());
        let mut by_status = Map::new();
        for answer in answers {
            let shown = || json!({"type": answer.header("content-type"), "body": body(answer, people)});
            by_status.entry(answer.status.to_string()).or_insert_with(shown);
        }
        held.insert(id.to_owned(), json!({"operation": name, "answers": by_status}));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/system/snapshots");
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&folder);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (id, shown) in &held {
            insta::assert_json_snapshot!(id.as_str(), shown);
        }
    });
    let files = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let kept: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(kept, expected, "a file of no operation, or an operation without a file");
}

/// The names and kinds of all series, not their values.
fn series_of(answer: &Answer) -> Value {
    let text = answer.text();
    let names: BTreeSet<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    json!(names)
}

fn body(answer: &Answer, people: &[(&str, &str)]) -> Value {
    let given = answer.header("content-type").unwrap_or_default();
    if given.ends_with("json") {
        return steady("", &answer.json(), people);
    }
    if given == "application/zip" {
        return json!("<archive>");
    }
    if given.starts_with("application/octet-stream") {
        return json!(format!("{} bytes", answer.body.len()));
    }
    let text = answer.text();
    let text =
        text.split_once("\n\nevent: stream.ended").map_or(text.clone(), |(told, _)| of_each_kind(told));
    Value::Array(
        text.lines()
            .map(|line| match line.split_once(": ") {
                Some(("data", data)) => {
                    json!({"data": steady("", &serde_json::from_str(data).unwrap(), people)})
                }
                Some(("id", _)) => json!("id: <count>"),
                Some(_) | None => json!(words(line, people)),
            })
            .collect(),
    )
}

/// Of a stream the first notification and the first alert: how much else there is depends on when it is looked at.
fn of_each_kind(told: &str) -> String {
    let is_alert = |event: &&str| event.contains("event: job.published");
    let mut events = told.split("\n\n").filter(|event| event.contains("event: "));
    let first = events.clone().find(|event| !is_alert(event));
    first.into_iter().chain(events.find(is_alert)).collect::<Vec<_>>().join("\n\n")
}

/// The value with the name of its kind wherever it would differ from run to run.
fn steady(key: &str, value: &Value, people: &[(&str, &str)]) -> Value {
    match value {
        Value::Number(_) if COUNTED.contains(&key) => json!("<count>"),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        // Where a page ends, by the position of its last row.
        Value::String(text) if key == "next" && text.parse::<u64>().is_ok() => json!("<count>"),
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            // A signed document as text: its bytes are what counts, so it is in a string.
            Ok(inner) if inner.is_object() => json!({"text of": steady("", &inner, people)}),
            Ok(_) | Err(_) => json!(words(text, people)),
        },
        // A way in a tree is as long as the tree is high.
        Value::Array(_) if key == "path" || key == "siblings" => json!("<path>"),
        // What the logs say of somebody depends on how far they have been read.
        Value::Object(said)
            if key == "record" && (said.contains_key("withheld") || said.contains_key("paid")) =>
        {
            json!("<record>")
        }
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(|item| steady("", item, people)).collect();
            if AS_A_SET.contains(&key) {
                items.sort_by_key(Value::to_string);
            }
            items.dedup();
            Value::Array(items)
        }
        Value::Object(object) => {
            let mut named: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for (key, value) in object {
                named.entry(words(key, people)).or_default().push(steady(key, value, people));
            }
            let listed = named.into_iter().map(|(key, mut values)| {
                // Under keys that differ from run to run there is one or more in no order.
                values.sort_by_key(Value::to_string);
                let value =
                    if object.contains_key(&key) { values.swap_remove(0) } else { Value::Array(values) };
                (key, value)
            });
            Value::Object(listed.collect())
        }
    }
}

/// The text with each word that would differ replaced.
fn words(text: &str, people: &[(&str, &str)]) -> String {
    let many_lines = text.contains('\n');
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_whitespace() || ",;#\"()".contains(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if many_lines && !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()) {
            out.push_str("<count>");
        } else {
            out.push_str(&word_of(word, people));
        }
        let mut after = after.chars();
        out.extend(after.next());
        rest = after.as_str();
    }
    out
}

fn word_of(word: &str, people: &[(&str, &str)]) -> String {
    if let Some((_, name)) = people.iter().find(|(did, _)| *did == word) {
        return format!("<did of {name}>");
    }
    if word.starts_with("did:key:") {
        return "<did>".to_owned();
    }
    if let Some((_, name)) = people.iter().find(|(did, _)| did.strip_prefix("did:key:") == Some(word)) {
        return format!("<key of {name}>");
    }
    if let Some((before, after)) = word.split_once("127.0.0.1") {
        let port = |letter: char| letter.is_ascii_digit();
        let (start, digits) = after.split_at(after.find(port).unwrap_or(after.len()));
        return format!("{before}127.0.0.1{start}<port>{}", digits.trim_start_matches(port));
    }
    let bytes = word.as_bytes();
    if bytes.len() == 20 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[19] == b'Z' {
        return "<time>".to_owned();
    }
    if bytes.len() == 36 && [8, 13, 18, 23].iter().all(|place| bytes[*place] == b'-') {
        return "<uuid>".to_owned();
    }
    if bytes.len() == 19 && [4, 9, 14].iter().all(|place| bytes[*place] == b'-') {
        return "<code>".to_owned();
    }
    if let Some((kind, hash)) = word.split_once('_')
        && hash.len() == 43
        && kind.bytes().all(|byte| byte.is_ascii_lowercase())
    {
        return format!("<{kind}>");
    }
    // The key of a log or an auditor: name, key id and key.
    if let Some((name, _)) = word.split_once('+')
        && name.contains(".example/")
    {
        return format!("{name}+<8 hexadecimal digits>+<bytes>");
    }
    random(word)
}

/// A word of a hash, key or signature by how it is written.
fn random(word: &str) -> String {
    let hex = word.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let digits = word.bytes().any(|byte| byte.is_ascii_digit());
    let coded = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_.".contains(&byte));
    if hex && digits && HEX_LENGTH <= word.len() && word.bytes().any(|byte| byte.is_ascii_lowercase()) {
        format!("<{} hexadecimal digits>", word.len())
    } else if coded && RANDOM_LENGTH <= word.len() && digits {
        "<bytes>".to_owned()
    } else {
        word.to_owned()
    }
}
