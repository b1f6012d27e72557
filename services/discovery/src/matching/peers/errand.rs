//! Of several processes of one node only the one with the lease speaks with peers. The others leave their question in the
//! database, where that one looks, and read the answer there: people get the same list from every process.

use std::time::Duration;

use cbor4ii::serde::{from_slice, to_vec};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use hanse_api::views::PeerOutcome;
use hanse_base::error::{Failure, UseError};
use hanse_document::NodeName;
use hanse_network::Search;
use hanse_store::errands::{self, Errand};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Heard, ask_peers};
use crate::Discovery;

/// How long an answer is waited for: the two seconds of asking, and a look on either side.
const WAIT: Duration = Duration::from_secs(3);
/// How often either side looks while there is something to do: what a list of another process waits longer than one of the leader.
const LOOK: Duration = Duration::from_millis(50);
/// How seldom the leader looks when there is nothing for long, as always where one process is the whole node: the first list after a quiet
/// time waits so much longer, which [`WAIT`] has room for.
const IDLE: Duration = Duration::from_millis(400);
/// Questions that wait at one time: a list is asked for once in a minute for each process and job.
const WAITING_MAX: i64 = 64;
/// Questions that are worked on at one time.
const RUNNING_MAX: usize = 8;

type Answers = Vec<(NodeName, Heard)>;

/// What the peers say, asked by the process that speaks with them.
pub(super) async fn send(discovery: &Discovery, search: &Search) -> Answers {
    match sent(discovery, search).await {
        Ok(Some(heard)) => heard,
        Ok(None) => unasked(discovery),
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "peers cannot be asked for matches");
            unasked(discovery)
        }
    }
}

fn unasked(discovery: &Discovery) -> Answers {
    let peers = discovery.config().peers.iter();
    peers.map(|peer| (peer.name.clone(), Heard::Silent(PeerOutcome::Unasked))).collect()
}

async fn sent(discovery: &Discovery, search: &Search) -> Result<Option<Answers>, UseError> {
    let question = to_vec(Vec::new(), search).map_err(unreadable)?;
    let connection = discovery.store().connection().await?;
    let sent = errands::send(&connection, &question, WAIT.as_secs_f64(), WAITING_MAX).await?;
    drop(connection);
    let Some(id) = sent else { return Ok(None) };
    let until = Instant::now() + WAIT;
    while Instant::now() < until {
        tokio::time::sleep(LOOK).await;
        // Not held while it sleeps: others need the connection more.
        if let Some(answer) = errands::fetch(&discovery.store().connection().await?, &id).await? {
            return from_slice(&answer).map(Some).map_err(unreadable);
        }
    }
    errands::forget(&discovery.store().connection().await?, &id).await?;
    Ok(None)
}

/// Runs errands until told to stop.
pub async fn run(discovery: Discovery, cancel: CancellationToken) -> Result<(), Failure> {
    let mut running = FuturesUnordered::new();
    let mut pause = LOOK;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            Some(()) = running.next() => {}
            () = tokio::time::sleep(pause), if running.len() < RUNNING_MAX => {
                let free = RUNNING_MAX.saturating_sub(running.len());
                let taken = taken(&discovery, free).await.unwrap_or_else(|error| {
                    tracing::warn!(error = &error as &dyn std::error::Error, "reading queued searches over peers failed");
                    Vec::new()
                });
                pause = if taken.is_empty() { pause.saturating_mul(2).min(IDLE) } else { LOOK };
                running.extend(taken.into_iter().map(|errand| run_one(&discovery, errand)));
            }
        }
    }
}

async fn taken(discovery: &Discovery, free: usize) -> Result<Vec<Errand>, UseError> {
    let limit = i64::try_from(free).unwrap_or(1);
    Ok(errands::take(&discovery.store().connection().await?, limit).await?)
}

async fn run_one(discovery: &Discovery, errand: Errand) {
    if let Err(error) = answered(discovery, &errand).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a queued search over peers failed");
    }
}

async fn answered(discovery: &Discovery, errand: &Errand) -> Result<(), UseError> {
    let Some(network) = discovery.base().network() else { return Ok(()) };
    let search: Search = from_slice(&errand.question).map_err(unreadable)?;
    let heard = ask_peers(discovery, &network, &search).await;
    let answer = to_vec(Vec::new(), &heard).map_err(unreadable)?;
    Ok(errands::answer(&discovery.store().connection().await?, &errand.id, &answer).await?)
}

/// Both sides are this program; of another version perhaps, while a new one is rolled out.
fn unreadable(error: impl std::fmt::Display) -> UseError {
    tracing::debug!(%error, "an errand cannot be read");
    UseError::Failed(Failure::Inconsistent("an errand of another version of this program".to_owned()))
}
