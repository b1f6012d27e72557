//! A client's invitation to bid.

use serde::{Deserialize, Serialize};

use crate::did::Did;
use crate::id::{DocumentId, Kind};
use crate::kind::require_other;
use crate::kind::step::Note;
use crate::name::NodeName;
use crate::rejection::Rejection;

/// A client's invitation of one freelancer to bid on one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Who is invited.
    pub freelancer: Did,
    /// To bid on what.
    pub job: DocumentId,
    /// A word with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// The freelancer's home.
    pub to: NodeName,
}

impl Invitation {
    pub(super) fn check(&self, issuer: &Did) -> Result<(), Rejection> {
        self.job.expect_kind(&[Kind::Job])?;
        require_other(issuer, &self.freelancer)
    }
}
