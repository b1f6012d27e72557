//! What peers send, handed to whoever answers it: a few things at a time, none waiting for another.

use futures::{StreamExt as _, stream};
use hanse_network::{Inbound, Request, Topic, Verdict};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::error::Failure;
use crate::matching::peers;
use crate::{deliver, heads, ingest, range};

/// Things in work at one time. Each holds at most one database connection, and the pool must have some left for people.
const CONCURRENT_MAX: usize = 4;

/// Dispatches until the network ends or the process is told to stop.
pub(crate) async fn run(
    engine: Engine,
    inbound: Receiver<Inbound>,
    cancel: CancellationToken,
) -> Result<(), Failure> {
    let received =
        stream::unfold(inbound, |mut inbound| async move { Some((inbound.recv().await?, inbound)) });
    let handled = received.for_each_concurrent(CONCURRENT_MAX, |inbound| handle(engine.clone(), inbound));
    match cancel.run_until_cancelled(handled).await {
        Some(()) if !cancel.is_cancelled() => Err(Failure::NetworkStopped),
        Some(()) | None => Ok(()),
    }
}

async fn handle(engine: Engine, inbound: Inbound) {
    let engine = &engine;
    match inbound {
        Inbound::Gossip { from, topic, bytes, judge } => {
            let verdict: Verdict = match topic {
                Topic::Jobs => ingest::ingest(engine, &from, &bytes).await,
                Topic::Heads => heads::receive(engine, &from, &bytes).await,
            };
            engine.metrics().judged(topic, verdict);
            judge.verdict(verdict);
        }
        Inbound::Request { from, request, answer } => {
            if let Some(response) = respond(engine, &from, request).await {
                answer.send(response);
            }
            // Dropped without a response, the peer is told to come back.
        }
        Inbound::Connected { peer } => {
            tracing::info!(peer, "connected");
            engine.heard().hint(&peer);
            engine.signals().relay.notify_one();
            if let Err(error) = deliver::hasten(engine, &peer).await {
                tracing::error!(
                    peer,
                    error = &error as &dyn std::error::Error,
                    "deliveries keep their pause"
                );
            }
        }
    }
}

async fn respond(engine: &Engine, from: &str, request: Request) -> Option<hanse_network::Response> {
    let answered = match request {
        Request::Match { search } => return Some(peers::answer(engine, from, search).await),
        Request::Deliver { documents } => return Some(deliver::answer(engine, from, documents).await),
        Request::Heads => heads::answer(engine, from).await,
        Request::Range { origin, start, end } => match engine.store().connection().await {
            Ok(connection) => range::answer(&connection, &origin, start, end).await,
            Err(error) => Err(error.into()),
        },
    };
    match answered {
        Ok(response) => Some(response),
        Err(error) => {
            tracing::error!(
                from,
                error = &error as &dyn std::error::Error,
                "a request could not be answered"
            );
            None
        }
    }
}
