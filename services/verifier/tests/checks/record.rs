//! Scores out of record files, and servers that lie about logs.

use hanse_document::kind::Role;
use hanse_ledger::record::{
    DATINGS_MAX, FileLine, Format, LINE_BYTES_MAX, LeafLine, Line, LogLine, RECORD_BYTES_MAX,
};
use hanse_reputation::{Explanation, Standing};
use hanse_tlog::Policy;
use hanse_verifier::record::{Record, ScoreReport, Unreadable};
use hanse_verifier::{Coverage, Options, Verdict};
use serde_json::{Value, json};

use crate::fixture::{A, B, N, TODAY, Words, World, answer, chain, log_of, now};

fn number(report: &ScoreReport) -> Explanation {
    report.explanation.clone().unwrap()
}

/// The place of the first leaf of this type in the file.
pub(crate) fn place(lines: &[Line], kind: &str) -> usize {
    let is = |line: &Line| matches!(line, Line::Leaf(leaf) if leaf.leaf["t"] == kind);
    lines.iter().position(is).unwrap()
}

pub(crate) fn leaf_at(lines: &mut [Line], place: usize) -> &mut LeafLine {
    let Line::Leaf(leaf) = &mut lines[place] else { panic!("a leaf") };
    leaf
}

/// Nothing is computed from a file that lies.
pub(crate) fn refused(world: &World, lines: &[Line], says: &str) {
    let mut people = world.people.keys();
    let report = world.ask(lines, people.next().unwrap(), people.next().unwrap());
    assert_eq!(report.verdict, Verdict::Invalid, "{report}");
    assert!(report.to_string().contains(says), "{report}");
    assert_eq!((report.explanation.is_none(), report.summary.is_none()), (true, true));
    assert_eq!(report.exit_code(), 1);
}

#[test]
fn whole_logs_make_both_numbers() {
    let world = chain();
    let report = world.ask(&world.record(0), "ana", "cleo");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    let seen = number(&report);
    assert_eq!(seen.score.finding.standing, Standing::LittleKnown, "one voice through one contact");
    let [voice] = &seen.voices[..] else { panic!("one voice") };
    assert_eq!((voice.entries.len(), voice.routes.len()), (1, 1));
    assert_eq!(report.summary.as_ref().unwrap().raters, 1);
    let heads: Vec<&str> = seen.score.heads.iter().map(|head| head.origin.as_str()).collect();
    assert_eq!(heads, [A, B, N].map(log_of));
    // What it rests on is cited, and found there.
    let cited = &report.entries;
    assert_eq!(cited.len(), 2);
    for entry in cited {
        let node = entry.origin.split('/').next().unwrap();
        let leaf = &world.nodes[node].leaves[usize::try_from(entry.index).unwrap()];
        assert_eq!(hanse_ledger::Leaf::parse(leaf).unwrap().id().hex(), entry.id.to_string());
    }
    let changes = &report.changes;
    assert_eq!(changes.last().unwrap().after, seen.score.finding, "the last change is where it stands");
    assert!(changes.iter().all(|change| cited.iter().any(|entry| entry.id == change.entry)), "each is cited");
    let french = report.shown(hanse_reputation::SentenceLanguage::French).to_string();
    assert!(report.to_string().contains(&cited[0].id.to_string()) && french != report.to_string());
}

/// Faded as far as the first checkpoint that a quorum cosigned above it says, whatever day its author claims.
#[test]
fn an_entry_is_as_old_as_its_log_says() {
    let world = chain();
    let (fresh, old) = (world.record(0), world.record(720));
    let good = |lines: &[Line]| number(&world.ask(lines, "ana", "bo")).own.unwrap().good;
    assert_eq!(good(&fresh).to_string(), "1.000");
    assert_eq!(good(&old).to_string(), "0.500");
    let undated: Vec<Line> = fresh.iter().filter(|line| !matches!(line, Line::Dating(_))).cloned().collect();
    assert_eq!(good(&undated).to_string(), "1.000", "what nobody dates counts as now");
}

