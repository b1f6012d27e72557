//! Who is told at which of two homes.

use hanse_api::requests::NotificationQuery;
use hanse_api::words::SentenceLanguage;

use super::*;
use crate::notify::notifications::place;

async fn told(home: &Home, did: &Did) -> Vec<String> {
    place::round(&home.engine).await.unwrap();
    let query = NotificationQuery::default();
    let page = home.engine.notifications(did, &query, SentenceLanguage::En).await.unwrap();
    page.items.into_iter().rev().map(|told| told.event).collect()
}

#[tokio::test]
async fn people_are_told_at_their_own_home_and_once_however_often_a_parcel_comes() {
    let met = met().await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    let (_, _, parcel) = next(&met.b, &met.a).await.unwrap();
    answer(&met.a.engine, "b.example", parcel).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    assert_eq!(told(&met.a, &met.ada).await, ["bid.submitted"]);
    assert_eq!(told(&met.b, &met.bob).await, [""; 0]);
    let read = hanse_lifecycle::Event::Read;
    let request = StepRequest::default();
    met.a.engine.move_bid(&met.ada, &bid.parse().unwrap(), read, request, false).await.unwrap();
    assert!(carry(&met.a, &met.b).await.is_empty());
    assert_eq!(told(&met.b, &met.bob).await, ["bid.read"]);
    assert_eq!(told(&met.a, &met.ada).await, ["bid.submitted"]);
    for (home, other) in [(&met.a, &met.bob), (&met.b, &met.ada)] {
        assert_eq!(told(home, other).await, [""; 0], "not at the other's home");
    }
}
