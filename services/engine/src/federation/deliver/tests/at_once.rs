//! Moves that are made in the same moment.

use hanse_store::{Connection, jobs};

use super::*;

/// Looks of [`until_waiting`], a hundredth of a second apart.
const LOOKS_MAX: usize = 9_000;

/// Waits until so many statements wait for a lock.
async fn until_waiting(db: &Connection, many: i64) {
    const WAITING: &str = "SELECT count(*) AS waiting, pg_sleep(0.01)::text AS paced FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for _ in 0..LOOKS_MAX {
        if db.query_one(WAITING, &[]).await.unwrap().get::<_, i64>("waiting") == many {
            return;
        }
    }
    panic!("{many} never waited");
}

#[tokio::test]
async fn of_two_moves_at_once_the_second_sees_the_first_on_its_way() {
    let met = met().await;
    let bid = met.b.bid(&met.bob, &met.job).await.view.id.parse().unwrap();
    assert!(carry(&met.b, &met.a).await.is_empty());
    let store = met.b.engine.store();
    let (mut holder, looker) = (store.connection().await.unwrap(), store.connection().await.unwrap());
    let held = holder.begin().await.unwrap();
    jobs::lock(&held, &met.job.parse().unwrap()).await.unwrap();
    let withdraw = || {
        let event = "withdraw".parse().unwrap();
        met.b.engine.move_bid(&met.bob, &bid, event, StepRequest::default(), false)
    };
    // Both have begun before either may go on.
    let let_go = async {
        until_waiting(&looker, 2).await;
        held.commit().await.unwrap();
    };
    let (one, other, ()) = tokio::join!(withdraw(), withdraw(), let_go);
    let (done, refused) = if one.is_ok() { (one, other) } else { (other, one) };
    assert!(done.is_ok(), "{done:?}");
    assert!(matches!(refused, Err(UseError::Refused(Refusal::InFlight))), "{refused:?}");
    assert!(carry(&met.b, &met.a).await.is_empty());
}
