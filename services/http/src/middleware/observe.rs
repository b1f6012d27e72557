//! What operators see of each request: an id that the caller also gets, one log line, a counter and a histogram.

use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use hanse_store::counted;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::request::{self, REQUEST_ID};

/// A caller's own request id is kept up to this many characters: a UUID has 36, some proxies send 64.
const REQUEST_ID_MAX: usize = 64;
/// The first bucket is half a millisecond, the last a little over eight seconds: beyond it the request has failed anyway.
const BUCKET_FIRST_SECONDS: f64 = 0.000_5;
const BUCKETS: u16 = 15;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    method: String,
    route: String,
}

/// The HTTP metrics of one process.
#[derive(Clone, Debug)]
pub struct HttpMetrics {
    requests: Family<Labels, Counter>,
    seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    statements: Family<RouteLabels, Counter>,
}

impl HttpMetrics {
    /// Registers them.
    pub fn new(registry: &mut Registry) -> Self {
        let metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(BUCKET_FIRST_SECONDS, 2.0, BUCKETS))
            }),
            statements: Family::default(),
        };
        registry.register("http_requests", "Requests answered", metrics.requests.clone());
        registry.register("http_request_seconds", "Time to answer", metrics.seconds.clone());
        let statements = "Statements that requests ran in the database: over the requests of a route, a number that does not grow";
        registry.register("http_statements", statements, metrics.statements.clone());
        metrics
    }

    fn record(&self, method: &Method, route: &str, status: StatusCode, started: Instant, statements: u64) {
        let (method, route) = (method.as_str().to_owned(), route.to_owned());
        self.statements
            .get_or_create(&RouteLabels { method: method.clone(), route: route.clone() })
            .inc_by(statements);
        self.seconds
            .get_or_create(&RouteLabels { method: method.clone(), route: route.clone() })
            .observe(started.elapsed().as_secs_f64());
        self.requests.get_or_create(&Labels { method, route, status: status.as_u16() }).inc();
    }
}

/// Gives the request its id, and tells log and metrics how it ended. The label is the route's pattern, never the path, so that
/// callers cannot make new label values.
pub async fn observe(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let metrics = request.app_data::<web::Data<HttpMetrics>>().cloned();
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            !id.is_empty()
                && id.len() <= REQUEST_ID_MAX
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        })
        .map_or_else(|| uuid::Uuid::now_v7().to_string(), str::to_owned);
    let method = known(request.method());
    let (answered, statements) = counted(request::with_id(id.clone(), next.call(request))).await;
    let mut response = match answered {
        Ok(response) => response,
        Err(error) => {
            // The request was given up, and its route with it.
            let status = error.as_response_error().status_code();
            if let Some(metrics) = metrics {
                metrics.record(&method, "none", status, started, statements);
            }
            tracing::warn!(%id, %method, status = status.as_u16(), "request given up");
            return Err(error);
        }
    };
    let route = response.request().match_pattern().unwrap_or_else(|| "none".into());
    let status = response.status();
    if let Some(metrics) = metrics {
        metrics.record(&method, &route, status, started, statements);
    }
    let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        // Not of this request, but of the node: its probes and its workers tell of it, once in a while.
        tracing::debug!(%id, %method, route, status = status.as_u16(), ms, "request turned away");
    } else if status.is_server_error() {
        tracing::error!(%id, %method, route, status = status.as_u16(), ms, "request failed");
    } else {
        tracing::debug!(%id, %method, route, status = status.as_u16(), ms, "request answered");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), value);
    }
    Ok(response)
}

/// A method that a caller made up counts as one.
fn known(method: &Method) -> Method {
    match method.as_str() {
        "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "PATCH" => method.clone(),
        _ => Method::TRACE,
    }
}
