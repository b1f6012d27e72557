//! Rows and documents as people see them.

use hanse_document::{Body, Did, DocumentId, NodeName, Timestamp, Verified};
use hanse_lifecycle::{Actor, Machine, allowed};
use hanse_store::accounts::AccountRow;
use hanse_store::contracts::{self, BidRow, ContractRow};
use hanse_store::history::{self, HistoryRow};
use hanse_store::jobs::JobRow;
use hanse_store::reviews::ReviewRow;
use hanse_store::{Sql, deliveries, documents};

use crate::Engine;
use crate::apply::contract::side;
use crate::apply::{reread, state};
use crate::author::said;
use crate::error::{Failure, UseError};
use crate::publish::WAITING;
use crate::requests::{BidRequest, JobRequest, OfferRequest, StepRequest};
use crate::views::{BidView, ContractView, Engaged, Happening, JobView, Person, ReviewView, Session};

/// A stored time in its written form.
pub(crate) fn time(seconds: i64) -> String {
    // What is stored came from a clock of ours or a document: it is in range.
    Timestamp::from_unix(seconds).map(|time| time.to_string()).unwrap_or_default()
}

pub(crate) fn person(engine: &Engine, account: &AccountRow) -> Person {
    let name = engine.config().name.to_string();
    Person {
        did: account.did.to_string(),
        handle: account.handle.clone(),
        home: name.clone(),
        custody: name,
        created_at: time(account.created_at),
    }
}

pub(crate) fn session(
    account: &AccountRow,
    id: String,
    refresh: String,
    scopes: &str,
    expires_at: i64,
) -> Session {
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
pub(crate) async fn load(db: &impl Sql, id: &DocumentId) -> Result<Verified, UseError> {
    let row = documents::find(db, id).await?.ok_or_else(|| Failure::unreadable(id, "is gone"))?;
    Ok(reread(&row)?)
}

fn custody(document: &Verified) -> Option<String> {
    document.custody().map(ToString::to_string)
}

/// What the viewer may do, in words; somebody without a part may do nothing.
fn may(machine: Machine, text: &str, actor: Option<Actor>) -> Result<Vec<String>, UseError> {
    let state = state(text)?;
    let events = actor.map(|actor| allowed(machine, state, actor)).unwrap_or_default();
    Ok(events.iter().map(|event| event.name().to_owned()).collect())
}

pub(crate) async fn job(db: &impl Sql, row: &JobRow, viewer: Option<&Did>) -> Result<JobView, UseError> {
    let document = load(db, &row.id).await?;
    let said: JobRequest = said(document.body(), &["home"])?;
    let actor = viewer.filter(|viewer| **viewer == row.client).map(|_| Actor::Client);
    Ok(JobView {
        id: row.id.to_string(),
        client: row.client.to_string(),
        home: row.home.to_string(),
        custody: custody(&document),
        allowed: may(Machine::Job, &row.state, actor)?,
        state: row.state.clone(),
        head: row.head.to_string(),
        title: said.title,
        text: said.text,
        seats: said.seats,
        hours_per_week: said.hours_per_week,
        language: said.language,
        languages: said.languages,
        pay: said.pay,
        place: said.place,
        schedule: said.schedule,
        skills: said.skills,
        posted_at: time(row.posted_at),
        expires_at: time(row.expires_at),
    })
}

/// A bid for one of the two who may see it; `client` is the job's.
pub(crate) async fn bid(
    db: &impl Sql,
    row: &BidRow,
    client: &Did,
    viewer: &Did,
) -> Result<BidView, UseError> {
    let document = load(db, &row.id).await?;
    let said: BidRequest = said(document.body(), &["home", "job", "to"])?;
    let actor = match viewer {
        viewer if *viewer == row.freelancer => Some(Actor::Freelancer),
        viewer if viewer == client => Some(Actor::Client),
        _ => None,
    };
    let contract = contracts::by_bid(db, &row.id).await?;
    Ok(BidView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.home.to_string(),
        custody: custody(&document),
        allowed: may(Machine::Bid, &row.state, actor)?,
        state: row.state.clone(),
        refused: None,
        head: row.head.to_string(),
        text: said.text,
        days: said.days,
        language: said.language,
        pay: said.pay,
        contract: contract.map(|contract| contract.id.to_string()),
        made_at: time(row.made_at),
    })
}

