//! What each factor is, for both sides, from 0 to 1. Where a side did not state what a factor needs, the factor is dropped
//! and the others weigh more.

use hanse_document::kind::Point;

use crate::model::{Freelancer, HeldSkill, LanguageTag, Site};
use crate::money::{self, Compared, Price};
use crate::pair::query::{Query, Stop};
use crate::pair::score::{Features, ONE, millionths};
use crate::skills::taxonomy::Relation;
use crate::skills::title::{Title, Titles};

/// Kilometres at which a place on site has halved.
const SITE_KM: f64 = 25.0;
/// The share of words at which the text factor reaches half of its range.
const TEXT_HALF: f64 = 0.2;
/// What a need is met by whose name is written, in the headline or in the names of other skills: by so much of its share if that is at
/// least this. "Project" alone is no "project management".
pub(crate) const WRITTEN: f64 = 0.5;
const WRITTEN_MIN: f64 = 0.6;

/// The best that a person has for one need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Met {
    /// How it relates to the need.
    pub relation: Relation,
    /// What the person has.
    pub held: HeldSkill,
    /// How far it meets the need, from 0 to 1.
    pub share: f64,
}

/// For each need in order, the best that the person has; of equals the one named first.
#[must_use]
pub fn met(query: &Query<'_>, person: &Freelancer) -> Vec<Option<Met>> {
    let mut best: Vec<Option<Met>> = vec![None; query.weights.len()];
    for held in &person.skills {
        for meets in query.meets.get(&held.concept).map(Vec::as_slice).unwrap_or_default() {
            let share = f64::from(meets.relation.hundredths()) / 100.0;
            if let Some(cell) = best.get_mut(meets.need).filter(|old| old.is_none_or(|old| share > old.share))
            {
                *cell = Some(Met { relation: meets.relation, held: *held, share });
            }
        }
    }
    best
}

pub(crate) fn all(query: &Query<'_>, person: &Freelancer, title: Option<u32>) -> Features {
    let skill = skill(query, person);
    let (met, offered) = query.words.shared(person);
    let (text, offered) = (met.map(rising), offered.map(rising));
    let rate = rate(query, person);
    let language = language(query, person);
    let place = place(query, person);
    let record = |bound: Option<u32>| Some(bound.unwrap_or(ONE / 2));
    Features {
        client: [skill, title, text, rate, language, place, record(person.standing.bound)],
        freelancer: [skill, title, offered, rate, language, place, record(query.job.client.bound)],
    }
}

fn skill(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    if query.total <= 0.0 {
        return None;
    }
    let found = met(query, person).into_iter().zip(0..).zip(&query.weights);
    let share = |met: Option<Met>, need: usize| {
        let met = met.map_or(0.0, |met| met.share);
        if met < WRITTEN { met.max(written(query, person, need)) } else { met }
    };
    let sum: f64 = found.map(|((met, need), weight)| share(met, need) * weight).sum();
    Some(millionths(sum / query.total))
}

/// How far a need is met by its name being written where a person names what they do, from 0 to 1.
pub(crate) fn written(query: &Query<'_>, person: &Freelancer, need: usize) -> f64 {
    let share = query.words.written(need, &person.words);
    if share >= WRITTEN_MIN { WRITTEN * share } else { 0.0 }
}

/// How alike the titles are; `None` if either has no words.
pub(crate) fn title_factor(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    let theirs = query.setting.titles.read(&person.headline, person.language);
    title_of(query, &theirs)
}

pub(crate) fn title_of(query: &Query<'_>, theirs: &Title) -> Option<u32> {
    (!query.title.title().is_empty() && !theirs.is_empty())
        .then(|| millionths(Titles::alike(&query.title, theirs)))
}

/// The first words that are shared say more than the last.
fn rising(share: f64) -> u32 {
    millionths(share * (1.0 + TEXT_HALF) / (share + TEXT_HALF))
}

fn rate(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    match Price::compare(person.price?, query.job.price?) {
        Compared::Both { asked, paid, .. } => Some(millionths(money::fit(asked, paid))),
        Compared::Unstated | Compared::OtherKind => None,
    }
}

pub(crate) fn speaks(person: &Freelancer, language: LanguageTag) -> bool {
    person.languages.contains(&language)
}

/// Who names their languages and passes has all that the job needs: that counts for them, beside those who name none.
fn language(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    if query.job.languages.is_empty() || person.languages.is_empty() {
        return None;
    }
    let known = query.job.languages.iter().all(|language| speaks(person, *language));
    Some(if known { ONE } else { 0 })
}

pub(crate) fn place_stop(site: Option<Site>, person: &Freelancer) -> Option<Stop> {
    match site? {
        Site::Remote => (person.remote == Some(false)).then_some(Stop::Remote),
        Site::At(_) if !person.on_site => Some(Stop::OnSite),
        Site::At(point) => {
            let radius = f64::from(person.travel_km?);
            (kilometres(point?, person.point?) > radius).then_some(Stop::TooFar)
        }
    }
}

fn place(query: &Query<'_>, person: &Freelancer) -> Option<u32> {
    match query.job.site? {
        Site::At(point) => Some(millionths(libm::exp2(-kilometres(point?, person.point?) / SITE_KM))),
        Site::Remote => Some(ONE),
    }
}

/// The radius of a sphere with the Earth's volume.
pub(crate) const EARTH_KM: f64 = 6_371.0;

/// The great-circle distance.
#[must_use]
pub fn kilometres(a: Point, b: Point) -> f64 {
    let radians = |e4: i32| f64::from(e4) / 10_000.0 * std::f64::consts::PI / 180.0;
    let (north_a, north_b) = (radians(a.latitude_e4()), radians(b.latitude_e4()));
    let half = |angle: f64| {
        let sine = libm::sin(angle / 2.0);
        sine * sine
    };
    let across = half(radians(b.longitude_e4()) - radians(a.longitude_e4()));
    let chord = half(north_b - north_a) + libm::cos(north_a) * libm::cos(north_b) * across;
    2.0 * EARTH_KM * libm::asin(libm::sqrt(chord.clamp(0.0, 1.0)))
}
