//! The documents that come with leaves: kept if a leaf commits to them, ignored and counted otherwise.

use hanse_document::kind::Body;
use hanse_document::{Commitment, Kind, Signed, Timestamp, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_reputation::record::Terms;
use hanse_store::log::{self, Want, Wanted, WantedRow};
use hanse_store::{Sql, StoreError, Tx, documents};

use crate::append::Line;
use crate::range::sealed_by;
use crate::shows::Shows;

/// Most documents that go with one leaf: a review, its text, and the offer or acceptance of whoever is rated.
pub(super) const DOCUMENTS_MAX: usize = 3;

/// What came with a leaf, verified.
pub(super) struct Beside {
    documents: Vec<Verified>,
    ignored: usize,
}

/// What was made of the documents of a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Received {
    /// Leaves whose document did not come along and is not here.
    pub(super) missing: usize,
    /// Documents that were left out.
    pub(super) ignored: usize,
}

/// What was kept of what came for one leaf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Kept {
    documents: usize,
    bytes: u64,
}

/// What became of a leaf of which a document was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    /// It is not missing any more.
    pub(super) here: bool,
    /// Bytes that were kept for it.
    pub(super) bytes: u64,
}

/// Reads what came with each leaf and checks its signatures; what is out of form is left out and counted.
pub(super) fn verified(entries: &[(Vec<u8>, Vec<Vec<u8>>)]) -> Vec<Beside> {
    let read = |(_, documents): &(Vec<u8>, Vec<Vec<u8>>)| {
        let kept = verify(documents);
        Beside { ignored: documents.len() - kept.len(), documents: kept }
    };
    entries.iter().map(read).collect()
}

fn verify(documents: &[Vec<u8>]) -> Vec<Verified> {
    let kept = documents.iter().take(DOCUMENTS_MAX);
    kept.filter_map(|bytes| Signed::parse(bytes).and_then(Signed::verify).ok()).collect()
}

/// Keeps what the leaves from `start` on commit to, public from now on, and notes what is missing. The leaves are in the log already.
pub(super) async fn take(
    tx: &Tx<'_>,
    origin: &str,
    start: u64,
    lines: &[Line],
    beside: Vec<Beside>,
    now: Timestamp,
) -> Result<Received, StoreError> {
    let mut received = Received::default();
    let (mut plain, mut reviews, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for ((line, beside), index) in lines.iter().zip(beside).zip(start..) {
        received.ignored += beside.ignored;
        let Some(leaf) = line.known() else {
            received.ignored += beside.documents.len();
            continue;
        };
        let shown = Public::by(tx, origin, leaf).await?;
        let kept = shown.keep(tx, &beside.documents, now).await?.documents;
        received.ignored += beside.documents.len() - kept;
        let (kind, cites) = (leaf.kind().to_owned(), None);
        match (shown, leaf.statement()) {
            _ if kept > 0 => {}
            (Public::One(commitment, _), _) => {
                plain.push(Wanted { index, kind, commitment: Some(commitment), cites });
            }
            (Public::Review(commitment, _), _) => {
                reviews.push(Wanted { index, kind, commitment: Some(commitment), cites });
            }
            // Its commit stands behind it, or nowhere: what it opens is not known yet.
            (Public::Nothing, Some(Statement::Open { cites })) => {
                unknown.push(Wanted { index, kind, commitment: None, cites: Some(*cites) });
            }
            (Public::Nothing, Some(Statement::Commit { commitment, .. })) => {
                // What opens it in the same page has to be there to be found.
                log::want(tx, origin, Want::Document, &std::mem::take(&mut unknown), now.unix()).await?;
                log::commit_known(tx, origin, &leaf.id(), commitment, now.unix()).await?;
            }
            (Public::Nothing, _) => {}
        }
    }
    log::want(tx, origin, Want::Document, &unknown, now.unix()).await?;
    let missing = log::want(tx, origin, Want::Document, &plain, now.unix()).await?
        + log::want(tx, origin, Want::Review, &reviews, now.unix()).await?;
    received.missing = usize::try_from(missing).unwrap_or(usize::MAX);
    Ok(received)
}

/// Keeps what came for a leaf of which a document is missing.
pub(super) async fn fill(
    tx: &Tx<'_>,
    origin: &str,
    wanted: &WantedRow,
    sent: &[Vec<u8>],
    now: Timestamp,
) -> Result<Filled, StoreError> {
    let Some(commitment) = wanted.commitment else { return Ok(Filled { here: false, bytes: 0 }) };
    let row = log::leaves(tx, origin, wanted.index, 1).await?.pop();
    let kept = match row.and_then(|row| Leaf::parse(&row.bytes).ok()) {
        Some(leaf) => Public::by(tx, origin, &leaf).await?.keep(tx, &verify(sent), now).await?,
        None => Kept::default(),
    };
    let here = documents::by_commitment(tx, &commitment).await?.is_some();
    Ok(Filled { here, bytes: kept.bytes })
}

/// What a leaf lets everybody have, as far as it is known: what an open leaf opens may not have come yet.
#[derive(Clone, Copy)]
enum Public {
    Nothing,
    One(Commitment, &'static [Kind]),
    /// What the commit seals, and whom it is about.
    Review(Commitment, SubjectKey),
}

impl Public {
    async fn by(db: &impl Sql, origin: &str, leaf: &Leaf) -> Result<Self, StoreError> {
        Ok(match (Shows::of(origin, leaf), leaf.subjects()) {
            (Shows::Document(commitment, kinds), _) => Self::One(commitment, kinds),
            (Shows::Review(commit), [subject]) => match sealed_by(db, origin, &commit).await? {
                Some(sealed) => Self::Review(sealed, *subject),
                None => Self::Nothing,
            },
            (Shows::Review(_) | Shows::Nothing, _) => Self::Nothing,
        })
    }

    /// Keeps those of the documents that are wanted.
    async fn keep(self, tx: &Tx<'_>, sent: &[Verified], now: Timestamp) -> Result<Kept, StoreError> {
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
        let bytes: usize = wanted.iter().map(|document| document.bytes().len()).sum();
        Ok(Kept { documents: wanted.len(), bytes: u64::try_from(bytes).unwrap_or(u64::MAX) })
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
