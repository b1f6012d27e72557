//! The client's offer of a contract.

use serde::{Deserialize, Serialize};

use crate::did::Did;
use crate::hash::Commitment;
use crate::id::{DocumentId, Kind};
use crate::key::PublicKey;
use crate::kind::{require_other, require_own_purpose};
use crate::name::{LogName, NodeName};
use crate::rejection::Rejection;

/// How long an offer may stand, in days: a bidder must learn soon that it has lapsed.
pub const OPEN_DAYS_MAX: u32 = 7;

/// The client's offer of a contract to one bidder, until the document's `validUntil`. Its id names the contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// The bid that is taken up.
    pub bid: DocumentId,
    /// The bidder.
    pub freelancer: Did,
    /// The job.
    pub job: DocumentId,
    /// The log that holds the client's record.
    pub log: LogName,
    /// The client's one-time key for the closing outcome.
    pub slot: PublicKey,
    /// The terms.
    pub terms: Commitment,
    /// The freelancer's home.
    pub to: NodeName,
}

impl Offer {
    pub(super) fn check(&self, issuer: &Did) -> Result<(), Rejection> {
        self.bid.expect_kind(&[Kind::Bid])?;
        self.job.expect_kind(&[Kind::Job])?;
        require_other(issuer, &self.freelancer)?;
        require_own_purpose(issuer, &self.slot)?;
        require_own_purpose(&self.freelancer, &self.slot)
    }
}
