//! The one process of a node that runs the swarm and the workers. Any number of processes serve on the same database; the
//! lease says which of them leads. A leader that loses the lease, or the database, steps down, goes on serving what it can, and
//! leads again when it may.

mod held;

use std::sync::Arc;
use std::time::Duration;

use hanse_base::Base;
use hanse_base::clock::Clock;
use hanse_base::config::Config;
use hanse_base::error::{EngineError, Failure};
use hanse_base::keys::Purpose;
use hanse_base::names::LogKind;
use hanse_base::notices;
use hanse_base::workers::{WorkerError, Workers};
use hanse_discovery::knowledge;
use hanse_discovery::matching::peers::queued;
use hanse_discovery::matching::{index, picks};
use hanse_logbook::{follow, heads, sequence};
use hanse_network::{Metrics, Network};
use hanse_notify::mail;
use hanse_store::{Store, log};
use hanse_trust::scores;
use prometheus_client::registry::Registry;
use tokio_util::sync::CancellationToken;

use self::held::HeldLease;
use crate::Engine;
use crate::federation::{deliver, inbound, relay};
use crate::market::search::fold;
use crate::notify::{alerts, events, notifications};
use crate::process::timeouts;
use hanse_effects::react;

/// How often a process that does not lead asks whether it may.
const STAND_BY: Duration = Duration::from_secs(2);
/// Of the looks that find the same trouble, one in so many is logged: one line in half a minute.
const TELL_EVERY: u32 = 15;

/// What it takes to lead.
struct Lead {
    engine: Engine,
    /// The connections of the lease.
    lease: Store,
    metrics: Metrics,
    /// The logs are created, and are this node's.
    opened: bool,
}

/// A lease that is held, and the network that runs under it.
type Leading = (HeldLease, Network);

impl Engine {
    /// Starts a node on a migrated database: opens its logs, and leads if nobody else does. If the database is away, it serves
    /// what it can and begins when it is back.
    ///
    /// The connections of `store` are divided: this engine has those for requests.
    ///
    /// # Errors
    /// `Peer` or `Network` for a configuration that cannot be used, `OtherNode` for a database of another node, `Schema` for one that is
    /// not migrated, `Failed` for one that is there and cannot be used.
    pub async fn start(
        config: Config,
        store: Store,
        clock: Arc<dyn Clock>,
        registry: &mut Registry,
    ) -> Result<(Self, Workers), EngineError> {
        let parts = store.divide()?;
        let served = Self::new(Base::new(config, parts.requests, parts.work, clock))?;
        served.metrics().register(registry);
        let engine = served.at_work();
        let metrics = Metrics::new(registry);
        let mut lead = Lead { engine: engine.clone(), lease: parts.lease, metrics, opened: false };
        let first = match lead.begin().await {
            Ok(first) => first,
            Err(EngineError::Failed(failure)) if failure.is_away() => {
                tracing::warn!(
                    error = &failure as &dyn std::error::Error,
                    "the database is away; waiting for it"
                );
                None
            }
            Err(error) => return Err(error),
        };
        let mut workers = Workers::new();
        // Every process has an index of its own, whether it leads or not.
        workers.spawn("index", index::run(engine.discovery().clone(), workers.token()));
        // Every process serves scores, whether it leads or not.
        workers.spawn("scores", scores::run(engine.trust().clone(), workers.token()));
        workers.spawn("knowledge", knowledge::watch::run(engine.discovery().clone(), workers.token()));
        workers.spawn("lead", lead.run(first, workers.token()));
        workers.spawn("notices", notices::run(engine.base().clone(), workers.token()));
        workers.spawn("events", events::run(engine, workers.token()));
        Ok((served, workers))
    }

    /// Whether this process leads.
    pub(crate) fn leads(&self) -> bool {
        self.network().is_some()
    }
}

