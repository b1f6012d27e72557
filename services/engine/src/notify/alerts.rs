//! Saved searches, and the alerts that they lead to: each new posting that fits one is told once, whatever fails in between.

pub(crate) mod raise;
#[cfg(test)]
mod tests;

use hanse_api::requests::{AlertQuery, JobQuery, SavedSearchRequest};
use hanse_api::views::{AlertView, Page, SavedSearchView};
use hanse_api::words::{JobState, Order};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::present;
use hanse_document::{Did, Line};
use hanse_search::FOLDING;
use hanse_store::accounts;
use hanse_store::alerts::{self, AlertRow, NewSearch, SearchRow};

use crate::Engine;
use crate::market::idempotency::{Asked, Begun, Intent, Unit};
use crate::market::search;

/// Searches of one person. Each is matched with every new posting, so that they are not free; people look for a few things.
pub(crate) const SEARCHES_MAX: i64 = 20;
/// A label fits a line of a list.
const LABEL_CHARS_MAX: usize = 80;
/// As for every page: what a person scrolls through, and what a program reads.
const LIMIT: u32 = 20;
const LIMIT_MAX: u32 = 100;

impl Engine {
    /// Keeps a search of a person whose home is here; they are told of postings that open from now on.
    ///
    /// # Errors
    /// `BadField`, `TooManySearches`, `NotOnce`; `NotFound` for one that an earlier request kept and that was forgotten since.
    pub async fn keep_search(
        &self,
        asked: impl Into<Asked>,
        request: SavedSearchRequest,
    ) -> Result<SavedSearchView, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let label = Line::<1, LABEL_CHARS_MAX>::try_from(request.label.clone())
            .map_err(|fault| Refusal::BadValue { field: "label".to_owned(), fault })?;
        only_asks(&request.query)?;
        let (search, _) = search::search(&request.query)?;
        let query =
            serde_json::to_string(&request.query).map_err(|error| Failure::unreadable("a search", error))?;
        let made_at = self.now().unix();
        let (label, search, folding) = (label.as_str(), &search, FOLDING);
        let new = NewSearch { did, label, query: &query, search, folding, made_at };
        let mut connection = self.store().connection().await?;
        let unit = match Unit::begin(self, &mut connection, &asked, Intent::Do).await? {
            Begun::Now(unit) => unit,
            Begun::Before(tx, id) => {
                let kept = alerts::searches(&tx, did).await?.into_iter().find(|row| row.id == id);
                // It was kept, and forgotten since.
                let kept = saved(kept.ok_or(Refusal::NotFound("saved search"))?)?;
                return Ok(SavedSearchView { replayed: true, ..kept });
            }
        };
        // Of two requests at once the second counts the search of the first.
        accounts::lock_identity(&unit.tx, did).await?;
        if alerts::count(&unit.tx, did).await? >= SEARCHES_MAX {
            return Err(Refusal::TooManySearches(SEARCHES_MAX).into());
        }
        let id = alerts::keep(&unit.tx, &new).await?;
        unit.commit(&id).await?;
        Ok(SavedSearchView {
            id,
            label: request.label,
            query: request.query,
            made_at: present::time(made_at),
            full_at: None,
            replayed: false,
        })
    }

    /// The searches of a person, the oldest first.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn saved_searches(&self, did: &Did) -> Result<Page<SavedSearchView>, UseError> {
        let rows = alerts::searches(&self.store().connection().await?, did).await?;
        let items = rows.into_iter().map(saved).collect::<Result<_, _>>()?;
        Ok(Page { items, next: None })
    }

    /// Forgets a search, and what it has told.
    ///
    /// # Errors
    /// `NotFound`, also for somebody else's.
    pub async fn forget_search(&self, did: &Did, id: &str) -> Result<(), UseError> {
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        if !alerts::delete(&tx, did, id).await? {
            return Err(Refusal::NotFound("saved search").into());
        }
        Ok(tx.commit().await?)
    }

    /// The alerts of a person after a position, the oldest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn alerts(&self, did: &Did, query: &AlertQuery) -> Result<Page<AlertView>, UseError> {
        let limit = query.limit.unwrap_or(LIMIT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            return Err(Refusal::BadField { field: "limit", reason: "must be 1 to 100" }.into());
        }
        let after = after(query.after)?;
        let rows = alerts::of(&self.store().connection().await?, did, after, i64::from(limit) + 1).await?;
        let more = u32::try_from(rows.len()).is_ok_and(|found| found > limit);
        let mut items: Vec<AlertView> = rows.into_iter().map(alert).collect();
        items.truncate(usize::try_from(limit).unwrap_or(1));
        let next = items.last().filter(|_| more).map(|last| last.position.to_string());
        Ok(Page { items, next })
    }
}

/// A position that a caller names; 0 is before all.
pub(crate) fn after(position: Option<i64>) -> Result<i64, Refusal> {
    match position.unwrap_or(0) {
        position if position >= 0 => Ok(position),
        _ => Err(Refusal::BadField { field: "after", reason: "must be a position, 0 or more" }),
    }
}

/// A saved search says what a posting must be; where a page begins, and how long it is, says nothing of that.
fn only_asks(query: &JobQuery) -> Result<(), Refusal> {
    let bad = |field, reason| Err(Refusal::BadField { field, reason });
    if query.cursor.is_some() {
        return bad("cursor", "has no meaning in a saved search");
    }
    if query.limit.is_some() {
        return bad("limit", "has no meaning in a saved search");
    }
    if query.sort == Some(Order::Relevance) {
        return bad("sort", "can only be `new`: a saved search tells of new postings");
    }
    if query.state.is_some_and(|state| state != JobState::Open) {
        return bad("state", "can only be `open`: a saved search tells of new postings");
    }
    Ok(())
}

fn saved(row: SearchRow) -> Result<SavedSearchView, UseError> {
    let query =
        serde_json::from_str(&row.query).map_err(|error| Failure::unreadable("a saved search", error))?;
    Ok(SavedSearchView {
        id: row.id,
        label: row.label,
        query,
        made_at: present::time(row.made_at),
        full_at: (row.full_at > 0).then(|| present::time(row.full_at)),
        replayed: false,
    })
}

/// An alert as its person sees it.
pub(crate) fn alert(row: AlertRow) -> AlertView {
    AlertView {
        position: row.position,
        event: "job.published".to_owned(),
        search: row.search,
        label: row.label,
        job: row.job.to_string(),
        title: row.title,
        client: row.client.to_string(),
        home: row.home,
        at: present::time(row.at),
    }
}
