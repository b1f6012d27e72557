//! The effect of a document: one function for a local author's, a delivered and a mirrored one.
//!
//! Everything happens in the caller's transaction: document, rows, history, pending leaves, deliveries and gossip stand
//! together or not at all. The job's row is locked first, so that everything under one job is in one order. Checks come
//! before writes, and a refusal leaves the transaction to be dropped.

pub(crate) mod arbiter;
pub mod bid;
pub(crate) mod contract;
pub mod dispute;
pub(crate) mod engagement;
pub(crate) mod guard;
pub mod identity;
pub(crate) mod invitation;
pub mod job;
pub(crate) mod offer;
pub mod profile;
pub mod review;
pub(crate) mod tell;

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::kind::Step;
use hanse_document::{Body, DocumentId, Kind, Rejection, SigningKey, Timestamp, Verified};
use hanse_ledger::Leaf;
use hanse_lifecycle::{Actor, Event, State};
use hanse_store::history::{self, HistoryRow};
use hanse_store::jobs::{self, JobRow};
use hanse_store::{Tx, accounts, contracts, deliveries, disputes, documents};

use hanse_logbook::Logbook;

/// What a following home waits beyond the time: clocks differ, and the order's home may be away for a while.
pub(crate) const FOLLOW_SECONDS: i64 = 3_600;

/// Which node decides that the document has its place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// This one: strictly, by its clock and its rows.
    Own,
    /// The home that keeps the order: it has decided, and this node follows.
    Home,
}

/// Whether anything happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The document had its effect, now.
    Now,
    /// It had its effect before; nothing was done.
    AlreadyThere,
}

/// What applying needs beside the document.
#[derive(Clone, Copy, Debug)]
pub struct Apply<'a> {
    /// The logs, and what they stand on.
    pub logbook: &'a Logbook,
    /// The transaction in which everything happens.
    pub tx: &'a Tx<'a>,
    /// The time of this node's clock.
    pub now: Timestamp,
    /// Which node decides.
    pub authority: Authority,
}

/// Gives a document its effect, once. `attachments` are documents that it commits to, in any order.
pub async fn apply(
    ctx: &Apply<'_>,
    document: &Verified,
    attachments: &[Verified],
) -> Result<Applied, UseError> {
    let job = match job_of(ctx, document).await? {
        Some(job) => Some(jobs::lock(ctx.tx, &job).await?.ok_or_else(|| ctx.missing("job"))?),
        None => None,
    };
    let log = log_of(document.body()).filter(|_| ctx.authority == Authority::Own);
    let look = guard::look(ctx, document, log).await?;
    if look.applied {
        return Ok(Applied::AlreadyThere);
    }
    if let Some(log) = log.filter(|_| look.halted) {
        return Err(Refusal::LogHalted(log.name()).into());
    }
    let author = guard::author(ctx, document, look)?;
    // Each kind of document has a future of its own size: whoever waits for one does not hold the room of the largest.
    match (document.body(), job) {
        (Body::Profile(body), _) => return profile::put(ctx, document, body, &author).await,
        (Body::Job(body), before) => Box::pin(job::post(ctx, document, body, &author, before)).await?,
        (Body::Invitation(body), Some(job)) => Box::pin(invitation::invite(ctx, document, body, &job)).await?,
        (Body::Bid(body), Some(job)) => Box::pin(bid::submit(ctx, document, body, &author, &job)).await?,
        (Body::Offer(body), Some(job)) => Box::pin(offer::offer(ctx, document, body, attachments, &job)).await?,
        (Body::Acceptance(body), Some(job)) => Box::pin(offer::accept(ctx, document, body, &job)).await?,
        (Body::Step(step), job) if step.object.kind() == Kind::Dispute => {
            Box::pin(dispute::step(ctx, document, step, attachments, job.as_ref())).await?;
        }
        (Body::Step(step), Some(job)) => apply_step(ctx, document, step, attachments, &job).await?,
        (Body::Review(body), Some(_)) => Box::pin(review::seal(ctx, document, body, attachments)).await?,
        (Body::Reply(body), Some(_)) => Box::pin(review::reply(ctx, document, body)).await?,
        (Body::Arbiter(body), _) => Box::pin(arbiter::announce(ctx, document, body, &author)).await?,
        (Body::Dispute(body), Some(job)) => Box::pin(dispute::open(ctx, document, body, &job)).await?,
        // A genesis comes before its author is known, see [`identity`]; terms and texts come with what names them.
        (Body::Identity(_) | Body::Terms(_) | Body::Text(_), _)
        // What belongs under a job has one: [`job_of`].
        | (
            Body::Invitation(_) | Body::Bid(_) | Body::Offer(_) | Body::Acceptance(_) | Body::Step(_) | Body::Review(_) | Body::Reply(_)
            | Body::Dispute(_),
            None,
        ) => return Err(Rejection::WrongKind.into()),
    }
    Ok(Applied::Now)
}

