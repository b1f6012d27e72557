//! What a record file does not show is said, and by whose fault.

use std::ops::ControlFlow;

use hanse_document::Timestamp;
use hanse_document::kind::Role;
use hanse_ledger::record::{DatingLine, Line};
use hanse_tlog::Policy;
use hanse_verifier::record::{Record, ScoreReport, score};
use hanse_verifier::{Coverage, Options, Outcome, Uncovered, Verdict};
use serde_json::{Value, json};

use crate::fixture::{A, B, N, TODAY, Words, World, answer, bytes_of, chain, log_of, now};

/// The lines without those of this node's log.
fn without(lines: &[Line], node: &str) -> Vec<Line> {
    let (mut kept, mut inside) = (Vec::new(), false);
    for line in lines {
        if let Line::Log(log) = line {
            inside = log.log == log_of(node);
        }
        kept.extend((!inside).then(|| line.clone()));
    }
    kept
}

/// The policy without this node's log.
fn policy_without(world: &World, node: &str) -> String {
    let policy = world.policy();
    let lines = policy.lines().filter(|line| !line.starts_with(&format!("log {node}")));
    lines.map(|line| format!("{line}\n")).collect()
}

fn verdict_line(report: &ScoreReport) -> String {
    report.to_string().trim_end().lines().last().unwrap().to_owned()
}

fn steps_of<'a>(report: &'a ScoreReport, name: &str) -> Vec<(Outcome, &'a str)> {
    let steps = report.steps.iter().filter(|step| step.name == name);
    steps.map(|step| (step.outcome, step.says.as_str())).collect()
}

#[test]
fn a_log_of_the_policy_that_is_not_in_the_file_is_named() {
    let world = chain();
    for (node, contracts, opened) in [(A, 2, 1), (B, 2, 1), (N, 0, 0)] {
        let report = world.ask(&without(&world.record(0), node), "ana", "cleo");
        assert_eq!((report.verdict, report.exit_code()), (Verdict::Incomplete, 1), "{report}");
        let steps = steps_of(&report, &format!("log {}", log_of(node)));
        assert_eq!(steps[0].1, "the policy names this log, and the file does not hold it");
        assert!(steps.iter().all(|(outcome, _)| *outcome == Outcome::Incomplete), "{report}");
        let rows: Vec<_> = report.uncovered.iter().map(|row| (row.contracts, row.in_policy)).collect();
        assert_eq!(rows, if contracts == 0 { vec![] } else { vec![(contracts, true)] });
        let told = steps.get(1).map_or("", |step| step.1);
        assert_eq!(told.contains("one review that is open was written there"), opened == 1, "{report}");
        assert!(report.explanation.is_some());
    }
}

#[test]
fn contracts_in_logs_that_the_policy_does_not_name_are_counted() {
    let world = chain();
    let (policy, question) = (policy_without(&world, B), world.question("ana", "cleo"));
    let whole = world.record(0);
    for lines in [&whole, &without(&whole, B)] {
        let ask = |within_policy| {
            let options = Options { within_policy, ..Options::default() };
            score(&bytes_of(lines), &policy, now(), &options, &question, None).unwrap()
        };
        let report = ask(false);
        assert_eq!((report.verdict, report.exit_code()), (Verdict::Partial, 1), "{report}");
        assert_eq!(report.uncovered, [Uncovered { log: log_of(B), contracts: 2, in_policy: false }]);
        let says =
            "PARTIAL: whole, but for 2 contracts at b.example/reputation, which this policy does not name.";
        assert_eq!(verdict_line(&report), says);
        let seen = report.explanation.as_ref().unwrap();
        assert!(seen.voices.is_empty(), "Bo's engagement is in no log that is read");
        assert!(seen.score.heads.iter().all(|head| head.origin != log_of(B)));
        assert_eq!(ask(true).exit_code(), 0);
        assert_eq!(ask(true).verdict, Verdict::Partial);
    }
    let report = world.score(&bytes_of(&whole), &policy, &question, None).unwrap();
    assert_eq!(report.logs[1].coverage, Coverage::NotInPolicy);
    let noted = steps_of(&report, "log b.example/reputation");
    assert_eq!(noted[0].0, Outcome::Note, "{report}");
}

