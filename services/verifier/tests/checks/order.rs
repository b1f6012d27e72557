//! What stands in whichever order says the same: lines of the policy and of notes, parts, engagements. And what stands there twice.

use hanse_ledger::evidence::{self, Evidence};
use hanse_tlog::prove::Inclusions;
use hanse_tlog::{Cosigner, KeyName, LogSigner, checkpoint};
use hanse_verifier::{Coverage, Options, Report, Verdict, verify};
use serde_json::Value;

use crate::fixture::{A, B, N, Story, now, story};

fn check(evidence: &Evidence, policy: &str) -> Report {
    verify(&evidence.to_bytes(), policy, now(), &Options::default()).unwrap()
}

/// The lines of a text in every order that one swap makes.
fn swapped(text: &str) -> impl Iterator<Item = String> {
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let pairs = (0..lines.len()).flat_map(|left| (0..left).map(move |right| (left, right)));
    let pairs: Vec<(usize, usize)> = pairs.collect();
    pairs.into_iter().map(move |(left, right)| {
        let mut lines = lines.clone();
        lines.swap(left, right);
        lines.join("\n") + "\n"
    })
}

/// Two keys of one log, as while it changes its key: with a good line and a bad one, whichever is named first.
#[test]
fn every_key_of_the_policy_is_known_in_any_order() {
    let story = story();
    let (world, b) = (&story.world, &story.world.nodes[B]);
    let name = |text: &str| KeyName::parse(text).unwrap();
    let other = LogSigner::new(name("b.example/reputation"), [79; 32]);
    let stranger = LogSigner::new(name("x.example/reputation"), [80; 32]);
    let note_of = |signer: &LogSigner| checkpoint::sign(&world.nodes[A].checkpoint(), signer);
    for (signer, known, verdict) in [
        (&other, true, Verdict::Invalid),
        (&world.nodes[A].signer, true, Verdict::Invalid),
        (&stranger, false, Verdict::Valid),
    ] {
        // A signature over the checkpoint of another log does not fit this one.
        let bad = note_of(signer).signatures()[0].clone();
        let mut evidence = story.frida();
        let note = b.note(&[(&world.nodes[A].auditor, -1), (&world.nodes[N].auditor, -1)]);
        evidence.parts[0].checkpoint = format!("{note}{bad}\n");
        let line = format!("log {}\n", signer.vkey());
        let policy = world.policy();
        let policies = if known && !policy.contains(&line) {
            [format!("{line}{policy}"), policy.replacen("witness", &format!("{line}witness"), 1)]
        } else {
            [policy.clone(), policy]
        };
        for policy in policies {
            assert_eq!(check(&evidence, &policy).verdict, verdict, "{policy}");
        }
    }
}

#[test]
fn the_order_of_the_policys_logs_and_witnesses_says_nothing() {
    let story = story();
    let (file, honest) = (story.frida(), story.world.check(&story.frida()));
    let policy = story.world.policy();
    let (names, rest) = policy.split_once("group").unwrap();
    for names in swapped(names) {
        assert_eq!(check(&file, &format!("{names}group{rest}")), honest, "{names}");
    }
}

#[test]
fn the_order_of_signature_lines_says_nothing() {
    let story = story();
    let honest = story.world.check(&story.frida());
    let mut file = story.frida();
    let note = file.parts[0].checkpoint.clone();
    let (text, lines) = note.split_once("\n\n").unwrap();
    for lines in swapped(lines) {
        file.parts[0].checkpoint = format!("{text}\n\n{lines}");
        assert_eq!(story.world.check(&file), honest, "{lines}");
        file.parts[0].checkpoint = format!("{text}\n\n{lines}{lines}");
        assert_eq!(story.world.check(&file), honest, "{lines} twice");
    }
}

#[test]
fn the_order_of_parts_and_engagements_says_nothing() {
    let story = story();
    let honest = story.world.check(&story.frida());
    let mut file = story.frida();
    file.parts.reverse();
    let mut turned = story.world.check(&file);
    turned.logs.reverse();
    let by_place = |report: &Report| {
        let mut entries = report.entries.clone();
        entries.sort_by_key(|entry| (entry.origin.clone(), entry.index));
        entries
    };
    assert_eq!(by_place(&turned), by_place(&honest));
    assert_eq!(
        (turned.verdict, turned.logs, turned.contracts),
        (honest.verdict, honest.logs, honest.contracts)
    );
    let mut file = story.frida();
    file.engagements.reverse();
    let turned = story.world.check(&file);
    assert_eq!((turned.verdict, turned.reviews().count()), (Verdict::Valid, 2));
}

