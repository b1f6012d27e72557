//! What finds what, by the search and by alerts alike.

mod table;

use std::collections::BTreeSet;

use hanse_api::requests::{AlertQuery, JobQuery, JobRequest};
use hanse_base::error::{Refusal, UseError};
use hanse_base::rounds::Round;
use hanse_document::{Did, DocumentId};
use hanse_search::{Asked, Posting};
use hanse_store::Sql as _;
use hanse_store::testing::settled;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::market::search::fold;
use crate::notify::alerts::raise;
use crate::testing::Home;

fn rows() -> impl Iterator<Item = &'static table::Row> {
    [table::STEMS, table::LETTERS, table::JOINED, table::SCRIPTS, table::ASKED].into_iter().flatten()
}

async fn post(home: &Home, client: &Did, more: Value) -> String {
    let mut request = json!({"text": "…"});
    for (name, value) in more.as_object().into_iter().flatten() {
        request[name] = value.clone();
    }
    let request: JobRequest = serde_json::from_value(request).unwrap();
    home.engine.post_job(client, request, false).await.unwrap().view.id
}

async fn found(home: &Home, query: Value) -> Vec<String> {
    let (mut found, mut cursor) = (Vec::new(), None);
    loop {
        let mut query: JobQuery = serde_json::from_value(query.clone()).unwrap();
        query.cursor = cursor;
        let page = home.engine.jobs(query).await.unwrap();
        found.extend(page.items.into_iter().map(|job| job.id));
        cursor = page.next;
        if cursor.is_none() {
            return found;
        }
    }
}

async fn keep(home: &Home, did: &Did, query: Value) -> String {
    let request = serde_json::from_value(json!({"label": "x", "query": query})).unwrap();
    home.engine.keep_search(did, request).await.unwrap().id
}

/// The pairs of search and posting that people are told of.
async fn told(home: &Home, dids: &[Did]) -> BTreeSet<(String, String)> {
    settled(&home.engine.store().connection().await.unwrap()).await;
    raise::round(&home.engine).await.unwrap();
    let mut told = BTreeSet::new();
    for did in dids {
        let (mut after, mut more) = (None, true);
        while more {
            let page = home.engine.alerts(did, &AlertQuery { after, limit: Some(100) }).await.unwrap();
            after = page.items.last().map(|last| last.position);
            more = page.next.is_some();
            told.extend(page.items.into_iter().map(|alert| (alert.search, alert.job)));
        }
    }
    told
}

/// As many people as it takes to keep so many searches.
async fn people(home: &Home, searches: usize) -> Vec<Did> {
    let mut people = Vec::new();
    for number in 0..searches.div_ceil(20) {
        people.push(home.register(&format!("person-{number}")).await);
    }
    people
}

