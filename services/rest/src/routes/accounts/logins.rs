//! The logins of a person: the list, and ending others.

use actix_web::{HttpResponse, delete, get, web};
use hanse_api::requests::LogoutQuery;
use hanse_api::views::{LoginView, Page};

use crate::paths::LoginInPath;
use crate::respond;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// Your logins that are open, the one that asks before the others, these the newest first, all on one page.
#[utoipa::path(tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "All of them.", body = Page<LoginView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/sessions")]
pub(crate) async fn logins(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    let logins = state.engine.accounts().logins(&principal.did, &principal.session).await?;
    Ok(respond::personal(&logins))
}

/// Log out: the access token and the refresh token of this login end at once. With `others=true` all logins end but this one, which needs
/// `account:write`.
#[utoipa::path(tag = "people", security(("bearer" = [])), params(LogoutQuery), responses(
    (status = 204, description = "Done."),
    (status = 401, description = "`token-missing`, `token-expired`, `token-foreign`, `token-forged` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: to end others needs `account:write`", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/sessions")]
pub(crate) async fn logout(
    state: web::Data<State>,
    principal: Principal,
    query: Query<LogoutQuery>,
) -> Result<HttpResponse, Problem> {
    if query.others {
        principal.need(Scope::Account)?;
        state.engine.accounts().end_other_logins(&principal.did, &principal.session).await?;
    } else {
        state.engine.accounts().logout(&principal.session).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}

/// End one of your logins: its tokens end at once.
#[utoipa::path(tag = "account", security(("bearer" = [])), params(LoginInPath), responses(
    (status = 204, description = "Done."),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: you have no open login of this id.", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/sessions/{id}")]
pub(crate) async fn end_login(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    state.engine.accounts().end_login(&principal.did, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}
