//! What people do about their own account, and what it takes away from others.

mod export;
mod recovery;

use hanse_account::{Address, Login};
use hanse_api::requests::{
    AccountRequest, AlertQuery, EmailRequest, PasswordRequest, RecommendedQuery, Register,
};
use hanse_api::views::Session;
use hanse_base::error::{AccountRefusal, Refusal, UseError};
use hanse_document::Did;
use hanse_store::testing::settled;
use hanse_store::{Sql as _, column};

use crate::notify::alerts::raise;
use crate::testing::Home;

const PASSWORD: &str = "correct horse battery";
const NEW: &str = "le chat noir dort sur le toit";
const DAY: i64 = 86_400;

fn refusal<T: std::fmt::Debug>(result: Result<T, UseError>) -> Refusal {
    match result {
        Err(UseError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

async fn login(home: &Home, handle: &str, password: &str) -> Result<Session, UseError> {
    home.engine.accounts().login(Login::of(handle, password, "")).await
}

async fn lives(home: &Home, session: &Session) -> bool {
    home.engine.accounts().session_live(&session.id).await.unwrap()
}

/// The letters that wait, the oldest first: to whom, and what they say.
async fn letters(home: &Home) -> Vec<(String, String)> {
    let connection = home.engine.store().connection().await.unwrap();
    let rows = connection.query("SELECT recipient, body FROM mail ORDER BY id", &[]).await.unwrap();
    let text = |row, name| column(row, "mail", name).unwrap();
    rows.iter().map(|row| (text(row, "recipient"), text(row, "body"))).collect()
}

/// The code in a letter: it stands alone in its line.
fn code(letter: &(String, String)) -> String {
    letter.1.lines().find(|line| line.starts_with("    ")).unwrap().trim().to_owned()
}

/// Gives a person an address.
async fn write_to(home: &Home, did: &Did, address: &str) {
    let request = EmailRequest { address: Some(address.to_owned()), password: PASSWORD.to_owned() };
    assert_eq!(home.engine.accounts().put_email(did, request).await.unwrap(), Address::Asked);
    let code = code(letters(home).await.last().unwrap());
    home.engine.accounts().verify_email(did, &code).await.unwrap();
}

#[tokio::test]
async fn a_new_password_ends_every_other_login() {
    let home = Home::new('a', &[]).await;
    let (ada, accounts) = (home.register("ada").await, home.engine.accounts());
    let (here, there) =
        (login(&home, "ada", PASSWORD).await.unwrap(), login(&home, "ada", PASSWORD).await.unwrap());
    let change = |password: &str, new: &str| {
        let request = PasswordRequest { password: password.into(), new_password: new.into() };
        accounts.change_password(&ada, &here.id, request)
    };
    assert_eq!(
        refusal(change("not her password", NEW).await),
        Refusal::Account(AccountRefusal::WrongPassword)
    );
    let short = refusal(change(PASSWORD, "short").await);
    assert!(matches!(short, Refusal::BadField { field: "new_password", .. }), "{short:?}");
    assert!(matches!(refusal(change(PASSWORD, "password123").await), Refusal::WeakPassword(_)));
    assert!(lives(&home, &there).await, "what was refused ended nothing");
    change(PASSWORD, NEW).await.unwrap();
    assert!(lives(&home, &here).await && !lives(&home, &there).await);
    assert_eq!(refusal(login(&home, "ada", PASSWORD).await), Refusal::BadCredentials);
    login(&home, "ada", NEW).await.unwrap();
}

#[tokio::test]
async fn a_login_under_way_does_not_outlive_the_password() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    let mut changer = home.engine.store().connection().await.unwrap();
    let change = changer.begin().await.unwrap();
    hanse_store::accounts::set_password(&change, &ada, "$another", None).await.unwrap();
    // It has verified the old password by the time that the new one stands.
    let (late, ()) = tokio::join!(login(&home, "ada", PASSWORD), async {
        let waits = "SELECT count(*) AS waits FROM pg_stat_activity WHERE wait_event_type = 'Lock' \
                     AND datname = current_database()";
        let looker = home.engine.store().connection().await.unwrap();
        while column::<i64>(&looker.query_one(waits, &[]).await.unwrap(), "a", "waits").unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        change.commit().await.unwrap();
    });
    assert_eq!(refusal(late), Refusal::BadCredentials);
}

#[tokio::test]
async fn logins_are_listed_and_ended_by_their_person_alone() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let accounts = home.engine.accounts();
    let long = format!("Browser\u{7}/{}", "x".repeat(200));
    let agent = Some(long.as_str());
    let named = Login { handle: "ada", password: PASSWORD, scopes: "jobs:write", agent };
    let first = accounts.login(named).await.unwrap();
    home.clock.advance(60);
    let second = login(&home, "ada", PASSWORD).await.unwrap();
    home.clock.advance(60);
    accounts.refresh(&first.refresh).await.unwrap();
    let listed = accounts.logins(&ada, &second.id).await.unwrap().items;
    let seen: Vec<_> = listed.iter().map(|login| (login.id.as_str(), login.current)).collect();
    assert_eq!(seen, [(second.id.as_str(), true), (first.id.as_str(), false)]);
    assert_eq!((listed[0].agent.as_deref(), listed[0].refreshed_at.as_deref()), (None, None));
    let agent = listed[1].agent.as_deref().unwrap();
    assert!(agent.starts_with("Browser/x") && agent.chars().count() == 120, "{agent}");
    assert_eq!(listed[1].scope, "jobs:write");
    assert!(listed[1].refreshed_at.as_deref() > Some(listed[0].created_at.as_str()));

    assert_eq!(refusal(accounts.end_login(&ben, &first.id).await), Refusal::NotFound("login"));
    assert_eq!(refusal(accounts.end_login(&ada, "no id").await), Refusal::NotFound("login"));
    accounts.end_login(&ada, &first.id).await.unwrap();
    assert_eq!(refusal(accounts.end_login(&ada, &first.id).await), Refusal::NotFound("login"));
    let (third, of_ben) =
        (login(&home, "ada", PASSWORD).await.unwrap(), login(&home, "ben", PASSWORD).await.unwrap());
    accounts.end_other_logins(&ada, &third.id).await.unwrap();
    assert!(lives(&home, &third).await && !lives(&home, &second).await && lives(&home, &of_ben).await);
}

#[tokio::test]
async fn a_former_handle_leads_to_its_person_and_is_free_after_90_days() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    home.register("ben").await;
    let accounts = home.engine.accounts();
    let rename = |handle: &'static str| {
        let request = AccountRequest { handle: handle.to_owned() };
        let ada = &ada;
        async move { accounts.rename(ada, &request).await }
    };
    assert!(matches!(refusal(rename("Ada L").await), Refusal::BadField { field: "handle", .. }));
    assert!(matches!(refusal(rename("admin").await), Refusal::BadField { field: "handle", .. }));
    assert_eq!(refusal(rename("ben").await), Refusal::HandleTaken);
    assert_eq!(rename("ada-l").await.unwrap().handle, "ada-l");
    let register = |handle: &str| {
        accounts.register(Register { handle: handle.to_owned(), password: PASSWORD.to_owned() })
    };
    assert_eq!(refusal(register("ada").await), Refusal::HandleTaken);
    for handle in ["ada", "ada-l"] {
        assert_eq!(login(&home, handle, PASSWORD).await.unwrap().handle, "ada-l");
    }
    // Back and forth is no new name each time.
    for handle in ["ada", "ada-l", "ada", "ada-l", "ada-2", "ada-3"] {
        rename(handle).await.unwrap();
    }
    assert_eq!(refusal(rename("ada-4").await), Refusal::Account(AccountRefusal::TooManyHandles(3)));
    rename("ada-l").await.unwrap();
    home.clock.advance(91 * DAY);
    assert_eq!(refusal(login(&home, "ada-3", PASSWORD).await), Refusal::BadCredentials);
    accounts.clean().await.unwrap();
    register("ada").await.unwrap();
    rename("ada-4").await.unwrap();
}

