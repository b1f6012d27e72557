//! Invitations as the two see them whom they concern.

use std::collections::BTreeMap;

use hanse_api::views::InvitationView;
use hanse_document::Kind;
use hanse_document::kind::Invitation;
use hanse_document::kind::Job;
use hanse_lifecycle::{Actor, Machine};
use hanse_store::contracts::InvitationRow;
use hanse_store::{Sql, jobs};

use super::moves::{self, Documents, Moves};
use super::person::{self, Said, Viewer};
use super::{clock, may, time};
use crate::error::{Refusal, UseError};

/// Invitations for somebody who may see them; one whose document was erased is not there any more.
pub async fn invitations(
    db: &impl Sql,
    rows: &[InvitationRow],
    viewer: Viewer<'_>,
) -> Result<Vec<InvitationView>, UseError> {
    let ids: Vec<[u8; 32]> = rows.iter().map(|row| *row.id.hash()).collect();
    let (moves, documents) = moves::load(db, ids.iter().copied(), ids.iter().copied()).await?;
    let of: Vec<[u8; 32]> = rows.iter().map(|row| *row.job.hash()).collect();
    let mut titles = BTreeMap::new();
    for job in jobs::shown_all(db, &of).await? {
        let document = job.document.as_deref();
        let said =
            document.map(|bytes| crate::stored::StoredDocument::<Job>::read(bytes, &job.id)).transpose()?;
        titles.extend(said.map(|said| (*job.id.hash(), String::from(said.body.title))));
    }
    let others = rows.iter().map(|row| viewer.other(&row.client, &row.freelancer));
    let people = Box::pin(person::said(db, others)).await?;
    let shown = |row| shown(row, viewer, (&moves, &documents), &titles, &people).transpose();
    rows.iter().filter_map(shown).collect()
}

/// An invitation for one of the two who may see it.
///
/// # Errors
/// `NotFound` once its document was erased.
pub async fn invitation(
    db: &impl Sql,
    row: &InvitationRow,
    viewer: Viewer<'_>,
) -> Result<InvitationView, UseError> {
    let shown = invitations(db, std::slice::from_ref(row), viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("invitation"))?)
}

fn shown(
    row: &InvitationRow,
    viewer: Viewer<'_>,
    (moves, documents): (&Moves, &Documents),
    titles: &BTreeMap<[u8; 32], String>,
    people: &Said,
) -> Result<Option<InvitationView>, UseError> {
    let document = documents.get(row.id.hash()).filter(|document| document.id.kind() == Kind::Invitation);
    let Some(document) = document else { return Ok(None) };
    let said: Invitation = moves::read(document)?;
    let actor = match viewer.did {
        viewer if *viewer == row.freelancer => Some(Actor::Freelancer),
        viewer if *viewer == row.client => Some(Actor::Client),
        _ => None,
    };
    Ok(Some(InvitationView {
        id: row.id.to_string(),
        job: row.job.to_string(),
        title: titles.get(row.job.hash()).cloned(),
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.home.to_string(),
        other_side: viewer.sees(people, viewer.other(&row.client, &row.freelancer))?,
        state: row.state.to_string(),
        allowed: may(Machine::Invitation, row.state, actor),
        head: row.head.to_string(),
        note: said.note,
        history: moves::told(moves, row.id.hash(), documents)?,
        clock: clock::invitation(row),
        made_at: time(row.made_at),
    }))
}
