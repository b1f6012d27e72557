//! The prefix tree against its plainest definition, and proofs against changes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "test code: a failure is the finding")]

use std::collections::{BTreeMap, BTreeSet};

use hanse_ledger::index::{
    self, IndexLeaf, MissingNode, Nodes, Path, PrefixProof, SubjectKey, Subtree, TreeNode, root_from_prefix,
    tops_for, update,
};
use hanse_tlog::Hash;
use proptest::prelude::*;

const ZERO: Hash = Hash::from_bytes([0; 32]);

/// The definition by recursion over whole sets, as the format's text has it.
fn naive(values: &BTreeMap<[u8; 32], Hash>, depth: usize) -> Hash {
    if depth > 0 && values.is_empty() {
        return ZERO;
    }
    if depth > 0 && values.len() == 1 {
        let (key, value) = values.iter().next().unwrap();
        return TreeNode::Leaf { key: SubjectKey::from_bytes(*key), value: *value }.hash();
    }
    let side = |wanted: u8| {
        let bit = |key: &[u8; 32]| key[depth / 8] >> (7 - depth % 8) & 1;
        let chosen = values.iter().filter(|(key, _)| bit(key) == wanted);
        naive(&chosen.map(|(key, value)| (*key, *value)).collect(), depth + 1)
    };
    TreeNode::Parent { left: side(0), right: side(1) }.hash()
}

/// Keys that often share long prefixes, which hashed keys do not.
fn keys() -> impl Strategy<Value = Vec<[u8; 32]>> {
    let near = (0_usize..32, any::<u8>(), 0_u8..3).prop_map(|(at, byte, fill)| {
        let mut key = [fill; 32];
        key[at] = byte;
        key
    });
    prop::collection::vec(prop_oneof![near, any::<[u8; 32]>()], 0..40)
}

fn insert(nodes: &mut Nodes, key: &SubjectKey, value: Hash) -> Result<BTreeSet<Path>, MissingNode> {
    update(nodes, &BTreeMap::from([(*key, value)]))
}

/// The nodes on the way to a key, down to the last bit.
fn way(key: &SubjectKey) -> impl Iterator<Item = Path> + use<> {
    let key = *key;
    (0..=256).map(move |depth| Path::of(&key, depth))
}

fn build(keys: &[[u8; 32]]) -> (Nodes, BTreeMap<[u8; 32], Hash>) {
    let (mut nodes, mut values) = (Nodes::new(), BTreeMap::new());
    for (count, key) in keys.iter().enumerate() {
        let value = hanse_tlog::hash::leaf(&[u8::try_from(count).unwrap()]);
        insert(&mut nodes, &SubjectKey::from_bytes(*key), value).unwrap();
        values.insert(*key, value);
    }
    (nodes, values)
}

