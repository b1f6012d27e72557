//! Admission: a request has its body in memory first, then a place at the gate, and then so long until it is answered.

use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpMessage as _, ResponseError as _, web};

use crate::paths::DocumentedPaths;
use crate::problem::Problem;
use crate::shares::Share;
use crate::state::State;
use crate::state::gate::{Bodies, Holder, Place};
use crate::{body, principal, request};

/// How long a request may take from its place to the head of its answer. The longest single wait inside, for the answer to a
/// statement, is ten seconds.
const REQUEST_WAIT: Duration = Duration::from_secs(15);
/// What must be answered whatever else goes on: probes, and pages that are in memory. They hold no place.
const ALWAYS: [&str; 5] =
    ["/healthz", "/readyz", "/openapi.json", "/.well-known/jwks.json", "/.well-known/security.txt"];
/// Where passwords are hashed.
const PASSWORDS: [&str; 2] = ["/v1/accounts", "/v1/sessions"];
/// Where files come in.
const FILES: [&str; 1] = ["/v1/attachments"];
/// Where one comes in: nobody who only asks, or who is inside, takes the memory for that.
const WAY_IN: [&str; 3] = ["/v1/accounts", "/v1/sessions", "/v1/sessions/refresh"];

/// Wraps every route.
pub async fn pass(request: ServiceRequest, next: Next<BoxBody>) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request::path(request.request());
    let state = request.app_data::<web::Data<State>>().cloned();
    let Some(state) = state.filter(|_| !ALWAYS.contains(&path) && !request::is_docs(path)) else {
        return next.call(request).await;
    };
    // Only the signature is looked at: that costs the database nothing.
    let person = principal::known(request.request(), &state).ok().map(|claims| claims.sub);
    let posted = (*request.method() == Method::POST).then(|| request::route(request.request())).flatten();
    let is_of = |routes: &[&str]| posted.as_deref().is_some_and(|route| routes.contains(&route));
    let password = is_of(&PASSWORDS);
    let address = || Holder::Address(state.limits.client(request.request()));
    let (bodies, holder) = match &person {
        _ if is_of(&WAY_IN) => (&state.gate.bodies_of_the_way_in, address()),
        Some(person) if is_of(&FILES) => (&state.gate.bodies_of_files, Holder::Person(person.clone())),
        Some(person) => (&state.gate.bodies_of_people, Holder::Person(person.clone())),
        None => (&state.gate.bodies_of_strangers, address()),
    };
    // A body that comes slowly on purpose must not keep a place.
    let (request, body) = match with_body(request, bodies, holder).await {
        Ok(read) => read,
        Err(answer) => return Ok(answer),
    };
    let Some(place) = state.gate.enter(person.as_ref(), password, body).await else {
        let (request, _) = request.into_parts();
        return Ok(ServiceResponse::new(request, Problem::busy().error_response()));
    };
    request.extensions_mut().insert(place);
    match tokio::time::timeout(REQUEST_WAIT, next.call(request)).await {
        Ok(answer) => {
            let answer = answer?;
            // The place is for the work, not for how fast the client reads.
            drop(answer.request().extensions_mut().remove::<Place>());
            Ok(answer)
        }
        Err(_) => Err(Problem::timed_out().into()),
    }
}

/// The request with its body in memory, and the share of memory that it takes. What nobody will read is not read here.
async fn with_body(
    request: ServiceRequest,
    bodies: &Bodies,
    holder: Holder,
) -> Result<(ServiceRequest, Option<Share<Holder>>), ServiceResponse<BoxBody>> {
    let headers = request.headers();
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    let some = declared.unwrap_or_default() > 0 || headers.contains_key(TRANSFER_ENCODING);
    let paths = request.app_data::<web::Data<DocumentedPaths>>();
    let taken =
        paths.is_some_and(|paths| paths.takes_body(request.method(), request::path(request.request())));
    if !some || !taken {
        return Ok((request, None));
    }
    let (request, mut payload) = request.into_parts();
    let longest = bodies.longest;
    let read = async {
        let bytes = declared.unwrap_or(longest);
        if bytes > longest {
            return Err(Problem::body_too_large(longest));
        }
        let share = bodies.memory.take(holder, bytes).ok_or_else(Problem::busy)?;
        let payload = web::Payload::from_request(&request, &mut payload).into_inner();
        let payload = payload.map_err(|_| Problem::body_unreadable())?;
        Ok((body::bytes(payload, longest).await?, share))
    };
    match read.await {
        Ok((bytes, share)) => Ok((ServiceRequest::from_parts(request, Payload::from(bytes)), Some(share))),
        Err(problem) => Err(ServiceResponse::new(request, problem.error_response())),
    }
}
