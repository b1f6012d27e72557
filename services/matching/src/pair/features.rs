//! What each factor is, for both sides, from 0 to 1. Where a side did not state what a factor needs, the factor is dropped
//! and the others weigh more.

use hanse_document::kind::Point;

use crate::model::{HeldSkill, Person, Site, Spoken};
use crate::money::{self, Compared, Price};
use crate::pair::query::{Query, Stop};
use crate::pair::score::{Features, millionths};
use crate::skills::taxonomy::Relation;
use crate::skills::title::{Title, Titles};

/// What a skill is worth at level 0, at level 100 1.
const LEVEL_BASE: f64 = 0.6;
/// What a skill is worth that nobody but the person vouches for.
const SELF_DECLARED: f64 = 0.85;
/// Days late at which availability has fallen to 1/e.
const LATE_DAYS: f64 = 14.0;
/// Hours of work in common that cooperation needs, and hours of a working day.
const OVERLAP_HOURS: f64 = 4.0;
const DAY_HOURS: f64 = 8.0;
/// Kilometres at which a place on site, or the local bonus, has halved.
const SITE_KM: f64 = 25.0;
const LOCAL_KM: f64 = 50.0;
/// What remote work from afar counts where the node has a local bonus.
const REMOTE_AFAR: f64 = 0.7;
/// The share of the job's words at which the text factor reaches half of its range.
const TEXT_HALF: f64 = 0.2;
/// The most hours of a week that a job can need, for the overflow of nothing.
const WEEK_HOURS: f64 = 168.0;

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

/// What a skill is worth by itself.
#[must_use]
pub fn strength(held: &HeldSkill) -> f64 {
    let level = f64::from(held.level.min(100)) / 100.0;
    let vouched = if held.verified { 1.0 } else { SELF_DECLARED };
    (LEVEL_BASE + (1.0 - LEVEL_BASE) * level) * vouched
}

/// For each need in order, the best that the person has; of equals the one named first.
#[must_use]
pub fn met(query: &Query<'_>, person: &Person) -> Vec<Option<Met>> {
    let mut best: Vec<Option<Met>> = vec![None; query.weights.len()];
    for held in &person.skills {
        for meets in query.meets.get(&held.concept).map(Vec::as_slice).unwrap_or_default() {
            let share = f64::from(meets.relation.hundredths()) / 100.0 * strength(held);
            if let Some(cell) = best.get_mut(meets.need).filter(|old| old.is_none_or(|old| share > old.share))
            {
                *cell = Some(Met { relation: meets.relation, held: *held, share });
            }
        }
    }
    best
}

pub(crate) fn all(query: &Query<'_>, person: &Person, title: Option<u32>) -> Features {
    let skill = skill(query, person);
    let rate = rate(query, person);
    let availability = availability(query, person);
    let zone = query.job.zone.zip(person.zone).map(|(a, b)| zone(a, b));
    let language = language(query, person);
    let place = place(query, person);
    let record = |bound: Option<u32>| Some(bound.unwrap_or(crate::pair::score::ONE / 2));
    Features {
        client: [
            skill,
            title,
            text(query, person),
            rate,
            availability,
            zone,
            language,
            place,
            record(person.standing.bound),
        ],
        freelancer: [
            skill,
            title,
            None,
            rate,
            availability,
            zone,
            language,
            place,
            record(query.job.client.bound),
        ],
    }
}

fn skill(query: &Query<'_>, person: &Person) -> Option<u32> {
    if query.total <= 0.0 {
        return None;
    }
    let found = met(query, person);
    let sum: f64 =
        found.iter().zip(&query.weights).filter_map(|(met, weight)| met.map(|met| met.share * weight)).sum();
    Some(millionths(sum / query.total))
}

/// How alike the titles are; `None` if either has no words.
pub(crate) fn title_factor(query: &Query<'_>, person: &Person) -> Option<u32> {
    let theirs = query.setting.titles.read(&person.headline, person.tongue);
    title_of(query, &theirs)
}

