//! A posting and a profile out of their documents, as matching takes them.

use std::sync::Arc;

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::stored::kept;
use hanse_document::kind::{Body, Profile};
use hanse_document::{Did, DocumentId, Rejection, Signed, Verified};
use hanse_matching::model::{Freelancer, Job, Unknown};
use hanse_store::{Sql, documents, jobs};

use super::standing::standing;
use crate::Discovery;
use crate::knowledge::Knowledge;

/// A posting that people are ranked for.
#[derive(Clone, Debug)]
pub(super) struct Posting {
    /// Its id.
    pub id: DocumentId,
    /// Who posted it.
    pub client: Did,
    /// The signed document.
    pub document: Arc<Verified>,
}

impl Posting {
    /// A posting that this node knows, and whether it is open.
    pub(super) async fn load(db: &impl Sql, id: &DocumentId) -> Result<(Self, bool), UseError> {
        let row = jobs::find(db, id).await?.ok_or(Refusal::NotFound("job"))?;
        let document = documents::find(db, &row.posting).await?.ok_or(Refusal::NotFound("job"))?;
        let posting = Self { id: *id, client: row.client, document: Arc::new(kept(&document)?) };
        Ok((posting, row.state == hanse_lifecycle::State::Open))
    }

    /// A posting that came with a question.
    ///
    /// # Errors
    /// `WrongKind` for any other document.
    pub(super) fn of(document: Verified) -> Result<Self, Rejection> {
        let Body::Job(job) = document.body() else { return Err(Rejection::WrongKind) };
        let id = job.anew.map_or(document.id(), |anew| anew.object);
        Ok(Self { id, client: document.issuer().clone(), document: Arc::new(document) })
    }

    /// As matching takes it, and the skills that are unknown here.
    pub(super) fn read(
        &self,
        discovery: &Discovery,
        knowledge: &Knowledge,
    ) -> Result<(Job, Unknown), UseError> {
        let Body::Job(job) = self.document.body() else { return Err(Rejection::WrongKind.into()) };
        Ok(knowledge.reader().job(*self.id.hash(), job, standing(discovery, &self.client)))
    }
}

/// A document out of its canonical bytes, as they were stored.
pub(super) fn verified(bytes: &[u8], what: &'static str) -> Result<Verified, Failure> {
    Signed::parse(bytes).and_then(Signed::verify).map_err(|rejection| Failure::unreadable(what, rejection))
}

/// A person as matching takes them, and the skills that are unknown here.
pub(super) fn person(
    discovery: &Discovery,
    knowledge: &Knowledge,
    did: &Did,
    profile: &Profile,
) -> (Freelancer, Unknown) {
    knowledge.reader().freelancer(did.subject_key(), profile, standing(discovery, did))
}
