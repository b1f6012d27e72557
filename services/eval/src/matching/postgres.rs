//! A baseline that others wrote: `ts_rank` of PostgreSQL, asked by way of its own client, `psql`.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};

use hanse_matching::text::TextLanguage;

use super::sets::Set;

/// What `ts_rank` divides by: 1 + the logarithm of the text's length. Set beforehand.
const NORMALISATION: u32 = 1;

/// For each query that has any, the places of texts that share a lexeme with it, best first and equals by place, at most `depth`.
///
/// # Errors
/// If `psql` is missing or the server refuses.
pub(crate) fn rank(
    url: &str,
    set: &Set,
    language: TextLanguage,
    depth: usize,
) -> io::Result<BTreeMap<String, Vec<usize>>> {
    let mut child = Command::new("psql")
        .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // It answers the last statement only, so that all of the script is read before anything is written.
    if let Some(mut input) = child.stdin.take() {
        input.write_all(script(set, language, depth).as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let row = |line: &str| {
        let (query, places) = line.split_once('|')?;
        let (id, _) = set.queries.get(query.parse::<usize>().ok()?)?;
        Some((id.clone(), places.split(' ').filter_map(|place| place.parse().ok()).collect()))
    };
    Ok(answer.lines().filter_map(row).collect())
}

fn script(set: &Set, language: TextLanguage, depth: usize) -> String {
    let language = match language {
        TextLanguage::French => "french",
        TextLanguage::English | TextLanguage::Other => "english",
    };
    let mut script = "CREATE TEMPORARY TABLE document (place integer, text text);\n\
         CREATE TEMPORARY TABLE query (place integer, text text);\n"
        .to_owned();
    for (table, texts) in [("document", &set.corpus), ("query", &set.queries)] {
        script.push_str(&format!("COPY {table} FROM STDIN;\n"));
        for ((_, text), place) in texts.iter().zip(0_usize..) {
            script.push_str(&format!("{place}\t{}\n", text.replace('\\', r"\\")));
        }
        script.push_str("\\.\n");
    }
    script.push_str(&format!(
        "CREATE TEMPORARY TABLE indexed AS SELECT place, to_tsvector('{language}', text) AS words FROM document;\n\
         CREATE INDEX ON indexed USING gin (words);\n\
         ANALYZE indexed;\n\
         WITH asked AS (\n\
           SELECT place, (SELECT string_agg('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''', ' | ')\n\
             FROM unnest(to_tsvector('{language}', text)))::tsquery AS words FROM query)\n\
         SELECT asked.place, string_agg(found.place::text, ' ' ORDER BY found.rank DESC, found.place)\n\
         FROM asked CROSS JOIN LATERAL (\n\
           SELECT place, ts_rank(indexed.words, asked.words, {NORMALISATION}) AS rank FROM indexed\n\
           WHERE indexed.words @@ asked.words ORDER BY rank DESC, place LIMIT {depth}) AS found\n\
         GROUP BY asked.place;\n"
    ));
    script
}
