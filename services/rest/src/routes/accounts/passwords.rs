//! A new password, and the codes that set one.

use actix_web::{HttpRequest, HttpResponse, post, put, web};
use hanse_account::is_handle;
use hanse_api::requests::{Confirmation, PasswordRequest, ResetLetterRequest, ResetRequest};
use hanse_api::views::RecoveryCodes;

use crate::respond;
use hanse_http::body::Json;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::state::State;

/// Change your password. All your other logins end.
#[utoipa::path(tag = "account", security(("bearer" = [])), request_body = PasswordRequest, responses(
    (status = 204, description = "Done."),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`. `wrong-password`: `password` is not your current one.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`, `weak-password`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/password")]
pub(crate) async fn change_password(
    state: web::Data<State>,
    principal: Principal,
    body: Json<PasswordRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    state.engine.accounts().change_password(&principal.did, &principal.session, body.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make eight new recovery codes; all before them are void. Each sets a new password, once. They are shown in this answer and nowhere
/// again.
#[utoipa::path(tag = "account", security(("bearer" = [])), request_body = Confirmation, responses(
    (status = 200, description = "The codes.", body = RecoveryCodes),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`. `wrong-password`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/me/recovery-codes")]
pub(crate) async fn recovery_codes(
    state: web::Data<State>,
    principal: Principal,
    body: Json<Confirmation>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    let codes = state.engine.accounts().new_recovery_codes(&principal.did, &body.0.password).await?;
    Ok(respond::personal(&codes))
}

/// Set a new password with a code that is good once: one of your recovery codes, one that was sent to your address, or one from the
/// operator. Every login ends. A handle that nobody has is answered alike.
#[utoipa::path(tag = "account", request_body = ResetRequest, responses(
    (status = 204, description = "Done: sign in with the new password."),
    (status = 403, description = "`wrong-code`: handle or code is wrong, or the code was used or is too old.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`, `weak-password`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/password-resets")]
pub(crate) async fn reset_password(
    state: web::Data<State>,
    request: HttpRequest,
    body: Json<ResetRequest>,
) -> Result<HttpResponse, Problem> {
    // What is no handle is nobody's, and not worth remembering.
    if is_handle(&body.0.handle) {
        state.limits.reset(&request, &body.0.handle)?;
    }
    state.engine.accounts().reset_password(body.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Have a code sent to the private address of an account, named by its handle or by that address. The answer is the same whether there is
/// one or not; at most five letters a day are sent to one account.
#[utoipa::path(tag = "account", request_body = ResetLetterRequest, responses(
    (status = 202, description = "If there is such an account and it has an address, a letter is on its way."),
    (status = 409, description = "`no-mail`: this node sends no e-mail.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: name `handle` or `email`.", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/password-resets/request")]
pub(crate) async fn ask_for_reset(
    state: web::Data<State>,
    body: Json<ResetLetterRequest>,
) -> Result<HttpResponse, Problem> {
    let engine = state.engine.clone();
    let meant = engine.accounts().meant(body.into_inner()).map_err(Problem::from)?;
    let changes = state.changes.clone();
    // Not waited for: how long it takes would say whether there is such an account. What fails is in the log.
    actix_web::rt::spawn(async move {
        let sent = changes.run(None, async move { engine.accounts().send_reset_letters(&meant).await });
        drop(sent.await);
    });
    Ok(HttpResponse::Accepted().finish())
}
