//! Every parser of foreign bytes under changed inputs, for some seconds each: `make fuzz`.
#![expect(clippy::print_stdout, reason = "the table is what this program is run for")]
#![expect(
    clippy::disallowed_methods,
    reason = "it is told by the environment how much to do, and has so much time"
)]

use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

use hanse_fuzz::{Campaign, Quiet, TARGETS, Target, corpus, keep};

/// Seconds for all targets together.
const SECONDS: u64 = 60;

/// The stack of a thread of a node's runtime: what nests too deep for it ends the process here as it would there.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// The longest input that is kept among the seeds for having said something new.
const KEPT_BYTES_MAX: usize = 2_048;

fn asked<T: FromStr>(variable: &str, default: T) -> T {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// What this run does.
#[derive(Clone)]
struct Plan {
    /// For each target.
    time: Duration,
    seed: u64,
    /// Whether each input is written down before it is tried.
    trace: bool,
    /// Whether inputs that say something new are kept.
    keep: bool,
}

fn main() -> ExitCode {
    let only: String = asked("TARGET", String::new());
    let targets: Vec<&Target> =
        TARGETS.iter().filter(|target| only.is_empty() || target.name == only).collect();
    let count = u32::try_from(targets.len()).unwrap_or(1);
    if count == 0 {
        println!("there is no target {only}");
        return ExitCode::FAILURE;
    }
    let time = Duration::from_secs(asked("SECONDS", SECONDS)) / count;
    let plan =
        Plan { time, seed: asked("SEED", 1), trace: asked("TRACE", 0) > 0, keep: asked("KEEP", 0) > 0 };
    println!(
        "{:12}{:>8}{:>12}{:>10}{:>8}{:>8}{:>8}",
        "", "seeds", "executions", "a second", "words", "dearest", "finds"
    );
    let mut finds = 0;
    for target in targets {
        let plan = plan.clone();
        let thread = thread::Builder::new().stack_size(STACK_BYTES).spawn(move || one(target, &plan));
        match thread.map(thread::JoinHandle::join) {
            Ok(Ok(Ok(found))) => finds += found,
            Ok(Ok(Err(error))) | Err(error) => {
                println!("{}: {error}", target.name);
                return ExitCode::FAILURE;
            }
            Ok(Err(_)) => {
                println!("{} did not end as it should", target.name);
                return ExitCode::FAILURE;
            }
        }
    }
    if finds == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries one target, and answers how many things are broken.
fn one(target: &Target, plan: &Plan) -> io::Result<usize> {
    let seeds = corpus(target)?;
    let count = seeds.len();
    let quiet = Quiet::new();
    let begun = Instant::now();
    let last = Path::new("target/fuzz").join(target.name);
    if plan.trace {
        fs::create_dir_all(&last)?;
    }
    // An input that ends the process, as a stack that overflows does, is the last one that was written.
    let mut trace = |input: &[u8]| {
        if plan.trace {
            fs::write(last.join("last"), input).unwrap_or_default();
        }
    };
    let mut campaign = Campaign::new(target, seeds, plan.seed, &mut trace);
    let mut seconds = 0.001;
    let mut more = |_| {
        seconds = begun.elapsed().as_secs_f64().max(seconds);
        begun.elapsed() < plan.time
    };
    campaign.run(&mut more, &mut trace);
    if plan.keep {
        for input in campaign.said().filter(|input| input.len() <= KEPT_BYTES_MAX) {
            keep(target, "said", &input)?;
        }
    }
    drop(quiet);
    println!(
        "{:12}{count:>8}{:>12}{:>10.0}{:>8}{:>8}{:>8}",
        target.name,
        campaign.executions,
        campaign.executions as f64 / seconds,
        campaign.words.len(),
        campaign.dearest,
        campaign.finds.len()
    );
    if asked("WORDS", 0) > 0 {
        campaign.words.iter().for_each(|(word, count)| println!("{count:>12} {word}"));
    }
    for find in campaign.finds.values() {
        let kept = keep(target, "find", &find.input)?;
        println!("{}\n  kept as {}", find.says, kept.display());
    }
    Ok(campaign.finds.len())
}
