//! The log as tiles: blocks of up to 256 hashes of one level, in the form of C2SP tlog-tiles.
//!
//! Tile `index` of level 0 holds the leaf hashes `256 * index ..`; a hash of level `l + 1` is the root of a
//! full tile of level `l`. Full tiles never change. The last tile of a level may be partial, and grows.
//! `rs_merkle` computes roots and paths inside one tile; everything above is [`crate::prove`].

use crate::hash::{self, HASH_BYTES, Hash};
use rs_merkle::{Hasher, MerkleTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use thiserror::Error;

mod bundle;
mod path;

pub use bundle::{ENTRY_BYTES_MAX, bundle, parse_bundle};
pub use path::{TilePath, entries_path, parse_path, path};

/// The number of hashes in a full tile, and of entries in a full bundle.
pub const WIDTH: u64 = 256;

/// The binary levels of the tree that one tile spans: 2^8 = [`WIDTH`].
pub(crate) const HEIGHT: u32 = 8;

/// The number of tile levels of a log whose size is a `u64`: 8 levels of 8 bits.
pub(crate) const LEVELS: u8 = 8;

/// The place of a tile: its level (0 holds leaf hashes) and its number from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    /// 0 for leaf hashes; each level above stands for 256 times as many leaves.
    pub level: u8,
    /// Counted from the left, from 0.
    pub index: u64,
}

impl TileId {
    /// How many hashes this tile has in a log of `size` leaves: 0 (no such tile) to 256.
    #[must_use]
    pub fn width(&self, size: u64) -> u16 {
        let hashes = level_hashes(self.level, size);
        let before = self.index.saturating_mul(WIDTH);
        u16::try_from(hashes.saturating_sub(before).min(WIDTH)).unwrap_or(0)
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "level {} tile {}", self.level, self.index)
    }
}

/// A tile, or a part of one, that was needed and is not in the set. Load it and try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the log's {0} is missing or too short")]
pub struct Missing(pub TileId);

/// Bytes or a path that are no tile or bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TileError {
    /// A stored tile must be 1 to 256 hashes of 32 bytes.
    #[error("a tile is 1 to 256 hashes of 32 bytes")]
    Hashes,
    /// Not a path as [`path()`] and [`entries_path`] print it.
    #[error("not a tile path")]
    Path,
    /// A bundle must be 1 to 256 entries, each after its length in two bytes, and nothing else.
    #[error("a bundle is 1 to 256 length-prefixed entries")]
    Bundle,
    /// An entry does not fit its two-byte length.
    #[error("an entry is longer than 65535 bytes")]
    EntryTooLong,
}

/// The tiles at hand: all of a small log, or those loaded for one proof or one append.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileSet {
    tiles: BTreeMap<TileId, Vec<Hash>>,
}

impl TileSet {
    /// No tiles.
    #[must_use]
    pub const fn new() -> Self {
        Self { tiles: BTreeMap::new() }
    }

    /// Adds or replaces a tile. Hashes beyond what a size needs do no harm: every reader is told a size.
    pub fn insert(&mut self, id: TileId, hashes: Vec<Hash>) {
        self.tiles.insert(id, hashes);
    }

    /// The hashes of a tile.
    #[must_use]
    pub fn get(&self, id: &TileId) -> Option<&[Hash]> {
        self.tiles.get(id).map(Vec::as_slice)
    }

    /// All tiles, by level and then by index.
    pub fn iter(&self) -> impl Iterator<Item = (&TileId, &[Hash])> {
        self.tiles.iter().map(|(id, hashes)| (id, hashes.as_slice()))
    }

    /// The number of tiles.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tiles.len()
    }

    /// Whether there is no tile.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tiles.is_empty()
    }

    /// `count` hashes of a tile from `offset` on.
    pub(crate) fn slice(&self, id: TileId, offset: u64, count: u64) -> Result<&[Hash], Missing> {
        let found = (|| {
            let start = usize::try_from(offset).ok()?;
            let end = start.checked_add(usize::try_from(count).ok()?)?;
            self.tiles.get(&id)?.get(start..end)
        })();
        found.ok_or(Missing(id))
    }
}

