//! Adding leaves to a stored log, for the sequencer and for the follower alike: the same index, the same tiles, the same rows.

use std::collections::{BTreeMap, BTreeSet};

use hanse_ledger::index::{self, IndexLeaf, Listed, MissingNode, Nodes};
use hanse_ledger::{Applied, LeafId, LedgerError, LogState, SubjectKey, subjects_of};
use hanse_store::log::{self, LeafRow, LogRow};
use hanse_store::{Sql, Tx};
use hanse_tlog::{CompactRange, Hash, tile};

use super::{LogError, edge};

/// How much of the way to a subject is loaded at once. A way is about log2 of the number of subjects long, and two more: with
/// this many a log of a million subjects needs one look.
const DEPTHS: u16 = 24;

/// How a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// With an index leaf that is made here.
    Seal,
    /// With an index leaf that is among the leaves.
    Replay,
}

/// Appends leaves to a locked log: checks the right edge, replays the leaves, and writes leaves, lists, index and tiles. The
/// log's row itself is moved by the caller, together with the checkpoint. Returns the new right edge, which gives size and root.
///
/// # Errors
/// [`LogError::Ledger`] or [`LogError::Repeated`] if the leaves do not continue the log, [`LogError::Damaged`] if what is stored
/// does not fit together. The transaction must then be dropped.
pub(crate) async fn append_batch(
    tx: &Tx<'_>,
    row: &LogRow,
    leaves: &[Vec<u8>],
    close: Close,
) -> Result<CompactRange, LogError> {
    append_counted(tx, row, leaves, close).await.map(|(range, _)| range)
}

/// As [`append_batch`]; also says how many index nodes were written.
///
/// # Errors
/// As [`append_batch`].
pub(crate) async fn append_counted(
    tx: &Tx<'_>,
    row: &LogRow,
    leaves: &[Vec<u8>],
    close: Close,
) -> Result<(CompactRange, u64), LogError> {
    let edge::Edge { mut state, mut tiles } = edge::load(tx, row).await?;
    load_subjects(tx, row, &mut state, leaves).await?;
    let mut batch = Batch::default();
    for leaf in leaves {
        let applied = state.replay(leaf).map_err(|source| refused(row, source))?;
        if batch.take(applied, leaf) == Ends::Index {
            batch.flush(tx, row, &mut state).await?;
        }
    }
    if close == Close::Seal {
        let index = state.size;
        let leaf = state.seal().map_err(|source| refused(row, source))?;
        batch.take(Applied::Index { index, hash: hanse_tlog::hash::leaf(&leaf) }, &leaf);
        batch.flush(tx, row, &mut state).await?;
    }
    if batch.sealed != Some(state.size) {
        return Err(refused(row, LedgerError::NoIndexFirst));
    }
    batch.refuse_repeated(tx, row).await?;
    let touched = tile::append(&mut tiles, row.size, &batch.hashes)
        .map_err(|missing| LogError::damaged(&row.origin, missing.to_string()))?;
    let touched = touched.into_iter().filter_map(|id| tiles.get(&id).map(|hashes| (id, hashes)));
    log::insert_leaves(tx, &row.origin, &batch.rows).await?;
    log::insert_listed(tx, &row.origin, &batch.listed).await?;
    log::put_subjects(tx, &row.origin, &batch.subjects).await?;
    log::put_tiles(tx, &row.origin, touched).await?;
    Ok((state.range, batch.nodes))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Entry,
    Index,
}

/// The rows of a batch before they are written.
#[derive(Default)]
struct Batch {
    rows: Vec<LeafRow>,
    hashes: Vec<Hash>,
    listed: Vec<(SubjectKey, u64)>,
    subjects: BTreeMap<SubjectKey, Listed>,
    /// Index nodes written so far.
    nodes: u64,
    /// The largest size at which an index leaf stands last: the log can be published there.
    sealed: Option<u64>,
}

impl Batch {
    fn take(&mut self, applied: Applied, leaf: &[u8]) -> Ends {
        let (index, hash) = (applied.index(), applied.hash());
        self.hashes.push(hash);
        let (id, ends) = match applied {
            Applied::Entry { id, subjects, .. } => {
                self.listed.extend(subjects.into_iter().map(|subject| (subject, index)));
                (id, Ends::Entry)
            }
            Applied::Index { .. } => (LeafId::from_bytes(hash.into()), Ends::Index),
        };
        self.rows.push(LeafRow { index, id, bytes: leaf.to_vec() });
        ends
    }

