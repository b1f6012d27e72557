//! Pages of a log for those who follow it: leaves, the public documents that they commit to, and the checkpoint where a page
//! ends at one.

use hanse_document::kind::Body;
use hanse_document::{Commitment, Kind, Signed};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey, subjects_of};
use hanse_network::{Bytes, Entry, RANGE_BYTES_MAX, RANGE_ENTRIES_MAX, Response};
use hanse_reputation::record::Terms;
use hanse_store::documents::{self, DocumentRow};
use hanse_store::log::{self, CheckpointRow, LeafRow};
use hanse_store::{Sql, StoreError};

use crate::logs::{LogError, LogKind, sound_leaves};

/// Answers a request for the leaves `start..end` of a log. The page ends at the last checkpoint within, and carries it; if its
/// documents make it too long, it is cut behind the last leaf that fits and carries none.
///
/// # Errors
/// [`LogError::Damaged`] if a leaf is not the one in its tile: it is not sent. Those of the store.
pub async fn answer(db: &impl Sql, origin: &str, start: u64, end: u64) -> Result<Response, LogError> {
    let Some(row) = log::find(db, origin).await? else {
        return Ok(refused("unknown-log", "This node keeps no log of that origin."));
    };
    if start >= end || start >= row.size {
        return Ok(refused("beyond-head", "This node has no entries of that log from there on."));
    }
    let end = end.min(row.size).min(start.saturating_add(RANGE_ENTRIES_MAX));
    let checkpoint = log::checkpoints_below(db, origin, end, 1).await?.pop();
    let checkpoint = checkpoint.filter(|checkpoint| checkpoint.size > start);
    let end = checkpoint.as_ref().map_or(end, |checkpoint| checkpoint.size);
    let leaves = sound_leaves(db, origin, start, end).await?;
    page(db, origin, leaves, checkpoint).await
}

async fn page(
    db: &impl Sql,
    origin: &str,
    leaves: Vec<LeafRow>,
    checkpoint: Option<CheckpointRow>,
) -> Result<Response, LogError> {
    let mut entries = Vec::with_capacity(leaves.len());
    let (mut used, mut whole) = (0_usize, true);
    for leaf in leaves {
        let documents = shown_documents(db, origin, &leaf.bytes).await?;
        let documents = documents.into_iter().map(|document| Bytes::from(document.bytes)).collect();
        let entry = Entry { leaf: Bytes::from(leaf.bytes), documents };
        used = used.saturating_add(entry.cost());
        if used > RANGE_BYTES_MAX && !entries.is_empty() {
            whole = false;
            break;
        }
        entries.push(entry);
    }
    let checkpoint = checkpoint.filter(|_| whole).map(|checkpoint| Bytes::from(checkpoint.note.into_bytes()));
    Ok(Response::Range { entries, checkpoint })
}

fn refused(slug: &str, detail: &str) -> Response {
    Response::Refused { slug: slug.to_owned(), detail: detail.to_owned() }
}

/// The public documents that go with a leaf of a record, never more than a stranger's check takes, whatever the log says: one document
/// too many makes a whole record file invalid. Who reads a log line by line knows only the commits before an open leaf.
pub(crate) async fn recorded_documents(
    db: &impl Sql,
    origin: &str,
    leaf: &LeafRow,
) -> Result<Vec<DocumentRow>, LogError> {
    if let Some(cites) = opened(&leaf.bytes)
        && log::index_of(db, origin, &cites).await?.is_none_or(|commit| leaf.index < commit)
    {
        return Ok(Vec::new());
    }
    shown_documents(db, origin, &leaf.bytes).await
}

/// The public documents that go with a leaf wherever whole logs are shown: beside an open leaf, after review and text, also the
/// rated person's own offer or acceptance. It names the other side, without which nobody could tell who may review.
async fn shown_documents(db: &impl Sql, origin: &str, leaf: &[u8]) -> Result<Vec<DocumentRow>, LogError> {
    let mut documents = public_documents(db, origin, leaf).await?;
    let Some(cites) = opened(leaf) else { return Ok(documents) };
    // Without the review there is nothing that its text or the word would go with.
    if documents.first().is_none_or(|first| first.id.kind() != Kind::Review) {
        return Ok(Vec::new());
    }
    if let Some(commit) = log::leaf(db, origin, &cites).await?
        && let Some(word) = word_of_rated(db, &commit.bytes).await?
        && word.public
        && is_of_subject(&word.bytes, leaf)
    {
        documents.push(word);
    }
    Ok(documents)
}

/// Whether this is the word of the person whom the leaf is about. What the review says does not matter: the word shows whether that
/// fits.
fn is_of_subject(word: &[u8], open: &[u8]) -> bool {
    let word = Signed::parse(word).and_then(Signed::verify).ok();
    let terms = word.as_ref().and_then(Terms::of);
    let subjects = subjects_of(open).unwrap_or_default();
    terms.is_some_and(|terms| subjects == [SubjectKey::of(&terms.party)])
}