/// Each line is judged by itself: one that is too old or of the future takes nothing from another by the same key.
#[test]
fn a_cosigner_may_have_said_it_more_than_once() {
    let story = story();
    let [a, b, n] = [A, B, N].map(|node| &story.world.nodes[node]);
    let cosigned = |lines: &[(&Cosigner, i64)]| {
        let at = |seconds: i64| u64::try_from(now().unix() + seconds).unwrap();
        let lines = lines.iter().map(|(cosigner, seconds)| cosigner.cosign(&b.checkpoint(), at(*seconds)));
        let lines: String = lines.map(|line| format!("{line}\n")).collect();
        let mut evidence = story.frida();
        evidence.parts[0].checkpoint = format!("{}{lines}", checkpoint::sign(&b.checkpoint(), &b.signer));
        story.world.check(&evidence)
    };
    for other in [301, -172_801, -50, 300] {
        for both in [[(&a.auditor, -60), (&a.auditor, other)], [(&a.auditor, other), (&a.auditor, -60)]] {
            let report = cosigned(&[both[0], both[1], (&n.auditor, -60)]);
            assert_eq!(
                (report.verdict, report.logs[0].coverage),
                (Verdict::Valid, Coverage::Audited),
                "{other}"
            );
            let at = &report.logs[0].auditors[0].at;
            let latest = if (-60..=300).contains(&other) { other } else { -60 };
            assert_eq!(*at, now().add_seconds(latest).unwrap().to_string());
        }
        let report = cosigned(&[(&a.auditor, -60), (&a.auditor, other)]);
        assert_eq!(report.logs[0].coverage, Coverage::Unwitnessed, "one operator is one");
    }
}

/// One checkpoint for all that stands in a log, and no node of its tree twice.
#[test]
fn a_file_that_shares_says_the_same_in_less() {
    let story = story();
    let shared = sharing(&story);
    let (honest, report) = (story.world.check(&story.frida()), story.world.check(&shared));
    assert_eq!((report.verdict, &report.contracts), (Verdict::Valid, &honest.contracts));
    assert!(shared.to_bytes().len() < story.frida().to_bytes().len());
    // What stands below a part falls with it.
    let mut without = sharing(&story);
    without.parts.truncate(1);
    assert_eq!(story.world.check(&without).verdict, Verdict::Incomplete);
    let mut forged = sharing(&story);
    forged.engagements[0].index += 1;
    assert_eq!(story.world.check(&forged).verdict, Verdict::Invalid);
    let mut stale = sharing(&story);
    stale.parts[1].checkpoint = story.world.nodes[A].note(&[]).to_string();
    let report = story.world.check(&stale);
    assert_eq!((report.verdict, report.reviews().count()), (Verdict::Incomplete, 0));
}

fn sharing(story: &Story) -> Evidence {
    let mut file = story.frida();
    let log = &story.world.nodes[A];
    let proved = evidence::proved(&file.parts[1], log.state.size).unwrap();
    for engagement in &mut file.engagements {
        let leaf = engagement.leaf.bytes();
        let below = (&proved, log.state.size);
        let shared = evidence::engagement_below(
            &engagement.origin,
            below,
            &mut Inclusions::new(&log.tiles),
            engagement.index,
            leaf,
        );
        *engagement = shared.unwrap();
    }
    file
}

/// The first refusal decides, and nothing after it is told.
#[test]
fn nothing_is_told_after_a_refusal() {
    let story = story();
    let mut file: Value = serde_json::from_slice(&story.frida().to_bytes()).unwrap();
    file["parts"][0]["prefix"]["siblings"][0] = "aa".repeat(32).into();
    for part in 1..2 {
        file["parts"][part]["checkpoint"] = "no note".into();
    }
    let report = story.world.check_bytes(&serde_json::to_vec(&file).unwrap()).unwrap();
    assert_eq!((report.verdict, report.logs.len()), (Verdict::Invalid, 1));
    assert!(report.contracts.is_empty() && report.entries.is_empty() && report.uncovered.is_empty());
    let refused = report.steps.iter().filter(|step| step.outcome == hanse_verifier::Outcome::Invalid);
    assert_eq!(
        (refused.count(), report.steps.last().unwrap().name.as_str()),
        (1, "index of b.example/reputation")
    );
}
