use std::time::Duration;

use hanse_lifecycle::Event;
use serde_json::json;

use super::place::{round, step};
use super::*;
use crate::notify::events::{Event as Heard, Listener};
use crate::testing::Home;

/// What a person was told, the oldest first.
async fn told(home: &Home, did: &Did) -> Vec<String> {
    round(&home.engine).await.unwrap();
    let query = NotificationQuery { limit: Some(100), ..NotificationQuery::default() };
    let page = home.engine.notifications(did, &query, SentenceLanguage::En).await.unwrap();
    page.items.into_iter().rev().map(|told| told.event).collect()
}

async fn close(home: &Home, client: &Did, job: &str) {
    let reason = serde_json::from_value(json!({"reason": "Not needed any more."})).unwrap();
    home.engine.move_job(client, &job.parse().unwrap(), Event::CloseUnfilled, reason, false).await.unwrap();
}

#[tokio::test]
async fn each_side_is_told_of_the_moves_of_the_other_and_of_what_follows() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let job = home.post(&ada).await.view.id;
    let bid = home.bid(&ben, &job).await.view.id;
    assert_eq!(told(&home, &ada).await, ["bid.submitted"]);
    assert_eq!(told(&home, &ben).await, [""; 0], "nobody is told of their own move");
    close(&home, &ada, &job).await;
    assert_eq!(told(&home, &ada).await, ["bid.submitted"]);
    assert_eq!(told(&home, &ben).await, ["job.closed", "bid.not_selected"]);

    let query = NotificationQuery { limit: Some(1), ..NotificationQuery::default() };
    let page = home.engine.notifications(&ben, &query, SentenceLanguage::Fr).await.unwrap();
    let [newest] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!(newest.text, "« A bridge » a pris fin sans votre proposition.");
    assert_eq!((newest.object.as_str(), newest.job.as_ref()), (bid.as_str(), Some(&job)));
    assert_eq!((newest.actor.as_str(), newest.seen), ("node", false));
    let rest = NotificationQuery { cursor: page.next, ..query };
    let rest = home.engine.notifications(&ben, &rest, SentenceLanguage::Fr).await.unwrap();
    assert_eq!(rest.items.iter().map(|told| told.event.as_str()).collect::<Vec<_>>(), ["job.closed"]);
    assert_eq!(rest.next, None);
}

#[tokio::test]
async fn what_was_seen_is_seen_and_what_comes_later_is_not() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let job = home.post(&ada).await.view.id;
    home.bid(&ben, &job).await;
    round(&home.engine).await.unwrap();
    let unseen = NotificationQuery { unseen: true, ..NotificationQuery::default() };
    let list = async || home.engine.notifications(&ada, &unseen, SentenceLanguage::En).await.unwrap().items;
    let position = list().await.first().unwrap().position;
    let see = async |did: &Did, up_to| home.engine.see_notifications(did, up_to).await.unwrap().seen;
    assert_eq!(see(&ada, position - 1).await, 0);
    assert_eq!(see(&ben, position).await, 0, "somebody else's are not theirs to see");
    assert_eq!(see(&ada, position).await, 1);
    assert_eq!(see(&ada, position).await, 0);
    assert!(list().await.is_empty());
    let cai = home.register("cai").await;
    home.bid(&cai, &job).await;
    round(&home.engine).await.unwrap();
    assert_eq!(list().await.len(), 1);
}

#[tokio::test]
async fn an_event_that_is_off_is_not_written() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let put = async |off: &[&str]| {
        let request = serde_json::from_value(json!({ "off": off })).unwrap();
        home.engine.put_notification_preferences(&ada, &request).await
    };
    let wishes = put(&["bid.submitted", "bid.submitted"]).await.unwrap();
    assert_eq!(wishes.off, ["bid.submitted"]);
    assert_eq!(wishes.on.len() + 1, News::ALL.len());
    assert_eq!(home.engine.notification_preferences(&ada).await.unwrap(), wishes);
    put(&["bid.sumbitted"]).await.unwrap_err();
    let job = home.post(&ada).await.view.id;
    home.bid(&ben, &job).await;
    assert_eq!(told(&home, &ada).await, [""; 0]);
    put(&[]).await.unwrap();
    let cai = home.register("cai").await;
    home.bid(&cai, &job).await;
    assert_eq!(told(&home, &ada).await, ["bid.submitted"]);
}

#[tokio::test]
async fn only_the_newest_of_each_person_are_kept_and_old_ones_go() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    let job = home.post(&ada).await.view.id;
    let mut newest = Vec::new();
    for name in ["ben", "cai", "dan"] {
        let did = home.register(name).await;
        newest.push(home.bid(&did, &job).await.view.id);
    }
    while step(&home.engine, 1, 2).await.unwrap() {}
    let list = async || {
        let query = NotificationQuery::default();
        home.engine.notifications(&ada, &query, SentenceLanguage::En).await.unwrap().items
    };
    let kept: Vec<String> = list().await.into_iter().rev().map(|told| told.object).collect();
    assert_eq!(kept, newest[1..]);
    home.clock.advance(89 * 86_400);
    place::clean(&home.engine).await.unwrap();
    assert_eq!(list().await.len(), 2);
    home.clock.advance(2 * 86_400);
    place::clean(&home.engine).await.unwrap();
    assert!(list().await.is_empty());
}

#[tokio::test]
async fn a_stream_tells_alerts_and_notifications_in_one_order_and_is_taken_up_where_it_ended() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let search = serde_json::from_value(json!({"label": "all", "query": {}})).unwrap();
    home.engine.keep_search(&ben, search).await.unwrap();
    let raise = async || {
        hanse_store::testing::settled(&home.engine.store().connection().await.unwrap()).await;
        crate::notify::alerts::raise::round(&home.engine).await.unwrap();
        round(&home.engine).await.unwrap();
    };
    // Alerts begin where the first round of a node finds its changes.
    raise().await;
    let first = home.post(&ada).await.view.id;
    raise().await;
    home.bid(&ben, &first).await;
    close(&home, &ada, &first).await;
    raise().await;
    let second = serde_json::from_value(json!({"title": "A tunnel", "text": "Of stone."})).unwrap();
    home.engine.post_job(&ada, second, false).await.unwrap();
    raise().await;

    let session = home
        .engine
        .accounts()
        .login(hanse_account::Login::of("ben", "correct horse battery", ""))
        .await
        .unwrap();
    let until = home.engine.now().add_seconds(900).unwrap();
    let language = SentenceLanguage::En;
    let listen = async |after| {
        let listener = Listener { did: ben.clone(), session: session.id.clone(), until, language };
        home.engine.listen_to_events(listener, Some(after)).await.unwrap()
    };
    let mut heard: Vec<(i64, String)> = Vec::new();
    while heard.len() < 4 {
        // Each from a stream of its own.
        let mut stream = listen(heard.last().map_or(0, |(position, _)| *position)).await;
        let told = tokio::time::timeout(Duration::from_secs(60), stream.next()).await.unwrap();
        heard.push(match told {
            Heard::Alert(alert) => (alert.position, alert.event),
            Heard::Notification(told) => (told.position, told.event),
            quiet @ (Heard::Alive | Heard::End(_)) => panic!("{quiet:?} after {heard:?}"),
        });
    }
    let names: Vec<&str> = heard.iter().map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["job.published", "job.closed", "bid.not_selected", "job.published"]);
    assert!(heard.is_sorted() && heard.windows(2).all(|two| two[0].0 < two[1].0), "{heard:?}");
}
