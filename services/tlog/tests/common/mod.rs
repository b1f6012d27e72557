//! What several test files share: a log from scratch, and RFC 6962 word for word.

use hanse_tlog::{Hash, TileSet, hash, tile};

/// Entry `index` of the test logs.
pub(crate) fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

/// The leaf hashes of the first `count` entries.
pub(crate) fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| hash::leaf(&entry(index))).collect()
}

/// All tiles over these leaves.
pub(crate) fn tiles(leaves: &[Hash]) -> TileSet {
    let mut tiles = TileSet::new();
    tile::append(&mut tiles, 0, leaves).unwrap();
    tiles
}

/// k of RFC 6962, for 2 or more leaves.
pub(crate) fn split(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// MTH of RFC 6962 section 2.1.
pub(crate) fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => hash::EMPTY,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            hash::node(&naive_root(left), &naive_root(right))
        }
    }
}
