//! Strict verification of RFC 9162 inclusion and consistency proofs.
//!
//! A proof is accepted only if every hash of it was needed and the result equals the root: a surplus hash, an
//! index outside the log, or a hash short is refused. Nothing here reads tiles or calls `rs_merkle`.

use crate::hash::{self, Hash};
use thiserror::Error;

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The index is not below the size.
    #[error("the index lies outside the log")]
    Index,
    /// A consistency proof from a larger to a smaller log.
    #[error("the newer log is smaller than the older")]
    Sizes,
    /// The proof has fewer hashes than the sizes need.
    #[error("the proof is too short")]
    TooShort,
    /// The proof has more hashes than the sizes need.
    #[error("the proof is too long")]
    TooLong,
    /// The hashes do not lead to the (newer) root.
    #[error("the proof leads to another root")]
    Root,
    /// The hashes of a consistency proof do not lead to the older root.
    #[error("the proof leads to another older root")]
    OldRoot,
}

/// Checks that `leaf` is entry `index` of the log of `size` entries whose root is `root`.
///
/// # Errors
/// [`ProofError`] if it is not proved.
pub fn inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if root_from_inclusion(index, size, leaf, path)? == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The root that a log of `size` entries has if `leaf` is entry `index` and `path` its audit path.
///
/// # Errors
/// [`ProofError`] if the index is outside, or the path has not the length that index and size give.
pub fn root_from_inclusion(index: u64, size: u64, leaf: &Hash, path: &[Hash]) -> Result<Hash, ProofError> {
    let last = size.checked_sub(1).filter(|last| index <= *last).ok_or(ProofError::Index)?;
    let mut climb = Climb { node: index, last };
    let mut root = *leaf;
    for sibling in path {
        root = match climb.step()? {
            Side::Left => hash::node(sibling, &root),
            Side::Right => hash::node(&root, sibling),
        };
    }
    climb.finish().map(|()| root)
}

/// Checks that the log of `from` entries with root `from_root` is a prefix of the log of `to` entries with
/// root `to_root`.
///
/// For equal sizes, and from the empty log, the proof must be empty; the root of an empty log must be
/// [`hash::EMPTY`].
///
/// # Errors
/// [`ProofError`] if it is not proved.
pub fn consistency(
    from: u64,
    to: u64,
    path: &[Hash],
    from_root: &Hash,
    to_root: &Hash,
) -> Result<(), ProofError> {
    if from > to {
        return Err(ProofError::Sizes);
    }
    if from == 0 && *from_root != hash::EMPTY {
        return Err(ProofError::OldRoot);
    }
    if from == to && from_root != to_root {
        return Err(ProofError::Root);
    }
    if from == 0 || from == to {
        return if path.is_empty() { Ok(()) } else { Err(ProofError::TooLong) };
    }
    let (old, new) = roots_from_consistency(from, to, path, from_root)?;
    match (old == *from_root, new == *to_root) {
        (true, true) => Ok(()),
        (false, _) => Err(ProofError::OldRoot),
        (true, false) => Err(ProofError::Root),
    }
}

/// The older and the newer root that the proof leads to, for 0 < from < to.
fn roots_from_consistency(
    from: u64,
    to: u64,
    path: &[Hash],
    from_root: &Hash,
) -> Result<(Hash, Hash), ProofError> {
    // The older log's last full subtree is where the climb starts. When that is the whole older log, its
    // root is known and left out of the proof.
    let (start, path) = if from.is_power_of_two() {
        (*from_root, path)
    } else {
        let (first, rest) = path.split_first().ok_or(ProofError::TooShort)?;
        (*first, rest)
    };
    let shift = from.trailing_zeros();
    // Both sizes are above 0 here, so nothing wraps; a shift is at most 63.
    let mut climb = Climb { node: (from - 1) >> shift, last: (to - 1) >> shift };
    let (mut old, mut new) = (start, start);
    for sibling in path {
        match climb.step()? {
            Side::Left => {
                old = hash::node(sibling, &old);
                new = hash::node(sibling, &new);
            }
            Side::Right => new = hash::node(&new, sibling),
        }
    }
    climb.finish().map(|()| (old, new))
}

/// On which side of the node the next sibling stands.
enum Side {
    Left,
    Right,
}

/// A walk from a node to the root: the node's index on its level, and the index of that level's last node.
struct Climb {
    node: u64,
    last: u64,
}

impl Climb {
    /// Takes one sibling.
    fn step(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::TooLong);
        }
        let left = self.node % 2 == 1 || self.node == self.last;
        if left && self.node.is_multiple_of(2) {
            // A last node without a sibling on its level is promoted until it is a right child.
            let promoted = self.node.trailing_zeros().min(63);
            self.node >>= promoted;
            self.last >>= promoted;
        }
        self.node >>= 1;
        self.last >>= 1;
        Ok(if left { Side::Left } else { Side::Right })
    }

    fn finish(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::TooShort) }
    }
}
