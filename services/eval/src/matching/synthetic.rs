//! People and jobs that do not exist: seeded, and skewed like real ones or harder. Some of a person's skills come from one
//! occupation, the others from Zipf's law over all skills.

use std::collections::BTreeMap;

use hanse_document::kind::{Per, Point};
use hanse_matching::model::{Freelancer, HeldSkill, Job, LanguageTag, Site, Standing, Words, text_words};
use hanse_matching::money::Price;
use hanse_matching::taxonomy::{Concept, ConceptKind, Taxonomy};
use hanse_matching::text::TextLanguage;

/// A reproducible stream of numbers (splitmix64).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 0 to below `limit`.
    pub(crate) fn below(&mut self, limit: u32) -> u32 {
        let number = u128::from(self.next()).saturating_mul(u128::from(limit)) >> 64;
        u32::try_from(number).unwrap_or(0)
    }

    fn id(&mut self) -> [u8; 32] {
        let mut id = [0_u8; 32];
        for chunk in id.chunks_exact_mut(8) {
            chunk.copy_from_slice(&self.next().to_be_bytes());
        }
        id
    }

    /// A place by Zipf's law: `limit` to the power of a share, so that each doubling is as likely.
    fn zipf(&mut self, limit: usize) -> usize {
        let place = (limit as f64).powf(self.share()) - 1.0;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to below limit")]
        let place = place as usize;
        place.min(limit.saturating_sub(1))
    }
}

/// Where synthetic people live: eight towns, in ten-thousandths of a degree.
const TOWNS: [(i32, i32); 8] = [
    (488_566, 23_522),
    (457_640, 48_357),
    (432_965, 53_698),
    (508_503, 43_517),
    (515_074, -1_278),
    (525_200, 134_050),
    (453_000, -7_350),
    (484_000, -45_000),
];

/// A newcomer has one in so many of the skills of their trade that others have. In plain order they get a quarter of what is shown.
const NEW: u32 = 3;

/// Makes people and jobs from one taxonomy.
#[derive(Debug)]
pub(crate) struct Maker<'a> {
    taxonomy: &'a Taxonomy,
    /// The commonest first.
    skills: Vec<u32>,
    trades: Vec<&'a Concept>,
    /// How many skills of the trade, and how many of any, a person has and a job needs.
    person: (u32, u32),
    needs: (u32, u32),
}

impl<'a> Maker<'a> {
    /// Hard to search: half of all skills come from the long list of all, whose commonest are on two people of five.
    pub(crate) fn skewed(taxonomy: &'a Taxonomy) -> Self {
        Self::new(taxonomy, (6, 6), (5, 3))
    }

    /// A market in which many can do most of what is wanted.
    pub(crate) fn dense(taxonomy: &'a Taxonomy) -> Self {
        Self::new(taxonomy, (20, 4), (3, 0))
    }

    fn new(taxonomy: &'a Taxonomy, person: (u32, u32), needs: (u32, u32)) -> Self {
        let numbered = || taxonomy.concepts().iter().zip(0_u32..);
        let mut skills: Vec<(u32, u32)> = numbered()
            .filter(|(it, _)| it.kind == ConceptKind::Skill)
            .map(|(it, number)| (it.wanted_by, number))
            .collect();
        skills.sort_unstable_by(|a, b| b.cmp(a));
        let trades = numbered()
            .map(|(it, _)| it)
            .filter(|it| it.kind == ConceptKind::Occupation && !it.skills.is_empty());
        Self {
            taxonomy,
            skills: skills.into_iter().map(|(_, number)| number).collect(),
            trades: trades.collect(),
            person,
            needs,
        }
    }

