//! What the leaves of every log, own and mirrored, mean for this node: each has its effect once, in the transaction that moves
//! the cursor of its log. What cannot have it yet is noted as wanted, and holds up nothing behind it.

mod ahead;
mod contracts;
mod locked;
mod retry;
mod reviews;

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::rounds::Rounds;
use hanse_base::stored::kept;
use hanse_document::{Body, Commitment, NodeName, Rejection};
use hanse_ledger::{Leaf, LeafId, Statement};
use hanse_logbook::{head, leaves_from};
use hanse_store::log::{self, LeafRow, Want, Wanted};
use hanse_store::{accounts, documents, history, jobs};
use tokio_util::sync::CancellationToken;

use crate::apply::{Apply, apply, identity, job};
use hanse_logbook::Logbook;

pub use ahead::engagements as ahead_of;
pub use contracts::engaged_before;
pub(crate) use reviews::release;

/// Leaves of one log in one transaction. It holds the log's row until it ends, and whoever appends to the log or cosigns it waits
/// meanwhile: some milliseconds. More at once would save little.
const BATCH: u64 = 16;

/// A leaf, and where it stands.
struct LoggedLeaf {
    kind: LogKind,
    /// Who signs the log.
    operator: NodeName,
    /// Whether that is this node.
    own: bool,
    index: u64,
    id: LeafId,
    leaf: Leaf,
}

impl LoggedLeaf {
    /// The leaf of this id, if it stands in the log.
    async fn standing(ctx: &Apply<'_>, origin: &str, id: &LeafId) -> Result<Option<Self>, UseError> {
        let row = log::leaf(ctx.tx, origin, id).await?;
        Ok(row.and_then(|row| Self::read(ctx.logbook, origin, &row)))
    }

    /// `None` for index leaves and types of a later version: they mean nothing here.
    fn read(logbook: &Logbook, origin: &str, row: &LeafRow) -> Option<Self> {
        let (operator, kind) = split(origin)?;
        let leaf = Leaf::parse(&row.bytes).ok()?;
        Some(Self {
            kind,
            operator,
            own: logbook.log_keys().is_own(origin),
            index: row.index,
            id: row.id,
            leaf,
        })
    }
}

/// Reacts until it is cancelled.
pub async fn run(logbook: Logbook, cancel: CancellationToken) -> Result<(), Failure> {
    let signals = logbook.base().signals();
    let mut rounds = Rounds::new("react", signals, cancel, logbook.base().config().pace.follow);
    while rounds.round(round(&logbook)).await {
        rounds.wait(signals.react.notified()).await;
    }
    Ok(())
}

/// Every log to its end, a batch of each in turn, so that a long one keeps no other waiting; engagements of contracts here before
/// what stands before them. Own logs first: what a mirrored leaf answers stands there. Reputation before jobs: it brings the
/// people whose postings follow. After each turn some of what had to wait before: however much that is, new leaves go on.
pub async fn round(logbook: &Logbook) -> Result<(), UseError> {
    let mut origins: Vec<&str> = logbook.log_keys().origins().collect();
    let rank =
        |origin: &str| (!logbook.log_keys().is_own(origin), !origin.ends_with(LogKind::Reputation.name()));
    origins.sort_by_key(|origin| rank(origin));
    let mut outcome = Ok(());
    let (mut new, mut waiting) = (origins.clone(), origins);
    while !(new.is_empty() && waiting.is_empty()) {
        outcome = outcome.and(ahead::engagements(logbook).await);
        let mut more = Vec::new();
        for origin in new {
            more.extend(goes_on(origin, batch(logbook, origin).await, &mut outcome));
        }
        new = more;
        let mut more = Vec::new();
        for origin in waiting {
            more.extend(goes_on(origin, retry::due(logbook, origin).await, &mut outcome));
        }
        waiting = more;
    }
    outcome
}

/// The log, if there may be more of it in this round. One that cannot be reacted to keeps no other from it.
fn goes_on<'a>(
    origin: &'a str,
    done: Result<bool, UseError>,
    outcome: &mut Result<(), UseError>,
) -> Option<&'a str> {
    match done {
        Ok(more) => more.then_some(origin),
        Err(error) => {
            *outcome = std::mem::replace(outcome, Ok(())).and(Err(error));
            None
        }
    }
}

/// The next leaves of a log, in one transaction that moves the cursor behind them; `true` if there may be more. The cursor moves
/// first, so that a second reactor finds it moved and does nothing.
async fn batch(logbook: &Logbook, origin: &str) -> Result<bool, UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let row = head(&connection, origin).await?;
    if row.reacted >= row.size {
        return Ok(false);
    }
    let leaves = leaves_from(&connection, origin, row.reacted, BATCH).await?;
    let Some(end) = leaves.last().map(|leaf| leaf.index.saturating_add(1)) else { return Ok(false) };
    let mut tx = connection.begin().await?;
    log::set_reacted(&tx, origin, row.reacted, end).await?;
    for leaf in &leaves {
        let Some(seen) = LoggedLeaf::read(logbook, origin, leaf) else { continue };
        let part = tx.savepoint().await?;
        let turn = turn(&Apply::home(logbook, &part), &seen).await?;
        if turn == Turn::On {
            part.commit().await?;
            continue;
        }
        part.undo().await?;
        if let Turn::Later = turn {
            let (kind, commitment) = (seen.leaf.kind().to_owned(), committed(&seen.leaf));
            let wanted = Wanted { index: seen.index, kind, commitment, cites: None };
            log::want(&tx, origin, Want::Effect, &[wanted], logbook.base().now().unix()).await?;
        }
    }
    tx.commit().await?;
    logbook.base().signals().committed();
    Ok(end < row.size)
}

