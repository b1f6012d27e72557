//! What an operator does about a log that is halted, or that waits for peers: look at it, let it go on, pull its lost end back,
//! state what is known. Nothing here goes on before every signed head that is known here fits the stored log.

use std::fmt;

use hanse_base::names::LogKind;
use hanse_base::rounds::RoundError;
use hanse_document::Timestamp;
use hanse_store::log::{self, LogRow};
use hanse_store::{Store, Tx};

use crate::fsck::{self, LogReport};
use crate::heads::{self, RECOVERING, ROLLED_BACK, root_at};
use crate::memory::{RememberedHead, unfinished};
use crate::{LogError, LogKeys, OwnLog};

/// A log, compared with every signed head that is known here.
#[derive(Clone, Debug)]
pub struct Examination {
    /// What its own leaves make of it, each kept checkpoint among it.
    pub report: LogReport,
    /// Signed heads that do not fit, and what else is against going on.
    pub contradictions: Vec<String>,
    /// The log as it was examined.
    row: LogRow,
}

impl Examination {
    /// Whether nothing is against going on.
    #[must_use]
    pub fn sound(&self) -> bool {
        self.report.differences.is_empty() && self.contradictions.is_empty()
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.report)?;
        for contradiction in &self.contradictions {
            writeln!(f, "  {contradiction}")?;
        }
        let whose = if self.row.own { "signed here" } else { "followed" };
        writeln!(f, "  {whose}, {} leaves, root {}", self.row.size, self.row.root)
    }
}

/// Why a log stays as it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MendError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Something signed is contradicted, or what is stored is damaged.
    #[error("the log stays as it is; something is against going on:\n{0}")]
    Unsound(Box<Examination>),
    /// It is not a case for this command.
    #[error("{0}")]
    NotThis(String),
}

impl RoundError for MendError {
    fn may_pass(&self) -> bool {
        match self {
            Self::Log(error) => error.is_transient(),
            Self::Unsound(_) | Self::NotThis(_) => false,
        }
    }
}

impl From<hanse_store::StoreError> for MendError {
    fn from(error: hanse_store::StoreError) -> Self {
        Self::Log(error.into())
    }
}

/// Derives a log again from its leaves and compares it with each signed head that is known here: every kept checkpoint, the one
/// that halted it, and for an own log the one that this node remembers.
///
/// # Errors
/// [`LogError::Unknown`]; those of the store. What is wrong with the log stands in the examination.
pub async fn examine(store: &Store, logs: &LogKeys, origin: &str) -> Result<Examination, MendError> {
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    log::snapshot(&tx).await?;
    let row = crate::head(&tx, origin).await?;
    let report = fsck::check(&tx, row.clone()).await?;
    let contradictions =
        if report.differences.is_empty() { contradictions(&tx, logs, &row).await? } else { Vec::new() };
    Ok(Examination { report, contradictions, row })
}

async fn contradictions(tx: &Tx<'_>, logs: &LogKeys, row: &LogRow) -> Result<Vec<String>, LogError> {
    let mut found = Vec::new();
    match logs.vkey(&row.origin) {
        Some(vkey) if vkey.to_string() == row.vkey => {}
        Some(vkey) => found.push(format!("it is stored under the key {}, and {vkey} is pinned", row.vkey)),
        None => found.push("no key is pinned for it".to_owned()),
    }
    let proof = row.halted.as_deref().and_then(|reason| reason.split_once('\n'));
    if let Some((_, note)) = proof
        && let Ok(head) = heads::read(logs, note.as_bytes())
    {
        let (size, root) = (head.checkpoint.size, head.checkpoint.root);
        if size > row.size && row.own {
            found.push(format!("a head of {size} leaves was signed that is not stored here"));
        } else if size <= row.size && root_at(tx, row, size).await? != root {
            found.push(format!("two histories are signed: another head of {size} leaves is"));
        }
    }
    if let Some(own) = own(logs, &row.origin)
        && let Some(head) = own.memory.recall(own.signer.vkey()).await?.and_then(|memory| memory.head)
        && !is_held(tx, row, &head).await?
    {
        let size = head.checkpoint.size;
        found.push(format!(
            "this node remembers that it signed a head of {size} leaves that is not stored here"
        ));
    }
    Ok(found)
}

/// Whether the log holds a remembered head, or can still make it.
async fn is_held(tx: &Tx<'_>, row: &LogRow, head: &RememberedHead) -> Result<bool, LogError> {
    if head.checkpoint.size > row.size {
        return Ok(unfinished(tx, row, head).await?.is_some());
    }
    Ok(root_at(tx, row, head.checkpoint.size).await? == head.checkpoint.root)
}

