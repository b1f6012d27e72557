//! What becomes of a contract whose dispute has ended: its clocks run again, and it goes on, or ends, as was decided.

use hanse_base::error::{Failure, UseError};
use hanse_base::stored::kept;
use hanse_document::DocumentId;
use hanse_document::kind::{Outcome, Then};
use hanse_lifecycle::{Event, Machine, State, is_terminal, timeouts};
use hanse_store::disputes::{self, DisputeRow};
use hanse_store::{contracts, documents};

use super::{Apply, said_outcome};
use crate::apply::contract::node_event;

/// How the document says that the dispute ends; `None` once it was erased.
pub(super) async fn outcome(ctx: &Apply<'_>, document: &DocumentId) -> Result<Option<Outcome>, UseError> {
    let row = documents::find(ctx.tx, document).await?;
    let document = row.as_ref().map(kept).transpose()?;
    Ok(document.and_then(|document| said_outcome(document.body()).cloned()))
}

/// Lets the contract go on, or ends it, if the dispute has ended and the contract is here.
pub(super) async fn after(ctx: &Apply<'_>, row: &DisputeRow) -> Result<(), UseError> {
    let Some(ended) = row.ended_at else { return Ok(()) };
    let Some(contract) = contracts::contract(ctx.tx, &row.contract).await? else { return Ok(()) };
    let stood = ended.saturating_sub(row.opened_at);
    disputes::thaw(ctx.tx, &contract.id, row.milestone, stood, ended).await?;
    let decided = matches!(row.state, State::Settled | State::Final);
    if !decided || is_terminal(Machine::Contract, contract.state) {
        return Ok(());
    }
    let then = outcome(ctx, &row.decided).await?.map_or(Then::GoesOn, |outcome| outcome.then);
    let event = match then {
        Then::GoesOn => return Ok(()),
        Then::Closes => Event::Close,
        Then::Terminates => Event::Terminate,
    };
    let gone = || Failure::unreadable(row.contract, "a contract is gone");
    let mut contract = contracts::contract(ctx.tx, &row.contract).await?.ok_or_else(gone)?;
    node_event(ctx, &mut contract, event).await
}

/// Ends a dispute whose end the home that keeps the order has seen, as its clocks would.
pub(super) async fn run_out(ctx: &Apply<'_>, mut row: DisputeRow) -> Result<(), UseError> {
    while row.ended_at.is_none() {
        let state = row.state;
        let timeout = timeouts(Machine::Dispute).iter().find(|timeout| timeout.state == state);
        let timeout = timeout.ok_or_else(|| Failure::unreadable(row.id, "a state without a time-out"))?;
        Box::pin(super::run_out(ctx, &mut row, timeout)).await?;
    }
    Ok(())
}
