//! What a person's home log says of them, counted. Facts only: nothing here weighs, and nothing comes from anywhere else.
//!
//! A slot is opened by an engagement of the person, and answered by the leaves that its key signed about them. Whatever
//! else a log lists under the person is foreign: nobody can hang an entry on another.

use std::collections::{BTreeMap, BTreeSet};

use hanse_api::views::{ReputationView, ReviewView};
use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::present::{self, Words};
use hanse_document::{Commitment, Did, PublicKey};
use hanse_ledger::evidence::ENTRIES_MAX;
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_store::log::{self, LeafRow};
use hanse_store::reviews::{self, ReviewRow};
use hanse_store::{Sql, accounts};

use crate::Trust;

/// Leaves of one person that are counted: as many as an evidence file holds, so that what is counted here can be proved.
const LEAVES_MAX: usize = ENTRIES_MAX;
/// Reviews that are shown with their words, the newest: as many as the longest page. All of them are in the evidence file.
const REVIEWS_MAX: usize = 100;

impl Trust {
    /// The facts of a person, from their home log as this node holds it.
    ///
    /// # Errors
    /// `RecordTooLarge` where the log says more than is counted.
    pub async fn reputation(&self, did: &Did) -> Result<Option<ReputationView>, UseError> {
        let connection = self.store().connection().await?;
        let Some(person) = accounts::find_identity(&connection, did).await? else { return Ok(None) };
        let origin = LogKind::Reputation.origin(&person.home);
        let Some(row) = log::find(&connection, &origin).await? else { return Ok(None) };
        let most = LEAVES_MAX.saturating_add(1);
        let leaves = log::leaves_about(&connection, &origin, &SubjectKey::of(did), row.size, most).await?;
        if leaves.len() == most {
            return Err(Refusal::RecordTooLarge.into());
        }
        let standing = Standing::of(did, &leaves);
        let shown = standing.newest(&leaves);
        let reviews = opened(&connection, &shown).await?;
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Ok(Some(ReputationView {
            did: did.to_string(),
            home: person.home.to_string(),
            custody: person.custody.into(),
            origin,
            size: row.size,
            engagements: count(standing.slots.len()),
            settled: count(standing.settled.len()),
            open_slots: count(standing.unanswered()),
            sealed: count(standing.commits.values().filter(|sealed| !sealed.open).count()),
            opened: count(standing.commits.values().filter(|sealed| sealed.open).count()),
            raters_without_record: self.raters_without_record(did),
            reviews,
            foreign: standing.foreign,
        }))
    }
}

/// A review as the log shows it.
struct Sealed {
    commitment: Commitment,
    key: PublicKey,
    open: bool,
    reply: Option<Commitment>,
}

/// What the leaves about one person add up to.
#[derive(Default)]
struct Standing {
    slots: BTreeMap<LeafId, Vec<PublicKey>>,
    commits: BTreeMap<LeafId, Sealed>,
    /// Which engagement each slot has reviewed.
    reviewed: BTreeMap<PublicKey, LeafId>,
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

    /// The newest open reviews, in the order of the log.
    fn newest(&self, leaves: &[LeafRow]) -> Vec<(LeafId, &Sealed)> {
        let open = |row: &LeafRow| Some((row.id, self.commits.get(&row.id).filter(|sealed| sealed.open)?));
        let mut newest: Vec<(LeafId, &Sealed)> =
            leaves.iter().rev().filter_map(open).take(REVIEWS_MAX).collect();
        newest.reverse();
        newest
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
                if self.reviewed.contains_key(&key) {
                    return false;
                }
                self.reviewed.insert(key, *engagement);
                self.commits.insert(id, Sealed { commitment: *commitment, key, open: false, reply: None });
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
        let slots = self.slots.iter().flat_map(|(id, slots)| slots.iter().map(move |slot| (id, slot)));
        slots.filter(|(engagement, slot)| self.reviewed.get(slot) != Some(engagement)).count()
    }
}

/// Reviews as the log shows them. One that is open in the log and whose document is not here shows as what it is: without content.
async fn opened(db: &impl Sql, shown: &[(LeafId, &Sealed)]) -> Result<Vec<ReviewView>, UseError> {
    let commits: Vec<LeafId> = shown.iter().map(|(commit, _)| *commit).collect();
    let rows = reviews::find_all(db, &commits).await?;
    let said = shown.iter().flat_map(|(_, sealed)| std::iter::once(sealed.commitment).chain(sealed.reply));
    let words = Words::load(db, &said.collect::<Vec<_>>()).await?;
    shown.iter().map(|(commit, sealed)| review(commit, sealed, rows.get(commit), &words)).collect()
}

fn review(
    commit: &LeafId,
    sealed: &Sealed,
    row: Option<&ReviewRow>,
    words: &Words,
) -> Result<ReviewView, UseError> {
    let mut view = ReviewView {
        commit: commit.hex(),
        contract: row.and_then(|row| row.contract).map(|id| id.to_string()),
        state: if sealed.reply.is_some() { "replied" } else { "published" }.to_owned(),
        committed_at: row.map(|row| present::time(row.committed_at)).unwrap_or_default(),
        published_at: row.and_then(|row| row.published_at).map(present::time),
        ..ReviewView::default()
    };
    words.open(&mut view, &sealed.commitment)?;
    if view.committed_at.is_empty() {
        view.committed_at = words.said_at(&sealed.commitment)?.unwrap_or_default();
    }
    let reply = sealed.reply.as_ref().and_then(|reply| words.get(reply));
    view.reply = reply.map(present::replied).transpose()?.flatten();
    Ok(view)
}
