//! What leaves state, arranged by what they cite. Nothing here judges; order of arrival leaves no trace.
//!
//! Flat sets with names of logs kept once: a log may hold a million leaves, and each may take about the bytes of its line in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hanse_document::kind::Role;
use hanse_document::{Commitment, Did, DocumentId, PublicKey};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};

use super::rules::Terms;
use crate::epoch::Epoch;

/// An engagement with one slot that its one subject signed alone. One with more opens none, and is none.
#[derive(Clone, Debug)]
pub(super) struct Engaged {
    pub(super) party: PublicKey,
    pub(super) commitment: Commitment,
    pub(super) due: u32,
    pub(super) log: Arc<str>,
    pub(super) slot: PublicKey,
    /// In which logs it stands, each once; nearly always one.
    pub(super) origins: Vec<Arc<str>>,
}

/// A leaf that one key alone signed, in a log.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stated {
    pub(super) origin: Arc<str>,
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
    /// Of the day on which its author says to have signed it.
    pub(super) signed: Epoch,
}

/// Leaves by the leaf that they cite, several for one told apart by a number that means nothing.
type Citing<T> = BTreeMap<(LeafId, u32), T>;

/// All that was fed.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) engagements: BTreeMap<LeafId, Engaged>,
    pub(super) reviews: BTreeMap<Commitment, Said>,
    pub(super) terms: BTreeMap<Commitment, Terms>,
    /// By the engagement that they cite, each with what it seals.
    commits: Citing<(Stated, Commitment)>,
    /// By the commit that they cite.
    opens: Citing<Stated>,
    /// The engagement that a commit cites.
    answers: BTreeMap<LeafId, LeafId>,
    /// The engagements that a document with this commitment bears on.
    bears_on: BTreeSet<(Commitment, LeafId)>,
    /// Names of logs, each kept once however many leaves name it.
    names: BTreeSet<Arc<str>>,
    /// The number of the next leaf that cites another.
    next: u32,
}

/// The least and the last of all ids.
pub(super) const IDS: (LeafId, LeafId) =
    (LeafId::from_bytes([u8::MIN; 32]), LeafId::from_bytes([u8::MAX; 32]));

fn citing<'a, T>(all: &'a Citing<T>, cited: &LeafId) -> impl Iterator<Item = &'a T> + use<'a, T> {
    all.range((*cited, u32::MIN)..=(*cited, u32::MAX)).map(|(_, citing)| citing)
}

impl Facts {
    /// Keeps what the leaf states, and answers the engagement that it bears on. A leaf by several keys, or whose
    /// signature does not fit, states nothing here.
    pub(super) fn take(&mut self, origin: &str, index: u64, leaf: &Leaf) -> Option<LeafId> {
        let ([(signer, _)], [subject]) = (leaf.signatures(), leaf.subjects()) else { return None };
        let statement = leaf.statement()?;
        let tells = match statement {
            Statement::Engagement { slots, .. } => {
                // The id does not depend on the signer: a stranger's copy must not stand in for the engagement.
                slots.len() == 1 && SubjectKey::of(&Did::of(signer)) == *subject
            }
            Statement::Commit { .. } | Statement::Open { .. } => true,
            Statement::Identity { .. }
            | Statement::Settle { .. }
            | Statement::Reply { .. }
            | Statement::Posting { .. } => false,
        };
        if !tells || !leaf.is_signed_by(signer) {
            return None;
        }
        let (id, origin) = (leaf.id(), self.name(origin));
        let stated = Stated { origin, index, id, signer: *signer, subject: *subject };
        self.keep(statement, stated)
    }

