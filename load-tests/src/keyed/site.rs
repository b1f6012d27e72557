//! One node and one Postgres, as processes that can be killed.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::Result;

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// A server that answers takes less.
const ANSWER_WAIT: Duration = Duration::from_secs(2);
/// Who runs Postgres if we are root, which it refuses to be.
const POSTGRES_USER: &str = "postgres";

/// Whom a fault ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Victim {
    Node,
    Backend,
    Database,
}

pub(super) struct Site {
    pub(super) address: SocketAddr,
    folder: TempDir,
    program: PathBuf,
    owner: Option<(u32, u32)>,
    postgres: Child,
    node: Child,
}

impl Site {
    /// Makes a Postgres with fsync and a node on it, under `/var/tmp`, where the disk is a disk.
    pub(super) fn start(program: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("keyed-").tempdir_in("/var/tmp")?;
        let owner = if folder.path().metadata()?.uid() == 0 { Some(user(POSTGRES_USER)?) } else { None };
        if let Some((uid, gid)) = owner {
            chown(folder.path(), Some(uid), Some(gid))?;
        }
        let initdb = ["-D", &text(&folder, "pg"), "-U", "hanse", "-A", "trust", "-E", "UTF8", "--locale=C"];
        succeeds(as_owner("initdb", owner).args(initdb))?;
        let postgres = postgres(folder.path(), owner)?;
        let create = ["-h", &text(&folder, ""), "-U", "hanse", "hanse"];
        let deadline = Instant::now() + Duration::from_secs(30);
        while succeeds(as_owner("createdb", owner).args(create)).is_err() {
            if Instant::now() > deadline {
                return Err("Postgres does not answer".into());
            }
            thread::sleep(LOOK);
        }
        let address = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?;
        let listen = address.to_string();
        let data = text(&folder, "data");
        let init = ["init", "--name", "a.example", "--data", &data, "--listen", &listen];
        let made = Command::new(program).args(init).args(["--url", &format!("http://{listen}")]).output()?;
        let host = text(&folder, "");
        let line = format!("database = \"host={host} user=hanse dbname=hanse\"\n");
        fs::write(folder.path().join("hanse.toml"), line + &String::from_utf8(made.stdout)?)?;
        succeeds(Command::new(program).args(["--config", &text(&folder, "hanse.toml"), "migrate"]))?;
        let node = node(program, &folder)?;
        Ok(Self { address, program: program.to_owned(), owner, postgres, node, folder })
    }

    /// Ends somebody with SIGKILL, and starts whom it takes again. `false` if there was nobody.
    pub(super) fn kill(&mut self, victim: Victim) -> Result<bool> {
        match victim {
            Victim::Node => {
                self.node.kill()?;
                self.revive()?;
            }
            Victim::Backend => {
                let Some(backend) = backend(self.postgres.id())? else { return Ok(false) };
                // It may have ended by itself.
                Command::new("kill").args(["-9", &backend.to_string()]).status()?;
            }
            Victim::Database => {
                self.postgres.kill()?;
                self.postgres.wait()?;
                self.revive()?;
            }
        }
        Ok(true)
    }

    /// Starts again what has ended.
    pub(super) fn revive(&mut self) -> Result<()> {
        if self.postgres.try_wait()?.is_some() {
            self.postgres = postgres(self.folder.path(), self.owner)?;
        }
        if self.node.try_wait()?.is_some() {
            self.node.wait()?;
            self.node = node(&self.program, &self.folder)?;
        }
        Ok(())
    }

    /// Waits until the node serves what is in its database.
    pub(super) fn wait_until_ready(&mut self, most: Duration) -> Result<()> {
        let deadline = Instant::now() + most;
        while !self.answers() {
            if Instant::now() > deadline {
                return Err("the node does not come back".into());
            }
            thread::sleep(LOOK);
            self.revive()?;
        }
        Ok(())
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect_timeout(&self.address, ANSWER_WAIT)?;
            stream.set_read_timeout(Some(ANSWER_WAIT))?;
            stream.write_all(b"GET /v1/jobs?limit=1 HTTP/1.1\r\nHost: keyed\r\nConnection: close\r\n\r\n")?;
            let mut head = [0; 12];
            stream.read_exact(&mut head)?;
            Ok(head.ends_with(b" 200"))
        };
        ask().unwrap_or(false)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for child in [&mut self.node, &mut self.postgres] {
            // It may have ended; then there is nothing to end.
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn node(program: &Path, folder: &TempDir) -> Result<Child> {
    let log = File::options().create(true).append(true).open(folder.path().join("node.log"))?;
    let config = text(folder, "hanse.toml");
    let mut command = Command::new(program);
    command.args(["--config", &config, "run"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    Ok(command.spawn()?)
}

/// A server on this folder. One whose processes were killed leaves some that end by themselves, and until then there can be no other.
fn postgres(folder: &Path, owner: Option<(u32, u32)>) -> Result<Child> {
    let log = File::options().create(true).append(true).open(folder.join("postgres.log"))?;
    let (data, socket) = (folder.join("pg"), folder.to_string_lossy().into_owned());
    let mut command = as_owner("postgres", owner);
    command.arg("-D").arg(data).args(["-k", &socket, "-c", "listen_addresses="]);
    Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?)
}

/// A process of the server that serves a client.
fn backend(server: u32) -> Result<Option<u32>> {
    let mut found = None;
    for entry in fs::read_dir("/proc")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else { continue };
        // A process may end between the look at the list and at itself.
        let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { continue };
        let Ok(title) = fs::read_to_string(format!("/proc/{pid}/cmdline")) else { continue };
        let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1));
        let ours = parent == Some(&server.to_string()) && title.contains("hanse hanse");
        // One that works, if there is one.
        if ours && (found.is_none() || !title.contains("idle")) {
            found = Some(pid);
        }
    }
    Ok(found)
}

fn as_owner(program: &str, owner: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(program);
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid).current_dir("/");
    }
    command
}

fn user(name: &str) -> Result<(u32, u32)> {
    let users = fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name));
    let mut fields = line.ok_or("there is no user to run Postgres as")?.split(':').skip(2);
    let mut number = || fields.next().and_then(|field| field.parse().ok()).ok_or("a user without ids");
    Ok((number()?, number()?))
}

fn succeeds(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn text(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_string_lossy().trim_end_matches('/').to_owned()
}
