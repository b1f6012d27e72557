//! One job ranked, once and for all of an answer: the people of this node out of the index, those of others from their
//! profiles, all by the same rules and with what this node knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use hanse_base::error::UseError;
use hanse_matching::explain::{self, Explanation, WhyNot};
use hanse_matching::fair::Shown;
use hanse_matching::model::{Freelancer, Job, Unknown};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::{Ranked, merge};
use hanse_matching::score::Features;
use hanse_matching::side::Weights;

use super::peers::Asked;
use super::posting::Posting;
use crate::Discovery;
use crate::knowledge::Knowledge;

/// A job and the people for it, in order of score.
#[derive(Debug)]
pub(super) struct Ranking {
    /// What it was made with.
    pub knowledge: Arc<Knowledge>,
    pub weights: Weights,
    pub job: Job,
    /// Skills of the job that are unknown here.
    pub unknown: Unknown,
    pub ranked: Vec<Ranked>,
    people: BTreeMap<[u8; 32], Freelancer>,
}

impl Ranking {
    /// Ranks the people of this node, and others with them, by weights: this node's, or those of a peer who asks. Whoever
    /// posted the job is not among them. Computes: call it beside the tasks.
    ///
    /// # Errors
    /// `NotReady` while there is no index.
    pub(super) fn new(
        discovery: &Discovery,
        posting: &Posting,
        weights: Weights,
        others: &Asked,
    ) -> Result<Self, UseError> {
        discovery.matching().read(|state, space| {
            let knowledge = Arc::clone(&state.knowledge);
            let (job, unknown) = posting.read(discovery, &knowledge)?;
            let query = Query::new(&job, Setting { weights, ..knowledge.setting() });
            let local = state.people.rank(&query, space);
            let found = |ranked: &Ranked| Some((ranked.id, state.people.get(&ranked.id)?.clone()));
            let mut people: BTreeMap<[u8; 32], Freelancer> = local.iter().filter_map(found).collect();
            let mut remote = Vec::new();
            // Read with other knowledge than the index is now, people cannot be compared: for this moment they are left out.
            let same = others.is_read_with(&knowledge);
            for other in others.others.iter().filter(|_| same) {
                let (id, completed) = (other.person.id, other.person.standing.completed);
                remote.push(Ranked::new(id, other.features, completed, query.weights()));
                people.entry(id).or_insert_with(|| other.person.clone());
            }
            let mut ranked = merge(&query, vec![local, remote]);
            let client = posting.client.subject_key();
            ranked.retain(|ranked| ranked.id != client);
            drop(query);
            Ok(Self { knowledge, weights, job, unknown, ranked, people })
        })?
    }

    fn ask<T>(&self, look: impl FnOnce(&Query<'_>) -> T) -> T {
        look(&Query::new(&self.job, Setting { weights: self.weights, ..self.knowledge.setting() }))
    }

    /// The features of somebody who is ranked, by what their profile says now; none if they are not to be listed by now. Computes.
    pub(super) fn features(&self, ranked: &Ranked, now: &Freelancer) -> Option<Features> {
        if self.people.get(&ranked.id) == Some(now) {
            return Some(ranked.features);
        }
        self.ask(|query| query.stop(now).is_none().then(|| query.features(now)).filter(Features::fit))
    }

    /// Why each of these stands where they stand. Computes.
    pub(super) fn explain(&self, shown: &[Shown]) -> Vec<Explanation> {
        self.ask(|query| {
            let explained = |shown: &Shown| {
                let person = self.people.get(&shown.ranked.id)?;
                let mut explanation = explain::explain(query, &self.ranked, person, &shown.ranked);
                explanation.placement = shown.placement;
                Some(explanation)
            };
            shown.iter().filter_map(explained).collect()
        })
    }

    /// Why somebody is not shown, or where they stand. Computes.
    pub(super) fn why_not(&self, person: &Freelancer) -> WhyNot {
        self.ask(|query| explain::why_not(query, &self.ranked, person))
    }
}
