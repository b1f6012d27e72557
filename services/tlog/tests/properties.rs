#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]
//! Proofs against three oracles (the RFC's recursion, ct-merkle, rs_merkle), and against every small lie.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use hanse_tlog::{CompactRange, Hash, Missing, ProofError, TileSet, hash, prove, tile, verify};
use proptest::prelude::*;
use rs_merkle::{Hasher, MerkleTree};
use sha2::Sha256;
use std::collections::BTreeSet;

mod common;

use common::{leaves, naive_root, split, tiles};

/// The largest log of the properties: four full tiles and a partial one.
const SIZE_MAX: u64 = 1_100;

/// PATH of RFC 6962 section 2.1.1.
fn naive_inclusion(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (naive_inclusion(index, left), right)
    } else {
        (naive_inclusion(index - middle, right), left)
    };
    path.push(naive_root(sibling));
    path
}

/// PROOF of RFC 6962 section 2.1.2, for 0 < `from` <= the number of leaves.
fn naive_consistency(from: usize, leaves: &[Hash]) -> Vec<Hash> {
    naive_subproof(from, leaves, true)
}

fn naive_subproof(from: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if from == leaves.len() {
        return if known { Vec::new() } else { vec![naive_root(leaves)] };
    }
    let middle = split(leaves.len());
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if from <= middle {
        (naive_subproof(from, left, known), right)
    } else {
        (naive_subproof(from - middle, right, false), left)
    };
    path.push(naive_root(sibling));
    path
}

#[derive(Clone)]
struct Rfc6962;

impl Hasher for Rfc6962 {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> Self::Hash {
        hash::leaf(data).into()
    }

    fn concat_and_hash(left: &Self::Hash, right: Option<&Self::Hash>) -> Self::Hash {
        right.map_or(*left, |right| hash::node(&Hash::from(*left), &Hash::from(*right)).into())
    }
}

fn ct_merkle(size: u64) -> MemoryBackedTree<Sha256, Vec<u8>> {
    let mut tree = MemoryBackedTree::new();
    for index in 0..size {
        tree.push(common::entry(index));
    }
    tree
}

fn concatenated(path: &[Hash]) -> Vec<u8> {
    tile::hashes_to_bytes(path)
}

/// Something that reads tiles and gives hashes.
type Proof = Box<dyn Fn(&TileSet) -> Result<Vec<Hash>, Missing>>;

/// A set with exactly these tiles of another.
fn only(all: &TileSet, ids: &BTreeSet<hanse_tlog::TileId>) -> TileSet {
    let mut some = TileSet::new();
    for id in ids {
        some.insert(*id, all.get(id).unwrap().to_vec());
    }
    some
}

