//! A whole node over HTTP: a read against a bare handler that reads the same row, a write against one row in the same Postgres.

mod bare;
mod node;
mod posting;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use hanse_document::SigningKey;
use hanse_store::{Sql as _, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use self::bare::Bare;
pub(crate) use self::node::Node;
pub(crate) use self::posting::run as posting;
use crate::Result;
use crate::client::{Client, get, post};
use crate::inputs::{Seeded, now, signed_posting};
use crate::logs::{Database, Disk, raw_insert};
use crate::measure::{Figure, Times, Value as Amount, summary};
use crate::report::Group;

/// Clients at once that read: as many as this machine has cores for them, and four times as many.
const READERS: [usize; 2] = [2, 8];
/// Clients at once that write, each a person of their own.
const WRITERS: [usize; 3] = [1, 8, 32];
/// Turns of the two servers.
const TURNS: usize = 8;
/// Requests of one turn, shared by its clients.
const READS: usize = 800;
const WRITES: usize = 128;
/// Contracts of which it is told what they take on disk.
const CONTRACTS: usize = 40;
/// Bytes of text in a posting.
const TEXT: usize = 1_000;
/// Postings that a search finds, and as many that it does not: a page is full.
const FOUND: usize = 60;
/// What stands in every posting that is found.
const WORD: &str = "gate";
/// When the work is due: in a month.
const DUE_SECONDS: i64 = 30 * 86_400;
/// Of a written time, the date.
const DATE_CHARS: usize = 10;
/// Connections of the bare handler: those that a node has for requests by default.
const CONNECTIONS: usize = 9;
/// Between two looks whether the node has sequenced all.
const LOOK: Duration = Duration::from_millis(20);

const WAITING: &str = "SELECT (SELECT count(*) FROM log_pending) + (SELECT count(*) FROM gossip) AS waiting";

pub(crate) fn run() -> Result<Group> {
    let runtime = Runtime::new()?;
    let database = runtime.block_on(Database::start())?;
    runtime.block_on(database.store())?.close();
    let url = database.server.url();
    let node = Node::start(url.clone())?;
    let measured = Bench::start(&runtime, &node, &url).and_then(|bench| bench.measured());
    let stopped = node.stop();
    runtime.block_on(database.stop())?;
    stopped?;
    let (figures, values) = measured?;
    let title = "A node over HTTP (clients that wait for their answers; workers, sequencer and Postgres run beside them)";
    Ok(Group { title, figures, values })
}

/// A node, and people there who are signed in.
struct Bench<'a> {
    runtime: &'a Runtime,
    node: &'a Node,
    url: &'a str,
    store: Store,
    tokens: Vec<String>,
}

impl<'a> Bench<'a> {
    fn start(runtime: &'a Runtime, node: &'a Node, url: &'a str) -> Result<Self> {
        let config = hanse_store::Config { url: url.to_owned(), connections: CONNECTIONS };
        let store = runtime.block_on(Store::open(&config))?;
        let people = WRITERS.into_iter().max().unwrap_or(1);
        let tokens = (0..people).map(|number| sign_in(node, number)).collect::<Result<_>>()?;
        Ok(Self { runtime, node, url, store, tokens })
    }

