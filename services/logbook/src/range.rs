//! Pages of a log for those who follow it: leaves, the public documents that they commit to, and the checkpoint where a page
//! ends at one.

mod beside;

use hanse_document::Commitment;
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_network::{Bytes, Entry, RANGE_BYTES_MAX, RANGE_ENTRIES_MAX, Response};
use hanse_store::log::{self, CheckpointRow, LeafRow};
use hanse_store::{Sql, StoreError};

use crate::{LogError, sound_leaves};

pub use self::beside::{Beside, engaged_by};

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
    let beside = Beside::load(db, origin, &leaves, RANGE_BYTES_MAX).await?;
    let mut entries = Vec::with_capacity(leaves.len());
    let (mut used, mut whole) = (0_usize, true);
    for leaf in leaves {
        let Some(documents) = beside.shown(&leaf.bytes) else {
            whole = false;
            break;
        };
        let documents = documents.into_iter().map(|document| Bytes::from(document.bytes.clone())).collect();
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

/// What the commit leaf of this id seals, if the log holds it.
pub async fn sealed_by(
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
