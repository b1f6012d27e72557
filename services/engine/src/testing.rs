//! Two homes without a network between them: a test carries what one has queued to the other, and may do it wrong.

use std::sync::Arc;

use hanse_api::requests::Register;
use hanse_api::views::{BidView, JobView, Published};
use hanse_base::clock::{Clock, ManualClock};
use hanse_base::config::Config;
use hanse_base::names::LogKind;
use hanse_base::testing::TestNode;
use hanse_document::Did;
use hanse_network::{Bytes, Entry, Response};
use hanse_store::log;
use serde_json::json;

use crate::Engine;
pub(crate) use hanse_base::testing::node;
use hanse_effects::react;
use hanse_logbook::follow::{Replayed, Segment, fill, replay};
use hanse_logbook::head;
use hanse_logbook::range;
use hanse_logbook::sequence::sequence;

pub(crate) struct Home {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<ManualClock>,
    node: TestNode,
}

impl Home {
    /// A home that has pinned the others, with its logs created and nothing running.
    pub(crate) async fn new(letter: char, others: &[char]) -> Self {
        let node = TestNode::new(letter, others).await;
        let engine = Engine::new(node.base.clone()).unwrap();
        engine.log_keys().open(engine.store(), engine.now()).await.unwrap();
        Self { engine, clock: Arc::clone(&node.clock), node }
    }

    /// Another process of the same node.
    pub(crate) async fn twin(&self) -> Engine {
        Engine::new(self.node.process(None).await).unwrap()
    }

    /// Another process of the same node, with a configuration and a clock of its own.
    pub(crate) async fn configured(&self, config: Config, clock: Arc<dyn Clock>) -> Engine {
        Engine::new(self.node.configured(config, clock).await).unwrap()
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
        let opened = self.engine.accounts().register(request).await.unwrap();
        Did::parse(&opened.person.did).unwrap()
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
        react::round(self.engine.logbook()).await.unwrap();
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
        react::round(self.engine.logbook()).await.unwrap();
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
                fill(self.engine.logbook(), &origin, &wanted, &sent).await.unwrap();
            }
        }
        react::round(self.engine.logbook()).await.unwrap();
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
