//! Rows and documents as people see them. A page is shown with as many statements as one item.

mod bid;
mod client;
mod clock;
mod contract;
mod dispute;
mod invitation;
mod job;
mod moves;
mod person;
mod review;

use hanse_api::views::{AccountView, ContractView, ReviewView, Session};
use hanse_document::{Did, DocumentId, NodeName, Timestamp, Verified};
use hanse_lifecycle::{Actor, Machine, State, allowed};
use hanse_store::accounts::AccountRow;
use hanse_store::contracts::ContractRow;
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::reviews::ReviewRow;
use hanse_store::{Sql, documents};

use crate::error::{Failure, Refusal, UseError};
use crate::stored::kept;

pub use self::bid::{bid, bids};
pub use self::client::client_facts;
pub use self::clock::contract_at;
pub use self::contract::{contract_moves, contracts};
pub use self::dispute::{arbiters, dispute, disputes};
pub use self::invitation::{invitation, invitations};
pub use self::job::{job, jobs};
pub use self::person::{Records, Viewer, people};
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
pub async fn contract(
    db: &impl Sql,
    row: &ContractRow,
    viewer: Viewer<'_>,
) -> Result<ContractView, UseError> {
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
