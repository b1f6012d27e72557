//! What a peer that is busy holds up, and for how long: a home whose queue is drained over loopback, and another that is busy with the
//! documents that a test names.

use std::sync::{Arc, Mutex};

use hanse_base::keys::Purpose;
use hanse_network::{Inbound, Metrics, Peer};
use prometheus_client::registry::Registry;
use tokio::task::JoinSet;

use super::*;

/// Where nobody listens: the other side dials.
const NOWHERE: &str = "/ip4/127.0.0.1/tcp/9";

/// The home that is asked: with what it is busy and what it says then, and for what it was asked, in order.
#[derive(Debug, Default)]
struct Asked {
    busy_with: Vec<DocumentId>,
    retry_after_ms: u32,
    documents: Vec<DocumentId>,
}

/// Two homes that are connected, until this is dropped.
struct Connected {
    met: Met,
    asked: Arc<Mutex<Asked>>,
    _running: JoinSet<()>,
}

/// A network of a home, with the other one as its peer.
async fn network(home: &Home, peer: &Home, address: &str) -> hanse_network::Network {
    let peer = Peer { name: name(peer), peer_id: peer.engine.keys().peer_id(), address: address.to_owned() };
    let config = hanse_network::Config {
        net: "test".into(),
        seed: *home.engine.keys().seed(Purpose::Transport),
        listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
        peers: vec![peer],
    };
    hanse_network::start(config, Metrics::new(&mut Registry::default())).await.unwrap()
}

async fn connected() -> Connected {
    let met = met().await;
    let asked = Arc::<Mutex<Asked>>::default();
    let a = network(&met.a, &met.b, NOWHERE).await;
    let b = network(&met.b, &met.a, &a.listening[0]).await;
    met.b.engine.base().set_network(Some((b.handle.clone(), b.listening)));
    let (engine, with, handle, mut inbound) = (met.a.engine.clone(), Arc::clone(&asked), a.handle, a.inbound);
    let mut running = JoinSet::new();
    running.spawn(a.run);
    running.spawn(b.run);
    running.spawn(async move {
        let _until_the_end = handle;
        while let Some(inbound) = inbound.recv().await {
            let Inbound::Request { from, request: Request::Deliver { documents }, answer: to } = inbound
            else {
                continue;
            };
            let document = main_of(&documents).id();
            let busy = {
                let mut asked = with.lock().unwrap();
                asked.documents.push(document);
                asked.busy_with.contains(&document).then_some(asked.retry_after_ms)
            };
            to.send(match busy {
                Some(retry_after_ms) => Response::Busy { retry_after_ms },
                None => answer(&engine, &from, documents).await,
            });
        }
    });
    while !b.handle.peers().await.iter().all(|peer| peer.connected) {
        tokio::task::yield_now().await;
    }
    Connected { met, asked, _running: running }
}

impl Connected {
    /// Bids on so many jobs, each of which waits for delivery; in order.
    async fn bids(&self, many: usize) -> Vec<DocumentId> {
        let Met { a, b, ada, bob, .. } = &self.met;
        let mut bids = Vec::new();
        for _ in 0..many {
            let posted = a.post(ada).await;
            let message = a.message(ada, &posted.document).await;
            crate::federation::ingest::ingest(&b.engine, "a.example", &message).await;
            bids.push(b.bid(bob, &posted.view.id).await.view.id.parse().unwrap());
        }
        bids
    }

    /// From now on the other home is busy with these, and says to come again after so many milliseconds.
    fn busy(&self, with: &[DocumentId], retry_after_ms: u32) {
        let mut asked = self.asked.lock().unwrap();
        (asked.busy_with, asked.retry_after_ms) = (with.to_vec(), retry_after_ms);
    }

    /// Delivers what is due; what came of it, and what the other home was asked for.
    async fn drain(&self) -> (Round, Vec<DocumentId>) {
        let round = drain(&self.met.b.engine, "a.example").await.unwrap();
        (round, std::mem::take(&mut self.asked.lock().unwrap().documents))
    }

    async fn row(&self, document: &DocumentId) -> DeliveryRow {
        let db = self.met.b.engine.store().connection().await.unwrap();
        deliveries::of_document(&db, document).await.unwrap().unwrap()
    }

