//! Heads of logs between nodes: C2SP notes with the lines of those who cosigned, by gossip and on request.
//!
//! Whatever arrives is opened with the pinned keys first ([`read`]). What it then means for the log here is [`learn`]'s
//! business: cosignatures are kept, a larger head wakes the follower, another head than ours of the same size stops everything.

mod answer;
mod compare;
mod consent;
mod failed;
mod known;
mod peer_answer;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use hanse_base::error::Failure;
use hanse_base::rounds::Rounds;
use hanse_network::{Topic, Verdict};
use hanse_store::Sql;
use hanse_store::log::{self, CheckpointRow, CosignatureRow};
use hanse_tlog::{Checkpoint, Note, NoteError, SignatureLine, VerifierKey, checkpoint, cosignature};
use tokio_util::sync::CancellationToken;

use crate::{LogError, LogKeys, Logbook};

pub use answer::answer;
pub use compare::{FORKED, Learned, RECOVERING, ROLLED_BACK, learn};
pub(crate) use compare::{is_recovering, ripen, root_at};
pub use consent::lead;
pub(crate) use consent::{halt_forgotten, may_sign};
pub(crate) use failed::failed;
pub use known::{Heard, Signing};
pub(crate) use peer_answer::hear;

/// A head as its log and known auditors signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// What the log says.
    pub checkpoint: Checkpoint,
    /// The note with the log's own signature and no other line.
    pub note: String,
    /// Verified cosignatures of known auditors, by key name.
    pub cosignatures: Vec<CosignatureRow>,
}

impl SignedHead {
    /// As a checkpoint to keep.
    #[must_use]
    pub fn row(&self) -> CheckpointRow {
        CheckpointRow { size: self.checkpoint.size, root: self.checkpoint.root, note: self.note.clone() }
    }
}

/// Why bytes are no head to learn from.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// Not a checkpoint note.
    #[error("not a checkpoint: {0}")]
    Malformed(NoteError),
    /// Of a log that is not kept here.
    #[error("a checkpoint of a log that is not kept here")]
    UnknownLog,
    /// Not signed by the log's pinned key.
    #[error("a checkpoint that the log's pinned key did not sign: {0}")]
    Forged(NoteError),
    /// A line in the name of a known auditor does not verify.
    #[error("a cosignature in the name of {auditor} does not verify: {error}")]
    ForgedCosignature {
        /// Whose log it is.
        operator: String,
        /// Whose line it is said to be.
        auditor: String,
        /// What is wrong with it.
        error: NoteError,
    },
}

impl Unheard {
    /// What it says about `from`, who passed it on: blame only for what everybody who passes it on has seen. Who pins an auditor
    /// differs from node to node; only the auditor itself and the log's operator are sure to know that its line is none.
    #[must_use]
    pub fn verdict(&self, from: &str) -> Verdict {
        match self {
            Self::Malformed(_) | Self::Forged(_) => Verdict::Reject,
            Self::ForgedCosignature { operator, auditor, .. } if from == operator || from == auditor => {
                Verdict::Reject
            }
            Self::ForgedCosignature { .. } | Self::UnknownLog => Verdict::Ignore,
        }
    }
}

/// Opens a note with the pinned keys. Lines of unknown keys are left out, and those of the log's own operator, whose word about
/// its own log counts nowhere.
///
/// # Errors
/// [`Unheard`].
pub fn read(logs: &LogKeys, bytes: &[u8]) -> Result<SignedHead, Unheard> {
    let (note, bare, vkey) = open(logs, bytes)?;
    let checkpoint = &bare.checkpoint;
    let mut newest = BTreeMap::new();
    for line in note.signatures() {
        let Some(auditor) = logs.auditor(line.name().as_str()).filter(|auditor| line.is_of(auditor)) else {
            continue;
        };
        let time = cosignature::verify(checkpoint, line, auditor).map_err(|error| {
            let (operator, auditor) =
                (vkey.name().operator().to_owned(), auditor.name().operator().to_owned());
            Unheard::ForgedCosignature { operator, auditor, error }
        })?;
        if auditor.name().operator() != vkey.name().operator() {
            newest.entry(line.name().as_str()).or_insert((0, line)).clone_from(&(time, line));
        }
    }
    let cosignatures = newest.into_iter().map(|(cosigner, (time, line))| CosignatureRow {
        size: checkpoint.size,
        cosigner: cosigner.to_owned(),
        time,
        line: format!("{line}\n"),
    });
    let cosignatures = cosignatures.collect();
    Ok(SignedHead { cosignatures, ..bare })
}

/// Opens a note with the log's pinned key, and leaves out every other line.
///
/// # Errors
/// As [`read`], without `ForgedCosignature`.
fn read_bare(logs: &LogKeys, bytes: &[u8]) -> Result<SignedHead, Unheard> {
    open(logs, bytes).map(|(_, bare, _)| bare)
}

