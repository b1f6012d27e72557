//! The main job over three nodes, from an account to a stranger's verification.

use hanse_document::Signed;
use hanse_testkit::story::{CLIENT_SAYS, FREELANCER_SAYS};
use hanse_testkit::{Federation, Person, Story, eventually, until};
use hanse_verifier::{Coverage, SlotState, Verdict};
use serde_json::json;

use crate::proof::{evidence_of, policy_of, proven};
use crate::secrets::nobody_reads;

const NAMES: [&str; 3] = ["a.example", "b.example", "n.example"];

#[tokio::test(flavor = "multi_thread")]
async fn a_contract_from_posting_to_proof() {
    let federation = Federation::start(&NAMES).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::closed(&ada, &ben).await;
    for side in [&ada, &ben] {
        let contract = side.read(&story.at("")).await;
        let events: Vec<&str> = contract["history"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|move_| move_["event"].as_str())
            .collect();
        let lived = [
            "offer",
            "accept",
            "engage",
            "deliver",
            "accept_delivery",
            "attest_paid",
            "confirm_received",
            "close",
        ];
        assert_eq!(events, lived, "{} sees another life", side.handle);
        assert_eq!(contract["engaged"], json!({"client": true, "freelancer": true}));
    }
    until("the filled job is completed everywhere", async || {
        let mut states = Vec::new();
        for node in federation.nodes() {
            states.push(
                node.http().get(&format!("/v1/jobs/{}", story.job)).send().await.ok(200)["state"].clone(),
            );
        }
        states[0] == "completed" && states.iter().all(|state| state == "completed" || state == "filled")
    })
    .await;

    sealed_until_both(&federation, &story).await;
    replied(&story).await;
    strangers_believe(&federation, &story).await;
}

/// The first review stays closed to everybody but its author, until the second one is there.
async fn sealed_until_both(federation: &Federation, story: &Story) {
    let deposited = story.client_reviews().await;
    assert_eq!(deposited["view"]["state"], "committed");
    assert_eq!(deposited["view"]["rating"], 5, "authors see their own");
    let document = deposited["document"].as_str().unwrap();
    let review = Signed::parse(document.as_bytes()).unwrap().id().to_string();
    let commit = deposited["view"]["commit"].as_str().unwrap().to_owned();
    until("the commit is filed in both home logs and known to the other side", async || {
        let seen = story.freelancer.read(&story.at("reviews")).await;
        seen.as_array().unwrap().iter().any(|review| review["commit"] == commit.as_str())
    })
    .await;
    let seen = story.freelancer.read(&story.at("reviews")).await;
    for secret in ["rating", "text", "author", "role", "document"] {
        assert!(seen[0].get(secret).is_none(), "the rated side sees {secret} of a sealed review: {seen}");
    }
    nobody_reads(federation, story, &review, CLIENT_SAYS).await;
    let again = story.client.tries(&story.at("reviews"), &json!({"rating": 1})).await;
    again.refused(409, "review-exists");

    drop(story.freelancer_reviews().await);
    story.opened().await;
    let shown = federation[1].http().get(&story.at("reviews")).send().await.ok(200).to_string();
    assert!(shown.contains(CLIENT_SAYS) && shown.contains(FREELANCER_SAYS), "{shown}");
    until("the auditor has the open review too", async || {
        let facts =
            federation[2].http().get(&format!("/v1/reputation/{}", story.freelancer.did)).send().await;
        facts.status == 200 && facts.text().contains(CLIENT_SAYS)
    })
    .await;
}

/// The rated side answers once.
async fn replied(story: &Story) {
    let commit = story.commit_by(&story.client, &story.freelancer).await;
    let path = format!("/v1/reviews/{commit}/reply");
    let words = json!({"text": "Thank you, gladly again."});
    story.client.tries(&path, &words).await.refused(403, "not-yours");
    let replied = story.freelancer.does(&path, &words).await;
    assert_eq!(replied["view"]["reply"], "Thank you, gladly again.");
    story.freelancer.tries(&path, &json!({"text": "Twice."})).await.refused(409, "not-now");
}

