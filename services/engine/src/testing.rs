//! Two homes without a network between them: a test carries what one has queued to the other, and may do it wrong.

use std::path::Path;
use std::sync::Arc;

use hanse_document::{Did, NodeName, Timestamp};
use hanse_network::{Bytes, Entry, Response};
use hanse_store::log;
use hanse_store::testing::TestDatabase;
use serde_json::json;

use crate::config::{Config, Pace, Peer, Secret};
use crate::follow::{Replayed, Segment, fill, replay};
use crate::keys::Keys;
use crate::logs::{LogKind, head};
use crate::requests::Register;
use crate::sequence::sequence;
use crate::views::{BidView, JobView, Published};
use crate::{Engine, ManualClock, range, react};

pub(crate) struct Home {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    database: TestDatabase,
}

fn secret(letter: char) -> Secret {
    Secret::new([u8::try_from(letter).unwrap(); 32])
}

pub(crate) fn node(letter: char) -> NodeName {
    NodeName::parse(&format!("{letter}.example")).unwrap()
}

impl Home {
    /// A home that has pinned the others, with its logs founded and nothing running.
    pub(crate) async fn new(letter: char, others: &[char]) -> Self {
        let peer = |letter: &char| Peer {
            name: node(*letter),
            address: String::new(),
            peer_id: String::new(),
            vkeys: Keys::derive(&secret(*letter)).vkeys(&node(*letter)),
            url: None,
        };
        let config = Config {
            name: node(letter),
            secret: secret(letter),
            url: String::new(),
            peers: others.iter().map(peer).collect(),
            listen: Vec::new(),
            net: "test".into(),
            pace: Pace {
                receipt_wait: std::time::Duration::ZERO,
                heartbeat: std::time::Duration::from_millis(20),
                ..Pace::default()
            },
            ranking: crate::Policy::DEFAULT,
            heads: None,
        };
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
        let database = TestDatabase::new().await;
        let engine = Engine::idle(config, database.store().await, clock.clone()).unwrap();
        engine.log_keys().open(engine.store(), engine.now()).await.unwrap();
        Self { engine, clock, database }
    }

    /// Another process of the same node.
    pub(crate) async fn twin(&self) -> Engine {
        self.process(None).await
    }

    /// Another process of the same node, with a folder for what it remembers.
    pub(crate) async fn process(&self, heads: Option<&Path>) -> Engine {
        let config = Config { heads: heads.map(Path::to_owned), ..self.engine.config().clone() };
        self.configured(config, Arc::clone(&self.clock) as Arc<dyn crate::Clock>).await
    }

    /// Another process of the same node, with a configuration and a clock of its own.
    pub(crate) async fn configured(&self, config: Config, clock: Arc<dyn crate::Clock>) -> Engine {
        Engine::idle(config, self.database.store().await, clock).unwrap()
    }

    /// Every peer says the time that it is here: the clock is believed as it stands now.
    pub(crate) fn believe(&self) {
        let (clocks, now) = (self.engine.clocks(), self.engine.now().unix());
        clocks.look(now);
        for peer in &self.engine.config().peers {
            clocks.heard(peer.name.as_str(), now, now);
        }
        assert!(clocks.look(now));
    }

    pub(crate) async fn register(&self, handle: &str) -> Did {
        let request = Register { handle: handle.into(), password: "correct horse battery".into() };
        Did::parse(&self.engine.register(request).await.unwrap().did).unwrap()
    }

    pub(crate) async fn post(&self, client: &Did) -> Published<JobView> {
        let request = serde_json::from_value(json!({"title": "A bridge", "text": "Of wood."})).unwrap();
        self.engine.post_job(client, request, false).await.unwrap()
    }

    pub(crate) async fn bid(&self, freelancer: &Did, job: &str) -> Published<BidView> {
        let request = serde_json::from_value(json!({"text": "I can."})).unwrap();
        self.engine.bid(freelancer, &job.parse().unwrap(), request, false).await.unwrap()
    }

    /// Gives what waits here its place in both logs, and every leaf its effect.
    pub(crate) async fn sequence(&self) {
        for kind in LogKind::ALL {
            let own = self.engine.log_keys().own(kind);
            sequence(self.engine.store(), own, self.engine.now()).await.unwrap();
        }
        react::round(&self.engine).await.unwrap();
    }

    /// Pulls both logs of another home, and gives every leaf its effect.
    pub(crate) async fn follow(&self, other: &Self) {
        self.pull(other, usize::MAX).await;
    }

    /// As [`Self::follow`], with at most so many documents for each leaf.
    pub(crate) async fn pull(&self, other: &Self, most: usize) {
        for kind in LogKind::ALL {
            self.pull_log(other, kind, most).await;
        }
        react::round(&self.engine).await.unwrap();
    }

    /// Asks another home for every document that is missing of its logs, and gives every leaf its effect. What it has arrives.
    pub(crate) async fn ask(&self, other: &Self) {
        let (ours, theirs) = (self.engine.store().connection(), other.engine.store().connection());
        let (ours, theirs) = (ours.await.unwrap(), theirs.await.unwrap());
        for kind in LogKind::ALL {
            let origin = kind.origin(&other.engine.config().name);
            let now = self.engine.now().unix();
            for wanted in log::wanted_missing(&ours, &origin, now, 999).await.unwrap() {
                let page = range::answer(&theirs, &origin, wanted.index, wanted.index + 1).await.unwrap();
                let Response::Range { entries, .. } = page else { panic!("the log has the leaf") };
                let sent: Vec<_> =
                    entries.first().unwrap().documents.iter().map(|document| document.to_vec()).collect();
                fill(&self.engine, &origin, &wanted, &sent).await.unwrap();
            }
        }
        react::round(&self.engine).await.unwrap();
    }

    pub(crate) async fn pull_log(&self, other: &Self, kind: LogKind, most: usize) {
        let origin = kind.origin(&other.engine.config().name);
        let mirror = self.engine.log_keys().mirror(&origin).unwrap();
        let (ours, theirs) = (self.engine.store().connection(), other.engine.store().connection());
        let (ours, theirs) = (ours.await.unwrap(), theirs.await.unwrap());
        loop {
            let start = head(&ours, &origin).await.unwrap().size;
            let page = range::answer(&theirs, &origin, start, u64::MAX).await.unwrap();
            let Response::Range { entries, checkpoint: Some(checkpoint) } = page else { break };
            let documents =
                |entry: Entry| entry.documents.into_iter().take(most).map(Bytes::into_vec).collect();
            let entries = entries.into_iter().map(|entry| (entry.leaf.clone().into_vec(), documents(entry)));
            let segment = Segment { start, entries: entries.collect(), checkpoint: checkpoint.into_vec() };
            let replayed = replay(self.engine.store(), mirror, &segment, self.engine.now()).await.unwrap();
            assert!(matches!(replayed, Replayed::Advanced { .. }), "{replayed:?}");
        }
    }

    /// The genesis of a person who is known here, as canonical bytes.
    pub(crate) async fn genesis(&self, did: &Did) -> Vec<u8> {
        let db = self.engine.store().connection().await.unwrap();
        let person = hanse_store::accounts::find_identity(&db, did).await.unwrap().unwrap();
        hanse_store::documents::find(&db, &person.genesis).await.unwrap().unwrap().bytes
    }

    /// What gossip carries for a document of a person here.
    pub(crate) async fn message(&self, did: &Did, document: &str) -> Vec<u8> {
        [self.genesis(did).await, document.as_bytes().to_vec()].join(&b'\n')
    }
}
