//! Whole reports, as people read them: every word of them is held against a file.

use std::path::PathBuf;

use hanse_document::kind::{Reply, Role};
use hanse_document::{SigningKey, Text};
use hanse_ledger::evidence::{DocumentJson, Evidence, LeafJson};
use hanse_ledger::record::Line;
use hanse_ledger::{Leaf, Statement};
use hanse_reputation::SentenceLanguage;
use hanse_verifier::record::{Question, ScoreReport};
use hanse_verifier::{CheckStep, Options, Outcome, Report, Verdict, verify};
use serde_json::json;

use crate::fixture::{A, B, N, Story, TODAY, Words, World, answer, bytes_of, chain, log_of, now, story};

const ONE: Words = Words { rating: 1, text: None };

/// Holds a text against `printed/<name>.txt`.
fn is_printed(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/checks/printed/{name}.txt"));
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == kept, "{} differs from what is printed:\n{text}", path.display());
}

/// What is left of a policy without the lines that begin like this.
fn without(policy: &str, beginning: &str) -> String {
    let kept = policy.lines().filter(|line| !line.starts_with(beginning));
    kept.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_freelancer_and_a_client() {
    let story = story();
    is_printed("freelancer", &story.world.check(&story.frida()).to_string());
    is_printed("client", &story.world.check(&story.carl()).to_string());
}

/// One log is outside the policy, or nobody vouches for it, or only those who did not rebuild its index.
#[test]
fn a_log_for_which_nobody_vouches() {
    let story = story();
    let file = story.frida();
    let outside = without(&story.world.policy(), "log a.example/");
    let report = verify(&file.to_bytes(), &outside, now(), &Options::default()).unwrap();
    assert_eq!(report.verdict, Verdict::Partial);
    is_printed("outside-the-policy", &report.to_string());
    let nodes = &story.world.nodes;
    let witnesses = [(&nodes[B].witness, -60), (&nodes[N].witness, -60)];
    let policy = story.world.policy_with("group some any a.example/auditor b.example/witness\nquorum some\n");
    for (name, cosigners) in [("unwitnessed", &witnesses[..0]), ("index-not-audited", &witnesses)] {
        let mut file = file.clone();
        file.parts[1].checkpoint = nodes[A].note(cosigners).to_string();
        file.engagements.iter_mut().for_each(|proof| proof.checkpoint = None);
        let report = verify(&file.to_bytes(), &policy, now(), &Options::default()).unwrap();
        is_printed(name, &report.to_string());
    }
}

/// Another document of the person's own, in form and signed, is no identity: and nothing else is told.
#[test]
fn an_identity_that_is_none() {
    let story = story();
    let mut file = story.frida();
    let entries = &file.parts[0].entries;
    let own = entries.iter().find(|entry| entry.leaf.value()["t"] == "engagement").unwrap();
    file.identity = own.documents[0].clone();
    let report = story.world.check(&file);
    assert_eq!(report.verdict, Verdict::Invalid);
    is_printed("no-identity", &report.to_string());
    assert_eq!(report.steps.last().unwrap().outcome, Outcome::Invalid);
}

#[test]
fn a_score_in_both_languages() {
    let world = chain();
    let report = world.ask(&world.record(0), "ana", "cleo");
    is_printed("score", &report.to_string());
    is_printed("score-fr", &report.shown(SentenceLanguage::French).to_string());
}

/// Logs outside the policy, one that is not there, and one that nobody vouches for.
#[test]
fn a_score_from_a_part_of_the_logs() {
    let world = chain();
    let lines = world.record(0);
    let question = world.question("ana", "bo");
    let asked = |lines: &[Line], policy: &str| {
        let file: Vec<u8> = lines.iter().flat_map(Line::to_bytes).collect();
        world.score(&file, policy, &question, None).unwrap().to_string()
    };
    is_printed("score-outside-the-policy", &asked(&lines, &without(&world.policy(), "log b.example/")));
    let at = |node| {
        let begins = |line: &Line| matches!(line, Line::Log(log) if log.log == log_of(node));
        lines.iter().position(begins).unwrap()
    };
    let absent = [&lines[..at(B)], &lines[at(N)..]].concat();
    is_printed("score-absent", &asked(&absent, &world.policy()));
}

/// The steps that are not simply right.
fn told(steps: &[CheckStep]) -> String {
    steps.iter().filter(|step| step.outcome != Outcome::Holds).map(ToString::to_string).collect()
}

/// The documents beside a leaf of this type, or beside the copies of this leaf.
fn beside(file: &mut Evidence, is: impl Fn(&LeafJson) -> bool) -> &mut Vec<DocumentJson> {
    let mut entries = file.parts.iter_mut().flat_map(|part| &mut part.entries);
    &mut entries.find(|entry| is(&entry.leaf)).unwrap().documents
}

fn of_type(kind: &str) -> impl Fn(&LeafJson) -> bool {
    move |leaf| leaf.value()["t"] == kind
}

/// Beside both copies of an open leaf the same documents.
fn reviewed(file: &mut Evidence, open: &Leaf, documents: &[DocumentJson]) {
    let entries = file.parts.iter_mut().flat_map(|part| &mut part.entries);
    let copies = entries.filter(|entry| entry.leaf.bytes() == open.bytes());
    copies.for_each(|entry| entry.documents = documents.to_vec());
}

type Change = fn(&mut Evidence, &Story, [&DocumentJson; 3]);

/// What is done to an honest file: given are the review with a text, its text, and a review without one.
const CHANGES: [(&str, Change); 15] = [
    ("no document of a contract", |file, _, _| beside(file, of_type("engagement")).clear()),
    ("two documents of a contract", |file, _, [review, ..]| {
        beside(file, of_type("engagement")).push(review.clone());
    }),
    ("another document of a contract", |file, _, [review, ..]| {
        *beside(file, of_type("engagement")) = vec![review.clone()];
    }),
    ("no review", |file, story, _| reviewed(file, &story.review.open, &[])),
    ("another review", |file, story, [_, text, plain]| {
        reviewed(file, &story.review.open, &[plain.clone(), text.clone()]);
    }),
    ("different reviews", |file, story, _| {
        beside(file, |leaf| leaf.bytes() == story.review.open.bytes()).truncate(1);
    }),
    ("no text", |file, story, [review, ..]| reviewed(file, &story.review.open, std::slice::from_ref(review))),
    ("another text", |file, story, [review, _, plain]| {
        reviewed(file, &story.review.open, &[review.clone(), plain.clone()]);
    }),
    ("a text too many", |file, story, [_, text, plain]| {
        reviewed(file, &story.plain.open, &[plain.clone(), text.clone()]);
    }),
    ("no reply", |file, _, _| beside(file, of_type("reply")).clear()),
    ("two replies", |file, _, [review, ..]| beside(file, of_type("reply")).push(review.clone())),
    ("another reply", |file, _, [review, ..]| *beside(file, of_type("reply")) = vec![review.clone()]),
    ("another identity beside its leaf", |file, _, [review, ..]| {
        *beside(file, of_type("identity")) = vec![review.clone()];
    }),
    ("an engagement elsewhere", |file, _, _| file.engagements[0].index += 1),
    ("an engagement that is none", |file, _, _| {
        let part = &file.parts[1];
        let other = part.entries.iter().find(|entry| entry.leaf.value()["t"] == "open").unwrap();
        let proof = &mut file.engagements[0];
        (proof.index, proof.leaf, proof.path) = (other.index, other.leaf.clone(), other.path.clone());
        proof.checkpoint = None;
    }),
];

#[test]
fn each_thing_that_lacks_or_is_another() {
    let story = story();
    let honest = story.frida();
    let documents = |open: &Leaf| {
        let mut file = honest.clone();
        beside(&mut file, |leaf| leaf.bytes() == open.bytes()).clone()
    };
    let (review, plain) = (documents(&story.review.open), documents(&story.plain.open));
    let mut text = String::new();
    for (name, change) in CHANGES {
        let mut file = honest.clone();
        change(&mut file, &story, [&review[0], &review[1], &plain[0]]);
        let report = story.world.check(&file);
        text += &format!("# {name}\n{}{}\n\n", told(&report.steps), report.sentence());
    }
    is_printed("changed", &text);
}

/// What the people of a contract did wrong, and what came too late to be vouched for.
#[test]
fn each_thing_that_does_not_count() {
    let mut text = String::new();
    let mut tell = |name: &str, report: &Report| {
        text += &format!("# {name}\n{}{}\n\n", told(&report.steps), report.sentence());
    };
    let mut other = story();
    let contract = other.world.contract("carl", "frida", 160, TODAY + 10);
    let mut body = other.world.review_body(&contract, Role::Client, ONE, None);
    body.contract = other.first.offer.id();
    let written = other.world.seal_review(&contract, Role::Client, "carl", body, None);
    other.world.publish(&written);
    other.world.seal();
    let cited = [&other.first, &other.second, &contract].map(|contract| (A, contract.client_engagement));
    tell("of another contract", &other.world.check(&other.world.evidence("frida", &[B, A], &cited)));
    let mut replied = story();
    let reply = Reply { cites: replied.review.commit.id().into(), text: Text::parse("Mine.").unwrap() };
    let reply = replied.world.sign("dora", hanse_document::kind::Body::Reply(reply));
    let cites = replied.plain.commit.id();
    let leaf = Statement::Reply { cites, commitment: reply.commitment() };
    let leaf = replied.world.leaf("frida", &leaf, "frida");
    replied.world.file(&leaf, vec![reply.value().clone()]);
    replied.world.node(B).append(&leaf);
    replied.world.seal();
    tell("a reply by another", &replied.world.check(&replied.frida()));
    // The auditors have not seen the other log since the due day.
    let late = story();
    let mut file = late.frida();
    let nodes = &late.world.nodes;
    let cosigners = [(&nodes[B].auditor, -120_000), (&nodes[N].auditor, -120_000)];
    file.parts[1].checkpoint = nodes[A].note(&cosigners).to_string();
    tell("a due day that is over, and nobody has looked since", &late.world.check(&file));
    is_printed("not-counted", &text);
}

/// Ana worked for Bo, who hired Cleo; Dan looks from where Ana stands.
#[test]
fn a_score_from_an_adopted_standpoint() {
    let mut world = World::new();
    for (seed, name) in (101..).zip(["ana", "bo", "cleo", "dan"]) {
        world.join(name, seed, if name == "bo" { A } else { B }, false);
    }
    let worked = world.contract("bo", "ana", 110, TODAY + 10);
    let written = world.write(&worked, Role::Freelancer, Words { rating: 5, text: None });
    world.publish(&written);
    let hired = world.contract("bo", "cleo", 120, TODAY + 10);
    world.opened(&hired, 4);
    world.seal();
    let question =
        Question { seen_from: Some(world.people["ana"].did.clone()), ..world.question("dan", "cleo") };
    let report = world.score(&bytes_of(&world.record(0)), &world.policy(), &question, None).unwrap();
    is_printed("score-adopted", &report.to_string());
    is_printed("score-adopted-fr", &report.shown(SentenceLanguage::French).to_string());
}

/// Where an answer differs, up to a few places, in text that a terminal may show.
#[test]
fn an_answer_that_differs() {
    let world = chain();
    let lines = world.record(0);
    let mut served: serde_json::Value =
        serde_json::from_slice(&answer(&world.ask(&lines, "ana", "cleo"))).unwrap();
    let hold = |served: &serde_json::Value| {
        let held = world.hold(&lines, "ana", "cleo", Some(&serde_json::to_vec(served).unwrap())).unwrap();
        told(&held.steps)
    };
    let fits = hold(&served);
    served["summary"]["raters"] = json!("\u{202e}é".to_owned() + &"long ".repeat(40));
    served["summary"]["more"] = json!(1);
    served["summary"].as_object_mut().unwrap().remove("on_time").unwrap();
    let explanation = served["explanation"].as_object_mut().unwrap();
    explanation["voices"] = json!([]);
    let summary = hold(&served);
    served["explanation"]["voices"] = json!([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    is_printed("served", &format!("# the same\n{fits}\n# others\n{summary}\n# many\n{}", hold(&served)));
}

/// A person may make contracts with any number of logs that no policy names.
#[test]
fn a_score_with_very_many_logs_outside_the_policy() {
    let with = |logs: usize| -> ScoreReport {
        let mut world = chain();
        for number in 0..logs {
            let slot = SigningKey::from_seed([7; 32]).public();
            let commitment = hanse_document::Commitment::from_bytes([8; 32]);
            let log = format!("x{number:03}.example/reputation");
            let engaged = Statement::Engagement { commitment, due: TODAY, log, slots: vec![slot] };
            let leaf = world.leaf("ana", &engaged, "ana");
            world.node(A).append(&leaf);
        }
        world.seal();
        world.ask(&world.record(0), "ana", "cleo")
    };
    let ends: Vec<String> = [1, 8, 9, 256, 257]
        .map(|logs| {
            let report = with(logs);
            let rows = report.uncovered.len();
            let end = report.to_string().trim_end().lines().last().unwrap().to_owned();
            format!("{logs}: {rows} rows. {end}\n{}", report.uncovered.last().unwrap())
        })
        .into();
    is_printed("score-many-logs", &(ends.join("\n") + "\n"));
}
