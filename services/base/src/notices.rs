//! The worker that hears what the other processes of the node have done, and tells them what this one has: over one session with the
//! database. Nothing rests on it. While there is none, every worker looks at its pace; what is lost with one costs a pace.

use std::time::Duration;

use hanse_store::StoreError;
use hanse_store::notices::Notices;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::Base;
use crate::error::Failure;
use crate::rounds::Rounds;
use crate::signals::{Notice, Signals};

/// Between the end of one session and the next attempt.
const AGAIN: Duration = Duration::from_secs(1);
/// Between two looks at what there is to tell: what comes meanwhile goes together, so that a busy node sends a few notices a second.
const REST: Duration = Duration::from_millis(50);

/// Listens and notifies until it is cancelled.
///
/// # Errors
/// None: what fails is tried again.
pub async fn run(base: Base, cancel: CancellationToken) -> Result<(), Failure> {
    let mut rounds = Rounds::new("notices", base.signals(), cancel, AGAIN);
    while rounds.round(session(&base)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// One session, until it ends.
async fn session(base: &Base) -> Result<(), Failure> {
    let signals = base.signals();
    let mut notices = base.store().listen().await?;
    signals.set_hears_others(true);
    let ended = exchange(signals, &mut notices).await;
    signals.set_hears_others(false);
    if let Err(error) = ended {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            error,
            "the session that hears the node's other processes has ended; will open another"
        );
    }
    Ok(())
}

async fn exchange(signals: &Signals, notices: &mut Notices) -> Result<(), StoreError> {
    // What happened while there was no session was sent to nobody.
    for notice in Notice::ALL {
        notices.tell(notice.payload()).await?;
    }
    let mut rested = Instant::now();
    loop {
        let unsent = async {
            sleep_until(rested).await;
            signals.unsent().await;
        };
        tokio::select! {
            payload = notices.heard() => {
                if let Some(notice) = Notice::parse(&payload?) {
                    signals.heard(notice);
                }
            }
            () = unsent => {
                for notice in signals.take_unsent() {
                    notices.tell(notice.payload()).await?;
                }
                rested = Instant::now() + REST;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use hanse_store::{Connection, Sql as _};

    use super::*;
    use crate::testing::TestNode;

    /// Far above what it takes; reaching it is the failure.
    const PATIENCE: Duration = Duration::from_secs(60);

    async fn until(what: impl Future) {
        tokio::time::timeout(PATIENCE, what).await.expect("in time");
    }

    async fn hears(base: &Base) {
        becomes(base, true).await;
    }

    async fn hears_nobody(base: &Base) {
        becomes(base, false).await;
    }

    async fn becomes(base: &Base, hears: bool) {
        until(async {
            while base.signals().hears_others() != hears {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// The sessions that hear, by their numbers, once there are two that are none of these.
    async fn sessions(db: &Connection, but: &[i32]) -> Vec<i32> {
        let listening = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> ALL($1) \
             AND pid <> pg_backend_pid() AND (query LIKE '%pg_notify%' OR query LIKE '%pg_backend_pid%')";
        loop {
            let rows = db.query(listening, &[&but]).await.unwrap();
            if rows.len() == 2 {
                return rows.iter().map(|row| row.get("pid")).collect();
            }
        }
    }

    #[tokio::test]
    async fn a_process_hears_of_the_work_of_another_and_again_after_the_session_was_lost() {
        let node = TestNode::new('a', &[]).await;
        let (one, other) = (node.base.clone(), node.process(None).await);
        let db = one.store().connection().await.unwrap();
        let cancel = CancellationToken::new();
        let work = async {
            hears(&one).await;
            hears(&other).await;
            let mut changed = other.signals().changed.subscribe();
            one.signals().changed();
            until(changed.changed()).await;

            let lost = sessions(&db, &[]).await;
            // As long as there is no session, both look at their pace.
            let end = async {
                let end = "SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid";
                db.query(end, &[&lost]).await.unwrap();
            };
            tokio::join!(end, hears_nobody(&one), hears_nobody(&other));
            until(sessions(&db, &lost)).await;
            hears(&one).await;
            hears(&other).await;
            // All are woken then; of that this takes what is kept.
            one.signals().searches.notified().await;
            other.signals().raise(Notice::SearchAsked);
            until(one.signals().searches.notified()).await;
            cancel.cancel();
        };
        let (first, second, ()) =
            tokio::join!(run(one.clone(), cancel.clone()), run(other.clone(), cancel.clone()), work);
        first.and(second).unwrap();
    }

    #[test]
    fn every_notice_is_known_by_its_payload() {
        // As the processes of a node that is being upgraded know them.
        for (notice, word) in [
            (Notice::Committed, "committed"),
            (Notice::Changed, "changed"),
            (Notice::LogAdvanced, "log-advanced"),
            (Notice::Cosigned, "cosigned"),
            (Notice::AlertsRaised, "alerts-raised"),
            (Notice::SearchAsked, "search-asked"),
            (Notice::SearchAnswered, "search-answered"),
            (Notice::DeliveryAnswered, "delivery-answered"),
        ] {
            assert_eq!((notice.payload(), Notice::parse(word)), (word, Some(notice)));
        }
        assert_eq!(Notice::parse("of a later version"), None);
    }
}
