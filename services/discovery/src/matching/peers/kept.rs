//! What has been heard of peers, for a while: so that a list that many people look at is asked for once, and a peer that
//! does not answer is waited for once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hanse_document::{DocumentId, NodeName, Timestamp, Verified};
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;

use super::{Asked, lock};

/// How long a whole answer counts: people who look at a job again within a minute see the same list.
const KEEP: Duration = Duration::from_secs(60);
/// How long one counts that lacks a peer or a person: whoever was late, or not known yet, may be there in a moment.
const KEEP_PARTIAL: Duration = Duration::from_secs(5);
/// How long a caller waits while somebody else asks for the same: the two seconds of asking, and the work behind it.
pub(super) const TURN_WAIT: Duration = Duration::from_secs(5);
/// Jobs whose answers are kept: each has at most [`OTHERS_MAX`](super::OTHERS_MAX) people of a few kilobytes, 50 MB in all.
const JOBS_MAX: usize = 64;
/// How long a peer is left alone that came late: one list in ten seconds waits for it, and not every list.
pub(super) const REST: Duration = Duration::from_secs(10);
/// People of one peer whose newest profile is remembered; with more, all of them are forgotten and learnt anew.
const SEEN_MAX: usize = 20_000;

/// The answers to one job, of whoever asked first; the others wait for the same.
pub(super) type Entry = Arc<Turn<Option<Kept>>>;

/// An answer and when it was heard.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    at: Instant,
    asked: Arc<Asked>,
}

/// What one process remembers of peers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    jobs: Mutex<JobsAsked>,
    resting: Mutex<BTreeMap<NodeName, Instant>>,
    seen: Mutex<BTreeMap<NodeName, Seen>>,
}

/// The answers by job, with a number that tells which is oldest.
#[derive(Debug, Default)]
struct JobsAsked {
    number: u64,
    entries: BTreeMap<[u8; 32], (u64, Entry)>,
}

/// The newest profile of each person, as one peer has shown it.
type Seen = BTreeMap<[u8; 32], (Timestamp, DocumentId)>;

impl Kept {
    pub(super) const fn new(at: Instant, asked: Arc<Asked>) -> Self {
        Self { at, asked }
    }

    /// The answer, if it still counts.
    pub(super) fn fresh(&self, now: Instant) -> Option<Arc<Asked>> {
        let keep = if self.asked.is_whole() { KEEP } else { KEEP_PARTIAL };
        (now.saturating_duration_since(self.at) < keep).then(|| Arc::clone(&self.asked))
    }
}

impl Memory {
    /// Where the answers to a job are. The oldest makes room.
    pub(super) fn entry(&self, job: [u8; 32]) -> Entry {
        let mut asked = lock(&self.jobs);
        if let Some((_, entry)) = asked.entries.get(&job) {
            return Arc::clone(entry);
        }
        if asked.entries.len() >= JOBS_MAX
            && let Some(oldest) =
                asked.entries.iter().min_by_key(|(_, (number, _))| *number).map(|(job, _)| *job)
        {
            asked.entries.remove(&oldest);
        }
        asked.number = asked.number.saturating_add(1);
        let (number, entry) = (asked.number, Entry::default());
        asked.entries.insert(job, (number, Arc::clone(&entry)));
        entry
    }

    /// Leaves a peer alone for a while.
    pub(super) fn rest(&self, peer: &NodeName, now: Instant, pause: Duration) {
        lock(&self.resting).insert(peer.clone(), now + pause.min(REST));
    }

    /// Whether a peer is left alone.
    pub(super) fn rests(&self, peer: &NodeName, now: Instant) -> bool {
        lock(&self.resting).get(peer).is_some_and(|until| now < *until)
    }

    /// Whether the peer has shown a later profile of this person before; else this one is now the newest. A peer fills only a
    /// memory of its own.
    pub(super) fn is_stale(&self, peer: &NodeName, profile: &Verified, prev: Option<DocumentId>) -> bool {
        let mut guard = lock(&self.seen);
        let seen = guard.entry(peer.clone()).or_default();
        if seen.len() >= SEEN_MAX {
            seen.clear();
        }
        let key = profile.issuer().subject_key();
        let stale = seen.get(&key).is_some_and(|(from, document)| {
            *document != profile.id() && prev != Some(*document) && profile.from() < *from
        });
        if !stale {
            seen.insert(key, (profile.from(), profile.id()));
        }
        stale
    }
}
