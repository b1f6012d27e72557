//! All people of a node in memory, found by what a job needs and ranked by [`Query`]. It is derived: built from profiles at
//! start, kept up by changes, and the same whatever their order.

use std::collections::BTreeMap;

use crate::find::postings::{BLOCK_DOCS, Best, Block, Space, mix, number};
use crate::find::terms;
use crate::model::Freelancer;
use crate::pair::features::title_of;
use crate::pair::gate::{Gate, Key};
use crate::pair::query::Query;
use crate::rank::{self, Ranked};
use crate::skills::taxonomy::Taxonomy;
use crate::skills::title::{Title, Titles};
use crate::text::TextLanguage;

/// How many people are ranked by all factors.
pub const CANDIDATES: usize = 400;
/// Titles that nobody has any more and that are kept for all that, beside as many as there are people: looking for them is a look at
/// everybody, so that it waits until it is worth it.
const TITLES_SPARE: usize = 1_024;
/// One more in so many is fetched at first, for those whom only the full filters stop.
const SPARE: usize = 4;

/// A block of people, sorted by id.
#[derive(Debug)]
struct Shard {
    people: Vec<Freelancer>,
    /// The title of each, in [`Index::titles`].
    titles: Vec<u32>,
    /// What each is filtered by; none for those who are gone.
    gates: Vec<Option<Gate>>,
    /// How many are not gone.
    live: usize,
    block: Block,
}

/// Everybody who can be found.
#[derive(Debug, Default)]
pub struct Index {
    shards: Vec<Shard>,
    titles: Vec<Title>,
    known_titles: BTreeMap<(TextLanguage, String), u32>,
}

/// Something new about a person.
#[derive(Clone, Debug)]
pub enum Change {
    /// The person's newest profile.
    Put(Box<Freelancer>),
    /// The person is not to be found any more.
    Remove([u8; 32]),
}

impl Index {
    /// Takes changes, of one person the last. They can be found when this returns; it costs a few microseconds for each
    /// person, and now and then the merge of small blocks.
    pub fn apply(&mut self, taxonomy: &Taxonomy, titles: &Titles, changes: impl IntoIterator<Item = Change>) {
        let mut newest: BTreeMap<[u8; 32], Option<Box<Freelancer>>> = BTreeMap::new();
        for change in changes {
            match change {
                Change::Put(person) => newest.insert(person.id, Some(person)),
                Change::Remove(id) => newest.insert(id, None),
            };
        }
        let mut people = self.removed(newest.keys());
        people.extend(newest.into_values().flatten().map(|person| *person));
        while !people.is_empty() {
            let rest = people.split_off(people.len().min(BLOCK_DOCS));
            let numbers = people.iter().map(|person| self.title(titles, person)).collect();
            self.push(taxonomy, people, numbers);
            people = rest;
        }
        self.forget_titles();
    }

