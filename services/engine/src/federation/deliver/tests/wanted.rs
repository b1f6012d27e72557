//! What leaves commit to and did not bring, or brought too early.

use hanse_api::requests::ReplyRequest;
use hanse_document::PublicKey;
use hanse_ledger::Leaf;
use hanse_logbook::cosign::{Cosigned, Withheld, cosign};
use hanse_store::{Tx, jobs, log};

use super::*;
use crate::effects::react;

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
    jobs::find(&db, &job.parse().unwrap()).await.unwrap().is_some_and(|job| job.state == State::Open)
}

async fn wanted(home: &Home, origin: &str) -> u64 {
    log::wanted_count(&home.engine.store().connection().await.unwrap(), origin).await.unwrap()
}

/// More leaves that say the same, by the slot key that signed it: each of another day.
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
    assert_eq!(held("a.example/reputation").await, Cosigned::Withheld(Withheld::Gap), "the original is");
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
async fn of_all_that_a_slot_can_sign_one_leaf_is_filed_in_the_other_log() {
    let (met, contract) = active().await;
    let id = contract.parse().unwrap();
    for (home, person, event) in [
        (&met.b, &met.bob, "deliver"),
        (&met.a, &met.ada, "accept_delivery"),
        (&met.a, &met.ada, "attest_paid"),
        (&met.b, &met.bob, "confirm_received"),
        (&met.a, &met.ada, "close"),
    ] {
        let event = event.parse().unwrap();
        home.engine.step(person, &id, event, said(event), false).await.unwrap();
        assert!(carry(&met.b, &met.a).await.is_empty());
        assert!(carry(&met.a, &met.b).await.is_empty());
    }
    let request = serde_json::from_value(json!({"rating": 5})).unwrap();
    met.b.engine.review(&met.bob, &id, request, false).await.unwrap();
    met.b.sequence().await;
    let slot = contract_at(&met.b, &contract).await.freelancer_slot.unwrap();
    let mut connection = met.b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    for kind in ["settle", "commit"] {
        flood(&met.b, &tx, &met.bob, &slot, &logged(&met.b, kind).await.remove(0)).await;
    }
    tx.commit().await.unwrap();
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    met.a.sequence().await;
    for kind in ["settle", "commit"] {
        assert!(logged(&met.b, kind).await.len() > 20);
        assert_eq!(logged(&met.a, kind).await.len(), 1, "{kind}");
    }
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
    assert_eq!(second.state, State::ClosedUnfilled, "its step came after it");
    for origin in ["a.example/reputation", "a.example/jobs"] {
        assert_eq!(wanted(&b, origin).await, 0, "{origin}");
    }
}

#[tokio::test]
async fn an_engagement_that_its_party_has_not_signed_binds_nobody() {
    let (met, contract) = agreed().await;
    let id = contract_at(&met.a, &contract).await.client_engagement.unwrap();
    let db = met.a.engine.store().connection().await.unwrap();
    let waiting = log::pending_of(&db, "a.example/reputation", &[id]).await.unwrap().remove(0);
    let leaf = Leaf::parse(&waiting.bytes).unwrap();
    // Its id leaves signatures out.
    let key = hanse_document::SigningKey::from_seed([9; 32]);
    let forged = leaf.statement().unwrap().draft(leaf.day(), leaf.subjects()).sign(&[&key]).unwrap();
    let forge = "UPDATE log_pending SET bytes = $1 WHERE id = $2";
    db.execute(forge, &[&forged.bytes(), &forged.id().as_bytes().as_slice()]).await.unwrap();
    met.a.sequence().await;
    met.b.follow(&met.a).await;
    for home in [&met.a, &met.b] {
        assert!(!logged(&met.a, "engagement").await.is_empty());
        assert!(!contract_at(home, &contract).await.client_engaged);
    }
}

#[tokio::test]
async fn a_reply_that_the_reviewed_person_has_not_signed_is_none() {
    let (met, contract) = closed().await;
    let id = contract.parse().unwrap();
    for (home, person) in [(&met.a, &met.ada), (&met.b, &met.bob)] {
        let request = serde_json::from_value(json!({"rating": 5})).unwrap();
        home.engine.review(person, &id, request, false).await.unwrap();
    }
    for _ in 0..3 {
        met.a.sequence().await;
        met.b.follow(&met.a).await;
        met.b.sequence().await;
        met.a.follow(&met.b).await;
    }
    let slot = contract_at(&met.a, &contract).await.client_slot;
    let commits = logged(&met.a, "commit").await;
    let commit = commits.iter().find(|leaf| leaf.is_signed_by(&slot)).unwrap().id();
    met.b
        .engine
        .reply(&met.bob, &commit, ReplyRequest { text: "Thank you.".parse().unwrap() }, false)
        .await
        .unwrap();
    let db = met.b.engine.store().connection().await.unwrap();
    let waiting = log::pending(&db, "b.example/reputation", 9).await.unwrap().remove(0);
    let leaf = Leaf::parse(&waiting.bytes).unwrap();
    let key = hanse_document::SigningKey::from_seed([9; 32]);
    let forged = leaf.statement().unwrap().draft(leaf.day(), leaf.subjects()).sign(&[&key]).unwrap();
    let forge = "UPDATE log_pending SET bytes = $1 WHERE id = $2";
    db.execute(forge, &[&forged.bytes(), &forged.id().as_bytes().as_slice()]).await.unwrap();
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    assert_eq!(logged(&met.b, "reply").await.len(), 1);
    let reviews = met.a.engine.reviews(&id, None).await.unwrap();
    assert!(reviews.iter().all(|review| review.state == "published"), "{reviews:?}");
}

