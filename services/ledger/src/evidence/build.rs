//! Putting a file together from what a node has loaded.

use std::collections::BTreeSet;

use hanse_tlog::prove::{self, Inclusions};
use hanse_tlog::{Proved, TileId, TileSet, hash, verify};

use super::{DocumentJson, EngagementProof, Entry, EvidenceError, IndexProof, LeafJson, Part};
use crate::index::{self, IndexLeaf, Listed, Nodes, SubjectKey};
use crate::leaf::LeafError;

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

/// The part of a log about `subject`: `entries` are all its leaves in log order, each with its place and documents. Paths end
/// where they meet a node that the index leaf or an earlier entry has proved.
///
/// # Errors
/// [`EvidenceError::Stale`] and [`EvidenceError::Refuted`] if what was loaded does not fit together: a node never
/// hands out a part that its own index refutes. Otherwise what is missing or out of form.
pub fn part(
    source: &Source<'_>,
    subject: &SubjectKey,
    entries: &[(u64, Vec<u8>, Vec<DocumentJson>)],
) -> Result<Part, EvidenceError> {
    let last = source.size.checked_sub(1).ok_or(EvidenceError::Stale)?;
    let index_leaf = IndexLeaf::parse(source.index_leaf).ok_or(EvidenceError::Stale)?;
    let prefix = index::prove(source.nodes, subject)?;
    if index_leaf.entries != last || index::root_from_prefix(subject, &prefix) != Some(index_leaf.root) {
        return Err(EvidenceError::Stale);
    }
    let mut paths = Inclusions::new(source.tiles);
    let index = IndexProof { leaf: json(source.index_leaf)?, path: paths.prove(last, source.size)? };
    let mut proved = below(source.size, &index)?;
    let mut listed = Listed::new();
    let mut shown = Vec::with_capacity(entries.len());
    for (at, leaf, documents) in entries {
        let (whole, hash) = (paths.prove(*at, source.size)?, hash::leaf(leaf));
        let path = proved.enough(*at, &whole).to_vec();
        proved.add(*at, &hash, &whole).map_err(|_| EvidenceError::Refuted)?;
        listed.append(*at, &hash);
        shown.push(Entry { index: *at, leaf: json(leaf)?, path, documents: documents.clone() });
    }
    let held = prefix.end.filter(|(key, _)| key == subject).map(|(_, value)| value);
    if held != (listed.count > 0).then(|| listed.value()) {
        return Err(EvidenceError::Refuted);
    }
    let (origin, checkpoint) = (source.origin.to_owned(), source.checkpoint.to_owned());
    Ok(Part { origin, checkpoint, index, prefix, entries: shown })
}

/// The nodes that a part proves, below its checkpoint of `size` leaves.
///
/// # Errors
/// [`EvidenceError::Stale`] or [`EvidenceError::Refuted`] if its own paths do not hold.
pub fn proved(part: &Part, size: u64) -> Result<Proved, EvidenceError> {
    let mut proved = below(size, &part.index)?;
    for Entry { index, leaf, path, .. } in &part.entries {
        let hash = hash::leaf(leaf.bytes());
        proved.add(*index, &hash, path).map_err(|_| EvidenceError::Refuted)?;
    }
    Ok(proved)
}

/// The engagement leaf at `index` of a log, proved to be in it. `size` is what the checkpoint states.
///
/// # Errors
/// What is missing or out of form.
pub fn engagement(
    origin: &str,
    checkpoint: &str,
    size: u64,
    paths: &mut Inclusions<'_>,
    index: u64,
    leaf: &[u8],
) -> Result<EngagementProof, EvidenceError> {
    let (leaf, path) = (json(leaf)?, paths.prove(index, size)?);
    Ok(EngagementProof {
        origin: origin.to_owned(),
        checkpoint: Some(checkpoint.to_owned()),
        index,
        leaf,
        path,
    })
}

/// The same below the checkpoint of a part, of `size` leaves, which has proved these nodes.
///
/// # Errors
/// What is missing or out of form.
pub fn engagement_below(
    origin: &str,
    (proved, size): (&Proved, u64),
    paths: &mut Inclusions<'_>,
    index: u64,
    leaf: &[u8],
) -> Result<EngagementProof, EvidenceError> {
    let whole = paths.prove(index, size)?;
    let (leaf, path) = (json(leaf)?, proved.enough(index, &whole).to_vec());
    Ok(EngagementProof { origin: origin.to_owned(), checkpoint: None, index, leaf, path })
}

/// What the path of a checkpoint's index leaf proves.
fn below(size: u64, index: &IndexProof) -> Result<Proved, EvidenceError> {
    let last = size.checked_sub(1).ok_or(EvidenceError::Stale)?;
    let hash = hash::leaf(index.leaf.bytes());
    let root =
        verify::root_from_inclusion(last, size, &hash, &index.path).map_err(|_| EvidenceError::Stale)?;
    let mut proved = Proved::new(size, root);
    proved.add(last, &hash, &index.path).map_err(|_| EvidenceError::Stale)?;
    Ok(proved)
}

fn json(leaf: &[u8]) -> Result<LeafJson, EvidenceError> {
    LeafJson::parse(leaf).map_err(|error| LeafError::NotCanonical(error).into())
}
