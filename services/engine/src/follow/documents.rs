//! The documents that come with leaves: kept if a leaf commits to them, ignored and counted otherwise.

use std::collections::BTreeMap;

use hanse_document::kind::Body;
use hanse_document::{Commitment, Kind, Signed, Timestamp, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_reputation::record::Terms;
use hanse_store::log::{self, GapRow};
use hanse_store::{StoreError, Tx, documents};

use crate::range::{sealed, sealed_by};

/// Most documents that go with one leaf: a review, its text, and the offer or acceptance of whoever is rated.
pub(super) const DOCUMENTS_MAX: usize = 3;

/// A leaf and what came with it, verified.
pub(super) struct Entry {
    leaf: Option<Leaf>,
    documents: Vec<Verified>,
    ignored: usize,
}

/// What was made of the documents of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    /// Opened reviews whose document did not come along.
    pub(super) gaps: usize,
    /// Documents that were left out.
    pub(super) ignored: usize,
}

/// Reads leaves and documents and checks the documents' signatures; what is out of form is left out and counted.
pub(super) fn verified(entries: &[(Vec<u8>, Vec<Vec<u8>>)]) -> Vec<Entry> {
    let read = |(leaf, documents): &(Vec<u8>, Vec<Vec<u8>>)| {
        let kept = documents.iter().take(DOCUMENTS_MAX);
        let kept: Vec<Verified> =
            kept.filter_map(|bytes| Signed::parse(bytes).and_then(Signed::verify).ok()).collect();
        Entry { leaf: Leaf::parse(leaf).ok(), ignored: documents.len() - kept.len(), documents: kept }
    };
    entries.iter().map(read).collect()
}

/// Keeps what the leaves from `start` on commit to, public from now on, and notes a gap for each opened review that is missing.
pub(super) async fn take(
    tx: &Tx<'_>,
    origin: &str,
    start: u64,
    entries: Vec<Entry>,
    now: Timestamp,
) -> Result<Received, StoreError> {
    let mut received = Received::default();
    let mut sealed_here: BTreeMap<LeafId, Commitment> = BTreeMap::new();
    for (entry, index) in entries.into_iter().zip(start..) {
        received.ignored += entry.ignored;
        let Some(leaf) = &entry.leaf else {
            received.ignored += entry.documents.len();
            continue;
        };
        if let Some(commitment) = sealed(leaf.bytes()) {
            sealed_here.insert(leaf.id(), commitment);
        }
        let wanted = match leaf.statement() {
            Some(Statement::Open { cites }) => {
                let seals = match sealed_here.get(cites) {
                    Some(commitment) => Some(*commitment),
                    None => sealed_by(tx, origin, cites).await?,
                };
                Wanted::review(seals, leaf)
            }
            statement => Wanted::by(statement),
        };
        let kept = wanted.keep(tx, &entry.documents, now).await?;
        received.ignored += entry.documents.len() - kept;
        if let Wanted::Review(commitment, _) = wanted
            && documents::by_commitment(tx, &commitment).await?.is_none()
        {
            received.gaps += 1;
            log::insert_gap(tx, origin, &GapRow { index, commitment }).await?;
        }
    }
    Ok(received)
}

/// Closes a gap with what came for its leaf. `true` if it is closed.
pub(super) async fn close_gap(
    tx: &Tx<'_>,
    origin: &str,
    gap: &GapRow,
    documents: &[Vec<u8>],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let documents = documents.iter().take(DOCUMENTS_MAX);
    let documents: Vec<Verified> =
        documents.filter_map(|bytes| Signed::parse(bytes).and_then(Signed::verify).ok()).collect();
    let open =
        log::leaves(tx, origin, gap.index, 1).await?.pop().and_then(|row| Leaf::parse(&row.bytes).ok());
    let wanted = open.map_or(Wanted::Nothing, |open| Wanted::review(Some(gap.commitment), &open));
    wanted.keep(tx, &documents, now).await?;
    if documents::by_commitment(tx, &gap.commitment).await?.is_none() {
        return Ok(false);
    }
    log::remove_gap(tx, origin, gap.index).await?;
    Ok(true)
}

/// What a leaf lets everybody have.
#[derive(Clone, Copy)]
enum Wanted {
    Nothing,
    One(Commitment, &'static [Kind]),
    /// What the commit seals, and whom it is about.
    Review(Commitment, SubjectKey),
}

impl Wanted {
    /// What an open leaf lets everybody have, if it is known what it opens.
    fn review(seals: Option<Commitment>, open: &Leaf) -> Self {
        match (seals, open.subjects()) {
            (Some(seals), [subject]) => Self::Review(seals, *subject),
            (Some(_) | None, _) => Self::Nothing,
        }
    }

    fn by(statement: Option<&Statement>) -> Self {
        match statement {
            Some(Statement::Identity { commitment, .. }) => Self::One(*commitment, &[Kind::Identity]),
            Some(Statement::Posting { commitment }) => Self::One(*commitment, &[Kind::Job, Kind::Step]),
            Some(Statement::Reply { commitment, .. }) => Self::One(*commitment, &[Kind::Reply]),
            Some(
                Statement::Engagement { .. }
                | Statement::Commit { .. }
                | Statement::Open { .. }
                | Statement::Settle { .. },
            )
            | None => Self::Nothing,
        }
    }

    /// Keeps those of the documents that are wanted, and says how many.
    async fn keep(self, tx: &Tx<'_>, sent: &[Verified], now: Timestamp) -> Result<usize, StoreError> {
        let is = |document: &Verified, commitment: &Commitment, kinds: &[Kind]| {
            document.commitment() == *commitment && kinds.contains(&document.kind())
        };
        let mut wanted: Vec<&Verified> = Vec::new();
        match self {
            Self::Nothing => {}
            Self::One(commitment, kinds) => {
                wanted.extend(sent.iter().find(|document| is(document, &commitment, kinds)));
            }
            Self::Review(commitment, subject) => {
                let review = sent.iter().find(|document| is(document, &commitment, &[Kind::Review]));
                let text = review.and_then(text_named_by);
                let text =
                    text.and_then(|text| sent.iter().find(|document| is(document, &text, &[Kind::Text])));
                let word = review.and_then(|_| sent.iter().find(|word| is_word_of(word, &subject)));
                wanted.extend(review.into_iter().chain(text).chain(word));
            }
        }
        for document in &wanted {
            if !documents::insert(tx, document, true, now.unix()).await? {
                documents::publish(tx, &document.id()).await?;
            }
        }
        Ok(wanted.len())
    }
}

/// The commitment of the text that a review names.
fn text_named_by(review: &Verified) -> Option<Commitment> {
    if let Body::Review(body) = review.body() { body.text } else { None }
}

/// Whether this is an offer or acceptance of the person whom the leaf is about. Whether the person's engagement commits to it, and
/// whether the review fits it, is seen where they are read together: that leaf may not have come yet.
fn is_word_of(word: &Verified, subject: &SubjectKey) -> bool {
    Terms::of(word).is_some_and(|terms| SubjectKey::of(&terms.party) == *subject)
}
