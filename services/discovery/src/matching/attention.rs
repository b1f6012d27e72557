//! How much each person has been shown, kept in the database so that all processes and restarts count on.

use hanse_base::error::UseError;
use hanse_matching::fair::{Attention, HALF_LIFE_DAYS, Shown};
use hanse_matching::rank::Ranked;
use hanse_store::Sql;
use hanse_store::ranking::{add_attention, attention_of, count_list, forget_lists};

use super::today;
use crate::Discovery;

/// What the ranked people got and deserved, as of today.
pub async fn load(discovery: &Discovery, db: &impl Sql, ranked: &[Ranked]) -> Result<Attention, UseError> {
    let subjects: Vec<[u8; 32]> = ranked.iter().map(|ranked| ranked.id).collect();
    let mut attention = Attention::on(today(discovery));
    for row in attention_of(db, &subjects).await? {
        attention.credit(row.subject, u32::try_from(row.day).unwrap_or(0), row.got, row.deserved);
    }
    Ok(attention)
}

/// Counts a list that the job's own client has been shown; only the first one of a day, so that looking again does not wear
/// anybody out. `false` if it was counted before.
pub(super) async fn count(
    discovery: &Discovery,
    job: &[u8; 32],
    ranked: &[Ranked],
    shown: &[Shown],
) -> Result<bool, UseError> {
    let day = today(discovery);
    let mut connection = discovery.store().connection().await?;
    let tx = connection.begin().await?;
    if !count_list(&tx, job, i64::from(day)).await? {
        return Ok(false);
    }
    let mut attention = Attention::on(day);
    attention.count(ranked, shown);
    let shown: Vec<([u8; 32], f64, f64)> = attention.counted().collect();
    add_attention(&tx, i64::from(day), &shown, HALF_LIFE_DAYS).await?;
    tx.commit().await?;
    Ok(true)
}

/// Forgets which lists of past days were counted.
pub async fn clean(discovery: &Discovery, db: &impl Sql) -> Result<(), UseError> {
    Ok(forget_lists(db, i64::from(today(discovery))).await?)
}
