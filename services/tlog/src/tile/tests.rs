use super::*;

fn leaves(count: u64) -> Vec<Hash> {
    (0..count).map(|index| hash::leaf(&index.to_be_bytes())).collect()
}

#[test]
fn the_edge_is_one_partial_tile_for_each_level_that_has_one() {
    assert_eq!(edge(0), []);
    assert_eq!(edge(1), [TileId { level: 0, index: 0 }]);
    assert_eq!(edge(256), [TileId { level: 1, index: 0 }]);
    assert_eq!(edge(257), [TileId { level: 0, index: 1 }, TileId { level: 1, index: 0 }]);
    assert_eq!(edge(65_536), [TileId { level: 2, index: 0 }]);
    assert_eq!(edge(u64::MAX).len(), 8);
}

#[test]
fn width_follows_the_size() {
    let first = TileId { level: 0, index: 0 };
    assert_eq!([0, 1, 255, 256, 257].map(|size| first.width(size)), [0, 1, 255, 256, 256]);
    assert_eq!(TileId { level: 1, index: 0 }.width(255), 0);
    assert_eq!(TileId { level: 1, index: 0 }.width(256), 1);
    assert_eq!(TileId { level: 63, index: 0 }.width(u64::MAX), 0);
    assert_eq!(TileId { level: 0, index: u64::MAX }.width(u64::MAX), 0);
}

#[test]
fn appending_in_any_steps_gives_the_same_tiles() {
    let all = leaves(1_500);
    let mut at_once = TileSet::new();
    append(&mut at_once, 0, &all).unwrap();
    for step in [1, 7, 255, 256, 257, 700] {
        let mut stepped = TileSet::new();
        let mut size = 0;
        for part in all.chunks(step) {
            append(&mut stepped, size, part).unwrap();
            size += part.len() as u64;
        }
        assert_eq!(stepped, at_once, "in steps of {step}");
    }
}

#[test]
fn only_the_edge_is_needed_and_only_touched_tiles_change() {
    let mut whole = TileSet::new();
    append(&mut whole, 0, &leaves(600)).unwrap();
    let mut partial = TileSet::new();
    for id in edge(600) {
        partial.insert(id, whole.get(&id).unwrap().to_vec());
    }
    let more = leaves(300);
    let touched = append(&mut partial, 600, &more).unwrap();
    let before = whole.clone();
    assert_eq!(append(&mut whole, 600, &more).unwrap(), touched);
    for (id, hashes) in whole.iter() {
        let changed = before.get(id) != Some(hashes);
        assert_eq!(changed, touched.contains(id));
        assert!(!changed || partial.get(id) == Some(hashes));
    }
}

#[test]
fn a_missing_edge_is_an_error_that_changes_nothing() {
    let mut tiles = TileSet::new();
    append(&mut tiles, 0, &leaves(300)).unwrap();
    let mut cut = tiles.clone();
    cut.insert(TileId { level: 1, index: 0 }, Vec::new());
    let before = cut.clone();
    assert_eq!(append(&mut cut, 300, &leaves(1)), Err(Missing(TileId { level: 1, index: 0 })));
    assert_eq!(cut, before);
    assert_eq!(append(&mut TileSet::new(), 1, &[]), Err(Missing(TileId { level: 0, index: 0 })));
}

#[test]
fn hashes_beyond_the_size_are_dropped() {
    let all = leaves(300);
    let mut ahead = TileSet::new();
    append(&mut ahead, 0, &all).unwrap();
    append(&mut ahead, 200, &all[200..]).unwrap();
    let mut straight = TileSet::new();
    append(&mut straight, 0, &all).unwrap();
    assert_eq!(ahead, straight);
}

#[test]
fn stored_tiles_round_trip_and_bad_bytes_are_refused() {
    let hashes = leaves(256);
    assert_eq!(hashes_from_bytes(&hashes_to_bytes(&hashes)), Ok(hashes));
    for length in [0, 1, 31, 33, 257 * 32] {
        assert_eq!(hashes_from_bytes(&vec![0; length]), Err(TileError::Hashes), "{length} bytes");
    }
}

#[test]
fn paths_have_the_form_of_the_specification() {
    let cases = [
        (0, 0, None, "tile/0/000"),
        (0, 1_234_067, None, "tile/0/x001/x234/067"),
        (0, 1_067, Some(3), "tile/0/x001/067.p/3"),
        (1, 1, Some(17), "tile/1/001.p/17"),
        (63, 999, Some(255), "tile/63/999.p/255"),
        (7, u64::MAX, None, "tile/7/x018/x446/x744/x073/x709/x551/615"),
    ];
    for (level, index, width, text) in cases {
        assert_eq!(path(level, index, width), text);
        let id = TileId { level, index };
        assert_eq!(parse_path(text), Ok(TilePath::Hashes { id, width }));
        let entries = entries_path(index, width);
        assert_eq!(parse_path(&entries), Ok(TilePath::Entries { index, width }));
    }
    assert_eq!(entries_path(1_234_067, Some(8)), "tile/entries/x001/x234/067.p/8");
}

#[test]
fn other_spellings_of_a_path_are_refused() {
    let bad = [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/256/000",
        "tile/-1/000",
        "tile/+1/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/x000/000",
        "tile/0/x000",
        "tile/0/001/002",
        "tile/0/x001/x002",
        "tile/0/x001/002.p",
        "tile/0/000.p/",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/8/0/000",
        "tile/0/+12",
        "tile/data/000",
        "tile/entries",
        "tile/entries/",
        "tile/entries/x1/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/\u{661}23",
        "tile/0/ 12",
    ];
    for text in bad {
        assert_eq!(parse_path(text), Err(TileError::Path), "{text}");
    }
}

#[test]
fn bundles_round_trip_and_bad_bytes_are_refused() {
    let entries = [b"one".as_slice(), b"", &[7; ENTRY_BYTES_MAX]];
    let bytes = bundle(&entries).unwrap();
    assert_eq!(parse_bundle(&bytes).unwrap(), entries);
    assert_eq!(&bytes[..7], b"\0\x03one\0\0");
    assert_eq!(parse_bundle(&bytes[..bytes.len() - 1]), Err(TileError::Bundle));
    assert_eq!(parse_bundle(&[bytes.as_slice(), b"\0"].concat()), Err(TileError::Bundle));
    assert_eq!(parse_bundle(b""), Err(TileError::Bundle));
    assert_eq!(parse_bundle(&[0; 2 * 256]).map(|entries| entries.len()), Ok(256));
    assert_eq!(parse_bundle(&[0; 2 * 257]), Err(TileError::Bundle));
    assert_eq!(bundle(&[vec![0; ENTRY_BYTES_MAX + 1]]), Err(TileError::EntryTooLong));
    assert_eq!(bundle::<Vec<u8>>(&[]), Err(TileError::Bundle));
    assert_eq!(bundle(&vec![b""; 257]), Err(TileError::Bundle));
}
