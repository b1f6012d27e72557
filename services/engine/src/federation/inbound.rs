//! What peers send, handed to whoever answers it: a few things at a time, none waiting for another.

use futures::{StreamExt as _, stream};
use hanse_base::error::Failure;
use hanse_discovery::matching::peers;
use hanse_logbook::{heads, range};
use hanse_network::{Inbound, Request, Topic, Verdict};
use tokio::sync::mpsc::Receiver;
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::federation::{deliver, ingest};

/// Things in work at one time. Each holds at most one database connection.
const CONCURRENT_MAX: usize = 4;

/// Connections of the workers' pool that peers never hold: the scores take one for as long as they read, and without another nothing
/// would be sequenced.
const LEFT_FREE: usize = 2;

/// Dispatches until the network ends or the process is told to stop.
pub(crate) async fn run(
    engine: Engine,
    inbound: Receiver<Inbound>,
    cancel: CancellationToken,
) -> Result<(), Failure> {
    let received =
        stream::unfold(inbound, |mut inbound| async move { Some((inbound.recv().await?, inbound)) });
    let at_once = at_once(engine.store().status().connections_max);
    let handled = received.for_each_concurrent(at_once, |inbound| handle(engine.clone(), inbound));
    match cancel.run_until_cancelled(handled).await {
        Some(()) if !cancel.is_cancelled() => Err(Failure::NetworkStopped),
        Some(()) | None => Ok(()),
    }
}

/// Things in work at one time, with so many connections.
fn at_once(connections: usize) -> usize {
    connections.saturating_sub(LEFT_FREE).clamp(1, CONCURRENT_MAX)
}

async fn handle(engine: Engine, inbound: Inbound) {
    let engine = &engine;
    match inbound {
        Inbound::Gossip { from, topic, bytes, judge } => {
            let verdict: Verdict = match topic {
                Topic::Jobs => ingest::ingest(engine, &from, &bytes).await,
                Topic::Heads => heads::receive(engine.logbook(), &from, &bytes).await,
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
            let hastened = async {
                deliver::hasten(engine, &peer).await?;
                engine.messages().hasten(&peer).await
            };
            if let Err(error) = hastened.await {
                tracing::error!(
                    peer,
                    error = &error as &dyn std::error::Error,
                    "could not make deliveries due after a peer came back"
                );
            }
        }
    }
}

async fn respond(engine: &Engine, from: &str, request: Request) -> Option<hanse_network::Response> {
    let answered = match request {
        Request::Match { search } => return Some(peers::answer(engine.discovery(), from, search).await),
        Request::Deliver { documents } => return Some(deliver::answer(engine, from, documents).await),
        Request::Talk { sealed } => return engine.messages().answer(from, &sealed).await,
        Request::Heads => heads::answer(engine.logbook(), from).await,
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

#[cfg(test)]
mod tests {
    use super::at_once;

    #[test]
    fn peers_leave_the_workers_some_connections() {
        assert_eq!([1, 2, 3, 5, 6, 50].map(at_once), [1, 1, 1, 3, 4, 4]);
    }
}
