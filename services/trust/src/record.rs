//! Whole logs of reputation for strangers: every leaf with what it makes public, and the states that others vouch for. From these
//! anybody recomputes every score, with no word of this node but what the logs' own keys have signed.

mod page;

use hanse_api::views::{LeavesView, LogStateView};
use hanse_base::error::UseError;
use hanse_base::names::LogKind;
use hanse_document::NodeName;
use hanse_store::{log, scores};

use crate::Trust;
use crate::evidence::LogSnapshot;

impl Trust {
    /// What a log of reputation is known to hold: the newest state that a quorum of this node's auditors cosigned, or the newest of all
    /// where there is none, and the states that date its leaves. None if no such log is kept here.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn log_state(&self, node: &NodeName, kind: LogKind) -> Result<Option<LogStateView>, UseError> {
        let connection = self.store().connection().await?;
        let origin = kind.origin(node);
        let Some(at) = LogSnapshot::newest(&connection, self.log_keys(), &origin, None).await? else {
            return Ok(None);
        };
        let datings = scores::datings(&connection, &origin).await?;
        let datings = datings.into_iter().filter(|dating| dating.size <= at.size());
        Ok(Some(LogStateView {
            size: at.size(),
            checkpoint: at.checkpoint().to_owned(),
            datings: datings.map(|dating| dating.note).collect(),
            origin,
        }))
    }

    /// Leaves of a log from `start` on, each with the public documents that go with it: as many as fit a page. None if no such log
    /// is kept here.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn log_leaves(
        &self,
        node: &NodeName,
        kind: LogKind,
        start: u64,
    ) -> Result<Option<LeavesView>, UseError> {
        let connection = self.store().connection().await?;
        let origin = kind.origin(node);
        let Some(row) = log::find(&connection, &origin).await? else { return Ok(None) };
        let leaves = page::leaves(&connection, &origin, start).await?;
        Ok(Some(LeavesView { origin, size: row.size, start, leaves }))
    }
}
