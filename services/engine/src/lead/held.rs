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
pub(super) struct Held {
    store: Store,
    session: Connection,
    lease: Lease,
}

impl Held {
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
            if asked < due && asked < believed {
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
            tracing::debug!(error = &error as &dyn std::error::Error, "the lease is not given back");
        }
    }
}