/// The number of complete hashes that a level has in a log of `size` leaves.
fn level_hashes(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(HEIGHT)).unwrap_or(0)
}

/// The partial tiles of a log of `size` leaves: what [`append`] and [`crate::prove::root`] need loaded.
///
/// At most one for each level, lowest level first.
#[must_use]
pub fn edge(size: u64) -> Vec<TileId> {
    let levels = (0..LEVELS).map(|level| (level, level_hashes(level, size)));
    let partial = levels.filter(|(_, hashes)| hashes % WIDTH != 0);
    partial.map(|(level, hashes)| TileId { level, index: hashes / WIDTH }).collect()
}

/// Appends leaf hashes to a log of `size` leaves and returns the tiles that were added or grew.
///
/// The set must hold [`edge`]`(size)`; hashes beyond `size` in those tiles are dropped. Nothing changes when
/// a tile is missing. The new log must stay under 2^64 leaves.
///
/// # Errors
/// [`Missing`] if a tile of the right edge is not in the set or is shorter than `size` says.
pub fn append(tiles: &mut TileSet, size: u64, leaves: &[Hash]) -> Result<BTreeSet<TileId>, Missing> {
    for id in edge(size) {
        tiles.slice(id, 0, u64::from(id.width(size)))?;
    }
    let mut touched = BTreeSet::new();
    let mut hashes = leaves.to_vec();
    for level in 0..LEVELS {
        let mut full = Vec::new();
        let mut at = level_hashes(level, size);
        for hash in hashes {
            let id = TileId { level, index: at / WIDTH };
            let tile = tiles.tiles.entry(id).or_default();
            tile.truncate(usize::try_from(at % WIDTH).unwrap_or(0));
            tile.push(hash);
            touched.insert(id);
            at = at.saturating_add(1);
            if at.is_multiple_of(WIDTH) {
                full.extend(subtree_root(tile));
            }
        }
        hashes = full;
    }
    Ok(touched)
}

/// The bytes of a tile: its hashes one after the other, as C2SP serves them and a store keeps them.
#[must_use]
pub fn hashes_to_bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}

/// Reads [`hashes_to_bytes`].
///
/// # Errors
/// [`TileError::Hashes`] unless the bytes are 1 to 256 whole hashes.
pub fn hashes_from_bytes(bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    let count = u64::try_from(hashes.len()).unwrap_or(u64::MAX);
    if !rest.is_empty() || !(1..=WIDTH).contains(&count) {
        return Err(TileError::Hashes);
    }
    Ok(hashes.iter().copied().map(Hash::from).collect())
}

/// RFC 6962 for `rs_merkle`, which then equals it bit for bit (an odd node is promoted by both).
#[derive(Clone, Debug)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = [u8; HASH_BYTES];

    fn hash(data: &[u8]) -> Self::Hash {
        hash::leaf(data).into()
    }

    fn concat_and_hash(left: &Self::Hash, right: Option<&Self::Hash>) -> Self::Hash {
        right.map_or(*left, |right| hash::node(&Hash::from(*left), &Hash::from(*right)).into())
    }
}

/// The tree over hashes of one tile.
pub(crate) struct TileTree {
    tree: MerkleTree<Rfc6962>,
    count: usize,
}

impl TileTree {
    pub(crate) fn new(hashes: &[Hash]) -> Self {
        let hashes: Vec<_> = hashes.iter().map(|hash| *hash.as_bytes()).collect();
        Self { tree: MerkleTree::from_leaves(&hashes), count: hashes.len() }
    }

    /// The siblings from the hash at `offset` up to the root, lowest first.
    pub(crate) fn path(&self, offset: usize) -> Vec<Hash> {
        // rs_merkle's own promise does not cover an index outside the tree.
        if offset >= self.count {
            return Vec::new();
        }
        self.tree.proof(&[offset]).proof_hashes().iter().copied().map(Hash::from).collect()
    }
}

/// The root over hashes of one tile; None of none.
pub(crate) fn subtree_root(hashes: &[Hash]) -> Option<Hash> {
    match hashes {
        [only] => Some(*only),
        _ => TileTree::new(hashes).tree.root().map(Hash::from),
    }
}

#[cfg(test)]
mod tests;
