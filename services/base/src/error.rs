//! Why a use case did not happen: the caller's reasons ([`Refusal`], each with a stable slug and an HTTP status), and our own
//! ([`Failure`], never a caller's or a peer's fault).

mod account;
mod engine;
mod failure;
mod hindrance;
mod not_once;
mod talk;

use hanse_document::kind::terms::DUE_DAYS_MAX;
use hanse_document::{DocumentId, Fault, NodeName, Rejection};
use hanse_lifecycle::{Event, Machine, Refused, State};
use hanse_store::StoreError;

use crate::keys::KeyError;

pub use self::account::AccountRefusal;
pub use self::engine::EngineError;
pub use self::failure::Failure;
pub use self::hindrance::Hindrance;
pub use self::not_once::NotOnce;
pub use self::talk::TalkRefusal;

/// What a use case answers when it does not answer with its result.
#[derive(Debug, thiserror::Error)]
pub enum UseError {
    /// For a reason that the caller can meet.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Because something of ours is broken or away.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<StoreError> for UseError {
    fn from(error: StoreError) -> Self {
        Self::Failed(Failure::Store(error))
    }
}

impl From<KeyError> for UseError {
    fn from(error: KeyError) -> Self {
        Self::Failed(Failure::Key(error))
    }
}

impl From<Rejection> for UseError {
    fn from(rejection: Rejection) -> Self {
        Self::Refused(Refusal::Rejected(rejection))
    }
}