    fn measured(&self) -> Result<(Vec<Figure>, Vec<Amount>)> {
        let mut seeded = Seeded::new(5);
        let text = |seeded: &mut Seeded| seeded.text(TEXT);
        let job = json!({"title": format!("Repair a {WORD}"), "text": text(&mut seeded)});
        let other = json!({"title": "Mow a lawn", "text": text(&mut seeded)});
        let mut id = String::new();
        for _ in 0..FOUND {
            id = self.made(0, "/v1/jobs", &job)?;
            self.made(1, "/v1/jobs", &other)?;
        }
        let contract = self.contract(&id)?;
        self.settled()?;
        let bare = Bare::start(self.store.clone())?;
        let mut figures = Vec::new();
        for clients in READERS {
            let ours = get(&format!("/v1/jobs/{id}"));
            let limit = get(&format!("/one/{id}"));
            let what = ("GET /v1/jobs/{id}", "a bare actix handler that reads its row");
            figures.push(self.reading(&bare, clients, what, (ours, limit))?);
        }
        let search = (get(&format!("/v1/jobs?text={WORD}")), get(&format!("/page/{WORD}")));
        let what = ("GET /v1/jobs?text=", "a bare actix handler that reads its page");
        figures.push(self.reading(&bare, 2, what, search)?);
        let read = (self.get(0, &format!("/v1/contracts/{contract}"))?, get(&format!("/one/{contract}")));
        let what = ("GET /v1/contracts/{id}", "a bare actix handler that reads one row");
        figures.push(self.reading(&bare, 2, what, read)?);
        bare.stop()?;
        let before = self.disk()?;
        for clients in WRITERS {
            figures.push(self.writing(clients, &job)?);
        }
        let posted = WRITERS.map(|clients| TURNS * clients * writes(clients)).iter().sum();
        let values = vec![self.on_disk("posting", &before, posted)?, self.contracts(&job)?];
        self.store.close();
        Ok((figures, values))
    }

    /// What a contract takes on disk, from the bid on: job and people are there before.
    fn contracts(&self, job: &Value) -> Result<Amount> {
        let jobs = (0..CONTRACTS).map(|_| self.made(0, "/v1/jobs", job));
        let jobs = jobs.collect::<Result<Vec<_>>>()?;
        self.settled()?;
        let before = self.disk()?;
        for job in &jobs {
            self.contract(job)?;
        }
        self.settled()?;
        self.on_disk("contract, from the bid on", &before, jobs.len())
    }

    fn disk(&self) -> Result<Disk> {
        self.runtime.block_on(Disk::of(&self.store))
    }

    fn on_disk(&self, what: &str, before: &Disk, things: usize) -> Result<Amount> {
        let (bytes, tables) = self.disk()?.each_since(before, things);
        Ok(Amount::new(format!("on disk for each {what} ({tables})"), bytes, "bytes"))
    }

    /// A GET of this person.
    fn get(&self, person: usize, path: &str) -> Result<Vec<u8>> {
        let token = self.tokens.get(person).ok_or("nobody")?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
        Ok(head.into_bytes())
    }

    /// What a person makes here: its id.
    fn made(&self, person: usize, path: &str, body: &Value) -> Result<String> {
        let request = post(path, self.tokens.get(person).map(String::as_str), body);
        let made = Client::connect(self.node.address)?.send(&request, "201")?;
        let made: Value = serde_json::from_slice(&made)?;
        Ok(made.pointer("/view/id").and_then(Value::as_str).ok_or("no id")?.to_owned())
    }

    /// A contract of the first two people.
    fn contract(&self, job: &str) -> Result<String> {
        let pay = json!({"kind": "money", "currency": "EUR", "max": 7500, "per": "project"});
        let bid = json!({"text": "I do this every day.", "days": 3, "pay": pay});
        let bid = self.made(1, &format!("/v1/jobs/{job}/bids"), &bid)?;
        let due = now()?.add_seconds(DUE_SECONDS)?.to_string();
        let due = due.get(..DATE_CHARS).ok_or("a time without a date")?;
        let offer = json!({"scope": "Repair it.", "due": due, "pay": pay});
        let contract = self.made(0, &format!("/v1/bids/{bid}/offer"), &offer)?;
        self.made(1, &format!("/v1/contracts/{contract}/accept"), &json!({}))?;
        Ok(contract)
    }

