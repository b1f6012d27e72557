#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]
//! Published values: RFC 6962, the worked example of C2SP tlog-tiles, and the accumulated vectors of the IETF
//! draft on Merkle tree certificates.

use hanse_tlog::{CompactRange, Hash, TileId, TileSet, hash, prove, tile, verify};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

mod common;

/// The eight entries that implementations of Certificate Transparency have always tested with.
const EIGHT_ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the first 0, 1, … 8 of them.
const EIGHT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn eight_leaves() -> Vec<Hash> {
    EIGHT_ENTRIES.iter().map(|entry| hash::leaf(entry)).collect()
}

#[test]
fn roots_of_the_eight_classic_entries() {
    let leaves = eight_leaves();
    let tiles = common::tiles(&leaves);
    let mut range = CompactRange::new();
    for (size, root) in EIGHT_ROOTS.iter().enumerate() {
        assert_eq!(range.root().hex(), *root, "compact range of {size}");
        assert_eq!(prove::root(&tiles, size as u64).unwrap().hex(), *root, "tiles of {size}");
        assert_eq!(prove::range(&tiles, size as u64).unwrap(), range);
        range.extend(leaves.get(size).copied());
    }
}

/// RFC 6962 section 2.1.3 draws the tree of seven entries and lists its proofs by letter.
#[test]
fn proofs_of_the_drawn_tree_of_seven() {
    let leaves = &eight_leaves()[..7];
    let [a, b, c, d, e, f, j] = leaves.try_into().unwrap();
    let (g, h, i) = (hash::node(&a, &b), hash::node(&c, &d), hash::node(&e, &f));
    let (k, l) = (hash::node(&g, &h), hash::node(&i, &j));
    let tiles = common::tiles(leaves);
    let root = prove::root(&tiles, 7).unwrap();
    assert_eq!(root, hash::node(&k, &l));
    for (index, path) in [(0, vec![b, h, l]), (3, vec![c, g, l]), (4, vec![f, j, k]), (6, vec![i, k])] {
        assert_eq!(prove::inclusion(&tiles, index, 7).unwrap(), path, "audit path of {index}");
        verify::inclusion(index, 7, &leaves[usize::try_from(index).unwrap()], &path, &root).unwrap();
    }
    for (from, path) in [(3, vec![c, d, g, l]), (4, vec![l]), (6, vec![i, j, k])] {
        assert_eq!(prove::consistency(&tiles, from, 7).unwrap(), path, "consistency from {from}");
        let old = prove::root(&tiles, from).unwrap();
        verify::consistency(from, 7, &path, &old, &root).unwrap();
    }
}

/// tlog-tiles counts what a log of 70,000 entries serves.
#[test]
fn the_worked_example_of_seventy_thousand_entries() {
    let tiles = common::tiles(&common::leaves(70_000));
    let mut counts: BTreeMap<(u8, bool), usize> = BTreeMap::new();
    let mut paths = Vec::new();
    for (id, hashes) in tiles.iter() {
        let width = id.width(70_000);
        assert_eq!(hashes.len(), usize::from(width));
        *counts.entry((id.level, width == 256)).or_default() += 1;
        paths.push(tile::path(id.level, id.index, Some(width).filter(|width| *width < 256)));
    }
    let expected = [((0, false), 1), ((0, true), 273), ((1, false), 1), ((1, true), 1), ((2, false), 1)];
    assert_eq!(counts, expected.into());
    assert_eq!(tiles.len(), 277);
    for path in ["tile/0/273.p/112", "tile/1/000", "tile/1/001.p/17", "tile/2/000.p/1"] {
        assert!(paths.iter().any(|found| found == path), "{path}");
    }
    let edge = [(0, 273), (1, 1), (2, 0)].map(|(level, index)| TileId { level, index });
    assert_eq!(tile::edge(70_000), edge);
}

/// The largest tree of the accumulated vectors.
const ACCUMULATED_MAX: usize = 130;

/// Entry n is the one byte n.
fn accumulated_leaves() -> Vec<Hash> {
    (0..=129u8).map(|byte| hash::leaf(&[byte])).collect()
}

/// The draft's subtrees `start..end`: those that can be a node of a tree.
fn subtrees(end_max: usize) -> impl Iterator<Item = (usize, usize)> {
    let all = (1..=end_max).flat_map(|end| (0..end).map(move |start| (start, end)));
    all.filter(|(start, end)| start.is_multiple_of((end - start).next_power_of_two()))
}

