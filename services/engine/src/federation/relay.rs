//! Hands new postings to gossip. Gossip is quick and promises nothing: a posting that nobody heard is found in the log.

use hanse_network::{GOSSIP_BYTES_MAX, PublishError, Published, Topic};
use hanse_store::{deliveries, documents};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::federation::deliver::genesis;
use hanse_base::error::{Failure, UseError};
use hanse_base::signals::woken;

/// Postings in one transaction: few, because it stays open while the network takes them.
const BATCH: i64 = 16;

/// Relays until told to stop.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    while !cancel.is_cancelled() {
        loop {
            match cancel.run_until_cancelled(relay(&engine)).await {
                Some(Ok(true)) => {}
                Some(Ok(false)) | None => break,
                Some(Err(error)) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "gossip is tried again");
                    break;
                }
            }
        }
        cancel.run_until_cancelled(woken(&engine.signals().relay, engine.config().pace.deliver)).await;
    }
    Ok(())
}

/// Hands over a batch; whether there may be more.
async fn relay(engine: &Engine) -> Result<bool, UseError> {
    let Some(network) = engine.network() else { return Ok(false) };
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let waiting = deliveries::take_gossip(&tx, BATCH).await?;
    let mut more = i64::try_from(waiting.len()).is_ok_and(|taken| taken == BATCH);
    for (position, hash) in waiting {
        let Some(document) = documents::find_hash(&tx, &hash).await? else {
            deliveries::gossiped(&tx, position).await?;
            continue;
        };
        let message = [genesis(&tx, &document).await?, document.bytes].join(&b'\n');
        let published = if message.len() > GOSSIP_BYTES_MAX {
            Err(PublishError::TooLarge(message.len()))
        } else {
            network.publish(Topic::Jobs, message).await
        };
        match published {
            // The network counts it as sent: offered again it would be a duplicate, and gone. It is left to the log, and the rest
            // waits until the queues have room.
            Ok(Published::QueuesFull) => {
                tracing::debug!(document = %document.id, "the queues are full; left to the log");
                deliveries::gossiped(&tx, position).await?;
                more = false;
                break;
            }
            Ok(published) => tracing::debug!(document = %document.id, ?published, "gossiped"),
            Err(error) => tracing::debug!(document = %document.id, %error, "left to the log"),
        }
        deliveries::gossiped(&tx, position).await?;
    }
    tx.commit().await?;
    Ok(more)
}
