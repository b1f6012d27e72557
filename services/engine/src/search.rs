//! Finding postings. The words are matched as PostgreSQL's web search does; the order is by time, and nobody can buy a place.

use hanse_document::{Did, Language, Skill};
use hanse_lifecycle::{Machine, State, table};
use hanse_store::jobs::{self, Search};

use crate::error::{Refusal, UseError};
use crate::page::{Cut, page};
use crate::requests::JobQuery;
use crate::views::{JobView, Page};
use crate::{Engine, show};

/// A search is a few words; a longer one is a mistake.
const TEXT_CHARS_MAX: usize = 500;

impl Engine {
    /// Postings of the whole federation that match, newest first.
    ///
    /// # Errors
    /// `BadField` names the filter that cannot be used.
    pub async fn jobs(&self, query: JobQuery) -> Result<Page<JobView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        check(&query)?;
        let open = (query.state.is_none() && query.client.is_none()).then_some(State::Open.name());
        let search = Search {
            text: query.text.as_deref().filter(|text| !text.trim().is_empty()),
            skill: query.skill.as_deref(),
            language: query.language.as_deref(),
            remote: query.remote,
            client: query.client.as_deref(),
            state: query.state.as_deref().or(open),
            after: cut.after,
        };
        let connection = self.store().connection().await?;
        let rows = jobs::search(&connection, &search, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.posted_at, *row.id.hash()));
        let mut items = Vec::new();
        for row in &rows {
            items.push(show::job(&connection, row, None).await?);
        }
        Ok(page(items, next))
    }
}

fn check(query: &JobQuery) -> Result<(), Refusal> {
    let bad = |field, reason| Err(Refusal::BadField { field, reason });
    if query.text.as_ref().is_some_and(|text| text.chars().count() > TEXT_CHARS_MAX || text.contains('\0')) {
        return bad("text", "must be at most 500 characters");
    }
    if query.skill.as_ref().is_some_and(|skill| Skill::parse(skill).is_err()) {
        return bad("skill", "must be an ESCO id or a `local:` slug");
    }
    if query.language.as_ref().is_some_and(|language| Language::parse(language).is_err()) {
        return bad("language", "must be a language tag such as `fr` or `pt-BR`");
    }
    if query.client.as_ref().is_some_and(|client| Did::parse(client).is_err()) {
        return bad("client", "must be a `did:key:z6Mk…`");
    }
    let is_state = |text: &String| table(Machine::Job).iter().any(|row| row.to.name() == text.as_str());
    if query.state.as_ref().is_some_and(|text| !is_state(text)) {
        return bad("state", "must be a state of a job");
    }
    Ok(())
}
