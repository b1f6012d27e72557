//! What a peer is asked about a job, and whom it answers with: documents and what it says they are worth, never a score.
//!
//! The rows are those of the ranking, in its order; what they mean is the engine's business.

use serde::{Deserialize, Serialize};

use super::{Bytes, bounded};

/// Factors that each side of a match looks at.
pub const MATCH_FACTORS: usize = 7;

/// Most people in one answer to `match`: more than a person reads, and what one question may cost the asked.
pub const MATCH_CANDIDATES_MAX: usize = 50;

/// Longest document of a job in a question, in bytes: the longest that any document may have.
pub const MATCH_JOB_BYTES_MAX: usize = 64 * 1024;

/// Longest `match` request, in bytes of CBOR: the job and the frame around it.
pub const MATCH_REQUEST_BYTES_MAX: usize = MATCH_JOB_BYTES_MAX + 1024;

/// Longest list of candidates, in bytes as counted by [`Candidate::cost`]: fifty profiles of 20 KiB, the longest that people
/// write. A longer list is cut behind the last candidate that fits, but never before the first one.
pub const MATCH_BYTES_MAX: usize = 1024 * 1024;

/// Longest answer to `match`, in bytes of CBOR: a full list and the frame around it.
pub const MATCH_ANSWER_BYTES_MAX: usize = MATCH_BYTES_MAX + 1024;

/// Longest name of ranking rules or of a day, in bytes.
pub const MATCH_WORD_BYTES_MAX: usize = 64;

/// Bytes of CBOR around what a [`SearchAnswer`] holds: the names of its fields and their heads.
const FRAME: usize = 256;

/// Bytes of CBOR around a profile in a list: the names of three fields, and two rows of numbers of at most five bytes.
const CANDIDATE: usize = 160;

/// One entry for each factor.
pub type Row<T> = [T; MATCH_FACTORS];

/// A SHA-256 hash, which travels as one byte string.
pub type Digest = serde_bytes::ByteArray<32>;

/// Whom a peer would show for a job, if it looked at it as the asker does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Search {
    /// Canonical bytes of the job's signed document; at most [`MATCH_JOB_BYTES_MAX`].
    pub job: Bytes,
    /// What each factor weighs for the client, of 100.
    pub client: Row<u16>,
    /// What each factor weighs for the freelancer, of 100.
    pub freelancer: Row<u16>,
    /// How many people at most, between 1 and [`MATCH_CANDIDATES_MAX`].
    pub limit: u32,
}

/// Whom the peer found, and by what: an asker that ranks by the same compares what it computes itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchAnswer {
    /// The name of the ranking rules; at most [`MATCH_WORD_BYTES_MAX`].
    pub rules: String,
    /// The digest of the taxonomy.
    pub taxonomy: Digest,
    /// The digest of the table of exchange rates.
    pub rates: Digest,
    /// Best first by the asker's weights; at most [`MATCH_CANDIDATES_MAX`].
    #[serde(deserialize_with = "bounded::seq::<_, _, MATCH_CANDIDATES_MAX>")]
    pub candidates: Vec<Candidate>,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Canonical bytes of the person's signed profile.
    pub profile: Bytes,
    /// The factors as the client sees them, in millionths; none where a side stated nothing.
    pub client: Row<Option<u32>>,
    /// The factors as the freelancer sees them.
    pub freelancer: Row<Option<u32>>,
}

impl Candidate {
    /// An upper bound of this candidate's length in an answer, in bytes.
    #[must_use]
    pub fn cost(&self) -> usize {
        self.profile.len().saturating_add(CANDIDATE)
    }
}

impl Search {
    /// Whether the question keeps its bounds; what does not is neither sent nor answered.
    pub(crate) fn fits(&self) -> bool {
        let sum = |row: &Row<u16>| row.iter().map(|weight| u32::from(*weight)).sum::<u32>();
        self.job.len() <= MATCH_JOB_BYTES_MAX
            && sum(&self.client) == 100
            && sum(&self.freelancer) == 100
            && usize::try_from(self.limit).is_ok_and(|limit| (1..=MATCH_CANDIDATES_MAX).contains(&limit))
    }
}

impl SearchAnswer {
    /// Cuts the list to its bounds; the first candidate always stays.
    pub(crate) fn trim(&mut self) {
        let (mut used, mut keep) = (0_usize, 0_usize);
        for candidate in self.candidates.iter().take(MATCH_CANDIDATES_MAX) {
            used = used.saturating_add(candidate.cost());
            if keep > 0 && used > MATCH_BYTES_MAX {
                break;
            }
            keep += 1;
        }
        self.candidates.truncate(keep);
    }

    /// An upper bound of the answer's length, in bytes.
    pub(crate) fn cost(&self) -> usize {
        let list = self.candidates.iter().fold(0_usize, |sum, it| sum.saturating_add(it.cost()));
        list.saturating_add(FRAME)
    }

    /// Whether an answer that came keeps the bounds that reading it did not hold it to.
    pub(crate) fn fits(&self) -> bool {
        self.rules.len() <= MATCH_WORD_BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search() -> Search {
        Search {
            job: Bytes::from(vec![1; MATCH_JOB_BYTES_MAX]),
            client: [100, 0, 0, 0, 0, 0, 0],
            freelancer: [16, 14, 14, 14, 14, 14, 14],
            limit: 50,
        }
    }

    #[test]
    fn weights_are_hundredths_and_the_rest_has_its_bounds() {
        assert!(search().fits());
        let breaks: [fn(&mut Search); 6] = [
            |search| search.job = Bytes::from(vec![1; MATCH_JOB_BYTES_MAX + 1]),
            |search| search.limit = 0,
            |search| search.limit = 51,
            |search| search.client = [u16::MAX; 7],
            |search| search.client = [0; 7],
            |search| search.freelancer = [14; 7],
        ];
        for (n, broken) in breaks.into_iter().enumerate() {
            let mut search = search();
            broken(&mut search);
            assert!(!search.fits(), "{n}");
        }
    }

    #[test]
    fn a_list_is_cut_behind_the_last_that_fits() {
        let candidate = |size: usize| Candidate {
            profile: Bytes::from(vec![0; size]),
            client: [None; 7],
            freelancer: [Some(u32::MAX); 7],
        };
        let found = |candidates: Vec<Candidate>| SearchAnswer {
            rules: String::new(),
            taxonomy: Digest::new([0; 32]),
            rates: Digest::new([0; 32]),
            candidates,
        };
        for (sizes, kept) in [
            (vec![10; 51], 50),
            (vec![MATCH_BYTES_MAX / 2 - 160; 3], 2),
            (vec![MATCH_BYTES_MAX / 2 - 159; 3], 1),
            (vec![2 * MATCH_BYTES_MAX, 1], 1),
            (vec![], 0),
        ] {
            let mut found = found(sizes.iter().map(|size| candidate(*size)).collect());
            found.trim();
            assert_eq!(found.candidates.len(), kept, "{sizes:?}");
        }
    }
}