/// The offer or acceptance to which the engagement commits that this commit answers, if both are here.
async fn word_of_rated(db: &impl Sql, commit: &[u8]) -> Result<Option<DocumentRow>, StoreError> {
    let Some(engagement) = answered(commit) else { return Ok(None) };
    let Some(engagement) = log::leaf_anywhere(db, &engagement).await? else { return Ok(None) };
    let Some(commitment) = engaged_by(&engagement.bytes) else { return Ok(None) };
    let word = documents::by_commitment(db, &commitment).await?;
    Ok(word.filter(|row| matches!(row.id.kind(), Kind::Offer | Kind::Acceptance)))
}

/// The commit that a leaf opens.
fn opened(leaf: &[u8]) -> Option<LeafId> {
    if let Statement::Open { cites } = Leaf::parse(leaf).ok()?.statement()? { Some(*cites) } else { None }
}

/// The engagement that a commit answers.
fn answered(leaf: &[u8]) -> Option<LeafId> {
    if let Statement::Commit { engagement, .. } = Leaf::parse(leaf).ok()?.statement()? {
        Some(*engagement)
    } else {
        None
    }
}

/// What an engagement commits to: the one document of a contract that its own party may show.
fn engaged_by(leaf: &[u8]) -> Option<Commitment> {
    if let Statement::Engagement { commitment, .. } = Leaf::parse(leaf).ok()?.statement()? {
        Some(*commitment)
    } else {
        None
    }
}

/// The documents that a leaf lets anybody see: of an identity, a posting or a reply the one committed to; of an open leaf the
/// review that its commit sealed, and the text that the review names, unless erased. None of them may be private here.
pub(crate) async fn public_documents(
    db: &impl Sql,
    origin: &str,
    leaf: &[u8],
) -> Result<Vec<DocumentRow>, LogError> {
    let documents = committed_documents(db, origin, leaf).await?;
    Ok(documents.into_iter().filter(|document| document.public).collect())
}

async fn committed_documents(db: &impl Sql, origin: &str, leaf: &[u8]) -> Result<Vec<DocumentRow>, LogError> {
    // Index leaves and leaves of later versions commit to nothing that is known here.
    let Ok(leaf) = Leaf::parse(leaf) else { return Ok(Vec::new()) };
    match leaf.statement() {
        Some(Statement::Identity { commitment, .. }) => Ok(one(db, commitment, &[Kind::Identity]).await?),
        Some(Statement::Reply { commitment, .. }) => Ok(one(db, commitment, &[Kind::Reply]).await?),
        Some(Statement::Posting { commitment }) if origin.ends_with(LogKind::Jobs.name()) => {
            Ok(one(db, commitment, &[Kind::Job, Kind::Step]).await?)
        }
        Some(Statement::Open { cites }) => match sealed_by(db, origin, cites).await? {
            Some(commitment) => Ok(review_documents(db, &commitment).await?),
            None => Ok(Vec::new()),
        },
        Some(
            Statement::Engagement { .. }
            | Statement::Commit { .. }
            | Statement::Settle { .. }
            | Statement::Posting { .. },
        )
        | None => Ok(Vec::new()),
    }
}

/// The document that is committed to, if it is kept and of a kind that such a leaf makes public.
async fn one(db: &impl Sql, commitment: &Commitment, kinds: &[Kind]) -> Result<Vec<DocumentRow>, StoreError> {
    let found = documents::by_commitment(db, commitment).await?;
    Ok(found.into_iter().filter(|row| kinds.contains(&row.id.kind())).collect())
}

/// What the commit leaf of this id seals, if the log holds it.
pub(crate) async fn sealed_by(
    db: &impl Sql,
    origin: &str,
    commit: &LeafId,
) -> Result<Option<Commitment>, StoreError> {
    let leaf = log::leaf(db, origin, commit).await?;
    Ok(leaf.and_then(|leaf| sealed(&leaf.bytes)))
}

/// What a leaf seals, if it is a commit.
pub(crate) fn sealed(leaf: &[u8]) -> Option<Commitment> {
    match Leaf::parse(leaf).ok()?.statement()? {
        Statement::Commit { commitment, .. } => Some(*commitment),
        Statement::Identity { .. }
        | Statement::Engagement { .. }
        | Statement::Open { .. }
        | Statement::Settle { .. }
        | Statement::Reply { .. }
        | Statement::Posting { .. } => None,
    }
}

/// A review and its text, as far as they are kept.
pub(crate) async fn review_documents(
    db: &impl Sql,
    commitment: &Commitment,
) -> Result<Vec<DocumentRow>, StoreError> {
    let review = documents::by_commitment(db, commitment).await?.filter(|row| row.id.kind() == Kind::Review);
    let Some(review) = review else { return Ok(Vec::new()) };
    let text = match text_of(&review.bytes) {
        Some(commitment) => documents::by_commitment(db, &commitment).await?,
        None => None,
    };
    Ok(std::iter::once(review).chain(text.filter(|row| row.id.kind() == Kind::Text)).collect())
}

/// The commitment of the text that a stored review names.
fn text_of(review: &[u8]) -> Option<Commitment> {
    let review = Signed::parse(review).ok()?.verify().ok()?;
    if let Body::Review(body) = review.body() { body.text } else { None }
}
