#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]
//! Shared audit paths against whole ones: the same leaves are proved, and nothing else.

use hanse_tlog::{Hash, ProofError, Proved, hash, prove, verify};
use proptest::prelude::*;

mod common;

use common::{leaves, naive_root, tiles};

const SIZE_MAX: u64 = 200;

fn root_of(size: u64) -> Hash {
    naive_root(&leaves(size))
}

#[test]
fn a_whole_path_is_judged_as_by_rfc_9162() {
    for size in 1..=33_u64 {
        let (all, tiles, root) = (leaves(size), tiles(&leaves(size)), root_of(size));
        let proved = Proved::new(size, root);
        for index in 0..size {
            let leaf = all[usize::try_from(index).unwrap()];
            let path = prove::inclusion(&tiles, index, size).unwrap();
            assert_eq!(proved.check(index, &leaf, &path), Ok(()), "{index} of {size}");
            let longer = [path.as_slice(), &[root]].concat();
            assert_eq!(proved.check(index, &leaf, &longer), Err(ProofError::TooLong));
            if let Some((_, shorter)) = path.split_last() {
                assert_eq!(proved.check(index, &leaf, shorter), Err(ProofError::TooShort));
                assert!(proved.check(index, &leaf, &path[1..]).is_err());
            }
            for other in (0..=size).filter(|other| *other != index) {
                assert!(proved.check(other, &leaf, &path).is_err(), "{index} as {other} of {size}");
            }
        }
        assert_eq!(proved.check(size, &all[0], &[]), Err(ProofError::Index));
    }
    assert_eq!(Proved::new(0, hash::EMPTY).check(0, &hash::EMPTY, &[]), Err(ProofError::Index));
}

#[test]
fn what_was_not_proved_here_ends_no_path() {
    let (all, tiles, root) = (leaves(8), tiles(&leaves(8)), root_of(8));
    let mut proved = Proved::new(8, root);
    let path = prove::inclusion(&tiles, 5, 8).unwrap();
    // The leaf beside 4 is known only once 4 or 5 is proved.
    assert_eq!(proved.check(5, &all[5], &[]), Err(ProofError::TooShort));
    assert_eq!(proved.add(5, &all[4], &path), Err(ProofError::Root));
    assert_eq!(proved.check(5, &all[5], &[]), Err(ProofError::TooShort), "a refused path teaches nothing");
    proved.add(4, &all[4], &prove::inclusion(&tiles, 4, 8).unwrap()).unwrap();
    assert_eq!(proved.check(5, &all[5], &[]), Ok(()));
    assert_eq!(proved.check(5, &all[4], &[]), Err(ProofError::Root));
    assert_eq!(proved.check(5, &all[5], &path), Ok(()));
}

proptest! {
    #[test]
    fn shortened_paths_prove_the_same_leaves(size in 1..=SIZE_MAX, picks in prop::collection::vec(0..SIZE_MAX, 1..24), turned in any::<usize>()) {
        let (all, tiles, root) = (leaves(size), tiles(&leaves(size)), root_of(size));
        let (mut writer, mut reader) = (Proved::new(size, root), Proved::new(size, root));
        let mut hashes = 0;
        for index in picks.iter().map(|pick| pick % size) {
            let leaf = all[usize::try_from(index).unwrap()];
            let whole = prove::inclusion(&tiles, index, size).unwrap();
            let short = writer.enough(index, &whole).to_vec();
            writer.add(index, &leaf, &whole).unwrap();
            hashes += short.len();
            // Any part of the path that goes on is as good, a shorter one proves nothing.
            for length in short.len()..=whole.len() {
                prop_assert_eq!(reader.check(index, &leaf, &whole[..length]), Ok(()));
            }
            for length in 0..short.len() {
                prop_assert_eq!(reader.check(index, &leaf, &whole[..length]), Err(ProofError::TooShort));
            }
            let other = hash::leaf(b"another");
            prop_assert!(reader.check(index, &other, &short).is_err());
            if !short.is_empty() {
                let mut changed = short.clone();
                changed[turned % short.len()] = other;
                prop_assert!(reader.check(index, &leaf, &changed).is_err());
            }
            reader.add(index, &leaf, &short).unwrap();
            prop_assert_eq!(verify::inclusion(index, size, &leaf, &whole, &root), Ok(()));
        }
        // No node of the tree is written twice.
        prop_assert!(hashes < 2 * all.len());
    }
}
