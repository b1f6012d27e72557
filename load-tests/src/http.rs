//! A whole node over HTTP against a bare handler that answers the same bytes, and against one row in the same Postgres.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, web};
use hanse_base::clock::SystemClock;
use hanse_base::config::Secret;
use hanse_document::SigningKey;
use hanse_node::config::Door;
use hanse_node::{Config, Running};
use hanse_store::Store;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::client::{Client, get, post};
use crate::inputs::{Seeded, signed_posting};
use crate::measure::{Figure, Times, summary};
use crate::report::Group;
use crate::sequencer::{Database, raw_insert};
use crate::{Error, Result};

/// Clients at once: as many as this machine has cores for them.
const CLIENTS: usize = 2;
/// Turns of the two servers.
const TURNS: usize = 8;
const READS: usize = 400;
const WRITES: usize = 30;
/// Bytes of text in a posting.
const TEXT: usize = 1_000;

pub(crate) fn run() -> Result<Group> {
    let runtime = Runtime::new()?;
    let database = runtime.block_on(Database::start())?;
    runtime.block_on(database.store())?.close();
    let url = database.server.url();
    let node = Node::start(url.clone())?;
    let figures = figures(&node, &url);
    let stopped = node.stop();
    runtime.block_on(database.stop())?;
    stopped?;
    let title = "A node over HTTP (two clients that wait for their answers; workers, sequencer and Postgres run beside them)";
    Ok(Group { title, figures: figures? })
}

fn figures(node: &Node, url: &str) -> Result<Vec<Figure>> {
    let mut client = Client::connect(node.address)?;
    let account = json!({"handle": "ada", "password": "correct horse battery"});
    client.send(&post("/v1/accounts", None, &account), "201")?;
    let session: Value = serde_json::from_slice(&client.send(&post("/v1/sessions", None, &account), "200")?)?;
    let token = session.get("access_token").and_then(Value::as_str).ok_or("no token")?;
    let job = json!({"title": "Repair a gate", "text": Seeded::new(5).text(TEXT)});
    let posted: Value = serde_json::from_slice(&client.send(&post("/v1/jobs", Some(token), &job), "201")?)?;
    let id = posted.pointer("/view/id").and_then(Value::as_str).ok_or("no id")?;
    Ok(vec![reading(node, id)?, writing(node, url, token, &job)?])
}

/// `GET /v1/jobs/{id}` against a handler that has the answer already.
fn reading(node: &Node, id: &str) -> Result<Figure> {
    let request = get(&format!("/v1/jobs/{id}"));
    let answer = Client::connect(node.address)?.send(&request, "200")?;
    let bare = Bare::start(answer)?;
    let ask = move |client: &mut Client| client.send(&request, "200").map(drop);
    let connect = |server: SocketAddr| move || Client::connect(server);
    let (mut ours, mut limit) = (Load::default(), Load::default());
    for _ in 0..TURNS {
        limit.add(READS, connect(bare.address), ask.clone())?;
        ours.add(READS, connect(node.address), ask.clone())?;
    }
    bare.stop()?;
    Ok(Figure::new(
        "GET /v1/jobs/{id}",
        "a bare actix handler with the same answer",
        ours.times(),
        limit.times(),
    ))
}

/// `POST /v1/jobs` against one row with the document's bytes and its commit.
fn writing(node: &Node, url: &str, token: &str, job: &Value) -> Result<Figure> {
    let request = post("/v1/jobs", Some(token), job);
    let document = signed_posting(&mut Seeded::new(6), &SigningKey::from_seed([1; 32]), TEXT)?;
    let (mut ours, mut limit) = (Load::default(), Load::default());
    for _ in 0..TURNS {
        let (url, document) = (url.to_owned(), document.clone());
        // A connection lives in the runtime that made it, so each client has both.
        let connect = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let config = hanse_store::Config { url: url.clone(), connections: 1 };
            let store = runtime.block_on(Store::open(&config))?;
            Ok((runtime, store))
        };
        limit.add(WRITES, connect, move |(runtime, store): &mut (Runtime, Store)| {
            let id = document.id();
            runtime.block_on(raw_insert(store, &[id.hash()], &[document.bytes()])).map(drop)
        })?;
        let (server, request) = (node.address, request.clone());
        let send = move |client: &mut Client| client.send(&request, "201").map(drop);
        ours.add(WRITES, move || Client::connect(server), send)?;
    }
    Ok(Figure::new(
        "POST /v1/jobs",
        "one row with the same bytes, INSERT and commit",
        ours.times(),
        limit.times(),
    ))
}

