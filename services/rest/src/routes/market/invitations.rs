//! Invitations to bid.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use hanse_api::requests::{InvitationRequest, PageQuery, StepRequest};
use hanse_api::views::{InvitationView, Page, Published};
use hanse_document::Kind;
use hanse_http::act::Act;
use hanse_http::principal::{Principal, Scope};
use hanse_http::problem::Problem;
use hanse_http::query::Query;
use hanse_http::state::State;
use hanse_lifecycle::Event;

use crate::paths::{InvitationInPath, JobInPath};
use crate::respond::{self, Trial};

/// Invite somebody to bid on your job: 30 people at most, and 30 within a day.
#[utoipa::path(tag = "invitations", security(("bearer" = [])), request_body = InvitationRequest, params(Trial, JobInPath), responses(
    (status = 200, description = "As it would be (`dry_run`).", body = Published<InvitationView>),
    (status = 201, description = "Invited; on its way to the freelancer's home.", body = Published<InvitationView>),
    (status = 403, description = "`not-yours` or `scope-missing`: needs `jobs:write`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
    (status = 409, description = "`job-not-open`, `bid-exists`, `invited-before`, `too-many-invitations`", body = Problem, content_type = "application/problem+json"),
    (status = 422, description = "`unknown-person`, `unknown-origin`, or a field is out of bounds; the slug says how.", body = Problem, content_type = "application/problem+json"),
))]
#[post("/v1/jobs/{id}/invitations")]
pub(crate) async fn invite(
    act: Act<InvitationRequest>,
    id: web::Path<String>,
    trial: Query<Trial>,
) -> Result<HttpResponse, Problem> {
    let id = respond::id(&id, Kind::Job);
    let dry_run = trial.dry_run;
    let invited = act.run(Scope::Jobs, move |engine, asked, whom| async move {
        engine.invite(asked, &id?, whom, dry_run).await
    });
    let published = invited.await?;
    let location = format!("/v1/invitations/{}", published.view.id);
    Ok(respond::published(&published, *trial, Some(location), true))
}

/// Whom you have invited to bid on your job.
#[utoipa::path(tag = "invitations", security(("bearer" = [])), params(PageQuery, JobInPath), responses(
    (status = 200, description = "A page, oldest first.", body = Page<InvitationView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "`not-found`: there is no such job of yours", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/jobs/{id}/invitations")]
pub(crate) async fn of_job(
    state: web::Data<State>,
    principal: Principal,
    id: web::Path<String>,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<InvitationView>>, Problem> {
    let id = respond::id(&id, Kind::Job)?;
    Ok(web::Json(state.engine.invitations(&id, &principal.did, page.into_inner()).await?))
}

/// The jobs that you are invited to bid on.
#[utoipa::path(tag = "invitations", security(("bearer" = [])), params(PageQuery), responses(
    (status = 200, description = "A page, newest first.", body = Page<InvitationView>),
    (status = 401, description = "`token-…` or `session-ended`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/invitations")]
pub(crate) async fn mine(
    state: web::Data<State>,
    principal: Principal,
    page: Query<PageQuery>,
) -> Result<web::Json<Page<InvitationView>>, Problem> {
    Ok(web::Json(state.engine.my_invitations(&principal.did, page.into_inner()).await?))
}

/// One invitation, for the client and for who is invited.
#[utoipa::path(tag = "invitations", security(("bearer" = [])), params(InvitationInPath), responses(
    (status = 200, description = "The invitation.", body = InvitationView),
    (status = 304, description = "You have this version (`If-None-Match`)."),
    (status = 404, description = "`not-found`", body = Problem, content_type = "application/problem+json"),
))]
#[get("/v1/invitations/{id}")]
pub(crate) async fn read(
    state: web::Data<State>,
    principal: Principal,
    request: HttpRequest,
    id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    let invitation = state.engine.invitation(&respond::id(&id, Kind::Invitation)?, &principal.did).await?;
    let view = invitation.ok_or_else(|| Problem::not_found("invitation"))?;
    Ok(respond::versioned(&request, &view))
}

/// Defines the route of one move.
macro_rules! moves {
    ($name:ident, $path:literal, $scope:expr, $event:expr, $example:tt, $doc:literal) => {
        #[doc = $doc]
        #[utoipa::path(tag = "invitations", security(("bearer" = [])), request_body(content = StepRequest, example = json!($example)), params(Trial, InvitationInPath), responses(
            (status = 200, description = "As it would be (`dry_run`).", body = Published<InvitationView>),
            (status = 201, description = "The job's home has accepted it.", body = Published<InvitationView>),
            (status = 202, description = "Signed and kept; on its way to the job's home.", body = Published<InvitationView>),
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
            let id = respond::id(&id, Kind::Invitation);
            let dry_run = trial.dry_run;
            let moved = act.run($scope, move |engine, asked, step| async move {
                engine.move_invitation(asked, &id?, $event, step, dry_run).await
            });
            let published = moved.await?;
            Ok(respond::published(&published, *trial, None, true))
        }
    };
}

moves!(
    decline,
    "/v1/invitations/{id}/decline",
    Scope::Bids,
    Event::Decline,
    { "reason": "I am taken until spring." },
    "Decline an invitation (who is invited); the `reason` is mandatory, and lowers nobody's score. A bid is the way to accept it."
);
moves!(
    rescind,
    "/v1/invitations/{id}/rescind",
    Scope::Jobs,
    Event::Rescind,
    { "reason": "The job is given." },
    "Take an invitation back before it is answered (client)."
);
