//! The body of each kind of document: what stands in `credentialSubject`.
//!
//! Bodies have public fields whose types carry the bounds. The few rules that span fields are in each kind's `check`,
//! which signing and reading both call. An absent field is *unstated*, which is not the same as false, zero or none.

pub mod acceptance;
pub mod bid;
pub mod dispute;
pub mod identity;
pub mod invitation;
pub mod job;
pub mod offer;
pub mod pay;
pub mod place;
pub mod profile;
pub mod reply;
pub mod review;
pub mod step;
pub mod terms;
pub mod text;
pub mod time_sheet;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use acceptance::Acceptance;
pub use bid::{Answer, Bid};
pub use dispute::{Arbiter, Dispute, NamedArbiter, Outcome, Then};
pub use identity::{Custody, Identity};
pub use invitation::Invitation;
pub use job::{Job, Schedule};
pub use offer::Offer;
pub use pay::{Barter, Money, Pay, PayKind, Per, TimeCredits};
pub use place::{Place, Point, Site};
pub use profile::Profile;
pub use reply::Reply;
pub use review::{Axis, Review, Role};
pub use step::{Event, Step};
pub use terms::{Part, Terms};
pub use text::ReviewText;
pub use time_sheet::TimeSheet;

use crate::did::Did;
use crate::fault::Fault;
use crate::id::{DocumentId, Kind};
use crate::rejection::Rejection;

/// The body of a document of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// See [`Identity`].
    Identity(Identity),
    /// See [`Profile`].
    Profile(Profile),
    /// See [`Job`].
    Job(Job),
    /// See [`Invitation`].
    Invitation(Invitation),
    /// See [`Bid`].
    Bid(Bid),
    /// See [`Terms`].
    Terms(Terms),
    /// See [`Offer`].
    Offer(Offer),
    /// See [`Acceptance`].
    Acceptance(Acceptance),
    /// See [`Step`].
    Step(Step),
    /// See [`ReviewText`].
    Text(ReviewText),
    /// See [`Review`].
    Review(Review),
    /// See [`Reply`].
    Reply(Reply),
    /// See [`Arbiter`].
    Arbiter(Arbiter),
    /// See [`Dispute`].
    Dispute(Dispute),
}

