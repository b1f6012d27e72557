//! Pulls the end of an own log that the database has lost back from the peers' mirrors, when the operator has asked for it:
//! page by page, each verified against what this node itself has signed, as a follower would. What its leaves commit to and did
//! not bring is asked for as long as it takes, also when the log goes on.

use std::collections::BTreeSet;

use hanse_base::error::Failure;
use hanse_base::names::LogKind;
use hanse_base::rounds::Rounds;
use hanse_store::log::{self, LogRow};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::pace::Pace;
use super::{Replayed, fetch, replay, want};
use crate::heads::{self, is_recovering};
use crate::mend::{self, MendError};
use crate::{LogError, Logbook, Mirror, OwnLog};

/// Looks for a log to recover, and for documents of one that was, until it is cancelled.
pub async fn run(book: Logbook, cancel: CancellationToken) -> Result<(), Failure> {
    let every = book.config().pace.follow;
    let mut paces = LogKind::ALL.map(|kind| (kind, Pace::new(Instant::now())));
    let mut rounds = Rounds::new("recover", book.signals(), cancel, every);
    while rounds.round(round(&book, &mut paces)).await {
        rounds.pace().await;
    }
    Ok(())
}

/// Both logs. One that fails keeps the other from nothing.
async fn round(book: &Logbook, paces: &mut [(LogKind, Pace)]) -> Result<(), MendError> {
    let mut outcome = Ok(());
    for (kind, pace) in paces {
        let own = book.log_keys().own(*kind);
        let recovered = recover(book, own).await;
        let asked = want::ask(book, &as_mirror(book, own), pace).await.map(drop).map_err(MendError::from);
        outcome = outcome.and(recovered).and(asked);
    }
    outcome
}

async fn recover(book: &Logbook, own: &OwnLog) -> Result<(), MendError> {
    let mut wrong = BTreeSet::new();
    loop {
        let connection = book.store().connection().await?;
        let row = crate::head(&connection, &own.origin).await?;
        drop(connection);
        if !is_recovering(&row) {
            return Ok(());
        }
        let target = target(book, own, &row).await?;
        if row.size >= target {
            return end(book, own).await;
        }
        if !page(book, own, (row.size, target), &mut wrong).await? {
            return Ok(());
        }
    }
}

/// An own log as its peers keep it.
fn as_mirror(book: &Logbook, own: &OwnLog) -> Mirror {
    let operator = book.config().name.clone();
    Mirror { origin: own.origin.clone(), operator, vkey: own.signer.vkey().clone() }
}

/// The size of the largest head that this node is known to have signed.
async fn target(book: &Logbook, own: &OwnLog, row: &LogRow) -> Result<u64, LogError> {
    let proof = row.halted.as_deref().and_then(|reason| reason.split_once('\n'));
    let proved = proof.and_then(|(_, note)| heads::read(book.log_keys(), note.as_bytes()).ok());
    let remembered = own.memory.recall(own.signer.vkey()).await?.and_then(|memory| memory.head);
    let sizes = [
        proved.map(|head| head.checkpoint.size),
        remembered.map(|head| head.checkpoint.size),
        Some(book.heard().largest(&own.origin)),
    ];
    Ok(sizes.into_iter().flatten().max().unwrap_or(0))
}

/// The next page, from a peer that has not sent a wrong one. `false` if nobody has it now.
async fn page(
    book: &Logbook,
    own: &OwnLog,
    (size, target): (u64, u64),
    wrong: &mut BTreeSet<String>,
) -> Result<bool, LogError> {
    let mirror = as_mirror(book, own);
    let Some(fetched) = fetch::segment(book, &mirror, (size, target), wrong).await else {
        tracing::info!(origin = own.origin, size, target, "no peer has the lost end of the log now");
        return Ok(false);
    };
    let fault = match fetched.segment {
        Ok(segment) => match replay(book.store(), &mirror, &segment, book.now()).await? {
            Replayed::Advanced { size, .. } => {
                tracing::info!(origin = own.origin, size, target, "a part of the log is recovered");
                book.signals().log_advanced();
                return Ok(true);
            }
            Replayed::Elsewhere => return Ok(true),
            Replayed::Halted => return Ok(false),
            Replayed::Refused(fault) => fault,
        },
        Err(fault) => fault,
    };
    tracing::warn!(origin = own.origin, from = fetched.from, %fault, "a peer does not have what this node signed");
    wrong.insert(fetched.from);
    Ok(true)
}

/// Everything that was signed is here: the log goes on, if all of it fits together. Peers are asked again before it is signed.
async fn end(book: &Logbook, own: &OwnLog) -> Result<(), MendError> {
    let examined = mend::examine(book.store(), book.log_keys(), &own.origin).await?;
    match mend::go_on(book.store(), examined, "recovered", book.now()).await {
        Ok(examined) => {
            book.heard().withdraw(own.kind);
            book.signals().sequence.notify_one();
            tracing::info!(
                origin = own.origin,
                leaves = examined.report.leaves,
                "a log is recovered and goes on"
            );
            Ok(())
        }
        Err(MendError::Unsound(examined)) => {
            let reason = format!("{}: it cannot be recovered", heads::ROLLED_BACK);
            tracing::error!(origin = own.origin, %examined, "{reason}");
            let connection = book.store().connection().await?;
            if let Some(now) = log::halted(&connection, &own.origin).await? {
                let proof = now.split_once('\n').map(|(_, note)| format!("\n{note}")).unwrap_or_default();
                log::change_halt(&connection, &own.origin, &now, &(reason + &proof)).await?;
            }
            Ok(())
        }
        Err(error) => Err(error),
    }
}
