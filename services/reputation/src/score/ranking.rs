//! Several people in the eyes of one.

use std::cmp::Reverse;

use serde::Serialize;

use super::{Score, Standing};
use crate::ids::lot;

/// People in three lists that are never mixed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ranking {
    /// By lower bound, best first.
    pub ranked: Vec<Score>,
    /// Of whom something is known: by lot, since too little is known to put one before the other.
    pub little_known: Vec<Score>,
    /// Unknown from where the viewer stands: by lot.
    pub unknown: Vec<Score>,
}

/// Orders scores of one standpoint and epoch. Equals are ordered by lot, which nobody can buy and which the next epoch draws anew.
#[must_use]
pub fn rank(mut scores: Vec<Score>) -> Ranking {
    scores.sort_by_cached_key(|score| {
        let ranked = score.finding.standing == Standing::Ranked;
        let bound = score.finding.estimate.filter(|_| ranked).map(|estimate| Reverse(estimate.lower_bound));
        (bound, lot(&score.subject, score.standpoint.viewer(), score.epoch), score.subject)
    });
    let mut ranking = Ranking::default();
    for score in scores {
        match score.finding.standing {
            Standing::Ranked => ranking.ranked.push(score),
            Standing::LittleKnown => ranking.little_known.push(score),
            Standing::Unknown => ranking.unknown.push(score),
        }
    }
    ranking
}