#[test]
fn leaves_that_do_not_make_the_root_have_no_score() {
    let world = chain();
    let lines = world.record(0);
    let at = place(&lines, "open");
    let mut dropped = lines.clone();
    dropped.remove(at);
    refused(&world, &dropped, "it has fewer leaves than its checkpoint says");
    let mut swapped = lines.clone();
    swapped.swap(at, at + 1);
    assert_ne!(lines[at], lines[at + 1]);
    refused(&world, &swapped, "its leaves do not make the root");
    let mut changed = lines.clone();
    let day = leaf_at(&mut changed, at).leaf["day"].as_u64().unwrap();
    leaf_at(&mut changed, at).leaf["day"] = json!(day + 1);
    refused(&world, &changed, "its leaves do not make the root");
    let mut more = lines.clone();
    let end = lines.iter().rposition(|line| matches!(line, Line::Log(log) if log.log == log_of(B))).unwrap();
    more.insert(end, lines[at].clone());
    refused(&world, &more, "more leaves than");
    // Without a dating, the checkpoint alone tells.
    let undated = |lines: &[Line]| {
        lines.iter().filter(|line| !matches!(line, Line::Dating(_))).cloned().collect::<Vec<_>>()
    };
    refused(&world, &undated(&swapped), "its leaves do not make the root");
}

#[test]
fn a_missing_document_is_missed() {
    let world = chain();
    for kept in [0, 1] {
        let mut lines = world.record(0);
        for line in &mut lines {
            if let Line::Leaf(leaf) = line {
                leaf.documents.truncate(kept);
            }
        }
        let report = world.ask(&lines, "ana", "cleo");
        assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
        assert!(report.to_string().contains("2 open reviews lack a document"), "{report}");
        assert!(number(&report).voices.is_empty());
    }
}

#[test]
fn logs_that_disagree_are_seen() {
    let (mut world, stranger) = (chain(), chain());
    let mut forked = stranger;
    let contract = forked.contract("ana", "cleo", 140, TODAY);
    forked.opened(&contract, 1);
    forked.seal();
    let lines = world.record(0);
    // A dating of the other history of A, in A's own hand.
    let mut dated = lines.clone();
    world.node(A).seal();
    dated[1] = world.log_line(A);
    dated.insert(3, forked.dating(A, 0));
    refused(&world, &dated, "dating checkpoints stand before the leaves");
    let mut twice = lines.clone();
    twice.extend([forked.log_line(A)]);
    twice.extend(forked.leaf_lines(A));
    refused(&world, &twice, "each log stands in the file once");
    let mut second = lines;
    second.splice(1..1, [world.log_line(B)].into_iter().chain(world.leaf_lines(B)));
    refused(&world, &second, "each log stands in the file once");
}

/// A dating of another history, of a size that both have.
#[test]
fn a_dating_of_a_fork_is_seen() {
    let mut world = chain();
    let mut forked = chain();
    let one = world.contract("ana", "cleo", 130, TODAY + 1);
    world.opened(&one, 5);
    world.seal();
    let other = forked.contract("ana", "cleo", 150, TODAY + 2);
    forked.opened(&other, 5);
    forked.seal();
    // Both of one size, in one hand: that needs no leaf.
    let mut lines = world.record(0);
    lines[2] = forked.dating(A, 0);
    refused(&world, &lines, "it shows different people different logs");
    world.node(A).seal();
    let mut lines = world.record(0);
    lines[2] = forked.dating(A, 0);
    refused(&world, &lines, "it signed two histories");
}

/// A node that shows an older state hides what came after it, and the score names the state.
#[test]
fn an_older_state_is_named() {
    let mut world = chain();
    let before = world.record(0);
    let size = world.nodes[A].leaves.len();
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    world.opened(&contract, 1);
    world.seal();
    let old = world.ask(&before, "ana", "cleo");
    assert_eq!(old.verdict, Verdict::Valid, "nothing in it is wrong");
    assert!(number(&old).own.is_none());
    assert_eq!(number(&old).score.heads[0].size, u64::try_from(size).unwrap());
    let new = world.ask(&world.record(0), "ana", "cleo");
    assert!(number(&new).own.is_some());
    // Held to a node that had read further, the file is too short, which is no fault of the node.
    let held = world.hold(&before, "ana", "cleo", Some(&answer(&new))).unwrap();
    assert_eq!((held.verdict, held.equal), (Verdict::Incomplete, Some(false)), "{held}");
    assert!(held.to_string().contains("fetch the record again"), "{held}");
}

