//! PROTOCOL.md against the code: every word, limit and vector in it is what the code says.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::string_slice,
    reason = "test code: a failure is the finding"
)]

#[path = "protocol/limits.rs"]
mod limits;
#[path = "protocol/vectors.rs"]
mod vectors;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hanse_document::kind::{Axis, Role};
use hanse_document::{Body, DocumentId, Kind, Rejection, Signed};
use hanse_ledger::Leaf;
use serde_json::Value;

const TEXT: &str = include_str!("../../../PROTOCOL.md");

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text from a heading to the next one of the same or a higher rank.
fn section(heading: &str) -> &'static str {
    let (rank, _) = heading.split_once(' ').expect("a heading begins with its rank");
    let start = TEXT.find(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading:?}")) + 1;
    let body = &TEXT[start + heading.len()..];
    let ends = (1..=rank.len()).filter_map(|rank| body.find(&format!("\n{} ", "#".repeat(rank))));
    &body[..ends.min().unwrap_or(body.len())]
}

/// The first cells of the tables in a text, without their quotes.
fn first_cells(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`')).map(|(cell, _)| cell.to_owned()).collect()
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    words.into_iter().map(str::to_owned).collect()
}

fn valid(kind: Kind) -> Vec<u8> {
    std::fs::read(root().join(format!("services/document/testdata/valid/{kind}.json"))).unwrap()
}

#[test]
fn every_reason_to_refuse_a_document_has_its_row() {
    let told = first_cells(section("### Of a document by itself"));
    assert_eq!(told, words(Rejection::ALL.map(Rejection::slug)));
}

/// Refusals that answer a request and never a document.
const OF_REQUESTS: [&str; 21] = [
    "bad-field",
    "in-flight",
    "valid-too-long",
    "handle-taken",
    "bad-credentials",
    "session-ended",
    "key-elsewhere",
    "own-key-not-yet",
    "busy",
    "not-ready",
    "log-halted",
    "weak-password",
    "not-closed",
    "own-score",
    "too-many-searches",
    "too-many-streams",
    "too-wide",
    "too-broad",
    "unknown-place",
    "several-places",
    "record-too-large",
];

#[test]
fn every_reason_to_refuse_a_document_in_its_place_has_its_row() {
    let of = |path: &str, name: &str| {
        let source = std::fs::read_to_string(root().join(path)).unwrap();
        source.split_once(name).unwrap().1.split_once("/// The HTTP status").unwrap().0.to_owned()
    };
    let slugs = of("services/base/src/error.rs", "pub fn slug(&self)")
        + &of("services/base/src/error/hindrance.rs", "pub const fn slug(self)");
    let slugs = slugs.lines().filter_map(|line| line.split_once("=> \"")?.1.split_once('"'));
    let slugs: BTreeSet<&str> =
        slugs.map(|(slug, _)| slug).filter(|slug| !OF_REQUESTS.contains(slug)).collect();
    assert!(slugs.len() > 15, "the slugs of the engine are not where they were");
    assert_eq!(first_cells(section("### Of a document in its place")), words(slugs));
}

#[test]
fn every_kind_has_its_row_and_its_fields() {
    let named = section("## 3. Kinds").split_once("### ").unwrap().0;
    assert_eq!(first_cells(named), words(Kind::ALL.map(Kind::name)));
    for kind in Kind::ALL {
        assert!(named.contains(&format!("| `{kind}` | `{}` |", kind.type_name())), "{kind}");
        let document = Signed::parse(&valid(kind)).unwrap().verify().unwrap();
        let body: Value = document.body().to_value();
        let told = first_cells(section(&format!("### `{kind}`")));
        for field in body.as_object().unwrap().keys() {
            assert!(told.contains(field), "{kind}: {field}");
        }
        // A field of the table that the kind does not have is refused as such; one that it has, for its type.
        for field in told.iter().filter(|field| !EVENTS.contains(&field.as_str())) {
            let mut wrong = body.clone();
            wrong[field] = serde_json::json!({ "no field": "takes this" });
            let mut unknown = body.clone();
            unknown["unheard-of"] = wrong[field].clone();
            let refused = Body::from_value(kind, &wrong).map(|_| ());
            assert!(refused.is_err(), "{kind}: {field}");
            let file = if kind == Kind::Arbiter { "dispute/arbiter" } else { kind.name() };
            let known = std::fs::read_to_string(root().join(format!("services/document/src/kind/{file}.rs")));
            assert!(known.unwrap().contains(&format!("{field}:")), "{kind} has no field {field}");
        }
    }
}

const EVENTS: [&str; 35] = [
    "pause",
    "resume",
    "heartbeat",
    "close_unfilled",
    "fill",
    "confirm",
    "read",
    "shortlist",
    "unshortlist",
    "interview",
    "withdraw",
    "decline",
    "counter",
    "rescind",
    "propose_amendment",
    "accept_amendment",
    "decline_amendment",
    "deliver",
    "request_changes",
    "accept_delivery",
    "attest_paid",
    "report_unpaid",
    "confirm_received",
    "request_close",
    "cancel",
    "object",
    "terminate",
    "close",
    "respond",
    "reopen",
    "propose_settlement",
    "settle",
    "escalate",
    "rule",
    "appeal",
];

#[test]
fn every_event_of_a_step_and_every_axis_is_told() {
    let step = first_cells(section("### `step`"));
    let mut document: Value = serde_json::from_slice(&valid(Kind::Step)).unwrap();
    for event in EVENTS {
        assert!(step.contains(event), "{event}");
        let terms = serde_json::json!({ "terms": "41".repeat(32) });
        let body = match event {
            "close_unfilled" | "decline" | "terminate" => serde_json::json!({ "reason": "why" }),
            "confirm_received" => serde_json::json!({ "engagement": "41".repeat(32) }),
            "confirm" => serde_json::json!({ "posting": DocumentId::new(Kind::Job, [1; 32]) }),
            "request_changes" => serde_json::json!({ "note": "what" }),
            "counter" | "propose_amendment" | "accept_amendment" => terms,
            "respond" => serde_json::json!({ "evidence": ["41".repeat(32)], "text": "why" }),
            "reopen" | "appeal" => serde_json::json!({ "text": "why" }),
            "propose_settlement" | "settle" => serde_json::json!({ "outcome": { "then": "closes" } }),
            "rule" => serde_json::json!({ "outcome": { "then": "closes" }, "text": "why" }),
            _ => serde_json::json!({}),
        };
        let subject = &mut document["credentialSubject"];
        (subject["event"], subject["body"]) = (event.into(), body);
        assert!(Body::from_value(Kind::Step, subject).is_ok(), "{event}");
    }
    let review = section("### `review`");
    let axes = [Role::Client, Role::Freelancer].into_iter().flat_map(Role::axes);
    for axis in axes {
        let name = serde_json::to_value(axis as &Axis).unwrap();
        assert!(review.contains(&format!("`{}`", name.as_str().unwrap())), "{axis:?}");
    }
}

#[test]
fn every_type_of_leaf_has_its_row_and_its_fields() {
    let told = section("### 5.2 Types");
    let rows: BTreeSet<String> = first_cells(told);
    let leaves = vectors::leaves();
    let types: BTreeSet<&str> = leaves.iter().map(|(_, leaf)| leaf.kind()).collect();
    assert_eq!(rows, words(types));
    for (_, leaf) in &leaves {
        let row = told.lines().find(|line| line.starts_with(&format!("| `{}` |", leaf.kind()))).unwrap();
        let shared = ["day", "sigs", "subjects", "t", "v"];
        let value = leaf.to_value();
        for field in value.as_object().unwrap().keys().filter(|field| !shared.contains(&field.as_str())) {
            assert!(row.contains(&format!("`{field}`")), "{}: {field}", leaf.kind());
        }
    }
    // The source knows no other type: each that it reads stands between quotes before an arrow.
    let source = std::fs::read_to_string(root().join("services/ledger/src/statement.rs")).unwrap();
    let read = source.split_once("let statement = match kind").unwrap().1.split_once("_ =>").unwrap().0;
    let read = read.lines().filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\" =>"));
    assert_eq!(rows, words(read.map(|(kind, _)| kind)));
}

#[test]
fn a_leaf_of_a_type_of_tomorrow_is_taken_in_general_form() {
    let leaf = r#"{"day":20781,"later":[1],"sigs":[],"subjects":[],"t":"later","v":1}"#;
    assert!(Leaf::parse_general(leaf.as_bytes()).is_ok());
    assert!(Leaf::parse(leaf.as_bytes()).is_err());
}

#[test]
fn every_path_in_the_text_exists() {
    let paths = section("## 15. Where the vectors are").lines().filter_map(|line| line.strip_prefix("| `"));
    for path in paths.filter_map(|row| row.split_once('`')).map(|(path, _)| path) {
        let (folder, names) = path.split_once('{').unwrap_or((path, "}"));
        for name in names.trim_end_matches('}').split(',') {
            assert!(root().join(format!("{folder}{name}")).exists(), "{path}");
        }
    }
}
