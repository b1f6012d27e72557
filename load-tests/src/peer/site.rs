//! Two honest nodes as processes, each on a private Postgres of its own, pinned to each other and to the hostile peer.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use super::seat::{Seat, multiaddress};
use crate::Result;
use crate::client::{Client, get};

/// Between two looks.
pub(super) const LOOK: Duration = Duration::from_millis(100);
/// A node and its database start within seconds; a machine that does much else takes longer.
const START_WAIT: Duration = Duration::from_secs(120);
/// A node drains for ten seconds at most, and its database takes the rest.
const STOP_WAIT: Duration = Duration::from_secs(20);
/// What differs from a node in service: everybody comes from one address here, and the background work looks as often as in the demo.
const SETTINGS: [(&str, &str); 4] = [
    ("HANSE_PACE__SEQUENCE_MS", "100"),
    ("HANSE_PACE__FOLLOW_MS", "500"),
    ("HANSE_PACE__DELIVER_MS", "500"),
    ("HANSE_DOOR__PERCENT", "100000"),
];

/// One honest node.
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) http: SocketAddr,
    pub(super) metrics: SocketAddr,
    pub(super) p2p: SocketAddr,
    folder: PathBuf,
    process: Option<Child>,
}

/// Both of them; they end with this value.
pub(super) struct Site {
    pub(super) a: Node,
    pub(super) b: Node,
    folder: TempDir,
}

impl Site {
    /// Founds and starts both. The hostile peer `e` is pinned by both, `alone_at_a`, if there is one, by
    /// the first alone. Only from the thread that
    /// lives longest: the nodes are told to end when the thread that started them does.
    pub(super) fn start(program: &Path, e: &Seat, alone_at_a: Option<&Seat>) -> Result<Self> {
        // Where the user that Postgres runs as can enter, and where the disk is a disk.
        let folder = tempfile::Builder::new().prefix("hostile-peer-").tempdir_in("/var/tmp")?;
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        let mut site = Self {
            a: Node::found(program, "a.example", folder.path())?,
            b: Node::found(program, "b.example", folder.path())?,
            folder,
        };
        let (card_a, card_b) = (site.a.card(program)?, site.b.card(program)?);
        let others: Vec<String> = alone_at_a.into_iter().chain([e]).map(Seat::card).collect();
        site.a.pin(others.iter().chain([&card_b]))?;
        site.b.pin([&card_a, &e.card()])?;
        // One after the other: two databases that are made at once on a busy machine may both take too long.
        site.a.launch(program)?;
        site.until_ready(|site| &site.a)?;
        site.b.launch(program)?;
        site.until_ready(|site| &site.b)?;
        Ok(site)
    }

