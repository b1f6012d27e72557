//! What nodes ask each other, what they answer, and the bounds of both.

use serde::{Deserialize, Serialize};

use super::search::{Search, SearchAnswer};
use super::{Bytes, bounded};

/// Longest message that may travel by gossip, in bytes. Larger documents are pulled: a gossiped byte is
/// received about as often as a node has mesh neighbours.
pub const GOSSIP_BYTES_MAX: usize = 16 * 1024;

/// Longest request to `heads` and `range`, in bytes of CBOR: an origin and two numbers, with room to grow.
pub const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// Longest `deliver` request, in bytes of CBOR: three of the largest documents and their frame.
pub const DELIVER_BYTES_MAX: usize = 256 * 1024;

/// Most documents in one `deliver` request: an eighth of what a peer may have verified in ten seconds.
pub const DELIVER_DOCUMENTS_MAX: usize = 128;

/// Longest answer to `heads` and `deliver`, in bytes of CBOR: notes and receipts are short texts.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Most signed notes in one answer to `heads`: each node has two logs and relays few.
pub const HEADS_NOTES_MAX: usize = 64;

/// Most log entries in one page: one full tile of the log.
pub const RANGE_ENTRIES_MAX: u64 = 256;

/// Most documents beside one entry: three go with a leaf of today, and later kinds have room. Without it a page of empty byte strings
/// would take some thirty times its bytes in memory.
pub const ENTRY_DOCUMENTS_MAX: usize = 16;

/// Longest page, in bytes as counted by [`Entry::cost`]. A page of 256 entries with their documents can be
/// larger; then it is cut behind the last entry that fits, but never before the first one.
pub const RANGE_BYTES_MAX: usize = 1024 * 1024;

/// Longest checkpoint at the end of a page, in bytes: three lines under one signature take a few hundred.
pub const CHECKPOINT_BYTES_MAX: usize = 2 * 1024;

/// Longest answer to `range`, in bytes of CBOR: a full page, its checkpoint and the frame around both.
pub const RANGE_ANSWER_BYTES_MAX: usize = RANGE_BYTES_MAX + CHECKPOINT_BYTES_MAX + 1024;

/// Longest name of a log in a request, in bytes: a node name, a slash and the kind of log.
pub const ORIGIN_BYTES_MAX: usize = 128;

/// Longest `talk` request, in bytes of CBOR: a sealed message of 8,000 characters of four bytes each, what goes with it, and room to grow.
pub const TALK_BYTES_MAX: usize = 64 * 1024;

/// Longest answer to `talk`, in bytes of CBOR: a piece of 256 KiB of an attachment, sealed, and its frame.
pub const TALK_ANSWER_BYTES_MAX: usize = 257 * 1024;

/// Bytes of CBOR before a byte string, at most.
pub(super) const HEAD: usize = 9;

/// Bytes of CBOR around the contents of a message, at most: the names of its fields and their heads.
pub(super) const FRAME: usize = 64;

/// A question to one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// The newest signed checkpoints the peer serves.
    Heads,
    /// The entries `start..end` of a log; `start < end`. The answer may hold fewer, at least one.
    Range {
        /// The log's origin, for example `a.example/reputation`.
        origin: String,
        /// Index of the first entry wanted.
        start: u64,
        /// One past the index of the last entry wanted.
        end: u64,
    },
    /// Signed documents for a person or a job whose home is the peer.
    Deliver {
        /// Canonical bytes of each document; between 1 and [`DELIVER_DOCUMENTS_MAX`].
        documents: Vec<Bytes>,
    },
    /// Whom of its people the peer would show for a job.
    Match {
        /// The job, and how the asker ranks.
        search: Search,
    },
    /// Something between two people, sealed by one home to the other; nothing at all asks for the key to seal to.
    Talk {
        /// What only the two homes can read; at most [`TALK_BYTES_MAX`] with its frame.
        sealed: Bytes,
    },
}

impl Request {
    /// Whether the request keeps the bounds of its protocol; what does not is never sent. For those who fill a
    /// delivery: besides its contents each document takes 9 bytes, and the whole 64.
    #[must_use]
    pub fn fits(&self) -> bool {
        match self {
            Self::Heads => true,
            Self::Range { origin, .. } => origin.len() <= ORIGIN_BYTES_MAX,
            Self::Deliver { documents } => {
                documents.len() <= DELIVER_DOCUMENTS_MAX && deliver_fits(documents)
            }
            Self::Match { search } => search.fits(),
            Self::Talk { sealed } => sealed.len().saturating_add(FRAME) <= TALK_BYTES_MAX,
        }
    }
}

