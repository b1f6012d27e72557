//! Attention for everybody about as good, and labelled places for somebody new. Both are bounded: nobody who is more than a
//! tenth worse than the tenth is lifted by either.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rank::Ranked;
use crate::side::Factor;

/// How much worse than the tenth somebody may be who is lifted.
pub const BOUND: f64 = 0.10;
/// The place whose score the bound is measured from.
const MEASURE: usize = 10;
/// The places for somebody new, from 1: two in ten, because one cannot give newcomers one and a half times the attention of the plain
/// order. A page that is too short for a place does not have it.
pub const NEWCOMER_PLACES: [usize; 2] = [5, 10];
/// Fewer completed contracts than this is new.
pub const NEWCOMER_CONTRACTS: u32 = 3;
/// The share of the tenth's skill that a newcomer needs. Measured from the tenth and not from 1, because nobody vouches for the skills
/// of somebody new, and because many jobs ask for more than anybody has.
pub const NEWCOMER_SKILL: f64 = 0.6;
/// Days after which attention counts half.
pub const HALF_LIFE_DAYS: f64 = 30.0;
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
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Placement {
    /// Moved by attention got or missed: places up (positive) or down.
    Attention {
        /// By how many places.
        moved: i32,
    },
    /// A place for somebody new.
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

/// Whom the bound is measured from.
fn measure(ranking: &[Ranked]) -> Option<&Ranked> {
    ranking.get(MEASURE - 1).or(ranking.last())
}

/// The number of people, from the top, whom fairness may order anew.
#[must_use]
pub fn eligible(ranking: &[Ranked]) -> usize {
    let least = measure(ranking).map_or(0.0, |ranked| (1.0 - BOUND) * ranked.score.h);
    ranking.partition_point(|ranked| ranked.score.h >= least)
}

fn skill(ranked: &Ranked) -> Option<u32> {
    ranked.features.client.get(Factor::Skill as usize).copied().flatten()
}

impl Attention {
    /// Nobody has been shown yet, as of a day.
    #[must_use]
    pub fn on(day: u32) -> Self {
        Self { day, accounts: BTreeMap::new() }
    }

    /// Takes over what somebody got and deserved elsewhere, as of a day; faded if that was earlier.
    pub fn credit(&mut self, id: [u8; 32], day: u32, got: f64, deserved: f64) {
        let factor = libm::exp2(-f64::from(self.day.saturating_sub(day)) / HALF_LIFE_DAYS);
        let account = self.accounts.entry(id).or_default();
        account.got += factor * got;
        account.deserved += factor * deserved;
    }

    /// What is counted: subject key, what was got, what was deserved; in the order of the keys.
    pub fn counted(&self) -> impl Iterator<Item = ([u8; 32], f64, f64)> {
        self.accounts.iter().map(|(id, account)| (*id, account.got, account.deserved))
    }

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
        let measured = measure(ranking).map_or(0.0, |ranked| ranked.score.h);
        let adjusted = |ranked: &Ranked| ranked.score.h + BOUND * measured * self.missing(&ranked.id);
        let mut order: Vec<(usize, f64)> =
            ranking.iter().take(bound).enumerate().map(|(place, ranked)| (place, adjusted(ranked))).collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let mut places: Vec<usize> =
            order.into_iter().map(|(place, _)| place).chain(bound..ranking.len()).collect();
        let room = length.min(ranking.len());
        let slots: Vec<usize> = NEWCOMER_PLACES.into_iter().filter(|slot| *slot <= room).collect();
        let sure = places.get(..room.saturating_sub(slots.len())).unwrap_or_default();
        let new = self.newcomers(ranking, sure, slots.len());
        places.retain(|place| !new.contains(place));
        for (slot, newcomer) in slots.iter().zip(&new) {
            places.insert(slot.saturating_sub(1).min(places.len()), *newcomer);
        }
        places.truncate(length);
        // Newcomers are not counted, neither where they are nor where they come from, so that who stands below has not moved by
        // attention.
        let above = |place: usize| new.iter().filter(|other| **other < place).count();
        let mut now = 0_i32;
        let show = |(shown, place): (usize, usize)| {
            let ranked = *ranking.get(place)?;
            if new.contains(&place) {
                let moved = signed(place).saturating_sub(signed(shown));
                return Some(Shown { ranked, placement: Some(Placement::Newcomer { moved }) });
            }
            let moved = signed(place.saturating_sub(above(place))).saturating_sub(now);
            now = now.saturating_add(1);
            Some(Shown { ranked, placement: (moved != 0).then_some(Placement::Attention { moved }) })
        };
        places.into_iter().enumerate().filter_map(show).collect()
    }

    /// Those of the new within the bound who have been shown least, have the skill, and are not shown anyway; at most `slots`.
    fn newcomers(&self, ranking: &[Ranked], shown: &[usize], slots: usize) -> Vec<usize> {
        let least = measure(ranking).and_then(skill).map_or(0.0, |skill| NEWCOMER_SKILL * f64::from(skill));
        // Where the job names no skill, nobody has the factor, and the bound alone decides.
        let able = |ranked: &Ranked| skill(ranked).is_none_or(|skill| f64::from(skill) >= least);
        let mut found: Vec<(usize, f64)> = ranking
            .iter()
            .enumerate()
            .take(eligible(ranking))
            .filter(|(_, ranked)| ranked.completed < NEWCOMER_CONTRACTS && able(ranked))
            .filter(|(place, _)| !shown.contains(place))
            .map(|(place, ranked)| (place, self.got(&ranked.id)))
            .collect();
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found.into_iter().take(slots).map(|(place, _)| place).collect()
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
