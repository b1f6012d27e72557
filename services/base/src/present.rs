//! Rows and documents as people see them. A page is shown with as many statements as one item.

mod contract;
mod review;

use hanse_api::views::{AccountView, BidView, ContractView, JobView, ReviewView, Session};
use hanse_document::kind::{Bid, Job};
use hanse_document::{Did, DocumentId, NodeName, Timestamp, Verified};
use hanse_lifecycle::{Actor, Machine, State, allowed};
use hanse_store::accounts::AccountRow;
use hanse_store::contracts::{BidRow, ContractRow, newest_by_bids};
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::jobs::{self, ShownJob};
use hanse_store::reviews::ReviewRow;
use hanse_store::{Sql, documents};

use crate::error::{Failure, Refusal, UseError};
use crate::stored::{StoredDocument, kept};

pub use self::contract::contracts;
pub use self::review::{Words, replied, reviews};

/// A stored time in its written form.
pub fn time(seconds: i64) -> String {
    // What is stored came from a clock of ours or a document: it is in range.
    Timestamp::from_unix(seconds).map(|time| time.to_string()).unwrap_or_default()
}

/// The account of a person whose home is `home`.
#[must_use]
pub fn account(home: &NodeName, account: &AccountRow) -> AccountView {
    let name = home.to_string();
    AccountView {
        did: account.did.to_string(),
        handle: account.handle.clone(),
        home: name.clone(),
        custody: name,
        created_at: time(account.created_at),
    }
}

/// A session, with the refresh token that is shown once.
#[must_use]
pub fn session(account: &AccountRow, id: String, refresh: String, scopes: &str, expires_at: i64) -> Session {
    Session {
        did: account.did.to_string(),
        handle: account.handle.clone(),
        id,
        refresh,
        scopes: scopes.to_owned(),
        expires_at: time(expires_at),
    }
}

/// A document that must be here.
pub async fn load(db: &impl Sql, id: &DocumentId) -> Result<Verified, UseError> {
    let row = documents::find(db, id).await?.ok_or_else(|| Failure::unreadable(id, "is gone"))?;
    Ok(kept(&row)?)
}

/// A contract for one of its sides.
pub async fn contract(db: &impl Sql, row: &ContractRow, viewer: &Did) -> Result<ContractView, UseError> {
    let shown = contracts(db, std::slice::from_ref(row), viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("contract"))?)
}

/// A review.
pub async fn review(db: &impl Sql, row: &ReviewRow, viewer: Option<&Did>) -> Result<ReviewView, UseError> {
    let shown = reviews(db, std::slice::from_ref(row), viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("review"))?)
}

fn custody(document: &Verified) -> Option<String> {
    document.custody().map(ToString::to_string)
}

/// What the viewer may do, in words; somebody without a part may do nothing.
fn may(machine: Machine, state: State, actor: Option<Actor>) -> Vec<String> {
    let events = actor.map(|actor| allowed(machine, state, actor)).unwrap_or_default();
    events.iter().map(|event| event.name().to_owned()).collect()
}

/// Postings; one whose document was erased is not there any more.
pub fn jobs(rows: &[ShownJob], viewer: Option<&Did>) -> Result<Vec<JobView>, UseError> {
    let shown = rows.iter().filter_map(|row| Some(job_said(row, row.document.as_deref()?, viewer)));
    shown.collect()
}

/// One posting, as it stands now; `None` if it is not here, or its document was erased.
pub async fn job(db: &impl Sql, id: &DocumentId, viewer: Option<&Did>) -> Result<Option<JobView>, UseError> {
    let row = jobs::shown(db, id).await?;
    Ok(jobs(row.as_slice(), viewer)?.pop())
}

fn job_said(row: &ShownJob, document: &[u8], viewer: Option<&Did>) -> Result<JobView, UseError> {
    let document = StoredDocument::<Job>::read(document, &row.id)?;
    let (custody, said) = (document.custody(), document.body);
    let actor = viewer.filter(|viewer| viewer.as_str() == row.client).map(|_| Actor::Client);
    Ok(JobView {
        id: row.id.to_string(),
        client: row.client.clone(),
        home: row.home.clone(),
        custody,
        allowed: may(Machine::Job, row.state, actor),
        state: row.state.to_string(),
        head: row.head.to_string(),
        title: said.title,
        text: said.text,
        seats: said.seats,
        hours_per_week: said.hours_per_week,
        language: said.language,
        languages: said.languages,
        pay_text: said.pay.as_ref().map(ToString::to_string),
        pay: said.pay,
        place: said.place,
        schedule: said.schedule,
        skills: said.skills,
        posted_at: time(row.posted_at),
        expires_at: time(row.expires_at),
    })
}

/// Bids for somebody who may see them, each with the client of its job; one whose document was erased is not there any more.
pub async fn bids(db: &impl Sql, rows: &[(BidRow, Did)], viewer: &Did) -> Result<Vec<BidView>, UseError> {
    let ids = || rows.iter().map(|(row, _)| *row.id.hash());
    let documents = documents::shown(db, ids()).await?;
    let of_bids = newest_by_bids(db, ids()).await?;
    let shown = rows.iter().filter_map(|(row, client)| {
        let contract = of_bids.get(row.id.hash());
        Some(bid_said(row, &documents.get(row.id.hash())?.bytes, (client, viewer), contract))
    });
    shown.collect()
}

/// A bid for one of the two who may see it; `client` is the job's.
///
/// # Errors
/// `NotFound` once its document was erased.
pub async fn bid(db: &impl Sql, row: &BidRow, client: &Did, viewer: &Did) -> Result<BidView, UseError> {
    let shown = bids(db, &[(row.clone(), client.clone())], viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("bid"))?)
}

fn bid_said(
    row: &BidRow,
    document: &[u8],
    (client, viewer): (&Did, &Did),
    contract: Option<&DocumentId>,
) -> Result<BidView, UseError> {
    let document = StoredDocument::<Bid>::read(document, &row.id)?;
    let (custody, said) = (document.custody(), document.body);
    let actor = match viewer {
        viewer if *viewer == row.freelancer => Some(Actor::Freelancer),
        viewer if viewer == client => Some(Actor::Client),
        _ => None,
    };
    Ok(BidView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.home.to_string(),
        custody,
        allowed: may(Machine::Bid, row.state, actor),
        state: row.state.to_string(),
        refused: None,
        head: row.head.to_string(),
        text: said.text,
        days: said.days,
        language: said.language,
        pay_text: said.pay.as_ref().map(ToString::to_string),
        pay: said.pay,
        contract: contract.map(ToString::to_string),
        made_at: time(row.made_at),
    })
}

/// What became of the last move that a person sent to the home that keeps the order.
#[derive(Debug, Default)]
pub struct OnItsWay {
    /// Its id, while the home has not answered.
    pub queued: Option<String>,
    /// The home's reason, if it said no.
    pub refused: Option<String>,
}

/// What became of the last move of a person on a job.
///
/// # Errors
/// Those of the store.
pub async fn on_its_way(
    db: &impl Sql,
    job: &DocumentId,
    person: &Did,
    home: &NodeName,
) -> Result<OnItsWay, UseError> {
    let Some(row) = deliveries::newest(db, job, person, home.as_str()).await? else {
        return Ok(OnItsWay::default());
    };
    let document = documents::find_hash(db, &row.document).await?;
    let waits = document.filter(|_| row.state == DeliveryState::Waiting);
    Ok(OnItsWay { queued: waits.map(|document| document.id.to_string()), refused: row.refusal })
}
