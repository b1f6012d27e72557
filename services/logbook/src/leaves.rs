//! Leaves into the queue of an own log, and leaves and heads of any log out of the database.

use std::collections::BTreeSet;

use hanse_base::error::{Refusal, UseError};
use hanse_ledger::{Leaf, LeafError, LeafId, Statement};
use hanse_store::log::{self, LeafRow, LogRow};
use hanse_store::{Sql, StoreError, Tx};

use crate::{LogError, OwnLog};

/// Most leaves that a caller of [`leaves_from`] gets at once: one full batch of a sequencer.
pub const LEAVES_MAX: u64 = 256;

/// Queues a leaf for one of this node's own logs. One that is queued or in the log already is not queued again: `false`.
///
/// # Errors
/// As [`enqueue_all`].
pub async fn enqueue(tx: &Tx<'_>, origin: &str, leaf: &Leaf) -> Result<bool, LogError> {
    Ok(enqueue_all(tx, origin, std::slice::from_ref(leaf)).await? == 1)
}

/// Queues leaves in this order; says how many were neither queued nor in the log.
///
/// # Errors
/// [`LogError::Leaf`] if a signature does not fit or the type is unknown: such a leaf would stand in the log for ever and weigh
/// nothing. Those of the store.
pub async fn enqueue_all(tx: &Tx<'_>, origin: &str, leaves: &[Leaf]) -> Result<u64, LogError> {
    for leaf in leaves {
        if leaf.statement().is_none() {
            return Err(LogError::Leaf(LeafError::UnknownKind));
        }
        leaf.verify_signatures().map_err(LogError::Leaf)?;
    }
    let leaves: Vec<_> = leaves.iter().map(|leaf| (leaf.id(), leaf.bytes())).collect();
    Ok(log::enqueue(tx, origin, &leaves).await?)
}

/// Refuses what must stand in an own log that is halted: once it is taken, its author relies on it.
///
/// # Errors
/// `LogHalted`; those of the store.
pub async fn refuse_halted(db: &impl Sql, own: &OwnLog) -> Result<(), UseError> {
    let halted = log::halted(db, &own.origin).await?;
    if halted.is_some() { Err(Refusal::LogHalted(own.kind.name()).into()) } else { Ok(()) }
}

/// Whether a log holds the leaf.
///
/// # Errors
/// Those of the store.
pub async fn contains(db: &impl Sql, origin: &str, id: &LeafId) -> Result<bool, LogError> {
    Ok(log::index_of(db, origin, id).await?.is_some())
}

/// At most `limit`, and at most [`LEAVES_MAX`], leaves from `start` on, index leaves among them.
///
/// # Errors
/// Those of the store.
pub async fn leaves_from(
    db: &impl Sql,
    origin: &str,
    start: u64,
    limit: u64,
) -> Result<Vec<LeafRow>, LogError> {
    Ok(log::leaves(db, origin, start, limit.min(LEAVES_MAX)).await?)
}

/// The head of a log that must be there.
///
/// # Errors
/// [`LogError::Unknown`] if it is not; those of the store.
pub async fn head(db: &impl Sql, origin: &str) -> Result<LogRow, LogError> {
    log::find(db, origin).await?.ok_or_else(|| LogError::Unknown { origin: origin.to_owned() })
}

/// Whether a log owes the review that a commit in it seals: it is its author's home, or nobody here can say that it is not. The
/// engagement that the commit answers names the log of the author's home; what stands anywhere else is a copy, and whoever keeps the
/// review back keeps it back there.
pub(crate) async fn owes(db: &impl Sql, origin: &str, commit: &LeafId) -> Result<bool, StoreError> {
    let read = |row: LeafRow| Leaf::parse(&row.bytes).ok();
    let Some(commit) = log::leaf(db, origin, commit).await?.and_then(read) else { return Ok(false) };
    let Some(Statement::Commit { engagement, .. }) = commit.statement() else { return Ok(false) };
    let engaged = log::leaves_anywhere(db, &BTreeSet::from([*engagement])).await?.into_values().next();
    let engagement = engaged.and_then(read);
    Ok(match engagement.as_ref().and_then(Leaf::statement) {
        Some(Statement::Engagement { log, .. }) => log == origin,
        _ => true,
    })
}
