//! Postings as people see them.

use hanse_api::views::JobView;
use hanse_document::kind::{Event, Job, Step};
use hanse_document::{Did, DocumentId};
use hanse_lifecycle::{Actor, Machine, State};
use hanse_store::jobs::{self, ShownJob};
use hanse_store::{Sql, documents};

use super::{clock, may, moves, time};
use crate::error::UseError;
use crate::stored::StoredDocument;

/// Postings; one whose document was erased is not there any more.
pub fn jobs(rows: &[ShownJob], viewer: Option<&Did>) -> Result<Vec<JobView>, UseError> {
    let shown = rows.iter().filter_map(|row| Some(said(row, row.document.as_deref()?, viewer)));
    shown.collect()
}

/// One posting, as it stands now, with the reason of its end; `None` if it is not here, or its document was erased.
pub async fn job(db: &impl Sql, id: &DocumentId, viewer: Option<&Did>) -> Result<Option<JobView>, UseError> {
    let Some(row) = jobs::shown(db, id).await? else { return Ok(None) };
    let Some(mut view) = jobs(std::slice::from_ref(&row), viewer)?.pop() else { return Ok(None) };
    if row.state == State::ClosedUnfilled
        && let Some(step) = documents::shown(db, [*row.head.hash()]).await?.get(row.head.hash())
        && let Event::CloseUnfilled { reason } = moves::read::<Step>(step)?.event
    {
        view.closed_because = Some(reason.into());
    }
    Ok(Some(view))
}

fn said(row: &ShownJob, document: &[u8], viewer: Option<&Did>) -> Result<JobView, UseError> {
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
        predecessor: said.predecessor.map(|before| before.to_string()),
        questions: said.questions,
        posting: row.posting.to_string(),
        version: row.version,
        closed_because: None,
        clock: clock::job(row),
        client_facts: None,
        posted_at: time(row.posted_at),
        expires_at: time(row.expires_at),
    })
}