fn own<'a>(logs: &'a LogKeys, origin: &str) -> Option<&'a OwnLog> {
    LogKind::ALL.into_iter().map(|kind| logs.own(kind)).find(|own| own.origin == origin)
}

/// Lets a halted log go on, own or followed, if [`examine`] finds nothing against it. The decision is kept.
///
/// # Errors
/// [`MendError::NotThis`] if it is not halted, [`MendError::Unsound`]; as [`examine`].
pub async fn resume(
    store: &Store,
    logs: &LogKeys,
    origin: &str,
    now: Timestamp,
) -> Result<Examination, MendError> {
    let examined = examine(store, logs, origin).await?;
    if examined.row.halted.is_none() {
        return Err(MendError::NotThis(format!("{origin} is not halted")));
    }
    go_on(store, examined, "resume", now).await
}

/// Ends the halt of a log that was examined, unless it has changed since.
pub(crate) async fn go_on(
    store: &Store,
    examined: Examination,
    decision: &str,
    now: Timestamp,
) -> Result<Examination, MendError> {
    if !examined.sound() {
        return Err(MendError::Unsound(Box::new(examined)));
    }
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = unchanged(&tx, &examined).await?;
    log::insert_decision(&tx, &row, decision, now.unix()).await?;
    log::resume(&tx, &row.origin, row.halted.as_deref().unwrap_or_default()).await?;
    tx.commit().await.map_err(LogError::from)?;
    Ok(examined)
}

/// The log's row, locked, if it is still what was examined.
async fn unchanged(tx: &Tx<'_>, examined: &Examination) -> Result<LogRow, MendError> {
    let origin = &examined.row.origin;
    let row = log::lock(tx, origin).await?;
    row.filter(|row| {
        (row.size, row.root, &row.halted) == (examined.row.size, examined.row.root, &examined.row.halted)
    })
    .ok_or_else(|| MendError::NotThis(format!("{origin} has moved on while it was examined: try again")))
}

/// Asks the running node to pull the end of an own log that its database has lost from its peers' mirrors.
///
/// # Errors
/// [`MendError::NotThis`] if the log is not this node's or has lost nothing, [`MendError::Unsound`] if what it has is damaged.
pub async fn recover(store: &Store, logs: &LogKeys, origin: &str, now: Timestamp) -> Result<(), MendError> {
    let examined = examine(store, logs, origin).await?;
    let lost = examined.row.halted.as_deref().and_then(|reason| reason.strip_prefix(ROLLED_BACK));
    let Some(what) = lost.filter(|_| own(logs, origin).is_some()) else {
        return Err(MendError::NotThis(format!("{origin} is not an own log that was rolled back")));
    };
    if !examined.report.differences.is_empty() {
        return Err(MendError::Unsound(Box::new(examined)));
    }
    let recovering = format!("{RECOVERING}{what}");
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = unchanged(&tx, &examined).await?;
    log::insert_decision(&tx, &row, "recover", now.unix()).await?;
    log::change_halt(&tx, origin, row.halted.as_deref().unwrap_or_default(), &recovering).await?;
    tx.commit().await.map_err(LogError::from)?;
    Ok(())
}

/// States that `size` leaves are the most that an own log was ever signed with: the node then signs on without asking its peers.
/// The statement counts for this very head and once, and is kept.
///
/// # Errors
/// [`MendError::NotThis`] if the log is not this node's, is halted, or has another size; [`MendError::Unsound`].
pub async fn accept(
    store: &Store,
    logs: &LogKeys,
    origin: &str,
    size: u64,
    now: Timestamp,
) -> Result<Examination, MendError> {
    let Some(own) = own(logs, origin) else {
        return Err(MendError::NotThis(format!("{origin} is not signed here")));
    };
    let examined = examine(store, logs, origin).await?;
    if let Some(reason) = &examined.row.halted {
        let reason = reason.lines().next().unwrap_or_default();
        return Err(MendError::NotThis(format!("{origin} is halted: {reason}")));
    }
    if examined.row.size != size {
        let stored = examined.row.size;
        return Err(MendError::NotThis(format!("{origin} has {stored} leaves here, and not {size}")));
    }
    if !examined.sound() {
        return Err(MendError::Unsound(Box::new(examined)));
    }
    let mut connection = store.connection().await?;
    let tx = connection.begin().await?;
    let row = unchanged(&tx, &examined).await?;
    log::insert_decision(&tx, &row, "accept", now.unix()).await?;
    own.memory.keep(&row.checkpoint, &[], true).await?;
    tx.commit().await.map_err(LogError::from)?;
    Ok(examined)
}
