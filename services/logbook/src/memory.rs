//! What a process remembers of the largest head that it has signed, outside the database: a backup of the database that is
//! restored forgets heads that others hold, and this file does not.
//!
//! It is written before the head's transaction commits, so nobody can know a head that it does not name. A batch that fails after
//! that leaves a head that nobody saw; the file names the leaves of its batch too, so that the same head is made again, and
//! never another one of its size.

mod pair;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hanse_base::names::LogKind;
use hanse_ledger::LeafId;
use hanse_store::Sql;
use hanse_store::log::{self, LogRow, PendingRow};
use hanse_tlog::{Checkpoint, Note, VerifierKey, checkpoint};

use self::pair::{Form, Kept};
use super::LogError;

/// What is remembered of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The largest head that was signed; none for a new node, which has signed nothing.
    pub head: Option<RememberedHead>,
    /// The operator has stated that this is the largest head that the log ever signed.
    pub accepted: bool,
    /// The epoch of the lease in which the process led that wrote this, or went on from it; none if an earlier release did.
    pub epoch: Option<i64>,
}

/// A signed head and what it added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RememberedHead {
    /// What was signed.
    pub checkpoint: Checkpoint,
    /// The signed note.
    pub note: String,
    /// The leaves of its batch in their order, without the index leaf.
    pub leaves: Vec<LeafId>,
}

/// The memory of one own log. Without a file nothing is remembered.
#[derive(Clone, Debug)]
pub struct LogMemory {
    origin: String,
    file: Option<PathBuf>,
    /// The epoch of the lease in which this process leads, 0 before.
    epoch: Arc<AtomicI64>,
    /// Held while a record is written: who waits for that may be gone before it is done, and the next one begin.
    writing: Arc<Mutex<()>>,
}

/// Writes into `folder`, which is made, that a node has signed nothing. For a new node: with a secret that is made
/// this moment nobody can have signed anything. A file that is there stays.
///
/// # Errors
/// Those of the file system.
pub fn create(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for kind in LogKind::ALL {
        let file = file_of(folder, kind);
        if matches!(pair::read(&file)?, Kept::Nothing) {
            pair::write(&file, Form { epoch: Some(0), ..Form::default() }, |_| true)?;
        }
    }
    Ok(())
}

fn file_of(folder: &Path, kind: LogKind) -> PathBuf {
    folder.join(format!("{}.json", kind.name()))
}

impl LogMemory {
    pub(super) fn new(origin: &str, folder: Option<&Path>, kind: LogKind) -> Self {
        let file = folder.map(|folder| file_of(folder, kind));
        Self { origin: origin.to_owned(), file, epoch: Arc::default(), writing: Arc::default() }
    }

    /// This process leads from now on, in this epoch of the lease.
    pub(crate) fn lead(&self, epoch: i64) {
        self.epoch.store(epoch, Ordering::SeqCst);
    }

    /// Whether this file has it already that the process which leads now goes on from it.
    pub(crate) fn is_current(&self, remembered: &Remembered) -> bool {
        remembered.epoch == Some(self.epoch.load(Ordering::SeqCst))
    }

    /// Whether nobody without this file has led since it was written.
    pub(crate) fn is_last(&self, remembered: &Remembered) -> bool {
        let before = self.epoch.load(Ordering::SeqCst).checked_sub(1);
        self.is_current(remembered) || remembered.epoch.is_some() && remembered.epoch == before
    }

