//! Two homes without a network between them: a test carries what one has queued to the other, and may do it wrong.

use std::sync::Arc;

use hanse_document::{Did, NodeName, Timestamp};
use hanse_store::testing::TestDatabase;
use serde_json::json;

use crate::config::{Config, Pace, Peer, Secret};
use crate::keys::Keys;
use crate::requests::Register;
use crate::views::{BidView, JobView, Published};
use crate::{Engine, ManualClock};

pub(crate) struct Home {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    _database: TestDatabase,
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
            pace: Pace { receipt_wait: std::time::Duration::ZERO, ..Pace::default() },
        };
        let clock = Arc::new(ManualClock::new(Timestamp::parse("2026-11-24T10:00:00Z").unwrap()));
        let database = TestDatabase::new().await;
        let engine = Engine::idle(config, database.store().await, clock.clone()).unwrap();
        engine.log_keys().open(engine.store(), engine.now()).await.unwrap();
        Self { engine, clock, _database: database }
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
