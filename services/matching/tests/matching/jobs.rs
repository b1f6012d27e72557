use hanse_matching::Space;
use hanse_matching::jobs::{JobChange, Jobs};
use hanse_matching::model::Job;
use hanse_matching::query::Query;

use crate::support::{hourly, job, person, setting, skill};

fn many() -> Vec<Job> {
    (0..40_u8)
        .map(|number| {
            let mut it = job();
            it.id = [number; 32];
            it.title =
                ["Baker", "Backend developer", "Database administrator"][usize::from(number) % 3].to_owned();
            it.needs = ['a', 'c', 'e', 'd']
                .into_iter()
                .zip(0..)
                .filter(|(_, bit)| number >> bit & 1 == 1)
                .map(|(letter, _)| skill(letter))
                .collect();
            it.price = hourly(None, 2_500 + u64::from(number) * 100);
            it
        })
        .collect()
}

fn jobs(changes: impl IntoIterator<Item = JobChange>) -> Jobs {
    let mut jobs = Jobs::default();
    jobs.apply(setting(), changes);
    jobs
}

#[test]
fn a_pair_has_one_score_from_both_sides() {
    let (all, person) = (many(), person(1));
    let ranked = jobs(all.iter().map(|it| JobChange::Put(Box::new(it.clone())))).rank(
        setting(),
        &person,
        &mut Space::default(),
    );
    assert!(ranked.len() > 20);
    assert!(ranked.is_sorted_by(|a, b| a.score.h >= b.score.h));
    for found in &ranked {
        let job = all.iter().find(|it| it.id == found.id).unwrap();
        let query = Query::new(job, setting());
        assert_eq!(query.stop(&person), None, "the floor of 30.00 is kept");
        assert_eq!(query.features(&person), found.features);
        assert_eq!(query.score(&person), found.score);
    }
}

#[test]
fn closed_jobs_are_gone_and_the_order_of_changes_does_not_matter() {
    let all = many();
    let put = |it: &Job| JobChange::Put(Box::new(it.clone()));
    let rank = |jobs: &Jobs| jobs.rank(setting(), &person(1), &mut Space::default());
    let mut turned = jobs(all.iter().rev().map(put));
    assert_eq!(rank(&turned), rank(&jobs(all.iter().map(put))));
    let first = rank(&turned)[0].id;
    turned.apply(setting(), [JobChange::Remove(first)]);
    assert!(rank(&turned).iter().all(|it| it.id != first));
    assert_eq!(turned.len(), all.len() - 1);
    assert!(turned.get(&first).is_none());
}

/// Jobs that come and go in several blocks: what is found is what building anew finds, whatever places became free.
#[test]
fn jobs_that_come_and_go_are_found_as_if_built_anew() {
    const ALL: usize = 1_500;
    let kinds = many();
    let numbered = |number: usize| {
        let mut it = kinds[number % kinds.len()].clone();
        it.id[..8].copy_from_slice(&u64::try_from(number).unwrap().to_be_bytes());
        it
    };
    let put = |number: usize| JobChange::Put(Box::new(numbered(number)));
    let (mut open, mut kept) = (std::collections::BTreeSet::new(), Jobs::default());
    let mut state = 7_u64;
    for round in 0..6_usize {
        let mut changes = Vec::new();
        for number in 0..ALL {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            match state >> 62 {
                0 | 1 if round % 2 == 0 => {
                    open.insert(number);
                    changes.push(put(number));
                }
                2 => {
                    open.remove(&number);
                    changes.push(JobChange::Remove(numbered(number).id));
                }
                _ => {}
            }
        }
        // Some at once, as after a pause, and some alone.
        let alone = changes.split_off(changes.len() - 20);
        kept.apply(setting(), changes);
        for change in alone {
            kept.apply(setting(), [change]);
        }
        let anew = jobs(open.iter().map(|number| put(*number)));
        assert_eq!(kept.len(), open.len());
        for letter in 1..4 {
            let found = |jobs: &Jobs| jobs.rank(setting(), &person(letter), &mut Space::default());
            assert_eq!(found(&kept), found(&anew), "round {round}");
        }
    }
}