impl Lead {
    /// Leads whenever it may, until it is cancelled.
    async fn run(mut self, first: Option<Leading>, cancel: CancellationToken) -> Result<(), Failure> {
        let mut next = first;
        loop {
            let leading = match next.take() {
                Some(leading) => leading,
                None => match cancel.run_until_cancelled(self.stand_by()).await {
                    Some(leading) => leading?,
                    None => return Ok(()),
                },
            };
            self.tenure(leading, &cancel).await?;
            if cancel.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Takes the lease and listens, if nobody else leads.
    async fn begin(&mut self) -> Result<Option<Leading>, EngineError> {
        if !self.opened {
            let store = self.engine.store();
            store.check_sessions().await?;
            if !store.schema_current().await? {
                return Err(EngineError::Schema);
            }
            for kind in LogKind::ALL {
                self.engine.log_keys().own(kind).memory.prepare().await?;
            }
            self.engine.log_keys().open(self.engine.store(), self.engine.now()).await?;
            self.opened = true;
        }
        let Some(held) = HeldLease::take(&self.lease).await? else { return Ok(None) };
        heads::lead(self.engine.logbook(), held.epoch()).await;
        match self.listen().await {
            Ok(network) => Ok(Some((held, network))),
            Err(error) => {
                held.release().await;
                Err(error)
            }
        }
    }

    async fn listen(&self) -> Result<Network, EngineError> {
        deliver::tell_left_behind(&self.engine).await?;
        let db = self.engine.store().connection().await?;
        log::take_over_gaps(&db, self.engine.now().unix()).await?;
        drop(db);
        let config = self.engine.config();
        let peers = config.peers.iter().map(|peer| hanse_network::Peer {
            name: peer.name.to_string(),
            peer_id: peer.peer_id.clone(),
            address: peer.address.clone(),
        });
        let transport = hanse_network::Config {
            net: config.net.clone(),
            seed: *self.engine.keys().seed(Purpose::Transport),
            listen: config.listen.clone(),
            peers: peers.collect(),
        };
        let network = hanse_network::start(transport, self.metrics.clone()).await?;
        self.engine.base().set_network(Some((network.handle.clone(), network.listening.clone())));
        Ok(network)
    }

    /// Waits until it may lead.
    async fn stand_by(&mut self) -> Result<Leading, Failure> {
        let mut looks = 0_u32;
        loop {
            let tell = looks.is_multiple_of(TELL_EVERY);
            match self.begin().await {
                Ok(Some(leading)) => return Ok(leading),
                Ok(None) if looks == 0 => tracing::info!("another process leads; this one serves"),
                Ok(None) => {}
                Err(error @ (EngineError::OtherNode(_) | EngineError::Peer { .. })) => {
                    return Err(Failure::Inconsistent(error.to_string()));
                }
                Err(error) if tell => {
                    let error: &dyn std::error::Error = &error;
                    tracing::warn!(error, looks, "this process cannot lead yet, and goes on trying");
                }
                Err(_) => {}
            }
            looks = looks.saturating_add(1);
            tokio::time::sleep(STAND_BY).await;
        }
    }

    /// Leads until it is cancelled, or the lease is lost.
    async fn tenure(&self, (mut held, network): Leading, cancel: &CancellationToken) -> Result<(), Failure> {
        tracing::info!(epoch = held.epoch(), listening = ?network.listening, "this process leads");
        self.engine.metrics().leads(true);
        let mut workers = Workers::new();
        self.engine.heard().begin();
        self.engine.clocks().begin();
        spawn(&mut workers, &self.engine, network);
        let outcome = tokio::select! {
            () = cancel.cancelled() => Ok(()),
            () = held.hold() => {
                tracing::warn!("the lease is lost: this process steps down");
                Ok(())
            }
            error = workers.failed() => Err(worker(error)),
        };
        self.engine.base().set_network(None);
        self.engine.metrics().leads(false);
        let stopped = workers.stop().await.map_err(worker);
        self.metrics.ended(self.engine.config().peers.iter().map(|peer| peer.name.to_string()));
        held.release().await;
        match outcome.and(stopped) {
            // A worker that gave up, or did not end, because of the database: it is begun anew with the lease.
            Err(failure) if failure.is_away() => Ok(()),
            // Whoever waits for a database that hangs is cut off.
            Err(Failure::Overdue(tasks)) if !cancel.is_cancelled() => {
                tracing::warn!(tasks, "workers did not end in time and were cut off");
                Ok(())
            }
            outcome => outcome,
        }
    }
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
    let book = engine.logbook();
    workers.spawn("recover", follow::recover::run(book.clone(), token.clone()));
    workers.spawn("sequence", sequence::run(book.clone(), token.clone()));
    workers.spawn("heads", heads::run(book.clone(), token.clone()));
    workers.spawn("react", react::run(engine.logbook().clone(), token.clone()));
    workers.spawn("relay", relay::run(engine.clone(), token.clone()));
    workers.spawn("peer_searches", queued::run(engine.discovery().clone(), token.clone()));
    workers.spawn("alerts", alerts::raise::run(engine.clone(), token.clone()));
    workers.spawn("notifications", notifications::place::run(engine.clone(), token.clone()));
    workers.spawn("mail", mail::run(engine.base().clone(), token.clone()));
    workers.spawn("picks", picks::run(engine.discovery().clone(), token.clone()));
    workers.spawn("fold", fold::run(engine.clone(), token.clone()));
    workers.spawn("expire", timeouts::run(engine.clone(), token.clone()));
    for peer in &engine.config().peers {
        workers.spawn("follow", follow::run(book.clone(), peer.name.clone(), token.clone()));
        workers.spawn("deliver", deliver::run(engine.clone(), peer.name.clone(), token.clone()));
        let messages = engine.messages().clone();
        workers.spawn("messages", hanse_messages::run(messages, peer.name.clone(), token.clone()));
    }
}

/// The error of a worker, as this one's own.
fn worker(error: WorkerError) -> Failure {
    match error {
        WorkerError::Failed(name, failure) => {
            tracing::error!(worker = name, "a worker failed");
            failure
        }
        WorkerError::Overdue(tasks) => Failure::Overdue(tasks),
        WorkerError::Panicked(_) | WorkerError::Ended(_) => Failure::Inconsistent(error.to_string()),
    }
}
