//! Leaves, documents and days in; entries that count out.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use hanse_document::kind::{Body, Role};
use hanse_document::{Did, Verified};
use hanse_ledger::{Leaf, LeafId, SubjectKey};
use thiserror::Error;

use super::client::ClientAxes;
use super::facts::{Engaged, Facts, IDS, Said, Stated};
use super::rules::{Binding, Own, Terms};
use crate::entry::{Entry, Label, Size};
use crate::epoch::Epoch;
use crate::ids::EntryId;

/// The epoch of an entry that no cosigned checkpoint covers yet. It counts as now.
pub const UNDATED: Epoch = Epoch(u32::MAX);

/// A leaf that is not the next one of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("leaf {given} was given, the next one of this log is {next}")]
pub struct OutOfOrder {
    /// What was given.
    pub given: u64,
    /// What would have been next.
    pub next: u64,
}

/// An entry that counts, and where a stranger finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The entry. Its id is that of the leaf that opened the review.
    pub entry: Entry,
    /// The log in which that leaf was dated first.
    pub origin: String,
    /// Its place there.
    pub index: u64,
    /// The rated person's engagement.
    pub engagement: LeafId,
    /// The author's own engagement in the same contract.
    pub own: LeafId,
    /// The author's side of the contract.
    pub role: Role,
    /// Whether the rated person kept the agreed time, if the author says so.
    pub on_time: Option<bool>,
    /// What is said of a client.
    pub client: ClientAxes,
    /// The epoch of the day on which the author says to have signed the review. No score reads it.
    pub signed: Epoch,
}

/// What is new since the last time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Entries that count now and did not before, in the order of [`Reading::entries`].
    pub entries: Vec<Entry>,
    /// Something that was answered before counts no more, or is dated otherwise: build the graph anew from
    /// [`Reading::entries`]. Rare: a slot key signed two reviews and the author's log came second, or another log dates earlier.
    pub anew: bool,
}

/// How far a log was read, and when what of it was cosigned.
#[derive(Clone, Debug, Default)]
struct Log {
    read: u64,
    /// Days by size; the later day never stands at the smaller size.
    days: BTreeMap<u64, u32>,
    /// The latest day, and the least size that was cosigned on it.
    latest: Option<(u32, u64)>,
}

/// Reads logs. Keeps what the leaves state and what public documents say of it, and no leaf as such.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    logs: BTreeMap<String, Log>,
    pub(super) facts: Facts,
    /// The parties of contracts with their engagements.
    parties: BTreeSet<(SubjectKey, LeafId)>,
    /// What counted when changes were last asked for: by engagement of the rated person.
    counted: BTreeMap<LeafId, Counted>,
    /// Of which engagement the entry is that this leaf opened.
    opened: BTreeMap<EntryId, LeafId>,
    /// The same by the place of the leaf.
    places: BTreeMap<(String, u64), LeafId>,
    /// An engagement, and one about whose party there is a review that cites it.
    cited_by: BTreeSet<(LeafId, LeafId)>,
    /// Engagements to look at again.
    touched: BTreeSet<LeafId>,
}

impl Reading {
    /// Nothing read yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many leaves of this log were read.
    #[must_use]
    pub fn read(&self, origin: &str) -> u64 {
        self.logs.get(origin).map_or(0, |log| log.read)
    }

    /// Reads the next leaf of a log. What is no leaf in form, as an index leaf, states nothing and has its place.
    ///
    /// # Errors
    /// [`OutOfOrder`]; nothing has changed.
    pub fn leaf(&mut self, origin: &str, index: u64, leaf: &[u8]) -> Result<(), OutOfOrder> {
        self.parsed(origin, index, Leaf::parse(leaf).ok().as_ref())
    }

    /// The same of a leaf that was parsed before; None for what is none.
    ///
    /// # Errors
    /// [`OutOfOrder`]; nothing has changed.
    pub fn parsed(&mut self, origin: &str, index: u64, leaf: Option<&Leaf>) -> Result<(), OutOfOrder> {
        let next = self.read(origin);
        if index != next {
            return Err(OutOfOrder { given: index, next });
        }
        match self.logs.get_mut(origin) {
            Some(log) => log.read = next.saturating_add(1),
            None => drop(self.logs.insert(origin.to_owned(), Log { read: 1, ..Log::default() })),
        }
        let Some(leaf) = leaf else { return Ok(()) };
        let Some(id) = self.facts.take(origin, index, leaf) else { return Ok(()) };
        self.touch(id);
        if id == leaf.id()
            && let [subject] = leaf.subjects()
        {
            // Only an engagement bears on itself, and its one subject is its party.
            self.parties.insert((*subject, id));
        }
        Ok(())
    }

