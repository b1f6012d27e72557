//! What is left of a file that strangers filled.

use hanse_document::SigningKey;
use hanse_ledger::evidence::{DocumentJson, ENTRIES_MAX, Entry, IndexProof, LeafJson};
use hanse_ledger::index::PrefixProof;
use serde_json::json;

use super::*;

fn part(origin: &str, entries: usize) -> Part {
    let leaf = LeafJson::of(&json!({})).unwrap();
    let entry = Entry { index: 1, leaf: leaf.clone(), path: vec![], documents: vec![] };
    Part {
        origin: origin.to_owned(),
        checkpoint: "note\n".to_owned(),
        index: IndexProof { leaf, path: vec![] },
        prefix: PrefixProof { siblings: vec![], end: None },
        entries: vec![entry; entries],
    }
}

fn engagement(origin: &str) -> EngagementProof {
    let leaf = LeafJson::of(&json!({})).unwrap();
    EngagementProof { origin: origin.to_owned(), checkpoint: None, index: 1, leaf, path: vec![] }
}

fn origins(file: &Evidence) -> Vec<&str> {
    file.parts.iter().map(|part| part.origin.as_str()).collect()
}

/// The log that somebody filled goes, with what stands below it; the home stays whatever it holds, and so does every other log.
#[test]
fn a_file_with_too_much_loses_the_largest_part_of_another_log() {
    let [home, filled, other] = ["a.example/reputation", "b.example/reputation", "c.example/reputation"];
    let file = |strangers: usize| Evidence {
        format: Format::V1,
        subject: Did::of(&SigningKey::from_seed([1; 32]).public()),
        made: hanse_document::Timestamp::parse("2026-11-24T10:00:00Z").unwrap(),
        identity: DocumentJson::of(&json!({})).unwrap(),
        parts: vec![part(home, 3), part(filled, strangers), part(other, 2)],
        engagements: vec![engagement(filled), engagement(other)],
    };
    let most = ENTRIES_MAX - 7;
    assert_eq!(within_bounds(file(most)).unwrap(), file(most).to_bytes(), "what fits stays as it is");
    let left = Evidence::parse(&within_bounds(file(most + 1)).unwrap()).unwrap();
    assert_eq!(origins(&left), [home, other]);
    assert_eq!(left.engagements, [engagement(other)]);
    let home_alone = Evidence { parts: vec![part(home, ENTRIES_MAX + 1)], ..file(0) };
    assert!(matches!(within_bounds(home_alone), Err(UseError::Refused(Refusal::RecordTooLarge))));
}
