//! A peer asks: whom of the people here would you show for this job?

use std::collections::BTreeMap;

use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::Body;
use hanse_document::{Rejection, Signed};
use hanse_lifecycle::State;
use hanse_matching::rank::Ranked;
use hanse_matching::side::{RANKER, Weights};
use hanse_network::{BUSY_RETRY_MS, Bytes, Candidate, Digest, Response, Search, SearchAnswer};
use hanse_store::ranking::{self, PersonRow};
use hanse_store::{accounts, jobs};

use super::{Asked, rates_digest};
use crate::Discovery;
use crate::matching::posting::{Posting, person, verified};
use crate::matching::rank::Ranking;

/// Answers. Whoever asks too much at once is told to come back: the people of this node come first.
pub async fn answer(discovery: &Discovery, from: &str, search: Search) -> Response {
    let Ok(_place) = discovery.matching().peers.places.try_acquire() else { return busy() };
    match find(discovery, search).await {
        Ok(found) => Response::Match { found },
        Err(UseError::Refused(Refusal::NotReady | Refusal::Busy)) => busy(),
        Err(UseError::Refused(refusal)) => {
            tracing::debug!(from, slug = refusal.slug(), "a search is refused");
            Response::Refused { slug: refusal.slug().to_owned(), detail: refusal.to_string() }
        }
        Err(UseError::Failed(failure)) => {
            tracing::error!(
                from,
                error = &failure as &dyn std::error::Error,
                "a search could not be answered"
            );
            busy()
        }
    }
}

fn busy() -> Response {
    Response::Busy { retry_after_ms: BUSY_RETRY_MS }
}

async fn find(discovery: &Discovery, search: Search) -> Result<SearchAnswer, UseError> {
    let posting = Posting::of(Signed::parse(&search.job)?.verify()?)?;
    check(discovery, &posting).await?;
    let weights = Weights { client: search.client, freelancer: search.freelancer };
    let limit = usize::try_from(search.limit).unwrap_or(1);
    let ranking = discovery
        .compute(move |discovery| Ranking::new(discovery, &posting, weights, &Asked::nobody()))
        .await?;
    let best: Vec<[u8; 32]> = ranking.ranked.iter().take(limit).map(|ranked| ranked.id).collect();
    let rows = ranking::people(&discovery.store().connection().await?, &best).await?;
    let rates = rates_digest(&ranking.knowledge.rates);
    let taxonomy = *ranking.knowledge.taxonomy.digest();
    let candidates = discovery.compute(move |discovery| candidates(discovery, &ranking, limit, rows)).await?;
    Ok(SearchAnswer {
        rules: RANKER.to_owned(),
        taxonomy: Digest::new(taxonomy),
        rates: Digest::new(rates),
        candidates,
    })
}

/// Whether this is a posting that people of this node may be shown for.
async fn check(discovery: &Discovery, posting: &Posting) -> Result<(), UseError> {
    let Body::Job(job) = posting.document.body() else { return Err(Rejection::WrongKind.into()) };
    let connection = discovery.store().connection().await?;
    let client = accounts::find_identity(&connection, &posting.client).await?;
    let client = client.ok_or(Refusal::UnknownPerson)?;
    if client.home != job.home {
        return Err(Refusal::WrongHome.into());
    }
    if posting.document.custody() != client.custody.node() {
        return Err(Refusal::WrongCustody.into());
    }
    if !discovery.config().knows_home(&job.home) {
        return Err(Refusal::UnknownOrigin.into());
    }
    if posting.document.until().is_none_or(|until| until <= discovery.now()) {
        return Err(Refusal::Expired("posting").into());
    }
    if let Some(row) = jobs::find(&connection, &posting.id).await?
        && row.state != State::Open
    {
        return Err(Refusal::JobNotOpen(row.state).into());
    }
    Ok(())
}

/// The best with their newest profiles. One that has changed since it was indexed is looked at anew, so that what is
/// claimed is what is sent. Computes.
fn candidates(
    discovery: &Discovery,
    ranking: &Ranking,
    limit: usize,
    rows: Vec<PersonRow>,
) -> Result<Vec<Candidate>, UseError> {
    let mut rows: BTreeMap<[u8; 32], PersonRow> = rows.into_iter().map(|row| (row.subject, row)).collect();
    let mut candidates = Vec::new();
    for ranked in ranking.ranked.iter().take(limit) {
        // Gone meanwhile, or of another home, whose word this node does not give.
        let Some(row) = rows.remove(&ranked.id).filter(|row| row.home == discovery.config().name) else {
            continue;
        };
        if let Some(features) = current(discovery, ranking, ranked, &row)? {
            candidates.push(Candidate {
                profile: Bytes::from(row.profile),
                client: features.client,
                freelancer: features.freelancer,
            });
        }
    }
    Ok(candidates)
}

/// The features of a person's newest profile; none if it is not to be shown for the job.
fn current(
    discovery: &Discovery,
    ranking: &Ranking,
    ranked: &Ranked,
    row: &PersonRow,
) -> Result<Option<hanse_matching::score::Features>, UseError> {
    let document = verified(&row.profile, "a stored profile")?;
    let Body::Profile(profile) = document.body() else { return Ok(None) };
    let (person, _) = person(discovery, &ranking.knowledge, &row.did, profile);
    Ok(ranking.features(ranked, &person))
}
