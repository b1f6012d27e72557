//! Which postings people look for, now or for as long as they say.

use hanse_document::kind::job::{Seats, WeekHours};
use hanse_document::kind::profile::TRAVEL_KM_MAX;
use hanse_document::kind::{PayKind, Per};
use hanse_document::{Country, Currency, Did, Language, Number, Skill, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::words::{JobState, Order, SavedState, SentenceLanguage};

/// How far around a point is looked, in kilometres: as far as somebody travels.
pub(crate) type WithinKm = Number<1, TRAVEL_KM_MAX>;

/// Which postings, newest first. What a posting leaves unstated is in no search that asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct JobQuery {
    /// Words, as people type them: `"a phrase" or -without`. Each is found in any spelling, and in the forms that a grammar knows.
    #[param(max_length = 500)]
    #[schema(max_length = 500)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// One skill: an ESCO id or a `local:` slug.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<Skill>,
    /// The posting's language. `fr` finds all its regions, `fr-CA` that one and what states none.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Remote only, or on site only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// Of one client.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<Did>,
    /// What is given in return: `money`, `barter` or `time_credits`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<PayKind>,
    /// The currency of the money (ISO 4217).
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What the money is for: an `hour` or the `project`. Needs `currency`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// The money may be this much or more, in minor units (cents). Needs `per`.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_pay: Option<i64>,
    /// The money may be this much or less, in minor units (cents). Needs `per`.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pay: Option<i64>,
    /// At a place in this country (ISO 3166-1); not with `remote=true`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The town to be near to, with `within_km`: `Lyon`, `Lyon, FR`, `Springfield, MO, US`. Those of 5,000 people or more are known, by
    /// GeoNames (geonames.org, CC BY 4.0). Several of a name are an error that names them.
    #[param(max_length = 100)]
    #[schema(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
    /// Or the point to be near to, in ten-thousandths of a degree north; with `longitude_e4` and `within_km`.
    #[param(minimum = -900_000, maximum = 900_000)]
    #[schema(minimum = -900_000, maximum = 900_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude_e4: Option<i32>,
    /// The point to be near to, in ten-thousandths of a degree east.
    #[param(minimum = -1_800_000, maximum = 1_800_000)]
    #[schema(minimum = -1_800_000, maximum = 1_800_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude_e4: Option<i32>,
    /// At a place no farther than this from the point, in kilometres as the crow flies.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_km: Option<WithinKm>,
    /// Posted at this time or later, `YYYY-MM-DDTHH:MM:SSZ`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posted_since: Option<Timestamp>,
    /// For so many people or more.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_seats: Option<Seats>,
    /// So many hours a week or more.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_hours: Option<WeekHours>,
    /// So many hours a week or fewer.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_hours: Option<WeekHours>,
    /// In one state; `open` if neither state nor client is said.
    #[param(inline)]
    #[schema(value_type = Option<SavedState>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<JobState>,
    /// `new`, the newest first, if not said; `relevance` with `text`: each word counts 4 in the title, 2 among the skills, 1 in the text, and
    /// of postings with the same sum the newest is first. How often a word is repeated counts nothing, and nobody can buy a place.
    #[param(inline)]
    #[serde(default, alias = "order", skip_serializing_if = "Option::is_none")]
    pub sort: Option<Order>,
    /// Where the last page ended.
    #[schema(ignore)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, 1 to 100; 20 if not said.
    #[param(minimum = 1, maximum = 100)]
    #[schema(ignore)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which people: those whose home is this node, who have a profile and did not ask to be left out. What a profile leaves unstated is in no
/// search that asks for it. What people are free to take on when, no profile says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PeopleQuery {
    /// Words, as people type them: `"a phrase" or -without`, in name, headline, skills and what they say of themselves.
    #[param(max_length = 500)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// One skill: an ESCO id or a `local:` slug.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skill: Option<Skill>,
    /// A language that they work in. `fr` finds all its regions, `fr-CA` that one and what states none.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Who takes remote work, or who does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// The currency of what they ask for (ISO 4217).
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    /// What it is asked for: an `hour` or a `project`. Needs `currency`.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<Per>,
    /// They may ask for this much or more, in minor units (cents). Needs `per`.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_pay: Option<i64>,
    /// They may ask for this much or less, in minor units (cents). Needs `per`.
    #[param(minimum = 0, maximum = 1_000_000_000_000_i64)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_pay: Option<i64>,
    /// At a place in this country (ISO 3166-1).
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The town to be near to, with `within_km`, as in `GET /v1/jobs`.
    #[param(max_length = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
    /// Or the point to be near to, in ten-thousandths of a degree north; with `longitude_e4` and `within_km`.
    #[param(minimum = -900_000, maximum = 900_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latitude_e4: Option<i32>,
    /// The point to be near to, in ten-thousandths of a degree east.
    #[param(minimum = -1_800_000, maximum = 1_800_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub longitude_e4: Option<i32>,
    /// At a place no farther than this from the point, in kilometres as the crow flies.
    #[param(inline)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_km: Option<WithinKm>,
    /// `new`, the newest profile first, if not said; `relevance` with `text`: each word counts 4 in name and headline, 2 among the skills, 1 in
    /// the text, and of those with the same sum the newest is first. Nobody can buy a place.
    #[param(inline)]
    #[serde(default, alias = "order", skip_serializing_if = "Option::is_none")]
    pub sort: Option<Order>,
    /// Where the last page ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// At most so many, 1 to 100; 20 if not said.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A search to be kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"label": "Carpentry near Lyon", "query": {"text": "carpentry", "latitude_e4": 457_640, "longitude_e4": 48_357, "within_km": 50}}))]
pub struct SavedSearchRequest {
    /// What you call it: one line.
    #[schema(min_length = 1, max_length = 80, example = "Carpentry near Lyon")]
    pub label: String,
    /// The parameters of `GET /v1/jobs` but `cursor` and `limit`; nothing is every new posting.
    pub query: JobQuery,
}

/// Which alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertQuery {
    /// Only those after this `position`; all that are kept, if not said.
    #[param(minimum = 0)]
    #[serde(default)]
    pub after: Option<i64>,
    /// At most so many, 1 to 100; 20 if not said.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default)]
    pub limit: Option<u32>,
}

/// Which events.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventQuery {
    /// Those after this `id` first, then those that happen; only the latter, if neither this nor `Last-Event-ID` is said.
    #[param(minimum = 0)]
    #[serde(default)]
    pub after: Option<i64>,
    /// The language of the sentences; if not said, what `Accept-Language` prefers of them, else `en`.
    #[param(inline)]
    #[serde(default)]
    pub language: Option<SentenceLanguage>,
}

/// How pairs are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PicksQuery {
    /// The language of the sentences, `en` or `fr`; `en` if not said.
    #[param(value_type = Option<SentenceLanguage>, inline)]
    #[serde(default)]
    pub language: Option<String>,
}
