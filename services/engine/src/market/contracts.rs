//! Contracts: offered by clients, accepted by freelancers, moved by both, seen by nobody else.

use hanse_api::requests::{OfferRequest, PageQuery, StepRequest};
use hanse_api::views::{ContractView, Page, Published};
use hanse_base::error::{Hindrance, Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present::{self, Viewer};
use hanse_base::stored::{contract_of_party, side};
use hanse_document::kind::offer::OPEN_DAYS_MAX;
use hanse_document::kind::{Acceptance, Offer, Pay, Terms};
use hanse_document::{Body, Did, DocumentId, LogName};
use hanse_lifecycle::{Actor, Event, Machine, Refused, State, next};
use hanse_store::contracts::{self, BidRow, ContractRow, MilestoneRow};
use hanse_store::{Sql, Tx, documents, jobs};

use crate::Engine;
use crate::market::author::{Author, Cites, StepDraft};
use crate::market::disputes;
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
        let show = async |tx: &Tx<'_>, offer: &DocumentId| shown(tx, offer, self.seen_by(did)).await;
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
        asked
            .saw(&bid.head, async || crate::market::bids::shown(tx, &bid.id, self.seen_by(did)).await)
            .await?;
        let author = Author::open(self, tx, did).await?;
        let terms = author.sign(Body::Terms(terms_of(request, asked_pay(tx, &bid).await?)), None)?;
        let slot = author.new_slot()?;
        let offer = Offer {
            arbiters: disputes::named(tx, request, [&job.home, &bid.home]).await?,
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

    /// Answers terms with other terms, for a hosted person: an offer, before there is a contract; or a proposal of other terms for one
    /// that runs.
    ///
    /// # Errors
    /// As [`Engine::step`], and `BadDue`.
    pub async fn answer_terms(
        &self,
        asked: impl Into<Asked>,
        contract: &DocumentId,
        event: Event,
        request: OfferRequest,
        dry_run: bool,
    ) -> Result<Published<ContractView>, UseError> {
        let asked = asked.into();
        let draft = async |tx: &Tx<'_>| {
            if !request.arbiters.is_empty() {
                let reason = "stand in the offer, and no answer changes them: decline it, or take it back and offer anew";
                return Err(Refusal::BadField { field: "arbiters", reason }.into());
            }
            let row = movable(self, tx, &asked, contract, event).await?;
            let author = Author::open(self, tx, &asked.did).await?;
            let pay = present::load(tx, &row.terms).await?;
            let Body::Terms(before) = pay.body() else { return Err(Refusal::NotFound("contract").into()) };
            let terms = author.sign(Body::Terms(terms_of(&request, before.pay.clone())), None)?;
            let cites = Cites::Terms(terms.commitment());
            let said = StepDraft { event, object: row.id, prev: row.head, to: &row.client_home, cites };
            let document = author.sign(said.body(StepRequest::default())?, None)?;
            let under = Publication::new(document, row.job, &row.client_home);
            Ok(Publication { attachments: vec![terms], ..under })
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, contract, self.seen_by(&asked.did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Accepts: an offer, for a hosted freelancer; or, for a hosted client, the terms with which the freelancer answered it, which makes
    /// them the offer's.
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
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, contract, self.seen_by(&asked.did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    async fn draft_acceptance(
        &self,
        tx: &Tx<'_>,
        asked: &Asked,
        contract: &DocumentId,
    ) -> Result<Publication, UseError> {
        let row = contract_of_party(tx, contract, &asked.did).await?;
        let author = Author::open(self, tx, &asked.did).await?;
        let newest = documents::find(tx, &row.terms).await?.ok_or(Refusal::NotFound("contract"))?.commitment;
        if row.client == asked.did && row.state == State::Countered {
            let row = movable(self, tx, asked, contract, Event::Counter).await?;
            let (event, cites) = (Event::Counter, Cites::Terms(newest));
            let said = StepDraft { event, object: row.id, prev: row.head, to: &row.client_home, cites };
            let document = author.sign(said.body(StepRequest::default())?, None)?;
            return Ok(Publication::new(document, row.job, &row.client_home));
        }
        // The table knows who may accept; the document could only say that it is about its own author.
        let row = movable(self, tx, asked, contract, Event::Accept).await?;
        let slot = author.new_slot()?;
        let acceptance = Acceptance {
            client: row.client.clone(),
            log: LogName::of(&self.config().name),
            offer: row.id,
            slot: slot.public,
            terms: Some(newest).filter(|_| row.counters > 0),
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
            let row = movable(self, tx, &asked, contract, event).await?;
            let author = Author::open(self, tx, &asked.did).await?;
            let cites = cites(tx, &row, event).await?;
            let said = StepDraft { event, object: row.id, prev: row.head, to: &row.client_home, cites };
            let document = author.sign(said.body(request.clone())?, None)?;
            Ok(Publication::new(document, row.job, &row.client_home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, contract, self.seen_by(&asked.did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// A contract, for one of its sides; for anybody else there is none.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn contract(&self, id: &DocumentId, viewer: &Did) -> Result<Option<ContractView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, id, self.seen_by(viewer)).await {
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
        Ok(page(present::contracts(&connection, &rows, self.seen_by(viewer)).await?, next))
    }
}

/// What a move of a contract cites.
async fn cites(tx: &Tx<'_>, row: &ContractRow, event: Event) -> Result<Cites, UseError> {
    if event == Event::AcceptAmendment {
        let proposal = row.proposal.ok_or(Hindrance::NoProposal)?;
        let terms = documents::find(tx, &proposal.terms).await?.ok_or(Hindrance::NoProposal)?;
        return Ok(Cites::Terms(terms.commitment));
    }
    Ok(match row.freelancer_engagement {
        Some(own) if event == Event::ConfirmReceived => Cites::Engagement(own),
        Some(_) | None => Cites::Nothing,
    })
}

/// What somebody asks for, as terms; the pay is as it was before where nothing is said of it.
fn terms_of(request: &OfferRequest, before: Option<Pay>) -> Terms {
    let OfferRequest { scope, due, language, milestones, pay, .. } = request.clone();
    Terms { due, language, milestones, pay: pay.or(before), scope }
}

/// What a bid asks for.
async fn asked_pay(tx: &Tx<'_>, bid: &BidRow) -> Result<Option<Pay>, UseError> {
    let document = present::load(tx, &bid.said).await?;
    let Body::Bid(said) = document.body() else { return Ok(None) };
    Ok(said.pay.clone())
}

/// A contract that this person may move now, from a version that they have seen. The table is asked before anything is signed: a
/// move at the wrong time need not be a document that can be written.
async fn movable(
    engine: &Engine,
    tx: &Tx<'_>,
    asked: &Asked,
    id: &DocumentId,
    event: Event,
) -> Result<ContractRow, UseError> {
    let row = contract_of_party(tx, id, &asked.did).await?;
    asked.saw(&row.head, async || present::contract(tx, &row, engine.seen_by(&asked.did)).await).await?;
    let actor = side(&row, &asked.did).ok_or(Refusal::NotFound("contract"))?;
    // A part of the work may be moved where the whole cannot: its own table is asked when the step is applied.
    let parts = contracts::milestones(tx, &row.id).await?;
    if !parts.is_empty() && next_of_part(&parts, event, actor) {
        return Ok(row);
    }
    next(Machine::Contract, row.state, event, actor).map_err(|refused| {
        let refused = Refused { allowed: present::contract_moves(&row, actor), ..refused };
        Refusal::NotNow { refused, head: Some(row.head) }
    })?;
    Ok(row)
}

fn next_of_part(parts: &[MilestoneRow], event: Event, actor: Actor) -> bool {
    parts.iter().any(|part| next(Machine::Milestone, part.state, event, actor).is_ok())
}

async fn shown(db: &impl Sql, id: &DocumentId, viewer: Viewer<'_>) -> Result<ContractView, UseError> {
    present::contract(db, &contract_of_party(db, id, viewer.did).await?, viewer).await
}
