//! What people look for.

pub(super) mod people;
pub(super) mod saved;

use clap::Args;
use hanse_api::requests::JobQuery;
use hanse_api::words::{JobState, Order};
use hanse_document::kind::job::{Seats, WeekHours};
use hanse_document::kind::profile::TRAVEL_KM_MAX;
use hanse_document::kind::{Money, Pay, PayKind, Point};
use hanse_document::{Country, Currency, Did, Language, Number, Skill, Timestamp};

use super::value::{point, read, who, word};
use super::{Who, YesNo};
use crate::pay;

/// What a posting must be; what is absent is not asked for, and what a posting leaves unstated is in no search that asks for it.
#[derive(Clone, Debug, Default, Args)]
pub struct FilterArgs {
    /// Words; in one argument, "quotes" keep them together and -word leaves out.
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// One skill.
    #[arg(long, value_name = "SKILL", value_parser = read::<Skill>)]
    pub skill: Option<Skill>,
    /// The language of the posting, with all its regions.
    #[arg(long, value_name = "TAG", value_parser = read::<Language>)]
    pub language: Option<Language>,
    /// Remote only, or on site only.
    #[arg(long)]
    pub remote: Option<YesNo>,
    /// Postings of one client, or of `me`.
    #[arg(long, value_name = "DID", value_parser = who)]
    pub client: Option<Who>,
    /// What is paid: 'from 40 EUR/hour', '900-1200 EUR', 'EUR', 'money', 'barter' or 'time'.
    #[arg(long, value_parser = wanted)]
    pub pay: Option<JobQuery>,
    /// In a country, as in FR.
    #[arg(long, value_name = "CODE", value_parser = read::<Country>)]
    pub country: Option<Country>,
    /// Near a town, as in Lyon or 'Lyon, FR', or near a point, as in 45.764,4.8357; with --within. Towns are GeoNames' (CC BY 4.0).
    #[arg(long, value_name = "TOWN", value_parser = near, requires = "within", allow_hyphen_values = true)]
    pub near: Option<Near>,
    /// No farther than so many kilometres from there.
    #[arg(long, value_name = "KM", requires = "near", value_parser = read::<Number<1, TRAVEL_KM_MAX>>)]
    pub within: Option<Number<1, TRAVEL_KM_MAX>>,
    /// Posted at this time or later, YYYY-MM-DDTHH:MM:SSZ.
    #[arg(long, value_name = "TIME", value_parser = read::<Timestamp>)]
    pub since: Option<Timestamp>,
    /// For so many people or more.
    #[arg(long, value_name = "PEOPLE", value_parser = read::<Seats>)]
    pub min_seats: Option<Seats>,
    /// So many hours a week or more.
    #[arg(long, value_name = "HOURS", value_parser = read::<WeekHours>)]
    pub min_hours: Option<WeekHours>,
    /// So many hours a week or fewer.
    #[arg(long, value_name = "HOURS", value_parser = read::<WeekHours>)]
    pub max_hours: Option<WeekHours>,
}

/// What to look for.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// What a posting must be.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// In one state, as in open or filled; open if neither this nor --client is said.
    #[arg(long, value_parser = word::<JobState>)]
    pub state: Option<JobState>,
    /// The newest first (`new`), or by where the words stand (`relevance`): in the title, among the skills, in the text.
    #[arg(long, alias = "order", value_parser = word::<Order>)]
    pub sort: Option<Order>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// Where the last page ended, as printed below it.
    #[arg(long)]
    pub cursor: Option<String>,
}

impl FilterArgs {
    /// The search to send; `me` finds who asks.
    ///
    /// # Errors
    /// Those of `me`, if it is needed.
    pub fn search<E>(&self, me: impl FnOnce() -> Result<Did, E>) -> Result<JobQuery, E> {
        let client = self.client.as_ref().map(|who| who.did(me)).transpose()?;
        Ok(JobQuery {
            text: (!self.words.is_empty()).then(|| self.words.join(" ")),
            skill: self.skill.clone(),
            language: self.language.clone(),
            remote: self.remote.map(YesNo::is_yes),
            client,
            country: self.country.clone(),
            near: self.near.as_ref().and_then(Near::town),
            latitude_e4: self.near.as_ref().and_then(Near::point).map(Point::latitude_e4),
            longitude_e4: self.near.as_ref().and_then(Near::point).map(Point::longitude_e4),
            within_km: self.within,
            posted_since: self.since,
            min_seats: self.min_seats,
            min_hours: self.min_hours,
            max_hours: self.max_hours,
            ..self.pay.clone().unwrap_or_default()
        })
    }
}

