//! What leaves state, arranged by what they cite. Nothing here judges; order of arrival leaves no trace.
//!
//! Flat sets with names of logs kept once: a log may hold a million leaves, and each may take about the bytes of its line in a file.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hanse_document::kind::Role;
use hanse_document::{Commitment, Did, DocumentId, PublicKey};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};

use super::client::ClientAxes;
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
    pub(super) signer: [u8; 32],
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
    /// Of a client.
    pub(super) client: ClientAxes,
    /// Of the day on which its author says to have signed it.
    pub(super) signed: Epoch,
}

/// Commits by their id, log and signer. No log holds an id twice; of one that does, the first counts.
type Commits = BTreeMap<(LeafId, Arc<str>, [u8; 32]), Commit>;

/// A leaf that seals a review.
#[derive(Clone, Debug)]
struct Commit {
    index: u64,
    subject: SubjectKey,
    engagement: LeafId,
    seals: Commitment,
}

/// Leaves that open a commit by the commit, signer, log and their own id; each with its place and subject.
type Opens = BTreeMap<(LeafId, [u8; 32], Arc<str>, LeafId), (u64, SubjectKey)>;

/// Ids by the first bytes of another hash: half of what whole hashes take. Whoever looks compares the rest.
type ByStart = BTreeSet<(u64, LeafId)>;

/// All that was fed.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) engagements: BTreeMap<LeafId, Engaged>,
    pub(super) reviews: BTreeMap<Commitment, Said>,
    pub(super) terms: BTreeMap<Commitment, Terms>,
    commits: Commits,
    /// Commits by the engagement that they cite.
    answers: ByStart,
    opens: Opens,
    /// The engagements that a document with this commitment bears on.
    bears_on: ByStart,
    /// Payments that were confirmed: the client's engagement, and the key that says so.
    settles: BTreeSet<(LeafId, [u8; 32])>,
    /// Names of logs, each kept once however many leaves name it.
    names: BTreeSet<Arc<str>>,
}

/// The least and the last of all ids.
pub(super) const IDS: (LeafId, LeafId) =
    (LeafId::from_bytes([u8::MIN; 32]), LeafId::from_bytes([u8::MAX; 32]));

fn start(hash: &[u8; 32]) -> u64 {
    hash.first_chunk().map_or(0, |start| u64::from_be_bytes(*start))
}

