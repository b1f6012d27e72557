//! What people are told of the moves of others: written with the move, given its place among alerts by the process that leads, read here.

pub(crate) mod place;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use hanse_api::requests::{NotificationPreferencesRequest, NotificationQuery};
use hanse_api::views::{NotificationPreferencesView, NotificationView, Page, SeenView};
use hanse_api::words::SentenceLanguage;
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_document::{Did, DocumentId, Kind};
use hanse_lifecycle::News;
use hanse_notify::sentence;
use hanse_store::notifications::{self, NotificationRow};

use crate::Engine;

impl Engine {
    /// What a person was told, the newest first. `language` is that of the request, where it does not name one.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn notifications(
        &self,
        did: &Did,
        query: &NotificationQuery,
        language: SentenceLanguage,
    ) -> Result<Page<NotificationView>, UseError> {
        let cut = Cut::<i64>::read(query.cursor.as_deref(), query.limit)?;
        let before = cut.after.unwrap_or(i64::MAX);
        let connection = self.store().connection().await?;
        let rows = notifications::before(&connection, did, query.unseen, before, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| row.position);
        let language = query.language.unwrap_or(language);
        Ok(page(rows.into_iter().map(|row| notification(row, language)).collect(), next))
    }

    /// A person has seen all up to a position.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn see_notifications(&self, did: &Did, up_to: i64) -> Result<SeenView, UseError> {
        if up_to < 0 {
            return Err(Refusal::BadField { field: "up_to", reason: "must be a position, 0 or more" }.into());
        }
        let seen = notifications::see(&self.store().connection().await?, did, up_to).await?;
        Ok(SeenView { seen })
    }

    /// What a person wants to be told.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn notification_preferences(&self, did: &Did) -> Result<NotificationPreferencesView, UseError> {
        let off = notifications::off(&self.store().connection().await?, did).await?;
        Ok(preferences(&off.iter().filter_map(|name| name.parse().ok()).collect()))
    }

    /// Says what a person does not want to be told; from now on it is not even written down.
    ///
    /// # Errors
    /// `BadField` for a name that no event has.
    pub async fn put_notification_preferences(
        &self,
        did: &Did,
        request: &NotificationPreferencesRequest,
    ) -> Result<NotificationPreferencesView, UseError> {
        const REASON: &str =
            "must be names of events, such as `bid.read`; GET lists them all, under `on` and `off`";
        let off = request.off.iter().map(|name| name.parse()).collect::<Result<BTreeSet<News>, _>>();
        let off = off.map_err(|_| Refusal::BadField { field: "off", reason: REASON })?;
        let names: Vec<&str> = off.iter().map(|news| news.name()).collect();
        notifications::put_off(&self.store().connection().await?, did, &names).await?;
        Ok(preferences(&off))
    }
}

fn preferences(off: &BTreeSet<News>) -> NotificationPreferencesView {
    let (off, on) = News::ALL.iter().partition::<Vec<News>, _>(|news| off.contains(news));
    let names = |news: Vec<News>| news.into_iter().map(|news| news.name().to_owned()).collect();
    NotificationPreferencesView { off: names(off), on: names(on) }
}

/// A notification as its person sees it.
pub(crate) fn notification(row: NotificationRow, language: SentenceLanguage) -> NotificationView {
    NotificationView {
        position: row.position,
        event: row.news.name().to_owned(),
        text: sentence(row.news, row.title.as_deref(), language),
        object: row.object.to_string(),
        job: row.job.map(|hash| DocumentId::new(Kind::Job, hash).to_string()),
        title: row.title,
        actor: row.actor.name().to_owned(),
        at: present::time(row.at),
        seen: row.seen,
    }
}