proptest! {
    #[test]
    fn the_root_is_that_of_the_definition(keys in keys()) {
        let (nodes, values) = build(&keys);
        prop_assert_eq!(index::root(&nodes), naive(&values, 0));
    }

    #[test]
    fn the_order_of_insertion_leaves_no_trace(keys in keys()) {
        let (_, values) = build(&keys);
        let (mut forward, mut backward) = (Nodes::new(), Nodes::new());
        for (key, value) in &values {
            insert(&mut forward, &SubjectKey::from_bytes(*key), *value).unwrap();
        }
        for (key, value) in values.iter().rev() {
            insert(&mut backward, &SubjectKey::from_bytes(*key), *value).unwrap();
        }
        prop_assert_eq!(forward, backward);
    }

    #[test]
    fn only_what_changed_is_reported_and_nothing_disappears(keys in keys(), key: [u8; 32]) {
        let (mut nodes, _) = build(&keys);
        let before = nodes.clone();
        let changed = insert(&mut nodes, &SubjectKey::from_bytes(key), ZERO).unwrap();
        prop_assert!(before.all().keys().all(|path| nodes.get(path).is_some()));
        for (path, node) in nodes.all() {
            prop_assert!(before.get(&path) == Some(&node) || changed.contains(&path.top()));
        }
    }

    #[test]
    fn many_at_once_are_as_one_after_the_other(keys in keys(), more in keys()) {
        let (mut one, _) = build(&keys);
        let mut all = one.clone();
        let (_, values) = build(&more);
        let values: BTreeMap<_, _> =
            values.into_iter().map(|(key, value)| (SubjectKey::from_bytes(key), hanse_tlog::hash::leaf(value.as_bytes()))).collect();
        let mut changed = BTreeSet::new();
        for (key, value) in &values {
            changed.extend(insert(&mut one, key, *value).unwrap());
        }
        prop_assert_eq!(update(&mut all, &values), Ok(changed));
        prop_assert_eq!(all, one);
    }

    #[test]
    fn every_key_is_proved_in_or_out(keys in keys(), other: [u8; 32]) {
        let (nodes, values) = build(&keys);
        for key in values.keys().chain([&other]) {
            let subject = SubjectKey::from_bytes(*key);
            let proof = index::prove(&nodes, &subject).unwrap();
            prop_assert_eq!(root_from_prefix(&subject, &proof), Some(index::root(&nodes)));
            let held = proof.end.filter(|(found, _)| *found == subject).map(|(_, value)| value);
            prop_assert_eq!(held, values.get(key).copied());
            prop_assert_eq!(index::get(&nodes, &subject), Ok(held));
        }
    }

    #[test]
    fn the_nodes_on_the_way_are_enough(keys in keys(), key: [u8; 32]) {
        let (mut whole, _) = build(&keys);
        let subject = SubjectKey::from_bytes(key);
        let mut part = Nodes::new();
        for top in tops_for(&subject, 0..257) {
            if let Some(subtree) = whole.subtree(&top) {
                part.put(top, subtree.clone());
            }
        }
        prop_assert_eq!(part.check(), Ok(()));
        prop_assert_eq!(index::prove(&part, &subject), index::prove(&whole, &subject));
        let changed = insert(&mut whole, &subject, ZERO).unwrap();
        prop_assert_eq!(&insert(&mut part, &subject, ZERO).unwrap(), &changed);
        prop_assert!(changed.iter().all(|top| part.subtree(top) == whole.subtree(top)));
    }

    #[test]
    fn what_is_not_loaded_is_named_and_nothing_changes(keys in keys(), key: [u8; 32]) {
        let (whole, _) = build(&keys);
        let subject = SubjectKey::from_bytes(key);
        for path in way(&subject).skip(1).filter(|path| whole.get(path).is_some()) {
            let mut part = whole.clone();
            part.set(&path, None);
            let before = part.clone();
            prop_assert_eq!(insert(&mut part, &subject, ZERO), Err(MissingNode(path)));
            prop_assert_eq!(&part, &before);
        }
    }

    #[test]
    fn a_changed_proof_leads_elsewhere(keys in keys(), key: [u8; 32], at: usize, byte: usize) {
        let (nodes, _) = build(&keys);
        let (subject, root) = (SubjectKey::from_bytes(key), index::root(&nodes));
        let proof = index::prove(&nodes, &subject).unwrap();
        let mut flipped = proof.clone();
        let at = at % flipped.siblings.len();
        let mut bytes = *flipped.siblings[at].as_bytes();
        bytes[byte % 32] ^= 1;
        flipped.siblings[at] = bytes.into();
        let shorter = PrefixProof { siblings: proof.siblings[1..].to_vec(), ..proof.clone() };
        let longer = PrefixProof { siblings: [&proof.siblings[..], &[ZERO]].concat(), ..proof.clone() };
        let emptied = PrefixProof { end: None, ..proof.clone() };
        for changed in [flipped, shorter, longer, emptied].iter().filter(|changed| **changed != proof) {
            prop_assert_ne!(root_from_prefix(&subject, changed), Some(root));
        }
    }

    #[test]
    fn stored_subtrees_are_read_back(keys in keys(), at: usize, byte: usize, bit in 0_u32..8) {
        let (nodes, _) = build(&keys);
        let mut read = Nodes::new();
        for top in nodes.all().keys().map(Path::top).collect::<BTreeSet<_>>() {
            prop_assert_eq!(Path::from_bytes(&top.to_bytes()), Some(top));
            let bytes = nodes.subtree(&top).unwrap().to_bytes();
            read.put(top, Subtree::from_bytes(&bytes).unwrap());
            // A flipped bit is refused, or it is another subtree.
            let mut flipped = bytes.clone();
            flipped[byte % bytes.len()] ^= 1_u8 << bit;
            if let Some(other) = Subtree::from_bytes(&flipped) {
                prop_assert_ne!(&other, nodes.subtree(&top).unwrap());
                prop_assert_eq!(other.to_bytes(), flipped);
            }
            prop_assert_eq!(Subtree::from_bytes(&bytes[..at % bytes.len()]), None);
            prop_assert_eq!(Subtree::from_bytes(&[&bytes[..], &[0]].concat()), None);
        }
        prop_assert_eq!(&read, &nodes);
        prop_assert_eq!(nodes.check(), Ok(()));
    }

    #[test]
    fn a_subtree_that_does_not_hang_there_is_found(keys in keys(), at: usize) {
        let (mut nodes, _) = build(&keys);
        let tops: Vec<Path> = nodes.all().keys().map(Path::top).filter(|top| top.depth() > 0).collect::<BTreeSet<_>>().into_iter().collect();
        if let Some(top) = tops.get(at % tops.len().max(1)) {
            let value = hanse_tlog::hash::leaf(b"another");
            nodes.put(*top, Nodes::from_iter([(*top, TreeNode::Parent { left: value, right: value })]).subtree(top).unwrap().clone());
            prop_assert!(nodes.check().is_err());
        }
    }
}