impl SearchArgs {
    /// The search to send; `me` finds who asks.
    ///
    /// # Errors
    /// Those of `me`, if it is needed.
    pub fn search<E>(&self, me: impl FnOnce() -> Result<Did, E>) -> Result<JobQuery, E> {
        Ok(JobQuery {
            state: self.state,
            sort: self.sort,
            cursor: self.cursor.clone(),
            limit: Some(self.limit),
            ..self.filter.search(me)?
        })
    }
}

/// What a posting is to be near to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Near {
    /// A town by name, which the node knows.
    Town(String),
    /// A point.
    Point(Point),
}

impl Near {
    fn town(&self) -> Option<String> {
        match self {
            Self::Town(name) => Some(name.clone()),
            Self::Point(_) => None,
        }
    }

    fn point(&self) -> Option<Point> {
        match self {
            Self::Town(_) => None,
            Self::Point(point) => Some(*point),
        }
    }
}

/// A point begins with a number, a town with a letter.
fn near(text: &str) -> Result<Near, String> {
    let is_name = text.trim_start().starts_with(|first: char| first.is_alphabetic() || first == '\'');
    if is_name { Ok(Near::Town(text.trim().to_owned())) } else { point(text).map(Near::Point) }
}

/// Pay as it is looked for, as the part of a search that says so: an amount, or only a kind or a currency.
fn wanted(text: &str) -> Result<JobQuery, String> {
    let kind = |kind| JobQuery { pay: Some(kind), ..JobQuery::default() };
    match text.trim() {
        "barter" => Ok(kind(PayKind::Barter)),
        "time" => Ok(kind(PayKind::TimeCredits)),
        "money" => Ok(kind(PayKind::Money)),
        currency if currency.len() == 3 => {
            Ok(JobQuery { currency: Some(read::<Currency>(currency)?), ..kind(PayKind::Money) })
        }
        text => match pay::parse(text)? {
            Pay::Money(money) => Ok(amounts(&money)),
            Pay::Barter(_) | Pay::TimeCredits(_) => Err("write `barter` or `time` alone".to_owned()),
        },
    }
}

/// A search for money from and to so much.
fn amounts(money: &Money) -> JobQuery {
    // Cannot saturate: an amount is far below 2^63.
    let amount = |amount: Option<u64>| amount.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX));
    JobQuery {
        pay: Some(PayKind::Money),
        currency: Some(money.currency().clone()),
        per: Some(money.per()),
        min_pay: amount(money.min()),
        max_pay: amount(money.max()),
        ..JobQuery::default()
    }
}

#[cfg(test)]
mod tests {
    use hanse_document::kind::Per;

    use super::*;

    #[test]
    fn a_town_or_a_point_is_looked_near() {
        let search = |text| {
            let filter = FilterArgs { near: Some(near(text).unwrap()), ..FilterArgs::default() };
            filter.search(|| Err("nobody")).unwrap()
        };
        let lyon = search("Lyon, FR");
        assert_eq!(
            (lyon.near.as_deref(), lyon.latitude_e4, lyon.longitude_e4),
            (Some("Lyon, FR"), None, None)
        );
        assert_eq!(search("'s-Hertogenbosch").near.as_deref(), Some("'s-Hertogenbosch"));
        let point = search("-33.8,151.2");
        assert_eq!(
            (point.near, point.latitude_e4, point.longitude_e4),
            (None, Some(-338_000), Some(1_512_000))
        );
        assert!(near("45").is_err() && near("").is_err());
    }

    #[test]
    fn pay_is_looked_for_as_it_is_written() {
        let filter = FilterArgs { pay: Some(wanted("from 40 EUR/hour").unwrap()), ..FilterArgs::default() };
        let search = filter.search(|| Err("nobody")).unwrap();
        assert_eq!((search.pay, search.per), (Some(PayKind::Money), Some(Per::Hour)));
        assert_eq!(search.currency.as_ref().map(Currency::as_str), Some("EUR"));
        assert_eq!((search.min_pay, search.max_pay), (Some(4_000), None));
        assert_eq!(wanted("barter").unwrap().pay, Some(PayKind::Barter));
        assert_eq!(wanted("time").unwrap().pay, Some(PayKind::TimeCredits));
        assert_eq!(wanted("EUR").unwrap().currency.unwrap().as_str(), "EUR");
        assert!(wanted("eur").is_err_and(|told| told.contains("EUR")));
        assert!(wanted("barter: bread").is_err(), "a kind is looked for, not the bread");
    }
}
