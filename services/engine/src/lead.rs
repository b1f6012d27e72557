//! The one process of a node that runs the swarm and the workers. Any number of processes serve on the same database; the
//! lease says which of them leads, and a leader that has lost it ends, because somebody else does its work now.

use std::sync::Arc;
use std::time::Duration;

use hanse_network::Network;
use hanse_store::lease::{self, Lease};
use hanse_store::{Store, StoreError};
use prometheus_client::registry::Registry;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::{EngineError, Failure};
use crate::keys::Purpose;
use crate::logs::LogKind;
use crate::matching::peers::errand;
use crate::matching::{index, picks};
use crate::workers::{WorkerError, Workers};
use crate::{
    Engine, alerts, deliver, events, expire, follow, heads, inbound, knowledge, react, relay, scores,
    sequence,
};

const NAME: &str = "node";
/// How long the lease holds without renewal: longer than a slow database, shorter than anybody should miss the node.
const LEASE: Duration = Duration::from_secs(15);
const LEASE_SECONDS: i64 = 15;
/// Three renewals may fail before the lease is lost.
const RENEW: Duration = Duration::from_secs(4);
/// How often a process that does not lead asks whether it may.
const STAND_BY: Duration = Duration::from_secs(2);

impl Engine {
    /// Starts a node on a migrated database: opens its logs, and leads if nobody else does. A process that takes over later
    /// runs its network without the network's metrics.
    ///
    /// # Errors
    /// `Peer` or `Network` for a configuration that cannot be used, `OtherNode` for a database of another node.
    pub async fn start(
        config: Config,
        store: Store,
        clock: Arc<dyn Clock>,
        registry: &mut Registry,
    ) -> Result<(Self, Workers), EngineError> {
        let engine = Self::idle(config, store, clock)?;
        engine.metrics().register(registry);
        for kind in LogKind::ALL {
            engine.log_keys().own(kind).memory.prepare().await?;
        }
        engine.log_keys().open(engine.store(), engine.now()).await?;
        let connection = engine.store().connection().await?;
        let lease = lease::take(&connection, NAME, LEASE_SECONDS).await?;
        drop(connection);
        let leading = match lease {
            Some(lease) => match engine.listen(registry).await {
                Ok(network) => Some((lease, network)),
                Err(error) => {
                    lease::release(&engine.store().connection().await?, &lease).await?;
                    return Err(error);
                }
            },
            None => None,
        };
        let mut workers = Workers::new();
        // Every process has an index of its own, whether it leads or not.
        workers.spawn("index", index::run(engine.clone(), workers.token()));
        // Every process serves scores, whether it leads or not.
        workers.spawn("scores", scores::run(engine.clone(), workers.token()));
        let (token, lead) = (workers.token(), engine.clone());
        workers.spawn("knowledge", knowledge::watch::run(engine.clone(), token.clone()));
        workers.spawn("lead", async move { lead_from(lead, leading, token).await });
        workers.spawn("events", events::run(engine.clone(), workers.token()));
        Ok((engine, workers))
    }

    async fn listen(&self, registry: &mut Registry) -> Result<Network, EngineError> {
        let config = self.config();
        let peers = config.peers.iter().map(|peer| hanse_network::Peer {
            name: peer.name.to_string(),
            peer_id: peer.peer_id.clone(),
            address: peer.address.clone(),
        });
        let transport = hanse_network::Config {
            net: config.net.clone(),
            seed: *self.keys().seed(Purpose::Transport),
            listen: config.listen.clone(),
            peers: peers.collect(),
        };
        let network = hanse_network::start(transport, registry).await?;
        self.set_network(network.handle.clone(), network.listening.clone());
        Ok(network)
    }

    /// Whether this process leads.
    pub(crate) fn leads(&self) -> bool {
        self.network().is_some()
    }
}

