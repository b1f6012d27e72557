//! Contracts as their two sides see them.

use std::collections::BTreeMap;

use hanse_api::requests::StepRequest;
use hanse_api::views::{ContractView, Engaged, Happening};
use hanse_document::kind::{Event, Step, Terms};
use hanse_document::{Date, Did, DocumentId, Kind};
use hanse_lifecycle::Machine;
use hanse_store::Sql;
use hanse_store::contracts::ContractRow;
use hanse_store::deliveries::{self, DeliveryRow, DeliveryState};
use hanse_store::documents::{self, ShownDocument};
use hanse_store::history::{self, HistoryRow};
use serde::de::DeserializeOwned;

use super::{may, time};
use crate::error::{Failure, UseError};
use crate::stored::{StoredDocument, side};

/// What contracts are shown from, beside their rows.
struct Beside {
    documents: BTreeMap<[u8; 32], ShownDocument>,
    history: BTreeMap<[u8; 32], Vec<HistoryRow>>,
    on_their_way: BTreeMap<[u8; 32], (DeliveryRow, DocumentId)>,
}

/// Contracts for one of their sides.
pub async fn contracts(
    db: &impl Sql,
    rows: &[ContractRow],
    viewer: &Did,
) -> Result<Vec<ContractView>, UseError> {
    let ways: Vec<(&DocumentId, &str)> =
        rows.iter().map(|row| (&row.job, row.client_home.as_str())).collect();
    let (on_their_way, history) = tokio::join!(
        deliveries::newest_all(db, &ways, viewer),
        history::of_all(db, rows.iter().map(|row| *row.id.hash()))
    );
    let (on_their_way, history) = (on_their_way?, history?);
    let terms = rows.iter().map(|row| *row.terms.hash());
    let moves = history.values().flatten().filter_map(|moved| moved.document);
    let documents = documents::shown(db, terms.chain(moves)).await?;
    let beside = Beside { documents, history, on_their_way };
    rows.iter().map(|row| shown(row, &beside, viewer)).collect()
}

/// A contract whose terms were erased is shown without them: that it was made, and what became of it, stays true.
fn shown(row: &ContractRow, beside: &Beside, viewer: &Did) -> Result<ContractView, UseError> {
    let way = beside.on_their_way.get(row.job.hash());
    let queued =
        way.filter(|(delivery, _)| delivery.state == DeliveryState::Waiting).map(|(_, id)| id.to_string());
    let terms = beside.documents.get(row.terms.hash()).map(read::<Terms>).transpose()?;
    let (scope, due, pay) = terms.map_or_else(
        || (String::new(), day(row.due_day), None),
        |Terms { scope, due, pay, .. }| (scope.into(), due.to_string(), pay),
    );
    let role = side(row, viewer);
    let moves = beside.history.get(row.id.hash()).map_or(&[][..], Vec::as_slice);
    let happenings = moves.iter().map(|moved| happening(moved, &beside.documents));
    Ok(ContractView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        bid: row.bid.to_string(),
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.client_home.to_string(),
        freelancer_home: row.freelancer_home.to_string(),
        role: role.map(|role| role.name().to_owned()).unwrap_or_default(),
        allowed: if queued.is_some() { Vec::new() } else { may(Machine::Contract, row.state, role) },
        state: row.state.to_string(),
        head: row.head.to_string(),
        scope,
        due,
        pay_text: pay.as_ref().map(ToString::to_string),
        pay,
        client_engagement: row.client_engagement.map(|leaf| leaf.hex()),
        freelancer_engagement: row.freelancer_engagement.map(|leaf| leaf.hex()),
        engaged: Engaged { client: row.client_engaged, freelancer: row.freelancer_engaged },
        history: happenings.collect::<Result<_, _>>()?,
        queued,
        refused: way.and_then(|(delivery, _)| delivery.refusal.clone()),
        offered_at: time(row.offered_at),
        changed_at: time(row.changed_at),
        closed_at: row.closed_at.map(time),
    })
}

fn happening(row: &HistoryRow, documents: &BTreeMap<[u8; 32], ShownDocument>) -> Result<Happening, UseError> {
    let document = row.document.as_ref().and_then(|hash| documents.get(hash));
    let step = document.filter(|document| document.id.kind() == Kind::Step).map(read::<Step>).transpose()?;
    Ok(Happening {
        event: row.event.to_string(),
        state: row.state.to_string(),
        actor: row.actor.to_string(),
        document: document.map(|document| document.id.to_string()),
        said: step.and_then(|step| said(step.event)),
        at: time(row.at),
    })
}

fn read<B: DeserializeOwned>(document: &ShownDocument) -> Result<B, Failure> {
    Ok(StoredDocument::read(&document.bytes, &document.id)?.body)
}

/// What a step says beside its event; `None` if it says nothing.
fn said(event: Event) -> Option<StepRequest> {
    let (reason, note, digest) = match event {
        Event::CloseUnfilled { reason } | Event::Decline { reason } => (Some(reason), None, None),
        Event::Withdraw { reason } | Event::Rescind { reason } | Event::Close { reason } => {
            (reason, None, None)
        }
        Event::Deliver { note, digest } => (None, note, digest),
        Event::AcceptDelivery { note } => (None, note, None),
        Event::Fill {} | Event::AttestPaid {} | Event::ConfirmReceived { .. } => (None, None, None),
    };
    let said = StepRequest { reason, note, digest };
    Some(said).filter(|said| *said != StepRequest::default())
}

/// A stored day in its written form.
fn day(day: i64) -> String {
    let day = u32::try_from(day).ok().and_then(|day| Date::from_day(day).ok());
    day.map(|day| day.to_string()).unwrap_or_default()
}
