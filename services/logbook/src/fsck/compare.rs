//! One log against its leaves.

use std::collections::{BTreeMap, BTreeSet};

use hanse_ledger::index::{Path, Subtree};
use hanse_ledger::{Applied, Leaf, LeafId, LogState, SubjectKey};
use hanse_store::log::{self, CheckpointRow, Counts, LeafRow, LogRow};
use hanse_store::{StoreError, Tx};
use hanse_tlog::{Hash, Note, TileId, TileSet, VerifierKey, checkpoint, tile};

use super::DIFFERENCES_MAX;

/// Leaves read at once.
const PAGE: u64 = 1024;

/// Rows compared at once: some hundred kilobytes.
const CHUNK: usize = 4096;

/// The log as its leaves make it so far, and what was found to differ.
pub(super) struct Check<'a> {
    db: &'a Tx<'a>,
    row: LogRow,
    state: LogState,
    hashes: Vec<Hash>,
    counts: Counts,
    differences: Vec<String>,
    /// Whether the leaves could be replayed; what comes after one that cannot is not comparable.
    whole: bool,
}

/// What one page of leaves makes.
#[derive(Default)]
struct Made {
    listed: BTreeSet<(SubjectKey, u64)>,
    subtrees: BTreeMap<(Path, u64), Subtree>,
    roots: BTreeMap<u64, Hash>,
}

impl<'a> Check<'a> {
    pub(super) fn new(db: &'a Tx<'a>, row: LogRow) -> Self {
        let counts = Counts { leaves: 0, listed: 0, subjects: 0, subtrees: 0, tiles: 0, checkpoints: 0 };
        let (state, hashes, differences) = (LogState::new(), Vec::new(), Vec::new());
        Self { db, row, state, hashes, counts, differences, whole: true }
    }

    /// Leaves read, checkpoints compared, differences.
    pub(super) fn found(self) -> (u64, u64, Vec<String>) {
        (self.counts.leaves, self.counts.checkpoints, self.differences)
    }

    /// Replays every leaf below the head and compares what each page makes.
    pub(super) async fn leaves(&mut self) -> Result<(), StoreError> {
        while self.whole && self.state.size < self.row.size {
            let (from, limit) = (self.state.size, PAGE.min(self.row.size - self.state.size));
            let leaves = log::leaves(self.db, &self.row.origin, from, limit).await?;
            if leaves.is_empty() {
                self.differs(format!("leaf {from} and all after it are missing"));
                self.whole = false;
            }
            let mut made = Made::default();
            for leaf in &leaves {
                if !self.replay(leaf, &mut made) {
                    self.whole = false;
                    break;
                }
            }
            self.checkpoints(from, &made.roots).await?;
            self.lists(made.listed).await?;
            self.subtrees(made.subtrees).await?;
        }
        Ok(())
    }

    /// Compares what the whole log makes, and that nothing else is there.
    pub(super) async fn end(&mut self) -> Result<(), StoreError> {
        if !self.whole {
            return Ok(());
        }
        if (self.row.size, self.row.root) != (self.state.size, self.state.root()) {
            self.differs(format!(
                "the head is not that of {} leaves with root {}",
                self.state.size,
                self.state.root()
            ));
        }
        if self.row.range != self.state.range {
            self.differs("the right edge differs".to_owned());
        }
        if self.row.reacted > self.row.size {
            self.differs(format!("{} leaves are said to have had their effect", self.row.reacted));
        }
        self.queue().await?;
        self.subjects().await?;
        self.tiles().await?;
        let stored = log::counts(self.db, &self.row.origin).await?;
        if stored != self.counts {
            self.differs(format!("rows are missing or too many: stored {stored:?}, made {:?}", self.counts));
        }
        Ok(())
    }

    /// The leaves that wait longest: a damaged one would be dropped when its turn comes.
    async fn queue(&mut self) -> Result<(), StoreError> {
        for waiting in log::pending(self.db, &self.row.origin, PAGE).await? {
            if !Leaf::parse(&waiting.bytes).is_ok_and(|leaf| leaf.id() == waiting.id) {
                self.differs(format!("the waiting leaf {} is not what was queued", waiting.id));
            }
        }
        Ok(())
    }