/// The log that this node needs, now or for a move that follows, once it has let the document in; a profile needs none.
fn log_of(body: &Body) -> Option<LogKind> {
    match body {
        Body::Profile(_) => None,
        Body::Job(_) | Body::Arbiter(_) => Some(LogKind::Jobs),
        Body::Step(step) if step.object.kind() == Kind::Job => Some(LogKind::Jobs),
        Body::Identity(_)
        | Body::Invitation(_)
        | Body::Bid(_)
        | Body::Terms(_)
        | Body::Offer(_)
        | Body::Acceptance(_)
        | Body::Step(_)
        | Body::Text(_)
        | Body::Review(_)
        | Body::Reply(_)
        | Body::Dispute(_) => Some(LogKind::Reputation),
    }
}

async fn apply_step(
    ctx: &Apply<'_>,
    document: &Verified,
    step: &Step,
    attachments: &[Verified],
    job: &JobRow,
) -> Result<(), UseError> {
    match step.object.kind() {
        Kind::Job => Box::pin(job::step(ctx, document, step, job)).await,
        Kind::Bid => Box::pin(bid::step(ctx, document, step, job)).await,
        Kind::Invitation => Box::pin(invitation::step(ctx, document, step, job)).await,
        Kind::Offer => Box::pin(contract::step(ctx, document, step, attachments, job)).await,
        Kind::Identity
        | Kind::Profile
        | Kind::Terms
        | Kind::Acceptance
        | Kind::Step
        | Kind::Text
        | Kind::Review
        | Kind::Reply
        | Kind::Arbiter
        // These come before, as an arbiter's home has no job of theirs.
        | Kind::Dispute => Err(Rejection::WrongKind.into()),
    }
}

/// The job that a document belongs under; `None` for a posting, and for what belongs under no job.
async fn job_of(ctx: &Apply<'_>, document: &Verified) -> Result<Option<DocumentId>, UseError> {
    let of_contract = async |contract| {
        let contract = contracts::contract(ctx.tx, contract).await?;
        Ok::<_, UseError>(Some(contract.ok_or_else(|| ctx.missing("contract"))?.job))
    };
    match document.body() {
        Body::Job(job) => Ok(job.anew.map(|anew| anew.object)),
        Body::Invitation(invitation) => Ok(Some(invitation.job)),
        Body::Bid(bid) => Ok(Some(bid.job)),
        Body::Offer(offer) => Ok(Some(offer.job)),
        Body::Acceptance(acceptance) => of_contract(&acceptance.offer).await,
        Body::Step(step) if step.object.kind() == Kind::Job => Ok(Some(step.object)),
        Body::Step(step) if step.object.kind() == Kind::Bid => {
            let bid = contracts::bid(ctx.tx, &step.object).await?;
            Ok(Some(bid.ok_or_else(|| ctx.missing("bid"))?.job))
        }
        Body::Step(step) if step.object.kind() == Kind::Invitation => {
            let invitation = contracts::invitation(ctx.tx, &step.object).await?;
            Ok(Some(invitation.ok_or_else(|| ctx.missing("invitation"))?.job))
        }
        Body::Dispute(dispute) => of_contract(&dispute.contract).await,
        Body::Step(step) if step.object.kind() == Kind::Dispute => {
            let Some(row) = disputes::dispute(ctx.tx, &step.object).await? else { return Ok(None) };
            Ok(contracts::contract(ctx.tx, &row.contract).await?.map(|contract| contract.job))
        }
        Body::Step(step) => of_contract(&step.object).await,
        Body::Review(review) => of_contract(&review.contract).await,
        Body::Reply(reply) => of_contract(&review::answered(ctx, reply).await?).await,
        Body::Identity(_) | Body::Profile(_) | Body::Terms(_) | Body::Text(_) | Body::Arbiter(_) => Ok(None),
    }
}