#[tokio::test]
async fn what_finds_what() {
    let home = Home::new('a', &[]).await;
    let people = people(&home, rows().count()).await;
    // One client for ten postings: a search tells of no more of them in a day.
    let mut clients = Vec::new();
    for number in 0..rows().count().div_ceil(10) {
        clients.push(home.register(&format!("client-{number}")).await);
    }
    told(&home, &[]).await;
    let mut searches = Vec::new();
    for (number, (_, _, query, _)) in rows().enumerate() {
        searches.push(keep(&home, &people[number / 20], json!({"text": query})).await);
    }
    let mut jobs = Vec::new();
    for (number, (language, stored, ..)) in rows().enumerate() {
        let mut posting = json!({"title": "…", "text": stored});
        if !language.is_empty() {
            posting["language"] = (*language).into();
        }
        jobs.push(post(&home, &clients[number / 10], posting).await);
    }
    let told = told(&home, &people).await;
    let mut wrong = Vec::new();
    for (((language, stored, query, finds), job), search) in rows().zip(&jobs).zip(&searches) {
        let by_search = found(&home, json!({"text": query, "limit": 100})).await.contains(job);
        let by_alert = told.contains(&(search.clone(), job.clone()));
        if by_search != *finds || by_alert != *finds {
            wrong.push(format!("{language} {stored:?} by {query:?}: search {by_search}, alert {by_alert}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn what_a_release_before_has_stored_is_folded_again() {
    const BEFORE: &str = "UPDATE job SET folding = 0, search = to_tsvector('simple', title)";
    const ASKED_BEFORE: &str =
        "UPDATE saved_search SET folding = 0, words = ARRAY[websearch_to_tsquery('simple', 'livres')]";
    const LEFT: &str = "SELECT (SELECT count(*) FROM job WHERE folding < 1) + (SELECT count(*) FROM saved_search \
         WHERE folding < 1) AS left";
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    told(&home, &[]).await;
    let search = keep(&home, &ben, json!({"text": "livres"})).await;
    let all = keep(&home, &ben, json!({"remote": true})).await;
    let mut jobs = Vec::new();
    for number in 0..120 {
        let posting = json!({"title": format!("Traduire {number}"), "text": "Un livre.", "language": "fr"});
        jobs.push(post(&home, &ada, posting).await);
    }
    let gone = post(&home, &ada, json!({"title": "Traduire", "text": "Un livre."})).await;
    let db = home.engine.store().connection().await.unwrap();
    db.execute(BEFORE, &[]).await.unwrap();
    db.execute(ASKED_BEFORE, &[]).await.unwrap();
    let hash = gone.parse::<DocumentId>().unwrap();
    db.execute("DELETE FROM document WHERE id = $1", &[&hash.hash().as_slice()]).await.unwrap();
    assert_eq!(found(&home, json!({"text": "livres"})).await, Vec::<String>::new());
    while fold::round(&home.engine).await.unwrap() != Round::Idle {}
    assert_eq!(db.query_one(LEFT, &[]).await.unwrap().get::<_, i64>("left"), 0);
    jobs.sort_unstable();
    let mut again = found(&home, json!({"text": "livres"})).await;
    again.sort_unstable();
    assert_eq!(again, jobs);
    let told = told(&home, &[ben]).await;
    assert!(told.iter().any(|(by, _)| *by == search) && told.iter().all(|(by, _)| *by != all), "{told:?}");
}

#[tokio::test]
async fn a_language_is_looked_for_with_its_regions() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    told(&home, &[]).await;
    let asked = ["fr", "fr-FR", "fr-CA", "zh", "zh-Hant", "zh-Hant-TW", "de", "fro"];
    let mut searches = Vec::new();
    for language in asked {
        searches.push(keep(&home, &ben, json!({"language": language})).await);
    }
    let tags = ["fr", "fr-FR", "fr-CA", "zh", "zh-Hant", "zh-Hans-CN", "zh-Hant-TW", "en"];
    let mut jobs = Vec::new();
    for language in tags {
        jobs.push(post(&home, &ada, json!({"title": language, "language": language})).await);
    }
    post(&home, &ada, json!({"title": "unstated"})).await;
    let told = told(&home, &[ben]).await;
    let expected: [&[&str]; 8] = [
        &["fr", "fr-FR", "fr-CA"],
        &["fr", "fr-FR"],
        &["fr", "fr-CA"],
        &["zh", "zh-Hant", "zh-Hans-CN", "zh-Hant-TW"],
        &["zh", "zh-Hant", "zh-Hant-TW"],
        &["zh", "zh-Hant", "zh-Hant-TW"],
        &[],
        &[],
    ];
    for ((language, search), expected) in asked.iter().zip(&searches).zip(expected) {
        let by_search = found(&home, json!({"language": language})).await;
        for (tag, job) in tags.iter().zip(&jobs) {
            let fits = expected.contains(tag);
            assert_eq!(by_search.contains(job), fits, "{tag} by {language}");
            assert_eq!(told.contains(&(search.clone(), job.clone())), fits, "{tag} told by {language}");
        }
    }
}

#[tokio::test]
async fn what_is_relevant_stands_first_and_no_page_loses_or_repeats_one() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    let mut expected = Vec::new();
    for (title, text) in [
        ("Garden and menu", "x"),
        ("Gardens", "A menu."),
        ("Menu", "A garden."),
        ("Menus", "x"),
        ("x", "A menu for a garden: menu, menu, menu, garden, garden."),
        ("y", "One menu, one garden."),
        ("x", "A garden."),
    ] {
        expected.push(post(&home, &ada, json!({"title": title, "text": text, "language": "en"})).await);
        home.clock.advance(-1);
    }
    post(&home, &ada, json!({"title": "Bridge", "text": "None."})).await;
    let skilled =
        json!({"title": "x", "text": "One menu.", "skills": ["local:garden-work"], "language": "en"});
    let skilled = post(&home, &ada, skilled).await;
    expected.insert(4, skilled);
    for limit in [1, 2, 3, 100] {
        for sort in ["sort", "order"] {
            let query = json!({"text": "gardens or menu", sort: "relevance", "limit": limit});
            assert_eq!(found(&home, query).await, expected, "{limit}");
        }
    }
    let newest = found(&home, json!({"text": "gardens or menu"})).await;
    assert_ne!(newest, expected);
    let first = json!({"text": "menu", "sort": "relevance", "limit": 1});
    let next = home.engine.jobs(serde_json::from_value(first).unwrap()).await.unwrap().next;
    refused(&home, json!({"text": "menu", "cursor": next}), "cursor").await;
    refused(&home, json!({"sort": "relevance"}), "sort").await;
    refused(&home, json!({"text": " ", "sort": "relevance"}), "sort").await;
}

async fn refused(home: &Home, query: Value, named: &str) {
    let asked: JobQuery = serde_json::from_value(query.clone()).unwrap();
    match home.engine.jobs(asked).await {
        Err(UseError::Refused(Refusal::BadField { field, .. })) => assert_eq!(field, named, "{query}"),
        other => panic!("{query}: {other:?}"),
    }
}

#[tokio::test]
async fn what_nothing_can_be_found_by_is_refused() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    for text in ["&", "👋", "-", "\"\"", "\0", &"a ".repeat(17), &"a/".repeat(17), &"a".repeat(501)] {
        refused(&home, json!({"text": text}), "text").await;
        let kept = serde_json::from_value(json!({"label": "x", "query": {"text": text}})).unwrap();
        let kept = home.engine.keep_search(&ada, kept).await;
        assert!(matches!(kept, Err(UseError::Refused(Refusal::BadField { field: "text", .. }))), "{kept:?}");
    }
    assert_eq!(found(&home, json!({"text": " "})).await, Vec::<String>::new(), "spaces ask for nothing");
}

#[tokio::test]
async fn a_search_of_as_many_words_as_can_be_is_kept_and_told() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    told(&home, &[]).await;
    let words: Vec<String> = (0..16).map(|number| format!("développements{number}é")).collect();
    let search = keep(&home, &ben, json!({"text": words.join(" ")})).await;
    let job = post(&home, &ada, json!({"title": "x", "text": words.join(", ")})).await;
    assert_eq!(told(&home, &[ben]).await, BTreeSet::from([(search, job.clone())]));
    assert_eq!(found(&home, json!({"text": words.join(" "), "sort": "relevance"})).await, [job]);
}

