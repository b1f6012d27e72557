//! The node about itself: its card, its peers, its logs, its health.

use hanse_store::{deliveries, log};

use crate::Engine;
use crate::error::{Failure, UseError};
use crate::logs::LogKind;
use crate::views::{Card, LogView, PeerView, Ready};

impl Engine {
    /// How to reach and to check this node. Without addresses in a process that does not lead.
    #[must_use]
    pub fn card(&self) -> Card {
        Card {
            name: self.config().name.to_string(),
            url: self.config().url.clone(),
            peer_id: self.keys().peer_id(),
            addresses: self.listening().to_vec(),
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
        let mut views = Vec::new();
        for peer in &self.config().peers {
            let mut logs = Vec::new();
            for kind in LogKind::ALL {
                let row = log::find(&connection, &kind.origin(&peer.name)).await?;
                logs.extend(row.as_ref().map(view));
            }
            let waiting = deliveries::waiting(&connection, peer.name.as_str()).await?;
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
        Ok(rows.iter().map(view).collect())
    }

    /// Whether this node can do its work. A database that does not answer is an answer too.
    ///
    /// # Errors
    /// None at present.
    pub async fn ready(&self) -> Result<Ready, UseError> {
        let (leader, matches, scores) = (self.leads(), self.matching().is_built(), self.scores().is_read());
        let clock_ahead = self.clocks().ahead().filter(|_| self.clocks().differs());
        let looked = async {
            let current = self.store().schema_current().await.map_err(Failure::Store)?;
            let logs = if current { self.logs().await? } else { Vec::new() };
            let mirrors = current && self.has_followed().await?;
            Ok::<_, UseError>((current, logs, mirrors))
        };
        match looked.await {
            Ok((database, logs, mirrors)) => {
                Ok(Ready { database, leader, matches, scores, mirrors, clock_ahead, logs })
            }
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database does not answer");
                let (mirrors, logs) = (false, Vec::new());
                Ok(Ready { database: false, leader, matches, scores, mirrors, clock_ahead, logs })
            }
        }
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

fn view(row: &log::LogRow) -> LogView {
    LogView {
        origin: row.origin.clone(),
        size: row.size,
        root: row.root.base64(),
        halted: row.halted.clone(),
    }
}
