//! What people are told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::words::SentenceLanguage;

/// Something that others did, or that time brought about, about a thing of one's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationView {
    /// Its place among alerts and notifications: later ones are larger, not all numbers are one's own. The `id` of the event.
    pub position: i64,
    /// What happened, such as `bid.submitted`. The name of the event.
    #[schema(example = "bid.submitted")]
    pub event: String,
    /// The same as a sentence.
    pub text: String,
    /// Id of the thing: a job, an invitation, a bid, a contract (by its offer), or a review that can be read.
    pub object: String,
    /// Id of the posting that it is under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<String>,
    /// Its title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who did it: `client`, `freelancer`, or `node`, which is what follows from something else, or from time.
    pub actor: String,
    /// When this node did it.
    pub at: String,
    /// Whether you have said that you have seen it.
    pub seen: bool,
}

/// How much has been seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeenView {
    /// How many were not seen before.
    pub seen: u64,
}

/// What somebody wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NotificationPreferencesView {
    /// The events of which they are not told.
    pub off: Vec<String>,
    /// The events of which they are.
    pub on: Vec<String>,
}

/// What somebody wants by e-mail, and whether it reaches them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailWishView {
    /// Whether a letter comes each morning.
    pub daily: bool,
    /// The events of which one comes at once.
    pub at_once: Vec<String>,
    /// The language of the letters.
    pub language: SentenceLanguage,
    /// Whether this node sends e-mail at all.
    pub sends: bool,
    /// Where letters go: the confirmed address, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The mailbox was refused for good, and gets no news until its address is confirmed again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<MailRefusedView>,
    /// Letters with news that wait to be sent.
    pub waiting: u64,
}

/// How a mailbox was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MailRefusedView {
    /// When.
    pub at: String,
    /// The words of the mail server.
    pub reply: String,
}