#[test]
fn a_proof_has_1_to_256_siblings() {
    let subject = SubjectKey::from_bytes([7; 32]);
    let sibling = hanse_tlog::hash::leaf(b"beside");
    for (count, fits) in [(0, false), (1, true), (256, true), (257, false)] {
        let proof = PrefixProof { siblings: vec![sibling; count], end: Some((subject, ZERO)) };
        assert_eq!(root_from_prefix(&subject, &proof).is_some(), fits, "{count}");
    }
}

#[test]
fn an_index_leaf_has_one_byte_form() {
    let leaf = IndexLeaf { entries: 41, listed: 7, root: hanse_tlog::hash::leaf(b"") };
    let text = String::from_utf8(leaf.to_bytes()).unwrap();
    assert_eq!(IndexLeaf::parse(text.as_bytes()), Some(leaf));
    let root = leaf.root.hex();
    let others = [
        text.replace("41", "041"),
        text.replace("41", "41.0"),
        text.replace("41", "-41"),
        text.replace("41", "\"41\""),
        text.replace("\"listed\":7,", ""),
        text.replace("\"v\":1", "\"v\":2"),
        text.replace("\"v\":1", "\"v\":true"),
        text.replace("\"t\":\"index\"", "\"t\":\"entry\""),
        text.replace("\"v\":1", "\"v\":1,\"w\":1"),
        text.replace("\"root\"", &format!("\"root\":\"{root}\",\"root\"")),
        text.replace(&root, &root.to_uppercase()),
        text.replace(&root, root.get(1..).unwrap()),
        format!(" {text}"),
        format!("{text}\n"),
        String::new(),
        "[]".into(),
    ];
    for other in others {
        assert_eq!(IndexLeaf::parse(other.as_bytes()), None, "{other}");
    }
}

/// A leaf that stands beside the way to a key says nothing of it, and what is empty has one form.
#[test]
fn a_proof_has_one_form() {
    let (left, right) = (SubjectKey::from_bytes([0x00; 32]), SubjectKey::from_bytes([0xff; 32]));
    let (nodes, _) = build(&[[0x00; 32], [0xff; 32]]);
    let proof = index::prove(&nodes, &left).unwrap();
    assert_eq!(root_from_prefix(&left, &proof), Some(index::root(&nodes)));
    assert_eq!(root_from_prefix(&right, &proof), None, "the leaf is not on the way to that key");
    let value = hanse_tlog::hash::leaf(b"beside");
    let empty = |siblings| root_from_prefix(&left, &PrefixProof { siblings, end: None });
    assert_eq!(empty(vec![ZERO]), Some(index::root(&Nodes::new())));
    assert!(empty(vec![value, value]).is_some());
    assert_eq!(empty(vec![value, ZERO]), None, "it is empty from further up");
    assert_eq!(empty(Vec::new()), None);
    assert_eq!(empty(vec![value; 257]), None);
}

/// A leaf at the root or a parent below the last bit is no tree.
#[test]
fn a_tree_that_is_none_is_not_walked() {
    let key = SubjectKey::from_bytes([0xff; 32]);
    let value = hanse_tlog::hash::leaf(b"value");
    let mut alone = Nodes::from_iter([(Path::ROOT, TreeNode::Leaf { key, value })]);
    assert_eq!(index::get(&alone, &key), Err(MissingNode(Path::ROOT)));
    assert_eq!(insert(&mut alone, &key, value), Err(MissingNode(Path::ROOT)));
    let mut endless: Nodes =
        way(&key).map(|path| (path, TreeNode::Parent { left: value, right: value })).collect();
    assert_eq!(index::get(&endless, &key), Err(MissingNode(Path::of(&key, 256))));
    assert_eq!(insert(&mut endless, &key, value), Err(MissingNode(Path::of(&key, 256))));
}

#[test]
fn the_way_to_a_key_has_65_subtrees() {
    let key = SubjectKey::from_bytes([0xa5; 32]);
    let depths = |range| tops_for(&key, range).map(|top| top.depth()).collect::<Vec<u16>>();
    assert_eq!(depths(0..3), [0]);
    assert_eq!(depths(3..9), [0, 4, 8]);
    assert_eq!(depths(255..300), [252, 256]);
    assert_eq!(depths(0..u16::MAX).len(), 65);
    let last = Path::of(&key, 256);
    assert_eq!(Path::from_bytes(&last.to_bytes()), Some(last));
    assert_eq!(last.to_string(), format!("256/{}", "a5".repeat(32)));
    assert_eq!(format!("{:?}", Path::of(&key, 3)), format!("Path(3/a0{})", "00".repeat(31)));
}

/// What a store keeps of a list is the list.
#[test]
fn a_list_is_made_again_from_its_edge() {
    let mut listed = index::Listed::new();
    (0..5).for_each(|index| listed.append(3 * index, &hanse_tlog::hash::leaf(b"leaf")));
    let again = index::Listed::from_parts(listed.count, listed.range.edge().to_vec()).unwrap();
    assert_eq!((again.count, again.value()), (5, listed.value()));
    assert!(index::Listed::from_parts(4, listed.range.edge().to_vec()).is_none());
}
