//! Three nodes: found, made acquainted, started, watched, stopped.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::DirBuilderExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, thread};

use hanse_command::policy::NodeKeys;
use hanse_command::{Client, api};

use crate::fail::DemoError;
use crate::stage::{Look, Stage};

/// Where the nodes' data lie: on disk, and where the user that PostgreSQL runs as can enter.
const FOLDERS: &str = "/var/tmp";
/// Three databases are made at once; a slow disk takes its time.
const START_PATIENCE: Duration = Duration::from_secs(60);
/// Three nodes read thirteen thousand skills at once, in a build that is not optimised.
const LEARN_PATIENCE: Duration = Duration::from_secs(180);
/// A node drains for ten seconds at most, and its database takes the rest.
const STOP_PATIENCE: Duration = Duration::from_secs(15);
/// Milliseconds between two looks of the background work: people watch, so shorter than a node in service needs.
const PACE: [(&str, &str); 5] = [
    ("HANSE_PACE__SEQUENCE_MS", "100"),
    ("HANSE_PACE__FOLLOW_MS", "500"),
    ("HANSE_PACE__DELIVER_MS", "500"),
    // Everybody is at one address, and does in minutes what people do in weeks; and three nodes share the machine.
    ("HANSE_DOOR__PERCENT", "100000"),
    ("HANSE_DOOR__METRICS", "127.0.0.1:0"),
];
/// The end of a log that tells why a node failed.
const LOG_TAIL_BYTES: u64 = 8 * 1024;
const LOG_TAIL_LINES: usize = 20;

/// One node.
pub(crate) struct Node {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it is for here.
    pub(crate) role: &'static str,
    /// A client as nobody in particular.
    pub(crate) client: Client,
    p2p: String,
    config: PathBuf,
    data: PathBuf,
    log: PathBuf,
    process: Option<Child>,
}

impl Node {
    /// Where people reach it.
    pub(crate) fn url(&self) -> &str {
        self.client.url()
    }

    /// What it says of itself.
    pub(crate) fn keys(&self) -> Result<NodeKeys, DemoError> {
        let card =
            self.client.send(&api::node()).map_err(DemoError::asked("the demo", "read the node's card"))?;
        NodeKeys::from_answer(self.url(), &card).map_err(|mistake| DemoError::Command(mistake.into()))
    }
}

/// The three of them. Dropping them stops them and removes their folder.
pub(crate) struct Nodes {
    /// Home of the clients.
    pub(crate) a: Node,
    /// Home of the freelancers.
    pub(crate) b: Node,
    /// Home of nobody.
    pub(crate) c: Node,
    folder: PathBuf,
}

impl Nodes {
    /// Founds three nodes, tells each of the others, starts them, and waits until they are ready.
    ///
    /// Must be called by the thread that lives longest: the nodes are told to end when the thread that started them does.
    pub(crate) fn start(stage: &Stage, results: &Path) -> Result<Self, DemoError> {
        let program = beside("hanse-node")?;
        let folder = fresh_folder()?;
        let [a, b, c] = addresses()?;
        let node = |name, role, address| Node::new(name, role, &folder, results, address);
        let mut nodes = Self {
            a: node("lyon.example", "home of the clients", a)?,
            b: node("brussels.example", "home of the freelancers", b)?,
            c: node("jura.example", "home of nobody: it audits the others", c)?,
            folder: folder.clone(),
        };
        for node in nodes.all() {
            node.found(&program)?;
        }
        nodes.acquaint(&program)?;
        for node in nodes.all_mut() {
            node.launch(&program)?;
        }
        let ready = stage.within(START_PATIENCE, "three nodes to be ready", || nodes.readiness());
        if ready.as_ref().is_err_and(|error| !matches!(error, DemoError::Interrupted)) {
            nodes.last_words(stage);
        }
        ready.map(|()| nodes)
    }

    /// All of them.
    pub(crate) fn all(&self) -> [&Node; 3] {
        [&self.a, &self.b, &self.c]
    }

    fn all_mut(&mut self) -> [&mut Node; 3] {
        [&mut self.a, &mut self.b, &mut self.c]
    }

    /// Where their data lie.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Gives each node the skills of ESCO, if `make demo` could download them, and waits until all have the same. Without them a
    /// node has its own list of trades: then the answer is why.
    pub(crate) fn learn(&self, stage: &Stage) -> Result<Result<String, String>, DemoError> {
        let program = beside("hanse-node")?;
        let [config, taxonomy, fetch, cached] = ["--config", "taxonomy", "fetch", "--cached"].map(OsStr::new);
        let learnt: Vec<Result<String, DemoError>> = thread::scope(|scope| {
            let program = &program;
            let tell = |node: &Node| {
                let file = node.config.clone();
                scope.spawn(move || run(program, &[config, file.as_os_str(), taxonomy, fetch, cached]))
            };
            let told = self.all().map(tell);
            told.into_iter().filter_map(|thread| thread.join().ok()).collect()
        });
        if let Some(Err(error)) = learnt.into_iter().find(Result::is_err) {
            return Ok(Err(error.to_string()));
        }
        let version = stage.within(LEARN_PATIENCE, "three nodes to read ESCO", || self.versions())?;
        Ok(Ok(version))
    }

