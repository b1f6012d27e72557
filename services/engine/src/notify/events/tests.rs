use std::time::Duration;

use hanse_account::Login;
use hanse_api::views::Session;
use hanse_base::workers::Workers;
use hanse_document::SigningKey;
use hanse_store::testing::settled;
use serde_json::json;

use super::*;
use crate::notify::alerts::raise::round;
use crate::testing::Home;

const PASSWORD: &str = "correct horse battery";

async fn login(home: &Home, handle: &str) -> Session {
    home.engine.accounts().login(Login::of(handle, PASSWORD, "")).await.unwrap()
}

fn listener(home: &Home, session: &Session) -> Listener {
    let did = Did::parse(&session.did).unwrap();
    Listener {
        did,
        session: session.id.clone(),
        until: home.engine.now().add_seconds(900).unwrap(),
        language: SentenceLanguage::En,
    }
}

async fn keep_all(home: &Home, did: &Did) {
    let request = serde_json::from_value(json!({"label": "all", "query": {}})).unwrap();
    home.engine.keep_search(did, request).await.unwrap();
}

async fn raised(engine: &Engine) {
    settled(&engine.store().connection().await.unwrap()).await;
    round(engine).await.unwrap();
}

/// The next event that is no sign of life.
async fn next(stream: &mut Stream) -> Event {
    let told = async {
        loop {
            match stream.next().await {
                Event::Alive => {}
                event @ (Event::Alert(_) | Event::Notification(_) | Event::End(_)) => return event,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), told).await.expect("something is told")
}

async fn alert_of(stream: &mut Stream) -> AlertView {
    let event = next(stream).await;
    let Event::Alert(alert) = event else { panic!("no alert: {event:?}") };
    alert
}

/// The worker that wakes streams, for as long as the value lives.
fn waking(engine: &Engine) -> Workers {
    let mut workers = Workers::new();
    workers.spawn("events", run(engine.clone(), workers.token()));
    workers
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_tells_what_was_missed_and_then_what_happens_whichever_process_raised_it() {
    let home = Home::new('a', &[]).await;
    let other = home.twin().await;
    let _waking = [waking(&home.engine), waking(&other)];
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    keep_all(&home, &ben).await;
    let session = login(&home, "ben").await;
    let mut new = home.engine.listen_to_events(listener(&home, &session), None).await.unwrap();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(home.post(&ada).await.view.id);
    }
    raised(&other).await;
    let mut positions = Vec::new();
    for id in &ids {
        let alert = alert_of(&mut new).await;
        assert_eq!((alert.job.as_str(), alert.event.as_str()), (id.as_str(), "job.published"));
        positions.push(alert.position);
    }
    // Taken up after the first one, in another process; then what happens now, in both.
    drop(new);
    let mut again = other.listen_to_events(listener(&home, &session), Some(positions[0])).await.unwrap();
    assert_eq!(alert_of(&mut again).await.position, positions[1]);
    assert_eq!(alert_of(&mut again).await.position, positions[2]);
    let fourth = home.post(&ada).await.view.id;
    raised(&home.engine).await;
    assert_eq!(alert_of(&mut again).await.job, fourth);
    let mut whole = other.listen_to_events(listener(&home, &session), Some(0)).await.unwrap();
    assert_eq!(alert_of(&mut whole).await.position, positions[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_hears_what_is_told_to_somebody_else() {
    let home = Home::new('a', &[]).await;
    let _waking = waking(&home.engine);
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    raised(&home.engine).await;
    keep_all(&home, &ben).await;
    home.post(&ada).await;
    raised(&home.engine).await;
    keep_all(&home, &cleo).await;
    let mut stream =
        home.engine.listen_to_events(listener(&home, &login(&home, "cleo").await), Some(0)).await.unwrap();
    let second = home.post(&ada).await.view.id;
    raised(&home.engine).await;
    let alert = alert_of(&mut stream).await;
    assert_eq!(alert.job, second);
    assert_eq!(home.engine.alerts(&cleo, &Default::default()).await.unwrap().items.len(), 1);
    assert_eq!(home.engine.alerts(&ben, &Default::default()).await.unwrap().items.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fourth_stream_takes_the_place_of_the_oldest_that_is_read() {
    let home = Home::new('a', &[]).await;
    home.register("ben").await;
    let me = listener(&home, &login(&home, "ben").await);
    let mut open = Vec::new();
    for _ in 0..OF_PERSON_MAX {
        open.push(home.engine.listen_to_events(me.clone(), Some(0)).await.unwrap());
    }
    // Nobody reads the oldest: it cannot notice, and there is no place.
    let refused = home.engine.listen_to_events(me.clone(), Some(0)).await.unwrap_err();
    assert!(
        matches!(&refused, UseError::Refused(refusal) if refusal.slug() == "too-many-streams"),
        "{refused:?}"
    );
    assert_eq!(home.engine.streams(), OF_PERSON_MAX);
    // Its reader comes back, hears of its end, and goes.
    let mut oldest = open.remove(0);
    assert_eq!(next(&mut oldest).await, Event::End(End::Replaced));
    let waiting = home.engine.listen_to_events(me.clone(), Some(0));
    drop(oldest);
    open.push(waiting.await.unwrap());
    assert_eq!(home.engine.streams(), OF_PERSON_MAX);
    drop(open);
    assert_eq!(home.engine.streams(), 0);
}

#[tokio::test]
async fn a_process_has_a_bounded_number_of_streams() {
    let home = Home::new('a', &[]).await;
    let until = home.engine.now().add_seconds(900).unwrap();
    let mut open = Vec::new();
    let somebody = |n: usize| {
        let mut seed = [7; 32];
        seed[..8].copy_from_slice(&n.to_be_bytes());
        let did = Did::of(&SigningKey::from_seed(seed).public());
        Listener { did, session: String::new(), until, language: SentenceLanguage::En }
    };
    for n in 0..STREAMS_MAX {
        open.push(home.engine.listen_to_events(somebody(n), Some(0)).await.unwrap());
    }
    let refused = home.engine.listen_to_events(somebody(STREAMS_MAX), Some(0)).await.unwrap_err();
    assert!(matches!(refused, UseError::Refused(Refusal::Busy)), "{refused:?}");
    open.pop();
    home.engine.listen_to_events(somebody(STREAMS_MAX), Some(0)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_login_its_token_and_its_process() {
    let home = Home::new('a', &[]).await;
    home.register("ben").await;
    let (session, other) = (login(&home, "ben").await, login(&home, "ben").await);
    let open =
        async |session: &Session| home.engine.listen_to_events(listener(&home, session), Some(0)).await;
    let mut stream = open(&session).await.unwrap();
    let mut stays = open(&other).await.unwrap();
    assert_eq!(stays.next().await, Event::Alive);
    let (event, out) = tokio::join!(next(&mut stream), home.engine.accounts().logout(&session.id));
    out.unwrap();
    assert_eq!(event, Event::End(End::SessionEnded));
    assert_eq!(stays.next().await, Event::Alive, "another login of the same person lives on");
    home.clock.advance(900);
    assert_eq!(next(&mut stays).await, Event::End(End::TokenExpired));
    let mut last = open(&other).await.unwrap();
    let (event, ()) = tokio::join!(next(&mut last), async { home.engine.end_streams() });
    assert_eq!(event, Event::End(End::Stopping));
    assert!(matches!(open(&other).await, Err(UseError::Refused(Refusal::Busy))));
}

#[tokio::test]
async fn a_slow_reader_is_told_everything_and_holds_little() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    raised(&home.engine).await;
    for _ in 0..7 {
        keep_all(&home, &ben).await;
    }
    for _ in 0..10 {
        home.post(&ada).await;
    }
    raised(&home.engine).await;
    let me = listener(&home, &login(&home, "ben").await);
    let mut stream = home.engine.listen_to_events(me, Some(0)).await.unwrap();
    let mut positions = Vec::new();
    for _ in 0..70 {
        positions.push(alert_of(&mut stream).await.position);
        assert!(stream.ready.len() < usize::try_from(PAGE).unwrap());
    }
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    assert_eq!(stream.next().await, Event::Alive);
}

#[tokio::test]
async fn new_accounts_leave_most_places_to_the_others() {
    let events = Events::default();
    let listener = |n: u16| {
        let mut seed = [0; 32];
        seed[..2].copy_from_slice(&n.to_be_bytes());
        let did = Did::of(&SigningKey::from_seed(seed).public());
        let until = Timestamp::parse("2027-01-01T00:00:00Z").unwrap();
        Listener { did, session: n.to_string(), until, language: SentenceLanguage::En }
    };
    let mut seats = Vec::new();
    for n in 0..u16::try_from(NEW_STREAMS_MAX).unwrap() {
        seats.push((listener(n), events.try_seat(&listener(n), true).unwrap().unwrap()));
    }
    let (late, known) = (listener(9_000), listener(9_001));
    assert!(matches!(events.try_seat(&late, true), Err(Refusal::Busy)));
    assert!(!events.lock().of.contains_key(&late.did), "who got no place is not remembered");
    assert!(events.try_seat(&known, false).unwrap().is_some(), "the others find a place");
    let (first, seat) = seats.pop().unwrap();
    events.leave(&first.did, &seat);
    assert!(events.try_seat(&late, true).unwrap().is_some());
}
