//! People: oneself, and what anybody says of themselves.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use hanse_api::requests::ProfileRequest;
use hanse_api::views::{AccountView, ProfileView};

use crate::paths::PersonInPath;
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// The account of the token.
#[utoipa::path(tag = "people", security(("bearer" = [])), responses(
    (status = 200, description = "The person, with home and custody.", body = AccountView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me")]
pub(crate) async fn me(
    state: web::Data<State>,
    principal: Principal,
) -> Result<web::Json<AccountView>, Problem> {
    Ok(web::Json(state.engine.accounts().person(&principal.did).await?))
}

/// Say who you are and what you do; replaces what you said before. What you leave out is unstated.
#[utoipa::path(tag = "people", security(("bearer" = [])), request_body = ProfileRequest, params(Trial), responses(
    (status = 200, description = "As it would be (`dry_run`), or the same profile was here already.", body = hanse_api::views::Published<ProfileView>),
    (status = 201, description = "Published.", body = hanse_api::views::Published<ProfileView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`wrong-prev`: it was changed meanwhile.", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`): it is in another version, or there is none.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/profile")]
pub(crate) async fn put_profile(
    act: Act<ProfileRequest>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let dry_run = trial.dry_run;
    let replace = act.needs_one();
    let put = act.run(Scope::Profile, move |engine, asked, said| async move {
        if replace {
            engine.replace_profile(asked, said, dry_run).await
        } else {
            engine.put_profile(asked, said, dry_run).await
        }
    });
    let published = put.await?;
    let location = format!("/v1/profiles/{}", published.view.did);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// What a person says of themselves, with their home and the custody of their key.
#[utoipa::path(tag = "people", params(PersonInPath), responses(
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
        state.engine.profile(&respond::did(&did)?).await?.ok_or_else(|| Problem::not_found("person"))?;
    Ok(respond::versioned(&request, &view))
}
