//! How far away the due day of an offer may be, at the home that makes it and at the one that it comes to.

use hanse_api::requests::OfferRequest;
use hanse_document::kind::terms::DUE_DAYS_MAX;
use hanse_document::kind::{Offer, Terms};
use hanse_document::{Date, DocumentId, List, LogName, Text};

use super::*;

/// Two people with a bid that both homes know.
async fn bidden() -> (Met, DocumentId) {
    let met = met().await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    assert!(carry(&met.b, &met.a).await.is_empty());
    (met, bid.parse().unwrap())
}

/// The day so many days after the day of an offer that is made now.
fn day(met: &Met, after: u32) -> Date {
    Date::from_day(met.a.engine.now().day() + after).unwrap()
}

fn request(due: Date) -> OfferRequest {
    serde_json::from_value(json!({"scope": "All of it.", "due": due.to_string()})).unwrap()
}

#[tokio::test]
async fn an_offer_is_due_at_most_as_far_away_as_contracts_last() {
    let (met, bid) = bidden().await;
    let yesterday = Date::from_day(met.a.engine.now().day() - 1).unwrap();
    for due in [yesterday, day(&met, DUE_DAYS_MAX + 1)] {
        let refused = met.a.engine.offer(&met.ada, &bid, request(due), false).await.unwrap_err();
        assert!(matches!(refused, UseError::Refused(Refusal::BadDue)), "{due}: {refused:?}");
    }
    let said = Refusal::BadDue.to_string();
    assert!(said.contains("`due`") && said.contains("YYYY-MM-DD") && said.contains("3650 days"), "{said}");
    let today = met.a.engine.offer(&met.ada, &bid, request(day(&met, 0)), true).await;
    assert_eq!(today.unwrap().view.due, day(&met, 0).to_string());
    let farthest = day(&met, DUE_DAYS_MAX);
    let offered = met.a.engine.offer(&met.ada, &bid, request(farthest), false).await.unwrap();
    assert_eq!(offered.view.due, farthest.to_string());
    assert!(carry(&met.a, &met.b).await.is_empty());
    assert_eq!(contract_at(&met.b, &offered.view.id).await.due_day, i64::from(farthest.day()));
}

/// What the client's home would send, had it not looked at the day itself.
async fn offered_by_hand(met: &Met, bid: DocumentId, due: Date) -> Vec<Bytes> {
    let db = met.a.engine.store().connection().await.unwrap();
    let author = Author::open(&met.a.engine, &db, &met.ada).await.unwrap();
    let terms = Terms {
        due,
        language: None,
        milestones: List::default(),
        pay: None,
        scope: Text::parse("All of it.").unwrap(),
    };
    let terms = author.sign(Body::Terms(terms), None).unwrap();
    let offer = Offer {
        arbiters: List::default(),
        bid,
        freelancer: met.bob.clone(),
        job: met.job.parse().unwrap(),
        log: LogName::of(&node('a')),
        slot: author.new_slot().unwrap().public,
        terms: terms.commitment(),
        to: node('b'),
    };
    let until = met.a.engine.now().add_seconds(86_400).unwrap();
    let offer = author.sign(Body::Offer(offer), Some(until)).unwrap();
    let genesis = met.a.genesis(&met.ada).await;
    [genesis, terms.bytes().to_vec(), offer.bytes().to_vec()].map(Bytes::from).to_vec()
}

#[tokio::test]
async fn a_peers_offer_that_is_due_too_far_away_is_refused() {
    let (met, bid) = bidden().await;
    let far = offered_by_hand(&met, bid, day(&met, DUE_DAYS_MAX + 1)).await;
    let response = answer(&met.b.engine, "a.example", far.clone()).await;
    assert_eq!(slug(&met, &met.a, &main_of(&far), &response), "bad-due");
    let db = met.b.engine.store().connection().await.unwrap();
    assert!(contracts::contract(&db, &main_of(&far).id()).await.unwrap().is_none());
    let farthest = offered_by_hand(&met, bid, day(&met, DUE_DAYS_MAX)).await;
    let response = answer(&met.b.engine, "a.example", farthest.clone()).await;
    assert_eq!(slug(&met, &met.a, &main_of(&farthest), &response), "accepted");
}
