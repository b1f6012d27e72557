//! Search over nodes: `/hanse/match/2`, asked and answered.
//!
//! A peer is believed for nothing but the signatures of its people: everything else is computed here from what they signed.
//! No peer can make a list wait for more than two seconds, and what is heard is kept for a while, so that a page which many
//! people look at is one question.

mod judge;
mod kept;
pub mod queued;
mod serve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use futures::future::join_all;
use hanse_api::views::{PeerAnswer, PeerOutcome};
use hanse_base::error::{Refusal, UseError};
use hanse_document::{Did, NodeName, canonical};
use hanse_matching::model::Standing;
use hanse_matching::money::RateTable;
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::{self, Ranked};
use hanse_matching::side::{FACTORS, RANKER, Weights};
use hanse_network::{
    Bytes, Handle, MATCH_CANDIDATES_MAX, MATCH_FACTORS, Request, RequestError, Response, Search, SearchAnswer,
};
use hanse_store::accounts::{self, IdentityRow};
use judge::{Judge, Judged, Read, Shared};
use kept::{Kept, Memory, REST, TURN_WAIT};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::lock;
use super::posting::Posting;
use super::standing::standing;
use crate::Discovery;
use crate::knowledge::Knowledge;

pub(crate) use judge::Other;
pub use serve::answer;

/// Questions of peers that are worked on at one time: half of what this node ranks at a time stays for its own people.
const ANSWERS_MAX: usize = 2;
/// Most people of other nodes that count in a list, the best ones: as far down as anybody looks, or fairness.
const OTHERS_MAX: usize = 200;

// Rows go over the wire as they are.
const _: () = assert!(MATCH_FACTORS == FACTORS, "the wire has a place for every factor");

/// What one process has of its peers.
#[derive(Debug)]
pub(crate) struct Peers {
    memory: Memory,
    places: Semaphore,
}

impl Peers {
    pub(crate) fn new() -> Self {
        Self { memory: Memory::default(), places: Semaphore::new(ANSWERS_MAX) }
    }
}

/// Who else there is, and how each peer took part.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What the people were read with: they can be compared only with others read with the same. Nothing where nobody was
    /// asked. What is remembered does not keep an old taxonomy in memory.
    knowledge: Weak<Knowledge>,
    /// The best, in order.
    pub others: Vec<Other>,
    /// In the order of the configuration.
    pub peers: Vec<PeerAnswer>,
}

impl Asked {
    /// Only this node was asked.
    pub(crate) const fn nobody() -> Self {
        Self { knowledge: Weak::new(), others: Vec::new(), peers: Vec::new() }
    }

    /// Whether the people were read with this.
    pub(crate) fn is_read_with(&self, knowledge: &Arc<Knowledge>) -> bool {
        Weak::ptr_eq(&self.knowledge, &Arc::downgrade(knowledge))
    }

    /// Whether asking again at once would bring nothing new.
    fn is_whole(&self) -> bool {
        self.peers.iter().all(|peer| peer.outcome.is_heard() && peer.skipped == 0)
    }
}

/// Who else is there for a job, if it is asked for by `scope`.
pub(super) async fn others(
    discovery: &Discovery,
    posting: &Posting,
    scope: Option<&str>,
) -> Result<Arc<Asked>, UseError> {
    match scope {
        None | Some("node") => Ok(Arc::new(Asked::nobody())),
        Some("federation") => ask(discovery, posting).await,
        Some(_) => Err(Refusal::BadField { field: "scope", reason: "must be `node` or `federation`" }.into()),
    }
}

/// What was heard a moment ago, or is heard now: whoever comes meanwhile waits for the same answer.
async fn ask(discovery: &Discovery, posting: &Posting) -> Result<Arc<Asked>, UseError> {
    let knowledge = discovery.matching().read(|state, _| Arc::clone(&state.knowledge))?;
    let entry = discovery.matching().peers.memory.entry(*posting.id.hash());
    let mut kept = tokio::time::timeout(TURN_WAIT, entry.lock()).await.map_err(|_| Refusal::Busy)?;
    let fresh = kept.as_ref().and_then(|kept| kept.fresh(Instant::now()));
    if let Some(asked) = fresh.filter(|asked| asked.is_read_with(&knowledge)) {
        return Ok(asked);
    }
    let asked = Arc::new(ask_now(discovery, posting, knowledge).await?);
    *kept = Some(Kept::new(Instant::now(), Arc::clone(&asked)));
    Ok(asked)
}

