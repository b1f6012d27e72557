//! Admission: how many requests are worked on at one time, and how long one may take. A request that finds no place soon is
//! refused at once, before anything is done for it, so that those inside are answered in time.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use actix_web::middleware::Next;
use actix_web::{Error, FromRequest as _, HttpMessage as _, ResponseError as _, web};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::app::BODY_BYTES_MAX;
use crate::problem::Problem;
use crate::state::State;
use crate::{body, principal};

/// Of the connections for requests, the part that strangers may have: a place each, so that those who are signed in find one of the
/// others free, whatever strangers ask for.
const STRANGERS_SHARE: (usize, usize) = (2, 3);
/// Requests of people who are signed in, who have places of their own: no number of strangers takes them. More, because a move
/// that waits for another home keeps its place for up to three seconds.
const PEOPLE_MAX: usize = 40;
/// Requests of each kind that wait for a place, some ten kilobytes each: whoever asks as fast as they are answered is slowed down by
/// waiting, and not only refused, which would keep the processors busy.
const WAITING_MAX: usize = 1_024;
/// How long one waits: beyond it the client is served better by an answer.
const PLACE_WAIT: Duration = Duration::from_secs(1);
/// How long a request may take from its place to the head of its answer. The longest single wait inside, for the answer to a
/// statement, is ten seconds.
const REQUEST_WAIT: Duration = Duration::from_secs(15);
/// What must be answered whatever else goes on: probes, metrics, and pages that are in memory. They hold no place.
const ALWAYS: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/openapi.json"];
const DOCS: &str = "/docs";

/// The places of one process.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    strangers: Room,
    people: Room,
}

#[derive(Clone, Debug)]
struct Room {
    places: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// A place inside; in the extensions of its request, so that it is kept for as long as anybody works on that.
struct Place(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

impl Gate {
    /// For a process with so many connections for requests.
    pub(crate) fn new(connections: usize) -> Self {
        let (part, of) = STRANGERS_SHARE;
        let strangers = connections.saturating_mul(part).div_euclid(of).max(1);
        Self { strangers: Room::new(strangers), people: Room::new(PEOPLE_MAX) }
    }
}

impl Room {
    fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: Arc::new(Semaphore::new(WAITING_MAX)) }
    }

    async fn enter(&self) -> Option<Place> {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(Place(place));
        }
        let _waits = self.waiting.try_acquire().ok()?;
        let entered = tokio::time::timeout(PLACE_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        entered.ok()?.ok().map(Place)
    }
}

/// Wraps every route.
pub(crate) async fn pass(
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    let state = request.app_data::<web::Data<State>>().cloned();
    let Some(state) = state.filter(|_| !ALWAYS.contains(&path) && !path.starts_with(DOCS)) else {
        return next.call(request).await;
    };
    // A body that comes slowly on purpose must not keep a place.
    let request = match with_body(request).await {
        Ok(request) => request,
        Err(answer) => return Ok(answer),
    };
    // Only the signature is looked at: that costs the database nothing.
    let known = principal::known(request.request(), &state).is_ok();
    let room = if known { &state.gate.people } else { &state.gate.strangers };
    let Some(place) = room.enter().await else {
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

/// The request with its body in memory.
async fn with_body(request: ServiceRequest) -> Result<ServiceRequest, ServiceResponse<BoxBody>> {
    let headers = request.headers();
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.unwrap_or_default() == 0 && !headers.contains_key(TRANSFER_ENCODING) {
        return Ok(request);
    }
    let (request, mut payload) = request.into_parts();
    let read = async {
        if declared.is_some_and(|bytes| bytes > BODY_BYTES_MAX) {
            return Err(Problem::body_too_large());
        }
        let payload = web::Payload::from_request(&request, &mut payload).into_inner();
        body::bytes(payload.map_err(|_| Problem::body_unreadable())?).await
    };
    match read.await {
        Ok(bytes) => Ok(ServiceRequest::from_parts(request, Payload::from(bytes))),
        Err(problem) => Err(ServiceResponse::new(request, problem.error_response())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_place_is_waited_for_by_a_few_and_not_for_long() {
        let room = Room::new(1);
        let inside = room.enter().await.unwrap();
        let waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(room.enter())).collect();
        let mut waiting = futures::future::join_all(waiting);
        assert!(futures::poll!(&mut waiting).is_pending());
        // One more does not even wait.
        assert!(matches!(futures::poll!(Box::pin(room.enter())), std::task::Poll::Ready(None)));
        let answers = waiting.await;
        assert!(answers.iter().all(Option::is_none), "nobody left within the second");
        drop(inside);
        assert!(room.enter().await.is_some());
    }
}
