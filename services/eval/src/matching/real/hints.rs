//! How often a skill is right that is read out of a job's words and that nobody confirmed.

use std::collections::{BTreeMap, BTreeSet};

use hanse_matching::hints;
use hanse_matching::link::Linker;
use hanse_matching::meaning::Reading;
use hanse_matching::taxonomy::{ConceptKind, Taxonomy};
use hanse_matching::text::TextLanguage;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::set::{Ad, RealSet};
use crate::matching::sets;

/// Ad, skill, and 1 if the ad speaks of this skill as something that the work needs, 0 if not.
const JUDGED: &str = include_str!("../../../real/hints.tsv");
/// How many pairs of the rule that reads some two thousand are judged.
const SAMPLE: usize = 200;
/// What decides which.
const SEED: &str = "20261130";

/// An ad and the id of a skill.
pub(crate) type Pair = (String, String);

/// One rule on both halves of the ads.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    rule: &'static str,
    tuning: Half,
    held_out: Half,
}

#[derive(Debug, Serialize)]
struct Half {
    ads: usize,
    pairs: usize,
    right: usize,
    judged: usize,
    not_judged: usize,
}

/// Today's rule, and the one before it: every phrase that is the name of a skill, judged by a sample.
pub(crate) fn measure(set: &RealSet, taxonomy: &Taxonomy, linker: &Linker) -> Vec<Row> {
    let judged = judgements(JUDGED);
    let today = pairs(set, taxonomy, |ad, language| {
        let reading = Reading { taxonomy, linker, kind: ConceptKind::Skill, language };
        hints::read(reading, &ad.title, &ad.text)
    });
    let every = pairs(set, taxonomy, |ad, language| {
        let mentions = |text: &str| linker.mentions(text, ConceptKind::Skill, language);
        let mentions = [mentions(&ad.title), mentions(&ad.text)];
        mentions.into_iter().flatten().map(|mention| mention.concept).collect()
    });
    let sample = sample(&every);
    let row = |rule, read: &BTreeSet<Pair>, looked_at: &BTreeSet<Pair>| {
        let half = |tuning| Half::of(set, read, looked_at, &judged, tuning);
        Row { rule, tuning: half(true), held_out: half(false) }
    };
    vec![row("every name", &every, &sample), row("hints", &today, &today)]
}

/// What a rule reads out of every ad.
fn pairs(set: &RealSet, taxonomy: &Taxonomy, read: impl Fn(&Ad, TextLanguage) -> Vec<u32>) -> BTreeSet<Pair> {
    let of_ad = |ad: &Ad| {
        let concepts = read(ad, TextLanguage::of_tag(&ad.language));
        let ids = concepts.into_iter().filter_map(|concept| Some(taxonomy.get(concept)?.id.clone()));
        ids.map(|id| (ad.id.clone(), id)).collect::<Vec<_>>()
    };
    set.ads.iter().flat_map(of_ad).collect()
}

/// The pairs that are judged of many: the same ones whatever else is read.
fn sample(pairs: &BTreeSet<Pair>) -> BTreeSet<Pair> {
    let drawn = |(ad, skill): &Pair| <[u8; 32]>::from(Sha256::digest(format!("{SEED} {ad} {skill}")));
    let mut pairs: Vec<&Pair> = pairs.iter().collect();
    pairs.sort_by_cached_key(|pair| drawn(pair));
    pairs.into_iter().take(SAMPLE).cloned().collect()
}

fn judgements(text: &str) -> BTreeMap<Pair, bool> {
    let row = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        Some(((cells.next()?, cells.next()?), cells.next()? == "1"))
    };
    text.lines().filter_map(row).collect()
}

impl Half {
    fn of(
        set: &RealSet,
        read: &BTreeSet<Pair>,
        looked_at: &BTreeSet<Pair>,
        judged: &BTreeMap<Pair, bool>,
        tuning: bool,
    ) -> Self {
        let here = |pair: &&Pair| sets::is_tuning(&pair.0) == tuning;
        let judgements: Vec<Option<&bool>> =
            looked_at.iter().filter(here).map(|pair| judged.get(pair)).collect();
        let (of_half, not_judged) = (judgements.len(), judgements.iter().filter(|it| it.is_none()).count());
        Self {
            ads: set.ads.iter().filter(|ad| sets::is_tuning(&ad.id) == tuning).count(),
            pairs: read.iter().filter(here).count(),
            right: judgements.iter().filter(|it| **it == Some(&true)).count(),
            judged: of_half.saturating_sub(not_judged),
            not_judged,
        }
    }

    fn cell(&self) -> String {
        format!(
            "{:>5.1} {:.3} ({}/{}, {} not judged)",
            self.pairs as f64 / self.ads.max(1) as f64,
            self.right as f64 / self.judged.max(1) as f64,
            self.right,
            self.judged,
            self.not_judged
        )
    }
}

impl Row {
    pub(crate) const HEAD: &'static str =
        "skills read out of an ad: per half: how many an ad, and how many of those judged are right";

    pub(crate) fn line(&self) -> String {
        format!("{:<12} {}   {}", self.rule, self.tuning.cell(), self.held_out.cell())
    }
}
