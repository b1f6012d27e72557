use hanse_matching::Space;
use hanse_matching::jobs::{JobChange, Jobs};
use hanse_matching::model::{Job, Need};
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
                .map(|(letter, _)| Need { concept: skill(letter), must: number % 2 == 0 })
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
