//! What the clocks move, and what they must not.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use hanse_document::{DocumentId, Timestamp};
use hanse_store::Sql as _;
use std::sync::Arc;
use tokio::sync::Semaphore;

use crate::process::timeouts::run;
use crate::testing::Home;
use hanse_base::config::{Config, Pace};

const DAY_SECONDS: i64 = 86_400;
/// Far above what it takes; reaching it is the failure.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn changes_are_forgotten_also_by_a_node_whose_clock_is_doubted() {
    let home = Home::new('a', &['b']).await;
    home.register("ada").await;
    let db = home.engine.store().connection().await.unwrap();
    let old = "INSERT INTO change (kind, key, at) VALUES ('job', $1, 0)";
    db.execute(old, &[&[7_u8; 32].as_slice()]).await.unwrap();
    let left = "SELECT count(*) AS left FROM change WHERE at = 0";
    // A change stays while a transaction is open that began before it, of other tests, too.
    let forgotten = async {
        while db.query_one(left, &[]).await.unwrap().get::<_, i64>("left") > 0 {
            let cancel = CancellationToken::new();
            let look = run(home.engine.clone(), cancel.clone());
            let (ended, ()) = tokio::join!(look, async { cancel.cancel() });
            ended.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, forgotten).await.unwrap();
    assert!(!home.engine.clocks().may_act(), "nobody has said anything");
}

/// A clock that stands still and counts who looks at it.
#[derive(Debug)]
struct Watched {
    now: Timestamp,
    looks: Semaphore,
}

impl hanse_base::clock::Clock for Watched {
    fn now(&self) -> Timestamp {
        self.looks.add_permits(1);
        self.now
    }
}

#[tokio::test]
async fn a_clock_that_no_peer_shares_expires_nothing() {
    let home = Home::new('b', &['a']).await;
    let ada = home.register("ada").await;
    let job: DocumentId = home.post(&ada).await.view.id.parse().unwrap();
    let now = home.engine.now().add_seconds(40 * DAY_SECONDS).unwrap();
    let clock = Arc::new(Watched { now, looks: Semaphore::new(0) });
    let pace = Pace { deliver: Duration::from_millis(1), ..home.engine.config().pace };
    let config = Config { pace, ..home.engine.config().clone() };
    let engine = home.configured(config, Arc::clone(&clock) as Arc<dyn hanse_base::clock::Clock>).await;
    let state = async || engine.job(&job, None).await.unwrap().unwrap().state;
    // A look that did anything would have done it by then.
    tokio::select! {
        ended = run(engine.clone(), CancellationToken::new()) => panic!("{ended:?}"),
        looks = clock.looks.acquire_many(50) => looks.unwrap().forget(),
    }
    assert_eq!(state().await, "open");
    engine.clocks().heard("a.example", now.unix(), now.unix());
    let expired = async { while state().await != "expired" {} };
    tokio::select! {
        ended = run(engine.clone(), CancellationToken::new()) => panic!("{ended:?}"),
        expired = tokio::time::timeout(PATIENCE, expired) => expired.unwrap(),
    }
}
