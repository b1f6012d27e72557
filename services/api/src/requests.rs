//! What people ask, as plain data: the edge reads it from JSON. Bounds are the document kinds' own; what breaks them is
//! refused with the rejection's slug. An absent field is unstated.

mod account;
mod disputes;
mod messages;
mod notifications;
mod search;

use std::collections::BTreeMap;

use hanse_document::kind::bid::{Answers, BidDays, BidText};
use hanse_document::kind::dispute::ARBITERS_MAX;
use hanse_document::kind::job::{JobText, OpenDays, Questions, Seats, Title, WeekHours};
use hanse_document::kind::profile::{About, Headline, PersonName, TravelKm};
use hanse_document::kind::reply::ReplyWords;
use hanse_document::kind::review::Rating;
use hanse_document::kind::step::{MilestoneNumber, Note, Reason};
use hanse_document::kind::terms::{Milestones, Scope};
use hanse_document::kind::text::ReviewWords;
use hanse_document::kind::{Axis, Pay, Place, Schedule, TimeSheet, job, profile};
use hanse_document::{Date, Did, Digest, DocumentId, Language, List};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::said::{self, PayRequest};
use crate::words::{Axes, SentenceLanguage, Whose};

pub use account::{
    AccountRequest, CodeRequest, Confirmation, EmailRequest, LogoutQuery, PasswordRequest,
    ResetLetterRequest, ResetRequest,
};
pub use disputes::{ArbiterRequest, DisputeRequest, DisputeStepRequest};
pub use messages::{
    MESSAGE_CHARS_MAX, MESSAGE_FILES_MAX, MessageFiles, MessageRequest, MessageText, ReadRequest,
};
pub use notifications::{
    MailWishRequest, NotificationPreferencesRequest, NotificationQuery, SeenRequest, UnsubscribeQuery,
};
pub use search::{AlertQuery, EventQuery, JobQuery, PeopleQuery, PicksQuery, SavedSearchRequest};

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

/// What a person says of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "about": "I translate menus, labels and letters.",
    "headline": "Translator, French and English",
    "languages": ["fr", "en"],
    "name": "Ada",
    "place": {"kind": "site", "name": "Lyon", "country": "FR", "latitude_e4": 457_640, "longitude_e4": 48_357},
    "rate": {"kind": "money", "currency": "EUR", "min": "30", "per": "hour"},
    "remote": true,
    "skills": ["local:rust"],
    "travel_km": 50
}))]
pub struct ProfileRequest {
    /// A few paragraphs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
    /// One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headline: Option<Headline>,
    /// Languages that they work in.
    #[serde(default)]
    pub languages: profile::Languages,
    /// The name to be called by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// Where they work from.
    #[serde(default, deserialize_with = "said::place", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// What they ask for.
    #[schema(value_type = Option<PayRequest>)]
    #[serde(default, deserialize_with = "said::pay", skip_serializing_if = "Option::is_none")]
    pub rate: Option<Pay>,
    /// Whether they work remotely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote: Option<bool>,
    /// What they can do, the most important first.
    #[serde(default)]
    pub skills: profile::Skills,
    /// How far they travel, in kilometres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub travel_km: Option<TravelKm>,
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
    "pay": {"kind": "money", "currency": "EUR", "max": "80.50", "per": "project"},
    "place": {"kind": "remote"}
}))]
pub struct JobRequest {
    /// One line.
    pub title: Title,
    /// What is to be done.
    pub text: JobText,
    /// How many people; one if not said.
    #[serde(default = "one")]
    pub seats: Seats,
    /// Days until it expires; 30 if not said.
    #[serde(default = "thirty")]
    pub days: OpenDays,
    /// Hours a week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<WeekHours>,
    /// The language of title and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Languages that the work needs.
    #[serde(default)]
    pub languages: job::Languages,
    /// What is given in return.
    #[schema(value_type = Option<PayRequest>)]
    #[serde(default, deserialize_with = "said::pay", skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Where.
    #[serde(default, deserialize_with = "said::place", skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// An earlier posting of yours that came to nothing and that this one repeats: who reads this one sees it.
    #[schema(value_type = Option<String>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<DocumentId>,
    /// What every bid has to answer.
    #[serde(default)]
    pub questions: Questions,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What the work needs, the most important first.
    #[serde(default)]
    pub skills: job::Skills,
}

/// A posting that is made again as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"days": 14}))]
pub struct RepostRequest {
    /// Days until it expires; 30 if not said.
    #[serde(default = "thirty")]
    pub days: OpenDays,
}

