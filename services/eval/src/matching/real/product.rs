//! The product over the judged set: people and ads as its forms would keep them, and its lists.

use std::collections::BTreeMap;

use hanse_document::kind::{Job as JobDocument, Profile, job, profile};
use hanse_document::{List, NodeName, Number, Rejection, Skill};
use hanse_matching::link::Linker;
use hanse_matching::meaning;
use hanse_matching::model::{Freelancer, Job, Reader, Standing};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::exhaustive;
use hanse_matching::tag;
use hanse_matching::taxonomy::ConceptKind;
use hanse_matching::text::TextLanguage;

use super::measure::Lists;
use super::set::{Ad, Person, RealSet};

/// Everybody of the set, read once.
#[derive(Debug)]
pub(crate) struct Product<'a> {
    pub(crate) setting: Setting<'a>,
    linker: &'a Linker,
    pub(crate) people: Vec<(Freelancer, &'a Person)>,
}

impl<'a> Product<'a> {
    pub(crate) fn read(
        set: &'a RealSet,
        setting: Setting<'a>,
        linker: &'a Linker,
    ) -> Result<Self, Rejection> {
        let reader = Reader { taxonomy: setting.taxonomy, linker, rates: setting.rates };
        let read = |person: &'a Person| {
            let profile = profile(person, skills(setting, linker, &person.phrases)?)?;
            Ok((reader.freelancer(name(&person.id), &profile, Standing::default()).0, person))
        };
        let people = set.people.iter().map(read).collect::<Result<_, Rejection>>()?;
        Ok(Self { setting, linker, people })
    }

    /// An ad as a job: `chosen` is with the skills that the client would type.
    pub(crate) fn job(&self, ad: &Ad, chosen: bool) -> Result<Job, Rejection> {
        let reader =
            Reader { taxonomy: self.setting.taxonomy, linker: self.linker, rates: self.setting.rates };
        let skills = if chosen { skills(self.setting, self.linker, &ad.skills)? } else { List::default() };
        Ok(reader.job(name(&ad.id), &posting(ad, skills)?, Standing::default()).0)
    }

    /// The whole list for each ad.
    pub(crate) fn lists(&self, set: &RealSet, chosen: bool) -> Result<Lists, Rejection> {
        let ids: BTreeMap<[u8; 32], &str> =
            self.people.iter().map(|(person, own)| (person.id, own.id.as_str())).collect();
        let list = |ad: &Ad| {
            let job = self.job(ad, chosen)?;
            let query = Query::new(&job, self.setting);
            let ranked = exhaustive(&query, self.people.iter().map(|(person, _)| person));
            let people = ranked.iter().filter_map(|ranked| ids.get(&ranked.id).map(|id| (*id).to_owned()));
            Ok((ad.id.clone(), people.collect()))
        };
        set.ads.iter().map(list).collect()
    }
}

/// What somebody types into a field for skills, as the form keeps it: the concept that is called so, else a tag of their own.
fn skills<const MAX: usize>(
    setting: Setting<'_>,
    linker: &Linker,
    phrases: &[String],
) -> Result<List<Skill, MAX>, Rejection> {
    let (kind, language) = (ConceptKind::Skill, TextLanguage::Other);
    let reading = meaning::Reading { taxonomy: setting.taxonomy, linker, kind, language };
    let mut skills: Vec<Skill> = Vec::new();
    for phrase in phrases {
        let meaning = reading.meaning(phrase, 1);
        let called = meaning.found.first().filter(|_| meaning.sure);
        let called = called.and_then(|found| setting.taxonomy.get(found.concept));
        let known = called.map(|concept| Skill::parse(&concept.id)).transpose()?;
        let skill = known.or_else(|| tag::own(phrase)).ok_or(Rejection::BadCode)?;
        if !skills.contains(&skill) {
            skills.push(skill);
        }
    }
    List::new(skills)
}

fn profile(person: &Person, skills: profile::Skills) -> Result<Profile, Rejection> {
    Ok(Profile {
        about: Some(person.about.parse()?),
        headline: Some(person.headline.parse()?),
        home: NodeName::parse("a.example")?,
        languages: List::default(),
        name: None,
        place: None,
        prev: None,
        rate: None,
        remote: None,
        skills,
        travel_km: None,
    })
}

fn posting(ad: &Ad, skills: job::Skills) -> Result<JobDocument, Rejection> {
    let text: String = ad.text.chars().take(job::TEXT_CHARS_MAX).collect();
    Ok(JobDocument {
        hours_per_week: None,
        home: NodeName::parse("a.example")?,
        language: Some(ad.language.parse()?),
        languages: List::default(),
        pay: None,
        place: None,
        schedule: None,
        predecessor: None,
        questions: List::default(),
        anew: None,
        seats: Number::of::<1>(),
        skills,
        // Three of the texts have control characters of a broken encoding, which no document takes.
        text: text
            .replace(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\t'), " ")
            .parse()?,
        title: ad.title.parse()?,
    })
}

/// A short id, filled up with zeros.
fn name(id: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (cell, byte) in bytes.iter_mut().zip(id.bytes()) {
        *cell = byte;
    }
    bytes
}
