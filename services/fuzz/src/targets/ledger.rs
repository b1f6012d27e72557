//! Leaves, logs of them, the index, and the two files that strangers read.

use hanse_document::canonical::{self, to_vec};
use hanse_document::{Commitment, Did, LogName, NodeName};
use hanse_ledger::evidence::Evidence;
use hanse_ledger::index::{self, IndexLeaf, Listed, PrefixProof};
use hanse_ledger::record::{Form, LeafLine, Line, ReadLine};
use hanse_ledger::{Leaf, LeafError, LeafId, LogState, Statement, SubjectKey, subjects_of};
use hanse_tlog::{Hash, hash};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{PLAIN, Target, each, heavy, reason, sentence, tlog};
use crate::cost::Budget;
use crate::mutate::{CLIENT, JSON, LINES, SIGN, key};

/// One leaf of every statement, as the client signs it.
fn leaves() -> Vec<Leaf> {
    let client = key(CLIENT);
    let subject = SubjectKey::of(&Did::of(&client.public()));
    let commitment = Commitment::of(b"a document");
    let engagement = LeafId::from_bytes([7; 32]);
    let log = LogName::of(&"b.example".parse::<NodeName>().unwrap()).to_string();
    let slots = vec![key(3).public(), key(4).public()];
    let all = [
        Statement::Identity { commitment, seq: 0 },
        Statement::Identity { commitment, seq: 1 },
        Statement::Engagement { commitment, due: 20_800, log, slots },
        Statement::Commit { commitment, engagement },
        Statement::Open { cites: engagement },
        Statement::Settle { commitment, engagement },
        Statement::Reply { cites: engagement, commitment },
        Statement::Posting { commitment },
    ];
    let sign = |statement: Statement| {
        let (old, new) = (key(CLIENT), key(2));
        let keys = match statement {
            Statement::Posting { .. } => vec![],
            Statement::Identity { seq: 1, .. } => vec![&old, &new],
            _ => vec![&old],
        };
        statement.draft(20_781, &[subject]).sign(&keys).unwrap()
    };
    all.into_iter().map(sign).collect()
}

pub(super) const LEAF: Target = Target {
    name: "leaf",
    bytes_max: 4_160,
    mutators: &[JSON, JSON, SIGN],
    made: || {
        let mut seeds: Vec<Vec<u8>> = leaves().iter().map(|leaf| leaf.bytes().to_vec()).collect();
        // Texts in which the way to what is not signed could be lost.
        let texts = ["\\", "\"", "\"sigs\":", "},{", "\\\"sigs\":[],", "[", ","];
        let later = texts.map(|text| {
            let around = json!({text: [text], "sigs": text});
            to_vec(&json!({"a": text, "b": around, "day": 1, "sigs": [], "sigsx": around, "subjects": [], "t": "later", "v": 1}))
        });
        seeds.extend(later);
        seeds.push(index_leaf().to_bytes());
        seeds
    },
    budget: Budget { base: 128 * 1024, each: 1_024 },
    run: leaf,
    ..PLAIN
};

fn index_leaf() -> IndexLeaf {
    IndexLeaf { entries: 7, listed: 2, root: hash::leaf(b"") }
}

fn leaf(bytes: &[u8]) -> String {
    let subjects = subjects_of(bytes);
    let stated = IndexLeaf::parse(bytes);
    if let Some(stated) = &stated {
        assert_eq!(stated.to_bytes(), bytes);
        assert!(subjects.is_err(), "an index leaf is about nobody");
    }
    let general = match Leaf::parse_general(bytes) {
        Ok(leaf) => leaf,
        Err(error) => {
            assert!(Leaf::parse(bytes).is_err());
            return format!("{} {} {}", reason(&error), subjects.is_ok(), stated.is_some());
        }
    };
    assert!(stated.is_none(), "a leaf is no index leaf");
    assert_eq!(subjects.as_deref(), Ok(general.subjects()));
    let value = canonical::parse(bytes, bytes.len()).unwrap();
    assert_eq!((general.bytes(), &general.to_value()), (bytes, &value));
    assert_eq!(Leaf::from_value(&value).as_ref(), Ok(&general));
    assert_eq!(general.hash(), hash::leaf(bytes));
    let known = Leaf::parse(bytes);
    assert_eq!(known.is_ok(), general.statement().is_some());
    let signed = general.verify_signatures();
    // What is signed is cut out of the bytes; here it is written anew.
    let mut unsigned = value;
    unsigned.as_object_mut().unwrap().remove("sigs");
    let message = [b"hanse/leaf/v1\n".as_slice(), &to_vec(&unsigned)].concat();
    assert_eq!(general.id().as_bytes().as_slice(), Sha256::digest(&message).as_slice());
    let fits = general.signatures().iter().all(|(key, signature)| key.verify(&message, signature));
    assert_eq!(signed.is_ok(), fits);
    if let Some(statement) = general.statement() {
        let draft = statement.draft(general.day(), general.subjects());
        assert_eq!((draft.message(), draft.id()), (message, general.id()));
        let again = draft.with_signatures(general.signatures().to_vec());
        assert_eq!(
            again.as_ref().map(Leaf::bytes),
            if fits { Ok(bytes) } else { Err(&LeafError::BadSignature) }
        );
    }
    let kind = general.statement().map_or("later", Statement::kind);
    format!("{kind} by {}, {fits}", general.signatures().len().min(3))
}

