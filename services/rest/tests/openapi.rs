//! The `OpenAPI` document: committed as it is in the code, and good enough to write a client from it alone.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::Role;
use serde_json::Value;

const COMMITTED: &str = include_str!("../../../openapi/openapi.json");

fn document() -> Value {
    serde_json::from_str(&hanse_rest::openapi_json().unwrap()).unwrap()
}

/// Every operation, as `METHOD /path`.
fn operations(api: &Value) -> BTreeMap<String, Value> {
    let paths = api["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation.clone()))
    });
    operations.collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default().trim()
}

fn report(mistakes: &[String]) {
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

/// Calls back for every object below, with its place.
fn each(value: &Value, at: &str, look: &mut impl FnMut(&serde_json::Map<String, Value>, &str)) {
    match value {
        Value::Object(object) => {
            look(object, at);
            for (key, value) in object {
                each(value, &format!("{at}/{key}"), look);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                each(item, &format!("{at}/{index}"), look);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn every_costly_route_is_one() {
    let paths = document()["paths"].as_object().unwrap().clone();
    for (route, _) in hanse_http::state::limits::COSTS {
        assert!(paths.contains_key(*route), "{route}");
    }
}

#[test]
fn the_committed_document_is_the_one_in_the_code() {
    let current = hanse_rest::openapi_json().unwrap();
    assert!(COMMITTED.trim_end() == current.trim_end(), "openapi/openapi.json is old: run `make openapi`");
}

#[test]
fn every_operation_says_what_it_does_and_has_a_name_of_its_own() {
    let mut mistakes = Vec::new();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (name, operation) in operations(&document()) {
        if text(&operation, "summary").is_empty() {
            mistakes.push(format!("{name} has no summary"));
        }
        if operation["tags"].as_array().is_none_or(Vec::is_empty) {
            mistakes.push(format!("{name} has no tag"));
        }
        let id = text(&operation, "operationId").to_owned();
        if id.is_empty() {
            mistakes.push(format!("{name} has no operationId"));
        } else if let Some(other) = names.insert(id.clone(), name.clone()) {
            // A generated client would have one function for both.
            mistakes.push(format!("{name} and {other} are both `{id}`"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_answer_is_described_and_every_refusal_is_a_problem() {
    let mut mistakes = Vec::new();
    for (name, operation) in operations(&document()) {
        let responses = operation["responses"].as_object().unwrap();
        if !responses.keys().any(|status| status.starts_with('2')) {
            mistakes.push(format!("{name} never succeeds"));
        }
        for (status, response) in responses {
            if text(response, "description").is_empty() {
                mistakes.push(format!("{name} {status} is not described"));
            }
            let refusal = status.starts_with('4') || status.starts_with('5') || status == "default";
            let problem = &response["content"]["application/problem+json"]["schema"]["$ref"];
            if refusal && problem != "#/components/schemas/Problem" {
                mistakes.push(format!("{name} {status} is no problem document"));
            }
        }
        let secured = operation.get("security").is_some_and(|security| !security.to_string().contains("{}"));
        if secured && !responses.contains_key("401") && !responses.contains_key("default") {
            mistakes.push(format!("{name} needs a token and does not say what happens without"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_parameter_is_described_and_stands_in_its_path() {
    let mut mistakes = Vec::new();
    for (name, operation) in operations(&document()) {
        let path = name.split_once(' ').unwrap().1;
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let mut described = BTreeSet::new();
        for parameter in &parameters {
            let of = text(parameter, "name").to_owned();
            if text(parameter, "description").is_empty() {
                mistakes.push(format!("{name}: {of} is not described"));
            }
            if parameter.get("schema").is_none() {
                mistakes.push(format!("{name}: {of} has no type"));
            }
            if text(parameter, "in") == "path" {
                described.insert(of);
            }
        }
        let inside = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let wanted: BTreeSet<String> = inside.map(str::to_owned).collect();
        if wanted != described {
            mistakes.push(format!("{name} describes {described:?}"));
        }
        let method = name.split(' ').next().unwrap();
        // Whom one blocks, and whose letters end, stands in the address, and there is nothing more to say.
        let says_all = ["PUT /v1/me/blocks/{did}", "POST /v1/unsubscribe"].contains(&name.as_str());
        if ["POST", "PUT"].contains(&method) && !says_all && operation.get("requestBody").is_none() {
            mistakes.push(format!("{name} does not say what it takes"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_schema_and_field_says_what_it_is_and_every_reference_leads_somewhere() {
    let api = document();
    let mut mistakes = Vec::new();
    each(&api, "", &mut |object, at| {
        if let Some(reference) = object.get("$ref").and_then(Value::as_str)
            && api.pointer(reference.trim_start_matches('#')).is_none()
        {
            mistakes.push(format!("{at}: {reference} leads nowhere"));
        }
        if object
            .get("description")
            .is_some_and(|said| said.as_str().is_some_and(|said| said.trim().is_empty()))
        {
            mistakes.push(format!("{at} has an empty description"));
        }
        let properties = object.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            // The tag of a choice says what it is by its one value.
            let tag = property.get("enum").and_then(Value::as_array).is_some_and(|values| values.len() == 1);
            let choices = property.get("oneOf").and_then(Value::as_array).into_iter().flatten();
            let says =
                |schema: &Value| !text(schema, "description").is_empty() || schema.get("$ref").is_some();
            let said = says(property) || tag || choices.into_iter().any(says);
            if !said {
                mistakes.push(format!("{at}/properties/{name} is not described"));
            }
        }
    });
    let schemas = api["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if text(schema, "description").is_empty() {
            mistakes.push(format!("the schema {name} is not described"));
        }
    }
    report(&mistakes);
}

#[test]
fn what_is_no_json_is_not_described_as_json() {
    let mut mistakes = Vec::new();
    for (name, operation) in operations(&document()) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            let contents = response.get("content").and_then(Value::as_object);
            for (kind, content) in contents.into_iter().flatten().filter(|(kind, _)| !kind.ends_with("json"))
            {
                if content["schema"]["type"] != "string" {
                    mistakes.push(format!("{name} {status}: {kind} is {}", content["schema"]));
                }
            }
        }
    }
    report(&mistakes);
}

/// A schema, or the one that it refers to.
fn meant<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .map_or(schema, |reference| api.pointer(reference.trim_start_matches('#')).unwrap())
}

#[test]
fn every_part_of_a_path_and_every_body_has_an_example() {
    let api = document();
    let mut mistakes = Vec::new();
    for (name, operation) in operations(&api) {
        let has = |described: &Value| {
            described.get("example").or_else(|| meant(&api, &described["schema"]).get("example")).is_some()
        };
        let parameters = operation.get("parameters").and_then(Value::as_array).into_iter().flatten();
        for parameter in parameters.filter(|parameter| parameter["required"] == true && !has(parameter)) {
            mistakes.push(format!("{name}: {} has no example", text(parameter, "name")));
        }
        let body = operation.pointer("/requestBody/content/application~1json");
        if body.is_some_and(|body| !has(body)) {
            mistakes.push(format!("{name}: its body has no example"));
        }
    }
    report(&mistakes);
}

#[test]
fn every_parameter_is_named_once() {
    let mut mistakes = Vec::new();
    for (name, operation) in operations(&document()) {
        let mut seen = BTreeSet::new();
        for parameter in operation.get("parameters").and_then(Value::as_array).into_iter().flatten() {
            if !seen.insert((text(parameter, "in").to_owned(), text(parameter, "name").to_owned())) {
                mistakes.push(format!("{name} names {} twice", text(parameter, "name")));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn no_answer_has_a_null_and_no_choice_stands_inside_an_all_of() {
    let api = document();
    let mut mistakes = Vec::new();
    each(&api["components"]["schemas"], "", &mut |object, at| {
        for part in object.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            if meant(&api, part).get("oneOf").is_some() {
                mistakes.push(format!("{at} has a choice inside an allOf"));
            }
        }
    });
    for name in ["JobView", "BidView", "ContractView", "ReviewView", "Explanation", "ScoreView", "Problem"] {
        if api["components"]["schemas"][name].to_string().contains("\"null\"") {
            mistakes.push(format!("{name} says null"));
        }
    }
    report(&mistakes);
}

#[test]
fn a_request_takes_nothing_else_in_any_of_its_parts() {
    let api = document();
    for choice in ["Pay", "Place"] {
        let choices = api["components"]["schemas"][choice]["oneOf"].as_array().unwrap();
        assert!(choices.iter().all(|object| object["additionalProperties"] == false), "{choice}");
    }
}

#[test]
fn a_review_rates_the_traits_that_the_document_names() {
    let api = document();
    let named = api["components"]["schemas"]["Axes"]["properties"].as_object().unwrap();
    let named: BTreeSet<_> = named.keys().cloned().collect();
    let roles = [Role::Client, Role::Freelancer].into_iter();
    let known = roles.flat_map(Role::axes).map(|axis| serde_json::to_value(axis).unwrap());
    assert_eq!(named, known.map(|axis| axis.as_str().unwrap().to_owned()).collect());
}

#[test]
fn a_posting_may_say_for_how_many_days_it_stands() {
    let api = document();
    let schemas = &api["components"]["schemas"];
    let job = &schemas["JobRequest"];
    let days = text(&job["properties"]["days"], "$ref").rsplit('/').next().unwrap();
    assert_eq!((&schemas[days]["maximum"], &job["additionalProperties"]), (&90.into(), &false.into()));
}

#[test]
fn the_document_says_where_it_holds_and_how_to_sign_in() {
    let api = document();
    assert!(text(&api, "openapi").starts_with("3.1"));
    assert!(!text(&api["info"], "title").is_empty() && !text(&api["info"], "description").is_empty());
    assert_eq!(text(&api["info"], "version"), env!("CARGO_PKG_VERSION"));
    // A client that reads the document from a node talks to that node.
    let servers = api["servers"].as_array().expect("the document names its servers");
    assert!(servers.iter().any(|server| server["url"] == "/"), "{servers:?}");
    let bearer = &api["components"]["securitySchemes"]["bearer"];
    assert_eq!((text(bearer, "type"), text(bearer, "scheme")), ("http", "bearer"));
    // The way in takes no token; what moves something for a person takes one.
    for (name, operation) in operations(&api) {
        let open = [
            "/v1/accounts",
            "/v1/sessions",
            "/v1/sessions/refresh",
            "/v1/password-resets",
            "/v1/password-resets/request",
            "/v1/documents",
            "/v1/skills/link",
            "/v1/unsubscribe",
        ];
        let path = name.split_once(' ').unwrap().1;
        let moves = !name.starts_with("GET") && (!open.contains(&path) || name.starts_with("DELETE"));
        assert_eq!(moves, moves && operation.get("security").is_some(), "{name}");
    }
}
