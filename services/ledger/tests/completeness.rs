//! Logs that an independent implementation of the format has made: leaves, roots and answers must be the same.

#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_ledger::index::{self, IndexLeaf, Listed, SubjectKey, root_from_prefix};
use hanse_ledger::{LedgerError, LogState, subjects_of};
use hanse_tlog::{Hash, TileSet, hash, prove, tile};
use serde::Deserialize;

/// The root of the log that holds only the index of nothing.
const EMPTY_LOG: &str = "c37566157172e2b50008f5ac1185e7fe782f4fbf8722a6ebcc750c95eda21c14";
const EMPTY_INDEX: &str = "dc48a742ae32cfd66352372d6120ed14d6629fc166246b05ff8b03e23804701f";
/// Of `did:key:s0`, the first subject of the example logs.
const FIRST_SUBJECT: &str = "8dbd6be91027514cc94a84d465ccccdc242416325fbc0abf9f1ab209b217d020";

/// Size, subjects and root of each example log, and the log.
const LOGS: [(u64, u64, &str, &str); 4] = [
    (
        3,
        1,
        "ef6e9f1f5beaf97e96892b38e4e7e361f91a2d746c825def78e1192464f2caa5",
        include_str!("../testdata/completeness/one.json"),
    ),
    (
        6,
        2,
        "ac276713984486be65a7cac66099066e74eb898a0065ab514b06f62066dff46a",
        include_str!("../testdata/completeness/few.json"),
    ),
    (
        16,
        5,
        "0c69a64fb7a0261327fc668dc6ff0f6626a4c43b51ca081407f9b833925e8584",
        include_str!("../testdata/completeness/some.json"),
    ),
    (
        412,
        99,
        "9ea86403e623b551548991be6d60f141ecaa6ca05bb25dc4088bcd114da09e1c",
        include_str!("../testdata/completeness/many.json"),
    ),
];

#[derive(Deserialize)]
struct Log {
    size: u64,
    root: String,
    subjects: u64,
    leaves: Vec<String>,
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
struct Answer {
    who: String,
    key: String,
    siblings: Vec<String>,
    end: Option<End>,
    index_path: Vec<String>,
    entries: Vec<Place>,
}

#[derive(Deserialize)]
struct End {
    key: String,
    value: String,
}

#[derive(Deserialize)]
struct Place {
    index: u64,
    path: Vec<String>,
}

/// These leaves have only the part of the form that the index needs, so they are added by their subjects.
fn add(state: &mut LogState, leaf: &str) -> Result<(), LedgerError> {
    if IndexLeaf::parse(leaf.as_bytes()).is_some() {
        state.replay(leaf.as_bytes())?;
    } else {
        state.append_listed(hash::leaf(leaf.as_bytes()), &subjects_of(leaf.as_bytes())?)?;
    }
    Ok(())
}

fn rebuild(log: &Log) -> (LogState, TileSet) {
    let (mut state, mut tiles) = (LogState::new(), TileSet::new());
    for leaf in &log.leaves {
        tile::append(&mut tiles, state.size, &[hash::leaf(leaf.as_bytes())]).unwrap();
        add(&mut state, leaf).unwrap();
    }
    (state, tiles)
}

fn texts(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(Hash::hex).collect()
}

#[test]
fn an_empty_log_is_the_index_of_nothing() {
    let mut state = LogState::new();
    let leaf = state.seal().unwrap();
    let text = format!(r#"{{"entries":0,"listed":0,"root":"{EMPTY_INDEX}","t":"index","v":1}}"#);
    assert_eq!(String::from_utf8(leaf).unwrap(), text);
    assert_eq!((state.size, state.root().hex()), (1, EMPTY_LOG.to_owned()));
}

#[test]
fn the_pinned_logs_have_their_roots() {
    for (size, subjects, root, text) in LOGS {
        let log: Log = serde_json::from_str(text).unwrap();
        assert_eq!((log.size, log.subjects, log.root.as_str()), (size, subjects, root));
        let (state, tiles) = rebuild(&log);
        assert_eq!((state.size, state.subjects, state.root().hex()), (size, subjects, root.to_owned()));
        assert_eq!(prove::root(&tiles, size).unwrap().hex(), root);
    }
}

#[test]
fn the_answers_about_every_pinned_person_are_the_same() {
    for (size, _, _, text) in LOGS {
        let log: Log = serde_json::from_str(text).unwrap();
        let (state, tiles) = rebuild(&log);
        let index_leaf = IndexLeaf::parse(log.leaves.last().unwrap().as_bytes()).unwrap();
        for answer in &log.answers {
            let key = SubjectKey::from_hex(&answer.key).unwrap();
            let proof = index::prove(&state.nodes, &key).unwrap();
            assert_eq!(texts(&proof.siblings), answer.siblings, "{}", answer.who);
            let end = proof.end.map(|(key, value)| (key.hex(), value.hex()));
            assert_eq!(end, answer.end.as_ref().map(|end| (end.key.clone(), end.value.clone())));
            assert_eq!(root_from_prefix(&key, &proof), Some(index_leaf.root));
            assert_eq!(texts(&prove::inclusion(&tiles, size - 1, size).unwrap()), answer.index_path);
            let mut listed = Listed::new();
            for Place { index, path } in &answer.entries {
                assert_eq!(&texts(&prove::inclusion(&tiles, *index, size).unwrap()), path);
                let leaf = log.leaves.get(usize::try_from(*index).unwrap()).unwrap();
                assert!(subjects_of(leaf.as_bytes()).unwrap().contains(&key));
                listed.append(*index, &hash::leaf(leaf.as_bytes()));
            }
            assert_eq!(state.listed.get(&key).cloned().unwrap_or_default(), listed, "{}", answer.who);
        }
    }
}

#[test]
fn the_first_subject_is_pinned() {
    let log: Log = serde_json::from_str(LOGS[0].3).unwrap();
    let answer = log.answers.first().unwrap();
    assert_eq!((answer.who.as_str(), answer.key.as_str()), ("did:key:s0", FIRST_SUBJECT));
}

/// A log that leaves one entry out of its index: its checkpoint and its proofs fit, only a replay sees it.
#[test]
fn a_replay_finds_an_entry_left_out_of_the_index() {
    for (_, _, _, text) in LOGS {
        let log: Log = serde_json::from_str(text).unwrap();
        let entries = log.leaves.iter().filter(|leaf| IndexLeaf::parse(leaf.as_bytes()).is_none());
        for hidden in entries.take(12) {
            let refusal = lie(&log, hidden).iter().try_fold(LogState::new(), |mut state, leaf| {
                add(&mut state, leaf)?;
                Ok(state)
            });
            match refusal {
                Err(LedgerError::IndexDiffers { .. }) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The leaves of the log with index leaves that leave `hidden` out, everything else right.
fn lie(log: &Log, hidden: &str) -> Vec<String> {
    let (mut state, mut leaves) = (LogState::new(), Vec::new());
    for leaf in &log.leaves {
        if IndexLeaf::parse(leaf.as_bytes()).is_some() {
            leaves.push(String::from_utf8(state.seal().unwrap()).unwrap());
            continue;
        }
        let subjects = if leaf == hidden { Vec::new() } else { subjects_of(leaf.as_bytes()).unwrap() };
        state.append_listed(hash::leaf(leaf.as_bytes()), &subjects).unwrap();
        leaves.push(leaf.clone());
    }
    leaves
}
