//! A request that changes something: who asks, whether their token may, under which `Idempotency-Key`, from which version on, and the
//! body. A handler gets at none of these but through [`Act::run`], which checks the scope first and hands the key to the engine; so a
//! route that takes an `Act` is done once for each key, and tells no earlier answer to a token that may not ask.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderValue, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, web};
use hanse_base::error::UseError;
use hanse_engine::{Asked, Engine, Key};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::body::{self, BODY_BYTES_MAX};
use crate::etag::{self, Seen};
use crate::principal::{Principal, Scope, signed_in};
use crate::problem::Problem;
use crate::state::{State, gate};

/// Name of the header.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest key: a UUID has 36 characters, some clients join two.
pub const KEY_MAX: usize = 255;
/// See the module.
#[derive(Debug)]
pub struct Act<T> {
    state: web::Data<State>,
    principal: Principal,
    key: Option<Key>,
    seen: Option<Seen>,
    place: Option<gate::Place>,
    body: T,
}

impl<T> Act<T> {
    /// Whether what is asked may only be done to a thing that is there, in whatever version: for what is made where it is not.
    pub fn needs_one(&self) -> bool {
        self.seen == Some(Seen::Any)
    }

    /// Does what is asked, if the token has the scope.
    ///
    /// # Errors
    /// `scope-missing`, the use case's, and `outcome-unknown` for what may have been done all the same.
    pub async fn run<R: 'static, F>(
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

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Act<T> {
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
            let seen = request.headers().get(IF_MATCH).map(etag::seen);
            let bytes = body::bytes(payload.map_err(|_| Problem::body_unreadable())?, BODY_BYTES_MAX).await?;
            let body = body::read(body::said(&request, &bytes)?)?;
            let key = name.map(|name| Key { name, request: hash(&request, &bytes) });
            Ok(Self { state, principal, key, seen, place: gate::place(&request), body })
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
