//! How far logs are cosigned, and when they were.

use crate::{Row, Sql, StoreError, Tx, column};

// The time at which a quorum was complete: later lines of others do not make it later.
pub(super) const COSIGNED: &str = "SELECT size, (array_agg(time ORDER BY time))[$4::bigint] AS time FROM log_cosignature \
     WHERE origin = $1 AND size > $2 AND cosigner = ANY($3) GROUP BY size HAVING count(*) >= $4::bigint \
     ORDER BY size LIMIT $5";
pub(super) const PUT: &str = "INSERT INTO log_dating (origin, epoch, size, note) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (origin, epoch) DO UPDATE SET size = EXCLUDED.size, note = EXCLUDED.note \
     WHERE log_dating.size < EXCLUDED.size";
// By size first: where a quorum of some was late, a smaller size can be of a later epoch, and a record file is ordered by size.
pub(super) const ALL: &str =
    "SELECT epoch, size, note FROM log_dating WHERE origin = $1 ORDER BY size, epoch";

/// A size of a log that a quorum has cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CosignedRow {
    /// The size.
    pub size: u64,
    /// When the quorum was complete, in Unix seconds.
    pub time: u64,
}

/// A dating checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatingRow {
    /// Its epoch, in steps of thirty days since 1970-01-01.
    pub epoch: u32,
    /// How many leaves were cosigned then.
    pub size: u64,
    /// The checkpoint, with the lines of those who had cosigned it then.
    pub note: String,
}

/// At most `limit` sizes above `above` that at least `quorum` of these cosigners have cosigned, in order.
///
/// # Errors
/// Those of every statement.
pub async fn cosigned(
    db: &impl Sql,
    origin: &str,
    above: u64,
    cosigners: &[&str],
    quorum: u64,
    limit: i64,
) -> Result<Vec<CosignedRow>, StoreError> {
    let (above, quorum) = (bigint(above, "size")?, bigint(quorum, "cosigner")?);
    let rows = db.query(COSIGNED, &[&origin, &above, &cosigners, &quorum, &limit]).await?;
    let read = |row: &Row| Ok(CosignedRow { size: number(row, "size")?, time: number(row, "time")? });
    rows.iter().map(read).collect()
}

/// Keeps a dating checkpoint, unless a larger one of its epoch is kept.
///
/// # Errors
/// Those of every statement.
pub async fn date(tx: &Tx<'_>, origin: &str, dating: &DatingRow) -> Result<(), StoreError> {
    let (epoch, size) = (i64::from(dating.epoch), bigint(dating.size, "size")?);
    tx.execute(PUT, &[&origin, &epoch, &size, &dating.note]).await?;
    Ok(())
}

/// The dating checkpoints of a log, by size, those of one size by epoch.
///
/// # Errors
/// Those of every statement.
pub async fn datings(db: &impl Sql, origin: &str) -> Result<Vec<DatingRow>, StoreError> {
    let inconsistent = |_| StoreError::Inconsistent { table: "log_dating", column: "epoch" };
    let read = |row: &Row| {
        let epoch: i64 = column(row, "log_dating", "epoch")?;
        Ok(DatingRow {
            epoch: u32::try_from(epoch).map_err(inconsistent)?,
            size: number(row, "size")?,
            note: column(row, "log_dating", "note")?,
        })
    };
    db.query(ALL, &[&origin]).await?.iter().map(read).collect()
}

fn bigint(value: u64, column: &'static str) -> Result<i64, StoreError> {
    i64::try_from(value).map_err(|_| StoreError::Inconsistent { table: "log_cosignature", column })
}

fn number(row: &Row, name: &'static str) -> Result<u64, StoreError> {
    const TABLE: &str = "log_cosignature";
    let value: i64 = column(row, TABLE, name)?;
    u64::try_from(value).map_err(|_| StoreError::Inconsistent { table: TABLE, column: name })
}
