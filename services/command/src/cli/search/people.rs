//! Whom people look for.

use clap::{Args, Subcommand};
use hanse_api::requests::{JobQuery, PeopleQuery};
use hanse_api::words::Order;
use hanse_document::kind::profile::TRAVEL_KM_MAX;
use hanse_document::kind::{PayKind, Point};
use hanse_document::{Country, Language, Number, Skill};

use super::super::YesNo;
use super::super::value::{read, word};
use super::{Near, near, wanted};

/// People of a node.
#[derive(Debug, Subcommand)]
pub enum PeopleCommand {
    /// Find people whose home is the node, the newest profile first.
    #[command(after_help = "Examples:\n  hanse people search carpentry --near 'Lyon, FR' --within 30\n  \
        hanse people search --skill local:rust --language fr --rate 'up to 60 EUR/hour'")]
    Search(Box<PeopleArgs>),
}

/// What a profile must say; what is absent is not asked for, and what a profile leaves unstated is in no search that asks for it.
#[derive(Clone, Debug, Default, Args)]
pub struct PeopleArgs {
    /// Words; in one argument, "quotes" keep them together and -word leaves out.
    #[arg(value_name = "WORD")]
    pub words: Vec<String>,
    /// One skill.
    #[arg(long, value_name = "SKILL", value_parser = read::<Skill>)]
    pub skill: Option<Skill>,
    /// A language that they work in, with all its regions.
    #[arg(long, value_name = "TAG", value_parser = read::<Language>)]
    pub language: Option<Language>,
    /// Who takes remote work, or who does not.
    #[arg(long)]
    pub remote: Option<YesNo>,
    /// What they ask for: 'up to 60 EUR/hour', '900-1200 EUR' or 'EUR'.
    #[arg(long, value_parser = rate)]
    pub rate: Option<JobQuery>,
    /// In a country, as in FR.
    #[arg(long, value_name = "CODE", value_parser = read::<Country>)]
    pub country: Option<Country>,
    /// Near a town, as in Lyon or 'Lyon, FR', or near a point, as in 45.764,4.8357; with --within.
    #[arg(long, value_name = "TOWN", value_parser = near, requires = "within", allow_hyphen_values = true)]
    pub near: Option<Near>,
    /// No farther than so many kilometres from there.
    #[arg(long, value_name = "KM", requires = "near", value_parser = read::<Number<1, TRAVEL_KM_MAX>>)]
    pub within: Option<Number<1, TRAVEL_KM_MAX>>,
    /// The newest profile first (`new`), or by where the words stand (`relevance`).
    #[arg(long, alias = "order", value_parser = word::<Order>)]
    pub sort: Option<Order>,
    /// At most so many.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub limit: u32,
    /// Where the last page ended, as printed below it.
    #[arg(long)]
    pub cursor: Option<String>,
}

impl PeopleArgs {
    /// The search to send.
    pub fn search(&self) -> PeopleQuery {
        let JobQuery { currency, per, min_pay, max_pay, .. } = self.rate.clone().unwrap_or_default();
        let point = self.near.as_ref().and_then(Near::point);
        PeopleQuery {
            text: (!self.words.is_empty()).then(|| self.words.join(" ")),
            skill: self.skill.clone(),
            language: self.language.clone(),
            remote: self.remote.map(YesNo::is_yes),
            currency,
            per,
            min_pay,
            max_pay,
            country: self.country.clone(),
            near: self.near.as_ref().and_then(Near::town),
            latitude_e4: point.map(Point::latitude_e4),
            longitude_e4: point.map(Point::longitude_e4),
            within_km: self.within,
            sort: self.sort,
            cursor: self.cursor.clone(),
            limit: Some(self.limit),
        }
    }
}

/// A rate as it is looked for: money alone can be compared.
fn rate(text: &str) -> Result<JobQuery, String> {
    let asked = wanted(text)?;
    if asked.pay == Some(PayKind::Money) {
        Ok(asked)
    } else {
        Err("money alone can be compared: write 'up to 60 EUR/hour'".to_owned())
    }
}