    /// Makes the folder and tries it: a node that cannot remember would find out at its first leaf.
    ///
    /// # Errors
    /// [`LogError::Memory`].
    pub async fn prepare(&self) -> Result<(), LogError> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        self.apart(move || {
            let probe = file.with_extension("probe");
            fs::create_dir_all(pair::folder_of(&file))?;
            File::create(&probe)?.sync_all()?;
            match fs::remove_file(&probe) {
                // Another process of this node has tried at the same moment.
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                done => done,
            }
        })
        .await
    }

    /// What is remembered. None if there is no file, or none that this log's key vouches for: both mean that nothing is known.
    ///
    /// # Errors
    /// [`LogError::Memory`] if the file is there and cannot be read.
    pub async fn recall(&self, vkey: &VerifierKey) -> Result<Option<Remembered>, LogError> {
        let Some(file) = self.file.clone() else { return Ok(None) };
        let form = match self.apart(move || pair::read(&file)).await? {
            Kept::Nothing => return Ok(None),
            Kept::Unreadable => None,
            Kept::Form(form) => Some(form),
        };
        let read = form.and_then(|form| read(form, vkey));
        if read.is_none() {
            tracing::warn!(
                origin = self.origin,
                "the record of the largest signed head is not readable and counts as missing"
            );
        }
        Ok(read)
    }

    /// Remembers a head, durably: when this returns, it outlives the process and the machine's power.
    ///
    /// # Errors
    /// [`LogError::Memory`]; then the head must not leave the process.
    pub async fn keep(&self, note: &str, leaves: &[LeafId], accepted: bool) -> Result<(), LogError> {
        self.write(Some(note), leaves, accepted, |_| true).await
    }

    /// Remembers the same, and that the process which leads now goes on from it; unless something else is remembered by now.
    ///
    /// # Errors
    /// [`LogError::Memory`].
    pub(crate) async fn go_on(&self, Remembered { head, accepted, .. }: &Remembered) -> Result<(), LogError> {
        let note = head.as_ref().map(|head| head.note.as_str());
        let leaves = head.as_ref().map(|head| head.leaves.as_slice()).unwrap_or_default();
        let (same, accepted) = (note.map(str::to_owned), *accepted);
        self.write(note, leaves, accepted, move |form| form.note == same && form.accepted == accepted).await
    }

    /// Writes a record in place of one that is missing, not readable, or `over` may be written over.
    async fn write(
        &self,
        note: Option<&str>,
        leaves: &[LeafId],
        accepted: bool,
        over: impl FnOnce(&Form) -> bool + Send + 'static,
    ) -> Result<(), LogError> {
        let Some(file) = self.file.clone() else { return Ok(()) };
        let leaves = leaves.iter().map(LeafId::to_string).collect();
        let epoch = Some(self.epoch.load(Ordering::SeqCst));
        let form = Form { note: note.map(str::to_owned), leaves, accepted, epoch, ..Form::default() };
        let writing = self.writing.clone();
        self.apart(move || {
            let _alone = writing.lock().unwrap_or_else(PoisonError::into_inner);
            pair::write(&file, form, over)
        })
        .await
    }

    /// Disks are slow: never on a thread that others wait for.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T, LogError> {
        let done = tokio::task::spawn_blocking(work).await.map_err(io::Error::other);
        done.flatten().map_err(|source| LogError::Memory { origin: self.origin.clone(), source })
    }
}

fn read(form: Form, vkey: &VerifierKey) -> Option<Remembered> {
    let leaves = form.leaves.iter().map(|id| LeafId::from_hex(id)).collect::<Option<Vec<_>>>()?;
    let head = match form.note {
        Some(note) => {
            let checkpoint = checkpoint::open(&Note::parse(note.as_bytes()).ok()?, vkey).ok()?;
            Some(RememberedHead { checkpoint, note, leaves })
        }
        None => None,
    };
    Some(Remembered { head, accepted: form.accepted, epoch: form.epoch })
}

/// The leaves of a remembered head that the database has not reached, if it is the very next one and all of them still wait: then
/// the same head can be made again. None means that the database was at that head, or beyond, and has forgotten it.
pub(crate) async fn unfinished(
    db: &impl Sql,
    row: &LogRow,
    head: &RememberedHead,
) -> Result<Option<Vec<PendingRow>>, LogError> {
    let ids: BTreeMap<_, _> = head.leaves.iter().zip(0_usize..).collect();
    let mut waiting = log::pending_of(db, &row.origin, &head.leaves).await?;
    waiting.sort_by_key(|leaf| ids.get(&leaf.id).copied());
    let entries = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let next = row.size.saturating_add(entries).saturating_add(1) == head.checkpoint.size;
    Ok((next && waiting.len() == ids.len()).then_some(waiting))
}
