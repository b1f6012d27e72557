//! A request that changes something: who asks, whether their token may, under which `Idempotency-Key`, from which version on, and the
//! body. A handler gets at none of these but through [`Act::run`], which checks the scope first and hands the key to the engine; so a
//! route that takes an `Act` is done once for each key, and tells no earlier answer to a token that may not ask.
//!
//! What is asked runs in a task of its own, and goes on when the connection of who asked is gone: the server drops the handler then,
//! and must not drop the work.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderValue, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, rt, web};
use hanse_base::error::UseError;
use hanse_engine::{Asked, Engine, Key};
use hanse_store::{counted, ran};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tracing::Instrument as _;

use crate::http::app::BODY_BYTES_MAX;
use crate::http::principal::{Principal, Scope, signed_in};
use crate::http::problem::Problem;
use crate::http::routes::respond::{self, Seen};
use crate::http::state::State;
use crate::http::{body, gate};

/// Name of the header.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest key: a UUID has 36 characters, some clients join two.
pub(crate) const KEY_MAX: usize = 255;
/// Changes that run at a time. Most of them wait for a connection of the pool; whoever resets connections can leave no more behind.
const CHANGES_MAX: usize = 256;
/// How long one may take, whether its caller still waits or not: a connection of the pool, some statements and the wait for another
/// home are half of it.
const CHANGE_WAIT: Duration = Duration::from_secs(30);

/// The places of the changes that run.
#[derive(Clone, Debug)]
pub(crate) struct Changes(Arc<Semaphore>);

impl Changes {
    /// None runs.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(CHANGES_MAX)))
    }

    /// Runs it to its end, whether the caller waits for that or not.
    async fn run<R: 'static>(
        &self,
        admitted: Option<gate::Place>,
        work: impl Future<Output = Result<R, UseError>> + 'static,
    ) -> Result<R, Problem> {
        let place = self.0.clone().try_acquire_owned().map_err(|_| Problem::busy())?;
        let work = async move {
            let done = tokio::time::timeout(CHANGE_WAIT, counted(work)).await;
            drop((place, admitted));
            done
        };
        match rt::spawn(work.in_current_span()).await {
            Ok(Ok((done, statements))) => {
                ran(statements);
                Ok(done?)
            }
            // It was given up, panicked, or was cut off at the end of the process: it may have been committed before.
            Ok(Err(late)) => Err(Problem::outcome_unknown(&late)),
            Err(error) => Err(Problem::outcome_unknown(&error)),
        }
    }
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Act<T> {
    state: web::Data<State>,
    principal: Principal,
    key: Option<Key>,
    seen: Option<Seen>,
    place: Option<gate::Place>,
    body: T,
}

impl<T> Act<T> {
    /// Whether what is asked may only be done to a thing that is there, in whatever version: for what is made where it is not.
    pub(crate) fn needs_one(&self) -> bool {
        self.seen == Some(Seen::Any)
    }

    /// Does what is asked, if the token has the scope.
    ///
    /// # Errors
    /// `scope-missing`, the use case's, and `outcome-unknown` for what may have been done all the same.
    pub(crate) async fn run<R: 'static, F>(
        self,
        scope: Scope,
        work: impl FnOnce(Engine, Asked, T) -> F,
    ) -> Result<R, Problem>
    where
        F: Future<Output = Result<R, UseError>> + 'static,
    {
        let Self { state, principal, key, seen, place, body } = self;
        principal.need(scope)?;
        // Whatever is moved is looked up first, and is there.
        let seen = match seen {
            Some(Seen::These(versions)) => Some(versions),
            Some(Seen::Any) | None => None,
        };
        let asked = Asked { did: principal.did, key, seen };
        state.changes.run(place, work(state.engine.clone(), asked, body)).await
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Act<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let payload = web::Payload::from_request(request, payload).into_inner();
        let request = request.clone();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
            let principal = signed_in(&request, &state).await?;
            let name = request.headers().get(IDEMPOTENCY_KEY).map(text).transpose()?;
            let seen = request.headers().get(IF_MATCH).map(respond::seen);
            body::check_is_json(&request)?;
            let bytes = body::bytes(payload.map_err(|_| Problem::body_unreadable())?, BODY_BYTES_MAX).await?;
            let key = name.map(|name| Key { name, request: hash(&request, &bytes) });
            Ok(Self { state, principal, key, seen, place: gate::place(&request), body: body::read(&bytes)? })
        })
    }
}

fn text(key: &HeaderValue) -> Result<String, Problem> {
    // `to_str` would take a tab, too.
    let printable = |key: &&str| key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX).filter(printable);
    key.map(str::to_owned).ok_or_else(Problem::bad_idempotency_key)
}

/// The hash of what a request asks: method, path, query and body.
fn hash(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update(b"\n");
    hash.update(request.uri().to_string());
    hash.update(b"\n");
    hash.update(body);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn so_many_changes_run_at_a_time_and_one_more_is_told_to_come_back() {
        let changes = Changes::new();
        let end = Arc::new(Semaphore::new(0));
        let work = || {
            let end = Arc::clone(&end);
            async move { Ok::<_, UseError>(end.acquire().await.is_err()) }
        };
        let running = (0..CHANGES_MAX).map(|_| changes.run(None, work()));
        let mut running = Box::pin(futures::future::join_all(running));
        assert!(futures::poll!(&mut running).is_pending());
        assert_eq!(changes.run(None, work()).await.unwrap_err().status, 503);
        end.close();
        assert!(running.await.iter().all(Result::is_ok));
        assert!(changes.run(None, work()).await.is_ok());
    }
}
