//! The people of other nodes.

use crate::error::{Refusal, UseError};
use crate::views::PeerAnswer;
use crate::{Engine, requests::MatchQuery};

use super::posting::Posting;
use super::rank::Candidate;

/// Who else is there for a job, by the word of the peers, and how each of them answered.
#[expect(clippy::unused_async, reason = "asks the peers once they can be asked")]
pub(super) async fn others(
    _engine: &Engine,
    _posting: &Posting,
    query: &MatchQuery,
) -> Result<(Vec<Candidate>, Vec<PeerAnswer>), UseError> {
    match query.scope.as_deref() {
        None | Some("node") => Ok((Vec::new(), Vec::new())),
        Some(_) => Err(Refusal::BadField { field: "scope", reason: "must be `node`" }.into()),
    }
}
