//! Finding postings: the newest first, or by where the words stand. Nobody can buy a place.

pub(crate) mod fold;

use hanse_api::requests::JobQuery;
use hanse_api::views::{JobView, Page};
use hanse_api::words::{JobState, Order};
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_document::kind::job::{Seats, WeekHours};
use hanse_document::kind::pay::AMOUNT_MAX;
use hanse_document::kind::place::{LATITUDE_E4_MAX, LONGITUDE_E4_MAX};
use hanse_document::kind::{PayKind, Per};
use hanse_document::{Country, Currency, Did, Language, Skill, Timestamp};
use hanse_lifecycle::State;
use hanse_search::places::{self, Unplaced};
use hanse_search::{Asked, Term, Unasked};
use hanse_store::jobs::{self, Near, Place, Relevance, Search, ShownJob};
use hanse_store::{StoreError, Tx};

use crate::Engine;

/// A search is a few words; a longer one is a mistake.
const TEXT_CHARS_MAX: usize = 500;
/// As much of an unknown name is said again as a long one has.
const NAME_CHARS_TOLD: usize = 60;

impl Engine {
    /// Postings of the whole federation that fit, newest first or by relevance.
    ///
    /// # Errors
    /// `BadField` names the filter that cannot be used, or not with the others; `TooBroad` if finding them takes too long.
    pub async fn jobs(&self, query: JobQuery) -> Result<Page<JobView>, UseError> {
        let (search, terms) = search(&query)?;
        let open = (query.state.is_none() && query.client.is_none()).then_some(State::Open);
        let state = query.state.map(state).or(open);
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let (rows, next) = match query.sort {
            None | Some(Order::New) => newest(&tx, &query, &search, state).await?,
            Some(Order::Relevance) => most_relevant(&tx, &query, &search, (&terms, state)).await?,
        };
        drop(tx);
        Ok(page(present::jobs(&rows, None)?, next))
    }
}

async fn newest(
    tx: &Tx<'_>,
    query: &JobQuery,
    search: &Search<'_>,
    state: Option<State>,
) -> Result<(Vec<ShownJob>, Option<String>), UseError> {
    let cut = Cut::<Place>::read(query.cursor.as_deref(), query.limit)?;
    let rows = jobs::search(tx, search, state, cut.after, cut.fetch()).await.map_err(too_broad)?;
    Ok(cut.cut(rows, place))
}

/// By where the words stand, and the newest first among those with the same: what is posted while somebody turns pages moves none of those
/// that they have not seen.
async fn most_relevant(
    tx: &Tx<'_>,
    query: &JobQuery,
    search: &Search<'_>,
    (terms, state): (&[Term], Option<State>),
) -> Result<(Vec<ShownJob>, Option<String>), UseError> {
    let cut = Cut::<(i64, Place)>::read(query.cursor.as_deref(), query.limit)?;
    let of = |read: fn(&Term) -> &String| terms.iter().map(|term| read(term).clone()).collect::<Vec<_>>();
    let (title, named, anywhere) =
        (of(|term| &term.title), of(|term| &term.named), of(|term| &term.anywhere));
    let relevance = Relevance { title: &title, named: &named, anywhere: &anywhere };
    let rows = jobs::relevant(tx, search, relevance, state, cut.after, cut.fetch()).await;
    let (rows, next) = cut.cut(rows.map_err(too_broad)?, |(score, row)| (*score, place(row)));
    Ok((rows.into_iter().map(|(_, row)| row).collect(), next))
}

fn place(row: &ShownJob) -> Place {
    (row.posted_at, *row.id.hash())
}

pub(crate) fn too_broad(error: StoreError) -> UseError {
    if error.is_timeout() { Refusal::TooBroad.into() } else { error.into() }
}

const fn state(of: JobState) -> State {
    match of {
        JobState::Open => State::Open,
        JobState::Paused => State::Paused,
        JobState::Stale => State::Stale,
        JobState::ClosedUnfilled => State::ClosedUnfilled,
        JobState::Filled => State::Filled,
        JobState::Expired => State::Expired,
        JobState::Completed => State::Completed,
    }
}

/// What a query asks of a posting, if all of it can be asked together, and what counts for the order.
pub(crate) fn search(query: &JobQuery) -> Result<(Search<'_>, Vec<Term>), Refusal> {
    let asked = words(query)?;
    numbers(query)?;
    together(query)?;
    around(query)?;
    let point = match &query.near {
        Some(name) => Some(town(name)?),
        None => query.latitude_e4.zip(query.longitude_e4),
    };
    let near = point.zip(query.within_km);
    let (words, terms) = asked.map(|asked| (asked.query, asked.terms)).unzip();
    let search = Search {
        words,
        skill: query.skill.as_ref().map(Skill::as_str),
        language: query.language.as_ref().map(Language::as_str),
        remote: query.remote,
        client: query.client.as_ref().map(Did::as_str),
        pay_kind: query.pay.map(PayKind::name),
        currency: query.currency.as_ref().map(Currency::as_str),
        pay_per: query.per.map(Per::name),
        least_pay: query.min_pay,
        most_pay: query.max_pay,
        country: query.country.as_ref().map(Country::as_str),
        near: near.map(|((latitude_e4, longitude_e4), within_km)| Near {
            latitude_e4,
            longitude_e4,
            within_km: within_km.signed(),
        }),
        posted_since: query.posted_since.map(Timestamp::unix),
        least_seats: query.min_seats.map(Seats::signed),
        least_hours: query.min_hours.map(WeekHours::signed),
        most_hours: query.max_hours.map(WeekHours::signed),
    };
    Ok((search, terms.unwrap_or_default()))
}

