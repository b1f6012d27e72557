//! The product and its baselines as lists of people for each ad. The baselines share no code with the product.

use std::collections::{BTreeMap, BTreeSet};

use hanse_document::kind::{Job as JobDocument, Profile, job, profile};
use hanse_document::{List, NodeName, Number, Rejection, Skill};
use hanse_matching::link::Linker;
use hanse_matching::model::{Freelancer, Reader, Standing};
use hanse_matching::query::{Query, Setting};
use hanse_matching::rank::exhaustive;
use hanse_matching::tag;
use hanse_matching::taxonomy::ConceptKind;
use hanse_matching::text::TextLanguage;
use rust_stemmers::{Algorithm, Stemmer};

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
    let mut skills: Vec<Skill> = Vec::new();
    for phrase in phrases {
        let found = linker.suggest(phrase, ConceptKind::Skill, TextLanguage::Other, 1);
        let called = found.first().filter(|found| found.score >= 1.0);
        let known =
            called.and_then(|found| setting.taxonomy.get(found.concept)).map(|concept| concept.id.clone());
        let known = known.map(|id| Skill::parse(&id)).transpose()?;
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

/// BM25 (k1 1.2, b 0.75) over words without stop words, by their Snowball stems.
pub(crate) fn bm25(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let people: Vec<Vec<String>> = set.people.iter().map(|person| stems(&whole(person))).collect();
    let average = people.iter().map(Vec::len).sum::<usize>() as f64 / people.len().max(1) as f64;
    let all = people.len() as f64;
    by_score(set, |ad, place| {
        let Some(person) = people.get(place) else { return 0.0 };
        let asked: BTreeSet<String> = stems(&query(ad)).into_iter().collect();
        let of_word = |word: &String| {
            let count = person.iter().filter(|other| *other == word).count() as f64;
            let having = people.iter().filter(|other| other.contains(word)).count() as f64;
            let rarity = ((all - having + 0.5) / (having + 0.5)).ln_1p();
            rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * person.len() as f64 / average))
        };
        asked.iter().map(of_word).sum()
    })
}

/// The cosine of sequences of three to five letters, rare ones weighing more.
pub(crate) fn letters(set: &RealSet, query: impl Fn(&Ad) -> String) -> Lists {
    let people: Vec<BTreeMap<String, f64>> = set.people.iter().map(|person| grams(&whole(person))).collect();
    let all = people.len() as f64;
    let weigh = |gram: &String| {
        let having = people.iter().filter(|other| other.contains_key(gram)).count() as f64;
        ((all - having + 0.5) / (having + 0.5)).ln_1p()
    };
    let rarity: BTreeMap<&String, f64> =
        people.iter().flat_map(BTreeMap::keys).map(|gram| (gram, weigh(gram))).collect();
    let length = |grams: &BTreeMap<String, f64>| {
        grams
            .iter()
            .map(|(gram, count)| (count * rarity.get(gram).copied().unwrap_or(0.0)).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    by_score(set, |ad, place| {
        let Some(person) = people.get(place) else { return 0.0 };
        let asked = grams(&query(ad));
        let product: f64 = asked
            .iter()
            .filter_map(|(gram, count)| Some(count * person.get(gram)? * rarity.get(gram)?.powi(2)))
            .sum();
        product / (length(&asked) * length(person)).max(1e-9)
    })
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

fn by_score(set: &RealSet, score: impl Fn(&Ad, usize) -> f64) -> Lists {
    let list = |ad: &Ad| {
        let scored = set.people.iter().zip(0..).map(|(person, place)| (&person.id, score(ad, place)));
        let mut scored: Vec<(&String, f64)> = scored.filter(|(_, score)| *score > 0.0).collect();
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
        (ad.id.clone(), scored.into_iter().map(|(id, _)| id.clone()).collect())
    };
    set.ads.iter().map(list).collect()
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|letter: char| !letter.is_alphanumeric() && !matches!(letter, '+' | '#'))
        .filter(|word| !word.is_empty() && !STOP_WORDS.contains(word))
        .map(str::to_owned)
        .collect()
}

/// In French where the text has more of its little words.
fn stems(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let count = |words: &[&str]| lower.split_whitespace().filter(|word| words.contains(word)).count();
    let french = count(&["de", "la", "le", "les", "et", "des", "pour", "un", "une", "en", "je"])
        > count(&["the", "and", "of", "to", "in", "for", "with", "i", "a", "my"]);
    let stemmer = Stemmer::create(if french { Algorithm::French } else { Algorithm::English });
    words(text).iter().map(|word| stemmer.stem(word).into_owned()).collect()
}

fn grams(text: &str) -> BTreeMap<String, f64> {
    let joined: Vec<char> = format!(" {} ", words(text).join(" ")).chars().collect();
    let mut grams = BTreeMap::new();
    for gram in (3..=5).flat_map(|length| joined.windows(length)) {
        *grams.entry(gram.iter().collect()).or_default() += 1.0;
    }
    grams
}

/// The little words of English and French.
const STOP_WORDS: &[&str] = &[
    "a", "about", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by",
    "can", "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in",
    "into", "is", "it", "its", "me", "more", "my", "no", "not", "of", "on", "or", "our", "out", "she",
    "should", "so", "some", "such", "than", "that", "the", "their", "them", "then", "there", "they", "this",
    "to", "up", "us", "was", "we", "were", "what", "when", "where", "which", "who", "will", "with", "would",
    "you", "your", "à", "ai", "au", "aux", "avec", "c", "ce", "ces", "cette", "chez", "d", "dans", "de",
    "des", "du", "elle", "en", "est", "et", "être", "il", "ils", "j", "je", "l", "la", "le", "les", "leur",
    "leurs", "m", "ma", "mais", "mes", "mon", "n", "ne", "nos", "notre", "nous", "ou", "où", "par", "pas",
    "plus", "pour", "qu", "que", "qui", "s", "sa", "sans", "se", "ses", "si", "son", "sont", "sous", "suis",
    "sur", "t", "te", "tes", "ton", "tous", "tout", "très", "un", "une", "vos", "votre", "vous", "y",
];
