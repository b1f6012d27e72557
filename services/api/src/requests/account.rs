//! What people ask about their own account.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A new password, confirmed with the current one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery", "new_password": "le chat noir dort sur le toit"}))]
pub struct PasswordRequest {
    /// The current one.
    #[schema(example = "correct horse battery")]
    pub password: String,
    /// The new one: 10 to 1,024 characters.
    #[schema(min_length = 10, max_length = 1024, example = "le chat noir dort sur le toit")]
    pub new_password: String,
}

/// The current password, to confirm something.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"password": "correct horse battery"}))]
pub struct Confirmation {
    /// The current one.
    #[schema(example = "correct horse battery")]
    pub password: String,
}

/// Sets a new password with a code that is good once.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handle": "ada", "code": "9x4k-c2mn-70vh-qd3w", "password": "le chat noir dort sur le toit"}))]
pub struct ResetRequest {
    /// The name of the account at this node.
    #[schema(example = "ada")]
    pub handle: String,
    /// A recovery code, one that was sent by e-mail, or one from the operator. Case, hyphens and spaces do not matter.
    #[schema(
        max_length = 64,
        pattern = "^[ -]*([0-9A-TV-Za-tv-z][ -]*){16}$",
        example = "9x4k-c2mn-70vh-qd3w"
    )]
    pub code: String,
    /// The new password: 10 to 1,024 characters.
    #[schema(min_length = 10, max_length = 1024, example = "le chat noir dort sur le toit")]
    pub password: String,
}

/// Asks for a code by e-mail: by handle or by address.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handle": "ada"}))]
pub struct ResetLetterRequest {
    /// The name of the account at this node.
    #[serde(default)]
    pub handle: Option<String>,
    /// The address of the account.
    #[serde(default)]
    pub email: Option<String>,
}

/// What of an account is to be another.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"handle": "ada-l"}))]
pub struct AccountRequest {
    /// 3 to 32 of `a-z`, `0-9`, inner `-`; begins with a letter.
    #[schema(min_length = 3, max_length = 32, pattern = "^[a-z](-?[a-z0-9])*$", example = "ada-l")]
    pub handle: String,
}

/// A private address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"address": "ada@mail.example", "password": "correct horse battery"}))]
pub struct EmailRequest {
    /// The address; absent or null takes the one that is there away.
    #[serde(default)]
    #[schema(
        max_length = 254,
        pattern = "^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$",
        example = "ada@mail.example"
    )]
    pub address: Option<String>,
    /// The current password.
    #[schema(example = "correct horse battery")]
    pub password: String,
}

/// The code that was sent to an address.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "9x4k-c2mn-70vh-qd3w"}))]
pub struct CodeRequest {
    /// As it stands in the letter.
    #[schema(max_length = 64, example = "9x4k-c2mn-70vh-qd3w")]
    pub code: String,
}

/// Which logins end.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LogoutQuery {
    /// End all of them but this one, instead of this one.
    #[serde(default)]
    #[param(required = false)]
    pub others: bool,
}

macro_rules! quiet {
    ($($name:ident),+) => {
        $(impl std::fmt::Debug for $name {
            /// Without secrets.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })+
    };
}

quiet!(PasswordRequest, Confirmation, ResetRequest, EmailRequest, CodeRequest);
