//! A stranger takes whole logs from any node, and computes for themselves how far somebody can be trusted.

use std::fs;
use std::path::{Path, PathBuf};

use hanse_base::clock::Clock as _;
use hanse_command::Client;
use hanse_command::offline::{ScoreFiles, score_files};
use hanse_command::record::fetch;
use hanse_document::{Did, Timestamp};
use hanse_testkit::{Federation, Person, Story, TestNode, eventually};
use hanse_verifier::record::{Question, ScoreReport};
use hanse_verifier::{Options, Verdict};

use crate::proof::policy_of;

const NAMES: [&str; 3] = ["a.example", "b.example", "n.example"];

/// Who is asked, about whom, by which policy, when.
struct Stranger {
    policy: PathBuf,
    question: Question,
    now: Timestamp,
}

impl Stranger {
    /// Goes on with the file, and asks it.
    async fn asks(&self, node: &TestNode, file: &Path) -> ScoreReport {
        let (url, file, policy) = (node.seat().url(), file.to_owned(), self.policy.clone());
        let (question, now) = (self.question.clone(), self.now);
        let ask = move || {
            fetch(&[Client::new(&url).unwrap()], &file, now, &mut |_, _, _| {}).unwrap();
            let files = ScoreFiles { record: &file, policy: &policy, served: None };
            score_files(files, &question, now, &Options::default()).unwrap()
        };
        tokio::task::spawn_blocking(ask).await.unwrap()
    }
}

/// Every node, also the one that only audits, has all that a score needs; and a download that broke off goes on.
#[tokio::test(flavor = "multi_thread")]
async fn any_node_has_the_whole_record() {
    let federation = Federation::start(&NAMES).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    drop(Story::reviewed(&ada, &ben).await);
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.txt");
    fs::write(&policy, policy_of(federation.nodes(), &federation).await).unwrap();
    let did = |person: &Person| Did::parse(&person.did).unwrap();
    for (viewer, subject) in [(&ada, &ben), (&ben, &ada)] {
        let stranger = Stranger {
            policy: policy.clone(),
            question: Question { viewer: did(viewer), seen_from: None, subject: did(subject), history: true },
            now: federation.clock().now(),
        };
        let file = folder.path().join(format!("{}.jsonl", viewer.handle));
        let mut findings = Vec::new();
        for node in federation.nodes() {
            let last = std::cell::RefCell::new(String::new());
            let report = eventually("a node shows a whole record in which the review counts", async || {
                drop(fs::remove_file(&file));
                let report = stranger.asks(node, &file).await;
                *last.borrow_mut() = report.to_string();
                let counts = report.explanation.as_ref().is_some_and(|seen| seen.own.is_some());
                (report.verdict == Verdict::Valid && counts).then_some(report)
            });
            let explanation = report.await.explanation.unwrap();
            findings.push((explanation.score.finding, explanation.own));
        }
        assert!(findings.windows(2).all(|pair| pair[0] == pair[1]), "{findings:?}");

        let whole = fs::read(&file).unwrap();
        for part in 1..8 {
            fs::write(&file, &whole[..whole.len() * part / 8]).unwrap();
            let report = stranger.asks(&federation[2], &file).await;
            assert_eq!(report.verdict, Verdict::Valid, "broken off at {part}/8: {report}");
        }
    }
    bounded(&federation[0]).await;
}

async fn bounded(node: &TestNode) {
    let get = async |target: &str| node.http().get(target).send().await;
    let page = get("/v1/logs/b.example/reputation/entries?start=2").await.ok(200);
    assert_eq!(page["start"], 2);
    assert!(page["leaves"].as_array().unwrap().len() as u64 <= page["size"].as_u64().unwrap() - 2);
    let behind = get("/v1/logs/b.example/reputation/entries?start=18446744073709551615").await.ok(200);
    assert_eq!(behind["leaves"], serde_json::json!([]));
    for target in [
        "/v1/logs/b.example/jobs/entries",
        "/v1/logs/nobody.example/reputation/entries",
        "/v1/logs/nobody.example/reputation/checkpoints",
        "/v1/logs/B/reputation/checkpoints",
    ] {
        get(target).await.refused(404, "not-found");
    }
    get("/v1/logs/b.example/reputation/entries?start=-1").await.refused(400, "bad-query");
    get("/v1/logs/b.example/reputation/entries?end=1").await.refused(400, "bad-query");
}
