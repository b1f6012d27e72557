//! `hanse-eval matching`: the product's matching on labelled sets, its fairness in a simulator, and its pace at a million
//! people. Baselines run in the same call.

mod bm25;
mod fairness;
mod latency;
mod letters;
mod metrics;
mod outside;
mod postgres;
mod real;
mod sets;
mod synthetic;
mod tables;
#[cfg(feature = "tantivy")]
mod tantivy;
mod tongues;
mod words;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hanse_document::code::Currency;
use hanse_document::time::Date;
use hanse_matching::link::Linker;
use hanse_matching::money::RateTable;
use hanse_matching::query::Setting;
use hanse_matching::side::{RANKER, Weights};
use hanse_matching::taxonomy::Taxonomy;
use hanse_matching::text::TextLanguage;
use hanse_matching::title::Titles;
use serde::Serialize;
use thiserror::Error;

use fairness::Fairness;
use latency::Latency;
use real::Real;
use sets::{ReadError, Set};
use tables::{Row, Target};
use tongues::Guessed;

/// What is measured, and where the results go.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder with `eval/`, `esco/` and `skills-linking-fr/`.
    #[arg(long)]
    data: PathBuf,
    /// The folder for `matching.json`.
    #[arg(long, default_value = "target/eval")]
    out: PathBuf,
    /// Leaves the labelled sets out.
    #[arg(long)]
    no_sets: bool,
    /// Measures the judged real texts alone, and shows ten of their lists with all reasons: a minute instead of ten.
    #[arg(long)]
    real_only: bool,
    /// Synthetic people for the latency; 0 leaves latency and fairness out.
    #[arg(long, default_value_t = 1_000_000)]
    people: usize,
    /// A Python with `bm25s`, for one more baseline.
    #[arg(long)]
    python: Option<PathBuf>,
    /// A PostgreSQL server, for `ts_rank` as one more baseline; it writes temporary tables only.
    #[arg(long, env = "HANSE_TEST_DATABASE", hide_env_values = true)]
    postgres: Option<String>,
}

