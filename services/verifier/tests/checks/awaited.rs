//! Slots that wait for an outcome: which log must be shown, how far it must be vouched for, and what then counts.

use hanse_document::kind::Role;
use hanse_ledger::evidence::Evidence;
use hanse_verifier::{Coverage, Options, Report, SlotState, Uncovered, Verdict, verify};

use crate::fixture::{A, B, Contract, N, TODAY, Words, World, log_of, now};

const ONE: Words = Words { rating: 1, text: None };
const FIVE: Words = Words { rating: 5, text: None };

fn pair(due: u32) -> (World, Contract) {
    let mut world = World::new();
    world.join("carl", 101, A, false);
    world.join("frida", 103, B, false);
    let contract = world.contract("carl", "frida", 110, due);
    (world, contract)
}

fn state(report: &Report) -> SlotState {
    report.contracts[0].slots[0].state
}

/// Before and after the due day, and whether the home log holds an outcome or not: the other log decides.
#[test]
fn a_contract_is_covered_by_an_audited_part_of_the_log_that_it_names() {
    for (due, reviewed) in [(TODAY + 24_000, false), (TODAY, true), (TODAY - 1, false)] {
        let (mut world, contract) = pair(due);
        if reviewed {
            let good = world.write(&contract, Role::Client, FIVE);
            world.publish(&good);
        }
        world.seal();
        let cited = [(A, contract.client_engagement)];
        let mut evidence = world.evidence("frida", &[B, A], if reviewed { &cited } else { &[] });
        assert_eq!(world.check(&evidence).verdict, Verdict::Valid);
        let uncovered = |evidence: &_| {
            let report = world.check(evidence);
            assert_eq!((report.verdict, state(&report)), (Verdict::Incomplete, SlotState::NotCovered));
            let uncovered = Uncovered { log: log_of(A), contracts: 1, in_policy: true };
            assert_eq!((&report.uncovered, report.reviews().count()), (&vec![uncovered], 0));
            let verdict = "that must be shown is not: 1 contract at a.example/reputation.\n";
            assert!(report.to_string().ends_with(verdict), "{report}");
            report
        };
        // Too few cosigned, or nobody lately, or the part is not there.
        let notes: [&[(&_, i64)]; 2] = [
            &[(&world.nodes[B].auditor, -60)],
            &[(&world.nodes[B].auditor, -60), (&world.nodes[N].auditor, -172_801)],
        ];
        for cosigners in notes {
            evidence.parts[1].checkpoint = world.nodes[A].note(cosigners).to_string();
            assert_eq!(uncovered(&evidence).logs[1].coverage, Coverage::Unwitnessed);
        }
        evidence.parts.truncate(1);
        let report = uncovered(&evidence);
        assert_eq!(report.logs.len(), 1);
        assert!(report.to_string().contains("not covered: the file holds no part of this log"), "{report}");
    }
}

/// The reader chose the logs; the verdict counts what stands elsewhere.
#[test]
fn a_log_outside_the_policy_is_counted_in_the_verdict() {
    let (mut world, _) = pair(TODAY + 10);
    world.join("dora", 102, N, false);
    world.contract("dora", "frida", 120, TODAY + 10);
    world.contract("carl", "frida", 130, TODAY - 1);
    world.seal();
    let policy = world.policy();
    let kept = policy.lines().filter(|line| !line.starts_with("log a.example/"));
    let without: String = kept.map(|line| format!("{line}\n")).collect();
    for parts in [&[B, A, N][..], &[N, B]] {
        let file = world.evidence("frida", &[B], &[]);
        let parts = parts.iter().map(|node| world.part(node, "frida")).collect();
        let file = Evidence { parts, ..file }.to_bytes();
        for within_policy in [false, true] {
            let options = Options { within_policy, ..Options::default() };
            let report = verify(&file, &without, now(), &options).unwrap();
            assert_eq!((report.verdict, report.exit_code()), (Verdict::Partial, u8::from(!within_policy)));
            let states: Vec<_> = report.contracts.iter().map(|contract| contract.slots[0].state).collect();
            assert_eq!(states, [SlotState::Outside, SlotState::Open, SlotState::Outside]);
            let outside = Uncovered { log: log_of(A), contracts: 2, in_policy: false };
            assert_eq!(report.uncovered, [outside]);
            assert!(
                report.to_string().contains("not covered: the policy does not name this log"),
                "{report}"
            );
            let verdict = "PARTIAL: complete but for 2 contracts at a.example/reputation, which this policy does not name.\n";
            assert!(report.to_string().ends_with(verdict), "{report}");
        }
    }
    // Something that is missing as well decides, whatever the reader asked for.
    let file = world.evidence("frida", &[B], &[]).to_bytes();
    let options = Options { within_policy: true, ..Options::default() };
    let report = verify(&file, &without, now(), &options).unwrap();
    assert_eq!((report.verdict, report.exit_code()), (Verdict::Incomplete, 1));
}