impl Body {
    /// The kind of the body.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Identity(_) => Kind::Identity,
            Self::Profile(_) => Kind::Profile,
            Self::Job(_) => Kind::Job,
            Self::Invitation(_) => Kind::Invitation,
            Self::Bid(_) => Kind::Bid,
            Self::Terms(_) => Kind::Terms,
            Self::Offer(_) => Kind::Offer,
            Self::Acceptance(_) => Kind::Acceptance,
            Self::Step(_) => Kind::Step,
            Self::Text(_) => Kind::Text,
            Self::Review(_) => Kind::Review,
            Self::Reply(_) => Kind::Reply,
            Self::Arbiter(_) => Kind::Arbiter,
            Self::Dispute(_) => Kind::Dispute,
        }
    }

    /// Reads the body of this kind. A value that does not come back the same when written, such as one with `null` for an
    /// unstated field, is out of form.
    ///
    /// # Errors
    /// The rejection of the first field that is out of form or bounds.
    pub fn from_value(kind: Kind, value: &Value) -> Result<Self, Rejection> {
        Self::read(kind, value).map_err(|misfit| misfit.fault.rejection)
    }

    /// As [`Body::from_value`], and says which field is wrong: for people who wrote the value by hand.
    ///
    /// # Errors
    /// The first field that is out of form or bounds, with its rejection.
    pub fn read(kind: Kind, value: &Value) -> Result<Self, Misfit> {
        let body = match kind {
            Kind::Identity => Self::Identity(read(value)?),
            Kind::Profile => Self::Profile(read(value)?),
            Kind::Job => Self::Job(read(value)?),
            Kind::Invitation => Self::Invitation(read(value)?),
            Kind::Bid => Self::Bid(read(value)?),
            Kind::Terms => Self::Terms(read(value)?),
            Kind::Offer => Self::Offer(read(value)?),
            Kind::Acceptance => Self::Acceptance(read(value)?),
            Kind::Step => Self::Step(read(value)?),
            Kind::Text => Self::Text(read(value)?),
            Kind::Review => Self::Review(read(value)?),
            Kind::Reply => Self::Reply(read(value)?),
            Kind::Arbiter => Self::Arbiter(read(value)?),
            Kind::Dispute => Self::Dispute(read(value)?),
        };
        let written = body.to_value();
        if written == *value {
            return Ok(body);
        }
        let differs = |(name, field): &(&String, &Value)| written.get(name.as_str()) != Some(*field);
        let field = value.as_object().and_then(|fields| fields.iter().find(differs));
        let field = field.map(|(name, _)| name.clone()).unwrap_or_default();
        Err(Misfit::new(field, Rejection::OutOfForm))
    }

    /// The body as it stands in `credentialSubject`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Identity(body) => write(body),
            Self::Profile(body) => write(body),
            Self::Job(body) => write(body),
            Self::Invitation(body) => write(body),
            Self::Bid(body) => write(body),
            Self::Terms(body) => write(body),
            Self::Offer(body) => write(body),
            Self::Acceptance(body) => write(body),
            Self::Step(body) => write(body),
            Self::Text(body) => write(body),
            Self::Review(body) => write(body),
            Self::Reply(body) => write(body),
            Self::Arbiter(body) => write(body),
            Self::Dispute(body) => write(body),
        }
    }

    /// Checks the rules that span several fields, or the body and its author.
    ///
    /// # Errors
    /// `WrongKind`, `KeyReused`, `AboutSelf`, `BadTime`, `OutOfBounds` or `OutOfForm`, as the kind says.
    pub fn check(&self, issuer: &Did) -> Result<(), Misfit> {
        let checked = match self {
            Self::Job(body) => return body.check(),
            Self::Review(body) => return body.check(issuer),
            Self::Identity(body) => body.check(issuer),
            Self::Profile(body) => body.check(),
            Self::Invitation(body) => body.check(issuer),
            Self::Bid(body) => body.check(),
            Self::Terms(body) => body.check(),
            Self::Offer(body) => body.check(issuer),
            Self::Acceptance(body) => body.check(issuer),
            Self::Step(body) => body.check(),
            Self::Arbiter(body) => body.check(issuer),
            Self::Dispute(body) => body.check(),
            Self::Text(_) | Self::Reply(_) => Ok(()),
        };
        checked.map_err(Misfit::from)
    }
}

/// A thing that is said anew, as a whole: its first document, and where its chain stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anew {
    /// The first document of the thing.
    pub object: DocumentId,
    /// The newest document of the thing that the author knew.
    pub prev: DocumentId,
}

impl Anew {
    /// Checks that it says a thing of this kind anew.
    fn check(&self, kind: Kind) -> Result<(), Rejection> {
        self.object.expect_kind(&[kind])?;
        self.prev.expect_kind(&[kind, Kind::Step])
    }
}

/// A field that a body cannot have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Where it stands, as in `title` or `skills[3]`; empty or `.` for the body as a whole.
    pub field: String,
    /// What is wrong with it.
    pub fault: Fault,
}

impl Misfit {
    fn new(field: impl Into<String>, fault: impl Into<Fault>) -> Self {
        Self { field: field.into(), fault: fault.into() }
    }
}

impl From<Rejection> for Misfit {
    /// Of the body as a whole.
    fn from(rejection: Rejection) -> Self {
        Self::new("", rejection)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(value)
        .map_err(|error| Misfit::new(error.path().to_string(), Fault::of_serde(error.inner())))
}

fn write<T: Serialize>(body: &T) -> Value {
    // Cannot fail: bodies are structs of texts, integers and lists. If one did, null is no body of any kind.
    serde_json::to_value(body).unwrap_or_default()
}

/// Refuses a statement about somebody else that names its own author.
fn require_other(issuer: &Did, other: &Did) -> Result<(), Rejection> {
    if issuer == other { Err(Rejection::AboutSelf) } else { Ok(()) }
}

/// Refuses a slot key that is the author's identity key.
fn require_own_purpose(issuer: &Did, slot: &crate::key::PublicKey) -> Result<(), Rejection> {
    if issuer.key() == *slot { Err(Rejection::KeyReused) } else { Ok(()) }
}
