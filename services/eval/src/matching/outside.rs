//! What the product is compared with: BM25 and letter sequences of our own, and what others wrote, where it is there.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use hanse_matching::text::TextLanguage;
use rust_stemmers::Algorithm;
use serde::Deserialize;

use super::bm25::Bm25;
use super::letters::Letters;
use super::metrics::Scores;
use super::postgres;
use super::sets::{ReadError, Set};
use super::tables::{self, DEPTH, Row};
use super::words;

/// The sets, and the language of what is searched.
const SETS: [(&str, TextLanguage); 6] = [
    ("jobtitle-en", TextLanguage::English),
    ("jobtitle-fr", TextLanguage::French),
    ("melo-fra_q_fr_c_fr", TextLanguage::French),
    ("melo-fra_q_fr_c_en", TextLanguage::English),
    ("melo-usa_q_en_c_en", TextLanguage::English),
    ("skill-fr-fr", TextLanguage::French),
];

/// Every set by BM25 and letter sequences, by `tantivy` if it was built in, and by `ts_rank` if there is a server. What is left out is said on
/// standard error.
pub(crate) fn baselines(data: &Path, url: Option<&str>) -> Result<Vec<Row>, ReadError> {
    let mut rows = Vec::new();
    for (name, language) in SETS {
        let set = Set::read(&data.join("eval").join(name))?;
        rows.extend(of_words_and_letters(name, &set, language));
        #[cfg(feature = "tantivy")]
        rows.extend(of_tantivy(name, &set, language));
        rows.extend(url.and_then(|url| of_postgres(url, name, &set, language)));
    }
    if cfg!(not(feature = "tantivy")) {
        leave_out("tantivy", "not built in; --features tantivy does it");
    }
    if url.is_none() {
        leave_out("ts_rank", "no --postgres");
    }
    Ok(rows)
}

/// BM25 over plain words and over stems without stop words, and letter sequences. As deep as every other list.
pub(crate) fn of_words_and_letters(name: &str, set: &Set, language: TextLanguage) -> [Row; 3] {
    let algorithm = match language {
        TextLanguage::French => Algorithm::French,
        TextLanguage::English | TextLanguage::Other => Algorithm::English,
    };
    let stems = |text: &str| words::stems(text, Some(algorithm));
    let texts = || set.corpus.iter().map(|(_, text)| text.as_str());
    let plain = Bm25::new(texts().map(words::plain));
    let stemmed = Bm25::new(texts().map(stems));
    let letters = Letters::new(texts().map(words::plain));
    let first = |mut places: Vec<usize>| {
        places.truncate(DEPTH);
        places
    };
    [
        tables::measure(name, "BM25", set, |query| first(plain.rank(&words::plain(query)))),
        tables::measure(name, "BM25, stems", set, |query| first(stemmed.rank(&stems(query)))),
        tables::measure(name, "letters", set, |query| first(letters.rank(&words::plain(query)))),
    ]
}

#[expect(clippy::print_stderr, reason = "a baseline that is left out must be seen")]
fn leave_out(system: &str, reason: &str) {
    eprintln!("{system} is left out: {reason}");
}

fn of_postgres(url: &str, name: &str, set: &Set, language: TextLanguage) -> Option<Row> {
    let by_query = match postgres::rank(url, set, language, DEPTH) {
        Ok(by_query) => by_query,
        Err(error) => {
            leave_out("ts_rank", &error.to_string());
            return None;
        }
    };
    let ids: BTreeMap<&str, &str> =
        set.queries.iter().map(|(id, text)| (text.as_str(), id.as_str())).collect();
    // Of queries with the same text the last one's ranking is that of all.
    Some(tables::measure(name, "ts_rank", set, |query| {
        ids.get(query).and_then(|id| by_query.get(*id)).cloned().unwrap_or_default()
    }))
}

#[cfg(feature = "tantivy")]
fn of_tantivy(name: &str, set: &Set, language: TextLanguage) -> Option<Row> {
    let texts = set.corpus.iter().map(|(_, text)| text.as_str());
    let row = super::tantivy::Tantivy::new(texts, language, DEPTH)
        .map(|index| tables::measure(name, "tantivy", set, |query| index.rank(query).unwrap_or_default()));
    row.inspect_err(|error| leave_out("tantivy", &error.to_string())).ok()
}

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
pub(crate) fn bm25s(python: &Path, data: &Path) -> Vec<Row> {
    let output = Command::new(python).args(["-c", SCRIPT]).arg(data.join("eval")).output();
    let means: Option<Vec<Means>> = match &output {
        Ok(output) => serde_json::from_slice(&output.stdout).ok(),
        Err(_) => None,
    };
    if means.is_none() {
        leave_out("bm25s", &format!("{} cannot run it", python.display()));
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
