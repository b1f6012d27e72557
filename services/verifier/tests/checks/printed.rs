//! Whole reports, as people read them: every word of them is held against a file.

use std::path::PathBuf;

use hanse_ledger::record::Line;
use hanse_reputation::Tongue;
use hanse_verifier::{Options, Outcome, Verdict, verify};

use crate::fixture::{A, B, N, chain, log_of, now, story};

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
    is_printed("score-fr", &report.shown(Tongue::French).to_string());
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
