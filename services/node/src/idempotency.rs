//! `Idempotency-Key`: a repeated POST gets the answer of the first one and has no second effect.

use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpRequest, HttpResponse, ResponseError as _, web};
use hanse_document::Did;
use hanse_engine::Idempotency;
use sha2::{Digest as _, Sha256};

use crate::body;
use crate::principal;
use crate::problem::Problem;
use crate::state::State;

/// Name of the header.
pub(crate) const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest key: a UUID has 36 characters, some clients join two.
pub(crate) const KEY_MAX: usize = 255;
/// An answer longer than this is not kept; ours are far shorter.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Wraps every route; acts on authenticated POSTs that carry the header. Its refusals are answers, not errors: what stands around
/// it gives every answer its request id.
pub(crate) async fn once(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request.headers().get(IDEMPOTENCY_KEY).cloned();
    let (Some(key), true) = (key, request.method() == Method::POST) else { return next.call(request).await };
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else {
        return next.call(request).await;
    };
    let (request, payload) = request.into_parts();
    // Whoever is not signed in is refused by the route itself, and is told no earlier answer.
    let Ok(principal) = principal::signed_in(&request, &state).await else {
        return next.call(ServiceRequest::from_parts(request, payload)).await;
    };
    match begin(&state, &principal.did, &key, &request, payload).await {
        Ok(Begun::New(request_body)) => {
            let response =
                next.call(ServiceRequest::from_parts(request, Payload::from(request_body))).await?;
            let (request, response) = response.into_parts();
            let response = finish(&state, &principal.did, &key, response).await;
            Ok(ServiceResponse::new(request, response.unwrap_or_else(|problem| problem.error_response())))
        }
        Ok(Begun::Answered(answer)) => Ok(ServiceResponse::new(request, answer)),
        Err(problem) => Ok(ServiceResponse::new(request, problem.error_response())),
    }
}

/// Whether to do it now.
enum Begun {
    /// Yes; the body, which had to be read.
    New(web::Bytes),
    /// No: it was done, and this was the answer.
    Answered(HttpResponse),
}

async fn begin(
    state: &State,
    did: &Did,
    key: &HeaderValue,
    request: &HttpRequest,
    mut payload: Payload,
) -> Result<Begun, Problem> {
    let key = text(key)?;
    let payload = web::Payload::from_request(request, &mut payload).into_inner();
    let body = body::bytes(payload.map_err(|_| Problem::body_unreadable())?).await?;
    match state.engine.begin_once(did, key, &hash(request, &body)).await? {
        Idempotency::New => Ok(Begun::New(body)),
        Idempotency::Answered { status, headers, body } => {
            Ok(Begun::Answered(replayed(status, &headers, body)))
        }
        Idempotency::Running => Err(Problem::still_running()),
        Idempotency::Mismatch => Err(Problem::key_reused()),
    }
}

fn text(key: &HeaderValue) -> Result<&str, Problem> {
    let key = key.to_str().ok().filter(|key| !key.is_empty() && key.len() <= KEY_MAX);
    key.ok_or_else(Problem::bad_idempotency_key)
}

/// The hash of what a request asks: method, path, query and body.
fn hash(request: &HttpRequest, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update(b"\n");
    hash.update(request.uri().to_string());
    hash.update(b"\n");
    hash.update(body);
    hash.finalize().into()
}

/// Keeps the answer to what was done. A refusal is not kept: it had no effect, and what stood in the way, such as a login that
/// had ended, may be gone when the caller tries again.
async fn finish(
    state: &State,
    did: &Did,
    key: &HeaderValue,
    response: HttpResponse<BoxBody>,
) -> Result<HttpResponse, Problem> {
    let key = text(key)?;
    if !response.status().is_success() {
        state.engine.forget_once(did, key).await?;
        return Ok(response);
    }
    let (head, body) = response.into_parts();
    let body =
        body.try_into_bytes().map_err(|_| Problem::internal("an answer to a POST is never a stream"))?;
    if body.len() <= ANSWER_BYTES_MAX {
        let headers = kept(head.headers());
        state.engine.finish_once(did, key, head.status().as_u16(), &headers, &body).await?;
    }
    Ok(head.set_body(BoxBody::new(body)))
}

/// The headers that belong to the answer, one a line.
fn kept(headers: &HeaderMap) -> String {
    [CONTENT_TYPE, LOCATION, ETAG]
        .iter()
        .filter_map(|name| Some(format!("{name}: {}\n", headers.get(name)?.to_str().ok()?)))
        .collect()
}

fn replayed(status: u16, headers: &str, body: Vec<u8>) -> HttpResponse {
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::OK));
    for (name, value) in headers.lines().filter_map(|line| line.split_once(": ")) {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            response.insert_header((name, value));
        }
    }
    response.insert_header(("idempotency-replayed", "true")).body(body)
}
