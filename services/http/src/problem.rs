//! RFC 9457 problem documents: the one place where a reason becomes an HTTP answer.
//!
//! `type` is a stable slug and part of the API; `detail` is for a person and says what to do next. A failure of ours says nothing
//! of its cause to the caller: that goes to the log, under the same request id.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_document::{Fault, Rejection};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::request;
use crate::told::shape::Shape;
use crate::told::way::Step;
use crate::told::{self, Told};

/// When to come back where nothing says it better, in seconds: as long as a place is waited for, and a little for the others.
const BUSY_SECONDS: u32 = 2;

/// When to come back where somebody has to make room on a disk or to lead writers elsewhere, in seconds: a person is quicker by chance.
const MEND_SECONDS: u32 = 60;

/// Media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem document.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// `/problems/<slug>`; the slug is stable.
    #[serde(rename = "type")]
    #[schema(example = "/problems/illegal-transition")]
    pub kind: String,
    /// The HTTP status.
    #[schema(example = 409)]
    pub status: u16,
    /// The slug in words.
    pub title: String,
    /// What happened and what to do next.
    pub detail: String,
    /// The request id, also in the header `X-Request-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// What the caller may do with the thing now (409).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Vec<String>>,
    /// The last document of the thing, which the next step must name as `prev` (409).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Seconds to wait, sent in the header `Retry-After`.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, slug: &str, detail: impl Into<String>) -> Self {
        let mut title = slug.replace('-', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self {
            kind: format!("/problems/{slug}"),
            status: status.as_u16(),
            title,
            detail: detail.into(),
            instance: request::id(),
            allowed: None,
            head: None,
            retry_after: None,
        }
    }

    /// Something that should not happen; the reason goes to the log only.
    #[must_use]
    pub fn internal(reason: &str) -> Self {
        tracing::error!(reason, "internal problem");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The node failed. Try again, with the same Idempotency-Key if there was one; if it stays, give the operator the request id.",
        )
    }

    /// No usable `Authorization` header.
    #[must_use]
    pub fn token_missing() -> Self {
        Self::token(
            "token-missing",
            "Sign in at POST /v1/sessions and send the access token as `Authorization: Bearer …`.",
        )
    }

    /// A token that opens nothing.
    #[must_use]
    pub fn token(slug: &str, detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, slug, detail)
    }

    /// A good token that may not do this.
    #[must_use]
    pub fn scope_missing(scope: &str) -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "scope-missing",
            format!("The token lacks the scope `{scope}`: sign in asking for it."),
        )
    }

    /// A word in `scopes` that is none.
    #[must_use]
    pub fn unknown_scope(word: &str) -> Self {
        Self::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unknown-scope",
            format!("`{word}` is not a scope; GET /v1/node lists them."),
        )
    }

    /// No such path.
    #[must_use]
    pub fn no_route() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "no-such-path",
            "There is nothing at this path; /docs lists what there is.",
        )
    }

    /// A path that exists, with other methods.
    #[must_use]
    pub fn method_not_allowed(allowed: Vec<String>) -> Self {
        let detail = format!("This path takes {}.", allowed.join(", "));
        Self {
            allowed: Some(allowed),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", detail)
        }
    }

    /// A thing that is not known here.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", format!("This node knows no such {what}."))
    }

    /// A body, path or query that cannot be read.
    #[must_use]
    pub fn unreadable(slug: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, slug, detail)
    }

    /// A score is asked for and no standpoint named; nobody's is taken by default.
    #[must_use]
    pub fn viewer_missing() -> Self {
        Self::unreadable(
            "viewer-missing",
            "A score is relative to who looks: sign in to look from where you stand, or adopt a standpoint with `viewer=did:key:…`.",
        )
    }

    /// A body that is not JSON, or does not say that it is.
    #[must_use]
    pub fn not_json(detail: &str) -> Self {
        Self::unreadable("not-json", detail)
    }

    /// JSON that is not what the path takes.
    #[must_use]
    pub fn bad_body(detail: &str) -> Self {
        Self::unreadable("bad-body", detail)
    }

    /// A value that serde did not read: the rule of the type that refused it, or else this slug; with the field, what it takes and what
    /// came.
    #[must_use]
    pub(crate) fn misfit(
        shape: &Shape,
        value: &Value,
        way: &[Step],
        error: &impl fmt::Display,
        slug: &str,
    ) -> Self {
        let (field, told) = (told::way::name(way), told::tell(shape, value, way));
        let Some(fault) = Fault::carried_by(error) else {
            // The words of serde are for programmers.
            let detail = told.map_or_else(
                || "It is not of the form that /docs shows for this path.".to_owned(),
                |Told { field, what }| if field.is_empty() { what } else { format!("`{field}`: {what}") },
            );
            return Self::unreadable(slug, detail);
        };
        let (field, fault) = match (fault.rejection, told) {
            (Rejection::ForbiddenCharacter(forbidden), _) => (told::holder(value, way, forbidden), fault),
            // The type's own words are of this one value, unless a part of it is at fault.
            (_, Some(told)) if fault.told.is_empty() || told.field != field => {
                (told.field, fault.rejection.told(told.what))
            }
            _ => (field, fault),
        };
        Refusal::BadValue { field, fault }.into()
    }

    /// A body that is compressed; what it would become has no bound before it is unpacked.
    #[must_use]
    pub fn encoded() -> Self {
        Self::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "encoded",
            "A body is sent as it is, without Content-Encoding.",
        )
    }

    /// A budget is used up; it has filled a little after so many seconds.
    #[must_use]
    pub fn rate_limited(detail: String, seconds: u32) -> Self {
        let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", detail);
        Self { retry_after: Some(seconds), ..problem }
    }

    /// Too many large answers are being read.
    #[must_use]
    pub fn busy_sending(seconds: u32) -> Self {
        let detail = "Too many large answers are being read at once: ask again in a moment.";
        Self { retry_after: Some(seconds), ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail) }
    }

    /// A body over the limit, in bytes.
    #[must_use]
    pub fn body_too_large(longest: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            format!("A body has at most {longest} bytes here."),
        )
    }

    /// A body that does not come.
    #[must_use]
    pub fn body_too_slow() -> Self {
        Self::new(
            StatusCode::REQUEST_TIMEOUT,
            "too-slow",
            "The body did not arrive within 30 seconds: send it again.",
        )
    }

    /// A body that broke off.
    #[must_use]
    pub fn body_unreadable() -> Self {
        Self::unreadable("body-unreadable", "The body broke off: send it again.")
    }

    /// A key that is none.
    #[must_use]
    pub fn bad_idempotency_key() -> Self {
        Self::unreadable(
            "bad-idempotency-key",
            "Idempotency-Key has 1 to 255 printable ASCII characters; a UUID does.",
        )
    }

    /// The database has too much to do, others hold what is needed, or `mend`: somebody has to mend something first.
    #[must_use]
    pub fn unavailable(mend: bool) -> Self {
        let problem = Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "The database could not do this now: try again later, with the same Idempotency-Key if there was one.",
        );
        Self { retry_after: mend.then_some(MEND_SECONDS), ..problem }
    }

    /// What was asked may have been done or not; the reason goes to the log only.
    #[must_use]
    pub fn outcome_unknown(reason: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(reason, "the outcome of a change is unknown");
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "outcome-unknown",
            "The node cannot tell whether it was done. Repeat it with the same Idempotency-Key: then it is done once. If it had none, \
             look first.",
        )
    }

    /// Too many requests are inside or wait.
    #[must_use]
    pub fn busy() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Too many requests at once: try again in a moment, with the same Idempotency-Key if there was one.",
        )
    }

    /// The database does not answer.
    #[must_use]
    pub fn database_away() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "database-away",
            "The node's database does not answer: try again in a moment. What was to be changed may have been changed or not; a \
             repetition with the same Idempotency-Key is safe.",
        )
    }

    /// The request took too long and was given up.
    #[must_use]
    pub fn timed_out() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "timed-out",
            "This took too long and was given up. What was to be changed may have been changed or not; a repetition with the same \
             Idempotency-Key is safe.",
        )
    }

    /// A part of the node that is not ready.
    #[must_use]
    pub fn not_ready(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail)
    }
}

