//! The freelancer's acceptance of an offer.

use serde::{Deserialize, Serialize};

use crate::did::Did;
use crate::hash::Commitment;
use crate::id::{DocumentId, Kind};
use crate::key::PublicKey;
use crate::kind::{require_other, require_own_purpose};
use crate::name::{LogName, NodeName};
use crate::rejection::Rejection;

/// The freelancer's acceptance of an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The client.
    pub client: Did,
    /// The log that holds the freelancer's record.
    pub log: LogName,
    /// The offer.
    pub offer: DocumentId,
    /// The freelancer's one-time key for the closing outcome.
    pub slot: PublicKey,
    /// The terms that are accepted, where they are no longer those of the offer itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Commitment>,
    /// The job's home.
    pub to: NodeName,
}

impl Acceptance {
    pub(super) fn check(&self, issuer: &Did) -> Result<(), Rejection> {
        self.offer.expect_kind(&[Kind::Offer])?;
        require_other(issuer, &self.client)?;
        require_own_purpose(issuer, &self.slot)?;
        require_own_purpose(&self.client, &self.slot)
    }
}
