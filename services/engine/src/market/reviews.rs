//! Sealed reviews: signed whole and deposited by the author, logged by their commit, opened when both have committed.

use hanse_api::requests::ReviewRequest;
use hanse_api::views::{Delivery, Published, ReviewView};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::present;
use hanse_base::stored::contract_of_party;
use hanse_document::{Did, DocumentId, Kind, Verified};
use hanse_ledger::LeafId;
use hanse_store::Tx;
use hanse_store::contracts::{self, ContractRow};
use hanse_store::reviews::{self, ReviewRow};
use serde_json::{Map, Value, json};

use crate::Engine;
use crate::effects::apply::review::Reviewer;
use crate::effects::apply::{Applied, Apply, apply};
use crate::market::author::{Author, body, read};
use crate::market::idempotency::{Asked, Begun, Intent, Unit};
use crate::market::publish::published;

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
        let (review, text) = draft(&author, &contract, &reviewer, &request)?;
        apply(&Apply::own(self, tx), &review, text.as_slice()).await?;
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
        text: String,
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
        let said = json!({"cites": commit.hex(), "text": text});
        let reply = author.sign(read(Kind::Reply, &said)?, None)?;
        apply(&Apply::own(self, tx), &reply, &[]).await?;
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
    request: &ReviewRequest,
) -> Result<(Verified, Option<Verified>), UseError> {
    let mut said = Map::new();
    let mut put = |name: &str, value: Value| drop(said.insert(name.to_owned(), value));
    put("axes", json!(request.axes));
    put("rating", request.rating.into());
    if let Some(on_time) = request.on_time {
        put("on_time", on_time.into());
    }
    let text = draft_text(author, request)?;
    if let Some(text) = &text {
        put("text", text.commitment().hex().into());
    }
    let fields = [
        ("contract", contract.id.to_string().into()),
        ("engagement", reviewer.own.hex().into()),
        ("id", reviewer.rated.as_str().into()),
        ("role", reviewer.role.name().into()),
    ];
    Ok((author.sign(body(Kind::Review, &said, fields)?, None)?, text))
}

fn draft_text(author: &Author<'_>, request: &ReviewRequest) -> Result<Option<Verified>, UseError> {
    let Some(text) = &request.text else { return Ok(None) };
    let mut said = json!({"text": text});
    if let (Some(language), Some(said)) = (&request.language, said.as_object_mut()) {
        said.insert("language".to_owned(), language.as_str().into());
    }
    Ok(Some(author.sign(read(Kind::Text, &said)?, None)?))
}
