//! Each target over its seeds, among them every find of the past, and over changes that are the same in every run.
#![expect(clippy::print_stdout, reason = "the table is what this test is read for")]

use hanse_fuzz::{Campaign, Quiet, TARGETS, corpus};

/// Changed inputs of each target: all of them together take some seconds. `make fuzz` tries a thousand times as many.
const EXECUTIONS: u64 = 1_500;

/// One test, so that what an input allocates is not counted together with another's.
#[test]
fn nothing_is_broken() {
    let mut broken = Vec::new();
    for target in TARGETS {
        let seeds = corpus(target).unwrap();
        let least = u64::try_from(seeds.len()).unwrap() + EXECUTIONS / target.slow;
        let quiet = Quiet::new();
        let mut campaign = Campaign::new(target, seeds, 1, &mut |_| ());
        campaign.run(&mut |executions| executions < least, &mut |_| ());
        drop(quiet);
        println!("{:12}{:>8}{:>8} words", target.name, campaign.executions, campaign.words.len());
        broken.extend(campaign.finds.values().map(|find| {
            format!("{}: {}\n{:?}", target.name, find.says, String::from_utf8_lossy(&find.input))
        }));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n\n"));
}
