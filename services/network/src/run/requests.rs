//! Requests in both directions.

use libp2p::PeerId;
use libp2p::request_response::{
    Event, InboundFailure, InboundRequestId, Message, OutboundFailure, OutboundRequestId, ResponseChannel,
};
use tokio::sync::mpsc::Permit;

use super::Loop;
use crate::handle::{Outcome, REQUESTS_PER_PEER, RequestError, Slot};
use crate::inbound::{Answer, Answered, BUSY_RETRY_MS, Inbound};
use crate::limits::limiter::Over;
use crate::wire::message::{DELIVER_DOCUMENTS_MAX, ORIGIN_BYTES_MAX, RANGE_ENTRIES_MAX, Request, Response};
use crate::wire::method::Method;

/// A request that the engine works on.
pub(crate) struct Incoming {
    peer: PeerId,
    channel: ResponseChannel<Response>,
}

impl Loop {
    /// Sends a request of the engine.
    pub(crate) fn request(&mut self, peer: PeerId, request: Request, slot: Slot, outcome: Outcome) {
        let method = Method::of(&request);
        if !self.swarm.is_connected(&peer) {
            self.conclude(method, outcome, Err(RequestError::NotConnected));
            return;
        }
        let id = self.swarm.behaviour_mut().requests(method).send_request(&peer, request);
        self.outgoing.insert((method, id), (outcome, slot));
    }

    fn conclude(&self, method: Method, outcome: Outcome, result: Result<Response, RequestError>) {
        let word = match &result {
            Ok(Response::Busy { .. }) => "busy",
            Ok(Response::Refused { .. }) => "refused",
            Ok(
                Response::Heads { .. }
                | Response::Range { .. }
                | Response::Receipt { .. }
                | Response::Match { .. }
                | Response::Talk { .. },
            ) => "ok",
            Err(RequestError::NotConnected) => "not_connected",
            Err(RequestError::Timeout) => "timeout",
            Err(RequestError::Malformed) => "malformed",
            Err(_) => "failed",
        };
        self.metrics.request("out", method, word);
        if outcome.send(result).is_err() {
            tracing::trace!("nobody waits for this answer any more");
        }
    }

    /// Something happened on one of the protocols.
    pub(crate) fn on_request_event(&mut self, method: Method, event: Event<Request, Response>) {
        match event {
            Event::Message { peer, message, .. } => match message {
                Message::Request { request_id, request, channel } => {
                    self.on_request(method, request_id, request, Incoming { peer, channel });
                }
                Message::Response { request_id, response } => {
                    self.on_response(method, request_id, Ok(response));
                }
            },
            Event::OutboundFailure { request_id, error, .. } => {
                self.on_response(method, request_id, Err(failure(&error)));
            }
            Event::InboundFailure { request_id, error, .. } => {
                let word = match error {
                    InboundFailure::Timeout => "timeout",
                    InboundFailure::ConnectionClosed => "interrupted",
                    InboundFailure::ResponseOmission => "omitted",
                    InboundFailure::UnsupportedProtocols | InboundFailure::Io(_) => "failed",
                };
                self.incoming.remove(&(method, request_id));
                self.sending.remove(&(method, request_id));
                self.metrics.request("in", method, word);
            }
            Event::ResponseSent { request_id, .. } => {
                self.sending.remove(&(method, request_id));
            }
        }
    }

    fn on_response(&mut self, method: Method, id: OutboundRequestId, result: Result<Response, RequestError>) {
        // Absent once the loop is stopping.
        if let Some((outcome, slot)) = self.outgoing.remove(&(method, id)) {
            // The place in the window is free before the caller can ask again.
            drop(slot);
            self.conclude(method, outcome, result);
        }
    }

    fn on_request(&mut self, method: Method, id: InboundRequestId, request: Request, incoming: Incoming) {
        match self.admit(method, id, request, incoming.peer) {
            Ok(()) => {
                self.incoming.insert((method, id), incoming);
            }
            Err(response) => self.respond(method, id, incoming, response),
        }
    }

