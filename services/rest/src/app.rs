//! The application: the list of routes, which is the list of the `OpenAPI` document, and what stands around them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::error::PathError;
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, web};
use utoipa::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::routes::{
    accounts, bids, contracts, disputes, documents, invitations, jobs, logs, matching, messages, node,
    notifications, people, reputation, reviews, searches, skills, tiles,
};
use hanse_http::body::BODY_BYTES_MAX;
use hanse_http::middleware::answers::{self, LargeAnswers};
use hanse_http::middleware::observe::{HttpMetrics, observe};
use hanse_http::middleware::{admission, headers, limits};
use hanse_http::paths::DocumentedPaths;
use hanse_http::problem::Problem;
use hanse_http::request;
use hanse_http::state::State;

use crate::{docs, openapi};

#[derive(OpenApi)]
#[openapi(servers((url = "/", description = "The node that serves this document.")), info(
    title = "Hanse node",
    description = "A federation of freelancer marketplaces with a reputation ledger that anyone can verify.\n\n\
            Sign in at `POST /v1/sessions` and send the access token as `Authorization: Bearer …`. Errors are RFC 9457 problem \
            documents with a stable `type`. Where a route takes an `Idempotency-Key`, a request may be repeated with it. Lists are keyset pages: pass `next` \
            as `cursor`. A thing has an `ETag`: send it as `If-Match` to move only what you have seen. `?dry_run=true` on a \
            transition answers the document as it would be, and changes nothing.",
    license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT")
))]
struct Description;

/// Every route; a handler that is not here is neither served nor documented.
fn routes(config: &mut ServiceConfig<'_>) {
    of_accounts(config);
    people(config);
    work(config);
    disputed(config);
    records(config);
}

/// The node, who is there, who fits what, and what is searched for.
fn people(config: &mut ServiceConfig<'_>) {
    config
        .service(node::describe)
        .service(node::peers)
        .service(node::health)
        .service(node::ready)
        .service(node::security)
        .service(people::me)
        .service(people::put_profile)
        .service(people::profile)
        .service(people::people)
        .service(people::listing)
        .service(people::put_listing)
        .service(matching::matches)
        .service(matching::why_not)
        .service(matching::recommended)
        .service(matching::transparency)
        .service(matching::picks::picks)
        .service(searches::keep)
        .service(searches::list)
        .service(searches::forget)
        .service(searches::alerts)
        .service(searches::events)
        .service(messages::threads)
        .service(messages::list)
        .service(messages::send)
        .service(messages::read)
        .service(messages::upload)
        .service(messages::download)
        .service(notifications::list)
        .service(notifications::seen)
        .service(notifications::preferences)
        .service(notifications::put_preferences)
        .service(notifications::mail)
        .service(notifications::put_mail)
        .service(notifications::unsubscribe)
        .service(skills::suggest)
        .service(skills::link)
        .service(skills::read);
}

/// The whole life of a job.
fn work(config: &mut ServiceConfig<'_>) {
    config
        .service(jobs::post)
        .service(jobs::search)
        .service(jobs::read)
        .service(jobs::amend)
        .service(jobs::pause)
        .service(jobs::resume)
        .service(jobs::heartbeat)
        .service(jobs::close)
        .service(jobs::repost)
        .service(invitations::invite)
        .service(invitations::of_job)
        .service(invitations::mine)
        .service(invitations::read)
        .service(invitations::decline)
        .service(invitations::rescind)
        .service(jobs::bid)
        .service(jobs::bids)
        .service(bids::mine)
        .service(bids::read)
        .service(bids::revise)
        .service(bids::confirm)
        .service(bids::seen)
        .service(bids::shortlist)
        .service(bids::unshortlist)
        .service(bids::interview)
        .service(bids::withdraw)
        .service(bids::decline)
        .service(bids::offer)
        .service(contracts::mine)
        .service(contracts::read)
        .service(contracts::accept)
        .service(contracts::decline)
        .service(contracts::rescind)
        .service(contracts::counter)
        .service(contracts::propose_amendment)
        .service(contracts::accept_amendment)
        .service(contracts::decline_amendment)
        .service(contracts::pause)
        .service(contracts::resume)
        .service(contracts::deliver)
        .service(contracts::request_changes)
        .service(contracts::accept_delivery)
        .service(contracts::attest_paid)
        .service(contracts::report_unpaid)
        .service(contracts::confirm_received)
        .service(contracts::request_close)
        .service(contracts::cancel)
        .service(contracts::objects)
        .service(contracts::terminate)
        .service(contracts::close);
}

/// What two do not agree on, and who rules.
fn disputed(config: &mut ServiceConfig<'_>) {
    config
        .service(disputes::open)
        .service(disputes::of_contract)
        .service(disputes::mine)
        .service(disputes::read)
        .service(disputes::answer)
        .service(disputes::reopen)
        .service(disputes::settle)
        .service(disputes::escalate)
        .service(disputes::rule)
        .service(disputes::appeal)
        .service(disputes::withdraw)
        .service(disputes::arbiters)
        .service(disputes::arbiter)
        .service(disputes::put_arbiter)
        .service(disputes::withdraw_arbiter);
}

