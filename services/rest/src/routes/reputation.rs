//! What the logs say of a person, and the file that proves it.

pub(crate) mod standpoint;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, ContentType};
use actix_web::{HttpResponse, get, web};
use hanse_api::views::ReputationView;
use hanse_trust::{ScoreHistory, ScoreView};

use self::standpoint::Standpoint;
use crate::paths::PersonInPath;
use crate::respond;
use hanse_http::principal::Viewer;
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// Facts of a person, counted from the leaves of their home's log as this node has rebuilt it. No score, no secret input.
#[utoipa::path(tag = "reputation", params(PersonInPath), responses(
    (status = 200, description = "The facts and the open reviews.", body = ReputationView),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`record-too-large`: their log says more of them than is counted at once (16,384 leaves)", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}")]
pub(crate) async fn facts(
    state: web::Data<State>,
    did: web::Path<String>,
) -> Result<web::Json<ReputationView>, Problem> {
    let view = state.engine.trust().reputation(&respond::did(&did)?).await?;
    Ok(web::Json(view.ok_or_else(|| Problem::not_found("person"))?))
}

/// The person's whole record in one self-contained file, for `hanse verify` or any verifier written from PROTOCOL.md. Ask the person's
/// home: only there are their own contract documents.
#[utoipa::path(tag = "reputation", params(PersonInPath), responses(
    (status = 200, description = "An evidence file, `hanse/evidence/v1`, at the newest size that a quorum of this node's auditors has cosigned.", body = serde_json::Value),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: unknown here, or of another home (the detail says which)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`record-too-large`: their log says more of them than an evidence file may hold", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`: try again in a moment", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}/evidence")]
pub(crate) async fn evidence(
    state: web::Data<State>,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let evidence = state.engine.trust().evidence(&respond::did(&did)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"evidence.json\""))
        .content_type(ContentType::json())
        .body(evidence))
}

/// How far a person can be trusted *from where you stand*, with every reason, beside the objective summary that is the same for
/// everybody. The two are never mixed. `explanation` and `summary` can be recomputed to the last digit from the record of the logs that
/// `explanation.score.heads` names (`hanse score`). "Unknown" is an answer, not a low score.
#[utoipa::path(tag = "reputation", security((), ("bearer" = [])), params(Standpoint, PersonInPath), responses(
    (status = 200, description = "The score. Numbers are whole steps of 2⁻⁴⁰, as strings. `private` is there only for you, and only if you gave private answers.", body = ScoreView),
    (status = 400, description = "`viewer-missing`: nobody is signed in and no standpoint named; `bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`own-score`: standpoint and subject are one person", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`not-ready` or `busy`: try again in a moment", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}/score")]
pub(crate) async fn score(
    state: web::Data<State>,
    viewer: Viewer,
    did: web::Path<String>,
    standpoint: Query<Standpoint>,
) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.trust().score(standpoint.question(viewer.0, &did)?).await?))
}

/// Each change of the score with the entry that caused it, as seen now: fading alone is no change. Private answers are in none.
#[utoipa::path(tag = "reputation", security((), ("bearer" = [])), params(Standpoint, PersonInPath), responses(
    (status = 200, description = "The changes, oldest first; at most the newest 500 entries are told one by one.", body = ScoreHistory),
    (status = 400, description = "`viewer-missing`: nobody is signed in and no standpoint named; `bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`own-score`: standpoint and subject are one person; `too-wide`: too many people speak for a replay", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`not-ready` or `busy`: try again in a moment", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}/score/history")]
pub(crate) async fn history(
    state: web::Data<State>,
    viewer: Viewer,
    did: web::Path<String>,
    standpoint: Query<Standpoint>,
) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.trust().score_history(standpoint.question(viewer.0, &did)?).await?))
}
