//! Many nodes are one index.

use hanse_base::clock::Clock as _;
use hanse_document::Verified;
use hanse_matching::explain::Explanation;
use hanse_matching::score::millionths;
use hanse_matching::side::Weights;
use hanse_testkit::{Federation, Http, TestNode, until};
use serde_json::Value;

use super::{Freelancer, Known, list, posting, settle, until_finds, word};
use crate::own::{Own, publish};

const NAMES: [&str; 3] = ["a.example", "b.example", "c.example"];
/// People of each home: together more than a list shows.
const PEOPLE: usize = 22;

/// Three homes with people of each, and a client at the first.
async fn three() -> (Federation, Known, Vec<Vec<Freelancer>>, Own) {
    let federation = Federation::start(&NAMES).await;
    let (known, now) = (Known::new(), federation.clock().now());
    let mut people = Vec::new();
    for (place, name) in NAMES.iter().enumerate() {
        let mut home = Vec::new();
        for number in 0..PEOPLE {
            let number = place + NAMES.len() * number;
            home.push(settle(&known, name, federation[place].http(), number, now).await);
        }
        people.push(home);
    }
    let client = Own::new(NAMES[0], now);
    client.found(federation[0].http()).await;
    (federation, known, people, client)
}

fn profiles(people: &[Vec<Freelancer>]) -> Vec<&Verified> {
    people.iter().flatten().map(|person| &person.profile).collect()
}

/// Waits until each node has the job and finds everybody of its own whom the filters let pass.
async fn ready(nodes: &[TestNode], known: &Known, people: &[Vec<Freelancer>], job: &Verified) {
    for (node, home) in nodes.iter().zip(people) {
        let home: Vec<&Verified> = home.iter().map(|person| &person.profile).collect();
        until_finds(node.http(), job, known.ranks(job, &home, Weights::DEFAULT).len()).await;
    }
}

/// The list once every peer has answered and every person is known.
async fn whole(node: Http, job: &Verified) -> Value {
    let whole = |answer: &Value| {
        answer["peers"].as_array().unwrap().iter().all(|it| it["outcome"] == "answered" && it["skipped"] == 0)
    };
    until("every peer has answered", async || whole(&list(node, job, "federation").await)).await;
    list(node, job, "federation").await
}

/// Each item against the place, the score and every line that one index over all people gives.
fn equal(known: &Known, job: &Verified, people: &[&Verified], answer: &Value) {
    let one = known.ranks(job, people, Weights::DEFAULT);
    assert_eq!(answer["ranked"], one.len(), "everybody is in the list");
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), one.len().min(50));
    for item in items {
        let explanation: Explanation = serde_json::from_value(item["explanation"].clone()).unwrap();
        assert!(explanation.holds(), "{item}");
        let did = hanse_document::Did::parse(item["did"].as_str().unwrap()).unwrap();
        let expected = one.iter().find(|ranked| ranked.id == did.subject_key()).unwrap();
        // Equal scores share a place in no list: the tie is broken alike.
        assert_eq!(one[explanation.rank - 1].id, expected.id, "place {}", explanation.rank);
        assert_eq!(explanation.h, millionths(expected.score.h));
        let (features, weights) = explanation.inputs();
        for (place, weight) in weights.client.iter().enumerate().filter(|(_, weight)| **weight > 0) {
            assert_eq!(features.client[place], expected.features.client[place], "{place} by {weight}");
        }
    }
    // Nobody of the best is missing, but for those whose place somebody new has.
    let lifted = items.iter().filter(|item| item["explanation"]["placement"]["reason"] == "newcomer").count();
    for ranked in one.iter().take(items.len() - lifted) {
        let there = super::named(answer).iter().any(|did| did.subject_key() == ranked.id);
        assert!(there, "somebody of the best is not shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_over_three_nodes_is_that_of_one_index() {
    let (federation, known, people, client) = three().await;
    let everybody = profiles(&people);
    for number in 0..3 {
        let job = posting(&known, &client, number, federation.clock().now());
        publish(federation[0].http(), job.bytes()).await.ok(201);
        ready(federation.nodes(), &known, &people, &job).await;
        // Whichever node is asked, the list is the same.
        for node in federation.nodes() {
            let answer = whole(node.http(), &job).await;
            equal(&known, &job, &everybody, &answer);
            let told: Vec<&Value> = answer["peers"].as_array().unwrap().iter().collect();
            assert_eq!(told.len(), 2, "{answer}");
            assert!(told.iter().all(|it| it["contradicted"] == 0), "{answer}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_without_the_network_finds_the_same_people() {
    let (federation, known, people, client) = three().await;
    let replica = federation[0].replica().await;
    let job = posting(&known, &client, 1, federation.clock().now());
    publish(replica.http(), job.bytes()).await.ok(201);
    ready(federation.nodes(), &known, &people, &job).await;
    equal(&known, &job, &profiles(&people), &whole(replica.http(), &job).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_link_leaves_the_others_and_is_said() {
    let (mut federation, known, people, client) = three().await;
    let job = posting(&known, &client, 1, federation.clock().now());
    publish(federation[0].http(), job.bytes()).await.ok(201);
    ready(federation.nodes(), &known, &people, &job).await;
    whole(federation[0].http(), &job).await;

    federation[2].stop().await;
    let other = posting(&known, &client, 2, federation.clock().now());
    publish(federation[0].http(), other.bytes()).await.ok(201);
    ready(&federation.nodes()[..2], &known, &people, &other).await;
    until("the rest is there", async || {
        let answer = list(federation[0].http(), &other, "federation").await;
        let b = word(&answer, NAMES[1]);
        b["outcome"] == "answered" && b["skipped"] == 0 && word(&answer, NAMES[2])["outcome"] == "away"
    })
    .await;
    let answer = list(federation[0].http(), &other, "federation").await;
    equal(&known, &other, &profiles(&people[..2]), &answer);

    // It comes back with all of its people.
    federation[2].restart().await;
    federation.connected().await;
    ready(&federation.nodes()[2..], &known, &people[2..], &other).await;
    equal(&known, &other, &profiles(&people), &whole(federation[0].http(), &other).await);
}