pub(super) const LOG: Target = Target {
    name: "log",
    bytes_max: 8_192,
    mutators: &[JSON, LINES],
    made: || {
        let mut state = LogState::new();
        let mut log = vec![state.seal().unwrap()];
        for leaf in leaves().iter().take(5) {
            state.append(leaf.bytes()).unwrap();
            log.push(leaf.bytes().to_vec());
        }
        log.push(state.seal().unwrap());
        vec![log.join(&b'\n'), log[0].clone()]
    },
    budget: Budget { base: 512 * 1024, each: 4_096 },
    run: log,
    ..PLAIN
};

/// A log, one leaf a line, as whoever follows it reads it.
fn log(bytes: &[u8]) -> String {
    let mut state = LogState::new();
    let mut hashes = Vec::new();
    let mut said = String::new();
    for line in bytes.split(|byte| *byte == b'\n') {
        let before = state.clone();
        match state.replay(line) {
            Ok(applied) => {
                assert_eq!((applied.index(), applied.hash()), (before.size, hash::leaf(line)));
                hashes.push(applied.hash());
            }
            Err(error) => {
                let mut before = before;
                assert_eq!(state.index_leaf(), before.index_leaf());
                assert_eq!(state, before, "a leaf that is refused changes nothing");
                said = reason(&error);
                break;
            }
        }
    }
    assert_eq!(usize::try_from(state.size).unwrap(), hashes.len());
    let root = hashes.iter().copied().fold(hanse_tlog::CompactRange::new(), |mut range, hash| {
        range.append(hash);
        range
    });
    assert_eq!(state.root(), root.root());
    state.index_leaf().unwrap();
    for (subject, listed) in &state.listed {
        let proof = index::prove(&state.nodes, subject).unwrap();
        assert_eq!(proof.end, Some((*subject, listed.value())));
        assert_eq!(index::root_from_prefix(subject, &proof), Some(index::root(&state.nodes)));
    }
    format!("{} leaves, {} subjects, {said}", hashes.len().min(4), state.listed.len().min(3))
}

pub(super) const NODE: Target = Target {
    name: "node",
    bytes_max: 4_096,
    made: || {
        let mut state = LogState::new();
        state.seal().unwrap();
        for number in 0..3_u8 {
            state.append_listed(hash::leaf(&[number]), &[SubjectKey::from_bytes([number << 6; 32])]).unwrap();
        }
        state.seal().unwrap();
        let subtrees = state.changed_subtrees();
        subtrees.flat_map(|(top, subtree)| [top.to_bytes(), subtree.to_bytes()]).take(8).collect()
    },
    run: node,
    ..PLAIN
};

/// What a store keeps of an index and what a proof of it consists of.
fn node(bytes: &[u8]) -> String {
    let path = index::Path::from_bytes(bytes);
    if let Some(path) = &path {
        assert_eq!(path.to_bytes(), bytes);
    }
    let subtree = index::Subtree::from_bytes(bytes);
    if let Some(subtree) = &subtree {
        assert_eq!(subtree.to_bytes().as_slice(), bytes);
    }
    let hashes: Vec<Hash> = bytes.as_chunks::<32>().0.iter().map(|bytes| Hash::from_bytes(*bytes)).collect();
    let count = bytes.first().map_or(0, |byte| u64::from(*byte));
    let listed = Listed::from_parts(count, hashes.clone());
    if let Some(mut listed) = listed.clone() {
        listed.append(0, &hash::leaf(bytes));
        assert_eq!(listed.count, count + 1);
    }
    let key = hashes
        .first()
        .map_or(SubjectKey::from_bytes([0; 32]), |hash| SubjectKey::from_bytes(*hash.as_bytes()));
    let end = hashes.get(1).map(|hash| (SubjectKey::from_bytes(*hash.as_bytes()), *hash));
    let proof = PrefixProof { siblings: hashes, end };
    let led = index::root_from_prefix(&key, &proof);
    format!("{} {} {} {}", path.is_some(), subtree.is_some(), listed.is_some(), led.is_some())
}

