use std::collections::BTreeMap;

use hanse_api::requests::{PicksQuery, WhyNotQuery};
use hanse_api::views::Picks;
use hanse_base::error::UseError;
use hanse_discovery::matching::index::look;
use hanse_discovery::matching::picks::make;
use hanse_discovery::matching::today;
use hanse_document::Did;
use hanse_lifecycle::Event;
use hanse_matching::explain::WhyNot;
use serde_json::json;

use crate::testing::Home;

/// Millionths of a whole: who is worth less is no pick.
const LEAST: u32 = 500_000;
/// Picks of one person in a night.
const OF_PERSON: usize = 3;

async fn profile(home: &Home, did: &Did, headline: &str) {
    let request =
        serde_json::from_value(json!({"headline": headline, "languages": ["en"], "remote": true})).unwrap();
    home.engine.put_profile(did, request, false).await.unwrap();
}

async fn post(home: &Home, client: &Did, title: &str, seats: u32) -> String {
    let request = json!({"title": title, "text": "More of it.", "language": "en", "languages": ["en"], "seats": seats, "place": {"kind": "remote"}});
    let request = serde_json::from_value(request).unwrap();
    home.engine.post_job(client, request, false).await.unwrap().view.id
}

/// One night of the test's clock.
async fn night(home: &Home) {
    hanse_store::testing::settled(&home.engine.store().connection().await.unwrap()).await;
    look(home.engine.discovery()).await.unwrap();
    assert!(make(home.engine.discovery(), today(home.engine.discovery())).await.unwrap());
}

async fn shown(home: &Home, did: &Did) -> Picks {
    home.engine.discovery().picks(did, &PicksQuery { language: Some("fr".into()) }).await.unwrap()
}

fn jobs(picks: &Picks, role: &str) -> Vec<String> {
    picks.items.iter().filter(|pick| pick.role == role).map(|pick| pick.job.clone()).collect()
}

#[tokio::test]
async fn both_sides_are_shown_a_pair_with_its_reasons_and_only_for_a_night() {
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    assert!(
        !make(home.engine.discovery(), today(home.engine.discovery())).await.unwrap(),
        "without an index there are no pairs"
    );
    assert_eq!(shown(&home, &ben).await, Picks { day: None, made_at: None, items: Vec::new() });
    profile(&home, &ada, "Carpenter").await;
    profile(&home, &ben, "Carpenter").await;
    profile(&home, &cleo, "Nurse").await;
    // With a seat for everybody who fits, herself included.
    let carpenter = post(&home, &ada, "Carpenter", 2).await;
    let nurse = post(&home, &ada, "Nurse", 1).await;
    night(&home).await;
    let (of_ada, of_ben, of_cleo) =
        (shown(&home, &ada).await, shown(&home, &ben).await, shown(&home, &cleo).await);
    assert_eq!(of_ben.day.as_deref(), Some("2026-11-24"));
    assert_eq!(jobs(&of_ben, "freelancer"), std::slice::from_ref(&carpenter));
    assert_eq!(jobs(&of_cleo, "freelancer"), std::slice::from_ref(&nurse));
    assert_eq!(jobs(&of_ada, "freelancer"), [""; 0], "nobody is picked for their own posting");
    assert_eq!(jobs(&of_ada, "client").len(), 2);
    for pick in of_ada.items.iter().chain(&of_ben.items) {
        assert!(pick.explanation.holds() && pick.explanation.h > 500_000 && !pick.sentences.is_empty());
        assert_eq!((pick.explanation.rank, pick.home.as_str()), (1, "a.example"));
    }
    let reason = serde_json::from_value(json!({"reason": "Gone."})).unwrap();
    home.engine
        .move_job(&ada, &carpenter.parse().unwrap(), Event::CloseUnfilled, reason, false)
        .await
        .unwrap();
    assert_eq!(shown(&home, &ben).await.items, [], "what is closed is not shown any more");
    let later = post(&home, &ada, "A carpenter", 1).await;
    night(&home).await;
    assert_eq!(shown(&home, &ben).await.items, [], "pairs are made once a night");
    home.clock.advance(86_400);
    night(&home).await;
    let of_ben = shown(&home, &ben).await;
    assert_eq!((of_ben.day.as_deref(), jobs(&of_ben, "freelancer")), (Some("2026-11-25"), vec![later]));
    let refused = home.engine.discovery().picks(&ben, &PicksQuery { language: Some("de".into()) }).await;
    assert!(matches!(
        refused,
        Err(UseError::Refused(hanse_base::error::Refusal::BadField { field: "language", .. }))
    ));
}

