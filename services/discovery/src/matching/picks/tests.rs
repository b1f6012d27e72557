use hanse_document::Did;
use hanse_lifecycle::Event;
use hanse_matching::query::{Query, Setting};
use serde_json::json;

use super::*;
use crate::matching::index::look;
use crate::testing::Home;

async fn profile(home: &Home, did: &Did, headline: &str) {
    let request =
        serde_json::from_value(json!({"headline": headline, "languages": ["en"], "remote": true})).unwrap();
    home.discovery.put_profile(did, request, false).await.unwrap();
}

async fn post(home: &Home, client: &Did, title: &str, seats: u32) -> String {
    let request = json!({"title": title, "text": "More of it.", "language": "en", "languages": ["en"], "seats": seats, "place": {"kind": "remote"}});
    let request = serde_json::from_value(request).unwrap();
    home.discovery.post_job(client, request, false).await.unwrap().view.id
}

/// One night of the test's clock.
async fn night(home: &Home) {
    hanse_store::testing::settled(&home.discovery.store().connection().await.unwrap()).await;
    look(&home.discovery).await.unwrap();
    assert!(make(&home.discovery, today(&home.discovery)).await.unwrap());
}

async fn shown(home: &Home, did: &Did) -> Picks {
    home.discovery.picks(did, &PicksQuery { language: Some("fr".into()) }).await.unwrap()
}

fn jobs(picks: &Picks, role: &str) -> Vec<String> {
    picks.items.iter().filter(|pick| pick.role == role).map(|pick| pick.job.clone()).collect()
}

#[tokio::test]
async fn both_sides_are_shown_a_pair_with_its_reasons_and_only_for_a_night() {
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    assert!(!make(&home.discovery, today(&home.discovery)).await.unwrap(), "without an index there are no pairs");
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
    home.discovery
        .move_job(&ada, &carpenter.parse().unwrap(), Event::CloseUnfilled, reason, false)
        .await
        .unwrap();
    assert_eq!(shown(&home, &ben).await.items, [], "what is closed is not shown any more");
    let later = post(&home, &ada, "Carpenter", 1).await;
    night(&home).await;
    assert_eq!(shown(&home, &ben).await.items, [], "pairs are made once a night");
    home.clock.advance(86_400);
    night(&home).await;
    let of_ben = shown(&home, &ben).await;
    assert_eq!((of_ben.day.as_deref(), jobs(&of_ben, "freelancer")), (Some("2026-11-25"), vec![later]));
    let refused = home.discovery.picks(&ben, &PicksQuery { language: Some("de".into()) }).await;
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
    let due = home.discovery.now().add_seconds(30 * 86_400).unwrap().to_string();
    let pay = json!({"kind": "time_credits", "hours": 12});
    let offer = json!({"scope": "All of it.", "due": due.split('T').next(), "pay": pay});
    let offer = serde_json::from_value(offer).unwrap();
    let contract = home.discovery.offer(&ada, &bid.parse().unwrap(), offer, false).await.unwrap().view.id;
    night(&home).await;
    assert_eq!(shown(&home, &ada).await.items, []);
    let reason = serde_json::from_value(json!({"reason": "No time."})).unwrap();
    home.discovery.step(&cleo, &contract.parse().unwrap(), Event::Decline, reason, false).await.unwrap();
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
    let score = |job: &str, did: &Did| {
        let job: hanse_document::DocumentId = job.parse().unwrap();
        let seen = home.discovery.matching().read(|state, _| {
            let setting = Setting { policy: home.discovery.config().ranking, ..state.knowledge.setting() };
            let query = Query::new(state.jobs.get(job.hash()).unwrap(), setting);
            let person = state.people.get(&did.subject_key()).unwrap();
            query.stop(person).is_none().then(|| (query.score(person).h, query.tie(&person.id)))
        });
        seen.unwrap()
    };
    let rather = |a: (f64, [u8; 32]), b: (f64, [u8; 32])| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1);
    for (job, seats) in &seats {
        let held = of_job.get(job).cloned().unwrap_or_default();
        assert!(held.len() <= *seats);
        for did in people.iter().filter(|did| !held.contains(did)) {
            let Some(own) = score(job, did).filter(|(h, _)| *h > LEAST) else { continue };
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

/// The same with lists of every shape, seats and shortages.
#[test]
fn no_pair_blocks_whatever_the_lists() {
    let mut state = 1_u64;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    for _ in 0..200 {
        let lists: Vec<Wanted> = (0..8_u8)
            .map(|job| {
                let mut list: Vec<Liked> = (0..10_u8)
                    .filter_map(|person| {
                        let (listed, score) = (random(3) > 0, usize::try_from(random(4)).unwrap());
                        listed.then(|| Liked {
                            person: [person; 32],
                            score: [0.6, 0.7, 0.7, 0.9][score],
                            tie: [job.wrapping_mul(37) ^ person.wrapping_mul(101); 32],
                        })
                    })
                    .collect();
                list.sort_by(better);
                Wanted { job: [job; 32], seats: usize::try_from(random(3)).unwrap(), list }
            })
            .collect();
        let pairs = pairs(&lists);
        let held = |job: &Wanted| pairs.get(&job.job).cloned().unwrap_or_default();
        let liked =
            |job: &Wanted, person: [u8; 32]| *job.list.iter().find(|liked| liked.person == person).unwrap();
        for job in &lists {
            assert!(held(job).len() <= job.seats);
            for own in job.list.iter().filter(|liked| !held(job).contains(&liked.person)) {
                let theirs: Vec<Liked> = lists
                    .iter()
                    .filter(|other| held(other).contains(&own.person))
                    .map(|other| liked(other, own.person))
                    .collect();
                assert!(theirs.len() <= OF_PERSON);
                let rather = |other: &Liked| better(own, other) == Ordering::Less;
                let person_would = theirs.len() < OF_PERSON || theirs.iter().any(rather);
                let job_would = job.seats > 0
                    && (held(job).len() < job.seats
                        || held(job).iter().any(|person| rather(&liked(job, *person))));
                assert!(!(job_would && person_would));
            }
        }
    }
}

#[test]
fn one_client_takes_a_bounded_part_of_a_night_and_another_one_each_night() {
    let client = |letter: u8| Did::of(&hanse_document::SigningKey::from_seed([letter; 32]).public());
    let row = |n: usize, letter: u8, free: i64| {
        let mut id = [letter; 32];
        id[..8].copy_from_slice(&n.to_be_bytes());
        OpenRow { id, client: client(letter), free }
    };
    let mut open: Vec<OpenRow> = (0..OF_CLIENT_MAX * 3).map(|n| row(n, 1, 1)).collect();
    open.extend([row(0, 2, 100), row(1, 2, 0), row(2, 2, -1)]);
    let night = chosen(open.clone(), 1);
    let of = |letter: u8| {
        night.iter().filter(|(id, _)| id[31] == letter).map(|(_, seats)| *seats).collect::<Vec<_>>()
    };
    assert_eq!(of(1), [1; OF_CLIENT_MAX]);
    assert_eq!(of(2), [OF_JOB_MAX], "no more than are talked to, and none without a free seat");
    assert_eq!(chosen(open.clone(), 1), night);
    assert_ne!(chosen(open, 2), night);
    let many: Vec<OpenRow> = (0..JOBS_MAX + 100)
        .map(|n| OpenRow { client: client(u8::try_from(n % 251).unwrap()), ..row(n, 3, 1) })
        .collect();
    assert_eq!(chosen(many, 1).len(), JOBS_MAX.min(251 * OF_CLIENT_MAX));
}
