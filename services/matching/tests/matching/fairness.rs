use hanse_matching::fair::{Attention, BOUND, NEWCOMER_PLACE, Placement, attention, eligible};
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
fn one_labelled_place_for_somebody_new() {
    let mut ranking = ranking((0..60).map(|it| ONE - it * 5_000));
    ranking[40].completed = 0;
    ranking[50].completed = 2;
    let mut past = Attention::default();
    let shown = past.arrange(&ranking, 10);
    assert_eq!(shown.len(), 10);
    assert_eq!(shown[NEWCOMER_PLACE - 1].ranked.id, ranking[40].id);
    assert_eq!(shown[NEWCOMER_PLACE - 1].placement, Some(Placement::Newcomer { moved: 36 }));
    assert!(
        shown[NEWCOMER_PLACE..].iter().all(|it| it.placement.is_none()),
        "the others have not moved by attention"
    );
    past.count(&ranking, &shown);
    let next = past.arrange(&ranking, 10);
    assert_eq!(next[NEWCOMER_PLACE - 1].ranked.id, ranking[50].id, "who was seen least is next");
}

#[test]
fn newcomers_need_the_skill() {
    let mut ranking = ranking((0..60).map(|it| ONE - it * 5_000));
    ranking[40].completed = 0;
    ranking[40].features.client[0] = Some(599_999);
    assert!(Attention::default().arrange(&ranking, 10).iter().all(|it| it.ranked.completed > 0));
}

#[test]
fn an_empty_ranking_shows_nobody() {
    assert_eq!(Attention::default().arrange(&[], 10), []);
    assert_eq!(eligible(&[]), 0);
}

proptest! {
    #[test]
    fn nobody_is_lifted_beyond_the_bound(
        mut values in proptest::collection::vec(20_000..ONE, 1..60), days in proptest::collection::vec(0..40_u32, 0..12),
    ) {
        values.sort_unstable_by(|a, b| b.cmp(a));
        let ranking = ranking(values);
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