#[tokio::test]
async fn a_seat_that_was_offered_to_somebody_is_not_free() {
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    for did in [&ben, &cleo] {
        profile(&home, did, "Carpenter").await;
    }
    let job = post(&home, &ada, "Carpenter", 1).await;
    home.sequence().await;
    let bid = home.bid(&cleo, &job).await.view.id;
    let due = home.engine.now().add_seconds(30 * 86_400).unwrap().to_string();
    let pay = json!({"kind": "time_credits", "hours": 12});
    let offer = json!({"scope": "All of it.", "due": due.split('T').next(), "pay": pay});
    let offer = serde_json::from_value(offer).unwrap();
    let contract = home.engine.offer(&ada, &bid.parse().unwrap(), offer, false).await.unwrap().view.id;
    night(&home).await;
    assert_eq!(shown(&home, &ada).await.items, []);
    let reason = serde_json::from_value(json!({"reason": "No time."})).unwrap();
    home.engine.step(&cleo, &contract.parse().unwrap(), Event::Decline, reason, false).await.unwrap();
    home.clock.advance(86_400);
    night(&home).await;
    assert_eq!(jobs(&shown(&home, &ada).await, "client"), [job], "and is free again when it came to nothing");
}

/// Out of the real index: for no posting and person outside the pairs would both rather have each other.
#[tokio::test]
async fn no_pair_that_was_left_out_would_rather_have_each_other() {
    const TITLES: [&str; 6] = [
        "Carpenter",
        "Carpenter and joiner",
        "Furniture carpenter",
        "Nurse",
        "Night nurse",
        "Roof carpenter",
    ];
    let home = Home::new('a', &[]).await;
    let client = home.register("client").await;
    let mut people = Vec::new();
    for (n, headline) in (0..12).zip(TITLES.iter().cycle()) {
        let did = home.register(&format!("person-{n}")).await;
        profile(&home, &did, headline).await;
        people.push(did);
    }
    let mut seats = BTreeMap::new();
    for (n, title) in (1..=8).zip(TITLES.iter().cycle()) {
        seats.insert(post(&home, &client, title, n % 3 + 1).await, usize::try_from(n % 3 + 1).unwrap());
    }
    night(&home).await;
    let mut of_person: BTreeMap<Did, Vec<String>> = BTreeMap::new();
    let mut of_job: BTreeMap<String, Vec<Did>> = BTreeMap::new();
    for did in &people {
        for job in jobs(&shown(&home, did).await, "freelancer") {
            of_person.entry(did.clone()).or_default().push(job.clone());
            of_job.entry(job).or_default().push(did.clone());
        }
    }
    assert!(of_job.len() > 3, "{of_job:?}");
    // Every pair by itself, without the index's choice of candidates.
    let mut scores = BTreeMap::new();
    for job in seats.keys() {
        for did in &people {
            let asked = WhyNotQuery { language: Some("en".to_owned()) };
            let answer = home.engine.discovery().why_not(&job.parse().unwrap(), did, asked).await.unwrap();
            if let WhyNot::Ranked(explanation) = answer.answer {
                scores.insert((job.clone(), did.clone()), explanation.h);
            }
        }
    }
    let score = |job: &str, did: &Did| scores.get(&(job.to_owned(), did.clone())).copied();
    let rather = |own: u32, other: u32| own > other;
    for (job, seats) in &seats {
        let held = of_job.get(job).cloned().unwrap_or_default();
        assert!(held.len() <= *seats);
        for did in people.iter().filter(|did| !held.contains(did)) {
            let Some(own) = score(job, did).filter(|h| *h > LEAST) else { continue };
            let theirs = of_person.get(did).cloned().unwrap_or_default();
            assert!(theirs.len() <= OF_PERSON);
            let job_would =
                held.len() < *seats || held.iter().any(|other| rather(own, score(job, other).unwrap()));
            let person_would = theirs.len() < OF_PERSON
                || theirs.iter().any(|other| rather(own, score(other, did).unwrap()));
            assert!(!(job_would && person_would), "{job} and {did}");
        }
    }
}
