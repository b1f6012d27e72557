//! Every facet finds what states it, and nothing else; what makes no sense together is refused by name.

use hanse_api::requests::{JobQuery, JobRequest};
use hanse_base::error::{Refusal, UseError};
use hanse_engine::Engine;
use hanse_store::Sql as _;
use serde_json::{Value, json};

use crate::cluster::{Cluster, Someone};

/// Lyon, Villeurbanne (4 km), Grenoble (94 km) and a place just beyond the antimeridian from Taveuni.
const LYON: (i32, i32) = (457_640, 48_357);
const VILLEURBANNE: (i32, i32) = (457_719, 48_902);
const GRENOBLE: (i32, i32) = (451_885, 57_245);

fn site(country: &str, (latitude, longitude): (i32, i32)) -> Value {
    json!({"kind": "site", "name": "x", "country": country, "latitude_e4": latitude, "longitude_e4": longitude})
}

fn euros(min: Option<i64>, max: Option<i64>, per: &str) -> Value {
    let mut pay = json!({"kind": "money", "currency": "EUR", "per": per});
    for (name, amount) in [("min", min), ("max", max)] {
        if let Some(amount) = amount {
            pay[name] = amount.into();
        }
    }
    pay
}

async fn post(engine: &Engine, client: &Someone, title: &str, more: Value) {
    let mut request = json!({"title": title, "text": "More of it."});
    for (name, value) in more.as_object().unwrap() {
        request[name] = value.clone();
    }
    let request: JobRequest = serde_json::from_value(request).unwrap();
    engine.post_job(&client.did, request, false).await.unwrap();
}

async fn found(engine: &Engine, query: Value) -> Vec<String> {
    let query: JobQuery = serde_json::from_value(query).unwrap();
    let mut titles: Vec<String> =
        engine.jobs(query).await.unwrap().items.into_iter().map(|job| job.title.into()).collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn each_facet_finds_what_states_it() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    post(engine, &ada, "nothing stated", json!({})).await;
    cluster.clock.advance(100);
    let since = engine.now().to_string();
    post(
        engine,
        &ada,
        "exact",
        json!({"pay": euros(Some(4_000), Some(4_000), "hour"), "hours_per_week": 10}),
    )
    .await;
    post(engine, &ada, "from", json!({"pay": euros(Some(3_000), None, "hour"), "hours_per_week": 35})).await;
    post(engine, &ada, "up to", json!({"pay": euros(None, Some(5_000), "hour"), "seats": 3})).await;
    post(engine, &ada, "euros", json!({"pay": euros(None, None, "hour")})).await;
    post(engine, &ada, "project", json!({"pay": euros(Some(4_000), Some(4_000), "project")})).await;
    post(engine, &ada, "barter", json!({"pay": {"kind": "barter", "offers": "Bread."}})).await;
    post(engine, &ada, "time", json!({"pay": {"kind": "time_credits", "hours": 4}})).await;
    post(engine, &ada, "lyon", json!({"place": site("FR", LYON)})).await;
    post(engine, &ada, "villeurbanne", json!({"place": site("FR", VILLEURBANNE)})).await;
    post(engine, &ada, "grenoble", json!({"place": site("FR", GRENOBLE)})).await;
    post(engine, &ada, "fiji", json!({"place": site("FJ", (-168_000, 1_799_990))})).await;
    post(engine, &ada, "somewhere", json!({"place": {"kind": "site", "name": "x", "country": "FR"}})).await;
    post(engine, &ada, "remote", json!({"place": {"kind": "remote"}})).await;

    let near = |(latitude, longitude): (i32, i32), km: u32| json!({"latitude_e4": latitude, "longitude_e4": longitude, "within_km": km});
    let hourly = |least: Value, most: Value| {
        let mut query = json!({"currency": "EUR", "per": "hour"});
        for (name, amount) in [("min_pay", least), ("max_pay", most)] {
            if !amount.is_null() {
                query[name] = amount;
            }
        }
        query
    };
    for (query, titles) in [
        (json!({"pay": "money"}), vec!["euros", "exact", "from", "project", "up to"]),
        (json!({"pay": "barter"}), vec!["barter"]),
        (json!({"pay": "time_credits"}), vec!["time"]),
        (json!({"currency": "SEK"}), vec![]),
        (json!({"currency": "EUR", "per": "project"}), vec!["project"]),
        (hourly(4_000.into(), Value::Null), vec!["exact", "from", "up to"]),
        (hourly(4_001.into(), Value::Null), vec!["from", "up to"]),
        (hourly(5_001.into(), Value::Null), vec!["from"]),
        (hourly(Value::Null, 4_000.into()), vec!["exact", "from", "up to"]),
        (hourly(Value::Null, 3_999.into()), vec!["from", "up to"]),
        (hourly(Value::Null, 2_999.into()), vec!["up to"]),
        (hourly(3_500.into(), 3_600.into()), vec!["from", "up to"]),
        (json!({"country": "FR"}), vec!["grenoble", "lyon", "somewhere", "villeurbanne"]),
        (json!({"country": "FR", "remote": false}), vec!["grenoble", "lyon", "somewhere", "villeurbanne"]),
        (near(LYON, 4), vec!["lyon"]),
        (near(LYON, 5), vec!["lyon", "villeurbanne"]),
        (near(LYON, 93), vec!["lyon", "villeurbanne"]),
        (near(LYON, 95), vec!["grenoble", "lyon", "villeurbanne"]),
        (near(LYON, 20_000), vec!["fiji", "grenoble", "lyon", "villeurbanne"]),
        (near((-168_000, -1_799_990), 1), vec!["fiji"]),
        (near((900_000, 0), 4_982), vec!["lyon", "villeurbanne"]),
        (near((900_000, 0), 4_983), vec!["grenoble", "lyon", "villeurbanne"]),
        (json!({"min_seats": 2}), vec!["up to"]),
        (json!({"min_seats": 4}), vec![]),
        (json!({"min_hours": 11}), vec!["from"]),
        (json!({"max_hours": 34}), vec!["exact"]),
        (json!({"min_hours": 10, "max_hours": 35}), vec!["exact", "from"]),
        (json!({"text": "exact", "min_hours": 10, "pay": "money", "sort": "new"}), vec!["exact"]),
    ] {
        assert_eq!(found(engine, query.clone()).await, titles, "{query}");
    }
    let all = found(engine, json!({"limit": 100})).await.len();
    assert_eq!(found(engine, json!({"posted_since": since, "limit": 100})).await.len(), all - 1);
}

