//! Who fits a job, and why not me.

use std::collections::BTreeMap;
use std::sync::Arc;

use hanse_api::requests::{MatchQuery, WhyNotQuery};
use hanse_api::views::{Match, Matches, WhyNotMe, weights_by_name};
use hanse_base::error::{Refusal, UseError};
use hanse_document::kind::{Body, Profile};
use hanse_document::{Did, DocumentId};
use hanse_matching::explain::Explanation;
use hanse_matching::fair::{Attention, Shown};
use hanse_matching::sentence;
use hanse_matching::text::TextLanguage;
use hanse_store::{accounts, ranking};

use super::peers::{Asked, Other};
use super::posting::{Posting, person, verified};
use super::rank::Ranking;
use super::{attention, language, length, peers};
use crate::Discovery;
use crate::knowledge::Knowledge;

impl Discovery {
    /// Who fits a job, best first, each with the reasons. Public: everybody sees the same list. The first look of the job's
    /// own client on a day counts as attention for those who are shown.
    ///
    /// # Errors
    /// `NotFound`, `BadField`; `NotReady` and `Busy` for a moment.
    pub async fn matches(
        &self,
        id: &DocumentId,
        viewer: Option<&Did>,
        query: MatchQuery,
    ) -> Result<Matches, UseError> {
        let (limit, language) = (length(query.limit)?, language(query.language.as_deref())?);
        let connection = self.store().connection().await?;
        let (posting, open) = Posting::load(&connection, id).await?;
        drop(connection);
        let asked = peers::others(self, &posting, query.scope.as_deref()).await?;
        let (of, weights, others) = (posting.clone(), self.config().ranking, Arc::clone(&asked));
        let ranking = self.compute(move |discovery| Ranking::new(discovery, &of, weights, &others)).await?;
        let connection = self.store().connection().await?;
        let attention = attention::load(self, &connection, &ranking.ranked).await?;
        drop(connection);
        let (ranking, shown, explained) =
            self.compute(move |_| Ok(arrange(ranking, &attention, limit))).await?;
        let people = self.shown_people(&shown, &asked.others, &ranking.knowledge).await?;
        let items = (1_u32..).zip(explained).zip(&shown).filter_map(|((place, explanation), shown)| {
            let about = people.get(&shown.ranked.id)?;
            let sentences = sentence::sentences(&explanation, language);
            Some(about.item(place, explanation, sentences))
        });
        let items: Vec<Match> = items.collect();
        let own = open && viewer == Some(&posting.client);
        let counted = own && attention::count(self, posting.id.hash(), &ranking.ranked, &shown).await?;
        Ok(Matches {
            job: id.to_string(),
            attribution: self.knowledge().attribution().to_owned(),
            language: tag(language).to_owned(),
            ranked: ranking.ranked.len(),
            weights: weights_by_name(&ranking.weights),
            unknown_skills: ranking.unknown,
            counted,
            items,
            peers: asked.peers.clone(),
        })
    }

    /// Why somebody whose home is here is not shown for a job, or where they stand and why.
    ///
    /// # Errors
    /// `NotFound`, `Elsewhere`, `OwnJob`, `BadField`; `NotReady` and `Busy` for a moment.
    pub async fn why_not(
        &self,
        id: &DocumentId,
        did: &Did,
        query: WhyNotQuery,
    ) -> Result<WhyNotMe, UseError> {
        let language = language(query.language.as_deref())?;
        let connection = self.store().connection().await?;
        let (posting, _) = Posting::load(&connection, id).await?;
        if posting.client == *did {
            return Err(Refusal::OwnJob.into());
        }
        let known = accounts::find_identity(&connection, did).await?.ok_or(Refusal::NotFound("person"))?;
        if known.home != self.config().name {
            return Err(Refusal::Elsewhere(known.home).into());
        }
        let row = ranking::people(&connection, &[did.subject_key()]).await?.pop();
        drop(connection);
        let row = row.ok_or(Refusal::NotFound("profile"))?;
        let weights = self.config().ranking;
        let answered = self.compute(move |discovery| {
            let ranking = Ranking::new(discovery, &posting, weights, &Asked::nobody())?;
            let document = verified(&row.profile, "a stored profile")?;
            let Body::Profile(profile) = document.body() else {
                return Err(Refusal::NotFound("profile").into());
            };
            let (person, unknown) = person(discovery, &ranking.knowledge, &row.did, profile);
            Ok((ranking.why_not(&person), unknown))
        });
        let (answer, unknown_skills) = answered.await?;
        let sentences = sentence::why_not(&answer, language);
        Ok(WhyNotMe {
            job: id.to_string(),
            did: did.to_string(),
            attribution: self.knowledge().attribution().to_owned(),
            language: tag(language).to_owned(),
            unknown_skills,
            answer,
            sentences,
        })
    }

    /// What is said of those who are shown: of people here from their newest profile, of others from what came with them.
    async fn shown_people(
        &self,
        shown: &[Shown],
        others: &[Other],
        knowledge: &Knowledge,
    ) -> Result<BTreeMap<[u8; 32], About>, UseError> {
        let ids: Vec<[u8; 32]> = shown.iter().map(|shown| shown.ranked.id).collect();
        let connection = self.store().connection().await?;
        let rows = ranking::people(&connection, &ids).await?;
        drop(connection);
        let mut people = BTreeMap::new();
        for other in others {
            people.insert(other.person.id, About::of(other));
        }
        for row in rows {
            let document = verified(&row.profile, "a stored profile")?;
            if let Body::Profile(profile) = document.body() {
                people.insert(row.subject, About::new(&row.did, row.home.as_str(), profile, knowledge));
            }
        }
        Ok(people)
    }
}

/// The order to show, fair to those who are about as good, with the reasons. Computes.
fn arrange(ranking: Ranking, attention: &Attention, limit: usize) -> (Ranking, Vec<Shown>, Vec<Explanation>) {
    let shown = attention.arrange(&ranking.ranked, limit);
    let explained = ranking.explain(&shown);
    (ranking, shown, explained)
}

/// What people see of a person in a list.
struct About {
    did: String,
    home: String,
    name: Option<String>,
    headline: Option<String>,
    unknown: Vec<String>,
}

impl About {
    fn of(other: &Other) -> Self {
        Self {
            did: other.did.to_string(),
            home: other.home.to_string(),
            name: other.name.clone(),
            headline: other.headline.clone(),
            unknown: other.unknown.clone(),
        }
    }

    fn new(did: &Did, home: &str, profile: &Profile, knowledge: &Knowledge) -> Self {
        let unknown = profile.skills.iter().filter(|skill| knowledge.taxonomy.find(skill.as_str()).is_none());
        Self {
            did: did.to_string(),
            home: home.to_owned(),
            name: profile.name.as_ref().map(ToString::to_string),
            headline: profile.headline.as_ref().map(ToString::to_string),
            unknown: unknown.map(ToString::to_string).collect(),
        }
    }

    fn item(&self, place: u32, explanation: Explanation, sentences: Vec<String>) -> Match {
        Match {
            place,
            did: self.did.clone(),
            home: self.home.clone(),
            name: self.name.clone(),
            headline: self.headline.clone(),
            unknown_skills: self.unknown.clone(),
            explanation,
            sentences,
        }
    }
}

/// The tag of the language that sentences are in.
pub(super) fn tag(language: TextLanguage) -> &'static str {
    match language {
        TextLanguage::French => "fr",
        TextLanguage::English | TextLanguage::Other => "en",
    }
}
