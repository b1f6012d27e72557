//! Whole logs of reputation, own and mirrored, with what they make public: what a stranger recomputes scores from.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, get, web};
use hanse_api::views::{LeavesView, LogStateView, LogView};
use hanse_base::names::LogKind;
use hanse_document::NodeName;

use crate::paths::LogInPath;
use crate::respond::Since;
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// Every log that this node keeps, its own and its peers', as far as it has rebuilt it.
#[utoipa::path(tag = "log", responses(
    (status = 200, description = "The logs, own first.", body = Vec<LogView>),
))]
#[get("/v1/logs")]
pub(crate) async fn logs(state: web::Data<State>) -> Result<web::Json<Vec<LogView>>, Problem> {
    Ok(web::Json(state.engine.logs().await?))
}

/// The state of a reputation log up to which its leaves count, and the states that date them. Part of a record file.
#[utoipa::path(tag = "log", params(
    LogInPath,
), responses(
    (status = 200, description = "Signed notes.", body = LogStateView),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/logs/{node}/{kind}/checkpoints")]
pub(crate) async fn checkpoints(
    state: web::Data<State>,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Problem> {
    let (node, kind) = log_of(&path)?;
    let view = state.engine.trust().log_state(&node, kind).await?.ok_or_else(|| Problem::not_found("log"))?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-cache")).json(view))
}

/// Leaves of a reputation log in order, with the public documents that go with them: at most 256 leaves and, but for a first leaf that
/// is larger, 1 MiB. Part of a record file.
#[utoipa::path(tag = "log", params(
    Since,
    LogInPath,
), responses(
    (status = 200, description = "The leaves from `start` on; none if the log ends before.", body = LeavesView),
    (status = 400, description = "`bad-query`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/logs/{node}/{kind}/entries")]
pub(crate) async fn entries(
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    from: Query<Since>,
) -> Result<HttpResponse, Problem> {
    let (node, kind) = log_of(&path)?;
    let view = state.engine.trust().log_leaves(&node, kind, from.start).await?;
    let view = view.ok_or_else(|| Problem::not_found("log"))?;
    Ok(HttpResponse::Ok().insert_header((CACHE_CONTROL, "no-cache")).json(view))
}

/// Only logs of reputation: postings feed no score, and have routes of their own.
fn log_of((node, kind): &(String, String)) -> Result<(NodeName, LogKind), Problem> {
    let node = NodeName::parse(node).ok();
    let kind = LogKind::parse(kind).filter(|kind| *kind == LogKind::Reputation);
    node.zip(kind).ok_or_else(|| Problem::not_found("log"))
}