#[tokio::test]
async fn a_handle_that_is_given_up_at_the_same_moment_is_nobodys() {
    let home = Home::new('a', &[]).await;
    let ada = home.register("ada").await;
    let connection = home.engine.store().connection().await.unwrap();
    let now = home.engine.now().unix();
    // As if the look before the registration had been earlier than the change.
    let kept = "INSERT INTO former_handle (handle, did, until) VALUES ('old', $1, $2)";
    connection.execute(kept, &[&ada.as_str(), &(now + 1)]).await.unwrap();
    let request = AccountRequest { handle: "old".to_owned() };
    let ben = home.register("ben").await;
    assert_eq!(refusal(home.engine.accounts().rename(&ben, &request).await), Refusal::HandleTaken);
    assert_eq!(home.engine.accounts().person(&ben).await.unwrap().handle, "ben");
    assert_eq!(home.engine.accounts().rename(&ada, &request).await.unwrap().handle, "old");
}

#[tokio::test]
async fn who_is_blocked_cannot_bid_and_is_not_told_why() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let accounts = home.engine.accounts();
    let job = home.post(&ada).await.view.id;
    let bid = async || {
        let request = serde_json::from_value(serde_json::json!({"text": "I can."})).unwrap();
        home.engine.bid(&ben, &job.parse().unwrap(), request, false).await
    };
    accounts.block(&ada, &ben).await.unwrap();
    accounts.block(&ada, &ben).await.unwrap();
    let refused = refusal(bid().await);
    assert_eq!((refused.slug(), refused.status()), ("bid-not-taken", 403));
    assert!(!refused.to_string().contains("block"), "{refused}");
    let blocked = accounts.blocks(&ada).await.unwrap().items;
    assert_eq!((blocked.len(), &blocked[0].did), (1, &ben.to_string()));
    assert_eq!(accounts.blocks(&ben).await.unwrap().items, []);
    accounts.unblock(&ada, &ben).await.unwrap();
    assert_eq!(refusal(accounts.unblock(&ada, &ben).await), Refusal::NotFound("block"));
    bid().await.unwrap();
    assert!(matches!(refusal(accounts.block(&ada, &ada).await), Refusal::BadField { field: "did", .. }));
}