/// The times of all clients, and how long they took together.
#[derive(Default)]
struct Load {
    times: Vec<Duration>,
    wall: Duration,
}

impl Load {
    /// Lets each client do `count` operations, one after the other, beside the others.
    fn add<C>(
        &mut self,
        count: usize,
        connect: impl Fn() -> Result<C> + Clone + Send + 'static,
        operation: impl Fn(&mut C) -> Result<()> + Clone + Send + 'static,
    ) -> Result<()> {
        let start = Instant::now();
        let client = || {
            let (connect, operation) = (connect.clone(), operation.clone());
            thread::spawn(move || -> Result<Vec<Duration>> {
                let mut client = connect()?;
                let timed = |_| {
                    let start = Instant::now();
                    operation(&mut client).map(|()| start.elapsed())
                };
                (0..count).map(timed).collect()
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(|_| client()).collect();
        for client in clients {
            self.times.extend(client.join().map_err(|_| "a client panicked")??);
        }
        self.wall += start.elapsed();
        Ok(())
    }

    fn times(&self) -> Times {
        summary(&self.times, 1, self.wall)
    }
}

/// A whole node, on a thread with a runtime of its own as in a process of its own.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Node {
    pub(crate) fn start(database: String) -> Result<Self> {
        let (ready, started) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let run = move || -> Result<()> {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
            runtime.block_on(async {
                let listen = SocketAddr::from(([127, 0, 0, 1], 0));
                // Two clients from one address do in a second what the built-in limits allow in an hour.
                let door = Door { percent: 1_000_000, metrics: listen, ..Door::default() };
                // What it remembers of its heads is of this database, and of no earlier one's.
                let data = tempfile::tempdir()?;
                let config = Config {
                    listen,
                    door,
                    database: Some(database.clone()),
                    data: data.path().to_owned(),
                    ..Config::defaults()
                };
                let connections = config.connections;
                let store = Store::open(&hanse_store::Config { url: database, connections }).await?;
                let running =
                    Running::start(&config, Secret::new([9; 32]), store.clone(), Arc::new(SystemClock));
                let running = running.await.map_err(|error| error.to_string())?;
                ready.send(running.address()).map_err(|_| "nobody waits for the node")?;
                let stop = async { stopping.await.map(|()| "done").map_err(Into::into) };
                let outcome = running.until(stop).await.map_err(|error| error.to_string().into());
                store.close();
                outcome
            })
        };
        let thread = thread::spawn(run);
        match started.blocking_recv() {
            Ok(address) => Ok(Self { address, stop, thread }),
            Err(_) => Err(ended(thread).err().unwrap_or_else(|| "the node ended".into())),
        }
    }

    pub(crate) fn stop(self) -> Result<()> {
        let told = self.stop.send(());
        ended(self.thread)?;
        told.map_err(|()| "the node had ended".into())
    }
}

/// A server with one handler, which answers these bytes.
struct Bare {
    address: SocketAddr,
    handle: ServerHandle,
    thread: JoinHandle<Result<()>>,
}

impl Bare {
    fn start(answer: Vec<u8>) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?;
        let answer = web::Bytes::from(answer);
        let app = move || {
            let answer = answer.clone();
            let handler = move || std::future::ready(answered(&answer));
            App::new().route("/v1/jobs/{id}", web::get().to(handler))
        };
        let (ready, started) = oneshot::channel();
        let run = move || -> Result<()> {
            let server = HttpServer::new(app).workers(2).disable_signals().listen(listener)?.run();
            drop(ready.send(server.handle()));
            Ok(actix_web::rt::System::new().block_on(server)?)
        };
        let thread = thread::spawn(run);
        Ok(Self { address, handle: started.blocking_recv()?, thread })
    }

    fn stop(self) -> Result<()> {
        tokio::runtime::Builder::new_current_thread().build()?.block_on(self.handle.stop(false));
        ended(self.thread)
    }
}

fn answered(answer: &web::Bytes) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(answer.clone())
}

fn ended(thread: JoinHandle<Result<()>>) -> Result<()> {
    thread.join().unwrap_or_else(|_| Err(Error::from("a server panicked")))
}
