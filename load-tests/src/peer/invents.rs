//! Speaks for people who do not exist: by gossip as people of another home, by deliveries as freelancers of its own.

use std::sync::Arc;
use std::time::Duration;

use hanse_base::clock::{Clock as _, SystemClock};
use hanse_document::NodeName;
use hanse_network::{Bytes, Request, Topic};
use tokio::task::JoinSet;
use tokio::time::interval;

use super::front::{Front, Tally};
use super::people::{Person, gossiped};
use super::{INVENTED, OTHER, VICTIM};
use crate::Result;
use crate::inputs::Seeded;

/// Between two postings: 200 a second, all that a peer may gossip.
const POSTING_PAUSE: Duration = Duration::from_millis(5);
/// Bids that are made beforehand, and in turn sent: more than a job takes of any home.
const BIDS: usize = 600;

/// Postings of people who are said to live at the other honest node.
pub(super) async fn postings(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes) = (Tally::default(), JoinSet::new());
    let (sender, counted) = (Arc::clone(&front), tally.clone());
    lanes.spawn(async move {
        let (mut seeded, home) = (Seeded::new(41), NodeName::parse(OTHER)?);
        let mut pace = interval(POSTING_PAUSE);
        loop {
            pace.tick().await;
            let person = Person::invent(&mut seeded, &home, SystemClock.now());
            let genesis = person.genesis(&mut seeded)?;
            let posting = person.posting(&mut seeded, INVENTED, "Send money.")?;
            counted.count(sender.gossip(Topic::Jobs, gossiped(&genesis, &posting)).await?);
        }
    });
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}

/// Bids by people who are said to live with the peer, on one job of the victim's.
pub(super) async fn bids(front: Arc<Front>) -> Result<String> {
    let (tally, mut lanes, mut seeded) = (Tally::default(), JoinSet::new(), Seeded::new(42));
    let job = front.job.0.parse()?;
    let parcels = (0..BIDS).map(|_| {
        let person = Person::invent(&mut seeded, &front.seat.name, SystemClock.now());
        let (genesis, bid) = (person.genesis(&mut seeded)?, person.bid(&mut seeded, &job, VICTIM)?);
        Ok([genesis, bid].map(|document| Bytes::from(document.bytes().to_vec())).to_vec())
    });
    let parcels = parcels.collect::<Result<Vec<_>>>()?;
    let (sender, counted) = (Arc::clone(&front), tally.clone());
    lanes.spawn(async move {
        for documents in parcels.into_iter().cycle() {
            // Too soon is no answer to a bid.
            while sender.ask(VICTIM, Request::Deliver { documents: documents.clone() }).await == "busy" {
                tokio::time::sleep(POSTING_PAUSE).await;
            }
            counted.count("bids answered");
        }
        Ok(())
    });
    front.until_over(lanes).await?;
    Ok(tally.to_string())
}
