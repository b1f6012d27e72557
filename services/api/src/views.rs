//! What people are shown, as plain data: ids, states and times are text in their one written form. Every view says who
//! vouches for it: the home that keeps the thing and, where a node held the key that signed, its name as `custody`.

mod account;
mod contracts;
mod disputes;
mod matching;
mod messages;
mod node;
mod notifications;
mod people;
mod record;
mod saved_searches;
mod skills;
mod version;

use std::collections::BTreeMap;

use hanse_document::Language;
use hanse_document::kind::bid::{Answers, BidDays, BidText};
use hanse_document::kind::job::{JobText, Languages, Questions, Seats, Skills, Title, WeekHours};
use hanse_document::kind::reply::ReplyWords;
use hanse_document::kind::review::Rating;
use hanse_document::kind::text::ReviewWords;
use hanse_document::kind::{Axis, Pay, Place, Role, Schedule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::Axes;

pub use account::{BlockView, EmailView, LoginView, RecoveryCodes, Registered};
pub use contracts::{Clock, ContractView, Engaged, Happening, InvitationView, MilestoneView, ProposalView};
pub use disputes::{
    ArbiterRecordView, ArbiterView, ContractDispute, DisputeMove, DisputeView, NamedArbiterView,
    SettlementView,
};
pub use matching::{
    Concentration, Fairness, Match, Matches, PeerAnswer, PeerOutcome, RankingSetting, RatesInForce,
    Recommended, RecommendedJob, ReputationRules, SettingChange, TaxonomyInForce, Transparency,
    WeightsByName, WhyNotMe, weights_by_name,
};
pub use messages::{AttachmentView, MessageView, ReadView, ThreadView};
pub use node::{Card, DocumentView, LogView, PeerView, Ready};
pub use notifications::{
    MailRefusedView, MailWishView, NotificationPreferencesView, NotificationView, SeenView,
};
pub use people::{
    ClientFacts, ClientRecord, ListedPerson, Listing, PersonView, Rated, RecordSummary, Response, YesNo,
};
pub use record::{LeafView, LeavesView, LogStateView};
pub use saved_searches::{AlertView, Pick, Picks, SavedSearchView};
pub use skills::{
    MentionView, Mentions, NearView, SkillName, SkillView, SuggestionView, Suggestions, TaxonomyView,
};
pub use version::{Versioned, digest};

/// What a publication led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Published<T> {
    /// The thing as it now is; after a dry run, as it would be.
    pub view: T,
    /// Whether the home that keeps the order has accepted it.
    pub delivery: Delivery,
    /// False if exactly this document was here already, and nothing happened.
    pub created: bool,
    /// The signed document, as canonical JSON text.
    pub document: String,
    /// Whether an earlier request with the same key did it; not in the body, which is the same.
    #[serde(skip)]
    pub replayed: bool,
}

/// How far a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The home that keeps the order has accepted it.
    Sequenced,
    /// It is signed and stored, and on its way to that home.
    Queued,
}

/// A page, and where the next one begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A person with an account here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Person)]
pub struct AccountView {
    /// Their name in the federation, for ever.
    pub did: String,
    /// Their name at this node.
    pub handle: String,
    /// This node.
    pub home: String,
    /// The node that holds the key.
    pub custody: String,
    /// When the account was opened.
    pub created_at: String,
}

/// A login.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Whose.
    pub did: String,
    /// Their name at this node.
    pub handle: String,
    /// Id of the session.
    pub id: String,
    /// Good for one refresh.
    pub refresh: String,
    /// Scopes, separated by spaces.
    pub scopes: String,
    /// When the session ends if it is not refreshed.
    pub expires_at: String,
}

impl std::fmt::Debug for Session {
    /// Without the token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("id", &self.id).field("did", &self.did).finish_non_exhaustive()
    }
}

/// What is known of a person, here or anywhere in the federation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProfileView {
    /// Who.
    pub did: String,
    /// Their home node.
    pub home: String,
    /// `self`, or the node that holds their key.
    pub custody: String,
    /// The newest profile document; absent if they never wrote one or it is kept elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// What it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<crate::requests::ProfileRequest>,
    /// What they ask for in words, with amounts in the currency itself: `from 30 EUR per hour`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_text: Option<String>,
    /// When it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
}

