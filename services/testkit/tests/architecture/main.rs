//! The picture in ARCHITECTURE.md, enforced: who may know whom, and what has a number.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod rooms;
mod workspace;

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use workspace::{Workspace, list, report, text};

/// Every crate, and which of ours it may name outside its tests. A crate that is not here is in no layer, and fails.
const LAYERS: &[(&str, &[&str])] = &[
    ("document", &[]),
    ("tlog", &[]),
    ("lifecycle", &[]),
    ("ledger", &["document", "tlog"]),
    ("matching", &["document"]),
    ("search", &["matching"]),
    ("reputation", &["document", "ledger"]),
    ("verifier", &["document", "ledger", "reputation", "tlog"]),
    ("database", &[]),
    ("store", &["database", "document", "ledger", "lifecycle", "tlog"]),
    ("postgres", &["database"]),
    ("network", &["document", "tlog"]),
    ("api", &["document", "matching"]),
    ("base", &["api", "document", "ledger", "lifecycle", "matching", "network", "store", "tlog"]),
    ("logbook", &["base", "document", "ledger", "network", "reputation", "store", "tlog"]),
    ("account", &["api", "base", "document", "ledger", "logbook", "store"]),
    ("notify", &["api", "base", "document", "lifecycle", "store"]),
    (
        "trust",
        &[
            "api",
            "base",
            "document",
            "ledger",
            "lifecycle",
            "logbook",
            "matching",
            "network",
            "reputation",
            "store",
            "tlog",
        ],
    ),
    (
        "discovery",
        &["api", "base", "document", "lifecycle", "matching", "network", "reputation", "store", "trust"],
    ),
    ("effects", &["base", "document", "ledger", "lifecycle", "logbook", "search", "store"]),
    (
        "engine",
        &[
            "account",
            "api",
            "base",
            "discovery",
            "document",
            "effects",
            "ledger",
            "lifecycle",
            "logbook",
            "matching",
            "network",
            "notify",
            "reputation",
            "search",
            "store",
            "tlog",
            "trust",
        ],
    ),
    ("http", &["api", "base", "document", "engine", "lifecycle", "store"]),
    (
        "rest",
        &[
            "account",
            "api",
            "base",
            "document",
            "engine",
            "http",
            "ledger",
            "lifecycle",
            "logbook",
            "reputation",
            "store",
            "trust",
        ],
    ),
    (
        "node",
        &[
            "account",
            "base",
            "discovery",
            "document",
            "engine",
            "http",
            "logbook",
            "matching",
            "notify",
            "postgres",
            "rest",
            "store",
        ],
    ),
    ("client", &["api", "document", "lifecycle"]),
    (
        "command",
        &[
            "api",
            "client",
            "document",
            "ledger",
            "lifecycle",
            "matching",
            "reputation",
            "search",
            "tlog",
            "verifier",
        ],
    ),
    ("demo", &["command", "document", "verifier"]),
    ("eval", &["document", "matching", "reputation"]),
    ("fuzz", &["document", "ledger", "liars", "matching", "network", "reputation", "tlog", "verifier"]),
    ("liars", &["document", "ledger", "reputation", "tlog", "verifier"]),
    (
        TESTKIT,
        &[
            "account",
            "api",
            "base",
            "discovery",
            "document",
            "engine",
            "logbook",
            "node",
            "postgres",
            "store",
            "tlog",
            "trust",
        ],
    ),
    (
        LOAD_TESTS,
        &[
            "api", "base", "document", "engine", "ledger", "logbook", "matching", "network", "node",
            "postgres", "store", "tlog", "trust", "verifier",
        ],
    ),
    (WHOLE_JOB, &["base", "command", "document", "node", "postgres", "store"]),
];
const TESTKIT: &str = "testkit";
/// Measures a node against the bare libraries below it, so it names one that is otherwise its owner's.
const LOAD_TESTS: &str = "load-tests";
/// Apart from the other load tests, so that its libraries weigh on nothing else.
const WHOLE_JOB: &str = "whole-job";

/// A library that does I/O, and who may name it.
const OWNERS: &[(&str, &[&str])] = &[
    ("tokio-postgres", &["database"]),
    ("postgres-types", &["database"]),
    ("deadpool-postgres", &["database"]),
    ("refinery", &["database"]),
    ("libp2p", &["network"]),
    ("actix-web", &["http", "rest"]),
    ("actix-http", &["rest"]),
    ("actix-server", &["rest"]),
    ("actix-service", &["rest"]),
    ("utoipa-actix-web", &["rest"]),
    ("utoipa-swagger-ui", &["rest"]),
    ("jsonwebtoken", &["http"]),
    ("lettre", &["notify"]),
];