/// Wherever a file is cut, nothing is computed but where a log ends, and there the next one is missed.
#[test]
fn a_file_that_is_cut_is_incomplete() {
    let world = chain();
    let (lines, policy, question) = (world.record(0), world.policy(), world.question("ana", "cleo"));
    for kept in 1..lines.len() {
        let whole = bytes_of(&lines[..kept]);
        let next = lines[kept].to_bytes();
        for more in [0, 1, next.len() / 2, next.len() - 1] {
            let file = [&whole, &next[..more]].concat();
            let report = world.score(&file, &policy, &question, None).unwrap();
            assert_eq!(report.verdict, Verdict::Incomplete, "{kept} lines, {more} bytes: {report}");
            let between = more == 0 && (kept == 1 || matches!(lines[kept], Line::Log(_)));
            assert_eq!(report.explanation.is_some(), between, "{kept} lines, {more} bytes: {report}");
        }
    }
    let file = bytes_of(&lines);
    let report = world.score(&file[..file.len() - 1], &policy, &question, None).unwrap();
    assert_eq!((report.verdict, report.summary.is_none()), (Verdict::Incomplete, true), "{report}");
    let last = format!("log {}", log_of(N));
    assert_eq!(
        steps_of(&report, &last),
        [(Outcome::Incomplete, "it has fewer leaves than its checkpoint says")]
    );
}

/// A log whose operator lets anything in spoils the verdict and no number; and it is named, once.
#[test]
fn a_log_that_holds_what_no_log_may_hold_is_wrong() {
    let mut world = chain();
    let before = world.ask(&world.record(0), "ana", "cleo");
    let size = world.nodes[N].leaves.len();
    for bytes in [&b"{\"t\":\"other\",\"v\":1}"[..], b"{}", b"{\"entries\":1,\"t\":\"index\",\"v\":1}"] {
        world.node(N).append_bytes(bytes.to_vec());
    }
    world.seal();
    let report = world.ask(&world.record(0), "ana", "cleo");
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Incomplete, 1), "{report}");
    let lacks: Vec<_> = report.steps.iter().filter(|step| step.outcome == Outcome::Incomplete).collect();
    assert_eq!(lacks.len(), 1, "{report}");
    assert_eq!(lacks[0].name, "log n.example/reputation");
    assert!(lacks[0].says.contains(&format!("first at {size}: the log is wrong")), "{report}");
    let finding = |report: &ScoreReport| report.explanation.clone().unwrap().score.finding;
    assert_eq!(finding(&report), finding(&before));
}

/// A commit whose signature does not fit is foreign, and states nothing; what its log shows beside an open of it is no lie of the file.
#[test]
fn a_review_beside_a_foreign_commit_may_stand_there() {
    let mut world = chain();
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    let written = world.write(&contract, Role::Client, Words { rating: 1, text: None });
    let commit = String::from_utf8(written.commit.bytes().to_vec()).unwrap();
    let at = commit.find("\"value\":\"").unwrap() + "\"value\":\"".len();
    let turned = |(place, digit): (usize, char)| match (place == at, digit) {
        (false, digit) => digit,
        (true, '0') => '1',
        (true, _) => '0',
    };
    let foreign: String = commit.char_indices().map(turned).collect();
    world.node(A).append_bytes(foreign.into_bytes());
    world.node(A).append(&written.open);
    world.seal();
    let report = world.ask(&world.record(0), "ana", "cleo");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    assert!(report.explanation.unwrap().own.is_none());
}

/// The log of A was dated so many days ago, then grew, was dated again, and is whole today.
fn grown(days: [i64; 2]) -> (World, Vec<Line>) {
    let mut world = chain();
    let first = world.dating(A, days[0]);
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    world.opened(&contract, 1);
    world.seal();
    let mut lines = world.record(0);
    lines[2] = world.dating(A, days[1]);
    lines.insert(2, first);
    (world, lines)
}

