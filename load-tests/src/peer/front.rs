//! The hostile peer: keys and a transport as every node has them, and no node behind them. It answers what its script says.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hanse_network::{
    Bytes, Config, Handle, Inbound, Metrics, Peer, PublishError, Published, RANGE_ENTRIES_MAX, Request,
    Response, Topic, Verdict, start,
};
use prometheus_client::registry::Registry;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::log::FakeLog;
use super::seat::Seat;
use super::seat::multiaddress;
use super::site::Node;
use crate::{Error, Result};

/// The federation that nodes belong to where their configuration does not say another.
const NET: &str = "hanse";
/// Connecting takes less than a second; a node whose machine is busy takes longer.
const CONNECT_WAIT: Duration = Duration::from_secs(30);
/// Between two looks, and after a request that could not be sent.
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// How requests are answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// As they should be, by whatever the logs are.
    Plain,
    /// Not at all.
    Silent,
    /// Pages of leaves: come back at once, for ever. The rest plainly.
    Busy,
    /// Pages of leaves: one leaf at a time, and never a checkpoint. The rest plainly.
    OneByOne,
}

/// What the peer answers.
pub(super) struct Script {
    pub(super) manner: Manner,
    /// Its logs, by origin.
    pub(super) logs: BTreeMap<String, FakeLog>,
    /// What it shows to one peer alone in the place of the log of that origin.
    pub(super) shown: BTreeMap<(String, String), FakeLog>,
    /// Heads that it announces instead of those of its logs.
    pub(super) announced: Vec<String>,
    /// How often it was asked for a page.
    pub(super) pages: u64,
    /// How far it was asked for leaves, by origin.
    asked: BTreeMap<String, u64>,
}

/// A transport that runs.
struct Link {
    handle: Handle,
    _running: JoinSet<()>,
}

/// What an attack has to work with.
pub(super) struct Front {
    pub(super) seat: Seat,
    /// The victim's transport address.
    pub(super) victim: SocketAddr,
    /// A posting at the victim: its id and its document.
    pub(super) job: (String, Vec<u8>),
    whom: Vec<Peer>,
    script: Arc<Mutex<Script>>,
    link: Mutex<Option<Link>>,
    over: watch::Sender<bool>,
}

impl Front {
    /// A peer with two honest logs of no leaf, which knows these nodes.
    pub(super) fn new(
        seat: Seat,
        victim: SocketAddr,
        nodes: &[&Node],
        job: (String, Vec<u8>),
    ) -> Result<Self> {
        let logs = [FakeLog::new(&seat, "jobs")?, FakeLog::new(&seat, "reputation")?];
        let script = Script {
            manner: Manner::Plain,
            logs: logs.into_iter().map(|log| (log.origin().to_owned(), log)).collect(),
            shown: BTreeMap::new(),
            announced: Vec::new(),
            pages: 0,
            asked: BTreeMap::new(),
        };
        let whom = nodes.iter().map(|node| {
            let card = node.read("/v1/node")?;
            let peer_id =
                card.get("peer_id").and_then(serde_json::Value::as_str).ok_or("a node without a peer id")?;
            Ok(Peer {
                name: node.name.to_owned(),
                peer_id: peer_id.to_owned(),
                address: multiaddress(node.p2p),
            })
        });
        let whom = whom.collect::<Result<_>>()?;
        let (link, over) = (Mutex::new(None), watch::Sender::new(false));
        Ok(Self { seat, victim, job, whom, script: Arc::new(Mutex::new(script)), link, over })
    }

    /// Listens, and dials the nodes that it knows, or, `deaf`, waits for them to dial.
    pub(super) async fn connect(&self, listen: SocketAddr, deaf: bool) -> Result<()> {
        let mut peers = self.whom.clone();
        if deaf {
            // Nobody listens there.
            peers.iter_mut().for_each(|peer| "/ip4/127.0.0.1/tcp/1".clone_into(&mut peer.address));
        }
        let (net, seed) = (NET.to_owned(), self.seat.transport());
        let config = Config { net, seed, listen: vec![multiaddress(listen)], peers };
        let network = start(config, Metrics::new(&mut Registry::default())).await?;
        let mut running = JoinSet::new();
        running.spawn(network.run);
        running.spawn(act(network.inbound, Arc::clone(&self.script)));
        *self.link() = Some(Link { handle: network.handle, _running: running });
        Ok(())
    }

    /// Drops the transport, and every connection with it, in the middle of whatever it does.
    pub(super) fn hang_up(&self) {
        drop(self.link().take());
    }

