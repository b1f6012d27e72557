//! What strangers can make a node hold: memory after many logins, and beside clients that ask for much and read nothing.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::runtime::Runtime;

use crate::client::{Client, get, post};
use crate::http::Node;
use crate::logs::Database;
use crate::measure::resident_bytes;
use crate::{Error, Result, report};

/// Logins in all, and how many at once: more than are hashed at one time.
const LOGINS: usize = 1_000;
const AT_ONCE: usize = 8;
/// Connections that read nothing, and what each asks for before it stops.
const SILENT: usize = 544;
const PIPELINED: usize = 40;
/// The largest file of the API's documentation.
const FILE: &str = "/docs/swagger-ui-bundle.js";
/// How long they are watched: longer than the server gives a client to take something.
const WATCHED: Duration = Duration::from_secs(45);

/// Resident memory while so many people sign in, half of whom do not exist.
pub(crate) fn logins() -> Result<()> {
    with_node(|server| {
        let account = json!({"handle": "ada", "password": "correct horse battery"});
        Client::connect(server)?.send(&post("/v1/accounts", None, &account), "201")?;
        let before = resident_bytes()?;
        let signs_in = |number: usize| {
            move || -> Result<()> {
                let mut client = Client::connect(server)?;
                for login in 0..LOGINS / AT_ONCE {
                    let (handle, status) =
                        if (number + login).is_multiple_of(2) { ("ada", "200") } else { ("nobody", "401") };
                    let login = json!({"handle": handle, "password": "correct horse battery"});
                    client.send(&post("/v1/sessions", None, &login), status)?;
                }
                Ok(())
            }
        };
        let start = Instant::now();
        all((0..AT_ONCE).map(|number| thread::spawn(signs_in(number))).collect())?;
        let seconds = start.elapsed().as_secs_f64();
        let what = format!("{LOGINS} logins, {AT_ONCE} at once");
        report::memory(&what, before, resident_bytes()?, &format!("{seconds:.1} s"));
        Ok(())
    })
}

/// Resident memory beside clients that read nothing, and how many of them are still connected in the end.
pub(crate) fn unread() -> Result<()> {
    with_node(|server| {
        Client::connect(server)?.send(&get("/healthz"), "200")?;
        let before = resident_bytes()?;
        let requests = get(FILE).repeat(PIPELINED);
        let mut silent = Vec::new();
        for _ in 0..SILENT {
            let mut stream = TcpStream::connect(server)?;
            stream.write_all(&requests)?;
            silent.push(stream);
        }
        let start = Instant::now();
        let mut most = before;
        while start.elapsed() < WATCHED {
            thread::sleep(Duration::from_millis(250));
            most = most.max(resident_bytes()?);
        }
        let open = silent.iter_mut().map(is_open).collect::<Result<Vec<bool>>>()?;
        let open = open.into_iter().filter(|open| *open).count();
        let what = format!("{SILENT} connections that ask {PIPELINED} times for {FILE} and read nothing");
        let seconds = WATCHED.as_secs();
        report::memory(&what, before, most, &format!("{open} still open after {seconds} s"));
        Ok(())
    })
}

/// Whether the server still holds the connection: what it sent before is read first.
fn is_open(stream: &mut TcpStream) -> Result<bool> {
    stream.set_nonblocking(true)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(false),
            Ok(_) => {}
            Err(error) => return Ok(error.kind() == std::io::ErrorKind::WouldBlock),
        }
    }
}

fn all(threads: Vec<thread::JoinHandle<Result<()>>>) -> Result<()> {
    threads
        .into_iter()
        .try_for_each(|thread| thread.join().unwrap_or_else(|_| Err(Error::from("a client panicked"))))
}

fn with_node(work: impl FnOnce(SocketAddr) -> Result<()>) -> Result<()> {
    let runtime = Runtime::new()?;
    let database = runtime.block_on(Database::start())?;
    runtime.block_on(database.store())?.close();
    let node = Node::start(database.server.url())?;
    let worked = work(node.address);
    let stopped = node.stop();
    runtime.block_on(database.stop())?;
    worked.and(stopped)
}
