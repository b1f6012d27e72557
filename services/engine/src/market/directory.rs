//! Finding people whose home is here: the newest profile first, or by where the words stand. Nobody can buy a place.

use hanse_api::requests::{JobQuery, PeopleQuery};
use hanse_api::views::{ListedPerson, Listing, Page};
use hanse_api::words::Order;
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_base::stored::StoredDocument;
use hanse_document::Did;
use hanse_document::kind::Profile;
use hanse_search::Term;
use hanse_store::Tx;
use hanse_store::accounts::{self, ListedRow};
use hanse_store::jobs::{Place, Relevance, Search};

use crate::Engine;
use crate::market::profiles::said;
use crate::market::search::{search, too_broad};

impl Engine {
    /// People of this node who fit, the newest profile first or by relevance.
    ///
    /// # Errors
    /// `BadField` names the filter that cannot be used, or not with the others; `TooBroad` if finding them takes too long.
    pub async fn people(&self, query: PeopleQuery) -> Result<Page<ListedPerson>, UseError> {
        let asked = as_postings(&query);
        let (mut search, terms) = search(&asked)?;
        // Whoever takes remote work lives somewhere all the same.
        search.remote = query.remote;
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let (rows, next) = match query.sort {
            None | Some(Order::New) => newest(&tx, &query, &search).await?,
            Some(Order::Relevance) => most_relevant(&tx, &query, &search, &terms).await?,
        };
        drop(tx);
        let mut people = present::people(&connection, rows.iter().map(|row| &row.did), self.trust()).await?;
        let mut found = Vec::with_capacity(rows.len());
        for row in &rows {
            let Some(bytes) = &row.bytes else { continue };
            let Some(person) = people.remove(&row.did) else { continue };
            let profile = StoredDocument::<Profile>::read(bytes, &row.document)?.body;
            let rate_text = profile.rate.as_ref().map(ToString::to_string);
            found.push(ListedPerson { person, says: said(profile), rate_text });
        }
        Ok(page(found, next))
    }

    /// Whether a person is in the directory.
    ///
    /// # Errors
    /// `NotFound` for somebody without an account here.
    pub async fn listing(&self, did: &Did) -> Result<Listing, UseError> {
        let unlisted = accounts::is_unlisted(&self.store().connection().await?, did).await?;
        Ok(Listing { listed: !unlisted.ok_or(Refusal::NotFound("account"))? })
    }

    /// Puts a person into the directory, or takes them out of it, from now on.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn put_listing(&self, did: &Did, listing: Listing) -> Result<Listing, UseError> {
        accounts::set_unlisted(&self.store().connection().await?, did, !listing.listed).await?;
        Ok(listing)
    }
}

/// What is asked of a profile is asked as of a posting, with the same words, bounds and refusals.
fn as_postings(query: &PeopleQuery) -> JobQuery {
    JobQuery {
        text: query.text.clone(),
        skill: query.skill.clone(),
        language: query.language.clone(),
        currency: query.currency.clone(),
        per: query.per,
        min_pay: query.min_pay,
        max_pay: query.max_pay,
        country: query.country.clone(),
        near: query.near.clone(),
        latitude_e4: query.latitude_e4,
        longitude_e4: query.longitude_e4,
        within_km: query.within_km,
        sort: query.sort,
        ..JobQuery::default()
    }
}

type Found = (Vec<ListedRow>, Option<String>);

async fn newest(tx: &Tx<'_>, query: &PeopleQuery, search: &Search<'_>) -> Result<Found, UseError> {
    let cut = Cut::<Place>::read(query.cursor.as_deref(), query.limit)?;
    let rows = accounts::listed(tx, search, cut.after, cut.fetch()).await.map_err(too_broad)?;
    Ok(cut.cut(rows, ListedRow::place))
}

async fn most_relevant(
    tx: &Tx<'_>,
    query: &PeopleQuery,
    search: &Search<'_>,
    terms: &[Term],
) -> Result<Found, UseError> {
    let cut = Cut::<(i64, Place)>::read(query.cursor.as_deref(), query.limit)?;
    let of = |read: fn(&Term) -> &String| terms.iter().map(|term| read(term).clone()).collect::<Vec<_>>();
    let (title, named, anywhere) =
        (of(|term| &term.title), of(|term| &term.named), of(|term| &term.anywhere));
    let relevance = Relevance { title: &title, named: &named, anywhere: &anywhere };
    let rows = accounts::listed_by_relevance(tx, search, relevance, cut.after, cut.fetch()).await;
    let (rows, next) = cut.cut(rows.map_err(too_broad)?, |(score, row)| (*score, row.place()));
    Ok((rows.into_iter().map(|(_, row)| row).collect(), next))
}

#[cfg(test)]
mod tests;
