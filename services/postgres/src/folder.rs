//! The folder of a private server: whose it is, who is in it, and what lies where.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::process::Supervised;
use super::users::{User, Users};
use super::{POLL, SUPERUSER};
use hanse_database::Config;

use crate::PrivateError;

/// The longest path that the kernel takes for a Unix socket.
const SOCKET_PATH_BYTES_MAX: usize = 107;
/// What PostgreSQL calls the socket of its default port.
const SOCKET_NAME: &str = ".s.PGSQL.5432";
/// A program that was killed leaves a server that is shutting down; this long we wait for it.
const BUSY_WAIT: Duration = Duration::from_secs(30);
/// Enough of the server's log to see why it ended.
const LOG_LINES_SHOWN: usize = 8;
const LOCK_NAME: &str = "hanse-postgres.lock";

/// A folder that this process holds.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Locked as long as this value lives; the kernel unlocks it if we are killed.
    _lock: File,
}

impl Folder {
    /// Checks the folder or makes it, and waits until no other program of ours holds it.
    pub(super) async fn take(path: &Path, users: &Users) -> Result<Folder, PrivateError> {
        let path = settled(path)?;
        check_ancestors(&path)?;
        make_or_check(&path, users)?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(path.join(LOCK_NAME))
            .map_err(|error| cannot("open the lock of", &path, &error))?;
        let deadline = Instant::now() + BUSY_WAIT;
        loop {
            match lock.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => tokio::time::sleep(POLL).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(PrivateError::Unusable(format!(
                        "another program uses {}; end it, or choose another folder",
                        path.display()
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(cannot("lock", &path, &error)),
            }
        }
        let folder = Folder { path, _lock: lock };
        own_by_server(&folder.run(), users)?;
        Ok(folder)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// Where initdb works.
    pub(super) fn fresh(&self) -> PathBuf {
        self.path.join("data.new")
    }

    fn run(&self) -> PathBuf {
        run(&self.path)
    }

    fn log(&self) -> PathBuf {
        self.path.join("server.log")
    }

    /// How to connect to `database` as `role`.
    pub(super) fn url(&self, role: &str, database: &str) -> String {
        url(&self.path, role, database)
    }

    pub(super) fn administration(&self) -> Config {
        Config { url: self.url(SUPERUSER, "postgres"), connections: 1 }
    }

    /// The settings that depend on the folder.
    pub(super) fn settings(&self) -> impl Iterator<Item = String> {
        [
            ("unix_socket_directories", self.run()),
            ("hba_file", self.path.join("pg_hba.conf")),
            ("ident_file", self.path.join("pg_ident.conf")),
        ]
        .into_iter()
        .map(|(name, path)| format!("{name}={}", path.display()))
    }

    /// The major version that made the data, or `None` where there is none yet.
    pub(super) fn version(&self) -> Result<Option<u32>, PrivateError> {
        let path = self.data().join("PG_VERSION");
        match fs::read_to_string(&path) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| {
                PrivateError::Unusable(format!("{} holds no version; choose another folder", path.display()))
            }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot("read", &path, &error)),
        }
    }

    /// An empty place for initdb; what an interrupted run left there goes.
    pub(super) fn make_fresh(&self, users: &Users) -> Result<(), PrivateError> {
        let fresh = self.fresh();
        match fs::remove_dir_all(&fresh) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(cannot("remove", &fresh, &error)),
        }
        own_by_server(&fresh, users)
    }

    pub(super) fn keep_fresh(&self) -> Result<(), PrivateError> {
        fs::rename(self.fresh(), self.data()).map_err(|error| cannot("rename", &self.fresh(), &error))
    }

