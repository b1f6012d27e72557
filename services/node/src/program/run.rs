//! From a configuration to a running node, and back down in order: first no new requests, then no workers, then no database.

use std::error::Error;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use hanse_base::clock::{Clock, SystemClock};
use hanse_base::config::{Pace, Peer};
use hanse_base::error::EngineError;
use hanse_base::keys::{Keys, Purpose};
use hanse_base::workers::Workers;
use hanse_document::NodeName;
use hanse_engine::Engine;
use hanse_logbook::fsck::FsckReport;
use hanse_postgres::Private;
use hanse_rest::server::Server;
use hanse_store::Store;
use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::{self, Config};
use crate::program::{secret, telemetry};
use hanse_http::middleware::observe::HttpMetrics;
use hanse_http::state::State;
use hanse_http::state::changes::Changes;
use hanse_http::state::gate::Gate;
use hanse_http::state::limits::Limits;
use hanse_http::state::token::Tokens;
use hanse_rest::server;

/// How often it is looked whether a database is there.
const LOOK: Duration = Duration::from_secs(2);
/// Of these looks, one in so many is logged: one line in half a minute.
const TELL_EVERY: u32 = 15;

/// What a command comes to; its error is for a person to read.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Runs the node until SIGTERM or SIGINT. With `create`, a node that has no secret yet gets one first.
pub fn run(config: Config, create: bool) -> Result<()> {
    telemetry::start(&config)?;
    if create && !secret::exists(&config.data) {
        secret::create(&config.data)?;
        tracing::info!(data = %config.data.display(), "a new node is created: back up the file `secret` in its data folder");
    }
    let secret = secret::read(&config.data)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let mut database = Database::open(&config, Migrate::OwnOnly).await?;
        let outcome = serve(&config, secret, &mut database).await;
        database.close().await?;
        outcome
    })
}

/// Brings the database up to this version; the names of the migrations that ran.
pub fn migrate(config: &Config) -> Result<Vec<String>> {
    telemetry::start(config)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::open(config, Migrate::No).await?;
        let applied = migrated(&database.store).await;
        database.close().await?;
        Ok(applied?)
    })
}

/// Migrates as soon as the database is there: what starts a node often starts its database in the same moment.
async fn migrated(store: &Store) -> std::result::Result<Vec<String>, hanse_store::StoreError> {
    let mut looks = 0_u32;
    loop {
        match store.migrate().await {
            Err(error) if error.is_away() => {
                if looks.is_multiple_of(TELL_EVERY) {
                    tracing::warn!(error = &error as &dyn Error, "the database is away; waiting for it");
                }
            }
            outcome => return outcome,
        }
        looks = looks.saturating_add(1);
        tokio::time::sleep(LOOK).await;
    }
}

/// Derives every log again from its leaves; beside the node, if it runs.
pub fn fsck(config: &Config) -> Result<FsckReport> {
    with_store(config, |store| async move { Ok(hanse_logbook::fsck::fsck(&store).await?) })
}

/// This node's entry for the configuration of a peer, as TOML.
pub fn card(config: &Config) -> Result<String> {
    let keys = Keys::derive(&secret::read(&config.data)?);
    let name = NodeName::parse(&config.name)?;
    let peer = config::Peer {
        name: config.name.clone(),
        address: config.p2p.first().cloned().unwrap_or_default(),
        peer_id: keys.peer_id(),
        vkeys: keys.vkeys(&name),
        url: Some(config.url.clone()),
    };
    #[derive(serde::Serialize)]
    struct Card {
        peers: [config::Peer; 1],
    }
    Ok(toml::to_string(&Card { peers: [peer] })?)
}

