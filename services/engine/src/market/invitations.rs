//! Invitations: made by clients here on jobs of their own, and seen by the two whom they concern.

use hanse_api::requests::{InvitationRequest, PageQuery, StepRequest};
use hanse_api::views::{InvitationView, Page, Published};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present::{self, Viewer};
use hanse_document::kind::Invitation;
use hanse_document::{Body, Did, DocumentId};
use hanse_lifecycle::Event;
use hanse_store::contracts;
use hanse_store::{Sql, Tx, accounts, jobs};

use crate::Engine;
use crate::market::author::{Author, Cites, StepDraft};
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

impl Engine {
    /// Invites a freelancer to bid on a job, for a hosted client.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `UnknownPerson`, `UnknownOrigin`, `JobNotOpen`, `BidExists`, `Hindered`, `NotOnce`.
    pub async fn invite(
        &self,
        asked: impl Into<Asked>,
        job: &DocumentId,
        request: InvitationRequest,
        dry_run: bool,
    ) -> Result<Published<InvitationView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let job = jobs::find(tx, job).await?.ok_or(Refusal::NotFound("job"))?;
            let freelancer = accounts::find_identity(tx, &request.freelancer).await?;
            let home = freelancer.ok_or(Refusal::UnknownPerson)?.home;
            // A home that has left the federation delivers nothing, and the invitation would wait for ever.
            if !self.config().knows_home(&home) {
                return Err(Refusal::UnknownOrigin.into());
            }
            let author = Author::open(self, tx, did).await?;
            let InvitationRequest { freelancer, note } = request.clone();
            let invitation = Invitation { freelancer, job: job.id, note, to: home };
            Ok(Publication::new(author.sign(Body::Invitation(invitation), None)?, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, id: &DocumentId| shown(tx, id, self.seen_by(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Moves an invitation: `decline` by who is invited, `rescind` by the client.
    ///
    /// # Errors
    /// `NotFound`, `NotNow`, `WrongPrev`, `InFlight`, `ByHome`, `NotOnce`.
    pub async fn move_invitation(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        event: Event,
        request: StepRequest,
        dry_run: bool,
    ) -> Result<Published<InvitationView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let view = shown(tx, id, self.seen_by(did)).await?;
            let row = contracts::invitation(tx, id).await?.ok_or(Refusal::NotFound("invitation"))?;
            asked.saw(&row.head, async || Ok(view)).await?;
            let job = jobs::find(tx, &row.job).await?.ok_or(Refusal::NotFound("job"))?;
            let author = Author::open(self, tx, did).await?;
            let (object, prev, cites) = (row.id, row.head, Cites::Nothing);
            let said = StepDraft { event, object, prev, to: &job.home, cites };
            Ok(Publication::new(author.sign(said.body(request.clone())?, None)?, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, self.seen_by(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// One invitation, for the two whom it concerns; for anybody else there is none.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn invitation(
        &self,
        id: &DocumentId,
        viewer: &Did,
    ) -> Result<Option<InvitationView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, id, self.seen_by(viewer)).await {
            Ok(view) => Ok(Some(view)),
            Err(UseError::Refused(Refusal::NotFound(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Invitations to one's own job, oldest first.
    ///
    /// # Errors
    /// `NotFound`, also for anybody but the client; `BadField`.
    pub async fn invitations(
        &self,
        job: &DocumentId,
        viewer: &Did,
        query: PageQuery,
    ) -> Result<Page<InvitationView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let job = jobs::find(&connection, job).await?.filter(|job| job.client == *viewer);
        let job = job.ok_or(Refusal::NotFound("job"))?;
        let rows = contracts::invitations_on(&connection, &job.id, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.made_at, *row.id.hash()));
        Ok(page(present::invitations(&connection, &rows, self.seen_by(viewer)).await?, next))
    }

    /// The jobs that one is invited to bid on, newest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn my_invitations(
        &self,
        viewer: &Did,
        query: PageQuery,
    ) -> Result<Page<InvitationView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = contracts::invitations_of(&connection, viewer, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.made_at, *row.id.hash()));
        Ok(page(present::invitations(&connection, &rows, self.seen_by(viewer)).await?, next))
    }
}

async fn shown(db: &impl Sql, id: &DocumentId, viewer: Viewer<'_>) -> Result<InvitationView, UseError> {
    let row = contracts::invitation(db, id).await?;
    let row = row.filter(|row| row.client == *viewer.did || row.freelancer == *viewer.did);
    present::invitation(db, &row.ok_or(Refusal::NotFound("invitation"))?, viewer).await
}
