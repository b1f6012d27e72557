//! From posting a job at one node to finding it by a search at another: three whole nodes that speak over libp2p.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use hanse_base::config::Secret;
use hanse_base::keys::Keys;
use hanse_document::{NodeName, SigningKey};
use hanse_node::Config;
use hanse_node::config::Peer;
use hanse_store::Store;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Node, TEXT, sign_in};
use crate::Result;
use crate::client::{Client, get, post};
use crate::inputs::{Seeded, signed_posting};
use crate::logs::{Database, raw_insert};
use crate::measure::{Figure, Target, summary};
use crate::report::Group;

const NAMES: [&str; 3] = ["a.example", "b.example", "c.example"];
/// Postings that are timed, one after the other: ten may be slower than p95.
const POSTINGS: usize = 200;
/// Between two searches.
const LOOK: Duration = Duration::from_millis(2);
/// Until a posting is found; something hangs that takes longer. The first one waits until the nodes know each other.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run() -> Result<Group> {
    let runtime = Runtime::new()?;
    let database = runtime.block_on(Database::start())?;
    let mut nodes = Vec::new();
    let figure =
        start(&runtime, &database, &mut nodes).and_then(|stores| measured(&runtime, &nodes, &stores));
    let stopped: Vec<Result<()>> = nodes.into_iter().map(Node::stop).collect();
    runtime.block_on(database.stop())?;
    stopped.into_iter().collect::<Result<()>>()?;
    let title = "From posting at one node to finding at another (three whole nodes and their databases on this machine)";
    Ok(Group { title, figures: vec![figure?], values: Vec::new() })
}

/// Starts the nodes, each with the others as its peers, on databases of their own.
fn start(runtime: &Runtime, database: &Database, nodes: &mut Vec<Node>) -> Result<Vec<Store>> {
    let ports = NAMES.map(|_| TcpListener::bind(("127.0.0.1", 0)));
    let ports = ports.map(|port| port.and_then(|port| port.local_addr()).map(|address| address.port()));
    let ports = ports.into_iter().collect::<std::io::Result<Vec<u16>>>()?;
    let addresses: Vec<String> = ports.iter().map(|port| format!("/ip4/127.0.0.1/tcp/{port}")).collect();
    let mut stores = Vec::new();
    for ((name, address), number) in NAMES.into_iter().zip(&addresses).zip(0..) {
        let (store, url) = runtime.block_on(database.another(&format!("node_{number}")))?;
        stores.push(store);
        let others = NAMES.into_iter().zip(&addresses).filter(|(other, _)| *other != name);
        let config = Config {
            name: name.to_owned(),
            database: Some(url),
            federation: "bench".to_owned(),
            p2p: vec![address.clone()],
            peers: others.map(|(name, address)| card(name, address)).collect::<Result<_>>()?,
            ..Config::defaults()
        };
        nodes.push(Node::start_as(config, secret(name))?);
    }
    Ok(stores)
}

fn secret(name: &str) -> Secret {
    Secret::new(hanse_tlog::hash::leaf(name.as_bytes()).into())
}

fn card(name: &str, address: &str) -> Result<Peer> {
    let keys = Keys::derive(&secret(name));
    let (peer_id, vkeys) = (keys.peer_id(), keys.vkeys(&NodeName::parse(name)?));
    Ok(Peer { name: name.to_owned(), address: address.to_owned(), peer_id, vkeys, url: None })
}

fn measured(runtime: &Runtime, nodes: &[Node], stores: &[Store]) -> Result<Figure> {
    let [first, _, last] = nodes else { return Err("there are not three nodes".into()) };
    let [first_store, _, last_store] = stores else { return Err("there are not three databases".into()) };
    let token = sign_in(first, 0)?;
    let (mut author, mut reader) = (Client::connect(first.address)?, Client::connect(last.address)?);
    let mut seeded = Seeded::new(16);
    let document = signed_posting(&mut seeded, &SigningKey::from_seed([1; 32]), TEXT)?;
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    // The first one says when all of them speak with each other.
    for number in 0..=POSTINGS {
        for store in [first_store, last_store] {
            limits.push(runtime.block_on(raw_insert(store, &[document.id().hash()], &[document.bytes()]))?);
        }
        let word = format!("gate{number}x");
        let job = json!({"title": format!("Repair a {word}"), "text": seeded.text(TEXT)});
        let (request, search) = (post("/v1/jobs", Some(&token), &job), get(&format!("/v1/jobs?text={word}")));
        let start = Instant::now();
        author.send(&request, "201")?;
        while !is_found(&reader.send(&search, "200")?)? {
            if PATIENCE < start.elapsed() {
                return Err(format!("posting {number} is not found").into());
            }
            thread::sleep(LOOK);
        }
        ours.push(start.elapsed());
    }
    let ours = ours.get(1..).unwrap_or_default();
    // One row at either node, one after the other.
    let limits: Vec<Duration> = limits.chunks(stores.len() - 1).map(|both| both.iter().sum()).collect();
    let (ours, limit) = (summary(ours, 1, ours.iter().sum()), summary(&limits, 1, limits.iter().sum()));
    let p99 = ours.p99_us / 1e6;
    let limit_is = "one row with the same bytes at either node, INSERT and commit";
    let figure =
        Figure::new("POST /v1/jobs until GET /v1/jobs?text= elsewhere has it", limit_is, ours, limit);
    Ok(figure.aimed_at(Target::at_most("p99 at most 0.5 s", p99, 0.5)))
}

fn is_found(answer: &[u8]) -> Result<bool> {
    let answer: Value = serde_json::from_slice(answer)?;
    let items = answer.get("items").and_then(Value::as_array).ok_or("an answer without items")?;
    Ok(!items.is_empty())
}
