//! The pools of connections, and the bounds on everything that could wait.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{
    ConfigConnectImpl, Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime,
};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::NoTls;
use tokio_postgres::error::SqlState;
use tokio_util::context::TokioContext;

use crate::server::Server;
use crate::tls::Tls;
use crate::{Connection, StoreError};

/// How long a network peer may leave sent data unacknowledged before the connection counts as broken: shorter than a caller
/// waits for an answer, so that the cause is named.
const NETWORK_WAIT: Duration = Duration::from_secs(8);
/// Below the statement timeouts, so that the error says that a lock was the cause.
const LOCK_TIMEOUT_MS: u64 = 5_000;
/// For telling the server that nobody waits for a statement any more. The place in the pool is kept as long.
const CANCEL_WAIT: Duration = Duration::from_secs(1);
/// A transaction never waits for the network or a person; one that idles has been forgotten and holds its locks.
const IDLE_IN_TRANSACTION_TIMEOUT_MS: u64 = 30_000;

/// How long one kind of caller waits. The server ends a statement by itself; the answer is waited for a little longer, so that
/// only a server that hangs, or a network that lost us, is given up from here.
#[derive(Debug)]
pub(crate) struct Bounds {
    /// For a connection that is free.
    pub(crate) free: Duration,
    /// For connecting.
    pub(crate) connect: Duration,
    /// What the server is told: milliseconds for a statement.
    pub(crate) statement_ms: u64,
    /// For the answer to a statement.
    pub(crate) answer: Duration,
}

/// Background work and tools. Statements are small; one that runs longer than this has lost its plan or waits for something
/// that will not come.
static WORK: Bounds = Bounds {
    free: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    statement_ms: 15_000,
    answer: Duration::from_secs(17),
};
/// Requests of people, who give up earlier. Together these are less than a whole request may take.
static REQUESTS: Bounds = Bounds {
    free: Duration::from_secs(2),
    connect: Duration::from_secs(3),
    statement_ms: 8_000,
    answer: Duration::from_secs(10),
};
/// The lease: it must be known to be kept or lost before it ends.
static LEASE: Bounds = Bounds {
    free: Duration::from_secs(1),
    connect: Duration::from_secs(3),
    statement_ms: 3_000,
    answer: Duration::from_secs(4),
};

/// The session of the lease, and one to replace it when it is lost.
const LEASE_CONNECTIONS: usize = 2;
/// Of the connections of a process, one in so many is for its workers.
const WORK_SHARE: usize = 3;
/// Fewer would let one worker that waits for a lock stop the others.
const WORK_MIN: usize = 3;

/// Where the database is.
#[derive(Clone)]
pub struct Config {
    /// `postgres://user@host/database` or `host=/folder/of/the/socket user=… dbname=…`; of TLS it says what psql would read
    /// there (`sslmode`, `sslrootcert`).
    pub url: String,
    /// The most connections of this process, at least 1.
    pub connections: usize,
}

impl std::fmt::Debug for Config {
    /// Without the URL, which may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config").field("connections", &self.connections).finish_non_exhaustive()
    }
}

/// The database of one node. Clones share one pool.
#[derive(Clone)]
pub struct Store {
    pub(crate) pool: Pool,
    source: Arc<Source>,
    bounds: &'static Bounds,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("bounds", self.bounds).finish_non_exhaustive()
    }
}

/// Every statement that is asked often has an index. The planner would rather read a whole table that had nothing in it when it last looked, and
/// keeps that plan until statistics are made: in a node's first minutes, and of a queue always. No statement is worth compiling.
const PLANNER: &str = "-c enable_seqscan=off -c jit=off";

/// What every pool of a process connects to, and the runtime that drives the connections. A connection lives as long as its
/// runtime, and callers come from several: the threads of an HTTP server have their own, and end before the workers do.
pub(crate) struct Source {
    server: Server,
    runtime: Handle,
}

impl Source {
    /// How a session with these bounds is opened.
    fn config(&self, bounds: &Bounds) -> tokio_postgres::Config {
        let Server { config, options, .. } = &self.server;
        let mut config = config.clone();
        // The order matters: what the URL says comes last and wins, as with psql.
        let options = format!(
            "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} \
             {PLANNER} {options}",
            bounds.statement_ms,
            LOCK_TIMEOUT_MS.min(bounds.statement_ms),
        );
        config.options(options.trim_end());
        config.connect_timeout(bounds.connect);
        config.tcp_user_timeout(NETWORK_WAIT);
        config.keepalives_idle(NETWORK_WAIT);
        config
    }

    /// Ends a connection in whose session a statement runs for which nobody waits: the server is told to end the statement first, which
    /// would otherwise run on. Until then the connection keeps its place in the pool, so that there are never more sessions at work
    /// than the pool has places.
    pub(crate) fn cancel(&self, object: Object) {
        let (token, tls) = (object.cancel_token(), self.server.tls.clone());
        self.runtime.spawn(async move {
            let told = async {
                match tls {
                    Some(tls) => token.cancel_query(tls).await,
                    None => token.cancel_query(NoTls).await,
                }
            };
            match tokio::time::timeout(CANCEL_WAIT, told).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => {
                    tracing::debug!(error = &error as &dyn std::error::Error, "a statement is not cancelled");
                }
                Err(_) => tracing::debug!("a statement is not cancelled: the server does not answer"),
            }
            drop(Object::take(object));
        });
    }
}

