//! What a verified head means for the log here.

use hanse_base::signals::Notice;
use hanse_ledger::index::IndexLeaf;
use hanse_store::log::{self, LogRow};
use hanse_store::{Sql, StoreError, Tx};
use hanse_tlog::{Hash, prove};

use super::SignedHead;
use crate::LogError;
use crate::Logbook;

/// Why an own log is signed no more: a peer holds a head that this node has signed and does not remember, so its database is
/// older than what it said. Its lost end can come back from the peers; it never goes on without it.
pub const ROLLED_BACK: &str = "rolled-back";

/// Why an own log that was rolled back is not signed yet: its operator has asked for its end, which comes from the peers.
pub const RECOVERING: &str = "recovering";

/// Whether the operator has asked for the lost end of this log.
pub(crate) fn is_recovering(row: &LogRow) -> bool {
    row.own && row.halted.as_deref().is_some_and(|reason| reason.starts_with(RECOVERING))
}

/// Why a mirror is followed no more: its log has signed two histories.
pub const FORKED: &str = "forked";

/// What a head says of the log here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// Nothing that is against it.
    Fits,
    /// The log is halted: by this head, or by something before it.
    Halted,
}

/// Compares a head with the log here: keeps its cosignatures, wakes the follower if it is larger, and halts the log if both
/// cannot be true. While an own log is halted, nobody's answer counts for it.
///
/// # Errors
/// [`LogError::Damaged`] if what is stored is; those of the store.
pub async fn learn(book: &Logbook, head: &SignedHead) -> Result<Learned, LogError> {
    book.heard().saw(head);
    let learned = compare(book, head).await?;
    if learned == Learned::Halted
        && let Some(kind) = book.log_keys().kind_of(head.checkpoint.origin.as_str())
    {
        book.heard().withdraw(kind);
    }
    Ok(learned)
}

async fn compare(book: &Logbook, head: &SignedHead) -> Result<Learned, LogError> {
    let origin = head.checkpoint.origin.as_str();
    let mut connection = book.store().connection().await?;
    let Some(row) = log::find(&connection, origin).await? else { return Ok(Learned::Fits) };
    let learned = if row.halted.is_some() { Learned::Halted } else { Learned::Fits };
    let ahead = head.checkpoint.size > row.size;
    if ahead && !row.own {
        book.heard().keep(head);
        book.heard().hint(head.checkpoint.origin.operator());
        return Ok(learned);
    }
    let ours = if ahead { None } else { Some(root_at(&connection, &row, head.checkpoint.size).await?) };
    if ours != Some(head.checkpoint.root) {
        halt(&connection, &row, head).await?;
        return Ok(Learned::Halted);
    }
    if head.cosignatures.is_empty() {
        return Ok(learned);
    }
    if !row.own && !is_sealed(&connection, &row, head.checkpoint.size).await? {
        tracing::warn!(
            origin,
            size = head.checkpoint.size,
            "a signed checkpoint does not end with an index leaf; ignored"
        );
        return Ok(learned);
    }
    let tx = connection.begin().await?;
    if keep(&tx, book, head).await? {
        tx.commit().await?;
        book.signals().raise(Notice::Cosigned);
        tracing::debug!(origin, size = head.checkpoint.size, "cosignatures are kept");
    }
    Ok(learned)
}

/// Learns again what came before its leaves, now that they are here.
pub(crate) async fn ripen(book: &Logbook, origin: &str, size: u64) -> Result<(), LogError> {
    for head in book.heard().ripe(origin, size) {
        learn(book, &head).await?;
    }
    Ok(())
}

/// Keeps the checkpoint and its cosignatures; `false` if nothing of it is new.
async fn keep(tx: &Tx<'_>, book: &Logbook, head: &SignedHead) -> Result<bool, StoreError> {
    let origin = head.checkpoint.origin.as_str();
    let mut new = log::insert_checkpoint(tx, origin, &head.row(), book.now().unix()).await?;
    for cosignature in &head.cosignatures {
        // Only this node says what this node has cosigned.
        if cosignature.cosigner != book.log_keys().cosigner().vkey().name().as_str() {
            new |= log::cosign(tx, origin, cosignature).await?;
        }
    }
    Ok(new)
}

/// Whether the last of the first `size` leaves is an index leaf: only then is there a proof to be made at this size.
async fn is_sealed(db: &impl Sql, row: &LogRow, size: u64) -> Result<bool, StoreError> {
    let Some(last) = size.checked_sub(1) else { return Ok(false) };
    let leaves = log::leaves(db, &row.origin, last, 1).await?;
    Ok(leaves.iter().any(|leaf| leaf.index == last && IndexLeaf::parse(&leaf.bytes).is_some()))
}

/// The root of the first `size` leaves of a log that has at least as many.
pub(crate) async fn root_at(db: &impl Sql, row: &LogRow, size: u64) -> Result<Hash, LogError> {
    if size == row.size {
        return Ok(row.root);
    }
    let tiles = log::tiles(db, &row.origin, prove::tiles_for_root(size)).await?;
    prove::root(&tiles, size).map_err(|missing| LogError::damaged(&row.origin, missing.to_string()))
}

/// The first line of the reason names it; below stands the note that proves it, beside our own. An own log that is halted
/// already for a reason without a note gets this one: whoever lets it go on has to see it.
async fn halt(db: &impl Sql, row: &LogRow, head: &SignedHead) -> Result<(), LogError> {
    let fault = if row.own { ROLLED_BACK } else { FORKED };
    let (ours, theirs) = (row.size, head.checkpoint.size);
    let what = format!("{fault}: a signed head contradicts ours of size {ours}");
    if log::halt(db, &row.origin, &format!("{what}\n{}", head.note)).await? {
        tracing::error!(origin = row.origin, ours, theirs, fault, "a log is halted");
        return Ok(());
    }
    let before = log::halted(db, &row.origin).await?;
    let Some(before) = before.filter(|before| row.own && !before.contains('\n')) else { return Ok(()) };
    let reason = format!("{what}; halted before: {before}\n{}", head.note);
    if log::change_halt(db, &row.origin, &before, &reason).await? {
        tracing::error!(
            origin = row.origin,
            ours,
            theirs,
            fault,
            before,
            "another checkpoint contradicts a halted log"
        );
    }
    Ok(())
}