/// Does something with the database, which may be one that a running node has: its own server then serves us as well.
pub(crate) fn with_store<T, F>(config: &Config, work: impl FnOnce(Store) -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    telemetry::start(config)?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let database = Database::beside(config).await?;
        let done = work(database.store.clone()).await;
        database.close().await?;
        done
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Migrate {
    /// Only a database of our own: a shared one is migrated by its operator, before the new version runs.
    OwnOnly,
    No,
}

/// The database in use, with its server where that is our own.
struct Database {
    store: Store,
    private: Option<Private>,
}

impl Database {
    async fn open(config: &Config, migrate: Migrate) -> Result<Self> {
        let (url, private) = match &config.database {
            Some(url) => (url.clone(), None),
            None => {
                let folder = config.data.join("postgres");
                std::fs::create_dir_all(&config.data)?;
                let private = Private::start(&folder).await?;
                tracing::info!(folder = %folder.display(), "the private PostgreSQL is up");
                (private.url(), Some(private))
            }
        };
        let store = Store::new(&hanse_store::Config { url, connections: config.connections })?;
        if migrate == Migrate::OwnOnly {
            if private.is_some() {
                for applied in store.migrate().await? {
                    tracing::info!(migration = applied, "migrated");
                }
            } else {
                match store.schema_current().await {
                    Ok(true) => {}
                    Ok(false) => return Err(EngineError::Schema.into()),
                    // A node answers its probes and waits; whatever else is asked for ends with the first statement.
                    Err(error) if error.is_away() => {}
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(Self { store, private })
    }

    /// Ends only when the private server does so for good.
    async fn keep(&mut self) -> Box<dyn Error> {
        match &mut self.private {
            Some(private) => private.keep().await.into(),
            None => std::future::pending().await,
        }
    }

    /// As `open`, or the private server of a node that runs.
    async fn beside(config: &Config) -> Result<Self> {
        if config.database.is_some() {
            return Self::open(config, Migrate::OwnOnly).await;
        }
        let folder = config.data.join("postgres");
        if let Some(url) = Private::running(&folder).await {
            return Self::at(&url, config).await;
        }
        match Self::open(config, Migrate::OwnOnly).await {
            Ok(database) => Ok(database),
            // A node may have been about to start it, and holds the folder now.
            Err(error) => match Private::running(&folder).await {
                Some(url) => Self::at(&url, config).await,
                None => Err(error),
            },
        }
    }

    /// The private server of a node that runs; it has migrated its database.
    async fn at(url: &str, config: &Config) -> Result<Self> {
        let url = url.to_owned();
        let store = Store::open(&hanse_store::Config { url, connections: config.connections }).await?;
        if !store.schema_current().await? {
            return Err("the node that runs is of another version: start it anew first".into());
        }
        Ok(Self { store, private: None })
    }

    async fn close(self) -> Result<()> {
        self.store.close();
        if let Some(private) = self.private {
            private.stop().await?;
        }
        Ok(())
    }
}

async fn serve(config: &Config, secret: hanse_base::config::Secret, database: &mut Database) -> Result<()> {
    let running = Running::start(config, secret, database.store.clone(), Arc::new(SystemClock)).await?;
    tracing::info!(name = config.name, url = config.url, docs = format!("{}/docs/", config.url), "ready");
    let stop = async {
        tokio::select! {
            stop = stop_signal() => stop,
            error = database.keep() => Err(error),
        }
    };
    running.until(stop).await
}

/// A node that answers: HTTP server and workers.
pub struct Running {
    address: SocketAddr,
    engine: Engine,
    workers: Workers,
    server: Server,
    operators: Server,
    metrics: SocketAddr,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Running {
    /// Starts workers and HTTP server on a database that is at this version, or away: then it leads when it is back. The server answers once [`Running::until`] runs.
    pub async fn start(
        config: &Config,
        secret: hanse_base::config::Secret,
        store: Store,
        clock: Arc<dyn Clock>,
    ) -> Result<Self> {
        let listener = listen(config.listen, "listen")?;
        let operators = listen(config.door.metrics, "door.metrics")?;
        let address = listener.local_addr()?;
        let mut registry = Registry::with_prefix("hanse");
        let metrics = HttpMetrics::new(&mut registry);
        let (engine, workers) =
            Engine::start(engine_config(config, secret)?, store, clock, &mut registry).await?;
        let tokens = Tokens::new(&config.name, &engine.keys().seed(Purpose::Token))
            .ok_or("the token key cannot be used")?;
        let state = State {
            engine: engine.clone(),
            changes: Changes::default(),
            tokens: Arc::new(tokens),
            gate: Gate::new(engine.store().status().connections_max),
            limits: Arc::new(Limits::new(&config.door)),
            streams: server::streams(&config.door),
            secure: config.url.starts_with("https://"),
            contact: config.door.contact.clone(),
            registry: Arc::new(registry),
        };
        let (seen, operators) = server::operators(operators, state.clone())?;
        tracing::info!(address = %seen, "metrics are served, for operators only");
        let server = server::start(listener, state, metrics, &config.door)?;
        Ok(Self { address, engine, workers, server, operators, metrics: seen })
    }

    /// Where the HTTP server listens: the port that the system chose, if the configuration left it to it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where operators see metrics.
    #[must_use]
    pub fn metrics(&self) -> SocketAddr {
        self.metrics
    }

    /// What the node does.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Answers until `stop` says why to stop, then ends in order; or until something of it fails.
    pub async fn until(mut self, stop: impl Future<Output = Result<&'static str>>) -> Result<()> {
        let handles = (self.server.handle(), self.operators.handle());
        let mut server = std::pin::pin!(self.server);
        let mut operators = std::pin::pin!(self.operators);
        let outcome = tokio::select! {
            // With an error or without: nobody told them to, and whoever leads must not go on behind a door that is shut.
            ended = &mut server => {
                let ended = ended.map_err(Into::into).and(Err("the HTTP server ended by itself".into()));
                return self.workers.stop().await.map_err(Into::into).and(ended);
            }
            ended = &mut operators => {
                let ended = ended.map_err(Into::into).and(Err("the listener for operators ended by itself".into()));
                return self.workers.stop().await.map_err(Into::into).and(ended);
            }
            error = self.workers.failed() => Err(error.into()),
            reason = stop => reason.map(|reason| tracing::info!(reason, "stopping")),
        };
        // First the streams: the server waits for what it answers, and they do not end by themselves.
        self.engine.end_streams();
        // The server future must be polled for its threads to end.
        let stopping = (handles.0.stop(true), handles.1.stop(true));
        let (ended, seen, (), ()) = tokio::join!(server, operators, stopping.0, stopping.1);
        if let Err(error) = ended.and(seen) {
            tracing::warn!(%error, "the HTTP server did not end well");
        }
        match self.workers.stop().await {
            Ok(()) => tracing::info!("stopped"),
            Err(error) => tracing::warn!(%error, "a worker did not end well"),
        }
        outcome
    }
}

fn listen(address: SocketAddr, setting: &str) -> Result<TcpListener> {
    Ok(TcpListener::bind(address)
        .map_err(|error| format!("cannot listen on {address} (the setting `{setting}`): {error}"))?)
}

async fn stop_signal() -> Result<&'static str> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Nothing is read anew on SIGHUP; without this it would end the process in the middle of what it does.
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::select! {
        _ = hangup.recv() => Ok("SIGHUP"),
        _ = terminate.recv() => Ok("SIGTERM"),
        _ = interrupt.recv() => Ok("SIGINT"),
    }
}

/// The part of this configuration that the engine needs.
///
/// # Errors
/// A name that is none.
pub fn engine_config(
    config: &Config,
    secret: hanse_base::config::Secret,
) -> Result<hanse_base::config::Config> {
    let [sequence, follow, deliver] = config.pace.durations();
    let peers = config.peers.iter().map(|peer| {
        Ok(Peer {
            name: NodeName::parse(&peer.name)?,
            address: peer.address.clone(),
            peer_id: peer.peer_id.clone(),
            vkeys: peer.vkeys.clone(),
            url: peer.url.clone(),
        })
    });
    Ok(hanse_base::config::Config {
        name: NodeName::parse(&config.name)?,
        secret,
        url: config.url.clone(),
        peers: peers.collect::<Result<_>>()?,
        listen: config.p2p.clone(),
        net: config.federation.clone(),
        pace: Pace { sequence, follow, deliver, ..Pace::default() },
        ranking: config.ranking.weights(),
        heads: Some(config::heads_folder(&config.data)),
        mail: config.mail.as_ref().map(config::MailServer::settings),
    })
}

#[cfg(test)]
mod tests {
    use hanse_store::{Sql as _, lease};
    use hanse_testkit::{TestDatabase, until, within};

    use super::*;

    async fn ends_with(listener: impl Fn(&Running) -> &Server) {
        let (database, folder) = (TestDatabase::new().await, tempfile::tempdir().unwrap());
        let mut config = Config::defaults();
        config.data = folder.path().to_owned();
        config.p2p = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
        (config.listen, config.door.metrics) = (([127, 0, 0, 1], 0).into(), ([127, 0, 0, 1], 0).into());
        secret::create(&config.data).unwrap();
        let (secret, store) = (secret::read(&config.data).unwrap(), database.store().await);
        let running = Running::start(&config, secret, store, Arc::new(SystemClock)).await.unwrap();
        let (engine, handle) = (running.engine().clone(), listener(&running).handle());
        let ends = async {
            until("it leads", async || engine.ready().await.unwrap().leader).await;
            handle.stop(true).await;
        };
        let node = running.until(std::future::pending());
        let (outcome, ()) = within("the end of the node", async { tokio::join!(node, ends) }).await;
        let why = outcome.unwrap_err().to_string();
        assert!(why.ends_with("ended by itself"), "{why}");
        // Given back by the workers' own end, and not lost with their session some time later.
        let session = database.store().await.connection().await.unwrap();
        let row = session.query_one("SELECT expires_at FROM lease WHERE name = 'node'", &[]).await.unwrap();
        assert_eq!(row.get::<_, i64>("expires_at"), 0);
        assert!(lease::take(&session, "node", 1).await.unwrap().is_some(), "another process leads at once");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_listener_that_ends_by_itself_ends_the_node_and_gives_the_lease_back() {
        ends_with(|running| &running.server).await;
        ends_with(|running| &running.operators).await;
    }
}
