//! Who must have cosigned before a list is called complete.

use hanse_ledger::evidence::Evidence;
use hanse_tlog::{Cosigner, KeyName, LogSigner, checkpoint};
use hanse_verifier::{Coverage, Options, Outcome, Report, Unusable, Verdict, verify};

use crate::fixture::{A, B, N, Story, log_of, now, story};

/// Who cosigned, at how many seconds after now.
type Cosigners<'a> = Vec<(&'a Cosigner, i64)>;

const MINUTE_AGO: i64 = -60;

fn name(text: &str) -> KeyName {
    KeyName::parse(text).unwrap()
}

/// The report on Frida's evidence with these cosignatures of her home log, and this policy.
fn report(story: &Story, policy: &str, cosigners: &[(&Cosigner, i64)]) -> Report {
    let mut evidence = story.frida();
    evidence.parts[0].checkpoint = story.world.nodes[B].note(cosigners).to_string();
    checked(&evidence, policy)
}

fn checked(evidence: &Evidence, policy: &str) -> Report {
    verify(&evidence.to_bytes(), policy, now(), &Options::default()).unwrap()
}

fn coverage(report: &Report) -> Coverage {
    report.logs[0].coverage
}

#[test]
fn only_enough_other_operators_in_time_make_a_list_complete() {
    let story = story();
    let [a, b, n] = [A, B, N].map(|node| &story.world.nodes[node]);
    let stranger = Cosigner::new(name("x.example/auditor"), [77; 32]);
    let namesake = Cosigner::new(name("n.example/auditor"), [78; 32]);
    let (oldest, newest) = (-172_800, 300);
    let cases: [(&str, Coverage, Cosigners<'_>); 13] = [
        ("both others", Coverage::Audited, vec![(&a.auditor, MINUTE_AGO), (&n.auditor, MINUTE_AGO)]),
        ("nobody", Coverage::Unwitnessed, vec![]),
        ("one of two", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO)]),
        ("the log's own", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO), (&b.auditor, MINUTE_AGO)]),
        ("one twice", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO), (&a.auditor, -50)]),
        (
            "one with two keys",
            Coverage::Unwitnessed,
            vec![(&a.auditor, MINUTE_AGO), (&a.witness, MINUTE_AGO)],
        ),
        ("a stranger", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO), (&stranger, MINUTE_AGO)]),
        ("a namesake", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO), (&namesake, MINUTE_AGO)]),
        ("just in time", Coverage::Audited, vec![(&a.auditor, oldest), (&n.auditor, newest)]),
        ("too old", Coverage::Unwitnessed, vec![(&a.auditor, oldest - 1), (&n.auditor, MINUTE_AGO)]),
        ("in the future", Coverage::Unwitnessed, vec![(&a.auditor, MINUTE_AGO), (&n.auditor, newest + 1)]),
        (
            "all, own and strangers too",
            Coverage::Audited,
            vec![(&a.auditor, -1), (&b.auditor, -1), (&n.auditor, -1), (&stranger, -1), (&b.witness, -1)],
        ),
        ("witnesses", Coverage::Unwitnessed, vec![(&a.witness, MINUTE_AGO), (&n.witness, MINUTE_AGO)]),
    ];
    for (case, expected, cosigners) in cases {
        let report = report(&story, &story.world.policy(), &cosigners);
        assert_eq!(coverage(&report), expected, "{case}\n{report}");
        let verdict = if expected == Coverage::Audited { Verdict::Valid } else { Verdict::Incomplete };
        assert_eq!(report.verdict, verdict, "{case}");
    }
}

#[test]
fn witnesses_alone_leave_the_index_unaudited() {
    let story = story();
    let [a, n] = [A, N].map(|node| &story.world.nodes[node]);
    let policy = story.world.policy_with("quorum none\n");
    let report = report(&story, &policy, &[(&a.witness, -1), (&n.witness, -1)]);
    assert_eq!((coverage(&report), report.exit_code()), (Coverage::IndexNotAudited, 1));
    assert!(report.to_string().contains("index not audited"));
}