/// Somebody with a file, a policy and no network.
async fn strangers_believe(federation: &Federation, story: &Story) {
    let policy = policy_of(federation.nodes(), federation).await;
    let of_ben = proven(federation, &story.freelancer, &policy, |report| {
        report.reviews().any(|review| review.reply.is_some())
    })
    .await;
    let review = of_ben.reviews().next().unwrap();
    assert_eq!((review.author.as_str(), review.rating), (story.client.did.as_str(), 5));
    assert_eq!(review.text.as_deref(), Some(CLIENT_SAYS));
    assert_eq!(
        review.claims_custody.as_ref().map(|node| node.as_str()),
        Some("a.example"),
        "a hosted signature says so"
    );
    assert_eq!(review.reply.as_deref(), Some("Thank you, gladly again."));
    let of_ada = proven(federation, &story.client, &policy, |report| report.reviews().count() == 1).await;
    let slot = &of_ada.contracts[0].slots[0];
    assert!(slot.settled && slot.state == SlotState::Reviewed, "{of_ada}");
    assert_eq!(slot.review.as_ref().unwrap().text.as_deref(), Some(FREELANCER_SAYS));
    for report in [&of_ben, &of_ada] {
        let home = &report.logs[0];
        assert_eq!((home.coverage, home.asked, home.others), (Coverage::Audited, 2, 2), "{report}");
        assert_eq!(report.exit_code(), 0);
        assert_eq!(home.foreign, 0);
    }
    let facts =
        federation[2].http().get(&format!("/v1/reputation/{}", story.client.did)).send().await.ok(200);
    assert_eq!((facts["engagements"].as_u64(), facts["settled"].as_u64()), (Some(1), Some(1)), "{facts}");
    assert_eq!((facts["open_slots"].as_u64(), facts["sealed"].as_u64()), (Some(0), Some(0)), "{facts}");
    let elsewhere = format!("/v1/reputation/{}/evidence", story.freelancer.did);
    for node in [&federation[0], &federation[2]] {
        let refused = node.http().get(&elsewhere).send().await.refused(404, "not-found");
        assert!(refused["detail"].as_str().unwrap().contains("b.example"), "it says where to ask: {refused}");
    }
    tampering_shows(federation, &story.freelancer, &policy).await;
}

/// Each change that somebody would like to make to a file, and the words that it replaces.
async fn tampering_shows(federation: &Federation, person: &Person, policy: &str) {
    use hanse_base::clock::Clock as _;
    let now = federation.clock().now();
    let file = String::from_utf8(evidence_of(person).await).unwrap();
    let options = hanse_verifier::Options::default();
    for (from, to) in [
        ("\"rating\":5", "\"rating\":4"),
        (CLIENT_SAYS, "Late and careless."),
        ("Thank you, gladly again.", "Whatever."),
        ("\"t\":\"engagement\"", "\"t\":\"engagemenz\""),
        ("b.example/reputation", "n.example/reputation"),
    ] {
        assert!(file.contains(from), "the file has no {from}");
        let verdict = hanse_verifier::verify(file.replacen(from, to, 1).as_bytes(), policy, now, &options);
        assert!(
            verdict.as_ref().map_or(true, |report| report.verdict != Verdict::Valid),
            "{from} -> {to} passes"
        );
    }
    // A whole entry left out: the list is no longer complete.
    let mut value: serde_json::Value = serde_json::from_str(&file).unwrap();
    let entries = value["parts"][0]["entries"].as_array_mut().unwrap();
    let dropped = entries.iter().position(|entry| entry["leaf"]["t"] == "commit").unwrap();
    entries.remove(dropped);
    let report = hanse_verifier::verify(value.to_string().as_bytes(), policy, now, &options).unwrap();
    assert_eq!(report.verdict, Verdict::Invalid, "a hidden review passes: {report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_of_one_node_and_their_own_log() {
    let federation = Federation::start(&["a.example", "n.example", "m.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[0].person("ben").await);
    let story = Story::reviewed(&ada, &ben).await;
    let policy = policy_of(federation.nodes(), &federation).await;
    for (person, rating) in [(&ada, 4), (&ben, 5)] {
        let report = proven(&federation, person, &policy, |report| report.reviews().count() == 1).await;
        assert_eq!(report.reviews().next().unwrap().rating, rating);
    }
    // One log, so each leaf stands once.
    let facts = eventually("the facts are there", async || {
        let facts = federation[0].http().get(&format!("/v1/reputation/{}", ben.did)).send().await.ok(200);
        (facts["reviews"].as_array()?.len() == 1).then_some(facts)
    })
    .await;
    assert_eq!((facts["foreign"].as_u64(), facts["open_slots"].as_u64()), (Some(0), Some(0)), "{facts}");
    drop(story);
}
