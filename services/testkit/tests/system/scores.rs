//! A served score, recomputed by a stranger from a record of the logs: the same to the last digit, before and after a new review.

use hanse_base::clock::Clock as _;
use hanse_command::tlog::Policy;
use hanse_command::{Client, record};
use hanse_document::Did;
use hanse_testkit::{Answer, Federation, Person, Story, TestNode, eventually};
use hanse_verifier::record::{Question, Record, ScoreReport, Served};
use hanse_verifier::{Options, Verdict};
use serde_json::{Value, json};

use crate::proof::policy_of;

fn did(person: &Person) -> Did {
    Did::parse(&person.did).unwrap()
}

fn path(subject: &Person, what: &str) -> String {
    format!("/v1/reputation/{}/score{what}", subject.did)
}

/// What a stranger makes of the record that these nodes show, held against what one of them has served.
async fn recomputed(
    federation: &Federation,
    nodes: &[&TestNode],
    (viewer, subject): (&Person, &Person),
    served: &Answer,
) -> ScoreReport {
    let policy = Policy::parse(&policy_of(federation.nodes(), federation).await).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.jsonl");
    let urls: Vec<String> = nodes.iter().map(|node| node.seat().url()).collect();
    let now = federation.clock().now();
    let fetched = file.clone();
    let fetch = move || {
        let clients: Vec<Client> = urls.iter().map(|url| Client::new(url).unwrap()).collect();
        record::fetch(&clients, &fetched, now, &mut |_, _, _| {}).unwrap();
    };
    tokio::task::spawn_blocking(fetch).await.unwrap();
    let served = Served::parse(&served.body).unwrap();
    let mut record = Record::new(&policy, now, &Options::default(), Some(&served));
    for line in std::fs::read(&file).unwrap().split_inclusive(|byte| *byte == b'\n') {
        assert!(record.line(line).unwrap().is_continue());
    }
    let question = Question { viewer: did(viewer), seen_from: None, subject: did(subject), history: true };
    record.ask(&question, Some(&served)).unwrap()
}

/// The same to the last digit. A log may have grown between the answer and the download; what is newer is counted.
fn equal(report: &ScoreReport) -> bool {
    matches!(report.verdict, Verdict::Valid | Verdict::Partial) && report.equal == Some(true)
}

/// The viewer's score of a person as their home serves it, once it is what is wanted.
async fn served(viewer: &Person, subject: &Person, wanted: impl Fn(&Value) -> bool) -> Answer {
    eventually("the score is what is wanted", async || {
        let answer = viewer.get(&path(subject, "")).send().await;
        (answer.status == 200 && wanted(&answer.json()["explanation"])).then_some(answer)
    })
    .await
}