    fn trade(&self, dice: &mut Dice) -> Option<&'a Concept> {
        self.trades.get(dice.zipf(self.trades.len())).copied()
    }

    /// Different skills: `own` of the trade and `other` of any.
    fn pick(&self, dice: &mut Dice, trade: &Concept, (own, other): (u32, u32)) -> Vec<u32> {
        let mut found: Vec<u32> = Vec::new();
        for _ in 0..own {
            // The core of a trade is common to most who have it, and is what most jobs ask for.
            found.extend(trade.skills.get(dice.zipf(trade.skills.len())).map(|(skill, _)| *skill));
        }
        for _ in 0..other {
            found.extend(self.skills.get(dice.zipf(self.skills.len())));
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn title(&self, dice: &mut Dice, trade: &Concept, language: TextLanguage) -> String {
        let labels: Vec<&str> = trade
            .labels
            .iter()
            .filter(|label| label.language == language)
            .map(|label| label.text.as_str())
            .collect();
        let place = dice.below(u32::try_from(labels.len().min(6)).unwrap_or(1).max(1)) as usize;
        labels.get(place).map_or_else(|| trade.label(language).to_owned(), |label| (*label).to_owned())
    }

    /// The names of about half of the skills.
    fn text(&self, dice: &mut Dice, skills: &[u32], language: TextLanguage) -> String {
        let labels = skills.iter().filter_map(|skill| self.taxonomy.get(*skill)).map(|it| it.label(language));
        labels.filter(|_| dice.below(2) == 0).collect::<Vec<&str>>().join(" ")
    }

    /// As a profile with these skills has them.
    fn words(&self, dice: &mut Dice, headline: &str, skills: &[u32], language: TextLanguage) -> Words {
        let spoken = [TextLanguage::English, TextLanguage::French];
        let concepts = skills.iter().filter_map(|skill| self.taxonomy.get(*skill));
        let names = concepts.flat_map(|concept| spoken.map(|language| (concept.label(language), language)));
        Words::read(headline, names, &self.text(dice, skills, language), language)
    }

    pub(crate) fn person(&self, dice: &mut Dice) -> Option<Freelancer> {
        let trade = self.trade(dice)?;
        let language = if dice.below(2) == 0 { TextLanguage::English } else { TextLanguage::French };
        let new = dice.below(1_000) < 457;
        let (own, other) = self.person;
        let skills = self.pick(dice, trade, if new { (own / NEW, other) } else { (own, other) });
        let figure = 2_000 + u64::from(dice.below(4_000)) + u64::from(dice.below(4_000));
        let completed = if new { dice.below(3) } else { 3 + dice.below(60) };
        // Newcomers are 46 of 100, as in the design's simulation, and only outcomes raise the lower bound.
        let held = |(concept, line): (&u32, u16)| HeldSkill { concept: *concept, line };
        let held = skills.iter().zip(0..).map(held).collect();
        let bound = if new { 450_000 + dice.below(150_000) } else { 550_000 + dice.below(400_000) };
        let (id, headline) = (dice.id(), self.title(dice, trade, language));
        Some(Freelancer {
            id,
            words: self.words(dice, &headline, &skills, language),
            headline,
            language,
            skills: held,
            price: Some(Price::Money { per: Per::Hour, floor: Some(figure / 2), figure: Some(figure) }),
            languages: languages(dice),
            point: town(dice),
            remote: Some(dice.below(10) > 0),
            on_site: dice.below(3) > 0,
            travel_km: Some(10 + dice.below(300)),
            standing: Standing { bound: (completed > 0).then_some(bound), completed },
        })
    }

    pub(crate) fn job(&self, dice: &mut Dice) -> Option<Job> {
        let trade = self.trade(dice)?;
        let language = if dice.below(2) == 0 { TextLanguage::English } else { TextLanguage::French };
        let skills = self.pick(dice, trade, self.needs);
        let paid = 3_000 + u64::from(dice.below(6_000));
        Some(Job {
            id: dice.id(),
            title: self.title(dice, trade, language),
            language,
            words: text_words(&self.text(dice, &skills, language), language),
            needs: skills,
            tags: BTreeMap::new(),
            hints: Vec::new(),
            price: Some(Price::Money { per: Per::Hour, floor: None, figure: Some(paid) }),
            languages: vec![LanguageTag::of(if language == TextLanguage::English { "en" } else { "fr" })],
            site: Some(if dice.below(3) > 0 { Site::Remote } else { Site::At(town(dice)) }),
            client: Standing { bound: Some(400_000 + dice.below(550_000)), completed: dice.below(50) },
        })
    }
}

fn languages(dice: &mut Dice) -> Vec<LanguageTag> {
    let tags = match dice.below(3) {
        0 => &["en"][..],
        1 => &["fr"],
        _ => &["en", "fr"],
    };
    tags.iter().map(|tag| LanguageTag::of(tag)).collect()
}

fn town(dice: &mut Dice) -> Option<Point> {
    let (north, east) = TOWNS.get(dice.below(8) as usize)?;
    let spread = |dice: &mut Dice| i32::try_from(dice.below(4_000)).unwrap_or(0) - 2_000;
    Point::new(north + spread(dice), east + spread(dice)).ok()
}