    /// Hands a request to the engine, or says what to answer at once.
    fn admit(
        &mut self,
        method: Method,
        id: InboundRequestId,
        request: Request,
        peer: PeerId,
    ) -> Result<(), Response> {
        let request = checked(request)?;
        let now = self.now();
        let open = self.incoming.iter().filter(|((of, _), open)| *of == method && open.peer == peer).count();
        let place: Permit<'_, Inbound> = self.queues.inbound.try_reserve().map_err(|_| busy())?;
        let back = self.queues.answers.clone().try_reserve_owned().map_err(|_| busy())?;
        let known = self.peers.get_mut(&peer).filter(|_| !self.stopping && open < REQUESTS_PER_PEER);
        let known = known.ok_or_else(busy)?;
        // Charged last: a request that is turned away costs nothing.
        known.quotas.request(&mut self.global, &request, now).map_err(|is| over(is, method))?;
        let answer = Answer::new(back, (method, id));
        place.send(Inbound::Request { from: known.pinned.name.clone(), request, answer });
        Ok(())
    }

    /// The engine has answered.
    pub(crate) fn on_answer(&mut self, answered: Answered) {
        let (method, id) = answered.ticket;
        match self.incoming.remove(&(method, id)) {
            Some(incoming) => self.respond(method, id, incoming, answered.response),
            None => tracing::debug!(protocol = method.name(), "an answer came after its request had ended"),
        }
    }

    fn respond(&mut self, method: Method, id: InboundRequestId, incoming: Incoming, response: Response) {
        let response = method.fit(response);
        let word = match &response {
            Response::Busy { .. } => "busy",
            Response::Refused { .. } => "refused",
            Response::Heads { .. }
            | Response::Range { .. }
            | Response::Receipt { .. }
            | Response::Match { .. }
            | Response::Talk { .. } => "ok",
        };
        self.metrics.request("in", method, word);
        let requests = self.swarm.behaviour_mut().requests(method);
        if requests.send_response(incoming.channel, response).is_ok() {
            self.sending.insert((method, id));
        }
    }
}

/// What can be said about a request before the engine sees it. A range is cut to one page.
fn checked(request: Request) -> Result<Request, Response> {
    match request {
        Request::Heads => Ok(Request::Heads),
        Request::Range { origin, start, end } if start < end && origin.len() <= ORIGIN_BYTES_MAX => {
            Ok(Request::Range { origin, start, end: end.min(start.saturating_add(RANGE_ENTRIES_MAX)) })
        }
        Request::Deliver { documents } if (1..=DELIVER_DOCUMENTS_MAX).contains(&documents.len()) => {
            Ok(Request::Deliver { documents })
        }
        Request::Match { search } if search.fits() => Ok(Request::Match { search }),
        // Read by the codec, it is not too long; what is in it only its home can tell.
        Request::Talk { sealed } => Ok(Request::Talk { sealed }),
        Request::Range { .. } | Request::Deliver { .. } | Request::Match { .. } => Err(Response::Refused {
            slug: "out-of-form".to_owned(),
            detail: "A range starts before it ends and names a log; a delivery holds 1 to 128 documents; \
                     a search asks for 1 to 50 people by weights that add up to 100 on each side."
                .to_owned(),
        }),
    }
}

fn busy() -> Response {
    Response::Busy { retry_after_ms: BUSY_RETRY_MS }
}

fn over(over: Over, method: Method) -> Response {
    match over {
        Over::TooSoon(wait) => {
            // The shortest rests of a delivery mean that the document is early.
            let least = if method == Method::Deliver { u128::from(BUSY_RETRY_MS) } else { 0 };
            let millis = wait.as_millis().saturating_add(1).max(least);
            Response::Busy { retry_after_ms: u32::try_from(millis).unwrap_or(u32::MAX) }
        }
        Over::TooLarge => Response::Refused {
            slug: "too-large".to_owned(),
            detail: "The request asks for more than this node ever answers at once.".to_owned(),
        },
    }
}

fn failure(failure: &OutboundFailure) -> RequestError {
    match failure {
        OutboundFailure::DialFailure => RequestError::NotConnected,
        OutboundFailure::Timeout => RequestError::Timeout,
        OutboundFailure::ConnectionClosed => RequestError::Interrupted,
        OutboundFailure::UnsupportedProtocols => RequestError::Refused,
        OutboundFailure::Io(error) => {
            tracing::debug!(%error, "an answer could not be read");
            RequestError::Malformed
        }
    }
}
