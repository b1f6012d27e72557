//! A pinned peer that is no node of ours: it has keys and a transport, and says what a test tells it to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hanse_base::keys::Purpose;
use hanse_ledger::LogState;
use hanse_network::{
    Bytes, Config, Entry, Handle, Inbound, Metrics, Peer, Request, Response, SearchAnswer, Topic, Verdict,
    start,
};
use hanse_testkit::{Federation, Http, Seat, until, within};
use hanse_tlog::{Checkpoint, Hash, LogSigner, checkpoint};
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What it answers.
#[derive(Default)]
pub(crate) struct Script {
    /// Notes for whoever asks for heads.
    pub(crate) heads: Vec<String>,
    /// Leaves with their documents, by origin.
    pub(crate) entries: BTreeMap<String, Vec<Entry>>,
    /// Notes at the end of pages, by origin and size.
    pub(crate) checkpoints: BTreeMap<(String, u64), String>,
    /// How often it was asked for a page.
    pub(crate) asked: u64,
    /// Whom it names for any job. Without it, it does not answer such a question at all.
    pub(crate) found: Option<SearchAnswer>,
}

/// A peer that breaks rules.
pub(crate) struct Outlaw {
    pub(crate) seat: Arc<Seat>,
    pub(crate) handle: Handle,
    /// Gossip that reached it.
    pub(crate) heard: mpsc::Receiver<(Topic, Vec<u8>)>,
    script: Arc<Mutex<Script>>,
    _running: JoinSet<()>,
}

impl Outlaw {
    /// Takes a place that the federation keeps for outlaws, and waits until every node is connected to it.
    pub(crate) async fn start(federation: &Federation, name: &str) -> Self {
        let seat = Arc::clone(federation.seat(name));
        let nodes = federation.nodes().iter().map(|node| node.seat().card());
        let peers = nodes.map(|card| Peer { name: card.name, peer_id: card.peer_id, address: card.address });
        let config = Config {
            net: "test".to_owned(),
            seed: *seat.keys().seed(Purpose::Transport),
            listen: vec![seat.p2p()],
            peers: peers.collect(),
        };
        let network = start(config, Metrics::new(&mut Registry::default())).await.unwrap();
        let script = Arc::new(Mutex::new(Script::default()));
        let (hears, heard) = mpsc::channel(4_096);
        let mut running = JoinSet::new();
        running.spawn(network.run);
        running.spawn(act(network.inbound, Arc::clone(&script), hears));
        let outlaw = Self { seat, handle: network.handle, heard, script, _running: running };
        until(&format!("every node listens to {name}"), async || {
            outlaw.handle.peers().await.iter().all(|peer| peer.connected && peer.listening)
        })
        .await;
        outlaw
    }

    /// What it answers from now on.
    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gossips.
    pub(crate) async fn gossip(&self, topic: Topic, bytes: Vec<u8>) {
        self.handle.publish(topic, bytes).await.unwrap();
    }

    /// The next gossip on a topic.
    pub(crate) async fn hears(&mut self, topic: Topic) -> Vec<u8> {
        within("gossip", async {
            loop {
                let (on, bytes) = self.heard.recv().await.unwrap();
                if on == topic {
                    return bytes;
                }
            }
        })
        .await
    }

    /// Asks a node.
    pub(crate) async fn ask(&self, node: &str, request: Request) -> Response {
        within("an answer", async {
            loop {
                let response = self.handle.request(node, request.clone()).await.unwrap();
                if !matches!(response, Response::Busy { .. }) {
                    return response;
                }
                tokio::task::yield_now().await;
            }
        })
        .await
    }
}

async fn act(
    mut inbound: mpsc::Receiver<Inbound>,
    script: Arc<Mutex<Script>>,
    hears: mpsc::Sender<(Topic, Vec<u8>)>,
) {
    // What is never answered: dropped, it would say that it is busy.
    let mut unanswered = Vec::new();
    while let Some(inbound) = inbound.recv().await {
        match inbound {
            Inbound::Gossip { topic, bytes, judge, .. } => {
                judge.verdict(Verdict::Ignore);
                if hears.send((topic, bytes)).await.is_err() {
                    return;
                }
            }
            Inbound::Request { request, answer, .. } => {
                match script.lock().unwrap_or_else(PoisonError::into_inner).answer(&request) {
                    Some(response) => answer.send(response),
                    None => unanswered.push(answer),
                }
            }
            Inbound::Connected { .. } => {}
        }
    }
}

