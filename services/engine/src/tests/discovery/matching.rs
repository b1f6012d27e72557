use hanse_api::requests::{MatchQuery, RecommendedQuery, WhyNotQuery};
use hanse_api::views::{Match, Matches};
use hanse_base::error::{Refusal, UseError};
use hanse_discovery::matching::index::{self, look};
use hanse_document::{Did, DocumentId};
use hanse_matching::explain::WhyNot;
use hanse_matching::query::Stop;
use hanse_store::testing::settled;
use serde_json::{Value, json};

use crate::Engine;
use crate::testing::Home;

mod bad_input;
mod imported;

/// Brings a process up to date with all that was committed.
async fn caught_up(engine: &Engine) {
    settled(&engine.store().connection().await.unwrap()).await;
    look(engine.discovery()).await.unwrap();
}

/// Somebody with a profile.
async fn person(home: &Home, handle: &str, profile: Value) -> Did {
    let did = home.register(handle).await;
    put(home, &did, profile).await;
    did
}

async fn put(home: &Home, did: &Did, profile: Value) {
    home.engine.put_profile(did, serde_json::from_value(profile).unwrap(), false).await.unwrap();
}

async fn job(home: &Home, client: &Did, posting: Value) -> DocumentId {
    let published =
        home.engine.post_job(client, serde_json::from_value(posting).unwrap(), false).await.unwrap();
    published.view.id.parse().unwrap()
}

fn rust_job() -> Value {
    json!({"title": "Rust programmer for a log", "text": "Tiles and proofs.", "skills": ["local:rust"], "language": "en"})
}

fn rust_person(name: &str) -> Value {
    json!({"name": name, "headline": "Rust programmer", "skills": ["local:rust"]})
}

fn asked(language: &str) -> MatchQuery {
    MatchQuery { language: Some(language.to_owned()), ..MatchQuery::default() }
}

async fn matches(engine: &Engine, job: &DocumentId, viewer: Option<&Did>) -> Matches {
    engine.discovery().matches(job, viewer, MatchQuery::default()).await.unwrap()
}

fn dids(matches: &Matches) -> Vec<&str> {
    matches.items.iter().map(|item| item.did.as_str()).collect()
}

fn refusal<T: std::fmt::Debug>(answer: Result<T, UseError>) -> Refusal {
    match answer.unwrap_err() {
        UseError::Refused(refusal) => refusal,
        UseError::Failed(failure) => panic!("{failure}"),
    }
}

#[tokio::test]
async fn what_is_new_is_found_and_what_is_gone_is_not() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    look(home.engine.discovery()).await.unwrap();
    let ana = person(&home, "ana", rust_person("Ana")).await;
    let id = job(&home, &client, rust_job()).await;
    caught_up(&home.engine).await;
    assert_eq!(home.engine.discovery().indexed(), Some((1, 1)));

    let found = matches(&home.engine, &id, None).await;
    let [Match { place: 1, did, name: Some(name), explanation, sentences, .. }] = found.items.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!((did.as_str(), name.as_str()), (ana.as_str(), "Ana"));
    assert!(explanation.holds());
    assert!(sentences.iter().any(|it| it.contains("\u{201c}Rust\u{201d} is met")), "{sentences:?}");
    let french = home.engine.discovery().matches(&id, None, asked("fr")).await.unwrap();
    let said = &french.items.first().unwrap().sentences;
    assert!(said.iter().any(|it| it.contains("« Rust » est couvert")), "{said:?}");

    let jobs = home.engine.discovery().recommended_jobs(&ana, RecommendedQuery::default()).await.unwrap();
    let first = jobs.items.first().unwrap();
    assert_eq!(first.job.id, id.to_string());
    assert_eq!((first.explanation.h, first.explanation.holds()), (explanation.h, true));

    put(&home, &ana, json!({"name": "Ana", "headline": "Baker", "skills": []})).await;
    caught_up(&home.engine).await;
    assert!(matches(&home.engine, &id, None).await.items.is_empty(), "the new profile counts");
    let jobs = home.engine.discovery().recommended_jobs(&ana, RecommendedQuery::default()).await.unwrap();
    assert!(jobs.items.is_empty(), "and is no more suited by the job than the job by it");

    let reason = serde_json::from_value(json!({"reason": "Done."})).unwrap();
    home.engine.move_job(&client, &id, hanse_lifecycle::Event::CloseUnfilled, reason, false).await.unwrap();
    caught_up(&home.engine).await;
    assert_eq!(home.engine.discovery().indexed(), Some((1, 0)));
    assert!(
        home.engine
            .discovery()
            .recommended_jobs(&ana, RecommendedQuery::default())
            .await
            .unwrap()
            .items
            .is_empty()
    );
}