fn line(head: &str, proof: &[Hash]) -> String {
    let mut line = head.to_owned();
    for hash in proof {
        write!(line, " {hash}").unwrap();
    }
    line + "\n"
}

fn hex(digest: Sha256) -> String {
    Hash::from(<[u8; 32]>::from(digest.finalize())).hex()
}

#[test]
fn accumulated_subtree_hashes() {
    let leaves = accumulated_leaves();
    let mut digest = Sha256::new();
    for (start, end) in subtrees(ACCUMULATED_MAX) {
        let tiles = common::tiles(&leaves[start..end]);
        let root = prove::root(&tiles, (end - start) as u64).unwrap();
        assert_eq!(CompactRange::from_iter(leaves[start..end].iter().copied()).root(), root);
        digest.update(line(&format!("[{start}, {end})"), &[root]));
    }
    assert_eq!(hex(digest), "94a95384a8c69acea9b50d035a58285b3a777cb7a724005faa5e1f1e1190007f");
}

#[test]
fn accumulated_inclusion_proofs() {
    let leaves = accumulated_leaves();
    let mut digest = Sha256::new();
    for (start, end) in subtrees(ACCUMULATED_MAX) {
        let tiles = common::tiles(&leaves[start..end]);
        let size = (end - start) as u64;
        let root = prove::root(&tiles, size).unwrap();
        for (within, leaf) in (0..).zip(&leaves[start..end]) {
            let path = prove::inclusion(&tiles, within, size).unwrap();
            verify::inclusion(within, size, leaf, &path, &root).unwrap();
            digest.update(line(&format!("{} [{start}, {end})", start as u64 + within), &path));
        }
    }
    assert_eq!(hex(digest), "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f");
}

/// The roots of all subtrees of the accumulated vectors, by range.
type Roots = BTreeMap<(usize, usize), Hash>;

/// The draft proves subtrees consistent with a tree; those from entry 0 are the proofs that this crate makes.
/// The others are put together here, so that one digest covers all.
#[test]
fn accumulated_consistency_proofs() {
    let leaves = accumulated_leaves();
    let tiles = common::tiles(&leaves);
    let roots: Roots = subtrees(ACCUMULATED_MAX)
        .map(|(start, end)| ((start, end), common::naive_root(&leaves[start..end])))
        .collect();
    let mut digest = Sha256::new();
    for size in 0..=ACCUMULATED_MAX {
        for (start, end) in subtrees(size) {
            let proof = if start == 0 {
                prove::consistency(&tiles, end as u64, size as u64).unwrap()
            } else {
                subtree_proof((start, end), (0, size), true, &roots)
            };
            digest.update(line(&format!("[{start}, {end}) {size}"), &proof));
        }
    }
    assert_eq!(hex(digest), "c586ebbb73a5621baf2140095d87dde934e3b6503a562a1a5215b8209edd083d");
}

/// The draft's SUBTREE_SUBPROOF of `part` within the node `whole`, both as ranges of entries.
fn subtree_proof(part: (usize, usize), whole: (usize, usize), known: bool, roots: &Roots) -> Vec<Hash> {
    if part == whole {
        return if known { Vec::new() } else { vec![roots[&whole]] };
    }
    let (start, end) = whole;
    let middle = start + (end - start).next_power_of_two() / 2;
    let (left, right) = ((start, middle), (middle, end));
    let (mut proof, sibling) = if part.1 <= middle {
        (subtree_proof(part, left, known, roots), right)
    } else {
        let within = part.0 >= middle;
        (subtree_proof((part.0.max(middle), part.1), right, known && within, roots), left)
    };
    proof.push(roots[&sibling]);
    proof
}

#[test]
fn a_log_of_nothing_and_of_one() {
    let nothing = TileSet::new();
    assert_eq!(prove::root(&nothing, 0), Ok(hash::EMPTY));
    assert!(prove::inclusion(&nothing, 0, 0).is_err());
    assert_eq!(prove::consistency(&nothing, 0, 0), Ok(Vec::new()));
    verify::consistency(0, 0, &[], &hash::EMPTY, &hash::EMPTY).unwrap();
    let leaf = hash::leaf(b"only");
    let one = common::tiles(&[leaf]);
    assert_eq!(prove::root(&one, 1), Ok(leaf));
    assert_eq!(prove::inclusion(&one, 0, 1), Ok(Vec::new()));
    verify::inclusion(0, 1, &leaf, &[], &leaf).unwrap();
    verify::consistency(0, 1, &[], &hash::EMPTY, &leaf).unwrap();
}
