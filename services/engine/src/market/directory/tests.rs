//! Who finds whom.

use hanse_api::requests::PeopleQuery;
use hanse_api::views::Listing;
use hanse_base::error::{Refusal, UseError};
use hanse_base::rounds::Round;
use hanse_document::Did;
use hanse_store::Sql as _;
use serde_json::{Value, json};

use crate::market::search::fold;
use crate::testing::Home;

/// Somebody whose profile says this, and is a second newer than the one before.
async fn somebody(home: &Home, handle: &str, says: Value) -> Did {
    let did = home.register(handle).await;
    home.clock.advance(1);
    home.engine.put_profile(&did, serde_json::from_value(says).unwrap(), false).await.unwrap();
    did
}

/// The names of those who are found, page by page.
async fn found(home: &Home, query: Value) -> Vec<String> {
    let (mut names, mut cursor) = (Vec::new(), None);
    loop {
        let mut query: PeopleQuery = serde_json::from_value(query.clone()).unwrap();
        query.cursor = cursor;
        let page = home.engine.people(query).await.unwrap();
        names.extend(page.items.into_iter().map(|it| it.person.name.unwrap()));
        cursor = page.next;
        if cursor.is_none() {
            return names;
        }
    }
}

async fn town() -> Home {
    let home = Home::new('a', &[]).await;
    let lyon = json!({"kind": "site", "name": "Lyon", "country": "FR", "latitude_e4": 457_640, "longitude_e4": 48_357});
    let money = |min: u64, max: u64| json!({"kind": "money", "currency": "EUR", "min": min, "max": max, "per": "hour"});
    for (handle, says) in [
        (
            "ada",
            json!({"name": "Ada", "headline": "Carpenter", "about": "Stairs and tables.", "skills": ["local:carpentry"],
            "languages": ["fr-FR", "en"], "place": lyon, "remote": false, "rate": money(3_000, 5_000)}),
        ),
        (
            "bob",
            json!({"name": "Bob", "headline": "Stairs of oak", "skills": ["local:carpentry", "local:oak"],
            "languages": ["de"], "remote": true, "rate": money(6_000, 8_000)}),
        ),
        (
            "eve",
            json!({"name": "Eve", "headline": "Translator", "about": "Never built stairs.", "skills": ["local:translation"],
            "languages": ["fr"], "place": lyon, "remote": true}),
        ),
    ] {
        somebody(&home, handle, says).await;
    }
    home
}

#[tokio::test]
async fn each_facet_finds_who_states_it() {
    let home = town().await;
    home.register("carl").await;
    for (query, names) in [
        (json!({}), &["Eve", "Bob", "Ada"][..]),
        (json!({"limit": 1}), &["Eve", "Bob", "Ada"]),
        (json!({"skill": "local:carpentry"}), &["Bob", "Ada"]),
        (json!({"language": "fr"}), &["Eve", "Ada"]),
        (json!({"language": "fr-CA"}), &["Eve"]),
        (json!({"remote": true}), &["Eve", "Bob"]),
        (json!({"remote": true, "country": "FR"}), &["Eve"]),
        (json!({"near": "Lyon, FR", "within_km": 20}), &["Eve", "Ada"]),
        (json!({"near": "Paris, FR", "within_km": 20}), &[]),
        (json!({"currency": "EUR", "per": "hour", "max_pay": 5_500}), &["Ada"]),
        (json!({"currency": "EUR", "per": "hour", "min_pay": 5_000}), &["Bob", "Ada"]),
        (json!({"currency": "CHF"}), &[]),
        (json!({"text": "stair"}), &["Eve", "Bob", "Ada"]),
        (json!({"text": "stair", "sort": "relevance"}), &["Bob", "Eve", "Ada"]),
        (json!({"text": "stair", "sort": "relevance", "limit": 1}), &["Bob", "Eve", "Ada"]),
        (json!({"text": "bob"}), &["Bob"]),
        (json!({"text": "stairs -oak"}), &["Eve", "Ada"]),
    ] {
        assert_eq!(found(&home, query.clone()).await, names, "{query}");
    }
    for (query, field) in [
        (json!({"sort": "relevance"}), "sort"),
        (json!({"min_pay": 3}), "min_pay"),
        (json!({"near": "Lyon"}), "near"),
        (json!({"limit": 0}), "limit"),
        (json!({"cursor": "x"}), "cursor"),
    ] {
        let refused = home.engine.people(serde_json::from_value(query.clone()).unwrap()).await;
        assert!(
            matches!(refused, Err(UseError::Refused(Refusal::BadField { field: named, .. })) if named == field),
            "{query}"
        );
    }
}

#[tokio::test]
async fn who_asks_to_be_left_out_is_and_who_changes_is_found_by_what_is_new() {
    let home = town().await;
    let ada = somebody(
        &home,
        "adele",
        json!({"name": "Adele", "headline": "Baker", "languages": [], "skills": []}),
    )
    .await;
    assert_eq!(found(&home, json!({"text": "baker"})).await, ["Adele"]);
    assert!(home.engine.listing(&ada).await.unwrap().listed, "who has said nothing is in it");
    home.engine.put_listing(&ada, Listing { listed: false }).await.unwrap();
    assert!(!home.engine.listing(&ada).await.unwrap().listed);
    assert_eq!(found(&home, json!({"text": "baker"})).await, Vec::<String>::new());
    assert!(
        home.engine.profile(&ada).await.unwrap().unwrap().profile.is_some(),
        "a profile is public all the same"
    );
    home.engine.put_listing(&ada, Listing { listed: true }).await.unwrap();
    let anew = json!({"name": "Adele", "headline": "Brewer", "languages": [], "skills": []});
    home.engine.put_profile(&ada, serde_json::from_value(anew).unwrap(), false).await.unwrap();
    assert_eq!(found(&home, json!({"text": "baker"})).await, Vec::<String>::new());
    assert_eq!(found(&home, json!({"text": "brewer"})).await, ["Adele"]);
}

#[tokio::test]
async fn what_a_release_before_has_written_is_found_once_it_is_folded() {
    const BEFORE: &str =
        "UPDATE profile SET folded = NULL, folding = 0, search = NULL, languages = NULL, skills = NULL";
    const OTHER: &str = "UPDATE profile SET folded = sha256('') WHERE did = $1";
    let home = town().await;
    let db = home.engine.store().connection().await.unwrap();
    db.execute(BEFORE, &[]).await.unwrap();
    assert_eq!(found(&home, json!({})).await, Vec::<String>::new());
    while fold::round(&home.engine).await.unwrap() != Round::Idle {}
    assert_eq!(found(&home, json!({"text": "stairs", "language": "fr"})).await, ["Eve", "Ada"]);
    let eve =
        home.engine.people(serde_json::from_value(json!({"text": "translator"})).unwrap()).await.unwrap();
    db.execute(OTHER, &[&eve.items[0].person.did]).await.unwrap();
    while fold::round(&home.engine).await.unwrap() != Round::Idle {}
    assert_eq!(found(&home, json!({"text": "translator"})).await, ["Eve"]);
}