/// What was said of whom, and the logs that prove it.
fn records(config: &mut ServiceConfig<'_>) {
    config
        .service(reviews::deposit)
        .service(reviews::of_contract)
        .service(reviews::reply)
        .service(reviews::put_again)
        .service(reviews::again)
        .service(reviews::remove_again)
        .service(reputation::facts)
        .service(reputation::evidence)
        .service(reputation::score)
        .service(reputation::history)
        .service(documents::publish)
        .service(documents::read)
        .service(logs::logs)
        .service(logs::checkpoints)
        .service(logs::entries)
        .service(tiles::checkpoint)
        .service(tiles::tile);
}

/// Those of accounts.
fn of_accounts(config: &mut ServiceConfig<'_>) {
    config
        .service(accounts::register)
        .service(accounts::login)
        .service(accounts::refresh)
        .service(accounts::logins::logins)
        .service(accounts::logins::logout)
        .service(accounts::logins::end_login)
        .service(accounts::passwords::change_password)
        .service(accounts::passwords::recovery_codes)
        .service(accounts::passwords::reset_password)
        .service(accounts::passwords::ask_for_reset)
        .service(accounts::own::rename)
        .service(accounts::own::email)
        .service(accounts::own::put_email)
        .service(accounts::own::verify_email)
        .service(accounts::own::blocks)
        .service(accounts::own::block)
        .service(accounts::own::unblock)
        .service(accounts::own::export)
        .service(accounts::key_set);
}

/// The `OpenAPI` document as it is served and committed, with one final newline left to the printer.
pub fn openapi_json() -> Result<String, serde_json::Error> {
    let (_, mut api) =
        App::new().into_utoipa_app().openapi(Description::openapi()).configure(routes).split_for_parts();
    openapi::complete(&mut api);
    api.to_pretty_json()
}

/// Where the document is served.
const OPENAPI: &str = "/openapi.json";

/// The application that each server thread runs; `large_answers` is what those hold together.
pub(crate) fn app(
    state: web::Data<State>,
    metrics: web::Data<HttpMetrics>,
    large_answers: LargeAnswers,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let (app, mut api) =
        App::new().into_utoipa_app().openapi(Description::openapi()).configure(routes).split_for_parts();
    openapi::complete(&mut api);
    let paths = web::Data::new(DocumentedPaths::of(&api));
    let docs = web::Data::new(utoipa_swagger_ui::Config::from(OPENAPI));
    app.service(web::redirect("/docs", "/docs/"))
        .service(web::resource("/docs/{file:.*}").app_data(docs).get(docs::file))
        .service(web::resource(OPENAPI).app_data(web::Data::new(api)).get(description))
        .app_data(web::Data::new(large_answers))
        .app_data(state)
        .app_data(metrics)
        .app_data(paths)
        .app_data(web::PayloadConfig::new(BODY_BYTES_MAX))
        .app_data(web::PathConfig::default().error_handler(|error, _| path_error(&error)))
        .default_service(web::to(nothing_here))
        .wrap(from_fn(admission::pass))
        .wrap(from_fn(limits::limited))
        .wrap(from_fn(answers::boxed))
        .wrap(from_fn(headers::headed))
        .wrap(from_fn(observe))
}

/// What the routes are, for programs.
async fn description(api: web::Data<utoipa::openapi::OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(api.as_ref())
}

fn path_error(error: &PathError) -> Error {
    Problem::unreadable("bad-path", format!("The path is not what this route takes: {error}.")).into()
}

async fn nothing_here(
    request: HttpRequest,
    paths: web::Data<DocumentedPaths>,
) -> Result<HttpResponse, Problem> {
    match paths.methods(request::path(&request)) {
        None => Err(Problem::no_route()),
        Some(methods) => Err(Problem::method_not_allowed(methods)),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::Method;

    use super::*;

    #[test]
    fn a_body_is_taken_where_the_description_has_one() {
        let (_, mut api) =
            App::new().into_utoipa_app().openapi(Description::openapi()).configure(routes).split_for_parts();
        openapi::complete(&mut api);
        let paths = DocumentedPaths::of(&api);
        for (method, path, takes) in [
            (Method::POST, "/v1/sessions", true),
            (Method::POST, "/v1/accounts", true),
            (Method::POST, "/v1/sessions/refresh", true),
            (Method::POST, "/v1/skills/link", true),
            (Method::POST, "/v1/documents", true),
            (Method::POST, "/v1/jobs/job_x/bids", true),
            (Method::PUT, "/v1/me/profile", true),
            (Method::PATCH, "/v1/me", true),
            (Method::PUT, "/v1/me/blocks/did:key:z6Mk", false),
            (Method::DELETE, "/v1/sessions", false),
            (Method::OPTIONS, "/v1/jobs", false),
            (Method::POST, "/v1/skills/local:rust", false),
            (Method::POST, "/v1/nowhere", false),
            (Method::POST, "/log/jobs/tile/0/000", false),
        ] {
            assert_eq!(paths.takes_body(&method, path), takes, "{method} {path}");
        }
    }
}
