//! Who deals with somebody of another home sees what they say of themselves.

use hanse_api::views::PersonView;
use hanse_store::accounts;

use super::*;

async fn says(home: &Home, person: &Did, name: &str) {
    let profile = serde_json::from_value(json!({"name": name, "headline": "Builds bridges"})).unwrap();
    let engine = &home.engine;
    engine.put_profile(person, profile, false).await.unwrap();
}

/// The client's view of the one bid on the job.
async fn bidder(met: &Met) -> PersonView {
    let bids = met.a.engine.bids(&met.job.parse().unwrap(), &met.ada, PageQuery::default()).await.unwrap();
    *bids.items[0].other_side.clone().unwrap()
}

async fn withdraw(met: &Met, bid: &str) {
    let (bid, event) = (bid.parse().unwrap(), "withdraw".parse().unwrap());
    met.b.engine.move_bid(&met.bob, &bid, event, StepRequest::default(), false).await.unwrap();
}

#[tokio::test]
async fn a_bid_from_another_home_brings_along_who_makes_it() {
    let met = met().await;
    says(&met.b, &met.bob, "Bob").await;
    let bid = met.b.bid(&met.bob, &met.job).await.view;
    assert_eq!(bid.other_side.unwrap().did, met.ada.to_string(), "its author sees the client");
    assert!(carry(&met.b, &met.a).await.is_empty());
    let seen = bidder(&met).await;
    assert_eq!((seen.name.as_deref(), seen.headline.as_deref()), (Some("Bob"), Some("Builds bridges")));
    assert!(seen.self_declared && seen.home == "b.example" && seen.record.is_none(), "no log was read yet");
    let profile = met.a.engine.profile(&met.bob).await.unwrap().unwrap();
    assert_eq!(profile.document, seen.profile);

    met.b.clock.advance(1);
    says(&met.b, &met.bob, "Robert").await;
    assert_eq!(bidder(&met).await.name.as_deref(), Some("Bob"), "nothing has come since");
    withdraw(&met, &bid.id).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    assert_eq!(bidder(&met).await.name.as_deref(), Some("Robert"));
}

#[tokio::test]
async fn a_contract_and_an_invitation_show_the_client_at_the_freelancers_home() {
    let met = met().await;
    says(&met.a, &met.ada, "Ada").await;
    says(&met.b, &met.bob, "Bob").await;
    met.b.sequence().await;
    met.a.follow(&met.b).await;
    let request = serde_json::from_value(json!({"freelancer": met.bob})).unwrap();
    met.a.engine.invite(&met.ada, &met.job.parse().unwrap(), request, false).await.unwrap();
    assert!(carry(&met.a, &met.b).await.is_empty());
    let invited = met.b.engine.my_invitations(&met.bob, PageQuery::default()).await.unwrap();
    assert_eq!(invited.items[0].other_side.as_ref().unwrap().name.as_deref(), Some("Ada"));

    let bid = met.b.bid(&met.bob, &met.job).await.view.id.parse().unwrap();
    assert!(carry(&met.b, &met.a).await.is_empty());
    let offer = serde_json::from_value(json!({"scope": "A bridge.", "due": "2026-12-24"})).unwrap();
    let contract = met.a.engine.offer(&met.ada, &bid, offer, false).await.unwrap().view.id;
    assert!(carry(&met.a, &met.b).await.is_empty());
    for (home, who, other) in [(&met.a, &met.ada, "Bob"), (&met.b, &met.bob, "Ada")] {
        let view = home.engine.contract(&contract.parse().unwrap(), who).await.unwrap().unwrap();
        assert_eq!(view.other_side.unwrap().name.as_deref(), Some(other));
    }
}

/// The parcel of the withdrawal of a bid, with another profile in it.
async fn parcel_with(met: &Met, profile: Vec<u8>) -> Vec<Bytes> {
    let (_, _, mut parcel) = next(&met.b, &met.a).await.unwrap();
    parcel.remove(1);
    parcel.insert(1, Bytes::from(profile));
    parcel
}

async fn profile_of(home: &Home, did: &Did) -> Vec<u8> {
    let db = home.engine.store().connection().await.unwrap();
    accounts::people_said(&db, [did]).await.unwrap().remove(did).unwrap().profile.unwrap().1
}

#[tokio::test]
async fn an_older_profile_and_one_of_somebody_else_replace_nothing() {
    let met = met().await;
    says(&met.b, &met.bob, "Bob").await;
    let older = profile_of(&met.b, &met.bob).await;
    met.b.clock.advance(1);
    says(&met.b, &met.bob, "Robert").await;
    let carol = met.b.register("carol").await;
    says(&met.b, &carol, "Carol").await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    assert!(carry(&met.b, &met.a).await.is_empty());
    withdraw(&met, &bid).await;
    for other in [older, profile_of(&met.b, &carol).await] {
        let parcel = parcel_with(&met, other).await;
        let answered = answer(&met.a.engine, "b.example", parcel).await;
        assert!(matches!(answered, Response::Receipt { .. }), "{answered:?}");
        assert_eq!(bidder(&met).await.name.as_deref(), Some("Robert"));
    }
    assert!(carry(&met.b, &met.a).await.is_empty());
}

#[tokio::test]
async fn a_copy_is_forgotten_when_nothing_has_come_for_long() {
    let met = met().await;
    says(&met.b, &met.bob, "Bob").await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id;
    assert!(carry(&met.b, &met.a).await.is_empty());
    let db = met.a.engine.store().connection().await.unwrap();
    met.a.clock.advance(60);
    withdraw(&met, &bid).await;
    assert!(carry(&met.b, &met.a).await.is_empty());
    let heard = met.a.engine.now().unix();
    assert_eq!(accounts::forget_copies(&db, heard).await.unwrap(), 0, "it has just come again");
    assert_eq!(accounts::forget_copies(&db, heard + 1).await.unwrap(), 1);
    assert_eq!(bidder(&met).await.name, None);
}
