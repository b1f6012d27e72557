//! Adding leaves to a stored log, for the sequencer and for the follower alike: the same index, the same tiles, the same rows.
//!
//! What a batch adds is worked out in memory and then written in one go: its statements are sent one behind the other, and nobody
//! waits for the answer to one before the next is under way.

use std::collections::{BTreeMap, BTreeSet};

use hanse_ledger::index::{self, Listed, MissingNode, Nodes, SUBTREE_LEVELS};
use hanse_ledger::{Applied, Leaf, LeafId, LedgerError, LogState, SubjectKey};
use hanse_store::log::{self, LeafRow, LogRow, SubtreeRow};
use hanse_store::{Sql, StoreError, Tx};
use hanse_tlog::{CompactRange, Hash, TileId, tile};

use super::{LogError, edge::Edge};

/// How far beyond the depth at which a subject stands in a tree of as many random keys its way is loaded at once: of forty ways one
/// is longer.
const DEPTHS_MORE: u16 = 5;

/// How a batch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Close {
    /// With an index leaf that is made here.
    Seal,
    /// With an index leaf that is among the leaves.
    Replay,
}

/// A leaf of a log: read once, for all that is asked of it.
pub(crate) enum Line {
    /// A leaf about its subjects.
    Leaf(Box<Leaf>),
    /// An index leaf, or what is out of form.
    Other(Vec<u8>),
}

impl Line {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Leaf::parse_general(bytes).map_or_else(|_| Self::Other(bytes.to_vec()), Self::leaf)
    }

    pub(crate) fn leaf(leaf: Leaf) -> Self {
        Self::Leaf(Box::new(leaf))
    }

    /// A leaf of a type that this version knows.
    pub(crate) fn known(&self) -> Option<&Leaf> {
        match self {
            Self::Leaf(leaf) => leaf.statement().is_some().then_some(leaf),
            Self::Other(_) => None,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Leaf(leaf) => leaf.bytes(),
            Self::Other(bytes) => bytes,
        }
    }

    fn subjects(&self) -> &[SubjectKey] {
        match self {
            Self::Leaf(leaf) => leaf.subjects(),
            Self::Other(_) => &[],
        }
    }
}

/// What a batch adds to a log.
#[derive(Default)]
pub(crate) struct Appended {
    /// The right edge after it, which gives size and root.
    pub range: CompactRange,
    rows: Vec<LeafRow>,
    hashes: Vec<Hash>,
    listed: Vec<(SubjectKey, u64)>,
    subjects: BTreeMap<SubjectKey, Listed>,
    subtrees: Vec<SubtreeRow>,
    tiles: Vec<(TileId, Vec<Hash>)>,
    /// The largest size at which an index leaf stands last: the log can be published there.
    sealed: Option<u64>,
}

/// Works out what leaves add to a locked log, whose right edge is checked.
///
/// # Errors
/// [`LogError::Ledger`] if the leaves do not continue the log, [`LogError::Damaged`] if what is stored does not fit together. The
/// transaction must then be dropped.
pub(crate) async fn append_batch(
    tx: &Tx<'_>,
    row: &LogRow,
    edge: Edge,
    lines: &[Line],
    close: Close,
) -> Result<Appended, LogError> {
    let Edge { mut state, mut tiles } = edge;
    load_subjects(tx, row, &mut state, lines).await?;
    let mut batch = Appended::default();
    for line in lines {
        let applied = match line {
            Line::Leaf(leaf) => state.replay_leaf(leaf),
            Line::Other(bytes) => state.replay(bytes),
        };
        batch.take(applied.map_err(|source| refused(row, source))?, line.bytes(), &mut state);
    }
    if close == Close::Seal {
        let index = state.size;
        let leaf = state.seal().map_err(|source| refused(row, source))?;
        batch.take(Applied::Index { index, hash: hanse_tlog::hash::leaf(&leaf) }, &leaf, &mut state);
    }
    if batch.sealed != Some(state.size) {
        return Err(refused(row, LedgerError::NoIndexFirst));
    }
    let touched = tile::append(&mut tiles, row.size, &batch.hashes)
        .map_err(|missing| LogError::damaged(&row.origin, missing.to_string()))?;
    let touched = touched.into_iter().filter_map(|id| tiles.get(&id).map(|hashes| (id, hashes.to_vec())));
    batch.tiles = touched.collect();
    batch.range = state.range;
    Ok(batch)
}

impl Appended {
    fn take(&mut self, applied: Applied, leaf: &[u8], state: &mut LogState) {
        let (index, hash) = (applied.index(), applied.hash());
        self.hashes.push(hash);
        let id = match applied {
            Applied::Entry { id, subjects, .. } => {
                self.listed.extend(subjects.into_iter().map(|subject| (subject, index)));
                id
            }
            Applied::Index { .. } => {
                self.seal(state);
                LeafId::from_bytes(hash.into())
            }
        };
        self.rows.push(LeafRow { index, id, bytes: leaf.to_vec() });
    }

