//! Pairs that are made at night.

use actix_web::{get, web};
use hanse_api::requests::PicksQuery;
use hanse_api::views::Picks;

use hanse_http::principal::Principal;
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// The pairs of last night (UTC) that you are in, as freelancer or as client: of a job and a person who fit, neither would rather have
/// another one that would rather have them. A freelancer is in three at most, a job in as many as it has free seats, five at most.
#[utoipa::path(tag = "matching", security(("bearer" = [])), params(PicksQuery), responses(
    (status = 200, description = "The pairs with their reasons, best first; none before the first night.", body = Picks),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: the language cannot be used.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/picks")]
pub(crate) async fn picks(
    state: web::Data<State>,
    principal: Principal,
    query: Query<PicksQuery>,
) -> Result<web::Json<Picks>, Problem> {
    Ok(web::Json(state.engine.discovery().picks(&principal.did, &query).await?))
}
