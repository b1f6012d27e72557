//! Worlds of liars, and what the verifier says of their files. `SEED=n` repeats one world, `WORLDS=n` sets how many there are.

#![expect(clippy::print_stdout, reason = "the table is what this test is read for")]
#![expect(clippy::disallowed_methods, reason = "which worlds to make is asked of whoever runs the test")]

use hanse_liars::judge::Came;
use hanse_liars::lies::Lie;
use hanse_liars::run::{Seen, run};

/// Worlds of an ordinary run: each lie is then told some hundred times, within a minute and a half of one core.
const WORLDS: u64 = 2_000;

/// Failures that are printed; the others are counted.
const SHOWN: usize = 3;

fn asked(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn no_verdict_says_more_than_the_truth_and_no_stranger_spoils_a_file() {
    let seeds = match asked("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..asked("WORLDS").unwrap_or(WORLDS),
    };
    let alone = seeds.end - seeds.start < WORLDS;
    let (mut seen, mut failed) = (Seen::default(), Vec::new());
    for seed in seeds {
        failed.extend(run(seed, &mut seen).err());
    }
    println!("{}\n\n{}", seen.told, seen.bent);
    for came in Came::ALL {
        println!("{}: {} files", came.word(), seen.told.came(came) + seen.bent.came(came));
    }
    for failure in failed.iter().take(SHOWN) {
        println!("\n{failure}");
    }
    let mut kinds = std::collections::BTreeMap::<String, usize>::new();
    for failure in &failed {
        let line = failure.lines().next().unwrap_or_default();
        let says = line.split_once(": ").map_or(line, |(_, says)| says);
        // Who it is about, and at which log, would make each one its own kind.
        let same: String = says.chars().filter(|letter| !letter.is_ascii_digit()).collect();
        let same = ["a", "b", "c", "d", "e"]
            .iter()
            .fold(same, |same, name| same.replace(&format!("{name}.example"), "…"));
        *kinds.entry(same).or_default() += 1;
    }
    println!("{kinds:#?}");
    assert_eq!(failed.len(), 0, "worlds in which a verdict is wrong");
    let untold: Vec<&Lie> =
        Lie::ALL.iter().filter(|lie| seen.told.of(&format!("evidence, {lie}")) == 0).collect();
    assert!(alone || untold.is_empty(), "lies that nobody told: {untold:?}");
}
