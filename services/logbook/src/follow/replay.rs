//! One page into the mirror, in one transaction: nothing of it is believed before the log's signature covers it.

use hanse_document::Timestamp;
use hanse_store::log::{self, CheckpointRow, Head, LogRow};
use hanse_store::{Store, Tx};
use hanse_tlog::{Checkpoint, CompactRange, Note, VerifierKey, checkpoint, hash};

use super::documents::{self, Received};
use super::fault::Fault;
use super::fetch::Segment;
use crate::append::{Appended, Close, Line, append_batch};
use crate::edge;
use crate::heads::is_recovering;
use crate::{LogError, Mirror};

/// What a segment led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replayed {
    /// The mirror has this size now.
    Advanced {
        /// Number of leaves.
        size: u64,
        /// Leaves whose document did not come along: it is asked for.
        missing: usize,
        /// Subtrees of the index that the leaves changed.
        subtrees: u64,
        /// Documents that no leaf of the segment commits to, or that are not what they claim.
        ignored: usize,
    },
    /// The mirror is not where the segment begins: another process was faster.
    Elsewhere,
    /// The mirror is halted.
    Halted,
    /// The segment is wrong, and nothing of it was kept.
    Refused(Fault),
}

/// Verifies a segment against the log's key and replays it into the mirror.
///
/// # Errors
/// [`LogError::Damaged`] if the mirror itself does not fit together; those of the store.
pub async fn replay(
    store: &Store,
    mirror: &Mirror,
    segment: &Segment,
    now: Timestamp,
) -> Result<Replayed, LogError> {
    let mut connection = store.connection().await?;
    // Signatures are checked before the log is locked.
    let beside = documents::verified(&segment.entries);
    let lines: Vec<Line> = segment.entries.iter().map(|(leaf, _)| Line::of(leaf)).collect();
    let tx = connection.begin().await?;
    let row = log::lock(&tx, &mirror.origin).await?;
    let row = row.ok_or_else(|| LogError::Unknown { origin: mirror.origin.clone() })?;
    if row.halted.is_some() && !is_recovering(&row) {
        return Ok(Replayed::Halted);
    }
    if row.size != segment.start {
        return Ok(Replayed::Elsewhere);
    }
    let head = match signed_head(&row, &mirror.vkey, segment) {
        Ok(head) => head,
        Err(fault) => return Ok(Replayed::Refused(fault)),
    };

    let edge = Box::pin(edge::load(&tx, &row)).await?;
    let appended = match Box::pin(append_batch(&tx, &row, edge, &lines, Close::Replay)).await {
        Ok(appended) => appended,
        Err(LogError::Ledger { source, .. }) => return Ok(Replayed::Refused(Fault::of(source))),
        Err(error) => return Err(error),
    };
    match appended.refuse_repeated(&tx, &row).await {
        Ok(()) => {}
        Err(LogError::Repeated { index, .. }) => return Ok(Replayed::Refused(Fault::Repeated { index })),
        Err(error) => return Err(error),
    }
    Box::pin(advance(&tx, &row, &head, &appended, now)).await?;
    let Received { missing, ignored } =
        documents::take(&tx, &mirror.origin, segment.start, &lines, beside, now).await?;
    tx.commit().await?;
    let (size, subtrees) = (appended.range.size(), appended.subtrees());
    Ok(Replayed::Advanced { size, missing, ignored, subtrees })
}

/// A head whose signature and root are verified.
struct SignedRoot {
    checkpoint: Checkpoint,
    /// With the log's own signature alone.
    note: String,
}

/// What the log signed, if it is exactly what the mirror and the leaves of the segment make.
fn signed_head(row: &LogRow, vkey: &VerifierKey, segment: &Segment) -> Result<SignedRoot, Fault> {
    let note = Note::parse(&segment.checkpoint).map_err(Fault::Forged)?;
    let checkpoint = checkpoint::open(&note, vkey).map_err(Fault::Forged)?;
    let mut range: CompactRange = row.range.clone();
    range.extend(segment.entries.iter().map(|(leaf, _)| hash::leaf(leaf)));
    if checkpoint.size != range.size() {
        return Err(Fault::Size { stated: checkpoint.size, sent: range.size() });
    }
    if checkpoint.root != range.root() {
        return Err(Fault::Root { size: checkpoint.size });
    }
    let own = note.lines_of(vkey).next().cloned();
    let bare = own.and_then(|line| Note::new(note.text().to_owned(), line).ok());
    let note = bare.ok_or(Fault::Forged(hanse_tlog::NoteError::Unsigned))?.to_string();
    Ok(SignedRoot { checkpoint, note })
}

async fn advance(
    tx: &Tx<'_>,
    row: &LogRow,
    head: &SignedRoot,
    appended: &Appended,
    now: Timestamp,
) -> Result<(), LogError> {
    let Checkpoint { size, root, .. } = head.checkpoint;
    let kept = CheckpointRow { size, root, note: head.note.clone() };
    let head = Head { range: &appended.range, checkpoint: &head.note };
    let (added, kept, advanced) = tokio::join!(
        appended.write(tx, &row.origin),
        log::insert_checkpoint(tx, &row.origin, &kept, now.unix()),
        log::advance(tx, row, &head),
    );
    added?;
    kept?;
    Ok(advanced?)
}
