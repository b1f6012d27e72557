//! Bids, and the offers that they lead to.

use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use hanse_api::requests::{BidRequest, OfferRequest, PageQuery, StepRequest};
use hanse_api::views::{BidView, ContractView, Page, Published};
use hanse_document::Kind;
use hanse_lifecycle::Event;

use crate::paths::BidInPath;
use crate::respond::{self, Trial};
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;

/// One's own bids.
#[utoipa::path(tag = "bids", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page, newest first.", body = Page<BidView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/bids")]
pub(crate) async fn mine(
    state: web::Data<State>,
    principal: Principal,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<BidView>>, Problem> {
    Ok(web::Json(state.engine.my_bids(&principal.did, page.into_inner()).await?))
}

/// One bid, for its author and the job's client.
#[utoipa::path(tag = "bids", security(("bearer" = [])), params(BidInPath), responses(
    (status = 200, description = "The bid; `contract` once there was an offer.", body = BidView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/bids/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let bid = state.engine.bid_view(&respond::id(&id, Kind::Bid)?, &principal.did).await?;
    let view = bid.ok_or_else(|| Problem::not_found("bid"))?;
    Ok(respond::versioned(&request, &view))
}

/// Defines the route of one move.
macro_rules! moves {
    ($name:ident, $path:literal, $scope:expr, $event:expr, $example:tt, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "bids", security(("bearer" = [])), request_body(content = StepRequest, example = json!($example)), params(Trial, BidInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<BidView>),
            (status = 201, description = "The job's home has accepted it.", body = Published<BidView>),
            (status = 202, description = "Signed and kept; on its way to the job's home.", body = Published<BidView>),
            (status = 403, description = "`scope-missing`: needs the scope of the side that moves", body = Problem, content_type = "application/problem+json"),
            (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
            (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed", body = Problem, content_type = "application/problem+json"),
            (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
        ))]
        #[post($path)]
        pub(crate) async fn $name(
            act: Act<StepRequest>,
            id: web::Path<String>,
            trial: Query<Trial>,
        ) -> Result<HttpResponse, Problem> {
            let id = respond::id(&id, Kind::Bid);
            let dry_run = trial.dry_run;
            let moved = act.run($scope, move |engine, asked, step| async move {
                engine.move_bid(asked, &id?, $event, step, dry_run).await
            });
            let published = moved.await?;
            Ok(respond::published(&published, *trial, None, true))
        }
    };
}

moves!(
    withdraw,
    "/v1/bids/{id}/withdraw",
    Scope::Bids,
    Event::Withdraw,
    { "reason": "I am taken until spring." },
    "Withdraw a bid (freelancer)."
);
moves!(
    decline,
    "/v1/bids/{id}/decline",
    Scope::Contracts,
    Event::Decline,
    { "reason": "Somebody nearer took it." },
    "Decline a bid (client); the `reason` is mandatory, so that every bid ends with an outcome and a reason."
);

moves!(
    confirm,
    "/v1/bids/{id}/confirm",
    Scope::Bids,
    Event::Confirm,
    {},
    "Stand by a bid although the posting was amended (freelancer): from then on it is for the newest version."
);
moves!(
    seen,
    "/v1/bids/{id}/read",
    Scope::Contracts,
    Event::Read,
    {},
    "Tell the freelancer that the bid was read (client), once."
);
moves!(
    shortlist,
    "/v1/bids/{id}/shortlist",
    Scope::Contracts,
    Event::Shortlist,
    {},
    "Put a bid on the short list (client); the freelancer sees it."
);
moves!(
    unshortlist,
    "/v1/bids/{id}/unshortlist",
    Scope::Contracts,
    Event::Unshortlist,
    {},
    "Take a bid off the short list (client)."
);
moves!(
    interview,
    "/v1/bids/{id}/interview",
    Scope::Contracts,
    Event::Interview,
    { "note": "Have you a minute on Monday?" },
    "Ask for a talk with the freelancer (client)."
);

/// Say a bid anew before there is an offer: it takes the place of what it was, for the newest version of the posting.
#[utoipa::path(tag = "bids", security(("bearer" = [])), request_body = BidRequest, params(Trial, BidInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<BidView>),
    (status = 201, description = "The job's home has accepted it.", body = Published<BidView>),
    (status = 202, description = "Signed and kept; on its way to the job's home.", body = Published<BidView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `bids:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-now` or `wrong-prev`, with what is allowed; `in-flight`", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`)", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`answers-missing`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[put("/v1/bids/{id}")]
pub(crate) async fn revise(
    act: Act<BidRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Bid);
    let dry_run = trial.dry_run;
    let revised = act.run(Scope::Bids, move |engine, asked, bid| async move {
        engine.revise_bid(asked, &id?, bid, dry_run).await
    });
    let published = revised.await?;
    Ok(respond::published(&published, *trial, None, true))
}

/// Offer a contract on a bid. The terms become a document of their own, with the pay that the bid asks for if you say none; the offer stands for seven days.
#[utoipa::path(tag = "contracts", security(("bearer" = [])), request_body = OfferRequest, params(Trial, BidInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<ContractView>),
    (status = 201, description = "Offered; the contract's id is the offer's.", body = Published<ContractView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `contracts:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`not-now`, `no-free-seat`, `job-not-open`, …", body = Problem, content_type = "application/problem+json"),
    (status = 412, description = "`precondition-failed` (`If-Match`): the bid is in another version.", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`bad-due`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/bids/{id}/offer")]
pub(crate) async fn offer(
    act: Act<OfferRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Bid);
    let dry_run = trial.dry_run;
    let offered = act.run(Scope::Contracts, move |engine, asked, terms| async move {
        engine.offer(asked, &id?, terms, dry_run).await
    });
    let published = offered.await?;
    let location = format!("/v1/contracts/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}
