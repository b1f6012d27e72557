//! What stands in the head of every answer: what browsers may do with it, and which pages of other origins may read it.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION,
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};

use crate::request;
use crate::state::State;

/// Answers are data: a browser that shows one loads nothing for it, and nobody frames it.
const DATA_POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
/// The page of the API's documentation has scripts and styles of its own, and inline styles of its library.
const DOCS_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; \
                           base-uri 'none'; form-action 'self'";
const API: &str = "/v1/";
/// A year, in seconds: what lists of such hosts ask for.
const HSTS: &str = "max-age=31536000";
/// How long a browser need not ask again, in seconds.
const PREFLIGHT_SECONDS: &str = "86400";
/// What pages may read of the head, beside what browsers show anyway.
const EXPOSED: &str = "etag, location, link, retry-after, ratelimit, ratelimit-policy, x-request-id";
/// What pages may send without an account: what a conditional GET needs.
const ASKED_WITH: &str = "accept, if-none-match, last-event-id, x-request-id";

/// Answers what a browser asks before a public read, and writes the headers.
pub async fn headed(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request::path(request.request());
    let (docs, api) = (request::is_docs(path), path.starts_with(API));
    let known = request.headers().contains_key(AUTHORIZATION);
    let secure = request.app_data::<web::Data<State>>().is_some_and(|state| state.secure);
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let preflight = request.method() == Method::OPTIONS
        && request.headers().contains_key(ORIGIN)
        && request
            .headers()
            .get(ACCESS_CONTROL_REQUEST_METHOD)
            .is_some_and(|asked| asked == "GET" || asked == "HEAD");
    let mut response = if preflight {
        request.into_response(HttpResponse::NoContent().finish())
    } else {
        next.call(request).await?
    };
    guard(response.headers_mut(), docs, secure);
    if read && api {
        keep_apart(response.headers_mut(), known);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    };
    // Without credentials: a page reads what anybody may, and never as whoever looks at it.
    if read || preflight {
        set(ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    }
    if preflight {
        set(ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD");
        set(ACCESS_CONTROL_ALLOW_HEADERS, ASKED_WITH);
        set(ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS);
    } else if read {
        set(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
    Ok(response)
}

/// What stands in every head, that of an answer to a request that was given up too.
pub fn guard(headers: &mut HeaderMap, docs: bool, secure: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(X_FRAME_OPTIONS, "DENY");
    set(REFERRER_POLICY, "no-referrer");
    set(CONTENT_SECURITY_POLICY, if docs { DOCS_POLICY } else { DATA_POLICY });
    if secure {
        set(STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

/// What one viewer is told is no answer to another one: no cache hands it on, unless the route says better.
fn keep_apart(headers: &mut HeaderMap, known: bool) {
    if !headers.contains_key(VARY) {
        headers.insert(VARY, HeaderValue::from_static("Authorization"));
    }
    if known && !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}
