//! What waits for what never comes.

use hanse_store::log::PAUSE_SECONDS_MAX;

use crate::testing::Home;
use hanse_base::names::LogKind;
use hanse_effects::react;
use hanse_logbook::follow::ROUNDS_MIN;

const DAY_SECONDS: i64 = 86_400;

#[tokio::test]
async fn a_leaf_waits_for_a_month_for_what_never_comes() {
    let (a, b) = (Home::new('a', &['b']).await, Home::new('b', &['a']).await);
    let ada = a.register("ada").await;
    a.post(&ada).await;
    a.sequence().await;
    // Whom it is of is not said.
    b.pull_log(&a, LogKind::Reputation, 0).await;
    b.pull_log(&a, LogKind::Jobs, 3).await;
    let tried = async |rounds: u32| {
        for _ in 0..rounds {
            b.clock.advance(PAUSE_SECONDS_MAX);
            react::round(b.engine.logbook()).await.unwrap();
        }
        let db = b.engine.store().connection().await.unwrap();
        hanse_store::log::wanted_count(&db, "a.example/jobs").await.unwrap()
    };
    b.believe();
    assert_eq!(tried(ROUNDS_MIN).await, 1);
    b.clock.advance(29 * DAY_SECONDS);
    assert!(!b.engine.clocks().look(b.engine.now().unix()), "it has jumped");
    assert_eq!(tried(1).await, 1, "nobody shares this clock");
    b.clock.advance(-2 * DAY_SECONDS);
    b.believe();
    assert_eq!(tried(1).await, 1);
    b.clock.advance(2 * DAY_SECONDS);
    b.believe();
    assert_eq!(tried(1).await, 0);
}