    /// How many people can be found.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.live).sum()
    }

    /// How many people and titles are in memory: also those that nobody finds any more, until it is worth to let go of them.
    #[must_use]
    pub fn held(&self) -> (usize, usize) {
        (self.shards.iter().map(|shard| shard.people.len()).sum(), self.titles.len())
    }

    /// Whether nobody can be found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A person by subject key.
    #[must_use]
    pub fn get(&self, id: &[u8; 32]) -> Option<&Freelancer> {
        self.shards.iter().find_map(|shard| {
            let place = shard.place(id)?;
            shard.people.get(place)
        })
    }

    /// The best [`CANDIDATES`] for a job, in order, without those of them who do not fit.
    #[must_use]
    pub fn rank(&self, query: &Query<'_>, space: &mut Space) -> Vec<Ranked> {
        self.rank_more(query, space, CANDIDATES)
    }

    /// The best of more or fewer candidates, in order; of all who share anything with the job for [`usize::MAX`].
    #[must_use]
    pub fn rank_more(&self, query: &Query<'_>, space: &mut Space, candidates: usize) -> Vec<Ranked> {
        let mut fetched = candidates.saturating_add(candidates / SPARE);
        loop {
            let found = self.fetch(query, space, fetched);
            let exhausted = found.len() < fetched;
            let passing = found.into_iter().filter_map(|(shard, doc)| self.at(shard, doc));
            let mut ranked: Vec<Ranked> = passing
                .filter(|(person, _)| query.stop(person).is_none())
                .take(candidates)
                .map(|(person, title)| {
                    let alike = title.and_then(|title| title_of(query, title));
                    let features = query.features_with(person, alike);
                    Ranked::new(person.id, features, person.standing.completed, query.weights())
                })
                .collect();
            if exhausted || ranked.len() >= candidates {
                // Only now: looking on for more, until there are enough who fit, could mean to look at everybody.
                ranked.retain(|ranked| ranked.features.fit());
                rank::order(query, &mut ranked);
                return ranked;
            }
            fetched = fetched.saturating_mul(4);
        }
    }

    /// Who shares most with a job, of those whom the gates let pass.
    fn fetch(&self, query: &Query<'_>, space: &mut Space, limit: usize) -> Vec<(u16, u16)> {
        let terms = terms::of_query(query);
        let salt = number(&query.job.id);
        let key = Key::new(query.job);
        let mut best = Best::new(limit);
        for (shard, place) in self.shards.iter().zip(0_u16..) {
            let least = best.least();
            let offer = |doc: u16, sum: u32| {
                let gate = shard.gates.get(usize::from(doc)).copied().flatten();
                if gate.is_some_and(|gate| key.opens(&gate))
                    && let Some(person) = shard.people.get(usize::from(doc))
                {
                    best.offer(sum, mix(salt, number(&person.id)), (place, doc));
                }
                best.least()
            };
            shard.block.search(&terms, space, offer, least);
        }
        best.finish()
    }

    fn at(&self, shard: u16, doc: u16) -> Option<(&Freelancer, Option<&Title>)> {
        let shard = self.shards.get(usize::from(shard))?;
        let person = shard.people.get(usize::from(doc))?;
        let title = shard.titles.get(usize::from(doc)).and_then(|number| self.titles.get(*number as usize));
        Some((person, title))
    }

    /// Removes people. Blocks of which less than half is left are dissolved: those who are left are answered, to be added anew, so that
    /// what is kept is at most twice what can be found.
    fn removed<'a>(&mut self, ids: impl Iterator<Item = &'a [u8; 32]>) -> Vec<Freelancer> {
        for id in ids {
            for shard in &mut self.shards {
                if let Some(gate) = shard.place(id).and_then(|place| shard.gates.get_mut(place)) {
                    *gate = None;
                    shard.live = shard.live.saturating_sub(1);
                }
            }
        }
        let thin = |shard: &mut Shard| shard.live.saturating_mul(2) < shard.people.len();
        let apart = self.shards.extract_if(.., thin);
        let left = apart.flat_map(|shard| shard.people.into_iter().zip(shard.gates));
        left.filter_map(|(person, gate)| gate.map(|_| person)).collect()
    }

    /// Lets go of titles that nobody has any more, once there are as many as people.
    fn forget_titles(&mut self) {
        let (people, titles) = self.held();
        if titles <= people.saturating_mul(2).saturating_add(TITLES_SPARE) {
            return;
        }
        let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
        for title in self.shards.iter_mut().flat_map(|shard| &mut shard.titles) {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            *title = *numbers.entry(*title).or_insert(next);
        }
        let mut titles = vec![Title::default(); numbers.len()];
        for (old, new) in &numbers {
            let old = self.titles.get_mut(*old as usize).map(std::mem::take);
            if let (Some(old), Some(new)) = (old, titles.get_mut(*new as usize)) {
                *new = old;
            }
        }
        self.titles = titles;
        self.known_titles.retain(|_, number| {
            let new = numbers.get(number).copied();
            *number = new.unwrap_or(*number);
            new.is_some()
        });
    }

    fn title(&mut self, titles: &Titles, person: &Freelancer) -> u32 {
        let key = (person.language, person.headline.clone());
        if let Some(number) = self.known_titles.get(&key) {
            return *number;
        }
        let number = u32::try_from(self.titles.len()).unwrap_or(u32::MAX);
        self.titles.push(titles.read(&person.headline, person.language));
        self.known_titles.insert(key, number);
        number
    }

    /// Adds a block and merges it with earlier ones that are no larger, as long as they fit one block: each person is moved
    /// about as often as the number of blocks doubles.
    fn push(&mut self, taxonomy: &Taxonomy, people: Vec<Freelancer>, titles: Vec<u32>) {
        let mut people: Vec<(Freelancer, u32)> = people.into_iter().zip(titles).collect();
        while let Some(last) = self.shards.pop_if(|last| {
            last.people.len() <= people.len().saturating_mul(2)
                && last.people.len().saturating_add(people.len()) <= BLOCK_DOCS
        }) {
            let old = last.people.into_iter().zip(last.titles).zip(last.gates);
            people.extend(old.filter(|(_, gate)| gate.is_some()).map(|(person, _)| person));
        }
        people.sort_unstable_by_key(|(person, _)| person.id);
        let empty = Title::default();
        let docs = people.iter().map(|(person, title)| {
            terms::of_person(taxonomy, person, self.titles.get(*title as usize).unwrap_or(&empty))
        });
        let block = Block::new(docs);
        let gates = people.iter().map(|(person, _)| Some(Gate::new(person))).collect();
        let live = people.len();
        let (people, titles) = people.into_iter().unzip();
        self.shards.push(Shard { people, titles, gates, live, block });
    }
}

