//! What a person is shown of their own account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountView;

/// An account that was just opened.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Registered {
    /// The person.
    #[serde(flatten)]
    pub person: AccountView,
    /// Each sets a new password, once. They are shown here and nowhere again: keep them apart from the password.
    pub recovery_codes: Vec<String>,
}

/// New recovery codes; all before them are void.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// Each sets a new password, once. They are shown here and nowhere again: keep them apart from the password.
    pub recovery_codes: Vec<String>,
}

/// The private address of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EmailView {
    /// The address.
    pub address: String,
    /// When the person had shown that it is theirs.
    pub verified_at: String,
}

/// A login, as its person sees it among theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginView {
    /// Its id.
    pub id: String,
    /// Whether it is the one that asks.
    pub current: bool,
    /// When it was begun.
    pub created_at: String,
    /// When its tokens were last renewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refreshed_at: Option<String>,
    /// When it ends if it is not renewed.
    pub expires_at: String,
    /// What it may do, separated by spaces.
    pub scope: String,
    /// What the program said of itself that signed in, at most 120 characters. Anybody can say anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
}

/// Somebody with whom a person does not want to deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BlockView {
    /// The person.
    pub did: String,
    /// Since when.
    pub at: String,
}

impl std::fmt::Debug for Registered {
    /// Without the codes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registered").field("person", &self.person).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for RecoveryCodes {
    /// Without the codes.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RecoveryCodes").finish_non_exhaustive()
    }
}
