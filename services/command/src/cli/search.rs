//! What people look for.

use clap::Args;
use serde_json::{Value, json};

use super::YesNo;
use crate::pay;
use crate::rest::api::Search;
use crate::rest::json::Read as _;

/// What a posting must be; what is absent is not asked for, and what a posting leaves unstated is in no search that asks for it.
#[derive(Clone, Debug, Default, Args)]
pub struct FilterArgs {
    /// Words; in one argument, "quotes" keep them together and -word leaves out.
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// One skill.
    #[arg(long, value_name = "SKILL")]
    pub skill: Option<String>,
    /// The language of the posting.
    #[arg(long, value_name = "TAG")]
    pub language: Option<String>,
    /// Remote only, or on site only.
    #[arg(long)]
    pub remote: Option<YesNo>,
    /// Postings of one client.
    #[arg(long, value_name = "DID")]
    pub client: Option<String>,
    /// What is paid: 'from 40 EUR/hour', '900-1200 EUR', 'EUR', 'money', 'barter' or 'time'.
    #[arg(long, value_parser = wanted)]
    pub pay: Option<Value>,
    /// In a country, as in FR.
    #[arg(long, value_name = "CODE")]
    pub country: Option<String>,
    /// Near a point: latitude and longitude, as in 45.764,4.8357; with --within.
    #[arg(long, value_name = "LAT,LON", value_parser = point, requires = "within", allow_hyphen_values = true)]
    pub near: Option<(i32, i32)>,
    /// No farther than so many kilometres from there.
    #[arg(long, value_name = "KM", requires = "near")]
    pub within: Option<u32>,
    /// Posted at this time or later, YYYY-MM-DDTHH:MM:SSZ.
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// For so many people or more.
    #[arg(long, value_name = "PEOPLE")]
    pub min_seats: Option<u32>,
    /// So many hours a week or more.
    #[arg(long, value_name = "HOURS")]
    pub min_hours: Option<u32>,
    /// So many hours a week or fewer.
    #[arg(long, value_name = "HOURS")]
    pub max_hours: Option<u32>,
}

/// What to look for.
#[derive(Debug, Args)]
pub struct SearchArgs {
    /// What a posting must be.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// In one state, as in open or filled; open if neither this nor --client is said.
    #[arg(long)]
    pub state: Option<String>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// Where the last page ended, as printed below it.
    #[arg(long)]
    pub cursor: Option<String>,
}

impl FilterArgs {
    /// The search to send.
    #[must_use]
    pub fn search(&self) -> Search {
        let pay = |name: &str| {
            let text = self.pay.as_ref().map(|pay| pay.text(name)).filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        let amount = |name: &str| self.pay.as_ref()?.get(name)?.as_i64();
        Search {
            text: (!self.words.is_empty()).then(|| self.words.join(" ")),
            skill: self.skill.clone(),
            language: self.language.clone(),
            remote: self.remote.map(YesNo::is_yes),
            client: self.client.clone(),
            pay: pay("/kind"),
            currency: pay("/currency"),
            per: pay("/per"),
            min_pay: amount("min"),
            max_pay: amount("max"),
            country: self.country.clone(),
            near: self.near.zip(self.within).map(|((north, east), km)| (north, east, km)),
            posted_since: self.since.clone(),
            min_seats: self.min_seats,
            min_hours: self.min_hours,
            max_hours: self.max_hours,
            ..Search::default()
        }
    }
}

impl SearchArgs {
    /// The search to send.
    #[must_use]
    pub fn search(&self) -> Search {
        Search {
            state: self.state.clone(),
            cursor: self.cursor.clone(),
            limit: Some(self.limit),
            ..self.filter.search()
        }
    }
}

/// Pay as it is looked for: an amount, or only a kind or a currency.
fn wanted(text: &str) -> Result<Value, String> {
    match text.trim() {
        "barter" => Ok(json!({"kind": "barter"})),
        "time" => Ok(json!({"kind": "time_credits"})),
        "money" => Ok(json!({"kind": "money"})),
        currency if currency.len() == 3 => Ok(json!({"kind": "money", "currency": currency})),
        text => match pay::parse(text)? {
            pay if pay.text("/kind") == "money" => Ok(pay),
            _ => Err("write `barter` or `time` alone".to_owned()),
        },
    }
}

fn point(text: &str) -> Result<(i32, i32), String> {
    let wrong = || format!("`{text}` is no point: write it as in 45.764,4.8357");
    let (north, east) = text.split_once(',').ok_or_else(wrong)?;
    Ok((e4(north, 90).ok_or_else(wrong)?, e4(east, 180).ok_or_else(wrong)?))
}

/// Degrees with up to four decimals in ten-thousandths; more decimals are cut off (they are metres).
fn e4(text: &str, most: i32) -> Option<i32> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain(std::iter::repeat('0')).take(4).collect();
    let number = whole.parse::<i32>().ok()?.checked_mul(10_000)?.checked_add(part.parse().ok()?)?;
    (number <= most * 10_000).then_some(sign * number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_is_read_as_maps_write_it() {
        assert_eq!(point("45.764,4.8357"), Ok((457_640, 48_357)));
        assert_eq!(point(" -33.86882, 151"), Ok((-338_688, 1_510_000)));
        assert_eq!(point("-0.5,-0.05"), Ok((-5_000, -500)));
        for wrong in ["", "45", "45,", "91,0", "0,180.1", "1e3,0", "+1,2", "4.5.6,1", "99999999999,0"] {
            assert!(point(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn pay_is_looked_for_as_it_is_written() {
        let filter = FilterArgs { pay: Some(wanted("from 40 EUR/hour").unwrap()), ..FilterArgs::default() };
        let search = filter.search();
        let parts = (search.pay.as_deref(), search.currency.as_deref(), search.per.as_deref());
        assert_eq!(parts, (Some("money"), Some("EUR"), Some("hour")));
        assert_eq!((search.min_pay, search.max_pay), (Some(4_000), None));
        assert_eq!(wanted("barter").unwrap(), json!({"kind": "barter"}));
        assert_eq!(wanted("EUR").unwrap()["currency"], "EUR");
        assert!(wanted("barter: bread").is_err(), "a kind is looked for, not the bread");
    }
}
