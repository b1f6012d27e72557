//! What is printed, and the two files: figures for programs, and goose's page with ours on top.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks on its standard streams, here only"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use goose::metrics::GooseMetrics;
use serde::Serialize;

use crate::book::Book;
use crate::plot::plot;
use crate::recount::Lost;
use crate::{Plan, Result};

/// What goose's page begins with; ours stands below it.
const HEADLINE: &str = "<h1>Goose Attack Report</h1>";

/// What came of one operation, or of one kind of waiting. Times in microseconds.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Operation {
    pub(crate) operation: String,
    pub(crate) requests: usize,
    pub(crate) failures: usize,
    /// Answers that were held against what they must say.
    pub(crate) checked: u64,
    pub(crate) p50_us: u64,
    pub(crate) p95_us: u64,
    pub(crate) p99_us: u64,
    pub(crate) max_us: u64,
}

/// All that a run found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) users: usize,
    pub(crate) seconds: usize,
    pub(crate) seed: u64,
    /// Jobs that went the whole way.
    pub(crate) jobs: u64,
    pub(crate) requests: usize,
    pub(crate) checked: u64,
    /// Wrong or late answers.
    pub(crate) failures: u64,
    /// What was acknowledged, by kind.
    pub(crate) acknowledged: BTreeMap<&'static str, u64>,
    pub(crate) lost: usize,
    pub(crate) operations: Vec<Operation>,
    /// How long things were on their way to where they must be seen.
    pub(crate) waits: Vec<Operation>,
    /// The first faults, each with its request.
    pub(crate) faults: Vec<String>,
    /// What is lost, and why that is said.
    pub(crate) missing: Vec<String>,
}

impl Report {
    pub(crate) fn new(plan: &Plan, metrics: &GooseMetrics, book: &Book, lost: &[Lost]) -> Self {
        let (waits, operations): (Vec<_>, Vec<_>) = operations(metrics, book)
            .into_iter()
            .partition(|operation| operation.operation.starts_with("WAIT "));
        Self {
            users: plan.users,
            seconds: metrics.duration,
            seed: plan.seed,
            jobs: book.done,
            requests: operations.iter().map(|operation| operation.requests).sum(),
            checked: book.checked.values().sum(),
            failures: book.faulty,
            acknowledged: book.counts(),
            lost: lost.len(),
            operations,
            waits,
            faults: book.faults.clone(),
            missing: lost.iter().map(|lost| format!("{}: {}", lost.what, lost.why)).collect(),
        }
    }

    /// Whether the nodes did all that they must: whole jobs were done, nothing was wrong by our count or goose's, and nothing is lost.
    pub(crate) fn is_good(&self) -> bool {
        let failed = self.operations.iter().chain(&self.waits).any(|operation| operation.failures > 0);
        self.jobs > 0 && self.failures == 0 && !failed && self.lost == 0
    }

    /// What people read first.
    pub(crate) fn sentence(&self) -> String {
        let acknowledged: u64 = self.acknowledged.values().sum();
        let kinds: Vec<String> =
            self.acknowledged.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
        format!(
            "{} users, {} s: {} whole jobs, {} requests, {} answers checked, {} wrong or late; acknowledged {acknowledged} ({}), lost {}",
            self.users,
            self.seconds,
            self.jobs,
            self.requests,
            self.checked,
            self.failures,
            kinds.join(", "),
            self.lost
        )
    }

    fn print(&self) {
        println!(
            "\n  {:<58} {:>8} {:>6} {:>8} {:>9} {:>9} {:>9} {:>9}",
            "", "requests", "failed", "checked", "p50 ms", "p95 ms", "p99 ms", "max ms"
        );
        for operation in self.operations.iter().chain(&self.waits) {
            let Operation { operation: name, requests, failures, checked, .. } = operation;
            let [p50, p95, p99, max] = operation.millis();
            println!(
                "  {name:<58} {requests:>8} {failures:>6} {checked:>8} {p50:>9.1} {p95:>9.1} {p99:>9.1} {max:>9.1}"
            );
        }
        println!("\n{}", self.sentence());
        self.faults.iter().for_each(|fault| println!("wrong: {fault}"));
        self.missing.iter().for_each(|lost| println!("lost:  {lost}"));
    }

