//! Accounts: handles, passwords, sessions.

use hanse_account::Login;
use hanse_api::requests::{JobQuery, JobRequest, ProfileRequest, Register};
use hanse_base::error::{NotOnce, Refusal, UseError};
use hanse_document::kind::Schedule;
use hanse_document::{Date, Did, Rejection};
use hanse_engine::{Asked, Key};
use hanse_store::{Sql as _, column, idempotency};

use crate::cluster::{Cluster, PASSWORD, within};
use crate::deal::job_request;

fn refusal<T: std::fmt::Debug>(result: Result<T, UseError>) -> Refusal {
    match result {
        Err(UseError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_handle_are_one_answer() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let wrong = engine.accounts().login(Login::of("ada", "not her password", "")).await;
    let unknown = engine.accounts().login(Login::of("bob", PASSWORD, "")).await;
    assert_eq!(refusal(wrong), Refusal::BadCredentials);
    assert_eq!(refusal(unknown), Refusal::BadCredentials);
    let session = engine.accounts().login(Login::of("ada", PASSWORD, "jobs:write")).await.unwrap();
    assert!(engine.accounts().session_live(&session.id).await.unwrap());
    assert_eq!(session.scopes, "jobs:write");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_session() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let first = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    let second = engine.accounts().refresh(&first.refresh).await.unwrap();
    assert_eq!(second.id, first.id);
    assert_ne!(second.refresh, first.refresh);
    cluster.clock.advance(30);
    assert_eq!(refusal(engine.accounts().refresh(&first.refresh).await), Refusal::SessionEnded);
    assert!(!engine.accounts().session_live(&first.id).await.unwrap());
    assert_eq!(refusal(engine.accounts().refresh(&second.refresh).await), Refusal::SessionEnded);
}

#[tokio::test]
async fn a_session_ends_by_logout_and_by_time() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let left = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    engine.accounts().logout(&left.id).await.unwrap();
    engine.accounts().logout("never was one").await.unwrap();
    assert_eq!(refusal(engine.accounts().refresh(&left.refresh).await), Refusal::SessionEnded);
    let forgotten = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    cluster.clock.advance(31 * 86_400);
    assert!(!engine.accounts().session_live(&forgotten.id).await.unwrap());
    assert_eq!(refusal(engine.accounts().refresh(&forgotten.refresh).await), Refusal::SessionEnded);
}

#[tokio::test]
async fn a_person_has_so_many_logins_and_the_oldest_ends() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    let (ada, bob) = (cluster.register(0, "ada").await, cluster.register(0, "bob").await);
    let kept = engine.accounts().login(Login::of("bob", PASSWORD, "")).await.unwrap();
    let oldest = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    let connection = engine.store().connection().await.unwrap();
    let fill = "INSERT INTO session (id, did, refresh_hash, scopes, created_at, expires_at) \
                SELECT gen_random_uuid(), $1, sha256(n::text::bytea), '', $2 + n, $2 + 9999 FROM generate_series(1, $3::bigint) AS n";
    let now = engine.now().unix();
    connection.execute(fill, &[&ada.did.as_str(), &now, &99_i64]).await.unwrap();
    assert!(engine.accounts().session_live(&oldest.id).await.unwrap(), "a hundred are live");
    connection.execute(fill, &[&bob.did.as_str(), &(now - 200), &99_i64]).await.unwrap();
    cluster.clock.advance(200);
    let newest = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    assert!(engine.accounts().session_live(&newest.id).await.unwrap());
    assert!(!engine.accounts().session_live(&oldest.id).await.unwrap());
    assert!(engine.accounts().session_live(&kept.id).await.unwrap(), "others are not concerned");
    let count = "SELECT count(*) AS live FROM session WHERE did = $1";
    let row = connection.query_one(count, &[&ada.did.as_str()]).await.unwrap();
    assert_eq!(column::<i64>(&row, "session", "live").unwrap(), 100);
}

#[tokio::test]
async fn handles_are_taken_once_and_bounds_are_named() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let register = |handle: &str, password: &str| {
        engine.accounts().register(Register { handle: handle.into(), password: password.into() })
    };
    assert_eq!(refusal(register("ada", PASSWORD).await), Refusal::HandleTaken);
    assert!(matches!(refusal(register("Ada", PASSWORD).await), Refusal::BadField { field: "handle", .. }));
    assert!(matches!(refusal(register("bob", "short").await), Refusal::BadField { field: "password", .. }));
}

