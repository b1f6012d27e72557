//! The engine that sequencers and auditors share: equal results, whole or loaded in part, and no silent damage.

#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::key::SigningKey;
use hanse_document::{Commitment, Rejection};
use hanse_ledger::index::{IndexLeaf, Listed, Nodes, Path, Subtree, tops_for};
use hanse_ledger::leaf::LEAF_DEPTH_MAX;
use hanse_ledger::{Applied, LeafError, LedgerError, LogState, Statement, SubjectKey, replay, subjects_of};
use hanse_tlog::hash;
use proptest::prelude::*;
use serde_json::json;

fn subject(person: u8) -> SubjectKey {
    SubjectKey::from_bytes(*hash::leaf(&[person]).as_bytes())
}

/// A leaf about this person, different for each `nonce`.
fn leaf(person: u8, nonce: u8) -> Vec<u8> {
    let statement = Statement::Identity { commitment: Commitment::from_bytes([nonce; 32]), seq: 0 };
    let leaf = statement.draft(20_781, &[subject(person)]).sign(&[&SigningKey::from_seed([person; 32])]);
    leaf.unwrap().bytes().to_vec()
}

/// What a store would hold: rows, written from changes alone.
#[derive(Default)]
struct Rows {
    range: hanse_tlog::CompactRange,
    subjects: u64,
    subtrees: BTreeMap<Vec<u8>, Vec<u8>>,
    listed: BTreeMap<SubjectKey, Listed>,
}

impl Rows {
    fn write(&mut self, state: &LogState) {
        self.range = state.range.clone();
        self.subjects = state.subjects;
        self.subtrees
            .extend(state.changed_subtrees().map(|(top, subtree)| (top.to_bytes(), subtree.to_bytes())));
        self.listed.extend(state.changed_subjects().map(|(key, listed)| (*key, listed.clone())));
    }