#[test]
fn a_dating_that_lacks_is_missed() {
    let told = |days| {
        let (world, lines) = grown(days);
        let report = world.ask(&lines, "ana", "cleo");
        assert!(report.explanation.is_some());
        let steps = steps_of(&report, "datings of a.example/reputation");
        assert_eq!(report.verdict == Verdict::Valid, steps.is_empty(), "{report}");
        steps.first().map(|step| step.1.split(" is here").next().unwrap().to_owned())
    };
    let epoch = TODAY / 30;
    assert_eq!(told([30, 0]), None);
    assert_eq!(told([60, 0]), Some(format!("no dating of epoch {}", epoch - 1)));
    assert_eq!(told([720, 30]), Some(format!("no dating of epochs {} to {}", epoch - 23, epoch - 2)));
    assert_eq!(told([0, 60]), None, "what is dated earlier by a larger state is older");
    // The head is one of now.
    let (world, mut lines) = grown([60, 60]);
    lines.remove(3);
    let report = world.ask(&lines, "ana", "cleo");
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    // Of one that no quorum cosigned nothing is taken.
    let (world, mut lines) = grown([60, 30]);
    let unseen = world.nodes[A].note(&[(&world.nodes[B].auditor, -86_400 * 30)]).to_string();
    lines[3] = Line::Dating(DatingLine { dating: unseen });
    let report = world.ask(&lines, "ana", "cleo");
    assert_eq!(report.verdict, Verdict::Incomplete, "{report}");
    let passed_over = steps_of(&report, "log a.example/reputation");
    assert!(passed_over.iter().any(|step| step.1.contains("no quorum of this policy's auditors cosigned")));
}

/// A log that stood still for two years, as its auditors said in every epoch, lacks nothing.
#[test]
fn a_log_that_stood_still_lacks_no_dating() {
    let mut world = chain();
    let still: Vec<Line> = (1..=24).rev().map(|epochs| world.dating(A, epochs * 30)).collect();
    let contract = world.contract("ana", "cleo", 130, TODAY + 10);
    world.opened(&contract, 1);
    world.seal();
    let mut lines = world.record(0);
    lines.splice(2..2, still);
    let report = world.ask(&lines, "ana", "cleo");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
    lines.remove(25);
    assert_eq!(world.ask(&lines, "ana", "cleo").verdict, Verdict::Incomplete, "the last of them");
}

/// Signed today, and read in seventy days from a file without the dating of today.
#[test]
fn an_entry_younger_than_its_words_lacks_a_dating() {
    let world = chain();
    let ask = |lines: &[Line], days: i64| {
        let options = Options { max_age_seconds: 100 * 86_400, ..Options::default() };
        let later = now().add_seconds(days * 86_400).unwrap();
        let (policy, question) = (world.policy(), world.question("ana", "cleo"));
        score(&bytes_of(lines), &policy, later, &options, &question, None).unwrap()
    };
    let dated = world.record(0);
    assert_eq!(ask(&dated, 70).verdict, Verdict::Valid, "{}", ask(&dated, 70));
    let undated: Vec<Line> = dated.into_iter().filter(|line| !matches!(line, Line::Dating(_))).collect();
    let epoch = TODAY / 30;
    for (days, told) in [
        (20, None),
        (45, Some(format!("epoch {}", epoch + 1))),
        (70, Some(format!("epochs {} to {}", epoch + 1, epoch + 2))),
    ] {
        let report = ask(&undated, days);
        let steps: Vec<_> = report.steps.iter().filter(|step| step.name.starts_with("datings of ")).collect();
        assert_eq!(steps.len(), usize::from(told.is_some()), "both entries, one log: {report}");
        assert_eq!(report.verdict == Verdict::Valid, told.is_none(), "{report}");
        assert!(
            told.is_none_or(|told| steps[0].says.contains(&format!("no dating of {told} is here"))),
            "{report}"
        );
    }
}

