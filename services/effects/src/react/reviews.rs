//! Leaves about reviews of contracts of people here: sealed, opened, answered.

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::{Body, Commitment, Did, Kind, PublicKey, Verified};
use hanse_ledger::{Leaf, LeafId};
use hanse_lifecycle::{Actor, Event, Machine, State, next};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::reviews::{self, ReviewRow};
use hanse_store::{documents, log};

use super::{LoggedLeaf, locked};
use crate::apply::{Apply, tell};

/// One of the two closing slots of a contract.
struct Slot<'a> {
    rated: &'a Did,
    author: &'a Did,
    key: PublicKey,
}

/// The slot that answers this engagement.
fn slot_of<'a>(contract: &'a ContractRow, engagement: &LeafId) -> Option<Slot<'a>> {
    if contract.client_engagement == Some(*engagement) {
        let key = contract.freelancer_slot?;
        return Some(Slot { rated: &contract.client, author: &contract.freelancer, key });
    }
    let key = contract.client_slot;
    Some(Slot { rated: &contract.freelancer, author: &contract.client, key })
}

/// Which side of the contract somebody is.
fn role_of(contract: &ContractRow, did: &Did) -> Actor {
    if *did == contract.client { Actor::Client } else { Actor::Freelancer }
}

/// A leaf counts if the slot's key signed it about the one who is rated.
fn check(seen: &LoggedLeaf, slot: &Slot<'_>) -> Result<(), Refusal> {
    let about = seen.leaf.subjects().iter().all(|subject| *subject.as_bytes() == slot.rated.subject_key());
    if about && seen.leaf.is_signed_by(&slot.key) { Ok(()) } else { Err(Refusal::WrongParty("slot")) }
}

/// A review is sealed. It is filed in this home's log too; when both stand there, the author here is opened.
pub(super) async fn commit(
    ctx: &Apply<'_>,
    seen: &LoggedLeaf,
    commitment: &Commitment,
    engagement: &LeafId,
) -> Result<(), UseError> {
    let Some(contract) = locked::contract(ctx, engagement).await? else { return Ok(()) };
    let slot = slot_of(&contract, engagement).ok_or(Refusal::WrongParty("engagement"))?;
    check(seen, &slot)?;
    let rows = reviews::of_contract(ctx.tx, &contract.id).await?;
    if rows.iter().any(|row| row.engagement == *engagement && row.commit_leaf != seen.id) {
        // One review for a slot: the first one stands.
        return Err(Refusal::ReviewExists.into());
    }
    let row = ReviewRow {
        commit_leaf: seen.id,
        contract: Some(contract.id),
        author: None,
        subject: slot.rated.subject_key(),
        commitment: *commitment,
        engagement: *engagement,
        open_leaf: None,
        document: None,
        text: None,
        state: State::Committed,
        reply: None,
        committed_at: ctx.now.unix(),
        published_at: None,
    };
    reviews::insert(ctx.tx, &row).await?;
    let author = role_of(&contract, slot.author);
    tell::of_review(ctx, &contract.id, &contract, (Event::Commit, State::Committed, author)).await?;
    if !seen.own {
        return ctx.enqueue(LogKind::Reputation, &seen.leaf).await;
    }
    open_ours(ctx, &contract).await
}

/// Opens the reviews of authors here, if this node's log holds a commit for each side.
async fn open_ours(ctx: &Apply<'_>, contract: &ContractRow) -> Result<(), UseError> {
    let rows = reviews::of_contract(ctx.tx, &contract.id).await?;
    let ids: Vec<LeafId> = rows.iter().map(|row| row.commit_leaf).collect();
    let origin = &ctx.logbook.log_keys().own(LogKind::Reputation).origin;
    let logged = log::known(ctx.tx, origin, &ids).await?;
    let stands = |engagement: Option<LeafId>| {
        rows.iter().any(|row| Some(row.engagement) == engagement && logged.contains(&row.commit_leaf))
    };
    if stands(contract.client_engagement) && stands(contract.freelancer_engagement) {
        for row in &rows {
            release(ctx, row).await?;
        }
    }
    Ok(())
}

/// Queues the open leaf of a review that was deposited here. Its documents are public from now on, so that whoever follows
/// the log finds them with the leaf.
pub(crate) async fn release(ctx: &Apply<'_>, row: &ReviewRow) -> Result<(), UseError> {
    let Some(bytes) = &row.open_leaf else { return Ok(()) };
    if row.state != State::Committed {
        return Ok(());
    }
    let leaf = Leaf::parse(bytes).map_err(|error| Failure::unreadable("a stored open leaf", error))?;
    for document in row.document.iter().chain(&row.text) {
        documents::publish(ctx.tx, document).await?;
    }
    publish_word(ctx, row).await?;
    ctx.enqueue(LogKind::Reputation, &leaf).await
}

