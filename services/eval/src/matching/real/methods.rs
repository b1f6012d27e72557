//! The product and its baselines as lists of people for each ad. The baselines share no code with the product.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::{Job as JobDocument, Profile, job, profile};
use hanse_document::{List, NodeName, Number, Rejection, Skill};
use hanse_matching::link::Linker;
use hanse_matching::meaning::Reading;
use hanse_matching::model::{Freelancer, Reader, Standing};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::exhaustive;
use hanse_matching::tag;
use hanse_matching::taxonomy::ConceptKind;
use hanse_matching::text::TextLanguage;

use super::super::bm25::Bm25;
use super::super::letters::Letters;
use super::super::words;
use super::measure::Lists;
use super::set::{Ad, Person, RealSet};

/// How many places of a list count in the fusion of two, as is usual.
const FUSION: f64 = 60.0;

/// The product: as it ranks everybody. `chosen` is with the skills that the client would type.
pub(crate) fn hanse(
    set: &RealSet,
    setting: Setting<'_>,
    linker: &Linker,
    chosen: bool,
) -> Result<Lists, Rejection> {
    let reader = Reader { taxonomy: setting.taxonomy, linker, rates: setting.rates };
    let read = |person: &Person| {
        let profile = profile(person, skills(setting, linker, &person.phrases)?)?;
        Ok((reader.freelancer(name(&person.id), &profile, Standing::default()).0, person.id.clone()))
    };
    let people = set.people.iter().map(read).collect::<Result<Vec<(Freelancer, String)>, Rejection>>()?;
    let ids: BTreeMap<[u8; 32], &String> = people.iter().map(|(person, id)| (person.id, id)).collect();
    let list = |ad: &Ad| {
        let skills = if chosen { skills(setting, linker, &ad.skills)? } else { List::default() };
        let (job, _) = reader.job(name(&ad.id), &posting(ad, skills)?, Standing::default());
        let ranked = exhaustive(&Query::new(&job, setting), people.iter().map(|(person, _)| person));
        let people = ranked.iter().filter_map(|ranked| ids.get(&ranked.id).map(|id| (*id).clone()));
        Ok((ad.id.clone(), people.collect()))
    };
    set.ads.iter().map(list).collect()
}

/// What somebody types into a field for skills, as the form keeps it: the concept that is called so, else a tag of their own.
fn skills<const MAX: usize>(
    setting: Setting<'_>,
    linker: &Linker,
    phrases: &[String],
) -> Result<List<Skill, MAX>, Rejection> {
    let (kind, language) = (ConceptKind::Skill, TextLanguage::Other);
    let reading = Reading { taxonomy: setting.taxonomy, linker, kind, language };
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

/// What is asked of a baseline for an ad.
pub(crate) fn asked(ad: &Ad, text: bool, chosen: bool) -> String {
    let mut parts = vec![ad.title.as_str()];
    parts.extend(text.then_some(ad.text.as_str()));
    parts.extend(ad.skills.iter().map(String::as_str).filter(|_| chosen));
    parts.join("\n")
}

fn whole(person: &Person) -> String {
    format!("{}\n{}\n{}", person.headline, person.about, person.phrases.join("\n"))
}

/// BM25 over words without stop words, by their Snowball stems.
pub(crate) fn bm25(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let index = Bm25::new(set.people.iter().map(|person| words::stems(&whole(person), None)));
    by_score(set, |ad| {
        let asked: BTreeSet<String> = words::stems(&query(ad), None).into_iter().collect();
        index.scores(&asked.into_iter().collect::<Vec<_>>())
    })
}

/// The cosine of sequences of three to five letters, rare ones weighing more.
pub(crate) fn letters(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let index = Letters::new(set.people.iter().map(|person| words::telling(&whole(person))));
    by_score(set, |ad| index.scores(&words::telling(&query(ad))))
}

/// Two methods as one, by the places that they give (reciprocal rank fusion).
pub(crate) fn fused(one: &Lists, other: &Lists) -> Lists {
    let fuse = |(ad, people): (&String, &Vec<String>)| {
        let mut sums: BTreeMap<&String, f64> = BTreeMap::new();
        for list in [Some(people), other.get(ad)].into_iter().flatten() {
            for (person, place) in list.iter().zip(0_u32..) {
                *sums.entry(person).or_default() += 1.0 / (FUSION + f64::from(place));
            }
        }
        let mut order: Vec<(&String, f64)> = sums.into_iter().collect();
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        (ad.clone(), order.into_iter().map(|(person, _)| person.clone()).collect())
    };
    one.iter().map(fuse).collect()
}

/// The people of each ad by their scores, ties by id.
fn by_score(set: &RealSet, scores: impl Fn(&Ad) -> Vec<(usize, f64)>) -> Lists {
    let list = |ad: &Ad| {
        let person = |(place, score): (usize, f64)| set.people.get(place).map(|person| (&person.id, score));
        let mut scored: Vec<(&String, f64)> = scores(ad).into_iter().filter_map(person).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        (ad.id.clone(), scored.into_iter().map(|(id, _)| id.clone()).collect())
    };
    set.ads.iter().map(list).collect()
}
