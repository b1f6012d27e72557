//! Nodes that go away and come back: nothing is lost, nothing happens twice, everything arrives in its order.

use hanse_testkit::{Federation, Person, Story, until};
use serde_json::{Value, json};

async fn waiting(node: &hanse_testkit::TestNode, peer: &str) -> u64 {
    let peers = node.http().get("/v1/peers").send().await.ok(200);
    let peer = peers.as_array().unwrap().iter().find(|found| found["name"] == peer).unwrap().clone();
    peer["waiting"].as_u64().unwrap()
}

fn events(contract: &Value) -> Vec<&str> {
    contract["history"].as_array().unwrap().iter().map(|move_| move_["event"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_home_says_waits_for_the_other() {
    let mut federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, mut ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let mut story = Story::bid(&ada, &ben).await;
    federation[1].stop().await;
    // Three moves that only make sense in their order.
    let offer = json!({"scope": "All of it.", "due": "2027-01-15"});
    let path = format!("/v1/bids/{}/offer", story.bid);
    let first = ada.does(&path, &offer).await["view"]["id"].as_str().unwrap().to_owned();
    ada.does(&format!("/v1/contracts/{first}/rescind"), &json!({})).await;
    story.contract = ada.does(&path, &offer).await["view"]["id"].as_str().unwrap().to_owned();
    until("three documents wait", async || waiting(&federation[0], "b.example").await == 3).await;
    // A node that restarts meanwhile forgets none of them.
    federation[0].stop().await;
    federation[0].restart().await;
    assert_eq!(waiting(&federation[0], "b.example").await, 3);
    federation[1].restart().await;
    ben.again().await;
    story.freelancer = ben.clone();
    until("all is delivered", async || waiting(&federation[0], "b.example").await == 0).await;
    let old = ben.read(&format!("/v1/contracts/{first}")).await;
    assert_eq!((old["state"].as_str(), events(&old)), (Some("rescinded"), vec!["offer", "rescind"]));
    assert_eq!(events(&ben.read(&story.at("")).await), ["offer"]);
    assert_eq!(ben.read("/v1/contracts").await["items"].as_array().unwrap().len(), 2);
    story.freelancer_does("accept", json!({})).await;
    story.stands("active").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_freelancer_says_waits_for_the_jobs_home() {
    let mut federation = Federation::start(&["a.example", "b.example"]).await;
    let (mut ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let mut story = Story::offered(&ada, &ben).await;
    federation[0].stop().await;
    let accepted = ben.post(&story.at("accept"), &json!({})).header("idempotency-key", "k").send().await;
    let view = accepted.ok(202)["view"].clone();
    assert_eq!(view["state"], "offered", "what is on its way is not shown as done");
    assert!(view["queued"].is_string(), "{view}");
    let again = ben.post(&story.at("accept"), &json!({})).header("idempotency-key", "k").send().await;
    assert_eq!(again.body, accepted.body);
    ben.tries(&story.at("accept"), &json!({})).await.refused(409, "in-flight");
    ben.tries(&story.at("decline"), &json!({"reason": "No."})).await.refused(409, "in-flight");
    assert_eq!(ben.read(&story.at("")).await["allowed"], json!([]));
    federation[1].stop().await;
    federation[1].restart().await;
    federation[0].restart().await;
    ada.again().await;
    story.client = ada.clone();
    story.stands("active").await;
    for side in [&ada, &ben] {
        assert_eq!(events(&side.read(&story.at("")).await), ["offer", "accept", "engage"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_that_refuses_says_why_and_the_queue_goes_on() {
    let mut federation = Federation::start(&["a.example", "b.example"]).await;
    let (mut ada, ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let carl = federation[1].person("carl").await;
    let story = Story::posted(&ada, &ben).await;
    let other = Story::posted(&ada, &ben).await;
    // The posting ends while the freelancers' home cannot hear it.
    federation[1].stop().await;
    ada.does(&format!("/v1/jobs/{}/close", story.job), &json!({"reason": "Enough."})).await;
    federation[0].stop().await;
    federation[1].restart().await;
    let (ben, carl) = (again(&ben).await, again(&carl).await);
    let bid =
        ben.post(&format!("/v1/jobs/{}/bids", story.job), &json!({"text": "Late."})).send().await.ok(202);
    let good =
        ben.post(&format!("/v1/jobs/{}/bids", other.job), &json!({"text": "In time."})).send().await.ok(202);
    carl.post(&format!("/v1/jobs/{}/bids", story.job), &json!({"text": "Late too."})).send().await.ok(202);
    federation[0].restart().await;
    ada.again().await;
    until("the good bid is there", async || {
        let bids = ada.read(&format!("/v1/jobs/{}/bids", other.job)).await;
        bids["items"].as_array().unwrap().len() == 1
    })
    .await;
    until("nothing waits", async || waiting(&federation[1], "a.example").await == 0).await;
    assert_eq!(ada.read(&format!("/v1/jobs/{}/bids", story.job)).await["items"], json!([]));
    let good = good["view"]["id"].as_str().unwrap();
    assert_eq!(ben.read(&format!("/v1/bids/{good}")).await["state"], "submitted");
    let late = ben.get(&format!("/v1/bids/{}", bid["view"]["id"].as_str().unwrap())).send().await;
    let told = late.status == 404 || late.json()["state"] != "submitted";
    assert!(told, "a refused bid looks like one that stands: {}", late.text());
}

async fn again(person: &Person) -> Person {
    Person::sign_in(person.home, &person.handle, &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_was_away_catches_up() {
    let mut federation = Federation::start(&["a.example", "b.example", "n.example"]).await;
    let (ada, carl) = (federation[0].person("ada").await, federation[0].person("carl").await);
    let ben = federation[1].person("ben").await;
    federation[1].stop().await;
    let newcomer = federation[0].person("dora").await;
    let mut jobs = Vec::new();
    for n in 0..4 {
        let posted = newcomer.does("/v1/jobs", &json!({"title": format!("Job {n}"), "text": "Text."})).await;
        jobs.push(posted["view"]["id"].as_str().unwrap().to_owned());
    }
    newcomer.does(&format!("/v1/jobs/{}/close", jobs[0]), &json!({"reason": "Enough."})).await;
    let story = Story::reviewed(&ada, &carl).await;
    federation[1].restart().await;
    let ben = again(&ben).await;
    until("every posting is there, in its state", async || {
        let mut states = Vec::new();
        for job in &jobs {
            let answer = ben.get(&format!("/v1/jobs/{job}")).send().await;
            states.push(answer.json()["state"].as_str().unwrap_or("missing").to_owned());
        }
        states == ["closed_unfilled", "open", "open", "open"]
    })
    .await;
    until("both reviews are there", async || {
        let mut count = 0;
        for person in [&ada, &carl] {
            let facts = ben.get(&format!("/v1/reputation/{}", person.did)).send().await;
            count += facts.json()["reviews"].as_array().map_or(0, Vec::len);
        }
        count == 2
    })
    .await;
    let sizes = |node: &Value| -> Vec<u64> {
        node["logs"].as_array().unwrap().iter().map(|log| log["size"].as_u64().unwrap()).collect()
    };
    until("both logs are held whole", async || {
        let own = federation[0].http().get("/v1/node").send().await.ok(200);
        let peers = federation[1].http().get("/v1/peers").send().await.ok(200);
        let mirrored = peers.as_array().unwrap().iter().find(|peer| peer["name"] == "a.example").unwrap();
        let (mut own, mut mirrored) = (sizes(&own), sizes(mirrored));
        own.sort_unstable();
        mirrored.sort_unstable();
        own == mirrored
    })
    .await;
    drop(story);
}

#[tokio::test(flavor = "multi_thread")]
async fn reviews_open_although_a_home_was_away() {
    let mut federation = Federation::start(&["a.example", "b.example"]).await;
    let (ada, mut ben) = (federation[0].person("ada").await, federation[1].person("ben").await);
    let mut story = Story::closed(&ada, &ben).await;
    federation[1].stop().await;
    drop(story.client_reviews().await);
    federation[0].stop().await;
    federation[1].restart().await;
    ben.again().await;
    story.freelancer = ben.clone();
    drop(story.freelancer_reviews().await);
    federation[0].restart().await;
    story.client = again(&ada).await;
    story.opened().await;
}
