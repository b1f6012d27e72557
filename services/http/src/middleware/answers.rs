//! How answers are handed to the server: in pieces, so that a client that reads slowly has one piece waiting and not a copy of the
//! whole; and large ones only as many as fit in memory together.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use actix_web::{Error, HttpMessage as _, HttpResponse, ResponseError as _};
use tokio::time::Instant;

use crate::connections::WRITE_TIMEOUT;
use crate::problem::Problem;
use crate::request::HeadOnly;
use crate::shares::{Share, Shares};
use crate::state::State;

/// What is handed over at once: as much as the server keeps for writing.
const PIECE_BYTES: usize = 32 * 1024;
/// From this size on an answer is large; only evidence and pages of logs are.
const LARGE_BYTES_MIN: usize = 1024 * 1024;
/// What large answers that are being read may hold together: two of the largest evidence files.
const LARGE_BYTES_MAX: usize = 128 * 1024 * 1024;
/// What those of one address may hold: one of the largest evidence files.
const LARGE_BYTES_OF_ONE: usize = LARGE_BYTES_MAX / 2;
/// The least that a client takes of a large answer, in bytes a second: half a megabit. Who takes less is cut off, and may come back.
const LARGE_BYTES_A_SECOND: u64 = 64 * 1024;
/// When to come back, in seconds, if they hold that much: a large file on an ordinary line is through by then.
const RETRY_SECONDS: u32 = 10;

/// What large answers of this process hold, by the address that reads them.
#[derive(Clone, Debug)]
pub struct LargeAnswers(Arc<Shares<IpAddr>>);

/// The share of one large answer.
#[derive(Debug)]
struct Read {
    _share: Share<IpAddr>,
    /// When it must have been taken.
    until: Instant,
}

impl Default for LargeAnswers {
    fn default() -> Self {
        Self(Shares::new(LARGE_BYTES_MAX, LARGE_BYTES_OF_ONE))
    }
}

impl LargeAnswers {
    fn share(&self, holder: IpAddr, bytes: usize) -> Option<Read> {
        let share = self.0.take(holder, bytes)?;
        let seconds = u64::try_from(bytes).unwrap_or(u64::MAX) / LARGE_BYTES_A_SECOND;
        Some(Read { _share: share, until: Instant::now() + WRITE_TIMEOUT + Duration::from_secs(seconds) })
    }
}

/// A body in pieces.
struct Pieces {
    rest: Bytes,
    share: Option<Read>,
}

impl MessageBody for Pieces {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.rest.len() as u64)
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        if self.share.as_ref().is_some_and(|share| share.until < Instant::now()) {
            return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
        }
        let piece = self.rest.len().min(PIECE_BYTES);
        Poll::Ready(Some(Ok(self.rest.split_to(piece))))
    }
}

/// One body type for the middleware below, which large answers leave in pieces; and HEAD is answered wherever GET is, the server
/// leaves the body out.
pub async fn boxed(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadOnly);
    }
    let encoded = request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if encoded {
        return Ok(request.into_response(Problem::encoded().error_response()));
    }
    Ok(in_pieces(next.call(request).await?.map_into_boxed_body()))
}

/// The answer with a body in pieces, if it is one that is complete; or why it cannot be sent now.
fn in_pieces(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let (head, body) = response.into_parts();
    let bytes = match body.try_into_bytes() {
        Ok(bytes) if bytes.len() > PIECE_BYTES => bytes,
        Ok(bytes) => return ServiceResponse::new(request, head.set_body(BoxBody::new(bytes))),
        Err(stream) => return ServiceResponse::new(request, head.set_body(stream)),
    };
    let share = if bytes.len() < LARGE_BYTES_MIN {
        None
    } else {
        let holder = request.app_data::<web::Data<State>>().map(|state| state.limits.client(&request));
        let holder = holder.unwrap_or(IpAddr::from([0; 4]));
        let share =
            request.app_data::<web::Data<LargeAnswers>>().map(|answers| answers.share(holder, bytes.len()));
        match share {
            Some(None) => return ServiceResponse::new(request, busy()),
            Some(share) => share,
            None => None,
        }
    };
    ServiceResponse::new(request, head.set_body(BoxBody::new(Pieces { rest: bytes, share })))
}

fn busy() -> HttpResponse {
    Problem::busy_sending(RETRY_SECONDS).error_response()
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};

    use super::*;

    #[actix_web::test]
    async fn a_large_answer_is_sent_when_there_is_room_for_it() {
        let large_answers = LargeAnswers::default();
        let large = || async { HttpResponse::Ok().body(vec![7_u8; LARGE_BYTES_MIN]) };
        let app = App::new().app_data(web::Data::new(large_answers.clone())).wrap(from_fn(boxed));
        let app = init_service(app.route("/", web::get().to(large))).await;
        let ask = async || call_service(&app, TestRequest::get().to_request()).await;
        let [one, two] = [1, 2].map(|host| IpAddr::from([192, 0, 2, host]));
        let others = (
            large_answers.share(one, LARGE_BYTES_OF_ONE).unwrap(),
            large_answers.share(two, LARGE_BYTES_OF_ONE - 1).unwrap(),
        );
        let refused = ask().await;
        assert_eq!(refused.status(), 503);
        drop(others);
        let sent = ask().await;
        let of_all = || large_answers.0.sum();
        assert_eq!(of_all(), LARGE_BYTES_MIN, "as long as it is read");
        assert_eq!(read_body(sent).await.len(), LARGE_BYTES_MIN);
        assert_eq!(of_all(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_a_large_answer_too_slowly_is_cut_off() {
        let large_answers = LargeAnswers::default();
        let bytes = LARGE_BYTES_MIN;
        let share = large_answers.share([192, 0, 2, 1].into(), bytes);
        let mut body = Box::pin(Pieces { rest: vec![0; bytes].into(), share });
        let mut context = Context::from_waker(std::task::Waker::noop());
        let seconds = u64::try_from(bytes).unwrap() / LARGE_BYTES_A_SECOND;
        tokio::time::advance(Duration::from_secs(seconds)).await;
        assert!(matches!(body.as_mut().poll_next(&mut context), Poll::Ready(Some(Ok(_)))));
        tokio::time::advance(WRITE_TIMEOUT * 2).await;
        assert!(matches!(body.as_mut().poll_next(&mut context), Poll::Ready(Some(Err(_)))));
    }

    #[test]
    fn a_body_comes_out_whole_and_in_pieces() {
        let bytes: Vec<u8> = (0..3 * PIECE_BYTES + 7).map(|n| u8::try_from(n % 251).unwrap()).collect();
        let mut body = Box::pin(Pieces { rest: bytes.clone().into(), share: None });
        assert_eq!(body.size(), BodySize::Sized(bytes.len() as u64));
        let mut context = Context::from_waker(std::task::Waker::noop());
        let (mut whole, mut pieces) = (Vec::new(), 0);
        while let Poll::Ready(Some(Ok(piece))) = body.as_mut().poll_next(&mut context) {
            assert!(piece.len() <= PIECE_BYTES);
            whole.extend(piece);
            pieces += 1;
        }
        assert_eq!((whole == bytes, pieces), (true, 4));
    }
}
