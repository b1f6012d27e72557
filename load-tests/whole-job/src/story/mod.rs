//! The whole job between a client at one home and a freelancer at the other, phase by phase; each phase is a transaction of goose.

mod agree;
mod arrive;
mod prove;
mod review;
mod work;

use std::sync::Arc;

use goose::prelude::{GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};

#[cfg(test)]
pub(crate) use arrive::OPEN;

use crate::Result;
use crate::ask::{Hand, Run};
use crate::book::Person;

/// Jobs that a pair does before another pair comes: records grow, and people go on arriving.
const JOBS_EACH: u32 = 4;

/// What a pair does, in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// Both register and sign in; the freelancer writes a profile.
    #[default]
    Arrive,
    /// The client posts; the freelancer searches and finds; who fits is seen.
    Post,
    /// Bid, offer, acceptance.
    Agree,
    /// Delivery, payment, end.
    Work,
    /// Two sealed reviews, which open each other.
    Review,
    /// Evidence that verifies offline, and a score.
    Prove,
}

const PHASES: [(Phase, &str); 6] = [
    (Phase::Arrive, "arrive"),
    (Phase::Post, "post and find"),
    (Phase::Agree, "agree"),
    (Phase::Work, "work and pay"),
    (Phase::Review, "review under seal"),
    (Phase::Prove, "prove"),
];

/// How far a pair has come.
#[derive(Clone, Debug, Default)]
struct Story {
    /// What comes next.
    phase: usize,
    /// Pairs that have come to this user.
    pairs: u32,
    /// Jobs of this pair.
    jobs: u32,
    client: Person,
    freelancer: Person,
    /// Word by which the job is found, and which no other has.
    word: String,
    job: String,
    bid: String,
    contract: String,
    /// The reviews by their commits: the client's, the freelancer's.
    commits: [String; 2],
}

impl Story {
    /// What somebody wrote in a review: the same words never stand in two.
    fn words(&self, by_client: bool) -> String {
        let said = if by_client { "Careful work, on time" } else { "Clear wishes, paid the same day" };
        format!("{said}: {}.", self.word)
    }
}

/// What every user of goose does.
pub(crate) fn scenario(run: &Arc<Run>) -> Result<Scenario> {
    let mut scenario = Scenario::new("the whole job");
    for (sequence, (phase, name)) in (1..).zip(PHASES) {
        let run = Arc::clone(run);
        let function: TransactionFunction = Arc::new(move |user| {
            let run = Arc::clone(&run);
            Box::pin(async move { act(user, &run, phase).await })
        });
        let transaction = Transaction::new(function).set_name(name).set_sequence(sequence);
        scenario = scenario.register_transaction(transaction);
    }
    Ok(scenario)
}

/// Does a phase if all before it went well. A pair that met a fault is not seen again: another begins anew.
async fn act(user: &mut GooseUser, run: &Run, phase: Phase) -> TransactionResult {
    let mut story = user.get_session_data::<Story>().cloned().unwrap_or_default();
    if PHASES.get(story.phase).is_none_or(|(next, _)| *next != phase) {
        return Ok(());
    }
    let mut hand = Hand { user: &mut *user, run };
    let done = match phase {
        Phase::Arrive => arrive::arrive(&mut hand, &mut story).await,
        Phase::Post => arrive::post(&mut hand, &mut story).await,
        Phase::Agree => agree::agree(&mut hand, &mut story).await,
        Phase::Work => work::work(&mut hand, &story).await,
        Phase::Review => review::review(&mut hand, &mut story).await,
        Phase::Prove => prove::prove(&mut hand, &story).await,
    };
    match done {
        Ok(()) => story.phase = (story.phase + 1) % PHASES.len(),
        Err(_) => (story.phase, story.jobs) = (0, JOBS_EACH),
    }
    user.set_session_data(story);
    done
}