    /// Seconds until a document is due.
    async fn due_in(&self, document: &DocumentId) -> i64 {
        self.row(document).await.next_at - self.met.b.engine.now().unix()
    }

    /// As after so many answers that came to nothing.
    async fn attempted(&self, document: &DocumentId, attempts: i32) {
        const ATTEMPTED: &str = "UPDATE delivery SET attempts = $2 WHERE document = $1";
        let db = self.met.b.engine.store().connection().await.unwrap();
        db.execute(ATTEMPTED, &[&document.hash().as_slice(), &attempts]).await.unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_is_busy_is_left_alone_as_long_as_it_says_and_asked_again() {
    let it = connected().await;
    let bids = it.bids(1).await;
    for (says, rest) in
        [(1_000, Duration::from_secs(1)), (0, BUSY_REST_MIN), (u32::MAX, BUSY_REST_MAX), (250, BUSY_REST_MIN)]
    {
        it.busy(&bids, says);
        assert_eq!(it.drain().await, (Round::Rest(rest), bids.clone()), "asked once, after {says}");
        assert_eq!(it.due_in(&bids[0]).await, 0, "it waits for the rest alone");
    }
    // More than what an early document waits for: it is the peer that cannot, however often it was asked.
    it.attempted(&bids[0], ATTEMPTS_SOON + 40).await;
    it.busy(&bids, 1_000);
    assert_eq!(it.drain().await, (Round::Rest(Duration::from_secs(1)), bids.clone()));
    assert_eq!(it.due_in(&bids[0]).await, 0);
    it.busy(&[], 0);
    assert_eq!(it.drain().await, (Round::Worked, bids.clone()));
    assert_ne!(it.row(&bids[0]).await.state, DeliveryState::Waiting);
}

#[tokio::test]
async fn a_peer_that_is_busy_with_several_is_asked_for_no_more() {
    let it = connected().await;
    let bids = it.bids(BUSY_MAX + 2).await;
    it.busy(&bids[..1], 0);
    let (round, asked) = it.drain().await;
    assert_eq!((round, asked), (Round::Rest(BUSY_REST_MIN), bids.clone()), "one keeps no other waiting");
    it.busy(&[], 0);
    assert_eq!(it.drain().await, (Round::Worked, bids[..1].to_vec()));
    let bids = it.bids(BUSY_MAX + 2).await;
    it.busy(&bids, 0);
    let (round, asked) = it.drain().await;
    assert_eq!(round, Round::Rest(BUSY_REST_MIN));
    assert_eq!(asked.len(), BUSY_MAX, "then it is the peer");
}

#[tokio::test]
async fn what_stays_early_is_put_off_for_itself_and_keeps_nobody_elses_waiting() {
    let it = connected().await;
    let bids = it.bids(BUSY_MAX + 3).await;
    let (early, others) = bids.split_at(BUSY_MAX + 1);
    it.attempted(&early[0], ATTEMPTS_SOON - 1).await;
    for document in &early[1..] {
        it.attempted(document, ATTEMPTS_SOON + 40).await;
    }
    it.busy(early, 0);
    // The first has one attempt left that comes soon; none of the others asks for a rest, though they are more than a few.
    let untried_first = [others, early].concat();
    assert_eq!(it.drain().await, (Round::Rest(BUSY_REST_MIN), untried_first));
    assert_eq!(it.due_in(&early[0]).await, 0);
    for document in others {
        assert_ne!(it.row(document).await.state, DeliveryState::Waiting, "sent");
    }
    // Now it is put off like the others, each for as long as it has been tried.
    assert_eq!(it.drain().await, (Round::Worked, early[..1].to_vec()));
    assert_eq!(it.due_in(&early[0]).await, pause_seconds(0));
    for document in &early[1..] {
        assert_eq!(it.due_in(document).await, pause_seconds(40));
    }
    assert_eq!(it.drain().await, (Round::Worked, vec![]), "nothing is due");
    it.met.b.clock.advance(pause_seconds(0));
    assert_eq!(it.drain().await, (Round::Worked, early[..1].to_vec()));
    assert!(it.due_in(&early[0]).await >= pause_seconds(0));
    // It is not given up: what was early is taken when its time has come.
    it.met.b.clock.advance(PAUSE_SECONDS_MAX);
    it.busy(&[], 0);
    assert_eq!(it.drain().await, (Round::Worked, early.to_vec()));
}
