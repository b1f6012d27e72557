//! Homes without a network between them, as far as their logs go: a test carries what one holds to another, and may do it wrong.

use std::path::Path;
use std::sync::Arc;

use hanse_base::clock::ManualClock;
use hanse_base::keys::random;
use hanse_base::names::LogKind;
use hanse_base::testing::TestNode;
pub(crate) use hanse_base::testing::node;
use hanse_document::{Body, Did, Draft, Kind, SigningKey, Timestamp, Verified};
use hanse_ledger::{Leaf, Statement, SubjectKey};
use hanse_network::{Bytes, Entry, Response};
use hanse_store::documents;
use serde_json::json;

use crate::follow::{Replayed, Segment, replay};
use crate::sequence::sequence;
use crate::{Logbook, enqueue, head, range};

pub(crate) struct Home {
    pub(crate) book: Logbook,
    pub(crate) clock: Arc<ManualClock>,
    node: TestNode,
}

impl Home {
    /// A home that has pinned the others, with its logs created and nothing running.
    pub(crate) async fn new(letter: char, others: &[char]) -> Self {
        let node = TestNode::new(letter, others).await;
        let book = Logbook::new(node.base.clone()).unwrap();
        book.log_keys().open(book.store(), book.now()).await.unwrap();
        Self { book, clock: Arc::clone(&node.clock), node }
    }

    /// Another process of the same node, with a folder for what it remembers.
    pub(crate) async fn process(&self, heads: Option<&Path>) -> Logbook {
        Logbook::new(self.node.process(heads).await).unwrap()
    }

    /// Every peer says the time that it is here: the clock is believed as it stands now.
    pub(crate) fn believe(&self) {
        let (clocks, now) = (self.book.base().clocks(), self.book.now().unix());
        clocks.look(now);
        for peer in &self.book.config().peers {
            clocks.heard(peer.name.as_str(), now, now);
        }
        assert!(clocks.look(now));
    }

    /// A new person, whose genesis and leaf are this home's; the key follows from the handle.
    pub(crate) async fn register(&self, handle: &str) -> SigningKey {
        let mut seed = [0; 32];
        seed[..handle.len()].copy_from_slice(handle.as_bytes());
        let key = SigningKey::from_seed(seed);
        let body = json!({"custody": "self", "home": self.book.config().name, "recovery": [], "seq": 0});
        let genesis = self.sign(&key, Kind::Identity, &body, None);
        let statement = Statement::Identity { commitment: genesis.commitment(), seq: 0 };
        let draft = statement.draft(self.book.now().day(), &[SubjectKey::of(&Did::of(&key.public()))]);
        self.file(LogKind::Reputation, &genesis, &draft.sign(&[&key]).unwrap()).await;
        key
    }

    /// A posting of a person.
    pub(crate) async fn post(&self, key: &SigningKey) -> Verified {
        let body = json!({
            "home": self.book.config().name, "languages": [], "seats": 1, "skills": [], "text": "Of wood.", "title": "A bridge"
        });
        let until = self.book.now().add_seconds(86_400).unwrap();
        let job = self.sign(key, Kind::Job, &body, Some(until));
        let statement = Statement::Posting { commitment: job.commitment() };
        let draft = statement.draft(self.book.now().day(), &[SubjectKey::of(&Did::of(&key.public()))]);
        self.file(LogKind::Jobs, &job, &draft.sign(&[]).unwrap()).await;
        job
    }

    fn sign(
        &self,
        key: &SigningKey,
        kind: Kind,
        body: &serde_json::Value,
        until: Option<Timestamp>,
    ) -> Verified {
        let draft = Draft {
            issuer: Did::of(&key.public()),
            body: Body::read(kind, body).unwrap(),
            salt: random().unwrap(),
            from: self.book.now(),
            until,
            custody: None,
        };
        draft.sign(key).unwrap()
    }

    /// Keeps a document, and queues its leaf.
    async fn file(&self, kind: LogKind, document: &Verified, leaf: &Leaf) {
        let mut connection = self.book.store().connection().await.unwrap();
        let tx = connection.begin().await.unwrap();
        documents::insert(&tx, document, true, self.book.now().unix()).await.unwrap();
        enqueue(&tx, &self.book.log_keys().own(kind).origin, leaf).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Gives what waits here its place in both logs.
    pub(crate) async fn sequence(&self) {
        for kind in LogKind::ALL {
            sequence(self.book.store(), self.book.log_keys().own(kind), self.book.now()).await.unwrap();
        }
    }

    /// Pulls both logs of another home.
    pub(crate) async fn follow(&self, other: &Self) {
        self.pull(other, usize::MAX).await;
    }

    /// As [`Self::follow`], with at most so many documents for each leaf.
    pub(crate) async fn pull(&self, other: &Self, most: usize) {
        for kind in LogKind::ALL {
            self.pull_log(other, kind, most).await;
        }
    }

    async fn pull_log(&self, other: &Self, kind: LogKind, most: usize) {
        let origin = kind.origin(&other.book.config().name);
        let mirror = self.book.log_keys().mirror(&origin).unwrap();
        let (ours, theirs) = (self.book.store().connection(), other.book.store().connection());
        let (ours, theirs) = (ours.await.unwrap(), theirs.await.unwrap());
        loop {
            let start = head(&ours, &origin).await.unwrap().size;
            let page = range::answer(&theirs, &origin, start, u64::MAX).await.unwrap();
            let Response::Range { entries, checkpoint: Some(checkpoint) } = page else { break };
            let documents =
                |entry: Entry| entry.documents.into_iter().take(most).map(Bytes::into_vec).collect();
            let entries = entries.into_iter().map(|entry| (entry.leaf.clone().into_vec(), documents(entry)));
            let segment = Segment { start, entries: entries.collect(), checkpoint: checkpoint.into_vec() };
            let replayed = replay(self.book.store(), mirror, &segment, self.book.now()).await.unwrap();
            assert!(matches!(replayed, Replayed::Advanced { .. }), "{replayed:?}");
        }
    }
}
