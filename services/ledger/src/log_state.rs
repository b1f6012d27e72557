//! The one engine that both a sequencer and whoever follows a log runs: leaves in, index and root out.

use std::collections::{BTreeMap, BTreeSet};

use hanse_tlog::{CompactRange, Hash};

use crate::index::{self, IndexLeaf, Listed, MissingNode, Nodes, Path, SubjectKey, Subtree};
use crate::leaf::{Leaf, LeafError, LeafId};

/// Why a leaf does not continue a log.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LedgerError {
    /// The leaf is out of form.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A node of the index was not loaded. Load it and try again: nothing has changed.
    #[error(transparent)]
    MissingNode(#[from] MissingNode),
    /// What the log lists under a subject was not loaded, or does not fit the index. Nothing has changed.
    #[error("what the log lists under subject {0} is missing")]
    MissingSubject(SubjectKey),
    /// The first leaf of a log is the empty index.
    #[error("the first leaf of a log is the index of nothing")]
    NoIndexFirst,
    /// An index leaf is not what the leaves before it make it: the log lies, or ours is damaged.
    #[error("the index at {index} says {stated:?}, the leaves before it make {rebuilt:?}")]
    IndexDiffers {
        /// Where in the log.
        index: u64,
        /// What the log says.
        stated: Box<IndexLeaf>,
        /// What the leaves make.
        rebuilt: Box<IndexLeaf>,
    },
}

/// What a leaf did to the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Applied {
    /// A leaf about its subjects.
    Entry {
        /// Its place in the log.
        index: u64,
        /// Its RFC 6962 leaf hash.
        hash: Hash,
        /// Its id.
        id: LeafId,
        /// Whom it is about.
        subjects: Vec<SubjectKey>,
    },
    /// An index leaf, equal to the one that the leaves before it make.
    Index {
        /// Its place in the log; the log up to and with it may be published.
        index: u64,
        /// Its RFC 6962 leaf hash.
        hash: Hash,
    },
}

impl Applied {
    /// Place of the leaf in the log.
    #[must_use]
    pub const fn index(&self) -> u64 {
        match self {
            Self::Entry { index, .. } | Self::Index { index, .. } => *index,
        }
    }

    /// RFC 6962 hash of the leaf.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        match self {
            Self::Entry { hash, .. } | Self::Index { hash, .. } => *hash,
        }
    }
}

/// A log at some size: its right edge and its index, whole or the part that the next leaves touch.
///
/// For a batch, load the [`Listed`] of every subject of its leaves (those that exist) and the subtrees on the way to
/// each ([`index::tops_for`]). If too little was loaded, [`LogState::append`] says so and changes nothing.
/// Afterwards write the changed rows and [`LogState::forget_changes`].
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct LogState {
    /// Number of leaves.
    pub size: u64,
    /// Right edge of the log's tree; its size is `size`.
    pub range: CompactRange,
    /// The prefix tree of the index as of the last index leaf: the nodes above many subjects are made once for all of them.
    pub nodes: Nodes,
    /// What is listed under each subject.
    pub listed: BTreeMap<SubjectKey, Listed>,
    /// Number of subjects in the whole index, loaded or not.
    pub subjects: u64,
    /// Number of subjects as of then.
    indexed: u64,
    /// Subjects that have got leaves since.
    unindexed: BTreeSet<SubjectKey>,
    changed_subtrees: BTreeSet<Path>,
    changed_subjects: BTreeSet<SubjectKey>,
}

impl LogState {
    /// The log without a leaf. Its first leaf is an index leaf: [`LogState::seal`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A log as a store kept it. `subjects` counts the whole index; `nodes` and `listed` may be a part of it.
    #[must_use]
    pub fn load(
        range: CompactRange,
        subjects: u64,
        nodes: Nodes,
        listed: BTreeMap<SubjectKey, Listed>,
    ) -> Self {
        Self { size: range.size(), range, nodes, listed, subjects, indexed: subjects, ..Self::default() }
    }

    /// Adds a leaf that is no index leaf and returns its place and hash. The form is checked, signatures are not.
    ///
    /// # Errors
    /// If the leaf is out of form, comes before the first index leaf, or touches what is not loaded. The state is
    /// then unchanged.
    pub fn append(&mut self, leaf: &[u8]) -> Result<(u64, Hash), LedgerError> {
        let leaf = Leaf::parse_general(leaf)?;
        let hash = leaf.hash();
        let index = self.append_listed(hash, leaf.subjects())?;
        Ok((index, hash))
    }

    /// Adds a leaf of this hash about these subjects, whose form the caller has checked, and returns its place.
    ///
    /// # Errors
    /// As [`LogState::append`].
    pub fn append_listed(&mut self, hash: Hash, subjects: &[SubjectKey]) -> Result<u64, LedgerError> {
        if self.size == 0 {
            return Err(LedgerError::NoIndexFirst);
        }
        for subject in subjects {
            self.check_loaded(subject)?;
        }
        for subject in subjects {
            self.list(subject, &hash);
        }
        Ok(self.push(hash))
    }

