//! Sealed reviews: signed whole and deposited by the author, logged by their commit, opened when both have committed.

use hanse_api::requests::{ReplyRequest, ReviewRequest};
use hanse_api::views::{Delivery, Published, ReviewView};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::present;
use hanse_base::stored::contract_of_party;
use hanse_document::kind::{Reply, Review, ReviewText, Role};
use hanse_document::{Body, Did, DocumentId, LeafRef, Verified};
use hanse_ledger::LeafId;
use hanse_lifecycle::Actor;
use hanse_store::Tx;
use hanse_store::contracts::{self, ContractRow};
use hanse_store::reviews::{self, ReviewRow};

use crate::Engine;
use crate::market::author::Author;
use crate::market::idempotency::{Asked, Begun, Intent, Unit};
use crate::market::publish::published;
use hanse_effects::apply::review::Reviewer;
use hanse_effects::apply::{Applied, Apply, apply};

impl Engine {
    /// Deposits a review of the other side of a closed contract. Nobody but this home can read it before it opens.
    ///
    /// # Errors
    /// `NotFound`, `NotNow`, `ReviewExists`, `KeyElsewhere`, `NotOnce`, and the rejections of the documents.
    pub async fn review(
        &self,
        asked: impl Into<Asked>,
        contract: &DocumentId,
        request: ReviewRequest,
        dry_run: bool,
    ) -> Result<Published<ReviewView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let mut connection = self.store().connection().await?;
        let unit = match Unit::begin(self, &mut connection, &asked, Intent::of(dry_run)).await? {
            Begun::Now(unit) => unit,
            Begun::Before(tx, commit) => return made_before(&tx, &commit, did, |row| row.document).await,
        };
        let tx = &unit.tx;
        let contract = contract_of_party(tx, contract, did).await?;
        let reviewer = Reviewer::of(&contract, did)?;
        let author = Author::open(self, tx, did).await?;
        let (review, text) = draft(&author, &contract, &reviewer, request)?;
        apply(&Apply::own(self.logbook(), tx), &review, text.as_slice()).await?;
        let rows = reviews::of_contract(tx, &contract.id).await?;
        let sealed = rows.into_iter().find(|row| row.document == Some(review.id()));
        let sealed = sealed.ok_or_else(|| Failure::unreadable(review.id(), "a sealed review is gone"))?;
        let view = present::review(tx, &sealed, Some(did)).await?;
        unit.commit(&sealed.commit_leaf.hex()).await?;
        self.signals().committed();
        published(&review, view, Delivery::Sequenced, Applied::Now)
    }

    /// Replies to an open review, once.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `NotOnce`.
    pub async fn reply(
        &self,
        asked: impl Into<Asked>,
        commit: &LeafId,
        request: ReplyRequest,
        dry_run: bool,
    ) -> Result<Published<ReviewView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let mut connection = self.store().connection().await?;
        let unit = match Unit::begin(self, &mut connection, &asked, Intent::of(dry_run)).await? {
            Begun::Now(unit) => unit,
            Begun::Before(tx, commit) => return made_before(&tx, &commit, did, |row| row.reply).await,
        };
        let tx = &unit.tx;
        let review = reviews::find(tx, commit).await?.ok_or(Refusal::NotFound("review"))?;
        let contract = review.contract.ok_or(Refusal::NotFound("review"))?;
        contract_of_party(tx, &contract, did).await?;
        if review.subject != did.subject_key() {
            return Err(Refusal::NotYours("the person who was reviewed").into());
        }
        let author = Author::open(self, tx, did).await?;
        let reply = Reply { cites: LeafRef::from_bytes(*commit.as_bytes()), text: request.text };
        let reply = author.sign(Body::Reply(reply), None)?;
        apply(&Apply::own(self.logbook(), tx), &reply, &[]).await?;
        let review = reviews::find(tx, commit).await?.ok_or(Refusal::NotFound("review"))?;
        let view = present::review(tx, &review, Some(did)).await?;
        unit.commit(&commit.hex()).await?;
        self.signals().committed();
        published(&reply, view, Delivery::Sequenced, Applied::Now)
    }

    /// The reviews of a contract: open ones for anybody, sealed ones as a fact, one's own whole.
    ///
    /// # Errors
    /// `NotFound` where this node is home to neither side.
    pub async fn reviews(
        &self,
        contract: &DocumentId,
        viewer: Option<&Did>,
    ) -> Result<Vec<ReviewView>, UseError> {
        let connection = self.store().connection().await?;
        contracts::contract(&connection, contract).await?.ok_or(Refusal::NotFound("contract"))?;
        present::reviews(&connection, &reviews::of_contract(&connection, contract).await?, viewer).await
    }
}

/// A review of an earlier request with the same key, and of its documents the one that the request made.
async fn made_before(
    tx: &Tx<'_>,
    commit: &str,
    did: &Did,
    document: impl Fn(&ReviewRow) -> Option<DocumentId>,
) -> Result<Published<ReviewView>, UseError> {
    let gone = || Failure::unreadable(commit, "a review that a request has made is gone");
    let commit = LeafId::from_hex(commit).ok_or_else(gone)?;
    let review = reviews::find(tx, &commit).await?.ok_or_else(gone)?;
    let document = present::load(tx, &document(&review).ok_or_else(gone)?).await?;
    let view = present::review(tx, &review, Some(did)).await?;
    let again = published(&document, view, Delivery::Sequenced, Applied::Now)?;
    Ok(Published { replayed: true, ..again })
}

/// Signs a review, and its text if there is one.
fn draft(
    author: &Author<'_>,
    contract: &ContractRow,
    reviewer: &Reviewer<'_>,
    request: ReviewRequest,
) -> Result<(Verified, Option<Verified>), UseError> {
    let language = request.language;
    let text = request.text.map(|text| author.sign(Body::Text(ReviewText { language, text }), None));
    let text = text.transpose()?;
    let review = Review {
        axes: request.axes,
        contract: contract.id,
        engagement: LeafRef::from_bytes(*reviewer.own.as_bytes()),
        id: reviewer.rated.clone(),
        on_time: request.on_time,
        rating: request.rating,
        role: if reviewer.role == Actor::Client { Role::Client } else { Role::Freelancer },
        text: text.as_ref().map(Verified::commitment),
    };
    Ok((author.sign(Body::Review(review), None)?, text))
}
