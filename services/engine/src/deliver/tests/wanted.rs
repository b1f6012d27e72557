//! What leaves commit to and did not bring, or brought too early.

use hanse_document::PublicKey;
use hanse_ledger::Leaf;
use hanse_store::{Tx, jobs, log};

use super::*;
use crate::cosign::{Cosigned, Held, cosign};
use crate::react;

/// The leaves of a type in a home's own reputation log.
async fn logged(home: &Home, kind: &str) -> Vec<Leaf> {
    let db = home.engine.store().connection().await.unwrap();
    let origin = LogKind::Reputation.origin(&home.engine.config().name);
    let rows = log::leaves(&db, &origin, 0, 9_999).await.unwrap();
    let leaves = rows.iter().filter_map(|row| Leaf::parse(&row.bytes).ok());
    leaves.filter(|leaf| leaf.kind() == kind).collect()
}

async fn is_open(home: &Home, job: &str) -> bool {
    let db = home.engine.store().connection().await.unwrap();
    jobs::find(&db, &job.parse().unwrap()).await.unwrap().is_some_and(|job| job.state == "open")
}

async fn wanted(home: &Home, origin: &str) -> u64 {
    log::wanted_count(&home.engine.store().connection().await.unwrap(), origin).await.unwrap()
}

/// More open leaves of a commit, by the slot key that signed it: each of another day.
async fn flood(home: &Home, tx: &Tx<'_>, person: &Did, slot: &PublicKey, open: &Leaf) {
    let key = Apply::own(&home.engine, tx).slot_key(person, slot).await.unwrap().unwrap();
    for day in 0..20 {
        let leaf = open.statement().unwrap().draft(day, open.subjects()).sign(&[&key]).unwrap();
        Apply::own(&home.engine, tx).enqueue(LogKind::Reputation, &leaf).await.unwrap();
    }
}

#[tokio::test]
async fn a_review_that_is_withheld_is_not_filed_in_the_other_log_and_its_copy_keeps_nobody_from_cosigning() {
    let (met, contract) = closed().await;
    let n = Home::new('n', &['a', 'b']).await;
    for (home, person) in [(&met.a, &met.ada), (&met.b, &met.bob)] {
        let request = serde_json::from_value(json!({"rating": 5})).unwrap();
        home.engine.review(person, &contract.parse().unwrap(), request, false).await.unwrap();
    }
    // B sees the leaves of A's log, and none of their documents.
    for _ in 0..2 {
        met.a.sequence().await;
        met.b.pull(&met.a, 0).await;
        met.b.sequence().await;
        met.a.follow(&met.b).await;
    }
    met.a.sequence().await;
    let theirs = logged(&met.a, "open").await.remove(0);
    let row = contract_at(&met.a, &contract).await;
    let mut connection = met.a.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    flood(&met.a, &tx, &met.ada, &row.client_slot, &theirs).await;
    tx.commit().await.unwrap();
    met.a.sequence().await;
    met.b.pull(&met.a, 0).await;
    met.b.sequence().await;
    assert_eq!(logged(&met.b, "open").await.len(), 1, "its own alone");
    // A copy that was filed without its review nevertheless, as the release before did.
    let mut connection = met.b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    Apply::own(&met.b.engine, &tx).enqueue(LogKind::Reputation, &theirs).await.unwrap();
    tx.commit().await.unwrap();
    met.b.sequence().await;
    n.pull(&met.a, 0).await;
    n.pull(&met.b, 0).await;
    n.ask(&met.b).await;
    let held = async |origin: &str| {
        let (store, keys) = (n.engine.store(), n.engine.log_keys());
        cosign(store, keys, origin, 0, n.engine.now()).await.unwrap()
    };
    assert!(matches!(held("b.example/reputation").await, Cosigned::Signed { .. }), "the copy is not owed");
    assert_eq!(held("a.example/reputation").await, Cosigned::Held(Held::Gap), "the original is");
    // It comes at last: the review is shown, and its leaf filed once.
    met.b.ask(&met.a).await;
    let published = met.b.engine.reviews(&contract.parse().unwrap(), None).await.unwrap();
    assert!(published.iter().all(|review| review.state == "published"), "{published:?}");
    n.ask(&met.a).await;
    assert!(matches!(held("a.example/reputation").await, Cosigned::Signed { .. }));
    met.b.sequence().await;
    assert_eq!(logged(&met.b, "open").await.len(), 2, "one for each commit");
}

