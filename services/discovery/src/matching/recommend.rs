//! The other direction: open postings for a person.

use std::collections::{BTreeMap, BTreeSet};

use hanse_api::requests::RecommendedQuery;
use hanse_api::views::{JobView, Recommended, RecommendedJob, weights_by_name};
use hanse_base::error::{Refusal, UseError};
use hanse_base::present;
use hanse_document::kind::Body;
use hanse_document::{Did, DocumentId, Kind};
use hanse_matching::explain::{self, Explanation};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::Ranked;
use hanse_matching::sentence;
use hanse_store::{Sql, accounts, jobs, ranking};

use super::matches::tag;
use super::posting::{person, verified};
use super::{language, length};
use crate::Discovery;

impl Discovery {
    /// Open postings for a person whose home is here, best first, by the same score as their clients see. Postings of their own
    /// are not among them, nor those of clients whom they have blocked. The place in each explanation is the one in this list.
    ///
    /// # Errors
    /// `NoProfile`, `BadField`; `NotReady` and `Busy` for a moment.
    pub async fn recommended_jobs(
        &self,
        did: &Did,
        query: RecommendedQuery,
    ) -> Result<Recommended, UseError> {
        let (limit, language) = (length(query.limit)?, language(query.language.as_deref())?);
        let weights = self.config().ranking;
        let subject = did.subject_key();
        let connection = self.store().connection().await?;
        let row = ranking::people(&connection, &[subject]).await?.pop().ok_or(Refusal::NoProfile)?;
        let mut unwanted = blocked(&connection, did).await?;
        unwanted.insert(subject);
        drop(connection);
        let found = self.compute(move |discovery| {
            let document = verified(&row.profile, "a stored profile")?;
            let Body::Profile(profile) = document.body() else {
                return Err(Refusal::NotFound("profile").into());
            };
            discovery.matching().read(|state, space| {
                let setting = Setting { weights, ..state.knowledge.setting() };
                let (person, _) = person(discovery, &state.knowledge, &row.did, profile);
                let ranked = state.jobs.rank(setting, &person, space);
                let others = ranked.into_iter().filter(|job| {
                    !state.clients.get(&job.id).is_some_and(|client| unwanted.contains(client))
                });
                let explained = (1_usize..).zip(others.take(limit)).filter_map(|(place, ranked)| {
                    let query = Query::new(state.jobs.get(&ranked.id)?, setting);
                    let completed = person.standing.completed;
                    let own = Ranked::new(subject, ranked.features, completed, query.weights());
                    let explanation = explain::explain(&query, &[own], &person, &own);
                    // Places are those of postings here: what a change would do among people is another question.
                    Some((ranked.id, Explanation { rank: place, what_if: Vec::new(), ..explanation }))
                });
                explained.collect::<Vec<_>>()
            })
        });
        let found = found.await?;
        let connection = self.store().connection().await?;
        let ids: Vec<[u8; 32]> = found.iter().map(|(hash, _)| *hash).collect();
        let shown = present::jobs(&jobs::shown_all(&connection, &ids).await?, Some(did))?;
        let mut shown: BTreeMap<String, JobView> =
            shown.into_iter().map(|job| (job.id.clone(), job)).collect();
        let mut items = Vec::new();
        for (hash, explanation) in found {
            // A posting that has gone since the index saw it is left out.
            let Some(job) = shown.remove(&DocumentId::new(Kind::Job, hash).to_string()) else { continue };
            let sentences = sentence::for_freelancer(&explanation, language);
            let place = u32::try_from(explanation.rank).unwrap_or(u32::MAX);
            items.push(RecommendedJob { place, job, explanation, sentences });
        }
        Ok(Recommended {
            did: did.to_string(),
            attribution: self.knowledge().attribution().to_owned(),
            language: tag(language).to_owned(),
            weights: weights_by_name(&weights),
            items,
        })
    }
}

/// Whom a person has blocked, by subject key.
async fn blocked(db: &impl Sql, did: &Did) -> Result<BTreeSet<[u8; 32]>, UseError> {
    let rows = accounts::blocks(db, did, accounts::BLOCKS_MAX).await?;
    Ok(rows.iter().map(|row| row.whom.subject_key()).collect())
}
