//! Contracts: offered by clients, accepted by freelancers, moved by both, seen by nobody else.

use hanse_api::requests::{OfferRequest, PageQuery, StepRequest};
use hanse_api::views::{ContractView, Page, Published};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_base::stored::{contract_of_party, side};
use hanse_document::kind::offer::OPEN_DAYS_MAX;
use hanse_document::kind::{Acceptance, Offer, Terms};
use hanse_document::{Body, Did, DocumentId, LogName};
use hanse_lifecycle::{Event, Machine, next};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::{Sql, Tx, jobs};

use crate::Engine;
use crate::market::author::{Author, StepDraft};
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

/// How long an offer of ours stands: as long as one may.
const OFFER_SECONDS: i64 = OPEN_DAYS_MAX as i64 * 86_400;

impl Engine {
    /// Offers a contract on a bid, for a hosted client. The contract's id is the offer's.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `JobNotOpen`, `NoFreeSeat`, `BadDue`, `NotOnce`, and the rejections of terms and offer.
    pub async fn offer(
        &self,
        asked: impl Into<Asked>,
        bid: &DocumentId,
        request: OfferRequest,
        dry_run: bool,
    ) -> Result<Published<ContractView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| self.draft_offer(tx, &asked, bid, &request).await;
        let show = async |tx: &Tx<'_>, offer: &DocumentId| shown(tx, offer, did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    async fn draft_offer(
        &self,
        tx: &Tx<'_>,
        asked: &Asked,
        bid: &DocumentId,
        request: &OfferRequest,
    ) -> Result<Publication, UseError> {
        let did = &asked.did;
        let bid = contracts::bid(tx, bid).await?.ok_or(Refusal::NotFound("bid"))?;
        let job = jobs::find(tx, &bid.job).await?.ok_or(Refusal::NotFound("job"))?;
        if *did != job.client && *did != bid.freelancer {
            return Err(Refusal::NotFound("bid").into());
        }
        if *did != job.client {
            return Err(Refusal::NotYours("the client").into());
        }
        asked.saw(&bid.head, async || crate::market::bids::shown(tx, &bid.id, did).await).await?;
        let author = Author::open(self, tx, did).await?;
        let OfferRequest { scope, due, language, pay } = request.clone();
        let terms = author.sign(Body::Terms(Terms { due, language, pay, scope }), None)?;
        let slot = author.new_slot()?;
        let offer = Offer {
            bid: bid.id,
            freelancer: bid.freelancer.clone(),
            job: job.id,
            log: LogName::of(&self.config().name),
            slot: slot.public,
            terms: terms.commitment(),
            to: bid.home.clone(),
        };
        let until = self.now().add_seconds(OFFER_SECONDS)?;
        let offer = author.sign(Body::Offer(offer), Some(until))?;
        let under = Publication::new(offer, job.id, &job.home);
        Ok(Publication { attachments: vec![terms], slot: Some(slot), ..under })
    }

    /// Accepts an offer, for a hosted freelancer.
    ///
    /// # Errors
    /// As [`Engine::step`].
    pub async fn accept_offer(
        &self,
        asked: impl Into<Asked>,
        contract: &DocumentId,
        dry_run: bool,
    ) -> Result<Published<ContractView>, UseError> {
        let asked = asked.into();
        let draft = async |tx: &Tx<'_>| self.draft_acceptance(tx, &asked, contract).await;
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, contract, &asked.did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    async fn draft_acceptance(
        &self,
        tx: &Tx<'_>,
        asked: &Asked,
        contract: &DocumentId,
    ) -> Result<Publication, UseError> {
        // The table knows who may accept; the document could only say that it is about its own author.
        let row = movable(tx, asked, contract, Event::Accept).await?;
        let author = Author::open(self, tx, &asked.did).await?;
        let slot = author.new_slot()?;
        let acceptance = Acceptance {
            client: row.client.clone(),
            log: LogName::of(&self.config().name),
            offer: row.id,
            slot: slot.public,
            to: row.client_home.clone(),
        };
        let document = author.sign(Body::Acceptance(acceptance), None)?;
        Ok(Publication { slot: Some(slot), ..Publication::new(document, row.job, &row.client_home) })
    }

    /// Moves a contract by any other step.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `WrongPrev`, `Expired`, `InFlight`, `ByHome`, `NotOnce`, and the rejections of the step.
    pub async fn step(
        &self,
        asked: impl Into<Asked>,
        contract: &DocumentId,
        event: Event,
        request: StepRequest,
        dry_run: bool,
    ) -> Result<Published<ContractView>, UseError> {
        let asked = asked.into();
        let draft = async |tx: &Tx<'_>| {
            let row = movable(tx, &asked, contract, event).await?;
            let author = Author::open(self, tx, &asked.did).await?;
            let said = StepDraft {
                event,
                object: row.id,
                prev: row.head,
                to: &row.client_home,
                engagement: row.freelancer_engagement,
            };
            let document = author.sign(said.body(request.clone())?, None)?;
            Ok(Publication::new(document, row.job, &row.client_home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, contract, &asked.did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// A contract, for one of its sides; for anybody else there is none.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn contract(&self, id: &DocumentId, viewer: &Did) -> Result<Option<ContractView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, id, viewer).await {
            Ok(view) => Ok(Some(view)),
            Err(UseError::Refused(Refusal::NotFound(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One's own contracts on either side, newest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn contracts(&self, viewer: &Did, query: PageQuery) -> Result<Page<ContractView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = contracts::contracts_of(&connection, viewer, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.offered_at, *row.id.hash()));
        Ok(page(present::contracts(&connection, &rows, viewer).await?, next))
    }
}

/// A contract that this person may move now, from a version that they have seen. The table is asked before anything is signed: a
/// move at the wrong time need not be a document that can be written.
async fn movable(tx: &Tx<'_>, asked: &Asked, id: &DocumentId, event: Event) -> Result<ContractRow, UseError> {
    let row = contract_of_party(tx, id, &asked.did).await?;
    asked.saw(&row.head, async || present::contract(tx, &row, &asked.did).await).await?;
    let actor = side(&row, &asked.did).ok_or(Refusal::NotFound("contract"))?;
    next(Machine::Contract, row.state, event, actor)
        .map_err(|refused| Refusal::NotNow { refused, head: Some(row.head) })?;
    Ok(row)
}

async fn shown(db: &impl Sql, id: &DocumentId, viewer: &Did) -> Result<ContractView, UseError> {
    present::contract(db, &contract_of_party(db, id, viewer).await?, viewer).await
}
