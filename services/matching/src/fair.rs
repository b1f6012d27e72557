//! Attention for everybody about as good, and a labelled place for somebody new. Both are bounded: nobody who is more than a
//! tenth worse than the tenth is lifted by it, except in the labelled place.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rank::Ranked;
use crate::side::Factor;

/// How much worse than the tenth somebody may be who is lifted.
pub const BOUND: f64 = 0.10;
/// The place whose score the bound is measured from.
const MEASURE: usize = 10;
/// The place of the newcomer, from 1.
pub const NEWCOMER_PLACE: usize = 5;
/// Fewer completed contracts than this is new.
pub const NEWCOMER_CONTRACTS: u32 = 3;
/// The skill that a newcomer needs, in millionths, and how far down they may come from.
const NEWCOMER_SKILL: u32 = 600_000;
const NEWCOMER_DEPTH: usize = 200;
/// Days after which attention counts half.
const HALF_LIFE_DAYS: f64 = 30.0;
/// Attention is deserved by the fourth power of the score, so that much better is much more.
const POWER: f64 = 4.0;

/// What a person got and what they deserved.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Account {
    got: f64,
    deserved: f64,
}

/// Who has been shown how much, as of a day.
#[derive(Clone, Debug, Default)]
pub struct Attention {
    day: u32,
    accounts: BTreeMap<[u8; 32], Account>,
}

/// Why somebody is shown where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Placement {
    /// Moved by attention got or missed: places up (positive) or down.
    Attention {
        /// By how many places.
        moved: i32,
    },
    /// The place for somebody new.
    Newcomer {
        /// By how many places up.
        moved: i32,
    },
}

/// One shown person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shown {
    /// The person and the score.
    pub ranked: Ranked,
    /// Why the place differs from the place by score, if it does.
    pub placement: Option<Placement>,
}

/// The attention of a place, from 1.
#[must_use]
pub fn attention(place: usize) -> f64 {
    1.0 / libm::log2(place as f64 + 1.0)
}

/// The number of people, from the top, whom fairness may order anew.
#[must_use]
pub fn eligible(ranking: &[Ranked]) -> usize {
    let measure = ranking.get(MEASURE - 1).or(ranking.last()).map_or(0.0, |ranked| ranked.score.h);
    ranking.partition_point(|ranked| ranked.score.h >= (1.0 - BOUND) * measure)
}

impl Attention {
    /// Lets what was counted fade until a day; an earlier day changes nothing.
    pub fn fade(&mut self, day: u32) {
        let days = day.saturating_sub(self.day);
        if days == 0 {
            return;
        }
        let factor = libm::exp2(-f64::from(days) / HALF_LIFE_DAYS);
        for account in self.accounts.values_mut() {
            account.got *= factor;
            account.deserved *= factor;
        }
        self.accounts.retain(|_, account| account.got + account.deserved > 1e-6);
        self.day = day;
    }

    fn missing(&self, id: &[u8; 32]) -> f64 {
        let account = self.accounts.get(id).copied().unwrap_or_default();
        (account.deserved - account.got).clamp(-1.0, 1.0)
    }

    fn got(&self, id: &[u8; 32]) -> f64 {
        self.accounts.get(id).map_or(0.0, |account| account.got)
    }

    /// The order to show, at most `length`, of a ranking in order of score.
    #[must_use]
    pub fn arrange(&self, ranking: &[Ranked], length: usize) -> Vec<Shown> {
        let bound = eligible(ranking);
        let measure = ranking.get(MEASURE - 1).or(ranking.last()).map_or(0.0, |ranked| ranked.score.h);
        let adjusted = |ranked: &Ranked| ranked.score.h + BOUND * measure * self.missing(&ranked.id);
        let mut order: Vec<(usize, f64)> =
            ranking.iter().take(bound).enumerate().map(|(place, ranked)| (place, adjusted(ranked))).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut places: Vec<usize> =
            order.into_iter().map(|(place, _)| place).chain(bound..ranking.len()).collect();
        places.truncate(length);
        let newcomer = self.newcomer(ranking, &places);
        if let Some(place) = newcomer.filter(|_| places.len() >= NEWCOMER_PLACE) {
            places.insert(NEWCOMER_PLACE - 1, place);
            places.truncate(length);
        }
        // The newcomer's place is not counted, so that who stands below it has not moved by attention.
        let mut now = 0_i32;
        let show = |place: usize| {
            let moved = signed(place).saturating_sub(now);
            let ranked = *ranking.get(place)?;
            if newcomer == Some(place) {
                return Some(Shown { ranked, placement: Some(Placement::Newcomer { moved }) });
            }
            now = now.saturating_add(1);
            Some(Shown { ranked, placement: (moved != 0).then_some(Placement::Attention { moved }) })
        };
        places.into_iter().filter_map(show).collect()
    }

    /// Who of the new has been shown least, is good enough, and is not shown anyway.
    fn newcomer(&self, ranking: &[Ranked], shown: &[usize]) -> Option<usize> {
        let good = |ranked: &Ranked| {
            let skill = ranked.features.client.get(Factor::Skill as usize).copied().flatten();
            ranked.completed < NEWCOMER_CONTRACTS && skill.is_some_and(|skill| skill >= NEWCOMER_SKILL)
        };
        ranking
            .iter()
            .enumerate()
            .take(NEWCOMER_DEPTH)
            .filter(|(place, ranked)| good(ranked) && !shown.contains(place))
            .min_by(|a, b| self.got(&a.1.id).total_cmp(&self.got(&b.1.id)).then(a.0.cmp(&b.0)))
            .map(|(place, _)| place)
    }

    /// Counts a list that somebody has been shown.
    pub fn count(&mut self, ranking: &[Ranked], shown: &[Shown]) {
        let mut total = 0.0;
        for (place, shown) in (1_usize..).zip(shown) {
            total += attention(place);
            self.accounts.entry(shown.ranked.id).or_default().got += attention(place);
        }
        let eligible = ranking.get(..eligible(ranking)).unwrap_or_default();
        let worth = |ranked: &Ranked| libm::pow(ranked.score.h, POWER);
        let whole: f64 = eligible.iter().map(worth).sum();
        for ranked in eligible.iter().filter(|_| whole > 0.0) {
            self.accounts.entry(ranked.id).or_default().deserved += total * worth(ranked) / whole;
        }
    }
}

fn signed(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}
