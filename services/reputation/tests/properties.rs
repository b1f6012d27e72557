//! What holds for every graph.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

mod common;

use std::thread;

use common::{NOW, entry, graph, person, score};
use hanse_reputation::{
    Entry, Epoch, Fixed, Graph, Label, Loudness, Parameters, Score, Size, Standpoint, history, replay,
};
use proptest::prelude::*;

const PEOPLE: u8 = 10;

fn label() -> impl Strategy<Value = Label> {
    prop_oneof![
        1 => Just(Label::Broken),
        1 => Just(Label::Below),
        2 => Just(Label::AsAgreed),
        2 => Just(Label::Better),
        3 => Just(Label::AmongTheBest),
    ]
}

/// Entries among ten people, of different age and size.
fn log() -> impl Strategy<Value = Vec<Entry>> {
    let one = (0..PEOPLE, 1..PEOPLE, label(), 0_u32..80, any::<bool>());
    prop::collection::vec(one, 0..60).prop_map(|said| {
        let entries = said.into_iter().zip(0..).map(|((author, step, label, age, small), number)| Entry {
            epoch: Epoch(605 - age),
            size: if small { Size::Small } else { Size::Ordinary },
            ..entry(number, author, (author + step) % PEOPLE, label)
        });
        entries.collect()
    })
}

/// Narrow rows, so that ties and cuts happen among ten people.
fn narrow() -> Parameters {
    Parameters { edges_max: 2, ..Parameters::default() }
}

