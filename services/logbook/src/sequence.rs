//! The only writer of this node's own logs.
//!
//! One batch is one transaction: lock the log, check its right edge, append what waits and the index leaf, sign the new head,
//! move the log from the head that was locked to the new one. Nothing is kept in memory from one batch to the next, so a failure
//! anywhere, an unknown outcome of the commit among them, is answered by reading again. A head is remembered outside the database
//! before it is committed: what is remembered and was not committed is made again, leaf for leaf, and nothing else of its size.

use hanse_base::error::Failure;
use hanse_base::names::LogKind;
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_document::Timestamp;
use hanse_ledger::{Leaf, LeafId};
use hanse_store::log::{self, CheckpointRow, Head, LogRow, PendingRow};
use hanse_store::{Store, Tx};
use hanse_tlog::{Checkpoint, checkpoint};
use tokio_util::sync::CancellationToken;

use crate::append::{Appended, Close, Line, append_batch};
use crate::edge::{self, Edge};
use crate::heads::{failed, may_sign};
use crate::memory::unfinished;
use crate::{LogError, Logbook, OwnLog};

/// Most leaves in one batch: with the index leaf they fill one tile and one page of a follower.
pub const BATCH_MAX: u64 = 255;

/// What one look at the queue led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sequenced {
    /// Nothing waited, or only what the log holds already: no new head.
    Nothing,
    /// The log has a new head.
    Head {
        /// Its size.
        size: u64,
        /// How many leaves got their index, the index leaf not counted.
        leaves: u64,
        /// Whether the batch was full, so that more may wait.
        full: bool,
    },
}

/// The points of one batch, in order. A failure at any of them must leave the log whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BatchPoint {
    /// The log's row is locked.
    Locked,
    /// The queue is read.
    Taken,
    /// The new head is signed, and nobody has seen it.
    Signed,
    /// The new head is remembered outside the database, and all rows are written.
    Written,
    /// The transaction is committed, and nobody knows yet.
    Committed,
}

impl BatchPoint {
    /// All points.
    pub const ALL: [Self; 5] = [Self::Locked, Self::Taken, Self::Signed, Self::Written, Self::Committed];
}

/// Gives the leaves that wait their index, and the log a new head.
///
/// # Errors
/// [`LogError::Halted`] and [`LogError::Damaged`] need the operator; a store's error that is transient may be tried again.
pub async fn sequence(store: &Store, log: &OwnLog, now: Timestamp) -> Result<Sequenced, LogError> {
    sequence_with(store, log, now, |_| Ok(())).await
}

/// [`sequence`], which calls `at` at every [`BatchPoint`]: an error there ends the batch as a failure there would.
///
/// # Errors
/// As [`sequence`], and those of `at`.
pub async fn sequence_with(
    store: &Store,
    own: &OwnLog,
    now: Timestamp,
    mut at: impl FnMut(BatchPoint) -> Result<(), LogError> + Send,
) -> Result<Sequenced, LogError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = locked(&tx, own).await?;
    at(BatchPoint::Locked)?;
    // Both are read before either is looked at: what is damaged is told before what waits.
    let (edge, batch) =
        tokio::join!(Box::pin(edge::open(&tx, &row, own.signer.vkey())), Box::pin(next(&tx, own, &row)));
    let (edge, batch) = (edge?, batch?);
    at(BatchPoint::Taken)?;
    if batch.lines.is_empty() {
        log::remove_pending(&tx, &own.origin, &batch.taken).await?;
        tx.commit().await?;
        return Ok(Sequenced::Nothing);
    }
    let size = Box::pin(extend(&tx, own, &row, (edge, &batch), now, &mut at)).await?;
    tx.commit().await?;
    at(BatchPoint::Committed)?;
    let full = u64::try_from(batch.taken.len()).is_ok_and(|taken| taken >= BATCH_MAX);
    Ok(Sequenced::Head { size, leaves: size - row.size - 1, full })
}

