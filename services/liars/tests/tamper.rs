//! Files changed in every way, a few times each; `make tamper` does it some ten thousand times.

#![expect(clippy::print_stdout, reason = "the table is what this test is read for")]

use hanse_liars::mutate::{Campaign, FAMILIES, bases};

/// Changes of each file in each family.
const ROUNDS: usize = 3;

#[test]
fn a_changed_file_is_refused_or_says_the_same() {
    let bases = bases();
    let mut campaign = Campaign::default();
    campaign.run(&bases, ROUNDS, 2, None);
    println!("{campaign}");
    assert!(campaign.mistakes.is_empty(), "{:?}", campaign.wrong);
    let untried: Vec<&str> =
        FAMILIES.iter().map(|(name, _)| *name).filter(|name| !campaign.rows.contains_key(name)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}
