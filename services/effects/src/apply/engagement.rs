//! The two engagement leaves of a contract, which both homes compute alike from offer and acceptance.

use hanse_base::error::{Failure, UseError};
use hanse_base::names::LogKind;
use hanse_base::stored::kept;
use hanse_document::Verified;
use hanse_ledger::{Statement, SubjectKey, UnsignedLeaf};
use hanse_lifecycle::{Machine, State, timeouts};
use hanse_store::contracts::ContractRow;
use hanse_store::documents;

use super::{Apply, FOLLOW_SECONDS};

/// The client's leaf and the freelancer's, before their signatures; their ids are final. Both carry the day of the acceptance.
pub(crate) fn drafts(
    contract: &ContractRow,
    offer: &Verified,
    acceptance: &Verified,
) -> Result<(UnsignedLeaf, UnsignedLeaf), UseError> {
    let inconsistent = |what: &str| Failure::unreadable(contract.id, what);
    let freelancer_slot = contract.freelancer_slot.ok_or_else(|| inconsistent("no freelancer's slot"))?;
    let due = u32::try_from(contract.due_day).map_err(|_| inconsistent("the due day is out of range"))?;
    let day = acceptance.from().day();
    let client = Statement::Engagement {
        commitment: offer.commitment(),
        due,
        log: LogKind::Reputation.origin(&contract.freelancer_home),
        slots: vec![freelancer_slot],
    };
    let freelancer = Statement::Engagement {
        commitment: acceptance.commitment(),
        due,
        log: LogKind::Reputation.origin(&contract.client_home),
        slots: vec![contract.client_slot],
    };
    Ok((
        client.draft(day, &[SubjectKey::of(&contract.client)]),
        freelancer.draft(day, &[SubjectKey::of(&contract.freelancer)]),
    ))
}

/// How long after the acceptance an engagement is still answered, in seconds: the client's home must be able to see the answer
/// before the contract lapses there, or it would be active on one side alone.
fn answer_seconds() -> i64 {
    let accepted = timeouts(Machine::Contract).iter().find(|timeout| timeout.state == State::Accepted);
    accepted.map_or(0, |timeout| timeout.after_seconds - FOLLOW_SECONDS)
}

/// Queues the freelancer's leaf at the freelancer's home: the client's stands in its log.
pub(crate) async fn answer(ctx: &Apply<'_>, contract: &ContractRow) -> Result<(), UseError> {
    let gone = || Failure::unreadable(contract.id, "offer or acceptance is gone");
    let acceptance = contract.acceptance.ok_or_else(gone)?;
    let offer = documents::find(ctx.tx, &contract.id).await?.ok_or_else(gone)?;
    let acceptance = documents::find(ctx.tx, &acceptance).await?.ok_or_else(gone)?;
    let acceptance = kept(&acceptance)?;
    if ctx.now.seconds_since(acceptance.from()) >= answer_seconds() {
        tracing::warn!(contract = %contract.id, "an engagement was seen too late; the contract will lapse");
        return Ok(());
    }
    let (_, draft) = drafts(contract, &kept(&offer)?, &acceptance)?;
    let key = ctx.hosted_key(&contract.freelancer).await?;
    let key = key.ok_or_else(|| Failure::unreadable(contract.id, "the freelancer's key is not here"))?;
    ctx.enqueue(LogKind::Reputation, &draft.sign(&[&key]).map_err(hanse_base::stored::unsound)?).await
}