    /// Writes who may connect. The files are ours: the server reads them and cannot change them.
    pub(super) fn write_access(&self, users: &Users) -> Result<(), PrivateError> {
        let mut names: Vec<&User> = vec![&users.own];
        if users.differ() {
            names.push(&users.server);
        }
        let mut map = String::new();
        for user in names {
            if user.name.starts_with('/') || user.name.contains(['"', '\n']) {
                return Err(PrivateError::Unusable(format!(
                    "the user name `{}` cannot be mapped to a role",
                    user.name
                )));
            }
            for role in [super::ROLE, SUPERUSER] {
                map.push_str(&format!("hanse \"{}\" {role}\n", user.name));
            }
        }
        self.write("pg_ident.conf", &map)?;
        self.write("pg_hba.conf", "local all all peer map=hanse\n")
    }

    fn write(&self, name: &str, text: &str) -> Result<(), PrivateError> {
        let path = self.path.join(name);
        let written =
            OpenOptions::new().create(true).truncate(true).write(true).open(&path).and_then(|mut file| {
                file.set_permissions(Permissions::from_mode(0o644))?;
                file.write_all(text.as_bytes())
            });
        written.map_err(|error| cannot("write", &path, &error))
    }

    /// Starts a program with the folder's log as its output.
    pub(super) fn spawn(&self, mut command: Command) -> Result<Supervised, PrivateError> {
        let log = File::create(self.log()).map_err(|error| cannot("write", &self.log(), &error))?;
        let twin = log.try_clone().map_err(|error| cannot("write", &self.log(), &error))?;
        command.current_dir(&self.path).stdout(log).stderr(twin);
        Supervised::spawn(command)
    }

