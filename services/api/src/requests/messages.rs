//! What people write to each other.

use hanse_document::{Digest, List, Text};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest message, in characters: as a bid or a review.
pub const MESSAGE_CHARS_MAX: usize = 8_000;
/// Most files of one message: five of the largest are what one home takes from another in ten seconds.
pub const MESSAGE_FILES_MAX: usize = 5;

/// What a message says.
pub type MessageText = Text<1, MESSAGE_CHARS_MAX>;

/// The files of a message.
pub type MessageFiles = List<Digest, MESSAGE_FILES_MAX>;

/// A message to the other side of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"text": "Shall we talk on Monday at ten?"}))]
pub struct MessageRequest {
    /// Plain text.
    pub text: MessageText,
    /// Files that you have uploaded, by the `digest` that `POST /v1/attachments` answered.
    #[serde(default)]
    pub attachments: MessageFiles,
}

/// How much of a thread has been read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"up_to": 3}))]
pub struct ReadRequest {
    /// The other side's messages up to this `number`.
    #[schema(minimum = 0, example = 3)]
    pub up_to: i32,
}
