//! A person with an account at a node, as their client sees them.

use serde_json::{Value, json};

use crate::http::{Answer, Call, Http};

/// The password of every test account.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their home.
    pub home: Http,
    /// Their name at home.
    pub handle: String,
    /// Their name everywhere.
    pub did: String,
    /// Their access token.
    pub token: String,
    /// Their refresh token.
    pub refresh: String,
}

impl Person {
    /// Opens an account and signs in.
    ///
    /// # Panics
    /// If the node refuses.
    pub async fn register(home: Http, handle: &str) -> Self {
        let account = json!({"handle": handle, "password": PASSWORD});
        let opened = home.post("/v1/accounts", &account).send().await.ok(201);
        let person = Self::sign_in(home, handle, &[]).await;
        assert_eq!(opened.get("did").and_then(Value::as_str), Some(person.did.as_str()));
        person
    }

    /// Signs in, asking for these scopes; for all if there are none.
    ///
    /// # Panics
    /// If the node refuses.
    pub async fn sign_in(home: Http, handle: &str, scopes: &[&str]) -> Self {
        let login = json!({"handle": handle, "password": PASSWORD, "scopes": scopes});
        let tokens = home.post("/v1/sessions", &login).send().await.ok(200);
        let text = |key: &str| tokens.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            home,
            handle: handle.to_owned(),
            did: text("did"),
            token: text("access_token"),
            refresh: text("refresh_token"),
        }
    }

    /// Signs in again after the access token's time.
    ///
    /// # Panics
    /// If the node refuses.
    pub async fn again(&mut self) {
        *self = Self::sign_in(self.home, &self.handle, &[]).await;
    }

    /// A GET with their token.
    pub fn get(&self, target: &str) -> Call {
        self.home.get(target).token(&self.token)
    }

    /// A POST with their token.
    pub fn post(&self, target: &str, body: &Value) -> Call {
        self.home.post(target, body).token(&self.token)
    }

    /// A PUT with their token.
    pub fn put(&self, target: &str, body: &Value) -> Call {
        self.home.put(target, body).token(&self.token)
    }

    /// Reads what must be there.
    ///
    /// # Panics
    /// If it is not.
    pub async fn read(&self, target: &str) -> Value {
        self.get(target).send().await.ok(200)
    }

    /// Does what must succeed, now or on its way.
    ///
    /// # Panics
    /// If it is refused.
    pub async fn does(&self, target: &str, body: &Value) -> Value {
        self.post(target, body).send().await.done()
    }

    /// Tries something; the answer may be anything that is no failure of the server.
    pub async fn tries(&self, target: &str, body: &Value) -> Answer {
        self.post(target, body).send().await
    }
}
