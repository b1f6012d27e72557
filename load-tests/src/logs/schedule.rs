//! Leaves that are due at a constant rate, and when each can be proved.

use std::collections::BTreeMap;
use std::time::Duration;

use hanse_ledger::{Leaf, LeafId};
use hanse_store::{Store, log};
use hanse_tlog::{prove, verify};
use tokio::time::{Instant, sleep, sleep_until};

use crate::Result;

/// Between two looks at a head.
const LOOK: Duration = Duration::from_millis(5);
/// After the last leaf was due; something hangs that takes longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// When each leaf is due, whatever became of those before it.
#[derive(Clone, Copy)]
pub(super) struct Schedule {
    start: Instant,
    /// Leaves in a second.
    rate: u32,
}

impl Schedule {
    pub(super) fn starting_now(rate: u32) -> Self {
        Self { start: Instant::now(), rate }
    }

    fn due(self, number: usize) -> Instant {
        let every = Duration::from_secs(1) / self.rate;
        self.start + every * u32::try_from(number).unwrap_or(u32::MAX)
    }

    /// Waits until a leaf is due, and says when that was.
    pub(super) async fn until_due(self, number: usize) -> Instant {
        let due = self.due(number);
        sleep_until(due).await;
        due
    }

    pub(super) fn since_start(self) -> Duration {
        self.start.elapsed()
    }
}

/// Looks at the head of a log, own or mirrored, from this size on, until every leaf is under one, and says how long after it was due that
/// was. Of each new head it proves the last of these leaves.
pub(super) async fn proved(
    store: &Store,
    (origin, mut known): (&str, u64),
    leaves: &[Leaf],
    schedule: Schedule,
) -> Result<Vec<Duration>> {
    let numbers: BTreeMap<LeafId, usize> =
        leaves.iter().enumerate().map(|(number, leaf)| (leaf.id(), number)).collect();
    let connection = store.connection().await?;
    let mut times = Vec::with_capacity(leaves.len());
    while times.len() < leaves.len() {
        if schedule.due(leaves.len()) + PATIENCE < Instant::now() {
            return Err(format!("{} leaves have no proof", leaves.len() - times.len()).into());
        }
        let head = hanse_logbook::head(&connection, origin).await?;
        if head.size == known {
            sleep(LOOK).await;
            continue;
        }
        let rows = log::leaves(&connection, origin, known, head.size - known).await?;
        let last = rows.iter().rfind(|row| numbers.contains_key(&row.id)).ok_or("a head without leaves")?;
        let needed = prove::tiles_for_inclusion(last.index, head.size);
        let tiles = log::tiles(&connection, origin, needed).await?;
        let path = prove::inclusion(&tiles, last.index, head.size)?;
        let hash = hanse_tlog::hash::leaf(&last.bytes);
        if verify::root_from_inclusion(last.index, head.size, &hash, &path)? != head.root {
            return Err("a proof does not hold".into());
        }
        let now = Instant::now();
        let ours = rows.iter().filter_map(|row| numbers.get(&row.id));
        times.extend(ours.map(|number| now.saturating_duration_since(schedule.due(*number))));
        known = head.size;
    }
    Ok(times)
}
