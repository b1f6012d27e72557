#![doc = include_str!("../README.md")]

mod reputation;

use std::process::ExitCode;

use clap::Parser;

/// Measures what Hanse judges by, on data given by path.
#[derive(Debug, Parser)]
enum Command {
    /// The viewer's score: accuracy, attacks, concentration, latency.
    Reputation(reputation::Options),
}

fn main() -> ExitCode {
    match Command::parse() {
        Command::Reputation(options) => reputation::run(&options),
    }
}