pub(super) fn cost(items: &[Bytes]) -> usize {
    items.iter().fold(0_usize, |sum, item| sum.saturating_add(HEAD + item.len()))
}

/// Whether documents fit one `deliver` request.
fn deliver_fits(documents: &[Bytes]) -> bool {
    cost(documents).saturating_add(FRAME) <= DELIVER_BYTES_MAX
}

/// An answer of one peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// To [`Request::Heads`].
    Heads {
        /// Signed notes; at most [`HEADS_NOTES_MAX`].
        notes: Vec<Bytes>,
    },
    /// To [`Request::Range`].
    Range {
        /// The entries from `start` on, without gaps; at most [`RANGE_ENTRIES_MAX`].
        entries: Vec<Entry>,
        /// Where the page ends at a checkpoint of the log, its signed note; at most [`CHECKPOINT_BYTES_MAX`].
        checkpoint: Option<Bytes>,
    },
    /// To [`Request::Deliver`].
    Receipt {
        /// The peer's signed receipt.
        receipt: Bytes,
    },
    /// To [`Request::Match`].
    Match {
        /// Whom it found.
        found: SearchAnswer,
    },
    /// To [`Request::Talk`].
    Talk {
        /// What only the two homes can read, or the signed key to seal to; at most [`TALK_ANSWER_BYTES_MAX`] with its frame.
        answer: Bytes,
    },
    /// To any request: not now.
    Busy {
        /// When to try again, in milliseconds from now.
        retry_after_ms: u32,
    },
    /// To any request: not this one, now or later.
    Refused {
        /// Why, as a slug.
        slug: String,
        /// Why, as a sentence for a person.
        detail: String,
    },
}

/// One entry of a log and the documents it commits to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Canonical bytes of the leaf.
    pub leaf: Bytes,
    /// Canonical bytes of each document that is open and kept; at most [`ENTRY_DOCUMENTS_MAX`].
    #[serde(deserialize_with = "bounded::seq::<_, _, ENTRY_DOCUMENTS_MAX>")]
    pub documents: Vec<Bytes>,
}

impl Entry {
    /// An upper bound of this entry's length in an answer, in bytes: its contents, 9 bytes of CBOR before
    /// each, and the names of its two fields.
    #[must_use]
    pub fn cost(&self) -> usize {
        const HEAD: usize = 9;
        const FIELDS: usize = 32;
        self.documents
            .iter()
            .fold(FIELDS + HEAD + self.leaf.len(), |sum, document| sum.saturating_add(HEAD + document.len()))
    }
}

/// Cuts a page to [`RANGE_ENTRIES_MAX`] and [`RANGE_BYTES_MAX`]; the first entry always stays.
pub fn trim(entries: &mut Vec<Entry>) {
    let mut used = 0_usize;
    let mut keep = 0_usize;
    for entry in entries.iter().take(usize::try_from(RANGE_ENTRIES_MAX).unwrap_or(usize::MAX)) {
        used = used.saturating_add(entry.cost());
        if keep > 0 && used > RANGE_BYTES_MAX {
            break;
        }
        keep += 1;
    }
    entries.truncate(keep);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(leaf: usize, documents: &[usize]) -> Entry {
        let bytes = |size: &usize| Bytes::from(vec![0; *size]);
        Entry { leaf: bytes(&leaf), documents: documents.iter().map(bytes).collect() }
    }

    #[test]
    fn the_first_entry_always_stays() {
        let mut entries = vec![entry(10, &[2 * RANGE_BYTES_MAX]), entry(10, &[])];
        trim(&mut entries);
        assert_eq!(entries.len(), 1);
        let mut none = Vec::new();
        trim(&mut none);
        assert!(none.is_empty());
    }

    proptest! {
        /// A trimmed page keeps its bounds, and one entry more would break them.
        #[test]
        fn pages_are_as_long_as_they_may_be(
            sizes in proptest::collection::vec((0_usize..4_096, proptest::collection::vec(0_usize..65_536, 0..3)), 1..300),
        ) {
            let all: Vec<Entry> = sizes.iter().map(|(leaf, documents)| entry(*leaf, documents)).collect();
            let mut page = all.clone();
            trim(&mut page);
            let cost = |entries: &[Entry]| entries.iter().map(Entry::cost).sum::<usize>();
            prop_assert!(!page.is_empty() && page.len() <= 256 && cost(&page) <= RANGE_BYTES_MAX);
            prop_assert_eq!(&all[..page.len()], &page[..]);
            if page.len() < all.len() && page.len() < 256 {
                prop_assert!(cost(&all[..=page.len()]) > RANGE_BYTES_MAX);
            }
        }
    }
}