    /// Adds the index leaf that the leaves make and returns its bytes: what a sequencer writes last.
    ///
    /// # Errors
    /// [`LedgerError::MissingNode`] if the root of the index is not loaded.
    pub fn seal(&mut self) -> Result<Vec<u8>, LedgerError> {
        let bytes = self.index_leaf()?.to_bytes();
        self.push(hanse_tlog::hash::leaf(&bytes));
        Ok(bytes)
    }

    /// Adds the next leaf of a log that somebody else sequences: an index leaf must be the one that the leaves
    /// before it make, any other is appended.
    ///
    /// # Errors
    /// As [`LogState::append`], and [`LedgerError::IndexDiffers`]. The state is then unchanged.
    pub fn replay(&mut self, leaf: &[u8]) -> Result<Applied, LedgerError> {
        if let Some(stated) = IndexLeaf::parse(leaf) {
            let (index, rebuilt) = (self.size, self.index_leaf()?);
            if stated != rebuilt {
                let (stated, rebuilt) = (Box::new(stated), Box::new(rebuilt));
                return Err(LedgerError::IndexDiffers { index, stated, rebuilt });
            }
            let hash = hanse_tlog::hash::leaf(leaf);
            return Ok(Applied::Index { index: self.push(hash), hash });
        }
        self.replay_leaf(&Leaf::parse_general(leaf)?)
    }

    /// As [`LogState::replay`], for a leaf that is read already.
    ///
    /// # Errors
    /// As [`LogState::append_listed`].
    pub fn replay_leaf(&mut self, leaf: &Leaf) -> Result<Applied, LedgerError> {
        let (hash, id, subjects) = (leaf.hash(), leaf.id(), leaf.subjects().to_vec());
        Ok(Applied::Entry { index: self.append_listed(hash, &subjects)?, hash, id, subjects })
    }

    /// RFC 6962 root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.range.root()
    }

    /// The index leaf that the leaves so far make, and the index after them.
    ///
    /// # Errors
    /// [`LedgerError::MissingNode`] if the root of the index is not loaded.
    pub fn index_leaf(&mut self) -> Result<IndexLeaf, LedgerError> {
        self.check_root()?;
        let of = |key: &SubjectKey| Some((*key, self.listed.get(key)?.value()));
        let values = self.unindexed.iter().filter_map(of).collect();
        self.changed_subtrees.extend(index::update(&mut self.nodes, &values)?);
        self.unindexed.clear();
        self.indexed = self.subjects;
        Ok(IndexLeaf { entries: self.size, listed: self.subjects, root: index::root(&self.nodes) })
    }

    /// Subtrees of the index with nodes that are new or changed since the last [`LogState::forget_changes`], by their tops, as of
    /// the last index leaf. No node ever disappears.
    pub fn changed_subtrees(&self) -> impl Iterator<Item = (&Path, &Subtree)> {
        self.changed_subtrees.iter().filter_map(|top| Some((top, self.nodes.subtree(top)?)))
    }

    /// Subjects that are new or changed since the last [`LogState::forget_changes`].
    pub fn changed_subjects(&self) -> impl Iterator<Item = (&SubjectKey, &Listed)> {
        self.changed_subjects.iter().filter_map(|key| self.listed.get_key_value(key))
    }

    /// Call when the changes are written.
    pub fn forget_changes(&mut self) {
        self.changed_subtrees.clear();
        self.changed_subjects.clear();
    }

    /// An empty tree and a tree whose root was not loaded look the same; the number of subjects tells them apart.
    fn check_root(&self) -> Result<(), MissingNode> {
        let loaded = self.indexed == 0 || self.nodes.get(&Path::ROOT).is_some();
        if loaded { Ok(()) } else { Err(MissingNode(Path::ROOT)) }
    }

    /// The index and what is listed under the subject must say the same before the subject is touched; after that the index comes
    /// behind.
    fn check_loaded(&self, subject: &SubjectKey) -> Result<(), LedgerError> {
        if self.unindexed.contains(subject) {
            return Ok(());
        }
        self.check_root()?;
        let indexed = index::get(&self.nodes, subject)?;
        let listed = self.listed.get(subject).filter(|listed| listed.count > 0).map(Listed::value);
        if indexed == listed { Ok(()) } else { Err(LedgerError::MissingSubject(*subject)) }
    }

    fn list(&mut self, subject: &SubjectKey, hash: &Hash) {
        let listed = self.listed.entry(*subject).or_default();
        listed.append(self.size, hash);
        if listed.count == 1 {
            self.subjects += 1;
        }
        self.unindexed.insert(*subject);
        self.changed_subjects.insert(*subject);
    }

    fn push(&mut self, hash: Hash) -> u64 {
        let index = self.size;
        self.range.append(hash);
        self.size = self.range.size();
        index
    }
}

/// Replays leaves one after the other; all of them fit, or the first that does not is the error.
///
/// # Errors
/// As [`LogState::replay`]. The leaves before the failing one are applied: drop the state or keep its changes.
pub fn replay<L: AsRef<[u8]>>(state: &mut LogState, leaves: &[L]) -> Result<Vec<Applied>, LedgerError> {
    leaves.iter().map(|leaf| state.replay(leaf.as_ref())).collect()
}
