//! Searches that are kept, and what they lead to: alerts to fetch, and the same as a stream of events.

use actix_web::http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, LOCATION};
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, delete, get, post, web};
use futures::{StreamExt as _, stream};
use hanse_api::requests::{AlertQuery, EventQuery, SavedSearchRequest};
use hanse_api::views::{AlertView, Page, SavedSearchView};
use hanse_base::error::Refusal;
use hanse_engine::events::{Event, Listener, Stream};
use serde::Serialize;

use crate::paths::SearchInPath;
use crate::respond;
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::request::{HeadOnly, language};
use hanse_http::state::State;

/// The header that an event stream is taken up with (WHATWG HTML, 9.2).
const LAST_EVENT_ID: &str = "last-event-id";
/// What a client waits before it opens the stream again, in milliseconds: a node that restarts is up by then.
const RETRY_MS: u32 = 3_000;

/// Keep a search: you are told of each new posting of the federation that fits it, once. A person keeps at most 20.
#[utoipa::path(tag = "searches", security(("bearer" = [])), request_body = SavedSearchRequest, responses(
    (status = 201, description = "Kept.", body = SavedSearchView),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`too-many-searches`: delete one first.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: a filter cannot be used with the others; `unknown-place`, `several-places`: `near` names no town, or several, which are told; `bad-code`, `out-of-bounds` and the like: a filter or the label by itself breaks a rule of documents.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/saved-searches")]
pub(crate) async fn keep(act: Act<SavedSearchRequest>) -> Result<HttpResponse, Problem> {
    let kept = act
        .run(Scope::Profile, |engine, asked, search| async move { engine.keep_search(asked, search).await });
    let search = kept.await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header((LOCATION, format!("/v1/saved-searches/{}", search.id)));
    Ok(respond::repeated(&mut answer, search.replayed).json(search))
}

/// The searches that you keep, the oldest first, all on one page.
#[utoipa::path(tag = "searches", security(("bearer" = [])), responses(
    (status = 200, description = "All of them.", body = Page<SavedSearchView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/saved-searches")]
pub(crate) async fn list(
    state: web::Data<State>,
    principal: Principal,
) -> Result<web::Json<Page<SavedSearchView>>, Problem> {
    Ok(web::Json(state.engine.saved_searches(&principal.did).await?))
}

/// Forget a search, and the alerts that it has led to.
#[utoipa::path(tag = "searches", security(("bearer" = [])), params(SearchInPath), responses(
    (status = 204, description = "Done."),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: you keep none of this id.", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/saved-searches/{id}")]