/// The home logs the sealed review and never what opens it, or nothing of it at all.
#[test]
fn a_home_cannot_keep_a_review_back() {
    for due in [TODAY + 10, TODAY - 1] {
        for commits in [true, false] {
            let (mut world, contract) = pair(due);
            let bad = world.write(&contract, Role::Client, ONE);
            world.node(A).append(&bad.commit);
            world.node(A).append(&bad.open);
            if commits {
                world.node(B).append(&bad.commit);
            }
            world.seal();
            let cited = [(A, contract.client_engagement)];
            let report = world.check(&world.evidence("frida", &[B], &cited));
            assert_eq!((report.verdict, state(&report)), (Verdict::Incomplete, SlotState::NotCovered));
            let report = world.check(&world.evidence("frida", &[B, A], &cited));
            assert_eq!((report.verdict, state(&report)), (Verdict::Valid, SlotState::Reviewed));
            assert_eq!(report.reviews().next().unwrap().rating, 1);
        }
    }
}

/// A checkpoint of before the end of the due day says nothing about the whole of that day, however fresh it is.
#[test]
fn a_day_is_missed_only_when_a_quorum_vouches_after_it() {
    let (mut world, _) = pair(TODAY - 1);
    world.seal();
    let midnight = -36_000;
    let mut evidence = world.evidence("frida", &[B, A], &[]);
    for (first, second, expected) in [
        (-60, midnight, SlotState::Expired),
        (-60, midnight - 1, SlotState::Open),
        (midnight - 1, -60, SlotState::Open),
    ] {
        let [b, n] = [B, N].map(|node| &world.nodes[node].auditor);
        evidence.parts[1].checkpoint = world.nodes[A].note(&[(b, first), (n, second)]).to_string();
        let report = world.check(&evidence);
        assert_eq!((report.verdict, state(&report)), (Verdict::Valid, expected), "{first} {second}");
    }
}

/// Enough auditors, and not what the policy asks for besides.
#[test]
fn what_the_policy_asks_for_is_asked_of_every_log() {
    let (mut world, _) = pair(TODAY - 1);
    world.seal();
    let policy = world.policy_with("quorum n.example/witness\n");
    let mut evidence = world.evidence("frida", &[B, A], &[]);
    let [a, b, n] = [A, B, N].map(|node| &world.nodes[node]);
    let home = b.note(&[(&a.auditor, -60), (&n.auditor, -60), (&n.witness, -60)]);
    evidence.parts[0].checkpoint = home.to_string();
    for (witnessed, expected) in
        [(true, (Verdict::Valid, SlotState::Expired)), (false, (Verdict::Incomplete, SlotState::NotCovered))]
    {
        let mut cosigners = vec![(&b.auditor, -60), (&n.auditor, -60)];
        cosigners.extend(witnessed.then_some((&n.witness, -60)));
        evidence.parts[1].checkpoint = a.note(&cosigners).to_string();
        let report = verify(&evidence.to_bytes(), &policy, now(), &Options::default()).unwrap();
        assert_eq!((report.verdict, state(&report)), expected, "{report}");
    }
}
