//! Which documents may stand beside which leaf of a record file.

use hanse_document::kind::Body;
use hanse_ledger::record::Line;
use hanse_verifier::Verdict;
use serde_json::json;

use crate::fixture::{chain, story};
use crate::record::{leaf_at, place, refused};

#[test]
fn a_document_that_no_leaf_makes_public_has_no_place() {
    let mut world = chain();
    let lines = world.record(0);
    let at = place(&lines, "open");
    // Ana says something else today, in due form.
    let review = leaf_at(&mut lines.clone(), at).documents[0].clone();
    let read =
        hanse_document::Signed::parse(&hanse_document::canonical::to_vec(&review)).unwrap().verify().unwrap();
    let Body::Review(mut body) = read.body().clone() else { panic!("a review") };
    body.rating = hanse_document::Number::new(1).unwrap();
    let other = world.sign("ana", Body::Review(body)).value().clone();
    let mut replaced = lines.clone();
    leaf_at(&mut replaced, at).documents[0] = other.clone();
    refused(&world, &replaced, "no leaf here makes this document public");
    let mut altered = lines.clone();
    leaf_at(&mut altered, at).documents[0]["credentialSubject"]["rating"] = json!(1);
    refused(&world, &altered, "documents at");
    for kind in ["engagement", "commit", "index"] {
        let mut beside = lines.clone();
        let at = place(&lines, kind);
        leaf_at(&mut beside, at).documents.push(other.clone());
        refused(&world, &beside, "no leaf here makes this document public");
    }
    // One person's identity beside another's leaf: of the right kind, and not what the leaf commits to.
    let last =
        lines.iter().rposition(|line| matches!(line, Line::Leaf(leaf) if leaf.leaf["t"] == "identity"));
    let mut swapped = lines.clone();
    let foreign = leaf_at(&mut swapped, last.unwrap()).documents[0].clone();
    leaf_at(&mut swapped, place(&lines, "identity")).documents = vec![foreign];
    refused(&world, &swapped, "no leaf here makes this document public");
    // The acceptance of another contract says nothing about this one.
    let second =
        lines.iter().rposition(|line| matches!(line, Line::Leaf(leaf) if leaf.leaf["t"] == "open")).unwrap();
    let mut mixed = lines;
    let word = leaf_at(&mut mixed, second).documents.pop().unwrap();
    *leaf_at(&mut mixed, at).documents.last_mut().unwrap() = word;
    refused(&world, &mixed, "no leaf here makes this document public");
}

/// Review, text and the rated person's own word stand beside an open leaf in this order, the text only if the review names it.
#[test]
fn a_text_stands_behind_its_review() {
    let story = story();
    let world = &story.world;
    let lines = world.record(0);
    let report = world.ask(&lines, "dora", "frida");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    let opens = |lines: &[Line]| -> Vec<usize> {
        let is = |line: &Line| matches!(line, Line::Leaf(leaf) if leaf.leaf["t"] == "open");
        (0..lines.len()).filter(|at| is(&lines[*at])).collect()
    };
    let with_text = |at: &usize| leaf_at(&mut lines.clone(), *at).documents.len() == 3;
    let (long, short): (Vec<usize>, Vec<usize>) = opens(&lines).into_iter().partition(with_text);
    let texts = |at: usize| leaf_at(&mut lines.clone(), at).documents[1].clone();
    assert_eq!(
        (long.len(), short.len()),
        (4, 2),
        "two reviews with a text and one without, each in two logs"
    );
    let mut dropped = lines.clone();
    leaf_at(&mut dropped, long[0]).documents.remove(1);
    assert_eq!(world.ask(&dropped, "dora", "frida").verdict, Verdict::Valid, "words are no matter of scores");
    for (at, text) in [(short[0], texts(long[0])), (long[0], texts(long[1])), (long[1], texts(long[0]))] {
        let mut other = lines.clone();
        let documents = &mut leaf_at(&mut other, at).documents;
        if documents.len() == 3 {
            documents[1] = text;
        } else {
            documents.insert(1, text);
        }
        refused(world, &other, "no leaf here makes this document public");
    }
}
