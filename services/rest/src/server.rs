//! The HTTP server: its bounds, its start and its stop. A second one, for operators, stands beside it.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpResponse, HttpServer, web};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::app;
use crate::routes::node;
use hanse_http::client::holder;
use hanse_http::connections::{Paced, Place, Places};
use hanse_http::door::Door;
use hanse_http::middleware::answers::LargeAnswers;
use hanse_http::middleware::headers;
use hanse_http::middleware::observe::{HttpMetrics, observe};
use hanse_http::problem::Problem;
use hanse_http::state::State;

pub use actix_web::dev::Server;

/// Threads that answer; the machine this is built for has two cores.
const WORKERS: usize = 2;
/// A client that has not sent its head by then is slow on purpose or gone.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// An idle connection is kept this long: longer than people think between two clicks.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// What a client may take to close its side.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Open connections of one worker; beyond it the kernel queues.
const CONNECTIONS_MAX: usize = 2_048;
/// Connections from one address: forty browsers behind it, of six each. Sixteen addresses fill the server.
const CONNECTIONS_PER_ADDRESS: usize = 256;
/// Streams of events from one address, each of them for a quarter of an hour: an office that listens.
const STREAMS_PER_ADDRESS: usize = 50;
/// Open files that the process asks for: what its connections need, and the rest.
const FILES_WANTED: u64 = 8_192;
/// Of these what is not for clients: the database, peers, libraries, files.
const FILES_KEPT: u64 = 512;
/// Connections to the operator's listener: Prometheus, a probe, and a person.
const OPERATORS_MAX: usize = 64;
/// What running requests may still take when the node stops, in seconds. Nearly all are answered by then; one that is not, or whose
/// client has gone, is cut off with its transaction, and is done as a whole or not at all.
const SHUTDOWN_SECONDS: u64 = 8;

/// Streams of events by address.
pub fn streams(door: &Door) -> Arc<Places> {
    Places::new(door.scaled(STREAMS_PER_ADDRESS))
}

/// Starts the server on `listener`; the returned future runs it. It handles no signals: the program does.
pub fn start(
    listener: TcpListener,
    state: State,
    metrics: HttpMetrics,
    door: &Door,
) -> std::io::Result<Server> {
    let address = listener.local_addr()?;
    let places = Places::new(door.scaled(CONNECTIONS_PER_ADDRESS));
    let (limits, secure) = (Arc::clone(&state.limits), state.secure);
    let (state, metrics) = (web::Data::new(state), web::Data::new(metrics));
    let large_answers = LargeAnswers::default();
    let builder = Server::build()
        .workers(WORKERS)
        .max_concurrent_connections(connections(files()))
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let stopping = stopping.clone();
        let (places, limits) = (Arc::clone(&places), Arc::clone(&limits));
        let app = app::app(state.clone(), metrics.clone(), large_answers.clone());
        // A request that was given up has left what stands around the routes.
        let app = app.into_factory().map_err(move |error: actix_web::Error| {
            let mut answer = error.error_response();
            headers::guard(answer.headers_mut(), false, secure);
            answer
        });
        let config = AppConfig::default();
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(HEAD_TIMEOUT)
            .client_disconnect_timeout(DISCONNECT_TIMEOUT)
            .local_addr(address)
            .h1(map_config(app, move |()| config.clone()));
        let enter = move |io: TcpStream| {
            let entered = io.peer_addr().and_then(|peer| {
                io.set_nodelay(true)?;
                let place =
                    if limits.proxies.trust(peer.ip()) { None } else { Some(place(&places, peer.ip())?) };
                Ok((Paced::new(io, place), Some(peer)))
            });
            std::future::ready(entered.map_err(DispatchError::Io))
        };
        fn_service(enter).and_then(http)
    };
    Ok(builder.listen("public", listener, service)?.run())
}

/// A place for a connection from this address. A connection that has none is closed without a word: an answer would cost one.
fn place(places: &Arc<Places>, ip: IpAddr) -> std::io::Result<Place> {
    places.enter(holder(ip)).ok_or_else(|| std::io::ErrorKind::QuotaExceeded.into())
}

/// Starts the listener for operators: metrics, and readiness in full.
pub fn operators(listener: TcpListener, state: State) -> std::io::Result<(SocketAddr, Server)> {
    let address = listener.local_addr()?;
    let state = web::Data::new(state);
    let app = move || {
        App::new()
            .wrap(from_fn(observe))
            .app_data(state.clone())
            .service(node::metrics)
            .service(web::resource("/readyz").get(node::ready_in_full))
            .service(node::health)
            .default_service(web::to(async || Err::<HttpResponse, _>(Problem::no_route())))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .max_connections(OPERATORS_MAX)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?
        .run();
    Ok((address, server))
}

/// Files that this process may open, after asking for as many as it wants. Many systems give 1,024 and allow more to who asks.
fn files() -> u64 {
    let now = getrlimit(Resource::Nofile);
    let most = now.maximum.unwrap_or(u64::MAX);
    let wanted = FILES_WANTED.min(most);
    match now.current {
        Some(current) if current < wanted => {
            let asked = Rlimit { current: Some(wanted), maximum: now.maximum };
            if setrlimit(Resource::Nofile, asked).is_ok() { wanted } else { current }
        }
        current => current.unwrap_or(u64::MAX),
    }
}

/// Connections of one worker where the process may open so many files: a connection that has none would be taken from the database.
fn connections(files: u64) -> usize {
    let clients = files.saturating_sub(FILES_KEPT) / u64::try_from(WORKERS).unwrap_or(1);
    usize::try_from(clients).unwrap_or(usize::MAX).clamp(1, CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_the_rest() {
        assert_eq!(connections(u64::MAX), CONNECTIONS_MAX);
        assert_eq!(connections(1_024), 256);
        assert_eq!(connections(100), 1);
    }

    #[test]
    fn the_process_asks_for_the_files_it_wants() {
        let got = files();
        assert!(got >= FILES_WANTED.min(getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX)), "{got}");
    }
}
