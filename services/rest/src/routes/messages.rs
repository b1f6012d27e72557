//! What the two sides of a bid write to each other, and the files that go with it.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, Charset, ContentDisposition,
    DispositionParam, DispositionType, ExtendedValue, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, get, post, put, web};
use hanse_api::requests::{MessageRequest, PageQuery, ReadRequest};
use hanse_api::views::{AttachmentView, MessageView, Page, ReadView, ThreadView};
use hanse_document::{Digest, Kind};
use hanse_http::act::Act;
use hanse_http::body::{self, Json};
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;
use hanse_http::state::gate::FILE_BYTES_MAX;
use serde::Deserialize;

use crate::paths::{AttachmentInPath, BidInPath};
use crate::respond;
use crate::routes::tiles::Binary;

/// What is uploaded.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadQuery {
    /// What the file is called: one line without `/` and `\\`.
    #[param(min_length = 1, max_length = 120, example = "plan.pdf")]
    pub name: String,
}

/// Your threads, the one that moved last first. A thread is that of a bid, and a contract goes on in it.
#[utoipa::path(tag = "messages", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page; pass `next` as `cursor`.", body = Page<ThreadView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/threads")]
pub(crate) async fn threads(
    state: web::Data<State>,
    principal: Principal,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    Ok(respond::personal(&state.engine.messages().threads(&principal.did, &page).await?))
}

/// The messages of a thread, the last first. Only the two sides of the bid read them, and who runs their homes can.
#[utoipa::path(tag = "messages", security(("bearer" = [])), params(PageQuery, BidInPath), responses(
    (status = 200, description = "A page; pass `next` as `cursor`.", body = Page<MessageView>),
    (status = 400, description = "`bad-id`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: there is no such bid, or you are no side of it.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/threads/{id}/messages")]
pub(crate) async fn list(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, Problem> {
    let bid = respond::id(&id, Kind::Bid)?;
    Ok(respond::personal(&state.engine.messages().messages(&principal.did, &bid, &page).await?))
}

/// Write to the other side of a bid. To a person at home elsewhere the message is carried sealed, and tried again until their home answers;
/// `state` says how far it got.
#[utoipa::path(tag = "messages", security(("bearer" = [])), request_body = MessageRequest, params(BidInPath), responses(
    (status = 201, description = "Written down.", body = MessageView),
    (status = 400, description = "`bad-id`, `not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `messages:write`. `message-not-taken`: this person takes no messages of yours.", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: there is no such bid of yours, or no such file.", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`thread-over`: the end was more than 30 days ago. `blocked-by-you`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`out-of-bounds`, `unknown-origin`", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`unanswered`: ten without an answer. `too-many-messages`: 30 a minute, 500 a day. `rate-limited`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/threads/{id}/messages")]
pub(crate) async fn send(act: Act<MessageRequest>, id: web::Path<String>) -> Result<HttpResponse, Problem> {
    let bid = respond::id(&id, Kind::Bid);
    let sent = act.run(Scope::Messages, move |engine, asked, message| async move {
        engine.send_message(asked, &bid?, &message).await
    });
    let (view, replayed) = sent.await?;
    Ok(respond::repeated(&mut HttpResponse::Created(), replayed).json(view))
}

/// Say that you have read the other side's messages up to a number. Nobody else is told.
#[utoipa::path(tag = "messages", security(("bearer" = [])), request_body = ReadRequest, params(BidInPath), responses(
    (status = 200, description = "How many are left.", body = ReadView),
    (status = 400, description = "`bad-id`, `not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `messages:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/threads/{id}/read")]
pub(crate) async fn read(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
    body: Json<ReadRequest>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Messages)?;
    let bid = respond::id(&id, Kind::Bid)?;
    let read = state.engine.messages().read_up_to(&principal.did, &bid, body.into_inner().up_to).await?;
    Ok(respond::personal(&read))
}

/// Upload a file for a message: at most 10 MiB, of a type that is on the list and that its first bytes do not contradict. What no message
/// names is forgotten after a day.
#[utoipa::path(tag = "messages", security(("bearer" = [])), params(UploadQuery), request_body(content = inline(Binary), content_type = "application/octet-stream", description = "The bytes, with their own `Content-Type`."), responses(
    (status = 201, description = "Kept; name it by its `digest` in a message.", body = AttachmentView),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `messages:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`no-room`: all your files may have 500 MiB together.", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "`too-large`: more than 10,485,760 bytes; said before they are read, where the head declares them.", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "`wrong-type`: it says what is taken.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: `name`, or an empty body.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`no-attachments`, `busy`", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/attachments")]
pub(crate) async fn upload(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    query: Query<UploadQuery>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Messages)?;
    let declared = request.content_type().to_ascii_lowercase();
    let bytes = body::bytes(payload, FILE_BYTES_MAX).await?;
    let kept = state.engine.messages().upload(&principal.did, &query.name, &declared, bytes).await?;
    Ok(HttpResponse::Created().json(kept))
}

/// A file: for who uploaded it, and for the two sides of a thread in which a message names it. It is to be saved, never shown.
#[utoipa::path(tag = "messages", security(("bearer" = [])), params(AttachmentInPath), responses(
    (status = 200, description = "The bytes, in the type that they were uploaded as.", body = inline(Binary), content_type = "*/*"),
    (status = 400, description = "`bad-id`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: there is none, or it is not for you.", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-here-yet`: it is still on its way from the other side's home.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`no-attachments`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/attachments/{digest}")]
pub(crate) async fn download(
    state: web::Data<State>,
    principal: Principal,
    digest: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let digest: Digest = digest.parse().map_err(|_| {
        Problem::unreadable("bad-id", "An attachment is named by 64 hex digits, its SHA-256.")
    })?;
    let file = state.engine.messages().open(&principal.did, digest.as_bytes()).await?;
    let name = ExtendedValue {
        charset: Charset::Ext("UTF-8".into()),
        language_tag: None,
        value: file.name.into_bytes(),
    };
    let disposition = ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::FilenameExt(name)],
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, file.media_type))
        .insert_header((CONTENT_DISPOSITION, disposition))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_SECURITY_POLICY, "sandbox"))
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .body(file.bytes))
}