#[tokio::test]
async fn somebody_blocks_a_thousand_at_most() {
    let home = Home::new('a', &[]).await;
    let (ada, ben) = (home.register("ada").await, home.register("ben").await);
    let connection = home.engine.store().connection().await.unwrap();
    let fill =
        "INSERT INTO block (by, whom, at) SELECT $1, 'nobody ' || n, 0 FROM generate_series(1, 1000) AS n";
    connection.execute(fill, &[&ada.as_str()]).await.unwrap();
    let over = refusal(home.engine.accounts().block(&ada, &ben).await);
    assert_eq!(over, Refusal::Account(AccountRefusal::TooManyBlocks(1_000)));
    assert!(!hanse_store::accounts::is_blocked(&connection, &ada, &ben).await.unwrap());
}

#[tokio::test]
async fn what_somebody_blocked_posts_is_neither_told_nor_recommended() {
    let home = Home::new('a', &[]).await;
    let (ada, ben, cleo) =
        (home.register("ada").await, home.register("ben").await, home.register("cleo").await);
    let profile = serde_json::from_value(serde_json::json!({"headline": "A bridge"})).unwrap();
    home.engine.put_profile(&ada, profile, false).await.unwrap();
    let search = serde_json::from_value(serde_json::json!({"label": "All", "query": {}})).unwrap();
    home.engine.keep_search(&ada, search).await.unwrap();
    home.engine.accounts().block(&ada, &ben).await.unwrap();
    let (bens, cleos) = (home.post(&ben).await.view.id, home.post(&cleo).await.view.id);
    settled(&home.engine.store().connection().await.unwrap()).await;
    raise::round(&home.engine).await.unwrap();
    let told = home.engine.alerts(&ada, &AlertQuery::default()).await.unwrap().items;
    assert_eq!(told.iter().map(|alert| alert.job.as_str()).collect::<Vec<_>>(), [cleos.as_str()]);
    hanse_discovery::matching::index::look(home.engine.discovery()).await.unwrap();
    let recommended = async |query| home.engine.discovery().recommended_jobs(&ada, query).await.unwrap();
    let mut found = recommended(RecommendedQuery::default()).await.items;
    assert_eq!((found.len(), found.pop().unwrap().job.id), (1, cleos));
    home.engine.accounts().unblock(&ada, &ben).await.unwrap();
    let found = recommended(RecommendedQuery::default()).await.items;
    assert!(found.len() == 2 && found.iter().any(|item| item.job.id == bens));
}
