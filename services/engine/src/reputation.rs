//! What a person's home log says of them, counted. Facts only: nothing here weighs, and nothing comes from anywhere else.
//!
//! A slot is opened by an engagement of the person, and answered by the leaves that its key signed about them. Whatever
//! else a log lists under the person is foreign: nobody can hang an entry on another.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::{Commitment, Did, PublicKey};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::log::{self, LeafRow};
use hanse_store::{Connection, accounts, documents, reviews};

use crate::Engine;
use crate::apply::reread;
use crate::error::UseError;
use crate::logs::LogKind;
use crate::show;
use crate::views::{ReputationView, ReviewView};

impl Engine {
    /// The facts of a person, from their home log as this node holds it.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn reputation(&self, did: &Did) -> Result<Option<ReputationView>, UseError> {
        let connection = self.store().connection().await?;
        let Some(person) = accounts::find_identity(&connection, did).await? else { return Ok(None) };
        let origin = LogKind::Reputation.origin(&person.home);
        let Some(row) = log::find(&connection, &origin).await? else { return Ok(None) };
        let leaves = log::leaves_about(&connection, &origin, &SubjectKey::of(did), row.size).await?;
        let standing = Standing::of(did, &leaves);
        let mut shown = Vec::new();
        for (commit, sealed) in &standing.commits {
            if sealed.open {
                shown.push(review(&connection, commit, sealed).await?);
            }
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Ok(Some(ReputationView {
            did: did.to_string(),
            home: person.home.to_string(),
            custody: person.custody,
            origin,
            size: row.size,
            engagements: count(standing.slots.len()),
            settled: count(standing.settled.len()),
            open_slots: count(standing.unanswered()),
            sealed: count(standing.commits.values().filter(|sealed| !sealed.open).count()),
            reviews: shown,
            foreign: standing.foreign,
        }))
    }
}

/// A review as the log shows it.
struct Sealed {
    commitment: Commitment,
    key: PublicKey,
    engagement: LeafId,
    open: bool,
    reply: Option<Commitment>,
}

/// What the leaves about one person add up to.
#[derive(Default)]
struct Standing {
    slots: BTreeMap<LeafId, Vec<PublicKey>>,
    commits: BTreeMap<LeafId, Sealed>,
    settled: BTreeSet<LeafId>,
    foreign: u64,
}

impl Standing {
    fn of(person: &Did, leaves: &[LeafRow]) -> Self {
        let mut standing = Self::default();
        for row in leaves {
            let counted = Leaf::parse(&row.bytes).is_ok_and(|leaf| standing.count(person, row.id, &leaf));
            if !counted {
                standing.foreign += 1;
            }
        }
        standing
    }

    /// Counts a leaf; `false` if it says nothing about the person that they, or a slot of theirs, stand behind.
    fn count(&mut self, person: &Did, id: LeafId, leaf: &Leaf) -> bool {
        let own = leaf.is_signed_by(&person.key());
        match leaf.statement() {
            Some(Statement::Identity { .. }) => own,
            Some(Statement::Engagement { slots, .. }) => {
                if own {
                    self.slots.insert(id, slots.clone());
                }
                own
            }
            Some(Statement::Settle { engagement, .. }) => {
                self.signer(leaf, engagement).is_some() && self.settled.insert(*engagement)
            }
            Some(Statement::Commit { commitment, engagement }) => {
                let Some(key) = self.signer(leaf, engagement) else { return false };
                // One review for a slot: the lower index counts.
                if self.commits.values().any(|sealed| sealed.key == key) {
                    return false;
                }
                let (commitment, engagement) = (*commitment, *engagement);
                self.commits.insert(id, Sealed { commitment, key, engagement, open: false, reply: None });
                true
            }
            Some(Statement::Open { cites }) => match self.commits.get_mut(cites) {
                Some(sealed) if leaf.is_signed_by(&sealed.key) => {
                    sealed.open = true;
                    true
                }
                Some(_) | None => false,
            },
            Some(Statement::Reply { cites, commitment }) => match self.commits.get_mut(cites) {
                Some(sealed) if own && sealed.reply.is_none() => {
                    sealed.reply = Some(*commitment);
                    true
                }
                Some(_) | None => false,
            },
            Some(Statement::Posting { .. }) | None => false,
        }
    }

    /// The slot key of this engagement that signed the leaf.
    fn signer(&self, leaf: &Leaf, engagement: &LeafId) -> Option<PublicKey> {
        let slots = self.slots.get(engagement)?;
        slots.iter().copied().find(|slot| leaf.is_signed_by(slot))
    }

    /// Slots without a review, sealed or open.
    fn unanswered(&self) -> usize {
        let answered = |engagement: &LeafId, slot: &PublicKey| {
            self.commits.values().any(|sealed| sealed.engagement == *engagement && sealed.key == *slot)
        };
        let slots = self.slots.iter().flat_map(|(id, slots)| slots.iter().map(move |slot| (id, slot)));
        slots.filter(|(engagement, slot)| !answered(engagement, slot)).count()
    }
}

async fn review(db: &Connection, commit: &LeafId, sealed: &Sealed) -> Result<ReviewView, UseError> {
    let mut view = ReviewView {
        commit: commit.hex(),
        contract: None,
        state: if sealed.reply.is_some() { "replied" } else { "published" }.to_owned(),
        author: None,
        subject: None,
        role: None,
        custody: None,
        rating: None,
        axes: BTreeMap::new(),
        on_time: None,
        text: None,
        document: None,
        reply: None,
        committed_at: String::new(),
        published_at: None,
    };
    if let Some(row) = reviews::find(db, commit).await? {
        view.contract = row.contract.map(|id| id.to_string());
        view.committed_at = show::time(row.committed_at);
        view.published_at = row.published_at.map(show::time);
    }
    // A review that is open in the log and whose document is not here shows as what it is: without content.
    if let Some(document) = documents::by_commitment(db, &sealed.commitment).await? {
        let document = reread(&document)?;
        if view.committed_at.is_empty() {
            view.committed_at = document.from().to_string();
        }
        show::open(db, &mut view, &document).await?;
    }
    if let Some(commitment) = &sealed.reply
        && let Some(document) = documents::by_commitment(db, commitment).await?
        && let hanse_document::Body::Reply(reply) = reread(&document)?.body()
    {
        view.reply = Some(reply.text.to_string());
    }
    Ok(view)
}
