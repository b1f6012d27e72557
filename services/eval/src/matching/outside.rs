//! A baseline that others wrote: `bm25s` from PyPI, if a Python has it.

use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::metrics::Scores;
use super::tables::Row;

/// Ranks every set with `bm25s` (Lucene's form, k1 1.2, b 0.75, its own words, no stemmer) and prints the means as JSON.
const SCRIPT: &str = include_str!("bm25s.py");

#[derive(Debug, Deserialize)]
struct Means {
    set: String,
    all: Scores,
    tuning: Scores,
    held_out: Scores,
}

/// The rows of `bm25s`; none, with a word on standard error, if this Python has no such module.
#[expect(clippy::print_stderr, reason = "a baseline that is left out must be seen")]
pub(crate) fn bm25s(python: &Path, data: &Path) -> Vec<Row> {
    let output = Command::new(python).args(["-c", SCRIPT]).arg(data.join("eval")).output();
    let means: Option<Vec<Means>> = match &output {
        Ok(output) => serde_json::from_slice(&output.stdout).ok(),
        Err(_) => None,
    };
    if means.is_none() {
        eprintln!("bm25s is left out: {} cannot run it", python.display());
    }
    let row = |means: Means| Row {
        set: means.set,
        system: "bm25s".to_owned(),
        all: means.all,
        tuning: means.tuning,
        held_out: means.held_out,
    };
    means.unwrap_or_default().into_iter().map(row).collect()
}
