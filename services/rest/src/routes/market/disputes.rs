//! Disputes and their moves, and people who rule in them.

use actix_web::{HttpRequest, HttpResponse, delete, get, post, put, web};
use hanse_api::requests::{ArbiterRequest, DisputeRequest, DisputeStepRequest, PageQuery};
use hanse_api::views::{ArbiterView, DisputeView, Page, Published};
use hanse_document::Kind;
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;
use hanse_lifecycle::Event;

use crate::paths::{ContractInPath, DisputeInPath, PersonInPath};
use crate::respond::{self, Trial};

/// Open a dispute over a contract (either side): say what is wrong, and what you ask for. Until it ends, nothing of what it is about moves, and no
/// clock of it runs. The other side has 7 days to answer.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), request_body = DisputeRequest, params(Trial, ContractInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<DisputeView>),
    (status = 201, description = "Opened; the other side is told.", body = Published<DisputeView>),
    (status = 202, description = "Signed and kept; on its way to the home that keeps the order.", body = Published<DisputeView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `contracts:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`dispute-open`, `not-disputable`, `too-many-disputes`, `in-flight`", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`no-milestone`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/contracts/{id}/disputes")]
pub(crate) async fn open(
    act: Act<DisputeRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Offer);
    let dry_run = trial.dry_run;
    let opened = act.run(Scope::Contracts, move |engine, asked, said| async move {
        engine.open_dispute(asked, &id?, said, dry_run).await
    });
    let published = opened.await?;
    let location = format!("/v1/disputes/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// All disputes over a contract, for its two sides, oldest first; there are six at most.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), params(ContractInPath), responses(
    (status = 200, description = "The disputes.", body = Vec<DisputeView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/contracts/{id}/disputes")]
pub(crate) async fn of_contract(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
) -> Result<web::Json<Vec<DisputeView>>, Problem> {
    let id = respond::id(&id, Kind::Offer)?;
    Ok(web::Json(state.engine.disputes_over(&id, &principal.did).await?))
}

/// The disputes that you have a part in: on either side, or as an arbiter who is or was asked.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page, newest first.", body = Page<DisputeView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/disputes")]
pub(crate) async fn mine(
    state: web::Data<State>,
    principal: Principal,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<DisputeView>>, Problem> {
    Ok(web::Json(state.engine.disputes(&principal.did, page.into_inner()).await?))
}

/// One dispute, for the two sides and for the arbiters who are or were asked: what was said, what stands, and what you may do.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), params(DisputeInPath), responses(
    (status = 200, description = "The dispute.", body = DisputeView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/disputes/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let dispute = state.engine.dispute(&respond::id(&id, Kind::Dispute)?, &principal.did).await?;
    let view = dispute.ok_or_else(|| Problem::not_found("dispute"))?;
    Ok(respond::versioned(&request, &view))
}

/// Defines the route of one move.
macro_rules! moves {
    ($name:ident, $path:literal, $event:expr, $example:tt, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "disputes", security(("bearer" = [])), request_body(content = DisputeStepRequest, example = json!($example)), params(Trial, DisputeInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<DisputeView>),
            (status = 201, description = "The home that keeps the order has accepted it.", body = Published<DisputeView>),
            (status = 202, description = "Signed and kept; on its way to the home that keeps the order.", body = Published<DisputeView>),
            (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
            (status = 403, description = "`not-yours`, or `scope-missing`: needs `contracts:write`", body = Problem, content_type = "application/problem+json"),
            (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
            (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed; `own-request`, `no-arbiter`, `no-other-arbiter`, `no-settlement`, `other-outcome`, `reopened-before`, `in-flight`", body = Problem, content_type = "application/problem+json"),
            (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
            (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
        ))]
        #[post($path)]
        pub(crate) async fn $name(
            act: Act<DisputeStepRequest>,
            id: web::Path<String>,
            trial: Query<Trial>,
        ) -> Result<HttpResponse, Problem> {
            let id = respond::id(&id, Kind::Dispute);
            let dry_run = trial.dry_run;
            let moved = act.run(Scope::Contracts, move |engine, asked, step| async move {
                engine.move_dispute(asked, &id?, $event, step, dry_run).await
            });
            Ok(respond::published(&moved.await?, *trial, None, true))
        }
    };
}

moves!(
    answer,
    "/v1/disputes/{id}/respond",
    Event::Respond,
    { "text": "The wing hung straight on the day, as the photograph shows.", "evidence": ["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"] },
    "Answer the claim (the other side), within 7 days: after that it stands. You may say what you ask for in turn."
);
moves!(
    reopen,
    "/v1/disputes/{id}/reopen",
    Event::Reopen,
    { "text": "I was in hospital until Monday." },
    "Say why you did not answer in time (the other side), within 14 days and once; then you have 7 days to answer."
);
moves!(
    settle,
    "/v1/disputes/{id}/settle",
    Event::Settle,
    { "outcome": { "then": "closes", "award": "The client keeps 200 EUR of the price." } },
    "Propose how to end the dispute, or agree: without `outcome`, or with the very one that the other side proposes, you agree to that, and it is settled. Before there is an answer, the other side may agree to what the claim asks for."
);
moves!(
    escalate,
    "/v1/disputes/{id}/escalate",
    Event::Escalate,
    {},
    "Ask the first arbiter of the contract to rule (either side). They get the terms, the claim and the answer, and have 14 days; if they are silent, the next one is asked."
);
moves!(
    rule,
    "/v1/disputes/{id}/rule",
    Event::Rule,
    { "text": "The photograph is of the other gate.", "outcome": { "then": "goes_on", "award": "Odile hangs the left wing anew by 1 June." } },
    "Rule (the arbiter who is asked), with the outcome and the reasons. Either side can appeal within 7 days if the contract has another arbiter; a ruling on an appeal is final."
);
moves!(
    appeal,
    "/v1/disputes/{id}/appeal",
    Event::Appeal,
    { "text": "The photograph is of the gate in question: the number is on the post." },
    "Ask the next arbiter of the contract to rule (either side), once, within 7 days of the ruling."
);
moves!(
    withdraw,
    "/v1/disputes/{id}/withdraw",
    Event::Withdraw,
    {},
    "Take the claim back (the claimant), before there is a ruling: the contract goes on."
);

/// People who rule in disputes, at home here and at the peers of this node. An offer names up to three of them.
#[utoipa::path(tag = "disputes", params(PageQuery), responses(
    (status = 200, description = "A page, who said so last first.", body = Page<ArbiterView>),
))]
#[get("/v1/arbiters")]
pub(crate) async fn arbiters(
    state: web::Data<State>,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<ArbiterView>>, Problem> {
    Ok(web::Json(state.engine.arbiters(page.into_inner()).await?))
}

/// What one person says of themselves as an arbiter, also once they take no cases any more.
#[utoipa::path(tag = "disputes", params(PersonInPath), responses(
    (status = 200, description = "What they say, and what came of asking them.", body = ArbiterView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 400, description = "`bad-did`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/arbiters/{did}")]
pub(crate) async fn arbiter(
    state: web::Data<State>,
    request: HttpRequest,
    did: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let arbiter = state.engine.arbiter(&respond::did(&did)?).await?;
    Ok(respond::versioned(&request, &arbiter.ok_or_else(|| Problem::not_found("arbiter"))?))
}

/// Say that you rule in disputes: what you know about, in which languages, for what, and how to reach you. Replaces what you said before.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), request_body = ArbiterRequest, params(Trial), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<ArbiterView>),
    (status = 201, description = "Published.", body = Published<ArbiterView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`wrong-prev`: it was changed meanwhile.", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/me/arbiter")]
pub(crate) async fn put_arbiter(
    act: Act<ArbiterRequest>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let dry_run = trial.dry_run;
    let said = act.run(Scope::Profile, move |engine, asked, said| async move {
        engine.put_arbiter(asked, said, dry_run).await
    });
    let published = said.await?;
    let location = format!("/v1/arbiters/{}", published.view.did);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// Take no new cases. Contracts that name you still do.
#[utoipa::path(tag = "disputes", security(("bearer" = [])), responses(
    (status = 204, description = "You are not listed any more."),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 403, description = "`scope-missing`: needs `profile:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: you are not listed", body = Problem, content_type = "application/problem+json"),
))]
#[delete("/v1/me/arbiter")]
pub(crate) async fn withdraw_arbiter(
    state: web::Data<State>,
    principal: Principal,
) -> Result<HttpResponse, Problem> {
    principal.need(Scope::Profile)?;
    state.engine.withdraw_arbiter(&principal.did).await?;
    Ok(HttpResponse::NoContent().finish())
}
