//! What is printed, and what is written for programs.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks on its standard streams, here only"
)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::Result;
use crate::hostile::Cost;
use crate::measure::{Figure, Target, Value};

/// The figures of one group.
pub(crate) struct Group {
    pub(crate) title: &'static str,
    pub(crate) figures: Vec<Figure>,
    /// What is said beside them, and is no time.
    pub(crate) values: Vec<Value>,
}

#[derive(Serialize)]
struct Written<'a> {
    machine: String,
    figures: &'a [Figure],
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    values: &'a [Value],
}

#[derive(Serialize)]
struct Costs<'a> {
    machine: String,
    costs: &'a [Cost],
}

/// Prints a group and writes it to `target/bench/<name>.json`.
pub(crate) fn publish(name: &str, group: &Group) -> Result<()> {
    println!("\n{}", group.title);
    println!(
        "  {:<58} {:>7} {:>10} {:>10} {:>10} {:>10} {:>12}",
        "", "ratio", "p50 µs", "p95 µs", "p99 µs", "max µs", "per second"
    );
    for figure in &group.figures {
        let Figure { what, limit_is, ours, limit, ratio, beside, targets, .. } = figure;
        let other = if *beside { "beside" } else { "limit" };
        for (label, times, ratio) in [
            (what.clone(), ours, format!("{ratio:.2}")),
            (format!("  {other}: {limit_is}"), limit, String::new()),
        ] {
            println!(
                "  {label:<58} {ratio:>7} {:>10.1} {:>10.1} {:>10.1} {:>10.1} {:>12.0}",
                times.p50_us, times.p95_us, times.p99_us, times.max_us, times.per_second
            );
        }
        targets.iter().for_each(aimed);
    }
    for Value { what, value, unit, targets } in &group.values {
        println!("  {what}: {value:.1} {unit}");
        targets.iter().for_each(aimed);
    }
    write(name, &Written { machine: described(), figures: &group.figures, values: &group.values })
}

fn aimed(Target { what, measured, met }: &Target) {
    println!("    to be {what}: {measured:.2}, {}", if *met { "met" } else { "MISSED" });
}

/// Prints what a hostile file costs.
pub(crate) fn cost(cost: &Cost) {
    let Cost { what, bytes, seconds, peak_bytes, verdict } = cost;
    let mebibytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let size = mebibytes(u64::try_from(*bytes).unwrap_or(u64::MAX));
    println!("  {what:<78} {size:>3} MiB {seconds:>6.2} s {:>4} MiB  {verdict}", mebibytes(*peak_bytes));
}

/// Prints resident memory before and after something.
#[cfg(feature = "node")]
pub(crate) fn memory(what: &str, before: u64, after: u64, beside: &str) {
    let mebibytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    println!("{what}: resident {} MiB before, {} MiB after; {beside}", mebibytes(before), mebibytes(after));
}

/// Writes what hostile files cost to `target/bench/hostile.json`.
pub(crate) fn publish_costs(costs: &[Cost]) -> Result<()> {
    write("hostile", &Costs { machine: described(), costs })
}

/// Says what the figures of hostile files are.
pub(crate) fn hostile() {
    println!("\nHostile files: size, processor time and peak memory of a process that checks one");
}

/// Prints lines as they are.
pub(crate) fn lines(lines: &[String]) {
    for line in lines {
        println!("  {line}");
    }
}

fn write(name: &str, written: &impl Serialize) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench");
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{name}.json")), serde_json::to_vec_pretty(written)?)?;
    Ok(())
}

/// Says where the figures are taken.
pub(crate) fn machine_alone() {
    println!("{}", described());
}

/// Prints a line above others.
#[cfg(feature = "node")]
pub(crate) fn heading(line: &str) {
    println!("\n{line}");
}

/// Says where the figures are taken, and how they are to be read.
pub(crate) fn machine() {
    machine_alone();
    println!(
        "ratio = p50 of ours / p50 of the limit, measured in turn; 1 is the limit. JSON: target/bench/*.json"
    );
}

pub(crate) fn complain(message: &str) -> ExitCode {
    eprintln!("hanse-load-tests: {message}");
    ExitCode::FAILURE
}

fn described() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model);
    let build =
        if cfg!(debug_assertions) { "debug build: the figures mean nothing" } else { "release build" };
    format!("{cores} cores, {model}; {build}")
}
