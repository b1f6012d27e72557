//! Request bodies: one JSON object, read as strictly as a document is (no duplicate keys, no fractions, bounded depth), with the field
//! named that does not fit.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use hanse_document::{Rejection, canonical};
use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::told;
use crate::told::shape::Shape;

/// Most bytes of a request body: 16,000 characters of text may each be written as twelve, `\ud83d\ude00`, with what stands around them.
pub const BODY_BYTES_MAX: usize = 256 * 1024;
/// The largest body takes less over the slowest telephone line; who takes longer holds a connection on purpose.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A JSON object in the body, as a request type.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T> Json<T> {
    /// The request.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = web::Payload::from_request(&request, payload).into_inner();
        Box::pin(async move {
            let payload = payload.map_err(|_| Problem::body_unreadable())?;
            let bytes = bytes(payload, BODY_BYTES_MAX).await?;
            Ok(Self(read(said(&request, &bytes)?)?))
        })
    }
}

/// Refuses a body that does not say that it is JSON.
pub fn check_is_json(request: &HttpRequest) -> Result<(), Problem> {
    let json =
        request.mime_type().ok().flatten().is_some_and(|mime| {
            mime.subtype() == "json" || mime.suffix().is_some_and(|suffix| suffix == "json")
        });
    if json { Ok(()) } else { Err(Problem::not_json("Send JSON, with `Content-Type: application/json`.")) }
}

/// The whole body, if it is neither longer than this nor too slow.
pub async fn bytes(payload: web::Payload, longest: usize) -> Result<web::Bytes, Problem> {
    tokio::time::timeout(BODY_TIMEOUT, payload.to_bytes_limited(longest))
        .await
        .map_err(|_| Problem::body_too_slow())?
        .map_err(|_| Problem::body_too_large(longest))?
        .map_err(|_| Problem::body_unreadable())
}

/// What the body says: of a POST none at all says as much as an empty object, and need not say what it is. A PUT would replace everything
/// by nothing.
pub(crate) fn said<'a>(request: &HttpRequest, bytes: &'a [u8]) -> Result<&'a [u8], Problem> {
    if bytes.is_empty() && request.method() == Method::POST {
        return Ok(b"{}");
    }
    check_is_json(request)?;
    Ok(bytes)
}

/// A body as a request type.
pub fn read<T: DeserializeOwned + ToSchema>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| Problem::not_json("A body is UTF-8."))?;
    // Some keyboards write é as two characters, some systems a line end. A document must not; what a person sends is put in order for them.
    let value = canonical::parse_request(text.as_bytes(), BODY_BYTES_MAX)
        .map_err(|rejection| unreadable::<T>(rejection, text))?;
    // Serde would also take an array, field by field.
    if !value.is_object() {
        return Err(Problem::bad_body("The body is one JSON object, `{…}`."));
    }
    serde_path_to_error::deserialize(&value).map_err(|error| {
        let way = told::way::of(error.path());
        Problem::misfit(&Shape::of_body::<T>(), &value, &way, error.inner(), "bad-body")
    })
}

