//! Slots that wait for an outcome: which log must be shown, how far it must be vouched for, and what then counts.

use hanse_document::kind::Role;
use hanse_verifier::{Coverage, Options, Report, SlotState, Verdict, verify};

use crate::fixture::{A, B, Contract, N, TODAY, Words, World, now};

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

/// The other log is outside the policy, or nobody has vouched for it: that matters once somebody is late.
#[test]
fn a_log_that_cannot_be_relied_on_covers_nothing_and_spoils_nothing() {
    for (due, expected) in [
        (TODAY, (Verdict::Valid, SlotState::Open)),
        (TODAY - 1, (Verdict::Incomplete, SlotState::NotCovered)),
    ] {
        let (mut world, _) = pair(due);
        world.seal();
        let mut evidence = world.evidence("frida", &[B, A], &[]);
        let policy = world.policy();
        let kept = policy.lines().filter(|line| !line.starts_with("log a.example/"));
        let without: String = kept.map(|line| format!("{line}\n")).collect();
        let report = verify(&evidence.to_bytes(), &without, now(), &Options::default()).unwrap();
        assert_eq!((report.verdict, state(&report)), expected, "{report}");
        assert_eq!(report.logs[1].coverage, Coverage::NotInPolicy);
        assert!(report.to_string().contains("not covered: 1 slots"));

        evidence.parts[1].checkpoint = world.nodes[A].note(&[]).to_string();
        let report = world.check(&evidence);
        assert_eq!((report.verdict, state(&report)), expected, "{report}");
        assert_eq!(report.logs[1].coverage, Coverage::Unwitnessed);
        assert!(report.to_string().contains("not covered: 1 slots"));
    }
}

/// Its operator alone could order the leaves as it likes.
#[test]
fn a_log_that_nobody_vouches_for_decides_nothing() {
    let (mut world, contract) = pair(TODAY + 10);
    let (one, five) = (world.write(&contract, Role::Client, ONE), world.write(&contract, Role::Client, FIVE));
    for (node, order) in [(B, [&one, &five]), (A, [&five, &one])] {
        for written in order {
            world.node(node).append(&written.commit);
            world.node(node).append(&written.open);
        }
    }
    world.seal();
    let mut evidence = world.evidence("frida", &[B, A], &[(A, contract.client_engagement)]);
    let ratings = |report: &Report| report.reviews().map(|review| review.rating).collect::<Vec<_>>();
    assert_eq!(ratings(&world.check(&evidence)), [5]);
    evidence.parts[1].checkpoint = world.nodes[A].note(&[]).to_string();
    let report = world.check(&evidence);
    assert_eq!((report.verdict, ratings(&report)), (Verdict::Valid, vec![1]));
}

/// The home logs the sealed review and never what opens it.
#[test]
fn a_home_cannot_keep_a_review_sealed_for_ever() {
    for (due, expected) in [
        (TODAY, (Verdict::Valid, SlotState::Sealed)),
        (TODAY - 1, (Verdict::Incomplete, SlotState::NotCovered)),
    ] {
        let (mut world, contract) = pair(due);
        let bad = world.write(&contract, Role::Client, ONE);
        world.node(A).append(&bad.commit);
        world.node(A).append(&bad.open);
        world.node(B).append(&bad.commit);
        world.seal();
        let cited = [(A, contract.client_engagement)];
        let report = world.check(&world.evidence("frida", &[B], &cited));
        assert_eq!((report.verdict, state(&report)), expected, "{report}");
        assert!(report.to_string().contains("not covered: 1 slots"));
        let report = world.check(&world.evidence("frida", &[B, A], &cited));
        assert_eq!((report.verdict, state(&report)), (Verdict::Valid, SlotState::Reviewed));
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
