//! What the answers of several resources have in common: status of a publication, version, ids in paths.

use actix_web::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH, LOCATION, VARY};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use hanse_api::views::{Delivery, Published, Versioned};
use hanse_base::error::Refusal;
use hanse_document::{Did, DocumentId, Kind};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use hanse_http::etag::{tag, tags};
use hanse_http::problem::Problem;

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
/// here already or is a trial. Its version is that of the thing as it is now; a review has none.
pub(crate) fn published<T: Versioned>(
    published: &Published<T>,
    trial: Trial,
    location: Option<String>,
    versioned: bool,
) -> HttpResponse {
    let mut answer = match (published.delivery, published.created && !trial.dry_run) {
        (_, false) => HttpResponse::Ok(),
        (Delivery::Sequenced, true) => HttpResponse::Created(),
        (Delivery::Queued, true) => HttpResponse::Accepted(),
    };
    if let (Some(location), false) = (location, trial.dry_run) {
        answer.insert_header((LOCATION, location));
    }
    if versioned {
        answer.insert_header((ETAG, tag(&published.view.shown_version())));
    }
    repeated(&mut answer, published.replayed).json(published)
}

/// Says of an answer that what it tells was done by an earlier request with the same key.
pub(crate) fn repeated(answer: &mut HttpResponseBuilder, replayed: bool) -> &mut HttpResponseBuilder {
    if replayed {
        answer.insert_header(("idempotency-replayed", "true"));
    }
    answer
}

/// Answers a thing that has versions: 304 if the caller has this one, with all that is shown beside it.
pub(crate) fn versioned<T: Versioned>(request: &HttpRequest, view: &T) -> HttpResponse {
    let tag = tag(&view.shown_version());
    let known = request.headers().get(IF_NONE_MATCH).is_some_and(|seen| match seen.to_str() {
        Ok(seen) => seen.trim() == "*" || tags(seen).any(|seen| seen == tag),
        Err(_) => false,
    });
    let mut answer = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer.insert_header((ETAG, tag)).insert_header((VARY, "Authorization"));
    if known { answer.finish() } else { answer.json(view) }
}

/// What one person is told is for nobody else: no cache may keep it, and none may hand it on.
pub(crate) fn personal<T: Serialize>(view: &T) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "private, no-store"))
        .insert_header((VARY, "Authorization"))
        .json(view)
}

/// The id in a path, which must be of the kind that the path is about.
pub(crate) fn id(text: &str, kind: Kind) -> Result<DocumentId, Refusal> {
    let id = text.parse::<DocumentId>().ok().filter(|id| id.kind() == kind);
    id.ok_or(Refusal::NotFound(kind.name()))
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
    use hanse_api::views::ReviewView;

    #[test]
    fn a_known_version_is_not_sent_again() {
        let asks = |seen: &str| TestRequest::get().insert_header((IF_NONE_MATCH, seen)).to_http_request();
        let review = |state: &str| ReviewView { state: state.to_owned(), ..ReviewView::default() };
        let (one, two) = (review("committed"), review("published"));
        let listed = format!("\"old\", W/\"{}\"", one.shown_version());
        assert_eq!(versioned(&asks(&listed), &one).status(), 304);
        assert_eq!(versioned(&asks(&listed), &two).status(), 200, "another viewer's");
        assert_eq!(versioned(&asks("*"), &two).status(), 304);
        assert_eq!(versioned(&asks("é"), &two).status(), 200);
        assert_eq!(versioned(&asks("*"), &two).headers().get(VARY).unwrap(), "Authorization");
    }
}