impl<'a> Apply<'a> {
    /// As this node decides, which keeps the order.
    pub fn own(logbook: &'a Logbook, tx: &'a Tx<'a>) -> Self {
        Self { logbook, tx, now: logbook.base().now(), authority: Authority::Own }
    }

    /// As the home has decided that keeps the order.
    pub fn home(logbook: &'a Logbook, tx: &'a Tx<'a>) -> Self {
        Self { logbook, tx, now: logbook.base().now(), authority: Authority::Home }
    }

    /// Whether this node keeps the order under the job, so that what follows from a move is its to do.
    pub(crate) fn keeps(&self, job: &JobRow) -> bool {
        job.home == self.logbook.base().config().name
    }

    /// The refusal for something that this builds on: what the home knows will arrive here too.
    pub(crate) fn missing(&self, what: &'static str) -> Refusal {
        match self.authority {
            Authority::Own => Refusal::NotFound(what),
            Authority::Home => Refusal::TooEarly,
        }
    }

    /// Keeps the document.
    pub(crate) async fn keep(&self, document: &Verified, public: bool) -> Result<(), UseError> {
        documents::insert(self.tx, document, public, self.now.unix()).await?;
        Ok(())
    }

    /// Notes a move in the history of a thing, and tells whoever is to hear of it.
    pub(crate) async fn record(
        &self,
        object: &DocumentId,
        event: Event,
        state: State,
        actor: Actor,
        document: Option<&DocumentId>,
    ) -> Result<(), UseError> {
        let row =
            HistoryRow { event, state, actor, document: document.map(|id| *id.hash()), at: self.now.unix() };
        history::append(self.tx, object, &row).await?;
        tell::of_moves(self, object.kind(), &[*object.hash()], (event, state, actor)).await
    }

    /// Queues a leaf for one of this node's own logs.
    pub async fn enqueue(&self, kind: LogKind, leaf: &Leaf) -> Result<(), UseError> {
        let origin = &self.logbook.log_keys().own(kind).origin;
        hanse_logbook::enqueue(self.tx, origin, leaf).await?;
        Ok(())
    }

    /// Queues a document for another home; one's own needs no delivery.
    pub(crate) async fn deliver(
        &self,
        to: &hanse_document::NodeName,
        job: &DocumentId,
        document: &DocumentId,
    ) -> Result<(), UseError> {
        if *to != self.logbook.base().config().name {
            deliveries::enqueue(self.tx, to.as_str(), job, document, self.now.unix()).await?;
        }
        Ok(())
    }

    /// The identity key of a person in this node's custody; `None` if it is elsewhere.
    pub(crate) async fn hosted_key(&self, did: &hanse_document::Did) -> Result<Option<SigningKey>, UseError> {
        let Some(account) = accounts::account(self.tx, did).await? else { return Ok(None) };
        Ok(Some(self.logbook.base().keys().open_hosted(did, &account.sealed_key)?))
    }

    /// The slot key of a person in this node's custody; `None` if it is elsewhere.
    pub async fn slot_key(
        &self,
        did: &hanse_document::Did,
        public: &hanse_document::PublicKey,
    ) -> Result<Option<SigningKey>, UseError> {
        let Some(sealed) = accounts::slot(self.tx, public, did).await? else { return Ok(None) };
        Ok(Some(self.logbook.base().keys().open_slot(public, &sealed)?))
    }
}
