//! Finding work, documents of one's own key, and who may read what.

use hanse_api::requests::{JobQuery, JobRequest, ProfileRequest, StepRequest};
use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::{Custody, Identity};
use hanse_document::{Body, Did, Draft, Kind, List, NodeName, SigningKey};
use hanse_engine::Engine;
use hanse_ledger::{Statement, SubjectKey};
use hanse_lifecycle::Event;
use hanse_store::Sql as _;
use serde_json::json;

use crate::cluster::{Cluster, until};
use crate::deal::{Deal, id, job_request};

fn refused<T: std::fmt::Debug>(result: Result<T, UseError>) -> Refusal {
    match result {
        Err(UseError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn what_a_move_does_not_take_is_named() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let posted = engine.post_job(&ada.did, job_request("A bridge"), false).await.unwrap();
    let job = id(&posted.view.id);
    for (request, named) in [
        (json!({"reason": "Found somebody.", "note": "Thank you."}), "note"),
        (json!({"reason": "Found somebody.", "digest": "ab".repeat(32)}), "digest"),
    ] {
        let request: StepRequest = serde_json::from_value(request).unwrap();
        let refusal = refused(engine.move_job(&ada.did, &job, Event::CloseUnfilled, request, false).await);
        assert!(matches!(&refusal, Refusal::BadValue { field, .. } if field == named), "{refusal:?}");
        assert_eq!((refusal.slug(), refusal.status()), ("out-of-form", 422));
    }
    let unsaid =
        refused(engine.move_job(&ada.did, &job, Event::CloseUnfilled, StepRequest::default(), false).await);
    assert!(matches!(unsaid, Refusal::BadField { field: "reason", .. }), "{unsaid:?}");
}

async fn titles(engine: &Engine, query: serde_json::Value) -> Vec<String> {
    let query: JobQuery = serde_json::from_value(query).unwrap();
    engine.jobs(query).await.unwrap().items.into_iter().map(|job| job.title.into()).collect()
}

#[tokio::test]
async fn what_a_person_makes_in_a_day_is_bounded() {
    const FULL: &str = "INSERT INTO document (id, kind, issuer, commitment, bytes, public, received_at) \
         SELECT sha256(n::text::bytea), 'job', $1, sha256(n::text::bytea), '', false, $2 \
         FROM generate_series(1, 2000) AS n";
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada, bob) =
        (cluster.engine(0), cluster.register(0, "ada").await, cluster.register(0, "bob").await);
    let db = engine.store().connection().await.unwrap();
    db.execute(FULL, &[&ada.did.as_str(), &engine.now().unix()]).await.unwrap();
    let post = async |did: &Did| engine.post_job(did, job_request("A bridge"), false).await;
    let refusal = refused(post(&ada.did).await);
    assert_eq!((refusal.slug(), refusal.status()), ("too-many", 429));
    let profile = refused(engine.put_profile(&ada.did, ProfileRequest::default(), false).await);
    assert_eq!(profile, refusal);
    post(&bob.did).await.unwrap();
    cluster.clock.advance(86_401);
    post(&ada.did).await.unwrap();
}

#[tokio::test]
async fn successors_of_one_profile_follow_each_other() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let put = async || engine.put_profile(&ada.did, ProfileRequest::default(), false).await.unwrap().document;
    let mut documents = futures::future::join_all((0..8).map(|_| put())).await;
    documents.push(put().await);
    let prev = |document: &String| {
        let document: serde_json::Value = serde_json::from_str(document).unwrap();
        document["credentialSubject"]["prev"].as_str().unwrap_or_default().to_owned()
    };
    let mut before: Vec<_> = documents.iter().map(prev).collect();
    before.sort_unstable();
    before.dedup();
    assert_eq!(before.len(), documents.len(), "each replaces another one");
}

