//! Accounts with hosted keys: registration, login, refresh, and the keys that tokens are checked with.

pub(crate) mod logins;
pub(crate) mod own;
pub(crate) mod passwords;

use actix_web::http::header::{CACHE_CONTROL, LOCATION, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use hanse_account::{checked, is_handle};
use hanse_api::requests::Register;
use hanse_api::views::{Registered, Session};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use hanse_http::body::Json;
use hanse_http::principal::Scope;
use hanse_http::problem::Problem;
use hanse_http::state::State;
use hanse_http::state::token::ACCESS_SECONDS;

/// What `POST /v1/sessions` takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handle": "ada", "password": "correct horse battery"}))]
pub(crate) struct Login {
    /// The name of the account at this node.
    #[schema(example = "ada")]
    handle: String,
    /// Its password.
    #[schema(example = "correct horse battery")]
    password: String,
    /// What the token may do; everything if absent. `GET /v1/node` lists the scopes.
    #[schema(value_type = Vec<Scope>)]
    #[serde(default)]
    scopes: Vec<String>,
}

/// What `POST /v1/sessions/refresh` takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"refresh_token": "the one of the last answer"}))]
pub(crate) struct Refresh {
    /// The refresh token of the last answer; good for one use.
    refresh_token: String,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds that the access token is good for.
    expires_in: i64,
    /// Good for one `POST /v1/sessions/refresh`; a second use ends the login.
    refresh_token: String,
    /// What the access token may do.
    scope: String,
    /// The person.
    did: String,
    /// Their account.
    handle: String,
}

/// Open an account. The node makes a key pair, keeps the private half in its custody, sealed, and says so in the identity document.
#[utoipa::path(tag = "people", responses(
    (status = 201, description = "The account; its `did` is the person's name in the whole federation. The recovery codes are shown here and nowhere again.", body = Registered),
    (status = 409, description = "`handle-taken`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: handle or password breaks a rule. `weak-password`: it is one that is tried first.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`: passwords cost work; try again in a moment.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/accounts")]
pub(crate) async fn register(state: web::Data<State>, body: Json<Register>) -> Result<HttpResponse, Problem> {
    // What is no registration uses up nobody's.
    let registration = checked(body.into_inner()).map_err(Problem::from)?;
    state.limits.registers()?;
    let opened = state.engine.accounts().open_account(registration).await?;
    let location = format!("/v1/profiles/{}", opened.person.did);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(opened))
}

/// Log in.
#[utoipa::path(tag = "people", request_body = Login, responses(
    (status = 200, description = "A pair of tokens.", body = Tokens),
    (status = 401, description = "`bad-credentials`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`: wait as long as `Retry-After` says.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`unknown-scope`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sessions")]
pub(crate) async fn login(
    state: web::Data<State>,
    request: HttpRequest,
    body: Json<Login>,
) -> Result<HttpResponse, Problem> {
    let scopes = Scope::normalise(&body.0.scopes).map_err(|word| Problem::unknown_scope(&word))?;
    // What is no handle is nobody's, and not worth remembering.
    if is_handle(&body.0.handle) {
        state.limits.login(&request, &body.0.handle)?;
    }
    let agent = request.headers().get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let (handle, password) = (body.0.handle.as_str(), body.0.password.as_str());
    let login = hanse_account::Login { handle, password, scopes: &scopes, agent };
    let session = state.engine.accounts().login(login).await?;
    tokens(&state, session)
}

/// Take a new pair of tokens for a refresh token.
#[utoipa::path(tag = "people", request_body = Refresh, responses(
    (status = 200, description = "A new pair; the old refresh token is used up.", body = Tokens),
    (status = 401, description = "`session-ended`: over, logged out, or an old token was used twice.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/sessions/refresh")]
pub(crate) async fn refresh(state: web::Data<State>, body: Json<Refresh>) -> Result<HttpResponse, Problem> {
    let session = state.engine.accounts().refresh(&body.0.refresh_token).await?;
    tokens(&state, session)
}

/// The keys that access tokens of this node are checked with (RFC 7517).
#[utoipa::path(tag = "node", responses((status = 200, description = "A JSON Web Key Set.", body = serde_json::Value)))]
#[get("/.well-known/jwks.json")]
pub(crate) async fn key_set(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "max-age=3600")).json(state.tokens.key_set())
}

fn tokens(state: &State, session: Session) -> Result<HttpResponse, Problem> {
    let did = crate::respond::did(&session.did)?;
    let access_token = state
        .tokens
        .issue(&did, &session.id, &session.scopes, state.engine.now())
        .map_err(|_| Problem::internal("a token could not be signed"))?;
    let tokens = Tokens {
        access_token,
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS,
        refresh_token: session.refresh,
        scope: session.scopes,
        did: session.did,
        handle: session.handle,
    };
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-store")).json(tokens))
}