/// Creates an own log if it is missing, with the index of nothing as its first leaf.
pub(crate) async fn create(store: &Store, own: &OwnLog, now: Timestamp) -> Result<(), LogError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let vkey = own.signer.vkey().to_string();
    log::create(&tx, &own.origin, true, &vkey).await?;
    let row = log::lock(&tx, &own.origin).await?;
    let row = row.ok_or_else(|| LogError::Unknown { origin: own.origin.clone() })?;
    if row.vkey != vkey {
        return Err(LogError::OtherKey { origin: row.origin, stored: row.vkey, expected: vkey });
    }
    if row.size == 0 {
        let edge = edge::open(&tx, &row, own.signer.vkey()).await?;
        extend(&tx, own, &row, (edge, &Batch::default()), now, &mut |_| Ok(())).await?;
        tracing::info!(origin = own.origin, "a log is created");
    }
    Ok(tx.commit().await?)
}

/// The log's row, held, if it may be signed.
async fn locked(tx: &Tx<'_>, own: &OwnLog) -> Result<LogRow, LogError> {
    let row = log::lock(tx, &own.origin).await?;
    let row = row.ok_or_else(|| LogError::Unknown { origin: own.origin.clone() })?;
    if let Some(reason) = row.halted {
        return Err(LogError::Halted { origin: row.origin, reason });
    }
    Ok(row)
}

/// What the next head adds.
#[derive(Default)]
struct Batch {
    /// The places in the queue that are empty afterwards.
    taken: Vec<i64>,
    /// What gets its index, in order.
    lines: Vec<Line>,
    /// The ids of these.
    ids: Vec<LeafId>,
    /// The head that these leaves made in an attempt that did not come to its end.
    again: Option<Checkpoint>,
}

/// The leaves that wait longest; or, if a head is remembered that was never committed, those of that head.
async fn next(tx: &Tx<'_>, own: &OwnLog, row: &LogRow) -> Result<Batch, LogError> {
    let (remembered, pending) =
        tokio::join!(own.memory.recall(own.signer.vkey()), log::next_pending(tx, &own.origin, BATCH_MAX));
    let (remembered, pending) = (remembered?.and_then(|remembered| remembered.head), pending?);
    if let Some(head) = remembered.filter(|head| head.checkpoint.size > row.size) {
        let leaves = unfinished(tx, row, &head).await?.ok_or_else(|| forgotten(row, &head.checkpoint))?;
        let taken = leaves.iter().map(|leaf| leaf.position).collect();
        let lines = leaves.iter().map(|leaf| Line::of(&leaf.bytes)).collect();
        return Ok(Batch { taken, lines, ids: head.leaves, again: Some(head.checkpoint) });
    }
    let taken = pending.iter().map(|(leaf, _)| leaf.position).collect();
    let leaves = new_leaves(own, &pending);
    let ids = leaves.iter().map(Leaf::id).collect();
    Ok(Batch { taken, lines: leaves.into_iter().map(Line::leaf).collect(), ids, again: None })
}

fn forgotten(row: &LogRow, head: &Checkpoint) -> LogError {
    LogError::Forgotten { origin: row.origin.clone(), signed: head.size, size: row.size }
}

/// The leaves among those that wait which the log does not hold yet.
fn new_leaves(own: &OwnLog, pending: &[(PendingRow, bool)]) -> Vec<Leaf> {
    let new = pending.iter().filter(|(_, known)| !known);
    let sound = new.filter_map(|(waiting, _)| {
        // Nothing queues such a leaf; if a row is damaged, the log must not stand still over it.
        let leaf = Leaf::parse(&waiting.bytes).ok().filter(|leaf| leaf.id() == waiting.id);
        if leaf.is_none() {
            tracing::error!(origin = own.origin, leaf = %waiting.id, "a damaged pending leaf is dropped");
        }
        leaf
    });
    sound.collect()
}

/// Appends the leaves and their index leaf to the locked log, signs the head and moves the log to it; returns its size.
async fn extend(
    tx: &Tx<'_>,
    own: &OwnLog,
    row: &LogRow,
    (edge, batch): (Edge, &Batch),
    now: Timestamp,
    at: &mut (impl FnMut(BatchPoint) -> Result<(), LogError> + Send),
) -> Result<u64, LogError> {
    let appended = append_batch(tx, row, edge, &batch.lines, Close::Seal).await?;
    let (size, root) = (appended.range.size(), appended.range.root());
    let head = Checkpoint { origin: own.signer.vkey().name().clone(), size, root };
    let kept = CheckpointRow { size, root, note: checkpoint::sign(&head, &own.signer).to_string() };
    at(BatchPoint::Signed)?;
    // The file and the rows at once: both stand before anybody commits, and until then nobody has seen the head.
    let (remembered, written) = tokio::join!(
        remember(own, row, batch, &head, &kept.note),
        write(tx, row, batch, &appended, &kept, now)
    );
    remembered.and(written)?;
    at(BatchPoint::Written)?;
    Ok(size)
}

