//! What time alone brings about: postings expire, offers and engagements lapse, silence approves, sealed reviews open.
//!
//! The home that keeps the order goes by its own clock. A home that follows gives it an hour more, and none while
//! something about the job is on its way: what the order's home says, or has already said, wins.

mod disputes;
mod parts;
mod unlogged;

use hanse_base::error::{Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::present;
use hanse_base::rounds::Round;
use hanse_ledger::{Leaf, Statement};
use hanse_lifecycle::{Event, Machine, State, Timeout, timeouts};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::jobs::{self, JobRow};
use hanse_store::reviews::{self, ReviewRow};
use hanse_store::{deliveries, log};

pub use self::unlogged::{UNLOGGED_MAX, UNLOGGED_SECONDS, drop_unlogged};
use crate::apply::review::review_seconds;
use crate::apply::{Apply, FOLLOW_SECONDS, contract, dispute, job};
use crate::react::release;
use hanse_logbook::Logbook;

/// Things of one kind in one look; what is left is found by the next.
const BATCH: i64 = 500;
/// Sealed reviews that wait for their turn in one log, looked at for one contract: as a rule there is none, ever.
const COMMITS_MAX: u64 = 256;

/// One look at every clock.
pub async fn look(logbook: &Logbook) -> Result<Round, UseError> {
    let now = logbook.base().now().unix();
    let connection = logbook.base().store().connection().await?;
    let expired = jobs::expired(&connection, now, BATCH).await?;
    let left = jobs::left_filled(&connection, now.saturating_sub(filled_seconds()), BATCH).await?;
    let silent = jobs::silent(&connection, now.saturating_sub(silent_seconds()), BATCH).await?;
    let waiting =
        contracts::waiting_invitations(&connection, now.saturating_sub(invited_seconds()), BATCH).await?;
    let unanswered =
        contracts::unanswered_milestones(&connection, now.saturating_sub(answer_seconds()), BATCH).await?;
    let mut late: Vec<(ContractRow, &Timeout)> = Vec::new();
    for timeout in timeouts(Machine::Contract) {
        let since = now.saturating_sub(timeout.after_seconds);
        let rows = contracts::timed_out(&connection, timeout.state, since, BATCH).await?;
        late.extend(rows.into_iter().map(|row| (row, timeout)));
    }
    let disputed = disputes::late(&connection, now, BATCH).await?;
    let sealed = reviews::sealed(&connection, now.saturating_sub(review_seconds(State::Open)), BATCH).await?;
    drop(connection);
    // One thing that cannot be moved keeps no other from it.
    for row in &expired {
        report(expire(logbook, row, Event::Expire).await, &row.id);
    }
    for row in &silent {
        report(expire(logbook, row, Event::GoStale).await, &row.id);
    }
    for row in &waiting {
        report(parts::lapse(logbook, row).await, &row.id);
    }
    for row in &unanswered {
        report(parts::accept(logbook, row).await, &row.contract);
    }
    for row in &left {
        report(expire(logbook, row, Event::Complete).await, &row.id);
    }
    for (row, timeout) in &late {
        report(lapse(logbook, row, timeout).await, &row.id);
    }
    for (row, timeout) in &disputed {
        report(disputes::run_out(logbook, row, timeout).await, &row.id);
    }
    for row in &sealed {
        report(open(logbook, row).await, &row.commit_leaf);
    }
    drop_unlogged(logbook).await?;
    let nothing = expired.is_empty()
        && left.is_empty()
        && late.is_empty()
        && sealed.is_empty()
        && silent.is_empty()
        && waiting.is_empty()
        && unanswered.is_empty()
        && disputed.is_empty();
    Ok(if nothing { Round::Idle } else { Round::Worked })
}

fn report(outcome: Result<(), UseError>, thing: &dyn std::fmt::Display) {
    if let Err(error) = outcome {
        tracing::error!(%thing, error = &error as &dyn std::error::Error, "a timeout could not be applied");
    }
}

/// After how long a time-out of a table acts, in seconds.
fn after(machine: Machine, state: State, event: Event) -> i64 {
    let fits = |timeout: &&Timeout| timeout.state == state && timeout.event == event;
    timeouts(machine).iter().find(fits).map_or(i64::MAX, |timeout| timeout.after_seconds)
}

fn silent_seconds() -> i64 {
    after(Machine::Job, State::Open, Event::GoStale)
}

fn invited_seconds() -> i64 {
    after(Machine::Invitation, State::Invited, Event::Lapse)
}

pub(crate) fn answer_seconds() -> i64 {
    after(Machine::Milestone, State::Delivered, Event::AcceptDelivery)
}

/// How long after its own date a filled posting is complete at the latest, in seconds.
fn filled_seconds() -> i64 {
    after(Machine::Job, State::Filled, Event::Complete)
}

/// A posting whose date has passed, or passed long ago. Where another home keeps the order, it has the same date from the
/// same document.
async fn expire(logbook: &Logbook, row: &JobRow, event: Event) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    let seen = row.state;
    let row = jobs::lock(&tx, &row.id).await?.ok_or(Refusal::NotFound("job"))?;
    if row.state == seen {
        job::node_event(&ctx, &row, event).await?;
        tx.commit().await?;
        logbook.base().signals().changed();
    }
    Ok(())
}