    /// Waits until every node that it knows hears it.
    pub(super) async fn until_heard(&self) -> Result<()> {
        let deadline = Instant::now() + CONNECT_WAIT;
        while !self.is_heard().await {
            if Instant::now() > deadline {
                return Err("the hostile peer cannot connect".into());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// Whether every node that it knows hears it.
    pub(super) async fn is_heard(&self) -> bool {
        let Some(handle) = self.handle() else { return false };
        handle.peers().await.iter().all(|peer| peer.connected && peer.listening)
    }

    fn handle(&self) -> Option<Handle> {
        self.link().as_ref().map(|link| link.handle.clone())
    }

    fn link(&self) -> MutexGuard<'_, Option<Link>> {
        self.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it answers from now on.
    pub(super) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a node; the word for what came of it.
    pub(super) async fn ask(&self, node: &str, request: Request) -> &'static str {
        let Some(handle) = self.handle() else { return "not connected" };
        let word = match handle.request(node, request).await {
            Ok(Response::Busy { .. }) => return "busy",
            Ok(Response::Refused { .. }) => return "refused",
            Ok(_) => return "answered",
            Err(_) => "failed",
        };
        tokio::time::sleep(PAUSE).await;
        word
    }

    /// Gossips; the word for what came of it.
    pub(super) async fn gossip(&self, topic: Topic, bytes: Vec<u8>) -> Result<&'static str> {
        let handle = self.handle().ok_or("not connected")?;
        let word = match handle.publish(topic, bytes).await {
            Ok(Published::Sent) => return Ok("sent"),
            Ok(Published::Duplicate) => "known before",
            Ok(Published::NoPeers) => "heard by nobody",
            Ok(Published::QueuesFull) => "held up",
            Err(error @ (PublishError::TooLarge(_) | PublishError::Closed | _)) => return Err(error.into()),
        };
        tokio::time::sleep(PAUSE).await;
        Ok(word)
    }

    /// Ends the attack.
    pub(super) fn end(&self) {
        self.over.send_replace(true);
    }

    /// Lets these work until the attack is to end, or one fails.
    pub(super) async fn until_over(&self, mut lanes: JoinSet<Result<()>>) -> Result<()> {
        let mut over = self.over.subscribe();
        tokio::select! {
            ended = over.wait_for(|over| *over) => Ok(ended.map(drop)?),
            Some(ended) = lanes.join_next() => ended?.and_then(|()| Err(Error::from("a lane has ended"))),
        }
    }
}

async fn act(mut inbound: mpsc::Receiver<Inbound>, script: Arc<Mutex<Script>>) {
    // What is never answered: dropped, it would say that it is busy.
    let mut unanswered = Vec::new();
    while let Some(inbound) = inbound.recv().await {
        match inbound {
            Inbound::Gossip { judge, .. } => judge.verdict(Verdict::Ignore),
            Inbound::Request { from, request, answer } => {
                let response = script.lock().unwrap_or_else(PoisonError::into_inner).answer(&from, &request);
                match response {
                    Some(response) => answer.send(response),
                    None => unanswered.push(answer),
                }
            }
            Inbound::Connected { .. } => {}
        }
    }
}

impl Script {
    /// The log of an origin as this peer is shown it.
    fn log(&self, asker: &str, origin: &str) -> Option<&FakeLog> {
        let shown = self.shown.get(&(asker.to_owned(), origin.to_owned()));
        shown.or_else(|| self.logs.get(origin))
    }

    /// How far it was asked for the leaves of a log.
    pub(super) fn asked_to(&self, origin: &str) -> u64 {
        self.asked.get(origin).copied().unwrap_or_default()
    }

    fn answer(&mut self, from: &str, request: &Request) -> Option<Response> {
        if self.manner == Manner::Silent {
            return None;
        }
        let refused = || Response::Refused { slug: "no".into(), detail: "Nothing is taken here.".into() };
        Some(match request {
            Request::Heads => {
                let of_logs = || self.logs.keys().filter_map(|origin| Some(self.log(from, origin)?.head()));
                let notes: Vec<String> =
                    if self.announced.is_empty() { of_logs().collect() } else { self.announced.clone() };
                Response::Heads {
                    notes: notes.into_iter().map(|note| Bytes::from(note.into_bytes())).collect(),
                }
            }
            Request::Range { origin, start, end } => {
                self.pages += 1;
                // From everybody there comes one page, however much is asked for.
                let to = self.asked.entry(origin.clone()).or_default();
                *to = start.saturating_add(RANGE_ENTRIES_MAX).min(*end).max(*to);
                let end = if self.manner == Manner::OneByOne { start.saturating_add(1) } else { *end };
                let page = self.log(from, origin).and_then(|log| log.page(*start, end));
                match (self.manner, page) {
                    (Manner::Busy, _) => Response::Busy { retry_after_ms: 0 },
                    (_, None) => refused(),
                    (Manner::OneByOne, Some((entries, _))) => Response::Range { entries, checkpoint: None },
                    (Manner::Plain | Manner::Silent, Some((entries, checkpoint))) => {
                        Response::Range { entries, checkpoint }
                    }
                }
            }
            Request::Deliver { .. } | Request::Match { .. } | Request::Talk { .. } => refused(),
        })
    }
}

/// How often each word was said.
#[derive(Clone, Default)]
pub(super) struct Tally(Arc<Mutex<BTreeMap<&'static str, u64>>>);

impl Tally {
    pub(super) fn count(&self, word: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(word).or_default() += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let parts: Vec<String> = counted.iter().map(|(word, count)| format!("{count} {word}")).collect();
        f.write_str(&parts.join(", "))
    }
}