/// Most postings look for one person.
fn one() -> Seats {
    Seats::of::<1>()
}

/// A month.
fn thirty() -> OpenDays {
    OpenDays::of::<30>()
}

/// A bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "I have translated menus for ten years.",
    "days": 2,
    "pay": {"kind": "money", "currency": "EUR", "min": "70", "max": "70", "per": "project"}
}))]
pub struct BidRequest {
    /// Whether a program wrote it: the client sees that.
    #[serde(default)]
    pub agent: bool,
    /// Answers to the questions of the posting, all of them.
    #[serde(default)]
    pub answers: Answers,
    /// Why this freelancer.
    pub text: BidText,
    /// Days that the work takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<BidDays>,
    /// The language of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the freelancer asks for.
    #[schema(value_type = Option<PayRequest>)]
    #[serde(default, deserialize_with = "said::pay", skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
}

/// An invitation to bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "freelancer": "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw",
    "note": "You have translated our last menu."
}))]
pub struct InvitationRequest {
    /// Whom.
    pub freelancer: Did,
    /// A word with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// Terms that become a document of their own: of an offer, of an answer to one, or of a change to a contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "scope": "Two pages, French to English.",
    "due": "2034-12-31",
    "pay": {"kind": "money", "currency": "EUR", "min": "70", "max": "70", "per": "project"}
}))]
pub struct OfferRequest {
    /// What is to be done.
    pub scope: Scope,
    /// By when: from the day of the offer to 3,650 days after it.
    pub due: Date,
    /// The language of the scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Parts of the work that are delivered and paid one by one.
    #[serde(default)]
    pub milestones: Milestones,
    /// For what. Of an offer: what the bid asks for, if not said.
    #[schema(value_type = Option<PayRequest>)]
    #[serde(default, deserialize_with = "said::pay", skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// Who rules if you do not agree: of an offer, three people at most of those whom `GET /v1/arbiters` lists. The first one rules, the next one
    /// if that one is silent, or if a side appeals.
    #[serde(default, skip_serializing_if = "List::is_empty")]
    #[schema(example = json!([]))]
    pub arbiters: OfferArbiters,
    /// Whether an arbiter may be at home at the node of the client or the freelancer, which could speak for them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub arbiters_may_share_home: bool,
}

/// The arbiters whom an offer names.
pub type OfferArbiters = List<Did, ARBITERS_MAX>;

/// What a move says; which of these an event takes is the step's own rule.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRequest {
    /// `deliver`, `accept_delivery`, `report_unpaid`, `interview`: a note to the other side; `request_changes`: what is to be changed, not to
    /// be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// `deliver`: what exactly is delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// `close_unfilled`, `decline`, `terminate`, and the first `request_close` or `cancel`, and the `pause` of a contract: why, not to be left
    /// out; `close`, `withdraw`, `rescind`, `object`, `decline_amendment`, the `pause` of a posting: why, if you like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// `deliver`, `request_changes`, `accept_delivery`, `attest_paid`, `report_unpaid`, `confirm_received`: which milestone, where the contract has
    /// several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milestone: Option<MilestoneNumber>,
    /// `deliver`: the hours of a contract that is paid by the hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<TimeSheet>,
}

/// A sealed review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rating": 5, "axes": {"communication": 5}, "on_time": true, "text": "A pleasure."}))]
pub struct ReviewRequest {
    /// Of the whole.
    pub rating: Rating,
    /// Of single traits; which, depends on the author's role.
    #[schema(value_type = Axes)]
    #[serde(default)]
    pub axes: BTreeMap<Axis, Rating>,
    /// Whether the other side was on time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The words, a document of their own that can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<ReviewWords>,
    /// The language of the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

/// A reply to a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Thank you."}))]
pub struct ReplyRequest {
    /// What the reviewed person answers.
    pub text: ReplyWords,
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
    #[param(inline)]
    #[serde(default)]
    pub language: Option<Language>,
    /// At most so many, 1 to 50; 10 if not said.
    #[param(minimum = 1, maximum = 50)]
    #[serde(default)]
    pub limit: Option<u32>,
}

/// A text whose skills are to be found, with its title if it has one, as a posting does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"title": "Rust developer", "text": "We use Rust and Docker.", "language": "en"}))]
pub struct LinkRequest {
    /// The title, at most 64 KiB together with the text.
    #[schema(max_length = 65_536)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The text.
    #[schema(max_length = 65_536)]
    pub text: String,
    /// The language they are in; guessed if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
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