/// Waits for the lease if need be, then leads until told to stop.
async fn lead_from(
    engine: Engine,
    leading: Option<(Lease, Network)>,
    cancel: CancellationToken,
) -> Result<(), Failure> {
    let (lease, network) = match leading {
        Some(leading) => leading,
        None => match cancel.run_until_cancelled(stand_by(&engine)).await {
            Some(lease) => {
                let lease = lease?;
                let network = engine.listen(&mut Registry::default()).await;
                (lease, network.map_err(|error| Failure::Inconsistent(error.to_string()))?)
            }
            None => return Ok(()),
        },
    };
    tracing::info!(epoch = lease.epoch, listening = ?network.listening, "this process leads");
    let mut workers = Workers::new();
    engine.heard().begin();
    spawn(&mut workers, &engine, network);
    let outcome = tokio::select! {
        () = cancel.cancelled() => Ok(()),
        error = workers.failed() => Err(worker(error)),
        failure = hold(&engine, &lease) => Err(failure),
    };
    let stopped = workers.stop().await.map_err(worker);
    let connection = engine.store().connection().await?;
    lease::release(&connection, &lease).await?;
    outcome.and(stopped)
}

async fn stand_by(engine: &Engine) -> Result<Lease, Failure> {
    tracing::info!("another process leads; this one serves");
    loop {
        tokio::time::sleep(STAND_BY).await;
        match try_take(engine).await {
            Ok(Some(lease)) => return Ok(lease),
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "no answer about the lease");
            }
        }
    }
}

async fn try_take(engine: &Engine) -> Result<Option<Lease>, StoreError> {
    lease::take(&engine.store().connection().await?, NAME, LEASE_SECONDS).await
}

/// Renews the lease. Returns when it is lost: taken by another process, or run out while the database was away.
async fn hold(engine: &Engine, lease: &Lease) -> Failure {
    let mut held_until = Instant::now() + LEASE;
    loop {
        tokio::time::sleep(RENEW).await;
        let asked = Instant::now();
        match renew(engine, lease).await {
            Ok(true) => held_until = asked + LEASE,
            Ok(false) => return Failure::LeaseLost,
            Err(error) if Instant::now() < held_until => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the lease is not renewed");
            }
            Err(_) => return Failure::LeaseLost,
        }
    }
}

async fn renew(engine: &Engine, lease: &Lease) -> Result<bool, StoreError> {
    lease::renew(&engine.store().connection().await?, lease, LEASE_SECONDS).await
}

/// Every task of a leader.
fn spawn(workers: &mut Workers, engine: &Engine, network: Network) {
    let Network { inbound, stop, run, .. } = network;
    let token = workers.token();
    let stopping = token.clone();
    workers.spawn("network", async move {
        let mut run = run;
        tokio::select! {
            () = &mut run => return if stopping.is_cancelled() { Ok(()) } else { Err(Failure::NetworkStopped) },
            () = stopping.cancelled() => stop.cancel(),
        }
        // It ends in order: answers what is in flight, closes its connections.
        run.await;
        Ok(())
    });
    workers.spawn("inbound", inbound::run(engine.clone(), inbound, token.clone()));
    workers.spawn("recover", follow::recover::run(engine.clone(), token.clone()));
    workers.spawn("sequence", sequence::run(engine.clone(), token.clone()));
    workers.spawn("heads", heads::run(engine.clone(), token.clone()));
    workers.spawn("react", react::run(engine.clone(), token.clone()));
    workers.spawn("relay", relay::run(engine.clone(), token.clone()));
    workers.spawn("errands", errand::run(engine.clone(), token.clone()));
    workers.spawn("alerts", alerts::raise::run(engine.clone(), token.clone()));
    workers.spawn("picks", picks::run(engine.clone(), token.clone()));
    workers.spawn("expire", expire::run(engine.clone(), token.clone()));
    for peer in &engine.config().peers {
        workers.spawn("follow", follow::run(engine.clone(), peer.name.clone(), token.clone()));
        workers.spawn("deliver", deliver::run(engine.clone(), peer.name.clone(), token.clone()));
    }
}

/// The error of a worker, as this one's own.
fn worker(error: WorkerError) -> Failure {
    match error {
        WorkerError::Failed(name, failure) => {
            tracing::error!(worker = name, "a worker gave up");
            failure
        }
        WorkerError::Panicked(_) | WorkerError::Ended(_) | WorkerError::Overdue(_) => {
            Failure::Inconsistent(error.to_string())
        }
    }
}
