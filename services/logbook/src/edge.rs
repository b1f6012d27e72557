//! The right edge of a stored log: what the next leaves are appended to. It is read again and checked against the signed
//! checkpoint before every batch, so that a damaged row, a lost write or a restored part is found before anything is signed on it.

use std::collections::BTreeMap;

use hanse_ledger::LogState;
use hanse_ledger::index::{self, IndexLeaf, Path};
use hanse_store::Sql;
use hanse_store::log::{self, LeafRow, LogRow};
use hanse_tlog::{Hash, Note, TileId, TileSet, VerifierKey, checkpoint, hash, prove, tile};

use super::LogError;

/// A log ready to take leaves: nothing of its index is loaded but the root.
pub(crate) struct Edge {
    pub state: LogState,
    pub tiles: TileSet,
}

/// Checks that the right edge of a log fits its root, its tiles, its last leaf and its index, and that the checkpoint is this key's.
///
/// # Errors
/// [`LogError::OtherKey`], [`LogError::Damaged`], and those of the store.
pub async fn check_edge(db: &impl Sql, row: &LogRow, vkey: &VerifierKey) -> Result<(), LogError> {
    open(db, row, vkey).await.map(drop)
}

/// The right edge, checked as [`check_edge`] does.
///
/// # Errors
/// As [`check_edge`].
pub(crate) async fn open(db: &impl Sql, row: &LogRow, vkey: &VerifierKey) -> Result<Edge, LogError> {
    let expected = vkey.to_string();
    if row.vkey != expected {
        let (origin, stored) = (row.origin.clone(), row.vkey.clone());
        return Err(LogError::OtherKey { origin, stored, expected });
    }
    if row.size > 0 {
        let signed = Note::parse(row.checkpoint.as_bytes()).and_then(|note| checkpoint::open(&note, vkey));
        let signed =
            signed.map_err(|error| LogError::damaged(&row.origin, format!("checkpoint: {error}")))?;
        if signed.size != row.size || signed.root != row.root {
            return Err(LogError::damaged(&row.origin, "the checkpoint is of another head"));
        }
    }
    load(db, row).await
}

/// Loads the right edge; everything in it is derived from, or compared with, the root of the log's row.
pub(crate) async fn load(db: &impl Sql, row: &LogRow) -> Result<Edge, LogError> {
    let damaged = |what: &str| LogError::damaged(&row.origin, what);
    if row.range.root() != row.root {
        return Err(damaged("the right edge does not hash to the root"));
    }
    let Some(last) = row.size.checked_sub(1) else {
        return Ok(Edge { state: LogState::new(), tiles: TileSet::new() });
    };
    let bottom = TileId { level: 0, index: last / tile::WIDTH };
    let (tiles, leaf, nodes) = tokio::join!(
        Box::pin(log::tiles(db, &row.origin, tile::edge(row.size).into_iter().chain([bottom]))),
        Box::pin(log::leaves(db, &row.origin, last, 2)),
        Box::pin(log::subtrees(db, &row.origin, [Path::ROOT], row.size)),
    );
    let (tiles, leaf, nodes) = (tiles?, leaf?, nodes?);
    if prove::range(&tiles, row.size).ok().as_ref() != Some(&row.range) {
        return Err(damaged("the tiles do not hash to the root"));
    }
    let [leaf] = leaf.as_slice() else { return Err(damaged("leaves are missing or stand beyond the head")) };
    if hash_at(&tiles, bottom, last) != Some(hash::leaf(&leaf.bytes)) {
        return Err(damaged("the last leaf is not the one in its tile"));
    }
    let stated = IndexLeaf::parse(&leaf.bytes).filter(|stated| stated.entries == last);
    let stated = stated.ok_or_else(|| damaged("the last leaf is not the index of all before it"))?;
    if index::root(&nodes) != stated.root {
        return Err(damaged("the root of the index is not the one in the last leaf"));
    }
    Ok(Edge { state: LogState::load(row.range.clone(), stated.listed, nodes, BTreeMap::new()), tiles })
}

/// The leaves of `start..end`, each compared with its hash in the tiles: a leaf that was damaged on the disk is not handed out, or
/// whoever follows the log would take it for a lie of the log.
///
/// # Errors
/// [`LogError::Damaged`] names the leaf that is missing or is not the one in its tile; those of the store.
pub(crate) async fn sound_leaves(
    db: &impl Sql,
    origin: &str,
    start: u64,
    end: u64,
) -> Result<Vec<LeafRow>, LogError> {
    let leaves = log::leaves(db, origin, start, end.saturating_sub(start)).await?;
    let bottoms =
        (start / tile::WIDTH..=end.saturating_sub(1) / tile::WIDTH).map(|index| TileId { level: 0, index });
    let tiles = log::tiles(db, origin, bottoms).await?;
    for (index, leaf) in (start..end).zip(leaves.iter().map(Some).chain(std::iter::repeat(None))) {
        let bottom = TileId { level: 0, index: index / tile::WIDTH };
        let sound = leaf.filter(|leaf| leaf.index == index).map(|leaf| hash::leaf(&leaf.bytes));
        if sound.is_none() || sound != hash_at(&tiles, bottom, index) {
            return Err(LogError::damaged(
                origin,
                format!("leaf {index} is not the one in its tile: run fsck"),
            ));
        }
    }
    Ok(leaves)
}

fn hash_at(tiles: &TileSet, id: TileId, index: u64) -> Option<Hash> {
    let offset = usize::try_from(index % tile::WIDTH).ok()?;
    tiles.get(&id)?.get(offset).copied()
}
