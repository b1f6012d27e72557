//! From documents to what the ranking sees.

use std::collections::BTreeMap;

use hanse_document::kind::{Job as JobDocument, Place, Profile};

use crate::model::{self, Freelancer, HeldSkill, Job, LanguageTag, Site, Standing, Words};
use crate::money::{Price, RateTable};
use crate::skills::hints;
use crate::skills::link::Linker;
use crate::skills::meaning::Reading;
use crate::skills::tag;
use crate::skills::taxonomy::{ConceptKind, Taxonomy};
use crate::text::TextLanguage;

/// The words of the longest own tag that names a skill: of what people type into a field for skills, nearly all.
const NAME_WORDS_MAX: usize = 4;

/// Skills of a document that this taxonomy does not know: they count for nothing and are shown as such.
pub type Unknown = Vec<String>;

/// What documents are read with.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The concepts.
    pub taxonomy: &'a Taxonomy,
    /// For titles and for skills that a text names.
    pub linker: &'a Linker,
    /// The exchange rates.
    pub rates: &'a RateTable,
}

/// The skills of a document: numbers with their lines, each once; the words of tags of one's own; ids that are unknown here.
#[derive(Debug, Default)]
struct Skills {
    known: Vec<(u32, u16)>,
    tags: BTreeMap<u32, String>,
    unknown: Unknown,
}

impl Reader<'_> {
    /// A job from its document and document hash. It needs what its client named; what its title and text name is a hint.
    #[must_use]
    pub fn job(&self, id: [u8; 32], document: &JobDocument, client: Standing) -> (Job, Unknown) {
        let (title, text) = (document.title.as_str(), document.text.as_str());
        let language = language(document.language.as_ref().map(|it| it.as_str()), &[title, text]);
        let skills = self.skills(document.skills.iter().map(|skill| skill.as_str()));
        let needs: Vec<u32> = skills.known.into_iter().map(|(concept, _)| concept).collect();
        let (taxonomy, linker, kind) = (self.taxonomy, self.linker, ConceptKind::Skill);
        let hints = hints::read(Reading { taxonomy, linker, kind, language }, title, text);
        let job = Job {
            id,
            title: title.to_owned(),
            language,
            hints: hints.into_iter().filter(|hint| !needs.contains(hint)).collect(),
            needs,
            tags: skills.tags,
            words: model::text_words(text, language),
            price: document.pay.as_ref().map(|pay| Price::of(pay, self.rates)),
            languages: document.languages.iter().map(|tag| LanguageTag::of(tag.as_str())).collect(),
            site: document.place.as_ref().map(|place| match place {
                Place::Remote => Site::Remote,
                Place::Site(site) => Site::At(site.point),
            }),
            client,
        };
        (job, skills.unknown)
    }

    /// A freelancer from their profile and subject key.
    #[must_use]
    pub fn freelancer(&self, id: [u8; 32], profile: &Profile, standing: Standing) -> (Freelancer, Unknown) {
        let about = profile.about.as_ref().map_or("", |about| about.as_str());
        let headline = profile.headline.as_ref().map_or("", |line| line.as_str());
        let language = language(None, &[headline, about]);
        let Skills { known, tags, unknown } = self.skills(profile.skills.iter().map(|skill| skill.as_str()));
        let held = |(concept, line)| HeldSkill { concept, line };
        let (point, on_site) = match profile.place.as_ref() {
            Some(Place::Site(site)) => (site.point, true),
            Some(Place::Remote) => (None, false),
            None => (None, true),
        };
        let person = Freelancer {
            id,
            headline: headline.to_owned(),
            language,
            words: self.words(headline, about, &known, &tags, language),
            skills: known.into_iter().map(held).collect(),
            price: profile.rate.as_ref().map(|pay| Price::of(pay, self.rates)),
            languages: profile.languages.iter().map(|tag| LanguageTag::of(tag.as_str())).collect(),
            point,
            remote: profile.remote,
            on_site,
            travel_km: profile.travel_km.map(|km| km.get()),
            standing,
        };
        (person, unknown)
    }

    /// Headline, the names of skills in both languages and own tags in the person's, and their text. A tag that is as long as a sentence
    /// is told, not named: else twenty of them would name two hundred words.
    fn words(
        &self,
        headline: &str,
        about: &str,
        known: &[(u32, u16)],
        tags: &BTreeMap<u32, String>,
        language: TextLanguage,
    ) -> Words {
        let is_long = |words: &&String| words.split(' ').count() > NAME_WORDS_MAX;
        let told: Vec<&str> =
            std::iter::once(about).chain(tags.values().filter(is_long).map(String::as_str)).collect();
        let short: BTreeMap<u32, String> = tags
            .iter()
            .filter(|(_, words)| !is_long(words))
            .map(|(number, words)| (*number, words.clone()))
            .collect();
        Words::read(headline, self.names(known, &short, language), &told.join("\n"), language)
    }

    /// The names of skills in both languages, and of own tags in the person's.
    fn names<'n>(
        &'n self,
        known: &'n [(u32, u16)],
        tags: &'n BTreeMap<u32, String>,
        own: TextLanguage,
    ) -> impl Iterator<Item = (&'n str, TextLanguage)> {
        let of_concept =
            |number: u32| self.taxonomy.get(number).into_iter().flat_map(|concept| concept.shown());
        known.iter().flat_map(move |(number, _)| {
            tags.get(number).map(|words| (words.as_str(), own)).into_iter().chain(of_concept(*number))
        })
    }

    /// Ids of the taxonomy and tags of one's own. A tag that is the name of one concept is the concept: whoever chose it before the list
    /// knew it meets those who choose it now.
    fn skills<'t>(&self, ids: impl Iterator<Item = &'t str>) -> Skills {
        let mut skills = Skills::default();
        for (id, line) in ids.zip(0_u16..) {
            let number = self.taxonomy.find(id).or_else(|| {
                let words = tag::words(id)?;
                // In any language: what a tag means must not hang on what stands beside it.
                let called = self.linker.called(&words, (ConceptKind::Skill, TextLanguage::Other));
                let only = called.first().copied().filter(|_| called.len() == 1);
                only.or_else(|| {
                    let number = tag::number(&words);
                    skills.tags.insert(number, words.join(" "));
                    Some(number)
                })
            });
            match number {
                Some(number) if skills.known.iter().any(|(other, _)| *other == number) => {}
                Some(number) => skills.known.push((number, line)),
                None => skills.unknown.push(id.to_owned()),
            }
        }
        skills
    }
}

fn language(stated: Option<&str>, texts: &[&str]) -> TextLanguage {
    match stated.map(TextLanguage::of_tag) {
        Some(TextLanguage::Other) | None => texts
            .iter()
            .map(|text| TextLanguage::guess(text))
            .find(|language| *language != TextLanguage::Other)
            .unwrap_or(TextLanguage::Other),
        Some(language) => language,
    }
}
