//! Whoever waits for a receipt in one process of a node hears when another process of it gets it.

use std::pin::pin;
use std::time::Duration;

use hanse_base::notices;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use super::*;

/// Far above what it takes; reaching it is the failure.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_receipt_wakes_the_other_processes_of_the_node() {
    let met = met().await;
    let twin = met.b.twin().await;
    met.b.bid(&met.bob, &met.job).await;
    let cancel = CancellationToken::new();
    let hear = |engine: &Engine| notices::run(engine.base().clone(), cancel.clone());
    let work = async {
        while !(met.b.engine.signals().hears_others() && twin.signals().hears_others()) {
            yield_now().await;
        }
        let mut woken = pin!(twin.signals().receipt.notified());
        woken.as_mut().enable();
        assert!(carry(&met.b, &met.a).await.is_empty());
        tokio::time::timeout(PATIENCE, woken).await.expect("in time");
        cancel.cancel();
    };
    let (here, there, ()) = tokio::join!(hear(&met.b.engine), hear(&twin), work);
    here.and(there).unwrap();
}
