//! Reviews and replies at their author's home: kept, and committed to by a leaf. At the other home, and where they are opened, their
//! leaves give them their effect.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::{side, unsound};
use hanse_document::kind::{Reply, Review, Role};
use hanse_document::{Did, DocumentId, Kind, PublicKey, Rejection, Verified};
use hanse_ledger::{LeafId, Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, Refused, State, next, timeouts};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::reviews::{self, ReviewRow};

use super::{Apply, Authority, tell};

/// A side of a closed contract, which may review the other.
#[derive(Debug)]
pub struct Reviewer<'a> {
    /// Their side.
    pub role: Actor,
    /// The other side.
    pub rated: &'a Did,
    /// The author's own engagement, which the review cites.
    pub own: LeafId,
    /// The rated person's, whose slot the leaves answer.
    rated_engagement: LeafId,
    slot: PublicKey,
    closed_at: i64,
}

impl<'a> Reviewer<'a> {
    /// The side of a person.
    ///
    /// # Errors
    /// `NotFound` for somebody else, `NotNow` before the contract is closed.
    pub fn of(contract: &'a ContractRow, did: &Did) -> Result<Self, UseError> {
        let role = side(contract, did).ok_or(Refusal::NotFound("contract"))?;
        let Some(closed_at) = contract.closed_at.filter(|_| contract.freelancer_engaged) else {
            return Err(not_now(contract, role, None));
        };
        let gone = || Failure::unreadable(contract.id, "a closed contract without engagements");
        let client = contract.client_engagement.ok_or_else(gone)?;
        let freelancer = contract.freelancer_engagement.ok_or_else(gone)?;
        if role == Actor::Client {
            let (rated, slot) = (&contract.freelancer, contract.client_slot);
            return Ok(Self { role, rated, own: client, rated_engagement: freelancer, slot, closed_at });
        }
        let slot = contract.freelancer_slot.ok_or_else(gone)?;
        let rated = &contract.client;
        Ok(Self { role, rated, own: freelancer, rated_engagement: client, slot, closed_at })
    }
}

fn not_now(contract: &ContractRow, actor: Actor, state: Option<State>) -> UseError {
    let refused =
        Refused { machine: Machine::Review, state, event: Event::Commit, actor, allowed: Vec::new() };
    Refusal::NotNow { refused, head: Some(contract.head) }.into()
}

/// How long a review may stay in a state, in seconds.
pub(crate) fn review_seconds(state: State) -> i64 {
    let timeouts = timeouts(Machine::Review).iter();
    timeouts.filter(|timeout| timeout.state == state).map(|timeout| timeout.after_seconds).sum()
}

/// The contract of the review that a reply answers.
pub(super) async fn answered(ctx: &Apply<'_>, reply: &Reply) -> Result<DocumentId, UseError> {
    let review = reviews::find(ctx.tx, &cited(reply)).await?;
    Ok(review.and_then(|review| review.contract).ok_or_else(|| ctx.missing("review"))?)
}

fn cited(reply: &Reply) -> LeafId {
    reply.cites.into()
}