proptest! {
    #[test]
    fn roots_and_inclusion_equal_all_oracles((size, index) in (1..SIZE_MAX).prop_flat_map(|size| (Just(size), 0..size))) {
        let leaves = leaves(size);
        let tiles = tiles(&leaves);
        let at = usize::try_from(index).unwrap();
        let root = prove::root(&tiles, size).unwrap();
        let path = prove::inclusion(&tiles, index, size).unwrap();
        prop_assert_eq!(root, naive_root(&leaves));
        prop_assert_eq!(root, CompactRange::from_iter(leaves.iter().copied()).root());
        prop_assert_eq!(&path, &naive_inclusion(at, &leaves));
        let other = ct_merkle(size);
        let (other_root, other_path) = (other.root(), other.prove_inclusion(at));
        prop_assert_eq!(root.as_bytes().as_slice(), other_root.as_bytes().as_slice());
        prop_assert_eq!(concatenated(&path), other_path.as_bytes());
        let raw: Vec<[u8; 32]> = leaves.iter().map(|leaf| *leaf.as_bytes()).collect();
        let third = MerkleTree::<Rfc6962>::from_leaves(&raw);
        prop_assert_eq!(Some(*root.as_bytes()), third.root());
        prop_assert_eq!(concatenated(&path), third.proof(&[at]).proof_hashes().concat());
        prop_assert_eq!(verify::inclusion(index, size, &leaves[at], &path, &root), Ok(()));
    }

    #[test]
    fn many_paths_are_those_that_each_has_by_itself(
        (size, entries) in (1..SIZE_MAX).prop_flat_map(|size| (Just(size), proptest::collection::vec((0..size, 1..=size), 1..20)))
    ) {
        let tiles = tiles(&leaves(size));
        let mut paths = prove::Inclusions::new(&tiles);
        for (index, size) in entries {
            prop_assert_eq!(paths.prove(index, size), prove::inclusion(&tiles, index, size), "{} of {}", index, size);
        }
    }

    #[test]
    fn consistency_equals_its_oracles((to, from) in (1..SIZE_MAX).prop_flat_map(|to| (Just(to), 1..=to))) {
        let leaves = leaves(to);
        let tiles = tiles(&leaves);
        let path = prove::consistency(&tiles, from, to).unwrap();
        prop_assert_eq!(&path, &naive_consistency(usize::try_from(from).unwrap(), &leaves));
        let additions = usize::try_from(to - from).unwrap();
        if additions > 0 {
            let other = ct_merkle(to).prove_consistency(additions);
            prop_assert_eq!(concatenated(&path), other.as_bytes());
        }
        let (old, new) = (prove::root(&tiles, from).unwrap(), prove::root(&tiles, to).unwrap());
        prop_assert_eq!(verify::consistency(from, to, &path, &old, &new), Ok(()));
    }

    #[test]
    fn the_tiles_named_beforehand_are_enough_and_none_is_idle(
        (size, index, from) in (1..SIZE_MAX).prop_flat_map(|size| (Just(size), 0..size, 0..=size))
    ) {
        let all = tiles(&leaves(size));
        let checks: [(BTreeSet<_>, Proof); 4] = [
            (prove::tiles_for_inclusion(index, size), Box::new(move |set| prove::inclusion(set, index, size))),
            (prove::tiles_for_consistency(from, size), Box::new(move |set| prove::consistency(set, from, size))),
            (prove::tiles_for_root(size), Box::new(move |set| Ok(vec![prove::root(set, size)?]))),
            (prove::tiles_for_root(size), Box::new(move |set| Ok(prove::range(set, size)?.edge().to_vec()))),
        ];
        prop_assert_eq!(prove::tiles_for_root(size), tile::edge(size).into_iter().collect());
        for (ids, proof) in checks {
            prop_assert_eq!(proof(&only(&all, &ids)), proof(&all));
            for id in &ids {
                let mut rest = ids.clone();
                rest.remove(id);
                prop_assert_eq!(proof(&only(&all, &rest)), Err(Missing(*id)));
                let mut emptied = only(&all, &ids);
                emptied.insert(*id, Vec::new());
                prop_assert_eq!(proof(&emptied), Err(Missing(*id)));
            }
        }
    }

    #[test]
    fn a_proof_of_an_older_size_comes_from_newer_tiles((now, size, index) in (1..SIZE_MAX)
        .prop_flat_map(|now| (Just(now), 1..=now))
        .prop_flat_map(|(now, size)| (Just(now), Just(size), 0..size)))
    {
        let leaves = leaves(now);
        let older = usize::try_from(size).unwrap();
        let tiles = tiles(&leaves);
        prop_assert_eq!(prove::inclusion(&tiles, index, size).unwrap(), naive_inclusion(usize::try_from(index).unwrap(), &leaves[..older]));
        prop_assert_eq!(prove::root(&tiles, size).unwrap(), naive_root(&leaves[..older]));
    }

    #[test]
    fn made_up_numbers_neither_panic_nor_prove(index: u64, size: u64, from: u64, path in prop::collection::vec(any::<[u8; 32]>(), 0..70)) {
        let path: Vec<Hash> = path.into_iter().map(Hash::from).collect();
        let (leaf, root) = (hash::leaf(b"leaf"), hash::leaf(b"root"));
        prop_assert!(verify::inclusion(index, size, &leaf, &path, &root).is_err());
        prop_assert!(verify::consistency(from, size, &path, &leaf, &root).is_err());
        let nothing = TileSet::new();
        prop_assert!(prove::inclusion(&nothing, index, size).is_err());
        prop_assert!(size == 0 || prove::root(&nothing, size).is_err());
        prop_assert_eq!(prove::consistency(&nothing, from, size).is_ok(), from == 0 || from == size);
        prop_assert!(prove::tiles_for_inclusion(index, size).len() <= 24);
        prop_assert!(prove::tiles_for_consistency(from, size).len() <= 24);
        prop_assert!(size == 0 || tile::append(&mut TileSet::new(), size, &[leaf]).is_err());
    }
}

