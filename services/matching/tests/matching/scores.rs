use hanse_matching::score::{FLOOR, Features, ONE, Score, UNSTATED, mean, millionths, points_lost};
use hanse_matching::side::{FACTORS, Row, Weights};
use proptest::prelude::*;

fn row() -> impl Strategy<Value = Row<Option<u32>>> {
    proptest::array::uniform7(proptest::option::of(0..=ONE))
}

/// Skill and words together: a fifth. Of words the text counts twice, and what is unstated counts as the floor, 0.02.
#[test]
fn who_fits() {
    for (client, fits) in [
        ([None, None, None], false),
        ([Some(179_999), None, None], false),
        ([Some(180_001), None, None], true),
        ([Some(0), Some(180_000), Some(180_000)], false),
        ([Some(20_001), Some(180_000), Some(180_000)], true),
        ([None, Some(200_001), Some(200_001)], true),
        ([None, Some(ONE), Some(80_000)], false),
        ([None, Some(ONE), Some(90_000)], true),
        ([None, Some(90_000), Some(ONE)], true),
    ] {
        let mut features = Features::default();
        features.client[..3].copy_from_slice(&client);
        assert_eq!(features.fit(), fits, "{client:?}");
    }
}

#[test]
fn known_means() {
    let weights = [50, 50, 0, 0, 0, 0, 0];
    let mut features = [None; FACTORS];
    assert_eq!(mean(&features, &weights), UNSTATED);
    features[0] = Some(ONE);
    features[1] = Some(ONE / 4);
    assert!((mean(&features, &weights) - 0.5).abs() < 1e-12, "the geometric mean of 1 and 1/4");
    features[1] = Some(0);
    assert!((mean(&features, &weights) - (f64::from(FLOOR) / f64::from(ONE)).sqrt()).abs() < 1e-12);
    features[1] = None;
    assert_eq!(mean(&features, &weights), 1.0, "what is unstated does not count");
}

#[test]
fn the_harmonic_mean_wants_both() {
    let features = Features { client: [Some(ONE); FACTORS], freelancer: [Some(ONE / 4); FACTORS] };
    let score = Score::of(&features, &Weights::DEFAULT);
    assert_eq!(score.u, 1.0);
    assert!((score.v - 0.25).abs() < 1e-12);
    assert!((score.h - 0.4).abs() < 1e-12);
}

#[test]
fn what_is_no_number_is_nothing() {
    assert_eq!([f64::NAN, -1.0, 2.0, f64::INFINITY].map(millionths), [0, 0, ONE, ONE]);
}

proptest! {
    #[test]
    fn points_add_up_exactly(features in row()) {
        let weights = Weights::DEFAULT.client;
        let stated = features.iter().any(Option::is_some);
        let lost: i64 = points_lost(&features, &weights).iter().sum();
        let expected = if stated { i64::from(ONE) - i64::from(millionths(mean(&features, &weights))) } else { 0 };
        prop_assert_eq!(lost, expected);
        prop_assert!(points_lost(&features, &weights).iter().all(|lost| *lost >= 0));
    }

    #[test]
    fn a_better_feature_never_lowers_a_score(features in row(), place in 0..FACTORS, better in 0..=ONE) {
        let mut other = features;
        if let Some(x) = features[place] {
            other[place] = Some(x.max(better));
            let weights = Weights::DEFAULT;
            for weights in [weights.client, weights.freelancer] {
                prop_assert!(mean(&other, &weights) >= mean(&features, &weights));
            }
        }
    }

    #[test]
    fn scores_stay_in_range(client in row(), freelancer in row()) {
        let score = Score::of(&Features { client, freelancer }, &Weights::DEFAULT);
        for value in [score.u, score.v, score.h] {
            prop_assert!((0.019_999..=1.0).contains(&value), "{}", value);
        }
        prop_assert!(score.h <= score.u.max(score.v) && score.h >= score.u.min(score.v) - 1e-15);
    }
}
