//! Who asks: the person of a valid access token whose login still lives, and what the token may do.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use hanse_document::{Did, Timestamp};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::state::State;
use crate::state::token::{Claims, TokenError};

/// What a token may be allowed to do. Reading what is one's own needs no scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ToSchema)]
pub enum Scope {
    /// Change the profile and the saved searches.
    #[schema(rename = "profile:write")]
    Profile,
    /// Post and close jobs.
    #[schema(rename = "jobs:write")]
    Jobs,
    /// Bid and withdraw.
    #[schema(rename = "bids:write")]
    Bids,
    /// Offer, accept and move contracts.
    #[schema(rename = "contracts:write")]
    Contracts,
    /// Review and reply.
    #[schema(rename = "reviews:write")]
    Reviews,
    /// Write messages, mark them read, and upload files for them.
    #[schema(rename = "messages:write")]
    Messages,
    /// Change password, handle, address and blocks, and end other logins.
    #[schema(rename = "account:write")]
    Account,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 7] = [
        Self::Profile,
        Self::Jobs,
        Self::Bids,
        Self::Contracts,
        Self::Reviews,
        Self::Messages,
        Self::Account,
    ];

    /// As it stands in a token.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Profile => "profile:write",
            Self::Jobs => "jobs:write",
            Self::Bids => "bids:write",
            Self::Contracts => "contracts:write",
            Self::Reviews => "reviews:write",
            Self::Messages => "messages:write",
            Self::Account => "account:write",
        }
    }

    /// The asked scopes in their one order, or the first word that is none. Nothing asked is everything.
    pub fn normalise(asked: &[String]) -> Result<String, String> {
        if let Some(unknown) =
            asked.iter().find(|word| Self::ALL.iter().all(|scope| scope.name() != word.as_str()))
        {
            return Err(unknown.clone());
        }
        let names = Self::ALL.iter().map(|scope| scope.name());
        let chosen: Vec<_> =
            names.filter(|name| asked.is_empty() || asked.iter().any(|word| word == name)).collect();
        Ok(chosen.join(" "))
    }
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Principal {
    /// Who.
    pub did: Did,
    /// The login.
    pub session: String,
    /// When the token's time is over.
    pub until: Timestamp,
    scopes: String,
}

impl Principal {
    /// Refuses a token without `scope`.
    pub fn need(&self, scope: Scope) -> Result<(), Problem> {
        if self.scopes.split(' ').any(|word| word == scope.name()) {
            Ok(())
        } else {
            Err(Problem::scope_missing(scope.name()))
        }
    }
}

/// The person of the request's token, if the login that it belongs to still lives.
pub async fn signed_in(request: &HttpRequest, state: &State) -> Result<Principal, Problem> {
    let claims = claims(request, state)?;
    if !state.engine.accounts().session_live(&claims.sid).await? {
        return Err(Problem::token("session-ended", "This login has ended: sign in again."));
    }
    // A token that was checked has a time that is one.
    let until = Timestamp::from_unix(claims.exp).unwrap_or(state.engine.now());
    Ok(Principal { did: claims.sub, session: claims.sid, until, scopes: claims.scope })
}

/// What a request's token was found to be, kept with the request so that it is checked once; `None` if there is no token.
#[derive(Clone)]
struct Checked(Result<Claims, Option<TokenError>>);

/// The claims of the request's token, or what is wrong with it; says nothing about the login.
pub fn known(request: &HttpRequest, state: &State) -> Result<Claims, Option<TokenError>> {
    if let Some(checked) = request.extensions().get::<Checked>() {
        return checked.0.clone();
    }
    let header = request.headers().get(AUTHORIZATION).and_then(|header| header.to_str().ok());
    let found = match header.and_then(bearer) {
        Some(token) => state.tokens.check(token, state.engine.now()).map_err(Some),
        None => Err(None),
    };
    request.extensions_mut().insert(Checked(found.clone()));
    found
}

/// The same, in the words of a refusal.
fn claims(request: &HttpRequest, state: &State) -> Result<Claims, Problem> {
    known(request, state).map_err(|error| match error {
        None => Problem::token_missing(),
        Some(TokenError::Expired) => {
            Problem::token("token-expired", "The access token's time is over: use the refresh token.")
        }
        Some(TokenError::Foreign) => {
            Problem::token("token-foreign", "The access token is another node's: sign in here.")
        }
        Some(TokenError::Forged) => {
            Problem::token("token-forged", "The access token is not one that this node gave.")
        }
    })
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequest for Principal {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        let request = request.clone();
        Box::pin(async move {
            let state = state.ok_or_else(|| Problem::internal("the application has no state"))?;
            signed_in(&request, &state).await
        })
    }
}

/// A signed-in person, or nobody; a bad token is still refused.
#[derive(Clone, Debug)]
pub struct Viewer(pub Option<Did>);

impl FromRequest for Viewer {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if request.headers().get(AUTHORIZATION).is_none() {
            return Box::pin(std::future::ready(Ok(Self(None))));
        }
        let principal = Principal::from_request(request, payload);
        Box::pin(async move { Ok(Self(Some(principal.await?.did))) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_put_in_one_order_and_unknown_ones_named() {
        assert_eq!(
            Scope::normalise(&["jobs:write".into(), "profile:write".into()]).unwrap(),
            "profile:write jobs:write"
        );
        assert_eq!(Scope::normalise(&["admin".into()]).unwrap_err(), "admin");
        assert_eq!(Scope::normalise(&[]).unwrap().split(' ').count(), Scope::ALL.len());
    }
}
