use hanse_matching::Space;
use hanse_matching::index::{Change, Index};
use hanse_matching::model::Freelancer;
use hanse_matching::query::Query;
use hanse_matching::rank::{Ranked, exhaustive, merge, order, place_with};

use crate::support::{TAXONOMY, TITLES, held, hourly, job, person, setting};

/// 200 people with a share of the skills each, ids spread.
fn crowd() -> Vec<Freelancer> {
    (0..200_u32)
        .map(|number| {
            let mut it = person(1);
            it.id[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
            it.skills = [held('a', 0), held('c', 1), held('b', 2), held('e', 3)]
                .into_iter()
                .zip(0..)
                .filter(|(_, bit)| number >> bit & 1 == 1)
                .map(|(held, _)| held)
                .collect();
            it.price = hourly(None, 4_000 + u64::from(number) * 10);
            it.headline =
                ["Baker", "Software developer", "Database administrator"][number as usize % 3].to_owned();
            it
        })
        .collect()
}

fn index(changes: impl IntoIterator<Item = Change>) -> Index {
    let mut index = Index::default();
    index.apply(&TAXONOMY, &TITLES, changes);
    index
}

fn put(people: &[Freelancer]) -> impl Iterator<Item = Change> {
    people.iter().map(|it| Change::Put(Box::new(it.clone())))
}

fn ids(ranking: &[Ranked]) -> Vec<[u8; 32]> {
    ranking.iter().map(|it| it.id).collect()
}

fn found(index: &Index) -> Vec<Ranked> {
    let job = job();
    index.rank(&Query::new(&job, setting()), &mut Space::default())
}

#[test]
fn the_index_ranks_as_ranking_everybody_does() {
    let people = crowd();
    let job = job();
    let query = Query::new(&job, setting());
    let everybody = exhaustive(&query, people.iter());
    let found = found(&index(put(&people)));
    // Who shares nothing with the job is not found; nobody else is missing, and all are the same to the last bit.
    let sharing: Vec<&Ranked> =
        everybody.iter().filter(|it| found.iter().any(|other| other.id == it.id)).collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), sharing);
    assert_eq!(ids(&found[..20]), ids(&everybody[..20]));
}

#[test]
fn how_the_index_came_about_does_not_matter() {
    let people = crowd();
    let whole = found(&index(put(&people)));
    let mut shuffled = people.clone();
    shuffled.sort_by_key(|it| it.id[3].wrapping_mul(31) ^ it.id[2]);
    let mut one_by_one = Index::default();
    for it in &shuffled {
        let mut outdated = it.clone();
        outdated.skills.clear();
        one_by_one.apply(&TAXONOMY, &TITLES, [Change::Put(Box::new(outdated))]);
        one_by_one.apply(&TAXONOMY, &TITLES, [Change::Put(Box::new(it.clone()))]);
    }
    assert_eq!(found(&one_by_one), whole);
    assert_eq!(one_by_one.len(), people.len());
}

#[test]
fn a_change_is_found_at_once_and_who_leaves_is_gone() {
    let people = crowd();
    let mut index = index(put(&people));
    let new = person(250);
    index.apply(&TAXONOMY, &TITLES, [Change::Put(Box::new(new.clone()))]);
    assert!(ids(&found(&index)).contains(&new.id));
    assert!(index.get(&new.id).is_some());
    index.apply(&TAXONOMY, &TITLES, [Change::Remove(new.id), Change::Remove([9; 32])]);
    assert!(!ids(&found(&index)).contains(&new.id));
    assert!(index.get(&new.id).is_none());
    assert_eq!(index.len(), people.len());
}

#[test]
fn of_one_person_the_last_change_counts() {
    let twice = [Change::Put(Box::new(person(3))), Change::Remove([3; 32])];
    assert!(index(twice).is_empty());
}

#[test]
fn several_nodes_answer_as_one() {
    let people = crowd();
    let job = job();
    let query = Query::new(&job, setting());
    let parts: Vec<Vec<Ranked>> = people
        .chunks(67)
        .map(|part| {
            let mut top = index(put(part)).rank(&query, &mut Space::default());
            top.truncate(50);
            // A peer's own order and its idea of a score do not count.
            top.reverse();
            top.iter_mut().for_each(|it| it.score.h = 1.0);
            top
        })
        .collect();
    let merged = merge(&query, parts);
    assert_eq!(merged[..20], found(&index(put(&people)))[..20]);
}

#[test]
fn equals_stand_in_an_order_that_the_job_decides() {
    let people: Vec<Freelancer> = (1..9).map(person).collect();
    let order_of = |id: u8| {
        let mut job = job();
        job.id = [id; 32];
        let query = Query::new(&job, setting());
        let mut ranked = exhaustive(&query, people.iter());
        let first = ids(&ranked);
        ranked.reverse();
        order(&query, &mut ranked);
        assert_eq!(ids(&ranked), first);
        for (it, place) in ranked.iter().zip(1..) {
            assert_eq!(place_with(&query, &ranked, &it.id, it.score.h), place, "told as it is shown");
        }
        first
    };
    assert_ne!(order_of(1), order_of(2), "nobody is always first");
}

/// Whoever rewrites their profile all day leaves nothing behind.
#[test]
fn what_nobody_has_any_more_is_let_go_of() {
    let people = crowd();
    let mut index = index(put(&people));
    let before = found(&index);
    for edit in 0..100 {
        let edited = people.iter().take(40).cloned().map(|mut it| {
            it.headline = format!("{} {edit}", it.headline);
            Change::Put(Box::new(it))
        });
        index.apply(&TAXONOMY, &TITLES, edited);
    }
    let (held, titles) = index.held();
    assert!(held <= 2 * people.len(), "{held}");
    assert!(titles <= 2 * held + 1_024, "{titles} titles of {held} people");
    index.apply(&TAXONOMY, &TITLES, put(&people));
    assert_eq!((found(&index), index.len()), (before, people.len()));
    index.apply(&TAXONOMY, &TITLES, people.iter().map(|it| Change::Remove(it.id)));
    assert_eq!(index.held().0, 0);
}