/// A posting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobView {
    /// Its id.
    pub id: String,
    /// Who posted it.
    pub client: String,
    /// The node that keeps the order of everything under it.
    pub home: String,
    /// The node that signed for the client; absent if they signed themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
    /// Where it stands.
    pub state: String,
    /// What the viewer may do to it.
    pub allowed: Vec<String>,
    /// The last document of its chain.
    pub head: String,
    /// One line.
    pub title: Title,
    /// What is to be done.
    pub text: JobText,
    /// How many people.
    pub seats: Seats,
    /// Hours a week.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours_per_week: Option<WeekHours>,
    /// The language of title and text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Languages that the work needs.
    pub languages: Languages,
    /// What is given in return.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The same in words, with amounts in the currency itself: `up to 80.50 EUR for the project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// Skills.
    pub skills: Skills,
    /// The posting of the same client that this one repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<String>,
    /// What every bid answers.
    #[serde(default)]
    pub questions: Questions,
    /// The document that says all this: the first, or the newest that amends it.
    pub posting: String,
    /// How often it was said, from 1.
    pub version: i32,
    /// Why the client closed it, if so; of one posting alone, not of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed_because: Option<String>,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// What can be known of the client; of one posting alone, not of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_facts: Option<ClientFacts>,
    /// When it was posted.
    pub posted_at: String,
    /// When it expires.
    pub expires_at: String,
}

/// A bid, seen by its author or by the job's client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BidView {
    /// Its id.
    pub id: String,
    /// On which job.
    pub job: String,
    /// By whom.
    pub freelancer: String,
    /// Their home.
    pub home: String,
    /// The other side, as the viewer sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_side: Option<Box<PersonView>>,
    /// The node that signed for the freelancer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
    /// Where it stands; for its author `queued` until the job's home has answered, and `refused` if that was a no.
    pub state: String,
    /// Why the job's home refused it, or the author's last move, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What the viewer may do to it.
    pub allowed: Vec<String>,
    /// The last document of its chain.
    pub head: String,
    /// Whether a program wrote it.
    #[serde(default)]
    pub agent: bool,
    /// Answers to the questions of the posting.
    #[serde(default)]
    pub answers: Answers,
    /// The version of the posting that it is for, by its document.
    pub posting: String,
    /// Whether the posting was amended since: its author may confirm the bid, revise it, or let it stand as it is.
    #[serde(default)]
    pub amended_since: bool,
    /// Why this freelancer.
    pub text: BidText,
    /// Days that the work takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<BidDays>,
    /// The language of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// What the freelancer asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay: Option<Pay>,
    /// The same in words, with amounts in the currency itself: `up to 80.50 EUR for the project`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_text: Option<String>,
    /// The contract that an offer on it began, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// What happened so far, with the reasons that were given.
    #[serde(default)]
    pub history: Vec<Happening>,
    /// What happens by itself, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock: Option<Clock>,
    /// When it was made.
    pub made_at: String,
}

/// A review. Before it is open only its author's home knows more than that it exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReviewView {
    /// Leaf id of its commit, by which it is found and replied to.
    pub commit: String,
    /// The contract, where this node is a home of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<String>,
    /// `committed`, `published` or `replied`.
    pub state: String,
    /// Who wrote it; hidden from strangers until it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Who is rated; known from the review itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The author's role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The node that signed for the author.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custody: Option<String>,
    /// 1 to 5.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    /// Each 1 to 5.
    #[schema(value_type = Axes)]
    #[serde(default)]
    pub axes: BTreeMap<Axis, Rating>,
    /// Whether the rated side was on time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_time: Option<bool>,
    /// The words, unless erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<ReviewWords>,
    /// The id of the review document, once open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// The answer of the rated side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<ReplyWords>,
    /// When this node learned of it.
    pub committed_at: String,
    /// When it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
}

/// What the logs say of a person. Facts, counted from leaves; no score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReputationView {
    /// Who.
    pub did: String,
    /// Their home node.
    pub home: String,
    /// `self`, or the node that holds their key.
    pub custody: String,
    /// The log that was counted, and how far.
    pub origin: String,
    /// Its size then.
    pub size: u64,
    /// Contracts in which both engagements stand.
    pub engagements: u64,
    /// Payments of this person (as client) that the other side confirmed.
    pub settled: u64,
    /// Slots of this person's contracts that no review answers (yet).
    pub open_slots: u64,
    /// Reviews that are sealed and not open (yet).
    pub sealed: u64,
    /// Open reviews whose slot key this person's engagement names.
    pub opened: u64,
    /// How many people have rated this person of whom nobody else has anything good to say: neither those whom this person knows, nor
    /// anybody beside. Contracts with oneself look like this, and so do first contracts; rankings do not count them. Absent until this
    /// node has read the logs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raters_without_record: Option<u64>,
    /// The newest of the open reviews, at most 100, in the order of the log. All of them are in the evidence file.
    pub reviews: Vec<ReviewView>,
    /// Leaves about this person that no engagement of theirs stands behind; they weigh nothing.
    pub foreign: u64,
}