fn all(graph: &Graph) -> Vec<Score> {
    let pairs = (0..PEOPLE).flat_map(|viewer| (0..PEOPLE).map(move |subject| (viewer, subject)));
    pairs
        .filter(|(viewer, subject)| viewer != subject)
        .map(|(viewer, subject)| score(graph, viewer, subject))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_by_one_is_all_at_once(log in log(), wide in any::<bool>()) {
        let parameters = if wide { Parameters::default() } else { narrow() };
        let mut grown = Graph::new(parameters, NOW);
        for (place, entry) in log.iter().enumerate() {
            prop_assert!(grown.insert(entry).unwrap());
            let whole = Graph::build(parameters, NOW, log[..=place].iter().copied()).unwrap();
            if place % 8 == 0 {
                prop_assert_eq!(all(&grown), all(&whole));
            }
        }
        let whole = Graph::build(parameters, NOW, log.iter().copied()).unwrap();
        prop_assert_eq!(all(&grown), all(&whole));
    }

    #[test]
    fn what_others_say_needs_no_replay(log in log(), wide in any::<bool>(), last in 0_usize..12) {
        let parameters = if wide { Parameters::default() } else { narrow() };
        let (viewer, subject) = (person(0), person(1));
        let standpoint = Standpoint::own(viewer);
        let whole = history(parameters, NOW, &log, standpoint, &subject).unwrap().unwrap();
        let heard = Graph::build(parameters, NOW, log.iter().copied()).unwrap().heard(&viewer, &subject);
        let entries: Vec<Entry> =
            log.iter().filter(|entry| heard.contains(&entry.author)).copied().collect();
        let (earlier, later) = entries.split_at(entries.len().saturating_sub(last));
        let from = Graph::build(parameters, NOW, earlier.iter().copied()).unwrap();
        let told = replay(from, later, standpoint, &subject).unwrap().unwrap();
        let ids: Vec<_> = later.iter().map(|entry| entry.id).collect();
        let expected: Vec<_> = whole.into_iter().filter(|change| ids.contains(&change.entry)).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn a_sample_does_not_depend_on_the_order_of_the_log(log in log()) {
        let measure = |graph: &Graph| {
            let (sample, mut loudness) = (graph.sample(), Loudness::default());
            for (viewer, subject) in (0..40).filter_map(|number| sample.pair(number)) {
                loudness.add(&graph.explain(Standpoint::own(viewer), &subject).unwrap());
            }
            loudness.share(sample.raters())
        };
        let forwards = measure(&Graph::build(narrow(), NOW, log.iter().copied()).unwrap());
        prop_assert_eq!(forwards, measure(&Graph::build(narrow(), NOW, log.iter().rev().copied()).unwrap()));
        prop_assert!(forwards.loudest.is_none_or(|share| share <= Fixed::ONE));
    }

    #[test]
    fn an_epoch_reached_is_an_epoch_begun_in(log in log()) {
        let mut moved = Graph::build(narrow(), Epoch(560), log.iter().copied()).unwrap();
        moved.advance(NOW);
        let begun = Graph::build(narrow(), NOW, log.iter().copied()).unwrap();
        prop_assert_eq!(all(&moved), all(&begun));
    }

    #[test]
    fn order_and_repetition_do_not_matter((log, mixed) in log().prop_flat_map(|log| (Just(log.clone()), Just(log).prop_shuffle()))) {
        let twice = mixed.iter().chain(&log).copied();
        let (one, other) = (Graph::build(narrow(), NOW, log.clone()).unwrap(), Graph::build(narrow(), NOW, twice).unwrap());
        prop_assert_eq!(all(&one), all(&other));
        let own = Standpoint::own(person(0));
        prop_assert_eq!(one.explain(own, &person(1)).unwrap(), other.explain(own, &person(1)).unwrap());
    }

    #[test]
    fn reasons_add_up_exactly(log in log(), viewer in 0..PEOPLE, step in 1..PEOPLE) {
        let seen = graph(&log).explain(Standpoint::own(person(viewer)), &person((viewer + step) % PEOPLE)).unwrap();
        let found = seen.score.finding;
        let own = seen.own.as_ref();
        let sum = |part: fn(&hanse_reputation::Voice) -> Fixed| seen.voices.iter().map(part).sum::<Fixed>();
        prop_assert_eq!(found.good, sum(|voice| voice.good) + own.map(|own| own.good).unwrap_or_default());
        prop_assert_eq!(found.bad, sum(|voice| voice.bad) + own.map(|own| own.bad).unwrap_or_default());
        prop_assert_eq!(found.voices, sum(|voice| voice.amount) + own.map_or(Fixed::ZERO, |_| Fixed::ONE));
        for voice in &seen.voices {
            prop_assert!(voice.amount <= Fixed::ONE && !voice.entries.is_empty());
            prop_assert_eq!(voice.amount, voice.routes.iter().map(|route| route.amount).sum::<Fixed>());
            prop_assert!(voice.routes.iter().all(|route| !route.entries.is_empty()));
        }
    }

    #[test]
    fn a_contact_lends_at_most_one_voice(log in log(), viewer in 0..PEOPLE, step in 1..PEOPLE) {
        let seen = graph(&log).explain(Standpoint::own(person(viewer)), &person((viewer + step) % PEOPLE)).unwrap();
        for contact in 0..PEOPLE {
            let routes = seen.voices.iter().flat_map(|voice| &voice.routes);
            let lent: Fixed = routes.filter(|route| route.contact == person(contact)).map(|route| route.amount).sum();
            prop_assert!(lent <= Fixed::ONE);
        }
    }

    #[test]
    fn what_the_subject_says_changes_nothing(log in log(), about in 1..PEOPLE, what in label(), step in 2..PEOPLE) {
        let (subject, viewer) = (0, step);
        let before = score(&graph(&log), viewer, subject).finding;
        let mut more = log;
        more.push(entry(9_000, subject, about, what));
        prop_assert_eq!(before, score(&graph(&more), viewer, subject).finding);
    }

    #[test]
    fn who_does_not_reach_the_viewer_changes_nothing(log in log(), author in 0..PEOPLE, about in 0..PEOPLE, what in label()) {
        prop_assume!(author != about);
        let mut grown = Graph::build(narrow(), NOW, log.iter().copied()).unwrap();
        let before = all(&grown);
        grown.insert(&entry(9_000, author, about, what)).unwrap();
        for (before, after) in before.iter().zip(all(&grown)) {
            if !grown.reaches(before.standpoint.viewer(), &before.subject, &person(author)) {
                prop_assert_eq!(before, &after);
            }
        }
    }

    #[test]
    fn own_experience_moves_the_score_its_own_way(log in log(), subject in 1..PEOPLE) {
        let number = |log: &[Entry]| {
            let parameters = Parameters { known_from: Fixed::ZERO, ..Parameters::default() };
            score(&Graph::build(parameters, NOW, log.iter().copied()).unwrap(), 0, subject).finding.estimate.unwrap()
        };
        let before = number(&log);
        let with = |label| [log.clone(), vec![entry(9_000, 0, subject, label)]].concat();
        // The last digits of the fixed point may round the other way.
        let slack = Fixed::from_steps(1 << 10);
        prop_assert!(before.mean <= number(&with(Label::AmongTheBest)).mean + slack);
        prop_assert!(number(&with(Label::Broken)).mean <= before.mean + slack);
    }

    #[test]
    fn more_sybils_are_no_more_voices(log in log(), front in 1_u8..4, crowd in 1_u8..60, good in any::<bool>()) {
        // Person 1, a contact of 0, turns: whoever stands behind person 1 is one voice at most.
        let mut turned: Vec<Entry> = log.into_iter().filter(|entry| entry.author != person(1)).collect();
        turned.push(entry(8_000, 0, 1, Label::AmongTheBest));
        let label = if good { Label::AmongTheBest } else { Label::Broken };
        for (sybil, number) in (100..100 + crowd).zip(0_u32..) {
            let from = if sybil < 100 + front { 1 } else { 100 };
            turned.push(entry(10_000 + number, from, sybil, Label::AmongTheBest));
            turned.push(entry(20_000 + number, sybil, 99, label));
        }
        let found = score(&graph(&turned), 0, 99).finding;
        prop_assert!(found.voices <= Fixed::ONE);
        prop_assert_ne!(found.standing, hanse_reputation::Standing::Ranked);
    }
}

#[test]
fn threads_agree() {
    let said: Vec<Entry> = (0_u32..400)
        .map(|number| {
            let author = u8::try_from(number * 7 % 10).unwrap();
            let step = u8::try_from(number * 3 % 9).unwrap() + 1;
            entry(
                number,
                author,
                (author + step) % PEOPLE,
                if number % 5 == 0 { Label::Below } else { Label::Better },
            )
        })
        .collect();
    let expected = all(&graph(&said));
    let graph = &graph(&said);
    thread::scope(|scope| {
        let running: Vec<_> = (0..8).map(|_| scope.spawn(|| all(graph))).collect();
        for thread in running {
            assert_eq!(thread.join().unwrap(), expected);
        }
    });
}