/// How one peer answered, before anybody has looked at it.
#[derive(Debug, Serialize, Deserialize)]
enum Heard {
    Found(SearchAnswer),
    Silent(PeerOutcome),
}

async fn ask_now(
    discovery: &Discovery,
    posting: &Posting,
    knowledge: Arc<Knowledge>,
) -> Result<Asked, UseError> {
    let weights = discovery.config().ranking;
    let search = Search {
        job: Bytes::from(posting.document.bytes().to_vec()),
        client: weights.client,
        freelancer: weights.freelancer,
        limit: u32::try_from(MATCH_CANDIDATES_MAX).unwrap_or(1),
    };
    let heard = match discovery.base().network() {
        Some(network) => ask_peers(discovery, &network, &search).await,
        None => queued::send(discovery, &search).await,
    };
    let read = discovery
        .compute(move |_| {
            let read = |heard| match heard {
                Heard::Found(mut found) => {
                    let candidates = std::mem::take(&mut found.candidates);
                    Ok((found, judge::read(candidates, MATCH_CANDIDATES_MAX)))
                }
                Heard::Silent(outcome) => Err(outcome),
            };
            Ok(heard.into_iter().map(|(peer, heard)| (peer, read(heard))).collect::<Vec<_>>())
        })
        .await?;
    let people = people(discovery, read.iter().filter_map(|(_, read)| read.as_ref().ok())).await?;
    let posting = posting.clone();
    discovery.compute(move |discovery| judged(discovery, &posting, &knowledge, weights, read, people)).await
}

/// Asks all peers at once.
async fn ask_peers(discovery: &Discovery, network: &Handle, search: &Search) -> Vec<(NodeName, Heard)> {
    let states = network.peers().await;
    let peers = discovery.config().peers.iter().map(|peer| async {
        let connected = states.iter().any(|state| state.connected && state.name == peer.name.as_str());
        let heard = if connected {
            hear_one(discovery, network, &peer.name, search.clone()).await
        } else {
            Heard::Silent(PeerOutcome::Away)
        };
        (peer.name.clone(), heard)
    });
    join_all(peers).await
}

async fn hear_one(discovery: &Discovery, network: &Handle, peer: &NodeName, search: Search) -> Heard {
    let memory = &discovery.matching().peers.memory;
    if memory.rests(peer, Instant::now()) {
        return Heard::Silent(PeerOutcome::Late);
    }
    let outcome = match network.request(peer.as_str(), Request::Match { search }).await {
        Ok(Response::Match { found }) => return Heard::Found(found),
        Ok(Response::Busy { retry_after_ms }) => {
            let pause = Duration::from_millis(u64::from(retry_after_ms));
            memory.rest(peer, Instant::now(), pause);
            PeerOutcome::Busy
        }
        Ok(Response::Refused { slug, detail }) => {
            tracing::debug!(%peer, slug, detail, "a peer refuses to search");
            PeerOutcome::Refused
        }
        Ok(
            Response::Heads { .. }
            | Response::Range { .. }
            | Response::Receipt { .. }
            | Response::Talk { .. },
        )
        | Err(RequestError::Malformed) => PeerOutcome::Unreadable,
        Err(RequestError::Timeout) => {
            memory.rest(peer, Instant::now(), REST);
            PeerOutcome::Late
        }
        Err(RequestError::Busy) => PeerOutcome::Busy,
        Err(RequestError::Refused | RequestError::TooLarge) => PeerOutcome::Refused,
        Err(
            RequestError::UnknownPeer
            | RequestError::NotConnected
            | RequestError::Interrupted
            | RequestError::Closed
            | _,
        ) => PeerOutcome::Away,
    };
    Heard::Silent(outcome)
}

