//! The byte form of leaves: one for each statement, everything else refused by name.

#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use hanse_document::canonical;
use hanse_document::key::SigningKey;
use hanse_document::{Commitment, Rejection};
use hanse_ledger::leaf::{LEAF_BYTES_MAX, LEAF_DEPTH_MAX, is_signed};
use hanse_ledger::statement::SLOTS_MAX;
use hanse_ledger::{Leaf, LeafError, LeafId, Statement, SubjectKey, UnsignedLeaf, subjects_of};
use serde_json::{Value, json};

const DAY: u32 = 20_781;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed([seed; 32])
}

fn subject(seed: u8) -> SubjectKey {
    SubjectKey::of(&hanse_document::Did::of(&key(seed).public()))
}

fn engagement(slots: u8) -> Statement {
    Statement::Engagement {
        commitment: Commitment::from_bytes([9; 32]),
        due: DAY + 30,
        log: "a.example/reputation".into(),
        slots: (0..slots).map(|seed| key(100 + seed).public()).collect(),
    }
}

/// One of every type.
fn statements() -> Vec<Statement> {
    let (commitment, id) = (Commitment::from_bytes([0x9f; 32]), LeafId::from_bytes([0x41; 32]));
    vec![
        Statement::Identity { commitment, seq: 0 },
        engagement(2),
        Statement::Commit { commitment, engagement: id },
        Statement::Open { cites: id },
        Statement::Settle { commitment, engagement: id },
        Statement::Reply { cites: id, commitment },
    ]
}

fn commit() -> Leaf {
    statements().remove(2).draft(DAY, &[subject(2)]).sign(&[&key(1)]).unwrap()
}

/// The bytes of the leaf after a change of its JSON.
fn changed(leaf: &Leaf, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value = leaf.to_value();
    change(&mut value);
    canonical::to_vec(&value)
}

#[test]
fn every_statement_comes_back_from_its_bytes() {
    for statement in statements() {
        let draft = statement.draft(DAY, &[subject(2)]);
        let id = draft.id();
        let leaf = draft.sign(&[&key(1)]).unwrap();
        assert_eq!(leaf.id(), id);
        let read = Leaf::parse(leaf.bytes()).unwrap();
        assert_eq!(read, leaf);
        assert_eq!(Leaf::from_value(&leaf.to_value()), Ok(leaf));
        assert_eq!(read.statement(), Some(&statement));
        assert_eq!((read.kind(), read.day(), read.subjects()), (statement.kind(), DAY, &[subject(2)][..]));
        assert_eq!(subjects_of(read.bytes()).unwrap(), read.subjects());
        assert_eq!(read.verify_signatures(), Ok(()));
        assert!(read.is_signed_by(&key(1).public()));
        assert!(!read.is_signed_by(&key(2).public()));
    }
}

#[test]
fn a_posting_is_unsigned() {
    let statement = Statement::Posting { commitment: Commitment::from_bytes([3; 32]) };
    let leaf = statement.draft(DAY, &[subject(2)]).sign(&[]).unwrap();
    assert_eq!(Leaf::parse(leaf.bytes()).unwrap().statement(), Some(&statement));
    assert_eq!(statement.draft(DAY, &[subject(2)]).sign(&[&key(1)]), Err(LeafError::Parties));
}

/// The id was computed from the printed text by another program.
#[test]
fn a_commit_is_pinned_to_the_byte() {
    let leaf = commit();
    let text = format!(
        concat!(
            r#"{{"commitment":"{}","day":20781,"engagement":"{}","sigs":[{{"key":"{}","value":"{}"}}],"#,
            r#""subjects":["{}"],"t":"commit","v":1}}"#
        ),
        "9f".repeat(32),
        "41".repeat(32),
        key(1).public().hex(),
        leaf.signatures().first().unwrap().1.hex(),
        subject(2).hex(),
    );
    assert_eq!(String::from_utf8(leaf.bytes().to_vec()).unwrap(), text);
    assert_eq!(leaf.id().hex(), "f70774dacf6bdfa3fc0c401d9781c0e3e4930daf906e07fde1d668a1e0927bee");
}

#[test]
fn the_id_does_not_depend_on_who_signs() {
    let draft: UnsignedLeaf = statements().remove(2).draft(DAY, &[subject(2)]);
    let (one, other) = (draft.clone().sign(&[&key(1)]).unwrap(), draft.sign(&[&key(2)]).unwrap());
    assert_eq!(one.id(), other.id());
    assert_ne!(one.hash(), other.hash());
}

