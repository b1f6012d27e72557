//! What the leaves of a contract's straight path state.

use hanse_document::hash::Commitment;
use hanse_document::key::PublicKey;
use hanse_document::name::LogName;
use serde_json::{Map, Value};

use crate::form::{LeafError, LeafId};

/// Slots that one engagement opens: the closing one, and early ones of a long contract.
pub const SLOTS_MAX: usize = 8;

/// What a leaf states about its subject. Every commitment is that of a signed document kept outside the log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Statement {
    /// The subject is an identity of this log's node; `seq` 0 is its first document.
    Identity {
        /// Of the identity document.
        commitment: Commitment,
        /// Place in the identity's chain.
        seq: u32,
    },
    /// The subject is bound by a contract, and the other side's keys may state its outcomes.
    Engagement {
        /// Of the client's offer, or of the freelancer's acceptance.
        commitment: Commitment,
        /// The last UTC day on which the other side is awaited, in days since 1970.
        due: u32,
        /// Origin of the other side's log.
        log: String,
        /// One-time keys of the other side, 1 to [`SLOTS_MAX`], each once.
        slots: Vec<PublicKey>,
    },
    /// A sealed review of the subject exists. Signed by a slot key.
    Commit {
        /// Of the review.
        commitment: Commitment,
        /// The subject's engagement.
        engagement: LeafId,
    },
    /// A sealed review is open. Signed by the same slot key.
    Open {
        /// The commit.
        cites: LeafId,
    },
    /// The other side confirms what the subject, a client, has paid. Signed by a slot key.
    Settle {
        /// Of the confirming step.
        commitment: Commitment,
        /// The subject's engagement.
        engagement: LeafId,
    },
    /// The subject answers a review. Signed by its identity key.
    Reply {
        /// The commit of the review.
        cites: LeafId,
        /// Of the reply.
        commitment: Commitment,
    },
    /// The subject has posted a job. Unsigned: the committed document is signed. Only in the jobs log.
    Posting {
        /// Of the job.
        commitment: Commitment,
    },
}

impl Statement {
    /// The type, as it stands in `t`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Identity { .. } => "identity",
            Self::Engagement { .. } => "engagement",
            Self::Commit { .. } => "commit",
            Self::Open { .. } => "open",
            Self::Settle { .. } => "settle",
            Self::Reply { .. } => "reply",
            Self::Posting { .. } => "posting",
        }
    }

    /// The fields that this type adds to the form that all leaves share.
    pub(crate) fn fields(&self) -> Map<String, Value> {
        let pairs: Vec<(&str, Value)> = match self {
            Self::Identity { commitment, seq } => {
                vec![("commitment", hashed(commitment)), ("seq", (*seq).into())]
            }
            Self::Engagement { commitment, due, log, slots } => vec![
                ("commitment", hashed(commitment)),
                ("due", (*due).into()),
                ("log", log.as_str().into()),
                ("slots", slots.iter().map(PublicKey::hex).collect()),
            ],
            Self::Commit { commitment, engagement } | Self::Settle { commitment, engagement } => {
                vec![("commitment", hashed(commitment)), ("engagement", engagement.hex().into())]
            }
            Self::Open { cites } => vec![("cites", cites.hex().into())],
            Self::Reply { cites, commitment } => {
                vec![("cites", cites.hex().into()), ("commitment", hashed(commitment))]
            }
            Self::Posting { commitment } => vec![("commitment", hashed(commitment))],
        };
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Reads the statement of a leaf in general form; `None` if the type is unknown.
    pub(crate) fn read(
        kind: &str,
        fields: &Map<String, Value>,
        subjects: usize,
        signatures: usize,
    ) -> Result<Option<Self>, LeafError> {
        let statement = match kind {
            "identity" => Self::Identity { commitment: commitment(fields)?, seq: number(fields, "seq")? },
            "engagement" => Self::Engagement {
                commitment: commitment(fields)?,
                due: number(fields, "due")?,
                log: reputation_log(fields)?,
                slots: slots(fields)?,
            },
            "commit" => {
                Self::Commit { commitment: commitment(fields)?, engagement: leaf_id(fields, "engagement")? }
            }
            "open" => Self::Open { cites: leaf_id(fields, "cites")? },
            "settle" => {
                Self::Settle { commitment: commitment(fields)?, engagement: leaf_id(fields, "engagement")? }
            }
            "reply" => Self::Reply { cites: leaf_id(fields, "cites")?, commitment: commitment(fields)? },
            "posting" => Self::Posting { commitment: commitment(fields)? },
            _ => return Ok(None),
        };
        let own = fields.iter().filter(|(key, _)| !SHARED.contains(&key.as_str()));
        if !own.eq(statement.fields().iter()) {
            return Err(LeafError::Fields);
        }
        if subjects != 1 || !statement.signers().contains(&signatures) {
            return Err(LeafError::Parties);
        }
        Ok(Some(statement))
    }

    /// How many keys sign: a change of keys is signed by the old and the new one.
    const fn signers(&self) -> std::ops::RangeInclusive<usize> {
        match self {
            Self::Posting { .. } => 0..=0,
            Self::Identity { seq: 1.., .. } => 1..=2,
            Self::Identity { .. }
            | Self::Engagement { .. }
            | Self::Commit { .. }
            | Self::Open { .. }
            | Self::Settle { .. }
            | Self::Reply { .. } => 1..=1,
        }
    }
}

/// Keys of the form that all leaves share.
const SHARED: [&str; 5] = ["day", "sigs", "subjects", "t", "v"];

fn hashed(commitment: &Commitment) -> Value {
    commitment.hex().into()
}

fn text<'a>(fields: &'a Map<String, Value>, key: &str) -> Result<&'a str, LeafError> {
    fields.get(key).and_then(Value::as_str).ok_or(LeafError::Fields)
}

fn number(fields: &Map<String, Value>, key: &str) -> Result<u32, LeafError> {
    let number = fields.get(key).and_then(Value::as_u64).ok_or(LeafError::Fields)?;
    u32::try_from(number).map_err(|_| LeafError::Fields)
}

fn commitment(fields: &Map<String, Value>) -> Result<Commitment, LeafError> {
    Commitment::from_hex(text(fields, "commitment")?).map_err(|_| LeafError::Fields)
}

fn leaf_id(fields: &Map<String, Value>, key: &str) -> Result<LeafId, LeafError> {
    LeafId::from_hex(text(fields, key)?).ok_or(LeafError::Fields)
}

fn reputation_log(fields: &Map<String, Value>) -> Result<String, LeafError> {
    let log = text(fields, "log")?;
    LogName::parse(log).map(|log| log.to_string()).map_err(|_| LeafError::Fields)
}

fn slots(fields: &Map<String, Value>) -> Result<Vec<PublicKey>, LeafError> {
    let listed = fields.get("slots").and_then(Value::as_array).ok_or(LeafError::Fields)?;
    if !(1..=SLOTS_MAX).contains(&listed.len()) {
        return Err(LeafError::Fields);
    }
    let mut slots = Vec::with_capacity(listed.len());
    for slot in listed {
        let slot = slot.as_str().and_then(|text| PublicKey::from_hex(text).ok()).ok_or(LeafError::Fields)?;
        if slots.contains(&slot) {
            return Err(LeafError::Fields);
        }
        slots.push(slot);
    }
    Ok(slots)
}