    /// Takes the index as of here: each index leaf is a size at which somebody may ask for a proof.
    fn seal(&mut self, state: &mut LogState) {
        let size = state.size;
        let changed = state.changed_subtrees();
        self.subtrees.extend(changed.map(|(top, subtree)| SubtreeRow {
            top: *top,
            size,
            nodes: subtree.to_bytes(),
        }));
        self.subjects.extend(state.changed_subjects().map(|(key, listed)| (*key, listed.clone())));
        self.sealed = Some(size);
        state.forget_changes();
    }

    /// Versions of subtrees of the index that it adds.
    pub(crate) fn subtrees(&self) -> u64 {
        u64::try_from(self.subtrees.len()).unwrap_or(u64::MAX)
    }

    /// A leaf id stands in a log once: citations would otherwise have two meanings.
    ///
    /// # Errors
    /// [`LogError::Repeated`]; those of the store.
    pub(crate) async fn refuse_repeated(&self, db: &impl Sql, row: &LogRow) -> Result<(), LogError> {
        let ids: Vec<LeafId> = self.rows.iter().map(|leaf| leaf.id).collect();
        let known = log::known(db, &row.origin, &ids).await?;
        let mut seen = BTreeSet::new();
        let repeated = self.rows.iter().find(|leaf| known.contains(&leaf.id) || !seen.insert(leaf.id));
        match repeated {
            Some(leaf) => Err(LogError::Repeated { origin: row.origin.clone(), index: leaf.index }),
            None => Ok(()),
        }
    }

    /// Writes leaves, lists, index and tiles. The log's row itself is moved by the caller, together with the checkpoint.
    ///
    /// # Errors
    /// Those of the store; the transaction must then be dropped.
    pub(crate) async fn write(&self, tx: &Tx<'_>, origin: &str) -> Result<(), StoreError> {
        let tiles = self.tiles.iter().map(|(id, hashes)| (*id, hashes.as_slice()));
        // On the heap: together they are large, and whoever calls this calls from deep below.
        let written = tokio::join!(
            Box::pin(log::insert_leaves(tx, origin, &self.rows)),
            Box::pin(log::insert_listed(tx, origin, &self.listed)),
            Box::pin(log::put_subjects(tx, origin, &self.subjects)),
            Box::pin(log::insert_subtrees(tx, origin, &self.subtrees)),
            Box::pin(log::put_tiles(tx, origin, tiles)),
        );
        written.0.and(written.1).and(written.2).and(written.3).and(written.4)
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

/// Loads what the leaves touch of the index: the list of each subject, and the subtrees on the way to it.
async fn load_subjects(
    db: &impl Sql,
    row: &LogRow,
    state: &mut LogState,
    lines: &[Line],
) -> Result<(), LogError> {
    let subjects: BTreeSet<SubjectKey> = lines.iter().flat_map(Line::subjects).copied().collect();
    let subjects: Vec<SubjectKey> = subjects.into_iter().collect();
    let (listed, nodes) = tokio::join!(
        Box::pin(log::subjects(db, &row.origin, &subjects)),
        Box::pin(load_ways(db, row, &subjects, state.subjects, row.size))
    );
    (state.listed, state.nodes) = (listed?, nodes?);
    Ok(())
}

/// Loads the subtrees on the way to each subject, as of a size at which the index holds so many, down to where each way ends.
///
/// # Errors
/// [`LogError::Damaged`] if a node that another one names is not stored, or is not the one that it names.
pub async fn load_ways(
    db: &impl Sql,
    row: &LogRow,
    subjects: &[SubjectKey],
    indexed: u64,
    size: u64,
) -> Result<Nodes, LogError> {
    let damaged =
        |path| LogError::damaged(&row.origin, format!("the index node at {path} is missing or differs"));
    let likely = u16::try_from(indexed.max(1).ilog2()).unwrap_or(0).saturating_add(DEPTHS_MORE);
    let tops = subjects.iter().flat_map(|subject| index::tops_for(subject, 0..likely));
    let mut wanted: BTreeSet<index::Path> = tops.chain([index::Path::ROOT]).collect();
    let mut nodes = Nodes::new();
    while !wanted.is_empty() {
        let asked = std::mem::take(&mut wanted);
        nodes.extend(log::subtrees(db, &row.origin, asked.iter().copied(), size).await?);
        for subject in subjects {
            let Err(MissingNode(path)) = index::get(&nodes, subject) else { continue };
            // It was asked for and is not there: the store has lost it, and asking again would not end.
            if asked.contains(&path.top()) {
                return Err(damaged(path));
            }
            let depth = path.depth();
            wanted.extend(index::tops_for(subject, depth..depth.saturating_add(2 * SUBTREE_LEVELS)));
        }
    }
    nodes.check().map_err(|MissingNode(path)| damaged(path))?;
    Ok(nodes)
}
