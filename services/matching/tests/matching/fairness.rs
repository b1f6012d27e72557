use hanse_matching::fair::{self, Attention, BOUND, NEWCOMER_PLACES, Placement, attention, eligible};
use hanse_matching::rank::Ranked;
use hanse_matching::score::{Features, ONE};
use hanse_matching::side::{FACTORS, Weights};
use proptest::prelude::*;

/// A ranking whose factors all are these, best first; completed 9 contracts each.
fn ranking(values: impl IntoIterator<Item = u32>) -> Vec<Ranked> {
    let ranked = |(x, id): (u32, u8)| {
        let features = Features { client: [Some(x); FACTORS], freelancer: [Some(x); FACTORS] };
        Ranked::new([id; 32], features, 9, &Weights::DEFAULT)
    };
    values.into_iter().zip(0..).map(ranked).collect()
}

#[test]
fn without_a_past_the_order_is_the_ranking() {
    let ranking = ranking((0..30).map(|it| ONE - it * 1_000));
    let shown = Attention::default().arrange(&ranking, 20);
    assert_eq!(shown.len(), 20);
    assert!(
        shown
            .iter()
            .zip(&ranking)
            .all(|(shown, ranked)| shown.ranked == *ranked && shown.placement.is_none())
    );
}

#[test]
fn people_about_as_good_take_turns_and_it_says_so() {
    let ranking = ranking([ONE - 1, ONE - 2]);
    let mut past = Attention::default();
    let first = past.arrange(&ranking, 2);
    past.count(&ranking, &first);
    let second = past.arrange(&ranking, 2);
    assert_eq!(second[0].ranked, ranking[1]);
    assert_eq!(second[0].placement, Some(Placement::Attention { moved: 1 }));
    assert_eq!(second[1].placement, Some(Placement::Attention { moved: -1 }));
}

#[test]
fn attention_fades_by_half_in_thirty_days() {
    let ranking = ranking([ONE - 1, ONE - 2]);
    let mut past = Attention::default();
    let shown = past.arrange(&ranking, 2);
    past.count(&ranking, &shown);
    past.fade(3_000);
    assert_eq!(past.arrange(&ranking, 2)[0].ranked, ranking[0], "after years nobody remembers");
    assert!((attention(1) - 1.0).abs() < 1e-12 && (attention(3) - 0.5).abs() < 1e-12);
}

#[test]
fn what_was_counted_elsewhere_is_taken_over_as_it_has_faded_since() {
    let (ada, bob) = ([1; 32], [2; 32]);
    let mut past = Attention::on(100);
    past.credit(ada, 70, 2.0, 4.0);
    past.credit(bob, 100, 2.0, 4.0);
    assert_eq!(past.counted().collect::<Vec<_>>(), [(ada, 1.0, 2.0), (bob, 2.0, 4.0)], "half in thirty days");
    past.credit(ada, 40, 4.0, 8.0);
    past.credit(bob, 101, 1.0, 0.0);
    assert_eq!(
        past.counted().collect::<Vec<_>>(),
        [(ada, 2.0, 4.0), (bob, 3.0, 4.0)],
        "added to what was there, and whole where the other clock runs ahead"
    );
}

#[test]
fn what_has_faded_to_a_millionth_is_forgotten_and_nothing_sooner() {
    let (ada, bob, cid) = ([1; 32], [2; 32], [3; 32]);
    let mut past = Attention::on(0);
    past.credit(ada, 0, 4e-6, 2e-6);
    past.credit(bob, 0, 2e-6, 0.0);
    past.credit(cid, 0, 0.0, 3e-6);
    past.fade(0);
    assert_eq!(past.counted().count(), 3, "of the same day");
    past.fade(30);
    let kept: Vec<_> = past.counted().collect();
    assert_eq!(kept, [(ada, 2e-6, 1e-6), (cid, 0.0, 1.5e-6)]);
    past.fade(10);
    assert_eq!(past.counted().collect::<Vec<_>>(), kept, "an earlier day changes nothing");
    past.fade(30);
    assert_eq!(past.counted().collect::<Vec<_>>(), kept, "and is not the day from now on");
}

/// A ranking of sixty, half a point apart; those at these places (from 0) are new.
fn with_new(new: impl IntoIterator<Item = usize>) -> Vec<Ranked> {
    let mut ranking = ranking((0..60).map(|it| ONE - it * 5_000));
    for place in new {
        ranking[place].completed = 2;
    }
    ranking
}