    /// Only what these subjects need.
    fn load(&self, subjects: &[SubjectKey]) -> LogState {
        let mut nodes = Nodes::new();
        for top in subjects.iter().flat_map(|subject| tops_for(subject, 0..257)).chain([Path::ROOT]) {
            if let Some(bytes) = self.subtrees.get(&top.to_bytes()) {
                nodes.put(top, Subtree::from_bytes(bytes).unwrap());
            }
        }
        let listed = subjects.iter().filter_map(|key| Some((*key, self.listed.get(key)?.clone()))).collect();
        LogState::load(self.range.clone(), self.subjects, nodes, listed)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_loaded_in_part_make_the_same_log(batches in prop::collection::vec(prop::collection::vec(0_u8..12, 1..6), 1..6)) {
        let (mut whole, mut rows) = (LogState::new(), Rows::default());
        whole.seal().unwrap();
        rows.write(&whole);
        let mut auditor = whole.clone();
        auditor.forget_changes();
        for (batch, people) in (0_u8..).zip(&batches) {
            let leaves: Vec<_> = (0_u8..).zip(people).map(|(n, person)| leaf(*person, batch * 8 + n)).collect();
            let subjects: Vec<_> = leaves.iter().flat_map(|leaf| subjects_of(leaf).unwrap()).collect();
            let mut part = rows.load(&subjects);
            for leaf in &leaves {
                prop_assert_eq!(part.append(leaf).unwrap(), whole.append(leaf).unwrap());
            }
            let index_leaf = part.seal().unwrap();
            prop_assert_eq!(&index_leaf, &whole.seal().unwrap());
            prop_assert_eq!(part.root(), whole.root());
            rows.write(&part);

            let applied = replay(&mut auditor, &leaves).unwrap();
            prop_assert_eq!(applied.len(), leaves.len());
            let sealed = matches!(auditor.replay(&index_leaf), Ok(Applied::Index { .. }));
            prop_assert!(sealed);
            prop_assert_eq!(auditor.root(), whole.root());
        }
        let tops: BTreeSet<Path> = whole.nodes.all().keys().map(Path::top).collect();
        let kept: BTreeMap<_, _> =
            tops.iter().map(|top| (top.to_bytes(), whole.nodes.subtree(top).unwrap().to_bytes())).collect();
        prop_assert_eq!(&rows.subtrees, &kept);
        prop_assert_eq!(&rows.listed, &whole.listed);
        prop_assert_eq!(rows.subjects, whole.subjects);
    }
}

fn sealed(people: &[u8]) -> LogState {
    let mut state = LogState::new();
    state.seal().unwrap();
    for (nonce, person) in (0_u8..).zip(people) {
        state.append(&leaf(*person, nonce)).unwrap();
    }
    state.seal().unwrap();
    state
}

#[test]
fn the_first_leaf_is_the_index_of_nothing() {
    let mut state = LogState::new();
    assert_eq!(state.append(&leaf(1, 1)), Err(LedgerError::NoIndexFirst));
    assert_eq!(state.replay(&leaf(1, 1)), Err(LedgerError::NoIndexFirst));
    assert_eq!(state, LogState::new());
}

#[test]
fn a_leaf_out_of_form_changes_nothing() {
    let (mut state, mut before) = (sealed(&[1]), sealed(&[1]));
    let index_leaf = before.index_leaf().unwrap().to_bytes();
    for bytes in [&b""[..], b"{}", &index_leaf] {
        assert!(matches!(state.append(bytes), Err(LedgerError::Leaf(_))));
    }
    assert!(matches!(state.replay(b"{}"), Err(LedgerError::Leaf(_))));
    // An auditor that replays a log with one of these cosigns none of its checkpoints.
    let words = |words| {
        let mut value: serde_json::Value = serde_json::from_slice(&leaf(2, 2)).unwrap();
        value["t"] = "rumour".into();
        value["words"] = words;
        hanse_document::canonical::to_vec(&value)
    };
    let deep = |levels| (1..levels).fold(json!([]), |inner, _| json!([inner]));
    let (levels, null) = (LEAF_DEPTH_MAX - 1, LeafError::NotCanonical(Rejection::OutOfForm));
    assert_eq!(state.replay(&words(deep(levels + 1))), Err(LeafError::TooDeep.into()));
    assert_eq!(state.replay(&words(json!([null]))), Err(null.into()));
    assert_eq!(state, before);
    assert!(state.replay(&words(deep(levels))).is_ok());
}

#[test]
fn an_index_leaf_that_lies_is_found() {
    let mut honest = sealed(&[1, 2]);
    let truth = honest.index_leaf().unwrap();
    let lies = [
        IndexLeaf { entries: truth.entries + 1, ..truth },
        IndexLeaf { listed: truth.listed + 1, ..truth },
        IndexLeaf { root: hash::leaf(b"lie"), ..truth },
    ];
    for lie in lies {
        let mut state = honest.clone();
        let refused = state.replay(&lie.to_bytes());
        let expected =
            LedgerError::IndexDiffers { index: honest.size, stated: Box::new(lie), rebuilt: Box::new(truth) };
        assert_eq!(refused, Err(expected));
        assert_eq!(state, honest);
    }
}

/// Too little loaded must never look like a new subject or an empty index.
#[test]
fn what_was_not_loaded_is_named_and_nothing_changes() {
    let whole = sealed(&[1, 2, 3, 4, 5]);
    let next = leaf(3, 99);
    let state = |nodes: Nodes, listed| LogState::load(whole.range.clone(), whole.subjects, nodes, listed);

    let mut without_list = state(whole.nodes.clone(), BTreeMap::new());
    let before = without_list.clone();
    assert_eq!(without_list.append(&next), Err(LedgerError::MissingSubject(subject(3))));
    assert_eq!(without_list, before);

    let mut without_root = state(Nodes::new(), whole.listed.clone());
    assert!(matches!(without_root.append(&next), Err(LedgerError::MissingNode(_))));
    assert!(matches!(without_root.append(&leaf(77, 1)), Err(LedgerError::MissingNode(_))));
    assert!(matches!(without_root.seal(), Err(LedgerError::MissingNode(_))));

    let way = (0..=256).map(|depth| Path::of(&subject(3), depth));
    for path in way.filter(|path| whole.nodes.get(path).is_some()) {
        let mut nodes = whole.nodes.clone();
        nodes.set(&path, None);
        let mut state = state(nodes, whole.listed.clone());
        assert!(matches!(state.append(&next), Err(LedgerError::MissingNode(missing)) if missing.0 == path));
    }
}

/// A row that was damaged at rest is found before it is built upon.
#[test]
fn a_list_that_does_not_fit_the_index_is_found() {
    let mut state = sealed(&[1, 2, 3]);
    state.listed.get_mut(&subject(2)).unwrap().append(1, &hash::leaf(b"never logged"));
    assert_eq!(state.append(&leaf(2, 9)), Err(LedgerError::MissingSubject(subject(2))));
}

#[test]
fn a_place_is_told_of_every_leaf() {
    let mut sequencer = LogState::new();
    let mut leaves = vec![sequencer.seal().unwrap()];
    for nonce in 1..4 {
        leaves.push(leaf(nonce, nonce));
        sequencer.append(leaves.last().unwrap()).unwrap();
        leaves.push(sequencer.seal().unwrap());
    }
    let applied = replay(&mut LogState::new(), &leaves).unwrap();
    let places: Vec<u64> = applied.iter().map(Applied::index).collect();
    assert_eq!(places, [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn what_is_written_is_no_change_any_more() {
    let mut state = LogState::new();
    state.seal().unwrap();
    // Nothing listed yet is as good as nothing loaded.
    state.listed.insert(subject(1), Listed::new());
    state.append(&leaf(1, 1)).unwrap();
    state.seal().unwrap();
    assert!(state.changed_subtrees().count() > 0 && state.changed_subjects().count() == 1);
    state.forget_changes();
    assert_eq!((state.changed_subtrees().count(), state.changed_subjects().count()), (0, 0));
    state.append(&leaf(2, 2)).unwrap();
    assert_eq!(state.changed_subjects().map(|(key, _)| *key).collect::<Vec<_>>(), [subject(2)]);
}
