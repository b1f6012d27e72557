//! What is missing has a name.

use hanse_tlog::{Missing, TileId, TileSet, hash, prove};

#[test]
fn a_log_that_should_shrink_names_the_tile_of_its_last_entry() {
    for (from, index) in [(256, 0), (257, 1), (600, 2)] {
        let missing = prove::consistency(&TileSet::default(), from, 1).unwrap_err();
        assert_eq!(missing, Missing(TileId { level: 0, index }), "{from}");
    }
}

#[test]
fn a_set_with_a_tile_is_not_empty() {
    let mut tiles = TileSet::default();
    assert!(tiles.is_empty());
    tiles.insert(TileId { level: 0, index: 0 }, vec![hash::leaf(b"one")]);
    assert!(!tiles.is_empty());
}

#[test]
fn a_hash_is_its_bytes() {
    let leaf = hash::leaf(b"one");
    assert_eq!(leaf.as_ref(), leaf.as_bytes().as_slice());
}
