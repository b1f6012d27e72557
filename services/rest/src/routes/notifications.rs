//! What people are told, and what they want to be told.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use hanse_api::requests::{
    MailWishRequest, NotificationPreferencesRequest, NotificationQuery, SeenRequest, UnsubscribeQuery,
};
use hanse_api::views::{MailWishView, NotificationPreferencesView, NotificationView, Page, SeenView};

use hanse_http::body::Json;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::request::language;
use hanse_http::state::State;

use crate::respond;

/// What others did, or time brought about, about your jobs, invitations, bids, contracts and reviews, the newest first. The newest 1,000
/// are kept, for about three months. To be told at once, listen at `/v1/events`.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), params(NotificationQuery), responses(
    (status = 200, description = "A page; pass `next` as `cursor`.", body = Page<NotificationView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/notifications")]
pub(crate) async fn list(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    query: Query<NotificationQuery>,
) -> Result<HttpResponse, Problem> {
    let page = state.engine.notifications(&principal.did, &query, language(&request)).await?;
    Ok(respond::personal(&page))
}

/// Say that you have seen all up to a position. To say it again changes nothing.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), request_body = SeenRequest, responses(
    (status = 200, description = "How many were not seen before.", body = SeenView),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/notifications/seen")]
pub(crate) async fn seen(
    state: web::Data<State>,
    principal: Principal,
    body: Json<SeenRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    let seen = state.engine.see_notifications(&principal.did, body.into_inner().up_to).await?;
    Ok(respond::personal(&seen))
}

/// Of which events you are told, and of which you are not.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), responses(
    (status = 200, description = "All events, in two lists.", body = NotificationPreferencesView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/notification-preferences")]
pub(crate) async fn preferences(
    state: web::Data<State>,
    principal: Principal,
) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.notification_preferences(&principal.did).await?))
}

/// Say of which events you do not want to be told: from now on they are not even written down. What was told stays.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), request_body = NotificationPreferencesRequest, responses(
    (status = 200, description = "As it is now.", body = NotificationPreferencesView),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: no event has such a name.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/notification-preferences")]
pub(crate) async fn put_preferences(
    state: web::Data<State>,
    principal: Principal,
    body: Json<NotificationPreferencesRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    let wishes = body.into_inner();
    Ok(respond::personal(&state.engine.put_notification_preferences(&principal.did, &wishes).await?))
}

/// What you want by e-mail, where it goes, and whether it reaches you.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), responses(
    (status = 200, description = "As it is; at first, nothing.", body = MailWishView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/notification-email")]
pub(crate) async fn mail(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.mail().wish(&principal.did).await?))
}

/// Say of which events a letter goes to your address at once, and whether one comes each morning with the rest. Only of what you are told
/// (`PUT /v1/me/notification-preferences`) letters tell, too. They are plain text, and fetch nothing.
#[utoipa::path(tag = "notifications", security(("bearer" = [])), request_body = MailWishRequest, responses(
    (status = 200, description = "As it is now.", body = MailWishView),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`no-mail`: this node sends no e-mail. `no-address`: you have confirmed none. To want nothing is never refused.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: no event has such a name.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/notification-email")]
pub(crate) async fn put_mail(
    state: web::Data<State>,
    principal: Principal,
    body: Json<MailWishRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    Ok(respond::personal(&state.engine.mail().put_wish(&principal.did, &body.into_inner()).await?))
}

/// End news by e-mail for whoever got a letter: what mail programs ask for on one click (RFC 8058), with the link of its
/// `List-Unsubscribe`. To do so again changes nothing; a body is not read.
#[utoipa::path(tag = "notifications", params(UnsubscribeQuery), responses(
    (status = 204, description = "No more letters with news go to this person, until they ask for them."),
    (status = 400, description = "`bad-query`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: this node has not made this token.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/unsubscribe")]
pub(crate) async fn unsubscribe(
    state: web::Data<State>,
    query: Query<UnsubscribeQuery>,
) -> Result<HttpResponse, Problem> {
    state.engine.mail().unsubscribe(&query.token).await?;
    Ok(HttpResponse::NoContent().finish())
}
