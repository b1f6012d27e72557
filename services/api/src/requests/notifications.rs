//! What people are told, and what they want to be told.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::words::SentenceLanguage;

/// Which notifications.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct NotificationQuery {
    /// Only those that you have not seen.
    #[serde(default)]
    pub unseen: bool,
    /// The language of the sentences; if not said, what `Accept-Language` prefers of them, else `en`.
    #[param(inline)]
    #[serde(default)]
    pub language: Option<SentenceLanguage>,
    /// Where the last page ended.
    #[serde(default)]
    pub cursor: Option<String>,
    /// At most so many, 1 to 100; 20 if not said.
    #[param(minimum = 1, maximum = 100)]
    #[serde(default)]
    pub limit: Option<u32>,
}

/// What has been seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"up_to": 1207}))]
pub struct SeenRequest {
    /// All up to this `position`.
    #[schema(minimum = 0, example = 1207)]
    pub up_to: i64,
}

/// What you do not want to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"off": ["bid.read", "job.paused"]}))]
pub struct NotificationPreferencesRequest {
    /// The names of events, in any order; of what is not named you are told.
    #[schema(max_items = 100)]
    pub off: Vec<String>,
}

/// What you want by e-mail, from now on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"daily": true, "at_once": ["offer.received"], "language": "fr"}))]
pub struct MailWishRequest {
    /// One letter a day, in the morning, with what you have not seen of all that is not among `at_once`; none if there is nothing.
    pub daily: bool,
    /// The names of events of which a letter goes at once, in any order.
    #[schema(max_items = 100)]
    pub at_once: Vec<String>,
    /// The language of the letters.
    #[serde(default)]
    pub language: SentenceLanguage,
}

/// Which letters are to end.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct UnsubscribeQuery {
    /// As it stands in the `List-Unsubscribe` of a letter.
    #[param(example = "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw.0a3f…")]
    pub token: String,
}
