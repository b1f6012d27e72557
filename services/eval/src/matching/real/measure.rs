//! What lists are worth to the clients of the judged ads.

use std::collections::BTreeMap;

use serde::Serialize;

use super::set::Grades;
use crate::matching::synthetic::Dice;

/// The places that a client looks at.
const PLACES: usize = 5;
/// From these means of two judges on somebody is good, or acceptable.
const GOOD: f64 = 1.5;
const ACCEPTABLE: f64 = 0.5;
/// Draws of the bootstrap, and its seed.
const DRAWS: usize = 2_000;
const SEED: u64 = 20_261_130;

/// The lists of one method, by ad: people, the best first.
pub(crate) type Lists = BTreeMap<String, Vec<String>>;

/// What the lists of one method are worth, over the ads of one half that fit somebody.
#[derive(Debug, Serialize)]
pub(crate) struct Worth {
    pub(crate) ads: usize,
    /// With linear gains, and the 95 % interval of its mean.
    pub(crate) ndcg_5: f64,
    pub(crate) interval: (f64, f64),
    /// Of the ads that somebody good fits: the share whose first place is good.
    pub(crate) first_good: f64,
    /// Of all ads that fit somebody: the share whose first place is neither good nor acceptable.
    pub(crate) first_bad: f64,
    /// The share of the five places that somebody bad stands at, and that nobody stands at.
    pub(crate) bad: f64,
    pub(crate) empty: f64,
    /// People listed in the first five places of an ad that fits nobody.
    pub(crate) for_nobody: f64,
}

impl Worth {
    /// Of the lists of these ads.
    pub(crate) fn of(lists: &Lists, grades: &Grades, ads: &[&str]) -> Self {
        let (fitting, others): (Vec<&str>, Vec<&str>) = ads.iter().partition(|ad| grades.contains_key(**ad));
        let mut gains = Vec::with_capacity(fitting.len());
        let (mut with_good, mut first_good, mut first_bad) = (0_u32, 0_u32, 0_u32);
        let (mut bad, mut empty) = (0_usize, 0_usize);
        for ad in &fitting {
            let Some(of_ad) = grades.get(*ad) else { continue };
            let shown: Vec<f64> =
                shown(lists, ad).map(|person| of_ad.get(person).copied().unwrap_or(0.0)).collect();
            gains.push(ndcg(&shown, of_ad));
            let first = shown.first().copied();
            with_good += u32::from(of_ad.values().any(|grade| *grade >= GOOD));
            first_good += u32::from(first.is_some_and(|grade| grade >= GOOD));
            first_bad += u32::from(first.is_some_and(|grade| grade < ACCEPTABLE));
            bad += shown.iter().filter(|grade| **grade < ACCEPTABLE).count();
            empty += PLACES.saturating_sub(shown.len());
        }
        let ads = fitting.len().max(1) as f64;
        let listed: usize = others.iter().map(|ad| shown(lists, ad).count()).sum();
        Self {
            ads: fitting.len(),
            ndcg_5: gains.iter().sum::<f64>() / ads,
            interval: interval(&gains),
            first_good: f64::from(first_good) / f64::from(with_good.max(1)),
            first_bad: f64::from(first_bad) / ads,
            bad: bad as f64 / (ads * PLACES as f64),
            empty: empty as f64 / (ads * PLACES as f64),
            for_nobody: listed as f64 / others.len().max(1) as f64,
        }
    }
}

fn shown<'l>(lists: &'l Lists, ad: &str) -> impl Iterator<Item = &'l String> {
    lists.get(ad).into_iter().flatten().take(PLACES)
}

fn ndcg(shown: &[f64], grades: &BTreeMap<String, f64>) -> f64 {
    let discounted = |gains: &[f64]| -> f64 {
        gains.iter().take(PLACES).zip(2_u32..).map(|(gain, rank)| gain / f64::from(rank).log2()).sum()
    };
    let mut ideal: Vec<f64> = grades.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best = discounted(&ideal);
    if best > 0.0 { discounted(shown) / best } else { 0.0 }
}

/// The middle 95 % of the means of samples as large as the whole, drawn with replacement.
fn interval(values: &[f64]) -> (f64, f64) {
    let Ok(count) = u32::try_from(values.len()) else { return (0.0, 0.0) };
    let mut dice = Dice(SEED);
    let mut means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let drawn = (0..count).filter_map(|_| values.get(dice.below(count) as usize));
            drawn.sum::<f64>() / f64::from(count.max(1))
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |share: usize| means.get(DRAWS * share / 1_000).copied().unwrap_or(0.0);
    (at(25), at(975))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let grades =
            Grades::from([("x".to_owned(), BTreeMap::from([("a".to_owned(), 2.0), ("b".to_owned(), 1.0)]))]);
        let list = |people: &[&str]| people.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let lists = Lists::from([("x".to_owned(), list(&["c", "a"])), ("y".to_owned(), list(&["c"]))]);
        let worth = Worth::of(&lists, &grades, &["x", "y"]);
        let expected = (2.0 / 3.0_f64.log2()) / (2.0 + 1.0 / 3.0_f64.log2());
        assert!((worth.ndcg_5 - expected).abs() < 1e-12);
        assert_eq!((worth.ads, worth.first_good, worth.first_bad), (1, 0.0, 1.0));
        assert!((worth.bad - 0.2).abs() < 1e-12 && (worth.empty - 0.6).abs() < 1e-12);
        assert!((worth.for_nobody - 1.0).abs() < 1e-12);
        assert!((worth.interval.0 - expected).abs() < 1e-12, "one ad has no spread");
    }
}