    /// The version of the taxonomy, once all have the same and it is more than their own list.
    fn versions(&self) -> Result<Look<String>, DemoError> {
        let mut versions = Vec::new();
        for node in self.all() {
            let answer = node.client.send(&api::skills("welding", None, Some("1")));
            let answer = answer.map_err(DemoError::asked("the demo", "look up a skill"))?;
            versions.push(
                answer.pointer("/taxonomy/version").and_then(|it| it.as_str()).unwrap_or_default().to_owned(),
            );
        }
        let first = versions.first().cloned().unwrap_or_default();
        let same = first.contains("esco") && versions.iter().all(|version| *version == first);
        Ok(if same { Look::There(first) } else { Look::NotYet(versions.join(", ")) })
    }

    /// Writes each one's card into the others' configurations.
    fn acquaint(&self, program: &Path) -> Result<(), DemoError> {
        let card = |node: &Node| {
            run(program, &[OsStr::new("--config"), node.config.as_os_str(), OsStr::new("card")])
        };
        let cards = self.all().map(|node| (node.name, card(node)));
        for (name, card) in cards {
            let card = card?;
            for node in self.all().into_iter().filter(|node| node.name != name) {
                let mut file =
                    File::options().append(true).open(&node.config).map_err(DemoError::file(&node.config))?;
                write!(file, "\n{card}").map_err(DemoError::file(&node.config))?;
            }
        }
        Ok(())
    }

    fn readiness(&mut self) -> Result<Look<()>, DemoError> {
        self.check_alive()?;
        let waiting = self.all().into_iter().filter(|node| node.client.send(&api::ready()).is_err());
        let waiting: Vec<&str> = waiting.map(|node| node.name).collect();
        Ok(if waiting.is_empty() {
            Look::There(())
        } else {
            Look::NotYet(format!("without {}", waiting.join(", ")))
        })
    }

    /// Whether all processes live.
    pub(crate) fn check_alive(&mut self) -> Result<(), DemoError> {
        for node in self.all_mut() {
            let status = node.process.as_mut().and_then(|process| process.try_wait().ok().flatten());
            if let Some(status) = status {
                return Err(DemoError::Ended { node: node.name, status: status.to_string() });
            }
        }
        Ok(())
    }

    /// Shows what the logs say about a failure: the end of the log of the node that ended, or of each.
    pub(crate) fn last_words(&mut self, stage: &Stage) {
        let ended =
            if let Err(DemoError::Ended { node, .. }) = self.check_alive() { Some(node) } else { None };
        for node in self.all().into_iter().filter(|node| ended.is_none_or(|ended| ended == node.name)) {
            stage.line(&format!("\n{} ends with\n{}", node.log.display(), tail(&node.log)));
        }
    }

    /// Tells all to end, and waits until they have.
    fn stop(&mut self) {
        for node in self.all_mut() {
            node.terminate();
        }
        let deadline = Instant::now() + STOP_PATIENCE;
        for node in self.all_mut() {
            node.join(deadline);
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            // Not worth failing for, worth knowing.
            drop(writeln!(io::stderr(), "hanse-demo: {} stays: {error}", self.folder.display()));
        }
    }
}

impl Drop for Nodes {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Node {
    fn new(
        name: &'static str,
        role: &'static str,
        folder: &Path,
        results: &Path,
        (http, p2p): (u16, u16),
    ) -> Result<Self, DemoError> {
        Ok(Self {
            name,
            role,
            client: Client::new(&format!("http://127.0.0.1:{http}"))
                .map_err(DemoError::asked("the demo", "reach a node"))?,
            p2p: format!("/ip4/127.0.0.1/tcp/{p2p}"),
            config: folder.join(format!("{name}.toml")),
            data: folder.join(name),
            log: results.join(format!("{name}.log")),
            process: None,
        })
    }

