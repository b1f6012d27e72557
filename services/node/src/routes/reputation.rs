//! What the logs say of a person, and the file that proves it.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::{HttpResponse, get, web};
use hanse_engine::views::ReputationView;

use super::answer;
use crate::problem::Problem;
use crate::state::State;

/// Facts of a person, counted from the leaves of their home's log as this node has rebuilt it. No score, no secret input.
#[utoipa::path(tag = "reputation", params(("did" = String, Path, description = "`did:key:z6Mk…`")), responses(
    (status = 200, description = "The facts and the open reviews.", body = ReputationView),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}")]
pub(crate) async fn facts(
    state: web::Data<State>,
    did: web::Path<String>,
) -> Result<web::Json<ReputationView>, Problem> {
    let view = state.engine.reputation(&answer::did(&did)?).await?;
    Ok(web::Json(view.ok_or_else(|| Problem::not_found("person"))?))
}

/// The person's whole record in one self-contained file, for `hanse verify` or any verifier written from PROTOCOL.md. Ask the person's
/// home: only there are their own contract documents.
#[utoipa::path(tag = "reputation", params(("did" = String, Path, description = "`did:key:z6Mk…`")), responses(
    (status = 200, description = "An evidence file, `hanse/evidence/v1`, at the newest size that a quorum of this node's auditors has cosigned.", body = serde_json::Value),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: unknown here, or at home elsewhere (the detail says where)", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/reputation/{did}/evidence")]
pub(crate) async fn evidence(
    state: web::Data<State>,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let evidence = state.engine.evidence(&answer::did(&did)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-cache"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"evidence.json\""))
        .json(evidence))
}
