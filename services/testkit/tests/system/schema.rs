//! The published description of the API as a judge of answers: the part of JSON Schema that the description uses, written out.

use std::collections::BTreeMap;

use hanse_testkit::{Answer, Call, Http};
use serde_json::{Map, Value};

/// The description that a node serves, and what has been called so far.
pub(crate) struct Description {
    spec: Value,
    called: BTreeMap<String, Vec<Answer>>,
}

impl Description {
    pub(crate) async fn of(home: Http) -> Self {
        Self { spec: home.get("/openapi.json").send().await.ok(200), called: BTreeMap::new() }
    }

    /// Every operation, as `METHOD /path`, with its description.
    pub(crate) fn operations(&self) -> BTreeMap<String, Value> {
        let paths = self.spec["paths"].as_object().unwrap();
        let operations = paths.iter().flat_map(|(path, item)| {
            item.as_object().unwrap().iter().map(move |(method, operation)| {
                (format!("{} {path}", method.to_uppercase()), operation.clone())
            })
        });
        operations.collect()
    }

    /// Those that no successful call has been made of.
    pub(crate) fn not_called(&self) -> Vec<String> {
        self.operations().into_keys().filter(|name| !self.called.contains_key(name)).collect()
    }

    /// The answers to the successful calls of each operation, in their order.
    pub(crate) const fn called(&self) -> &BTreeMap<String, Vec<Answer>> {
        &self.called
    }

    /// Sends a call and holds its answer to what the description says of it.
    pub(crate) async fn call(&mut self, call: Call) -> Answer {
        let answer = call.send().await;
        self.holds(&answer);
        answer
    }

    /// Holds an answer to what the description says of it.
    pub(crate) fn holds(&mut self, answer: &Answer) {
        let (method, target) = answer.of.split_once(' ').unwrap();
        let path = target.split('?').next().unwrap();
        let (name, operation) =
            self.find(method, path).unwrap_or_else(|| panic!("{} is not described", answer.of));
        let shown = || format!("{name}: {} {}", answer.status, answer.text());
        let responses = operation["responses"].as_object().unwrap();
        let response = responses.get(&answer.status.to_string()).or_else(|| {
            // What every route may answer stands under `default`, and is a problem.
            responses.get("default").filter(|_| answer.status >= 400)
        });
        let response = response.unwrap_or_else(|| panic!("not a described answer: {}", shown()));
        if answer.status < 300 {
            self.called.entry(name.clone()).or_default().push(answer.clone());
        }
        let Some(content) = response.get("content").and_then(Value::as_object) else {
            assert!(answer.body.is_empty(), "a body that is not described: {}", shown());
            return;
        };
        let given = answer.header("content-type").unwrap_or_default().split(';').next().unwrap_or_default();
        let described = content.get(given).or_else(|| content.get("*/*"));
        let described = described.unwrap_or_else(|| panic!("{given} is not described: {}", shown()));
        if given.ends_with("json") {
            let mut mistakes = Vec::new();
            self.judge(&described["schema"], &answer.json(), "", &mut mistakes);
            assert!(mistakes.is_empty(), "{}\n{}", mistakes.join("\n"), shown());
        }
    }

