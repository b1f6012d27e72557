//! One job ranked, once and for all of an answer: the people of this node out of the index, those of others from their
//! profiles, all by the same rules and with what this node knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use hanse_document::kind::Body;
use hanse_document::{Did, NodeName, Verified};
use hanse_matching::explain::{self, Explanation, WhyNot};
use hanse_matching::fair::Shown;
use hanse_matching::model::{Job, Person, Unknown};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::{Ranked, merge};
use hanse_matching::score::Features;
use hanse_matching::side::Policy;

use crate::Engine;
use crate::error::UseError;
use crate::knowledge::Knowledge;

use super::posting::{Posting, person};

/// Somebody at home at a peer.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) did: Did,
    pub(crate) home: NodeName,
    pub(crate) profile: Arc<Verified>,
    /// What the peer says of them; what is computed here counts.
    pub(crate) claimed: Features,
}

/// A job and the people for it, in order of score.
#[derive(Debug)]
pub(crate) struct Ranking {
    /// What it was made with.
    pub(crate) knowledge: Arc<Knowledge>,
    pub(crate) policy: Policy,
    pub(crate) job: Job,
    /// Skills of the job that are unknown here.
    pub(crate) unknown: Unknown,
    pub(crate) ranked: Vec<Ranked>,
    /// Peers that claimed other features than their people's profiles give, once for each of these people.
    pub(crate) contradicted: Vec<NodeName>,
    people: BTreeMap<[u8; 32], Person>,
}

impl Ranking {
    /// Ranks the people of this node, and others with them, by a policy: this node's, or that of a peer who asks. Whoever
    /// posted the job is not among them. Computes: call it beside the tasks.
    ///
    /// # Errors
    /// `NotReady` while there is no index.
    pub(crate) fn new(
        engine: &Engine,
        posting: &Posting,
        policy: Policy,
        others: &[Candidate],
    ) -> Result<Self, UseError> {
        engine.matching().read(|state, space| {
            let knowledge = Arc::clone(&state.knowledge);
            let (job, unknown) = posting.read(engine, &knowledge)?;
            let query = Query::new(&job, Setting { policy, ..knowledge.setting() });
            let local = state.people.rank(&query, space);
            let found = |ranked: &Ranked| Some((ranked.id, state.people.get(&ranked.id)?.clone()));
            let mut people: BTreeMap<[u8; 32], Person> = local.iter().filter_map(found).collect();
            let (mut remote, mut contradicted) = (Vec::new(), Vec::new());
            for candidate in others {
                let Body::Profile(profile) = candidate.profile.body() else { continue };
                let (person, _) = person(engine, &knowledge, &candidate.did, profile);
                let features = query.features(&person);
                if features != candidate.claimed {
                    contradicted.push(candidate.home.clone());
                }
                if query.stop(&person).is_none() {
                    let completed = person.standing.completed;
                    remote.push(Ranked::new(person.id, features, completed, query.weights()));
                    people.entry(person.id).or_insert(person);
                }
            }
            let mut ranked = merge(&query, vec![local, remote]);
            let client = posting.client.subject_key();
            ranked.retain(|ranked| ranked.id != client);
            drop(query);
            Ok(Self { knowledge, policy, job, unknown, ranked, contradicted, people })
        })?
    }

    fn ask<T>(&self, look: impl FnOnce(&Query<'_>) -> T) -> T {
        look(&Query::new(&self.job, Setting { policy: self.policy, ..self.knowledge.setting() }))
    }

    /// Why each of these stands where they stand. Computes.
    pub(crate) fn explain(&self, shown: &[Shown]) -> Vec<Explanation> {
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
    pub(crate) fn why_not(&self, person: &Person) -> WhyNot {
        self.ask(|query| explain::why_not(query, &self.ranked, person))
    }
}
