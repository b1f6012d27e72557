//! The node about itself: its card, its peers, its logs, its health.

use std::sync::Arc;
use std::time::Duration;

use hanse_api::views::{Card, LogView, PeerView, Ready};
use hanse_base::error::{Failure, UseError};
use hanse_base::names::LogKind;
use hanse_logbook::heads::Signing;
use hanse_store::log::LogRow;
use hanse_store::{Connection, deliveries, health, log};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Engine;

/// How often it is tried whether the database can be written to, however often somebody asks.
const WRITE_EVERY: Duration = Duration::from_secs(10);
/// How long the database may take to show that it is well: those who ask wait three seconds.
const READY_WAIT: Duration = Duration::from_secs(2);
/// How long what it showed is good enough for everybody who asks: anybody may, as often as they like, and it is asked on the connections
/// of the workers. Probes ask every five seconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the database last showed. Whoever looks holds the lock, and the others wait for what is seen.
#[derive(Debug, Default)]
pub(crate) struct Looks(Arc<Mutex<Last>>);

#[derive(Debug, Default)]
struct Last {
    looked: Option<(Instant, Arc<Looked>)>,
    /// Whether the database took the last block that was written to it.
    written: Option<(Instant, bool)>,
}

/// One look at the database.
#[derive(Debug, Default)]
struct Looked {
    /// It answers, and its schema is ours.
    database: bool,
    writes: bool,
    logs: Vec<LogRow>,
}

impl Engine {
    /// How to reach and to check this node. Without addresses in a process that does not lead.
    #[must_use]
    pub fn card(&self) -> Card {
        Card {
            name: self.config().name.to_string(),
            url: self.config().url.clone(),
            peer_id: self.keys().peer_id(),
            addresses: self.base().listening(),
            vkeys: self.keys().vkeys(&self.config().name),
        }
    }

    /// The pinned peers, and how far this node follows them.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn peers(&self) -> Result<Vec<PeerView>, UseError> {
        let states = match self.network() {
            Some(network) => network.peers().await,
            None => Vec::new(),
        };
        let connection = self.store().connection().await?;
        let waiting = deliveries::waiting(&connection).await?;
        let mut views = Vec::new();
        for peer in &self.config().peers {
            let mut logs = Vec::new();
            for kind in LogKind::ALL {
                let row = log::find(&connection, &kind.origin(&peer.name)).await?;
                logs.extend(row.as_ref().map(|row| view(row, None)));
            }
            let waiting = waiting.get(peer.name.as_str()).copied().unwrap_or_default();
            views.push(PeerView {
                name: peer.name.to_string(),
                url: peer.url.clone(),
                connected: states.iter().any(|state| state.name == peer.name.as_str() && state.connected),
                waiting: u64::try_from(waiting).unwrap_or_default(),
                logs,
            });
        }
        Ok(views)
    }

    /// Every log as this node holds it, own first.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn logs(&self) -> Result<Vec<LogView>, UseError> {
        Ok(self.views(&log::all(&self.store().connection().await?).await?))
    }

    fn views(&self, rows: &[LogRow]) -> Vec<LogView> {
        let (own, mirrored): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.own);
        own.into_iter().chain(mirrored).map(|row| view(row, self.waits(&row.origin))).collect()
    }

    /// Why this process does not sign one of its own logs yet.
    fn waits(&self, origin: &str) -> Option<String> {
        let kind = LogKind::ALL.into_iter().find(|kind| self.log_keys().own(*kind).origin == origin)?;
        match self.heard().signing(kind)? {
            Signing::Waits(text) => Some(text),
            Signing::Begun => None,
        }
    }

    /// Whether this node can do its work. A database that does not answer is an answer too. It is asked on the connections of the
    /// workers, once for everybody who asks within a second: requests that wait for theirs do not make a node unready.
    ///
    /// # Errors
    /// None at present.
    pub async fn ready(&self) -> Result<Ready, UseError> {
        let looked = self.looked().await;
        Ok(Ready {
            database: looked.database,
            writes: looked.writes,
            leader: self.leads(),
            matches: self.discovery().is_built(),
            scores: self.trust().is_read(),
            mirrors: looked.database && self.has_followed(&looked.logs),
            clock_ahead: self.clocks().ahead().filter(|_| self.clocks().differs()),
            logs: self.views(&looked.logs),
        })
    }

    /// What the database showed within the last second. The look is a task of its own: whoever asked for it may be gone before it ends,
    /// and the next one would begin again.
    async fn looked(&self) -> Arc<Looked> {
        let mut last = Arc::clone(&self.looks().0).lock_owned().await;
        if let Some((at, looked)) = &last.looked
            && at.elapsed() < LOOK_EVERY
        {
            return Arc::clone(looked);
        }
        let work = self.at_work();
        let look = async move {
            let looked = Arc::new(work.look(&mut last.written).await);
            last.looked = Some((Instant::now(), Arc::clone(&looked)));
            looked
        };
        #[expect(clippy::disallowed_methods, reason = "it ends within READY_WAIT, leading or not")]
        let look = tokio::spawn(look);
        // One that is cut off, at the end of the process, has seen nothing.
        look.await.unwrap_or_default()
    }

    async fn look(&self, written: &mut Option<(Instant, bool)>) -> Looked {
        let look = async {
            if !self.store().schema_current().await? {
                return Ok(Looked::default());
            }
            let mut connection = self.store().connection().await?;
            let logs = log::all(&connection).await?;
            let writes = can_write(&mut connection, written).await?;
            Ok::<_, Failure>(Looked { database: true, writes, logs })
        };
        match tokio::time::timeout(READY_WAIT, look).await {
            Ok(Ok(looked)) => return looked,
            Ok(Err(error)) => {
                tracing::debug!(
                    error = &error as &dyn std::error::Error,
                    "the health check of the database failed"
                );
            }
            Err(_) => tracing::debug!("the health check of the database timed out"),
        }
        Looked::default()
    }

    /// Whether every mirror is as far as its log is known to go, and has had its effect.
    fn has_followed(&self, rows: &[LogRow]) -> bool {
        let mut pinned = rows.iter().filter(|row| self.log_keys().mirror(&row.origin).is_some());
        pinned.all(|row| {
            row.size > 0 && row.reacted >= row.size && row.size >= self.heard().largest(&row.origin)
        })
    }
}

