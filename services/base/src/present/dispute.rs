//! Disputes as those see them who have a part in them, and people who rule in them.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is no move of a dispute says nothing in one: the tables have the moves"
)]

use hanse_api::views::{
    ArbiterRecordView, ArbiterView, DisputeMove, DisputeView, NamedArbiterView, SettlementView,
};
use hanse_document::kind::{Arbiter, Dispute, Event as Said, Outcome, Step, Terms};
use hanse_document::{Did, Digest, DocumentId, Kind};
use hanse_lifecycle::{Actor, Event, Machine, State, allowed};
use hanse_store::Sql;
use hanse_store::deliveries::{self, DeliveryState};
use hanse_store::disputes::{self, ArbiterRow, DisputeRow};
use hanse_store::history::HistoryRow;

use super::moves::{self, Documents, Moves};
use super::{clock, time};
use crate::error::{Refusal, UseError};

/// Disputes for one person who has a part in each.
pub async fn disputes(
    db: &impl Sql,
    rows: &[DisputeRow],
    viewer: &Did,
) -> Result<Vec<DisputeView>, UseError> {
    let ids = rows.iter().map(|row| *row.id.hash());
    let beside = rows.iter().flat_map(|row| [*row.terms.hash(), *row.id.hash()]);
    let ways: Vec<(&DocumentId, &str)> =
        rows.iter().map(|row| (&row.job, row.client_home.as_str())).collect();
    let (on_their_way, loaded) =
        tokio::join!(deliveries::newest_all(db, &ways, viewer), moves::load(db, ids, beside));
    let ((moves, documents), on_their_way) = (loaded?, on_their_way?);
    let mut views = Vec::new();
    for row in rows {
        let view = shown(row, viewer, &moves, &documents)?;
        let way = on_their_way.get(row.job.hash());
        let queued = way.filter(|(delivery, _)| delivery.state == DeliveryState::Waiting);
        let queued = queued.map(|(_, id)| id.to_string());
        let refused = way.and_then(|(delivery, _)| delivery.refusal.clone());
        let allowed = if queued.is_some() { Vec::new() } else { view.allowed };
        views.push(DisputeView { queued, refused, allowed, ..view });
    }
    Ok(views)
}

/// A dispute for somebody who has a part in it.
///
/// # Errors
/// Those of the store.
pub async fn dispute(db: &impl Sql, row: &DisputeRow, viewer: &Did) -> Result<DisputeView, UseError> {
    let shown = disputes(db, std::slice::from_ref(row), viewer).await?.pop();
    Ok(shown.ok_or(Refusal::NotFound("dispute"))?)
}

fn shown(
    row: &DisputeRow,
    viewer: &Did,
    moves: &Moves,
    documents: &Documents,
) -> Result<DisputeView, UseError> {
    let terms = documents.get(row.terms.hash()).map(moves::read::<Terms>).transpose()?;
    let claim = documents.get(row.id.hash()).map(moves::read::<Dispute>).transpose()?;
    let history = moves.get(row.id.hash()).map_or(&[][..], Vec::as_slice);
    let history: Vec<DisputeMove> =
        history.iter().map(|moved| happening(moved, documents)).collect::<Result<_, UseError>>()?;
    let of = |document: &DocumentId| {
        let named = document.to_string();
        let step = history.iter().find(|moved| moved.document.as_ref() == Some(&named));
        step.and_then(|step| step.outcome.clone())
    };
    let defaulted = matches!(row.state, State::Defaulted | State::Final) && row.decided == row.id;
    let stands = defaulted || row.decided != row.id;
    let role = role(row, viewer);
    Ok(DisputeView {
        id: row.id.to_string(),
        contract: row.contract.to_string(),
        milestone: row.milestone,
        client: row.client.to_string(),
        freelancer: row.freelancer.to_string(),
        home: row.client_home.to_string(),
        claimant: row.claimant.to_string(),
        role: role.map(|role| role.to_string()).unwrap_or_default(),
        state: row.state.to_string(),
        allowed: role.map(|role| may(row, role, viewer)).unwrap_or_default(),
        head: row.head.to_string(),
        outcome: of(&row.decided).filter(|_| stands),
        by_default: defaulted,
        proposal: row.proposal.map(|(step, by)| SettlementView { by: by.to_string(), outcome: of(&step) }),
        arbiters: named(row),
        due: terms.as_ref().map(|terms| terms.due.to_string()),
        pay_text: terms.as_ref().and_then(|terms| terms.pay.as_ref()).map(ToString::to_string),
        scope: terms.map(|terms| terms.scope.into()).unwrap_or_default(),
        evidence: claim.as_ref().map(|claim| digests(claim.evidence.iter())).unwrap_or_default(),
        asked_for: claim.as_ref().map(|claim| claim.outcome.clone()),
        claim: claim.map(|claim| claim.claim.into()),
        clock: clock::dispute(row),
        history,
        queued: None,
        refused: None,
        opened_at: time(row.opened_at),
        changed_at: time(row.changed_at),
        ended_at: row.ended_at.map(time),
    })
}