pub(super) const EVIDENCE: Target = Target {
    name: "evidence",
    bytes_max: 64 * 1024,
    mutators: &[JSON, JSON, SIGN],
    also: &["docs/one-contract/evidence.json"],
    made: heavy,
    budget: Budget { base: 1024 * 1024, each: 1_024 },
    run: evidence,
    ..PLAIN
};

fn evidence(bytes: &[u8]) -> String {
    let evidence = match Evidence::parse(bytes) {
        Ok(evidence) => evidence,
        // What is wrong with which field is said in words.
        Err(error) => {
            return sentence(&error.to_string());
        }
    };
    let printed = evidence.to_bytes();
    let again = Evidence::parse(&printed).unwrap();
    assert_eq!((&again, again.to_bytes()), (&evidence, printed));
    let (entries, parts) =
        (evidence.parts.iter().map(|part| part.entries.len()).sum::<usize>(), evidence.parts.len());
    for entry in evidence.parts.iter().flat_map(|part| &part.entries) {
        assert_eq!(canonical::parse(entry.leaf.bytes(), entry.leaf.bytes().len()), Ok(entry.leaf.value()));
    }
    format!(
        "{} parts, {} entries, {} engagements",
        parts.min(3),
        entries.min(4),
        evidence.engagements.len().min(3)
    )
}

pub(super) const RECORD: Target = Target {
    name: "record",
    bytes_max: 16 * 1024,
    mutators: &[JSON, JSON, SIGN, LINES],
    made: || {
        let made = json!({"format": "hanse/record/v1", "made": "2026-11-24T10:00:00Z"});
        let log = json!({"checkpoint": tlog::note(3, 2).to_string(), "log": "a.example/reputation"});
        let dating = json!({"dating": tlog::note(1, 2).to_string()});
        let document: Value =
            serde_json::from_str(include_str!("../../../document/testdata/valid/review.json")).unwrap();
        let leaf = |leaf: Value| json!({"documents": [document], "leaf": leaf});
        let open = leaf(leaves()[4].to_value());
        let index = json!({"documents": [], "leaf": serde_json::from_slice::<Value>(&index_leaf().to_bytes()).unwrap()});
        let lines = [made, log, dating, index, open].map(|line| to_vec(&line));
        lines.iter().cloned().chain([lines.join(&b'\n')]).collect()
    },
    budget: Budget { base: 256 * 1024, each: 2_048 },
    run: record,
    ..PLAIN
};

fn record(bytes: &[u8]) -> String {
    let mut said = Vec::new();
    for line in bytes.split(|byte| *byte == b'\n').take(3) {
        let read = match ReadLine::parse(line) {
            Ok(read) => read,
            Err(error) => {
                said.push(reason(&error));
                continue;
            }
        };
        let (word, again) = match read {
            ReadLine::File(file) => ("file", Line::File(file)),
            ReadLine::Log(log) => ("log", Line::Log(log)),
            ReadLine::Dating(dating) => ("dating", Line::Dating(dating)),
            ReadLine::Leaf(leaf) => {
                let value = |bytes: &&[u8]| canonical::parse(bytes, bytes.len()).ok();
                let documents: Option<Vec<Value>> = leaf.documents.iter().map(value).collect();
                let read = documents.zip(value(&leaf.bytes));
                let word = match leaf.form {
                    Form::Leaf(parsed) => {
                        assert_eq!(parsed.bytes(), leaf.bytes);
                        "leaf"
                    }
                    Form::Index => "index",
                    Form::Out => "out",
                };
                // What is too large for its place, or says null, is the fault of whoever signed it, and stands as it came.
                let Some((documents, leaf)) = read else {
                    said.push(format!("{word} with a fault"));
                    continue;
                };
                (word, Line::Leaf(LeafLine { documents, leaf }))
            }
        };
        assert_eq!(again.to_bytes().strip_suffix(b"\n"), Some(line), "a line has another form");
        said.push(word.to_owned());
    }
    each(said)
}