/// Remembers the head outside the database, with the leaves that make it.
async fn remember(
    own: &OwnLog,
    row: &LogRow,
    batch: &Batch,
    head: &Checkpoint,
    note: &str,
) -> Result<(), LogError> {
    match &batch.again {
        Some(again) if again != head => Err(forgotten(row, again)),
        // It is remembered already; and the first head of all is the same whenever it is made.
        Some(_) => Ok(()),
        None if batch.lines.is_empty() => Ok(()),
        None => own.memory.keep(note, &batch.ids, false).await,
    }
}

/// Takes the leaves off the queue, writes what they add, and moves the log to its new head.
async fn write(
    tx: &Tx<'_>,
    row: &LogRow,
    batch: &Batch,
    appended: &Appended,
    kept: &CheckpointRow,
    now: Timestamp,
) -> Result<(), LogError> {
    let head = Head { range: &appended.range, checkpoint: &kept.note };
    let (removed, added, is_new, advanced) = tokio::join!(
        log::remove_pending(tx, &row.origin, &batch.taken),
        Box::pin(appended.write(tx, &row.origin)),
        Box::pin(log::insert_checkpoint(tx, &row.origin, kept, now.unix())),
        Box::pin(log::advance(tx, row, &head)),
    );
    removed.and(added)?;
    if !is_new? {
        // A head of this size was signed before, so this node has signed past the row that was locked.
        return Err(LogError::damaged(&row.origin, "a checkpoint of the next size exists already"));
    }
    Ok(advanced?)
}

/// Sequences both own logs when leaves wait, at most once in each pace, until it is cancelled.
pub async fn run(book: Logbook, cancel: CancellationToken) -> Result<(), Failure> {
    let pace = book.config().pace.sequence;
    let signals = book.signals();
    let mut rounds = Rounds::new("sequence", signals, cancel.clone(), pace).woken(SELDOM);
    loop {
        let (mut advanced, mut waits) = (false, false);
        // What is begun is finished: each batch ends a log before it is told to stop.
        for kind in LogKind::ALL {
            if may_sign(&book, kind).await {
                let drained = drain(&book, kind, &cancel).await;
                advanced |= drained == Drained::Advanced;
                waits |= drained == Drained::Waits;
            } else {
                waits = true;
            }
        }
        let round = if advanced || waits { Round::Worked } else { Round::Idle };
        if !rounds.round(async { Ok::<_, Failure>(round) }).await {
            return Ok(());
        }
        // Leaves that come within a pace share a checkpoint.
        let woken = async {
            if advanced {
                tokio::time::sleep(pace).await;
            }
            signals.sequence.notified().await;
        };
        rounds.wait(woken).await;
    }
}

/// What has become of the leaves that waited for one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drained {
    /// None waited.
    Nothing,
    /// The log has a new head.
    Advanced,
    /// Some still wait: the log is halted, or something has failed.
    Waits,
}

/// Sequences one log until nothing waits or something fails; the next look tries again.
async fn drain(book: &Logbook, kind: LogKind, cancel: &CancellationToken) -> Drained {
    let log = book.log_keys().own(kind);
    let mut drained = Drained::Nothing;
    while !cancel.is_cancelled() {
        match attempt(book, log).await {
            Ok(Sequenced::Nothing) => break,
            Err(LogError::Halted { .. }) => {
                book.heard().withdraw(kind);
                return Drained::Waits;
            }
            Ok(Sequenced::Head { size, leaves, full }) => {
                tracing::info!(origin = log.origin, size, leaves, "leaves are sequenced");
                book.signals().log_advanced();
                drained = Drained::Advanced;
                if !full {
                    break;
                }
            }
            Err(error) => {
                failed(book, log, &error).await;
                return Drained::Waits;
            }
        }
    }
    drained
}

/// An idle log is neither locked nor checked.
async fn attempt(book: &Logbook, own: &OwnLog) -> Result<Sequenced, LogError> {
    let connection = book.store().connection().await?;
    let idle = log::pending(&connection, &own.origin, 1).await?.is_empty();
    drop(connection);
    if idle { Ok(Sequenced::Nothing) } else { sequence(book.store(), own, book.now()).await }
}
