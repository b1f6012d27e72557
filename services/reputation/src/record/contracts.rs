//! What the logs say of contracts, for the objective summary.
//!
//! Leaves name no pair. Who the two sides of a contract are is public from the first of their reviews that opens and counts; a contract
//! of which none did is in no list here, for either side.

use std::collections::BTreeMap;

use hanse_document::Commitment;
use hanse_ledger::{LeafId, SubjectKey};

use super::facts::Engaged;
use super::reading::{Counted, Reading};
use crate::epoch::Epoch;
use crate::ids::EntryId;
use crate::summary::{Contract, Ending, ReviewState};

impl Reading {
    /// The contracts of a person, by the id of their own engagement. As of the last [`Reading::changes`].
    #[must_use]
    pub fn contracts(&self, subject: &SubjectKey) -> Vec<Contract> {
        self.party(subject).filter_map(|id| self.contract(subject, &id)).collect()
    }

    fn contract(&self, subject: &SubjectKey, id: &LeafId) -> Option<Contract> {
        let engaged = self.facts.engagements.get(id)?;
        let about = self.counted(id);
        let counterparty = match about {
            Some(counted) => counted.entry.author,
            None => self.answers(id).map(|counted| counted.entry.subject).next()?,
        };
        let review = if about.is_some() { ReviewState::Opened } else { self.review(id, engaged) };
        Some(Contract {
            id: EntryId::from_bytes(*id.as_bytes()),
            subject: *subject,
            counterparty,
            // A review may be written from the close of a contract on; nothing that is public tells one close from another.
            ending: Ending::Completed,
            review,
            on_time: about.and_then(|counted| counted.on_time),
            within_budget: None,
            paid_on_time: None,
        })
    }

    /// Entries whose author cites this engagement as their own.
    pub(super) fn answers(&self, id: &LeafId) -> impl Iterator<Item = &Counted> {
        let others = self.citing(id).filter_map(|other| self.counted(&other));
        others.filter(move |counted| counted.own == *id)
    }

    /// What became of a review that does not count.
    fn review(&self, id: &LeafId, engaged: &Engaged) -> ReviewState {
        let mut sealed = self.facts.sealed(id, engaged).peekable();
        let missed = self.missed(&engaged.log, engaged.due);
        if sealed.peek().is_none() {
            return if missed { ReviewState::Silent } else { ReviewState::Awaited };
        }
        let opened = |commit: &LeafId| self.facts.opens(commit, engaged.slot).next().is_some();
        match sealed.find(|(stated, _)| opened(&stated.id)) {
            // Its document is here and binds nobody, so nothing was said; or it is not here, and somebody still has to show it.
            Some((_, seals)) if self.facts.reviews.contains_key(seals) && missed => ReviewState::Silent,
            None if missed => ReviewState::Withheld,
            Some(_) | None => ReviewState::Awaited,
        }
    }

    /// Whether a quorum cosigned this log in a later epoch than that of the day, and all that it cosigned was read.
    ///
    /// Epochs and not days, because of a log's dating checkpoints one for each epoch stays.
    fn missed(&self, origin: &str, due: u32) -> bool {
        let late =
            |(day, size): (u32, u64)| Epoch::of_day(due) < Epoch::of_day(day) && size <= self.read(origin);
        self.latest(origin).is_some_and(late)
    }

    /// Reviews that are open, and of which a document is missing that tells whether they count: the review itself, or the rated
    /// person's own offer or acceptance. By the leaves that open them.
    #[must_use]
    pub fn lacking(&self) -> Vec<EntryId> {
        let mut lacking = Vec::new();
        for (id, engaged) in &self.facts.engagements {
            for (commit, seals) in self.facts.sealed(id, engaged) {
                let (review, word) = (&self.facts.reviews, &self.facts.terms);
                if review.contains_key(seals) && word.contains_key(&engaged.commitment) {
                    continue;
                }
                let opens = self.facts.opens(&commit.id, engaged.slot);
                let opens = opens.filter(|open| open.subject == commit.subject);
                lacking.extend(opens.map(|open| EntryId::from_bytes(*open.id.as_bytes())));
            }
        }
        lacking.sort_unstable();
        lacking.dedup();
        lacking
    }

    /// Entries that are dated more than one epoch after the day on which their author says to have signed, each with the epoch that it is
    /// dated. What is undated is of `now`.
    pub fn late(&self, now: Epoch) -> impl Iterator<Item = (&Counted, Epoch)> {
        let dated = self.entries().into_iter().map(move |counted| (counted, counted.entry.epoch.min(now)));
        dated.filter(|(counted, dated)| counted.signed.0.saturating_add(1) < dated.0)
    }

    /// What rests on these logs: contracts whose other side lives there, by log, as what became of them is decided there. At most so
    /// many logs, and how many contracts rest on more of them.
    #[must_use]
    pub fn elsewhere(&self, among: impl Fn(&str) -> bool, most: usize) -> (BTreeMap<&str, Elsewhere>, u64) {
        let (mut elsewhere, mut more) = (BTreeMap::<&str, Elsewhere>::new(), 0_u64);
        for (id, engaged) in self.facts.engagements.iter().filter(|(_, engaged)| among(&engaged.log)) {
            if most <= elsewhere.len() && !elsewhere.contains_key(&*engaged.log) {
                more = more.saturating_add(1);
                continue;
            }
            let there = elsewhere.entry(&engaged.log).or_default();
            there.contracts = there.contracts.saturating_add(1);
            let mut sealed = self.facts.sealed(id, engaged);
            if sealed.any(|(commit, _)| self.facts.opens(&commit.id, engaged.slot).next().is_some()) {
                there.opened = there.opened.saturating_add(1);
            }
        }
        (elsewhere, more)
    }

    /// What the commit of this id seals, if one that counts for something was read in this log.
    #[must_use]
    pub fn seals(&self, commit: &LeafId, origin: &str) -> Option<&Commitment> {
        self.facts.seals(commit, origin)
    }
}

/// Contracts of which the log that decides was not read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// How many.
    pub contracts: u64,
    /// How many of them have a review that is open, and whose author's engagement stands there.
    pub opened: u64,
}
