//! `Idempotency-Key`: a repeated POST gets the answer of the first one and has no second effect.

use actix_web::body::{BoxBody, MessageBody, to_bytes_limited};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use hanse_document::Did;
use hanse_engine::Idempotency;
use sha2::{Digest as _, Sha256};

use crate::app::BODY_BYTES_MAX;
use crate::principal;
use crate::problem::Problem;
use crate::state::State;

/// Name of the header.
pub const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The longest key: a UUID has 36 characters, some clients join two.
pub const KEY_MAX: usize = 255;
/// An answer longer than this is not kept; ours are far shorter.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// Wraps every route; acts on authenticated POSTs that carry the header.
pub async fn once(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let key = request.headers().get(IDEMPOTENCY_KEY).cloned();
    let (Some(key), true) = (key, request.method() == Method::POST) else { return next.call(request).await };
    let Some(state) = request.app_data::<web::Data<State>>().cloned() else { return next.call(request).await };
    let Ok(claims) = principal::claims(request.request(), &state) else { return next.call(request).await };
    let key = match key.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_MAX => key.to_owned(),
        _ => return Err(Problem::bad_idempotency_key().into()),
    };
    let (request, hash) = hashed(request).await?;
    let begun = state.engine.begin_once(&claims.sub, &key, &hash).await.map_err(Problem::from)?;
    match begun {
        Idempotency::New => {
            let response = next.call(request).await;
            finish(&state, &claims.sub, &key, response).await
        }
        Idempotency::Answered { status, headers, body } => {
            Ok(request.into_response(replayed(status, &headers, body)))
        }
        Idempotency::Running => Err(Problem::still_running().into()),
        Idempotency::Mismatch => Err(Problem::key_reused().into()),
    }
}

/// The request with its body read, and the hash of what it asks: method, path, query and body.
async fn hashed(request: ServiceRequest) -> Result<(ServiceRequest, [u8; 32]), Error> {
    let (request, payload) = request.into_parts();
    let body = to_bytes_limited(actix_web::body::BodyStream::new(payload), BODY_BYTES_MAX)
        .await
        .map_err(|_| Problem::body_too_large())?
        .map_err(|_| Problem::body_unreadable())?;
    let mut hash = Sha256::new();
    hash.update(request.method().as_str());
    hash.update(b"\n");
    hash.update(request.uri().to_string());
    hash.update(b"\n");
    hash.update(&body);
    Ok((ServiceRequest::from_parts(request, Payload::from(body)), hash.finalize().into()))
}

/// Keeps the answer, unless it is our own failure: then the caller may try again.
async fn finish(
    state: &State,
    did: &Did,
    key: &str,
    response: Result<ServiceResponse<BoxBody>, Error>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let response = match response {
        Ok(response) if !response.status().is_server_error() => response,
        failed => {
            state.engine.forget_once(did, key).await.map_err(Problem::from)?;
            return failed;
        }
    };
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let body = body.try_into_bytes().or_else(|_| Err(Problem::internal("an answer to a POST is never a stream")))?;
    if body.len() <= ANSWER_BYTES_MAX {
        state
            .engine
            .finish_once(did, key, head.status().as_u16(), &kept(head.headers()), &body)
            .await
            .map_err(Problem::from)?;
    }
    Ok(ServiceResponse::new(request, head.set_body(BoxBody::new(body))))
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
