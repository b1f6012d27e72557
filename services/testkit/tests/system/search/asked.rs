//! A node that is asked: by whose weights it ranks, what it tells, and what it does not do for an asker.

use std::collections::BTreeMap;

use hanse_base::clock::Clock as _;
use hanse_document::{Signed, Verified};
use hanse_matching::side::Weights;
use hanse_network::{Bytes, MATCH_CANDIDATES_MAX, Request, Response, Search, SearchAnswer};
use hanse_testkit::{Federation, until};
use serde_json::json;

use super::{Freelancer, Known, posting, settle};
use crate::outlaw::{FakeLog, Outlaw};
use crate::own::Own;

const HOME: &str = "a.example";
const ASKER: &str = "asker.example";
const PEOPLE: usize = 12;

struct Scene {
    federation: Federation,
    known: Known,
    asker: Outlaw,
    people: Vec<Freelancer>,
    /// Of the asker's home, and known to the node.
    client: Own,
}

impl Scene {
    async fn new() -> Self {
        let federation = Federation::with_outlaws(&[HOME], &[ASKER]).await;
        let (known, now) = (Known::new(), federation.clock().now());
        let asker = Outlaw::start(&federation, ASKER).await;
        let mut people = Vec::new();
        for number in 0..PEOPLE {
            people.push(settle(&known, HOME, federation[0].http(), number, now).await);
        }
        let client = Own::new(ASKER, now);
        let genesis = client.genesis();
        let statement = hanse_ledger::Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let subject = [hanse_ledger::SubjectKey::of(&client.did)];
        let leaf = statement.draft(genesis.from().day(), &subject).sign(&[&client.key]).unwrap();
        let mut log = FakeLog::new(&asker.seat, "reputation");
        log.append(leaf.bytes(), &[genesis.bytes()]);
        log.seal();
        log.serve(&asker);
        let scene = Self { federation, known, asker, people, client };
        // The node has followed the log once it answers, and has indexed everybody once it names them.
        let job = scene.job(1);
        let all = scene.right(&job, Weights::DEFAULT).len();
        until("everybody is found", async || {
            let answer = scene.asks(job.bytes(), Weights::DEFAULT, 50).await;
            matches!(answer, Response::Match { found } if found.candidates.len() == all)
        })
        .await;
        scene
    }

    fn job(&self, number: usize) -> Verified {
        posting(&self.known, &self.client, number, self.federation.clock().now())
    }

    fn right(&self, job: &Verified, weights: Weights) -> Vec<[u8; 32]> {
        let people: Vec<&Verified> = self.people.iter().map(|person| &person.profile).collect();
        self.known.ranks(job, &people, weights).iter().map(|ranked| ranked.id).collect()
    }

    async fn asks(&self, job: &[u8], weights: Weights, limit: u32) -> Response {
        let search = Search {
            job: Bytes::from(job.to_vec()),
            client: weights.client,
            freelancer: weights.freelancer,
            limit,
        };
        self.asker.ask(HOME, Request::Match { search }).await
    }

    async fn found(&self, job: &Verified, weights: Weights, limit: u32) -> SearchAnswer {
        match self.asks(job.bytes(), weights, limit).await {
            Response::Match { found } => found,
            other @ (Response::Heads { .. }
            | Response::Range { .. }
            | Response::Receipt { .. }
            | Response::Talk { .. }
            | Response::Busy { .. }
            | Response::Refused { .. }) => panic!("{other:?}"),
        }
    }
}

