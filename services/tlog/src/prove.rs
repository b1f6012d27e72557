//! Inclusion and consistency proofs, and roots, from tiles.
//!
//! Every function has a twin `tiles_for_…` that names the tiles it reads, so that a store can load exactly
//! those first. The trees are RFC 6962's; the proofs are what [`crate::verify`] takes.

use crate::compact::CompactRange;
use crate::hash::{self, Hash};
use crate::tile::{HEIGHT, Missing, TileId, TileSet, TileTree, WIDTH, subtree_root};
use std::collections::{BTreeMap, BTreeSet};

/// The audit path of entry `index` in the log of `size` entries: its siblings, lowest first.
///
/// # Errors
/// [`Missing`] names a tile of [`tiles_for_inclusion`] that is not in the set or is too short. No tile of the
/// log holds an index outside it: then the tile where it would stand is named.
pub fn inclusion(tiles: &TileSet, index: u64, size: u64) -> Result<Vec<Hash>, Missing> {
    Inclusions::new(tiles).prove(index, size)
}

/// The audit paths of many entries, cheapest in log order: what two of them pass one after the other is hashed once.
pub struct Inclusions<'a> {
    tiles: &'a TileSet,
    /// Of each level the tree that the last path went through: (tile, offset, count).
    passed: BTreeMap<u8, ((TileId, u64, u64), TileTree)>,
    /// What stands beside the largest full subtrees of a log: two for each bit of its size.
    siblings: BTreeMap<(u64, u64), Hash>,
}

impl std::fmt::Debug for Inclusions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inclusions").finish_non_exhaustive()
    }
}

impl<'a> Inclusions<'a> {
    /// Paths from these tiles, at least those of [`tiles_for_inclusion`].
    #[must_use]
    pub const fn new(tiles: &'a TileSet) -> Self {
        Self { tiles, passed: BTreeMap::new(), siblings: BTreeMap::new() }
    }

    /// As [`inclusion`].
    ///
    /// # Errors
    /// As [`inclusion`].
    pub fn prove(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, Missing> {
        let plan = InclusionPlan::new(index, size).ok_or(Missing(leaf_tile(index)))?;
        let mut path = Vec::new();
        for part in plan.subtree.steps(index) {
            path.extend(self.passed(&part)?.path(part.member));
        }
        for span in plan.siblings.iter().rev() {
            path.push(self.sibling(span)?);
        }
        Ok(path)
    }

    fn passed(&mut self, part: &TilePart) -> Result<&TileTree, Missing> {
        let (level, key) = (part.id.level, (part.id, part.offset, part.count));
        if self.passed.get(&level).is_none_or(|(last, _)| *last != key) {
            let tree = TileTree::new(self.tiles.slice(part.id, part.offset, part.count)?);
            self.passed.insert(level, (key, tree));
        }
        self.passed.get(&level).map(|(_, tree)| tree).ok_or(Missing(part.id))
    }

    fn sibling(&mut self, span: &Span) -> Result<Hash, Missing> {
        let key = (span.start, span.end);
        if let Some(root) = self.siblings.get(&key) {
            return Ok(*root);
        }
        let root = span.root(self.tiles)?;
        self.siblings.insert(key, root);
        Ok(root)
    }
}

/// The tiles that [`inclusion`] reads; none for an index outside the log.
#[must_use]
pub fn tiles_for_inclusion(index: u64, size: u64) -> BTreeSet<TileId> {
    let Some(plan) = InclusionPlan::new(index, size) else { return BTreeSet::new() };
    let inner = plan.subtree.steps(index).into_iter().map(|part| part.id);
    inner.chain(plan.siblings.iter().flat_map(Span::tiles)).collect()
}

/// The proof that the log of `from` entries is a prefix of the log of `to` entries.
///
/// Empty if the sizes are equal or `from` is 0.
///
/// # Errors
/// [`Missing`] names a tile of [`tiles_for_consistency`] that is not in the set or is too short; if `from` is
/// above `to`, the tile where the last entry of `from` would stand.
pub fn consistency(tiles: &TileSet, from: u64, to: u64) -> Result<Vec<Hash>, Missing> {
    if from > to {
        return Err(Missing(leaf_tile(from - 1)));
    }
    consistency_plan(from, to).iter().map(|span| span.root(tiles)).collect()
}

/// The tiles that [`consistency`] reads.
#[must_use]
pub fn tiles_for_consistency(from: u64, to: u64) -> BTreeSet<TileId> {
    consistency_plan(from, to).iter().flat_map(Span::tiles).collect()
}

/// The root of the first `size` entries.
///
/// # Errors
/// [`Missing`] names a tile of [`tiles_for_root`] that is not in the set or is too short.
pub fn root(tiles: &TileSet, size: u64) -> Result<Hash, Missing> {
    Span { start: 0, end: size }.root(tiles)
}

/// The tiles that [`root`] and [`range`] read: the partial ones of the right edge.
#[must_use]
pub fn tiles_for_root(size: u64) -> BTreeSet<TileId> {
    Span { start: 0, end: size }.tiles().into_iter().collect()
}

/// The compact range of the first `size` entries.
///
/// # Errors
/// [`Missing`] names a tile of [`tiles_for_root`] that is not in the set or is too short.
pub fn range(tiles: &TileSet, size: u64) -> Result<CompactRange, Missing> {
    let subtrees = Span { start: 0, end: size }.subtrees();
    let edge: Vec<Hash> = subtrees.iter().map(|subtree| subtree.root(tiles)).collect::<Result<_, _>>()?;
    // A span from 0 has one subtree for each 1 bit of its size, which is what a range wants.
    CompactRange::from_parts(size, edge).ok_or(Missing(leaf_tile(size)))
}

fn leaf_tile(index: u64) -> TileId {
    TileId { level: 0, index: index / WIDTH }
}

/// The largest power of two below `count`, where RFC 6962 splits a tree of `count` > 1 leaves.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Leaves `start..end` that are a node of some RFC 6962 tree: `start` is a multiple of a power of two that is
/// not below their number.
#[derive(Clone, Copy, Debug)]
struct Span {
    start: u64,
    end: u64,
}

impl Span {
    const fn count(&self) -> u64 {
        self.end - self.start
    }

