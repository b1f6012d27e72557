//! Postings, and the bids on them.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use hanse_api::requests::{BidRequest, JobQuery, JobRequest, PageQuery, RepostRequest, StepRequest};
use hanse_api::views::{BidView, JobView, Page, Published};
use hanse_document::Kind;
use hanse_lifecycle::Event;

use crate::paths::JobInPath;
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope, Viewer};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// Post a job. Title and text are enough; what you leave out is unstated. It reaches every node of the federation.
#[utoipa::path(tag = "jobs", security(("bearer" = [])), request_body = JobRequest, params(Trial), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<JobView>),
    (status = 201, description = "Posted.", body = Published<JobView>),
    (status = 400, description = "`not-json`, `bad-body`", body = Problem, content_type = "application/problem+json"),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `jobs:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`repeat-unsaid`: you have posted this before, and it came to nothing.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/jobs")]
pub(crate) async fn post(act: Act<JobRequest>, trial: Query<Trial>) -> Result<HttpResponse, Problem> {
    let dry_run = trial.dry_run;
    let posted =
        act.run(
            Scope::Jobs,
            move |engine, asked, job| async move { engine.post_job(asked, job, dry_run).await },
        );
    let published = posted.await?;
    let location = format!("/v1/jobs/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// Find postings of the whole federation, newest first or by relevance.
#[utoipa::path(tag = "jobs", params(JobQuery), responses(
    (status = 200, description = "A page; pass `next` as `cursor`.", body = Page<JobView>),
    (status = 400, description = "`bad-query`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-field`: a filter cannot be used with the others, or the cursor not at all; `unknown-place`, `several-places`: `near` names no town, or several, which are told; `bad-code`, `out-of-bounds` and the like: a filter by itself breaks a rule of documents; `too-broad`: too much had to be looked at to find what fits", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs")]
pub(crate) async fn search(
    state: web::Data<State>,
    query: Query<JobQuery>,
) -> Result<web::Json<Page<JobView>>, Problem> {
    Ok(web::Json(state.engine.jobs(query.into_inner()).await?))
}

/// One posting, with what the viewer may do.
#[utoipa::path(tag = "jobs", security((), ("bearer" = [])), params(JobInPath), responses(
    (status = 200, description = "The posting.", body = JobView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    viewer: Viewer,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let view = state
        .engine
        .job(&respond::id(&id, Kind::Job)?, viewer.0.as_ref())
        .await?
        .ok_or_else(|| Problem::not_found("job"))?;
    Ok(respond::versioned(&request, &view))
}

/// Defines the route of one move.
macro_rules! moves {
    ($name:ident, $path:literal, $event:expr, $example:tt, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "jobs", security(("bearer" = [])), request_body(content = StepRequest, example = json!($example)), params(Trial, JobInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<JobView>),
            (status = 201, description = "Done, and on its way to every node.", body = Published<JobView>),
            (status = 403, description = "`not-yours` or `scope-missing`: needs `jobs:write`", body = Problem, content_type = "application/problem+json"),
            (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
            (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed; `offer-waits`", body = Problem, content_type = "application/problem+json"),
            (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
        ))]
        #[post($path)]
        pub(crate) async fn $name(
            act: Act<StepRequest>,
            id: web::Path<String>,
            trial: Query<Trial>,
        ) -> Result<HttpResponse, Problem> {
            let id = respond::id(&id, Kind::Job);
            let dry_run = trial.dry_run;
            let moved = act.run(Scope::Jobs, move |engine, asked, step| async move {
                engine.move_job(asked, &id?, $event, step, dry_run).await
            });
            let published = moved.await?;
            Ok(respond::published(&published, *trial, None, true))
        }
    };
}

moves!(
    close,
    "/v1/jobs/{id}/close",
    Event::CloseUnfilled,
    { "reason": "The menu is printed." },
    "Close a posting without hiring (further); the `reason` is mandatory and public."
);
moves!(
    pause,
    "/v1/jobs/{id}/pause",
    Event::Pause,
    { "reason": "Reading what has come." },
    "Take no bids for a while; those that came stay."
);
moves!(resume, "/v1/jobs/{id}/resume", Event::Resume, {}, "Take bids again.");
moves!(
    heartbeat,
    "/v1/jobs/{id}/heartbeat",
    Event::Heartbeat,
    {},
    "Say that the job is still to be had: a posting whose client has not been heard of for 14 days is not shown by searches until then."
);

/// Say a posting anew, as a whole: whoever has bid is told, and stands by the bid, revises or confirms it. Its end is counted from now, and is
/// at most 90 days after it was first posted.
#[utoipa::path(tag = "jobs", security(("bearer" = [])), request_body = JobRequest, params(Trial, JobInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<JobView>),
    (status = 201, description = "Amended.", body = Published<JobView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `jobs:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`too-long`, `seats-taken`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/jobs/{id}")]
pub(crate) async fn amend(
    act: Act<JobRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Job);
    let dry_run = trial.dry_run;
    let amended = act.run(Scope::Jobs, move |engine, asked, job| async move {
        engine.amend_job(asked, &id?, job, dry_run).await
    });
    let published = amended.await?;
    Ok(respond::published(&published, *trial, None, true))
}

/// Post a job again that was closed without hiring, or expired: as it was, and naming the posting that it repeats.
#[utoipa::path(tag = "jobs", security(("bearer" = [])), request_body = RepostRequest, params(Trial, JobInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<JobView>),
    (status = 201, description = "Posted; it has an id of its own.", body = Published<JobView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `jobs:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`no-predecessor`: it can still be filled, or was.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/jobs/{id}/repost")]
pub(crate) async fn repost(
    act: Act<RepostRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Job);
    let dry_run = trial.dry_run;
    let posted = act.run(Scope::Jobs, move |engine, asked, again| async move {
        engine.repost_job(asked, &id?, again, dry_run).await
    });
    let published = posted.await?;
    let location = format!("/v1/jobs/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// Bid on a posting of any node. Your home delivers the bid to the job's home: 202 means it is still on its way.
#[utoipa::path(tag = "bids", security(("bearer" = [])), request_body = BidRequest, params(Trial, JobInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<BidView>),
    (status = 201, description = "The job's home has it.", body = Published<BidView>),
    (status = 202, description = "Signed and kept; delivered as soon as the job's home can be reached.", body = Published<BidView>),
    (status = 403, description = "`own-job` or `scope-missing`: needs `bids:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`job-not-open`, `bid-exists`, `bid-before`, `expired`, …", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`answers-missing`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/jobs/{id}/bids")]
pub(crate) async fn bid(
    act: Act<BidRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Job);
    let dry_run = trial.dry_run;
    let made =
        act.run(
            Scope::Bids,
            move |engine, asked, bid| async move { engine.bid(asked, &id?, bid, dry_run).await },
        );
    let published = made.await?;
    let location = format!("/v1/bids/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// The bids on a posting: all of them for its client, one's own for a freelancer.
#[utoipa::path(tag = "bids", security(("bearer" = [])), params(PageQuery, JobInPath), responses(
    (status = 200, description = "A page, oldest first.", body = Page<BidView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs/{id}/bids")]
pub(crate) async fn bids(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<BidView>>, Problem> {
    let id = respond::id(&id, Kind::Job)?;
    Ok(web::Json(state.engine.bids(&id, &principal.did, page.into_inner()).await?))
}
