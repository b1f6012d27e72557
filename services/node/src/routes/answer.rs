//! What the answers of several resources have in common: status of a publication, version tags, ids in paths.

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_MATCH, IF_NONE_MATCH, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse};
use hanse_document::{Did, DocumentId, Kind};
use hanse_engine::{Delivery, Published};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use crate::problem::Problem;

/// What every transition takes.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Trial {
    /// Answer the document as it would be, and change nothing.
    #[serde(default)]
    #[param(required = false)]
    pub dry_run: bool,
}

/// From where on.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    /// Place of the first leaf.
    #[serde(default)]
    #[param(required = false)]
    pub start: u64,
}

/// Answers a publication: 201 when it is new and in order, 202 while it is on its way to the home that keeps the order, 200 when it was
/// here already or is a trial.
pub(crate) fn published<T: Serialize>(
    published: &Published<T>,
    trial: Trial,
    location: Option<String>,
    head: Option<&str>,
) -> HttpResponse {
    let mut answer = match (published.delivery, published.created && !trial.dry_run) {
        (_, false) => HttpResponse::Ok(),
        (Delivery::Sequenced, true) => HttpResponse::Created(),
        (Delivery::Queued, true) => HttpResponse::Accepted(),
    };
    if let (Some(location), false) = (location, trial.dry_run) {
        answer.insert_header((LOCATION, location));
    }
    if let Some(head) = head {
        answer.insert_header((ETAG, tag(head)));
    }
    answer.json(published)
}

/// Answers a thing that has versions: 304 if the caller has this one.
pub(crate) fn versioned<T: Serialize>(request: &HttpRequest, view: &T, head: &str) -> HttpResponse {
    let tag = tag(head);
    let known = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|seen| names(seen, &tag));
    if known {
        return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
    }
    HttpResponse::Ok().insert_header((ETAG, tag)).json(view)
}

/// What one person is told is for nobody else: no cache may keep it, and none may hand it on.
pub(crate) fn personal<T: Serialize>(view: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "Authorization"))
        .json(view)
}

/// Refuses to move a thing of which the caller has seen another version (`If-Match`).
pub(crate) fn seen(request: &HttpRequest, head: &str) -> Result<(), Problem> {
    match request.headers().get(IF_MATCH).map(|value| value.to_str()) {
        None => Ok(()),
        Some(Ok(seen)) if seen.trim() == "*" || names(seen, &tag(head)) => Ok(()),
        Some(_) => Err(Problem::precondition_failed(head.to_owned())),
    }
}

fn tag(head: &str) -> String {
    format!("\"{head}\"")
}

fn names(header: &str, tag: &str) -> bool {
    header.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// The id in a path, which must be of the kind that the path is about.
pub(crate) fn id(text: &str, kind: Kind) -> Result<DocumentId, Problem> {
    text.parse::<DocumentId>()
        .ok()
        .filter(|id| id.kind() == kind)
        .ok_or_else(|| Problem::not_found(kind.name()))
}

/// The person in a path.
pub(crate) fn did(text: &str) -> Result<Did, Problem> {
    Did::parse(text).map_err(|_| {
        Problem::unreadable(
            "bad-did",
            "A person is `did:key:z6Mk…`, in the one canonical form of an Ed25519 key.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_known_version_is_not_sent_again() {
        let fresh = TestRequest::get().insert_header((IF_NONE_MATCH, "\"old\", W/\"new\"")).to_http_request();
        assert_eq!(versioned(&fresh, &1, "new").status(), 304);
        assert_eq!(versioned(&fresh, &1, "newer").status(), 200);
    }

    #[test]
    fn a_thing_moves_only_from_the_version_that_was_seen() {
        let request = |seen: &str| TestRequest::post().insert_header((IF_MATCH, seen)).to_http_request();
        assert!(seen(&TestRequest::post().to_http_request(), "a").is_ok());
        assert!(seen(&request("\"a\""), "a").is_ok());
        assert!(seen(&request("*"), "a").is_ok());
        assert_eq!(seen(&request("\"b\""), "a").unwrap_err().status, 412);
    }
}
