//! Contracts and their moves. One function serves every move, as the tables of `lifecycle` allow it; each has a route of its own so that
//! the document says what it means.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use hanse_api::requests::{OfferRequest, PageQuery, StepRequest};
use hanse_api::views::{ContractView, Page, Published};
use hanse_document::Kind;
use hanse_lifecycle::Event;

use crate::paths::ContractInPath;
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// One's own contracts, on either side.
#[utoipa::path(tag = "contracts", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page, newest first.", body = Page<ContractView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/contracts")]
pub(crate) async fn mine(
    state: web::Data<State>,
    principal: Principal,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<ContractView>>, Problem> {
    Ok(web::Json(state.engine.contracts(&principal.did, page.into_inner()).await?))
}

/// One contract, for its two sides: terms, state, what the viewer may do, and all that happened.
#[utoipa::path(tag = "contracts", security(("bearer" = [])), params(ContractInPath), responses(
    (status = 200, description = "The contract.", body = ContractView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/contracts/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let contract = state.engine.contract(&respond::id(&id, Kind::Offer)?, &principal.did).await?;
    let view = contract.ok_or_else(|| Problem::not_found("contract"))?;
    Ok(respond::versioned(&request, &view))
}

/// Defines the route of one move.
macro_rules! moves {
    ($name:ident, $path:literal, $event:expr, $example:tt, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "contracts", security(("bearer" = [])), request_body(content = StepRequest, example = json!($example)), params(Trial, ContractInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<ContractView>),
            (status = 201, description = "The home that keeps the order has accepted it.", body = Published<ContractView>),
            (status = 202, description = "Signed and kept; on its way to the home that keeps the order.", body = Published<ContractView>),
            (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
            (status = 403, description = "`scope-missing`: needs `contracts:write`", body = Problem, content_type = "application/problem+json"),
            (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
            (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed; `in-flight`", body = Problem, content_type = "application/problem+json"),
            (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
            (status = 422, description = "A field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
        ))]
        #[post($path)]
        pub(crate) async fn $name(
            act: Act<StepRequest>,
            id: web::Path<String>,
            trial: Query<Trial>,
        ) -> Result<HttpResponse, Problem> {
            step(act, &id, $event, *trial).await
        }
    };
}

moves!(
    accept,
    "/v1/contracts/{id}/accept",
    Event::Accept,
    {},
    "Accept the offer (freelancer): the contract is active once both homes have logged it. Or accept the terms with which the freelancer answered it (client): then it is the freelancer's to accept."
);
moves!(
    decline,
    "/v1/contracts/{id}/decline",
    Event::Decline,
    { "reason": "I am taken until spring." },
    "Decline the terms that the other side has offered; the `reason` is mandatory."
);
moves!(
    rescind,
    "/v1/contracts/{id}/rescind",
    Event::Rescind,
    { "reason": "The house is sold." },
    "Take one's own terms back before they are answered."
);
moves!(
    deliver,
    "/v1/contracts/{id}/deliver",
    Event::Deliver,
    { "note": "Both pages.", "digest": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" },
    "Say that the work is delivered (freelancer); `digest` is its SHA-256, the work itself stays with you. `milestone` says which part of it; `hours` makes it a time sheet of a contract that is paid by the hour."
);
moves!(
    accept_delivery,
    "/v1/contracts/{id}/accept-delivery",
    Event::AcceptDelivery,
    { "note": "Thank you." },
    "Accept what was delivered (client)."
);
moves!(
    attest_paid,
    "/v1/contracts/{id}/attest-paid",
    Event::AttestPaid,
    {},
    "Say that you have paid, by whatever means you agreed on (client)."
);
moves!(
    confirm_received,
    "/v1/contracts/{id}/confirm-received",
    Event::ConfirmReceived,
    {},
    "Confirm that the payment arrived (freelancer). It becomes a leaf about the client."
);
moves!(
    close,
    "/v1/contracts/{id}/close",
    Event::Close,
    {},
    "Close the contract (client). Both sides then have 14 days to review."
);

moves!(
    pause,
    "/v1/contracts/{id}/pause",
    Event::Pause,
    { "reason": "The site is closed until Monday." },
    "Let the work rest, for 30 days at most (either side); the `reason` is mandatory. Not while a delivery waits for an answer."
);
moves!(resume, "/v1/contracts/{id}/resume", Event::Resume, {}, "Go on with the work (either side).");
moves!(
    request_changes,
    "/v1/contracts/{id}/request-changes",
    Event::RequestChanges,
    { "note": "The second page is missing." },
    "Ask for what was delivered to be changed (client); the `note` says what."
);
moves!(
    report_unpaid,
    "/v1/contracts/{id}/report-unpaid",
    Event::ReportUnpaid,
    { "note": "Nothing has arrived since the 3rd." },
    "Say that no payment has come (freelancer). The client has 7 days to answer; then the claim stands."
);
moves!(
    accept_amendment,
    "/v1/contracts/{id}/accept-amendment",
    Event::AcceptAmendment,
    {},
    "Accept the terms that the other side proposes: from then on they are those of the contract."
);
moves!(
    decline_amendment,
    "/v1/contracts/{id}/decline-amendment",
    Event::DeclineAmendment,
    { "reason": "Not before June." },
    "Decline the terms that the other side proposes, or take back one's own."
);
moves!(
    request_close,
    "/v1/contracts/{id}/request-close",
    Event::RequestClose,
    { "reason": "We have what we need." },
    "Ask for the end of the contract, with a `reason`; or agree to it. Silence agrees after 7 days. Both sides can then review."
);
moves!(
    cancel,
    "/v1/contracts/{id}/cancel",
    Event::Cancel,
    { "reason": "The shop does not open after all." },
    "Ask to undo a contract of which nothing was delivered, with a `reason`; or agree to it. Neutral, without reviews; silence undoes nothing."
);
moves!(
    objects,
    "/v1/contracts/{id}/object",
    Event::Object,
    { "reason": "Two pages are still to come." },
    "Do not agree to the end, or no longer ask for it: the contract goes on."
);
moves!(
    terminate,
    "/v1/contracts/{id}/terminate",
    Event::Terminate,
    { "reason": "No answer for three weeks." },
    "End the contract for cause, at once (either side); the other side and whoever may see the contract read the `reason`. Both can then review."
);

/// Defines the route of a move that brings terms.
macro_rules! brings_terms {
    ($name:ident, $path:literal, $event:expr, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "contracts", security(("bearer" = [])), request_body = OfferRequest, params(Trial, ContractInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<ContractView>),
            (status = 201, description = "The home that keeps the order has accepted it.", body = Published<ContractView>),
            (status = 202, description = "Signed and kept; on its way to the home that keeps the order.", body = Published<ContractView>),
            (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
            (status = 403, description = "`scope-missing`: needs `contracts:write`", body = Problem, content_type = "application/problem+json"),
            (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
            (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed; `in-flight`, `too-many-counters`, `proposal-waits`, `milestone-begun`", body = Problem, content_type = "application/problem+json"),
            (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
            (status = 422, description = "`bad-due`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
        ))]
        #[post($path)]
        pub(crate) async fn $name(
            act: Act<OfferRequest>,
            id: web::Path<String>,
            trial: Query<Trial>,
        ) -> Result<HttpResponse, Problem> {
            let id = respond::id(&id, Kind::Offer);
            let dry_run = trial.dry_run;
            let moved = act.run(Scope::Contracts, move |engine, asked, terms| async move {
                engine.answer_terms(asked, &id?, $event, terms, dry_run).await
            });
            let published = moved.await?;
            Ok(respond::published(&published, *trial, None, true))
        }
    };
}

brings_terms!(
    counter,
    "/v1/contracts/{id}/counter",
    Event::Counter,
    "Answer an offer with other terms (freelancer, three times at most), or these with others (client). Pay that is not said stays as it was."
);
brings_terms!(
    propose_amendment,
    "/v1/contracts/{id}/propose-amendment",
    Event::ProposeAmendment,
    "Propose other terms for a contract that runs (either side). They hold once the other side accepts them, within 7 days."
);

async fn step(act: Act<StepRequest>, id: &str, event: Event, trial: Trial) -> Result<HttpResponse, Problem> {
    let id = respond::id(id, Kind::Offer);
    let moved = act.run(Scope::Contracts, move |engine, asked, step| async move {
        if event == Event::Accept {
            engine.accept_offer(asked, &id?, trial.dry_run).await
        } else {
            engine.step(asked, &id?, event, step, trial.dry_run).await
        }
    });
    let published = moved.await?;
    Ok(respond::published(&published, trial, None, true))
}
