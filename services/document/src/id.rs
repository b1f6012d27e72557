//! What documents are called: the kinds, and the id that is a hash of exactly what was signed.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::rejection::Rejection;

/// The kinds of documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The genesis of a person: first key, recovery keys, home, custody.
    Identity,
    /// What a person offers and where.
    Profile,
    /// A job that a client offers to anybody.
    Job,
    /// A client's invitation of one freelancer to bid on one job.
    Invitation,
    /// A freelancer's answer to a job.
    Bid,
    /// What is to be done, by when and for what; it may be deleted, the offer commits to it.
    Terms,
    /// The client's offer of a contract to one bidder.
    Offer,
    /// The freelancer's acceptance of an offer.
    Acceptance,
    /// A later move in the life of a job, invitation, bid, contract or dispute.
    Step,
    /// The text of a review; it may be deleted, the review commits to it.
    Text,
    /// What one side of a contract says about the other.
    Review,
    /// The answer of the one who was reviewed.
    Reply,
    /// What a person who rules in disputes says of themselves.
    Arbiter,
    /// One side of a contract opens a dispute with the other.
    Dispute,
}

impl Kind {
    /// All kinds, in order.
    pub const ALL: [Kind; 14] = [
        Self::Identity,
        Self::Profile,
        Self::Job,
        Self::Invitation,
        Self::Bid,
        Self::Terms,
        Self::Offer,
        Self::Acceptance,
        Self::Step,
        Self::Text,
        Self::Review,
        Self::Reply,
        Self::Arbiter,
        Self::Dispute,
    ];

    /// The lower-case name, as in ids and paths.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Profile => "profile",
            Self::Job => "job",
            Self::Invitation => "invitation",
            Self::Bid => "bid",
            Self::Terms => "terms",
            Self::Offer => "offer",
            Self::Acceptance => "acceptance",
            Self::Step => "step",
            Self::Text => "text",
            Self::Review => "review",
            Self::Reply => "reply",
            Self::Arbiter => "arbiter",
            Self::Dispute => "dispute",
        }
    }

    /// The second entry of a document's `type`, as in `HanseJob`.
    #[must_use]
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Identity => "HanseIdentity",
            Self::Profile => "HanseProfile",
            Self::Job => "HanseJob",
            Self::Invitation => "HanseInvitation",
            Self::Bid => "HanseBid",
            Self::Terms => "HanseTerms",
            Self::Offer => "HanseOffer",
            Self::Acceptance => "HanseAcceptance",
            Self::Step => "HanseStep",
            Self::Text => "HanseText",
            Self::Review => "HanseReview",
            Self::Reply => "HanseReply",
            Self::Arbiter => "HanseArbiter",
            Self::Dispute => "HanseDispute",
        }
    }

    /// The kind of this type name, if there is one.
    #[must_use]
    pub fn of_type_name(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.type_name() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == text).ok_or(Rejection::UnknownKind)
    }
}

/// The id of a document: its kind, and SHA-256 of the 64 bytes that its author signed.
///
/// Written `<kind>_<43 characters of base64url>`. The salt inside what was signed keeps the id from saying anything
/// about a document that is gone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DocumentId {
    kind: Kind,
    hash: [u8; 32],
}

impl DocumentId {
    /// The id of a document of this kind whose signed bytes have this hash.
    #[must_use]
    pub const fn new(kind: Kind, hash: [u8; 32]) -> Self {
        Self { kind, hash }
    }

    /// The kind of the document.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The hash alone.
    #[must_use]
    pub const fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    /// The hash alone; the same as [`hash`](Self::hash), named as in the other hash types.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.hash
    }

    /// Reads `<kind>_<43 characters of base64url>`.
    ///
    /// # Errors
    /// [`Rejection::BadId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, Rejection> {
        let (kind, encoded) = text.split_once('_').ok_or(Rejection::BadId)?;
        let kind = kind.parse().map_err(|_| Rejection::BadId)?;
        let hash = from_base64url(encoded).ok_or(Rejection::BadId)?;
        Ok(Self { kind, hash })
    }

    /// Refuses an id of another kind than the place takes.
    pub(crate) fn expect_kind(&self, kinds: &[Kind]) -> Result<(), Rejection> {
        if kinds.contains(&self.kind) { Ok(()) } else { Err(Rejection::WrongKind) }
    }
}

/// 43 characters of base64url without padding.
pub(crate) fn to_base64url(bytes: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads 43 characters of base64url; the decoder refuses padding and loose last bits.
pub(crate) fn from_base64url(text: &str) -> Option<[u8; 32]> {
    // 43 characters are exactly 32 bytes; a longer text is not worth decoding.
    if text.len() != 43 {
        return None;
    }
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.kind, to_base64url(&self.hash))
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentId({self})")
    }
}

impl FromStr for DocumentId {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for DocumentId {
    type Error = Rejection;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<DocumentId> for String {
    fn from(id: DocumentId) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_form() {
        for kind in Kind::ALL {
            let id = DocumentId::new(kind, [0xfb; 32]);
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let text = DocumentId::new(Kind::Job, [0; 32]).to_string();
        assert_eq!(text, format!("job_{}", "A".repeat(43)));
        let loose_bits = format!("job_{}B", "A".repeat(42));
        let wrong = [
            loose_bits,
            format!("{text}="),
            format!("{text}A"),
            text.replace("job_", "JOB_"),
            text.replace("job_", "leaf_"),
            text.replace("job_", "job"),
            format!("job_{}+", "A".repeat(42)),
        ];
        for text in wrong {
            assert_eq!(DocumentId::parse(&text), Err(Rejection::BadId), "{text}");
        }
    }

    #[test]
    fn type_names_are_the_kinds_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.type_name().to_lowercase(), format!("hanse{}", kind.name()));
            assert_eq!(Kind::of_type_name(kind.type_name()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }
}
