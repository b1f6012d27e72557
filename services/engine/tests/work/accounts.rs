//! Accounts: handles, passwords, sessions.

use hanse_document::Did;
use hanse_engine::requests::{ProfileRequest, Register};
use hanse_engine::{Idempotency, Refusal, UseError};

use crate::cluster::{Cluster, PASSWORD};

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
    let wrong = engine.login("ada", "not her password", "").await;
    let unknown = engine.login("bob", PASSWORD, "").await;
    assert_eq!(refusal(wrong), Refusal::BadCredentials);
    assert_eq!(refusal(unknown), Refusal::BadCredentials);
    let session = engine.login("ada", PASSWORD, "jobs:write").await.unwrap();
    assert!(engine.session_live(&session.id).await.unwrap());
    assert_eq!(session.scopes, "jobs:write");
}

#[tokio::test]
async fn a_refresh_token_is_good_once_and_a_second_use_ends_the_session() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let first = engine.login("ada", PASSWORD, "").await.unwrap();
    let second = engine.refresh(&first.refresh).await.unwrap();
    assert_eq!(second.id, first.id);
    assert_ne!(second.refresh, first.refresh);
    assert_eq!(refusal(engine.refresh(&first.refresh).await), Refusal::SessionEnded);
    assert!(!engine.session_live(&first.id).await.unwrap());
    assert_eq!(refusal(engine.refresh(&second.refresh).await), Refusal::SessionEnded);
}

#[tokio::test]
async fn a_session_ends_by_logout_and_by_time() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let left = engine.login("ada", PASSWORD, "").await.unwrap();
    engine.logout(&left.id).await.unwrap();
    engine.logout("never was one").await.unwrap();
    assert_eq!(refusal(engine.refresh(&left.refresh).await), Refusal::SessionEnded);
    let forgotten = engine.login("ada", PASSWORD, "").await.unwrap();
    cluster.clock.advance(31 * 86_400);
    assert!(!engine.session_live(&forgotten.id).await.unwrap());
    assert_eq!(refusal(engine.refresh(&forgotten.refresh).await), Refusal::SessionEnded);
}

#[tokio::test]
async fn handles_are_taken_once_and_bounds_are_named() {
    let cluster = Cluster::start(&["a"]).await;
    let engine = cluster.engine(0);
    cluster.register(0, "ada").await;
    let register = |handle: &str, password: &str| {
        engine.register(Register { handle: handle.into(), password: password.into() })
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
    let request = |headline: &str| ProfileRequest { headline: Some(headline.into()), ..Default::default() };
    let tried = engine.put_profile(&ada.did, request("Engines"), true).await.unwrap();
    assert_eq!(tried.view.profile.unwrap().headline.as_deref(), Some("Engines"));
    assert_eq!(engine.profile(&ada.did).await.unwrap().unwrap().document, None, "a trial leaves nothing");
    engine.put_profile(&ada.did, request("Engines"), false).await.unwrap();
    let second = engine.put_profile(&ada.did, request("Looms"), false).await.unwrap();
    assert!(second.document.contains("\"prev\":\"profile_"));
    let seen = engine.profile(&ada.did).await.unwrap().unwrap();
    assert_eq!(seen.profile.unwrap().headline.as_deref(), Some("Looms"));
    let stranger = Did::parse("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK").unwrap();
    assert!(engine.profile(&stranger).await.unwrap().is_none());
    let refused = engine.put_profile(&stranger, request("x"), false).await;
    assert_eq!(refusal(refused), Refusal::KeyElsewhere);
}

#[tokio::test]
async fn a_repeated_request_is_the_same_request() {
    let cluster = Cluster::start(&["a"]).await;
    let (engine, ada) = (cluster.engine(0), cluster.register(0, "ada").await);
    let begin = |request: u8| {
        let did = ada.did.clone();
        async move { engine.begin_once(&did, "key", &[request; 32]).await.unwrap() }
    };
    assert_eq!(begin(1).await, Idempotency::New);
    assert_eq!(begin(1).await, Idempotency::Running);
    assert_eq!(begin(2).await, Idempotency::Mismatch);
    engine.finish_once(&ada.did, "key", 201, "etag: \"x\"", b"{}").await.unwrap();
    let (headers, body) = ("etag: \"x\"".to_owned(), b"{}".to_vec());
    assert_eq!(begin(1).await, Idempotency::Answered { status: 201, headers, body });
    cluster.clock.advance(2 * 86_400);
    assert_eq!(begin(2).await, Idempotency::New, "a day later the key is free");
    engine.forget_once(&ada.did, "key").await.unwrap();
    assert_eq!(begin(3).await, Idempotency::New);
    cluster.clock.advance(600);
    assert_eq!(begin(3).await, Idempotency::New, "a request that died with its process is not waited for");
}
