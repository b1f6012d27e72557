//! What people ask, as plain data: the edge reads it from JSON. Bounds are the document kinds' own; what breaks them is
//! refused with the rejection's slug. An absent field is unstated.

mod search;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::words::{Axes, LanguageTag, SentenceLanguage, SkillId, Whose};

pub use search::{AlertQuery, EventQuery, JobQuery, PicksQuery, SavedSearchRequest};

/// Opens an account with a hosted key.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handle": "ada", "password": "correct horse battery"}))]
pub struct Register {
    /// 3 to 32 of `a-z`, `0-9`, inner `-`; begins with a letter.
    #[schema(min_length = 3, max_length = 32, pattern = "^[a-z](-?[a-z0-9])*$", example = "ada")]
    pub handle: String,
    /// 10 to 1,024 bytes.
    #[schema(min_length = 10, max_length = 1024, example = "correct horse battery")]
    pub password: String,
}

impl std::fmt::Debug for Register {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register").field("handle", &self.handle).finish_non_exhaustive()
    }
}

/// What is given in return: `{"kind":"money","currency":"EUR","min":…,"max":…,"per":"hour"|"project"}` (minor units),
/// `{"kind":"barter","offers":"…"}` or `{"kind":"time_credits","hours":…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pay {
    /// Money, in minor units of a currency.
    Money {
        /// ISO 4217, three capital letters.
        #[schema(pattern = "^[A-Z]{3}$", example = "EUR")]
        currency: String,
        /// At least.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// At most.
        #[schema(minimum = 0, maximum = 1_000_000_000_000_i64)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
        /// `hour` or `project`.
        #[schema(pattern = "^(hour|project)$", example = "project")]
        per: String,
    },
    /// Something else in exchange.
    Barter {
        /// What.
        #[schema(min_length = 1, max_length = 500)]
        offers: String,
    },
    /// Hours of somebody's time.
    TimeCredits {
        /// How many.
        #[schema(minimum = 1, maximum = 20_000)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hours: Option<u32>,
    },
}

/// Where: `{"kind":"remote"}` or `{"kind":"site","name":"…","country":"FR","latitude_e4":…,"longitude_e4":…}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Place {
    /// Anywhere.
    Remote,
    /// There.
    Site {
        /// For people.
        #[schema(min_length = 1, max_length = 120)]
        name: String,
        /// ISO 3166-1, two capital letters.
        #[schema(pattern = "^[A-Z]{2}$", example = "FR")]
        country: String,
        /// Ten-thousandths of a degree.
        #[schema(minimum = -900_000, maximum = 900_000)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        latitude_e4: Option<i32>,
        /// Ten-thousandths of a degree.
        #[schema(minimum = -1_800_000, maximum = 1_800_000)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        longitude_e4: Option<i32>,
    },
}

/// When: days, `YYYY-MM-DD`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Not before.
    #[schema(format = Date)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// Not after.
    #[schema(format = Date)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<String>,
}

/// What a person says of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "about": "I translate menus, labels and letters.",
    "headline": "Translator, French and English",
    "languages": ["fr", "en"],
    "name": "Ada",
    "place": {"kind": "site", "name": "Lyon", "country": "FR", "latitude_e4": 457_640, "longitude_e4": 48_357},
    "rate": {"kind": "money", "currency": "EUR", "min": 3_000, "per": "hour"},
    "remote": true,
    "skills": ["local:rust"],
    "travel_km": 50
}))]
pub struct ProfileRequest {
    /// A few paragraphs.
    #[schema(min_length = 1, max_length = 4_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// One line.
    #[schema(min_length = 1, max_length = 120)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<String>,
    /// Language tags.
    #[schema(value_type = Vec<LanguageTag>, max_items = 20)]
    #[serde(default)]
    pub languages: Vec<String>,
    /// The name to be called by.
    #[schema(min_length = 1, max_length = 80)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where they work from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What they ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Pay>,
    /// Whether they work remotely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// ESCO ids or `local:` slugs.
    #[schema(value_type = Vec<SkillId>, max_items = 20)]
    #[serde(default)]
    pub skills: Vec<String>,
    /// How far they travel.
    #[schema(maximum = 20_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel_km: Option<u32>,
}

/// A posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "title": "Translate a menu",
    "text": "Two pages, French to English.",
    "days": 14,
    "language": "en",
    "languages": ["fr", "en"],
    "pay": {"kind": "money", "currency": "EUR", "max": 8_000, "per": "project"},
    "place": {"kind": "remote"}
}))]
pub struct JobRequest {
    /// One line.
    #[schema(min_length = 1, max_length = 120, example = "Translate a menu")]
    pub title: String,
    /// What is to be done.
    #[schema(min_length = 1, max_length = 16_000, example = "Two pages, French to English.")]
    pub text: String,
    /// How many people, 1 to 100.
    #[schema(minimum = 1, maximum = 100)]
    #[serde(default = "one")]
    pub seats: u32,
    /// Days until it expires, 1 to 90; 30 if not said.
    #[schema(minimum = 1, maximum = 90)]
    #[serde(default = "thirty", skip_serializing_if = "not_of_the_document")]
    pub days: u32,
    /// Hours a week.
    #[schema(minimum = 1, maximum = 168)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<u32>,
    /// The language of title and text.
    #[schema(value_type = Option<LanguageTag>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Languages that the work needs.
    #[schema(value_type = Vec<LanguageTag>, max_items = 20)]
    #[serde(default)]
    pub languages: Vec<String>,
    /// What is given in return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// ESCO ids or `local:` slugs.
    #[schema(value_type = Vec<SkillId>, max_items = 20)]
    #[serde(default)]
    pub skills: Vec<String>,
}