/// Crates that compute and do nothing else.
const PURE: &[&str] =
    &["document", "tlog", "lifecycle", "ledger", "matching", "search", "reputation", "verifier"];
/// What would let them do more, even by way of another library.
const IMPURE_LIBRARIES: &[&str] = &[
    "tokio",
    "mio",
    "socket2",
    "reqwest",
    "ureq",
    "getrandom",
    "rand",
    "tokio-postgres",
    "libp2p",
    "actix-web",
];
/// The same from the standard library.
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "SystemTime",
    "Instant",
    "now_utc",
    "HashMap",
    "HashSet",
];

#[test]
fn every_crate_is_in_a_layer() {
    let found: BTreeSet<String> = Workspace::read().members.into_keys().collect();
    let known: BTreeSet<String> = LAYERS.iter().map(|(folder, _)| (*folder).to_owned()).collect();
    assert_eq!(found, known, "crates (left) and layers (right) differ");
}

#[test]
fn every_package_is_named_after_its_folder() {
    let workspace = Workspace::read();
    let named = |(folder, package): (&String, &Value)| text(package, "name") == format!("hanse-{folder}");
    assert!(workspace.members.iter().all(named), "{:?}", workspace.members.keys());
}

#[test]
fn no_crate_names_one_outside_its_layer() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, allowed) in LAYERS {
        for other in workspace.ours(folder, false) {
            if !allowed.contains(&other.as_str()) {
                mistakes.push(format!("{folder} must not depend on {other}"));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn testkit_is_for_tests() {
    let workspace = Workspace::read();
    for (folder, _) in LAYERS {
        assert!(!workspace.ours(folder, false).contains(TESTKIT), "{folder} must not depend on {TESTKIT}");
        let features = "the feature that makes test databases is for tests";
        let ours = list(workspace.members.get(*folder).unwrap(), "dependencies").filter(|dependency| {
            ["hanse-store", "hanse-database"].contains(&text(dependency, "name").as_str())
                && text(dependency, "kind") != "dev"
                && *folder != TESTKIT
        });
        let asked = ours.flat_map(|ours| list(ours, "features"));
        assert_eq!(asked.filter(|feature| *feature == "testing").count(), 0, "{folder}: {features}");
    }
}

#[test]
fn each_library_that_does_io_has_one_owner() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for (folder, _) in LAYERS {
        for dependency in list(workspace.members.get(*folder).unwrap(), "dependencies") {
            let library = text(dependency, "name");
            let owner = OWNERS.iter().find(|(name, _)| *name == library).map(|(_, owners)| *owners);
            let measured = *folder == LOAD_TESTS && library == "actix-web";
            if let Some(owners) = owner.filter(|owners| !owners.contains(folder) && !measured) {
                mistakes.push(format!("only {owners:?} may name {library}, and {folder} does"));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn pure_crates_are_built_from_nothing_that_does_io() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for folder in PURE {
        let closure = workspace.closure(folder);
        for library in IMPURE_LIBRARIES.iter().filter(|library| closure.contains(**library)) {
            mistakes.push(format!("{folder} is built from {library}"));
        }
    }
    report(&mistakes);
}

#[test]
fn pure_crates_use_nothing_that_does_io() {
    let workspace = Workspace::read();
    let mut mistakes = Vec::new();
    for folder in PURE {
        for path in workspace.sources(folder) {
            let source = fs::read_to_string(&path).unwrap();
            let production = source.split("#[cfg(test)]").next().unwrap_or_default();
            let code: Vec<&str> =
                production.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
            for word in IMPURE_WORDS.iter().filter(|word| code.iter().any(|line| line.contains(**word))) {
                mistakes.push(format!("{} says {word}", path.display()));
            }
        }
    }
    report(&mistakes);
}

#[test]
fn the_verifier_reaches_no_database_and_no_network() {
    let workspace = Workspace::read();
    for folder in ["verifier", "client", "command", "demo"] {
        let closure = workspace.closure(folder);
        for library in ["tokio-postgres", "libp2p", "actix-web"] {
            assert!(!closure.contains(library), "{folder} is built from {library}");
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_and_every_crate_takes_the_lints() {
    let workspace = Workspace::read();
    let root = fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap();
    assert!(root.contains("\nunsafe_code = \"forbid\"\n"), "unsafe code is not forbidden");
    for (folder, _) in LAYERS {
        let manifest = fs::read_to_string(workspace.folder(folder).join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("\n[lints]\nworkspace = true\n"),
            "{folder} does not take the workspace's lints"
        );
    }
}

#[test]
fn every_crate_has_a_page() {
    let workspace = Workspace::read();
    for (folder, _) in LAYERS {
        let page = fs::read_to_string(workspace.folder(folder).join("README.md")).unwrap_or_default();
        assert!(!page.trim().is_empty(), "{folder} has no README.md");
    }
}
