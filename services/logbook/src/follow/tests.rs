//! Homes that speak over loopback: each answers what peers ask, and of the rest runs only what a test runs.

use std::collections::BTreeMap;
use std::time::Duration;

use hanse_base::keys::Purpose;
use hanse_network::{Inbound, Metrics};
use hanse_store::Sql as _;
use prometheus_client::registry::Registry;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

use super::*;
use crate::range;
use crate::testing::{Home, node};

mod lying;

/// Where nobody listens: the other side dials.
const NOWHERE: &str = "/ip4/127.0.0.1/tcp/9";
/// Time that no pace gains on its way through a test.
const HOUR: Duration = Duration::from_secs(3_600);

/// Connects homes, each with all before it; each answers in this way.
async fn connected<F: Future<Output = ()> + Send + 'static>(
    homes: &[&Home],
    answer: impl Fn(Logbook, Receiver<Inbound>) -> F,
) -> JoinSet<()> {
    let mut running = JoinSet::new();
    let mut addresses: BTreeMap<String, String> = BTreeMap::new();
    for home in homes {
        let book = home.book.clone();
        let peers = homes.iter().filter(|peer| peer.book.config().name != book.config().name).map(|peer| {
            let name = peer.book.config().name.to_string();
            let address = addresses.get(&name).map_or(NOWHERE, String::as_str).to_owned();
            hanse_network::Peer { peer_id: peer.book.base().keys().peer_id(), name, address }
        });
        let config = hanse_network::Config {
            net: "test".into(),
            seed: *book.base().keys().seed(Purpose::Transport),
            listen: vec!["/ip4/127.0.0.1/tcp/0".into()],
            peers: peers.collect(),
        };
        let network = hanse_network::start(config, Metrics::new(&mut Registry::default())).await.unwrap();
        addresses.insert(book.config().name.to_string(), network.listening[0].clone());
        book.base().set_network(Some((network.handle, network.listening)));
        running.spawn(network.run);
        running.spawn(answer(book, network.inbound));
    }
    for home in homes {
        let network = home.book.network().unwrap();
        while !network.peers().await.iter().all(|peer| peer.connected) {
            tokio::task::yield_now().await;
        }
    }
    running
}

/// Answers what followers ask.
async fn answer(book: Logbook, mut inbound: Receiver<Inbound>) {
    while let Some(inbound) = inbound.recv().await {
        let Inbound::Request { from, request, answer } = inbound else { continue };
        let response = match request {
            Request::Heads => heads::answer(&book, &from).await,
            Request::Range { origin, start, end } => {
                range::answer(&book.store().connection().await.unwrap(), &origin, start, end).await
            }
            Request::Match { .. } | Request::Deliver { .. } | Request::Talk { .. } => {
                panic!("no follower asks that")
            }
        };
        answer.send(response.unwrap());
    }
}

async fn size(home: &Home, origin: &str) -> u64 {
    log::find(&home.book.store().connection().await.unwrap(), origin).await.unwrap().unwrap().size
}

#[tokio::test]
async fn a_log_that_has_brought_enough_for_today_is_followed_no_further() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let _running = connected(&[&a, &b], answer).await;
    let mirror = b.book.log_keys().mirror("a.example/jobs").unwrap();
    ask_heads(&b.book, &node('a')).await.unwrap();
    let start = Instant::now() + HOUR;
    let mut used_up = Pace::new(start);
    used_up.took(u64::MAX, 0, 0);
    catch_up(&b.book, mirror, &mut used_up).await.unwrap();
    assert_eq!(size(&b, "a.example/jobs").await, 0);
    let mut pace = Pace::new(start);
    catch_up(&b.book, mirror, &mut pace).await.unwrap();
    assert_eq!(size(&b, "a.example/jobs").await, 1);
    pace.took(999_999, 0, 0);
    assert!(!pace.allows(start), "the leaf that came counts");
}

#[tokio::test]
async fn a_log_that_fails_is_left_alone_and_the_other_is_not() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    b.follow(&a).await;
    b.book.heard().answered("a.example", BTreeMap::new());
    let mut paces = LogKind::ALL.map(|kind| (kind, Pace::new(Instant::now())));
    for (kind, pace) in &mut paces {
        if *kind == LogKind::Reputation {
            pace.failed(Instant::now() + HOUR);
        }
    }
    round(&b.book, &node('a'), &mut paces).await.unwrap();
    let db = b.book.store().connection().await.unwrap();
    for (kind, followed) in [(LogKind::Reputation, false), (LogKind::Jobs, true)] {
        let origin = kind.origin(&node('a'));
        let cosigned = log::newest_cosigned_by(&db, &origin, "b.example/auditor").await.unwrap();
        assert_eq!(cosigned.is_some(), followed, "{origin}");
    }
}

#[tokio::test]
async fn what_the_logs_own_node_withholds_comes_from_another_that_mirrors_it() {
    let (a, b) = (Home::new('a', &['b', 'n']).await, Home::new('b', &['a', 'n']).await);
    let n = Home::new('n', &['a', 'b']).await;
    let ada = a.register("ada").await;
    let posted = a.post(&ada).await;
    a.sequence().await;
    n.follow(&a).await;
    b.pull(&a, 0).await;
    let gone = a.book.store().connection().await.unwrap().execute("DELETE FROM document", &[]).await;
    assert!(gone.unwrap() > 0);
    let _running = connected(&[&a, &n, &b], answer).await;
    let mirror = b.book.log_keys().mirror("a.example/jobs").unwrap();
    let db = b.book.store().connection().await.unwrap();
    let due =
        async || log::wanted_missing(&db, "a.example/jobs", b.book.now().unix(), 9).await.unwrap().len();
    assert_eq!(due().await, 1);
    let mut pace = Pace::new(Instant::now());
    assert!(!want::ask(&b.book, mirror, &mut pace).await.unwrap(), "the operator is asked first");
    assert_eq!(due().await, 0, "and not at once again");
    b.clock.advance(60);
    assert!(want::ask(&b.book, mirror, &mut pace).await.unwrap(), "then the other");
    let document = hanse_store::documents::find(&db, &posted.id()).await.unwrap();
    assert_eq!(document.map(|row| row.bytes), Some(posted.bytes().to_vec()));
}
