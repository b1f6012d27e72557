//! What time alone brings about: postings expire, offers and engagements lapse, silence approves, sealed reviews open.
//!
//! The home that keeps the order goes by its own clock. A home that follows gives it an hour more, and none while
//! something about the job is on its way: what the order's home says, or has already said, wins.

mod unlogged;

use std::time::Duration;

use hanse_base::error::{Failure, Refusal, UseError};
use hanse_base::names::LogKind;
use hanse_base::rounds::{Every, Round, Rounds, SELDOM};
use hanse_discovery::matching::attention;
use hanse_ledger::{Leaf, Statement};
use hanse_lifecycle::{Event, Machine, State, Timeout, timeouts};
use hanse_store::contracts::{self, ContractRow};
use hanse_store::jobs::{self, JobRow};
use hanse_store::reviews::{self, ReviewRow};
use hanse_store::{changes, deliveries, log};
use tokio_util::sync::CancellationToken;

#[cfg(test)]
pub(crate) use self::unlogged::UNLOGGED_SECONDS;
pub(crate) use self::unlogged::{UNLOGGED_MAX, drop_unlogged};
use crate::Engine;
use crate::effects::apply::review::review_seconds;
use crate::effects::apply::{Apply, FOLLOW_SECONDS, contract, job};
use crate::effects::react::release;

/// Things of one kind in one look; what is left is found by the next.
const BATCH: i64 = 500;
/// Sealed reviews that wait for their turn in one log, looked at for one contract: as a rule there is none, ever.
const COMMITS_MAX: u64 = 256;
const DAY_SECONDS: i64 = 86_400;
/// How long changes are kept for readers that were away: a process that was away for longer reads everything anew.
const CHANGES_SECONDS: i64 = DAY_SECONDS;
/// Between two cleanings of changes, sessions and kept answers.
const CLEAN_EVERY: Duration = Duration::from_secs(1_200);

/// Looks at the clocks until it is cancelled.
pub(crate) async fn run(engine: Engine, cancel: CancellationToken) -> Result<(), Failure> {
    let (mut prunes, mut cleans) = (Every::new(CLEAN_EVERY), Every::new(CLEAN_EVERY));
    let pace = engine.config().pace.deliver;
    let mut rounds = Rounds::new("timeouts", engine.signals(), cancel, pace).woken(SELDOM);
    loop {
        if prunes.is_due()
            && let Err(error) = prune(&engine).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "removing old rows failed; will retry");
        }
        // What time has moved stays moved: not by a clock that has jumped, or that the peers contradict.
        let may_act = engine.clocks().look(engine.now().unix());
        let round = async { if may_act { look(&engine).await } else { Ok(Round::Worked) } };
        if !rounds.round(round).await {
            return Ok(());
        }
        if may_act
            && cleans.is_due()
            && let Err(error) = clean(&engine).await
        {
            tracing::error!(error = &error as &dyn std::error::Error, "removing old rows failed; will retry");
        }
        rounds.pace().await;
    }
}

/// One look at every clock.
pub(crate) async fn look(engine: &Engine) -> Result<Round, UseError> {
    let now = engine.now().unix();
    let connection = engine.store().connection().await?;
    let expired = jobs::expired(&connection, now, BATCH).await?;
    let left = jobs::left_filled(&connection, now.saturating_sub(filled_seconds()), BATCH).await?;
    let mut late: Vec<(ContractRow, &Timeout)> = Vec::new();
    for timeout in timeouts(Machine::Contract) {
        let since = now.saturating_sub(timeout.after_seconds);
        let rows = contracts::timed_out(&connection, timeout.state, since, BATCH).await?;
        late.extend(rows.into_iter().map(|row| (row, timeout)));
    }
    let sealed = reviews::sealed(&connection, now.saturating_sub(review_seconds(State::Open)), BATCH).await?;
    drop(connection);
    // One thing that cannot be moved keeps no other from it.
    for row in &expired {
        report(expire(engine, row, Event::Expire).await, &row.id);
    }
    for row in &left {
        report(expire(engine, row, Event::Complete).await, &row.id);
    }
    for (row, timeout) in &late {
        report(lapse(engine, row, timeout).await, &row.id);
    }
    for row in &sealed {
        report(open(engine, row).await, &row.commit_leaf);
    }
    drop_unlogged(engine).await?;
    let nothing = expired.is_empty() && left.is_empty() && late.is_empty() && sealed.is_empty();
    Ok(if nothing { Round::Idle } else { Round::Worked })
}