/// What has become of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    /// It has had its effect.
    On,
    /// It has none here, now or later.
    Void,
    /// It needs what another log or another leaf has still to bring, or a later time, or failed here: it is tried again.
    Later,
}

/// Gives a leaf its effect; what it wrote stands only if that is [`Turn::On`].
///
/// # Errors
/// What is our failure and may pass.
async fn turn(ctx: &Apply<'_>, seen: &LoggedLeaf) -> Result<Turn, UseError> {
    let (operator, index) = (&seen.operator, seen.index);
    match effect(ctx, seen).await {
        Ok(()) => Ok(Turn::On),
        Err(UseError::Refused(refusal)) if waits(&refusal, ctx.logbook.base().clocks().may_act()) => {
            tracing::debug!(%operator, index, slug = refusal.slug(), "a leaf waits for what has still to come");
            Ok(Turn::Later)
        }
        Err(UseError::Refused(refusal)) => {
            tracing::info!(%operator, index, slug = refusal.slug(), "a leaf without effect here");
            Ok(Turn::Void)
        }
        Err(UseError::Failed(failure)) if failure.is_transient() => Err(failure.into()),
        Err(UseError::Failed(failure)) => {
            let error = &failure as &dyn std::error::Error;
            tracing::error!(%operator, index, error, "a leaf could not be applied, and is tried again");
            Ok(Turn::Later)
        }
    }
}

/// Whether the same leaf may have its effect later: somebody or something that it builds on has not come yet, or its document is
/// dated ahead of this node's clock, or over by a clock that the peers do not share.
const fn waits(refusal: &Refusal, clock_is_right: bool) -> bool {
    matches!(refusal, Refusal::UnknownPerson | Refusal::TooEarly | Refusal::Future)
        || matches!(refusal, Refusal::Expired(_)) && !clock_is_right
}

/// The document that a leaf commits to, where its effect needs it.
fn committed(leaf: &Leaf) -> Option<Commitment> {
    match leaf.statement()? {
        Statement::Identity { commitment, .. }
        | Statement::Posting { commitment }
        | Statement::Reply { commitment, .. }
        | Statement::Settle { commitment, .. } => Some(*commitment),
        Statement::Engagement { .. } | Statement::Commit { .. } | Statement::Open { .. } => None,
    }
}

/// Operator and kind of a log.
fn split(origin: &str) -> Option<(NodeName, LogKind)> {
    let (operator, kind) = origin.split_once('/')?;
    Some((NodeName::parse(operator).ok()?, LogKind::parse(kind)?))
}

async fn effect(ctx: &Apply<'_>, seen: &LoggedLeaf) -> Result<(), UseError> {
    let Some(statement) = seen.leaf.statement() else { return Ok(()) };
    match (seen.kind, statement) {
        (LogKind::Jobs, Statement::Posting { commitment }) => {
            let Some(row) = documents::by_commitment(ctx.tx, commitment).await? else { return Ok(()) };
            // One's own had its effect when it was taken, unless it comes back with the lost end of the log.
            if seen.own && history::has_applied(ctx.tx, &row.id).await? {
                return Ok(());
            }
            let document = kept(&row)?;
            // What else a peer signs into its log has no order from there: only the home of a job keeps that.
            if !job::is_of_posting(document.body()) && !matches!(document.body(), Body::Arbiter(_)) {
                return Err(Rejection::WrongKind.into());
            }
            let author = accounts::find_identity(ctx.tx, &row.issuer).await?;
            if author.ok_or(Refusal::UnknownPerson)?.home != seen.operator {
                return Err(Refusal::WrongHome.into());
            }
            match apply(ctx, &document, &[]).await {
                Err(UseError::Refused(Refusal::TooEarly)) => {
                    Err(gone_by(ctx, seen, document.body()).await?.into())
                }
                done => {
                    done?;
                    Ok(jobs::logged(ctx.tx, &document.id()).await?)
                }
            }
        }
        (LogKind::Reputation, Statement::Identity { commitment, seq: 0 }) => {
            let Some(row) = documents::by_commitment(ctx.tx, commitment).await? else { return Ok(()) };
            identity::logged(ctx, &kept(&row)?, &seen.operator, seen.index).await
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

/// The posting of a step is not here, or not as far as the step builds on. If the log holds something before it that may be that and has
/// still to have its effect, it waits for that. If not, a step that came by gossip has moved the job on already, or its posting had
/// expired when this node began to follow: neither will become right by waiting.
async fn gone_by(ctx: &Apply<'_>, seen: &LoggedLeaf, body: &Body) -> Result<Refusal, UseError> {
    let Body::Step(step) = body else { return Ok(Refusal::TooEarly) };
    let origin = seen.kind.origin(&seen.operator);
    let builds_on = [step.object, step.prev];
    let before = log::wanted_before(ctx.tx, &origin, seen.leaf.kind(), seen.index, &builds_on).await?;
    Ok(if before { Refusal::TooEarly } else { Refusal::NotFound("predecessor") })
}