/// Anybody may say that their review is years old. Leaves before it in the log are of today, and so is it.
#[test]
fn one_author_cannot_make_a_record_lack_a_dating() {
    let mut world = chain();
    let contract = world.contract("ana", "bo", 130, TODAY + 10);
    world.signed_at = Timestamp::parse("2021-01-01T00:00:00Z").unwrap();
    world.opened(&contract, 5);
    world.seal();
    let report = world.ask(&world.record(0), "ana", "bo");
    assert_eq!(report.verdict, Verdict::Valid, "{report}");
}

/// Whoever served an answer was fed with the first dating of a state: a later one of the same state, which says that a review was due
/// in vain, or one of an epoch after the answer, does not make a liar of them.
#[test]
fn an_answer_is_held_to_the_datings_that_it_rests_on() {
    let world = chain();
    let ask = |lines: &[Line], days: i64, served: Option<&[u8]>| {
        let options = Options { max_age_seconds: 100 * 86_400, ..Options::default() };
        let later = now().add_seconds(days * 86_400).unwrap();
        let (policy, question) = (world.policy(), world.question("cleo", "ana"));
        score(&bytes_of(lines), &policy, later, &options, &question, served).unwrap()
    };
    let lines = world.record(0);
    let mut again = lines.clone();
    let b = lines.iter().position(|line| matches!(line, Line::Log(log) if log.log == log_of(B))).unwrap();
    again.insert(b + 2, world.dating(B, -65));
    let silent = |report: &ScoreReport| report.summary.as_ref().unwrap().silent;
    let (awaited, missed) = (ask(&lines, 70, None), ask(&again, 70, None));
    assert_eq!((silent(&awaited), silent(&missed)), (0, 1), "{missed}");
    let held = ask(&again, 70, Some(&answer(&awaited)));
    assert_eq!((held.verdict, held.equal), (Verdict::Valid, Some(true)), "{held}");
    // Only dated after the answer.
    let undated: Vec<Line> = lines.iter().filter(|line| !matches!(line, Line::Dating(_))).cloned().collect();
    let mut late = undated.clone();
    late.insert(
        undated.len() - world.nodes[B].leaves.len() - world.nodes[N].leaves.len() - 1,
        world.dating(B, -65),
    );
    let held = ask(&late, 70, Some(&answer(&ask(&undated, 0, None))));
    assert_eq!((held.verdict, held.equal), (Verdict::Valid, Some(true)), "{held}");
}

/// What a node served before it had read further is recomputed, and what it lacked is counted.
#[test]
fn an_answer_from_older_heads_is_partial() {
    let mut world = chain();
    let old = world.ask(&world.record(0), "ana", "cleo");
    let size = world.nodes[A].leaves.len();
    let contract = world.contract("ana", "bo", 130, TODAY + 10);
    world.opened(&contract, 1);
    world.seal();
    let lines = world.record(0);
    let report = world.hold(&lines, "ana", "cleo", Some(&answer(&old))).unwrap();
    assert_eq!((report.verdict, report.equal), (Verdict::Partial, Some(true)), "{report}");
    let newer = world.nodes[A].leaves.len() - size;
    assert_eq!(report.behind[0].newer, u64::try_from(newer).unwrap());
    let line = verdict_line(&report);
    assert!(
        line.starts_with(&format!("PARTIAL: whole, but for {newer} newer leaves of a.example/rep")),
        "{line}"
    );
    assert!(
        line.ends_with("1 newer leaf of n.example/reputation, which the served answer leaves out."),
        "{line}"
    );
    let options = Options { within_policy: true, ..Options::default() };
    let (policy, question) = (world.policy(), world.question("ana", "cleo"));
    let within = score(&bytes_of(&lines), &policy, now(), &options, &question, Some(&answer(&old))).unwrap();
    assert_eq!((report.exit_code(), within.exit_code()), (1, 0));
    // A lie about the digits is one all the same.
    let mut lie: Value = serde_json::from_slice(&answer(&old)).unwrap();
    lie["summary"]["raters"] = json!(7);
    let held = world.hold(&lines, "ana", "cleo", Some(lie.to_string().as_bytes())).unwrap();
    assert_eq!((held.verdict, held.equal), (Verdict::Invalid, Some(false)));
}

