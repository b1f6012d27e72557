//! The private server: it starts, it comes back, it ends with its program, and it refuses folders that are not its own.
#![expect(clippy::unwrap_used, reason = "test code: a failure is the finding")]

use std::fs::{self, DirBuilder, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use hanse_database::{Config, Sql, Store, StoreError};
use hanse_postgres::{Private, PrivateError};
use tempfile::TempDir;

/// An id that is neither root's nor the server's; no user needs to have it.
const SOMEBODY_ELSE: u32 = 65_531;

fn folder() -> TempDir {
    tempfile::Builder::new().prefix("hanse-private-").tempdir_in("/var/tmp").unwrap()
}

fn we_are_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

async fn open(private: &Private) -> Store {
    Store::open(&Config { url: private.url(), connections: 2 }).await.unwrap()
}

/// Why a folder is refused.
async fn refusal(path: &Path) -> String {
    match Private::start(path).await {
        Err(PrivateError::Unusable(why)) => why,
        other => unreachable_outcome(&other),
    }
}

fn unreachable_outcome(outcome: &Result<Private, PrivateError>) -> String {
    assert!(outcome.is_err(), "the folder was accepted");
    format!("{outcome:?}")
}

/// Processes of PostgreSQL that work on a folder's data.
fn servers_of(folder: &Path) -> Vec<PathBuf> {
    let data = folder.join("data");
    let processes = fs::read_dir("/proc").unwrap().map(|entry| entry.unwrap().path());
    processes.filter(|path| fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd == data)).collect()
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart() {
    let folder = folder();
    let private = Private::start(folder.path()).await.unwrap();
    let store = open(&private).await;
    store.migrate().await.unwrap();
    store.close();
    private.stop().await.unwrap();
    assert_eq!(servers_of(folder.path()), Vec::<PathBuf>::new());

    let private = Private::start(folder.path()).await.unwrap();
    assert!(open(&private).await.schema_current().await.unwrap());
    private.stop().await.unwrap();
}

#[tokio::test]
async fn the_role_owns_its_databases_and_nothing_else() {
    let folder = folder();
    let private = Private::start_disposable(folder.path()).await.unwrap();
    let url = private.database("second").await.unwrap();
    assert_eq!(private.database("second").await.unwrap(), url);
    assert!(matches!(private.database("no name").await, Err(PrivateError::Store(StoreError::Config(_)))));
    assert!(matches!(private.database("").await, Err(PrivateError::Store(StoreError::Config(_)))));

    let store = Store::open(&Config { url, connections: 1 }).await.unwrap();
    let connection = store.connection().await.unwrap();
    let who = "SELECT current_database()::text AS name, rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user";
    let row = connection.query_one(who, &[]).await.unwrap();
    let (name, superuser, creates): (String, bool, bool) = (row.get(0), row.get(1), row.get(2));
    assert_eq!((name.as_str(), superuser, creates), ("second", false, true));

    let safe = "SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync";
    let row = connection.query_one(safe, &[]).await.unwrap();
    let (addresses, fsync): (String, String) = (row.get(0), row.get(1));
    assert_eq!((addresses.as_str(), fsync.as_str()), ("", "off"));
    let mode = |name: &str| fs::metadata(folder.path().join(name)).unwrap().mode() & 0o777;
    assert_eq!((mode("run"), mode("data")), (0o700, 0o700));
    private.stop().await.unwrap();
}

#[tokio::test]
async fn what_must_last_is_synchronised() {
    let folder = folder();
    let private = Private::start(folder.path()).await.unwrap();
    let connection = open(&private).await.connection().await.unwrap();
    let row = connection.query_one("SELECT current_setting('fsync') AS fsync", &[]).await.unwrap();
    assert_eq!(row.get::<_, String>("fsync"), "on");
    private.stop().await.unwrap();
}

#[tokio::test]
async fn a_killed_program_leaves_no_server_behind() {
    let folder = folder();
    let mut holder = Command::new(env!("CARGO_BIN_EXE_hold-private"))
        .arg(folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(holder.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    assert_ne!(servers_of(folder.path()), Vec::<PathBuf>::new());

    // SIGKILL: nothing of the program runs any more. An orphan would keep the data, and this start would time out.
    holder.kill().unwrap();
    holder.wait().unwrap();
    let private = Private::start(folder.path()).await.unwrap();
    private.stop().await.unwrap();
    assert_eq!(servers_of(folder.path()), Vec::<PathBuf>::new());
}

/// The server itself is killed, not its program: its other processes notice, and may hold the data for a moment.
#[tokio::test]
async fn a_server_that_crashed_is_recovered() {
    let folder = folder();
    let private = Private::start(folder.path()).await.unwrap();
    let store = open(&private).await;
    store.migrate().await.unwrap();
    store.close();
    let pid = fs::read_to_string(folder.path().join("data/postmaster.pid")).unwrap();
    let killed = Command::new("kill").arg("-KILL").arg(pid.lines().next().unwrap()).status().unwrap();
    assert!(killed.success());
    drop(private);

    let private = Private::start(folder.path()).await.unwrap();
    assert!(open(&private).await.schema_current().await.unwrap());
    private.stop().await.unwrap();
}

#[tokio::test]
async fn a_server_that_crashed_is_started_again() {
    let folder = folder();
    let mut private = Private::start_disposable(folder.path()).await.unwrap();
    let store = open(&private).await;
    let pid_file = folder.path().join("data/postmaster.pid");
    let pid =
        || fs::read_to_string(&pid_file).unwrap_or_default().lines().next().unwrap_or_default().to_owned();
    let first = pid();
    let killed = Command::new("kill").args(["-KILL", &first]).status().unwrap();
    assert!(killed.success());
    let answers = async {
        loop {
            if let Ok(connection) = store.connection().await
                && connection.query("SELECT 1", &[]).await.is_ok()
                && pid() != first
            {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = answers => {}
        error = private.keep() => unreachable!("it gave up: {error}"),
    }
    store.close();
    private.stop().await.unwrap();
    assert_eq!(servers_of(folder.path()), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_stale_lock_that_names_another_program_is_removed() {
    let folder = folder();
    Private::start_disposable(folder.path()).await.unwrap().stop().await.unwrap();
    let pid = folder.path().join("data/postmaster.pid");
    assert!(!pid.exists());
    // The number is that of this test: alive, and no server.
    fs::write(&pid, format!("{}\n{}\n", std::process::id(), folder.path().join("data").display())).unwrap();
    Private::start_disposable(folder.path()).await.unwrap().stop().await.unwrap();
    assert!(!pid.exists());
}

#[tokio::test]
async fn a_second_program_waits_for_the_first() {
    let folder = folder();
    let first = Private::start_disposable(folder.path()).await.unwrap();
    let (stopped, second) = tokio::join!(first.stop(), Private::start_disposable(folder.path()));
    stopped.unwrap();
    second.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn an_interrupted_initialisation_is_begun_again() {
    let folder = folder();
    fs::write(folder.path().join("hanse-postgres.lock"), "").unwrap();
    DirBuilder::new().mode(0o700).create(folder.path().join("data.new")).unwrap();
    fs::write(folder.path().join("data.new/PG_VERSION"), "15\n").unwrap();
    Private::start_disposable(folder.path()).await.unwrap().stop().await.unwrap();
    assert!(!folder.path().join("data.new").exists());
}

#[tokio::test]
async fn the_folder_of_somebody_else_is_refused() {
    let folder = folder();
    // Only root can give a folder away; everybody else finds one that is root's.
    let path = if we_are_root() {
        chown(folder.path(), Some(SOMEBODY_ELSE), None).unwrap();
        folder.path()
    } else {
        Path::new("/usr")
    };
    let why = refusal(path).await;
    assert!(why.contains("belongs to user id"), "{why}");
}

#[tokio::test]
async fn folders_that_could_be_abused_are_refused() {
    let outer = folder();
    let check = async |path: &Path, expected: &str| {
        let why = refusal(path).await;
        assert!(why.contains(expected), "{why}");
    };

    let full = outer.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("letter"), "dear").unwrap();
    check(&full, "holds other things").await;
    assert_eq!(fs::read_to_string(full.join("letter")).unwrap(), "dear");

    let open = outer.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o777)).unwrap();
    check(&open, "can be written by everybody").await;
    check(&open.join("inside"), "everybody may write to").await;

    let link = outer.path().join("link");
    std::os::unix::fs::symlink(&full, &link).unwrap();
    check(&link, "is no folder").await;

    check(&outer.path().join("x".repeat(90)), "too long a path").await;
    check(&outer.path().join("a,b"), "has a comma").await;
    check(&outer.path().join("missing/folder"), "make it first").await;
    check(Path::new("/"), "has no parent").await;
}

/// PostgreSQL refuses root, and the user that it runs as instead cannot enter everything that root can.
#[tokio::test]
async fn root_is_told_early_that_the_server_cannot_reach_the_folder() {
    let outer = folder();
    fs::set_permissions(outer.path(), Permissions::from_mode(0o700)).unwrap();
    let outcome = Private::start_disposable(&outer.path().join("inner")).await;
    match outcome {
        Ok(private) => {
            assert!(!we_are_root());
            private.stop().await.unwrap();
        }
        Err(error) => assert!(we_are_root() && error.to_string().contains("cannot reach"), "{error}"),
    }
}
