//! People: oneself, and what anybody says of themselves.

use actix_web::{HttpRequest, HttpResponse, get, put, web};
use hanse_api::requests::{PeopleQuery, ProfileRequest};
use hanse_api::views::{AccountView, ListedPerson, Listing, Page, ProfileView};

use crate::paths::PersonInPath;
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::body::Json;
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

/// Find people whose home is this node, the newest profile first or by relevance. Who does not want to be found here says so
/// (`PUT /v1/me/listing`). Nobody can buy a place.
#[utoipa::path(tag = "people", params(PeopleQuery), responses(
    (status = 200, description = "A page; pass `next` as `cursor`.", body = Page<ListedPerson>),
    (status = 400, description = "`bad-query`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: a filter cannot be used with the others, or the cursor not at all; `unknown-place`, `several-places`: `near` names no town, or several, which are told; `bad-code`, `out-of-bounds` and the like: a filter by itself breaks a rule of documents; `too-broad`: too much had to be looked at to find who fits", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/people")]
pub(crate) async fn people(
    state: web::Data<State>,
    query: Query<PeopleQuery>,
) -> Result<web::Json<Page<ListedPerson>>, Problem> {
    Ok(web::Json(state.engine.people(query.into_inner()).await?))
}

/// Whether you are found in the directory of this node. Who has said nothing is.
#[utoipa::path(tag = "people", security(("bearer" = [])), responses(
    (status = 200, description = "As it is.", body = Listing),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/listing")]
pub(crate) async fn listing(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.listing(&principal.did).await?))
}

/// Be found in the directory of this node, or not, from now on. Your profile stays public, and whoever has your name sees it.
#[utoipa::path(tag = "people", security(("bearer" = [])), request_body = Listing, responses(
    (status = 200, description = "As it is now.", body = Listing),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/listing")]
pub(crate) async fn put_listing(
    state: web::Data<State>,
    principal: Principal,
    body: Json<Listing>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    Ok(respond::personal(&state.engine.put_listing(&principal.did, body.into_inner()).await?))
}
