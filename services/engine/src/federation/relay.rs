//! Hands new postings to gossip. Gossip is quick and promises nothing: a posting that nobody heard is found in the log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_document::Did;
use hanse_network::{GOSSIP_BYTES_MAX, PublishError, Published, Topic};
use hanse_store::documents::DocumentRow;
use hanse_store::{Sql, accounts, deliveries, documents};
use tokio_util::sync::CancellationToken;

use crate::Engine;

/// Postings in one transaction: few, because it stays open while the network takes them.
const BATCH: i64 = 16;
/// Between two looks at the queue: far less than a posting takes to the peers, and so each does not cost a commit of its own.
const REST: Duration = Duration::from_millis(50);

/// Relays until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let signals = engine.signals();
    // Postings that come within the rest go together.
    let mut rounds =
        Rounds::new("relay", signals, cancel, engine.config().pace.deliver).resting(REST).woken(SELDOM);
    while rounds.round(relay(&engine)).await {
        rounds.wait(signals.relay.notified()).await;
    }
    Ok(())
}

/// Hands over what waits, as long as there is room.
async fn relay(engine: &Engine) -> Result<Round, UseError> {
    let Some(network) = engine.network() else { return Ok(Round::Worked) };
    let mut round = Round::Idle;
    loop {
        match hand_over(engine, |message| network.publish(Topic::Jobs, message)).await? {
            Handed::Nothing => return Ok(round),
            Handed::All | Handed::Full => return Ok(Round::Worked),
            Handed::Batch => round = Round::Worked,
        }
    }
}

/// What has become of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Handed {
    /// Nothing waited.
    Nothing,
    /// It went out; there may be more.
    Batch,
    /// It went out, and was the last one.
    All,
    /// The network has no room for more at present.
    Full,
}

async fn hand_over<F>(engine: &Engine, publish: impl Fn(Vec<u8>) -> F) -> Result<Handed, UseError>
where
    F: Future<Output = Result<Published, PublishError>>,
{
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let waiting = deliveries::take_gossip(&tx, BATCH).await?;
    let full = i64::try_from(waiting.len()).is_ok_and(|taken| taken == BATCH);
    let mut handed = match waiting.len() {
        0 => Handed::Nothing,
        _ if full => Handed::Batch,
        _ => Handed::All,
    };
    let mut kept = documents::find_all(&tx, waiting.iter().map(|(_, hash)| *hash)).await?;
    let geneses = geneses(&tx, kept.values()).await?;
    let mut offered = Vec::new();
    for (position, hash) in waiting {
        offered.push(position);
        let Some(document) = kept.remove(&hash) else { continue };
        let genesis = geneses.get(&document.issuer);
        let genesis = genesis.ok_or_else(|| Failure::unreadable(&document.issuer, "the genesis is gone"))?;
        let message = [genesis.clone(), document.bytes].join(&b'\n');
        let published = if message.len() > GOSSIP_BYTES_MAX {
            Err(PublishError::TooLarge(message.len()))
        } else {
            publish(message).await
        };
        match published {
            // The network counts it as sent: offered again it would be a duplicate, and gone. It is left to the log, and the rest
            // waits until the queues have room.
            Ok(Published::QueuesFull) => {
                tracing::debug!(document = %document.id, "the gossip queues are full; the log brings the posting");
                handed = Handed::Full;
                break;
            }
            Ok(published) => tracing::debug!(document = %document.id, ?published, "gossiped"),
            Err(error) => {
                tracing::debug!(document = %document.id, %error, "not gossiped; the log brings the posting");
            }
        }
    }
    if !offered.is_empty() {
        deliveries::gossiped(&tx, &offered).await?;
    }
    tx.commit().await?;
    Ok(handed)
}

/// The bytes of the geneses of the issuers of these documents, by issuer; without those that are gone.
async fn geneses(
    db: &impl Sql,
    of: impl Iterator<Item = &DocumentRow>,
) -> Result<BTreeMap<Did, Vec<u8>>, UseError> {
    let people: BTreeSet<&Did> = of.map(|document| &document.issuer).collect();
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let people: Vec<&Did> = people.into_iter().collect();
    let identities = accounts::identities(db, &people).await?;
    let mut kept = documents::find_all(db, identities.iter().map(|row| *row.genesis.hash())).await?;
    let found = identities.into_iter();
    Ok(found.filter_map(|row| Some((row.did, kept.remove(row.genesis.hash())?.bytes))).collect())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::testing::Home;

    #[tokio::test]
    async fn a_full_queue_loses_one_posting_to_the_log_and_the_rest_waits() {
        let home = Home::new('a', &['b']).await;
        let ada = home.register("ada").await;
        for _ in 0..=BATCH {
            home.post(&ada).await;
        }
        let (offered, room) = (Cell::new(0), Cell::new(2));
        let publish = |_| {
            offered.set(offered.get() + 1);
            let has_room = offered.get() <= room.get();
            std::future::ready(Ok(if has_room { Published::Sent } else { Published::QueuesFull }))
        };
        assert_eq!(hand_over(&home.engine, publish).await.unwrap(), Handed::Full);
        assert_eq!(offered.get(), 3, "what the network has not been shown it cannot call a duplicate");
        room.set(i64::MAX);
        assert_eq!(hand_over(&home.engine, publish).await.unwrap(), Handed::All);
        assert_eq!(offered.get(), BATCH + 1, "each was offered once");
    }
}
