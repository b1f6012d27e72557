//! Of several processes of one node only the one with the lease speaks with peers. The others leave their question in the
//! database, where that one looks, and read the answer there: people get the same list from every process.

use std::time::Duration;

use cbor4ii::serde::{from_slice, to_vec};
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use hanse_api::views::PeerOutcome;
use hanse_base::error::{Failure, UseError};
use hanse_base::rounds::{Round, Rounds};
use hanse_base::signals::Notice;
use hanse_document::NodeName;
use hanse_network::Search;
use hanse_store::peer_searches::{self, QueuedSearch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Heard, ask_peers};
use crate::Discovery;

/// How long an answer is waited for: the two seconds of asking, and a look on either side.
const WAIT: Duration = Duration::from_secs(3);
/// How often either side looks where it does not hear the other: what a list of another process waits longer than one of the leader.
const LOOK: Duration = Duration::from_millis(250);
/// How seldom the leader looks where it hears the others, and there is nothing: a question of which it does not hear waits so much longer,
/// which [`WAIT`] has room for.
const IDLE: Duration = Duration::from_millis(500);
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
    let sent = peer_searches::send(&connection, &question, WAIT.as_secs_f64(), WAITING_MAX).await?;
    drop(connection);
    let Some(id) = sent else { return Ok(None) };
    let signals = discovery.base().signals();
    signals.raise(Notice::SearchAsked);
    let until = Instant::now() + WAIT;
    while Instant::now() < until {
        // Waking early or late is the same: the row decides.
        drop(tokio::time::timeout(LOOK, signals.answers.notified()).await);
        // Not held while it sleeps: others need the connection more.
        if let Some(answer) = peer_searches::fetch(&discovery.store().connection().await?, &id).await? {
            return from_slice(&answer).map(Some).map_err(unreadable);
        }
    }
    peer_searches::forget(&discovery.store().connection().await?, &id).await?;
    Ok(None)
}

/// Runs queued searches until it is cancelled.
pub async fn run(discovery: Discovery, cancel: CancellationToken) -> Result<(), Failure> {
    let mut running = FuturesUnordered::new();
    let signals = discovery.base().signals();
    let mut rounds = Rounds::new("peer_searches", signals, cancel, LOOK).woken(IDLE);
    loop {
        let free = RUNNING_MAX.saturating_sub(running.len());
        let taken = async {
            let taken = taken(&discovery, free).await?;
            let round = if taken.is_empty() { Round::Idle } else { Round::Worked };
            running.extend(taken.into_iter().map(|queued| run_one(&discovery, queued)));
            Ok::<_, UseError>(round)
        };
        if !rounds.round(taken).await {
            return Ok(());
        }
        // Those that run go on whatever this waits for.
        tokio::select! {
            Some(()) = running.next() => {}
            () = rounds.wait(signals.searches.notified()) => {}
        }
    }
}

async fn taken(discovery: &Discovery, free: usize) -> Result<Vec<QueuedSearch>, UseError> {
    let limit = i64::try_from(free).unwrap_or(1);
    if free == 0 {
        return Ok(Vec::new());
    }
    Ok(peer_searches::take(&discovery.store().connection().await?, limit).await?)
}

async fn run_one(discovery: &Discovery, queued: QueuedSearch) {
    if let Err(error) = answered(discovery, &queued).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "a queued search over peers failed");
    }
}

async fn answered(discovery: &Discovery, queued: &QueuedSearch) -> Result<(), UseError> {
    let Some(network) = discovery.base().network() else { return Ok(()) };
    let search: Search = from_slice(&queued.question).map_err(unreadable)?;
    let heard = ask_peers(discovery, &network, &search).await;
    let answer = to_vec(Vec::new(), &heard).map_err(unreadable)?;
    peer_searches::answer(&discovery.store().connection().await?, &queued.id, &answer).await?;
    discovery.base().signals().raise(Notice::SearchAnswered);
    Ok(())
}

/// Both sides are this program; of another version perhaps, while a new one is rolled out.
fn unreadable(error: impl std::fmt::Display) -> UseError {
    tracing::debug!(%error, "a queued search cannot be read");
    UseError::Failed(Failure::Inconsistent("a queued search of another version of this program".to_owned()))
}