    fn find(&self, method: &str, path: &str) -> Option<(String, Value)> {
        let asked: Vec<&str> = path.split('/').collect();
        let fits = |name: &str| {
            let (of, pattern) = name.split_once(' ').unwrap_or_default();
            let pattern: Vec<&str> = pattern.split('/').collect();
            let rest = pattern.last() == Some(&"{path}") && pattern.len() <= asked.len();
            of == method
                && (rest || pattern.len() == asked.len())
                && pattern.iter().zip(&asked).all(|(part, asked)| part.starts_with('{') || part == asked)
        };
        self.operations().into_iter().find(|(name, _)| fits(name))
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str) {
            Some(reference) => {
                let pointer = reference.trim_start_matches('#');
                self.resolve(
                    self.spec.pointer(pointer).unwrap_or_else(|| panic!("{reference} leads nowhere")),
                )
            }
            None => schema,
        }
    }

    /// Every mistake of a value, each with its place.
    fn judge(&self, schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if value.is_null() {
            mistakes.push(format!("{at}: what is unstated is left out, never null"));
            return;
        }
        if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
            let tried = choices.iter().map(|choice| {
                let mut of_this = Vec::new();
                self.judge(choice, value, at, &mut of_this);
                of_this
            });
            if let Some(least) = tried.min_by_key(Vec::len) {
                mistakes.extend(least);
            }
        }
        if let Some(wanted) = schema.get("enum").and_then(Value::as_array)
            && !wanted.contains(value)
        {
            mistakes.push(format!("{at}: {value} is none of {wanted:?}"));
        }
        if let Some(wanted) = schema.get("type") {
            let given = type_of(value);
            let fits = |wanted: &Value| wanted == given || (wanted == "number" && given == "integer");
            let of_list = |list: &Vec<Value>| list.iter().any(fits);
            if !wanted.as_array().map_or_else(|| fits(wanted), of_list) {
                mistakes.push(format!("{at}: {given} instead of {wanted}"));
                return;
            }
        }
        bounded(schema, value, at, mistakes);
        match value {
            Value::Object(object) => self.judge_object(schema, object, at, mistakes),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.judge(&schema["items"], item, &format!("{at}/{index}"), mistakes);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn judge_object(
        &self,
        schema: &Value,
        object: &Map<String, Value>,
        at: &str,
        mistakes: &mut Vec<String>,
    ) {
        let mut described: BTreeMap<&str, &Value> = BTreeMap::new();
        let mut required: Vec<&str> = Vec::new();
        let mut parts = vec![schema];
        while let Some(part) = parts.pop() {
            let part = self.resolve(part);
            parts.extend(part.get("allOf").and_then(Value::as_array).into_iter().flatten());
            let properties = part.get("properties").and_then(Value::as_object).into_iter().flatten();
            described.extend(properties.map(|(name, schema)| (name.as_str(), schema)));
            let names = part.get("required").and_then(Value::as_array).into_iter().flatten();
            required.extend(names.filter_map(Value::as_str));
        }
        for name in required {
            if !object.contains_key(name) {
                mistakes.push(format!("{at}: {name} is missing"));
            }
        }
        for (name, value) in object {
            let at = format!("{at}/{name}");
            match described.get(name.as_str()).copied().or_else(|| schema.get("additionalProperties")) {
                Some(schema) if schema.is_object() => self.judge(schema, value, &at, mistakes),
                // An object of which nothing is said, or one of several choices, which have judged it.
                None if described.is_empty() => {}
                Some(_) | None => mistakes.push(format!("{at} is not described")),
            }
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn bounded(schema: &Value, value: &Value, at: &str, mistakes: &mut Vec<String>) {
    let measured = match value {
        Value::Number(number) => number.as_i64().map(|number| (number, "minimum", "maximum")),
        Value::String(text) => {
            i64::try_from(text.chars().count()).ok().map(|count| (count, "minLength", "maxLength"))
        }
        Value::Array(items) => i64::try_from(items.len()).ok().map(|count| (count, "minItems", "maxItems")),
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    };
    let Some((measured, least, most)) = measured else { return };
    let limit = |name: &str| schema.get(name).and_then(Value::as_i64);
    if limit(least).is_some_and(|least| measured < least) || limit(most).is_some_and(|most| most < measured) {
        mistakes.push(format!("{at}: {measured} is beyond {least} or {most}"));
    }
}

#[test]
fn a_judge_that_lets_everything_pass_is_none() {
    let spec = serde_json::json!({"components": {"schemas": {"Thing": {
        "type": "object", "required": ["id"],
        "properties": {
            "id": {"type": "string", "minLength": 2}, "count": {"type": ["integer", "null"], "maximum": 9},
            "kind": {"type": "string", "enum": ["a", "b"]}, "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
            "pay": {"oneOf": [{"type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}]},
        },
    }}}});
    let description = Description { spec, called: BTreeMap::new() };
    let schema = serde_json::json!({"$ref": "#/components/schemas/Thing"});
    let mistakes = |text: &str| {
        let mut mistakes = Vec::new();
        description.judge(&schema, &serde_json::from_str(text).unwrap(), "", &mut mistakes);
        mistakes.len()
    };
    let good = r#"{"id": "ab", "count": 9, "kind": "a", "parts": [{"id": "cd"}], "pay": {"x": 1}}"#;
    assert_eq!(mistakes(good), 0);
    for bad in [
        "[]",
        "null",
        "{}",
        r#"{"id": "a"}"#,
        r#"{"id": 1}"#,
        r#"{"id": "ab", "count": null}"#,
        r#"{"id": "ab", "count": 10}"#,
        r#"{"id": "ab", "count": 1.5}"#,
        r#"{"id": "ab", "kind": "c"}"#,
        r#"{"id": "ab", "parts": [{}]}"#,
        r#"{"id": "ab", "rank": 1}"#,
        r#"{"id": "ab", "pay": {}}"#,
        r#"{"id": "ab", "pay": {"x": "1"}}"#,
        r#"{"id": "ab", "pay": {"x": 1, "y": 2}}"#,
    ] {
        assert!(mistakes(bad) > 0, "{bad} passes");
    }
}