/// A process that has just begun says so; once it has read, it says what the other one says, to the last digit.
#[tokio::test]
async fn every_process_finds_the_same() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    look(home.engine.discovery()).await.unwrap();
    let id = job(&home, &client, rust_job()).await;
    for (handle, headline) in
        [("ana", "Rust programmer"), ("bob", "Software developer"), ("cyd", "Programmer of logs")]
    {
        person(&home, handle, json!({"headline": headline, "skills": ["local:rust"]})).await;
    }
    caught_up(&home.engine).await;
    let kept_up = matches(&home.engine, &id, None).await;
    assert_eq!(kept_up.items.len(), 3);

    let fresh = home.twin().await;
    assert_eq!(refusal(fresh.discovery().matches(&id, None, MatchQuery::default()).await), Refusal::NotReady);
    look(fresh.discovery()).await.unwrap();
    assert_eq!(matches(&fresh, &id, None).await, kept_up, "built at once as kept up by changes");

    // What one process writes the other finds; and one that has been away for too long reads everything anew.
    let dee = person(&home, "dee", rust_person("Dee")).await;
    caught_up(&fresh).await;
    assert!(dids(&matches(&fresh, &id, None).await).contains(&dee.as_str()));
    let mut connection = fresh.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    hanse_store::changes::prune(&tx, -1).await.unwrap();
    tx.commit().await.unwrap();
    look(home.engine.discovery()).await.unwrap();
    assert_eq!(matches(&home.engine, &id, None).await, matches(&fresh, &id, None).await);
}

#[tokio::test]
async fn the_worker_keeps_the_index_up_and_stops_when_told() {
    let home = Home::new('a', &[]).await;
    let mut workers = hanse_base::workers::Workers::new();
    let discovery = home.engine.discovery();
    workers.spawn("index", index::run(discovery.clone(), workers.token()));
    workers.spawn("knowledge", hanse_discovery::knowledge::watch::run(discovery.clone(), workers.token()));
    let client = person(&home, "client", rust_person("C")).await;
    job(&home, &client, rust_job()).await;
    let db = home.engine.store().connection().await.unwrap();
    while home.engine.discovery().indexed() != Some((1, 1)) {
        settled(&db).await;
    }
    workers.stop().await.unwrap();
}

/// People who are as good take turns, day by day; only the client's own first look of a day counts, whichever process shows it.
#[tokio::test]
async fn attention_is_counted_once_a_day_and_outlives_the_process() {
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let id = job(&home, &client, rust_job()).await;
    person(&home, "ana", rust_person("A")).await;
    person(&home, "bob", rust_person("B")).await;
    caught_up(&home.engine).await;
    let first = matches(&home.engine, &id, None).await;
    let stranger = home.register("stranger").await;
    assert!(!matches(&home.engine, &id, Some(&stranger)).await.counted);
    assert_eq!(dids(&matches(&home.engine, &id, None).await), dids(&first), "strangers' looks count nothing");
    assert!(matches(&home.engine, &id, Some(&client)).await.counted);

    let other = home.twin().await;
    look(other.discovery()).await.unwrap();
    let again = matches(&other, &id, Some(&client)).await;
    assert!(!again.counted, "one list a day");
    let turned: Vec<&str> = dids(&first).into_iter().rev().collect();
    assert_eq!(dids(&again), turned, "who was second is first next, in any process");
    let moved = again.items.first().unwrap().explanation.placement;
    assert_eq!(moved, Some(hanse_matching::fair::Placement::Attention { moved: 1 }));

    home.clock.advance(86_400);
    assert!(matches(&other, &id, Some(&client)).await.counted, "a new day");
    assert_eq!(dids(&matches(&home.engine, &id, None).await), dids(&first), "and they are even again");
}

