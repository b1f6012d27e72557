//! Measures what Hanse judges, on data given by path.

mod matching;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "hanse-eval", about)]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Which freelancer fits which job: quality, fairness and latency of matching.
    Matching(matching::Arguments),
}

#[expect(clippy::print_stderr, reason = "the one place where this program reports that it failed")]
fn main() -> ExitCode {
    let done = match Arguments::parse().what {
        What::Matching(arguments) => matching::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hanse-eval: {error}");
            ExitCode::FAILURE
        }
    }
}