    fn until_ready(&mut self, node: impl Fn(&Self) -> &Node) -> Result<()> {
        let deadline = Instant::now() + START_WAIT;
        while !node(self).is_ready() {
            self.both_live()?;
            if Instant::now() > deadline {
                let Node { name, .. } = node(self);
                return Err(format!("{name} is not ready: {}", node(self).last_words()).into());
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }

    /// Whether both processes live; an error with the end of the log if one has ended.
    pub(super) fn both_live(&mut self) -> Result<()> {
        for node in [&mut self.a, &mut self.b] {
            if let Some(status) = node.process.as_mut().map(Child::try_wait).transpose()?.flatten() {
                return Err(format!("{} has ended with {status}: {}", node.name, node.last_words()).into());
            }
        }
        Ok(())
    }

    /// Leaves the folder with data and logs where it is, for whoever looks for a cause.
    pub(super) fn keep(mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for node in [&self.a, &self.b] {
            node.terminate();
        }
        let deadline = Instant::now() + STOP_WAIT;
        for node in [&mut self.a, &mut self.b] {
            node.join(deadline);
        }
    }
}

impl Node {
    /// Makes secret and configuration.
    fn found(program: &Path, name: &'static str, folder: &Path) -> Result<Self> {
        let [http, metrics, p2p] = addresses()?;
        let folder = folder.join(name);
        fs::create_dir(&folder)?;
        let node = Self { name, http, metrics, p2p, folder, process: None };
        let data = node.folder.join("data");
        let mut init = Command::new(program);
        init.args(["init", "--name", name, "--data"]).arg(&data);
        init.args(["--listen", &http.to_string(), "--url", &format!("http://{http}")]);
        init.args(["--p2p", &multiaddress(p2p)]);
        // The list of peers is appended, and TOML does not take an empty one before it.
        let config = printed(&mut init)?;
        let lines = config.lines().filter(|line| line.trim() != "peers = []");
        fs::write(node.config(), lines.flat_map(|line| [line, "\n"]).collect::<String>())?;
        Ok(node)
    }

    fn config(&self) -> PathBuf {
        self.folder.join("hanse.toml")
    }

    fn card(&self, program: &Path) -> Result<String> {
        printed(Command::new(program).arg("--config").arg(self.config()).arg("card"))
    }

    fn pin<'a>(&self, cards: impl IntoIterator<Item = &'a String>) -> Result<()> {
        let mut file = File::options().append(true).open(self.config())?;
        Ok(cards.into_iter().try_for_each(|card| write!(file, "\n{card}"))?)
    }

    fn launch(&mut self, program: &Path) -> Result<()> {
        let log = File::create(self.folder.join("node.log"))?;
        // A trial that is killed leaves no node behind.
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--"]).arg(program).arg("--config").arg(self.config());
        command.args(["run", "--private"]).envs(SETTINGS).env("NO_COLOR", "1");
        command.env("HANSE_DOOR__METRICS", self.metrics.to_string());
        self.process = Some(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()?);
        Ok(())
    }

    /// Its process.
    pub(super) fn pid(&self) -> Result<u32> {
        Ok(self.process.as_ref().ok_or("a node without a process")?.id())
    }

    /// What it answers to a GET, if that is a success.
    pub(super) fn read(&self, path: &str) -> Result<Value> {
        Ok(serde_json::from_slice(&Client::connect(self.http)?.send(&get(path), "200")?)?)
    }

    /// Whether it can do its work.
    pub(super) fn is_ready(&self) -> bool {
        self.read("/readyz").is_ok()
    }

    /// The value of a metric, if it has been counted yet.
    pub(super) fn metric(&self, name: &str) -> Result<Option<f64>> {
        let text = Client::connect(self.metrics)?.send(&get("/metrics"), "200")?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(line.map(str::parse).transpose()?)
    }

    /// The gossip score that it gives a peer.
    pub(super) fn score_of(&self, peer: &str) -> Result<f64> {
        Ok(self.metric(&format!("hanse_network_peer_score{{peer=\"{peer}\"}}"))?.unwrap_or_default())
    }

    /// How it sees one log of a peer: its size, and the word for why it is halted.
    pub(super) fn mirror(&self, origin: &str) -> Result<(u64, Option<String>)> {
        let peers = self.read("/v1/peers")?;
        let logs = peers.as_array().into_iter().flatten().filter_map(|peer| peer.get("logs")?.as_array());
        let mut logs = logs.flatten();
        let log = logs.find(|log| log.get("origin").and_then(Value::as_str) == Some(origin));
        let log = log.ok_or_else(|| format!("{} does not follow {origin}", self.name))?;
        let halted = log.get("halted").and_then(Value::as_str);
        let word = halted.map(|why| why.lines().next().unwrap_or_default().to_owned());
        Ok((log.get("size").and_then(Value::as_u64).unwrap_or_default(), word))
    }

    /// Bytes of all that it keeps, its database above all.
    pub(super) fn disk_bytes(&self) -> u64 {
        bytes_below(&self.folder)
    }

    fn last_words(&self) -> String {
        /// Lines that tell why a node failed: the last words of its database's programs are among them.
        const LINES: usize = 24;
        let text = fs::read_to_string(self.folder.join("node.log")).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join("\n")
    }

    /// Tells it to end; then it stops its Postgres.
    fn terminate(&self) {
        if let Some(process) = &self.process {
            // It may have ended; then there is nobody to tell.
            drop(
                Command::new("kill")
                    .args(["-TERM", &process.id().to_string()])
                    .stderr(Stdio::null())
                    .status(),
            );
        }
    }

    fn join(&mut self, deadline: Instant) {
        let Some(mut process) = self.process.take() else { return };
        while matches!(process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                drop(process.kill());
                drop(process.wait());
                return;
            }
            thread::sleep(LOOK);
        }
    }
}

/// Free addresses of this machine. They are held until all are chosen, so that no two are the same.
pub(super) fn addresses<const N: usize>() -> Result<[SocketAddr; N]> {
    let listeners = (0..N).map(|_| TcpListener::bind(("127.0.0.1", 0)));
    let listeners: Vec<TcpListener> = listeners.collect::<std::io::Result<_>>()?;
    let addresses: Vec<SocketAddr> =
        listeners.iter().map(TcpListener::local_addr).collect::<std::io::Result<_>>()?;
    addresses.try_into().map_err(|_| "too few addresses".into())
}

/// What a program prints that ends by itself.
fn printed(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

/// Files come and go while a database works; what is gone counts nothing.
fn bytes_below(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = |entry: fs::DirEntry| match entry.metadata() {
        Ok(found) if found.is_dir() => bytes_below(&entry.path()),
        Ok(found) => found.len(),
        Err(_) => 0,
    };
    entries.map(bytes).sum()
}