    /// Makes secret and configuration.
    fn found(&self, program: &Path) -> Result<(), DemoError> {
        let listen = self.url().trim_start_matches("http://");
        let [init, name, data, url, listen_flag, p2p] =
            ["init", "--name", "--data", "--url", "--listen", "--p2p"].map(OsStr::new);
        let config = run(
            program,
            &[
                init,
                name,
                OsStr::new(self.name),
                data,
                self.data.as_os_str(),
                url,
                OsStr::new(self.url()),
                listen_flag,
                OsStr::new(listen),
                p2p,
                OsStr::new(&self.p2p),
            ],
        )?;
        // The list of peers is appended, and TOML does not take an empty one before it.
        let lines = config.lines().filter(|line| line.trim() != "peers = []");
        let config: String = lines.flat_map(|line| [line, "\n"]).collect();
        fs::write(&self.config, config).map_err(DemoError::file(&self.config))
    }

    /// Starts the process. It is told to end if we do, however that happens.
    fn launch(&mut self, program: &Path) -> Result<(), DemoError> {
        let log = File::create(&self.log).map_err(DemoError::file(&self.log))?;
        let errors = log.try_clone().map_err(DemoError::file(&self.log))?;
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM", "--"])
            .arg(program)
            .arg("--config")
            .arg(&self.config)
            .args(["run", "--private"])
            .envs(PACE)
            // A log is a file that people open.
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(errors)
            // Ctrl-C is ours alone: we stop the nodes in order.
            .process_group(0);
        without_settings(&mut command, &PACE.map(|(name, _)| name));
        let process = command.spawn().map_err(|error| DemoError::Program {
            program: format!("setpriv {}", program.display()),
            why: error.to_string(),
        })?;
        self.process = Some(process);
        Ok(())
    }

    fn terminate(&self) {
        if let Some(process) = &self.process {
            // A process that has ended already is not ours to find.
            let told = Command::new("kill")
                .args(["-TERM", &process.id().to_string()])
                .stderr(Stdio::null())
                .status();
            drop(told);
        }
    }

    /// Waits until the process has ended, and kills it when it is late.
    fn join(&mut self, deadline: Instant) {
        let Some(mut process) = self.process.take() else { return };
        while matches!(process.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                drop(process.kill());
                drop(process.wait());
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Runs a command of the node's program that ends by itself, and returns what it prints.
fn run(program: &Path, arguments: &[&OsStr]) -> Result<String, DemoError> {
    let failed = |why: String| DemoError::Program { program: program.display().to_string(), why };
    let mut command = Command::new(program);
    without_settings(command.args(arguments).stdin(Stdio::null()), &[]);
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| failed("what it prints is not text".to_owned()))
}

/// A setting of the user's own node must not reach those of the demo.
fn without_settings(command: &mut Command, but: &[&str]) {
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        if text.starts_with("HANSE_") && !but.contains(&text) {
            command.env_remove(text);
        }
    }
}

/// The program that was built beside this one.
pub(crate) fn beside(name: &str) -> Result<PathBuf, DemoError> {
    let here = env::current_exe().map_err(DemoError::file(name))?;
    let program = here.with_file_name(name);
    if program.is_file() {
        return Ok(program);
    }
    Err(DemoError::Program {
        program: program.display().to_string(),
        why: "is not there: `make demo` builds it".to_owned(),
    })
}

/// A new folder that the users of all the programs can enter. A demo that was killed may have left one of our number.
fn fresh_folder() -> Result<PathBuf, DemoError> {
    const TRIES: u32 = 100;
    let name = |number: u32| Path::new(FOLDERS).join(format!("hanse-demo-{}-{number}", std::process::id()));
    let make = |number: u32| DirBuilder::new().mode(0o755).create(name(number)).map(|()| name(number));
    let mut made = make(0);
    for number in 1..TRIES {
        match made {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => made = make(number),
            made => return made.map_err(DemoError::file(FOLDERS)),
        }
    }
    made.map_err(DemoError::file(FOLDERS))
}

/// Three pairs of free ports. They are held until all are chosen, so that no two are the same.
fn addresses() -> Result<[(u16, u16); 3], DemoError> {
    let listen = || TcpListener::bind(("127.0.0.1", 0)).map_err(DemoError::file("127.0.0.1:0"));
    let pairs = [(listen()?, listen()?), (listen()?, listen()?), (listen()?, listen()?)];
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    let mut ports = [(0, 0); 3];
    for (chosen, (http, p2p)) in ports.iter_mut().zip(&pairs) {
        *chosen = (
            port(http).map_err(DemoError::file("127.0.0.1:0"))?,
            port(p2p).map_err(DemoError::file("127.0.0.1:0"))?,
        );
    }
    Ok(ports)
}

/// The last lines of a log.
fn tail(path: &Path) -> String {
    let read = || -> io::Result<String> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(LOG_TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_else(|error| error.to_string());
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(LOG_TAIL_LINES);
    lines.get(from..).unwrap_or_default().join("\n")
}