#[tokio::test]
async fn a_profile_is_replaced_by_its_successor() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    let ada = cluster.register(0, "ada").await;
    assert_eq!(engine.profile(&ada.did).await.unwrap().unwrap().document, None);
    let request =
        |headline: &str| ProfileRequest { headline: Some(headline.parse().unwrap()), ..Default::default() };
    let tried = engine.put_profile(&ada.did, request("Engines"), true).await.unwrap();
    assert_eq!(tried.view.profile.unwrap().headline.unwrap().as_str(), "Engines");
    assert_eq!(engine.profile(&ada.did).await.unwrap().unwrap().document, None, "a trial leaves nothing");
    engine.put_profile(&ada.did, request("Engines"), false).await.unwrap();
    let second = engine.put_profile(&ada.did, request("Looms"), false).await.unwrap();
    assert!(second.document.contains("\"prev\":\"profile_"));
    let seen = engine.profile(&ada.did).await.unwrap().unwrap();
    assert_eq!(seen.profile.unwrap().headline.unwrap().as_str(), "Looms");
    let stranger = Did::parse("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
    assert!(engine.profile(&stranger).await.unwrap().is_none());
    let refused = engine.put_profile(&stranger, request("x"), false).await;
    assert_eq!(refusal(refused), Refusal::KeyElsewhere);
}

/// Somebody who asks with a key.
fn keyed(did: &Did, name: &str, request: u8) -> Asked {
    Asked { did: did.clone(), key: Some(Key { name: name.to_owned(), request: [request; 32] }), seen: None }
}

#[tokio::test]
async fn a_repeated_request_is_the_same_request() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let post = async |request: u8, title: &str, dry_run: bool| {
        engine.post_job(keyed(&ada.did, "key", request), job_request(title), dry_run).await
    };
    let jobs = async || engine.jobs(JobQuery::default()).await.unwrap().items.len();
    let tried = post(1, "A bridge", true).await.unwrap();
    let first = post(1, "A bridge", false).await.unwrap();
    assert_ne!(first.document, tried.document, "a trial takes no key");
    let again = post(1, "A bridge", false).await.unwrap();
    assert_eq!((&again.view, &again.document, again.created), (&first.view, &first.document, true));
    assert!(again.replayed && !first.replayed);
    assert_eq!(jobs().await, 1);
    for dry_run in [false, true] {
        let reused = refusal(post(2, "A road", dry_run).await);
        assert_eq!(reused, Refusal::NotOnce(NotOnce::KeyReused));
    }
    cluster.clock.advance(2 * 86_400);
    assert!(!post(2, "A road", false).await.unwrap().replayed, "a day later the key is free");
    assert_eq!(jobs().await, 2);
}

#[tokio::test]
async fn a_refused_request_leaves_its_key_free() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let until = |end: &str| {
        let schedule = Schedule {
            start: Some(Date::parse("2026-12-02").unwrap()),
            end: Some(Date::parse(end).unwrap()),
        };
        JobRequest { schedule: Some(schedule), ..job_request("A bridge") }
    };
    let post = async |end| engine.post_job(keyed(&ada.did, "key", 1), until(end), false).await;
    let backwards = refusal(post("2026-12-01").await);
    assert_eq!((backwards.slug(), backwards.status()), (Rejection::BadTime.slug(), 422));
    assert!(
        backwards.to_string().starts_with("`schedule`: `end` is 2026-12-01 and `start` is "),
        "{backwards}"
    );
    assert!(!post("2026-12-03").await.unwrap().replayed);
}

#[tokio::test]
async fn a_request_that_was_cut_off_frees_its_key_and_one_that_runs_is_waited_for() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let asked = keyed(&ada.did, "key", 1);
    // Another process has claimed the key, and has not ended.
    let mut connection = engine.store().connection().await.unwrap();
    let held = connection.begin().await.unwrap();
    let now = engine.now().unix();
    assert!(idempotency::claim(&held, &ada.did, "key", &[1; 32], (now, now)).await.unwrap());
    let waits = engine.post_job(asked.clone(), job_request("A bridge"), false);
    let mut waits = std::pin::pin!(waits);
    assert!(futures::poll!(waits.as_mut()).is_pending());
    // It dies: its effect, had there been one, goes with its key.
    drop(held);
    let done = within("the key is free", waits).await.unwrap();
    assert!(!done.replayed);
    assert!(engine.post_job(asked, job_request("A bridge"), false).await.unwrap().replayed);
}