/// The coordinates of a town.
fn town(name: &str) -> Result<(i32, i32), Refusal> {
    let town = places::find(name).map_err(|unplaced| match unplaced {
        Unplaced::Unknown => Refusal::UnknownPlace(name.chars().take(NAME_CHARS_TOLD).collect()),
        Unplaced::Several(towns) => Refusal::SeveralPlaces {
            name: name.to_owned(),
            towns: towns.iter().map(ToString::to_string).collect(),
        },
    })?;
    Ok((town.latitude_e4, town.longitude_e4))
}

fn bad(field: &'static str, reason: &'static str) -> Result<(), Refusal> {
    Err(Refusal::BadField { field, reason })
}

/// The words, folded as those of postings are. Spaces ask for nothing.
pub(crate) fn words(query: &JobQuery) -> Result<Option<Asked>, Refusal> {
    let bad = |reason| Err(Refusal::BadField { field: "text", reason });
    let Some(text) = query.text.as_deref().filter(|text| !text.trim().is_empty()) else {
        return Ok(None);
    };
    if text.contains('\0') {
        return bad("must not have U+0000 in it");
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        return bad("must be at most 500 characters");
    }
    match Asked::read(text, query.language.as_ref().map(Language::as_str)) {
        Ok(asked) => Ok(Some(asked)),
        Err(Unasked::TooMany) => bad("must be at most 16 words, or 128 signs of a script without spaces"),
        Err(Unasked::Nothing) => bad("has no word to search by"),
    }
}

/// Each number by itself: the bounds are those of the document.
fn numbers(query: &JobQuery) -> Result<(), Refusal> {
    let outside = |amount: Option<i64>| {
        amount.is_some_and(|amount| !u64::try_from(amount).is_ok_and(|amount| amount <= AMOUNT_MAX))
    };
    if outside(query.min_pay) || outside(query.max_pay) {
        let field = if outside(query.min_pay) { "min_pay" } else { "max_pay" };
        return bad(field, "must be 0 to 1,000,000,000,000 minor units");
    }
    let north = -LATITUDE_E4_MAX..=LATITUDE_E4_MAX;
    if query.latitude_e4.is_some_and(|e4| !north.contains(&e4)) {
        return bad("latitude_e4", "must be -900,000 to 900,000");
    }
    let east = -LONGITUDE_E4_MAX..=LONGITUDE_E4_MAX;
    if query.longitude_e4.is_some_and(|e4| !east.contains(&e4)) {
        return bad("longitude_e4", "must be -1,800,000 to 1,800,000");
    }
    Ok(())
}

/// Where it is to be: near a town or a point, each with how near, or in a country.
fn around(query: &JobQuery) -> Result<(), Refusal> {
    let (north, east) = (query.latitude_e4.is_some(), query.longitude_e4.is_some());
    if query.near.is_some() && (north || east) {
        return bad("near", "names the point that `latitude_e4` and `longitude_e4` give: say one of the two");
    }
    if query.near.is_some() && query.within_km.is_none() {
        return bad("near", "needs `within_km`, the kilometres around it");
    }
    if query.near.is_none() && (north != east || north != query.within_km.is_some()) {
        return bad("within_km", "goes with `near`, or with `latitude_e4` and `longitude_e4`");
    }
    if query.remote == Some(true) && query.country.is_some() {
        return bad("country", "asks for a place, `remote` for none");
    }
    if query.remote == Some(true) && query.within_km.is_some() {
        return bad("within_km", "asks for a place, `remote` for none");
    }
    Ok(())
}

/// What contradicts itself, or says too little to be asked: a number without its unit would compare what cannot be compared.
fn together(query: &JobQuery) -> Result<(), Refusal> {
    let money = query.pay.is_none_or(|pay| pay == PayKind::Money);
    if !money && query.currency.is_some() {
        return bad("currency", "is asked of money only: leave out `pay`, or say `money`");
    }
    if query.per.is_some() && query.currency.is_none() {
        return bad("per", "needs `currency`");
    }
    if query.min_pay.is_some() && query.per.is_none() {
        return bad("min_pay", "needs `currency` and `per`");
    }
    if query.max_pay.is_some() && query.per.is_none() {
        return bad("max_pay", "needs `currency` and `per`");
    }
    if query.min_pay.zip(query.max_pay).is_some_and(|(least, most)| least > most) {
        return bad("max_pay", "must not be below `min_pay`");
    }
    if query.min_hours.zip(query.max_hours).is_some_and(|(least, most)| least > most) {
        return bad("max_hours", "must not be below `min_hours`");
    }
    if query.sort == Some(Order::Relevance) && query.text.as_deref().is_none_or(|text| text.trim().is_empty())
    {
        return bad("sort", "by `relevance` needs `text`: what is relevant is said by words");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
