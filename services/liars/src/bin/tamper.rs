//! Changes files in every way and sees that the verifier survives, refuses, or finds the same: `make tamper`.
#![expect(clippy::print_stdout, reason = "the table is what this program is run for")]
#![expect(clippy::disallowed_methods, reason = "it is told by the environment how much to do")]

use std::path::Path;
use std::process::ExitCode;

use hanse_liars::mutate::{Campaign, Second, bases};

/// Changes of each file in each family: with some twenty files, some sixty thousand.
const ROUNDS: usize = 60;

/// One evidence file in so many goes to the second implementation, whose signatures take a hundred times as long.
const EVERY: u64 = 10;

fn asked<T: std::str::FromStr>(variable: &str, default: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

fn main() -> ExitCode {
    let python: String = asked("PYTHON", String::new());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../verifier/python/check_evidence.py");
    let mut second = None;
    if !python.is_empty() {
        match Second::start(&python, &script) {
            Ok(started) => second = Some(started),
            Err(error) => {
                println!("{python}: {error}");
                return ExitCode::FAILURE;
            }
        }
    }
    let bases = bases();
    for base in &bases {
        println!("{}: {} bytes, {}", base.name, base.bytes.len(), base.came.word());
    }
    let mut campaign = Campaign::default();
    let second = second.as_mut().map(|second| (second, asked("EVERY", EVERY)));
    campaign.run(&bases, asked("ROUNDS", ROUNDS), asked("SEED", 1), second);
    println!("{campaign}");
    if campaign.mistakes.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
