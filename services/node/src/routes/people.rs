//! People: oneself, and what anybody says of themselves.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use hanse_engine::requests::ProfileRequest;
use hanse_engine::views::{Person, ProfileView};

use super::answer::{self, Trial};
use crate::body::Json;
use crate::principal::{Principal, Scope};
use crate::problem::Problem;
use crate::state::State;

/// The account of the token.
#[utoipa::path(tag = "people", security(("bearer" = [])), responses(
    (status = 200, description = "The person, with home and custody.", body = Person),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me")]
pub(crate) async fn me(state: web::Data<State>, principal: Principal) -> Result<web::Json<Person>, Problem> {
    Ok(web::Json(state.engine.person(&principal.did).await?))
}

/// Say who you are and what you do; replaces what you said before. What you leave out is unstated.
#[utoipa::path(tag = "people", security(("bearer" = [])), params(Trial), responses(
    (status = 200, description = "As it would be (`dry_run`), or the same profile was here already.", body = hanse_engine::Published<ProfileView>),
    (status = 201, description = "Published.", body = hanse_engine::Published<ProfileView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`wrong-prev`: it was changed meanwhile.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/profile")]
pub(crate) async fn put_profile(
    state: web::Data<State>,
    principal: Principal,
    trial: web::Query<Trial>,
    body: Json<ProfileRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    let published = state.engine.put_profile(&principal.did, body.into_inner(), trial.dry_run).await?;
    let location = format!("/v1/profiles/{}", principal.did);
    Ok(answer::published(&published, *trial, Some(location), published.view.document.as_deref()))
}

/// What a person says of themselves, with their home and the custody of their key.
#[utoipa::path(tag = "people", params(("did" = String, Path, description = "`did:key:z6Mk…`")), responses(
    (status = 200, description = "The profile.", body = ProfileView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/profiles/{did}")]
pub(crate) async fn profile(
    state: web::Data<State>,
    request: HttpRequest,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view =
        state.engine.profile(&answer::did(&did)?).await?.ok_or_else(|| Problem::not_found("person"))?;
    let head = view.document.clone().unwrap_or_else(|| view.did.clone());
    Ok(answer::versioned(&request, &view, &head))
}