#[test]
fn a_node_is_held_to_the_last_digit() {
    let world = chain();
    let lines = world.record(0);
    let report = world.ask(&lines, "ana", "cleo");
    let honest =
        json!({"explanation": number(&report), "summary": report.summary, "sentences": ["anything"]});
    let hold = |served: &Value| {
        world.hold(&lines, "ana", "cleo", Some(&serde_json::to_vec(served).unwrap())).unwrap()
    };
    let held = hold(&honest);
    assert_eq!((held.verdict, held.equal), (Verdict::Valid, Some(true)), "{held}");
    let lies: [(&str, Value); 6] = [
        ("/explanation/score/finding/estimate/mean", json!("1099511627775")),
        ("/explanation/score/finding/voices", json!("1")),
        ("/explanation/voices", json!([])),
        ("/explanation/score/parameters/contacts_max", json!(1)),
        ("/explanation/score/version", json!("hanse/voices/1")),
        ("/summary/raters", json!(7)),
    ];
    for (at, lie) in lies {
        let mut served = honest.clone();
        match served.pointer_mut(at) {
            Some(value) => *value = lie,
            None => drop(
                served["explanation"]["score"]["parameters"]
                    .as_object_mut()
                    .unwrap()
                    .insert("more".into(), lie),
            ),
        }
        let held = hold(&served);
        assert_eq!((held.verdict, held.equal), (Verdict::Invalid, Some(false)), "{at}");
        assert!(held.explanation.is_some(), "what is right is shown beside it");
    }
    let mut other = honest;
    other["explanation"]["score"]["heads"][0]["root"] = json!("00".repeat(32));
    assert!(hold(&other).to_string().contains("names another root"), "{}", hold(&other));
}

/// A ring of forty that praises itself, and everybody whom it would like to be seen with.
#[test]
fn a_ring_nobody_leads_to_changes_nothing_but_the_count() {
    let mut world = chain();
    let before = world.ask(&world.record(0), "ana", "cleo");
    const RING: [&str; 6] = ["r1", "r2", "r3", "r4", "r5", "r6"];
    for (seed, name) in (200..).zip(RING) {
        world.join(name, seed, B, false);
    }
    let mut seed = 20;
    for from in RING {
        for to in RING.iter().filter(|to| **to != from).chain([&"cleo"]) {
            let contract = world.contract(from, to, seed, TODAY);
            world.opened(&contract, 5);
            seed += 2;
        }
    }
    world.seal();
    let after = world.ask(&world.record(0), "ana", "cleo");
    assert_eq!(after.verdict, Verdict::Valid, "{after}");
    assert_eq!(number(&after).score.finding, number(&before).score.finding);
    assert_eq!(number(&after).voices, number(&before).voices);
    assert_eq!(
        after.summary.unwrap().raters,
        7,
        "everybody counts in the number that says it can be inflated"
    );
}

#[test]
fn nobody_vouching_is_said() {
    let world = chain();
    let mut lines = world.record(0);
    let alone = world.nodes[A].note(&[]).to_string();
    lines[1] = Line::Log(LogLine { checkpoint: alone, log: log_of(A) });
    let report = world.ask(&lines, "ana", "cleo");
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Incomplete, 1));
    assert_eq!(report.logs[0].coverage, Coverage::Unwitnessed);
    assert!(report.explanation.is_some());
    // Two of its own keys are one operator, and its own.
    let own =
        world.nodes[A].note(&[(&world.nodes[A].auditor, -60), (&world.nodes[A].witness, -60)]).to_string();
    lines[1] = Line::Log(LogLine { checkpoint: own, log: log_of(A) });
    assert_eq!(world.ask(&lines, "ana", "cleo").verdict, Verdict::Incomplete);
}

