//! Which documents go with which leaf: the one table, for those who send them, take them, ask for them and prove them.

use hanse_base::names::LogKind;
use hanse_document::{Commitment, Kind};
use hanse_ledger::{Leaf, LeafId, Statement};

/// What a leaf of a log lets everybody have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shows {
    /// Nothing that is known here.
    Nothing,
    /// The document of this commitment, if it is of one of these kinds.
    Document(Commitment, &'static [Kind]),
    /// The review that this commit seals, the text that the review names, and the rated person's own offer or acceptance.
    Review(LeafId),
}

impl Shows {
    /// By a leaf of this log.
    pub(crate) fn of(origin: &str, leaf: &Leaf) -> Self {
        let is_jobs = origin.ends_with(LogKind::Jobs.name());
        match leaf.statement() {
            Some(Statement::Identity { commitment, .. }) => Self::Document(*commitment, &[Kind::Identity]),
            Some(Statement::Reply { commitment, .. }) => Self::Document(*commitment, &[Kind::Reply]),
            Some(Statement::Posting { commitment }) if is_jobs => {
                Self::Document(*commitment, &[Kind::Job, Kind::Step, Kind::Arbiter])
            }
            Some(Statement::Open { cites }) => Self::Review(*cites),
            Some(
                Statement::Engagement { .. }
                | Statement::Commit { .. }
                | Statement::Settle { .. }
                | Statement::Posting { .. },
            )
            | None => Self::Nothing,
        }
    }

    /// The commit whose review it opens.
    pub(crate) const fn opened(self) -> Option<LeafId> {
        if let Self::Review(commit) = self { Some(commit) } else { None }
    }
}
