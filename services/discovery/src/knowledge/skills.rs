//! Skills for a form: what a phrase may mean, what a text names, what an id stands for. The person confirms.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use hanse_api::requests::{LinkRequest, SkillQuery};
use hanse_api::views::{
    MentionView, Mentions, NearView, SkillName, SkillView, SuggestionView, Suggestions, TaxonomyView,
};
use hanse_api::words::Advice;
use hanse_base::error::{Failure, Refusal, UseError};
use hanse_document::{Language, Skill};
use hanse_matching::link::Suggestion;
use hanse_matching::meaning::{CANDIDATES_MAX, Reading};
use hanse_matching::score::millionths;
use hanse_matching::tag;
use hanse_matching::taxonomy::{Concept, ConceptKind, Label, Link, Taxonomy};
use hanse_matching::text::{self, TextLanguage};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Knowledge;
use crate::Discovery;

/// A phrase is a few words; a text goes to the other path.
const PHRASE_CHARS_MAX: usize = 200;
/// The largest document has as many.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// What a form shows.
const LIMIT_DEFAULT: usize = 10;
const LIMIT_MAX: usize = CANDIDATES_MAX;
/// The names and neighbours of a skill that are shown: ESCO's most named skill has about as many.
const SHOWN_MAX: usize = 100;
/// Searches over all labels at one time: each takes a core for some milliseconds, and anybody may ask.
const CONCURRENT_MAX: usize = 2;
/// How long a caller waits for a place: hundreds of searches.
const WAIT: Duration = Duration::from_secs(2);

/// The bounded place where phrases are looked up.
#[derive(Debug)]
pub(crate) struct Suggesting(Arc<Semaphore>);

impl Suggesting {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(CONCURRENT_MAX)))
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        match tokio::time::timeout(WAIT, Arc::clone(&self.0).acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(Refusal::Busy),
        }
    }
}

impl Discovery {
    /// The skills that a phrase may mean, best first.
    ///
    /// # Errors
    /// `BadField`, `Busy`.
    pub async fn suggest_skills(&self, query: SkillQuery) -> Result<Suggestions, UseError> {
        let length = query.text.trim().chars().count();
        if length == 0 || length > PHRASE_CHARS_MAX {
            return Err(Refusal::BadField { field: "text", reason: "must be 1 to 200 characters" }.into());
        }
        let limit = query.limit.map_or(Some(LIMIT_DEFAULT), |limit| usize::try_from(limit).ok());
        let limit = limit
            .filter(|limit| (1..=LIMIT_MAX).contains(limit))
            .ok_or(Refusal::BadField { field: "limit", reason: "must be 1 to 50" })?;
        let language = stated(query.language.as_ref()).unwrap_or(TextLanguage::Other);
        self.look_up(move |knowledge| suggestions(knowledge, &query.text, language, limit)).await
    }

    /// The skills that a text names outright, and its title before it; what may mean something else is left out.
    ///
    /// # Errors
    /// `BadField`, `Busy`.
    pub async fn link_skills(&self, request: LinkRequest) -> Result<Mentions, UseError> {
        let title = request.title.unwrap_or_default();
        if title.len().saturating_add(request.text.len()) > TEXT_BYTES_MAX {
            let reason = "must be at most 64 KiB, with the title";
            return Err(Refusal::BadField { field: "text", reason }.into());
        }
        let stated = stated(request.language.as_ref());
        let texts = [title, request.text];
        self.look_up(move |knowledge| {
            let language = stated.unwrap_or_else(|| TextLanguage::guess(&texts.join("\n")));
            mentions(knowledge, &texts, language)
        })
        .await
    }

