//! The moves of a contract, each seen at both homes before the next.

use hanse_command::api;
use hanse_command::document::Rejection;
use hanse_command::json::Read as _;
use hanse_command::lifecycle::{Event, Machine};
use hanse_command::requests::StepRequest;

use super::Story;
use super::arrive::must;
use crate::ask::{By, Fault, Hand};
use crate::book::{STATES, Thing};

/// What is done from an active contract on: by the client or not, and the place in [`STATES`] that it leads to.
const MOVES: [(Event, bool, usize); 5] = [
    (Event::Deliver, false, 2),
    (Event::AcceptDelivery, true, 3),
    (Event::AttestPaid, true, 4),
    (Event::ConfirmReceived, false, 5),
    (Event::Close, true, 6),
];

pub(super) async fn work(hand: &mut Hand<'_>, story: &Story) -> Result<(), Fault> {
    for (what, by_client, state) in MOVES {
        act(hand, story, what, by_client, state).await?;
        reach(hand, story, state).await?;
    }
    Ok(())
}

/// Makes a move, which the own home must allow by now.
pub(super) async fn act(
    hand: &mut Hand<'_>,
    story: &Story,
    what: Event,
    by_client: bool,
    state: usize,
) -> Result<(), Fault> {
    let by = By::Person(if by_client { &story.client } else { &story.freelancer });
    hand.until(by, &api::contract(&story.contract), "the next move is allowed", |answer| {
        let Some(contract) = answer.found()? else { return Ok(None) };
        let free = contract.text("/queued").is_empty();
        Ok((free && contract.texts("/allowed").contains(&what.name())).then_some(()))
    })
    .await?;
    let note = (what == Event::Deliver).then(|| "All of it.".parse()).transpose();
    let note = note.map_err(|error: Rejection| hand.fault("note", &error.to_string()))?;
    let step =
        api::step(Machine::Contract, &story.contract, what, &StepRequest { note, ..StepRequest::default() });
    hand.ask(by, &step, |answer| {
        must(answer.success()?.text("/view/id") == story.contract, "another contract has moved")
    })
    .await?;
    acknowledged(hand, story, state);
    Ok(())
}

/// Notes that the contract was said to come this far.
pub(super) fn acknowledged(hand: &Hand<'_>, story: &Story, state: usize) {
    let sides = [story.client.clone(), story.freelancer.clone()];
    hand.run.book().acknowledged(Thing::Contract { id: story.contract.clone(), state, sides });
}

/// Waits until both homes say that the contract is in this state; an active one has both engagements in their logs.
pub(super) async fn reach(hand: &mut Hand<'_>, story: &Story, state: usize) -> Result<(), Fault> {
    let wanted = STATES.get(state).copied().unwrap_or_default();
    for person in [&story.client, &story.freelancer] {
        let what = format!("contract {wanted} at both homes");
        hand.until(By::Person(person), &api::contract(&story.contract), &what, |answer| {
            let Some(contract) = answer.found()? else { return Ok(None) };
            let stands = STATES.iter().position(|known| *known == contract.text("/state"));
            must(stands.is_none_or(|stands| stands <= state), "the contract is beyond what was done")?;
            must(contract.text("/refused").is_empty(), "a move was refused after it was acknowledged")?;
            if stands != Some(state) {
                return Ok(None);
            }
            let engaged = contract.is("/engaged/client") && contract.is("/engaged/freelancer");
            must(state == 0 || engaged, "an active contract lacks an engagement").map(Some)
        })
        .await?;
    }
    Ok(())
}