#[test]
fn a_policy_can_ask_for_more_and_never_for_less() {
    let story = story();
    let [a, n] = [A, N].map(|node| &story.world.nodes[node]);
    let auditors = [(&a.auditor, -1), (&n.auditor, -1)];
    let with_witness = [auditors[0], auditors[1], (&n.witness, -1)];
    let cases: [(&str, &[_], Coverage); 5] = [
        ("quorum none\n", &auditors, Coverage::Audited),
        ("quorum none\n", &auditors[..1], Coverage::Unwitnessed),
        ("quorum n.example/witness\n", &auditors, Coverage::Unwitnessed),
        ("quorum n.example/witness\n", &with_witness, Coverage::Audited),
        // Its own auditor never counts for a log, so this policy can never be met.
        (
            "group g all a.example/auditor b.example/auditor n.example/auditor\nquorum g\n",
            &auditors,
            Coverage::Unwitnessed,
        ),
    ];
    for (lines, cosigners, expected) in cases {
        let report = report(&story, &story.world.policy_with(lines), cosigners);
        assert_eq!(coverage(&report), expected, "{lines}");
    }
}

#[test]
fn more_auditors_in_the_policy_need_more_cosignatures() {
    let story = story();
    let [a, n] = [A, N].map(|node| &story.world.nodes[node]);
    let x = Cosigner::new(name("x.example/auditor"), [71; 32]);
    let y = Cosigner::new(name("y.example/auditor"), [72; 32]);
    let lines = format!("witness x {}\nwitness y {}\nquorum none\n", x.vkey(), y.vkey());
    let policy = story.world.policy_with(&lines);
    let two = report(&story, &policy, &[(&a.auditor, -1), (&n.auditor, -1)]);
    assert_eq!((coverage(&two), two.logs[0].asked, two.logs[0].others), (Coverage::Unwitnessed, 3, 4));
    let three = report(&story, &policy, &[(&a.auditor, -1), (&n.auditor, -1), (&y, -1)]);
    assert_eq!(coverage(&three), Coverage::Audited);
}

#[test]
fn an_operator_with_two_auditors_is_one() {
    let story = story();
    let a = &story.world.nodes[A];
    let second = Cosigner::new(name("a.example/auditor"), [73; 32]);
    let policy = story.world.policy_with(&format!("witness second {}\nquorum none\n", second.vkey()));
    let report = report(&story, &policy, &[(&a.auditor, -1), (&second, -1)]);
    assert_eq!((coverage(&report), report.logs[0].others), (Coverage::Unwitnessed, 2));
}

#[test]
fn without_another_auditor_nothing_is_complete() {
    let story = story();
    let b = &story.world.nodes[B];
    let policy = format!("log {}\nwitness b {}\nquorum none\n", b.signer.vkey(), b.auditor.vkey());
    let report = report(&story, &policy, &[(&b.auditor, -1)]);
    assert_eq!((coverage(&report), report.verdict), (Coverage::Unwitnessed, Verdict::Incomplete));
}

#[test]
fn a_known_signature_that_fails_spoils_the_note() {
    let story = story();
    let [a, n] = [A, N].map(|node| &story.world.nodes[node]);
    // Of another log's checkpoint.
    let wrong = n.auditor.cosign(&a.checkpoint(), 1);
    let mut evidence = story.frida();
    let note =
        story.world.nodes[B].note(&[(&a.auditor, -1), (&n.auditor, -1)]).with_signature(wrong).unwrap();
    evidence.parts[0].checkpoint = note.to_string();
    let report = story.world.check(&evidence);
    assert_eq!((report.verdict, coverage(&report)), (Verdict::Invalid, Coverage::Broken));
}

#[test]
fn a_log_outside_the_policy_covers_nothing() {
    let story = story();
    let without = |node: &str| {
        let policy = story.world.policy();
        let kept = policy.lines().filter(|line| !line.starts_with(&format!("log {node}/")));
        kept.map(|line| format!("{line}\n")).collect::<String>()
    };
    let home = checked(&story.frida(), &without(B));
    assert_eq!((home.verdict, coverage(&home)), (Verdict::Incomplete, Coverage::NotInPolicy));
    assert!(home.contracts.is_empty());
    let other = checked(&story.frida(), &without(A));
    assert_eq!((other.verdict, coverage(&other)), (Verdict::Partial, Coverage::Audited));
    assert_eq!(other.reviews().count(), 0);
}

#[test]
fn a_checkpoint_by_another_key_is_not_the_logs() {
    let story = story();
    let mut evidence = story.frida();
    let usurper = LogSigner::new(name("b.example/reputation"), [79; 32]);
    evidence.parts[0].checkpoint = checkpoint::sign(&story.world.nodes[B].checkpoint(), &usurper).to_string();
    assert_eq!(story.world.check(&evidence).verdict, Verdict::Invalid);
    // The checkpoint of another log in its place.
    evidence.parts[0].checkpoint = story.world.note_of(A);
    assert_eq!(story.world.check(&evidence).verdict, Verdict::Invalid);
}