    /// One skill; `None` if this node's taxonomy does not know the id.
    ///
    /// # Errors
    /// `BadField` for what is no id.
    pub fn skill(&self, id: &str) -> Result<Option<SkillView>, UseError> {
        if Skill::parse(id).is_err() {
            let reason = "must be an ESCO id or a `local:` slug";
            return Err(Refusal::BadField { field: "id", reason }.into());
        }
        let knowledge = self.knowledge();
        let taxonomy = &*knowledge.taxonomy;
        let concept = taxonomy.find(id).and_then(|number| taxonomy.get(number));
        let Some(concept) = concept.filter(|concept| concept.kind == ConceptKind::Skill) else {
            return Ok(None);
        };
        let shown = labels(concept);
        let others = concept.labels.iter().map(name).filter(|name| !shown.contains(name));
        Ok(Some(SkillView {
            taxonomy: named(&knowledge),
            id: concept.id.clone(),
            names: others.take(SHOWN_MAX).collect(),
            near: near(taxonomy, concept),
            wanted_by: concept.wanted_by,
            labels: shown,
        }))
    }

    async fn look_up<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Knowledge) -> T + Send + 'static,
    ) -> Result<T, UseError> {
        let place = self.suggesting().place().await?;
        let knowledge = self.knowledge();
        let done = tokio::task::spawn_blocking(move || {
            let done = work(&knowledge);
            drop(place);
            done
        });
        Ok(done.await.map_err(Failure::Cut)?)
    }
}

fn read(knowledge: &Knowledge, language: TextLanguage) -> Reading<'_> {
    Reading { taxonomy: &knowledge.taxonomy, linker: &knowledge.linker, kind: ConceptKind::Skill, language }
}

fn suggestions(knowledge: &Knowledge, phrase: &str, language: TextLanguage, limit: usize) -> Suggestions {
    let meaning = read(knowledge, language).meaning(phrase, limit);
    let item = |found: &Suggestion| {
        let concept = knowledge.taxonomy.get(found.concept)?;
        let score = millionths(found.score);
        Some(SuggestionView { id: concept.id.clone(), labels: labels(concept), score })
    };
    let items: Vec<SuggestionView> = meaning.found.iter().filter_map(item).collect();
    let advice = match (meaning.sure, items.is_empty()) {
        (_, true) => Advice::Own,
        (true, false) => Advice::Sure,
        (false, false) => Advice::Ask,
    };
    Suggestions { taxonomy: named(knowledge), advice, own_tag: tag::own(phrase), items }
}

fn mentions(knowledge: &Knowledge, texts: &[String], language: TextLanguage) -> Mentions {
    let mut items: Vec<MentionView> = Vec::new();
    for text in texts {
        let words = text::words(text);
        for mention in read(knowledge, language).named(text) {
            let Some(concept) = knowledge.taxonomy.get(mention.concept) else { continue };
            if items.iter().all(|item| item.id != concept.id) {
                let end = mention.from.saturating_add(mention.words);
                let words = words.get(mention.from..end).unwrap_or_default().join(" ");
                items.push(MentionView { id: concept.id.clone(), labels: labels(concept), words });
            }
        }
    }
    Mentions { taxonomy: named(knowledge), language: language.tag().to_owned(), items }
}

fn stated(language: Option<&Language>) -> Option<TextLanguage> {
    language.map(|language| TextLanguage::of_tag(language.as_str()))
}

fn near(taxonomy: &Taxonomy, concept: &Concept) -> Vec<NearView> {
    let mut links: Vec<&Link> = concept.near.iter().collect();
    links.sort_by_key(|link| (Reverse(link.relation.hundredths()), link.concept));
    let shown = |link: &Link| {
        let near = taxonomy.get(link.concept).filter(|near| near.kind == ConceptKind::Skill)?;
        Some(NearView {
            id: near.id.clone(),
            labels: labels(near),
            relation: link.relation.name().to_owned(),
            meets: link.relation.hundredths(),
        })
    };
    links.into_iter().filter_map(shown).take(SHOWN_MAX).collect()
}

fn named(knowledge: &Knowledge) -> TaxonomyView {
    TaxonomyView {
        version: knowledge.taxonomy.version().to_owned(),
        digest: knowledge.taxonomy.digest_hex(),
        attribution: knowledge.attribution().to_owned(),
    }
}

/// The name to show in each language that has one.
fn labels(concept: &Concept) -> Vec<SkillName> {
    let languages = [TextLanguage::English, TextLanguage::French, TextLanguage::Other];
    let has = |language: &TextLanguage| concept.labels.iter().any(|label| label.language == *language);
    let shown = |language: TextLanguage| SkillName {
        language: language.tag().to_owned(),
        text: concept.label(language).to_owned(),
    };
    languages.into_iter().filter(has).map(shown).collect()
}