#[test]
fn an_answer_without_a_log_is_partial_and_one_with_another_is_not_recomputed() {
    let world = chain();
    let lines = world.record(0);
    let full = world.ask(&lines, "ana", "cleo");
    let mut fewer: Value = serde_json::from_slice(&answer(&full)).unwrap();
    fewer["explanation"]["score"]["heads"].as_array_mut().unwrap().pop();
    let held = world.hold(&lines, "ana", "cleo", Some(fewer.to_string().as_bytes())).unwrap();
    assert_eq!((held.verdict, held.equal), (Verdict::Partial, Some(true)), "{held}");
    assert!(verdict_line(&held).contains("all 2 leaves of n.example/reputation"), "{held}");
    // One who reads by a policy without B cannot tell whether the node lied.
    let policy = policy_without(&world, B);
    for lines in [&lines, &without(&lines, B)] {
        let question = world.question("ana", "cleo");
        let held = world.score(&bytes_of(lines), &policy, &question, Some(&answer(&full))).unwrap();
        assert_eq!((held.verdict, held.equal), (Verdict::Incomplete, Some(false)), "{held}");
    }
}

/// The first thing that is wrong decides: nothing behind it is read, however much of it there is.
#[test]
fn nothing_goes_on_behind_what_is_wrong() {
    let world = chain();
    let policy = Policy::parse(&world.policy()).unwrap();
    let mut record = Record::new(&policy, now(), &Options::default(), None);
    let lines = world.record(0);
    for line in &lines[..3] {
        assert_eq!(record.line(&line.to_bytes()), Ok(ControlFlow::Continue(())));
    }
    assert_eq!(record.line(&lines[1].to_bytes()), Ok(ControlFlow::Break(())), "the log again");
    for line in [&b"{}\n"[..], b"x", b"y", &vec![b'z'; 1 << 20]] {
        assert_eq!(record.line(line), Ok(ControlFlow::Break(())));
    }
    let report = record.ask(&world.question("ana", "cleo"), None).unwrap();
    assert_eq!((report.verdict, report.explanation.is_none()), (Verdict::Invalid, true));
    let wrong = report.steps.iter().filter(|step| step.outcome == Outcome::Invalid);
    assert_eq!(wrong.count(), 1, "{report}");
    assert_eq!(report.steps.last().unwrap().outcome, Outcome::Invalid, "{report}");
}

#[test]
fn the_order_of_policy_and_note_lines_changes_nothing() {
    let world = chain();
    let question = world.question("ana", "cleo");
    let turned = |text: &str, from: &str| -> String {
        let mut lines: Vec<&str> = text.lines().collect();
        let end = lines.iter().position(|line| line.starts_with("group")).unwrap_or(lines.len());
        let start = lines.iter().position(|line| line.starts_with(from)).unwrap();
        lines[start..end].reverse();
        lines.iter().map(|line| format!("{line}\n")).collect()
    };
    let mut lines = world.record(30);
    let plain = world.ask(&lines, "ana", "cleo");
    for line in &mut lines {
        match line {
            Line::Log(log) => log.checkpoint = turned(&log.checkpoint, "\u{2014}"),
            Line::Dating(dating) => dating.dating = turned(&dating.dating, "\u{2014}"),
            Line::File(_) | Line::Leaf(_) => {}
        }
    }
    let policy = turned(&world.policy(), "log ");
    assert_ne!(policy, world.policy());
    let report = world.score(&bytes_of(&lines), &policy, &question, None).unwrap();
    assert_eq!(report, plain);
}

#[test]
fn what_no_score_proves_is_said() {
    let world = chain();
    let report = world.ask(&world.record(0), "ana", "cleo");
    let text = report.to_string();
    assert!(text.contains("\nNot proved by any score\n"), "{text}");
    for line in ["a score counts keys", "in logs that neither the file nor the policy names", "counts as now"]
    {
        assert!(report.not_proved.iter().any(|said| said.contains(line)), "{line}");
    }
    let beyond = report.not_proved.iter().filter(|line| line.contains("may hold beyond")).count();
    assert_eq!(beyond, 3, "{text}");
}