    /// Waits until the node has sequenced all: what it still does after its turn would slow down the limit.
    fn settled(&self) -> Result<()> {
        loop {
            let look = async { self.store.connection().await?.query_one(WAITING, &[]).await };
            let row = self.runtime.block_on(look)?;
            if hanse_store::column::<i64>(&row, "log_pending", "waiting")? == 0 {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
    }

    /// A GET of the node against one of the bare server.
    fn reading(
        &self,
        bare: &Bare,
        clients: usize,
        (what, limit_is): (&str, &str),
        (ours, limit): (Vec<u8>, Vec<u8>),
    ) -> Result<Figure> {
        let connect = |server: SocketAddr| move |_| Client::connect(server);
        let ask = |request: Vec<u8>| move |client: &mut Client| client.send(&request, "200").map(drop);
        let (ask_ours, ask_limit) = (ask(ours), ask(limit));
        let (mut ours, mut limit) = (Load::default(), Load::default());
        for _ in 0..TURNS {
            limit.add((clients, READS / clients), connect(bare.address), ask_limit.clone())?;
            ours.add((clients, READS / clients), connect(self.node.address), ask_ours.clone())?;
        }
        Ok(Figure::new(at_once(what, clients), limit_is, ours.times(), limit.times()))
    }

    /// `POST /v1/jobs` against one row with the document's bytes and its commit.
    fn writing(&self, clients: usize, job: &Value) -> Result<Figure> {
        let requests = self.tokens.iter().map(|token| post("/v1/jobs", Some(token), job));
        let (server, requests) = (self.node.address, requests.collect::<Vec<_>>());
        let document = signed_posting(&mut Seeded::new(6), &SigningKey::from_seed([1; 32]), TEXT)?;
        let insert = move |(runtime, store): &mut (Runtime, Store)| {
            let id = document.id();
            runtime.block_on(raw_insert(store, &[id.hash()], &[document.bytes()])).map(drop)
        };
        let (url, first) = (self.url.to_owned(), insert.clone());
        // A connection lives in the runtime that made it, so each client has both; its statement is prepared as the node's are.
        let open = move |_| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let config = hanse_store::Config { url: url.clone(), connections: 1 };
            let store = runtime.block_on(Store::open(&config))?;
            let mut client = (runtime, store);
            first(&mut client)?;
            Ok(client)
        };
        let connect = move |number| {
            let request: &Vec<u8> = requests.get(number).ok_or("nobody")?;
            Ok((Client::connect(server)?, request.clone()))
        };
        let send =
            |(client, request): &mut (Client, Vec<u8>)| client.send(request.as_slice(), "201").map(drop);
        let count = writes(clients);
        let (mut ours, mut limit) = (Load::default(), Load::default());
        for _ in 0..TURNS {
            limit.add((clients, count), open.clone(), insert.clone())?;
            ours.add((clients, count), connect.clone(), send)?;
            self.settled()?;
        }
        let limit_is = "one row with the same bytes, INSERT and commit";
        Ok(Figure::new(at_once("POST /v1/jobs", clients), limit_is, ours.times(), limit.times()))
    }
}

/// How many a client writes in a turn.
fn writes(clients: usize) -> usize {
    WRITES / clients.min(8)
}

fn at_once(what: &str, clients: usize) -> String {
    match clients {
        1 => format!("{what}, one client"),
        _ => format!("{what}, {clients} clients at once"),
    }
}

/// Makes an account and signs in: the token.
fn sign_in(node: &Node, number: usize) -> Result<String> {
    let mut client = Client::connect(node.address)?;
    let account = json!({"handle": format!("ada{number}"), "password": "correct horse battery"});
    client.send(&post("/v1/accounts", None, &account), "201")?;
    let session: Value = serde_json::from_slice(&client.send(&post("/v1/sessions", None, &account), "200")?)?;
    Ok(session.get("access_token").and_then(Value::as_str).ok_or("no token")?.to_owned())
}

/// The times of all clients, and how long they took together.
#[derive(Default)]
struct Load {
    times: Vec<Duration>,
    wall: Duration,
}

impl Load {
    /// Lets each of so many clients do `count` operations, one after the other, beside the others.
    fn add<C>(
        &mut self,
        (clients, count): (usize, usize),
        connect: impl Fn(usize) -> Result<C> + Clone + Send + 'static,
        operation: impl Fn(&mut C) -> Result<()> + Clone + Send + 'static,
    ) -> Result<()> {
        let start = Instant::now();
        let client = |number| {
            let (connect, operation) = (connect.clone(), operation.clone());
            thread::spawn(move || -> Result<Vec<Duration>> {
                let mut client = connect(number)?;
                let timed = |_| {
                    let start = Instant::now();
                    operation(&mut client).map(|()| start.elapsed())
                };
                (0..count).map(timed).collect()
            })
        };
        let clients: Vec<_> = (0..clients).map(client).collect();
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
