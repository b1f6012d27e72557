//! `hanse` does all that the API does: each operation of the OpenAPI document is asked by some function of `client/api`, each of these
//! functions is called by some command, and each move of a thing can be typed.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hanse_command::commands::Thing;
use hanse_lifecycle::Event;
use serde_json::Value;

const OPENAPI: &str = include_str!("../../../openapi/openapi.json");

/// What is asked by others than people, or by none of this program's commands, and why.
const NOT_BY_COMMAND: &[(&str, &str)] = &[
    ("get /.well-known/jwks.json", "for whoever checks tokens"),
    ("get /.well-known/security.txt", "for whoever has found a fault"),
    ("post /v1/unsubscribe", "for mail programs: the link stands in each letter"),
    ("get /healthz", "for what watches the node"),
    ("get /readyz", "for what watches the node"),
    ("get /log/{kind}/tile/{path}", "for witnesses and mirrors; `record` takes whole pages"),
];

/// Requests that only the demo makes, which drives this crate.
const OF_THE_DEMO: &[&str] = &["checkpoint", "ready"];

/// Every source of the program that is not a test.
fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).unwrap();
            found.push((path, source.split("#[cfg(test)]").next().unwrap().to_owned()));
        }
    }
    found
}

fn source() -> Vec<(PathBuf, String)> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    [own.join("src"), own.join("../client/src")].iter().flat_map(|folder| sources(folder)).collect()
}

/// Every operation as its method and the parts of its path; a part in braces is a parameter.
fn operations() -> Vec<(String, Vec<String>)> {
    let api: Value = serde_json::from_str(OPENAPI).unwrap();
    let paths = api.pointer("/paths").unwrap().as_object().unwrap();
    let of = |path: &str| path.trim_start_matches('/').split('/').map(str::to_owned).collect::<Vec<_>>();
    paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| (method.clone(), of(path)))
        })
        .collect()
}

/// What the sources ask, likewise; `None` is whatever a variable holds.
fn asked() -> Vec<(String, Vec<Option<String>>)> {
    let mut asked = Vec::new();
    for (_, source) in source() {
        for call in source.split("Request::").skip(1) {
            let Some((method, rest)) = call.split_once('(') else { continue };
            let Some(parts) = rest.trim_start().strip_prefix("&[") else { continue };
            let parts =
                parts.split_once(']').unwrap().0.split(',').map(str::trim).filter(|part| !part.is_empty());
            let text = |part: &str| Some(part.strip_prefix('"')?.strip_suffix('"')?.to_owned());
            asked.push((method.to_owned(), parts.map(text).collect()));
        }
    }
    asked
}

/// The last part of a path that moves a thing on, as an event.
fn event(word: &str) -> Option<Event> {
    if word == "close" { None } else { word.replace('-', "_").parse().ok() }
}

#[test]
fn every_operation_is_asked_by_some_command() {
    let asked = asked();
    let is_asked = |method: &str, path: &[String]| {
        asked.iter().any(|(by, parts)| {
            let fits = |(part, own): (&String, &Option<String>)| {
                part.starts_with('{') || own.as_ref().is_none_or(|own| own == part)
            };
            by == method && parts.len() == path.len() && path.iter().zip(parts).all(fits)
        })
    };
    let operations = operations();
    let left: Vec<String> = operations
        .iter()
        .filter(|(method, path)| !is_asked(method, path))
        .map(|(method, path)| format!("{method} /{}", path.join("/")))
        .filter(|operation| NOT_BY_COMMAND.iter().all(|(known, _)| known != operation))
        .collect();
    assert_eq!(left, Vec::<String>::new(), "of {} operations", operations.len());
}

#[test]
fn every_move_can_be_typed() {
    let ids =
        [("jobs", "job_x"), ("bids", "bid_x"), ("invitations", "invitation_x"), ("contracts", "offer_x")];
    let mut moves = 0;
    for (method, path) in operations() {
        let [_, things, id, word] = path.as_slice() else { continue };
        let Some((_, thing)) = ids.iter().find(|(known, _)| known == things) else { continue };
        let Some(event) = event(word).filter(|_| method == "post" && id.starts_with('{')) else { continue };
        let command = Thing::of(thing).unwrap().command(event.name());
        assert!(command.starts_with("hanse "), "{word} of {things}: {command}");
        moves += 1;
    }
    assert!(moves > 25, "{moves}");
}

#[test]
fn every_request_is_made_by_some_command() {
    let (api, others): (Vec<_>, Vec<_>) =
        source().into_iter().partition(|(path, _)| path.to_string_lossy().contains("client/src/api"));
    let used: String = others.into_iter().map(|(_, source)| source).collect();
    let names: BTreeSet<String> = api
        .iter()
        .flat_map(|(_, source)| source.split("pub fn ").skip(1))
        .map(|function| function.split('(').next().unwrap().to_owned())
        .collect();
    let idle: Vec<&String> = names
        .iter()
        .filter(|name| ["(", ","].iter().all(|next| !used.contains(&format!("api::{name}{next}"))))
        .filter(|name| !OF_THE_DEMO.contains(&name.as_str()))
        .collect();
    assert_eq!(idle, Vec::<&String>::new(), "of {} requests", names.len());
}