/// A contract that has stood still for too long.
async fn lapse(logbook: &Logbook, row: &ContractRow, timeout: &Timeout) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    jobs::lock(&tx, &row.job).await?;
    let row = contracts::contract(&tx, &row.id).await?;
    let mut row = row.ok_or(Refusal::NotFound("contract"))?;
    if row.state != timeout.state || ctx.now.unix() < due(logbook, &row, timeout) {
        return Ok(());
    }
    if dispute::is_frozen(&ctx, &row.id, None).await? {
        return Ok(());
    }
    let home = row.client_home.clone();
    if home != logbook.base().config().name && deliveries::job_waits(&tx, &row.job, home.as_str()).await? {
        return Ok(());
    }
    // Of a contract with milestones, silence accepts one after the other.
    if timeout.state == State::Delivered && !contracts::milestones(&tx, &row.id).await?.is_empty() {
        return Ok(());
    }
    contract::node_event(&ctx, &mut row, timeout.event).await?;
    tx.commit().await?;
    logbook.base().signals().committed();
    Ok(())
}

/// When the node moves a contract that nobody else moves, Unix seconds.
fn due(logbook: &Logbook, row: &ContractRow, timeout: &Timeout) -> i64 {
    let follows = row.client_home != logbook.base().config().name;
    let grace = if follows { FOLLOW_SECONDS } else { 0 };
    present::contract_at(row, timeout).saturating_add(grace)
}

/// The time to write is over: a sealed review opens alone, once the other side's absence is proved.
async fn open(logbook: &Logbook, row: &ReviewRow) -> Result<(), UseError> {
    let mut connection = logbook.base().store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(logbook, &tx);
    let contract = row.contract.ok_or(Refusal::NotFound("contract"))?;
    let contract = contracts::contract(&tx, &contract).await?.ok_or(Refusal::NotFound("contract"))?;
    jobs::lock(&tx, &contract.job).await?;
    let row = reviews::find(&tx, &row.commit_leaf).await?.ok_or(Refusal::NotFound("review"))?;
    if is_absent(&ctx, &row, &contract).await? {
        release(&ctx, &row).await?;
        tx.commit().await?;
        logbook.base().signals().committed();
    }
    Ok(())
}

/// Whether the other side's log, as a quorum of auditors cosigned it after the end of the window, has no commit of theirs.
/// Their commits come into our rows from that very log; so it is enough that we hold it up to there.
async fn is_absent(ctx: &Apply<'_>, row: &ReviewRow, contract: &ContractRow) -> Result<bool, UseError> {
    let rows = reviews::of_contract(ctx.tx, &contract.id).await?;
    if rows.iter().any(|other| other.engagement != row.engagement) {
        return Ok(false);
    }
    let rated_is_client = contract.client_engagement == Some(row.engagement);
    let home = if rated_is_client { &contract.client_home } else { &contract.freelancer_home };
    if *home == ctx.logbook.base().config().name {
        return Ok(true);
    }
    let deadline = contract.closed_at.unwrap_or(i64::MAX).saturating_add(review_seconds(State::Open));
    let origin = LogKind::Reputation.origin(home);
    let Some(head) = log::find(ctx.tx, &origin).await? else { return Ok(false) };
    // One of theirs that this node has passed and could not take is no absence.
    if head.reacted < head.size || waits_for_turn(ctx, &origin, contract).await? {
        return Ok(false);
    }
    let others = |name: &str| name.split_once('/').is_some_and(|(operator, _)| operator != home.as_str());
    let auditors = ctx.logbook.log_keys().auditors().filter(|key| others(key.name().as_str())).count();
    let cosigned = log::cosignatures(ctx.tx, &origin, head.size).await?;
    let late = |time: u64| i64::try_from(time).is_ok_and(|time| time >= deadline);
    let cosigned = cosigned.iter().filter(|line| others(&line.cosigner) && late(line.time)).count();
    Ok(cosigned > 2 * auditors / 3)
}

/// Whether a sealed review of this contract stands in a log and has still to have its effect here; or too many do to know.
pub async fn waits_for_turn(ctx: &Apply<'_>, origin: &str, contract: &ContractRow) -> Result<bool, UseError> {
    let waiting = log::wanted_of_kind(ctx.tx, origin, "commit", COMMITS_MAX).await?;
    let of_contract = |row: &log::LeafRow| {
        let leaf = Leaf::parse(&row.bytes).ok();
        let statement = leaf.as_ref().and_then(Leaf::statement);
        let Some(Statement::Commit { engagement, .. }) = statement else { return false };
        [contract.client_engagement, contract.freelancer_engagement].contains(&Some(*engagement))
    };
    let too_many = u64::try_from(waiting.len()).is_ok_and(|rows| rows >= COMMITS_MAX);
    Ok(too_many || waiting.iter().any(of_contract))
}