fn report(outcome: Result<(), UseError>, thing: &dyn std::fmt::Display) {
    if let Err(error) = outcome {
        tracing::error!(%thing, error = &error as &dyn std::error::Error, "a timeout could not be applied");
    }
}

/// Forgets changes that every reader has read, by the database's clock: what grows with all that happens does not wait for this node's.
async fn prune(engine: &Engine) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    changes::prune(&tx, CHANGES_SECONDS).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets old sessions and keys of requests, by this node's clock: one that is not believed signs nobody out, and has nothing done twice.
async fn clean(engine: &Engine) -> Result<(), UseError> {
    engine.forget_old().await?;
    let connection = engine.store().connection().await?;
    attention::clean(engine.discovery(), &connection).await?;
    drop(connection);
    engine.accounts().clean().await
}

/// How long after its own date a filled posting is complete at the latest, in seconds.
fn filled_seconds() -> i64 {
    let filled = timeouts(Machine::Job).iter().find(|timeout| timeout.state == State::Filled);
    filled.map_or(i64::MAX, |timeout| timeout.after_seconds)
}

/// A posting whose date has passed, or passed long ago. Where another home keeps the order, it has the same date from the
/// same document.
async fn expire(engine: &Engine, row: &JobRow, event: Event) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(engine, &tx);
    let seen = row.state;
    let row = jobs::lock(&tx, &row.id).await?.ok_or(Refusal::NotFound("job"))?;
    if row.state == seen {
        job::node_event(&ctx, &row, event).await?;
        tx.commit().await?;
        engine.signals().changed();
    }
    Ok(())
}

/// A contract that has stood still for too long.
async fn lapse(engine: &Engine, row: &ContractRow, timeout: &Timeout) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(engine, &tx);
    jobs::lock(&tx, &row.job).await?;
    let row = contracts::contract(&tx, &row.id).await?;
    let mut row = row.ok_or(Refusal::NotFound("contract"))?;
    if row.state != timeout.state || ctx.now.unix() < due(engine, &row, timeout) {
        return Ok(());
    }
    let home = row.client_home.clone();
    if home != engine.config().name && deliveries::job_waits(&tx, &row.job, home.as_str()).await? {
        return Ok(());
    }
    contract::node_event(&ctx, &mut row, timeout.event).await?;
    tx.commit().await?;
    engine.signals().committed();
    Ok(())
}

/// When the node moves a contract that nobody else moves, Unix seconds.
fn due(engine: &Engine, row: &ContractRow, timeout: &Timeout) -> i64 {
    let mut since = row.changed_at;
    if timeout.state == State::Active {
        // Work that is not due yet is not dormant.
        since = since.max(row.due_day.saturating_add(1).saturating_mul(DAY_SECONDS));
    }
    let follows = row.client_home != engine.config().name;
    let grace = if follows { FOLLOW_SECONDS } else { 0 };
    since.saturating_add(timeout.after_seconds).saturating_add(grace)
}