/// PostgreSQL takes what is made of any text, and finds the text by each of its own words.
#[tokio::test]
async fn whatever_people_write_the_database_takes() {
    const LOST: &str = "SELECT text FROM unnest($1::text[], $2::text[], $3::text[]) AS made (text, lexemes, query) \
         WHERE numnode(query::tsquery) = 0 OR NOT (lexemes::tsvector @@ query::tsquery OR strpos(query, '!') > 0)";
    let home = Home::new('a', &[]).await;
    let mut runner = TestRunner::deterministic();
    let texts = "(\\PC|[-\"'/.+#&|!:*() \\\\A-Za-zé東]){1,40}";
    let texts = proptest::string::string_regex(texts).unwrap();
    let (mut asked_of, mut lexemes, mut queries) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..1_500_u32 {
        let text = texts.new_tree(&mut runner).unwrap().current();
        let language = ["fr", "en", "ja", "ru"].get(usize::try_from(number % 6).unwrap()).copied();
        let Ok(asked) = Asked::read(&text, language) else { continue };
        lexemes.push(Posting { title: &text, skills: &[], text: &text, language }.lexemes());
        queries.push(asked.query);
        asked_of.push(text);
    }
    assert!(queries.len() > 1_000, "{}", queries.len());
    let db = home.engine.store().connection().await.unwrap();
    let lost = db.query(LOST, &[&asked_of, &lexemes, &queries]).await.unwrap();
    let lost: Vec<String> = lost.iter().map(|row| row.get("text")).collect();
    assert_eq!(lost, Vec::<String>::new());
}