fn role(row: &DisputeRow, viewer: &Did) -> Option<Actor> {
    match viewer {
        viewer if *viewer == row.client => Some(Actor::Client),
        viewer if *viewer == row.freelancer => Some(Actor::Freelancer),
        viewer => row.arbiters.iter().find(|arbiter| arbiter.did == *viewer).map(|_| Actor::Arbiter),
    }
}

/// What somebody may do: the table's answer, without what only the other side may, or nobody is there for.
fn may(row: &DisputeRow, role: Actor, viewer: &Did) -> Vec<String> {
    let own = role == row.claimant;
    let early = matches!(row.state, State::Opened | State::Defaulted);
    let proposed = row.proposal.map(|(_, by)| by);
    let settles = if early { !own } else { proposed.is_some_and(|by| by != role) };
    let possible = |event: &Event| match event {
        Event::Respond => !own,
        Event::Reopen => !own && !row.reopened,
        Event::Withdraw => own,
        Event::Settle => settles,
        Event::Escalate | Event::Appeal => row.next_arbiter().is_some(),
        Event::Rule => row.asked().is_some_and(|asked| asked.did == *viewer),
        _ => true,
    };
    let events = allowed(Machine::Dispute, row.state, role).into_iter().filter(possible);
    events.map(|event| event.name().to_owned()).collect()
}

fn named(row: &DisputeRow) -> Vec<NamedArbiterView> {
    let asked = row.asked();
    let answer = |place: usize| match row.answers.get(place) {
        Some(answer) => Some(answer.name().to_owned()),
        None if asked.is_some() && place == row.answers.len() => Some("asked".to_owned()),
        None => None,
    };
    let homes = [&row.client_home, &row.freelancer_home];
    let shown = row.arbiters.iter().enumerate().map(|(place, arbiter)| NamedArbiterView {
        did: arbiter.did.to_string(),
        home: arbiter.home.to_string(),
        shares_home: homes.contains(&&arbiter.home),
        answer: answer(place),
    });
    shown.collect()
}

fn happening(row: &HistoryRow, documents: &Documents) -> Result<DisputeMove, UseError> {
    let document = row.document.as_ref().and_then(|hash| documents.get(hash));
    let (text, evidence, outcome) = match document {
        Some(document) if document.id.kind() == Kind::Dispute => {
            let said = moves::read::<Dispute>(document)?;
            (Some(said.claim.into()), digests(said.evidence.iter()), Some(said.outcome))
        }
        Some(document) if document.id.kind() == Kind::Step => said(moves::read::<Step>(document)?.event),
        Some(_) | None => (None, Vec::new(), None),
    };
    Ok(DisputeMove {
        event: row.event.to_string(),
        state: row.state.to_string(),
        actor: row.actor.to_string(),
        document: document.map(|document| document.id.to_string()),
        text,
        evidence,
        outcome,
        at: time(row.at),
    })
}

/// What a step of a dispute says.
fn said(event: Said) -> (Option<String>, Vec<String>, Option<Outcome>) {
    match event {
        Said::Respond { evidence, outcome, text } => (Some(text.into()), digests(evidence.iter()), outcome),
        Said::Rule { outcome, text } => (Some(text.into()), Vec::new(), Some(outcome)),
        Said::ProposeSettlement { outcome } | Said::Settle { outcome } => (None, Vec::new(), Some(outcome)),
        Said::Reopen { text } | Said::Appeal { text } => (Some(text.into()), Vec::new(), None),
        Said::Withdraw { reason } => (reason.map(Into::into), Vec::new(), None),
        _ => (None, Vec::new(), None),
    }
}

fn digests<'a>(digests: impl Iterator<Item = &'a Digest>) -> Vec<String> {
    digests.map(ToString::to_string).collect()
}

/// People who rule in disputes, with what came of asking them.
///
/// # Errors
/// Those of the store.
pub async fn arbiters(db: &impl Sql, rows: &[ArbiterRow]) -> Result<Vec<ArbiterView>, UseError> {
    let people: Vec<&str> = rows.iter().map(|row| row.did.as_str()).collect();
    let ids = rows.iter().map(|row| *row.document.hash());
    let (records, loaded) = tokio::join!(disputes::records(db, &people), moves::load(db, [], ids));
    let (records, (_, documents)) = (records?, loaded?);
    let mut views = Vec::new();
    for row in rows {
        let said = documents.get(row.document.hash()).map(moves::read::<Arbiter>).transpose()?;
        let record = records.get(row.did.as_str()).copied().unwrap_or_default();
        let words = |said: &Arbiter| {
            let languages = said.languages.iter().map(ToString::to_string).collect();
            (said.fields.iter().map(ToString::to_string).collect(), languages)
        };
        let (fields, languages) = said.as_ref().map(words).unwrap_or_default();
        views.push(ArbiterView {
            did: row.did.to_string(),
            home: row.home.to_string(),
            takes: row.takes,
            fee: said.as_ref().and_then(|said| said.fee.as_ref()).map(ToString::to_string),
            fields,
            languages,
            terms: said.map(|said| said.terms.into()),
            key: row.key.hex(),
            document: row.document.to_string(),
            record: ArbiterRecordView {
                rulings: record.rulings,
                appeals: record.appeals,
                silent: record.silent,
            },
            changed_at: time(row.changed_at),
        });
    }
    Ok(views)
}