    /// Waits until no server of an earlier program, and none of its processes, works on the data.
    pub(super) async fn wait_until_free(&self) -> Result<(), PrivateError> {
        let deadline = Instant::now() + BUSY_WAIT;
        loop {
            let Some(pid) = self.servers_at_work().first().copied() else { return Ok(()) };
            if deadline < Instant::now() {
                return Err(PrivateError::Unusable(format!(
                    "a PostgreSQL server (process {pid}) still works on {}; `kill -INT {pid}` stops it",
                    self.path.display()
                )));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Removes the lock files of a server that is gone. PostgreSQL does so itself, except where the process number now belongs
    /// to another program of the same user; it then refuses to start, and nobody may believe that number and signal it.
    pub(super) fn remove_stale_locks(&self) -> Result<(), PrivateError> {
        if !self.servers_at_work().is_empty() {
            return Ok(());
        }
        let of_socket = self.run().join(format!("{SOCKET_NAME}.lock"));
        for path in [self.data().join("postmaster.pid"), of_socket] {
            match fs::remove_file(&path) {
                Ok(()) => tracing::info!(path = %path.display(), "removed the lock of a server that is gone"),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(cannot("remove", &path, &error)),
            }
        }
        Ok(())
    }

    /// Processes of PostgreSQL whose working directory is our data: the server and all its helpers stay there.
    fn servers_at_work(&self) -> Vec<u32> {
        let places = [self.data(), self.fresh()];
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
            .filter(|pid| {
                let works_here =
                    fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| places.contains(&cwd));
                let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
                works_here && name.starts_with("postgres")
            })
            .collect()
    }

    /// Whether the server ended because another one holds the data or the socket.
    pub(super) fn log_tells_of_a_lock(&self) -> bool {
        let log = self.log_end();
        ["lock file", "shared memory block"].iter().any(|sign| log.contains(sign))
    }

    /// An error with the end of the log.
    pub(super) fn failure(&self, what: &str) -> PrivateError {
        PrivateError::Unusable(format!("{what}; {} says:\n{}", self.log().display(), self.log_end()))
    }

    fn log_end(&self) -> String {
        let log = fs::read(self.log()).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<&str> = log.lines().collect();
        let hidden = lines.len().saturating_sub(LOG_LINES_SHOWN);
        lines.into_iter().skip(hidden).collect::<Vec<_>>().join("\n")
    }
}

/// Where the server of a folder has its socket.
fn run(folder: &Path) -> PathBuf {
    folder.join("run")
}

/// How to connect to the server of a folder.
pub(super) fn url(folder: &Path, role: &str, database: &str) -> String {
    let host = run(folder).to_string_lossy().replace('\\', r"\\").replace('\'', r"\'");
    format!("host='{host}' user={role} dbname={database}")
}

/// The absolute path without symbolic links above the folder, if its socket's path is one that the kernel and the URL can carry.
fn settled(path: &Path) -> Result<PathBuf, PrivateError> {
    let refuse = |why: &str| PrivateError::Unusable(format!("the folder {} {why}", path.display()));
    let absolute = std::path::absolute(path).map_err(|error| cannot("find", path, &error))?;
    let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
        return Err(refuse("cannot be used: it has no parent"));
    };
    let parent = parent.canonicalize().map_err(|error| {
        refuse(&format!("cannot be used: its parent cannot be entered ({error}); make it first"))
    })?;
    let settled = parent.join(name);
    let text = settled.to_str().ok_or_else(|| refuse("has a name that is not UTF-8"))?;
    // A comma separates hosts in a URL and folders in PostgreSQL's settings, where a quote has its meaning as well.
    if text.contains([',', '"']) || text.chars().any(char::is_control) {
        return Err(refuse("has a comma, a quote or a control character in its path"));
    }
    let socket = settled.join("run").join(SOCKET_NAME);
    let length = socket.as_os_str().len();
    if SOCKET_PATH_BYTES_MAX < length {
        return Err(refuse(&format!(
            "has too long a path: that of its socket would have {length} bytes, and the most is {SOCKET_PATH_BYTES_MAX}; choose a \
             shorter one, such as /var/tmp/hanse-1"
        )));
    }
    Ok(settled)
}

/// Where everybody may write without the sticky bit, everybody may also put another folder in the place of ours.
fn check_ancestors(path: &Path) -> Result<(), PrivateError> {
    for ancestor in path.ancestors().skip(1) {
        let mode =
            fs::symlink_metadata(ancestor).map_err(|error| cannot("look at", ancestor, &error))?.mode();
        if mode & 0o002 != 0 && mode & 0o1000 == 0 {
            return Err(PrivateError::Unusable(format!(
                "everybody may write to {}, so that anybody could replace {}; choose a folder under /var/tmp",
                ancestor.display(),
                path.display()
            )));
        }
    }
    Ok(())
}

/// Makes the folder, or checks that it is one that we made (or an empty one of ours): a folder that holds other things is not
/// touched, and in one that belongs to somebody else that person could change what we rely on.
fn make_or_check(path: &Path, users: &Users) -> Result<(), PrivateError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot("make", path, &error)),
    }
    let refuse = |why: &str| {
        Err(PrivateError::Unusable(format!("{} {why}; remove it or choose another folder", path.display())))
    };
    let metadata = fs::symlink_metadata(path).map_err(|error| cannot("look at", path, &error))?;
    if !metadata.is_dir() {
        return refuse("is no folder");
    }
    if metadata.uid() != users.own.id {
        return refuse(&format!("belongs to user id {}, not to `{}`", metadata.uid(), users.own.name));
    }
    if metadata.mode() & 0o1002 != 0 {
        return refuse("can be written by everybody");
    }
    let mut entries = fs::read_dir(path).map_err(|error| cannot("read", path, &error))?;
    if entries.next().is_some() && !path.join(LOCK_NAME).is_file() {
        return refuse("holds other things");
    }
    // The server's user must pass through, and needs to see nothing.
    let mode = if users.differ() { 0o711 } else { 0o700 };
    fs::set_permissions(path, Permissions::from_mode(mode)).map_err(|error| cannot("protect", path, &error))
}

/// Makes a sub-folder that belongs to the server's user alone.
fn own_by_server(path: &Path, users: &Users) -> Result<(), PrivateError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(cannot("make", path, &error)),
    }
    if users.differ() {
        chown(path, Some(users.server.id), Some(users.server.group))
            .map_err(|error| cannot("hand over", path, &error))?;
    }
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> PrivateError {
    PrivateError::Unusable(format!("cannot {what} {}: {error}", path.display()))
}
