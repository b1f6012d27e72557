//! The other direction: open jobs for a person, by the same factors, weights and score. Only which jobs are looked at more
//! closely is found another way round.

use std::collections::{BTreeMap, BTreeSet};

use crate::find::postings::{Best, Block, Space, Terms, mix, number};
use crate::find::terms;
use crate::model::{Freelancer, Job};
use crate::pair::features::title_of;
use crate::pair::query::{self, Query, Setting};
use crate::pair::score::{Features, Score};
use crate::skills::title::Title;

/// How many jobs are ranked by all factors.
pub const CANDIDATES: usize = 200;
/// How many are fetched for that; four times as many when the filters leave too few.
const FETCHED: usize = 4 * CANDIDATES;

/// Jobs in one block: each change makes the block of its job anew, some microseconds a job, and each search looks at every block.
const BLOCK: usize = 512;

/// One job in a person's ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankedJob {
    /// The hash of its document id.
    pub id: [u8; 32],
    /// What it was computed from.
    pub features: Features,
    /// The result: the same numbers as in the client's ranking.
    pub score: Score,
}

/// All open jobs.
#[derive(Debug, Default)]
pub struct Jobs {
    jobs: BTreeMap<[u8; 32], Placed>,
    /// Which job stands at each place of the blocks, [`BLOCK`] in each; none where one has been closed.
    order: Vec<Option<[u8; 32]>>,
    /// Places without a job.
    free: BTreeSet<usize>,
    blocks: Vec<Block>,
}

/// A job, what its title says, and its place.
#[derive(Debug)]
struct Placed {
    job: Job,
    title: Title,
    place: usize,
}

/// Something new about a job.
#[derive(Clone, Debug)]
pub enum JobChange {
    /// A job that is open.
    Put(Box<Job>),
    /// One that is not any more.
    Remove([u8; 32]),
}

impl Jobs {
    /// Takes changes in order; they can be found when this returns. A change costs the same however many jobs are open.
    pub fn apply(&mut self, setting: Setting<'_>, changes: impl IntoIterator<Item = JobChange>) {
        let mut changed = BTreeSet::new();
        for change in changes {
            let place = match change {
                JobChange::Put(job) => Some(self.put(setting, *job)),
                JobChange::Remove(id) => self.remove(&id),
            };
            changed.extend(place.map(|place| place / BLOCK));
        }
        self.blocks.resize_with(self.order.len().div_ceil(BLOCK), Block::default);
        for number in changed {
            let ids = self.order.chunks(BLOCK).nth(number).unwrap_or_default();
            let terms = ids.iter().map(|id| {
                let placed = id.and_then(|id| self.jobs.get(&id));
                placed.map(|it| terms::of_posting(setting.taxonomy, &it.job, &it.title)).unwrap_or_default()
            });
            let made = Block::new(terms);
            if let Some(block) = self.blocks.get_mut(number) {
                *block = made;
            }
        }
    }

    /// Puts a job in its place, or in a free one; which.
    fn put(&mut self, setting: Setting<'_>, job: Job) -> usize {
        let (id, title) = (job.id, setting.titles.read(&job.title, job.language));
        let place = match self.jobs.get(&id) {
            Some(placed) => placed.place,
            None => self.free.pop_first().unwrap_or(self.order.len()),
        };
        match self.order.get_mut(place) {
            Some(held) => *held = Some(id),
            None => self.order.push(Some(id)),
        }
        self.jobs.insert(id, Placed { job, title, place });
        place
    }

    /// Takes a job away; where it stood.
    fn remove(&mut self, id: &[u8; 32]) -> Option<usize> {
        let place = self.jobs.remove(id)?.place;
        if let Some(held) = self.order.get_mut(place) {
            *held = None;
        }
        self.free.insert(place);
        Some(place)
    }

    /// How many jobs are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// A job by the hash of its document id.
    #[must_use]
    pub fn get(&self, id: &[u8; 32]) -> Option<&Job> {
        self.jobs.get(id).map(|placed| &placed.job)
    }

    /// The best [`CANDIDATES`] for a person, in order, without those of them that do not fit.
    #[must_use]
    pub fn rank(&self, setting: Setting<'_>, person: &Freelancer, space: &mut Space) -> Vec<RankedJob> {
        let theirs = setting.titles.read(&person.headline, person.language);
        let terms = terms::of_seeker(setting.taxonomy, person, &theirs);
        let mut fetched = FETCHED;
        loop {
            let found = self.fetch(&terms, &person.id, space, fetched);
            let exhausted = found.len() < fetched;
            let mut ranked = self.score(setting, person, &theirs, &found);
            if exhausted || ranked.len() >= CANDIDATES {
                ranked.retain(|ranked| ranked.features.fit());
                return ranked;
            }
            fetched = fetched.saturating_mul(4);
        }
    }

    fn score(
        &self,
        setting: Setting<'_>,
        person: &Freelancer,
        theirs: &Title,
        found: &[[u8; 32]],
    ) -> Vec<RankedJob> {
        let mut ranked: Vec<(RankedJob, [u8; 32])> = found
            .iter()
            .filter_map(|id| self.jobs.get(id))
            .filter(|placed| query::stop(&placed.job, person).is_none())
            .take(CANDIDATES)
            .map(|Placed { job, title, .. }| {
                let asked = setting.titles.prepare(title.clone(), &job.title, job.language);
                let query = Query::with_title(job, setting, asked);
                let features = query.features_with(person, title_of(&query, theirs));
                let score = Score::of(&features, query.weights());
                (RankedJob { id: job.id, features, score }, query.tie(&person.id))
            })
            .collect();
        ranked.sort_by(|a, b| b.0.score.h.total_cmp(&a.0.score.h).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(ranked, _)| ranked).collect()
    }

    fn fetch(&self, terms: &Terms, person: &[u8; 32], space: &mut Space, limit: usize) -> Vec<[u8; 32]> {
        let salt = number(person);
        let mut best = Best::new(limit);
        for (block, ids) in self.blocks.iter().zip(self.order.chunks(BLOCK)) {
            let least = best.least();
            let offer = |doc: u16, sum: u32| {
                if let Some(Some(id)) = ids.get(usize::from(doc)) {
                    best.offer(sum, mix(salt, number(id)), *id);
                }
                best.least()
            };
            block.search(terms, space, offer, least);
        }
        best.finish()
    }
}