#[tokio::test]
async fn a_served_score_is_what_a_stranger_recomputes_and_a_new_review_changes_both() {
    let federation = Federation::start(&["a.example", "b.example", "n.example"]).await;
    let vic = federation[0].person("vic").await;
    let (ada, bob) = (federation[1].person("ada").await, federation[0].person("bob").await);
    Story::reviewed(&vic, &ada).await;
    Story::reviewed(&ada, &bob).await;
    let heard = |seen: &Value| seen["voices"].as_array().is_some_and(|voices| !voices.is_empty());
    let first = served(&vic, &bob, heard).await;
    assert_eq!(first.header("cache-control"), Some("private, no-store"));
    let report = recomputed(&federation, &[&federation[0]], (&vic, &bob), &first).await;
    assert!(equal(&report), "{report}");
    assert_eq!(first.json()["sentences"].as_array().unwrap().len(), 2, "{}", first.text());

    // Vic hires Bob, too: first-hand experience, which the history tells with its cause.
    let story = Story::reviewed(&vic, &bob).await;
    let second = served(&vic, &bob, |seen| seen["own"].is_object()).await;
    let (before, after) = (first.json(), second.json());
    let finding = |view: &Value| view["explanation"]["score"]["finding"].clone();
    assert_ne!(finding(&before), finding(&after));
    let report = recomputed(&federation, &[&federation[0]], (&vic, &bob), &second).await;
    assert!(equal(&report), "{report}");
    // What was served before can still be recomputed from the longer record, which says how much is newer.
    let report = recomputed(&federation, &[&federation[0]], (&vic, &bob), &first).await;
    assert_eq!((report.verdict, report.equal), (Verdict::Partial, Some(true)), "{report}");

    let told = vic.read(&path(&bob, "/history")).await;
    let change = told["changes"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(change["after"], finding(&after));
    assert_eq!(change["entry"], after["explanation"]["own"]["entries"][0]);
    let place = &after["entries"][change["entry"].as_str().unwrap()];
    assert_eq!(change["cause"], *place);
    let (origin, index) = (place["origin"].as_str().unwrap(), &place["index"]);
    let node = origin.split('/').next().unwrap();
    let page = vic.read(&format!("/v1/logs/{node}/reputation/entries?start={index}")).await;
    assert_eq!(page["leaves"][0]["leaf"]["t"], "open", "{page}");

    // A node that is home to nobody here serves the same, and a lie about it is found.
    let at_n = eventually("the third node has read as far", async || {
        let target = path(&bob, &format!("?viewer={}&language=fr", vic.did));
        let answer = federation[2].http().get(&target).send().await;
        (answer.status == 200 && finding(&answer.json()) == finding(&after)).then_some(answer)
    })
    .await;
    assert!(at_n.json()["adopted"].as_bool().unwrap());
    assert!(at_n.text().contains("de première main"), "{}", at_n.text());
    let nodes: Vec<&TestNode> = federation.nodes().iter().collect();
    let report = recomputed(&federation, &nodes, (&vic, &bob), &at_n).await;
    assert!(equal(&report), "{report}");
    let mut lie = after.clone();
    lie["explanation"]["score"]["finding"]["good"] = json!("1");
    let lie = Answer { body: serde_json::to_vec(&lie).unwrap(), ..second };
    let report = recomputed(&federation, &[&federation[0]], (&vic, &bob), &lie).await;
    assert_eq!((report.verdict, report.equal), (Verdict::Invalid, Some(false)), "{report}");

    // A private answer is shown to its author, and what others see can still be recomputed.
    let kept = vic.put(&story.at("again"), &json!({"again": false})).send().await.ok(200);
    assert_eq!(kept["about"], bob.did.as_str());
    let own = served(&vic, &bob, |_| true).await;
    assert_eq!(own.json()["private"]["answers"], 1);
    let report = recomputed(&federation, &[&federation[0]], (&vic, &bob), &own).await;
    assert!(equal(&report), "{report}");
    let seen = bob.read(&path(&bob, &format!("?viewer={}", vic.did))).await;
    assert_eq!(seen.get("private"), None);
}

#[tokio::test]
async fn a_score_needs_a_standpoint() {
    let federation = Federation::start(&["a.example"]).await;
    let ada = federation[0].person("ada").await;
    let home = federation[0].http();
    eventually("the logs are read", async || {
        let target = path(&ada, "?viewer=did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK");
        (home.get(&target).send().await.status == 200).then_some(())
    })
    .await;
    home.get(&path(&ada, "")).send().await.refused(400, "viewer-missing");
    home.get(&path(&ada, "?viewer=ada")).send().await.refused(400, "bad-did");
    home.get(&path(&ada, "?language=de")).send().await.refused(400, "bad-query");
    for what in ["", "/history"] {
        ada.get(&path(&ada, what)).send().await.refused(422, "own-score");
        let adopted = format!("{what}?viewer={}", ada.did);
        home.get(&path(&ada, &adopted)).send().await.refused(422, "own-score");
    }
    ada.get(&format!("/v1/contracts/{}/again", "offer_nothing")).send().await.refused(404, "not-found");
}