/// A contract for one of its sides.
pub(crate) async fn contract(
    db: &impl Sql,
    row: &ContractRow,
    viewer: &Did,
) -> Result<ContractView, UseError> {
    let OnItsWay { queued, refused } = on_its_way(db, &row.job, viewer, &row.client_home).await?;
    let terms = load(db, &row.terms).await?;
    let terms: OfferRequest = said(terms.body(), &[])?;
    let role = side(row, viewer);
    let mut happenings = Vec::new();
    for move_ in history::of(db, &row.id).await? {
        happenings.push(happening(db, &move_).await?);
    }
    Ok(ContractView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        bid: row.bid.to_string(),
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.client_home.to_string(),
        freelancer_home: row.freelancer_home.to_string(),
        role: role.map(|role| role.name().to_owned()).unwrap_or_default(),
        allowed: if queued.is_some() { Vec::new() } else { may(Machine::Contract, &row.state, role)? },
        state: row.state.clone(),
        head: row.head.to_string(),
        scope: terms.scope,
        due: terms.due,
        pay: terms.pay,
        client_engagement: row.client_engagement.map(|leaf| leaf.hex()),
        freelancer_engagement: row.freelancer_engagement.map(|leaf| leaf.hex()),
        engaged: Engaged { client: row.client_engaged, freelancer: row.freelancer_engaged },
        history: happenings,
        queued,
        refused,
        offered_at: time(row.offered_at),
        changed_at: time(row.changed_at),
        closed_at: row.closed_at.map(time),
    })
}

/// What became of the last move that a person sent to the home that keeps the order.
#[derive(Default)]
pub(crate) struct OnItsWay {
    /// Its id, while the home has not answered.
    pub(crate) queued: Option<String>,
    /// The home's reason, if it said no.
    pub(crate) refused: Option<String>,
}

pub(crate) async fn on_its_way(
    db: &impl Sql,
    job: &DocumentId,
    person: &Did,
    home: &NodeName,
) -> Result<OnItsWay, UseError> {
    let Some(row) = deliveries::newest(db, job, person, home.as_str()).await? else {
        return Ok(OnItsWay::default());
    };
    let document = documents::find_hash(db, &row.document).await?;
    let waits = document.filter(|_| row.state == WAITING);
    Ok(OnItsWay { queued: waits.map(|document| document.id.to_string()), refused: row.refusal })
}

async fn happening(db: &impl Sql, row: &HistoryRow) -> Result<Happening, UseError> {
    let document = match &row.document {
        Some(hash) => documents::find_hash(db, hash).await?,
        None => None,
    };
    let verified = document.as_ref().map(reread).transpose()?;
    let said = match verified.as_ref().map(Verified::body) {
        Some(body @ Body::Step(_)) => step_said(body),
        Some(_) | None => None,
    };
    Ok(Happening {
        event: row.event.clone(),
        state: row.state.clone(),
        actor: row.actor.clone(),
        document: verified.map(|document| document.id().to_string()),
        said,
        at: time(row.at),
    })
}

/// What a step says beside its event; `None` if it says nothing.
fn step_said(body: &Body) -> Option<StepRequest> {
    let value = body.to_value();
    let mut said = value.get("body")?.clone();
    said.as_object_mut()?.remove("engagement");
    serde_json::from_value(said).ok().filter(|said| *said != StepRequest::default())
}

/// A review. What is sealed shows only that it exists, except to its author.
pub(crate) async fn review(
    db: &impl Sql,
    row: &ReviewRow,
    viewer: Option<&Did>,
) -> Result<ReviewView, UseError> {
    let mut view = sealed(row);
    let own = viewer.is_some() && row.author.as_ref() == viewer;
    if row.published_at.is_none() && !own {
        return Ok(view);
    }
    if let Some(document) = documents::by_commitment(db, &row.commitment).await? {
        open(db, &mut view, &reread(&document)?).await?;
    }
    if let Some(reply) = row.reply
        && let Body::Reply(reply) = load(db, &reply).await?.body()
    {
        view.reply = Some(reply.text.to_string());
    }
    Ok(view)
}

fn sealed(row: &ReviewRow) -> ReviewView {
    ReviewView {
        commit: row.commit_leaf.hex(),
        contract: row.contract.map(|id| id.to_string()),
        state: row.state.clone(),
        author: None,
        subject: None,
        role: None,
        custody: None,
        rating: None,
        axes: std::collections::BTreeMap::new(),
        on_time: None,
        text: None,
        document: None,
        reply: None,
        committed_at: time(row.committed_at),
        published_at: row.published_at.map(time),
    }
}

/// Fills in what a review document says.
pub(crate) async fn open(db: &impl Sql, view: &mut ReviewView, document: &Verified) -> Result<(), UseError> {
    let Body::Review(review) = document.body() else { return Ok(()) };
    let value = document.body().to_value();
    view.author = Some(document.issuer().to_string());
    view.subject = Some(review.id.to_string());
    view.role = value.get("role").and_then(|role| role.as_str()).map(str::to_owned);
    view.custody = custody(document);
    view.rating = u8::try_from(review.rating.get()).ok();
    view.axes =
        value.get("axes").cloned().and_then(|axes| serde_json::from_value(axes).ok()).unwrap_or_default();
    view.on_time = review.on_time;
    view.document = Some(document.id().to_string());
    let Some(commitment) = &review.text else { return Ok(()) };
    // Erased words are simply not there.
    if let Some(row) = documents::by_commitment(db, commitment).await?
        && let Body::Text(text) = reread(&row)?.body()
    {
        view.text = Some(text.text.to_string());
    }
    Ok(())
}