#[tokio::test]
async fn the_keys_of_a_person_are_counted() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let connection = engine.store().connection().await.unwrap();
    let fill = "INSERT INTO idempotency (did, key, request, at, made) \
                SELECT $1, n::text, sha256(n::text::bytea), $2, 'x' FROM generate_series(1, 4000) AS n";
    connection.execute(fill, &[&ada.did.as_str(), &engine.now().unix()]).await.unwrap();
    let post = async |asked: Asked| engine.post_job(asked, job_request("A bridge"), false).await;
    let refused = refusal(post(keyed(&ada.did, "one more", 1)).await);
    assert_eq!((refused.slug(), refused.status()), ("too-many-keys", 429));
    post(Asked::from(&ada.did)).await.unwrap();
    cluster.clock.advance(2 * 86_400);
    post(keyed(&ada.did, "1", 1)).await.unwrap();
}

#[tokio::test]
async fn two_who_refresh_at_once_get_the_same_and_a_thief_ends_the_session() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let first = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    let one = engine.accounts().refresh(&first.refresh).await.unwrap();
    let two = engine.accounts().refresh(&first.refresh).await.unwrap();
    assert_eq!(one.refresh, two.refresh);
    cluster.clock.advance(29);
    assert_eq!(engine.accounts().refresh(&first.refresh).await.unwrap().refresh, one.refresh);
    // The time counts from the first use, and what was replaced twice has none.
    let third = engine.accounts().refresh(&one.refresh).await.unwrap();
    assert_eq!(refusal(engine.accounts().refresh(&first.refresh).await), Refusal::SessionEnded);
    assert!(!engine.accounts().session_live(&first.id).await.unwrap(), "somebody else has the token");
    assert_eq!(refusal(engine.accounts().refresh(&third.refresh).await), Refusal::SessionEnded);
}

#[tokio::test]
async fn bytes_of_ones_own_end_nobodys_session() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    cluster.register(0, "bob").await;
    let first = engine.accounts().login(Login::of("ada", PASSWORD, "")).await.unwrap();
    let second = engine.accounts().refresh(&first.refresh).await.unwrap();
    let bob = engine.accounts().login(Login::of("bob", PASSWORD, "")).await.unwrap();
    let (_, foreign) = bob.refresh.split_once('.').unwrap();
    for secret in [foreign, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let forged = format!("{}.{secret}", first.id);
        assert_eq!(refusal(engine.accounts().refresh(&forged).await), Refusal::SessionEnded);
        assert!(engine.accounts().session_live(&first.id).await.unwrap(), "{secret}");
    }
    engine.accounts().refresh(&second.refresh).await.unwrap();
}

#[tokio::test]
async fn a_login_of_the_release_before_goes_on() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    let ada = cluster.register(0, "ada").await;
    let connection = engine.store().connection().await.unwrap();
    let insert = "INSERT INTO session (id, did, refresh_hash, scopes, created_at, expires_at) \
                  VALUES (gen_random_uuid(), $1, sha256($2), '', 0, $3) RETURNING id::text AS id";
    let until = engine.now().unix() + 1_000;
    let old = [7_u8; 32];
    let row = connection.query_one(insert, &[&ada.did.as_str(), &old.as_slice(), &until]).await.unwrap();
    let id: String = column(&row, "session", "id").unwrap();
    let old = format!("{id}.BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc");
    let next = engine.accounts().refresh(&old).await.unwrap();
    assert_eq!(engine.accounts().refresh(&old).await.unwrap().refresh, next.refresh);
    cluster.clock.advance(31);
    assert_eq!(refusal(engine.accounts().refresh(&old).await), Refusal::SessionEnded);
    assert!(!engine.accounts().session_live(&id).await.unwrap(), "its successor is out, and it came again");
}
