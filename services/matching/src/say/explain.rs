//! Why somebody stands where they stand: what each factor cost, which line of the profile counted, what is missing, what
//! would change the place. The explanation *is* the computation: the score recomputed from it is the same to the last bit.

use hanse_document::time::Date;
use serde::{Deserialize, Serialize};

use crate::fair::Placement;
use crate::model::{AskedWord, Freelancer, HeldSkill};
use crate::money::{Compared, Price};
use crate::pair::features::{self, Met};
use crate::pair::query::{Query, Stop};
use crate::pair::score::{self, Features, Score, millionths};
use crate::pair::words::Where;
use crate::rank::{self, Ranked};
use crate::side::{FACTORS, Factor, RANKER, Side, Weights};
use crate::skills::tag;
use crate::skills::taxonomy::{Concept, Relation};
use crate::text::{self, TextLanguage, fold};

/// The form of an [`Explanation`]; a field more or less changes it.
const FORM: u32 = 3;

/// How many changes are tried for one person: the costliest missing skills first.
const SKILLS_TRIED: usize = 3;

/// What ranking never looks at; it has no input for them.
pub const NOT_USED: [&str; 6] = ["payment", "name", "age", "gender", "photo", "nationality"];

/// One factor of one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Which.
    pub factor: Factor,
    /// Its value in millionths.
    pub x: u32,
    /// Its weight.
    pub weight: u16,
    /// What it cost of 100 points, in ten-thousandths of a point.
    pub lost: i64,
}

/// A concept as people read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name in English, or what there is.
    pub en: String,
    /// Its name in French, or what there is.
    pub fr: String,
}

/// What met a need.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Having {
    /// How it relates to the need.
    pub relation: Relation,
    /// What the person has.
    pub skill: Named,
    /// The line of the profile that says so, from 0.
    pub line: u16,
    /// How far it meets the need, in millionths.
    pub share: u32,
}

/// One need of the job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NeedLine {
    /// What is needed.
    pub need: Named,
    /// What meets it best; nothing if no skill does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have: Option<Having>,
    /// Where its name is written in the headline or in the names of skills, and no skill meets it as well: how far that meets it, in
    /// millionths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<u32>,
}

/// One word of the job's title.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WordLine {
    /// In lower case and without accents, as it is compared.
    pub word: String,
    /// Where the person has it, or another form of it.
    pub at: Where,
}

/// What was asked and what is paid, in one unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PriceLine {
    /// What the person asks: minor units of `currency`, or hours.
    pub asked: u64,
    /// What the job pays at most.
    pub paid: u64,
    /// The currency; none for time credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A change that a person could make, or a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// Asking what the job pays.
    Rate {
        /// In the unit of the price line.
        to: u64,
    },
    /// Having a skill that is missing or only nearly there.
    Skill {
        /// Which.
        need: Named,
    },
}

/// Where somebody would stand after one change, everybody else staying as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct WhatIf {
    /// The change.
    #[serde(flatten)]
    pub change: Change,
    /// The place, from 1.
    pub rank: usize,
}

/// Everything that an answer says about one person for one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Explanation {
    /// The form of this object.
    pub form: u32,
    /// The rules.
    pub ranker: String,
    /// The version of the taxonomy.
    pub taxonomy: String,
    /// Its digest, in hex.
    pub taxonomy_digest: String,
    /// The day of the exchange rates.
    #[cfg_attr(feature = "schema", schema(value_type = String, format = Date))]
    pub rates: Date,
    /// The place by score, from 1.
    pub rank: usize,
    /// The reciprocal score, in millionths, rounded.
    pub h: u32,
    /// The client's, likewise.
    pub u: u32,
    /// The freelancer's, likewise.
    pub v: u32,
    /// What the client's side is made of; what is not here was not stated.
    pub client: Vec<Line>,
    /// What the freelancer's side is made of.
    pub freelancer: Vec<Line>,
    /// The needs in the job's order.
    pub needs: Vec<NeedLine>,
    /// The different words of the job's title, and where the person has them.
    pub title: Vec<WordLine>,
    /// Whether the person's text is a copy of the job's, so that no word of theirs counts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copied: bool,
    /// The prices, if both sides named comparable ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<PriceLine>,
    /// Kilometres between the two, if both are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kilometres: Option<u32>,
    /// Why the shown place differs from the place by score, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// What would change the place.
    pub what_if: Vec<WhatIf>,
    /// What was not looked at.
    pub not_used: Vec<String>,
}