#[tokio::test]
async fn whoever_asks_why_not_is_told() {
    let home = Home::new('a', &['b']).await;
    let client = person(&home, "client", rust_person("C")).await;
    let pay = |max: i64| json!({"kind": "money", "currency": "EUR", "per": "hour", "max": max});
    let mut posting = rust_job();
    posting["pay"] = pay(4_000);
    let id = job(&home, &client, posting).await;
    let mut dear = rust_person("Dear");
    dear["rate"] = json!({"kind": "money", "currency": "EUR", "per": "hour", "min": 9_000, "max": 12_000});
    let dear = person(&home, "dear", dear).await;
    let ana = person(&home, "ana", rust_person("Ana")).await;
    let silent = home.register("silent").await;
    caught_up(&home.engine).await;

    assert_eq!(
        dids(&matches(&home.engine, &id, None).await),
        [ana.as_str()],
        "neither the client nor who is stopped"
    );
    let answer = home
        .engine
        .discovery()
        .why_not(&id, &dear, WhyNotQuery { language: Some("fr".to_owned()) })
        .await
        .unwrap();
    assert_eq!(answer.answer, WhyNot::Stopped(Stop::BelowFloor));
    assert_eq!(answer.sentences, ["La mission paie moins que votre tarif minimum."]);
    let WhyNot::Ranked(explanation) = home
        .engine
        .discovery()
        .why_not(&id, &ana, WhyNotQuery { language: Some("en".to_owned()) })
        .await
        .unwrap()
        .answer
    else {
        panic!("she is shown")
    };
    assert_eq!((explanation.rank, explanation.holds()), (1, true));

    let baker = json!({"headline": "Baker", "skills": []});
    put(&home, &ana, baker).await;
    caught_up(&home.engine).await;
    let answer = home
        .engine
        .discovery()
        .why_not(&id, &ana, WhyNotQuery { language: Some("fr".to_owned()) })
        .await
        .unwrap();
    assert!(matches!(answer.answer, WhyNot::Unfit(_)), "{:?}", answer.answer);
    let [why, change] = answer.sentences.as_slice() else { panic!("{:?}", answer.sentences) };
    assert!(why.starts_with("Hors de la liste : il manque à votre profil Rust"), "{why}");
    assert_eq!(change, "Avec « Rust », ce serait le rang 1.");

    let ask =
        async |did: &Did| refusal(home.engine.discovery().why_not(&id, did, WhyNotQuery::default()).await);
    assert_eq!(ask(&client).await, Refusal::OwnJob);
    assert_eq!(ask(&silent).await, Refusal::NotFound("profile"));
    let own = home.engine.discovery().recommended_jobs(&client, RecommendedQuery::default()).await.unwrap();
    assert!(own.items.is_empty(), "nobody is recommended a job of their own");
}

#[tokio::test]
async fn what_is_ranked_with_is_published_each_time_that_it_changes() {
    let home = Home::new('a', &[]).await;
    for engine in [&home.engine, &home.twin().await, &home.engine] {
        look(engine.discovery()).await.unwrap();
    }
    let before = home.engine.discovery().transparency().await.unwrap();
    assert_eq!(before.changes.len(), 1, "looking again and other processes change nothing");
    assert_eq!(before.setting.weights["client"]["skill"], 26);

    let mut config = home.engine.config().clone();
    (config.ranking.client[0], config.ranking.client[1]) = (25, 15);
    let store = home.twin().await.store().clone();
    let changed = Engine::idle(config, store, home.clock.clone()).unwrap();
    home.clock.advance(60);
    look(changed.discovery()).await.unwrap();
    let after = changed.discovery().transparency().await.unwrap();
    assert_eq!(after.setting.weights["client"]["title"], 15);
    let [newest, oldest] = after.changes.as_slice() else { panic!("{:?}", after.changes) };
    assert_eq!(newest.changed, ["weights"]);
    assert_eq!((oldest, newest.at.as_str()), (&before.changes[0], "2026-11-24T10:01:00Z"));
}

/// A new version of the program that ranks by other rules says so, and with which numbers.
#[tokio::test]
async fn other_rules_than_before_are_a_change_that_is_published() {
    let home = Home::new('a', &[]).await;
    let before =
        json!({"ranker": "hanse-rules-3", "not_used": hanse_matching::explain::NOT_USED}).to_string();
    let mut connection = home.engine.store().connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    assert!(hanse_store::ranking::note_setting(&tx, &[2; 32], &before, 0).await.unwrap());
    tx.commit().await.unwrap();
    look(home.engine.discovery()).await.unwrap();
    let published = home.engine.discovery().transparency().await.unwrap();
    assert_eq!((published.setting.ranker.as_str(), published.setting.fits_percent), ("hanse-rules-7", 20));
    let changed = &published.changes.first().unwrap().changed;
    let names = |name: &str| changed.iter().any(|it| it == name);
    assert!(names("ranker") && names("fits_percent") && !names("not_used"), "{changed:?}");
}
