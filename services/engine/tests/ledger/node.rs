//! Nodes without a network, each on a database of its own; what they say to each other is carried by hand.

use std::sync::Arc;

use hanse_base::clock::ManualClock;
use hanse_base::config::{Config, Pace, Peer, Secret};
use hanse_base::keys::Keys;
use hanse_base::names::LogKind;
use hanse_document::{Commitment, Did, NodeName, SigningKey, Timestamp};
use hanse_engine::Engine;
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_logbook::cosign::{Cosigned, cosign};
use hanse_logbook::follow::{Replayed, Segment, replay};
use hanse_logbook::fsck::fsck;
use hanse_logbook::sequence::{Sequenced, sequence};
use hanse_logbook::{LogKeys, OwnLog, heads, range};
use hanse_network::Response;
use hanse_store::log::{self, LogRow};
use hanse_store::testing::TestDatabase;
use hanse_store::{Connection, Store};

pub(crate) const A: &str = "a.example";
pub(crate) const B: &str = "b.example";
pub(crate) const N: &str = "n.example";
pub(crate) const TODAY: u32 = 20_781;

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-11-24T10:00:00Z").unwrap()
}

pub(crate) fn name(node: &str) -> NodeName {
    NodeName::parse(node).unwrap()
}

pub(crate) fn reputation(node: &str) -> String {
    LogKind::Reputation.origin(&name(node))
}

/// The secret of a node follows from its name.
fn secret(node: &str) -> Secret {
    Secret::new([node.as_bytes()[0]; 32])
}

pub(crate) fn config(node: &str, peers: &[&str]) -> Config {
    Config {
        name: name(node),
        secret: secret(node),
        url: format!("https://{node}"),
        peers: peers.iter().map(|peer| card(peer)).collect(),
        listen: vec![],
        net: "test".to_owned(),
        pace: Pace::default(),
        ranking: hanse_matching::side::Weights::DEFAULT,
        heads: None,
        mail: None,
    }
}

/// The keys of a node's logs, as it derives them itself.
pub(crate) fn log_keys(node: &str, peers: &[&str]) -> LogKeys {
    let config = config(node, peers);
    LogKeys::new(&config, &Keys::derive(&config.secret)).unwrap()
}

fn card(node: &str) -> Peer {
    let keys = Keys::derive(&secret(node));
    let (peer_id, vkeys) = (keys.peer_id(), keys.vkeys(&name(node)));
    Peer { name: name(node), address: String::new(), peer_id, vkeys, url: None }
}

/// A running node, as far as its logs are concerned.
pub(crate) struct Node {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) database: TestDatabase,
}

impl Node {
    pub(crate) async fn new(node: &str, peers: &[&str]) -> Self {
        Self::of(config(node, peers)).await
    }

    pub(crate) async fn of(config: Config) -> Self {
        let database = TestDatabase::new().await;
        let clock = Arc::new(ManualClock::new(now()));
        let engine = Engine::idle(config, database.store().await, clock.clone()).unwrap();
        engine.log_keys().open(engine.store(), engine.now()).await.unwrap();
        Self { engine, clock, database }
    }

    /// Nodes that all follow each other.
    pub(crate) async fn world<const COUNT: usize>(names: [&str; COUNT]) -> [Self; COUNT] {
        let mut nodes = Vec::new();
        for node in names {
            let peers: Vec<&str> = names.into_iter().filter(|peer| *peer != node).collect();
            nodes.push(Self::new(node, &peers).await);
        }
        nodes.try_into().unwrap_or_else(|_| panic!("as many as names"))
    }

    pub(crate) fn keys(&self) -> &LogKeys {
        self.engine.log_keys()
    }

    pub(crate) fn store(&self) -> &Store {
        self.engine.store()
    }

    pub(crate) async fn db(&self) -> Connection {
        self.store().connection().await.unwrap()
    }

    pub(crate) fn own(&self) -> &OwnLog {
        self.keys().own(LogKind::Reputation)
    }

    pub(crate) async fn row(&self, origin: &str) -> LogRow {
        log::find(&self.db().await, origin).await.unwrap().unwrap()
    }

