//! Keeps the state at what the logs say. Every process does, whether it leads or not: scores are served by all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hanse_base::error::Failure;
use hanse_base::names::LogKind;
use hanse_base::rounds::{Round, Rounds, SELDOM};
use hanse_reputation::Epoch;
use tokio_util::sync::CancellationToken;

use super::feed::{Feed, epoch_of};
use super::state::{FeedItem, ScoreState, Until};
use crate::Trust;

/// Between two looks, where no other process is heard: this is how late the scores of one that does not lead may be.
const LOOK: Duration = Duration::from_millis(500);
/// Leaves that are read into the state in place, while its readers wait: tens of milliseconds. More are read into a copy beside it.
const IN_PLACE_MAX: u64 = 512;

/// Reads until it is cancelled.
pub async fn run(trust: Trust, cancel: CancellationToken) -> Result<(), Failure> {
    let (mut feed, signals) = (Feed::default(), trust.base().signals());
    let mut rounds = Rounds::new("scores", signals, cancel, LOOK).woken(SELDOM);
    while rounds.round(round(&trust, &mut feed)).await {
        rounds.wait(signals.scores.notified()).await;
    }
    Ok(())
}

/// One look at all logs. After a failure the next one finds everything as it was.
pub async fn round(trust: &Trust, feed: &mut Feed) -> Result<Round, Failure> {
    let before = feed.clone();
    let done = read(trust, feed).await;
    if done.is_err() {
        *feed = before;
    }
    done
}

async fn read(trust: &Trust, feed: &mut Feed) -> Result<Round, Failure> {
    let epoch = epoch_of(trust.now());
    if trust.scores().look(|_| ()).is_none() {
        // A state that is begun anew needs all that was ever fed, datings too.
        *feed = Feed::default();
    }
    let mut db = trust.store().connection().await?;
    let (mut pieces, mut logs) = (Vec::new(), BTreeMap::new());
    for origin in trust.log_keys().origins().filter(|origin| origin.ends_with(LogKind::Reputation.name())) {
        if let Some(until) = feed.until(trust, &mut db, origin, &mut pieces).await? {
            logs.insert(origin.to_owned(), until);
        }
    }
    pieces.extend(feed.late(&db).await?);
    let ahead = |state: Option<&ScoreState>| -> Vec<(String, u64, u64)> {
        let read = |origin: &str| state.map_or(0, |state| state.reading.read(origin));
        let ahead = logs.iter().map(|(origin, until)| (origin.clone(), read(origin), until.size));
        ahead.filter(|(_, read, size)| read < size).collect()
    };
    let known =
        trust.scores().look(|state| (ahead(Some(state)), state.logs == logs && state.graph.epoch() == epoch));
    let (ahead, rests) = known.map_or_else(|| (ahead(None), None), |(ahead, rests)| (ahead, Some(rests)));
    if rests == Some(true) && ahead.is_empty() && pieces.is_empty() {
        return Ok(Round::Idle);
    }
    let leaves: u64 = ahead.iter().map(|(_, read, size)| size - read).sum();
    let mut target = if rests.is_some() && leaves <= IN_PLACE_MAX {
        Target::InPlace(pieces)
    } else {
        let owner = trust.clone();
        // A copy of everything, made while nobody may write: no work for a thread that others wait on either.
        let copied = move || owner.scores().look(ScoreState::clone).unwrap_or_else(|| ScoreState::new(epoch));
        let state = tokio::task::spawn_blocking(copied).await.map_err(Failure::Cut)?;
        Target::Aside(Box::new(state)).take(pieces).await?
    };
    for (origin, mut at, size) in ahead {
        while at < size {
            let page = feed.page(&db, &origin, at, size).await?;
            let read = page.iter().filter(|piece| matches!(piece, FeedItem::Leaf { .. })).count();
            at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
            target = target.take(page).await?;
        }
    }
    drop(db);
    target.finish(trust, epoch, logs).await.map(Round::from)
}

/// Where it is read into.
enum Target {
    /// Into the state itself, all at once at the end.
    InPlace(Vec<FeedItem>),
    /// Into a copy that takes the state's place.
    Aside(Box<ScoreState>),
}

impl Target {
    async fn take(self, page: Vec<FeedItem>) -> Result<Self, Failure> {
        match self {
            Self::InPlace(mut pieces) => {
                pieces.extend(page);
                Ok(Self::InPlace(pieces))
            }
            Self::Aside(mut state) => {
                // Signatures are checked on the way: that is no work for a thread that others wait on.
                let read = tokio::task::spawn_blocking(move || state.read(page).map(|()| Self::Aside(state)));
                read.await.map_err(Failure::Cut)?
            }
        }
    }

    async fn finish(self, trust: &Trust, epoch: Epoch, logs: BTreeMap<String, Until>) -> Result<(), Failure> {
        let owner = trust.clone();
        let settle = move || match self {
            Self::Aside(mut state) => {
                let changed = state.settle(epoch, logs)?;
                owner.scores().change(|place| *place = Some(*state));
                Ok(changed)
            }
            Self::InPlace(pieces) => owner.scores().change(|place| {
                let Some(state) = place else { return Ok(BTreeSet::new()) };
                let settled = state.read(pieces).and_then(|()| state.settle(epoch, logs));
                if settled.is_err() {
                    // Half read: begun anew by the next look.
                    *place = None;
                }
                settled
            }),
        };
        let changed = tokio::task::spawn_blocking(settle).await.map_err(Failure::Cut)??;
        if !changed.is_empty() {
            trust.note_changed(changed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hanse_base::testing::TestNode;
    use hanse_logbook::Logbook;

    use super::*;

    /// Whoever changes the state and panics leaves half of a change: nobody is shown it, and the next look begins anew.
    #[tokio::test]
    async fn a_change_that_broke_off_is_shown_to_nobody_and_begun_anew() {
        let node = TestNode::new('a', &[]).await;
        let logbook = Logbook::new(node.base.clone()).unwrap();
        logbook.log_keys().open(node.base.store(), node.base.now()).await.unwrap();
        let (trust, mut feed) = (Trust::new(logbook), Feed::default());
        let logs = || trust.scores().look(|state| state.logs.len());
        assert_eq!(logs(), None, "nothing is read yet");
        round(&trust, &mut feed).await.unwrap();
        assert_eq!(logs(), Some(1), "postings rate nobody");
        let broken = trust.clone();
        let broke_off = std::thread::spawn(move || broken.scores().change(|_| panic!("on purpose")));
        assert!(broke_off.join().is_err());
        assert!(!trust.is_read());
        round(&trust, &mut feed).await.unwrap();
        assert_eq!(logs(), Some(1), "also what was fed before");
    }
}
