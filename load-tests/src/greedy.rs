//! A node under clients that ask as fast as they are answered, and how long one person waits meanwhile.
#![expect(clippy::print_stdout, reason = "its figures are its output")]

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, get, post};
use crate::inputs::Seeded;
use crate::measure::summary;
use crate::{Error, Result};

/// Connections, and seconds, where nothing is said.
const CONNECTIONS: usize = 400;
const SECONDS: u64 = 60;
/// Jobs and people that the node has at least, so that pages of jobs, and of leaves of its log of reputation, are full.
const JOBS: usize = 250;
const PEOPLE: usize = 250;
/// Between two looks of the person.
const PACE: Duration = Duration::from_millis(100);
/// How long a client that is not answered, or not let in, waits before it comes again.
const AGAIN: Duration = Duration::from_millis(50);
/// A thread of a client needs little.
const STACK_BYTES: usize = 256 * 1024;

/// What is asked for, in turn: a page of leaves, each with its documents, and a page of jobs.
const PATHS: [&str; 2] = ["/v1/logs/{node}/reputation/entries?start=0", "/v1/jobs?limit=100"];

/// Answers of one kind of client.
#[derive(Default)]
struct Seen {
    ok: Vec<Duration>,
    turned_away: Vec<Duration>,
    failed: usize,
    unanswered: usize,
    longest: Duration,
}

impl Seen {
    /// Counts one answer, or none.
    fn count(&mut self, status: Option<u16>, took: Duration) {
        self.longest = self.longest.max(took);
        match status {
            Some(503) => self.turned_away.push(took),
            Some(200) => self.ok.push(took),
            Some(_) => self.failed += 1,
            None => self.unanswered += 1,
        }
    }

    fn add(&mut self, other: Self) {
        self.ok.extend(other.ok);
        self.turned_away.extend(other.turned_away);
        self.failed += other.failed;
        self.unanswered += other.unanswered;
        self.longest = self.longest.max(other.longest);
    }

    fn print(&self, who: &str, wall: Duration) {
        let (ok, away) = (summary(&self.ok, 1, wall), summary(&self.turned_away, 1, wall));
        println!(
            "{who}: {} answered (p50 {:.0} ms, p99 {:.0} ms), {} turned away with 503 (p50 {:.0} ms, p99 {:.0} ms), {} other failures, \
             {} without an answer; longest wait {:.2} s",
            ok.samples,
            ok.p50_us / 1e3,
            ok.p99_us / 1e3,
            away.samples,
            away.p50_us / 1e3,
            away.p99_us / 1e3,
            self.failed,
            self.unanswered,
            self.longest.as_secs_f64(),
        );
    }
}

/// `greedy ADDRESS [CONNECTIONS [SECONDS [PID]]]`: the node must be running, so that two commits can be compared by one program, and
/// with `door.percent` so high that no budget ends: what is looked at is what stands behind them.
pub(crate) fn run(words: &[String]) -> Result<()> {
    let [address, numbers @ ..] = words else {
        return Err("greedy ADDRESS [CONNECTIONS [SECONDS [PID]]], as in greedy 127.0.0.1:8080 400 60".into());
    };
    let address: SocketAddr = address.parse()?;
    let number = |at: usize| numbers.get(at).map(|number| number.parse::<u64>()).transpose();
    let connections = number(0)?.map_or(Ok(CONNECTIONS), usize::try_from)?;
    let seconds = number(1)?.unwrap_or(SECONDS);
    let pid = number(2)?;
    let token = furnished(address)?;
    let node = name(address)?;
    println!("{connections} greedy connections on {address} for {seconds} s");
    let over = Arc::new(AtomicBool::new(false));
    let start = Instant::now();
    let mut clients = Vec::new();
    for at in 0..connections {
        let path = PATHS.get(at % PATHS.len()).copied().unwrap_or_default().replace("{node}", &node);
        clients.push(client(address, get(&path), None, Arc::clone(&over))?);
    }
    let me = format!("GET /v1/me HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
    let person = client(address, me.into_bytes(), Some(PACE), Arc::clone(&over))?;
    let until = start + Duration::from_secs(seconds);
    let mut most = 0;
    while Instant::now() < until {
        thread::sleep(PACE);
        most = most.max(pid.map_or(Ok(0), resident)?);
    }
    over.store(true, Ordering::Relaxed);
    let wall = start.elapsed();
    let person = ended(person)?;
    let mut greedy = Seen::default();
    for client in clients {
        greedy.add(ended(client)?);
    }
    greedy.print("greedy", wall);
    person.print("GET /v1/me of one person", wall);
    if pid.is_some() {
        println!("most resident memory: {} MiB", most / 1024);
    }
    println!("afterwards: {}", afterwards(address));
    Ok(())
}

/// A node with enough people and jobs; the token of one person.
fn furnished(address: SocketAddr) -> Result<String> {
    let mut client = Client::connect(address)?;
    let handle = format!("g{}", std::process::id());
    let account = json!({"handle": handle, "password": "correct horse battery"});
    client.send(&post("/v1/accounts", None, &account), "201")?;
    let session: Value = serde_json::from_slice(&client.send(&post("/v1/sessions", None, &account), "200")?)?;
    let token = session.get("access_token").and_then(Value::as_str).ok_or("no token")?;
    for number in 0..PEOPLE {
        let other = json!({"handle": format!("{handle}-{number}"), "password": "correct horse battery"});
        client.send(&post("/v1/accounts", None, &other), "201")?;
    }
    let mut text = Seeded::new(7);
    for _ in 0..JOBS {
        let job = json!({"title": "Repair a gate", "text": text.text(700)});
        client.send(&post("/v1/jobs", Some(token), &job), "201")?;
    }
    Ok(token.to_owned())
}

/// The node's name.
fn name(address: SocketAddr) -> Result<String> {
    let node: Value = serde_json::from_slice(&Client::connect(address)?.send(&get("/v1/node"), "200")?)?;
    Ok(node.get("name").and_then(Value::as_str).ok_or("a node without a name")?.to_owned())
}

/// Asks again and again until it is over: at once, or with a pause.
fn client(
    address: SocketAddr,
    request: Vec<u8>,
    pause: Option<Duration>,
    over: Arc<AtomicBool>,
) -> Result<JoinHandle<Seen>> {
    let run = move || {
        let (mut seen, mut connected) = (Seen::default(), None);
        while !over.load(Ordering::Relaxed) {
            let start = Instant::now();
            if connected.is_none() {
                connected = Client::connect(address).ok();
            }
            let status = connected.as_mut().and_then(|client| client.status(&request).ok());
            seen.count(status, start.elapsed());
            if status.is_none() {
                connected = None;
                thread::sleep(AGAIN);
            }
            if let Some(pause) = pause {
                thread::sleep(pause);
            }
        }
        seen
    };
    Ok(thread::Builder::new().stack_size(STACK_BYTES).spawn(run)?)
}

fn ended(client: JoinHandle<Seen>) -> Result<Seen> {
    client.join().map_err(|_| Error::from("a client panicked"))
}

/// Kilobytes of memory that a process has now; none if it has ended.
fn resident(pid: u64) -> Result<u64> {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/status")) else { return Ok(0) };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    Ok(line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default())
}

/// Whether the node lives and leads.
fn afterwards(address: SocketAddr) -> String {
    let asked = |path: &str| Client::connect(address)?.send(&get(path), "200");
    match asked("/readyz") {
        Ok(ready) => String::from_utf8_lossy(&ready).chars().take(120).collect(),
        Err(error) => format!("not ready: {error}"),
    }
}