/// Why nothing was measured.
#[derive(Debug, Error)]
pub(crate) enum Failed {
    /// A set cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The results cannot be written.
    #[error("{0}: {1}")]
    Write(PathBuf, #[source] io::Error),
    /// The fixed inputs of the simulator are out of form.
    #[error("the simulator's exchange rates are out of form")]
    Rates,
}

/// The list of trades and skills that every node has from its start.
const BUILT_IN: [&str; 3] = [
    include_str!("../../discovery/data/trades.csv"),
    include_str!("../../discovery/data/local.csv"),
    include_str!("../../discovery/data/broader.csv"),
];
/// The seed of everything synthetic.
const SEED: u64 = 20_261_124;
/// The simulator's market, as in the design's own simulation.
const MARKET: (usize, usize) = (20_000, 3_000);
/// How many markets, each with a seed of its own: one alone could be luck.
const MARKETS: u64 = 5;
/// Pages that are timed.
const QUERIES: usize = 500;

#[derive(Debug, Serialize)]
struct Report {
    ranker: &'static str,
    taxonomy: String,
    split: &'static str,
    seed: u64,
    rows: Vec<Row>,
    targets: Vec<Target>,
    /// Titles in languages without labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tongues: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    guessed: Vec<Guessed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    real: Option<Real>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fairness: Vec<Fairness>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
}

const SPLIT: &str = "tuning: queries whose SHA-256 of the id ends in an even byte; held_out: the others";

/// Measures, writes `matching.json` and prints the table.
///
/// # Errors
/// [`Failed`] if data is missing or broken, or the results cannot be written.
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failed> {
    let data = &arguments.data;
    if arguments.real_only {
        print_lines(&real(data)?.lines());
        print_lines(&knowing(data, true, |setting, linker| real::reasons(data, setting, linker))?);
        return Ok(());
    }
    let taxonomy = sets::esco(&data.join("esco"), &[])?;
    let linker = Arc::new(Linker::new(&taxonomy));
    let rows = if arguments.no_sets { Vec::new() } else { sets(arguments, &taxonomy, &linker)? };
    let (tongues, guessed) = if arguments.no_sets {
        (Vec::new(), Vec::new())
    } else {
        tongues::measure(data, &taxonomy, &linker)?
    };
    let real = if arguments.no_sets { None } else { Some(real(data)?) };
    let (fairness, latency) = match arguments.people {
        0 => (Vec::new(), None),
        people => market(&taxonomy, &linker, people).map(|(fairness, latency)| (fairness, Some(latency)))?,
    };
    let targets = if rows.is_empty() { Vec::new() } else { tables::targets(&rows) };
    let report = Report {
        ranker: RANKER,
        taxonomy: taxonomy.version().to_owned(),
        split: SPLIT,
        seed: SEED,
        rows,
        targets,
        tongues,
        guessed,
        real,
        fairness,
        latency,
    };
    print(&report);
    let file = arguments.out.join("matching.json");
    let json =
        serde_json::to_string_pretty(&report).map_err(|error| Failed::Write(file.clone(), error.into()))?;
    fs::create_dir_all(&arguments.out)
        .and_then(|()| fs::write(&file, json))
        .map_err(|error| Failed::Write(file, error))
}

/// The judged texts: with all of ESCO beside the list that every node has from its start, and by that list alone.
fn real(data: &Path) -> Result<Real, Failed> {
    let mut real = knowing(data, true, |setting, linker| real::measure(data, setting, linker))?;
    real.add(knowing(data, false, |setting, linker| real::own_list(data, setting, linker))?);
    Ok(real)
}

/// Works with what a node knows, ESCO imported or not.
fn knowing<T>(
    data: &Path,
    imported: bool,
    work: impl FnOnce(Setting<'_>, &Linker) -> Result<T, ReadError>,
) -> Result<T, Failed> {
    let own = BUILT_IN.map(str::to_owned);
    let taxonomy = if imported { sets::esco(&data.join("esco"), &own)? } else { sets::own_list(&own)? };
    let linker = Arc::new(Linker::new(&taxonomy));
    let titles = Titles::new(&taxonomy, Arc::clone(&linker));
    let rates = rates()?;
    let setting = Setting { taxonomy: &taxonomy, titles: &titles, rates: &rates, weights: Weights::DEFAULT };
    Ok(work(setting, &linker)?)
}

/// Every labelled set, with the baselines.
fn sets(arguments: &Arguments, taxonomy: &Taxonomy, linker: &Arc<Linker>) -> Result<Vec<Row>, Failed> {
    let data = &arguments.data;
    let titles = Titles::new(taxonomy, Arc::clone(linker));
    let job_titles = |name: &str, language| {
        Set::read(&data.join("eval").join(name)).map(|set| tables::titles(name, &set, &titles, language))
    };
    let mut rows = vec![
        job_titles("jobtitle-en", TextLanguage::English)?,
        job_titles("jobtitle-fr", TextLanguage::French)?,
        tables::labels(data, "melo-fra_q_fr_c_fr", TextLanguage::French)?,
        tables::bridge(data, "melo-fra_q_fr_c_en", taxonomy, linker)?,
        tables::labels(data, "melo-usa_q_en_c_en", TextLanguage::English)?,
        tables::skills(data, "skill-fr-fr", (tables::PRODUCT[1], taxonomy), linker)?,
    ];
    let crosswalk = tables::crosswalk(data, "skill-fr-fr")?;
    let richer = sets::esco(&data.join("esco"), &[crosswalk])?;
    rows.push(tables::skills(data, "skill-fr-fr", (tables::PRODUCT[0], &richer), &Linker::new(&richer))?);
    let names: Vec<String> = rows.iter().map(|row| row.set.clone()).collect();
    rows.extend(outside::baselines(data, arguments.postgres.as_deref())?);
    if let Some(python) = &arguments.python {
        rows.extend(outside::bm25s(python, data));
    }
    rows.sort_by_key(|row| names.iter().position(|name| *name == row.set));
    Ok(rows)
}

fn market(
    taxonomy: &Taxonomy,
    linker: &Arc<Linker>,
    people: usize,
) -> Result<(Vec<Fairness>, Latency), Failed> {
    let titles = Titles::new(taxonomy, Arc::clone(linker));
    let rates = rates()?;
    let setting = Setting { taxonomy, titles: &titles, rates: &rates, weights: Weights::DEFAULT };
    let latency = latency::measure(setting, SEED, people, QUERIES);
    let fairness =
        (0..MARKETS).map(|more| fairness::measure(setting, SEED.wrapping_add(more), MARKET)).collect();
    Ok((fairness, latency))
}

fn rates() -> Result<RateTable, Failed> {
    Ok(RateTable {
        date: Date::parse("2026-11-24").map_err(|_| Failed::Rates)?,
        source: "none: all synthetic prices are in EUR".to_owned(),
        base: Currency::parse("EUR").map_err(|_| Failed::Rates)?,
        rates: BTreeMap::new(),
    })
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print_lines(lines: &[String]) {
    lines.iter().for_each(|line| println!("{line}"));
}

#[expect(clippy::print_stdout, reason = "the table is what this program is for")]
fn print(report: &Report) {
    println!("{:<20} {:<18} {:^23} {:^23} {:^23}", "", "", "all queries", "tuning half", "held-out half");
    println!(
        "{:<20} {:<18} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}",
        "set", "system", "nDCG@10", "MRR", "R@100", "nDCG@10", "MRR", "R@100", "nDCG@10", "MRR", "R@100"
    );
    for row in report.rows.iter().chain(&report.tongues) {
        let cells = [row.all, row.tuning, row.held_out]
            .map(|scores| format!("{:>7.3} {:>7.3} {:>7.3}", scores.ndcg_10, scores.mrr, scores.recall_100));
        println!("{:<20} {:<18} {}", row.set, row.system, cells.join(" "));
    }
    for target in &report.targets {
        let word = if target.reached { "reached" } else { "MISSED" };
        println!(
            "{word:<8} {:<20} {:<8} {:.3} (target {:.2}; best baseline {:.3}, {})",
            target.set, target.measure, target.value, target.least, target.baseline, target.baseline_system
        );
    }
    for line in report.guessed.iter().map(Guessed::line) {
        println!("{line}");
    }
    for line in report.real.iter().flat_map(Real::lines) {
        println!("{line}");
    }
    for line in report.fairness.iter().map(Fairness::line).chain(report.latency.as_ref().map(Latency::line)) {
        println!("{line}");
    }
}
