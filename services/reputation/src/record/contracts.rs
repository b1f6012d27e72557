//! What the logs say of contracts, for the objective summary.
//!
//! Leaves name no pair. Who the two sides of a contract are is public from the first of their reviews that opens and counts; a contract
//! of which none did is in no list here, for either side.

use hanse_document::PublicKey;
use hanse_ledger::LeafId;

use super::facts::Engaged;
use super::reading::{Counted, Reading};
use crate::epoch::Epoch;
use crate::ids::{EntryId, Person};
use crate::summary::{Contract, Ending, ReviewState};

impl Reading {
    /// The contracts of a person, by the id of their own engagement. As of the last [`Reading::changes`].
    #[must_use]
    pub fn contracts(&self, subject: &Person) -> Vec<Contract> {
        let engagements = self.party(subject).into_iter().flat_map(|(_, engagements)| engagements);
        engagements.filter_map(|id| self.contract(subject, id)).collect()
    }

    fn contract(&self, subject: &Person, id: &LeafId) -> Option<Contract> {
        let engaged = self.facts.engagements.get(id)?;
        let about = self.counted(id).next();
        let counterparty = match about {
            Some((_, counted)) => counted.entry.author,
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
            on_time: about.and_then(|(_, counted)| counted.on_time),
            within_budget: None,
            paid_on_time: None,
        })
    }

    /// Entries whose author cites this engagement as their own.
    fn answers(&self, id: &LeafId) -> impl Iterator<Item = &Counted> {
        let others = self.citing(id).flat_map(|other| self.counted(other));
        others.map(|(_, counted)| counted).filter(move |counted| counted.own == *id)
    }

    /// What became of a review that does not count.
    fn review(&self, id: &LeafId, engaged: &Engaged) -> ReviewState {
        let commits = self.facts.commits.get(id).map_or(&[][..], Vec::as_slice);
        let by_slot = |slot: &PublicKey| engaged.slots.contains(slot);
        let mut sealed = commits.iter().filter(|(stated, _)| by_slot(&stated.signer)).peekable();
        let missed = self.missed(&engaged.log, engaged.due);
        if sealed.peek().is_none() {
            return if missed { ReviewState::Silent } else { ReviewState::Awaited };
        }
        let opened = |commit: &LeafId| {
            let opens = self.facts.opens.get(commit).into_iter().flatten();
            opens.into_iter().any(|stated| by_slot(&stated.signer))
        };
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
            let commits = self.facts.commits.get(id).into_iter().flatten();
            let by_slot = commits.filter(|(stated, _)| engaged.slots.contains(&stated.signer));
            for (commit, seals) in by_slot {
                if self.facts.reviews.contains_key(seals)
                    && self.facts.terms.contains_key(&engaged.commitment)
                {
                    continue;
                }
                let opens = self.facts.opens.get(&commit.id).into_iter().flatten();
                let opens =
                    opens.filter(|open| open.signer == commit.signer && open.subject == commit.subject);
                lacking.extend(opens.map(|open| EntryId::from_bytes(*open.id.as_bytes())));
            }
        }
        lacking.sort_unstable();
        lacking.dedup();
        lacking
    }
}