/// "Why not me": the reason why somebody is not in a ranking, or the explanation of where they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WhyNot {
    /// A hard filter.
    Stopped(Stop),
    /// Too little of the needed skills and of the job's words: the place is the one that it would be without this
    /// rule, and the changes are those that lead into the list.
    Unfit(Box<Explanation>),
    /// The place and what it is made of.
    Ranked(Box<Explanation>),
}

/// Explains one person of a ranking, whose place is found by score.
#[must_use]
pub fn explain(query: &Query<'_>, ranking: &[Ranked], person: &Freelancer, own: &Ranked) -> Explanation {
    let setting = query.setting();
    let met = features::met(query, person);
    Explanation {
        form: FORM,
        ranker: RANKER.to_owned(),
        taxonomy: setting.taxonomy.version().to_owned(),
        taxonomy_digest: setting.taxonomy.digest_hex(),
        rates: setting.rates.date,
        rank: rank::place_with(query, ranking, &own.id, own.score.h),
        h: millionths(own.score.h),
        u: millionths(own.score.u),
        v: millionths(own.score.v),
        client: lines(&own.features, Side::Client, query.weights()),
        freelancer: lines(&own.features, Side::Freelancer, query.weights()),
        needs: needs(query, person, &met),
        title: title(query, person),
        copied: query.words.is_copied(&person.words),
        price: price(query, person),
        kilometres: distance(query, person),
        placement: None,
        what_if: what_if(query, ranking, person, own, &met),
        not_used: NOT_USED.map(str::to_owned).to_vec(),
    }
}

/// Explains to anybody where they stand or why they are not shown.
#[must_use]
pub fn why_not(query: &Query<'_>, ranking: &[Ranked], person: &Freelancer) -> WhyNot {
    if let Some(stop) = query.stop(person) {
        return WhyNot::Stopped(stop);
    }
    let own = ranking.iter().find(|ranked| ranked.id == person.id).copied().unwrap_or_else(|| {
        Ranked::new(person.id, query.features(person), person.standing.completed, query.weights())
    });
    let explanation = explain(query, ranking, person, &own);
    if own.features.fit() {
        return WhyNot::Ranked(Box::new(explanation));
    }
    WhyNot::Unfit(Box::new(explanation))
}

impl Explanation {
    /// The features and weights that the lines carry; what has no line is unstated.
    #[must_use]
    pub fn inputs(&self) -> (Features, Weights) {
        let mut features = Features::default();
        let mut weights = Weights { client: [0; FACTORS], freelancer: [0; FACTORS] };
        let sides = [
            (&self.client, &mut features.client, &mut weights.client),
            (&self.freelancer, &mut features.freelancer, &mut weights.freelancer),
        ];
        for (lines, values, shares) in sides {
            for ((factor, value), share) in Factor::ALL.iter().zip(values.iter_mut()).zip(shares.iter_mut()) {
                if let Some(line) = lines.iter().find(|line| line.factor == *factor) {
                    (*value, *share) = (Some(line.x), line.weight);
                }
            }
        }
        (features, weights)
    }

    /// The score computed anew from the lines alone.
    #[must_use]
    pub fn recompute(&self) -> Score {
        let (features, weights) = self.inputs();
        Score::of(&features, &weights)
    }

    /// Whether the three scores and every cost are what the lines give.
    #[must_use]
    pub fn holds(&self) -> bool {
        let (features, weights) = self.inputs();
        let score = Score::of(&features, &weights);
        let same = |lines: &Vec<Line>, side| *lines == self::lines(&features, side, &weights);
        self.h == millionths(score.h)
            && self.u == millionths(score.u)
            && self.v == millionths(score.v)
            && same(&self.client, Side::Client)
            && same(&self.freelancer, Side::Freelancer)
    }
}

fn lines(features: &Features, side: Side, weights: &Weights) -> Vec<Line> {
    let lost = score::points_lost(features.of(side), weights.of(side));
    let rows = Factor::ALL.iter().zip(features.of(side)).zip(weights.of(side)).zip(lost);
    rows.filter_map(|(((factor, x), weight), lost)| {
        let x = (*x)?;
        (*weight > 0).then_some(Line { factor: *factor, x, weight: *weight, lost })
    })
    .collect()
}

