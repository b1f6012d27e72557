//! The node itself: who it is, whom it federates with, whether it is well.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, get, web};
use hanse_api::views::{Card, LogView, PeerView, Ready};
use hanse_logbook::heads::ROLLED_BACK;
use serde::Serialize;
use utoipa::ToSchema;

use hanse_http::principal::Scope;
use hanse_http::problem::Problem;
use hanse_http::state::State;

/// How long what is said in security.txt holds, in seconds: RFC 9116 asks for less than a year.
const SECURITY_SECONDS: i64 = 180 * 86_400;

/// What `GET /v1/node` answers.
#[derive(Serialize, ToSchema)]
#[schema(as = Node)]
pub(crate) struct NodeView {
    /// Name, address and keys.
    #[serde(flatten)]
    card: Card,
    /// Both logs, as they stand.
    logs: Vec<LogView>,
    /// The scopes that a token can have.
    scopes: Vec<&'static str>,
    /// Version of the program.
    version: &'static str,
}

/// Who this node is: its name, its verifier keys, its logs.
#[utoipa::path(tag = "node", responses((status = 200, description = "The node.", body = NodeView)))]
#[get("/v1/node")]
pub(crate) async fn describe(state: web::Data<State>) -> Result<web::Json<NodeView>, Problem> {
    let mut logs = state.engine.logs().await?;
    logs.retain(|log| own(&state, log));
    Ok(web::Json(NodeView {
        card: state.engine.card(),
        logs,
        scopes: Scope::ALL.iter().map(|scope| scope.name()).collect(),
        version: env!("CARGO_PKG_VERSION"),
    }))
}

/// The pinned peers, and how far this node follows each of their logs.
#[utoipa::path(tag = "node", responses((status = 200, description = "The peers.", body = Vec<PeerView>)))]
#[get("/v1/peers")]
pub(crate) async fn peers(state: web::Data<State>) -> Result<web::Json<Vec<PeerView>>, Problem> {
    Ok(web::Json(state.engine.peers().await?))
}

/// Whether the process answers.
#[utoipa::path(tag = "node", responses((status = 200, description = "It does.", body = String, content_type = "text/plain")))]
#[get("/healthz")]
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body("ok\n")
}

/// Whether the node can do its work: the database answers and can be written to, its schema is current, no log of its own is halted, and this process
/// has read whom it matches. Scores do not count: they rest on logs of others, and no peer may take a node out of service.
#[utoipa::path(tag = "node", responses(
    (status = 200, description = "It can.", body = Ready),
    (status = 503, description = "`not-ready`; the detail says what is missing.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/readyz")]
pub(crate) async fn ready(state: web::Data<State>) -> Result<web::Json<Ready>, Problem> {
    // The word is enough for a probe; the whole reason, with what proves it, is in `GET /v1/logs`.
    let word = |reason: &str| reason.split(':').next().unwrap_or_default().to_owned();
    readiness(&state, word).await
}

/// The same with every detail, for the operator.
pub(crate) async fn ready_in_full(state: web::Data<State>) -> Result<web::Json<Ready>, Problem> {
    readiness(&state, str::to_owned).await
}

async fn readiness(state: &State, told: impl Fn(&str) -> String) -> Result<web::Json<Ready>, Problem> {
    let mut found = state.engine.ready().await?;
    for log in &mut found.logs {
        log.halted = log.halted.as_deref().map(&told);
    }
    let mut reasons: Vec<String> = Vec::new();
    if !found.database {
        reasons.push("The database does not answer, or `hanse-node migrate` has not been run.".into());
    } else if !found.writes {
        reasons.push("The database cannot be written to; the node's log says why.".into());
    }
    for log in found.logs.iter().filter(|log| own(state, log)) {
        reasons.extend(log.halted.iter().map(|why| halted(&log.origin, why)));
    }
    if !found.matches {
        reasons
            .push("People and jobs are still being read: a moment, or a minute at a million people.".into());
    }
    if reasons.is_empty() { Ok(web::Json(found)) } else { Err(Problem::not_ready(reasons.join(" "))) }
}

/// What a halted log means for the operator, and what helps. Below the first line of the reason stands its proof.
fn halted(origin: &str, reason: &str) -> String {
    let reason = reason.lines().next().unwrap_or_default();
    let helps = if reason.starts_with(ROLLED_BACK) { "recover" } else { "resume" };
    format!(
        "The log {origin} is halted: {reason}. What must stand in it is refused; reading goes on. `hanse-node log examine {origin}` \
         shows it, `hanse-node log {helps} {origin}` goes on once nothing contradicts what was signed."
    )
}

/// Whom to tell of a weakness (RFC 9116), if the operator has said so.
#[utoipa::path(tag = "node", responses(
    (status = 200, description = "The file.", body = String, content_type = "text/plain"),
    (status = 404, description = "`not-found`: the operator names nobody.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/.well-known/security.txt")]
pub(crate) async fn security(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let contact = state.contact.as_ref().ok_or_else(|| Problem::not_found("contact"))?;
    let url = &state.engine.config().url;
    let expires = state
        .engine
        .now()
        .add_seconds(SECURITY_SECONDS)
        .map_err(|_| Problem::internal("the clock is wrong"))?;
    let text = format!(
        "Contact: {contact}\nExpires: {expires}\nPreferred-Languages: en, fr\nCanonical: {url}/.well-known/security.txt\n"
    );
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/plain; charset=utf-8")).body(text))
}

/// Metrics for Prometheus, on the operator's listener.
#[get("/metrics")]
pub(crate) async fn metrics(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    state.engine.observe().await;
    let mut text = String::new();
    prometheus_client::encoding::text::encode(&mut text, &state.registry)
        .map_err(|_| Problem::internal("the metrics could not be written"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8"))
        .body(text))
}

/// Whether this node signs the log; the others it mirrors.
fn own(state: &State, log: &LogView) -> bool {
    log.origin.split_once('/').is_some_and(|(operator, _)| operator == state.engine.config().name.as_str())
}
