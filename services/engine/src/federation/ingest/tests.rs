use hanse_base::names::LogKind;
use hanse_document::kind::{Custody, Identity};
use hanse_document::{Body, Did, Draft, Kind, List, SigningKey};
use hanse_logbook::heads;
use hanse_store::{history, log};
use serde_json::json;

use super::*;
use crate::testing::{Home, node};
use hanse_effects::expire::{UNLOGGED_SECONDS, drop_unlogged};

async fn heard(home: &Home, message: &[u8]) -> Verdict {
    ingest(&home.engine, "b.example", message).await
}

#[tokio::test]
async fn a_posting_is_taken_once_and_passed_on_as_often_as_it_comes() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let message = a.message(&ada, &posted.document).await;
    let job = posted.view.id.parse().unwrap();
    for _ in 0..2 {
        assert_eq!(heard(&b, &message).await, Verdict::Accept);
        let db = b.engine.store().connection().await.unwrap();
        assert_eq!(history::of(&db, &job).await.unwrap().len(), 1);
    }
    assert_eq!(b.engine.job(&job, None).await.unwrap().unwrap().state, "open");
    // What is its own comes back to its home, and what it has not taken goes no further from there.
    assert_eq!(heard(&a, &message).await, Verdict::Accept);
    let request = serde_json::from_value(json!({"title": "A bridge", "text": "Of wood."})).unwrap();
    let tried = a.engine.post_job(&ada, request, true).await.unwrap();
    assert_eq!(heard(&a, &a.message(&ada, &tried.document).await).await, Verdict::Ignore);
}

#[tokio::test]
async fn a_posting_that_says_another_anew_is_taken_once_as_a_version_of_it() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let job = posted.view.id.parse().unwrap();
    let message = a.message(&ada, &posted.document).await;
    let request = serde_json::from_value(json!({"title": "A bridge", "text": "Of stone now."})).unwrap();
    let amended = a.engine.amend_job(&ada, &job, request, false).await.unwrap();
    let anew = a.message(&ada, &amended.document).await;
    assert_eq!(heard(&b, &anew).await, Verdict::Ignore, "what it says anew has not come yet");
    assert_eq!(heard(&b, &message).await, Verdict::Accept);
    for _ in 0..2 {
        assert_eq!(heard(&b, &anew).await, Verdict::Accept);
        let shown = b.engine.job(&job, None).await.unwrap().unwrap();
        assert_eq!((shown.text.as_str(), shown.version), ("Of stone now.", 2));
    }
    assert_eq!(heard(&a, &anew).await, Verdict::Accept, "its own comes back to its home");
}

#[tokio::test]
async fn only_what_the_sender_must_have_seen_is_held_against_it() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let message = a.message(&ada, &posted.document).await;
    let text = String::from_utf8(message.clone()).unwrap();
    let forged = text.replace("A bridge", "A castle");
    let genesis = a.genesis(&ada).await;
    let two = [genesis.clone(), genesis.clone()].join(&b'\n');
    let bob = b.register("bob").await;
    let foreign = [b.genesis(&bob).await, posted.document.clone().into_bytes()].join(&b'\n');
    for wrong in [b"".to_vec(), b"{}".to_vec(), genesis, two, foreign, forged.into_bytes()] {
        assert_eq!(heard(&b, &wrong).await, Verdict::Reject, "{}", String::from_utf8_lossy(&wrong));
    }
    // A federation that has not pinned the home, and a clock on which the posting is over.
    let n = Home::new('n', &['b']).await;
    assert_eq!(heard(&n, &message).await, Verdict::Ignore);
    b.clock.advance(31 * 86_400);
    assert_eq!(heard(&b, &message).await, Verdict::Ignore);
    assert_eq!(heard(&a, &message).await, Verdict::Accept, "it was here all the time");
}

#[tokio::test]
async fn nobody_posts_by_gossip_at_a_home_that_does_not_know_them() {
    let a = Home::new('a', &['b']).await;
    let key = SigningKey::from_seed([5; 32]);
    let did = Did::of(&key.public());
    let sign = |body: Body, until| {
        let draft =
            Draft { issuer: did.clone(), body, salt: [1; 32], from: a.engine.now(), until, custody: None };
        draft.sign(&key).unwrap()
    };
    let genesis = Identity { custody: Custody::Own, home: node('a'), recovery: List::default(), seq: 0 };
    let genesis = sign(Body::Identity(genesis), None);
    let said =
        json!({"title": "x", "text": "x", "seats": 1, "skills": [], "languages": [], "home": "a.example"});
    let until = a.engine.now().add_seconds(60).unwrap();
    let job = sign(Body::from_value(Kind::Job, &said).unwrap(), Some(until));
    let message = [genesis.bytes(), job.bytes()].join(&b'\n');
    assert_eq!(heard(&a, &message).await, Verdict::Ignore);
    assert!(a.engine.job(&job.id(), None).await.unwrap().is_none());
}

