//! Jobs and people as matching sees them: numbers and names, made once from documents and cheap to compare.

use hanse_document::kind::{Job as JobDocument, Place, Point, Profile};
use serde::{Deserialize, Serialize};

use crate::money::{Price, RateTable};
use crate::skills::link::{self, Linker};
use crate::skills::taxonomy::Taxonomy;
use crate::text::{self, TextLanguage};

/// The words of a text that are compared: the first that say something.
pub const TEXT_WORDS_MAX: usize = 64;

/// A skill that a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldSkill {
    /// Its number in the taxonomy.
    pub concept: u32,
    /// The line of the profile that says so, from 0.
    pub line: u16,
}

/// The primary tag of a language, filled up with zeros: `pt-BR` is `pt\0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LanguageTag(pub [u8; 3]);

impl LanguageTag {
    /// From a whole tag, as documents have it.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let mut packed = [0_u8; 3];
        let primary = tag.bytes().take_while(|byte| *byte != b'-');
        for (cell, byte) in packed.iter_mut().zip(primary) {
            *cell = byte;
        }
        Self(packed)
    }
}

/// Outcomes of past contracts, from distinct counterparties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The 10 % lower bound of the share of good outcomes *relative to the community's prior*, in millionths: 500,000 is
    /// what somebody without any outcome has.
    pub bound: Option<u32>,
    /// How many contracts were completed.
    pub completed: u32,
}

/// Where a job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Anywhere.
    Remote,
    /// At a place, whose point may be unstated.
    At(Option<Point>),
}

impl Site {
    /// The point, if stated.
    #[must_use]
    pub const fn point(self) -> Option<Point> {
        match self {
            Self::Remote => None,
            Self::At(point) => point,
        }
    }
}

/// A text's telling words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    /// The names of stems, sorted.
    pub stems: Box<[u64]>,
}

impl Words {
    /// The first [`TEXT_WORDS_MAX`] different stems of a text. However often a word is repeated, it counts once.
    #[must_use]
    pub fn read(text: &str, language: TextLanguage) -> Self {
        let mut stems: Vec<u64> = Vec::new();
        for word in text::words(text).iter().filter(|word| !text::fold::is_empty_word(word)) {
            let name = text::name_of(text::stem(word, language).into_bytes());
            if !stems.contains(&name) {
                stems.push(name);
            }
            if stems.len() >= TEXT_WORDS_MAX {
                break;
            }
        }
        stems.sort_unstable();
        Self { stems: stems.into_boxed_slice() }
    }
}

/// A job, as the ranking sees it.
#[derive(Clone, Debug)]
pub struct Job {
    /// The hash of its document id.
    pub id: [u8; 32],
    /// Its title.
    pub title: String,
    /// The language of title and text.
    pub language: TextLanguage,
    /// The skills that it needs, by their numbers in the taxonomy.
    pub needs: Vec<u32>,
    /// The telling words of its text.
    pub words: Words,
    /// What it pays.
    pub price: Option<Price>,
    /// The languages it needs.
    pub languages: Vec<LanguageTag>,
    /// Where it is done.
    pub site: Option<Site>,
    /// The client's record.
    pub client: Standing,
}

/// A freelancer, as the ranking sees them. No name, age, gender, photograph or nationality.
#[derive(Clone, Debug, PartialEq)]
pub struct Freelancer {
    /// The subject key.
    pub id: [u8; 32],
    /// The line under the name.
    pub headline: String,
    /// The language of headline and text.
    pub language: TextLanguage,
    /// What they can do.
    pub skills: Vec<HeldSkill>,
    /// The telling words of their own text; none if they wrote nothing.
    pub words: Words,
    /// What they ask.
    pub price: Option<Price>,
    /// The languages they work in; empty is unstated.
    pub languages: Vec<LanguageTag>,
    /// Where they work from.
    pub point: Option<Point>,
    /// Whether they take remote work.
    pub remote: Option<bool>,
    /// Whether they work at a client's place at all.
    pub on_site: bool,
    /// How far they travel, in kilometres.
    pub travel_km: Option<u32>,
    /// Their record.
    pub standing: Standing,
}

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

impl Reader<'_> {
    /// A job from its document and document hash. A job that names no skill needs those that its title and text name.
    #[must_use]
    pub fn job(&self, id: [u8; 32], document: &JobDocument, client: Standing) -> (Job, Unknown) {
        let (title, text) = (document.title.as_str(), document.text.as_str());
        let language = language(document.language.as_ref().map(|it| it.as_str()), &[title, text]);
        let (mut known, unknown) = self.known(document.skills.iter().map(|skill| skill.as_str()));
        if known.is_empty() {
            known = link::skills_in(self.linker, &[title, text], language);
        }
        let job = Job {
            id,
            title: title.to_owned(),
            language,
            needs: known.into_iter().map(|(concept, _)| concept).collect(),
            words: Words::read(text, language),
            price: document.pay.as_ref().map(|pay| Price::of(pay, self.rates)),
            languages: document.languages.iter().map(|tag| LanguageTag::of(tag.as_str())).collect(),
            site: document.place.as_ref().map(|place| match place {
                Place::Remote => Site::Remote,
                Place::Site(site) => Site::At(site.point),
            }),
            client,
        };
        (job, unknown)
    }

    /// A freelancer from their profile and subject key.
    #[must_use]
    pub fn freelancer(&self, id: [u8; 32], profile: &Profile, standing: Standing) -> (Freelancer, Unknown) {
        let about = profile.about.as_ref().map_or("", |about| about.as_str());
        let headline = profile.headline.as_ref().map_or("", |line| line.as_str());
        let language = language(None, &[headline, about]);
        let (known, unknown) = self.known(profile.skills.iter().map(|skill| skill.as_str()));
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
            skills: known.into_iter().map(held).collect(),
            words: Words::read(about, language),
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

    /// The numbers of known ids with their lines, each once, and the unknown ids.
    fn known<'t>(&self, ids: impl Iterator<Item = &'t str>) -> (Vec<(u32, u16)>, Unknown) {
        let (mut known, mut unknown) = (Vec::<(u32, u16)>::new(), Unknown::new());
        for (id, line) in ids.zip(0_u16..) {
            match self.taxonomy.find(id) {
                Some(concept) if known.iter().any(|(other, _)| *other == concept) => {}
                Some(concept) => known.push((concept, line)),
                None => unknown.push(id.to_owned()),
            }
        }
        (known, unknown)
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
