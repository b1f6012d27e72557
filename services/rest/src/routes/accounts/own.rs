//! What is private to a person: the handle, an e-mail address, whom they block, and all of it as one archive.

use std::io;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post, put, rt, web};
use futures::{StreamExt as _, stream};
use hanse_account::Address;
use hanse_api::requests::{AccountRequest, CodeRequest, EmailRequest};
use hanse_api::views::{AccountView, BlockView, EmailView, Page};
use tokio::sync::mpsc;

use crate::paths::PersonInPath;
use crate::respond;
use crate::routes::tiles::Binary;
use hanse_http::body::Json;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::state::State;
use hanse_http::state::limits::Counted;

/// Pieces of an archive that wait for a slow reader.
const PIECES: usize = 2;

/// Take another handle. The one before stays yours for 90 days: it signs in, and nobody else can take it.
#[utoipa::path(tag = "account", security(("bearer" = [])), request_body = AccountRequest, responses(
    (status = 200, description = "The account as it is now.", body = AccountView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`handle-taken`. `too-many-handles`: three former ones are kept for you already.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[patch("/v1/me")]
pub(crate) async fn rename(
    state: web::Data<State>,
    principal: Principal,
    body: Json<AccountRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    Ok(respond::personal(&state.engine.accounts().rename(&principal.did, &body.0).await?))
}

/// Your private e-mail address. Nobody else is shown it.
#[utoipa::path(tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "The address.", body = EmailView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: there is none.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/email")]
pub(crate) async fn email(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.accounts().email(&principal.did).await?))
}

/// Name a private e-mail address, to which a code is sent; it is yours once you give the code. Without an address, the one that is there is
/// forgotten.
#[utoipa::path(tag = "account", security(("bearer" = [])), request_body = EmailRequest, responses(
    (status = 202, description = "A letter with a code is on its way."),
    (status = 204, description = "Forgotten."),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`. `wrong-password`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`no-mail`: this node sends no e-mail.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: this is no address.", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`; `too-many-letters`: five a day.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/email")]
pub(crate) async fn put_email(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    body: Json<EmailRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    state.limits.charge(&request, &[Counted::Letters], Some(&principal.did))?;
    Ok(match state.engine.accounts().put_email(&principal.did, body.into_inner()).await? {
        Address::Asked => HttpResponse::Accepted().finish(),
        Address::Removed => HttpResponse::NoContent().finish(),
    })
}

/// Give the code that was sent to your address: from now on it is yours.
#[utoipa::path(tag = "account", security(("bearer" = [])), request_body = CodeRequest, responses(
    (status = 200, description = "The address.", body = EmailView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`. `wrong-code`: it is wrong, was used, or is a day old.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/me/email/verify")]
pub(crate) async fn verify_email(
    state: web::Data<State>,
    principal: Principal,
    body: Json<CodeRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    Ok(respond::personal(&state.engine.accounts().verify_email(&principal.did, &body.0.code).await?))
}

/// Whom you have blocked, the newest first, all on one page. Nobody else is shown it.
#[utoipa::path(tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "All of them.", body = Page<BlockView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/blocks")]
pub(crate) async fn blocks(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.accounts().blocks(&principal.did).await?))
}

/// Block a person, of whatever home: from now on they cannot bid on your jobs, and their jobs are not recommended to you. They are told
/// that a job takes no bid of theirs, and not why. What you have agreed on with them goes on.
#[utoipa::path(tag = "account", security(("bearer" = [])), params(PersonInPath), responses(
    (status = 204, description = "Blocked, or was already."),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`too-many-blocks`: a thousand.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: this is you.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/blocks/{did}")]
pub(crate) async fn block(
    state: web::Data<State>,
    principal: Principal,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    state.engine.accounts().block(&principal.did, &respond::did(&did)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Unblock a person.
#[utoipa::path(tag = "account", security(("bearer" = [])), params(PersonInPath), responses(
    (status = 204, description = "Done."),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `account:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: they are not blocked.", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/me/blocks/{did}")]
pub(crate) async fn unblock(
    state: web::Data<State>,
    principal: Principal,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Account)?;
    state.engine.accounts().unblock(&principal.did, &respond::did(&did)?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Everything that this node keeps of you, but secrets: account, profile, jobs, bids, contracts, reviews, searches, alerts, logins, blocks,
/// and each document that you have signed, byte for byte. Its README.txt says what each file is.
#[utoipa::path(tag = "account", security(("bearer" = [])), responses(
    (status = 200, description = "A ZIP archive. One that broke off does not open.", body = inline(Binary), content_type = "application/zip"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`rate-limited`", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`: others are being written.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/me/export")]
pub(crate) async fn export(state: web::Data<State>, principal: Principal) -> Result<HttpResponse, Problem> {
    let (to, mut pieces) = mpsc::channel(PIECES);
    let engine = state.engine.clone();
    let written = rt::spawn(async move { engine.export(&principal.did, &principal.session, to).await });
    let Some(first) = pieces.recv().await else {
        // Nothing was written: it says why.
        return Err(match written.await {
            Ok(Err(error)) => error.into(),
            Ok(Ok(())) | Err(_) => Problem::internal("an export ended before it began"),
        });
    };
    let rest = stream::unfold(Some((pieces, written)), |state| async move {
        let (mut pieces, written) = state?;
        if let Some(piece) = pieces.recv().await {
            return Some((Ok(web::Bytes::from(piece)), Some((pieces, written))));
        }
        match written.await {
            Ok(Ok(())) => None,
            // The connection is cut, so that nobody takes the part for the whole.
            Ok(Err(error)) => Some((Err(cut(&error)), None)),
            Err(error) => Some((Err(cut(&error)), None)),
        }
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"hanse-export.zip\""))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .streaming(stream::once(async { Ok::<_, io::Error>(web::Bytes::from(first)) }).chain(rest)))
}

fn cut(error: &(dyn std::error::Error + 'static)) -> io::Error {
    tracing::error!(error, "an export broke off");
    io::Error::other("the export broke off")
}