#[tokio::test]
async fn a_posting_in_the_log_of_another_home_is_none() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    let ada = a.register("ada").await;
    a.sequence().await;
    b.follow(&a).await;
    let posted = a.post(&ada).await;
    let document = Signed::parse(posted.document.as_bytes()).unwrap().verify().unwrap();
    let mut connection = n.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    documents::insert(&tx, &document, true, n.engine.now().unix()).await.unwrap();
    let leaf = Statement::Posting { commitment: document.commitment() };
    let leaf = leaf.draft(document.from().day(), &[SubjectKey::of(&ada)]).with_signatures(Vec::new());
    Apply::own(&n.engine, &tx).enqueue(LogKind::Jobs, &leaf.unwrap()).await.unwrap();
    tx.commit().await.unwrap();
    n.sequence().await;
    b.follow(&n).await;
    assert!(!is_open(&b, &posted.view.id).await);
    assert_eq!(wanted(&b, "n.example/jobs").await, 0, "nor is it waited for");
    a.sequence().await;
    b.follow(&a).await;
    assert!(is_open(&b, &posted.view.id).await);
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
async fn what_is_over_by_a_clock_that_nobody_shares_waits_for_the_right_time() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await.view.id;
    a.sequence().await;
    assert!(!b.engine.clocks().may_act(), "no peer has said its time");
    b.clock.advance(40 * 86_400);
    b.follow(&a).await;
    assert!(!is_open(&b, &posted).await);
    b.clock.advance(-40 * 86_400);
    react::round(&b.engine).await.unwrap();
    assert!(is_open(&b, &posted).await);
}

#[tokio::test]
async fn what_was_put_off_by_a_clock_that_ran_ahead_is_not_waited_for() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let first = a.post(&ada).await.view.id;
    a.sequence().await;
    // Its document is missing, since tomorrow.
    b.clock.advance(86_400);
    b.pull(&a, 0).await;
    b.clock.advance(-86_400);
    b.ask(&a).await;
    assert!(is_open(&b, &first).await);
    // Its author is not known, since tomorrow.
    let carol = a.register("carol").await;
    let second = a.post(&carol).await.view.id;
    a.sequence().await;
    b.clock.advance(86_400);
    b.pull_log(&a, LogKind::Jobs, usize::MAX).await;
    react::round(&b.engine).await.unwrap();
    assert!(!is_open(&b, &second).await);
    b.clock.advance(-86_400);
    b.follow(&a).await;
    assert!(is_open(&b, &second).await);
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
        assert_eq!(contract_at(home, &contract).await.state, State::Active);
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
async fn however_many_leaves_wait_all_that_need_not_wait_any_more_are_done_with_in_one_round() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    for _ in 0..40 {
        a.post(&ada).await;
    }
    a.sequence().await;
    b.pull(&a, 0).await;
    assert_eq!(wanted(&b, "a.example/jobs").await, 40);
    b.clock.advance(2);
    b.ask(&a).await;
    assert_eq!(wanted(&b, "a.example/jobs").await, 0);
}

#[tokio::test]
async fn a_step_does_not_wait_for_a_posting_that_it_does_not_build_on() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    let over: DocumentId = a.post(&ada).await.view.id.parse().unwrap();
    a.sequence().await;
    b.pull_log(&a, LogKind::Reputation, 3).await;
    let zoe = a.register("zoe").await;
    a.post(&zoe).await;
    a.sequence().await;
    let close = serde_json::from_value(json!({"reason": "Done by now."})).unwrap();
    a.engine.move_job(&ada, &over, "close_unfilled".parse().unwrap(), close, false).await.unwrap();
    a.sequence().await;
    // When B begins to follow, the first posting is over. Whom the second one is of is not said.
    b.clock.advance(100 * 86_400);
    let now = b.engine.now().unix();
    b.engine.clocks().heard("a.example", now, now);
    b.pull_log(&a, LogKind::Reputation, 0).await;
    b.pull_log(&a, LogKind::Jobs, 3).await;
    react::round(&b.engine).await.unwrap();
    assert_eq!(wanted(&b, "a.example/jobs").await, 1, "the second posting alone");
}

#[tokio::test]
async fn a_sealed_review_that_waits_for_its_turn_concerns_its_own_contract_alone() {
    let (met, contract) = closed().await;
    let request = serde_json::from_value(json!({"rating": 5})).unwrap();
    met.a.engine.review(&met.ada, &contract.parse().unwrap(), request, false).await.unwrap();
    met.a.sequence().await;
    met.b.follow(&met.a).await;
    let commit = logged(&met.a, "commit").await.remove(0);
    let of_contract = contract_at(&met.b, &contract).await;
    let of_another = contracts::ContractRow {
        client_engagement: Some(commit.id()),
        freelancer_engagement: None,
        ..of_contract.clone()
    };
    let origin = "a.example/reputation";
    let mut connection = met.b.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    let ctx = Apply::own(&met.b.engine, &tx);
    assert!(!expire::waits_for_turn(&ctx, origin, &of_contract).await.unwrap());
    let index = log::index_of(&tx, origin, &commit.id()).await.unwrap().unwrap();
    let waits = log::Wanted { index, kind: "commit".into(), commitment: None, cites: None };
    log::want(&tx, origin, log::Want::Effect, &[waits], 0).await.unwrap();
    assert!(expire::waits_for_turn(&ctx, origin, &of_contract).await.unwrap());
    assert!(!expire::waits_for_turn(&ctx, origin, &of_another).await.unwrap());
}

#[tokio::test]
async fn what_somebody_here_has_bid_on_stays_though_only_gossip_has_named_it() {
    let met = met().await;
    met.b.bid(&met.bob, &met.job).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    met.b.clock.advance(expire::UNLOGGED_SECONDS);
    expire::drop_unlogged(&met.b.engine).await.unwrap();
    assert!(is_open(&met.b, &met.job).await);
}