#[tokio::test]
async fn postings_are_found_by_words_and_facets_page_by_page() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let site = json!({"kind": "site", "name": "Lübeck", "country": "DE"});
    for (title, language, skill, place) in [
        ("Un pont de bois", "fr", "local:carpentry", site),
        ("Rust for a bridge", "en", "local:rust", json!({"kind": "remote"})),
        ("A bridge of stone", "en", "local:masonry", json!(null)),
    ] {
        let mut request =
            json!({"title": title, "text": "More of it.", "language": language, "skills": [skill]});
        if !place.is_null() {
            request["place"] = place;
        }
        let request: JobRequest = serde_json::from_value(request).unwrap();
        engine.post_job(&ada.did, request, false).await.unwrap();
        cluster.clock.advance(60);
    }
    assert_eq!(titles(engine, json!({})).await.len(), 3);
    assert_eq!(titles(engine, json!({"text": "bridge"})).await, ["A bridge of stone", "Rust for a bridge"]);
    assert_eq!(titles(engine, json!({"text": "bridge -stone"})).await, ["Rust for a bridge"]);
    let signs = serde_json::from_value(json!({"text": "\"' & | ! ("})).unwrap();
    let signs = refused(engine.jobs(signs).await);
    assert!(matches!(signs, Refusal::BadField { field: "text", .. }), "{signs:?}");
    assert_eq!(titles(engine, json!({"skill": "local:carpentry"})).await, ["Un pont de bois"]);
    assert_eq!(titles(engine, json!({"language": "fr"})).await, ["Un pont de bois"]);
    assert_eq!(titles(engine, json!({"remote": true})).await, ["Rust for a bridge"]);
    assert_eq!(titles(engine, json!({"remote": false})).await, ["Un pont de bois"], "unstated is neither");
    assert_eq!(titles(engine, json!({"client": ada.did, "state": "expired"})).await.len(), 0);

    let mut query = JobQuery { limit: Some(2), ..Default::default() };
    let first = engine.jobs(query.clone()).await.unwrap();
    query.cursor = first.next;
    let second = engine.jobs(query).await.unwrap();
    assert_eq!((first.items.len(), second.items.len(), second.next), (2, 1, None));
    assert_eq!(second.items[0].title.as_str(), "Un pont de bois");
    for (bad, field) in [(json!({"cursor": "2"}), "cursor"), (json!({"limit": 0}), "limit")] {
        let query: JobQuery = serde_json::from_value(bad).unwrap();
        let refusal = refused(engine.jobs(query).await);
        assert!(matches!(refusal, Refusal::BadField { field: named, .. } if named == field), "{refusal:?}");
    }
}

/// A person with a key that no node holds.
struct Own {
    key: SigningKey,
    did: Did,
}

impl Own {
    fn new(byte: u8) -> Self {
        let key = SigningKey::from_seed([byte; 32]);
        Self { did: Did::of(&key.public()), key }
    }

    fn draft(&self, engine: &Engine, body: Body) -> Draft {
        Draft {
            issuer: self.did.clone(),
            until: matches!(body, Body::Job(_)).then(|| engine.now().add_seconds(86_400).unwrap()),
            body,
            salt: [9; 32],
            from: engine.now(),
            custody: None,
        }
    }

    fn genesis(&self, engine: &Engine, home: &str) -> hanse_document::Verified {
        let home = NodeName::parse(home).unwrap();
        let body = Identity { custody: Custody::Own, home, recovery: List::default(), seq: 0 };
        self.draft(engine, Body::Identity(body)).sign(&self.key).unwrap()
    }

    fn leaf_signature(&self, genesis: &hanse_document::Verified) -> String {
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let leaf = statement.draft(genesis.from().day(), &[SubjectKey::of(&self.did)]);
        self.key.sign(&leaf.message()).hex()
    }

