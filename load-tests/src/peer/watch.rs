//! What an attack costs its victim: memory, processor time, disk, and how long one person waits meanwhile.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::site::{LOOK, Node};
use crate::client::Client;
use crate::measure::{Times, summary};
use crate::{Error, Result};

/// Units of processor time in a second, as Linux shows them to every program.
const TICKS: f64 = 100.0;
/// Where the two fields of processor time stand behind a process's name in `/proc/PID/stat`.
const TIME_FIELDS: std::ops::Range<usize> = 11..13;

/// What was seen of one node and one person.
pub(super) struct Seen {
    /// Resident memory at the beginning, and the most there was, in bytes.
    pub(super) resident: (u64, u64),
    /// Seconds of processor time in a second of the clock on the wall; those of its Postgres are not among them.
    pub(super) processor: f64,
    /// MiB that its folder has grown by, the database's above all.
    pub(super) disk: f64,
    /// How long the person waited, where there was an answer.
    pub(super) waits: Times,
    /// Answers other than 200, and none at all.
    pub(super) failed: usize,
}

/// Watches from its making to its end.
pub(super) struct Watch {
    pid: u32,
    start: Instant,
    resident: u64,
    processor: f64,
    disk: u64,
    over: Arc<AtomicBool>,
    person: JoinHandle<(Vec<Duration>, usize)>,
}

impl Watch {
    /// Begins: the person of this token asks the node for themselves again and again.
    pub(super) fn start(node: &Node, token: &str) -> Result<Self> {
        let pid = node.pid()?;
        // From here on the most memory is counted anew (proc_pid_clear_refs(5)).
        fs::write(format!("/proc/{pid}/clear_refs"), "5")?;
        let over = Arc::new(AtomicBool::new(false));
        let person = person(node.http, token, Arc::clone(&over));
        let (resident, processor, disk) = (resident(pid, "VmRSS:")?, processor(pid)?, node.disk_bytes());
        Ok(Self { pid, start: Instant::now(), resident, processor, disk, over, person })
    }

    /// Ends, and tells. The node must live.
    pub(super) fn stop(self, node: &Node) -> Result<Seen> {
        let wall = self.start.elapsed();
        self.over.store(true, Ordering::SeqCst);
        let (waits, failed) = self.person.join().map_err(|_| Error::from("who watched has panicked"))?;
        let mebibytes = |bytes: u64| f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0;
        Ok(Seen {
            resident: (self.resident, resident(self.pid, "VmHWM:")?),
            processor: (processor(self.pid)? - self.processor) / wall.as_secs_f64(),
            disk: mebibytes(node.disk_bytes()) - mebibytes(self.disk),
            waits: summary(&waits, 1, wall),
            failed,
        })
    }
}

fn person(server: SocketAddr, token: &str, over: Arc<AtomicBool>) -> JoinHandle<(Vec<Duration>, usize)> {
    let me =
        format!("GET /v1/me HTTP/1.1\r\nHost: peer\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes();
    thread::spawn(move || {
        let (mut waits, mut failed, mut connected) = (Vec::new(), 0, None);
        while !over.load(Ordering::SeqCst) {
            let start = Instant::now();
            if connected.is_none() {
                connected = Client::connect(server).ok();
            }
            let status = connected.as_mut().and_then(|client| client.status(&me).ok());
            if status == Some(200) {
                waits.push(start.elapsed());
            } else {
                failed += 1;
                connected = None;
            }
            thread::sleep(LOOK);
        }
        (waits, failed)
    })
}

/// A size from a process's status, in bytes.
fn resident(pid: u32, field: &str) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)?.trim().strip_suffix(" kB"));
    Ok(line.ok_or("a process without memory")?.parse::<u64>()? * 1024)
}

/// Seconds of processor time that a process has used, in itself and in the kernel.
fn processor(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = fields.get(TIME_FIELDS).ok_or("a process without times")?;
    let ticks = ticks.iter().map(|field| field.parse::<f64>()).sum::<std::result::Result<f64, _>>()?;
    Ok(ticks / TICKS)
}