    pub(crate) async fn enqueue(&self, leaves: &[Leaf]) {
        enqueue(self.store(), &self.own().origin, leaves).await;
    }

    /// Queues leaves and sequences until nothing waits.
    pub(crate) async fn sequence(&self, leaves: &[Leaf]) {
        self.enqueue(leaves).await;
        while sequence(self.store(), self.own(), self.engine.now()).await.unwrap() != Sequenced::Nothing {}
    }

    /// Asserts that every log is exactly what its leaves make.
    pub(crate) async fn assert_sound(&self) {
        let report = fsck(self.store()).await.unwrap();
        assert!(report.sound(), "{report}");
    }

    /// The next page of a log that another node has, as a segment.
    pub(crate) async fn page(&self, origin: &str, start: u64) -> Segment {
        let answer = range::answer(&self.db().await, origin, start, start + 256).await.unwrap();
        let Response::Range { entries, checkpoint } = answer else { panic!("{answer:?}") };
        let entries = entries.into_iter().map(|entry| {
            (entry.leaf.into_vec(), entry.documents.into_iter().map(|document| document.into_vec()).collect())
        });
        Segment { start, entries: entries.collect(), checkpoint: checkpoint.unwrap_or_default().into_vec() }
    }

    pub(crate) async fn replay(&self, origin: &str, segment: &Segment) -> Replayed {
        let mirror = self.keys().mirror(origin).unwrap();
        replay(self.store(), mirror, segment, self.engine.now()).await.unwrap()
    }

    /// Follows another node's reputation log up to its head.
    pub(crate) async fn follow(&self, other: &Node) {
        let origin = &other.own().origin;
        loop {
            let here = self.row(origin).await.size;
            if here == other.row(origin).await.size {
                return;
            }
            let segment = other.page(origin, here).await;
            let replayed = self.replay(origin, &segment).await;
            assert!(matches!(replayed, Replayed::Advanced { .. }), "{replayed:?}");
        }
    }

    /// Cosigns what it follows of another node, and tells a third one.
    pub(crate) async fn cosign(&self, of: &Node, tell: &[&Node]) {
        let origin = &of.own().origin;
        let largest = of.row(origin).await.size;
        let done = cosign(self.store(), self.keys(), origin, largest, self.engine.now()).await.unwrap();
        assert_eq!(done, Cosigned::Signed { size: largest });
        let note = self.note(origin).await;
        for node in tell {
            node.hear(&note).await;
        }
    }

    /// A log's newest head as this node would gossip it.
    pub(crate) async fn note(&self, origin: &str) -> String {
        let db = self.db().await;
        let size = self.row(origin).await.size;
        let kept = log::checkpoint(&db, origin, size).await.unwrap().unwrap();
        heads::with_cosignatures(&db, origin, &kept).await.unwrap()
    }

    pub(crate) async fn hear(&self, note: &str) {
        let head = heads::read(self.keys(), note.as_bytes()).unwrap();
        heads::learn(self.engine.logbook(), &head).await.unwrap();
    }
}

pub(crate) async fn enqueue(store: &Store, origin: &str, leaves: &[Leaf]) {
    let mut connection = store.connection().await.unwrap();
    let tx = connection.begin().await.unwrap();
    for leaf in leaves {
        hanse_logbook::enqueue(&tx, origin, leaf).await.unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) fn key(number: u32) -> SigningKey {
    let mut seed = [7; 32];
    seed[..4].copy_from_slice(&number.to_be_bytes());
    SigningKey::from_seed(seed)
}

/// The identity leaf of a made-up person; another number is another person.
pub(crate) fn identity(number: u32) -> Leaf {
    let key = key(number);
    let mut commitment = [1; 32];
    commitment[..4].copy_from_slice(&number.to_be_bytes());
    let statement = Statement::Identity { commitment: Commitment::from_bytes(commitment), seq: 0 };
    statement.draft(TODAY, &[SubjectKey::of(&Did::of(&key.public()))]).sign(&[&key]).unwrap()
}

pub(crate) fn identities(numbers: std::ops::Range<u32>) -> Vec<Leaf> {
    numbers.map(identity).collect()
}