pub(crate) fn title_of(query: &Query<'_>, theirs: &Title) -> Option<u32> {
    (!query.title.title().is_empty() && !theirs.is_empty())
        .then(|| millionths(Titles::alike(&query.title, theirs)))
}

fn text(query: &Query<'_>, person: &Person) -> Option<u32> {
    let whole: f64 = query.words.iter().map(|(_, weight)| weight).sum();
    if whole <= 0.0 || person.words.stems.is_empty() {
        return None;
    }
    let shared = query.words.iter().filter(|(name, _)| person.words.stems.binary_search(name).is_ok());
    let cover = shared.map(|(_, weight)| weight).sum::<f64>() / whole;
    Some(millionths(cover * (1.0 + TEXT_HALF) / (cover + TEXT_HALF)))
}

fn rate(query: &Query<'_>, person: &Person) -> Option<u32> {
    match Price::compare(person.price?, query.job.price?) {
        Compared::Both { asked, paid, .. } => Some(millionths(money::fit(asked, paid))),
        Compared::Unstated | Compared::OtherKind => None,
    }
}

fn availability(query: &Query<'_>, person: &Person) -> Option<u32> {
    let hours = query
        .job
        .hours
        .zip(person.hours)
        .map(|(needed, free)| (f64::from(free) / f64::from(needed).clamp(1.0, WEEK_HOURS)).min(1.0));
    let late = query
        .job
        .start
        .zip(person.free_from)
        .map(|(start, free)| libm::exp(-f64::from(free.saturating_sub(start)) / LATE_DAYS));
    match (hours, late) {
        (None, None) => None,
        (hours, late) => Some(millionths(hours.unwrap_or(1.0) * late.unwrap_or(1.0))),
    }
}

fn zone(a: i16, b: i16) -> u32 {
    let day = 24 * 60;
    let apart = (i32::from(a) - i32::from(b)).rem_euclid(day);
    let apart = apart.min(day - apart);
    let overlap = (DAY_HOURS - f64::from(apart) / 60.0).max(0.0);
    millionths(overlap / OVERLAP_HOURS)
}

/// The level of a needed language that a person has; 0 if they do not name it.
pub(crate) fn level(person: &Person, need: &Spoken) -> u8 {
    person.languages.iter().filter(|it| it.tag == need.tag).map(|it| it.level).max().unwrap_or(0)
}

fn language(query: &Query<'_>, person: &Person) -> Option<u32> {
    if query.job.languages.is_empty() || person.languages.is_empty() {
        return None;
    }
    let share = |need: &Spoken| (f64::from(level(person, need)) / f64::from(need.level.max(1))).min(1.0);
    Some(millionths(query.job.languages.iter().map(share).product()))
}

pub(crate) fn place_stop(site: Option<Site>, person: &Person) -> Option<Stop> {
    match site? {
        Site::Remote(_) => (person.remote == Some(false)).then_some(Stop::Remote),
        Site::At(_) if !person.on_site => Some(Stop::OnSite),
        Site::At(point) => {
            let radius = f64::from(person.travel_km?);
            (kilometres(point?, person.point?) > radius).then_some(Stop::TooFar)
        }
    }
}

fn place(query: &Query<'_>, person: &Person) -> Option<u32> {
    match query.job.site? {
        Site::At(point) => Some(millionths(libm::exp2(-kilometres(point?, person.point?) / SITE_KM))),
        Site::Remote(point) => {
            let near = point.zip(person.point).filter(|_| query.setting.policy.local_bonus);
            Some(near.map_or(crate::pair::score::ONE, |(a, b)| {
                millionths(REMOTE_AFAR + (1.0 - REMOTE_AFAR) * libm::exp2(-kilometres(a, b) / LOCAL_KM))
            }))
        }
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