/// Those of the candidates who are known here.
async fn people<'a>(
    discovery: &Discovery,
    answers: impl Iterator<Item = &'a (SearchAnswer, Vec<Read>)>,
) -> Result<Vec<IdentityRow>, UseError> {
    let read = answers.flat_map(|(_, read)| read);
    let dids: Vec<&Did> =
        read.filter_map(|read| read.document.as_ref().ok().map(|document| document.issuer())).collect();
    if dids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(accounts::identities(&discovery.store().connection().await?, &dids).await?)
}

type Answers = Vec<(NodeName, Result<(SearchAnswer, Vec<Read>), PeerOutcome>)>;

/// What is left of all answers. Computes.
fn judged(
    discovery: &Discovery,
    posting: &Posting,
    knowledge: &Arc<Knowledge>,
    weights: Weights,
    answers: Answers,
    people: Vec<IdentityRow>,
) -> Result<Asked, UseError> {
    let (job, _) = posting.read(discovery, knowledge)?;
    // Records are looked up here, where waiting for whoever writes them keeps no other task waiting.
    let with_record = |row: IdentityRow| {
        let record = standing(discovery, &row.did);
        (row.did.clone(), (row, record))
    };
    let people: &BTreeMap<Did, (IdentityRow, Standing)> = &people.into_iter().map(with_record).collect();
    let query = Query::new(&job, Setting { weights, ..knowledge.setting() });
    let (mut others, mut peers) = (Vec::new(), Vec::new());
    for (peer, answer) in answers {
        let (outcome, judged) = match answer {
            Ok((found, read)) => {
                let shared = shared(knowledge, &found);
                let (now, memory) = (discovery.now(), &discovery.matching().peers.memory);
                let query = &query;
                let judge = Judge { peer: &peer, now, knowledge, query, shared, people, memory };
                (outcome(knowledge, &found), judge.judge(read))
            }
            Err(outcome) => (outcome, Judged::default()),
        };
        if judged.contradicted > 0 {
            tracing::warn!(%peer, times = judged.contradicted, job = %posting.id, "a peer's match answer contradicts its documents");
        }
        peers.push(PeerAnswer {
            node: peer.to_string(),
            outcome,
            people: u32::try_from(judged.others.len()).unwrap_or(u32::MAX),
            contradicted: judged.contradicted,
            skipped: judged.skipped,
        });
        others.extend(judged.others);
    }
    let others = best(&query, others);
    drop(query);
    Ok(Asked { knowledge: Arc::downgrade(knowledge), others, peers })
}

/// The best of all, in order.
fn best(query: &Query<'_>, others: Vec<Other>) -> Vec<Other> {
    let ranked = others
        .iter()
        .map(|it| Ranked::new(it.person.id, it.features, it.person.standing.completed, query.weights()));
    let mut ranked: Vec<Ranked> = ranked.collect();
    rank::order(query, &mut ranked);
    let mut by_id: BTreeMap<[u8; 32], Other> = others.into_iter().map(|it| (it.person.id, it)).collect();
    ranked.iter().take(OTHERS_MAX).filter_map(|ranked| by_id.remove(&ranked.id)).collect()
}

fn shared(knowledge: &Knowledge, found: &SearchAnswer) -> Shared {
    Shared {
        knowledge: found.rules == RANKER && *found.taxonomy == *knowledge.taxonomy.digest(),
        rates: *found.rates == rates_digest(&knowledge.rates),
    }
}

fn outcome(knowledge: &Knowledge, found: &SearchAnswer) -> PeerOutcome {
    if found.rules != RANKER {
        PeerOutcome::OtherRules
    } else if *found.taxonomy == *knowledge.taxonomy.digest() {
        PeerOutcome::Answered
    } else {
        PeerOutcome::OtherTaxonomy
    }
}

/// What two nodes compare by: the numbers of a table of exchange rates, whoever published them.
fn rates_digest(table: &RateTable) -> [u8; 32] {
    let numbers = serde_json::json!({ "base": table.base, "date": table.date, "rates": table.rates });
    Sha256::digest(canonical::to_vec(&numbers)).into()
}