impl Shard {
    fn place(&self, id: &[u8; 32]) -> Option<usize> {
        let place = self.people.binary_search_by(|person| person.id.cmp(id)).ok()?;
        self.gates.get(place).copied().flatten().map(|_| place)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Standing, Words};
    use crate::skills::link::Linker;
    use crate::skills::taxonomy::Importer;

    const CONCEPTS: &str = "\
conceptType,conceptUri,preferredLabel,altLabels,iscoGroup
Occupation,m,baker,,7512
";

    fn person(number: usize) -> Freelancer {
        let mut id = [0; 32];
        id[..8].copy_from_slice(&(number as u64).to_be_bytes());
        Freelancer {
            id,
            headline: "Baker".to_owned(),
            language: TextLanguage::English,
            skills: Vec::new(),
            words: Words::default(),
            price: None,
            languages: Vec::new(),
            point: None,
            remote: None,
            on_site: true,
            travel_km: None,
            standing: Standing::default(),
        }
    }

    fn known() -> (Taxonomy, Titles) {
        let mut importer = Importer::new("t").unwrap();
        importer.add(CONCEPTS, TextLanguage::English).unwrap();
        let taxonomy = importer.finish().unwrap();
        let titles = Titles::new(&taxonomy, Arc::new(Linker::new(&taxonomy)));
        (taxonomy, titles)
    }

    /// A search looks at every block, and a change must not make all of them anew.
    #[test]
    fn people_who_come_one_by_one_stand_in_few_blocks_that_grow() {
        let (taxonomy, titles) = known();
        let mut index = Index::default();
        for number in 0..200 {
            index.apply(&taxonomy, &titles, [Change::Put(Box::new(person(number)))]);
            let sizes: Vec<usize> = index.shards.iter().map(|shard| shard.people.len()).collect();
            assert!(sizes.is_sorted_by(|a, b| a > b), "the new ones behind, in small blocks: {sizes:?}");
            assert!(sizes.len() <= 8, "{sizes:?} for {number}");
        }
        assert!(index.shards.len() > 1, "not one that is made anew by everybody");
    }

    /// What two bytes cannot name would not be found.
    #[test]
    fn no_block_holds_more_people_than_it_can_name() {
        let (taxonomy, titles) = known();
        let mut index = Index::default();
        let put = |number: usize| Change::Put(Box::new(person(number)));
        index.apply(&taxonomy, &titles, (0..40_000).map(put));
        index.apply(&taxonomy, &titles, (40_000..BLOCK_DOCS).map(put));
        let sizes = |index: &Index| index.shards.iter().map(|shard| shard.people.len()).collect::<Vec<_>>();
        assert_eq!(sizes(&index), [BLOCK_DOCS], "exactly full");
        index.apply(&taxonomy, &titles, (BLOCK_DOCS..100_000).map(put));
        assert_eq!(sizes(&index), [BLOCK_DOCS, 100_000 - BLOCK_DOCS]);
        assert!(index.get(&person(99_999).id).is_some());
    }
}
