//! The lease while this process has it.

use std::time::Duration;

use hanse_store::lease::{self, Lease};
use hanse_store::{Connection, Store, StoreError};
use tokio::time::Instant;

const NAME: &str = "node";
/// After so long without renewal another process may take the lease: longer than a slow database, shorter than anybody should
/// miss the node.
const LEASE_SECONDS: i64 = 15;
/// How long this process believes in its lease without renewal. To end its network takes it six seconds, and that must be over
/// when another process may begin: two swarms with one identity take each other's messages.
const HELD: Duration = Duration::from_secs(9);
/// Two renewals may fail before it stops believing.
const RENEW: Duration = Duration::from_secs(3);
/// How often it looks whether the session is still there, which costs nothing.
const LOOK: Duration = Duration::from_millis(250);
/// A lease ends with its session, and another process may have it at once. But a server that was started anew has ended every
/// session: this long this process tries to go on with a new one.
const WITHOUT_SESSION: Duration = Duration::from_secs(3);

/// A lease, and the session that it is held by.
pub(super) struct HeldLease {
    store: Store,
    session: Connection,
    lease: Lease,
}

impl HeldLease {
    /// Takes the lease, if nobody holds it.
    pub(super) async fn take(store: &Store) -> Result<Option<Self>, StoreError> {
        let session = store.connection().await?;
        let lease = lease::take(&session, NAME, LEASE_SECONDS).await?;
        Ok(lease.map(|lease| Self { store: store.clone(), session, lease }))
    }

    /// Counts the processes that have led.
    pub(super) fn epoch(&self) -> i64 {
        self.lease.epoch
    }

    /// Renews the lease, and returns when it is lost: another process has it, or it could not be renewed for so long that another
    /// may have it soon. Every wait in here ends with that time.
    pub(super) async fn hold(&mut self) {
        let mut believed = Instant::now() + HELD;
        let mut due = Instant::now() + RENEW;
        let mut session_lost = false;
        loop {
            tokio::time::sleep_until(believed.min(Instant::now() + LOOK)).await;
            let asked = Instant::now();
            if self.session.is_lost() && !session_lost {
                session_lost = true;
                believed = believed.min(asked + WITHOUT_SESSION);
                due = asked;
            }
            // A server that is not there says so at once, so that the wait below would never be over.
            if asked >= believed {
                return;
            }
            if asked < due {
                continue;
            }
            match tokio::time::timeout_at(believed, self.renew()).await {
                Ok(Ok(true)) => {
                    (believed, due, session_lost) = (asked + HELD, asked + RENEW, false);
                }
                // On a new session that may only mean that the server has not noticed the end of the old one.
                Ok(Ok(false)) if !session_lost => return,
                Ok(Ok(false)) => due = asked + LOOK,
                Ok(Err(error)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the lease is not renewed");
                    due = asked + LOOK;
                }
                Err(_) => return,
            }
        }
    }

    async fn renew(&mut self) -> Result<bool, StoreError> {
        if !self.session.is_lost() {
            return lease::renew(&self.session, &self.lease, LEASE_SECONDS).await;
        }
        let session = self.store.connection().await?;
        let resumed = lease::resume(&session, &self.lease, LEASE_SECONDS).await?;
        if resumed {
            self.session = session;
        }
        Ok(resumed)
    }

    /// Gives it back.
    pub(super) async fn release(self) {
        if let Err(error) = lease::release(&self.session, &self.lease).await {
            // It ends with the session, which ends with this value, as one that failed is not given back.
            tracing::debug!(error = &error as &dyn std::error::Error, "the lease could not be released");
        }
    }
}

#[cfg(test)]
mod tests {
    use hanse_store::testing::TestDatabase;
    use hanse_store::{Config, Sql as _, column};
    use tokio::time;

    use super::*;

    /// HeldLease with the one connection of its pool.
    async fn held(database: &TestDatabase) -> HeldLease {
        let store = Store::open(&Config { url: database.url().to_owned(), connections: 1 }).await.unwrap();
        HeldLease::take(&store).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_lease_that_lost_its_session_is_believed_for_a_moment_only() {
        let database = TestDatabase::new().await;
        let mut held = held(&database).await;
        drop(held.session.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await);
        while !held.session.is_lost() {
            tokio::task::yield_now().await;
        }
        // From here on time passes by itself, and there is no other session to be had.
        time::pause();
        tokio::select! {
            () = held.hold() => {}
            () = time::sleep(WITHOUT_SESSION + LOOK + LOOK) => panic!("another process may lead by now"),
        }
    }

    #[tokio::test]
    async fn a_lease_is_given_up_where_connecting_fails_at_once() {
        /// Far above what it takes; reaching it is the failure.
        const PATIENCE: Duration = Duration::from_secs(60);
        let database = TestDatabase::new().await;
        let mut held = held(&database).await;
        drop(held.session.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]).await);
        held.store.close();
        time::timeout(PATIENCE, held.hold()).await.unwrap();
    }

    #[tokio::test]
    async fn a_lease_that_another_process_has_is_given_up_when_it_is_seen() {
        let database = TestDatabase::new().await;
        let mut held = held(&database).await;
        let db = database.store().await.connection().await.unwrap();
        for statement in [
            "CREATE TABLE renewal (at bigint)",
            "CREATE FUNCTION renewal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO renewal VALUES (0); RETURN NULL; END'",
            "UPDATE lease SET epoch = epoch + 1",
            "CREATE TRIGGER renewal AFTER UPDATE ON lease FOR EACH STATEMENT EXECUTE FUNCTION renewal()",
        ] {
            db.execute(statement, &[]).await.unwrap();
        }
        let mut hold = Box::pin(held.hold());
        assert!(futures::poll!(hold.as_mut()).is_pending());
        // To the first renewal.
        time::pause();
        time::advance(RENEW).await;
        time::resume();
        hold.await;
        let renewals = db.query_one("SELECT count(*) AS renewals FROM renewal", &[]).await.unwrap();
        assert_eq!(column::<i64>(&renewals, "renewal", "renewals").unwrap(), 1);
    }
}