    /// Our part of the page: the sentence, two plots, what is wrong, and the figures that are exact.
    fn page(&self, book: &Book) -> String {
        let seconds = book.seconds.get(..self.seconds.min(book.seconds.len())).unwrap_or_default();
        let count = |times: &Vec<u64>| f64::from(u32::try_from(times.len()).unwrap_or(u32::MAX));
        let mut page =
            format!("<h1>The whole job</h1>\n<p><strong>{}</strong></p>\n", escape(&self.sentence()));
        page += &plot("Answers", "in a second", &[("answers", seconds.iter().map(count).collect())]);
        let part = |hundredths| seconds.iter().map(move |times| percentile(times, hundredths)).collect();
        page +=
            &plot("Time to an answer", "ms", &[("p50", part(50)), ("p95", part(95)), ("slowest", part(100))]);
        for wrong in self.faults.iter().chain(&self.missing) {
            let _written = writeln!(page, "<p>{}</p>", escape(wrong)).is_ok();
        }
        page += "<table><thead><tr><th>Checked</th><th>requests</th><th>failed</th><th>checked</th><th>p50 ms</th><th>p95 ms</th><th>p99 ms</th><th>max ms</th></tr></thead><tbody>\n";
        for operation in self.operations.iter().chain(&self.waits) {
            let [p50, p95, p99, max] = operation.millis();
            let Operation { operation: name, requests, failures, checked, .. } = operation;
            let row = format!(
                "<tr><td>{}</td><td>{requests}</td><td>{failures}</td><td>{checked}</td><td>{p50:.1}</td><td>{p95:.1}</td><td>{p99:.1}</td><td>{max:.1}</td></tr>\n",
                escape(name)
            );
            page += &row;
        }
        page + "</tbody></table>\n"
    }
}

impl Operation {
    fn millis(&self) -> [f64; 4] {
        [self.p50_us, self.p95_us, self.p99_us, self.max_us].map(millis)
    }
}

fn operations(metrics: &GooseMetrics, book: &Book) -> Vec<Operation> {
    let mut operations: Vec<Operation> = metrics
        .requests
        .values()
        .map(|request| {
            let operation = format!("{} {}", request.method_label(), request.path);
            let times = &request.raw_data;
            Operation {
                requests: request.success_count + request.fail_count,
                failures: request.fail_count,
                checked: book.checked.get(&operation).copied().unwrap_or_default(),
                p50_us: times.percentile_us(0.5),
                p95_us: times.percentile_us(0.95),
                p99_us: times.percentile_us(0.99),
                max_us: times.maximum_time_us,
                operation,
            }
        })
        .collect();
    operations.sort_by(|one, other| one.operation.cmp(&other.operation));
    operations
}

/// The time within which so many hundredths of these were answered, in milliseconds; 0 of none.
fn percentile(times: &[u64], hundredths: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = (times.len() * hundredths).div_ceil(100).saturating_sub(1);
    times.get(place).copied().map_or(0.0, millis)
}

/// Exact below 71 minutes.
fn millis(micros: u64) -> f64 {
    f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1_000.0
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Prints the report, writes its figures, and puts our part on top of the page that goose wrote.
pub(crate) fn publish(report: &Report, book: &Book, folder: &Path) -> Result<()> {
    report.print();
    fs::write(folder.join("load.json"), format!("{}\n", serde_json::to_string_pretty(report)?))?;
    let file = folder.join("load.html");
    let goose = fs::read_to_string(&file)?;
    let (before, after) = goose.split_once(HEADLINE).ok_or("goose wrote another page than it used to")?;
    fs::write(&file, format!("{before}{}{HEADLINE}{after}", report.page(book)))?;
    println!("{} and load.json beside it", file.display());
    Ok(())
}

/// Says what a run does, before it is silent for minutes.
pub(crate) fn announce(plan: &Plan) {
    println!("two nodes, {} pairs of people, {} s, seed {}", plan.users, plan.seconds, plan.seed);
}

/// Says why a run came to nothing.
pub(crate) fn complain(why: &str) -> ExitCode {
    eprintln!("hanse-whole-job: {why}");
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_the_time_of_one_answer() {
        let times: Vec<u64> = (1..=200).rev().map(|time| time * 1_000).collect();
        let told = [50, 95, 99, 100].map(|part| percentile(&times, part));
        assert_eq!(told, [100.0, 190.0, 198.0, 200.0]);
        assert_eq!(percentile(&[], 50).to_bits(), 0.0_f64.to_bits());
    }

    #[test]
    fn a_run_that_lost_or_failed_or_did_nothing_is_not_good() {
        let plan = Plan { users: 1, seconds: 1, seed: 1 };
        let mut report = Report::new(&plan, &GooseMetrics::default(), &Book::default(), &[]);
        assert!(!report.is_good(), "nothing was done");
        report.jobs = 1;
        assert!(report.is_good());
        report.lost = 1;
        assert!(!report.is_good());
        (report.lost, report.failures) = (0, 1);
        assert!(!report.is_good());
        report.failures = 0;
        report.operations.push(Operation { failures: 1, ..Operation::default() });
        assert!(!report.is_good(), "goose counted a failure that the book has not");
    }
}
