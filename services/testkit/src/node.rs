//! A whole node in this process: HTTP, workers, libp2p, and a database of its own.
#![expect(clippy::expect_used, reason = "support of tests: a failure is the finding")]

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use hanse_base::clock::Clock;
use hanse_base::config::Secret;
use hanse_logbook::{LogKeys, memory};
use hanse_node::config::{Door, LogFormat, MailServer, Pace, Peer, Ranking, Tls};
use hanse_node::run::engine_config;
use hanse_node::{Config, Running};
use hanse_store::testing::TestDatabase;
use hanse_store::{Config as StoreConfig, Store};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::http::Http;
use crate::person::Person;
use crate::port::Port;
use crate::seat::Seat;
use crate::wire::Wire;

/// Looks that nothing has woken, in milliseconds: a test waits for none of them for long.
const PACE: Pace = Pace { sequence_ms: 20, follow_ms: 200, deliver_ms: 100 };
/// Database connections of one node: its workers and a few requests.
const CONNECTIONS: usize = 12;
/// Threads of one node's runtime, besides those of its HTTP server.
const THREADS: usize = 2;

/// Everybody in a test comes from one address, and does in a second what people do in a day; in hundredths of the built-in limits.
const OPEN_DOOR: u32 = 1_000_000;

/// A node that runs or has stopped; its database outlives its stops.
#[derive(Debug)]
pub struct TestNode {
    seat: Arc<Seat>,
    config: Config,
    clock: Arc<dyn Clock>,
    // Before the database: a node that still runs ends first.
    running: Option<Up>,
    database: TestDatabase,
    // What it remembers outside the database.
    folder: TempDir,
}

/// Another process of a running node, on its database: it serves, and leads if the first one ends.
#[derive(Debug)]
pub struct Replica {
    port: Port,
    metrics: Port,
    _up: Up,
}

impl Replica {
    /// Its HTTP server.
    #[must_use]
    pub fn http(&self) -> Http {
        Http::new(listening(&self.port))
    }

    /// Its listener for operators.
    #[must_use]
    pub fn operators(&self) -> Http {
        Http::new(listening(&self.metrics))
    }
}

fn listening(port: &Port) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port.number()))
}

/// The thread that a node runs on, with a runtime of its own as in a process of its own.
#[derive(Debug)]
struct Up {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), String>>>,
}