/// The pools of a process that serves and works: none can starve another.
#[derive(Debug)]
pub struct Parts {
    /// For the lease alone.
    pub lease: Store,
    /// For the workers.
    pub work: Store,
    /// For the requests of people; a caller that finds none free is told so within two seconds.
    pub requests: Store,
}

struct OnOneRuntime {
    connect: Box<dyn Connect>,
    runtime: Handle,
}

type Connecting<'a> = Pin<
    Box<
        dyn Future<Output = Result<(tokio_postgres::Client, JoinHandle<()>), tokio_postgres::Error>>
            + Send
            + 'a,
    >,
>;

impl Connect for OnOneRuntime {
    fn connect(&self, config: &tokio_postgres::Config) -> Connecting<'_> {
        Box::pin(TokioContext::new(self.connect.connect(config), self.runtime.clone()))
    }
}

/// The pool in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The most connections there may be.
    pub connections_max: usize,
    /// Connections that are open.
    pub connections: usize,
    /// Of these, not in use.
    pub idle: usize,
    /// Callers that wait for one.
    pub waiting: usize,
}

impl Store {
    /// A pool that connects when it is first used. Must be called on the runtime that is to drive its connections.
    ///
    /// # Errors
    /// `Config` for an unusable URL.
    pub fn new(config: &Config) -> Result<Store, StoreError> {
        let source = Arc::new(Source { server: Server::read(&config.url)?, runtime: Handle::current() });
        Store::on(source, config.connections, &WORK)
    }

    /// Opens the pool and makes sure that the server answers. The schema is not touched.
    ///
    /// # Errors
    /// `Config` for an unusable URL, `Connect` if the server does not answer.
    pub async fn open(config: &Config) -> Result<Store, StoreError> {
        let store = Store::new(config)?;
        store.connection().await?;
        Ok(store)
    }

    /// Divides the connections of this pool into two for the lease, a third for the workers (this pool itself goes on as theirs)
    /// and the rest for requests. With fewer than six there are a few more than before.
    ///
    /// # Errors
    /// None at present: the URL has been read.
    pub fn divide(&self) -> Result<Parts, StoreError> {
        let all = self.pool.status().max_size;
        let work = all.div_euclid(WORK_SHARE).max(WORK_MIN);
        let requests = all.saturating_sub(work).saturating_sub(LEASE_CONNECTIONS).max(1);
        self.pool.resize(work);
        let beside = |connections, bounds| Store::on(Arc::clone(&self.source), connections, bounds);
        Ok(Parts {
            lease: beside(LEASE_CONNECTIONS, &LEASE)?,
            work: self.clone(),
            requests: beside(requests, &REQUESTS)?,
        })
    }

    fn on(source: Arc<Source>, connections: usize, bounds: &'static Bounds) -> Result<Store, StoreError> {
        let config = source.config(bounds);
        let connect: Box<dyn Connect> = match &source.server.tls {
            Some(tls) => Box::new(ConfigConnectImpl { tls: tls.clone() }),
            None => Box::new(ConfigConnectImpl { tls: NoTls }),
        };
        let manager = Manager::from_connect(
            config,
            OnOneRuntime { connect, runtime: source.runtime.clone() },
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(connections.max(1))
            .wait_timeout(Some(bounds.free))
            .create_timeout(Some(bounds.connect))
            .recycle_timeout(Some(bounds.connect))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Config(error.to_string()))?;
        Ok(Store { pool, source, bounds })
    }

    /// How a session beside the pool is opened, and over what.
    pub(crate) fn beside(&self) -> (tokio_postgres::Config, Option<&Tls>) {
        (self.source.config(self.bounds), self.source.server.tls.as_ref())
    }

    /// Takes a connection from the pool.
    ///
    /// # Errors
    /// `Connect` if none came free in time or the server is away.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        match self.pool.get().await {
            Ok(object) => Ok(Connection::new(object, Arc::clone(&self.source), self.bounds.answer)),
            Err(PoolError::Backend(error)) if is_refused_by_a_pooler(&error) => {
                Err(StoreError::Config(format!(
                    "a pooler between this node and PostgreSQL does not pass on the settings of a session ({error}): connect to PostgreSQL \
                 itself"
                )))
            }
            Err(error) => Err(StoreError::Connect(error)),
        }
    }

    /// The pool in numbers, for the metrics.
    #[must_use]
    pub fn status(&self) -> Status {
        let status = self.pool.status();
        Status {
            connections_max: status.max_size,
            connections: status.size,
            idle: status.available,
            waiting: status.waiting,
        }
    }

    /// Closes the pool: whoever waits for a connection gets `Connect`, connections in use end when they are given back.
    pub fn close(&self) {
        self.pool.close();
    }
}

/// PostgreSQL takes `options` from everybody; pgbouncer refuses what it does not know.
fn is_refused_by_a_pooler(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        *error.code() == SqlState::PROTOCOL_VIOLATION && error.message().contains("startup parameter")
    })
}
