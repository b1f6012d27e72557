//! How much each person has been shown and how much they deserved. Processes add what they showed; what is kept fades.

use crate::rows::bytes32;
use crate::{Row, Sql, StoreError, Tx, column};

pub(super) const ATTENTION: &str =
    "SELECT subject, day, got, deserved FROM attention WHERE subject = ANY($1)";
// The later day is the one that both sums are brought to. In the order of the keys, so that two writers do not hold what the
// other waits for.
pub(super) const ADD: &str = "INSERT INTO attention (subject, day, got, deserved) \
     SELECT subject, $2, got, deserved FROM unnest($1::bytea[], $3::float8[], $4::float8[]) \
     AS shown (subject, got, deserved) ORDER BY subject \
     ON CONFLICT (subject) DO UPDATE SET day = greatest(attention.day, excluded.day), \
     got = attention.got * power(0.5::float8, (greatest(attention.day, excluded.day) - attention.day) / $5::float8) \
     + excluded.got * power(0.5::float8, (greatest(attention.day, excluded.day) - excluded.day) / $5::float8), \
     deserved = attention.deserved * power(0.5::float8, (greatest(attention.day, excluded.day) - attention.day) / $5::float8) \
     + excluded.deserved * power(0.5::float8, (greatest(attention.day, excluded.day) - excluded.day) / $5::float8)";
pub(super) const LIST: &str =
    "INSERT INTO attention_list (job, day) VALUES ($1, $2) ON CONFLICT (job, day) DO NOTHING";
pub(super) const FORGET: &str = "DELETE FROM attention_list WHERE day < $1";

/// What one person got and deserved, as of a UTC day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AttentionRow {
    /// The subject key.
    pub subject: [u8; 32],
    /// The day.
    pub day: i64,
    /// Attention of the places that they were shown at.
    pub got: f64,
    /// Their share of the attention of all lists that they were good enough for.
    pub deserved: f64,
}

/// What is counted of these people, in no order; nothing of who has never been good enough for a list.
pub async fn attention_of(db: &impl Sql, subjects: &[[u8; 32]]) -> Result<Vec<AttentionRow>, StoreError> {
    let subjects: Vec<&[u8]> = subjects.iter().map(<[u8; 32]>::as_slice).collect();
    db.query(ATTENTION, &[&subjects]).await?.iter().map(read).collect()
}

/// Takes down that a job's list is counted for a day. `false` if it is already: then nothing is to be added.
pub async fn count_list(tx: &Tx<'_>, job: &[u8; 32], day: i64) -> Result<bool, StoreError> {
    Ok(tx.execute(LIST, &[&job.as_slice(), &day]).await? == 1)
}

/// Adds to what people got and deserved on a day; the sums of all processes are the same in any order. Each person once.
/// What is kept halves in `half_life_days`.
pub async fn add_attention(
    tx: &Tx<'_>,
    day: i64,
    shown: &[([u8; 32], f64, f64)],
    half_life_days: f64,
) -> Result<(), StoreError> {
    let subjects: Vec<&[u8]> = shown.iter().map(|(subject, ..)| subject.as_slice()).collect();
    let got: Vec<f64> = shown.iter().map(|(_, got, _)| *got).collect();
    let deserved: Vec<f64> = shown.iter().map(|(.., deserved)| *deserved).collect();
    tx.execute(ADD, &[&subjects, &day, &got, &deserved, &half_life_days]).await?;
    Ok(())
}

/// Forgets which lists were counted before a day.
pub async fn forget_lists(db: &impl Sql, before: i64) -> Result<(), StoreError> {
    db.execute(FORGET, &[&before]).await?;
    Ok(())
}

fn read(row: &Row) -> Result<AttentionRow, StoreError> {
    const TABLE: &str = "attention";
    Ok(AttentionRow {
        subject: bytes32(row, TABLE, "subject")?,
        day: column(row, TABLE, "day")?,
        got: column(row, TABLE, "got")?,
        deserved: column(row, TABLE, "deserved")?,
    })
}