/// What is told of bytes that are no JSON of ours: where they stop to be, or which number is none of ours.
fn unreadable<T: ToSchema>(rejection: Rejection, text: &str) -> Problem {
    let detail = match (rejection, serde_json::from_str::<Value>(text)) {
        (Rejection::NotJson, Err(error)) => {
            format!("The body is no JSON: it breaks off at line {}, column {}.", error.line(), error.column())
        }
        (Rejection::Float | Rejection::IntegerRange, Ok(value)) => {
            let way = told::numbers::first_odd(&value).unwrap_or_default();
            let told = told::tell(&Shape::of_body::<T>(), &value, &way);
            told.map_or_else(
                || format!("`{}`: {}", told::way::name(&way), rejection.detail()),
                |told| format!("`{}`: {}", told.field, told.what),
            )
        }
        _ => rejection.detail().to_owned(),
    };
    Problem::unreadable(rejection.slug(), detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_api::requests::JobRequest;

    fn slug(body: &str) -> (String, String) {
        let problem = read::<JobRequest>(body.as_bytes()).unwrap_err();
        (problem.kind.trim_start_matches("/problems/").to_owned(), problem.detail)
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let stalled = futures::stream::pending::<Result<web::Bytes, actix_web::error::PayloadError>>();
        let mut payload: Payload = Payload::Stream { payload: Box::pin(stalled) };
        let request = actix_web::test::TestRequest::post().to_http_request();
        let payload = web::Payload::from_request(&request, &mut payload).into_inner().unwrap();
        assert_eq!(bytes(payload, BODY_BYTES_MAX).await.unwrap_err().status, 408);
    }

    #[test]
    fn a_post_may_say_nothing_and_a_put_may_not() {
        let request = |request: actix_web::test::TestRequest| request.to_http_request();
        let post = request(actix_web::test::TestRequest::post());
        assert_eq!(said(&post, b"").unwrap(), b"{}");
        assert!(said(&post, b"{}").is_err(), "what is said says what it is");
        let put = request(actix_web::test::TestRequest::put());
        assert!(said(&put, b"").is_err());
    }

    #[test]
    fn a_body_is_one_object_read_strictly_and_a_bad_field_is_named() {
        assert!(read::<JobRequest>(br#"{"title":"t","text":"x"}"#).is_ok());
        for two in ["e\u{301}", "e\\u0301", "\\u0065\\u0301"] {
            let body = format!("{{\"title\":\"{two}\",\"text\":\"x\"}}");
            let read = read::<JobRequest>(body.as_bytes()).unwrap();
            assert_eq!(read.title.as_str(), "\u{e9}", "one form of a letter: {two}");
        }
        assert_eq!(slug("[\"t\",\"x\"]").0, "bad-body");
        assert_eq!(slug("{\"title\":").0, "not-json");
        assert_eq!(slug(r#"{"title":"t","title":"u","text":"x"}"#).0, "duplicate-key");
        assert_eq!(slug(r#"{"title":"t","text":"x","seats":1.5}"#).0, "float");
        let (kind, detail) = slug(r#"{"title":"t","text":"x","schedule":{"start":7}}"#);
        assert_eq!(kind, "bad-body");
        assert!(detail.contains("`schedule.start`"), "{detail}");
        let (kind, detail) = slug(r#"{"title":"t","text":"x","tilte":"u"}"#);
        assert_eq!(kind, "bad-body");
        assert!(detail.contains("tilte"), "{detail}");
    }

    #[test]
    fn a_field_that_a_document_cannot_have_is_named_with_its_rule() {
        for (more, rule, field) in [
            (r#""seats":0"#, "out-of-bounds", "seats"),
            (r#""days":91"#, "out-of-bounds", "days"),
            (r#""language":"French""#, "bad-code", "language"),
            (r#""skills":["local:ok","Not A Skill"]"#, "bad-code", "skills[1]"),
            (r#""languages":["fr","fr"]"#, "repeated-item", "languages"),
            (r#""pay":{"kind":"money","currency":"euros","per":"hour"}"#, "bad-code", "pay.currency"),
            (r#""schedule":{"start":"tomorrow"}"#, "bad-time", "schedule.start"),
        ] {
            let (slug, detail) = slug(&format!(r#"{{"title":"t","text":"x",{more}}}"#));
            assert_eq!(slug, rule, "{more}: {detail}");
            assert!(detail.starts_with(&format!("`{field}")), "{more}: {detail}");
        }
        let (slug, detail) = slug(&format!(r#"{{"title":"{}","text":"x"}}"#, "x".repeat(121)));
        assert_eq!((slug.as_str(), detail.starts_with("`title`")), ("out-of-bounds", true), "{detail}");
    }
}
