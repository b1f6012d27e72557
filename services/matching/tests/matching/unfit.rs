//! Whoever has nothing of what is needed is in no list, whichever way it is made, and is told so.

use hanse_matching::Space;
use hanse_matching::explain::{Change as Tried, WhyNot, why_not};
use hanse_matching::index::{Change, Index};
use hanse_matching::jobs::{JobChange, Jobs};
use hanse_matching::model::{Freelancer, Job};
use hanse_matching::query::Query;
use hanse_matching::rank::{Ranked, exhaustive, merge};
use hanse_matching::sentence;
use hanse_matching::text::TextLanguage;
use proptest::prelude::*;

use crate::support::{TAXONOMY, TITLES, held, hourly, job, person, setting, skill, worded};

fn someone(id: u8, headline: &str, skills: &str) -> Freelancer {
    let skills = skills.chars().zip(0..).map(|(letter, line)| held(letter, line)).collect();
    worded(Freelancer { headline: headline.to_owned(), skills, ..person(id) }, "")
}

fn index(people: &[Freelancer]) -> Index {
    let mut index = Index::default();
    index.apply(&TAXONOMY, &TITLES, people.iter().map(|it| Change::Put(Box::new(it.clone()))));
    index
}

fn found(people: &[Freelancer], query: &Query<'_>) -> Vec<Ranked> {
    index(people).rank_more(query, &mut Space::default(), usize::MAX)
}

/// Whether the job is among the jobs for a person.
fn recommended(job: &Job, person: &Freelancer) -> bool {
    let mut jobs = Jobs::default();
    jobs.apply(setting(), [JobChange::Put(Box::new(job.clone()))]);
    !jobs.rank(setting(), person, &mut Space::default()).is_empty()
}

#[test]
fn neither_skill_nor_trade_is_in_no_list() {
    let job = job();
    let query = Query::new(&job, setting());
    for (person, fits) in [
        (someone(1, "Software developer", "ac"), true),
        (someone(2, "Baker", "a"), true),
        (someone(3, "Baker", "b"), true),
        (someone(4, "Baker", "d"), false),
        (someone(10, "Baker", "db"), true),
        (someone(5, "Backend developer", "e"), true),
        (someone(6, "Backend developer", ""), true),
        (someone(7, "Baker", "e"), false),
        (someone(8, "Baker", ""), false),
        (someone(9, "", "e"), false),
    ] {
        let people = [person];
        let [person] = &people;
        let (by_all, features) = (exhaustive(&query, people.iter()), query.features(person));
        assert_eq!(features.fit(), fits, "{person:?} {features:?}");
        assert_eq!(!by_all.is_empty(), fits, "{person:?}");
        assert!(fits || found(&people, &query).is_empty());
        assert!(fits || !recommended(&job, person));
        // Another node may send them, and may even believe that they fit: what counts is what is computed here.
        let sent = Ranked::new(person.id, features, 0, query.weights());
        assert_eq!(!merge(&query, vec![vec![sent]]).is_empty(), fits);
    }
}

/// What the index finds somebody by, as letters that two trades share, brings them before the ranking and not into the list.
#[test]
fn who_was_found_still_has_to_fit() {
    let people = [someone(1, "Baker", "e")];
    let of_bread = Job { needs: vec![skill('e')], ..job() };
    assert_eq!(found(&people, &Query::new(&of_bread, setting())).len(), 1);
    assert!(found(&people, &Query::new(&job(), setting())).is_empty());
    assert!(recommended(&of_bread, &people[0]) && !recommended(&job(), &people[0]));
}

#[test]
fn they_are_told_why_and_what_would_change_it() {
    let job = job();
    let query = Query::new(&job, setting());
    let ranking = exhaustive(&query, [person(1), person(2)].iter());
    let baker = Freelancer { price: hourly(None, 9_000), ..someone(9, "Baker", "e") };
    let answer = why_not(&query, &ranking, &baker);
    let WhyNot::Unfit(explanation) = &answer else { panic!("{answer:?}") };
    assert!(explanation.holds());
    assert_eq!(explanation.rank, 3, "where they would stand if they were listed");
    assert!(explanation.what_if.iter().all(|it| matches!(it.change, Tried::Skill { .. })), "{explanation:?}");
    assert_eq!(
        sentence::why_not(&answer, TextLanguage::English)[..2],
        [
            "Not listed: your profile lacks Rust, SQL, and it has too few of the job's words.",
            "With \u{201c}Rust\u{201d} it would be place 3."
        ]
    );
    assert_eq!(
        sentence::why_not(&answer, TextLanguage::French)[..2],
        [
            "Hors de la liste : il manque à votre profil Rust, langage SQL, et il a trop peu des mots de la mission.",
            "Avec « Rust », ce serait le rang 3."
        ]
    );
}

fn crowd() -> impl Strategy<Value = Vec<Freelancer>> {
    let headline =
        prop::sample::select(vec!["", "Baker", "Software developer", "Backend baker", "Boulanger"]);
    let skills = prop::sample::subsequence(vec!['a', 'b', 'c', 'd', 'e'], 0..4);
    prop::collection::vec((headline, skills), 1..40).prop_map(|people| {
        let one = |((headline, skills), id): ((&str, Vec<char>), u8)| {
            someone(id, headline, &skills.into_iter().collect::<String>())
        };
        people.into_iter().zip(1..).map(one).collect()
    })
}

proptest! {
    /// One index, several merged, and everybody one by one: the same people with the same scores, all of whom fit; and whoever
    /// is not among them is told that they do not. The other direction draws the same line.
    #[test]
    fn every_list_draws_the_same_line(people in crowd(), needs in prop::sample::subsequence(vec!['a', 'c', 'd', 'e'], 0..3), cut in 0_usize..40) {
        let needs = needs.into_iter().map(skill).collect();
        let job = Job { needs, ..job() };
        let query = Query::new(&job, setting());
        let everybody = exhaustive(&query, people.iter());
        prop_assert!(everybody.iter().all(|it| it.features.fit()));
        let whole = found(&people, &query);
        prop_assert!(whole.iter().all(|it| everybody.contains(it)));
        let (here, there) = people.split_at(cut.min(people.len()));
        prop_assert_eq!(&merge(&query, vec![found(here, &query), found(there, &query)]), &whole);
        for person in &people {
            let listed = everybody.iter().any(|it| it.id == person.id);
            let told = why_not(&query, &everybody, person);
            prop_assert_eq!(matches!(told, WhyNot::Ranked(_)), listed);
            prop_assert_eq!(matches!(told, WhyNot::Unfit(_)), !listed);
            let found = whole.iter().any(|it| it.id == person.id);
            prop_assert_eq!(recommended(&job, person), found);
        }
    }
}