    /// The full subtrees of the span, from the left, which is from the largest.
    fn subtrees(&self) -> Vec<Subtree> {
        let mut subtrees = Vec::new();
        let mut start = self.start;
        while let Some(height) = (self.end - start).checked_ilog2() {
            subtrees.push(Subtree { start, height });
            start += 1 << height;
        }
        subtrees
    }

    fn tiles(&self) -> Vec<TileId> {
        self.subtrees().iter().map(|subtree| subtree.slot().0).collect()
    }

    fn root(&self, tiles: &TileSet) -> Result<Hash, Missing> {
        let mut root = None;
        for subtree in self.subtrees().iter().rev() {
            let left = subtree.root(tiles)?;
            root = Some(root.map_or(left, |right| hash::node(&left, &right)));
        }
        Ok(root.unwrap_or(hash::EMPTY))
    }
}

/// A full subtree: 2^height leaves from `start`, a multiple of 2^height.
#[derive(Clone, Copy, Debug)]
struct Subtree {
    start: u64,
    height: u32,
}

/// The part of one tile that a path passes: `count` hashes from `offset`, `member` of them on the path.
struct TilePart {
    id: TileId,
    offset: u64,
    count: u64,
    member: usize,
}

impl Subtree {
    /// The tile that holds this subtree, and the hashes of it that make up the subtree: (tile, offset, count).
    fn slot(&self) -> (TileId, u64, u64) {
        tile_part(self.start, self.height / HEIGHT, self.height % HEIGHT)
    }

    fn root(&self, tiles: &TileSet) -> Result<Hash, Missing> {
        let (id, offset, count) = self.slot();
        subtree_root(tiles.slice(id, offset, count)?).ok_or(Missing(id))
    }

    /// The parts of tiles from leaf `index` up to the root of this subtree, lowest first.
    fn steps(&self, index: u64) -> Vec<TilePart> {
        let levels = self.height.div_ceil(HEIGHT);
        let steps = (0..levels).map(|level| {
            let bottom = level * HEIGHT;
            let height = (self.height - bottom).min(HEIGHT);
            let (id, offset, count) = tile_part(index, level, height);
            let member = usize::try_from((index >> bottom) % count).unwrap_or(usize::MAX);
            TilePart { id, offset, count, member }
        });
        steps.collect()
    }
}

/// The 2^height hashes of a tile level under which leaf `index` stands: (tile, offset, count).
///
/// `level` is below 8 because heights are below 64; `height` is at most 8.
fn tile_part(index: u64, level: u32, height: u32) -> (TileId, u64, u64) {
    let count = 1 << height;
    let place = index >> (level * HEIGHT);
    let first = place - place % count;
    let id = TileId { level: u8::try_from(level).unwrap_or(u8::MAX), index: first / WIDTH };
    (id, first % WIDTH, count)
}

/// The full subtree that an index stands in, and the siblings above it, from the root down.
struct InclusionPlan {
    subtree: Subtree,
    siblings: Vec<Span>,
}

impl InclusionPlan {
    fn new(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let mut span = Span { start: 0, end: size };
        let mut siblings = Vec::new();
        while !span.count().is_power_of_two() {
            let middle = span.start + split(span.count());
            let (left, right) =
                (Span { start: span.start, end: middle }, Span { start: middle, end: span.end });
            let (next, sibling) = if index < middle { (left, right) } else { (right, left) };
            siblings.push(sibling);
            span = next;
        }
        Some(Self { subtree: Subtree { start: span.start, height: span.count().ilog2() }, siblings })
    }
}

/// The nodes of RFC 6962's PROOF(from, D[to]), in order; none for sizes that need no proof or have none.
fn consistency_plan(from: u64, to: u64) -> Vec<Span> {
    if from == 0 || from >= to {
        return Vec::new();
    }
    let mut span = Span { start: 0, end: to };
    let mut spans = Vec::new();
    while span.end != from {
        let middle = span.start + split(span.count());
        let (left, right) = (Span { start: span.start, end: middle }, Span { start: middle, end: span.end });
        let (next, sibling) = if from <= middle { (left, right) } else { (right, left) };
        spans.push(sibling);
        span = next;
    }
    // What is left ends where the older log ends. If it is the whole older log, the verifier has its root.
    if span.start > 0 {
        spans.push(span);
    }
    spans.reverse();
    spans
}