    /// Writes the index as of here: each index leaf is a size at which somebody may ask for a proof.
    async fn flush(&mut self, tx: &Tx<'_>, row: &LogRow, state: &mut LogState) -> Result<(), LogError> {
        let changed: Vec<_> = state.changed_nodes().collect();
        self.nodes = self.nodes.saturating_add(u64::try_from(changed.len()).unwrap_or(u64::MAX));
        log::insert_nodes(tx, &row.origin, state.size, &changed).await?;
        self.subjects.extend(state.changed_subjects().map(|(key, listed)| (*key, listed.clone())));
        self.sealed = Some(state.size);
        state.forget_changes();
        Ok(())
    }

    /// A leaf id stands in a log once: citations would otherwise have two meanings.
    async fn refuse_repeated(&self, db: &impl Sql, row: &LogRow) -> Result<(), LogError> {
        let ids: Vec<LeafId> = self.rows.iter().map(|leaf| leaf.id).collect();
        let known = log::known(db, &row.origin, &ids).await?;
        let mut seen = BTreeSet::new();
        let repeated = self.rows.iter().find(|leaf| known.contains(&leaf.id) || !seen.insert(leaf.id));
        match repeated {
            Some(leaf) => Err(LogError::Repeated { origin: row.origin.clone(), index: leaf.index }),
            None => Ok(()),
        }
    }
}

/// What is missing is missing here; everything else is wrong with the leaves.
fn refused(row: &LogRow, source: LedgerError) -> LogError {
    match source {
        LedgerError::MissingNode(_) | LedgerError::MissingSubject(_) => {
            LogError::damaged(&row.origin, source.to_string())
        }
        LedgerError::Leaf(_) | LedgerError::NoIndexFirst | LedgerError::IndexDiffers { .. } => {
            LogError::Ledger { origin: row.origin.clone(), source }
        }
    }
}

/// Loads what the leaves touch of the index: the list of each subject, and the nodes on the way to it.
async fn load_subjects(
    db: &impl Sql,
    row: &LogRow,
    state: &mut LogState,
    leaves: &[Vec<u8>],
) -> Result<(), LogError> {
    // Leaves out of form have no subjects; the replay says what is wrong with them.
    let entries = leaves.iter().filter(|leaf| IndexLeaf::parse(leaf).is_none());
    let subjects: BTreeSet<SubjectKey> =
        entries.filter_map(|leaf| subjects_of(leaf).ok()).flatten().collect();
    let subjects: Vec<SubjectKey> = subjects.into_iter().collect();
    state.listed = log::subjects(db, &row.origin, &subjects).await?;
    load_ways(db, row, &subjects, &mut state.nodes, row.size).await
}

/// Loads the nodes on the way to each subject, as of a size, down to where each way ends.
///
/// # Errors
/// [`LogError::Damaged`] if a node that another one names is not stored.
pub async fn load_ways(
    db: &impl Sql,
    row: &LogRow,
    subjects: &[SubjectKey],
    nodes: &mut Nodes,
    size: u64,
) -> Result<(), LogError> {
    let mut wanted: BTreeSet<index::Path> =
        subjects.iter().flat_map(|subject| index::paths_for(subject, 0..DEPTHS)).collect();
    while !wanted.is_empty() {
        let paths: Vec<index::Path> = std::mem::take(&mut wanted).into_iter().collect();
        nodes.extend(log::nodes(db, &row.origin, &paths, size).await?);
        for subject in subjects {
            let Err(MissingNode(path)) = index::get(nodes, subject) else { continue };
            // It was asked for and is not there: the store has lost it, and asking again would not end.
            if paths.binary_search(&path).is_ok() {
                return Err(LogError::damaged(&row.origin, format!("the index node at {path} is missing")));
            }
            wanted.extend(index::paths_for(subject, path.depth()..path.depth().saturating_add(DEPTHS)));
        }
    }
    Ok(())
}
