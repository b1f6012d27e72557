//! Finding postings. The words are matched as PostgreSQL's web search does; the order is by time, and nobody can buy a place.

use hanse_api::requests::JobQuery;
use hanse_api::views::{JobView, Page};
use hanse_api::words::JobState;
use hanse_base::error::{Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_document::kind::job::{Seats, WeekHours};
use hanse_document::kind::pay::AMOUNT_MAX;
use hanse_document::kind::place::{LATITUDE_E4_MAX, LONGITUDE_E4_MAX};
use hanse_document::kind::{PayKind, Per};
use hanse_document::{Country, Currency, Did, Language, Skill, Timestamp};
use hanse_lifecycle::State;
use hanse_store::jobs::{self, Near, Search};

use crate::Engine;

/// A search is a few words; a longer one is a mistake.
const TEXT_CHARS_MAX: usize = 500;
/// Words of one search. Joined by `or`, each is looked for in all that is open, and compared with it.
const TEXT_WORDS_MAX: usize = 16;

impl Engine {
    /// Postings of the whole federation that fit, newest first.
    ///
    /// # Errors
    /// `BadField` names the filter that cannot be used, or not with the others; `TooBroad` if finding them takes too long.
    pub async fn jobs(&self, query: JobQuery) -> Result<Page<JobView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let search = search(&query)?;
        let open = (query.state.is_none() && query.client.is_none()).then_some(State::Open);
        let state = query.state.map(state).or(open);
        let mut connection = self.store().connection().await?;
        let tx = connection.begin().await?;
        let rows = jobs::search(&tx, &search, state, cut.after, cut.fetch()).await;
        drop(tx);
        let rows = match rows {
            Err(error) if error.is_timeout() => return Err(Refusal::TooBroad.into()),
            rows => rows?,
        };
        let (rows, next) = cut.cut(rows, |row| (row.posted_at, *row.id.hash()));
        Ok(page(present::jobs(&rows, None)?, next))
    }
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

/// What a query asks of a posting, if all of it can be asked together.
pub(crate) fn search(query: &JobQuery) -> Result<Search<'_>, Refusal> {
    words(query)?;
    numbers(query)?;
    together(query)?;
    let near = query.latitude_e4.zip(query.longitude_e4).zip(query.within_km);
    Ok(Search {
        text: query.text.as_deref().filter(|text| !text.trim().is_empty()),
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
    })
}

fn bad(field: &'static str, reason: &'static str) -> Result<(), Refusal> {
    Err(Refusal::BadField { field, reason })
}

/// The words: how many an index looks up.
fn words(query: &JobQuery) -> Result<(), Refusal> {
    let Some(text) = &query.text else { return Ok(()) };
    if text.chars().count() > TEXT_CHARS_MAX || text.contains('\0') {
        return bad("text", "must be at most 500 characters");
    }
    if text.split_whitespace().count() > TEXT_WORDS_MAX {
        return bad("text", "must be at most 16 words");
    }
    Ok(())
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
    let parts = [query.latitude_e4.is_some(), query.longitude_e4.is_some(), query.within_km.is_some()];
    if parts.contains(&true) && parts.contains(&false) {
        return bad("within_km", "goes with `latitude_e4` and `longitude_e4`: all three or none");
    }
    if query.remote == Some(true) && query.country.is_some() {
        return bad("country", "asks for a place, `remote` for none");
    }
    if query.remote == Some(true) && query.within_km.is_some() {
        return bad("within_km", "asks for a place, `remote` for none");
    }
    Ok(())
}