#[test]
fn signatures_made_elsewhere_must_fit() {
    let draft = statements().remove(2).draft(DAY, &[subject(2)]);
    let (one, other) = (key(1), key(2));
    let good = (one.public(), one.sign(&draft.message()));
    assert_eq!(draft.clone().with_signatures(vec![good]), Ok(commit()));
    let swapped = (other.public(), one.sign(&draft.message()));
    assert_eq!(draft.clone().with_signatures(vec![swapped]), Err(LeafError::BadSignature));
    assert_eq!(draft.clone().with_signatures(vec![]), Err(LeafError::Parties));
    assert_eq!(draft.with_signatures(vec![good, good]), Err(LeafError::Signatures));
    let slots = engagement(0).draft(DAY, &[subject(2)]);
    assert_eq!(slots.sign(&[&one]), Err(LeafError::Fields));
}

/// Without taking the leaf apart: the same answer for every type.
#[test]
fn a_signature_is_looked_at_in_the_bytes_alone() {
    for statement in statements() {
        let leaf = statement.draft(DAY, &[subject(1)]).sign(&[&key(7)]).unwrap();
        let [(signer, signature)] = leaf.signatures() else { panic!("one signature") };
        assert!(is_signed(leaf.bytes(), signer, signature), "{}", leaf.kind());
        assert!(!is_signed(leaf.bytes(), &key(8).public(), signature));
        let other = statement.draft(DAY + 1, &[subject(1)]).sign(&[&key(7)]).unwrap();
        assert!(!is_signed(other.bytes(), signer, signature));
    }
}

#[test]
fn ids_are_shown_in_hexadecimal() {
    let (leaf, person) = (commit().id(), subject(1));
    assert_eq!((leaf.to_string(), person.to_string()), (leaf.hex(), person.hex()));
    assert_eq!(format!("{leaf:?} {person:?}"), format!("LeafId({leaf}) SubjectKey({person})"));
}

#[test]
fn a_changed_leaf_does_not_carry_its_signature() {
    let bytes = changed(&commit(), |leaf| leaf["day"] = json!(DAY + 1));
    let leaf = Leaf::parse(&bytes).unwrap();
    assert_eq!(leaf.verify_signatures(), Err(LeafError::BadSignature));
    assert!(!leaf.is_signed_by(&key(1).public()));
}