async fn can_write(connection: &mut Connection, last: &mut Option<(Instant, bool)>) -> Result<bool, Failure> {
    if let Some((at, written)) = *last
        && at.elapsed() < WRITE_EVERY
    {
        return Ok(written);
    }
    let written = match health::write(connection).await {
        Ok(()) => true,
        Err(error) if error.is_away() => return Err(error.into()),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the database cannot be written to");
            false
        }
    };
    *last = Some((Instant::now(), written));
    Ok(written)
}

fn view(row: &LogRow, waits: Option<String>) -> LogView {
    LogView {
        origin: row.origin.clone(),
        size: row.size,
        root: row.root.base64(),
        halted: row.halted.clone(),
        waits,
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use futures::future::join_all;

    use crate::testing::Home;

    #[tokio::test]
    async fn however_many_ask_whether_it_is_well_the_database_is_looked_at_once() {
        let home = Home::new('a', &[]).await;
        let engine = &home.engine;
        let before = engine.store().status().connections;
        let answers = join_all((0..20).map(|_| engine.ready())).await;
        assert!(answers.into_iter().all(|answer| answer.unwrap().database));
        assert_eq!(engine.store().status().connections, before, "those that were there are enough");
    }

    #[tokio::test]
    async fn a_look_goes_on_when_whoever_asked_is_gone() {
        let home = Home::new('a', &[]).await;
        let twin = home.twin().await;
        let mut connection = twin.store().connection().await.unwrap();
        let lock = connection.begin().await.unwrap();
        hanse_store::Sql::execute(&lock, "LOCK TABLE log", &[]).await.unwrap();
        let connections = || home.engine.store().status();
        let before = connections().connections;
        for _ in 0..20 {
            assert!(home.engine.ready().now_or_never().is_none());
            tokio::task::yield_now().await;
        }
        lock.commit().await.unwrap();
        while !home.engine.ready().await.unwrap().writes {}
        assert_eq!(connections().connections, before);
    }
}
