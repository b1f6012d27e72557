//! Disputes: opened by a side of a contract, moved by both and by the arbiters whom it names, seen by nobody else.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is no move of a dispute is none: the tables have the moves, and a test makes each"
)]

mod arbiters;
mod unanswered;

use hanse_api::requests::{DisputeRequest, DisputeStepRequest, OfferRequest, PageQuery};
use hanse_api::views::{DisputeView, Page, Published};
use hanse_base::error::{Hindrance, Refusal, UseError};
use hanse_base::page::{Cut, page};
use hanse_base::present;
use hanse_base::stored::contract_of_party;
use hanse_document::kind::dispute::{Arbiters, Claim};
use hanse_document::kind::{Dispute, Event as Said, NamedArbiter, Outcome, Step};
use hanse_document::{Body, Did, DocumentId, List, NodeName, Rejection};
use hanse_lifecycle::{Event, State};
use hanse_store::disputes::{self, DisputeRow};
use hanse_store::{Sql, Tx};

use crate::Engine;
use crate::market::author::Author;
use crate::market::idempotency::{Asked, Intent};
use crate::market::publish::{Publication, publish};

impl Engine {
    /// Opens a dispute over a contract, for one of its sides.
    ///
    /// # Errors
    /// `NotFound`, `Hindered`, `InFlight`, `ByHome`, `NotOnce`, and the rejections of the dispute.
    pub async fn open_dispute(
        &self,
        asked: impl Into<Asked>,
        contract: &DocumentId,
        request: DisputeRequest,
        dry_run: bool,
    ) -> Result<Published<DisputeView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let row = contract_of_party(tx, contract, did).await?;
            asked.saw(&row.head, async || present::contract(tx, &row, self.seen_by(did)).await).await?;
            let author = Author::open(self, tx, did).await?;
            let DisputeRequest { claim, evidence, milestone, outcome } = request.clone();
            let to = row.client_home.clone();
            let dispute = Dispute { claim, contract: row.id, evidence, milestone, outcome, to };
            let document = author.sign(Body::Dispute(dispute), None)?;
            Ok(Publication::new(document, row.job, &row.client_home))
        };
        let show = async |tx: &Tx<'_>, id: &DocumentId| shown(tx, id, did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// Moves a dispute. `settle` with an outcome that the other side has not proposed proposes it.
    ///
    /// # Errors
    /// `NotFound`, `NotYours`, `NotNow`, `WrongPrev`, `Hindered`, `InFlight`, `ByHome`, `NotOnce`, and the rejections of the step.
    pub async fn move_dispute(
        &self,
        asked: impl Into<Asked>,
        id: &DocumentId,
        event: Event,
        request: DisputeStepRequest,
        dry_run: bool,
    ) -> Result<Published<DisputeView>, UseError> {
        let asked = asked.into();
        let did = &asked.did;
        let draft = async |tx: &Tx<'_>| {
            let row = of_person(tx, id, did).await?;
            let view = present::dispute(tx, &row, did).await?;
            let said = said(&row, &view, event, request.clone())?;
            asked.saw(&row.head, async || Ok(view)).await?;
            let author = Author::open(self, tx, did).await?;
            let to = row.client_home.clone();
            let step = Step { event: said, object: row.id, prev: row.head, to };
            Ok(Publication::new(author.sign(Body::Step(step), None)?, row.job, &row.client_home))
        };
        let show = async |tx: &Tx<'_>, _: &DocumentId| shown(tx, id, did).await;
        publish(self, &asked, Intent::of(dry_run), draft, show).await
    }

    /// A dispute, for somebody who has a part in it; for anybody else there is none.
    ///
    /// # Errors
    /// Only our own failures.
    pub async fn dispute(&self, id: &DocumentId, viewer: &Did) -> Result<Option<DisputeView>, UseError> {
        let connection = self.store().connection().await?;
        match shown(&connection, id, viewer).await {
            Ok(view) => Ok(Some(view)),
            Err(UseError::Refused(Refusal::NotFound(_))) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The disputes that one has a part in: on either side, or as an arbiter who is or was asked; newest first.
    ///
    /// # Errors
    /// `BadField`.
    pub async fn disputes(&self, viewer: &Did, query: PageQuery) -> Result<Page<DisputeView>, UseError> {
        let cut = Cut::read(query.cursor.as_deref(), query.limit)?;
        let connection = self.store().connection().await?;
        let rows = disputes::disputes_of(&connection, viewer, cut.after, cut.fetch()).await?;
        let (rows, next) = cut.cut(rows, |row| (row.opened_at, *row.id.hash()));
        Ok(page(present::disputes(&connection, &rows, viewer).await?, next))
    }

    /// All disputes over a contract, for one of its sides, oldest first.
    ///
    /// # Errors
    /// `NotFound`.
    pub async fn disputes_over(
        &self,
        contract: &DocumentId,
        viewer: &Did,
    ) -> Result<Vec<DisputeView>, UseError> {
        let connection = self.store().connection().await?;
        let row = contract_of_party(&connection, contract, viewer).await?;
        let rows = disputes::of_contracts(&connection, [*row.id.hash()]).await?;
        let rows = rows.into_values().flatten().collect::<Vec<_>>();
        present::disputes(&connection, &rows, viewer).await
    }
}

/// What a move says. What the event does not take is refused, not dropped.
fn said(
    row: &DisputeRow,
    view: &DisputeView,
    event: Event,
    request: DisputeStepRequest,
) -> Result<Said, Refusal> {
    let DisputeStepRequest { mut text, mut evidence, mut outcome } = request;
    let said = match event {
        Event::Respond => {
            let evidence = std::mem::take(&mut evidence);
            Said::Respond { evidence, outcome: outcome.take(), text: words(text.take())? }
        }
        Event::Reopen => Said::Reopen { text: words(text.take())? },
        Event::Settle => settlement(row, view, outcome.take())?,
        Event::Escalate => Said::Escalate {},
        Event::Rule => Said::Rule { outcome: ends(outcome.take())?, text: words(text.take())? },
        Event::Appeal => Said::Appeal { text: words(text.take())? },
        Event::Withdraw => Said::Withdraw { reason: None },
        _ => return Err(Refusal::Rejected(Rejection::OutOfForm)),
    };
    let left = [("text", text.is_some()), ("evidence", !evidence.is_empty()), ("outcome", outcome.is_some())];
    match left.into_iter().find(|(_, given)| *given) {
        Some((field, _)) => {
            let told = format!("`{}` does not take it: leave it out.", event.name());
            Err(Refusal::BadValue { field: field.to_owned(), fault: Rejection::OutOfForm.told(told) })
        }
        None => Ok(said),
    }
}

/// Agreeing to what the other side proposes, or to what the claim asks for; or proposing something else.
fn settlement(row: &DisputeRow, view: &DisputeView, outcome: Option<Outcome>) -> Result<Said, Refusal> {
    let early = matches!(row.state, State::Opened | State::Defaulted);
    let by_other = view.proposal.as_ref().filter(|proposal| proposal.by != view.role);
    let proposed = if early { view.asked_for.clone() } else { by_other.and_then(|by| by.outcome.clone()) };
    match (outcome, proposed) {
        (Some(outcome), proposed) if !early && proposed.as_ref() != Some(&outcome) => {
            Ok(Said::ProposeSettlement { outcome })
        }
        (Some(outcome), _) | (None, Some(outcome)) => Ok(Said::Settle { outcome }),
        (None, None) => Err(Refusal::Hindered(Hindrance::NoSettlement)),
    }
}

fn words(text: Option<Claim>) -> Result<Claim, Refusal> {
    text.ok_or(Refusal::BadField {
        field: "text",
        reason: "must be given: everybody who has a part in the dispute reads it",
    })
}

fn ends(outcome: Option<Outcome>) -> Result<Outcome, Refusal> {
    outcome.ok_or(Refusal::BadField { field: "outcome", reason: "must be given: say how the dispute ends" })
}

/// The arbiters whom an offer is to name, as they say of themselves.
pub(crate) async fn named(
    tx: &Tx<'_>,
    request: &OfferRequest,
    homes: [&NodeName; 2],
) -> Result<Arbiters, UseError> {
    let mut named = Vec::new();
    for did in request.arbiters.iter() {
        let row = disputes::arbiter(tx, did).await?.ok_or(Hindrance::NoSuchArbiter)?;
        let shares_home = request.arbiters_may_share_home && homes.contains(&&row.home);
        named.push(NamedArbiter { did: row.did, home: row.home, key: row.key, shares_home });
    }
    Ok(List::new(named)?)
}

/// A dispute in which the person has a part.
async fn of_person(db: &impl Sql, id: &DocumentId, person: &Did) -> Result<DisputeRow, UseError> {
    let row = disputes::dispute(db, id).await?.ok_or(Refusal::NotFound("dispute"))?;
    if disputes::is_concerned(db, id, person).await? {
        Ok(row)
    } else {
        Err(Refusal::NotFound("dispute").into())
    }
}

async fn shown(db: &impl Sql, id: &DocumentId, viewer: &Did) -> Result<DisputeView, UseError> {
    if let Some(view) = unanswered::view(db, id, viewer).await? {
        return Ok(view);
    }
    present::dispute(db, &of_person(db, id, viewer).await?, viewer).await
}
