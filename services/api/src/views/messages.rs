//! What people write to each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the two sides of a bid have written to each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThreadView {
    /// The id of the bid; a contract goes on in the thread of its bid.
    pub id: String,
    /// The posting.
    pub job: String,
    /// Who has posted it.
    pub client: String,
    /// Who has made the bid.
    pub freelancer: String,
    /// Messages of the other side that you have not said to have read.
    pub unread: i32,
    /// The newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<MessageView>,
    /// When it came to this node.
    pub last_at: String,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageView {
    /// Its id at this node.
    pub id: String,
    /// The thread: the id of the bid.
    pub thread: String,
    /// Who wrote it.
    pub author: String,
    /// `client` or `freelancer`.
    pub side: String,
    /// Its number among those of its side; none if the other home has refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<i32>,
    /// How many of the other side's messages its author's home had when it was written.
    pub seen: i32,
    /// What it says.
    pub text: String,
    /// Its files.
    pub attachments: Vec<AttachmentView>,
    /// When it was written, by the clock of its author's home.
    pub at: String,
    /// How far it got: `waiting` for the other side's home, which is tried again and again; `delivered`; `refused`; or `received`.
    pub state: String,
    /// Why the other side's home refused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AttachmentView {
    /// The SHA-256 of its bytes, in hex: its name at `/v1/attachments/{digest}`.
    pub digest: String,
    /// What its owner called it.
    pub name: String,
    /// Its media type, which its first bytes do not contradict.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Whether this node has them; if not, they are on their way.
    pub here: bool,
}

/// How much of a thread has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadView {
    /// Messages of the other side that you have still not said to have read.
    pub unread: i32,
}
