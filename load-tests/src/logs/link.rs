//! Two homes that speak over loopback by the network that every node has, and answer each other as nodes do.

use hanse_base::keys::{Keys, Purpose};
use hanse_logbook::{Logbook, heads, range};
use hanse_network::{Config, Inbound, Metrics, Network, Peer, Request, Response, Topic, Verdict};
use prometheus_client::registry::Registry;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use super::home::{Home, secret};
use crate::Result;

/// Nobody listens there: whoever has this address dials and is not dialled.
const NOWHERE: &str = "/ip4/127.0.0.1/tcp/9";
/// What a node has in work for its peers at one time.
const AT_ONCE: usize = 4;

/// Connects two homes, until the value is dropped.
pub(super) async fn connect(one: &Home, other: &Home) -> Result<JoinSet<()>> {
    let mut running = JoinSet::new();
    let address = start(&mut running, one, other, NOWHERE).await?;
    start(&mut running, other, one, &address).await?;
    for home in [one, other] {
        let network = home.book.base().network().ok_or("no network")?;
        while !network.peers().await.iter().all(|peer| peer.connected) {
            tokio::task::yield_now().await;
        }
    }
    Ok(running)
}

/// Starts the network of a home that has pinned the other; says where it listens.
async fn start(running: &mut JoinSet<()>, home: &Home, other: &Home, address: &str) -> Result<String> {
    let (base, name) = (home.book.base(), other.book.base().config().name.to_string());
    let peer_id = Keys::derive(&secret(&name)).peer_id();
    let config = Config {
        net: base.config().net.clone(),
        seed: *base.keys().seed(Purpose::Transport),
        listen: vec!["/ip4/127.0.0.1/tcp/0".to_owned()],
        peers: vec![Peer { name, peer_id, address: address.to_owned() }],
    };
    let Network { handle, inbound, listening, run, .. } =
        hanse_network::start(config, Metrics::new(&mut Registry::default())).await?;
    let address = listening.first().cloned().ok_or("no address")?;
    base.set_network(Some((handle, listening)));
    running.spawn(run);
    running.spawn(answer(home.book.clone(), inbound));
    Ok(address)
}

async fn answer(book: Logbook, mut inbound: Receiver<Inbound>) {
    let mut answering = JoinSet::new();
    while let Some(inbound) = inbound.recv().await {
        if AT_ONCE <= answering.len() {
            answering.join_next().await;
        }
        let book = book.clone();
        answering.spawn(async move { handle(&book, inbound).await });
    }
}

/// What cannot be answered is dropped, and the peer told to come back.
async fn handle(book: &Logbook, inbound: Inbound) {
    match inbound {
        Inbound::Connected { peer } => book.heard().hint(&peer),
        Inbound::Gossip { from, topic: Topic::Heads, bytes, judge } => {
            judge.verdict(heads::receive(book, &from, &bytes).await);
        }
        Inbound::Gossip { topic: Topic::Jobs, judge, .. } => judge.verdict(Verdict::Ignore),
        Inbound::Request { from, request, answer } => {
            if let Some(response) = respond(book, &from, request).await {
                answer.send(response);
            }
        }
    }
}

async fn respond(book: &Logbook, from: &str, request: Request) -> Option<Response> {
    match request {
        Request::Heads => heads::answer(book, from).await.ok(),
        Request::Range { origin, start, end } => {
            let connection = book.base().store().connection().await.ok()?;
            range::answer(&connection, &origin, start, end).await.ok()
        }
        Request::Match { .. } | Request::Deliver { .. } | Request::Talk { .. } => None,
    }
}
