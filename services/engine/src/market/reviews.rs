//! Sealed reviews: signed whole and deposited by the author, logged by their commit, opened when both have committed.

use hanse_api::requests::ReviewRequest;
use hanse_api::views::{Delivery, Published, ReviewView};
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::present;
use hanse_base::stored::{part, side, state, unsound};
use hanse_document::{Did, DocumentId, Kind, PublicKey, Verified};
use hanse_ledger::{Leaf, LeafId, Statement, SubjectKey};
use hanse_lifecycle::{Actor, Event, Machine, Refused, State, next};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::reviews::{self, ReviewRow};
use hanse_store::{Sql, Tx, documents, jobs};
use serde_json::{Map, Value, json};

use crate::Engine;
use crate::effects::apply::{Applied, Apply};
use crate::effects::expire::review_seconds;
use crate::market::author::{Author, body, read};
use crate::market::idempotency::{Asked, Begun, Intent, Unit};
use crate::market::publish::published;

/// A side of a contract that is about to review the other.
struct Reviewer<'a> {
    author: Author<'a>,
    role: Actor,
    rated: Did,
    /// The author's own engagement, which the review cites.
    own: LeafId,
    /// The rated person's, whose slot the leaves answer.
    rated_engagement: LeafId,
    slot: PublicKey,
}

/// Everything that is signed at a deposit.
struct Deposit {
    text: Option<Verified>,
    review: Verified,
    commit: Leaf,
    open: Leaf,
}

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
        let row = part(tx, contract, did).await?;
        jobs::lock(tx, &row.job).await?;
        hanse_logbook::refuse_halted(tx, self.log_keys().own(LogKind::Reputation)).await?;
        let ctx = Apply::own(self, tx);
        check_open(&ctx, &row, did).await?;
        let reviewer = Reviewer::of(self, tx, &row, did).await?;
        let deposit = reviewer.deposit(tx, &row, &request).await?;
        for document in deposit.text.iter().chain([&deposit.review]) {
            documents::insert(tx, document, false, ctx.now.unix()).await?;
        }
        let sealed = reviewer.row(&row, &deposit, ctx.now.unix());
        reviews::insert(tx, &sealed).await?;
        ctx.enqueue(LogKind::Reputation, &deposit.commit).await?;
        let view = present::review(tx, &sealed, Some(did)).await?;
        unit.commit(&sealed.commit_leaf.hex()).await?;
        self.signals().committed();
        published(&deposit.review, view, Delivery::Sequenced, Applied::Now)
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
        let contract = part(tx, &contract, did).await?;
        jobs::lock(tx, &contract.job).await?;
        let mut review = reviews::find(tx, commit).await?.ok_or(Refusal::NotFound("review"))?;
        if review.subject != did.subject_key() {
            return Err(Refusal::NotYours("the person who was reviewed").into());
        }
        hanse_logbook::refuse_halted(tx, self.log_keys().own(LogKind::Reputation)).await?;
        let ctx = Apply::own(self, tx);
        let role = side(&contract, did).ok_or(Refusal::NotFound("review"))?;
        let to = reply_state(&ctx, &review, role)?;
        let author = Author::open(self, tx, did).await?;
        let said = json!({"cites": commit.hex(), "text": text});
        let reply = author.sign(read(Kind::Reply, &said)?, None)?;
        let statement = Statement::Reply { cites: *commit, commitment: reply.commitment() };
        let leaf = statement
            .draft(reply.from().day(), &[SubjectKey::of(did)])
            .sign(&[&author.key])
            .map_err(unsound)?;
        documents::insert(tx, &reply, true, ctx.now.unix()).await?;
        ctx.enqueue(LogKind::Reputation, &leaf).await?;
        review.reply = Some(reply.id());
        review.state = to.name().to_owned();
        reviews::update(tx, &review).await?;
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

/// Whether this person may review now: the contract is closed, the time is not over, and it is the first time.
async fn check_open(ctx: &Apply<'_>, contract: &ContractRow, did: &Did) -> Result<(), UseError> {
    let actor = side(contract, did).ok_or(Refusal::NotFound("contract"))?;
    let refused = |state| {
        let refused =
            Refused { machine: Machine::Review, state, event: Event::Commit, actor, allowed: Vec::new() };
        UseError::from(Refusal::NotNow { refused, head: Some(contract.head) })
    };
    let Some(closed_at) = contract.closed_at.filter(|_| contract.freelancer_engaged) else {
        return Err(refused(None));
    };
    let reviews = reviews::of_contract(ctx.tx, &contract.id).await?;
    if reviews.iter().any(|review| review.author.as_ref() == Some(did)) {
        return Err(Refusal::ReviewExists.into());
    }
    if ctx.now.unix() >= closed_at.saturating_add(review_seconds(State::Open)) {
        return Err(refused(Some(State::Lapsed)));
    }
    Ok(())
}

