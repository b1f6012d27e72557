//! What the leaves of every log, own and mirrored, mean for this node: each has its effect once, in the transaction that moves
//! the cursor of its log.

mod contracts;
mod reviews;

use hanse_document::{NodeName, Rejection};
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_store::log::{self, LeafRow};
use hanse_store::{accounts, documents, history};
use tokio_util::sync::CancellationToken;

use crate::Engine;
use crate::apply::{Apply, apply, identity, job, reread};
use crate::error::{Failure, Refusal, UseError};
use crate::logs::{LEAVES_MAX, LogKind, head, leaves_from};
use crate::signals::woken;

pub(crate) use contracts::engaged_before;
pub(crate) use reviews::{opened_before, release};

/// A leaf, and where it stands.
struct Seen {
    kind: LogKind,
    /// Who signs the log.
    operator: NodeName,
    /// Whether that is this node.
    own: bool,
    index: u64,
    id: LeafId,
    leaf: Leaf,
}

impl Seen {
    /// The leaf of this id, if it stands in the log.
    async fn standing(ctx: &Apply<'_>, origin: &str, id: &LeafId) -> Result<Option<Self>, UseError> {
        let row = log::leaf(ctx.tx, origin, id).await?;
        Ok(row.and_then(|row| Self::read(ctx.engine, origin, &row)))
    }

    /// `None` for index leaves and types of a later version: they mean nothing here.
    fn read(engine: &Engine, origin: &str, row: &LeafRow) -> Option<Self> {
        let (operator, kind) = split(origin)?;
        let leaf = Leaf::parse(&row.bytes).ok()?;
        Some(Self {
            kind,
            operator,
            own: engine.log_keys().is_own(origin),
            index: row.index,
            id: row.id,
            leaf,
        })
    }
}

/// What becomes of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// Behind this leaf.
    On,
    /// Not yet: the leaf needs what another log has still to bring.
    Wait,
}

/// Reacts until told to stop.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    while !cancel.is_cancelled() {
        match cancel.run_until_cancelled(round(&engine)).await {
            Some(Err(UseError::Failed(failure))) if failure.is_transient() => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "reacting is tried again");
            }
            Some(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a leaf cannot be reacted to");
            }
            Some(Ok(())) | None => {}
        }
        cancel.run_until_cancelled(woken(&engine.signals().react, engine.config().pace.follow)).await;
    }
    Ok(())
}

/// Every log to its end. Own logs first: what a mirrored leaf answers stands there. Reputation before jobs: it brings the
/// people whose postings follow.
pub(crate) async fn round(engine: &Engine) -> Result<(), UseError> {
    let mut origins: Vec<&str> = engine.log_keys().origins().collect();
    let rank =
        |origin: &str| (!engine.log_keys().is_own(origin), !origin.ends_with(LogKind::Reputation.name()));
    origins.sort_by_key(|origin| rank(origin));
    let mut outcome = Ok(());
    for origin in origins {
        // One log that cannot be reacted to keeps no other from it.
        outcome = outcome.and(drain(engine, origin).await);
    }
    outcome
}

async fn drain(engine: &Engine, origin: &str) -> Result<(), UseError> {
    loop {
        let connection = engine.store().connection().await?;
        let row = head(&connection, origin).await?;
        if row.reacted >= row.size {
            return Ok(());
        }
        let leaves = leaves_from(&connection, origin, row.reacted, LEAVES_MAX).await?;
        drop(connection);
        let mut cursor = row.reacted;
        for row in &leaves {
            let Some(seen) = Seen::read(engine, origin, row) else { continue };
            if react(engine, origin, cursor, &seen).await? == Turn::Wait {
                return Ok(());
            }
            cursor = row.index + 1;
        }
        let end = leaves.last().map_or(cursor, |leaf| leaf.index + 1);
        if end > cursor {
            let mut connection = engine.store().connection().await?;
            let tx = connection.begin().await?;
            log::set_reacted(&tx, origin, cursor, end).await?;
            tx.commit().await?;
        }
        if leaves.is_empty() {
            return Ok(());
        }
    }
}

