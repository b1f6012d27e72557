//! A compact range: the size of a log and the roots of the full subtrees on its right edge.
//!
//! It is all that appending and computing the root need. It cannot prove anything about single entries; see
//! [`crate::prove`] for that.

use crate::hash::{self, Hash};

/// The right edge of a log: one root for each 1 bit of its size, largest subtree first, so at most 64.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompactRange {
    size: u64,
    edge: Vec<Hash>,
}

impl CompactRange {
    /// The empty log.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// Rebuilds a range from its size and edge, as [`CompactRange::size`] and [`CompactRange::edge`] gave them.
    ///
    /// None if the number of hashes is not the number of 1 bits in `size`. The hashes themselves cannot be
    /// checked here: compare [`CompactRange::root`] with a signed one.
    #[must_use]
    pub fn from_parts(size: u64, edge: Vec<Hash>) -> Option<Self> {
        let subtrees = usize::try_from(size.count_ones()).ok()?;
        (edge.len() == subtrees).then_some(Self { size, edge })
    }

    /// The number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the full subtrees, largest (leftmost) first.
    #[must_use]
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// Appends the hash of one leaf.
    ///
    /// A log of 2^64 - 1 leaves is full: no log gets there, and a range made up to be there stays as it is.
    pub fn append(&mut self, leaf: Hash) {
        let Some(size) = self.size.checked_add(1) else { return };
        // Each trailing 1 bit of the old size is a full subtree that the new leaf completes.
        let mut merged = leaf;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.edge.pop() {
                merged = hash::node(&left, &merged);
            }
        }
        self.edge.push(merged);
        self.size = size;
    }

    /// The RFC 6962 root of all leaves so far; [`hash::EMPTY`] for none.
    #[must_use]
    pub fn root(&self) -> Hash {
        let right_to_left = self.edge.iter().rev().copied();
        right_to_left.reduce(|right, left| hash::node(&left, &right)).unwrap_or(hash::EMPTY)
    }
}

impl Extend<Hash> for CompactRange {
    fn extend<I: IntoIterator<Item = Hash>>(&mut self, leaves: I) {
        for leaf in leaves {
            self.append(leaf);
        }
    }
}

impl FromIterator<Hash> for CompactRange {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut range = Self::new();
        range.extend(leaves);
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edge_has_one_hash_for_each_bit() {
        let mut range = CompactRange::new();
        assert_eq!(range.root(), hash::EMPTY);
        for size in 1..=300u64 {
            range.append(hash::leaf(&size.to_be_bytes()));
            assert_eq!(range.size(), size);
            let rebuilt = CompactRange::from_parts(size, range.edge().to_vec());
            assert_eq!(rebuilt.as_ref(), Some(&range));
        }
    }

    #[test]
    fn a_wrong_number_of_hashes_is_no_range() {
        assert!(CompactRange::from_parts(0, vec![hash::EMPTY]).is_none());
        assert!(CompactRange::from_parts(3, vec![hash::EMPTY]).is_none());
        assert!(CompactRange::from_parts(u64::MAX, vec![hash::EMPTY; 63]).is_none());
    }

    #[test]
    fn a_full_log_takes_no_more() {
        let full = CompactRange::from_parts(u64::MAX, vec![hash::EMPTY; 64]).unwrap();
        let mut more = full.clone();
        more.append(hash::EMPTY);
        assert_eq!(more, full);
    }
}