fn named(query: &Query<'_>, number: u32) -> Named {
    let taxonomy = query.setting().taxonomy;
    if let Some(words) = query.job().tags.get(&number) {
        let id = tag::own(words).map_or_else(|| "?".to_owned(), String::from);
        return Named { id, en: words.clone(), fr: words.clone() };
    }
    let label = |language| taxonomy.get(number).map_or("?", |concept| concept.label(language)).to_owned();
    let id = taxonomy.get(number).map_or("?", |concept| &concept.id).to_owned();
    Named { id, en: label(TextLanguage::English), fr: label(TextLanguage::French) }
}

fn needs(query: &Query<'_>, person: &Freelancer, met: &[Option<Met>]) -> Vec<NeedLine> {
    let line = |((need, met), place): ((&u32, &Option<Met>), usize)| {
        let written = features::written(query, person, place);
        let met = met.filter(|met| met.share >= written);
        NeedLine {
            need: named(query, *need),
            have: met.map(|met| Having {
                relation: met.relation,
                skill: named(query, met.held.concept),
                line: met.held.line,
                share: millionths(met.share),
            }),
            written: (met.is_none() && written > 0.0).then(|| millionths(written)),
        }
    };
    query.job().needs.iter().zip(met).zip(0..).map(line).collect()
}

fn title(query: &Query<'_>, person: &Freelancer) -> Vec<WordLine> {
    let job = query.job();
    let mut seen = Vec::new();
    let mut lines = Vec::new();
    for word in text::words(&job.title).into_iter().filter(|word| !fold::is_empty_word(word)) {
        let asked = AskedWord::new(&word, job.language);
        if !seen.contains(&asked.stem) {
            seen.push(asked.stem);
            lines.push(WordLine { word, at: Where::of(&asked, &person.words) });
        }
    }
    lines
}

fn price(query: &Query<'_>, person: &Freelancer) -> Option<PriceLine> {
    let (asked_price, paid_price) = (person.price?, query.job().price?);
    let currency = match paid_price {
        Price::Money { .. } => Some(query.setting().rates.base.as_str().to_owned()),
        Price::Barter | Price::TimeCredits { .. } => None,
    };
    match Price::compare(asked_price, paid_price) {
        Compared::Both { asked, paid, .. } => Some(PriceLine { asked, paid, currency }),
        Compared::Unstated | Compared::OtherKind => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at most half the Earth's circumference"
)]
fn distance(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    let point = query.job().site?.point()?;
    Some(libm::rint(features::kilometres(point, person.point?)) as u32)
}

fn what_if(
    query: &Query<'_>,
    ranking: &[Ranked],
    person: &Freelancer,
    own: &Ranked,
    met: &[Option<Met>],
) -> Vec<WhatIf> {
    let title = own.features.client.get(Factor::Title as usize).copied().flatten();
    let mut tried = Vec::new();
    let mut attempt = |change: Change, changed: &Freelancer| {
        let features = query.features_with(changed, title);
        let score = Score::of(&features, query.weights());
        let rank = rank::place_with(query, ranking, &own.id, score.h);
        // Nobody is promised a place in a list that they would still not be in.
        if features.fit() {
            tried.push(WhatIf { change, rank });
        }
    };
    if let Some(line) = price(query, person).filter(|line| line.asked > line.paid) {
        attempt(Change::Rate { to: line.paid }, &Freelancer { price: query.job().price, ..person.clone() });
    }
    let mut open: Vec<(f64, u32)> = query
        .job()
        .needs
        .iter()
        .zip(met)
        .zip(&query.weights)
        .filter(|((_, met), _)| met.is_none_or(|met| met.relation != Relation::Same))
        .map(|((need, met), weight)| (weight * (1.0 - met.map_or(0.0, |met| met.share)), *need))
        .collect();
    open.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, concept) in open.into_iter().take(SKILLS_TRIED) {
        let mut changed = person.clone();
        changed.skills.push(HeldSkill { concept, line: u16::MAX });
        let own = query.job().tags.get(&concept).map(|words| (words.as_str(), person.language));
        let shown = query.setting().taxonomy.get(concept).into_iter().flat_map(Concept::shown);
        changed.words = person.words.with(own.into_iter().chain(shown), person.language);
        attempt(Change::Skill { need: named(query, concept) }, &changed);
    }
    tried
}
