//! What a home says that is not its to say, and what is said twice in different words.

use hanse_document::NodeName;
use hanse_document::kind::{Custody, Identity};
use hanse_ledger::Leaf;
use hanse_store::log;

use super::*;

#[tokio::test]
async fn an_engagement_counts_only_in_the_log_of_its_partys_own_home() {
    let (met, contract) = agreed().await;
    let n = Home::new('n', &['a', 'b']).await;
    let id = contract_at(&met.a, &contract).await.client_engagement.unwrap();
    let db = met.a.engine.store().connection().await.unwrap();
    let signed = log::pending_of(&db, "a.example/reputation", &[id]).await.unwrap().remove(0);
    // Its party has signed it, and anybody can copy it.
    let copy = Leaf::parse(&signed.bytes).unwrap();
    let mut connection = n.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    Apply::own(n.engine.logbook(), &tx).enqueue(LogKind::Reputation, &copy).await.unwrap();
    tx.commit().await.unwrap();
    n.sequence().await;
    met.b.follow(&n).await;
    assert!(!contract_at(&met.b, &contract).await.client_engaged);
    met.a.sequence().await;
    met.b.follow(&met.a).await;
    assert!(contract_at(&met.b, &contract).await.client_engaged);
}

#[tokio::test]
async fn an_offer_to_somebody_at_a_third_home_is_refused_and_not_waited_for() {
    let met = met().await;
    let n = Home::new('n', &['a', 'b']).await;
    let nora = n.register("nora").await;
    met.a.sequence().await;
    n.follow(&met.a).await;
    let bid = n.bid(&nora, &met.job).await.view.id;
    assert!(carry(&n, &met.a).await.is_empty());
    let request = serde_json::from_value(json!({"scope": "All of it.", "due": "2026-12-24"})).unwrap();
    met.a.engine.offer(&met.ada, &bid.parse().unwrap(), request, false).await.unwrap();
    let (_, _, parcel) = next(&met.a, &n).await.unwrap();
    // B does not know the bid, and never will.
    let response = answer(&met.b.engine, "a.example", parcel.clone()).await;
    assert_eq!(slug(&met, &met.a, &main_of(&parcel), &response), "wrong-addressee");
    assert!(carry(&met.a, &n).await.is_empty(), "where it belongs it is taken");
}

#[tokio::test]
async fn a_person_has_one_genesis() {
    let met = met().await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    assert!(carry(&met.b, &met.a).await.is_empty());
    // A key can sign any number of them: only the salt, and with it the id, is another one here.
    let db = met.b.engine.store().connection().await.unwrap();
    let author = Author::open(&met.b.engine, &db, &met.bob).await.unwrap();
    let home: NodeName = node('b');
    let body = Identity { custody: Custody::Node(home.clone()), home, recovery: Default::default(), seq: 0 };
    let other = author.sign(Body::Identity(body), None).unwrap();
    let parcel = step_by(&met.b, &met.bob, Event::Withdraw { reason: None }, &bid, &bid).await;
    let step = parcel.last().unwrap().clone();
    for (genesis, said) in [
        (Bytes::from(other.bytes().to_vec()), "other-genesis"),
        (parcel.first().unwrap().clone(), "accepted"),
    ] {
        let parcel = vec![genesis, step.clone()];
        let response = answer(&met.a.engine, "b.example", parcel.clone()).await;
        assert_eq!(slug(&met, &met.b, &main_of(&parcel), &response), said);
    }
}
