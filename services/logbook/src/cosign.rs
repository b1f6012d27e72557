//! The auditor: this node cosigns a peer's log, and only what it has rebuilt itself.
//!
//! A mirror gets its leaves by replaying them, index included, so its head may be cosigned as it stands; not past a review that the
//! log owes and whose document is missing, not while a larger head is known, and not before the peers had a chance to remind this process of what
//! it has signed. The cosignature is committed before anybody sees it.

use hanse_base::signals::Notice;
use hanse_document::Timestamp;
use hanse_ledger::{Leaf, Statement};
use hanse_store::log::{self, CosignatureRow, LogRow};
use hanse_store::{Store, Tx};
use hanse_tlog::Checkpoint;

use crate::Logbook;
use crate::leaves::owes;
use crate::{LogError, LogKeys, check_edge};

/// A head that stays the newest is cosigned again after this time, in seconds: verifiers take cosignatures for two days, so a log
/// stays good through one missed day.
pub const RECOSIGN_SECONDS: u64 = 86_400;

/// Missing reviews looked at in one audit, under the lock of the log: if all of them are copies, the next one goes on from there.
const OWED_MAX: u64 = 64;

/// What the auditor did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cosigned {
    /// It cosigned the head.
    Signed {
        /// Of this size.
        size: u64,
    },
    /// It has done so within the day.
    Fresh,
    /// It does not: this is why.
    Withheld(Withheld),
}

/// Why the auditor is silent about a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withheld {
    /// The log is this node's own: its cosignature of it counts nowhere.
    Own,
    /// There is no head yet.
    Empty,
    /// The log is halted.
    Halted,
    /// The document of a review that was opened at its author's home has not arrived, or so many have not that it is not known yet whether
    /// any of them is of there.
    Gap,
    /// The log has signed a larger head.
    Behind,
    /// This node has cosigned the head at a later time than now, so its clock went back.
    Clock,
}

/// Cosigns the head of a mirrored log, if there is nothing against it. `largest` is the size of the largest head that the log's
/// key was seen to sign.
///
/// # Errors
/// [`LogError::Damaged`] if the mirror does not fit its checkpoint; those of the store.
pub async fn cosign(
    store: &Store,
    logs: &LogKeys,
    origin: &str,
    largest: u64,
    now: Timestamp,
) -> Result<Cosigned, LogError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = log::lock(&tx, origin).await?.ok_or_else(|| LogError::Unknown { origin: origin.to_owned() })?;
    if let Some(held) = held(&row, largest) {
        return Ok(Cosigned::Withheld(held));
    }
    let vkey = logs.vkey(origin).ok_or_else(|| LogError::Unknown { origin: origin.to_owned() })?;
    let cosigner = logs.cosigner();
    let time = u64::try_from(now.unix()).unwrap_or(0);
    let before = log::newest_cosigned_by(&tx, origin, cosigner.vkey().name().as_str()).await?;
    if let Some(before) = before.filter(|before| before.size == row.size) {
        match time.checked_sub(before.time) {
            None => return Ok(Cosigned::Withheld(Withheld::Clock)),
            Some(age) if age < RECOSIGN_SECONDS => return Ok(Cosigned::Fresh),
            Some(_) => {}
        }
    }
    if may_owe_review(&tx, &row).await? {
        // What it has found to be a copy is not looked at again.
        tx.commit().await?;
        return Ok(Cosigned::Withheld(Withheld::Gap));
    }
    check_edge(&tx, &row, vkey).await?;
    let head = Checkpoint { origin: vkey.name().clone(), size: row.size, root: row.root };
    let line = format!("{}\n", cosigner.cosign(&head, time));
    let cosigner = cosigner.vkey().name().as_str().to_owned();
    log::cosign(&tx, origin, &CosignatureRow { size: row.size, cosigner, time, line }).await?;
    tx.commit().await?;
    Ok(Cosigned::Signed { size: row.size })
}

fn held(row: &LogRow, largest: u64) -> Option<Withheld> {
    if row.own {
        Some(Withheld::Own)
    } else if row.size == 0 {
        Some(Withheld::Empty)
    } else if row.halted.is_some() {
        Some(Withheld::Halted)
    } else if largest > row.size {
        Some(Withheld::Behind)
    } else {
        None
    }
}

/// Whether the log owes a review that is not here, or that is not known yet. What has shown itself to be a copy since it was noted is
/// owed no more.
async fn may_owe_review(tx: &Tx<'_>, row: &LogRow) -> Result<bool, LogError> {
    let owed = log::wanted_owed(tx, &row.origin, OWED_MAX).await?;
    for wanted in &owed {
        let leaf = log::leaves(tx, &row.origin, wanted.index, 1).await?.pop();
        let leaf = leaf.and_then(|leaf| Leaf::parse(&leaf.bytes).ok());
        if let Some(Statement::Open { cites }) = leaf.as_ref().and_then(Leaf::statement)
            && owes(tx, &row.origin, cites).await?
        {
            return Ok(true);
        }
        log::forgive(tx, &row.origin, wanted.index).await?;
    }
    Ok(u64::try_from(owed.len()).is_ok_and(|looked| looked >= OWED_MAX))
}

/// Looks at one mirrored log after a round of following it.
///
/// # Errors
/// As [`cosign`].
pub(crate) async fn audit(book: &Logbook, origin: &str) -> Result<(), LogError> {
    if !book.heard().may_audit() {
        return Ok(());
    }
    let largest = book.heard().largest(origin);
    match cosign(book.store(), book.log_keys(), origin, largest, book.now()).await? {
        Cosigned::Signed { size } => {
            book.metrics().cosigned();
            tracing::info!(origin, size, "a head is cosigned");
            book.signals().heads.notify_one();
            book.signals().raise(Notice::Cosigned);
        }
        Cosigned::Withheld(Withheld::Clock) => {
            tracing::warn!(origin, "a checkpoint is not cosigned: the clock is behind the last cosignature");
        }
        Cosigned::Withheld(held) => tracing::debug!(origin, ?held, "a head is not cosigned"),
        Cosigned::Fresh => {}
    }
    Ok(())
}
