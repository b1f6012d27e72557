//! Whole nodes that speak over loopback: what one sequences, all hold, audit and prove.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hanse_api::requests::Register;
use hanse_base::clock::{Clock as _, SystemClock};
use hanse_base::config::{Config, Pace};
use hanse_base::workers::Workers;
use hanse_engine::Engine;
use hanse_logbook::fsck::fsck;
use hanse_logbook::{memory, mend};
use hanse_store::log::{self, LogRow};
use hanse_store::testing::{Commits, TestDatabase};
use hanse_store::{Sql as _, documents};
use hanse_tlog::Note;
use tempfile::TempDir;

use crate::node::{A, B, N, config, enqueue, identities, reputation};

/// Everything here takes a fraction of this on an idle machine.
const PATIENCE: Duration = Duration::from_secs(60);

struct Running {
    engine: Engine,
    workers: Workers,
    commits: Commits,
    database: TestDatabase,
}

/// Configurations of nodes that know each other's addresses, at a quick pace.
fn configs(names: &[&str]) -> (TempDir, Vec<Config>) {
    let folder = TempDir::new().unwrap();
    // All ports are taken before the first is given back, so that no two nodes get the same one.
    let held: Vec<TcpListener> = names.iter().map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    let address = |at: usize| format!("/ip4/127.0.0.1/tcp/{}", held[at].local_addr().unwrap().port());
    let one = |(at, node): (usize, &&str)| {
        let peers: Vec<&str> = names.iter().filter(|peer| *peer != node).copied().collect();
        let mut config = config(node, &peers);
        config.listen = vec![address(at)];
        let heads = folder.path().join(node);
        memory::create(&heads).unwrap();
        config.heads = Some(heads);
        let quick = Duration::from_millis(100);
        config.pace =
            Pace { sequence: quick, follow: quick, deliver: quick, receipt_wait: quick, heartbeat: quick };
        for peer in &mut config.peers {
            let place = names.iter().position(|name| *name == peer.name.as_str()).unwrap();
            peer.address = address(place);
        }
        config
    };
    let configs = names.iter().enumerate().map(one).collect();
    (folder, configs)
}

impl Running {
    async fn start(config: &Config) -> Self {
        Self::on(config, TestDatabase::new().await).await
    }

    async fn on(config: &Config, database: TestDatabase) -> Self {
        let mut registry = prometheus_client::registry::Registry::default();
        let commits = database.commits().await;
        let (store, clock) = (database.store().await, Arc::new(SystemClock));
        let (engine, workers) = Engine::start(config.clone(), store, clock, &mut registry).await.unwrap();
        Self { engine, workers, commits, database }
    }

    async fn stop(self) -> TestDatabase {
        self.workers.stop().await.unwrap();
        self.database
    }

    async fn row(&self, origin: &str) -> LogRow {
        log::find(&self.engine.store().connection().await.unwrap(), origin).await.unwrap().unwrap()
    }

    /// Waits until the log is as wanted.
    async fn until(&self, origin: &str, wanted: impl Fn(&LogRow) -> bool) -> LogRow {
        let found = self.commits.until(async || {
            let row = self.row(origin).await;
            wanted(&row).then_some(row)
        });
        tokio::time::timeout(PATIENCE, found).await.unwrap()
    }