    fn job(&self, engine: &Engine, home: &str) -> Draft {
        let said = json!({"title": "A bridge", "text": "Of wood.", "seats": 1, "skills": [], "languages": [], "home": home});
        self.draft(engine, Body::from_value(Kind::Job, &said).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_key_founds_an_identity_and_posts_and_other_nodes_learn_both() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (engine, own) = (cluster.engine(0), Own::new(42));
    let genesis = own.genesis(engine, "a.example");
    let unsigned = engine.publish_signed(&genesis, None).await;
    assert!(matches!(refused(unsigned), Refusal::BadField { .. }));
    let signature = own.leaf_signature(&genesis);
    let wrong: String = signature.chars().skip(2).chain("00".chars()).collect();
    assert_eq!(refused(engine.publish_signed(&genesis, Some(&wrong)).await).slug(), "bad-signature");
    let (_, created) = engine.publish_signed(&genesis, Some(&signature)).await.unwrap();
    assert!(created);
    let (_, created) = engine.publish_signed(&genesis, Some(&signature)).await.unwrap();
    assert!(!created, "the same document is the same request");

    let job = own.job(engine, "a.example").sign(&own.key).unwrap();
    let (id, created) = engine.publish_signed(&job, None).await.unwrap();
    assert!(created);
    assert!(!engine.publish_signed(&job, None).await.unwrap().1);
    let seen =
        until("the other node knows the job", async || cluster.engine(1).job(&id, None).await.unwrap()).await;
    assert_eq!((seen.client, seen.custody), (own.did.to_string(), None));
    until("the identity is in the log", async || {
        let facts = cluster.engine(1).trust().reputation(&own.did).await.unwrap()?;
        (facts.size >= 3 && facts.foreign == 0).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_document_that_is_not_the_persons_own_word_is_refused() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, own) = (cluster.engine(0), Own::new(42));
    let genesis = own.genesis(engine, "a.example");
    let job = own.job(engine, "a.example");
    let unknown = engine.publish_signed(&job.clone().sign(&own.key).unwrap(), None).await;
    assert_eq!(refused(unknown), Refusal::UnknownPerson);
    engine.publish_signed(&genesis, Some(&own.leaf_signature(&genesis))).await.unwrap();

    let hosted = Draft { custody: Some(NodeName::parse("a.example").unwrap()), ..job.clone() };
    let hosted = engine.publish_signed(&hosted.sign(&own.key).unwrap(), None).await;
    assert_eq!(refused(hosted), Refusal::WrongCustody);
    let elsewhere = own.job(engine, "b.example").sign(&own.key).unwrap();
    assert_eq!(refused(engine.publish_signed(&elsewhere, None).await), Refusal::WrongHome);
    let text = String::from_utf8(job.clone().sign(&own.key).unwrap().bytes().to_vec()).unwrap();
    let changed = text.replace("A bridge", "A castle");
    let changed = hanse_document::Signed::parse(changed.as_bytes()).and_then(hanse_document::Signed::verify);
    assert_eq!(changed.unwrap_err().slug(), "bad-signature");
    let future = Draft { from: engine.now().add_seconds(3_600).unwrap(), ..job.clone() };
    let future = engine.publish_signed(&future.sign(&own.key).unwrap(), None).await;
    assert_eq!(refused(future), Refusal::Future);
    let old = job.sign(&own.key).unwrap();
    cluster.clock.advance(86_400);
    assert_eq!(refused(engine.publish_signed(&old, None).await), Refusal::Expired("posting"));
    let other = Draft { salt: [8; 32], ..own.draft(engine, genesis.body().clone()) };
    let other = other.sign(&own.key).unwrap();
    let other = engine.publish_signed(&other, Some(&own.leaf_signature(&genesis))).await;
    assert_eq!(refused(other), Refusal::OtherGenesis);
    let text = Body::from_value(Kind::Text, &json!({"text": "Good."})).unwrap();
    let text = own.draft(engine, text).sign(&own.key).unwrap();
    assert_eq!(refused(engine.publish_signed(&text, None).await), Refusal::OwnKeyNotYet);
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_for_those_whom_they_concern() {
    let cluster = Cluster::start(&["a", "b"]).await;
    let (client, freelancer) = (cluster.register(0, "ada").await, cluster.register(1, "bob").await);
    let stranger = cluster.register(0, "carol").await;
    let deal = Deal::offered(&cluster, &client, &freelancer).await;
    let home = deal.home();
    for document in [deal.bid, deal.contract] {
        assert!(home.document(&document, Some(&client.did)).await.unwrap().is_some());
        assert!(home.document(&document, Some(&freelancer.did)).await.unwrap().is_some());
        assert!(home.document(&document, Some(&stranger.did)).await.unwrap().is_none());
        assert!(home.document(&document, None).await.unwrap().is_none());
    }
    assert!(home.document(&deal.job, None).await.unwrap().is_some());
    assert!(home.contract(&deal.contract, &stranger.did).await.unwrap().is_none());
    let foreign = home.offer(&stranger.did, &deal.bid, crate::deal::offer_request(), false).await;
    assert_eq!(refused(foreign), Refusal::NotFound("bid"));
    let posted = home.post_job(&client.did, job_request("Another"), false).await.unwrap();
    assert_ne!(id(&posted.view.id), deal.job);
}