#[test]
fn the_ends_of_the_number_range_are_refused() {
    let (leaf, nothing) = (hash::leaf(b"leaf"), TileSet::new());
    for index in [0, 1, u64::MAX - 1, u64::MAX] {
        for size in [0, 1, 2, 1 << 63, u64::MAX - 1, u64::MAX] {
            let surplus = vec![leaf; 65];
            assert!(verify::inclusion(index, size, &leaf, &surplus, &leaf).is_err());
            assert!(verify::consistency(index, size, &surplus, &leaf, &leaf).is_err());
            // The only entry of a log is its own root: its path is empty and needs no tile.
            let only = index == 0 && size == 1;
            assert_eq!(prove::inclusion(&nothing, index, size).is_ok(), only);
            assert_eq!(prove::tiles_for_inclusion(index, size).is_empty(), only || index >= size);
            assert_eq!(prove::consistency(&nothing, index, size).is_ok(), index == 0 || index == size);
        }
    }
}

/// The paths that leaf `index` of `size` climbs: true where the sibling stands left.
fn sides(index: usize, size: usize) -> Vec<bool> {
    if size == 1 {
        return Vec::new();
    }
    let middle = size.next_power_of_two() / 2;
    let right = index >= middle;
    let mut sides = if right { sides(index - middle, size - middle) } else { sides(index, middle) };
    sides.push(right);
    sides
}

/// Every way to change one hash of a list, to drop one, to repeat one, to swap two and to add one.
fn mutations(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for at in 0..path.len() {
        for flipped in [0, 17, 31] {
            let mut bytes = *path[at].as_bytes();
            bytes[flipped] ^= 1 << (at % 8);
            let mut changed = path.to_vec();
            changed[at] = Hash::from(bytes);
            all.push(changed);
        }
        let mut dropped = path.to_vec();
        dropped.remove(at);
        all.push(dropped);
        let mut repeated = path.to_vec();
        repeated.insert(at, path[at]);
        all.push(repeated);
        if at > 0 {
            let mut swapped = path.to_vec();
            swapped.swap(at - 1, at);
            all.push(swapped);
        }
    }
    for extra in [hash::EMPTY, hash::leaf(b"extra")] {
        all.push([path, &[extra]].concat());
        all.push([&[extra], path].concat());
    }
    all
}

#[test]
fn every_mutation_of_an_inclusion_proof_is_refused() {
    for size in 1..=40usize {
        let leaves = leaves(size as u64);
        let (tiles, root) = (tiles(&leaves), naive_root(&leaves));
        for (index, leaf) in leaves.iter().enumerate() {
            let path = prove::inclusion(&tiles, index as u64, size as u64).unwrap();
            let check = |index: usize, size: usize, leaf: &Hash, path: &[Hash], root: &Hash| {
                verify::inclusion(index as u64, size as u64, leaf, path, root)
            };
            assert_eq!(check(index, size, leaf, &path, &root), Ok(()));
            for changed in mutations(&path) {
                assert!(check(index, size, leaf, &changed, &root).is_err());
            }
            for other in (0..size + 70).filter(|other| *other != index) {
                assert!(check(other, size, leaf, &path, &root).is_err(), "{index} as {other}");
            }
            // The size is bound by the checkpoint, not by the path: sizes that give the entry the same path
            // cannot be told apart, and all others must be refused.
            for other in index + 1..size + 70 {
                let same = sides(index, size) == sides(index, other);
                assert_eq!(check(index, other, leaf, &path, &root).is_ok(), same, "{size} as {other}");
            }
            assert_eq!(check(index, size, &hash::EMPTY, &path, &root), Err(ProofError::Root));
            assert_eq!(check(index, size, leaf, &path, &hash::EMPTY), Err(ProofError::Root));
        }
    }
}

#[test]
fn every_mutation_of_a_consistency_proof_is_refused() {
    for to in 1..=40u64 {
        let leaves = leaves(to);
        let tiles = tiles(&leaves);
        let new = prove::root(&tiles, to).unwrap();
        for from in 1..to {
            let old = prove::root(&tiles, from).unwrap();
            let path = prove::consistency(&tiles, from, to).unwrap();
            assert_eq!(verify::consistency(from, to, &path, &old, &new), Ok(()));
            for changed in mutations(&path) {
                assert!(verify::consistency(from, to, &changed, &old, &new).is_err(), "{from} to {to}");
            }
            for other in (0..to + 10).filter(|other| *other != from) {
                assert!(verify::consistency(other, to, &path, &old, &new).is_err(), "{from} as {other}");
            }
            for wrong in [hash::EMPTY, new] {
                assert!(verify::consistency(from, to, &path, &wrong, &new).is_err());
            }
            for wrong in [hash::EMPTY, old] {
                assert!(verify::consistency(from, to, &path, &old, &wrong).is_err());
            }
            assert!(verify::consistency(to, from, &path, &new, &old).is_err());
        }
    }
}