/// The time to write is over: a sealed review opens alone, once the other side's absence is proved.
async fn open(engine: &Engine, row: &ReviewRow) -> Result<(), UseError> {
    let mut connection = engine.store().connection().await?;
    let tx = connection.begin().await?;
    let ctx = Apply::own(engine, &tx);
    let contract = row.contract.ok_or(Refusal::NotFound("contract"))?;
    let contract = contracts::contract(&tx, &contract).await?.ok_or(Refusal::NotFound("contract"))?;
    jobs::lock(&tx, &contract.job).await?;
    let row = reviews::find(&tx, &row.commit_leaf).await?.ok_or(Refusal::NotFound("review"))?;
    if is_absent(&ctx, &row, &contract).await? {
        release(&ctx, &row).await?;
        tx.commit().await?;
        engine.signals().committed();
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
    if *home == ctx.engine.config().name {
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
    let auditors = ctx.engine.log_keys().auditors().filter(|key| others(key.name().as_str())).count();
    let cosigned = log::cosignatures(ctx.tx, &origin, head.size).await?;
    let late = |time: u64| i64::try_from(time).is_ok_and(|time| time >= deadline);
    let cosigned = cosigned.iter().filter(|line| others(&line.cosigner) && late(line.time)).count();
    Ok(cosigned > 2 * auditors / 3)
}

/// Whether a sealed review of this contract stands in a log and has still to have its effect here; or too many do to know.
pub(crate) async fn waits_for_turn(
    ctx: &Apply<'_>,
    origin: &str,
    contract: &ContractRow,
) -> Result<bool, UseError> {
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

#[cfg(test)]
mod tests {
    use hanse_document::{DocumentId, Timestamp};
    use hanse_store::Sql as _;
    use std::sync::Arc;
    use tokio::sync::Semaphore;

    use super::*;
    use crate::testing::Home;
    use hanse_base::config::{Config, Pace};

    /// Far above what it takes; reaching it is the failure.
    const PATIENCE: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn changes_are_forgotten_also_by_a_node_whose_clock_is_doubted() {
        let home = Home::new('a', &['b']).await;
        home.register("ada").await;
        let db = home.engine.store().connection().await.unwrap();
        let old = "INSERT INTO change (kind, key, at) VALUES ('job', $1, 0)";
        db.execute(old, &[&[7_u8; 32].as_slice()]).await.unwrap();
        let left = "SELECT count(*) AS left FROM change WHERE at = 0";
        // A change stays while a transaction is open that began before it, of other tests, too.
        let forgotten = async {
            while db.query_one(left, &[]).await.unwrap().get::<_, i64>("left") > 0 {
                let cancel = CancellationToken::new();
                let look = run(home.engine.clone(), cancel.clone());
                let (ended, ()) = tokio::join!(look, async { cancel.cancel() });
                ended.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, forgotten).await.unwrap();
        assert!(!home.engine.clocks().may_act(), "nobody has said anything");
    }

    /// A clock that stands still and counts who looks at it.
    #[derive(Debug)]
    struct Watched {
        now: Timestamp,
        looks: Semaphore,
    }

    impl hanse_base::clock::Clock for Watched {
        fn now(&self) -> Timestamp {
            self.looks.add_permits(1);
            self.now
        }
    }

    #[tokio::test]
    async fn a_clock_that_no_peer_shares_expires_nothing() {
        let home = Home::new('b', &['a']).await;
        let ada = home.register("ada").await;
        let job: DocumentId = home.post(&ada).await.view.id.parse().unwrap();
        let now = home.engine.now().add_seconds(40 * DAY_SECONDS).unwrap();
        let clock = Arc::new(Watched { now, looks: Semaphore::new(0) });
        let pace = Pace { deliver: Duration::from_millis(1), ..home.engine.config().pace };
        let config = Config { pace, ..home.engine.config().clone() };
        let engine = home.configured(config, Arc::clone(&clock) as Arc<dyn hanse_base::clock::Clock>).await;
        let state = async || engine.job(&job, None).await.unwrap().unwrap().state;
        // A look that did anything would have done it by then.
        tokio::select! {
            ended = run(engine.clone(), CancellationToken::new()) => panic!("{ended:?}"),
            looks = clock.looks.acquire_many(50) => looks.unwrap().forget(),
        }
        assert_eq!(state().await, "open");
        engine.clocks().heard("a.example", now.unix(), now.unix());
        let expired = async { while state().await != "expired" {} };
        tokio::select! {
            ended = run(engine.clone(), CancellationToken::new()) => panic!("{ended:?}"),
            expired = tokio::time::timeout(PATIENCE, expired) => expired.unwrap(),
        }
    }
}
