//! Words of one side looked for at the other, in both directions; those of a job are weighed by how rarely trades are called by them. How
//! often others on this node use a word changes nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::{self, AskedWord, Freelancer, Job, Words};
use crate::pair::query::{NEEDS_MAX, Setting};
use crate::skills::tag;
use crate::skills::taxonomy::{Concept, Relation, Taxonomy};
use crate::text::TextLanguage;

/// What the title's words, those of the text, and hints count together. Fitted on the tuning half of the judged texts.
const TITLE: f64 = 0.5;
const TEXT: f64 = 0.4;
const HINTS: f64 = 0.4;
/// What the words of the needs count beside them: a person's own text may have what no skill of theirs says.
const NEEDS: f64 = 0.5;
/// What a word counts that stands only in the person's own text, or only in the job's, against one that is named.
pub(crate) const TOLD: f64 = 0.4;
const SAID: f64 = 0.5;
/// A person's own text that tells so much of at least so many words of an advertisement is a copy of it, and nothing of their words counts.
const COPY: f64 = 0.6;
const COPY_WORDS_MIN: usize = 20;

/// A word and its rarity.
type Weighed = (AskedWord, f64);

/// What a job asks in words.
#[derive(Debug)]
pub(crate) struct AskedWords {
    title: Vec<Weighed>,
    text: Vec<Weighed>,
    /// The words of the needs.
    needs: Vec<Weighed>,
    /// The stems of all of them, sorted, with what each counts for a person who offers it.
    said: Vec<(u32, f64)>,
    /// By concept: which hint it meets, and how far.
    hints: BTreeMap<u32, Vec<(usize, f64)>>,
    hint_weights: Vec<f64>,
    /// For each need the words of each of its names.
    names: Vec<Vec<Vec<Weighed>>>,
}

impl AskedWords {
    pub(crate) fn new(job: &Job, setting: &Setting<'_>) -> Self {
        let weigh = |word: AskedWord| (word, setting.titles.stem_idf(word.stem, job.language));
        let title: Vec<Weighed> =
            model::title_words(&job.title, job.language).into_iter().map(weigh).collect();
        let others = job.words.iter().filter(|word| title.iter().all(|(other, _)| other.stem != word.stem));
        let text: Vec<Weighed> = others.copied().map(weigh).collect();
        let stems = |words: &[Weighed], strength| -> Vec<(u32, f64)> {
            words.iter().flat_map(|(word, _)| word.stems).map(|name| (name, strength)).collect()
        };
        let needs = needs(job, setting);
        let mut said = [stems(&title, 1.0), stems(&needs, 1.0), stems(&text, SAID)].concat();
        said.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        said.dedup_by_key(|word| word.0);
        let mut hints: BTreeMap<u32, Vec<(usize, f64)>> = BTreeMap::new();
        for (hint, place) in job.hints.iter().zip(0..) {
            hints.entry(*hint).or_default().push((place, 1.0));
            for link in setting.taxonomy.get(*hint).map(|it| it.near.as_slice()).unwrap_or_default() {
                if link.relation != Relation::Sibling {
                    let share = f64::from(link.relation.hundredths()) / 100.0;
                    hints.entry(link.concept).or_default().push((place, share));
                }
            }
        }
        Self {
            title,
            text,
            needs,
            said,
            hints,
            hint_weights: job.hints.iter().map(|hint| setting.taxonomy.idf(*hint)).collect(),
            names: job.needs.iter().take(NEEDS_MAX).map(|need| names(*need, job, setting)).collect(),
        }
    }

    /// The title's words.
    pub(crate) fn title(&self) -> &[Weighed] {
        &self.title
    }

    /// Those of the text that the title does not have.
    pub(crate) fn text(&self) -> &[Weighed] {
        &self.text
    }

    /// Those of the needs' names.
    pub(crate) fn needs(&self) -> &[Weighed] {
        &self.needs
    }

    /// Whether a person's own text is a copy of the job's.
    pub(crate) fn is_copied(&self, words: &Words) -> bool {
        self.text.len() >= COPY_WORDS_MIN
            && Cover::of(&self.text, words).told as f64 >= COPY * self.text.len() as f64
    }

    /// What either side has of the other's words, from 0 to 1: how much of what the job says the person's words have, and how much of what
    /// the person offers the job says. Nothing where a side has no words.
    pub(crate) fn shared(&self, person: &Freelancer) -> (Option<f64>, Option<f64>) {
        let words = &person.words;
        if words.is_empty() {
            return (None, None);
        }
        if self.is_copied(words) {
            return (Some(0.0), Some(0.0));
        }
        let parts = [
            (TITLE, Cover::of(&self.title, words).share()),
            (TEXT, Cover::of(&self.text, words).share()),
            (HINTS, self.hinted(person)),
            (NEEDS, Cover::of(&self.needs, words).share()),
        ];
        let stated = || parts.iter().filter_map(|(weight, share)| Some((weight, (*share)?)));
        let whole: f64 = stated().map(|(weight, _)| weight).sum();
        let found: f64 = stated().map(|(weight, share)| weight * share).sum();
        ((whole > 0.0).then(|| found / whole), self.offered(words))
    }

