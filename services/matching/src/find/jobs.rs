//! The other direction: open jobs for a person, by the same factors, weights and score. Only which jobs are looked at more
//! closely is found another way round.

use std::collections::BTreeMap;

use crate::find::postings::{BLOCK_DOCS, Best, Block, Space, Terms, mix, number};
use crate::find::terms;
use crate::model::{Job, Person};
use crate::pair::features::title_of;
use crate::pair::query::{Query, Setting};
use crate::pair::score::{Features, Score};
use crate::skills::title::Title;

/// How many jobs are ranked by all factors.
pub const CANDIDATES: usize = 200;
/// How many are fetched for that; four times as many when the filters leave too few.
const FETCHED: usize = 4 * CANDIDATES;

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

/// All open jobs. There are far fewer of them than people, so that every change builds the lists anew.
#[derive(Debug, Default)]
pub struct Jobs {
    jobs: BTreeMap<[u8; 32], (Job, Title)>,
    order: Vec<[u8; 32]>,
    blocks: Vec<Block>,
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
    /// Takes changes in order; they can be found when this returns. It costs a few microseconds for each open job.
    pub fn apply(&mut self, setting: Setting<'_>, changes: impl IntoIterator<Item = JobChange>) {
        for change in changes {
            match change {
                JobChange::Put(job) => {
                    let title = setting.titles.read(&job.title, job.tongue);
                    self.jobs.insert(job.id, (*job, title));
                }
                JobChange::Remove(id) => {
                    self.jobs.remove(&id);
                }
            }
        }
        self.order = self.jobs.keys().copied().collect();
        let blocks = self.order.chunks(BLOCK_DOCS).map(|ids| {
            let open = ids.iter().filter_map(|id| self.jobs.get(id));
            Block::new(open.map(|(job, title)| terms::of_posting(setting.taxonomy, job, title)))
        });
        self.blocks = blocks.collect();
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
        self.jobs.get(id).map(|(job, _)| job)
    }

    /// The best [`CANDIDATES`] for a person, in order, without those of them that do not fit.
    #[must_use]
    pub fn rank(&self, setting: Setting<'_>, person: &Person, space: &mut Space) -> Vec<RankedJob> {
        let theirs = setting.titles.read(&person.headline, person.tongue);
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
        person: &Person,
        theirs: &Title,
        found: &[[u8; 32]],
    ) -> Vec<RankedJob> {
        let mut ranked: Vec<(RankedJob, [u8; 32])> = found
            .iter()
            .filter_map(|id| self.jobs.get(id))
            .filter_map(|(job, title)| {
                let asked = setting.titles.prepare(title.clone(), &job.title, job.tongue);
                let query = Query::with_title(job, setting, asked);
                if query.stop(person).is_some() {
                    return None;
                }
                let features = query.features_with(person, title_of(&query, theirs));
                let score = Score::of(&features, query.weights());
                Some((RankedJob { id: job.id, features, score }, query.tie(&person.id)))
            })
            .take(CANDIDATES)
            .collect();
        ranked.sort_by(|a, b| b.0.score.h.total_cmp(&a.0.score.h).then(a.1.cmp(&b.1)));
        ranked.into_iter().map(|(ranked, _)| ranked).collect()
    }

    fn fetch(&self, terms: &Terms, person: &[u8; 32], space: &mut Space, limit: usize) -> Vec<[u8; 32]> {
        let salt = number(person);
        let mut best = Best::new(limit);
        for (block, ids) in self.blocks.iter().zip(self.order.chunks(BLOCK_DOCS)) {
            let least = best.least();
            let offer = |doc: u16, sum: u32| {
                if let Some(id) = ids.get(usize::from(doc)) {
                    best.offer(sum, mix(salt, number(id)), *id);
                }
                best.least()
            };
            block.search(terms, space, offer, least);
        }
        best.finish()
    }
}