    /// Takes a public document: reviews, offers and acceptances say something here, all others nothing. Whether a leaf commits to
    /// it is seen by its commitment, so that it may come before its leaf, after it, from whomever and more than once.
    pub fn document(&mut self, document: &Verified) {
        let commitment = document.commitment();
        if let Body::Review(review) = document.body() {
            let said = Said {
                author: document.issuer().clone(),
                rated: review.id.clone(),
                role: review.role,
                contract: review.contract,
                engagement: LeafId::from(review.engagement),
                rating: review.rating.get(),
                on_time: review.on_time,
                client: ClientAxes::of(review),
                signed: Epoch::of_day(document.from().day()),
            };
            self.facts.reviews.insert(commitment, said);
        } else if let Some(terms) = Terms::of(document) {
            self.facts.terms.insert(commitment, terms);
        } else {
            return;
        }
        self.touched.extend(self.facts.concerned(&commitment));
    }

    /// Says that a quorum cosigned the first `size` leaves of a log on this day, counted from 1970-01-01.
    ///
    /// An entry is of the earliest day on which a checkpoint that covers it was cosigned.
    pub fn dated(&mut self, origin: &str, size: u64, day: u32) {
        let log = self.logs.entry(origin.to_owned()).or_default();
        if log.latest.is_none_or(|(last, least)| last < day || (last == day && size < least)) {
            log.latest = Some((day, size));
        }
        let covered = |(_, earlier): (&u64, &u32)| *earlier <= day;
        if log.days.range(size..).next().is_some_and(covered) {
            return;
        }
        log.days.retain(|at, other| size < *at || *other < day);
        let from = log.days.range(..size).next_back().map_or(0, |(at, _)| *at);
        log.days.insert(size, day);
        let places = (origin.to_owned(), from)..(origin.to_owned(), size);
        self.touched.extend(self.places.range(places).map(|(_, engagement)| *engagement));
    }

    /// What has changed since this was last called.
    pub fn changes(&mut self) -> Changes {
        let mut anew = false;
        let mut fresh: Vec<Counted> = Vec::new();
        for engagement in std::mem::take(&mut self.touched) {
            let found = self.look(engagement);
            let before = self.counted.remove(&engagement);
            if let Some(before) = &before
                && found.as_ref().is_none_or(|found| found.entry != before.entry)
            {
                anew = true;
                // Unless it is that entry's again, which look() has noted just now.
                if found.as_ref().is_none_or(|found| found.entry.id != before.entry.id) {
                    self.opened.remove(&before.entry.id);
                }
            }
            if let Some(found) = found {
                fresh.extend(before.is_none().then(|| found.clone()));
                self.counted.insert(engagement, found);
            }
        }
        fresh.sort_by(in_order);
        Changes { entries: fresh.into_iter().map(|counted| counted.entry).collect(), anew }
    }

    /// All entries that count, by epoch, log and place: the order of every log, and the same whatever was read first. As of the last
    /// [`Reading::changes`].
    #[must_use]
    pub fn entries(&self) -> Vec<&Counted> {
        let mut entries: Vec<&Counted> = self.counted.values().collect();
        entries.sort_by(|a, b| in_order(a, b));
        entries
    }

    /// The entry that the leaf of this id opened, if it counts. As of the last [`Reading::changes`].
    #[must_use]
    pub fn entry(&self, id: &EntryId) -> Option<&Counted> {
        self.counted.get(self.opened.get(id)?).filter(|counted| counted.entry.id == *id)
    }

    /// The identity of a person who is a party of a contract.
    #[must_use]
    pub fn did(&self, person: &SubjectKey) -> Option<Did> {
        let engaged = self.facts.engagements.get(&self.party(person).next()?)?;
        Some(Did::of(&engaged.party))
    }

