//! One job, prepared so that a million people can be compared with it. Every score of the product goes through
//! [`Query::features`]: in the index, for a peer's answer, and for "why not me".

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::model::{Freelancer, Job};
use crate::money::{Compared, Price, RateTable};
use crate::pair::features;
use crate::pair::score::{Features, Score};
use crate::pair::words::AskedWords;
use crate::side::Weights;
use crate::skills::taxonomy::{Relation, Taxonomy};
use crate::skills::title::{Asked, Titles};

/// Why somebody is not shown at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// The job pays less than the person works for.
    BelowFloor,
    /// One names money, the other barter or time credits.
    OtherPay,
    /// The job is at a place outside the person's travel radius.
    TooFar,
    /// The job is at a place and the person works remotely only.
    OnSite,
    /// The job is remote and the person does not work remotely.
    Remote,
    /// A language that is needed is missing.
    Language,
}

/// What having a skill means to one of the needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meets {
    /// Which need, from 0.
    pub(crate) need: usize,
    pub(crate) relation: Relation,
}

/// What a node ranks with: all of it is published.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The concepts.
    pub taxonomy: &'a Taxonomy,
    /// Titles over the same concepts.
    pub titles: &'a Titles,
    /// The exchange rates that prices were converted with.
    pub rates: &'a RateTable,
    /// The weights of both sides.
    pub weights: Weights,
}

/// A prepared job.
#[derive(Debug)]
pub struct Query<'a> {
    pub(crate) job: &'a Job,
    pub(crate) setting: Setting<'a>,
    pub(crate) title: Asked,
    /// What each need weighs: its idf. In the order of the needs.
    pub(crate) weights: Vec<f64>,
    pub(crate) total: f64,
    /// By concept: which needs it meets.
    pub(crate) meets: BTreeMap<u32, Vec<Meets>>,
    /// What the job asks in words.
    pub(crate) words: AskedWords,
}

/// The needs that count; a job that names more asks for nobody.
pub const NEEDS_MAX: usize = 32;

impl<'a> Query<'a> {
    /// Prepares a job. Needs beyond [`NEEDS_MAX`] do not count.
    #[must_use]
    pub fn new(job: &'a Job, setting: Setting<'a>) -> Self {
        Self::with_title(job, setting, setting.titles.ask(&job.title, job.language))
    }

    /// The same with a title that was prepared already.
    pub(crate) fn with_title(job: &'a Job, setting: Setting<'a>, title: Asked) -> Self {
        let taxonomy = setting.taxonomy;
        let weights: Vec<f64> = job.needs.iter().take(NEEDS_MAX).map(|need| taxonomy.idf(*need)).collect();
        let mut meets: BTreeMap<u32, Vec<Meets>> = BTreeMap::new();
        for (need, place) in job.needs.iter().take(NEEDS_MAX).zip(0_usize..) {
            meets.entry(*need).or_default().push(Meets { need: place, relation: Relation::Same });
            for link in taxonomy.get(*need).map(|it| it.near.as_slice()).unwrap_or_default() {
                meets.entry(link.concept).or_default().push(Meets { need: place, relation: link.relation });
            }
        }
        let words = AskedWords::new(job, &setting);
        let total = weights.iter().sum();
        Self { job, setting, title, weights, total, meets, words }
    }

    /// What it is ranked with.
    #[must_use]
    pub const fn setting(&self) -> &Setting<'a> {
        &self.setting
    }

    /// The job.
    #[must_use]
    pub const fn job(&self) -> &Job {
        self.job
    }

    /// The weights of both sides.
    #[must_use]
    pub const fn weights(&self) -> &Weights {
        &self.setting.weights
    }

    /// Why this person is not shown, if so; the first reason in the order of [`Stop`].
    #[must_use]
    pub fn stop(&self, person: &Freelancer) -> Option<Stop> {
        stop(self.job, person)
    }

    /// Both sides' features.
    #[must_use]
    pub fn features(&self, person: &Freelancer) -> Features {
        self.features_with(person, features::title_factor(self, person))
    }

    /// The same where the titles were compared already.
    pub(crate) fn features_with(&self, person: &Freelancer, title: Option<u32>) -> Features {
        features::all(self, person, title)
    }

    /// The score of a person.
    #[must_use]
    pub fn score(&self, person: &Freelancer) -> Score {
        Score::of(&self.features(person), self.weights())
    }

    /// What decides between equal scores: SHA-256 of job and person. Nobody gains by name or age, and every node agrees.
    #[must_use]
    pub fn tie(&self, person: &[u8; 32]) -> [u8; 32] {
        Sha256::new().chain_update(self.job.id).chain_update(person).finalize().into()
    }
}

/// Why a job is not for a person, whatever else it is: cheap, so that it is asked before anything is prepared.
pub(crate) fn stop(job: &Job, person: &Freelancer) -> Option<Stop> {
    let price = job.price.zip(person.price).map(|(paid, asked)| Price::compare(asked, paid));
    match price {
        Some(Compared::Both { below_floor: true, .. }) => return Some(Stop::BelowFloor),
        Some(Compared::OtherKind) => return Some(Stop::OtherPay),
        Some(Compared::Both { .. } | Compared::Unstated) | None => {}
    }
    features::place_stop(job.site, person).or_else(|| {
        let known = job.languages.iter().all(|language| features::speaks(person, *language));
        (!person.languages.is_empty() && !known).then_some(Stop::Language)
    })
}