#[test]
fn the_shared_form_is_refused_by_name() {
    let leaf = commit();
    let with = |key: &str, value: Value| changed(&leaf, |leaf| leaf[key] = value);
    let without = |key: &str| {
        changed(&leaf, |leaf| {
            leaf.as_object_mut().unwrap().remove(key);
        })
    };
    let signature = leaf.to_value()["sigs"][0].clone();
    let weak = json!([{"key": "00".repeat(32), "value": signature["value"]}]);
    let (low, high) = if subject(2) < subject(3) { (2, 3) } else { (3, 2) };
    let cases = [
        (LeafError::NotCanonical(Rejection::NotJson), b"".to_vec()),
        (LeafError::NotCanonical(Rejection::NotCanonical), [b" ", leaf.bytes()].concat()),
        (LeafError::Version, b"[]".to_vec()),
        (LeafError::Version, with("v", json!(2))),
        (LeafError::Version, with("v", json!("1"))),
        (LeafError::Version, without("v")),
        (LeafError::Kind, without("t")),
        (LeafError::Kind, with("t", json!("index"))),
        (LeafError::Kind, with("t", json!(""))),
        (LeafError::Kind, with("t", json!("Commit"))),
        (LeafError::Kind, with("t", json!("c".repeat(33)))),
        (LeafError::Day, without("day")),
        (LeafError::Day, with("day", json!(-1))),
        (LeafError::Day, with("day", json!(4_294_967_296_u64))),
        (LeafError::Subjects, without("subjects")),
        (LeafError::Subjects, with("subjects", json!("x"))),
        (LeafError::Subjects, with("subjects", json!([subject(2).hex().to_uppercase()]))),
        (LeafError::Subjects, with("subjects", json!([subject(2).hex(), subject(2).hex()]))),
        (LeafError::Subjects, with("subjects", json!([subject(high).hex(), subject(low).hex()]))),
        (LeafError::Parties, with("subjects", json!([]))),
        (LeafError::Parties, with("subjects", json!([subject(low).hex(), subject(high).hex()]))),
        (LeafError::Signatures, without("sigs")),
        (LeafError::Signatures, with("sigs", json!([signature, signature]))),
        (LeafError::Signatures, with("sigs", weak)),
        (LeafError::Parties, with("sigs", json!([]))),
        (LeafError::Fields, with("extra", json!(1))),
        (LeafError::Fields, without("commitment")),
        (LeafError::Fields, with("commitment", json!("9F".repeat(32)))),
        (LeafError::Fields, with("engagement", json!({}))),
        (LeafError::UnknownKind, with("t", json!("rumour"))),
    ];
    for (expected, bytes) in cases {
        assert_eq!(Leaf::parse(&bytes), Err(expected), "{}", String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn an_engagement_has_1_to_8_slots_each_once_and_names_a_reputation_log() {
    let leaf =
        engagement(u8::try_from(SLOTS_MAX).unwrap()).draft(DAY, &[subject(2)]).sign(&[&key(1)]).unwrap();
    assert!(leaf.bytes().len() < LEAF_BYTES_MAX / 3);
    let slot = key(100).public().hex();
    for (field, value) in [
        ("slots", json!([])),
        ("slots", json!([slot, slot])),
        ("slots", json!(["00".repeat(32)])),
        ("slots", json!((0..9).map(|seed| key(seed).public().hex()).collect::<Vec<_>>())),
        ("log", json!("a.example/jobs")),
        ("log", json!("a.example")),
        ("log", json!("/reputation")),
        ("due", json!("2026-12-24")),
    ] {
        let bytes = changed(&leaf, |leaf| leaf[field] = value.clone());
        assert_eq!(Leaf::parse(&bytes), Err(LeafError::Fields), "{field} {value}");
    }
}

#[test]
fn a_later_type_is_read_in_the_shared_form_only() {
    let bytes = changed(&commit(), |leaf| leaf["t"] = json!("rumour"));
    let leaf = Leaf::parse_general(&bytes).unwrap();
    assert_eq!((leaf.kind(), leaf.statement()), ("rumour", None));
    let known = changed(&commit(), |leaf| leaf["extra"] = json!(1));
    assert_eq!(Leaf::parse_general(&known), Err(LeafError::Fields));
}

#[test]
fn a_leaf_of_any_type_is_about_at_most_two() {
    let about = |many: u8| {
        let mut subjects: Vec<String> = (0..many).map(|seed| subject(seed).hex()).collect();
        subjects.sort();
        changed(&commit(), |leaf| {
            leaf["t"] = json!("rumour");
            leaf["subjects"] = json!(subjects);
        })
    };
    assert_eq!(Leaf::parse_general(&about(2)).map(|leaf| leaf.subjects().len()), Ok(2));
    assert_eq!(Leaf::parse_general(&about(3)), Err(LeafError::Subjects));
    assert_eq!(subjects_of(&about(3)), Err(LeafError::Subjects));
}

#[test]
fn a_later_identity_may_be_signed_by_the_old_and_the_new_key() {
    let genesis = Statement::Identity { commitment: Commitment::from_bytes([3; 32]), seq: 0 };
    let later = Statement::Identity { commitment: Commitment::from_bytes([3; 32]), seq: 1 };
    let (old, new) = (key(1), key(2));
    assert!(later.draft(DAY, &[subject(1)]).sign(&[&new, &old]).is_ok());
    assert_eq!(genesis.draft(DAY, &[subject(1)]).sign(&[&new, &old]), Err(LeafError::Parties));
}

/// A leaf of a later type in which the object and lists are nested as many levels deep, the leaf itself counted.
fn deep(levels: u32) -> Vec<u8> {
    changed(&commit(), |leaf| {
        leaf["t"] = json!("rumour");
        leaf["words"] = (1..levels).fold(json!(1), |inner, _| json!([inner]));
    })
}

#[test]
fn a_leaf_deeper_than_files_carry_is_refused_whatever_its_type() {
    assert!(Leaf::parse_general(&deep(LEAF_DEPTH_MAX)).is_ok());
    assert!(subjects_of(&deep(LEAF_DEPTH_MAX)).is_ok());
    assert_eq!(Leaf::parse_general(&deep(LEAF_DEPTH_MAX + 1)), Err(LeafError::TooDeep));
    assert_eq!(subjects_of(&deep(LEAF_DEPTH_MAX + 1)), Err(LeafError::TooDeep));
    let objects = changed(&commit(), |leaf| {
        leaf["words"] = (0..LEAF_DEPTH_MAX).fold(json!(1), |inner, _| json!({"x": inner}));
    });
    assert_eq!(Leaf::parse_general(&objects), Err(LeafError::TooDeep));
}

#[test]
fn there_is_no_null_in_a_leaf_whatever_its_type() {
    let null = LeafError::NotCanonical(Rejection::OutOfForm);
    for words in [json!(null), json!([null]), json!({"x": [1, {"y": null}]})] {
        let bytes = changed(&commit(), |leaf| {
            leaf["t"] = json!("rumour");
            leaf["words"] = words;
        });
        assert_eq!(Leaf::parse_general(&bytes), Err(null));
        assert_eq!(subjects_of(&bytes), Err(null));
    }
    let known = changed(&commit(), |leaf| leaf["engagement"] = json!(null));
    assert_eq!(Leaf::parse(&known), Err(null));
}

#[test]
fn a_leaf_over_the_bound_is_refused() {
    let bytes = changed(&commit(), |leaf| {
        leaf["t"] = json!("rumour");
        leaf["words"] = json!("w".repeat(LEAF_BYTES_MAX));
    });
    assert_eq!(Leaf::parse_general(&bytes), Err(LeafError::NotCanonical(Rejection::TooLarge)));
}
