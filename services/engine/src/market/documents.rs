//! Signed documents as they are, for whom they concern.

use hanse_api::views::DocumentView;
use hanse_base::error::UseError;
use hanse_base::stored::kept;
use hanse_document::{Body, Did, DocumentId, Kind, Verified};
use hanse_store::documents::DocumentRow;
use hanse_store::{Sql, contracts, disputes, documents, jobs};

use crate::Engine;

impl Engine {
    /// A document: public ones for anybody, those of a bid or contract for its two sides, those of a dispute also for its arbiters, others for
    /// their author.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn document(
        &self,
        id: &DocumentId,
        viewer: Option<&Did>,
    ) -> Result<Option<DocumentView>, UseError> {
        let connection = self.store().connection().await?;
        let Some(row) = documents::find(&connection, id).await? else { return Ok(None) };
        if !row.public && !concerns(&connection, &row, viewer).await? {
            return Ok(None);
        }
        // What a disk has damaged is not handed out as if somebody had signed it.
        kept(&row)?;
        Ok(Some(DocumentView { id: row.id.to_string(), bytes: row.bytes }))
    }
}

async fn concerns(db: &impl Sql, row: &DocumentRow, viewer: Option<&Did>) -> Result<bool, UseError> {
    let Some(viewer) = viewer else { return Ok(false) };
    if row.issuer == *viewer {
        return Ok(true);
    }
    let document: Verified = kept(row)?;
    match document.body() {
        Body::Bid(bid) => is_client(db, &bid.job, viewer).await,
        Body::Invitation(invitation) => Ok(invitation.freelancer == *viewer),
        Body::Offer(offer) => Ok(offer.freelancer == *viewer),
        Body::Acceptance(acceptance) => Ok(acceptance.client == *viewer),
        Body::Terms(_) => Ok(contracts::are_terms_of(db, &row.id, viewer).await?),
        Body::Dispute(_) => Ok(disputes::is_concerned(db, &row.id, viewer).await?),
        Body::Step(step) if step.object.kind() == Kind::Dispute => {
            Ok(disputes::is_concerned(db, &step.object, viewer).await?)
        }
        Body::Step(step) => {
            if let Some(bid) = contracts::bid(db, &step.object).await? {
                return Ok(bid.freelancer == *viewer || is_client(db, &bid.job, viewer).await?);
            }
            if let Some(row) = contracts::invitation(db, &step.object).await? {
                return Ok(row.freelancer == *viewer || row.client == *viewer);
            }
            let contract = contracts::contract(db, &step.object).await?;
            Ok(contract.is_some_and(|row| row.client == *viewer || row.freelancer == *viewer))
        }
        // A sealed review is its author's alone; the rest is public as soon as it is there.
        Body::Identity(_)
        | Body::Profile(_)
        | Body::Job(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_)
        | Body::Arbiter(_) => Ok(false),
    }
}

async fn is_client(db: &impl Sql, job: &DocumentId, viewer: &Did) -> Result<bool, UseError> {
    Ok(jobs::find(db, job).await?.is_some_and(|job| job.client == *viewer))
}