impl From<UseError> for Problem {
    fn from(error: UseError) -> Self {
        match error {
            UseError::Refused(refusal) => refusal.into(),
            UseError::Failed(failure) if failure.is_outcome_unknown() => Self::outcome_unknown(&failure),
            // Both are logged now and then where something waits for them, too; a line for each request would hide all others.
            UseError::Failed(failure) if failure.is_busy() => {
                tracing::debug!(error = &failure as &dyn std::error::Error, "no connection for a request");
                Self::busy()
            }
            UseError::Failed(failure) if failure.is_away() => {
                tracing::debug!(error = &failure as &dyn std::error::Error, "no database for a request");
                Self::database_away()
            }
            UseError::Failed(failure) => {
                tracing::error!(error = &failure as &dyn std::error::Error, "a request failed");
                let mend = matches!(&failure, Failure::Store(error) if error.needs_mending());
                if failure.is_transient() {
                    Self::unavailable(mend)
                } else {
                    Self::internal("use case failed")
                }
            }
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
        Self {
            allowed: refusal.allowed(),
            // What is not there has none.
            head: refusal.head().filter(|head| !head.is_empty()),
            ..Self::new(status, refusal.slug(), refusal.to_string())
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.status, self.kind, self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code()).json(self);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        let unavailable = self.status_code() == StatusCode::SERVICE_UNAVAILABLE;
        if let Some(seconds) = self.retry_after.or(unavailable.then_some(BUSY_SECONDS)) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status_code() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // Where the request itself is gone, nothing else gives the answer its id.
        if let Some(Ok(id)) = self.instance.as_deref().map(HeaderValue::from_str) {
            response.headers_mut().insert(HeaderName::from_static(request::REQUEST_ID), id);
        }
        if self.status_code() == StatusCode::METHOD_NOT_ALLOWED {
            let allow = self.allowed.as_deref().unwrap_or_default().join(", ");
            if let Ok(allow) = HeaderValue::from_str(&allow) {
                response.headers_mut().insert(actix_web::http::header::ALLOW, allow);
            }
        }
        response
    }
}
