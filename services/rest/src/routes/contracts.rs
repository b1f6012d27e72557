//! Contracts and their moves. One function serves every move, as the tables of `lifecycle` allow it; each has a route of its own so that
//! the document says what it means.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use hanse_api::requests::{PageQuery, StepRequest};
use hanse_api::views::{ContractView, Page, Published};
use hanse_document::Kind;
use hanse_lifecycle::Event;

use super::paths::ContractInPath;
use super::respond::{self, Trial};
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
    "Accept the offer (freelancer). The contract is active once both homes have logged it."
);
moves!(
    decline,
    "/v1/contracts/{id}/decline",
    Event::Decline,
    { "reason": "I am taken until spring." },
    "Decline the offer (freelancer); the `reason` is mandatory."
);
moves!(
    rescind,
    "/v1/contracts/{id}/rescind",
    Event::Rescind,
    { "reason": "The house is sold." },
    "Take an offer back before it is accepted (client)."
);
moves!(
    deliver,
    "/v1/contracts/{id}/deliver",
    Event::Deliver,
    { "note": "Both pages.", "digest": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" },
    "Say that the work is delivered (freelancer); `digest` is its SHA-256, the work itself stays with you."
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
