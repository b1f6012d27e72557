//! The rows that a leaf is about, read under the lock of their job.

use hanse_base::error::{Failure, UseError};
use hanse_ledger::LeafId;
use hanse_store::contracts::{self, ContractRow};
use hanse_store::jobs;
use hanse_store::reviews::{self, ReviewRow};

use crate::apply::Apply;

/// The contract of an engagement leaf, with its job locked; `None` if neither side has its home here.
pub(super) async fn contract(ctx: &Apply<'_>, engagement: &LeafId) -> Result<Option<ContractRow>, UseError> {
    let Some(row) = contracts::by_engagement(ctx.tx, engagement).await? else { return Ok(None) };
    jobs::lock(ctx.tx, &row.job).await?;
    // Read again: what was read before the lock may be old.
    Ok(contracts::contract(ctx.tx, &row.id).await?)
}

/// The review of a commit leaf and its contract, with the job locked; `None` if neither side has its home here.
pub(super) async fn review(
    ctx: &Apply<'_>,
    commit: &LeafId,
) -> Result<Option<(ReviewRow, ContractRow)>, UseError> {
    let Some(row) = reviews::find(ctx.tx, commit).await? else { return Ok(None) };
    let Some(id) = row.contract else { return Ok(None) };
    let gone = || Failure::unreadable(id, "the contract of a review is gone");
    let contract = contracts::contract(ctx.tx, &id).await?.ok_or_else(gone)?;
    jobs::lock(ctx.tx, &contract.job).await?;
    let contract = contracts::contract(ctx.tx, &id).await?.ok_or_else(gone)?;
    let row = reviews::find(ctx.tx, commit).await?.ok_or_else(gone)?;
    Ok(Some((row, contract)))
}