/// Operator and kind of a log.
fn split(origin: &str) -> Option<(NodeName, LogKind)> {
    let (operator, kind) = origin.split_once('/')?;
    Some((NodeName::parse(operator).ok()?, LogKind::parse(kind)?))
}

/// One leaf: the cursor moves first, so that a second reactor finds it moved and does nothing.
async fn react(engine: &Engine, origin: &str, cursor: u64, seen: &Seen) -> Result<Turn, UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    log::set_reacted(&tx, origin, cursor, seen.index + 1).await?;
    match effect(&Apply::home(engine, &tx), seen).await {
        Ok(()) => {
            tx.commit().await?;
            engine.signals().committed();
            Ok(Turn::On)
        }
        Err(UseError::Refused(Refusal::UnknownPerson | Refusal::TooEarly)) => {
            tracing::debug!(origin, index = seen.index, "a leaf waits for what another log brings");
            Ok(Turn::Wait)
        }
        Err(UseError::Refused(refusal)) => {
            tracing::info!(origin, index = seen.index, slug = refusal.slug(), "a leaf without effect here");
            drop(tx);
            let tx = connection.begin().await?;
            log::set_reacted(&tx, origin, cursor, seen.index + 1).await?;
            tx.commit().await?;
            Ok(Turn::On)
        }
        Err(UseError::Failed(failure)) => Err(failure.into()),
    }
}

async fn effect(ctx: &Apply<'_>, seen: &Seen) -> Result<(), UseError> {
    let Some(statement) = seen.leaf.statement() else { return Ok(()) };
    match (seen.kind, statement) {
        (LogKind::Jobs, Statement::Posting { commitment }) => {
            let Some(row) = documents::by_commitment(ctx.tx, commitment).await? else { return Ok(()) };
            // One's own had its effect when it was taken, unless it comes back with the lost end of the log.
            if seen.own && history::has_applied(ctx.tx, &row.id).await? {
                return Ok(());
            }
            let document = reread(&row)?;
            // What else a peer signs into its log has no order from there: only the home of a job keeps that.
            if !job::is_of_posting(document.body()) {
                return Err(Rejection::WrongKind.into());
            }
            let author = accounts::find_identity(ctx.tx, &row.issuer).await?;
            if author.ok_or(Refusal::UnknownPerson)?.home != seen.operator {
                return Err(Refusal::WrongHome.into());
            }
            apply(ctx, &document, &[]).await.map(drop).or_else(gone_by)
        }
        (LogKind::Reputation, Statement::Identity { commitment, seq: 0 }) => {
            let Some(row) = documents::by_commitment(ctx.tx, commitment).await? else { return Ok(()) };
            identity::logged(ctx, &reread(&row)?, &seen.operator, seen.index).await
        }
        (LogKind::Reputation, Statement::Engagement { .. }) => contracts::engagement(ctx, seen).await,
        (LogKind::Reputation, Statement::Settle { commitment, engagement }) => {
            contracts::settle(ctx, seen, commitment, engagement).await
        }
        (LogKind::Reputation, Statement::Commit { commitment, engagement }) => {
            reviews::commit(ctx, seen, commitment, engagement).await
        }
        (LogKind::Reputation, Statement::Open { cites }) => reviews::open(ctx, seen, cites).await,
        (LogKind::Reputation, Statement::Reply { cites, commitment }) => {
            reviews::reply(ctx, seen, cites, commitment).await
        }
        (LogKind::Jobs | LogKind::Reputation, _) => Ok(()),
    }
}

/// A step that came by gossip before has moved the job on already, or its posting had expired when this node began to
/// follow: neither will become right by waiting.
fn gone_by(error: UseError) -> Result<(), UseError> {
    match error {
        UseError::Refused(Refusal::TooEarly) => Err(Refusal::NotFound("predecessor").into()),
        UseError::Refused(_) | UseError::Failed(_) => Err(error),
    }
}
