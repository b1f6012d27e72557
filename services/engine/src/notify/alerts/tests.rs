use hanse_api::requests::JobRequest;
use hanse_document::Did;
use hanse_lifecycle::Event;
use hanse_store::Sql as _;
use hanse_store::testing::settled;
use serde_json::{Value, json};

use super::raise::{OF_CLIENT_A_DAY, OF_SEARCH_A_DAY, Progress, WINDOW, clean, round, step};
use super::*;
use crate::Engine;
use crate::testing::Home;

async fn keep(home: &Home, did: &Did, label: &str, query: Value) -> SavedSearchView {
    let request = serde_json::from_value(json!({"label": label, "query": query})).unwrap();
    home.engine.keep_search(did, request).await.unwrap()
}

async fn refused(home: &Home, did: &Did, label: &str, query: Value) -> Refusal {
    let request = serde_json::from_value(json!({"label": label, "query": query})).unwrap();
    match home.engine.keep_search(did, request).await {
        Err(UseError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

async fn post(home: &Home, client: &Did, title: &str, more: Value) -> String {
    let mut request = json!({"title": title, "text": "More of it."});
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    let request: JobRequest = serde_json::from_value(request).unwrap();
    home.engine.post_job(client, request, false).await.unwrap().view.id
}

/// All that the feed shows has its effect. The feed shows a change once every transaction before it has ended, those of other tests
/// on the same server included.
async fn raised(engine: &Engine) {
    settled(&engine.store().connection().await.unwrap()).await;
    round(engine).await.unwrap();
}

async fn told(home: &Home, did: &Did) -> Vec<(String, String)> {
    let page = home.engine.alerts(did, &AlertQuery { after: None, limit: Some(100) }).await.unwrap();
    page.items.into_iter().map(|alert| (alert.label, alert.job)).collect()
}

async fn run(home: &Home, statement: &'static str) -> u64 {
    home.engine.store().connection().await.unwrap().execute(statement, &[]).await.unwrap()
}

#[tokio::test]
async fn each_posting_that_fits_is_told_once_to_whoever_asked() {
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    raised(&home.engine).await;
    post(&home, &ada, "A bridge, earlier", json!({})).await;
    raised(&home.engine).await;
    let search = keep(&home, &ben, "bridges", json!({"text": "bridge"})).await;
    keep(&home, &ben, "remote", json!({"remote": true})).await;
    keep(&home, &cleo, "boats", json!({"text": "boat"})).await;
    keep(&home, &ada, "my own", json!({"text": "bridge"})).await;
    let bridge = post(&home, &ada, "A bridge", json!({"place": {"kind": "remote"}})).await;
    post(&home, &ada, "A tunnel", json!({})).await;
    let closed = post(&home, &ada, "A bridge that is not wanted any more", json!({})).await;
    let reason = serde_json::from_value(json!({"reason": "Gone."})).unwrap();
    home.engine.move_job(&ada, &closed.parse().unwrap(), Event::CloseUnfilled, reason, false).await.unwrap();
    for _ in 0..3 {
        raised(&home.engine).await;
        let mut found = told(&home, &ben).await;
        found.sort_unstable();
        assert_eq!(found, [("bridges".to_owned(), bridge.clone()), ("remote".to_owned(), bridge.clone())]);
        assert_eq!(told(&home, &cleo).await, []);
        assert_eq!(told(&home, &ada).await, [], "nobody is told of their own posting");
    }
    let first = home.engine.alerts(&ben, &AlertQuery { after: None, limit: Some(1) }).await.unwrap();
    let position = first.items[0].position;
    assert_eq!(first.next, Some(position.to_string()));
    let rest = home.engine.alerts(&ben, &AlertQuery { after: Some(position), limit: Some(1) }).await.unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    assert!(rest.items[0].position > position);

    let nobodys = [search.id.as_str(), "0", "'; DROP TABLE alert; --", "\0"];
    for (did, id) in [(&ada, nobodys[0]), (&ben, nobodys[1]), (&ben, nobodys[2]), (&ben, nobodys[3])] {
        let refusal = home.engine.forget_search(did, id).await.unwrap_err();
        assert!(matches!(refusal, UseError::Refused(Refusal::NotFound(_))), "{refusal:?}");
    }
    home.engine.forget_search(&ben, &search.id).await.unwrap();
    assert_eq!(told(&home, &ben).await, [("remote".to_owned(), bridge)], "what it told is gone with it");
}

#[tokio::test]
async fn a_crash_in_between_tells_nothing_twice_and_loses_nothing() {
    const BREAK: &str = "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'on purpose'; END $$";
    const ARM: &str =
        "CREATE TRIGGER breaks BEFORE UPDATE ON feed_cursor FOR EACH ROW EXECUTE FUNCTION breaks()";
    const DISARM: &str = "DROP TRIGGER breaks ON feed_cursor";
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    keep(&home, &ben, "all", json!({})).await;
    let job = post(&home, &ada, "A bridge", json!({})).await;
    run(&home, BREAK).await;
    run(&home, ARM).await;
    settled(&home.engine.store().connection().await.unwrap()).await;
    for _ in 0..3 {
        // The alert was written before the cursor moved; both are undone.
        assert!(matches!(round(&home.engine).await, Err(UseError::Failed(_))));
        assert_eq!(told(&home, &ben).await, []);
    }
    run(&home, DISARM).await;
    raised(&home.engine).await;
    assert_eq!(told(&home, &ben).await, [("all".to_owned(), job)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_that_both_lead_tell_everything_once_and_in_order() {
    const POSITIONS: &str = "SELECT count(*) AS all, count(DISTINCT (search, job)) AS pairs FROM alert";
    let home = Home::new('a', &[]).await;
    let other = home.twin().await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    for label in ["one", "two"] {
        keep(&home, &ben, label, json!({})).await;
    }
    let mut jobs = Vec::new();
    for n in 0..6 {
        jobs.push(post(&home, &ada, &format!("Job {n}"), json!({})).await);
        let both = async { tokio::join!(round(&home.engine), round(&other)) };
        let (one, two) = both.await;
        one.and(two).unwrap();
    }
    settled(&home.engine.store().connection().await.unwrap()).await;
    let (one, two) = tokio::join!(round(&home.engine), round(&other));
    one.and(two).unwrap();
    let row = home.engine.store().connection().await.unwrap().query_one(POSITIONS, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>("all"), row.get::<_, i64>("pairs")), (12, 12));
    let in_order: Vec<String> = told(&home, &ben).await.into_iter().map(|(_, job)| job).collect();
    let expected: Vec<String> = jobs.iter().flat_map(|job| [job.clone(), job.clone()]).collect();
    assert_eq!(in_order, expected);
}

#[tokio::test]
async fn one_posting_for_very_many_people_is_told_piece_by_piece() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    for n in 0..5 {
        keep(&home, &ben, &n.to_string(), json!({})).await;
    }
    post(&home, &ada, "A bridge", json!({})).await;
    settled(&home.engine.store().connection().await.unwrap()).await;
    let (mut told_so_far, mut beyond) = (Vec::new(), alerts::FIRST.to_owned());
    while step(&home.engine, 2, &mut beyond).await.unwrap() == Progress::More {
        told_so_far.push(told(&home, &ben).await.len());
    }
    assert_eq!(*told_so_far.last().unwrap(), 5, "{told_so_far:?}");
    assert!(told_so_far.contains(&2) && told_so_far.contains(&4), "{told_so_far:?}");
    assert_eq!(home.engine.saved_searches(&ben).await.unwrap().items[0].full_at, None);
}

#[tokio::test]
async fn very_many_searches_are_looked_at_window_by_window() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    raised(&home.engine).await;
    for handle in ["ben", "cleo"] {
        let did = home.register(handle).await;
        for n in 0..20 {
            keep(&home, &did, &n.to_string(), json!({"text": "tunnel"})).await;
        }
    }
    let dan = home.register("dan").await;
    keep(&home, &dan, "boats", json!({"text": "boat"})).await;
    let job = post(&home, &ada, "A boat", json!({})).await;
    settled(&home.engine.store().connection().await.unwrap()).await;
    let (mut steps, mut beyond) = (0, alerts::FIRST.to_owned());
    while step(&home.engine, 1, &mut beyond).await.unwrap() == Progress::More {
        steps += 1;
    }
    assert!(steps > 41 / WINDOW, "41 searches in windows of {WINDOW}: {steps} steps");
    assert_eq!(told(&home, &dan).await, [("boats".to_owned(), job)]);
}

#[tokio::test]
async fn changes_that_were_lost_are_made_up_for() {
    const LOSE: &str = "WITH gone AS (DELETE FROM change RETURNING xid, position) \
         UPDATE change_floor SET xid = (SELECT max(xid) FROM gone), position = (SELECT max(position) FROM gone)";
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    post(&home, &ada, "Before the search", json!({})).await;
    home.clock.advance(60);
    keep(&home, &ben, "all", json!({})).await;
    let first = post(&home, &ada, "A bridge", json!({})).await;
    raised(&home.engine).await;
    assert_eq!(told(&home, &ben).await.len(), 2, "the feed tells of both");
    let second = post(&home, &ada, "A tunnel", json!({})).await;
    let cleo = home.register("cleo").await;
    home.clock.advance(60);
    keep(&home, &cleo, "all", json!({})).await;
    settled(&home.engine.store().connection().await.unwrap()).await;
    run(&home, LOSE).await;
    raised(&home.engine).await;
    let jobs: Vec<String> = told(&home, &ben).await.into_iter().map(|(_, job)| job).collect();
    assert_eq!(jobs[1..], [first, second]);
    assert_eq!(told(&home, &cleo).await, [], "a search hears of none that is older than itself");
    let third = post(&home, &ada, "A boat", json!({})).await;
    raised(&home.engine).await;
    assert_eq!(told(&home, &cleo).await, [("all".to_owned(), third)], "and goes on from there");
}

#[tokio::test]
async fn a_flood_is_cut_off_for_each_client_and_each_search_and_shown() {
    const OTHERS: &str = "UPDATE alert SET client = 'did:key:z' || position";
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    raised(&home.engine).await;
    keep(&home, &ben, "all", json!({})).await;
    let flood = OF_CLIENT_A_DAY + 3;
    for n in 0..flood {
        post(&home, &ada, &format!("Flood {n}"), json!({})).await;
    }
    let honest = post(&home, &cleo, "A bridge", json!({})).await;
    raised(&home.engine).await;
    let found = told(&home, &ben).await;
    assert_eq!(i64::try_from(found.len()), Ok(OF_CLIENT_A_DAY + 1));
    assert_eq!(found.last().unwrap().1, honest, "one client does not drown another one");
    let full = home.engine.saved_searches(&ben).await.unwrap().items[0].full_at.clone();
    assert_eq!(full.as_deref(), Some("2026-11-24T10:00:00Z"), "and the person can see it");
    home.clock.advance(3_600);
    post(&home, &ada, "Flood again", json!({})).await;
    raised(&home.engine).await;
    let noted = home.engine.saved_searches(&ben).await.unwrap().items[0].full_at.clone();
    assert_eq!(noted, full, "noted once a day, not for each posting of a flood");

    // As if each alert were about another client, until the search has had all that it has in a day.
    let mut all = OF_CLIENT_A_DAY + 1;
    while all < OF_SEARCH_A_DAY {
        run(&home, OTHERS).await;
        for n in 0..OF_CLIENT_A_DAY.min(OF_SEARCH_A_DAY - all) {
            post(&home, &ada, &format!("Job {n}"), json!({})).await;
            all += 1;
        }
        raised(&home.engine).await;
    }
    run(&home, OTHERS).await;
    post(&home, &cleo, "One too many", json!({})).await;
    raised(&home.engine).await;
    // Counted, because a page ends at as many.
    let db = home.engine.store().connection().await.unwrap();
    let row = db.query_one("SELECT count(*) AS all FROM alert", &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>("all"), OF_SEARCH_A_DAY);
    drop(db);
    home.clock.advance(86_401);
    let next_day = post(&home, &cleo, "The next day", json!({})).await;
    raised(&home.engine).await;
    let after =
        home.engine.alerts(&ben, &AlertQuery { after: Some(OF_SEARCH_A_DAY), limit: None }).await.unwrap();
    assert_eq!(after.items.last().map(|alert| alert.job.clone()), Some(next_day));
}

/// An alert goes only when its posting has ended whatever happened: as long as it is kept, nothing is told twice.
#[tokio::test]
async fn an_alert_is_kept_as_long_as_its_posting_can_be_open() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    keep(&home, &ben, "all", json!({})).await;
    post(&home, &ada, "A bridge", json!({})).await;
    raised(&home.engine).await;
    for (days, kept) in [(0, 1), (91, 1), (1, 0)] {
        home.clock.advance(days * 86_400);
        clean(&home.engine).await.unwrap();
        assert_eq!(told(&home, &ben).await.len(), kept, "after {days} more days");
    }
}

#[tokio::test]
async fn a_person_keeps_a_bounded_number_of_searches_that_ask_something() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    for (label, query, named) in [
        ("", json!({}), "label"),
        ("two\nlines", json!({}), "label"),
        ("a\u{202e}b", json!({}), "label"),
        (&"x".repeat(81), json!({}), "label"),
        ("x", json!({"cursor": "1.AAAA"}), "cursor"),
        ("x", json!({"limit": 5}), "limit"),
        ("x", json!({"state": "filled"}), "state"),
        ("x", json!({"text": "\"&|!"}), "text"),
        ("x", json!({"text": "x".repeat(501)}), "text"),
        ("x", json!({"min_pay": 5}), "min_pay"),
    ] {
        let refusal = refused(&home, &ada, label, query.clone()).await;
        let by_itself = matches!(&refusal, Refusal::BadField { field, .. } if *field == named);
        let by_rule = matches!(&refusal, Refusal::BadValue { field, .. } if field == named);
        assert!(by_itself || by_rule, "{label} {query}: {refusal:?}");
    }
    let one = async |n: i64| {
        let request =
            serde_json::from_value(json!({"label": n.to_string(), "query": {"state": "open"}})).unwrap();
        home.engine.keep_search(&ada, request).await
    };
    let all = futures::future::join_all((0..SEARCHES_MAX + 5).map(one)).await;
    let kept = all.iter().filter(|kept| kept.is_ok()).count();
    assert_eq!(i64::try_from(kept), Ok(SEARCHES_MAX), "also of requests that come at once");
    let over = refused(&home, &ada, "one more", json!({})).await;
    assert_eq!((over.slug(), over.status()), ("too-many-searches", 409));
    let listed = home.engine.saved_searches(&ada).await.unwrap().items;
    assert_eq!(i64::try_from(listed.len()), Ok(SEARCHES_MAX));
    home.engine.forget_search(&ada, &listed[0].id).await.unwrap();
    keep(&home, &ada, "in its place", json!({})).await;
}

/// A label for a query: what fits one.
fn short(query: &Value) -> String {
    query.to_string().chars().take(LABEL_CHARS_MAX).collect()
}

/// A saved search and the same search of `GET /v1/jobs` are one question.
#[tokio::test]
async fn what_is_told_is_what_the_search_finds() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    let near = json!({"latitude_e4": 457_640, "longitude_e4": 48_357, "within_km": 5});
    let queries = [
        json!({}),
        json!({"text": "bridge -stone"}),
        json!({"skill": "local:carpentry"}),
        json!({"language": "fr"}),
        json!({"remote": true}),
        json!({"remote": false}),
        json!({"client": ada}),
        json!({"pay": "barter"}),
        json!({"currency": "EUR", "per": "hour", "min_pay": 3_000}),
        json!({"currency": "EUR", "per": "project", "max_pay": 3_000}),
        json!({"country": "FR"}),
        near,
        json!({"posted_since": "2026-11-24T10:00:30Z"}),
        json!({"min_seats": 3}),
        json!({"min_hours": 20, "max_hours": 30}),
    ];
    for query in &queries {
        keep(&home, &ben, &short(query), query.clone()).await;
    }
    let site = |latitude: i32| json!({"kind": "site", "name": "x", "country": "FR", "latitude_e4": latitude, "longitude_e4": 48_357});
    let euros =
        |min: i64, per: &str| json!({"kind": "money", "currency": "EUR", "min": min, "max": min, "per": per});
    for (title, more) in [
        ("A bridge", json!({"language": "fr", "place": {"kind": "remote"}, "pay": euros(4_000, "hour")})),
        ("A bridge of stone", json!({"place": site(457_640), "seats": 3, "pay": euros(2_000, "project")})),
        ("A boat", json!({"place": site(467_640), "skills": ["local:carpentry"], "hours_per_week": 25})),
        ("A boat of stone", json!({"pay": {"kind": "barter", "offers": "Bread."}, "hours_per_week": 35})),
    ] {
        post(&home, &ada, title, more).await;
        home.clock.advance(20);
    }
    raised(&home.engine).await;
    let told = told(&home, &ben).await;
    for query in &queries {
        let label = &short(query);
        let mut alerts: Vec<&str> =
            told.iter().filter(|(of, _)| of == label).map(|(_, job)| job.as_str()).collect();
        let found = home.engine.jobs(serde_json::from_value(query.clone()).unwrap()).await.unwrap().items;
        let mut found: Vec<&str> = found.iter().map(|job| job.id.as_str()).collect();
        alerts.sort_unstable();
        found.sort_unstable();
        assert_eq!(alerts, found, "{query}");
        assert!(
            !found.is_empty() && (found.len() < 4 || query == &json!({}) || query.get("client").is_some()),
            "{query} tells nothing apart"
        );
    }
}