/// Makes the rated person's own offer or acceptance public: it says who may review.
async fn publish_word(ctx: &Apply<'_>, row: &ReviewRow) -> Result<(), UseError> {
    let Some(contract) = contracts::by_engagement(ctx.tx, &row.engagement).await? else { return Ok(()) };
    let of_client = contract.client_engagement == Some(row.engagement);
    if let Some(word) = if of_client { Some(contract.id) } else { contract.acceptance } {
        documents::publish(ctx.tx, &word).await?;
    }
    Ok(())
}

/// A review is open.
pub(super) async fn open(ctx: &Apply<'_>, seen: &LoggedLeaf, cites: &LeafId) -> Result<(), UseError> {
    let Some((mut row, contract)) = locked::review(ctx, cites).await? else { return Ok(()) };
    let slot = slot_of(&contract, &row.engagement).ok_or(Refusal::WrongParty("engagement"))?;
    check(seen, &slot)?;
    // Opened before, its leaf has been filed before: another one, which the slot key can sign too, opens nothing.
    let from = row.state;
    let Ok(to) = next(Machine::Review, from, Event::Open, Actor::Node) else { return Ok(()) };
    // Until the document is here the leaf has no effect and is not filed in this log: it would stand there for a review that nobody
    // may ever see. What is missing is asked for, and the leaf then has its turn again.
    let Some(document) = documents::by_commitment(ctx.tx, &row.commitment).await? else { return Ok(()) };
    show(ctx, &mut row, &contract, &kept(&document)?, to).await?;
    if seen.own { Ok(()) } else { ctx.enqueue(LogKind::Reputation, &seen.leaf).await }
}

/// Makes a review and its text public, if the document is the review that was sealed.
async fn show(
    ctx: &Apply<'_>,
    row: &mut ReviewRow,
    contract: &ContractRow,
    document: &Verified,
    to: State,
) -> Result<(), UseError> {
    let slot = slot_of(contract, &row.engagement).ok_or(Refusal::WrongParty("engagement"))?;
    let text = fits(document, row, contract, &slot)?;
    let text = match text {
        Some(commitment) => documents::by_commitment(ctx.tx, &commitment).await?.map(|row| row.id),
        None => None,
    };
    // A review that names another document as its text makes that one neither a text nor public.
    let text = text.filter(|text| text.kind() == Kind::Text);
    documents::publish(ctx.tx, &document.id()).await?;
    if let Some(text) = &text {
        documents::publish(ctx.tx, text).await?;
    }
    publish_word(ctx, row).await?;
    row.author = Some(slot.author.clone());
    row.document = Some(document.id());
    row.text = text;
    row.state = to;
    row.published_at = Some(ctx.now.unix());
    reviews::update(ctx.tx, row).await?;
    tell::of_review(ctx, &document.id(), contract, (Event::Open, to, Actor::Node)).await
}

/// Whether the document is this review; the commitment of its text.
fn fits(
    document: &Verified,
    row: &ReviewRow,
    contract: &ContractRow,
    slot: &Slot<'_>,
) -> Result<Option<Commitment>, UseError> {
    let Body::Review(review) = document.body() else { return Err(Refusal::WrongParty("review").into()) };
    let fits = document.issuer() == slot.author
        && review.contract == contract.id
        && review.id.subject_key() == row.subject;
    if fits { Ok(review.text) } else { Err(Refusal::WrongParty("review").into()) }
}

/// A reply stands in the log of the home of whoever was reviewed.
pub(super) async fn reply(
    ctx: &Apply<'_>,
    seen: &LoggedLeaf,
    cites: &LeafId,
    commitment: &Commitment,
) -> Result<(), UseError> {
    let Some((mut row, contract)) = locked::review(ctx, cites).await? else { return Ok(()) };
    let slot = slot_of(&contract, &row.engagement).ok_or(Refusal::WrongParty("engagement"))?;
    let home = if *slot.rated == contract.client { &contract.client_home } else { &contract.freelancer_home };
    if seen.operator != *home || !seen.leaf.is_signed_by(&slot.rated.key()) {
        return Err(Refusal::WrongParty("reply").into());
    }
    let Some(document) = documents::by_commitment(ctx.tx, commitment).await? else { return Ok(()) };
    if row.reply.is_some() {
        return Ok(());
    }
    // What it answers has still to come.
    if row.state == State::Committed {
        return Err(Refusal::TooEarly.into());
    }
    let document = kept(&document)?;
    let said = matches!(document.body(), Body::Reply(reply) if reply.cites.as_bytes() == cites.as_bytes());
    if !said || document.issuer() != slot.rated {
        return Err(Refusal::WrongParty("reply").into());
    }
    let role = role_of(&contract, slot.rated);
    let to = next(Machine::Review, row.state, Event::Reply, role)
        .map_err(|refused| Refusal::NotNow { refused, head: None })?;
    row.reply = Some(document.id());
    row.state = to;
    reviews::update(ctx.tx, &row).await?;
    let object = row.document.unwrap_or(contract.id);
    tell::of_review(ctx, &object, &contract, (Event::Reply, to, role)).await
}
