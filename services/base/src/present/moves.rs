//! What happened to a thing, in words: its history, with what the steps say.

use std::collections::BTreeMap;

use hanse_api::requests::StepRequest;
use hanse_api::views::Happening;
use hanse_document::Kind;
use hanse_document::kind::{Event, Step};
use hanse_store::Sql;
use hanse_store::documents::{self, ShownDocument};
use hanse_store::history::{self, HistoryRow};
use serde::de::DeserializeOwned;

use super::time;
use crate::error::{Failure, UseError};
use crate::stored::StoredDocument;

/// Documents by the hash of their ids.
pub(super) type Documents = BTreeMap<[u8; 32], ShownDocument>;
/// Moves by the hash of what was moved.
pub(super) type Moves = BTreeMap<[u8; 32], Vec<HistoryRow>>;

/// The moves of these things, and the documents that made them, with others that are needed beside.
pub(super) async fn load(
    db: &impl Sql,
    objects: impl IntoIterator<Item = [u8; 32]>,
    others: impl IntoIterator<Item = [u8; 32]>,
) -> Result<(Moves, Documents), UseError> {
    let moves = history::of_all(db, objects).await?;
    let made = moves.values().flatten().filter_map(|moved| moved.document);
    let documents = documents::shown(db, made.chain(others)).await?;
    Ok((moves, documents))
}

/// The moves of one thing in words.
pub(super) fn told(
    moves: &Moves,
    object: &[u8; 32],
    documents: &Documents,
) -> Result<Vec<Happening>, UseError> {
    let rows = moves.get(object).map_or(&[][..], Vec::as_slice);
    rows.iter().map(|row| happening(row, documents)).collect()
}

fn happening(row: &HistoryRow, documents: &Documents) -> Result<Happening, UseError> {
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

/// The body of a document that is shown.
pub(super) fn read<B: DeserializeOwned>(document: &ShownDocument) -> Result<B, Failure> {
    Ok(StoredDocument::read(&document.bytes, &document.id)?.body)
}

/// What a step says beside its event; `None` if it says nothing.
pub(super) fn said(event: Event) -> Option<StepRequest> {
    let milestone = event.milestone();
    let nothing = StepRequest { milestone, ..StepRequest::default() };
    let said = match event {
        Event::CloseUnfilled { reason } | Event::Decline { reason } | Event::Terminate { reason } => {
            StepRequest { reason: Some(reason), ..nothing }
        }
        Event::Withdraw { reason }
        | Event::Rescind { reason }
        | Event::Close { reason }
        | Event::Pause { reason }
        | Event::DeclineAmendment { reason }
        | Event::RequestClose { reason }
        | Event::Cancel { reason }
        | Event::Object { reason } => StepRequest { reason, ..nothing },
        Event::Deliver { note, digest, hours, .. } => StepRequest { note, digest, hours, ..nothing },
        Event::RequestChanges { note, .. } => StepRequest { note: Some(note), ..nothing },
        Event::AcceptDelivery { note, .. }
        | Event::ReportUnpaid { note, .. }
        | Event::Interview { note }
        | Event::Counter { note, .. }
        | Event::ProposeAmendment { note, .. } => StepRequest { note, ..nothing },
        Event::Resume {}
        | Event::Heartbeat {}
        | Event::Fill {}
        | Event::Confirm { .. }
        | Event::Read {}
        | Event::Shortlist {}
        | Event::Unshortlist {}
        | Event::AcceptAmendment { .. }
        | Event::AttestPaid { .. }
        | Event::ConfirmReceived { .. }
        // What is said in a dispute stands in the view of that.
        | Event::Respond { .. }
        | Event::Reopen { .. }
        | Event::ProposeSettlement { .. }
        | Event::Settle { .. }
        | Event::Escalate {}
        | Event::Rule { .. }
        | Event::Appeal { .. } => nothing,
    };
    Some(said).filter(|said| *said != StepRequest::default())
}
