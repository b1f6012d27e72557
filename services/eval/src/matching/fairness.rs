//! What bounded fairness does to a synthetic market: who is seen, and at what price.

use std::collections::BTreeMap;

use hanse_matching::Space;
use hanse_matching::fair::{self, Attention, NEWCOMER_CONTRACTS, NEWCOMER_PLACES, Placement, Shown};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::Ranked;
use serde::Serialize;

use super::latency::build;
use super::synthetic::{Dice, Maker};

/// The length of a shown list.
const PAGE: usize = 10;
/// Jobs of one day; attention fades from day to day.
const JOBS_A_DAY: usize = 100;

/// How attention was shared out.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Shares {
    /// The sum of scores, each weighted by its place.
    utility: f64,
    /// What the most seen hundredth of all people got of all attention.
    top_hundredth: f64,
    /// What people with fewer than three contracts got.
    newcomers: f64,
    /// How many people were seen at all.
    reached: usize,
}

/// The plain order and the fair one, and the fair one against it.
#[derive(Debug, Serialize)]
pub(crate) struct Fairness {
    seed: u64,
    people: usize,
    jobs: usize,
    plain: Shares,
    fair: Shares,
    utility_ratio: f64,
    top_hundredth_ratio: f64,
    newcomers_ratio: f64,
    /// Their share of all attention in plain order.
    newcomers_plain: f64,
    /// How many of the labelled places somebody stood at.
    filled: f64,
    /// Shown below the bound: must be 0.
    out_of_bound: usize,
}

impl Fairness {
    pub(crate) fn line(&self) -> String {
        format!(
            "fairness, seed {}, {} people, {} jobs: utility {:.3} (>= 0.985), top 1 % {:.3} of plain (<= 0.75), newcomers {:.2} times their {:.3} in plain order (>= 1.4), \
             places for newcomers filled {:.2}, reached {} instead of {}, out of bound {}",
            self.seed,
            self.people,
            self.jobs,
            self.utility_ratio,
            self.top_hundredth_ratio,
            self.newcomers_ratio,
            self.newcomers_plain,
            self.filled,
            self.fair.reached,
            self.plain.reached,
            self.out_of_bound
        )
    }
}

#[derive(Debug, Default)]
struct Tally {
    utility: f64,
    newcomers: f64,
    total: f64,
    by_person: BTreeMap<[u8; 32], f64>,
}

impl Tally {
    fn add<'r>(&mut self, shown: impl Iterator<Item = &'r Ranked>) {
        for (place, ranked) in (1_usize..).zip(shown) {
            let attention = fair::attention(place);
            self.utility += attention * ranked.score.h;
            self.total += attention;
            if ranked.completed < NEWCOMER_CONTRACTS {
                self.newcomers += attention;
            }
            *self.by_person.entry(ranked.id).or_default() += attention;
        }
    }

    fn shares(self, people: usize) -> Shares {
        let reached = self.by_person.len();
        let mut seen: Vec<f64> = self.by_person.into_values().collect();
        seen.sort_by(|a, b| b.total_cmp(a));
        let top: f64 = seen.iter().take(people / 100).sum();
        Shares {
            utility: self.utility / self.total,
            top_hundredth: top / self.total,
            newcomers: self.newcomers / self.total,
            reached,
        }
    }
}

pub(crate) fn measure(setting: Setting<'_>, seed: u64, (people, jobs): (usize, usize)) -> Fairness {
    let maker = Maker::dense(setting.taxonomy);
    let mut dice = Dice(seed);
    let (index, _) = build(&setting, &maker, &mut dice, people);
    let mut space = Space::default();
    let mut attention = Attention::default();
    let (mut plain, mut fair) = (Tally::default(), Tally::default());
    let (mut out_of_bound, mut filled) = (0, 0_usize);
    for (number, job) in (0..jobs).filter_map(|_| maker.job(&mut dice)).enumerate() {
        attention.fade(u32::try_from(number / JOBS_A_DAY).unwrap_or(0));
        let query = Query::new(&job, setting);
        let ranking = index.rank(&query, &mut space);
        let shown = attention.arrange(&ranking, PAGE);
        attention.count(&ranking, &shown);
        out_of_bound += outside(&ranking, &shown);
        filled += shown.iter().filter(|shown| is_newcomer(shown)).count();
        plain.add(ranking.iter().take(PAGE));
        fair.add(shown.iter().map(|shown| &shown.ranked));
    }
    let (plain, fair) = (plain.shares(people), fair.shares(people));
    Fairness {
        seed,
        people,
        jobs,
        utility_ratio: fair.utility / plain.utility,
        top_hundredth_ratio: fair.top_hundredth / plain.top_hundredth,
        newcomers_ratio: fair.newcomers / plain.newcomers,
        newcomers_plain: plain.newcomers,
        plain,
        fair,
        filled: filled as f64 / (jobs * NEWCOMER_PLACES.len()) as f64,
        out_of_bound,
    }
}

const fn is_newcomer(shown: &Shown) -> bool {
    matches!(shown.placement, Some(Placement::Newcomer { .. }))
}

fn outside(ranking: &[Ranked], shown: &[Shown]) -> usize {
    let measure = ranking.get(PAGE - 1).or(ranking.last()).map_or(0.0, |ranked| ranked.score.h);
    shown.iter().filter(|shown| shown.ranked.score.h < (1.0 - fair::BOUND) * measure).count()
}
