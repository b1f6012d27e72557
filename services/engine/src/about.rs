//! The node about itself: its card, its peers, its logs, its health.

use std::time::Duration;

use hanse_store::{deliveries, health, log};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Engine;
use crate::error::{Failure, UseError};
use crate::heads::Signing;
use crate::logs::LogKind;
use crate::views::{Card, LogView, PeerView, Ready};

/// How often it is tried whether the database can be written to, however often somebody asks.
const WRITE_EVERY: Duration = Duration::from_secs(10);
/// How long the database may take to show that it is well: those who ask wait three seconds.
const READY_WAIT: Duration = Duration::from_secs(2);

/// Whether the database took the last block that was written to it, and when that was.
#[derive(Debug, Default)]
pub(crate) struct Writes(Mutex<Option<(Instant, bool)>>);

impl Engine {
    /// How to reach and to check this node. Without addresses in a process that does not lead.
    #[must_use]
    pub fn card(&self) -> Card {
        Card {
            name: self.config().name.to_string(),
            url: self.config().url.clone(),
            peer_id: self.keys().peer_id(),
            addresses: self.listening(),
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
        let mut rows = log::all(&self.store().connection().await?).await?;
        rows.sort_by_key(|row| !row.own);
        Ok(rows.iter().map(|row| view(row, self.waits(&row.origin))).collect())
    }

    /// Why this process does not sign one of its own logs yet.
    fn waits(&self, origin: &str) -> Option<String> {
        let kind = LogKind::ALL.into_iter().find(|kind| self.log_keys().own(*kind).origin == origin)?;
        match self.heard().signing(kind)? {
            Signing::Waits(text) => Some(text),
            Signing::Begun => None,
        }
    }

    /// Whether this node can do its work. A database that does not answer is an answer too. It asks on the connections of the
    /// workers: requests that wait for theirs do not make a node unready.
    ///
    /// # Errors
    /// None at present.
    pub async fn ready(&self) -> Result<Ready, UseError> {
        let (leader, matches, scores) = (self.leads(), self.matching().is_built(), self.scores().is_read());
        let clock_ahead = self.clocks().ahead().filter(|_| self.clocks().differs());
        let work = self.at_work();
        let looked = async {
            let current = work.store().schema_current().await.map_err(Failure::Store)?;
            let logs = if current { work.logs().await? } else { Vec::new() };
            let mirrors = current && work.has_followed().await?;
            let writes = current && work.can_write().await?;
            Ok::<_, UseError>((current, writes, mirrors, logs))
        };
        let looked = tokio::time::timeout(READY_WAIT, looked).await;
        let (database, writes, mirrors, logs) = match looked {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => (false, false, false, Vec::new()),
        };
        Ok(Ready { database, writes, leader, matches, scores, mirrors, clock_ahead, logs })
    }

    async fn can_write(&self) -> Result<bool, Failure> {
        let mut last = self.writes().0.lock().await;
        if let Some((at, written)) = *last
            && at.elapsed() < WRITE_EVERY
        {
            return Ok(written);
        }
        let mut connection = self.store().connection().await?;
        let written = match health::write(&mut connection).await {
            Ok(()) => true,
            Err(error) if error.is_away() => return Err(error.into()),
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the database cannot be written to"
                );
                false
            }
        };
        *last = Some((Instant::now(), written));
        Ok(written)
    }

    /// Whether every mirror is as far as its log is known to go, and has had its effect.
    async fn has_followed(&self) -> Result<bool, UseError> {
        let rows = log::all(&self.store().connection().await?).await?;
        let pinned = rows.iter().filter(|row| self.log_keys().mirror(&row.origin).is_some());
        let caught_up = |row: &log::LogRow| {
            row.size > 0 && row.reacted >= row.size && row.size >= self.heard().largest(&row.origin)
        };
        Ok(pinned.into_iter().all(caught_up))
    }
}

fn view(row: &log::LogRow, waits: Option<String>) -> LogView {
    LogView {
        origin: row.origin.clone(),
        size: row.size,
        root: row.root.base64(),
        halted: row.halted.clone(),
        waits,
    }
}