    /// Waits until the newest own checkpoint has this many signatures.
    async fn until_signed(&self, signatures: usize) {
        let signed = self.commits.until(async || {
            let note = self.engine.logbook().checkpoint("reputation").await.unwrap().unwrap();
            (Note::parse(note.as_bytes()).unwrap().signatures().len() == signatures).then_some(())
        });
        tokio::time::timeout(PATIENCE, signed).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_node_sequences_all_hold_and_audit() {
    let (_folder, configs) = configs(&[A, B, N]);
    let (a, b, n) = (
        Running::start(&configs[0]).await,
        Running::start(&configs[1]).await,
        Running::start(&configs[2]).await,
    );
    enqueue(a.engine.store(), &reputation(A), &identities(0..300)).await;
    let head = a.until(&reputation(A), |row| row.size == 303).await;
    a.until_signed(3).await;
    for node in [&b, &n] {
        let mirror = node.until(&reputation(A), |row| row.size == head.size).await;
        assert_eq!((mirror.root, mirror.halted), (head.root, None));
    }
    for node in [a, b, n] {
        let report = fsck(node.engine.store()).await.unwrap();
        assert!(report.sound(), "{report}");
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_on_an_older_database_learns_it_from_its_peers_before_it_signs() {
    let (_folder, configs) = configs(&[A, B]);
    let (a, b) = (Running::start(&configs[0]).await, Running::start(&configs[1]).await);
    enqueue(a.engine.store(), &reputation(A), &identities(0..3)).await;
    let head = a.until(&reputation(A), |row| row.size > 1).await;
    b.until(&reputation(A), |row| row.size == head.size).await;
    a.stop().await;
    let older = TestDatabase::new().await;
    let forgetful = Config { heads: None, ..configs[0].clone() };
    let restored = Running::on(&forgetful, older).await;
    enqueue(restored.engine.store(), &reputation(A), &identities(7..9)).await;
    let halted = restored.until(&reputation(A), |row| row.halted.is_some()).await;
    assert!(halted.halted.is_some_and(|reason| reason.starts_with("rolled-back: ")));
    assert_eq!(halted.size, 1, "nothing was signed");
    let mirror = b.row(&reputation(A)).await;
    assert_eq!((mirror.size, mirror.halted), (head.size, None));
    restored.stop().await;
    b.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_that_a_recovered_log_lacks_come_from_whoever_has_them() {
    let (_folder, configs) = configs(&[A, B, N]);
    let (a, b, n) = (
        Running::start(&configs[0]).await,
        Running::start(&configs[1]).await,
        Running::start(&configs[2]).await,
    );
    let ada = Register { handle: "ada".into(), password: "correct horse battery".into() };
    a.engine.accounts().register(ada).await.unwrap();
    let head = a.until(&reputation(A), |row| row.size > 1).await;
    for node in [&b, &n] {
        node.until(&reputation(A), |row| row.size == head.size && row.reacted == head.size).await;
    }
    // The first who is asked sends the leaves alone.
    let db = b.engine.store().connection().await.unwrap();
    assert_eq!(db.execute("UPDATE document SET public = false", &[]).await.unwrap(), 1);
    let identity = documents::after(&db, &[], 1).await.unwrap().remove(0);
    drop(db);
    a.stop().await;
    let forgetful = Config { heads: None, ..configs[0].clone() };
    let restored = Running::on(&forgetful, TestDatabase::new().await).await;
    restored.until(&reputation(A), |row| row.halted.is_some()).await;
    let (store, logs) = (restored.engine.store(), restored.engine.log_keys());
    mend::recover(store, logs, &reputation(A), SystemClock.now()).await.unwrap();
    restored.until(&reputation(A), |row| row.halted.is_none() && row.size == head.size).await;
    let arrived = restored.commits.until(async || {
        let db = restored.engine.store().connection().await.unwrap();
        documents::find(&db, &identity.id).await.unwrap()
    });
    let arrived = tokio::time::timeout(PATIENCE, arrived).await.unwrap();
    assert_eq!((arrived.bytes, arrived.public), (identity.bytes, true));
    for node in [restored, b, n] {
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_whose_node_is_away_comes_from_whoever_mirrors_it() {
    let (_folder, configs) = configs(&[A, B, N]);
    let (a, b) = (Running::start(&configs[0]).await, Running::start(&configs[1]).await);
    enqueue(a.engine.store(), &reputation(A), &identities(0..3)).await;
    // What it remembers agrees, so one peer's answer is enough: the third node need not be there.
    let head = a.until(&reputation(A), |row| row.size > 1).await;
    b.until(&reputation(A), |row| row.size == head.size).await;
    a.stop().await;
    let n = Running::start(&configs[2]).await;
    let mirror = n.until(&reputation(A), |row| row.size == head.size).await;
    assert_eq!((mirror.root, mirror.halted), (head.root, None));
    b.stop().await;
    n.stop().await;
}
