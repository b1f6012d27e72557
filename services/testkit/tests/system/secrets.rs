//! Who may read what: strangers, the other side before its time, other nodes.

use hanse_document::{Body, DocumentId, Kind};
use hanse_network::{Request, Response};
use hanse_store::documents;
use hanse_testkit::story::{CLIENT_SAYS, FREELANCER_SAYS};
use hanse_testkit::{Federation, Person, Story, until};
use serde_json::{Value, json};

use crate::outlaw::Outlaw;

const DAY: i64 = 86_400;

/// Nobody but the author's home can find a review or its words, wherever they look and whoever they are.
pub(crate) async fn nobody_reads(federation: &Federation, story: &Story, review: &str, words: &str) {
    let contract = story.at("");
    let paths = [
        format!("/v1/documents/{review}"),
        contract.clone(),
        format!("{contract}/reviews"),
        format!("/v1/reputation/{}", story.freelancer.did),
        format!("/v1/reputation/{}", story.client.did),
        format!("/v1/reputation/{}/evidence", story.freelancer.did),
        format!("/v1/jobs/{}", story.job),
        "/v1/jobs".to_owned(),
    ];
    for node in federation.nodes() {
        let stranger = node.person("stranger").await;
        for path in &paths {
            let answers = [node.http().get(path).send().await, stranger.get(path).send().await];
            for answer in answers {
                assert!(!answer.text().contains(words), "{path} at {} tells: {}", node.name(), answer.text());
                if path.contains("/documents/") {
                    answer.refused(404, "not-found");
                }
            }
        }
        for kind in ["reputation", "jobs"] {
            let entries = node.http().get(&format!("/log/{kind}/tile/entries/000")).send().await;
            assert!(!entries.text().contains(words), "the {kind} log of {} tells", node.name());
        }
    }
    for path in &paths {
        let answer = story.freelancer.get(path).send().await;
        assert!(!answer.text().contains(words), "{path} tells the rated side: {}", answer.text());
    }
    let id: DocumentId = review.parse().unwrap();
    for node in &federation.nodes()[1..] {
        let store = node.store().await;
        let held = documents::find(&store.connection().await.unwrap(), &id).await.unwrap();
        assert!(held.is_none(), "a copy of a sealed review is at {}", node.name());
    }
    story.client.get(&format!("/v1/documents/{review}")).send().await.ok(200);
}

/// Every document of a story by its kind, from the answers that the two sides got.
async fn documents_of(story: &Story) -> Vec<String> {
    let contract = story.client.read(&story.at("")).await;
    let moves = contract["history"].as_array().unwrap();
    let mut ids: Vec<String> =
        moves.iter().filter_map(|move_| move_["document"].as_str()).map(str::to_owned).collect();
    ids.push(story.bid.clone());
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_people_agree_is_theirs_alone() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::closed(&ada, &ben).await;
    let strangers = [federation[0].person("eve").await, federation[1].person("eve").await];
    let ids = documents_of(&story).await;
    assert!(ids.len() > 6, "{ids:?}");
    for eve in &strangers {
        for id in &ids {
            let path = format!("/v1/documents/{id}");
            eve.get(&path).send().await.refused(404, "not-found");
            eve.home.get(&path).send().await.refused(404, "not-found");
        }
        for path in [story.at(""), format!("/v1/bids/{}", story.bid)] {
            eve.get(&path).send().await.refused(404, "not-found");
            eve.home.get(&path).send().await.refused(401, "token-missing");
        }
        eve_cannot_move(&story, eve).await;
        assert_eq!(eve.read("/v1/contracts").await["items"], json!([]));
        assert_eq!(eve.read("/v1/bids").await["items"], json!([]));
        let bids = eve.read(&format!("/v1/jobs/{}/bids", story.job)).await;
        assert_eq!(bids["items"], json!([]), "the bids of others");
    }
    for (side, home) in [(&ada, 0), (&ben, 1)] {
        for id in &ids {
            let answer = side.get(&format!("/v1/documents/{id}")).send().await;
            assert_eq!(answer.status, 200, "{} reads {id} at {}", side.handle, federation[home].name());
        }
    }
    // The state is as it was.
    story.stands("closed").await;
}

