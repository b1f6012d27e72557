//! Who fits which job, and what this node ranks with.

pub(crate) mod picks;

use actix_web::{HttpRequest, get, web};
use hanse_api::requests::{MatchQuery, RecommendedQuery, WhyNotQuery};
use hanse_api::views::{Matches, Recommended, Transparency, WhyNotMe};
use hanse_document::Kind;

use crate::paths::{JobInPath, PersonInPath};
use crate::respond;
use hanse_http::principal::{Principal, Viewer};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;
use hanse_http::state::limits::Counted;

/// Who fits a job, best first, each with the reasons: what cost points, which line of the profile counted, what is missing, what
/// would change the place. Everybody sees the same list.
#[utoipa::path(tag = "matching", security((), ("bearer" = [])), params(MatchQuery, JobInPath), responses(
    (status = 200, description = "The people.", body = Matches),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: limit, language or scope cannot be used.", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`: lists of the federation are few for each person.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`not-ready` just after the start, `busy`: try again in a moment.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs/{id}/matches")]
pub(crate) async fn matches(
    state: web::Data<State>,
    request: HttpRequest,
    viewer: Viewer,
    id: web::Path<String>,
    query: Query<MatchQuery>,
) -> Result<web::Json<Matches>, Problem> {
    let id = respond::id(&id, Kind::Job)?;
    // Peers count what this node asks, whoever it asks for.
    if query.scope.as_deref().is_some_and(|scope| scope != "node") {
        state.limits.charge(&request, &[Counted::FederationSearches], viewer.0.as_ref())?;
    }
    Ok(web::Json(state.engine.discovery().matches(&id, viewer.0.as_ref(), query.into_inner()).await?))
}

/// Why somebody is not shown for a job, or where they stand and why. Ask the person's home.
#[utoipa::path(tag = "matching", params(WhyNotQuery, JobInPath, PersonInPath), responses(
    (status = 200, description = "What stops them, what would bring them into the list, or their place with the reasons.", body = WhyNotMe),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`own-job`: a client is not ranked for their own job.", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: no such job, nobody of that name here, or no profile.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`not-ready`, `busy`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs/{id}/matches/{did}")]
pub(crate) async fn why_not(
    state: web::Data<State>,
    path: web::Path<(String, String)>,
    query: Query<WhyNotQuery>,
) -> Result<web::Json<WhyNotMe>, Problem> {
    let (id, did) = path.into_inner();
    let (id, did) = (respond::id(&id, Kind::Job)?, respond::did(&did)?);
    Ok(web::Json(state.engine.discovery().why_not(&id, &did, query.into_inner()).await?))
}

/// Open jobs of the whole federation for you, best first, by the same score as their clients see.
#[utoipa::path(tag = "matching", security(("bearer" = [])), params(RecommendedQuery), responses(
    (status = 200, description = "The jobs.", body = Recommended),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: write a profile first.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`not-ready`, `busy`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/recommended-jobs")]
pub(crate) async fn recommended(
    state: web::Data<State>,
    principal: Principal,
    query: Query<RecommendedQuery>,
) -> Result<web::Json<Recommended>, Problem> {
    Ok(web::Json(state.engine.discovery().recommended_jobs(&principal.did, query.into_inner()).await?))
}

/// What this node ranks with: rules, weights of both sides, how attention is shared, what is never looked at, which skills and
/// exchange rates, how records are judged; and each time that any of it changed.
#[utoipa::path(tag = "matching", responses((status = 200, description = "All of it.", body = Transparency)))]
#[get("/v1/transparency")]
pub(crate) async fn transparency(state: web::Data<State>) -> Result<web::Json<Transparency>, Problem> {
    Ok(web::Json(state.engine.discovery().transparency().await?))
}