impl Script {
    fn answer(&mut self, request: &Request) -> Option<Response> {
        Some(match request {
            Request::Heads => Response::Heads {
                notes: self.heads.iter().map(|note| Bytes::from(note.clone().into_bytes())).collect(),
            },
            Request::Range { origin, start, end } => {
                self.asked += 1;
                let entries = self.entries.get(origin).cloned().unwrap_or_default();
                let last = (*start + 1..=*end)
                    .rev()
                    .find(|size| self.checkpoints.contains_key(&(origin.clone(), *size)));
                let end = last.unwrap_or(*end).min(u64::try_from(entries.len()).unwrap());
                if end <= *start {
                    let detail = "Nothing there.".into();
                    return Some(Response::Refused { slug: "beyond-head".into(), detail });
                }
                let page = entries[usize::try_from(*start).unwrap()..usize::try_from(end).unwrap()].to_vec();
                let note = last.and_then(|size| self.checkpoints.get(&(origin.clone(), size)));
                Response::Range {
                    entries: page,
                    checkpoint: note.map(|note| Bytes::from(note.clone().into_bytes())),
                }
            }
            Request::Match { .. } => Response::Match { found: self.found.clone()? },
            Request::Deliver { .. } | Request::Talk { .. } => {
                Response::Refused { slug: "no".into(), detail: "Nothing is taken here.".into() }
            }
        })
    }
}

/// A log that an outlaw keeps, rightly or wrongly.
pub(crate) struct FakeLog {
    pub(crate) signer: LogSigner,
    pub(crate) state: LogState,
    pub(crate) entries: Vec<Entry>,
}

impl FakeLog {
    /// An empty log with its first index leaf.
    pub(crate) fn new(seat: &Seat, kind: &str) -> Self {
        let mut log = Self { signer: seat.log(kind), state: LogState::new(), entries: Vec::new() };
        log.seal();
        log
    }

    pub(crate) fn origin(&self) -> String {
        self.signer.vkey().name().as_str().to_owned()
    }

    pub(crate) fn size(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap()
    }

    /// Appends a leaf and the documents that travel with it.
    pub(crate) fn append(&mut self, leaf: &[u8], documents: &[&[u8]]) {
        self.state.append(leaf).unwrap();
        let documents = documents.iter().map(|bytes| Bytes::from(bytes.to_vec())).collect();
        self.entries.push(Entry { leaf: Bytes::from(leaf.to_vec()), documents });
    }

    /// Appends the index leaf.
    pub(crate) fn seal(&mut self) {
        let leaf = self.state.seal().unwrap();
        self.entries.push(Entry { leaf: Bytes::from(leaf), documents: Vec::new() });
    }

    /// Appends bytes that no rule allows.
    pub(crate) fn force(&mut self, leaf: &[u8]) {
        self.state.range.append(hanse_tlog::hash::leaf(leaf));
        self.state.size = self.state.range.size();
        self.entries.push(Entry { leaf: Bytes::from(leaf.to_vec()), documents: Vec::new() });
    }

    /// The signed head.
    pub(crate) fn note(&self) -> String {
        self.note_of(self.size(), self.state.root())
    }

    /// A signed head of any size and root.
    pub(crate) fn note_of(&self, size: u64, root: Hash) -> String {
        let checkpoint = Checkpoint { origin: self.signer.vkey().name().clone(), size, root };
        checkpoint::sign(&checkpoint, &self.signer).to_string()
    }

    /// Serves the log as it is, up to its head.
    pub(crate) fn serve(&self, outlaw: &Outlaw) {
        let mut script = outlaw.script();
        script.entries.insert(self.origin(), self.entries.clone());
        script.checkpoints.insert((self.origin(), self.size()), self.note());
        let name = format!("{}\n", self.origin());
        script.heads.retain(|note| !note.starts_with(&name));
        script.heads.push(self.note());
    }
}

/// How a node sees one log of a peer: its size and why it is halted.
pub(crate) async fn seen(home: Http, origin: &str) -> (u64, Option<String>) {
    let peers = home.get("/v1/peers").send().await.ok(200);
    let mut logs = peers.as_array().unwrap().iter().flat_map(|peer| peer["logs"].as_array().unwrap());
    let log = logs
        .find(|log| log["origin"] == origin)
        .unwrap_or_else(|| panic!("{origin} is not followed: {peers}"));
    (log["size"].as_u64().unwrap(), log["halted"].as_str().map(str::to_owned))
}

/// The value of a metric of a node, 0 if it has not been counted yet.
pub(crate) async fn metric(operators: Http, name: &str) -> f64 {
    let text = operators.get("/metrics").send().await.text();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.map_or(0.0, |value| value.parse().unwrap())
}