    /// The engagements of this person.
    pub(super) fn party(&self, person: &SubjectKey) -> impl Iterator<Item = LeafId> + use<'_> {
        self.parties.range((*person, IDS.0)..=(*person, IDS.1)).map(|(_, engagement)| *engagement)
    }

    /// What counts about the party of this engagement.
    pub(super) fn counted(&self, engagement: &LeafId) -> Option<&Counted> {
        self.counted.get(engagement)
    }

    /// Engagements about whose party there is a review that cites this one.
    pub(super) fn citing(&self, engagement: &LeafId) -> impl Iterator<Item = LeafId> + use<'_> {
        self.cited_by.range((*engagement, IDS.0)..=(*engagement, IDS.1)).map(|(_, citing)| *citing)
    }

    /// The latest day on which a quorum cosigned this log, and the least size of that day.
    pub(super) fn latest(&self, origin: &str) -> Option<(u32, u64)> {
        self.logs.get(origin)?.latest
    }

    fn touch(&mut self, engagement: LeafId) {
        self.touched.insert(engagement);
        let citing: Vec<LeafId> = self.citing(&engagement).collect();
        self.touched.extend(citing);
    }

    /// Finds what counts about the party of this engagement.
    fn look(&mut self, id: LeafId) -> Option<Counted> {
        let (engaged, terms) = self.facts.contract(&id)?;
        let (commit, committed) = self.facts.commit(&id, engaged, terms)?;
        let said = self.facts.reviews.get(&committed)?;
        let copies = self.facts.opened(&commit, engaged, terms);
        let counted = self.counts(&id, engaged, terms, said, &copies);
        self.cited_by.insert((said.engagement, id));
        if let Some(counted) = &counted {
            let place = |copy: &Stated| ((copy.origin.to_string(), copy.index), id);
            self.places.extend(copies.iter().map(place));
            self.opened.insert(counted.entry.id, id);
        }
        counted
    }

    /// The entry of an opened review, if it counts.
    fn counts(
        &self,
        id: &LeafId,
        engaged: &Engaged,
        terms: &Terms,
        said: &Said,
        copies: &[Stated],
    ) -> Option<Counted> {
        let own = self.facts.engagements.get(&said.engagement)?;
        let (subject, author) = (Did::of(&engaged.party), Did::of(&own.party));
        let cited = own.origins.iter().find(|origin| **origin == engaged.log)?;
        let binding = Binding {
            subject: &subject,
            terms,
            home: terms.log.as_str(),
            log: &engaged.log,
            author: &said.author,
            rated: &said.rated,
            role: said.role,
            contract: &said.contract,
            cited: Some(Own {
                author: &author,
                origin: cited,
                log: &own.log,
                slots: std::slice::from_ref(&own.slot),
            }),
        };
        binding.check().ok()?;
        let dated = copies.iter().map(|copy| (self.epoch(&copy.origin, copy.index), copy));
        let (epoch, first) = dated.min_by(|(a, left), (b, right)| (a, left).cmp(&(b, right)))?;
        let entry = Entry {
            id: EntryId::from_bytes(*first.id.as_bytes()),
            author: SubjectKey::of(&said.author),
            subject: SubjectKey::of(&subject),
            epoch,
            verdict: Label::of_rating(said.rating)?.verdict(),
            // No document that opens says how large the contract was.
            size: Size::Ordinary,
        };
        Some(Counted {
            entry,
            origin: first.origin.to_string(),
            index: first.index,
            engagement: *id,
            own: said.engagement,
            role: said.role,
            on_time: said.on_time,
            client: said.client,
            signed: said.signed,
        })
    }

    fn epoch(&self, origin: &str, index: u64) -> Epoch {
        let covering = (Bound::Excluded(index), Bound::Unbounded);
        let day = self.logs.get(origin).and_then(|log| log.days.range(covering).next());
        day.map_or(UNDATED, |(_, day)| Epoch::of_day(*day))
    }
}

fn in_order(a: &Counted, b: &Counted) -> Ordering {
    let key = |counted: &Counted| (counted.entry.epoch, counted.index, counted.entry.id);
    a.entry.epoch.cmp(&b.entry.epoch).then_with(|| a.origin.cmp(&b.origin)).then_with(|| key(a).cmp(&key(b)))
}