#[test]
fn equal_sizes_and_empty_logs_take_no_proof() {
    let (one, other) = (hash::leaf(b"one"), hash::leaf(b"other"));
    assert_eq!(verify::consistency(5, 5, &[], &one, &one), Ok(()));
    assert_eq!(verify::consistency(5, 5, &[], &one, &other), Err(ProofError::Root));
    assert_eq!(verify::consistency(5, 5, &[one], &one, &one), Err(ProofError::TooLong));
    assert_eq!(verify::consistency(0, 5, &[], &hash::EMPTY, &one), Ok(()));
    assert_eq!(verify::consistency(0, 5, &[], &one, &one), Err(ProofError::OldRoot));
    assert_eq!(verify::consistency(0, 5, &[one], &hash::EMPTY, &one), Err(ProofError::TooLong));
    assert_eq!(verify::consistency(0, 0, &[], &hash::EMPTY, &one), Err(ProofError::Root));
    assert_eq!(verify::consistency(3, 5, &[], &one, &other), Err(ProofError::TooShort));
    assert_eq!(verify::consistency(5, 3, &[], &one, &other), Err(ProofError::Sizes));
    assert_eq!(verify::inclusion(0, 0, &one, &[], &hash::EMPTY), Err(ProofError::Index));
}

/// rs_merkle accepts a surplus hash and an index outside the log; neither may get through here.
#[test]
fn what_rs_merkle_lets_through_is_refused() {
    let leaves = leaves(2);
    let root = naive_root(&leaves);
    assert_eq!(verify::inclusion(0, 2, &leaves[0], &[leaves[1]], &root), Ok(()));
    assert_eq!(
        verify::inclusion(0, 2, &leaves[0], &[leaves[1], hash::EMPTY], &root),
        Err(ProofError::TooLong)
    );
    assert_eq!(verify::inclusion(19, 2, &leaves[1], &[leaves[0]], &root), Err(ProofError::Index));
}

#[test]
fn logs_beyond_two_full_tile_levels_prove_and_verify() {
    let all = leaves(70_000);
    let tiles = tiles(&all);
    let oracle = ct_merkle(70_000);
    for size in [65_535u64, 65_536, 65_537, 65_792, 70_000] {
        let range: CompactRange = all[..usize::try_from(size).unwrap()].iter().copied().collect();
        let root = prove::root(&tiles, size).unwrap();
        assert_eq!(root, range.root());
        assert_eq!(prove::range(&tiles, size).unwrap(), range);
        for index in [0, 255, 256, 511, 32_767, 32_768, 65_279, 65_280, size - 1] {
            let path = prove::inclusion(&tiles, index, size).unwrap();
            let leaf = all[usize::try_from(index).unwrap()];
            assert_eq!(verify::inclusion(index, size, &leaf, &path, &root), Ok(()));
            let needed = prove::tiles_for_inclusion(index, size);
            assert_eq!(prove::inclusion(&only(&tiles, &needed), index, size), Ok(path));
        }
        for from in [1, 255, 256, 257, 65_535, 65_536, 65_537, 69_999].into_iter().filter(|from| *from < size)
        {
            let path = prove::consistency(&tiles, from, size).unwrap();
            let old = prove::root(&tiles, from).unwrap();
            assert_eq!(verify::consistency(from, size, &path, &old, &root), Ok(()));
            if size == 70_000 {
                let additions = usize::try_from(size - from).unwrap();
                assert_eq!(concatenated(&path), oracle.prove_consistency(additions).as_bytes());
            }
        }
    }
    for index in [0, 65_535, 65_536, 69_887, 69_888, 69_999] {
        let path = prove::inclusion(&tiles, index as u64, 70_000).unwrap();
        assert_eq!(concatenated(&path), oracle.prove_inclusion(index).as_bytes());
    }
}
