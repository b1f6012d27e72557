//! Sealed reviews and the one reply to each.

use actix_web::{HttpResponse, delete, get, post, put, web};
use hanse_api::requests::{ReplyRequest, ReviewRequest};
use hanse_api::views::{Published, ReviewView};
use hanse_base::error::Refusal;
use hanse_document::Kind;
use hanse_ledger::LeafId;
use hanse_trust::AgainView;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::paths::{CommitInPath, ContractInPath};
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::body::Json;
use hanse_http::principal::{Principal, Scope, Viewer};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// Review the other side of a closed contract, under seal: nobody but your home can read it until both sides have reviewed.
#[utoipa::path(tag = "reviews", security(("bearer" = [])), request_body = ReviewRequest, params(Trial, ContractInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<ReviewView>),
    (status = 201, description = "Deposited; its commit goes to the log now, its text when both have reviewed.", body = Published<ReviewView>),
    (status = 403, description = "`scope-missing`: needs `reviews:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-now`: the contract is not closed, or the window has ended; `review-exists`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/contracts/{id}/reviews")]
pub(crate) async fn deposit(
    act: Act<ReviewRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let location = format!("/v1/contracts/{id}/reviews");
    let id = respond::id(&id, Kind::Offer);
    let dry_run = trial.dry_run;
    let deposited = act.run(Scope::Reviews, move |engine, asked, review| async move {
        engine.review(asked, &id?, review, dry_run).await
    });
    Ok(respond::published(&deposited.await?, *trial, Some(location), false))
}

/// The reviews of a contract: one's own, and the other side's once it is open.
#[utoipa::path(tag = "reviews", security((), ("bearer" = [])), params(ContractInPath), responses(
    (status = 200, description = "At most two; what is sealed shows only that it exists.", body = Vec<ReviewView>),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/contracts/{id}/reviews")]
pub(crate) async fn of_contract(
    state: web::Data<State>,
    viewer: Viewer,
    id: web::Path<String>,
) -> Result<web::Json<Vec<ReviewView>>, Problem> {
    let id = respond::id(&id, Kind::Offer)?;
    Ok(web::Json(state.engine.reviews(&id, viewer.0.as_ref()).await?))
}

/// What `PUT /v1/contracts/{id}/again` takes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"again": true}))]
pub(crate) struct Again {
    /// Whether you would work with them again.
    again: bool,
}

/// Say, for yourself alone, whether you would work with the other side again. It stays on this node, is in no log, and feeds only
/// what you are shown under `private` in a score; nobody else's answer changes by it. You may change your mind.
#[utoipa::path(tag = "reviews", security(("bearer" = [])), request_body = Again, params(ContractInPath), responses(
    (status = 200, description = "Kept.", body = AgainView),
    (status = 403, description = "`scope-missing`: needs `reviews:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-closed`: the contract has not closed", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/contracts/{id}/again")]
pub(crate) async fn put_again(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
    body: Json<Again>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Reviews)?;
    let id = respond::id(&id, Kind::Offer)?;
    Ok(respond::personal(
        &state.engine.trust().put_again(&principal.did, &id, body.into_inner().again).await?,
    ))
}

/// Your own private answer about a contract.
#[utoipa::path(tag = "reviews", security(("bearer" = [])), params(ContractInPath), responses(
    (status = 200, description = "What you said.", body = AgainView),
    (status = 404, description = "`not-found`: you said nothing, or have no part in it", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/contracts/{id}/again")]
pub(crate) async fn again(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Offer)?;
    Ok(respond::personal(&state.engine.trust().again(&principal.did, &id).await?))
}

/// Take your private answer back; nothing of it is kept.
#[utoipa::path(tag = "reviews", security(("bearer" = [])), params(ContractInPath), responses(
    (status = 204, description = "It is gone."),
    (status = 403, description = "`scope-missing`: needs `reviews:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: you said nothing, or have no part in it", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/contracts/{id}/again")]
pub(crate) async fn remove_again(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Reviews)?;
    state.engine.trust().remove_again(&principal.did, &respond::id(&id, Kind::Offer)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reply to an open review about you, once.
#[utoipa::path(tag = "reviews", security(("bearer" = [])), request_body = ReplyRequest, params(Trial, CommitInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<ReviewView>),
    (status = 201, description = "Published and on its way to the log.", body = Published<ReviewView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `reviews:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-now`: sealed, replied already, or too late", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/reviews/{commit}/reply")]
pub(crate) async fn reply(
    act: Act<ReplyRequest>,
    commit: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let commit = LeafId::from_hex(&commit).ok_or(Refusal::NotFound("review"));
    let dry_run = trial.dry_run;
    let replied = act.run(Scope::Reviews, move |engine, asked, reply| async move {
        engine.reply(asked, &commit?, reply, dry_run).await
    });
    Ok(respond::published(&replied.await?, *trial, None, false))
}
