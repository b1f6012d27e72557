//! The checks that every document passes, whatever its kind.

use hanse_base::clock::AHEAD_SECONDS_MAX;
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_document::kind::Event as Said;
use hanse_document::{DocumentId, Verified};
use hanse_lifecycle::{Actor, Event, Machine, State, UnknownWord, allowed, next, timeouts};
use hanse_store::accounts::IdentityRow;
use hanse_store::documents::admission::{self, Admission, Look};
use hanse_store::history;

use super::{Apply, Authority};

/// Documents of one person that this node takes within a day, each of at most 64 KiB and some with a leaf that stays for ever. A
/// program that works for an agency needs some hundred.
pub(crate) const DOCUMENTS_A_DAY: u32 = 2_000;
const DAY_SECONDS: i64 = 86_400;

/// What is looked at before a document is let in: whether it has been, whether the log that it needs takes leaves, who signed it, and,
/// where this node decides, how many documents of theirs have come within a day.
pub(super) async fn look(
    ctx: &Apply<'_>,
    document: &Verified,
    log: Option<LogKind>,
) -> Result<Admission, UseError> {
    let day_ago = ctx.now.unix().saturating_sub(DAY_SECONDS);
    let asked = Look {
        document: &document.id(),
        issuer: document.issuer(),
        log: log.map(|log| ctx.logbook.log_keys().own(log).origin.as_str()),
        since: (ctx.authority == Authority::Own).then_some(day_ago),
    };
    Ok(admission::look(ctx.tx, asked).await?)
}

/// The issuer's identity, with the checks that concern the issuer: known, dated not ahead, custody as the
/// genesis says, and, where this node decides, not too many in a day.
pub(super) fn author(ctx: &Apply<'_>, document: &Verified, look: Admission) -> Result<IdentityRow, Refusal> {
    let identity = look.author.ok_or(Refusal::UnknownPerson)?;
    if document.custody() != identity.custody.node() {
        return Err(Refusal::WrongCustody);
    }
    if document.from().seconds_since(ctx.now) > AHEAD_SECONDS_MAX {
        return Err(Refusal::Future);
    }
    if ctx.authority == Authority::Own && look.documents >= i64::from(DOCUMENTS_A_DAY) {
        return Err(Refusal::TooMany(DOCUMENTS_A_DAY));
    }
    Ok(identity)
}

/// A thing that is about to move.
#[derive(Clone, Copy)]
pub(crate) struct Moving<'a> {
    pub(crate) machine: Machine,
    pub(crate) object: &'a DocumentId,
    pub(crate) state: State,
    pub(crate) head: DocumentId,
}

/// Checks that a step continues the chain. Where the home has decided, a document whose predecessor is not here came too early.
pub(crate) fn continues(
    ctx: &Apply<'_>,
    moving: Moving<'_>,
    prev: DocumentId,
    actor: Actor,
) -> Result<(), Refusal> {
    let Moving { machine, state, head, .. } = moving;
    match ctx.authority {
        _ if prev == head => Ok(()),
        Authority::Home => Err(Refusal::TooEarly),
        Authority::Own => {
            Err(Refusal::WrongPrev { machine, state, head, allowed: allowed(machine, state, actor) })
        }
    }
}

/// The state after the event. Where the home has decided, its decision wins over what this node's own clock had concluded, or
/// had not concluded yet: a move by the clock alone is then undone or made up for.
pub(crate) async fn moved(
    ctx: &Apply<'_>,
    moving: Moving<'_>,
    event: Event,
    actor: Actor,
) -> Result<State, UseError> {
    let Moving { machine, object, state: from, head } = moving;
    let refused = match next(machine, from, event, actor) {
        Ok(to) => return Ok(to),
        Err(refused) => Refusal::NotNow { refused, head: Some(head) },
    };
    if ctx.authority == Authority::Own {
        return Err(refused.into());
    }
    for timeout in timeouts(machine).iter().filter(|timeout| timeout.state == from) {
        let between = next(machine, from, timeout.event, Actor::Node);
        if let Ok(between) = between
            && let Ok(to) = next(machine, between, event, actor)
        {
            ctx.record(object, timeout.event, between, Actor::Node, None).await?;
            return Ok(to);
        }
    }
    let history = history::of(ctx.tx, object).await?;
    for (row, before) in history.iter().rev().zip(history.iter().rev().skip(1)) {
        if row.document.is_some() || row.actor != Actor::Node {
            break;
        }
        if let Ok(to) = next(machine, before.state, event, actor) {
            return Ok(to);
        }
    }
    Err(refused.into())
}

/// The event of the lifecycle that a step stands for: they have one name.
pub(crate) fn event(said: &Said) -> Result<Event, UseError> {
    said.name().parse().map_err(|unknown: UnknownWord| Failure::unreadable("lifecycle", unknown).into())
}

/// The tables have every beginning that is asked of them; if not, that is our failure.
pub(super) fn begins(refused: hanse_lifecycle::Refused) -> UseError {
    Failure::unreadable("lifecycle", refused).into()
}
