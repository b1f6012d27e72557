//! Milestones, and time sheets.

use std::collections::BTreeMap;

use hanse_document::DocumentId;
use hanse_lifecycle::State;

use crate::rows::{bytes32, id, parsed};
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const PUT: &str = "INSERT INTO milestone (contract, number, state, changed_at, changes, minutes, first_day, last_day) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (contract, number) DO UPDATE \
     SET state = excluded.state, changed_at = excluded.changed_at, changes = excluded.changes, minutes = excluded.minutes, \
     first_day = excluded.first_day, last_day = excluded.last_day";
pub(super) const REMOVE: &str =
    "DELETE FROM milestone WHERE contract = $1 AND number > $2 AND state = 'planned'";
pub(super) const END: &str =
    "UPDATE milestone SET state = $2, changed_at = $3 WHERE contract = $1 AND state <> 'settled'";
pub(super) const OF: &str = "SELECT contract, number, state, changed_at, changes, minutes, first_day, last_day FROM milestone \
     WHERE contract = $1 ORDER BY number";
pub(super) const OF_ALL: &str = "SELECT contract, number, state, changed_at, changes, minutes, first_day, last_day FROM milestone \
     WHERE contract = ANY (ARRAY(SELECT unnest($1::bytea[]))) ORDER BY contract, number";
pub(super) const DELIVERED_BEFORE: &str = "SELECT contract, number, state, changed_at, changes, minutes, first_day, last_day \
     FROM milestone WHERE state = 'delivered' AND changed_at <= $1 AND NOT EXISTS (SELECT FROM dispute \
     WHERE dispute.contract = milestone.contract AND dispute.ended_at IS NULL AND coalesce(dispute.milestone, milestone.number) = milestone.number) ORDER BY changed_at LIMIT $2";

const TABLE: &str = "milestone";

/// A milestone of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MilestoneRow {
    /// The contract.
    pub contract: DocumentId,
    /// Which, from 1.
    pub number: i32,
    /// Where it stands.
    pub state: State,
    /// When it last moved, Unix seconds.
    pub changed_at: i64,
    /// How often changes were requested.
    pub changes: i32,
    /// The hours that it is about, if it is a time sheet.
    pub sheet: Option<SheetRow>,
}

/// The hours of a time sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// Minutes of work.
    pub minutes: i32,
    /// The first day, since 1970-01-01.
    pub first_day: i64,
    /// The last day.
    pub last_day: i64,
}

/// Adds a milestone, or writes everything of it that can change.
pub async fn put_milestone(tx: &Tx<'_>, row: &MilestoneRow) -> Result<(), StoreError> {
    let minutes = row.sheet.map(|sheet| sheet.minutes);
    let (first, last) = row.sheet.map(|sheet| (sheet.first_day, sheet.last_day)).unzip();
    let values: [&(dyn crate::ToSql + Sync); 8] = [
        &row.contract.hash().as_slice(),
        &row.number,
        &row.state.name(),
        &row.changed_at,
        &row.changes,
        &minutes,
        &first,
        &last,
    ];
    tx.execute(PUT, &values).await?;
    Ok(())
}

/// Removes the milestones behind `last` with which nobody has begun.
pub async fn remove_milestones(tx: &Tx<'_>, contract: &DocumentId, last: i32) -> Result<(), StoreError> {
    tx.execute(REMOVE, &[&contract.hash().as_slice(), &last]).await?;
    Ok(())
}

/// Ends all of a contract that is not settled.
pub async fn end_milestones(
    tx: &Tx<'_>,
    contract: &DocumentId,
    state: State,
    at: i64,
) -> Result<(), StoreError> {
    tx.execute(END, &[&contract.hash().as_slice(), &state.name(), &at]).await?;
    Ok(())
}

/// The milestones of a contract, in their order.
pub async fn milestones(db: &impl Sql, contract: &DocumentId) -> Result<Vec<MilestoneRow>, StoreError> {
    db.query(OF, &[&contract.hash().as_slice()]).await?.iter().map(read).collect()
}

/// The milestones of these contracts, by the hash of the contract, in their order.
pub async fn milestones_of(
    db: &impl Sql,
    contracts: impl IntoIterator<Item = [u8; 32]>,
) -> Result<BTreeMap<[u8; 32], Vec<MilestoneRow>>, StoreError> {
    let contracts: Vec<Vec<u8>> = contracts.into_iter().map(|hash| hash.to_vec()).collect();
    let mut of: BTreeMap<[u8; 32], Vec<MilestoneRow>> = BTreeMap::new();
    for row in db.query(OF_ALL, &[&contracts]).await? {
        of.entry(bytes32(&row, TABLE, "contract")?).or_default().push(read(&row)?);
    }
    Ok(of)
}

/// Milestones that were delivered at `since` or earlier and wait for the client, at most `limit`.
pub async fn unanswered_milestones(
    db: &impl Sql,
    since: i64,
    limit: i64,
) -> Result<Vec<MilestoneRow>, StoreError> {
    db.query(DELIVERED_BEFORE, &[&since, &limit]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<MilestoneRow, StoreError> {
    let minutes: Option<i32> = column(row, TABLE, "minutes")?;
    let first: Option<i64> = column(row, TABLE, "first_day")?;
    let last: Option<i64> = column(row, TABLE, "last_day")?;
    let sheet = match (minutes, first, last) {
        (Some(minutes), Some(first_day), Some(last_day)) => Some(SheetRow { minutes, first_day, last_day }),
        _ => None,
    };
    Ok(MilestoneRow {
        contract: id(row, TABLE, "contract", hanse_document::Kind::Offer)?,
        number: column(row, TABLE, "number")?,
        state: parsed(row, TABLE, "state")?,
        changed_at: column(row, TABLE, "changed_at")?,
        changes: column(row, TABLE, "changes")?,
        sheet,
    })
}
