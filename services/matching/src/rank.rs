//! A ranking: who is shown in which order before fairness, with what it was computed from.

use crate::model::Freelancer;
use crate::pair::query::Query;
use crate::pair::score::{Features, Score};
use crate::side::Weights;

/// One person in a ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The subject key.
    pub id: [u8; 32],
    /// What it was computed from.
    pub features: Features,
    /// The result.
    pub score: Score,
    /// How many contracts the person has completed: for the newcomer slot.
    pub completed: u32,
}

impl Ranked {
    /// From features, as a peer sends them: scores are always computed here.
    #[must_use]
    pub fn new(id: [u8; 32], features: Features, completed: u32, weights: &Weights) -> Self {
        Self { id, features, score: Score::of(&features, weights), completed }
    }
}

/// Puts people in order: the higher score first, equals by [`Query::tie`]. The order of the input does not matter.
pub fn order(query: &Query<'_>, ranked: &mut [Ranked]) {
    ranked.sort_by(|a, b| {
        b.score.h.total_cmp(&a.score.h).then_with(|| query.tie(&a.id).cmp(&query.tie(&b.id)))
    });
}

/// Ranks all people whom no hard filter stops and who fit, one by one: what an index must agree with.
#[must_use]
pub fn exhaustive<'p>(query: &Query<'_>, people: impl Iterator<Item = &'p Freelancer>) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = people
        .filter(|person| query.stop(person).is_none())
        .map(|person| {
            Ranked::new(person.id, query.features(person), person.standing.completed, query.weights())
        })
        .filter(|ranked| ranked.features.fit())
        .collect();
    order(query, &mut ranked);
    ranked
}

/// Where a person would stand with another score, from 1, everybody else staying as they are.
#[must_use]
pub fn place_with(query: &Query<'_>, ranking: &[Ranked], id: &[u8; 32], h: f64) -> usize {
    let tie = query.tie(id);
    let before = |other: &&Ranked| {
        other.id != *id && (other.score.h > h || (other.score.h == h && query.tie(&other.id) < tie))
    };
    ranking.iter().filter(before).count().saturating_add(1)
}

/// Merges rankings of several nodes: of one person the first list's features stand, scores are computed anew, and whoever does not
/// fit by them is left out, whatever list they came in.
#[must_use]
pub fn merge(query: &Query<'_>, lists: Vec<Vec<Ranked>>) -> Vec<Ranked> {
    let mut seen = std::collections::BTreeSet::new();
    let mut merged: Vec<Ranked> = lists
        .into_iter()
        .flatten()
        .filter(|ranked| seen.insert(ranked.id))
        .filter(|ranked| ranked.features.fit())
        .map(|ranked| Ranked::new(ranked.id, ranked.features, ranked.completed, query.weights()))
        .collect();
    order(query, &mut merged);
    merged
}