fn one() -> u32 {
    1
}

/// What a request says and its document does not. A plain `skip_serializing` would leave it out of the API's description, too.
const fn not_of_the_document(_: &u32) -> bool {
    true
}

fn thirty() -> u32 {
    30
}

/// A bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "I have translated menus for ten years.",
    "days": 2,
    "pay": {"kind": "money", "currency": "EUR", "min": 7_000, "max": 7_000, "per": "project"}
}))]
pub struct BidRequest {
    /// Why this freelancer.
    #[schema(min_length = 1, max_length = 8_000)]
    pub text: String,
    /// Days that the work takes.
    #[schema(minimum = 1, maximum = 3_650)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// The language of the text.
    #[schema(value_type = Option<LanguageTag>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What the freelancer asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
}

/// An offer on a bid: the terms become a document of their own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "scope": "Two pages, French to English.",
    "due": "2034-12-31",
    "pay": {"kind": "money", "currency": "EUR", "min": 7_000, "max": 7_000, "per": "project"}
}))]
pub struct OfferRequest {
    /// What is to be done.
    #[schema(min_length = 1, max_length = 8_000)]
    pub scope: String,
    /// By when, `YYYY-MM-DD`: from the day of the offer to 3,650 days after it.
    #[schema(format = Date)]
    pub due: String,
    /// The language of the scope.
    #[schema(value_type = Option<LanguageTag>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// For what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
}

/// What a move says; which of these an event takes is the step's own rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// `deliver`, `accept_delivery`: a note to the other side.
    #[schema(min_length = 1, max_length = 2_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// `deliver`: SHA-256 of the work, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// `close_unfilled`, `decline`: why, not to be left out; `close`, `withdraw`, `rescind`: why, if you like.
    #[schema(min_length = 1, max_length = 500)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A sealed review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rating": 5, "axes": {"communication": 5}, "on_time": true, "text": "A pleasure."}))]
pub struct ReviewRequest {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: u8,
    /// Each 1 to 5; the names depend on the author's role.
    #[schema(value_type = Axes)]
    #[serde(default)]
    pub axes: std::collections::BTreeMap<String, u8>,
    /// Whether the other side was on time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The words, a document of their own that can be erased.
    #[schema(min_length = 1, max_length = 8_000)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The language of the words.
    #[schema(value_type = Option<LanguageTag>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// Which skills a phrase may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct SkillQuery {
    /// What the person typed: 1 to 200 characters.
    #[param(min_length = 1, max_length = 200, example = "welding")]
    pub text: String,
    /// The language it is in, such as `en` or `fr`; all languages if not said.
    #[param(value_type = Option<LanguageTag>, inline)]
    #[serde(default)]
    pub language: Option<String>,
    /// At most so many, 1 to 50; 10 if not said.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A text whose skills are to be found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "We use Rust and Docker.", "language": "en"}))]
pub struct LinkRequest {
    /// The text, at most 64 KiB.
    #[schema(max_length = 65_536)]
    pub text: String,
    /// The language it is in; guessed if not said.
    #[schema(value_type = Option<LanguageTag>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A page of anything else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// Where the last page ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// At most so many, 1 to 100; 20 if not said.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default)]
    pub limit: Option<u32>,
}

/// How a list of matches is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct MatchQuery {
    /// At most so many, 1 to 50; 20 if not said.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
    /// The language of the sentences, `en` or `fr`; `en` if not said.
    #[param(value_type = Option<SentenceLanguage>, inline)]
    #[serde(default)]
    pub language: Option<String>,
    /// Whose people: `node`, also if not said, or `federation`: the peers are asked, too.
    #[param(value_type = Option<Whose>, inline)]
    #[serde(default)]
    pub scope: Option<String>,
}

/// How a list of recommended jobs is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct RecommendedQuery {
    /// At most so many, 1 to 50; 20 if not said.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
    /// The language of the sentences, `en` or `fr`; `en` if not said.
    #[param(value_type = Option<SentenceLanguage>, inline)]
    #[serde(default)]
    pub language: Option<String>,
}

/// How an answer to "why not me" is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhyNotQuery {
    /// The language of the sentences, `en` or `fr`; `en` if not said.
    #[param(value_type = Option<SentenceLanguage>, inline)]
    #[serde(default)]
    pub language: Option<String>,
}
