//! What leaves state, arranged by what they cite. Nothing here judges; order of arrival leaves no trace.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::Role;
use hanse_document::{Commitment, Did, DocumentId, PublicKey};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};

use super::rules::Terms;

/// An engagement that its one subject signed alone.
#[derive(Clone, Debug)]
pub(super) struct Engaged {
    pub(super) party: Did,
    pub(super) commitment: Commitment,
    pub(super) due: u32,
    pub(super) log: String,
    pub(super) slots: Vec<PublicKey>,
    /// In which logs it stands.
    pub(super) origins: BTreeSet<String>,
}

/// A leaf that one key alone signed, in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stated {
    pub(super) origin: String,
    pub(super) index: u64,
    pub(super) id: LeafId,
    pub(super) signer: PublicKey,
    pub(super) subject: SubjectKey,
}

/// What a review says, as far as entries need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) author: Did,
    pub(super) rated: Did,
    pub(super) role: Role,
    pub(super) contract: DocumentId,
    pub(super) engagement: LeafId,
    pub(super) rating: u32,
    pub(super) on_time: Option<bool>,
}

/// All that was fed.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) engagements: BTreeMap<LeafId, Engaged>,
    /// By the engagement that they cite, each with what it seals.
    pub(super) commits: BTreeMap<LeafId, Vec<(Stated, Commitment)>>,
    /// By the commit that they cite.
    pub(super) opens: BTreeMap<LeafId, Vec<Stated>>,
    pub(super) reviews: BTreeMap<Commitment, Said>,
    pub(super) terms: BTreeMap<Commitment, Terms>,
    /// The engagement that a commit cites.
    answers: BTreeMap<LeafId, LeafId>,
    /// The engagements that a document with this commitment bears on.
    bears_on: BTreeMap<Commitment, BTreeSet<LeafId>>,
}

impl Facts {
    /// Keeps what the leaf states, and answers the engagement that it bears on. A leaf by several keys, or whose
    /// signature does not fit, states nothing here.
    pub(super) fn take(&mut self, origin: &str, index: u64, leaf: &Leaf) -> Option<LeafId> {
        let ([(signer, _)], [subject]) = (leaf.signatures(), leaf.subjects()) else { return None };
        let id = leaf.id();
        let stated = || Stated { origin: origin.to_owned(), index, id, signer: *signer, subject: *subject };
        let bears_on = match leaf.statement()? {
            Statement::Engagement { commitment, due, log, slots } => {
                let party = Did::of(signer);
                // The id does not depend on the signer: a stranger's copy must not stand in for the engagement.
                if SubjectKey::of(&party) != *subject || !leaf.is_signed_by(signer) {
                    return None;
                }
                let engaged = self.engagements.entry(id).or_insert_with(|| Engaged {
                    party,
                    commitment: *commitment,
                    due: *due,
                    log: log.clone(),
                    slots: slots.clone(),
                    origins: BTreeSet::new(),
                });
                engaged.origins.insert(origin.to_owned());
                self.bears_on.entry(*commitment).or_default().insert(id);
                id
            }
            Statement::Commit { commitment, engagement } => {
                if !leaf.is_signed_by(signer) {
                    return None;
                }
                self.commits.entry(*engagement).or_default().push((stated(), *commitment));
                self.answers.insert(id, *engagement);
                self.bears_on.entry(*commitment).or_default().insert(*engagement);
                *engagement
            }
            Statement::Open { cites } => {
                if !leaf.is_signed_by(signer) {
                    return None;
                }
                self.opens.entry(*cites).or_default().push(stated());
                return self.answers.get(cites).copied();
            }
            Statement::Identity { .. }
            | Statement::Settle { .. }
            | Statement::Reply { .. }
            | Statement::Posting { .. } => return None,
        };
        Some(bears_on)
    }

    /// The engagements that a document with this commitment bears on.
    pub(super) fn concerned(&self, commitment: &Commitment) -> impl Iterator<Item = LeafId> {
        self.bears_on.get(commitment).into_iter().flatten().copied()
    }

    /// An engagement with its party's own word: the document that it commits to, if that is the party's and names a log as the
    /// party's in which the engagement stands.
    pub(super) fn contract(&self, id: &LeafId) -> Option<(&Engaged, &Terms)> {
        let engaged = self.engagements.get(id)?;
        let terms = self.terms.get(&engaged.commitment)?;
        let own = terms.party == engaged.party && engaged.origins.contains(terms.log.as_str());
        own.then_some((engaged, terms))
    }

    /// The one review of a slot: the first that its key sealed in the author's home log or, if none is there, in the rated
    /// person's. Answers the commit and what it seals.
    pub(super) fn commit(
        &self,
        id: &LeafId,
        engaged: &Engaged,
        terms: &Terms,
        slot: &PublicKey,
    ) -> Option<(LeafId, Commitment)> {
        let commits =
            self.commits.get(id)?.iter().filter(|(stated, _)| engaged.answered_by(stated, terms, slot));
        let first = commits.min_by_key(|(stated, _)| engaged.order(stated))?;
        Some((first.0.id, first.1))
    }

    /// The leaf that opens the commit, wherever it stands: of several, the first as for commits.
    pub(super) fn opened(
        &self,
        commit: &LeafId,
        engaged: &Engaged,
        terms: &Terms,
        slot: &PublicKey,
    ) -> Vec<&Stated> {
        let opens = self.opens.get(commit).map_or(&[][..], Vec::as_slice);
        let opens: Vec<&Stated> =
            opens.iter().filter(|stated| engaged.answered_by(stated, terms, slot)).collect();
        let first = opens.iter().min_by_key(|stated| engaged.order(stated)).map(|stated| stated.id);
        opens.into_iter().filter(|stated| Some(stated.id) == first).collect()
    }
}

impl Engaged {
    /// Whether the leaf is about this party, by this slot's key, in one of the two home logs.
    fn answered_by(&self, stated: &Stated, terms: &Terms, slot: &PublicKey) -> bool {
        stated.signer == *slot
            && stated.subject == SubjectKey::of(&self.party)
            && (stated.origin == self.log || stated.origin == terms.log.as_str())
    }

    /// The author's home log decides, by its order; then the party's.
    fn order(&self, stated: &Stated) -> (bool, u64) {
        (stated.origin != self.log, stated.index)
    }
}