#[tokio::test]
async fn what_the_log_does_not_show_is_dropped_and_comes_back_with_the_log() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let job = posted.view.id.parse().unwrap();
    let message = a.message(&ada, &posted.document).await;
    let shown = async || b.engine.job(&job, None).await.unwrap().is_some();
    let known = async || {
        let db = b.engine.store().connection().await.unwrap();
        accounts::find_identity(&db, &ada).await.unwrap().is_some()
    };
    assert_eq!(heard(&b, &message).await, Verdict::Accept);
    b.clock.advance(UNLOGGED_SECONDS - 1);
    drop_unlogged(b.engine.logbook()).await.unwrap();
    assert!(shown().await);
    b.clock.advance(1);
    drop_unlogged(b.engine.logbook()).await.unwrap();
    assert!(!shown().await && !known().await, "nothing but gossip has named either");
    // The log shows it after all, and then it stays.
    a.sequence().await;
    b.follow(&a).await;
    b.clock.advance(UNLOGGED_SECONDS);
    drop_unlogged(b.engine.logbook()).await.unwrap();
    assert!(shown().await && known().await);
    assert_eq!(heard(&b, &message).await, Verdict::Accept);
}

#[tokio::test]
async fn nothing_is_dropped_that_its_log_may_show() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    let job = posted.view.id.parse().unwrap();
    let shown = async || {
        drop_unlogged(b.engine.logbook()).await.unwrap();
        b.engine.job(&job, None).await.unwrap().is_some()
    };
    assert_eq!(heard(&b, &a.message(&ada, &posted.document).await).await, Verdict::Accept);
    b.clock.advance(UNLOGGED_SECONDS);
    a.sequence().await;
    let db = a.engine.store().connection().await.unwrap();
    let note = log::find(&db, "a.example/jobs").await.unwrap().unwrap().checkpoint;
    heads::receive(b.engine.logbook(), "a.example", note.as_bytes()).await;
    assert!(shown().await, "the log is longer than it is here");
    b.pull_log(&a, LogKind::Jobs, 0).await;
    assert!(shown().await, "its leaves have not had their effect");
}

#[tokio::test]
async fn what_people_here_have_bid_on_is_not_dropped() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let (ada, bob) = (a.register("ada").await, b.register("bob").await);
    let posted = a.post(&ada).await;
    assert_eq!(heard(&b, &a.message(&ada, &posted.document).await).await, Verdict::Accept);
    b.bid(&bob, &posted.view.id).await;
    b.clock.advance(UNLOGGED_SECONDS);
    let (db, job) = (b.engine.store().connection().await.unwrap(), posted.view.id.parse().unwrap());
    drop_unlogged(b.engine.logbook()).await.unwrap();
    assert!(jobs::find(&db, &job).await.unwrap().is_some());
}

#[tokio::test]
async fn gossip_alone_brings_few_postings_of_one_home() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    let (ada, nora) = (a.register("ada").await, n.register("nora").await);
    for _ in 0..UNLOGGED_MAX {
        let posted = a.post(&ada).await;
        assert_eq!(heard(&b, &a.message(&ada, &posted.document).await).await, Verdict::Accept);
    }
    let more = a.post(&ada).await;
    let message = a.message(&ada, &more.document).await;
    assert_eq!(heard(&b, &message).await, Verdict::Ignore);
    let elsewhere = n.post(&nora).await;
    let message_of_other = n.message(&nora, &elsewhere.document).await;
    assert_eq!(heard(&b, &message_of_other).await, Verdict::Accept, "another home is not held to it");
    a.sequence().await;
    b.follow(&a).await;
    assert_eq!(b.engine.job(&more.view.id.parse().unwrap(), None).await.unwrap().unwrap().state, "open");
    let after = a.post(&ada).await;
    assert_eq!(heard(&b, &a.message(&ada, &after.document).await).await, Verdict::Accept);
}

#[tokio::test]
async fn a_home_whose_log_is_not_caught_up_keeps_no_other_ones_inventions_here() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    let (ada, nora) = (a.register("ada").await, n.register("nora").await);
    for _ in 0..UNLOGGED_MAX {
        let posted = a.post(&ada).await;
        assert_eq!(heard(&b, &a.message(&ada, &posted.document).await).await, Verdict::Accept);
    }
    b.clock.advance(1);
    let posted = n.post(&nora).await;
    assert_eq!(heard(&b, &n.message(&nora, &posted.document).await).await, Verdict::Accept);
    // B knows of leaves of A's log that it never gets a turn at.
    a.sequence().await;
    b.pull_log(&a, LogKind::Jobs, 0).await;
    b.clock.advance(UNLOGGED_SECONDS);
    drop_unlogged(b.engine.logbook()).await.unwrap();
    let db = b.engine.store().connection().await.unwrap();
    assert!(jobs::find(&db, &posted.view.id.parse().unwrap()).await.unwrap().is_none());
    assert_eq!(jobs::count_unlogged(&db, &node('a')).await.unwrap(), UNLOGGED_MAX, "these may be in the log");
}
