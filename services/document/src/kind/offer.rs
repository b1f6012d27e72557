//! The client's offer of a contract.

use serde::{Deserialize, Serialize};

use crate::bounded::List;
use crate::did::Did;
use crate::hash::Commitment;
use crate::id::{DocumentId, Kind};
use crate::key::PublicKey;
use crate::kind::dispute::Arbiters;
use crate::kind::{require_other, require_own_purpose};
use crate::name::{LogName, NodeName};
use crate::rejection::Rejection;

/// How long an offer may stand, in days: a bidder must learn soon that it has lapsed.
pub const OPEN_DAYS_MAX: u32 = 7;

/// The client's offer of a contract to one bidder, until the document's `validUntil`. Its id names the contract.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Who rules if the two do not agree. What an engagement commits to is the offer, so that both sides' engagements commit to their keys.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    pub arbiters: Arbiters,
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
        require_own_purpose(&self.freelancer, &self.slot)?;
        self.check_arbiters(issuer)
    }

    /// An arbiter is neither of the two, is named once, and has a key that serves nothing else.
    fn check_arbiters(&self, issuer: &Did) -> Result<(), Rejection> {
        for (place, arbiter) in self.arbiters.iter().enumerate() {
            require_other(issuer, &arbiter.did)?;
            require_other(&self.freelancer, &arbiter.did)?;
            for person in [issuer, &self.freelancer, &arbiter.did] {
                require_own_purpose(person, &arbiter.key)?;
            }
            if arbiter.key == self.slot {
                return Err(Rejection::KeyReused);
            }
            if self.arbiters.iter().take(place).any(|other| other.did == arbiter.did) {
                return Err(Rejection::RepeatedItem);
            }
        }
        Ok(())
    }
}