/// The state after a reply, if one may be given now.
fn reply_state(ctx: &Apply<'_>, review: &ReviewRow, role: Actor) -> Result<State, UseError> {
    let mut from = state(&review.state)?;
    let over = |opened: i64| ctx.now.unix() >= opened.saturating_add(review_seconds(State::Published));
    if from == State::Published && review.published_at.is_some_and(over) {
        from = State::Closed;
    }
    Ok(next(Machine::Review, from, Event::Reply, role)
        .map_err(|refused| Refusal::NotNow { refused, head: None })?)
}

impl<'a> Reviewer<'a> {
    async fn of(
        engine: &'a Engine,
        db: &impl Sql,
        contract: &ContractRow,
        did: &Did,
    ) -> Result<Self, UseError> {
        let gone = || Failure::unreadable(contract.id, "a closed contract without engagements");
        let client = contract.client_engagement.ok_or_else(gone)?;
        let freelancer = contract.freelancer_engagement.ok_or_else(gone)?;
        let role = side(contract, did).ok_or(Refusal::NotFound("contract"))?;
        let author = Author::open(engine, db, did).await?;
        if role == Actor::Client {
            let (rated, slot) = (contract.freelancer.clone(), contract.client_slot);
            return Ok(Self { author, role, rated, own: client, rated_engagement: freelancer, slot });
        }
        let slot = contract.freelancer_slot.ok_or_else(gone)?;
        let rated = contract.client.clone();
        Ok(Self { author, role, rated, own: freelancer, rated_engagement: client, slot })
    }

    /// Signs text, review and both leaves at once.
    async fn deposit(
        &self,
        tx: &Tx<'_>,
        contract: &ContractRow,
        request: &ReviewRequest,
    ) -> Result<Deposit, UseError> {
        let mut said = Map::new();
        let mut put = |name: &str, value: Value| drop(said.insert(name.to_owned(), value));
        put("axes", json!(request.axes));
        put("rating", request.rating.into());
        if let Some(on_time) = request.on_time {
            put("on_time", on_time.into());
        }
        let text = self.text(request)?;
        if let Some(text) = &text {
            put("text", text.commitment().hex().into());
        }
        let fields = [
            ("contract", contract.id.to_string().into()),
            ("engagement", self.own.hex().into()),
            ("id", self.rated.as_str().into()),
            ("role", self.role.name().into()),
        ];
        let review = self.author.sign(body(Kind::Review, &said, fields)?, None)?;
        let key = self.author.slot_key(tx, &self.slot).await?;
        let (day, subjects) = (review.from().day(), [SubjectKey::of(&self.rated)]);
        let commit = Statement::Commit { commitment: review.commitment(), engagement: self.rated_engagement };
        let commit = commit.draft(day, &subjects).sign(&[&key]).map_err(unsound)?;
        let open = Statement::Open { cites: commit.id() };
        let open = open.draft(day, &subjects).sign(&[&key]).map_err(unsound)?;
        Ok(Deposit { text, review, commit, open })
    }

    fn text(&self, request: &ReviewRequest) -> Result<Option<Verified>, UseError> {
        let Some(text) = &request.text else { return Ok(None) };
        let mut said = json!({"text": text});
        if let (Some(language), Some(said)) = (&request.language, said.as_object_mut()) {
            said.insert("language".to_owned(), language.as_str().into());
        }
        Ok(Some(self.author.sign(read(Kind::Text, &said)?, None)?))
    }

    fn row(&self, contract: &ContractRow, deposit: &Deposit, now: i64) -> ReviewRow {
        ReviewRow {
            commit_leaf: deposit.commit.id(),
            contract: Some(contract.id),
            author: Some(self.author.did.clone()),
            subject: self.rated.subject_key(),
            commitment: deposit.review.commitment(),
            engagement: self.rated_engagement,
            open_leaf: Some(deposit.open.bytes().to_vec()),
            document: Some(deposit.review.id()),
            text: deposit.text.as_ref().map(Verified::id),
            state: State::Committed.name().to_owned(),
            reply: None,
            committed_at: now,
            published_at: None,
        }
    }
}