#[tokio::test]
async fn leaves_without_their_documents_hold_up_nothing_and_have_their_effect_when_they_come() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let (first, second) = (a.post(&ada).await.view.id, a.post(&ada).await.view.id);
    let close = serde_json::from_value(json!({"reason": "Done by now."})).unwrap();
    let event = "close_unfilled".parse().unwrap();
    a.engine.move_job(&ada, &second.parse().unwrap(), event, close, false).await.unwrap();
    a.sequence().await;
    b.pull(&a, 0).await;
    assert!(!is_open(&b, &first).await);
    // The person is still not known, when the posting of another one comes.
    let carol = a.register("carol").await;
    let third = a.post(&carol).await.view.id;
    a.sequence().await;
    b.follow(&a).await;
    assert!(is_open(&b, &third).await, "what came before it holds it up");
    b.clock.advance(2);
    b.ask(&a).await;
    assert!(is_open(&b, &first).await);
    let db = b.engine.store().connection().await.unwrap();
    let second = jobs::find(&db, &second.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(second.state, "closed_unfilled", "its step came after it");
    for origin in ["a.example/reputation", "a.example/jobs"] {
        assert_eq!(wanted(&b, origin).await, 0, "{origin}");
    }
}

#[tokio::test]
async fn a_posting_that_is_dated_ahead_waits_until_its_time_has_come() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    a.clock.advance(600);
    let posted = a.post(&ada).await.view.id;
    a.sequence().await;
    b.follow(&a).await;
    assert!(!is_open(&b, &posted).await);
    b.clock.advance(600);
    react::round(&b.engine).await.unwrap();
    assert!(is_open(&b, &posted).await);
    assert_eq!(wanted(&b, "a.example/jobs").await, 0);
}

#[tokio::test]
async fn an_engagement_does_not_wait_for_what_stands_before_it() {
    let (met, contract) = accepted().await;
    let (_, _, parcel) = next(&met.b, &met.a).await.unwrap();
    let mut connection = met.a.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    for byte in 0..200 {
        let statement = Statement::Identity { commitment: Commitment::from_bytes([byte; 32]), seq: 0 };
        let key = hanse_document::SigningKey::from_seed([byte; 32]);
        let leaf = statement.draft(1, &[SubjectKey::of(&Did::of(&key.public()))]).sign(&[&key]).unwrap();
        Apply::own(&met.a.engine, &tx).enqueue(LogKind::Reputation, &leaf).await.unwrap();
    }
    tx.commit().await.unwrap();
    let done = answer(&met.a.engine, "b.example", parcel).await;
    assert!(matches!(done, Response::Receipt { .. }), "{done:?}");
    assert!(carry(&met.b, &met.a).await.is_empty());
    met.a.sequence().await;
    met.b.pull_log(&met.a, LogKind::Reputation, 3).await;
    react::ahead_of(&met.b.engine).await.unwrap();
    assert!(contract_at(&met.b, &contract).await.client_engaged);
    let db = met.b.engine.store().connection().await.unwrap();
    let log = log::find(&db, "a.example/reputation").await.unwrap().unwrap();
    assert!(log.reacted == 0 && log.size > 200, "nothing before it has had its effect");
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    for home in [&met.a, &met.b] {
        assert_eq!(contract_at(home, &contract).await.state, "active");
    }
}

#[tokio::test]
async fn a_bid_that_is_dated_ahead_is_asked_for_again_and_one_of_another_day_is_refused() {
    let met = met().await;
    met.b.clock.advance(600);
    met.b.bid(&met.bob, &met.job).await;
    let (_, _, parcel) = next(&met.b, &met.a).await.unwrap();
    let busy = answer(&met.a.engine, "b.example", parcel.clone()).await;
    assert!(matches!(busy, Response::Busy { .. }), "{busy:?}");
    met.a.clock.advance(600);
    assert!(carry(&met.b, &met.a).await.is_empty());
    let carol = met.b.register("carol").await;
    met.b.clock.advance(86_401);
    met.b.bid(&carol, &met.job).await;
    assert_eq!(carry(&met.b, &met.a).await, ["dated-later"]);
}

#[tokio::test]
async fn a_job_takes_so_many_bids_of_one_person() {
    let met = met().await;
    let withdraw = || ("withdraw".parse().unwrap(), StepRequest::default());
    for _ in 0..crate::apply::bid::BIDS_OF_PERSON_MAX {
        let bid = met.b.bid(&met.bob, &met.job).await.view.id.parse().unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
        let (event, request) = withdraw();
        met.b.engine.move_bid(&met.bob, &bid, event, request, false).await.unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
    }
    let request = serde_json::from_value(json!({"text": "And now?"})).unwrap();
    let again = met.b.engine.bid(&met.bob, &met.job.parse().unwrap(), request, false).await;
    assert!(matches!(again, Err(UseError::Refused(Refusal::TooManyBids(5)))), "{again:?}");
    assert!(carry(&met.b, &met.a).await.is_empty());
    let carol = met.b.register("carol").await;
    met.b.bid(&carol, &met.job).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
}
