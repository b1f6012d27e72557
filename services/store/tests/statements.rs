//! What `sqlx::query!` would check while compiling: each statement fits the schema. And none is left out of the lists.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use hanse_store::STATEMENTS;
use hanse_store::testing::{TestDatabase, prepare};

#[tokio::test]
async fn every_statement_fits_the_schema() {
    let database = TestDatabase::new().await;
    let connection = database.store().await.connection().await.unwrap();
    let mut failures = Vec::new();
    for (module, statements) in STATEMENTS {
        for statement in *statements {
            if let Err(error) = prepare(&connection, statement).await {
                let cause = error.source().and_then(Error::source).map(ToString::to_string);
                failures.push(format!("{module}: {error}\n    {}", cause.unwrap_or_default()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_statement_is_listed() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut missing = Vec::new();
    let mut found = 0;
    for (module, _) in STATEMENTS {
        let rooms =
            ["tables", "tables/alerts", "tables/market", "../../database/src"].map(|room| sources.join(room));
        let source = rooms.into_iter().find(|room| room.join(format!("{module}.rs")).exists()).unwrap();
        let main = source.join(format!("{module}.rs"));
        let listed = listed_names(&fs::read_to_string(&main).unwrap());
        for (file, prefix) in files_of(&source, module) {
            for name in statement_names(&fs::read_to_string(&file).unwrap()) {
                found += 1;
                if !listed.contains(&format!("{prefix}{name}")) {
                    missing.push(format!("{}: {name}", file.display()));
                }
            }
        }
    }
    assert!(missing.is_empty(), "not in the STATEMENTS of their module:\n{}", missing.join("\n"));
    assert_ne!(found, 0, "the search for statements finds none");
}

/// The module's own file and those of its sub-modules without a list of their own, with what the list writes before a name.
fn files_of(source: &Path, module: &str) -> Vec<(PathBuf, String)> {
    let mut files = vec![(source.join(format!("{module}.rs")), String::new())];
    for entry in fs::read_dir(source.join(module)).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if STATEMENTS.iter().any(|(listed, _)| *listed == name) {
            continue;
        }
        let prefix = format!("{name}::");
        files.push((path, prefix));
    }
    files
}

/// The entries of the list, such as `FIND` and `tiles::GET`.
fn listed_names(text: &str) -> Vec<String> {
    let Some((_, list)) = text.split_once("STATEMENTS: &[&str] =") else { return Vec::new() };
    let list = list.split("];").next().unwrap_or_default().trim_start().trim_start_matches("&[");
    list.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Names of string constants that begin with a word of SQL.
fn statement_names(text: &str) -> Vec<String> {
    const VERBS: &[&str] = &["SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "LOCK", "TRUNCATE", "NOTIFY"];
    let mut names = Vec::new();
    for part in text.split("const ").skip(1) {
        let Some((name, value)) = part.split_once(": &str =") else { continue };
        let is_name = name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        let value = value
            .trim_start()
            .trim_start_matches("concat!(")
            .trim_start()
            .trim_start_matches(['r', '#', '"'])
            .trim_start();
        if is_name && VERBS.iter().any(|verb| value.starts_with(verb)) {
            names.push(name.to_owned());
        }
    }
    names
}
