#![doc = include_str!("../README.md")]

mod binaries;
mod error;
mod folder;
mod process;
mod users;

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

pub use self::error::PrivateError;

use self::binaries::Binaries;
use self::folder::Folder;
use self::process::Supervised;
use self::users::Users;
use hanse_database::{Config, Sql, Store, create_database};

/// A start after a crash replays the log, and a slow disk takes its time; beyond this something is wrong.
const START_WAIT: Duration = Duration::from_secs(60);
/// A fast shutdown writes a checkpoint.
const STOP_WAIT: Duration = Duration::from_secs(30);
/// How soon it is seen that the server has ended; requests are answered 503 meanwhile.
const LOOK: Duration = Duration::from_millis(250);
/// Starts of a server that ended which may fail, and the first pause between them; each is twice as long, two minutes in all.
/// What is not mended by then (a full disk, a damaged folder) needs a person.
const STARTS_MAX: u32 = 7;
const PAUSE: Duration = Duration::from_secs(1);
/// A connection attempt costs little, and a start takes 0.1 s.
const POLL: Duration = Duration::from_millis(20);
/// The role of nodes and tests, and its first database.
const ROLE: &str = "hanse";
/// The superuser inside the server; only this module uses it.
const SUPERUSER: &str = "postgres";

/// What both kinds of server run with: no network, little memory, and no row contents in the server's log.
const SETTINGS: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=128MB",
    "max_wal_size=2GB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "jit=off",
    "huge_pages=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_min_messages=warning",
    "log_error_verbosity=terse",
];
const DURABLE: &[&str] = &["fsync=on", "max_connections=100"];
/// Tests run in many processes at once, and what they write is thrown away.
const DISPOSABLE: &[&str] =
    &["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=400"];

/// Whether what is written must survive a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Durability {
    Durable,
    Disposable,
}

/// A running server. Dropping it lets the server shut down by itself; [`Private::stop`] also waits for that.
#[derive(Debug)]
pub struct Private {
    folder: Folder,
    binaries: Binaries,
    users: Users,
    durability: Durability,
    server: Supervised,
}

impl Private {
    /// Starts the server in `folder`, which is made if it is missing (its parent must exist) and used again if an earlier start
    /// made it. Returns when the server answers and the database that [`Private::url`] names exists; it is not migrated.
    ///
    /// # Errors
    /// `Private` with what to do about it: PostgreSQL or setpriv missing, a folder that is not ours, too long, in use or out of
    /// reach of the server's user, a server that does not start.
    pub async fn start(folder: &Path) -> Result<Private, PrivateError> {
        Private::launch(folder, Durability::Durable).await
    }

    /// As [`Private::start`], for tests: faster, and a power cut may destroy the folder's contents.
    ///
    /// # Errors
    /// As [`Private::start`].
    pub async fn start_disposable(folder: &Path) -> Result<Private, PrivateError> {
        Private::launch(folder, Durability::Disposable).await
    }

    /// How to connect to the first database of the server that another program runs in `folder`, if one answers there.
    pub async fn running(folder: &Path) -> Option<String> {
        let users = Users::find().ok()?;
        let metadata = std::fs::symlink_metadata(folder).ok()?;
        // In a folder of somebody else anybody may answer.
        if !metadata.is_dir() || metadata.uid() != users.own.id {
            return None;
        }
        let url = folder::url(&std::path::absolute(folder).ok()?, ROLE, ROLE);
        Store::open(&Config { url: url.clone(), connections: 1 }).await.is_ok().then_some(url)
    }

    /// How to connect to the first database, for [`Config::url`].
    #[must_use]
    pub fn url(&self) -> String {
        self.folder.url(ROLE, ROLE)
    }

    /// Makes the database `name` (lower-case letters, digits, `_`) if it is missing, and returns how to connect to it.
    ///
    /// # Errors
    /// `Config` for another name, `Connect` or `Statement` if the server fails.
    pub async fn database(&self, name: &str) -> Result<String, PrivateError> {
        create_database(&self.url(), name).await?;
        Ok(self.folder.url(ROLE, name))
    }

    /// Starts the server again whenever it ends by itself. Returns only when that fails for good.
    ///
    /// # Errors
    /// `Private` with the last reason, after several attempts over some minutes.
    pub async fn keep(&mut self) -> PrivateError {
        let mut failed = 0_u32;
        loop {
            tokio::time::sleep(LOOK).await;
            match self.server.exited() {
                Ok(None) => {}
                Ok(Some(status)) => {
                    tracing::warn!(%status, "the private PostgreSQL ended; it is started again");
                }
                Err(error) => return error,
            }
            while let Ok(Some(_)) = self.server.exited() {
                match serve(&self.folder, &self.binaries, &self.users, self.durability).await {
                    Ok(server) => {
                        self.server = server;
                        failed = 0;
                        tracing::info!("the private PostgreSQL is up again");
                    }
                    Err(error) if failed < STARTS_MAX => {
                        tracing::warn!(
                            error = &error as &dyn std::error::Error,
                            "the private PostgreSQL does not start"
                        );
                        tokio::time::sleep(PAUSE * 2_u32.pow(failed)).await;
                        failed += 1;
                    }
                    Err(error) => return error,
                }
            }
        }
    }

