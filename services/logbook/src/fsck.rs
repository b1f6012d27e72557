//! Derives every log again from its leaves alone, and says where what is stored is something else: rows, tiles, index, heads. Then
//! each document from its bytes.
//!
//! It holds the whole index of one log and all its hashes in memory: about 100 bytes for each leaf and some kilobytes for each
//! subject. It changes nothing and may run beside a node: it sees each log as it was when its turn came.

mod compare;
mod documents;

use std::fmt;

use hanse_store::{Store, StoreError, Tx, log};

use self::compare::Check;

/// Most differences that are reported of one log; the first ones say what happened.
const DIFFERENCES_MAX: usize = 50;

/// What was found in all logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FsckReport {
    /// By origin.
    pub logs: Vec<LogReport>,
    /// Documents read.
    pub documents: u64,
    /// Those whose bytes are not what was signed under their id and commitment; at most the first 50.
    pub damaged: Vec<String>,
}

/// What was found in one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReport {
    /// Its origin.
    pub origin: String,
    /// Leaves read.
    pub leaves: u64,
    /// Checkpoints compared.
    pub checkpoints: u64,
    /// Why it is halted, if it is.
    pub halted: Option<String>,
    /// Where what is stored differs from what the leaves make; at most the first 50.
    pub differences: Vec<String>,
}

impl FsckReport {
    /// Whether every log is what its leaves make it, and every document what was signed.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.damaged.is_empty() && self.logs.iter().all(|log| log.differences.is_empty())
    }
}

impl fmt::Display for FsckReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.logs.iter().try_for_each(|log| write!(f, "{log}"))?;
        let verdict = if self.damaged.is_empty() { "sound" } else { "DIFFER" };
        writeln!(f, "documents: {verdict}, {} read", self.documents)?;
        self.damaged.iter().try_for_each(|id| writeln!(f, "  {id} is not what was signed"))
    }
}

impl fmt::Display for LogReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.differences.is_empty() { "sound" } else { "DIFFERS" };
        writeln!(f, "{}: {verdict}, {} leaves, {} checkpoints", self.origin, self.leaves, self.checkpoints)?;
        if let Some(reason) = &self.halted {
            writeln!(f, "  halted: {}", reason.lines().next().unwrap_or_default())?;
        }
        self.differences.iter().try_for_each(|difference| writeln!(f, "  {difference}"))
    }
}

/// Checks every log and every document of a database.
///
/// # Errors
/// Those of the store; what is wrong with a log is no error but stands in the report.
pub async fn fsck(store: &Store) -> Result<FsckReport, StoreError> {
    let mut connection = store.connection().await?;
    let origins: Vec<String> = log::all(&connection).await?.into_iter().map(|row| row.origin).collect();
    let mut report = FsckReport::default();
    for origin in origins {
        let tx = connection.begin().await?;
        log::snapshot(&tx).await?;
        if let Some(row) = log::find(&tx, &origin).await? {
            report.logs.push(check(&tx, row).await?);
        }
    }
    drop(connection);
    documents::check(store, &mut report).await?;
    Ok(report)
}

/// Checks one log, as the transaction sees it.
pub(crate) async fn check(db: &Tx<'_>, row: log::LogRow) -> Result<LogReport, StoreError> {
    let (origin, halted) = (row.origin.clone(), row.halted.clone());
    let mut check = Check::new(db, row);
    check.leaves().await?;
    check.end().await?;
    let (leaves, checkpoints, differences) = check.found();
    Ok(LogReport { origin, leaves, checkpoints, halted, differences })
}