fn is_new(shown: &fair::Shown) -> bool {
    matches!(shown.placement, Some(Placement::Newcomer { .. }))
}

#[test]
fn labelled_places_for_somebody_new() {
    let ranking = with_new([20, 25, 27]);
    let [first, second] = NEWCOMER_PLACES.map(|place| place - 1);
    let mut past = Attention::default();
    let shown = past.arrange(&ranking, 20);
    assert_eq!(shown.len(), 20);
    assert_eq!(shown[first].ranked.id, ranking[20].id);
    assert_eq!(shown[first].placement, Some(Placement::Newcomer { moved: 16 }));
    assert_eq!(shown[second].ranked.id, ranking[25].id);
    assert_eq!(shown[second].placement, Some(Placement::Newcomer { moved: 16 }));
    let others: Vec<_> = shown.iter().filter(|it| !is_new(it)).collect();
    assert!(others.iter().zip(&ranking).all(|(it, ranked)| it.ranked == *ranked && it.placement.is_none()));
    past.count(&ranking, &shown);
    let next = past.arrange(&ranking, 20);
    assert_eq!(next[first].ranked.id, ranking[27].id, "who was seen least is next");
    assert_eq!(next[second].ranked.id, ranking[25].id);
}

#[test]
fn a_short_page_has_fewer_labelled_places() {
    let ranking = with_new([20, 25]);
    let labelled =
        |length| Attention::default().arrange(&ranking, length).iter().filter(|it| is_new(it)).count();
    assert_eq!([4, 5, 9, 10].map(labelled), [0, 1, 1, 2]);
}

#[test]
fn newcomers_whom_the_order_shows_need_no_label_and_the_last_places_move_nobody() {
    let shown = Attention::default().arrange(&with_new([2]), 10);
    assert!(shown.iter().all(|it| it.placement.is_none()));
    // The ninth would have to make room for the places of others: it takes one itself, and nobody else has moved.
    let ranking = with_new([8]);
    let shown = Attention::default().arrange(&ranking, 10);
    assert_eq!(shown[4].ranked.id, ranking[8].id);
    assert_eq!(shown[4].placement, Some(Placement::Newcomer { moved: 4 }));
    assert!(shown.iter().filter(|it| !is_new(it)).all(|it| it.placement.is_none()));
    assert_eq!(shown[9].ranked.id, ranking[9].id);
}

#[test]
fn newcomers_are_held_to_the_bound_and_need_the_skill() {
    let lifted = |ranking: &[Ranked]| Attention::default().arrange(ranking, 10).iter().any(is_new);
    let bound = eligible(&with_new([]));
    assert!(lifted(&with_new([bound - 1])) && !lifted(&with_new([bound])));
    let mut ranking = with_new([20]);
    let tenth = ranking[9].features.client[0].unwrap();
    ranking[20].features.client[0] = Some(tenth * 6 / 10);
    assert!(lifted(&ranking));
    ranking[20].features.client[0] = Some(tenth * 6 / 10 - 1);
    assert!(!lifted(&ranking));
}

#[test]
fn an_empty_ranking_shows_nobody() {
    assert_eq!(Attention::default().arrange(&[], 10), []);
    assert_eq!(eligible(&[]), 0);
}

proptest! {
    #[test]
    fn nobody_is_lifted_beyond_the_bound(
        mut values in proptest::collection::vec(20_000..ONE, 1..60), new in proptest::collection::vec(0..60_usize, 0..20), days in proptest::collection::vec(0..40_u32, 0..12),
    ) {
        values.sort_unstable_by(|a, b| b.cmp(a));
        let mut ranking = ranking(values);
        for place in new {
            if let Some(ranked) = ranking.get_mut(place) {
                ranked.completed = 0;
            }
        }
        let mut past = Attention::default();
        let mut day = 0;
        for step in days {
            day += step;
            past.fade(day);
            let shown = past.arrange(&ranking, 10);
            past.count(&ranking, &shown);
            let tenth = ranking[9.min(ranking.len() - 1)].score.h;
            prop_assert!(shown.iter().all(|it| it.ranked.score.h >= (1.0 - BOUND) * tenth));
            let mut ids: Vec<_> = shown.iter().map(|it| it.ranked.id).collect();
            ids.sort_unstable();
            ids.dedup();
            prop_assert_eq!(ids.len(), 10.min(ranking.len()));
        }
    }
}
