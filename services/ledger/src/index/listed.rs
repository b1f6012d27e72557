//! What a log lists under one subject.

use hanse_tlog::{CompactRange, Hash};
use sha2::{Digest as _, Sha256};

const VALUE_TAG: u8 = 4;

/// The leaves about one subject, in log order: how many, and the RFC 6962 tree over them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Number of leaves about the subject.
    pub count: u64,
    /// Right edge of the tree whose leaves are `u64be(log index) || leaf hash`.
    pub range: CompactRange,
}

impl Listed {
    /// Nothing listed yet.
    #[must_use]
    pub fn new() -> Self {
        Self { count: 0, range: CompactRange::new() }
    }

    /// The list from its stored right edge; `None` if the edge does not fit the count.
    #[must_use]
    pub fn from_parts(count: u64, edge: Vec<Hash>) -> Option<Self> {
        CompactRange::from_parts(count, edge).map(|range| Self { count, range })
    }

    /// Adds the leaf at `index` of the log, which hashes to `leaf`.
    pub fn append(&mut self, index: u64, leaf: &Hash) {
        let mut entry = [0; 40];
        for (byte, from) in entry.iter_mut().zip(index.to_be_bytes().iter().chain(leaf.as_bytes())) {
            *byte = *from;
        }
        self.range.append(hanse_tlog::hash::leaf(&entry));
        self.count = self.range.size();
    }

    /// What the index holds for the subject.
    #[must_use]
    pub fn value(&self) -> Hash {
        subject_value(self.count, &self.range.root())
    }
}

impl Default for Listed {
    fn default() -> Self {
        Self::new()
    }
}

/// SHA-256 of the byte 4, the count as eight big-endian bytes, and the root of the subject's tree.
#[must_use]
pub fn subject_value(count: u64, root: &Hash) -> Hash {
    let digest = Sha256::new().chain_update([VALUE_TAG]).chain_update(count.to_be_bytes()).chain_update(root);
    Hash::from_bytes(digest.finalize().into())
}