pub(crate) async fn forget(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    state.engine.forget_search(&principal.did, &id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The alerts of your saved searches, the oldest first. Kept for about three months. To be told at once, listen at `/v1/events`.
#[utoipa::path(tag = "searches", security(("bearer" = [])), params(AlertQuery), responses(
    (status = 200, description = "A page; pass `next` as `after`, or the last `position` to ask again later.", body = Page<AlertView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/alerts")]
pub(crate) async fn alerts(
    state: web::Data<State>,
    principal: Principal,
    query: Query<AlertQuery>,
) -> Result<web::Json<Page<AlertView>>, Problem> {
    Ok(web::Json(state.engine.alerts(&principal.did, &query).await?))
}

/// Events as they happen, as server-sent events: `job.published` for each alert of a saved search, its `data` the alert as JSON, and
/// each notification under its own name, such as `bid.submitted`, its `data` the notification; the `id` is the `position` of either. A stream that breaks off is taken up with `Last-Event-ID`, and misses nothing. Comments say that it
/// lives; `stream.ended` says why it ends: `token-expired` (it lives no longer than the access token), `session-ended`, `replaced` (a
/// person has at most three at a node process; a fourth ends the oldest), `stopping`.
#[utoipa::path(tag = "searches", security(("bearer" = [])), params(EventQuery, ("Last-Event-ID" = Option<i64>, Header, minimum = 0, description = "The last `id` that you have; wins over `after`.")), responses(
    (status = 200, description = "The stream.", body = String, content_type = "text/event-stream"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: `after` or `Last-Event-ID` is no position.", body = Problem, content_type = "application/problem+json"),
    (status = 429, description = "`too-many-streams`: three others of yours are not read from.", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "`busy`: no room for more streams; fetch `/v1/alerts`.", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/events")]
pub(crate) async fn events(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    query: Query<EventQuery>,
) -> Result<HttpResponse, Problem> {
    let after = match request.headers().get(LAST_EVENT_ID) {
        None => query.after,
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.trim().parse().ok());
            Some(id.ok_or(Refusal::BadField {
                field: "Last-Event-ID",
                reason: "must be the `id` of an event",
            })?)
        }
    };
    let Principal { did, session, until, .. } = principal;
    let language = query.language.unwrap_or_else(|| language(&request));
    let place = state.streams.enter(state.limits.client(&request)).ok_or(Refusal::Busy)?;
    let stream = state.engine.listen_to_events(Listener { did, session, until, language }, after).await?;
    let mut answer = HttpResponse::Ok();
    // It ends with its connection: a server that stops waits for connections, not only for answers.
    answer
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((CONNECTION, "close"));
    answer.force_close();
    if request.extensions().contains::<HeadOnly>() {
        return Ok(answer.finish());
    }
    let told = stream::unfold(Some((stream, true)), told);
    // The address has its place until the stream is dropped.
    Ok(answer.streaming(told.inspect(move |_| {
        let _held = &place;
    })))
}

/// The next piece of the stream. It is asked for when the one before has been written, so that nothing piles up here.
async fn told(
    listening: Option<(Stream, bool)>,
) -> Option<(Result<web::Bytes, std::convert::Infallible>, Option<(Stream, bool)>)> {
    let (mut stream, first) = listening?;
    if first {
        // An id without data is remembered and raises no event: also who has heard of nothing yet takes up where they began.
        let first = format!("retry: {RETRY_MS}\nid: {}\n\n", stream.position());
        return Some((Ok(web::Bytes::from(first)), Some((stream, false))));
    }
    let event = stream.next().await;
    let next = match event {
        Event::Alert(_) | Event::Notification(_) | Event::Alive => Some((stream, false)),
        Event::End(_) => None,
    };
    Some((Ok(web::Bytes::from(written(&event))), next))
}

/// An event in the form of the stream: JSON has no line breaks, so that `data` is one line.
fn written(event: &Event) -> String {
    match event {
        Event::Alert(alert) => message(alert.position, &alert.event, alert),
        Event::Notification(told) => message(told.position, &told.event, told),
        Event::Alive => ":\n\n".to_owned(),
        Event::End(end) => format!("event: stream.ended\ndata: {{\"reason\":\"{}\"}}\n\n", end.name()),
    }
}

fn message(position: i64, event: &str, data: &impl Serialize) -> String {
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("id: {position}\nevent: {event}\ndata: {data}\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hanse_engine::events::End;

    #[test]
    fn what_people_call_a_search_cannot_break_out_of_its_line() {
        let alert = AlertView {
            position: 7,
            event: "job.published".into(),
            search: "s".into(),
            label: "a\n\ndata: forged\r\u{2028}".into(),
            job: "job_x".into(),
            title: "t".into(),
            client: "did:key:z6Mk".into(),
            home: "a.example".into(),
            at: "2026-11-24T10:00:00Z".into(),
        };
        let text = written(&Event::Alert(alert.clone()));
        let lines: Vec<&str> = text.split(['\n', '\r']).collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert_eq!(lines[..2], ["id: 7", "event: job.published"]);
        let data: AlertView = serde_json::from_str(lines[2].strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data, alert);
        assert_eq!(written(&Event::End(End::Stopping)).lines().count(), 3);
    }
}