#[test]
fn what_is_no_record_file_is_not_read() {
    let world = chain();
    let lines = world.record(0);
    let read = |lines: &[Line]| world.hold(lines, "ana", "cleo", None).map(drop);
    assert_eq!(read(&lines[1..]), Err(Unreadable::Format { line: 1 }));
    let mut again = lines.clone();
    again.insert(4, Line::File(FileLine { format: Format::V1, made: now() }));
    assert_eq!(read(&again), Err(Unreadable::Format { line: 5 }));
    assert_eq!(world.hold(&lines, "ana", "ana", None).map(drop), Err(Unreadable::OwnScore));
    let policy = Policy::parse(&world.policy()).unwrap();
    let mut record = Record::new(&policy, now(), &Options::default(), None);
    let spaced = b"{\"format\": \"hanse/record/v1\",\"made\":\"2026-11-24T10:00:00Z\"}\n";
    assert!(matches!(record.line(spaced), Err(Unreadable::Line { line: 1, .. })), "one form");
    assert!(matches!(record.line(&vec![b' '; LINE_BYTES_MAX + 1]), Err(Unreadable::Line { line: 2, .. })));
    let huge = vec![0; usize::try_from(RECORD_BYTES_MAX).unwrap()];
    assert_eq!(record.line(&huge), Err(Unreadable::TooLarge));
    for served in ["", "{}", r#"{"explanation":{}}"#, r#"{"explanation":{"score":{"epoch":1,"heads":[{}]}}}"#]
    {
        let held = world.hold(&lines, "ana", "cleo", Some(served.as_bytes()));
        assert!(matches!(held, Err(Unreadable::Served(_))), "{served}");
    }
    let long = |bytes: usize| {
        let mut served: Value = serde_json::from_slice(&answer(&world.ask(&lines, "ana", "cleo"))).unwrap();
        served["sentences"] = json!([]);
        let mut served = serde_json::to_vec(&served).unwrap();
        served.resize(bytes, b' ');
        world.hold(&lines, "ana", "cleo", Some(&served)).map(|held| held.verdict)
    };
    assert_eq!(long(16 * 1024 * 1024), Ok(Verdict::Valid), "some hundred thousand bytes are usual");
    assert!(matches!(long(16 * 1024 * 1024 + 1), Err(Unreadable::Served(_))));
}

/// A checkpoint by another log's key is refused, and not passed over as that of a log outside the policy.
#[test]
fn a_log_that_another_key_signed_has_no_score() {
    let world = chain();
    let mut lines = world.record(0);
    let Line::Log(line) = &mut lines[1] else { panic!("a log") };
    let checkpoint = world.nodes[A].checkpoint();
    line.checkpoint = hanse_tlog::checkpoint::sign(&checkpoint, &world.nodes[B].signer).to_string();
    refused(&world, &lines, "checkpoint of a.example/reputation: refused: ");
}

/// Datings stand before the leaves, by size, none larger than the log, and not too many.
#[test]
fn datings_stand_in_their_place() {
    let mut world = chain();
    let smaller = world.dating(A, 30);
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    world.opened(&contract, 1);
    world.seal();
    let lines = world.record(0);
    let says = "dating checkpoints stand before the leaves";
    let with = |places: &[(usize, &Line)]| {
        let mut lines = lines.clone();
        places.iter().for_each(|(place, line)| lines.insert(*place, (*line).clone()));
        lines
    };
    let ask = |lines: &[Line]| world.ask(lines, "ana", "cleo").verdict;
    assert_eq!(ask(&with(&[(2, &smaller)])), Verdict::Valid);
    refused(&world, &with(&[(3, &smaller)]), says);
    refused(&world, &with(&[(4, &lines[2])]), says);
    let full = vec![(2, &smaller); DATINGS_MAX - 1];
    assert_eq!(ask(&with(&full)), Verdict::Valid);
    refused(&world, &with(&[&full[..], &[(2, &smaller)]].concat()), says);
    let Line::Dating(larger) = &lines[2] else { panic!("a dating") };
    let mut short = world.record(0);
    let Line::Log(log) = &mut short[1] else { panic!("a log") };
    let Line::Dating(small) = &smaller else { panic!("a dating") };
    log.checkpoint.clone_from(&small.dating);
    short[2] = Line::Dating(larger.clone());
    refused(&world, &short, says);
}

/// A review whose commit alone the node had read does not count in what is recomputed.
#[test]
fn what_stands_behind_the_heads_of_an_answer_does_not_count() {
    let mut world = chain();
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    let written = world.write(&contract, Role::Client, Words { rating: 1, text: None });
    for node in [A, B] {
        world.node(node).append(&written.commit);
    }
    world.seal();
    let before = world.ask(&world.record(0), "ana", "cleo");
    // The next leaf opens it.
    for node in [A, B] {
        world.node(node).append(&written.open);
    }
    world.seal();
    let after = world.ask(&world.record(0), "ana", "cleo");
    assert_ne!(number(&before), number(&after));
    let held = world.hold(&world.record(0), "ana", "cleo", Some(&answer(&before))).unwrap();
    assert_eq!((held.verdict, held.equal), (Verdict::Partial, Some(true)), "{held}");
}
