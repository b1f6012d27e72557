//! Bids as the two see them whom they concern.

use std::collections::BTreeMap;

use hanse_api::views::BidView;
use hanse_document::DocumentId;
use hanse_document::kind::Bid;
use hanse_lifecycle::{Actor, Machine};
use hanse_store::Sql;
use hanse_store::contracts::{BidRow, newest_by_bids};
use hanse_store::jobs::JobRow;

use super::moves::{self, Documents, Moves};
use super::person::{self, Said, Viewer};
use super::{clock, may, time};
use crate::error::{Refusal, UseError};
use crate::stored::StoredDocument;

/// What bids are shown from, beside their rows.
struct Beside {
    documents: Documents,
    moves: Moves,
    contracts: BTreeMap<[u8; 32], DocumentId>,
    people: Said,
}

/// Bids for somebody who may see them, each with its job; one whose document was erased is not there any more.
pub async fn bids(
    db: &impl Sql,
    rows: &[(BidRow, JobRow)],
    viewer: Viewer<'_>,
) -> Result<Vec<BidView>, UseError> {
    let ids = || rows.iter().map(|(row, _)| *row.id.hash());
    let said = rows.iter().map(|(row, _)| *row.said.hash());
    let (moves, documents) = moves::load(db, ids(), said).await?;
    let others = rows.iter().map(|(row, job)| viewer.other(&job.client, &row.freelancer));
    let people = Box::pin(person::said(db, others)).await?;
    let beside = Beside { documents, moves, contracts: newest_by_bids(db, ids()).await?, people };
    rows.iter().filter_map(|(row, job)| shown(row, job, viewer, &beside).transpose()).collect()
}

/// A bid for one of the two who may see it.
///
/// # Errors
/// `NotFound` once its document was erased.
pub async fn bid(db: &impl Sql, row: &BidRow, job: &JobRow, viewer: Viewer<'_>) -> Result<BidView, UseError> {
    let shown = bids(db, &[(row.clone(), job.clone())], viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("bid"))?)
}

fn shown(
    row: &BidRow,
    job: &JobRow,
    viewer: Viewer<'_>,
    beside: &Beside,
) -> Result<Option<BidView>, UseError> {
    let Some(document) = beside.documents.get(row.said.hash()) else { return Ok(None) };
    let document = StoredDocument::<Bid>::read(&document.bytes, &row.said)?;
    let (custody, said) = (document.custody(), document.body);
    let actor = match viewer.did {
        viewer if *viewer == row.freelancer => Some(Actor::Freelancer),
        viewer if *viewer == job.client => Some(Actor::Client),
        _ => None,
    };
    Ok(Some(BidView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.home.to_string(),
        other_side: viewer.sees(&beside.people, viewer.other(&job.client, &row.freelancer))?,
        custody,
        allowed: may(Machine::Bid, row.state, actor),
        state: row.state.to_string(),
        refused: None,
        head: row.head.to_string(),
        agent: said.agent,
        answers: said.answers,
        posting: row.posting.to_string(),
        amended_since: row.posting != job.posting,
        text: said.text,
        days: said.days,
        language: said.language,
        pay_text: said.pay.as_ref().map(ToString::to_string),
        pay: said.pay,
        contract: beside.contracts.get(row.id.hash()).map(ToString::to_string),
        history: moves::told(&beside.moves, row.id.hash(), &beside.documents)?,
        clock: clock::bid(row.state, job.expires_at),
        made_at: time(row.made_at),
    }))
}
