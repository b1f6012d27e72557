//! Bids: made by freelancers here on jobs of any home, and seen by the two whom they concern.

use std::collections::BTreeMap;

use hanse_api::requests::{BidRequest, PageQuery, StepRequest};
use hanse_api::views::{BidView, Page, Published};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present::{self, OnItsWay, Viewer};
use hanse_document::kind::{Anew, Bid};
use hanse_document::{Body, Did, DocumentId, NodeName};
use hanse_lifecycle::{Event, State};
use hanse_store::contracts::{self, BidRow, SentBid};
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::jobs::JobRow;
use hanse_store::{Sql, Tx, accounts, documents, jobs};

use crate::Engine;
use crate::market::author::{Author, Cites, StepDraft};
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

/// The state that is shown of a bid which the job's home has not answered.
const QUEUED: &str = "queued";
/// The same once the home has refused it.
const REFUSED: &str = "refused";

impl Engine {
    /// Bids on a job, for a hosted freelancer.
    ///
    /// # Errors
    /// `NotFound`, `Expired`, `JobNotOpen`, `OwnJob`, `BidExists`, `TooManyBids`, `UnknownOrigin`, `InFlight`, `ByHome`, `NotOnce`, and the
    /// rejections of the document.
    pub async fn bid(
        &self,
        asked: impl Into<Asked>,
        job: &DocumentId,
        request: BidRequest,
        dry_run: bool,
    ) -> Result<Published<BidView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let job = jobs::find(tx, job).await?.ok_or(Refusal::NotFound("job"))?;
            // A home that has left the federation takes no bid, and one on its way would wait for ever.
            if !self.config().knows_home(&job.home) {
                return Err(Refusal::UnknownOrigin.into());
            }
            let author = Author::open(self, tx, did).await?;
            let bid = said(request, &self.config().name, &job, None);
            let document = author.sign(Body::Bid(bid), None)?;
            Ok(Publication::new(document, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, bid: &DocumentId| shown(tx, bid, self.seen_by(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Says a bid of a hosted freelancer anew, before there is an offer.
    ///
    /// # Errors
    /// `NotFound`, `NotNow`, `WrongPrev`, `Hindered`, `InFlight`, `ByHome`, `NotOnce`, and the rejections of the document.
    pub async fn revise_bid(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        request: BidRequest,
        dry_run: bool,
    ) -> Result<Published<BidView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let (bid, job) = movable(self, tx, &asked, id).await?;
            if bid.freelancer != *did {
                return Err(Refusal::NotYours("the freelancer").into());
            }
            let author = Author::open(self, tx, did).await?;
            let anew = Anew { object: bid.id, prev: bid.head };
            let bid = said(request, &self.config().name, &job, Some(anew));
            Ok(Publication::new(author.sign(Body::Bid(bid), None)?, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, self.seen_by(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// One bid, for its author or the job's client; for anybody else there is none.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn bid_view(&self, id: &DocumentId, viewer: &Did) -> Result<Option<BidView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, id, self.seen_by(viewer)).await {
            Ok(view) => Ok(Some(view)),
            Err(UseError::Refused(Refusal::NotFound(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The bids on a job: all of them for its client, one's own for everybody else.
    ///
    /// # Errors
    /// `NotFound`, `BadField`.
    pub async fn bids(
        &self,
        job: &DocumentId,
        viewer: &Did,
        query: PageQuery,
    ) -> Result<Page<BidView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let job = jobs::find(&connection, job).await?.ok_or(Refusal::NotFound("job"))?;
        let rows = if *viewer == job.client {
            let rows = contracts::bids_on(&connection, &job.id, cut.after, cut.fetch()).await?;
            rows.into_iter().map(SentBid::from).collect()
        } else {
            contracts::bids_of(&connection, viewer, Some(&job.id), cut.after, cut.fetch()).await?
        };
        paged(&connection, &cut, rows, self.seen_by(viewer)).await
    }

    /// One's own bids, newest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn my_bids(&self, viewer: &Did, query: PageQuery) -> Result<Page<BidView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = contracts::bids_of(&connection, viewer, None, cut.after, cut.fetch()).await?;
        paged(&connection, &cut, rows, self.seen_by(viewer)).await
    }

    /// Moves a bid that waits: `withdraw` and `confirm` by its author, what else there is by the client.
    ///
    /// # Errors
    /// `NotFound`, `NotNow`, `WrongPrev`, `InFlight` (also of a bid that the job's home has not answered), `ByHome`, `NotOnce`.
    pub async fn move_bid(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        event: Event,
        request: StepRequest,
        dry_run: bool,
    ) -> Result<Published<BidView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let (bid, job) = movable(self, tx, &asked, id).await?;
            let author = Author::open(self, tx, did).await?;
            let cites = if event == Event::Confirm { Cites::Posting(job.posting) } else { Cites::Nothing };
            let said = StepDraft { event, object: bid.id, prev: bid.head, to: &job.home, cites };
            let document = author.sign(said.body(request.clone())?, None)?;
            Ok(Publication::new(document, job.id, &job.home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, self.seen_by(did)).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }
}

/// A bid that somebody is about to move, in a version that they have seen, and its job.
async fn movable(
    engine: &Engine,
    tx: &Tx<'_>,
    asked: &Asked,
    id: &DocumentId,
) -> Result<(BidRow, JobRow), UseError> {
    let view = shown(tx, id, engine.seen_by(&asked.did)).await?;
    let Some(bid) = contracts::bid(tx, id).await? else {
        // Its author's, and the job's home has not answered yet, or has refused it.
        let queued = view.state == QUEUED;
        return Err(if queued { Refusal::InFlight } else { Refusal::NotFound("bid") }.into());
    };
    asked.saw(&bid.head, async || Ok(view)).await?;
    let job = jobs::find(tx, &bid.job).await?.ok_or(Refusal::NotFound("job"))?;
    Ok((bid, job))
}

/// What a freelancer says, as a document of this home.
fn said(request: BidRequest, home: &NodeName, job: &JobRow, anew: Option<Anew>) -> Bid {
    Bid {
        agent: request.agent,
        anew,
        answers: request.answers,
        days: request.days,
        home: home.clone(),
        job: job.id,
        language: request.language,
        pay: request.pay,
        text: request.text,
        to: job.home.clone(),
    }
}

async fn paged(
    db: &impl Sql,
    cut: &Cut,
    rows: Vec<SentBid>,
    viewer: Viewer<'_>,
) -> Result<Page<BidView>, UseError> {
    let (rows, next) = cut.cut(rows, |sent| (sent.row.made_at, *sent.row.id.hash()));
    let jobs = jobs::find_all(db, rows.iter().map(|sent| *sent.row.job.hash())).await?;
    let mut unanswered = BTreeMap::new();
    let mut known = Vec::with_capacity(rows.len());
    for SentBid { row, delivery, refusal } in rows {
        let Some(job) = jobs.get(row.job.hash()) else { continue };
        if let Some(delivery) = delivery {
            unanswered.insert(row.id.to_string(), (delivery, refusal));
        }
        known.push((row, job.clone()));
    }
    let mut views = present::bids(db, &known, viewer).await?;
    for view in &mut views {
        if let Some((delivery, refusal)) = unanswered.remove(&view.id) {
            not_taken(view, delivery, refusal);
        }
    }
    Ok(page(views, next))
}

pub(crate) async fn shown(db: &impl Sql, id: &DocumentId, viewer: Viewer<'_>) -> Result<BidView, UseError> {
    let Some(row) = contracts::bid(db, id).await? else { return unanswered(db, id, viewer).await };
    let job = jobs::find(db, &row.job).await?.ok_or(Refusal::NotFound("job"))?;
    if *viewer.did != row.freelancer && *viewer.did != job.client {
        return Err(Refusal::NotFound("bid").into());
    }
    let mut view = present::bid(db, &row, &job, viewer).await?;
    if *viewer.did == row.freelancer {
        let OnItsWay { queued, refused } = present::on_its_way(db, &job.id, viewer.did, &job.home).await?;
        view.refused = refused;
        if queued.is_some() {
            view.allowed.clear();
        }
    }
    Ok(view)
}

/// A bid that its author has signed here and the job's home has not accepted.
async fn unanswered(db: &impl Sql, id: &DocumentId, viewer: Viewer<'_>) -> Result<BidView, UseError> {
    let missing = || UseError::from(Refusal::NotFound("bid"));
    let delivery = deliveries::of_document(db, id).await?.ok_or_else(missing)?;
    let document = documents::find(db, id).await?.filter(|document| document.issuer == *viewer.did);
    let document = document.ok_or_else(missing)?;
    let job = jobs::find(db, &delivery.job).await?.ok_or_else(missing)?;
    let home = accounts::find_identity(db, viewer.did).await?.ok_or_else(missing)?.home;
    let row = BidRow {
        id: *id,
        job: job.id,
        freelancer: viewer.did.clone(),
        home,
        state: State::Submitted,
        head: *id,
        said: *id,
        posting: job.posting,
        made_at: document.received_at,
    };
    let mut view = present::bid(db, &row, &job, viewer).await?;
    not_taken(&mut view, delivery.state, delivery.refusal);
    Ok(view)
}

/// Shows a bid that the job's home has not taken: nobody can move it.
fn not_taken(view: &mut BidView, delivery: DeliveryState, refusal: Option<String>) {
    let state = if delivery == DeliveryState::Waiting { QUEUED } else { REFUSED };
    state.clone_into(&mut view.state);
    view.refused = refusal;
    view.allowed.clear();
}
