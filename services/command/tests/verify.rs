//! `hanse verify` as a program: exit codes and output, on the files of one real demo.
//!
//! `testdata/` holds `target/demo/evidence.json` and `target/demo/policy.txt` of a run of `make demo`; after a change of a format, copy
//! those of a new run and set [`NOW`] to the time in its `made`.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// When the files were made.
const NOW: &str = "2026-11-29T16:36:37Z";

fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name)
}

fn hanse(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hanse"));
    // Offline, and with no trace of whoever runs the test.
    command.env_clear().args(arguments).output().unwrap()
}

fn verify(evidence: &Path, policy: &Path, more: &[&str]) -> Output {
    let files = ["verify", evidence.to_str().unwrap(), "--policy", policy.to_str().unwrap(), "--now", NOW];
    hanse(&[&files, more].concat())
}

#[test]
fn a_whole_and_true_record_ends_with_0() {
    let (evidence, policy) = (testdata("evidence.json"), testdata("policy.txt"));
    let output = verify(&evidence, &policy, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("Evidence about did:key:z6Mk") && text.contains("VALID: complete"), "{text}");
    let output = verify(&evidence, &policy, &["--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((output.status.code(), report.pointer("/verdict")), (Some(0), Some(&"valid".into())));
}

#[test]
fn an_old_or_shortened_or_changed_record_ends_with_1() {
    let (evidence, policy) = (testdata("evidence.json"), testdata("policy.txt"));
    let late = [
        "verify",
        evidence.to_str().unwrap(),
        "--policy",
        policy.to_str().unwrap(),
        "--now",
        "2027-11-24T00:00:00Z",
    ];
    assert_eq!(hanse(&late).status.code(), Some(1));
    assert_eq!(hanse(&[&late[..], &["--max-age", "63072000"]].concat()).status.code(), Some(0));
    let folder = tempfile::tempdir().unwrap();
    let changed = folder.path().join("changed.json");
    let text = fs::read_to_string(&evidence).unwrap();
    let mut shortened: Value = serde_json::from_str(&text).unwrap();
    shortened.pointer_mut("/parts/0/entries").unwrap().as_array_mut().unwrap().pop();
    for lie in [shortened.to_string(), text.replace("\"rating\":2", "\"rating\":5")] {
        assert_ne!(lie, text);
        fs::write(&changed, lie).unwrap();
        let output = verify(&changed, &policy, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8(output.stdout).unwrap().contains("INVALID"));
    }
}

/// Whoever trusts fewer logs is told how many contracts rest on the others, and may say that this is all they ask for.
#[test]
fn a_record_within_fewer_logs_ends_with_1_unless_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (evidence, fewer) = (testdata("evidence.json"), folder.path().join("policy.txt"));
    let text = fs::read_to_string(&evidence).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let home = file["identity"]["credentialSubject"]["home"].as_str().unwrap();
    let policy = fs::read_to_string(testdata("policy.txt")).unwrap();
    let others = policy.lines().filter(|line| !line.starts_with("log ") || line.contains(home));
    fs::write(&fewer, others.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    let output = verify(&evidence, &fewer, &[]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("\nPARTIAL: "), "{said}");
    assert_eq!(verify(&evidence, &fewer, &["--within-policy"]).status.code(), Some(0));
}

/// A record file that lacks its last line, and the same with a name that is nobody's.
#[test]
fn a_score_ends_as_a_record_does() {
    let folder = tempfile::tempdir().unwrap();
    let (record, policy) = (folder.path().join("record.jsonl"), testdata("policy.txt"));
    let people = [
        "did:key:z6MkvYEJPwdeoDpCo3HnznYfaZhuozs88Edo5M8fWiUpaAti",
        "did:key:z6MkuH1SFYTEEYUJjLBXZ86AaYqW4p2cc91YTDRNfW6bp24k",
    ];
    let score = |file: &str| {
        fs::write(&record, file).unwrap();
        let (record, policy) = (record.to_str().unwrap(), policy.to_str().unwrap());
        let output = hanse(&[
            "score",
            "--viewer",
            people[0],
            "--subject",
            people[1],
            "--evidence",
            record,
            "--policy",
            policy,
            "--within-policy",
        ]);
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let first = "{\"format\":\"hanse/record/v1\",\"made\":\"2026-11-24T10:00:00Z\"}\n";
    let (code, said) = score(first);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the policy names this log, and the file does not hold it"), "{said}");
    let (code, said) = score(&format!("{first}{{\"checkpoint\":"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the file ends before it is whole: nothing is computed from it"), "{said}");
    assert_eq!(score(&format!("{first}{{\"checkpoint\":\n")).0, Some(2));
}

#[test]
fn what_cannot_be_read_ends_with_2() {
    let (evidence, policy) = (testdata("evidence.json"), testdata("policy.txt"));
    for (evidence, policy) in [
        (&policy, &policy),
        (&evidence, &evidence),
        (&testdata("none.json"), &policy),
        (&evidence, &testdata("none.txt")),
    ] {
        let output = verify(evidence, policy, &[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty() && output.stderr.starts_with(b"hanse: "));
    }
    assert_eq!(hanse(&["verify"]).status.code(), Some(2));
    assert_eq!(hanse(&["verify", "x", "--policy", "y", "--now", "today"]).status.code(), Some(2));
}

#[test]
fn a_command_that_needs_somebody_says_who_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let session = folder.path().join("none.json");
    let output = hanse(&["contracts", "--session", session.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("next: hanse login HANDLE"));
    let homeless = hanse(&["contracts"]);
    assert_eq!(homeless.status.code(), Some(2));
    assert!(String::from_utf8(homeless.stderr).unwrap().contains("--session FILE"));
}