/// Every reason that a caller can meet. `Display` is one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The document breaks a rule of its form.
    #[error("{}", .0.sentence())]
    Rejected(Rejection),
    /// A field of a request cannot be used.
    #[error("`{field}` {reason}")]
    BadField {
        /// Its name in the request.
        field: &'static str,
        /// What is wrong with it, to be read after the name.
        reason: &'static str,
    },
    /// No town of the list has the name that a search is to be near to.
    #[error(
        "`near`: no town of 5,000 people or more is called `{0}` in the list: write it as in Lyon or 'Lyon, FR', or give \
         `latitude_e4` and `longitude_e4`"
    )]
    UnknownPlace(String),
    /// Several towns have the name that a search is to be near to.
    #[error(
        "`near`: `{name}` may be {}: add the country as in 'Lyon, FR', or give `latitude_e4` and `longitude_e4`",
        .towns.join("; ")
    )]
    SeveralPlaces {
        /// The name.
        name: String,
        /// The largest of them, with country and coordinates.
        towns: Vec<String>,
    },
    /// What a field of a request says breaks a rule of the document that it becomes.
    #[error("`{field}`: {}", .fault.sentence())]
    BadValue {
        /// Where it stands in the request, as in `pay.currency` or `skills[3]`.
        field: String,
        /// Which rule, and what is to be said of the value.
        fault: Fault,
    },
    /// There is no such thing here, or it is not for this viewer.
    #[error("there is no such {0} here")]
    NotFound(&'static str),
    /// What is asked for rests on the caller's profile, and there is none.
    #[error("this rests on your profile, and you have none yet: write it with PUT /v1/me/profile")]
    NoProfile,
    /// Only the person's home has this.
    #[error("this person's home is {0}: ask there")]
    Elsewhere(NodeName),
    /// The thing exists and this person has no part in that move.
    #[error("only {0} can do this")]
    NotYours(&'static str),
    /// The state allows other moves, or none.
    #[error("{refused}")]
    NotNow {
        /// The table's answer, with what is allowed.
        refused: Refused,
        /// The last document of the thing's chain.
        head: Option<DocumentId>,
    },
    /// The move does not continue the last document of the chain.
    #[error("the {machine} has moved on: it is {state}, and its head is {head}")]
    WrongPrev {
        /// What moved.
        machine: Machine,
        /// Where it stands.
        state: State,
        /// The last document of its chain.
        head: DocumentId,
        /// What this actor may do now.
        allowed: Vec<Event>,
    },
    /// The profile, or the announcement of an arbiter, that this one replaces is not the newest one.
    #[error("what this replaces has been changed meanwhile")]
    ProfileMoved(Option<DocumentId>),
    /// What this builds on has not arrived here yet; the same request may be accepted later.
    #[error("what this builds on has not arrived at this node yet; try again shortly")]
    TooEarly,
    /// A document of this person about this job is still on its way to the job's home.
    #[error("an earlier move of yours on this job is still on its way to the job's home")]
    InFlight,
    /// The document's time is over.
    #[error("this {0} has expired")]
    Expired(&'static str),
    /// The document is dated later than now.
    #[error("the document is dated later than now")]
    Future,
    /// The document names another node than the one that is to act on it.
    #[error("the document is addressed to another node")]
    WrongAddressee,
    /// The document names another home than its issuer's genesis.
    #[error("the document names another home than its issuer's identity")]
    WrongHome,
    /// The proof declares another custody than the issuer's genesis.
    #[error("the proof declares another custody than its issuer's identity")]
    WrongCustody,
    /// The document came from a node that does not speak for its author.
    #[error("this node does not deliver for the document's author")]
    WrongCarrier,
    /// The home is not one of the nodes that this one federates with.
    #[error("this node does not federate with the home that the document names")]
    UnknownOrigin,
    /// The issuer's identity is not known here and did not come along.
    #[error("the issuer's identity is not known here")]
    UnknownPerson,
    /// Another genesis of the same key is known here.
    #[error("another identity document of this key is known here, and the first one stands")]
    OtherGenesis,
    /// A document that this one commits to did not come along, or another one came.
    #[error("the {0} that the document commits to did not come along")]
    MissingAttachment(&'static str),
    /// The document names a party, log, slot or engagement that is not the one of this thing.
    #[error("`{0}` is not the one of this contract")]
    WrongParty(&'static str),
    /// One's own job takes no bid of one's own.
    #[error("a client cannot bid on their own job")]
    OwnJob,
    /// The job takes no bids or offers any more.
    #[error("the job is {0} and takes neither bids nor offers")]
    JobNotOpen(State),
    /// The job's client does not want to deal with the bidder, who is told what they see anyhow and no reason.
    #[error("this job takes no bid of yours")]
    BidNotTaken,
    /// There is a live bid of this freelancer on this job.
    #[error("there is a live bid of this freelancer on this job")]
    BidExists,
    /// The terms of an offer are due before its day, or further away than contracts last.
    #[error("`due` must be a date, YYYY-MM-DD, from the day of the offer to {DUE_DAYS_MAX} days after it")]
    BadDue,
    /// Every seat of the job has an offer or a contract.
    #[error("every seat of the job has an offer or a contract")]
    NoFreeSeat,
    /// The tables allow it, and something about the thing stands in its way now.
    #[error(transparent)]
    Hindered(Hindrance),
    /// An offer of the job waits for an answer.
    #[error("an offer of this job waits for an answer: rescind it first")]
    OfferWaits,
    /// The author has reviewed this contract already.
    #[error("you have reviewed this contract already")]
    ReviewExists,
    /// The handle has another owner.
    #[error("this handle is taken")]
    HandleTaken,
    /// The password is one of those that are tried first; why, to be read after "the password".
    #[error("the password {0}: take a longer one that nobody would try, such as a sentence")]
    WeakPassword(&'static str),
    /// Handle or password is wrong; which of them is not said.
    #[error("handle or password is wrong")]
    BadCredentials,
    /// The session is over: logged out, expired, or ended because an old refresh token was used again.
    #[error("this session is over; log in again")]
    SessionEnded,
    /// The person keeps their own key; this node cannot sign for them.
    #[error("your key is not in this node's custody: send the signed document instead")]
    KeyElsewhere,
    /// Own keys sign identities, profiles and jobs so far.
    #[error("documents of this kind cannot be signed with an own key yet")]
    OwnKeyNotYet,
    /// The person has made so many documents within a day that more can only be a mistake or malice.
    #[error("{0} documents of one person within a day are the limit; go on tomorrow")]
    TooMany(u32),
    /// The job has had as many bids as it takes from this person, or from people of their home.
    #[error("{0} bids on one job are the limit, and this job has had them from this person or home")]
    TooManyBids(u32),
    /// The person keeps so many searches that one must go first.
    #[error("you keep {0} searches already: delete one first")]
    TooManySearches(i64),
    /// The person has so many streams open that nobody reads, that there is no place for one more.
    #[error("you have {0} open streams that nobody reads: close one first")]
    TooManyStreams(usize),
    /// Too many costly requests at once.
    #[error("too many requests at once; try again in a moment")]
    Busy,
    /// This process has just started, and its search index is not built yet.
    #[error("this node is still building its search index; try again in a moment")]
    NotReady,
    /// A log of this node that this needs is halted: what cannot be logged is not taken.
    #[error(
        "this node's {0} log is halted, and what must stand in it is not taken until the operator has resumed it; reading goes on"
    )]
    LogHalted(&'static str),
    /// Standpoint and subject are one person.
    #[error(
        "nobody has a score of themselves: look at another person, or from another's place with `viewer`"
    )]
    OwnScore,
    /// More people speak on the ways from a standpoint than a history can replay.
    #[error(
        "more people speak on the ways from there than a history can be replayed for; the score itself is served"
    )]
    TooWide,
    /// Too many postings had to be looked at to find those that fit.
    #[error(
        "too much had to be looked at for this search: ask for a word, a skill, a country or a client as well"
    )]
    TooBroad,
    /// The logs say more of a person than is counted, or than a file may hold.
    #[error("the logs hold more about this person than one answer can carry; the log itself is served")]
    RecordTooLarge,
    /// A contract is asked about after its close.
    #[error("this can be answered only after the contract has closed")]
    NotClosed,
    /// Of the person's own account.
    #[error(transparent)]
    Account(#[from] AccountRefusal),
    /// Of a message or its files.
    #[error(transparent)]
    Talk(#[from] TalkRefusal),
    /// Because of the request's key, or of the version that it names.
    #[error(transparent)]
    NotOnce(#[from] NotOnce),
    /// The other home refused it; the slug that it gave.
    #[error("the job's home refused it: {0}")]
    ByHome(String),
}

impl Refusal {
    /// The slug of this reason, which never changes: part of problem types, receipts and metrics.
    #[must_use]
    pub fn slug(&self) -> &str {
        match self {
            Self::Rejected(rejection) | Self::BadValue { fault: Fault { rejection, .. }, .. } => {
                rejection.slug()
            }
            Self::BadField { .. } => "bad-field",
            Self::UnknownPlace(_) => "unknown-place",
            Self::SeveralPlaces { .. } => "several-places",
            Self::NotFound(_) | Self::NoProfile | Self::Elsewhere(_) => "not-found",
            Self::NotYours(_) => "not-yours",
            Self::NotNow { .. } => "not-now",
            Self::WrongPrev { .. } | Self::ProfileMoved(_) => "wrong-prev",
            Self::TooEarly => "too-early",
            Self::InFlight => "in-flight",
            Self::Expired(_) => "expired",
            Self::Future => "dated-later",
            Self::WrongAddressee => "wrong-addressee",
            Self::WrongHome => "wrong-home",
            Self::WrongCustody => "wrong-custody",
            Self::WrongCarrier => "wrong-carrier",
            Self::UnknownOrigin => "unknown-origin",
            Self::UnknownPerson => "unknown-person",
            Self::OtherGenesis => "other-genesis",
            Self::MissingAttachment(_) => "missing-attachment",
            Self::WrongParty(_) => "wrong-party",
            Self::OwnJob => "own-job",
            Self::JobNotOpen(_) => "job-not-open",
            Self::BidNotTaken => "bid-not-taken",
            Self::BidExists => "bid-exists",
            Self::BadDue => "bad-due",
            Self::NoFreeSeat => "no-free-seat",
            Self::Hindered(hindrance) => hindrance.slug(),
            Self::OfferWaits => "offer-waits",
            Self::ReviewExists => "review-exists",
            Self::HandleTaken => "handle-taken",
            Self::WeakPassword(_) => "weak-password",
            Self::BadCredentials => "bad-credentials",
            Self::SessionEnded => "session-ended",
            Self::KeyElsewhere => "key-elsewhere",
            Self::OwnKeyNotYet => "own-key-not-yet",
            Self::TooMany(_) => "too-many",
            Self::TooManyBids(_) => "too-many-bids",
            Self::TooManySearches(_) => "too-many-searches",
            Self::TooManyStreams(_) => "too-many-streams",
            Self::Busy => "busy",
            Self::NotReady => "not-ready",
            Self::LogHalted(_) => "log-halted",
            Self::OwnScore => "own-score",
            Self::TooWide => "too-wide",
            Self::TooBroad => "too-broad",
            Self::RecordTooLarge => "record-too-large",
            Self::NotClosed => "not-closed",
            Self::Account(reason) => reason.slug(),
            Self::Talk(reason) => reason.slug(),
            Self::NotOnce(reason) => reason.slug(),
            Self::ByHome(slug) => slug,
        }
    }

    /// The HTTP status that says it best.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::BadCredentials | Self::SessionEnded => 401,
            Self::NotYours(_) | Self::OwnJob | Self::BidNotTaken | Self::WrongCarrier => 403,
            Self::NotFound(_) | Self::NoProfile | Self::Elsewhere(_) => 404,
            Self::NotNow { .. }
            | Self::WrongPrev { .. }
            | Self::ProfileMoved(_)
            | Self::TooEarly
            | Self::InFlight
            | Self::Expired(_)
            | Self::OtherGenesis
            | Self::JobNotOpen(_)
            | Self::BidExists
            | Self::NoFreeSeat
            | Self::OfferWaits
            | Self::ReviewExists
            | Self::HandleTaken
            | Self::TooManyBids(_)
            | Self::TooManySearches(_)
            | Self::KeyElsewhere
            | Self::NotClosed
            | Self::ByHome(_) => 409,
            Self::Rejected(Rejection::TooLarge) => 413,
            Self::Rejected(_)
            | Self::BadField { .. }
            | Self::BadValue { .. }
            | Self::UnknownPlace(_)
            | Self::SeveralPlaces { .. }
            | Self::Future
            | Self::WrongAddressee
            | Self::WrongHome
            | Self::WrongCustody
            | Self::UnknownOrigin
            | Self::UnknownPerson
            | Self::MissingAttachment(_)
            | Self::WrongParty(_)
            | Self::BadDue
            | Self::WeakPassword(_)
            | Self::OwnKeyNotYet
            | Self::OwnScore
            | Self::TooWide
            | Self::TooBroad
            | Self::RecordTooLarge => 422,
            Self::TooMany(_) | Self::TooManyStreams(_) => 429,
            Self::Busy | Self::NotReady | Self::LogHalted(_) => 503,
            Self::Account(reason) => reason.status(),
            Self::Talk(reason) => reason.status(),
            Self::NotOnce(reason) => reason.status(),
            Self::Hindered(hindrance) => hindrance.status(),
        }
    }

    /// What the caller may do instead, where the refusal is about a state.
    #[must_use]
    pub fn allowed(&self) -> Option<Vec<String>> {
        let names = |events: &[Event]| events.iter().map(|event| event.name().to_owned()).collect();
        if let Self::NotNow { refused, .. } = self {
            return Some(names(&refused.allowed));
        }
        if let Self::WrongPrev { allowed, .. } = self {
            return Some(names(allowed));
        }
        None
    }

    /// The head of the chain to continue, where the refusal is about a thing that has one.
    #[must_use]
    pub fn head(&self) -> Option<String> {
        if let Self::NotNow { head, .. } = self {
            return head.map(|head| head.to_string());
        }
        if let Self::WrongPrev { head, .. } | Self::ProfileMoved(Some(head)) = self {
            return Some(head.to_string());
        }
        if let Self::NotOnce(NotOnce::Moved { head }) = self {
            return Some(head.clone());
        }
        None
    }
}