/// A note whose log has signed it, its head without another line, and the log's key.
fn open<'a>(logs: &'a LogKeys, bytes: &[u8]) -> Result<(Note, SignedHead, &'a VerifierKey), Unheard> {
    let note = Note::parse(bytes).map_err(Unheard::Malformed)?;
    let claimed = Checkpoint::parse(note.text()).map_err(Unheard::Malformed)?;
    let vkey = logs.vkey(claimed.origin.as_str()).ok_or(Unheard::UnknownLog)?;
    let checkpoint = checkpoint::open(&note, vkey).map_err(Unheard::Forged)?;
    let own = note.lines_of(vkey).next().cloned();
    let bare = own.and_then(|line| Note::new(note.text().to_owned(), line).ok());
    let bare = bare.ok_or(Unheard::Malformed(NoteError::Unsigned))?.to_string();
    Ok((note, SignedHead { checkpoint, note: bare, cosignatures: Vec::new() }, vkey))
}

/// Whether every line of a note is by a key that is known here, so that [`read`] has verified it.
fn vouches(logs: &LogKeys, bytes: &[u8]) -> bool {
    let known = |line: &SignatureLine| {
        let name = line.name().as_str();
        let keys = logs.vkey(name).into_iter().chain(logs.auditor(name));
        keys.into_iter().any(|key| line.is_of(key))
    };
    Note::parse(bytes).is_ok_and(|note| note.signatures().iter().all(known))
}

/// A kept checkpoint as a note with the lines of all who cosigned it.
///
/// # Errors
/// Those of the store.
pub async fn with_cosignatures(
    db: &impl Sql,
    origin: &str,
    kept: &CheckpointRow,
) -> Result<String, LogError> {
    let lines = log::cosignatures(db, origin, kept.size).await?;
    Ok(lines.into_iter().fold(kept.note.clone(), |note, cosignature| note + &cosignature.line))
}

/// What gossip brought; the verdict is for the network.
pub async fn receive(book: &Logbook, from: &str, bytes: &[u8]) -> Verdict {
    match read(book.log_keys(), bytes) {
        Ok(head) => match learn(book, &head).await {
            Ok(_) if vouches(book.log_keys(), bytes) => Verdict::Accept,
            // What this node cannot check it does not pass on: a neighbour might know better, and would blame it.
            Ok(_) => Verdict::Ignore,
            Err(error) => {
                tracing::warn!(
                    from,
                    error = &error as &dyn std::error::Error,
                    "a gossiped checkpoint could not be processed"
                );
                Verdict::Ignore
            }
        },
        Err(unheard) => {
            tracing::debug!(from, reason = %unheard, "a gossiped head is ignored");
            unheard.verdict(from)
        }
    }
}

/// Gossips what is new: own heads, and mirrored heads that this node cosigned. What nobody hears is asked for anyway.
pub async fn run(book: Logbook, cancel: CancellationToken) -> Result<(), Failure> {
    let pace = book.config().pace.follow;
    let mut said = BTreeMap::new();
    let signals = book.signals();
    let mut rounds = Rounds::new("heads", signals, cancel, pace);
    while rounds.round(announce(&book, &mut said)).await {
        rounds.wait(signals.heads.notified()).await;
    }
    Ok(())
}

/// Publishes the newest head of each log for which this node has signed something since the last time.
async fn announce(book: &Logbook, said: &mut BTreeMap<String, String>) -> Result<(), LogError> {
    let Some(network) = book.network() else { return Ok(()) };
    for (origin, note) in signed_here(book).await? {
        if said.get(&origin) == Some(&note) {
            continue;
        }
        match network.publish(Topic::Heads, note.clone().into_bytes()).await {
            Ok(published) => tracing::debug!(origin, ?published, "a head is announced"),
            Err(error) => tracing::warn!(origin, %error, "a head could not be announced"),
        }
        said.insert(origin, note);
    }
    Ok(())
}

/// The newest head of each own log, and of each mirror whose head this node has cosigned, with that line.
async fn signed_here(book: &Logbook) -> Result<Vec<(String, String)>, LogError> {
    let connection = book.store().connection().await?;
    let cosigner = book.log_keys().cosigner().vkey().name();
    let mut notes = Vec::new();
    for row in log::all(&connection).await?.into_iter().filter(|row| row.size > 0) {
        if row.own {
            notes.push((row.origin, row.checkpoint));
            continue;
        }
        let ours = log::newest_cosigned_by(&connection, &row.origin, cosigner.as_str()).await?;
        if let Some(ours) = ours.filter(|ours| ours.size == row.size) {
            notes.push((row.origin, row.checkpoint + &ours.line));
        }
    }
    Ok(notes)
}