fn read(found: &SearchAnswer) -> Vec<Verified> {
    let documents = found.candidates.iter().map(|it| Signed::parse(&it.profile).unwrap().verify().unwrap());
    documents.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_askers_weights_decide_and_the_people_speak_for_themselves() {
    let scene = Scene::new().await;
    let job = scene.job(1);
    // By the default; by price and little else; by words.
    let price = Weights { client: [1, 0, 0, 99, 0, 0, 0], freelancer: [1, 0, 0, 99, 0, 0, 0] };
    let words = Weights { client: [0, 0, 100, 0, 0, 0, 0], freelancer: [0, 100, 0, 0, 0, 0, 0] };
    let everybody: Vec<&Verified> = scene.people.iter().map(|person| &person.profile).collect();
    let mut scores = Vec::new();
    for weights in [Weights::DEFAULT, price, words] {
        let found = scene.found(&job, weights, 50).await;
        let right = scene.right(&job, weights);
        let documents = read(&found);
        let told: Vec<[u8; 32]> = documents.iter().map(|profile| profile.issuer().subject_key()).collect();
        assert_eq!(told, right);
        // What is claimed is what anybody computes from the documents.
        for (candidate, profile) in found.candidates.iter().zip(&documents) {
            let ranked = scene.known.ranks(&job, &[profile], weights);
            assert_eq!(
                (candidate.client, candidate.freelancer),
                (ranked[0].features.client, ranked[0].features.freelancer)
            );
        }
        let ranked = scene.known.ranks(&job, &everybody, weights);
        let scored = ranked.iter().map(|ranked| (ranked.id, format!("{:?}", ranked.score)));
        scores.push(scored.collect::<BTreeMap<_, _>>());
    }
    // The orders of a few people may be the same by chance; what they were made from is not.
    assert!(scores[0] != scores[1] && scores[1] != scores[2], "the weights make a difference");
    let few = scene.found(&job, Weights::DEFAULT, 2).await;
    assert_eq!(few.candidates.len(), 2);
    assert_eq!(few.candidates, scene.found(&job, Weights::DEFAULT, 50).await.candidates[..2]);
    assert!(scene.people.len() <= MATCH_CANDIDATES_MAX);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_is_none_is_refused_with_its_reason() {
    let scene = Scene::new().await;
    let now = scene.federation.clock().now();
    let stranger = Own::new(ASKER, now);
    let elsewhere = scene.client.says_home("c.example");
    let moved = scene.client.says_home(HOME);
    let mut spoiled = scene.job(1).bytes().to_vec();
    let at = spoiled.windows(3).position(|window| window == b"job").unwrap();
    spoiled[at] = b'J';
    let closed = closed_here(&scene).await;
    let over = scene.client.job_from("Over", now.add_seconds(-90_000).unwrap(), 86_400);
    let cases: [(&str, Vec<u8>, &str); 8] = [
        ("no document", b"{}".to_vec(), "out-of-form"),
        ("another kind", scene.people[0].profile.bytes().to_vec(), "wrong-kind"),
        ("another word than was signed", spoiled, "bad-signature"),
        ("of somebody unknown", stranger.job("A job").bytes().to_vec(), "unknown-person"),
        ("of another home than its client", elsewhere.job("A job").bytes().to_vec(), "wrong-home"),
        ("of this home, and its client is not", moved.job("A job").bytes().to_vec(), "wrong-home"),
        ("over", over.bytes().to_vec(), "expired"),
        ("closed", closed, "job-not-open"),
    ];
    for (what, bytes, expected) in cases {
        let answer = scene.asks(&bytes, Weights::DEFAULT, 50).await;
        let Response::Refused { slug, detail } = answer else { panic!("{what}: {answer:?}") };
        assert_eq!(slug, expected, "{what}: {detail}");
    }
    // And nothing of that was taken up: the node knows no job but those of its own people.
    let jobs = scene.federation[0].http().get("/v1/jobs?state=open").send().await.ok(200);
    assert_eq!(jobs["items"].as_array().unwrap().len(), 0, "{jobs}");
}

/// A job of a person here who has closed it, in the bytes that anybody can read.
async fn closed_here(scene: &Scene) -> Vec<u8> {
    let ada = scene.federation[0].person("ada").await;
    let job = ada.does("/v1/jobs", &json!({"title": "Developer", "text": "Soon over."})).await;
    let id = job["view"]["id"].as_str().unwrap().to_owned();
    ada.does(&format!("/v1/jobs/{id}/close"), &json!({"reason": "Nobody came."})).await;
    ada.home.get(&format!("/v1/documents/{id}")).send().await.body
}