    fn keep(&mut self, statement: &Statement, stated: Stated) -> Option<LeafId> {
        let id = stated.id;
        match statement {
            Statement::Engagement { commitment, due, log, slots } => {
                let (party, commitment, due, slot) = (stated.signer, *commitment, *due, *slots.first()?);
                let log = self.name(log);
                let new = || Engaged { party, commitment, due, log, slot, origins: Vec::new() };
                let engaged = self.engagements.entry(id).or_insert_with(new);
                if !engaged.stands_in(&stated.origin) {
                    engaged.origins.reserve_exact(1);
                    engaged.origins.push(stated.origin);
                }
                self.bears_on.insert((commitment, id));
                Some(id)
            }
            Statement::Commit { commitment, engagement } => {
                let number = self.number();
                self.commits.insert((*engagement, number), (stated, *commitment));
                self.answers.insert(id, *engagement);
                self.bears_on.insert((*commitment, *engagement));
                Some(*engagement)
            }
            Statement::Open { cites } => {
                let number = self.number();
                self.opens.insert((*cites, number), stated);
                self.answers.get(cites).copied()
            }
            Statement::Identity { .. }
            | Statement::Settle { .. }
            | Statement::Reply { .. }
            | Statement::Posting { .. } => None,
        }
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(kept) = self.names.get(name) {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = name.into();
        self.names.insert(Arc::clone(&kept));
        kept
    }

    /// No log that anybody can hold has four thousand million leaves.
    const fn number(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        self.next
    }

    /// The engagements that a document with this commitment bears on.
    pub(super) fn concerned(&self, commitment: &Commitment) -> impl Iterator<Item = LeafId> {
        self.bears_on.range((*commitment, IDS.0)..=(*commitment, IDS.1)).map(|(_, engagement)| *engagement)
    }

    /// An engagement with its party's own word: the document that it commits to, if that is the party's and names a log as the
    /// party's in which the engagement stands.
    pub(super) fn contract(&self, id: &LeafId) -> Option<(&Engaged, &Terms)> {
        let engaged = self.engagements.get(id)?;
        let terms = self.terms.get(&engaged.commitment)?;
        let own = terms.party.key() == engaged.party && engaged.stands_in(terms.log.as_str());
        own.then_some((engaged, terms))
    }

    /// The commits by the key of this engagement's slot, wherever they stand, each with what it seals.
    pub(super) fn sealed<'a>(
        &'a self,
        id: &LeafId,
        engaged: &Engaged,
    ) -> impl Iterator<Item = (&'a Stated, &'a Commitment)> + use<'a> {
        let slot = engaged.slot;
        citing(&self.commits, id)
            .filter(move |(stated, _)| stated.signer == slot)
            .map(|(stated, seals)| (stated, seals))
    }

    /// The leaves by this key that open a commit, wherever they stand.
    pub(super) fn opens<'a>(
        &'a self,
        commit: &LeafId,
        slot: PublicKey,
    ) -> impl Iterator<Item = &'a Stated> + use<'a> {
        citing(&self.opens, commit).filter(move |stated| stated.signer == slot)
    }

    /// The one review of a slot: the first that its key sealed in the author's home log or, if none is there, in the rated
    /// person's. Answers the commit and what it seals.
    pub(super) fn commit(
        &self,
        id: &LeafId,
        engaged: &Engaged,
        terms: &Terms,
    ) -> Option<(LeafId, Commitment)> {
        let party = SubjectKey::of(&terms.party);
        let commits =
            self.sealed(id, engaged).filter(|(stated, _)| engaged.answered_by(stated, terms, &party));
        let first = commits.min_by_key(|(stated, _)| engaged.order(stated))?;
        Some((first.0.id, *first.1))
    }

    /// The leaf that opens the commit, wherever it stands: of several, the first as for commits.
    pub(super) fn opened(&self, commit: &LeafId, engaged: &Engaged, terms: &Terms) -> Vec<&Stated> {
        let party = SubjectKey::of(&terms.party);
        let opens = self.opens(commit, engaged.slot);
        let opens: Vec<&Stated> = opens.filter(|stated| engaged.answered_by(stated, terms, &party)).collect();
        let first = opens.iter().min_by_key(|stated| engaged.order(stated)).map(|stated| stated.id);
        opens.into_iter().filter(|stated| Some(stated.id) == first).collect()
    }
}

impl Engaged {
    /// Whether it stands in this log.
    pub(super) fn stands_in(&self, origin: &str) -> bool {
        self.origins.iter().any(|own| **own == *origin)
    }

    /// Whether a leaf by the slot's key is about this party, in one of the two home logs.
    fn answered_by(&self, stated: &Stated, terms: &Terms, party: &SubjectKey) -> bool {
        stated.subject == *party && (stated.origin == self.log || *stated.origin == *terms.log.as_str())
    }

    /// The author's home log decides, by its order; then the party's.
    fn order(&self, stated: &Stated) -> (bool, u64) {
        (stated.origin != self.log, stated.index)
    }
}