    /// Stops the server and waits until it has written everything.
    ///
    /// # Errors
    /// `Private` if it did not end in time and was killed; the next start recovers what was committed.
    pub async fn stop(mut self) -> Result<(), PrivateError> {
        self.server.interrupt();
        let deadline = Instant::now() + STOP_WAIT;
        while self.server.exited()?.is_none() {
            if deadline < Instant::now() {
                self.server.kill()?;
                return Err(PrivateError::Unusable(format!(
                    "the server did not stop within {} s and was killed; the next start recovers what was committed",
                    STOP_WAIT.as_secs()
                )));
            }
            tokio::time::sleep(POLL).await;
        }
        // One that was just being started again is told by the end of its start.
        self.folder.wait_until_free().await
    }

    async fn launch(folder: &Path, durability: Durability) -> Result<Private, PrivateError> {
        let users = Users::find()?;
        let folder = Folder::take(folder, &users).await?;
        folder.wait_until_free().await?;
        let binaries = Binaries::find(folder.version()?)?;
        users.check_reach(&folder.path, &binaries.program("postgres"))?;
        if folder.version()?.is_none() {
            initialise(&folder, &binaries, &users, durability).await?;
        }
        folder.write_access(&users)?;
        let server = serve(&folder, &binaries, &users, durability).await?;
        let private = Private { folder, binaries, users, durability, server };
        private.furnish().await?;
        Ok(private)
    }

    /// Makes the role and its database at the first start.
    async fn furnish(&self) -> Result<(), PrivateError> {
        const ROLE_EXISTS: &str = "SELECT 1 FROM pg_roles WHERE rolname = 'hanse'";
        const CREATE_ROLE: &str = "CREATE ROLE hanse LOGIN CREATEDB";
        const DATABASE_EXISTS: &str = "SELECT 1 FROM pg_database WHERE datname = 'hanse'";
        const CREATE_DATABASE: &str = "CREATE DATABASE hanse OWNER hanse";

        let store = Store::open(&self.folder.administration()).await?;
        let connection = store.connection().await?;
        for (exists, create) in [(ROLE_EXISTS, CREATE_ROLE), (DATABASE_EXISTS, CREATE_DATABASE)] {
            if connection.query_opt(exists, &[]).await?.is_none() {
                connection.execute(create, &[]).await?;
            }
        }
        Ok(())
    }
}

/// Runs initdb beside the final place and moves the result there, so that an interrupted run leaves nothing that looks whole.
async fn initialise(
    folder: &Folder,
    binaries: &Binaries,
    users: &Users,
    durability: Durability,
) -> Result<(), PrivateError> {
    folder.make_fresh(users)?;
    let mut command = users.command(&binaries.program("initdb"));
    // C.UTF-8: the same order and the same lower-case letters on every machine, and letters beyond ASCII are letters.
    command
        .args(["--username", SUPERUSER, "--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8"])
        .args(["--data-checksums", "--no-instructions", "-D"])
        .arg(folder.fresh());
    match durability {
        Durability::Durable => {}
        Durability::Disposable => {
            command.arg("--no-sync");
        }
    }
    let mut initdb = folder.spawn(command)?;
    let deadline = Instant::now() + START_WAIT;
    loop {
        match initdb.exited()? {
            Some(status) if status.success() => return folder.keep_fresh(),
            Some(status) => return Err(folder.failure(&format!("initdb failed ({status})"))),
            None if deadline < Instant::now() => return Err(folder.failure("initdb did not end in time")),
            None => tokio::time::sleep(POLL).await,
        }
    }
}

/// Starts the server and waits until it answers. A server that was killed can hold its locks for a while: we try again.
async fn serve(
    folder: &Folder,
    binaries: &Binaries,
    users: &Users,
    durability: Durability,
) -> Result<Supervised, PrivateError> {
    let deadline = Instant::now() + START_WAIT;
    let specific = match durability {
        Durability::Durable => DURABLE,
        Durability::Disposable => DISPOSABLE,
    };
    loop {
        folder.remove_stale_locks()?;
        let mut command = users.command(&binaries.program("postgres"));
        command.arg("-D").arg(folder.data());
        for setting in SETTINGS.iter().chain(specific).map(ToString::to_string).chain(folder.settings()) {
            command.arg("-c").arg(setting);
        }
        let mut server = folder.spawn(command)?;
        while server.exited()?.is_none() {
            if Store::open(&folder.administration()).await.is_ok() {
                return Ok(server);
            }
            if deadline < Instant::now() {
                return Err(folder.failure("the server does not answer"));
            }
            tokio::time::sleep(POLL).await;
        }
        if deadline < Instant::now() || !folder.log_tells_of_a_lock() {
            return Err(folder.failure("the server ended while it started"));
        }
        tokio::time::sleep(POLL).await;
    }
}