fn starting<'a>(ids: &'a ByStart, hash: &[u8; 32]) -> impl Iterator<Item = LeafId> + use<'a> {
    let start = start(hash);
    ids.range((start, IDS.0)..=(start, IDS.1)).map(|(_, id)| *id)
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
            Statement::Commit { .. } | Statement::Open { .. } | Statement::Settle { .. } => true,
            Statement::Identity { .. } | Statement::Reply { .. } | Statement::Posting { .. } => false,
        };
        if !tells || !leaf.is_signed_by(signer) {
            return None;
        }
        let (id, origin) = (leaf.id(), self.name(origin));
        let stated = Stated { origin, index, id, signer: *signer.as_bytes(), subject: *subject };
        self.keep(statement, *signer, stated)
    }

    fn keep(&mut self, statement: &Statement, party: PublicKey, stated: Stated) -> Option<LeafId> {
        let Stated { origin, index, id, signer, subject } = stated;
        match statement {
            Statement::Engagement { commitment, due, log, slots } => {
                let (commitment, due, slot) = (*commitment, *due, *slots.first()?);
                let log = self.name(log);
                let new = || Engaged { party, commitment, due, log, slot, origins: Vec::new() };
                let engaged = self.engagements.entry(id).or_insert_with(new);
                if !engaged.stands_in(&origin) {
                    engaged.origins.reserve_exact(1);
                    engaged.origins.push(origin);
                }
                self.bears_on.insert((start(commitment.as_bytes()), id));
                Some(id)
            }
            Statement::Commit { commitment, engagement } => {
                let (engagement, seals) = (*engagement, *commitment);
                let commit = Commit { index, subject, engagement, seals };
                self.commits.entry((id, origin, signer)).or_insert(commit);
                self.answers.insert((start(engagement.as_bytes()), id));
                self.bears_on.insert((start(seals.as_bytes()), engagement));
                Some(engagement)
            }
            Statement::Open { cites } => {
                self.opens.entry((*cites, signer, origin, id)).or_insert((index, subject));
                // Whoever signed the commit, its id says which engagement it cites.
                self.copies(cites).next().map(|(_, commit)| commit.engagement)
            }
            // It bears on no entry: nothing has to be judged anew.
            Statement::Settle { engagement, .. } => {
                self.settles.insert((*engagement, signer));
                None
            }
            Statement::Identity { .. } | Statement::Reply { .. } | Statement::Posting { .. } => None,
        }
    }

    /// Whether the key of this engagement's slot has confirmed that it was paid.
    pub(super) fn is_settled(&self, id: &LeafId) -> bool {
        self.engagements
            .get(id)
            .is_some_and(|engaged| self.settles.contains(&(*id, *engaged.slot.as_bytes())))
    }

    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(kept) = self.names.get(name) {
            return Arc::clone(kept);
        }
        let kept: Arc<str> = name.into();
        self.names.insert(Arc::clone(&kept));
        kept
    }

    /// The commits of this id, in whatever log and by whomever.
    fn copies(
        &self,
        id: &LeafId,
    ) -> impl Iterator<Item = (&(LeafId, Arc<str>, [u8; 32]), &Commit)> + use<'_> {
        let id = *id;
        let from = (id, Arc::<str>::default(), [u8::MIN; 32]);
        self.commits.range(from..).take_while(move |(key, _)| key.0 == id)
    }

    /// The engagements that a document with this commitment bears on, and perhaps others.
    pub(super) fn concerned(&self, commitment: &Commitment) -> impl Iterator<Item = LeafId> {
        starting(&self.bears_on, commitment.as_bytes())
    }

    /// What a commit of this id seals that was read in this log.
    pub(super) fn seals(&self, commit: &LeafId, origin: &str) -> Option<&Commitment> {
        let origin = Arc::clone(self.names.get(origin)?);
        let by_any = (*commit, Arc::clone(&origin), [u8::MIN; 32])..=(*commit, origin, [u8::MAX; 32]);
        self.commits.range(by_any).next().map(|(_, commit)| &commit.seals)
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
        engagement: &LeafId,
        engaged: &Engaged,
    ) -> impl Iterator<Item = (Stated, &'a Commitment)> + use<'a> {
        let (engagement, slot) = (*engagement, *engaged.slot.as_bytes());
        let ids = starting(&self.answers, engagement.as_bytes());
        let commits = ids.flat_map(|id| self.copies(&id));
        let own = commits
            .filter(move |((_, _, signer), commit)| *signer == slot && commit.engagement == engagement);
        own.map(|((id, origin, signer), commit)| {
            let Commit { index, subject, .. } = *commit;
            let origin = Arc::clone(origin);
            (Stated { origin, index, id: *id, signer: *signer, subject }, &commit.seals)
        })
    }

    /// The leaves by this key that open a commit, wherever they stand.
    pub(super) fn opens(&self, commit: &LeafId, slot: PublicKey) -> impl Iterator<Item = Stated> + use<'_> {
        let (commit, slot) = (*commit, *slot.as_bytes());
        let from = (commit, slot, Arc::<str>::default(), IDS.0);
        let by_slot = self.opens.range(from..);
        let by_slot = by_slot.take_while(move |((cited, signer, ..), _)| (*cited, *signer) == (commit, slot));
        by_slot.map(|((_, signer, origin, id), (index, subject))| Stated {
            origin: Arc::clone(origin),
            index: *index,
            id: *id,
            signer: *signer,
            subject: *subject,
        })
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
    pub(super) fn opened(&self, commit: &LeafId, engaged: &Engaged, terms: &Terms) -> Vec<Stated> {
        let party = SubjectKey::of(&terms.party);
        let opens = self.opens(commit, engaged.slot);
        let opens: Vec<Stated> = opens.filter(|stated| engaged.answered_by(stated, terms, &party)).collect();
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