#[tokio::test]
async fn facets_that_make_no_sense_are_named() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    for (query, named) in [
        (json!({"currency": "EUR", "pay": "barter"}), "currency"),
        (json!({"per": "hour"}), "per"),
        (json!({"min_pay": 1}), "min_pay"),
        (json!({"max_pay": 1, "currency": "EUR"}), "max_pay"),
        (json!({"min_pay": -1, "currency": "EUR", "per": "hour"}), "min_pay"),
        (json!({"max_pay": 1_000_000_000_001_i64, "currency": "EUR", "per": "hour"}), "max_pay"),
        (json!({"min_pay": 2, "max_pay": 1, "currency": "EUR", "per": "hour"}), "max_pay"),
        (json!({"country": "FR", "remote": true}), "country"),
        (json!({"within_km": 5}), "within_km"),
        (json!({"near": "Lyon"}), "near"),
        (json!({"near": "Lyon", "within_km": 5, "latitude_e4": 1}), "near"),
        (json!({"near": "Lyon", "within_km": 5, "remote": true}), "within_km"),
        (json!({"latitude_e4": 1, "longitude_e4": 1}), "within_km"),
        (json!({"latitude_e4": 900_001, "longitude_e4": 1, "within_km": 1}), "latitude_e4"),
        (json!({"latitude_e4": 1, "longitude_e4": i32::MIN, "within_km": 1}), "longitude_e4"),
        (json!({"latitude_e4": 1, "longitude_e4": 1, "within_km": 1, "remote": true}), "within_km"),
        (json!({"min_hours": 3, "max_hours": 2}), "max_hours"),
    ] {
        let asked: JobQuery = serde_json::from_value(query.clone()).unwrap();
        match engine.jobs(asked).await {
            Err(UseError::Refused(Refusal::BadField { field, .. })) => assert_eq!(field, named, "{query}"),
            other => panic!("{query}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_town_stands_for_its_point_and_several_are_named_and_refused() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    let refused = async |name: &str| {
        let query = json!({"near": name, "within_km": 5});
        match engine.jobs(serde_json::from_value(query).unwrap()).await {
            Err(UseError::Refused(refusal)) => (refusal.slug().to_owned(), refusal.to_string()),
            other => panic!("{name}: {other:?}"),
        }
    };
    let (slug, told) = refused("Springfield").await;
    assert_eq!(slug, "several-places");
    assert!(told.contains("Springfield, MO, US (37.215,-93.298)") && told.contains("`near`"), "{told}");
    for name in ["Nowherebury", "", " ", "Lyon, DE", &"x".repeat(5_000)] {
        let (slug, told) = refused(name).await;
        assert_eq!(slug, "unknown-place", "{name}");
        assert!(told.contains("`near`") && told.contains("'Lyon, FR'") && told.len() < 400, "{told}");
    }
    let ada = cluster.register(0, "ada").await;
    for (title, point) in [("lyon", LYON), ("villeurbanne", VILLEURBANNE), ("grenoble", GRENOBLE)] {
        post(engine, &ada, title, json!({"place": site("FR", point)})).await;
    }
    for (query, titles) in [
        (json!({"near": "Lyon", "within_km": 3}), vec!["lyon"]),
        (json!({"near": "lyon, fr", "within_km": 5}), vec!["lyon", "villeurbanne"]),
        (json!({"near": "Grenoble", "within_km": 50, "country": "FR"}), vec!["grenoble"]),
    ] {
        assert_eq!(found(engine, query.clone()).await, titles, "{query}");
    }
    let kept = json!({"label": "x", "query": {"near": "Springfield", "within_km": 5}});
    let kept = engine.keep_search(&ada.did, serde_json::from_value(kept).unwrap()).await;
    assert!(matches!(kept, Err(UseError::Refused(Refusal::SeveralPlaces { .. }))), "{kept:?}");
    let kept = json!({"label": "x", "query": {"near": "Lyon, FR", "within_km": 5}});
    let kept = engine.keep_search(&ada.did, serde_json::from_value(kept).unwrap()).await.unwrap();
    assert_eq!(kept.query.near.as_deref(), Some("Lyon, FR"), "as it was asked");
}

#[tokio::test]
async fn a_search_that_takes_too_long_is_given_up_and_said_to_be_too_broad() {
    let cluster = Cluster::start(&["a"]).await;
    let mut connection = cluster.engine(0).store().connection().await.unwrap();
    let held = connection.begin().await.unwrap();
    // Less than a lock is waited for, and than any other statement may take.
    held.execute("LOCK TABLE job", &[]).await.unwrap();
    let late = cluster.engine(0).jobs(JobQuery::default()).await;
    assert!(matches!(late, Err(UseError::Refused(Refusal::TooBroad))), "{late:?}");
    drop(held);
    assert!(cluster.engine(0).jobs(JobQuery::default()).await.is_ok());
}