    fn offered(&self, words: &Words) -> Option<f64> {
        let said = |name: u32| {
            let place = self.said.binary_search_by_key(&name, |word| word.0).ok();
            place.and_then(|place| self.said.get(place)).map_or(0.0, |word| word.1)
        };
        let (count, found) =
            words.offered().fold((0.0, 0.0), |(count, found), name| (count + 1.0, found + said(name)));
        (count > 0.0 && !self.said.is_empty()).then(|| found / count)
    }

    /// How much of one of a need's names is written in the headline or in the names of skills, by rarity. A text is no skill.
    pub(crate) fn written(&self, need: usize, words: &Words) -> f64 {
        let names = self.names.get(need).map(Vec::as_slice).unwrap_or_default();
        let share = |name: &Vec<Weighed>| {
            let whole: f64 = name.iter().map(|(_, idf)| idf).sum();
            let found = name.iter().filter(|(word, _)| has(&words.named, word)).map(|(_, idf)| idf);
            if whole > 0.0 { found.sum::<f64>() / whole } else { 0.0 }
        };
        names.iter().map(share).fold(0.0, f64::max)
    }

    fn hinted(&self, person: &Freelancer) -> Option<f64> {
        let mut best = vec![0.0_f64; self.hint_weights.len()];
        for held in &person.skills {
            for (place, share) in self.hints.get(&held.concept).map(Vec::as_slice).unwrap_or_default() {
                if let Some(cell) = best.get_mut(*place) {
                    *cell = cell.max(*share);
                }
            }
        }
        let whole: f64 = self.hint_weights.iter().sum();
        let met: f64 = best.iter().zip(&self.hint_weights).map(|(share, weight)| share * weight).sum();
        (whole > 0.0).then(|| met / whole)
    }
}

/// Where a person has a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Where {
    /// In the headline or in the name of a skill.
    Named,
    /// In their own text alone.
    Told,
    /// Nowhere.
    Nowhere,
}

impl Where {
    pub(crate) fn of(word: &AskedWord, words: &Words) -> Self {
        if has(&words.named, word) {
            Self::Named
        } else if has(&words.told, word) {
            Self::Told
        } else {
            Self::Nowhere
        }
    }

    const fn strength(self) -> f64 {
        match self {
            Self::Named => 1.0,
            Self::Told => TOLD,
            Self::Nowhere => 0.0,
        }
    }
}

fn has(names: &[u32], word: &AskedWord) -> bool {
    let [one, other] = &word.stems;
    names.binary_search(one).is_ok() || (other != one && names.binary_search(other).is_ok())
}

/// What a person has of some words.
#[derive(Clone, Copy, Debug, Default)]
struct Cover {
    /// How rare all are together, and what the person has of that.
    whole: f64,
    found: f64,
    /// How many the person only tells.
    told: usize,
}

impl Cover {
    fn of(asked: &[Weighed], words: &Words) -> Self {
        let mut cover = Self::default();
        for (word, idf) in asked {
            let at = Where::of(word, words);
            cover.whole += idf;
            cover.found += idf * at.strength();
            cover.told = cover.told.saturating_add(usize::from(at == Where::Told));
        }
        cover
    }

    fn share(self) -> Option<f64> {
        (self.whole > 0.0).then(|| self.found / self.whole)
    }
}

/// The words of a need's shown names in both languages, or of the client's own tag.
fn names(need: u32, job: &Job, setting: &Setting<'_>) -> Vec<Vec<Weighed>> {
    let weigh = |name: &str, language: TextLanguage| -> Vec<Weighed> {
        let idf = |word: AskedWord| (word, setting.titles.stem_idf(word.stem, language));
        model::title_words(name, language).into_iter().map(idf).collect()
    };
    if tag::is_own(need) {
        return job.tags.get(&need).map(|words| weigh(words, job.language)).into_iter().collect();
    }
    let shown = setting.taxonomy.get(need).into_iter().flat_map(Concept::shown);
    shown.map(|(name, language)| weigh(name, language)).collect()
}

fn needs(job: &Job, setting: &Setting<'_>) -> Vec<Weighed> {
    let words = need_words(job, setting.taxonomy).into_iter();
    words.map(|word| (word, setting.titles.stem_idf(word.stem, job.language))).collect()
}

/// The different words of what the client named, as they are called in the job's language.
pub(crate) fn need_words(job: &Job, taxonomy: &Taxonomy) -> Vec<AskedWord> {
    let mut found: Vec<AskedWord> = Vec::new();
    for need in job.needs.iter().take(NEEDS_MAX) {
        let label = taxonomy.get(*need).map(|concept| concept.label(job.language));
        let name = job.tags.get(need).map(String::as_str).or(label).unwrap_or_default();
        for word in model::title_words(name, job.language) {
            if found.iter().all(|other| other.stem != word.stem) {
                found.push(word);
            }
        }
    }
    found
}
