//! The pool of connections, and the bounds on everything that could wait.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use deadpool_postgres::{ConfigConnectImpl, Connect, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_util::context::TokioContext;

use crate::{Connection, StoreError};

/// How long a caller waits for a free connection: long enough for a burst, short enough that a caller gets an answer before
/// its client gives up.
const POOL_WAIT: Duration = Duration::from_secs(5);
/// How long connecting may take.
const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// How long a network peer may leave sent data unacknowledged before the connection counts as broken.
const NETWORK_WAIT: Duration = Duration::from_secs(20);
/// Statements here are small; one that runs longer than this has lost its plan or waits for something that will not come.
const STATEMENT_TIMEOUT_MS: u64 = 15_000;
/// Below the statement timeout, so that the error says that a lock was the cause.
const LOCK_TIMEOUT_MS: u64 = 5_000;
/// A transaction never waits for the network or a person; one that idles has been forgotten and holds its locks.
const IDLE_IN_TRANSACTION_TIMEOUT_MS: u64 = 30_000;
/// What `pg_stat_activity` shows.
const APPLICATION_NAME: &str = "hanse";

/// Where the database is.
#[derive(Clone)]
pub struct Config {
    /// `postgres://user@host/database` or `host=/folder/of/the/socket user=… dbname=…`.
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
#[derive(Clone, Debug)]
pub struct Store {
    pub(crate) pool: Pool,
}

/// Connects on the runtime that opened the pool. A connection lives as long as the runtime that drives it, and callers come
/// from several: the threads of an HTTP server have their own, and end before the workers do.
struct OnOneRuntime {
    connect: ConfigConnectImpl<NoTls>,
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
    /// Opens the pool and makes sure that the server answers. The schema is not touched.
    ///
    /// # Errors
    /// `Config` for an unusable URL, `Connect` if the server does not answer.
    pub async fn open(config: &Config) -> Result<Store, StoreError> {
        let manager = Manager::from_connect(
            server(&config.url)?,
            OnOneRuntime { connect: ConfigConnectImpl { tls: NoTls }, runtime: Handle::current() },
            ManagerConfig { recycling_method: RecyclingMethod::Fast },
        );
        let pool = Pool::builder(manager)
            .max_size(config.connections.max(1))
            .wait_timeout(Some(POOL_WAIT))
            .create_timeout(Some(CONNECT_WAIT))
            .recycle_timeout(Some(CONNECT_WAIT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Config(error.to_string()))?;
        let store = Store { pool };
        store.connection().await?;
        Ok(store)
    }

    /// Takes a connection from the pool.
    ///
    /// # Errors
    /// `Connect` if none came free in time or the server is away.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        match self.pool.get().await {
            Ok(object) => Ok(Connection(object)),
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

/// The connection parameters: what the URL says, and our bounds.
fn server(url: &str) -> Result<tokio_postgres::Config, StoreError> {
    let mut server: tokio_postgres::Config = url
        .parse()
        .map_err(|error| StoreError::Config(format!("the database URL cannot be read: {error}")))?;
    if server.get_hosts().is_empty() && server.get_hostaddrs().is_empty() {
        return Err(StoreError::Config(
            "the database URL names no host and no folder of a socket".to_owned(),
        ));
    }
    if server.get_ssl_mode() == SslMode::Require {
        return Err(StoreError::Config(
            "sslmode=require is not offered: this version speaks to PostgreSQL without TLS; use a Unix socket, the same \
             machine or a network that you trust, and sslmode=disable"
                .to_owned(),
        ));
    }
    // The order matters: what the URL says comes last and wins, as with psql.
    let ours = format!(
        "-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} \
         -c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} {}",
        server.get_options().unwrap_or_default()
    );
    server.options(ours.trim_end());
    if server.get_application_name().is_none() {
        server.application_name(APPLICATION_NAME);
    }
    server.connect_timeout(CONNECT_WAIT);
    server.tcp_user_timeout(NETWORK_WAIT);
    server.keepalives_idle(NETWORK_WAIT);
    Ok(server)
}