/// While a log changes its key, a policy names both.
#[test]
fn any_of_the_keys_that_the_policy_names_for_a_log_will_do() {
    let story = story();
    let next = LogSigner::new(name("b.example/reputation"), [79; 32]);
    let both = format!("log {}\n{}", next.vkey(), story.world.policy());
    assert_eq!(checked(&story.frida(), &both).verdict, Verdict::Valid);
    let mut evidence = story.frida();
    let [a, b, n] = [A, B, N].map(|node| &story.world.nodes[node]);
    let checkpoint = b.checkpoint();
    let lines = [&a.auditor, &n.auditor]
        .map(|auditor| auditor.cosign(&checkpoint, u64::try_from(now().unix()).unwrap()));
    let note = checkpoint::sign(&checkpoint, &next).with_signatures(lines).unwrap();
    evidence.parts[0].checkpoint = note.to_string();
    assert_eq!(checked(&evidence, &both).verdict, Verdict::Valid);
}

/// That an engagement stands in a log stays true however old the checkpoint; what the future says is no evidence.
#[test]
fn the_checkpoints_of_engagements_may_be_old() {
    let story = story();
    let [a, b, n] = [A, B, N].map(|node| &story.world.nodes[node]);
    let year = 31_536_000;
    let mut evidence = story.frida();
    for (offset, verdict) in [(-year, Verdict::Valid), (301, Verdict::Incomplete)] {
        let note = a.note(&[(&b.auditor, offset), (&n.auditor, -1)]).to_string();
        evidence.engagements.iter_mut().for_each(|engagement| engagement.checkpoint = Some(note.clone()));
        assert_eq!(story.world.check(&evidence).verdict, verdict, "{offset}");
    }
}

#[test]
fn the_person_who_checks_chooses_how_old_is_too_old() {
    let story = story();
    let file = story.frida().to_bytes();
    let at = |max_age_seconds| {
        verify(&file, &story.world.policy(), now(), &Options { max_age_seconds, ..Options::default() })
            .unwrap()
    };
    assert_eq!(at(60).verdict, Verdict::Valid);
    assert_eq!(at(59).verdict, Verdict::Incomplete);
    let later = now().add_seconds(200_000).unwrap();
    let stale = verify(&file, &story.world.policy(), later, &Options::default()).unwrap();
    assert_eq!((stale.verdict, coverage(&stale)), (Verdict::Incomplete, Coverage::Unwitnessed));
    assert!(
        stale
            .steps
            .iter()
            .any(|step| step.outcome == Outcome::Incomplete && step.says.contains("unwitnessed"))
    );
}

#[test]
fn what_cannot_be_read_is_no_report() {
    let story = story();
    let file = story.frida().to_bytes();
    let policy = story.world.policy();
    assert!(matches!(verify(&file, "quorum", now(), &Options::default()), Err(Unusable::Policy(_))));
    assert!(matches!(verify(b"{}", &policy, now(), &Options::default()), Err(Unusable::Evidence(_))));
    assert!(matches!(verify(&file[1..], &policy, now(), &Options::default()), Err(Unusable::Evidence(_))));
}

/// The part of one log under another's name, and a log's key below another log's name.
#[test]
fn a_checkpoint_is_of_the_log_that_signed_it_and_of_no_other() {
    let story = story();
    let refused = |evidence: &Evidence| {
        let report = checked(evidence, &story.world.policy());
        assert_eq!(report.verdict, Verdict::Invalid, "{report}");
        let last = report.steps.last().unwrap();
        assert!(last.name.starts_with("checkpoint of") && last.says.starts_with("refused: "), "{report}");
    };
    let mut renamed = story.frida();
    renamed.parts[1].origin.clone_from(&log_of(N));
    refused(&renamed);
    let mut borrowed = story.frida();
    let checkpoint = story.world.nodes[A].checkpoint();
    borrowed.parts[0].checkpoint = checkpoint::sign(&checkpoint, &story.world.nodes[B].signer).to_string();
    refused(&borrowed);
    let mut named = story.frida();
    named.parts[1].checkpoint = checkpoint::sign(&checkpoint, &story.world.nodes[B].signer).to_string();
    refused(&named);
}
