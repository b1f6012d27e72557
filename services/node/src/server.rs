//! The HTTP server: its bounds, its start and its stop.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::{HttpServer, web};

use crate::app;
use crate::observe::HttpMetrics;
use crate::state::State;

/// Threads that answer; the machine this is built for has two cores.
const WORKERS: usize = 2;
/// A client that has not sent its head by then is slow on purpose or gone.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// An idle connection is kept this long: longer than people think between two clicks.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Open connections of one worker; beyond it the kernel queues.
const CONNECTIONS_MAX: usize = 2_048;
/// What running requests may still take when the node stops, in seconds: the longest wait of a handler is shorter.
const SHUTDOWN_SECONDS: u64 = 8;

/// Starts the server on `listener`; the returned future runs it. It handles no signals: the program does.
pub(crate) fn start(listener: TcpListener, state: State, metrics: HttpMetrics) -> std::io::Result<Server> {
    let state = web::Data::new(state);
    let metrics = web::Data::new(metrics);
    Ok(HttpServer::new(move || app::app(state.clone(), metrics.clone()))
        .workers(WORKERS)
        .client_request_timeout(HEAD_TIMEOUT)
        .keep_alive(KEEP_ALIVE)
        .max_connections(CONNECTIONS_MAX)
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals()
        .listen(listener)?
        .run())
}