async fn eve_cannot_move(story: &Story, eve: &Person) {
    for event in [
        "accept",
        "decline",
        "rescind",
        "deliver",
        "accept-delivery",
        "attest-paid",
        "confirm-received",
        "close",
    ] {
        eve.tries(&story.at(event), &json!({})).await.refused(404, "not-found");
    }
    eve.tries(&story.at("reviews"), &json!({"rating": 1})).await.refused(404, "not-found");
    let offer = json!({"scope": "Mine now.", "due": "2027-01-15"});
    eve.tries(&format!("/v1/bids/{}/offer", story.bid), &offer).await.refused(404, "not-found");
    for (what, body) in [("withdraw", json!({})), ("decline", json!({"reason": "No."}))] {
        eve.tries(&format!("/v1/bids/{}/{what}", story.bid), &body).await.refused(404, "not-found");
    }
    let close = json!({"reason": "No."});
    eve.tries(&format!("/v1/jobs/{}/close", story.job), &close).await.refused(403, "not-yours");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lone_review_opens_when_the_window_has_ended() {
    let federation = Federation::start(&["a.example", "b.example"]).await;
    let (mut ada, mut ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let mut story = Story::closed(&ada, &ben).await;
    drop(story.client_reviews().await);
    federation.clock().advance(14 * DAY - 600);
    ada.again().await;
    ben.again().await;
    (story.client, story.freelancer) = (ada.clone(), ben.clone());
    let seen = ben.read(&story.at("reviews")).await;
    assert!(!seen.to_string().contains(CLIENT_SAYS), "{seen}");
    // Absence is proved by what auditors cosign after the end of the window, and they cosign an old head once a day.
    federation.clock().advance(DAY + 1_200);
    ada.again().await;
    ben.again().await;
    (story.client, story.freelancer) = (ada.clone(), ben.clone());
    until("the review that stands alone is open at both homes", async || {
        let mut open = true;
        for side in [&ada, &ben] {
            open &= side.read(&story.at("reviews")).await.to_string().contains(CLIENT_SAYS);
        }
        open
    })
    .await;
    let late = ben.tries(&story.at("reviews"), &json!({"rating": 1, "text": FREELANCER_SAYS})).await;
    let refused: Value = late.refused(409, "not-now");
    assert_eq!(refused["allowed"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_pulls_everything_gets_nothing_private() {
    let federation = Federation::with_outlaws(&["a.example", "b.example"], &["spy.example"]).await;
    let spy = Outlaw::start(&federation, "spy.example").await;
    let (ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::closed(&ada, &ben).await;
    drop(story.client_reviews().await);
    let commit = story.client.read(&story.at("reviews")).await[0]["commit"].as_str().unwrap().to_owned();
    until("the other home has filed the sealed review", async || {
        ben.read(&story.at("reviews")).await.to_string().contains(&commit)
    })
    .await;
    let mut kinds = std::collections::BTreeSet::new();
    for node in ["a.example", "b.example"] {
        for log in ["a.example/reputation", "a.example/jobs", "b.example/reputation", "b.example/jobs"] {
            let page = Request::Range { origin: log.to_owned(), start: 0, end: 256 };
            let Response::Range { entries, .. } = spy.ask(node, page).await else {
                panic!("{node} has no {log}")
            };
            for document in entries.iter().flat_map(|entry| &entry.documents) {
                let document = hanse_document::Signed::parse(document).unwrap().verify().unwrap();
                let of_a_job = matches!(document.body(), Body::Step(step) if step.object.kind() == Kind::Job);
                let public = of_a_job || matches!(document.body(), Body::Identity(_) | Body::Job(_));
                assert!(public, "{node} hands out {} with {log}", document.id());
                kinds.insert(document.kind());
            }
        }
    }
    assert_eq!(
        kinds.into_iter().collect::<Vec<_>>(),
        [Kind::Identity, Kind::Job, Kind::Step],
        "the rest is there"
    );
    story.freelancer_reviews().await;
    story.opened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn absence_is_proved_by_a_quorum_and_not_by_ones_own_word() {
    let mut federation = Federation::start(&["a.example", "b.example", "n.example"]).await;
    let (mut ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let story = Story::closed(&ada, &ben).await;
    drop(story.client_reviews().await);
    federation[2].stop().await;
    federation.clock().advance(15 * DAY);
    ada.again().await;
    // What happens at the other home is followed and cosigned here, and still nobody else vouches for it.
    let late = federation[1].person("late").await;
    let store = federation[0].store().await;
    until("this node has cosigned what came after the window", async || {
        let known =
            federation[0].http().get(&format!("/v1/profiles/{}", late.did)).send().await.status == 200;
        let connection = store.connection().await.unwrap();
        let log = hanse_store::log::find(&connection, "b.example/reputation").await.unwrap().unwrap();
        known && !hanse_store::log::cosignatures(&connection, &log.origin, log.size).await.unwrap().is_empty()
    })
    .await;
    let there = federation[1].http();
    let open = async || there.get(&story.at("reviews")).send().await.text().contains(CLIENT_SAYS);
    let own = ada.read(&story.at("reviews")).await;
    assert_eq!(own[0]["state"], "committed", "one node alone has declared the other side absent");
    assert!(!open().await);
    federation[2].restart().await;
    until("with a second auditor it opens", open).await;
}