/// Seals a review: it and its text are kept where nobody else sees them, and a leaf commits to it. The leaf that opens it is signed at
/// once, and waits.
pub(super) async fn seal(
    ctx: &Apply<'_>,
    document: &Verified,
    review: &Review,
    attachments: &[Verified],
) -> Result<(), UseError> {
    at_home(ctx)?;
    let contract = contracts::contract(ctx.tx, &review.contract).await?;
    let contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    let author = document.issuer();
    let reviewer = Reviewer::of(&contract, author)?;
    let role = match review.role {
        Role::Client => Actor::Client,
        Role::Freelancer => Actor::Freelancer,
    };
    if (&review.id, role, review.engagement.into()) != (reviewer.rated, reviewer.role, reviewer.own) {
        return Err(Refusal::WrongParty("review").into());
    }
    let others = reviews::of_contract(ctx.tx, &contract.id).await?;
    if others.iter().any(|other| other.author.as_ref() == Some(author)) {
        return Err(Refusal::ReviewExists.into());
    }
    if ctx.now.unix() >= reviewer.closed_at.saturating_add(review_seconds(State::Open)) {
        return Err(not_now(&contract, reviewer.role, Some(State::Lapsed)));
    }
    let text = text(review, author, attachments)?;
    for document in text.into_iter().chain([document]) {
        ctx.keep(document, false).await?;
    }
    let key = ctx.slot_key(author, &reviewer.slot).await?;
    let key = key.ok_or_else(|| Failure::unreadable(reviewer.slot, "a slot key is gone"))?;
    let (day, subjects) = (document.from().day(), [SubjectKey::of(reviewer.rated)]);
    let commit =
        Statement::Commit { commitment: document.commitment(), engagement: reviewer.rated_engagement };
    let commit = commit.draft(day, &subjects).sign(&[&key]).map_err(unsound)?;
    let open = Statement::Open { cites: commit.id() };
    let open = open.draft(day, &subjects).sign(&[&key]).map_err(unsound)?;
    let row = ReviewRow {
        commit_leaf: commit.id(),
        contract: Some(contract.id),
        author: Some(author.clone()),
        subject: reviewer.rated.subject_key(),
        commitment: document.commitment(),
        engagement: reviewer.rated_engagement,
        open_leaf: Some(open.bytes().to_vec()),
        document: Some(document.id()),
        text: text.map(Verified::id),
        state: State::Committed,
        reply: None,
        committed_at: ctx.now.unix(),
        published_at: None,
    };
    reviews::insert(ctx.tx, &row).await?;
    ctx.enqueue(LogKind::Reputation, &commit).await
}

/// The text that a review names, which came with it.
fn text<'a>(
    review: &Review,
    author: &Did,
    attachments: &'a [Verified],
) -> Result<Option<&'a Verified>, Refusal> {
    let Some(commitment) = review.text else { return Ok(None) };
    let is = |document: &&Verified| {
        document.commitment() == commitment && document.kind() == Kind::Text && document.issuer() == author
    };
    attachments.iter().find(is).map(Some).ok_or(Refusal::MissingAttachment("text"))
}

/// Answers an open review, once.
pub(super) async fn reply(ctx: &Apply<'_>, document: &Verified, reply: &Reply) -> Result<(), UseError> {
    at_home(ctx)?;
    let (cites, author) = (cited(reply), document.issuer());
    let review = reviews::find(ctx.tx, &cites).await?;
    let mut review = review.ok_or_else(|| ctx.missing("review"))?;
    if review.subject != author.subject_key() {
        return Err(Refusal::NotYours("the person who was reviewed").into());
    }
    let contract = review.contract.ok_or_else(|| ctx.missing("review"))?;
    let contract = contracts::contract(ctx.tx, &contract).await?;
    let contract = contract.ok_or_else(|| ctx.missing("contract"))?;
    let role = side(&contract, author).ok_or(Refusal::NotFound("review"))?;
    let to = after_reply(ctx, &review, role)?;
    let key = ctx.hosted_key(author).await?;
    let key = key.ok_or_else(|| Failure::unreadable(author, "the key of a reply's author is not here"))?;
    let leaf = Statement::Reply { cites, commitment: document.commitment() }
        .draft(document.from().day(), &[SubjectKey::of(author)])
        .sign(&[&key])
        .map_err(unsound)?;
    ctx.keep(document, true).await?;
    ctx.enqueue(LogKind::Reputation, &leaf).await?;
    review.reply = Some(document.id());
    review.state = to;
    reviews::update(ctx.tx, &review).await?;
    let object = review.document.unwrap_or(contract.id);
    tell::of_review(ctx, &object, &contract, (Event::Reply, to, role)).await
}

/// The state after a reply, if one may be given now.
fn after_reply(ctx: &Apply<'_>, review: &ReviewRow, role: Actor) -> Result<State, UseError> {
    let mut from = review.state;
    let over = |opened: i64| ctx.now.unix() >= opened.saturating_add(review_seconds(State::Published));
    if from == State::Published && review.published_at.is_some_and(over) {
        from = State::Closed;
    }
    Ok(next(Machine::Review, from, Event::Reply, role)
        .map_err(|refused| Refusal::NotNow { refused, head: None })?)
}

/// Only their author's home takes them as documents: to any other their leaves bring them.
fn at_home(ctx: &Apply<'_>) -> Result<(), Rejection> {
    match ctx.authority {
        Authority::Own => Ok(()),
        Authority::Home => Err(Rejection::WrongKind),
    }
}
