//! Putting a file together from what a node has loaded.

use std::collections::BTreeSet;

use hanse_document::canonical;
use hanse_tlog::{Hash, TileId, TileSet, hash, prove};
use serde_json::Value;

use super::{EngagementProof, Entry, EvidenceError, IndexProof, Part};
use crate::index::{self, IndexLeaf, Listed, Nodes, SubjectKey};
use crate::leaf::{LEAF_BYTES_MAX, Leaf, LeafError};

/// One checkpoint of a log, with what was loaded below it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Origin of the log.
    pub origin: &'a str,
    /// Signed note of the checkpoint, with cosignature lines.
    pub checkpoint: &'a str,
    /// Size that the checkpoint states.
    pub size: u64,
    /// Bytes of the last leaf, which is an index leaf.
    pub index_leaf: &'a [u8],
    /// At least the tiles of [`tiles_for_part`].
    pub tiles: &'a TileSet,
    /// The index at this size: at least the nodes on the way to the subject.
    pub nodes: &'a Nodes,
}

/// The tiles that proofs of the index leaf and of the entries at these places need.
#[must_use]
pub fn tiles_for_part(size: u64, entries: &[u64]) -> BTreeSet<TileId> {
    let last = size.checked_sub(1);
    entries.iter().copied().chain(last).flat_map(|index| prove::tiles_for_inclusion(index, size)).collect()
}

/// The part of a log about `subject`: `entries` are all its leaves in log order, each with its place and documents.
///
/// # Errors
/// [`EvidenceError::Stale`] and [`EvidenceError::Entries`] if what was loaded does not fit together: a node never
/// hands out a part that its own index refutes. Otherwise what is missing or out of form.
pub fn part(
    source: &Source<'_>,
    subject: &SubjectKey,
    entries: &[(u64, Vec<u8>, Vec<Value>)],
) -> Result<Part, EvidenceError> {
    let last = source.size.checked_sub(1).ok_or(EvidenceError::Stale)?;
    let index_leaf = IndexLeaf::parse(source.index_leaf).ok_or(EvidenceError::Stale)?;
    let prefix = index::prove(source.nodes, subject)?;
    if index_leaf.entries != last || index::root_from_prefix(subject, &prefix) != Some(index_leaf.root) {
        return Err(EvidenceError::Stale);
    }
    let mut listed = Listed::new();
    let mut proved = Vec::with_capacity(entries.len());
    for (at, leaf, documents) in entries {
        listed.append(*at, &hash::leaf(leaf));
        let (leaf, path) =
            (Leaf::parse_general(leaf)?.to_value(), inclusion(source.tiles, *at, source.size)?);
        proved.push(Entry { index: *at, leaf, path, documents: documents.clone() });
    }
    let held = prefix.end.filter(|(key, _)| key == subject).map(|(_, value)| value);
    if held != (listed.count > 0).then(|| listed.value()) {
        return Err(EvidenceError::Entries);
    }
    let path = inclusion(source.tiles, last, source.size)?;
    Ok(Part {
        origin: source.origin.to_owned(),
        checkpoint: source.checkpoint.to_owned(),
        index: IndexProof { leaf: json(source.index_leaf)?, path },
        prefix,
        entries: proved,
    })
}

/// The engagement leaf at `index` of a log, proved to be in it. `size` is what the checkpoint states.
///
/// # Errors
/// What is missing or out of form.
pub fn engagement(
    origin: &str,
    checkpoint: &str,
    size: u64,
    tiles: &TileSet,
    index: u64,
    leaf: &[u8],
) -> Result<EngagementProof, EvidenceError> {
    let (leaf, path) = (Leaf::parse(leaf)?.to_value(), inclusion(tiles, index, size)?);
    Ok(EngagementProof { origin: origin.to_owned(), checkpoint: checkpoint.to_owned(), index, leaf, path })
}

fn inclusion(tiles: &TileSet, index: u64, size: u64) -> Result<Vec<Hash>, EvidenceError> {
    Ok(prove::inclusion(tiles, index, size)?)
}

fn json(leaf: &[u8]) -> Result<Value, EvidenceError> {
    canonical::parse(leaf, LEAF_BYTES_MAX).map_err(|error| LeafError::NotCanonical(error).into())
}
