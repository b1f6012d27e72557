#![doc = include_str!("../README.md")]

mod matching;
mod reputation;

use std::process::ExitCode;

use clap::Parser;

/// Measures what Hanse judges by, on data given by path.
#[derive(Debug, Parser)]
enum Command {
    /// Which freelancer fits which job: quality, fairness and latency of matching.
    Matching(matching::Arguments),
    /// The viewer's score: accuracy, attacks, concentration, latency.
    Reputation(reputation::Options),
}

#[expect(clippy::print_stderr, reason = "the one place where this program reports that it failed")]
fn main() -> ExitCode {
    match Command::parse() {
        Command::Reputation(options) => reputation::run(&options),
        Command::Matching(arguments) => match matching::run(&arguments) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("hanse-eval: {error}");
                ExitCode::FAILURE
            }
        },
    }
}