fn name(label: &Label) -> SkillName {
    SkillName { language: label.language.tag().to_owned(), text: label.text.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::built_in::built_in;

    /// What people write and our own list has not: tools mostly, of which some look like its labels.
    const UNKNOWN: [&str; 14] = [
        "Make",
        "Sentry",
        "Bubble",
        "Monday",
        "Zig",
        "Celery",
        "Segment",
        "Stripe",
        "Helm",
        "Prisma",
        "Bun",
        "Loom",
        "Phoenix LiveView",
        "telepathy",
    ];
    /// Other forms of names that it has, and the name to show.
    const ASKED: [(&str, &str); 16] = [
        ("javascripts", "JavaScript"),
        ("JavaScript programming", "JavaScript"),
        ("programmation Python", "Python"),
        ("Word press", "WordPress"),
        ("manage projects", "project management"),
        ("managing projects", "project management"),
        ("project manager skills", "project management"),
        ("organise events", "event organisation"),
        ("organize events", "event organisation"),
        ("organising events", "event organisation"),
        ("traductions", "translation"),
        ("edit videos", "video editing"),
        ("montage vidéos", "video editing"),
        ("book keeping", "bookkeeping"),
        ("graphic designs", "graphic design"),
        ("copy writing", "copywriting"),
    ];
    const SURE: [(&str, &str); 18] = [
        ("excel", "Microsoft Excel"),
        ("Microsoft Excel", "Microsoft Excel"),
        ("SQL databases", "SQL"),
        ("data visualization", "data visualisation"),
        ("search engine optimization", "search engine optimisation"),
        ("Amazon JavaScript", "JavaScript"),
        ("Airflow", "Apache Airflow"),
        ("Flutter", "Flutter"),
        ("Shopify", "Shopify"),
        ("Notion", "Notion (workspace)"),
        ("Figma", "Figma"),
        ("terraform", "Terraform"),
        ("power bi", "Power BI"),
        ("DOCKER", "Docker"),
        ("soudage", "welding"),
        ("montage vidéo", "video editing"),
        ("DaVinci Resolve", "DaVinci Resolve"),
        ("Wordpress", "WordPress"),
    ];

    fn suggested(phrase: &str) -> (Advice, String) {
        let found = suggestions(&built_in().unwrap(), phrase, TextLanguage::Other, LIMIT_DEFAULT);
        let name = found.items.first().and_then(|item| item.labels.first()).map(|label| label.text.clone());
        (found.advice, name.unwrap_or_default())
    }

    #[test]
    fn what_our_list_does_not_know_is_kept_as_a_tag() {
        for phrase in UNKNOWN {
            assert_eq!(suggested(phrase), (Advice::Own, String::new()), "{phrase}");
        }
        let found = suggestions(&built_in().unwrap(), "Next.js", TextLanguage::Other, LIMIT_DEFAULT);
        assert_eq!(found.own_tag.map(String::from).as_deref(), Some("local:next-js"));
        assert_eq!(suggestions(&built_in().unwrap(), "日本", TextLanguage::Other, 1).own_tag, None);
    }

    #[test]
    fn another_form_of_a_name_is_asked_about_and_a_name_is_not() {
        for (phrase, name) in ASKED {
            assert_eq!(suggested(phrase), (Advice::Ask, name.to_owned()), "{phrase}");
        }
        for (phrase, name) in SURE {
            assert_eq!(suggested(phrase), (Advice::Sure, name.to_owned()), "{phrase}");
        }
    }

    #[test]
    fn a_title_is_read_before_its_text() {
        let texts = ["Docker, of course".to_owned(), "We use Rust, Docker and R&D.".to_owned()];
        let found = mentions(&built_in().unwrap(), &texts, TextLanguage::English);
        let ids: Vec<&str> = found.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["local:docker", "local:rust"]);
        assert_eq!(found.items.first().map(|item| item.words.as_str()), Some("docker"));
    }
}