    fn replay(&mut self, leaf: &LeafRow, made: &mut Made) -> bool {
        let index = self.state.size;
        if leaf.index != index {
            self.differs(format!("leaf {index} is missing"));
            return false;
        }
        let applied = match self.state.replay(&leaf.bytes) {
            Ok(applied) => applied,
            Err(error) => {
                self.differs(format!("leaf {index} does not continue the log: {error}"));
                return false;
            }
        };
        self.counts.leaves += 1;
        self.hashes.push(applied.hash());
        let id = match applied {
            Applied::Entry { id, subjects, .. } => {
                made.listed.extend(subjects.into_iter().map(|subject| (subject, index)));
                id
            }
            Applied::Index { hash, .. } => {
                let changed = self.state.changed_subtrees();
                let changed = changed.map(|(top, subtree)| ((*top, self.state.size), subtree.clone()));
                made.subtrees.extend(changed);
                self.state.forget_changes();
                LeafId::from_bytes(hash.into())
            }
        };
        if id != leaf.id {
            self.differs(format!("leaf {index} is stored under another id"));
        }
        made.roots.insert(self.state.size, self.state.root());
        true
    }

    async fn checkpoints(&mut self, after: u64, roots: &BTreeMap<u64, Hash>) -> Result<(), StoreError> {
        let Some((to, _)) = roots.last_key_value() else { return Ok(()) };
        let vkey: Option<VerifierKey> = self.row.vkey.parse().ok();
        for kept in log::checkpoints_between(self.db, &self.row.origin, after, *to).await? {
            self.counts.checkpoints += 1;
            if roots.get(&kept.size) != Some(&kept.root) {
                self.differs(format!("the checkpoint of {} leaves has another root", kept.size));
            }
            if !vkey.as_ref().is_some_and(|vkey| says(&kept, vkey)) {
                self.differs(format!("the note of {} leaves is not what the log's key signed", kept.size));
            }
            if kept.size == self.row.size && kept.note != self.row.checkpoint {
                self.differs("the head's note is not the kept one".to_owned());
            }
        }
        Ok(())
    }

    async fn lists(&mut self, made: BTreeSet<(SubjectKey, u64)>) -> Result<(), StoreError> {
        let made: Vec<(SubjectKey, u64)> = made.into_iter().collect();
        for chunk in made.chunks(CHUNK) {
            let stored = log::listed_pairs(self.db, &self.row.origin, chunk).await?;
            for (subject, index) in chunk.iter().filter(|pair| !stored.contains(pair)) {
                self.differs(format!("leaf {index} is not listed under subject {subject}"));
            }
            self.counts.listed += count(chunk.len());
        }
        Ok(())
    }

    async fn subtrees(&mut self, made: BTreeMap<(Path, u64), Subtree>) -> Result<(), StoreError> {
        let made: Vec<((Path, u64), Subtree)> = made.into_iter().collect();
        for chunk in made.chunks(CHUNK) {
            let wanted: Vec<(Path, u64)> = chunk.iter().map(|(place, _)| *place).collect();
            let stored = log::subtree_versions(self.db, &self.row.origin, &wanted).await?;
            let differing = chunk.iter().filter(|(place, subtree)| stored.get(place) != Some(subtree));
            for ((top, size), _) in differing {
                self.differs(format!("the index subtree at {top} of size {size} is missing or differs"));
            }
            self.counts.subtrees += count(chunk.len());
        }
        Ok(())
    }

    async fn subjects(&mut self) -> Result<(), StoreError> {
        let keys: Vec<SubjectKey> = self.state.listed.keys().copied().collect();
        for chunk in keys.chunks(CHUNK) {
            let stored = log::subjects(self.db, &self.row.origin, chunk).await?;
            let differing = chunk.iter().filter(|key| stored.get(key) != self.state.listed.get(key));
            for subject in differing.copied().collect::<Vec<_>>() {
                self.differs(format!("the list of subject {subject} is missing or differs"));
            }
        }
        self.counts.subjects = count(keys.len());
        Ok(())
    }

    async fn tiles(&mut self) -> Result<(), StoreError> {
        let mut made = TileSet::new();
        // Cannot fail: an empty set has no right edge that could be missing.
        let touched = tile::append(&mut made, 0, &self.hashes).unwrap_or_default();
        let ids: Vec<TileId> = touched.into_iter().collect();
        for chunk in ids.chunks(64) {
            let stored = log::tiles(self.db, &self.row.origin, chunk.iter().copied()).await?;
            for id in chunk {
                let made = made.get(id).unwrap_or_default();
                if stored.get(id).unwrap_or_default() != made {
                    self.differs(format!("{id} is missing or differs"));
                }
            }
        }
        self.counts.tiles = count(ids.len());
        Ok(())
    }

    fn differs(&mut self, difference: String) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        }
    }
}

/// Whether the key signed exactly this head.
fn says(kept: &CheckpointRow, vkey: &VerifierKey) -> bool {
    let opened = Note::parse(kept.note.as_bytes()).and_then(|note| checkpoint::open(&note, vkey));
    opened.is_ok_and(|opened| (opened.size, opened.root) == (kept.size, kept.root))
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}
