use hanse_matching::mutual::{Wishes, picks};
use proptest::prelude::*;

fn wishes(quota: usize, list: &[usize]) -> Wishes {
    Wishes { quota, list: list.to_vec() }
}

/// The men-proposing result of the example in Gale and Shapley's article, page 11, example 1: each gets the first choice.
#[test]
fn gale_and_shapleys_first_example() {
    let proposing = [wishes(1, &[0, 1, 2]), wishes(1, &[1, 2, 0]), wishes(1, &[2, 0, 1])];
    let choosing = [wishes(1, &[1, 2, 0]), wishes(1, &[2, 0, 1]), wishes(1, &[0, 1, 2])];
    assert_eq!(picks(&proposing, &choosing), [(0, 0), (1, 1), (2, 2)]);
}

#[test]
fn quotas_and_one_sided_wishes() {
    assert_eq!(picks(&[wishes(2, &[0, 1])], &[wishes(1, &[0]), wishes(1, &[0])]), [(0, 0), (0, 1)]);
    assert_eq!(picks(&[wishes(1, &[0])], &[wishes(1, &[])]), []);
    assert_eq!(picks(&[wishes(1, &[7, 0, 0])], &[wishes(0, &[0])]), []);
    assert_eq!(picks(&[], &[]), []);
}

fn lists(others: usize) -> impl Strategy<Value = Wishes> {
    let list = proptest::sample::subsequence((0..others).collect::<Vec<_>>(), 0..=others).prop_shuffle();
    (0..3_usize, list).prop_map(|(quota, list)| Wishes { quota, list })
}

proptest! {
    #[test]
    fn no_pair_would_rather_have_each_other(
        freelancers in proptest::collection::vec(lists(6), 7), jobs in proptest::collection::vec(lists(7), 6),
    ) {
        let pairs = picks(&freelancers, &jobs);
        let rank = |wishes: &Wishes, other: usize| wishes.list.iter().position(|it| *it == other);
        // Somebody would take another one if there is room, or if the worst they have stands lower.
        let would = |wishes: &Wishes, other: usize, have: Vec<usize>| {
            rank(wishes, other).is_some_and(|wanted| {
                have.len() < wishes.quota || have.iter().any(|it| rank(wishes, *it) > Some(wanted))
            }) && wishes.quota > 0
        };
        for (f, freelancer) in freelancers.iter().enumerate() {
            let mine: Vec<usize> = pairs.iter().filter(|pair| pair.0 == f).map(|pair| pair.1).collect();
            prop_assert!(mine.len() <= freelancer.quota);
            for (j, job) in jobs.iter().enumerate().filter(|(j, _)| !mine.contains(j)) {
                let theirs: Vec<usize> = pairs.iter().filter(|pair| pair.1 == j).map(|pair| pair.0).collect();
                prop_assert!(theirs.len() <= job.quota);
                prop_assert!(!(would(freelancer, j, mine.clone()) && would(job, f, theirs)), "{} and {}", f, j);
            }
        }
    }
}