impl TestNode {
    /// Starts a node on a new database.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn start(seat: Arc<Seat>, peers: Vec<Peer>, clock: Arc<dyn Clock>) -> Self {
        let database = TestDatabase::new().await;
        let url = database.url().to_owned();
        let mut node = Self::unstarted(seat, peers, clock, database, url);
        node.restart().await;
        node
    }

    /// A node on a new database that it reaches by a wire, which a test can cut.
    ///
    /// # Panics
    /// If the wire cannot be laid.
    pub async fn behind_a_wire(seat: Arc<Seat>, clock: Arc<dyn Clock>) -> (Self, Wire) {
        let database = TestDatabase::new().await;
        let wire = Wire::to(&database);
        let url = wire.url().to_owned();
        (Self::unstarted(seat, Vec::new(), clock, database, url), wire)
    }

    fn unstarted(
        seat: Arc<Seat>,
        peers: Vec<Peer>,
        clock: Arc<dyn Clock>,
        database: TestDatabase,
        url: String,
    ) -> Self {
        let folder = TempDir::new().expect("a folder");
        memory::create(&folder.path().join("heads")).expect("the node is founded");
        let config = Config {
            name: seat.name().to_string(),
            url: seat.url(),
            listen: seat.http(),
            // The secret and the database are given; here is only what it remembers of its heads.
            data: folder.path().to_owned(),
            database: Some(url),
            connections: CONNECTIONS,
            federation: "test".to_owned(),
            p2p: vec![seat.p2p()],
            peers,
            log: LogFormat::Text,
            log_filter: "info".to_owned(),
            pace: PACE,
            ranking: Ranking::default(),
            door: Door {
                percent: OPEN_DOOR,
                metrics: seat.metrics(),
                contact: Some("mailto:security@hanse.invalid".to_owned()),
                ..Door::default()
            },
            // A mail server that nobody has started: letters are written, and wait.
            mail: Some(MailServer {
                host: "127.0.0.1".to_owned(),
                port: 9,
                tls: Tls::None,
                user: None,
                password: None,
                sender: "Hanse <post@hanse.invalid>".to_owned(),
            }),
        };
        Self { seat, config, clock, running: None, database, folder }
    }

    /// Starts it again, on the same database and ports, if it has stopped.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn restart(&mut self) {
        if self.running.is_none() {
            let up = Up::start(self.config.clone(), self.seat.secret(), Arc::clone(&self.clock)).await;
            self.running = Some(up.expect("the node starts"));
        }
    }

    /// Stops it in order, if it runs.
    ///
    /// # Panics
    /// If it had failed before, or does not end well.
    pub async fn stop(&mut self) {
        let Some(mut up) = self.running.take() else { return };
        let ended = tokio::task::spawn_blocking(move || up.stop()).await;
        ended.expect("the thread of the node does not panic").expect("the node ran until it was stopped");
    }

    /// Stops it and starts it again with another door; its listeners stay where they are.
    ///
    /// # Panics
    /// If it does not end or start.
    pub async fn with_door(&mut self, door: Door) {
        self.stop().await;
        self.config.door = Door { metrics: self.seat.metrics(), ..door };
        self.restart().await;
    }

    /// Stops it and starts it again as one that people reach at this URL.
    ///
    /// # Panics
    /// If it does not end or start.
    pub async fn with_url(&mut self, url: &str) {
        self.stop().await;
        url.clone_into(&mut self.config.url);
        self.restart().await;
    }

    /// Its listener for operators.
    #[must_use]
    pub fn operators(&self) -> Http {
        Http::new(self.seat.metrics())
    }

    /// Whether it runs.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        self.running.is_some()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Its place.
    #[must_use]
    pub fn seat(&self) -> &Seat {
        &self.seat
    }

    /// Its HTTP server.
    #[must_use]
    pub fn http(&self) -> Http {
        Http::new(self.seat.http())
    }

    /// Starts another process of this node.
    ///
    /// # Panics
    /// If it does not start.
    pub async fn replica(&self) -> Replica {
        let port = Port::claim();
        let metrics = Port::claim();
        let door = Door { metrics: listening(&metrics), ..self.config.door.clone() };
        let config = Config { listen: listening(&port), door, ..self.config.clone() };
        let up = Up::start(config, self.seat.secret(), Arc::clone(&self.clock)).await;
        Replica { port, metrics, _up: up.expect("the replica starts") }
    }

    /// A backup of the database of a node that has stopped.
    ///
    /// # Panics
    /// If it runs.
    pub async fn backup(&self) -> TestDatabase {
        assert!(!self.is_up(), "a database in use cannot be copied");
        self.database.copy().await
    }

    /// Puts a backup in the place of the database of a node that has stopped.
    ///
    /// # Panics
    /// If it runs.
    pub fn restore(&mut self, backup: TestDatabase) {
        assert!(!self.is_up(), "a database in use cannot be replaced");
        self.config.database = Some(backup.url().to_owned());
        self.database = backup;
    }

    /// What a restored database does not hold: the folder in which it remembers its signed heads.
    #[must_use]
    pub fn heads(&self) -> PathBuf {
        self.folder.path().join("heads")
    }

    /// The keys of the logs that it knows, as a command beside it has them.
    ///
    /// # Panics
    /// Never: a node that has started can read its configuration.
    #[must_use]
    pub fn logs(&self) -> LogKeys {
        let config = engine_config(&self.config, self.seat.secret()).expect("a configuration");
        LogKeys::new(&config, &self.seat.keys()).expect("keys")
    }

    /// A connection to its database, as another process would have.
    pub async fn store(&self) -> Store {
        self.database.store().await
    }

    /// A new account here, signed in.
    ///
    /// # Panics
    /// If the node does not take it.
    pub async fn person(&self, handle: &str) -> Person {
        Person::register(self.http(), handle).await
    }

    /// Tells it to stop without waiting for it.
    pub(crate) fn tell_to_stop(&mut self) {
        if let Some(up) = &mut self.running {
            up.stop = None;
        }
    }
}

impl Up {
    async fn start(config: Config, secret: Secret, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let (ready, started) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let name = config.name.clone();
        let run = move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime =
                runtime.worker_threads(THREADS).thread_name(config.name.clone()).enable_all().build();
            let outcome = runtime
                .map_err(|error| error.to_string())
                .map(|runtime| runtime.block_on(serve(&config, secret, clock, ready, stopping)));
            outcome.flatten()
        };
        let thread = thread::Builder::new().name(name).spawn(run).map_err(|error| error.to_string())?;
        let up = Self { stop: Some(stop), thread: Some(thread) };
        match started.await {
            Ok(()) => Ok(up),
            Err(_) => Err(up.ended().err().unwrap_or_default()),
        }
    }

    /// Tells it to stop and waits for it.
    fn stop(&mut self) -> Result<(), String> {
        self.stop = None;
        self.thread
            .take()
            .map_or(Ok(()), |thread| thread.join().unwrap_or_else(|_| Err("it panicked".to_owned())))
    }

    fn ended(mut self) -> Result<(), String> {
        self.stop()
    }
}

impl Drop for Up {
    /// A node that failed while a test ran fails the test.
    fn drop(&mut self) {
        let ended = self.stop();
        if !thread::panicking() {
            ended.expect("the node ran until it was stopped");
        }
    }
}

async fn serve(
    config: &Config,
    secret: Secret,
    clock: Arc<dyn Clock>,
    ready: oneshot::Sender<()>,
    stopping: oneshot::Receiver<()>,
) -> Result<(), String> {
    let url = config.database.clone().unwrap_or_default();
    let store = Store::new(&StoreConfig { url, connections: config.connections });
    let store = store.map_err(|error| error.to_string())?;
    let running =
        Running::start(config, secret, store.clone(), clock).await.map_err(|error| error.to_string())?;
    // If nobody waits any more, the stop that follows says so.
    let _asked = ready.send(()).is_ok();
    let stop = async {
        // A sender that is gone says the same as one that sends.
        drop(stopping.await);
        Ok("the test is over")
    };
    let outcome = running.until(stop).await.map_err(|error| error.to_string());
    store.close();
    outcome
}
