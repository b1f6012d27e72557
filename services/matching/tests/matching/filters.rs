use hanse_document::kind::Point;
use hanse_matching::features::kilometres;
use hanse_matching::model::{Freelancer, Job, LanguageTag, Site, Words};
use hanse_matching::money::Price;
use hanse_matching::query::{Query, Stop};
use hanse_matching::score::ONE;
use hanse_matching::side::{Factor, Weights};
use hanse_matching::text::TextLanguage;

use crate::support::{hourly, job, lyon, paris, person, setting};

fn stop(change: impl Fn(&mut Job, &mut Freelancer)) -> Option<Stop> {
    let (mut job, mut person) = (job(), person(1));
    change(&mut job, &mut person);
    Query::new(&job, setting()).stop(&person)
}

fn factor(factor: Factor, change: impl Fn(&mut Job, &mut Freelancer)) -> Option<u32> {
    let (mut job, mut person) = (job(), person(1));
    change(&mut job, &mut person);
    Query::new(&job, setting()).features(&person).client[factor as usize]
}

#[test]
fn who_fits_is_not_stopped() {
    assert_eq!(stop(|_, _| {}), None);
}

#[test]
fn each_filter_stops() {
    assert_eq!(stop(|_, it| it.price = hourly(Some(5_001), 6_000)), Some(Stop::BelowFloor));
    assert_eq!(stop(|_, it| it.price = hourly(Some(5_000), 6_000)), None, "at the floor");
    assert_eq!(stop(|_, it| it.price = hourly(None, 9_000)), None, "dear, but without a floor");
    assert_eq!(stop(|_, it| it.price = Some(Price::Barter)), Some(Stop::OtherPay));
    assert_eq!(stop(|job, _| job.site = Some(Site::At(Some(lyon())))), Some(Stop::TooFar));
    assert_eq!(stop(|job, it| (job.site, it.travel_km) = (Some(Site::At(Some(lyon()))), Some(400))), None);
    assert_eq!(
        stop(|job, it| (job.site, it.travel_km) = (Some(Site::At(Some(lyon()))), None)),
        None,
        "unstated"
    );
    assert_eq!(stop(|job, it| (job.site, it.on_site) = (Some(Site::At(None)), false)), Some(Stop::OnSite));
    assert_eq!(stop(|_, it| it.remote = Some(false)), Some(Stop::Remote));
    assert_eq!(stop(|_, it| it.languages = vec![LanguageTag::of("fr")]), Some(Stop::Language));
    assert_eq!(stop(|_, it| it.languages.push(LanguageTag::of("fr"))), None, "one more than is needed");
    assert_eq!(stop(|_, it| it.languages.clear()), None, "unstated");
}

#[test]
fn known_distances() {
    let km = kilometres(paris(), lyon());
    assert!((391.0..393.0).contains(&km), "{km}");
    assert_eq!(kilometres(paris(), paris()), 0.0);
}

#[test]
fn known_factors() {
    assert_eq!(factor(Factor::Rate, |_, _| {}), Some(ONE));
    assert_eq!(factor(Factor::Language, |_, _| {}), Some(ONE));
    assert_eq!(factor(Factor::Language, |_, it| it.languages.clear()), None);
    assert_eq!(factor(Factor::Place, |_, _| {}), Some(ONE), "remote work");
    assert_eq!(
        factor(Factor::Reputation, |_, it| it.standing = Default::default()),
        Some(ONE / 2),
        "absence is neutral"
    );
    assert_eq!(factor(Factor::Place, |job, _| job.site = Some(Site::At(Some(paris())))), Some(ONE));
    assert_eq!(factor(Factor::Skill, |job, _| job.needs.clear()), None);
    assert_eq!(factor(Factor::Title, |job, it| it.headline.clone_from(&job.title)), Some(ONE));
    assert_eq!(factor(Factor::Title, |job, _| job.title.clear()), None, "one title is not compared");
    assert_eq!(factor(Factor::Title, |_, it| it.headline.clear()), None);
}

#[test]
fn a_place_counts_half_as_much_every_25_kilometres() {
    for (halves, share) in [(1, 0.5), (2, 0.25), (4, 0.0625)] {
        // 25 km to the north, on a sphere of 6,371 km.
        let north = Point::new(488_566 + 2_248 * halves, 23_522).unwrap();
        let place = factor(Factor::Place, |job, it| {
            (job.site, it.point) = (Some(Site::At(Some(paris()))), Some(north));
        });
        assert!((f64::from(place.unwrap()) / f64::from(ONE) - share).abs() < 1e-4, "{halves} {place:?}");
    }
}

#[test]
fn skills_count_by_relation() {
    let share = |skills: Vec<hanse_matching::model::HeldSkill>| {
        factor(Factor::Skill, |job, it| {
            job.needs.truncate(1);
            it.skills.clone_from(&skills);
            it.words = Words::default();
        })
    };
    let held = crate::support::held;
    assert_eq!(share(vec![held('a', 0)]), Some(ONE));
    assert_eq!(share(vec![held('b', 0)]), Some(600_000), "broader");
    assert_eq!(share(vec![held('d', 0)]), Some(300_000), "sibling");
    assert_eq!(share(vec![held('e', 0)]), Some(0));
    assert_eq!(share(vec![held('d', 0), held('a', 1), held('b', 2)]), Some(ONE), "the best counts");
}

/// A weight that could never move anybody would be published for nothing: each factor changes the score of somebody who can be listed.
#[test]
fn every_factor_that_has_a_weight_acts() {
    let (mut job, best) = (job(), person(1));
    (job.site, job.client.bound) = (Some(Site::At(Some(paris()))), Some(900_000));
    let worse = |factor: Factor| {
        let (mut job, mut person) = (job.clone(), best.clone());
        match factor {
            Factor::Skill => person.skills.truncate(1),
            Factor::Title => person.headline = "Baker".to_owned(),
            Factor::Text => {
                person.words = Words::read("Baker", std::iter::empty(), "bread", TextLanguage::English);
            }
            Factor::Rate => person.price = hourly(None, 9_000),
            Factor::Language => person.languages.clear(),
            Factor::Place => (person.point, person.travel_km) = (Some(lyon()), None),
            Factor::Reputation => (person.standing.bound, job.client.bound) = (Some(300_000), Some(300_000)),
        }
        (job, person)
    };
    let score = |job: &Job, person: &Freelancer| {
        let query = Query::new(job, setting());
        assert_eq!(query.stop(person), None);
        query.score(person)
    };
    let top = score(&job, &best);
    for (factor, client, freelancer) in Factor::ALL
        .into_iter()
        .zip(Weights::DEFAULT.client)
        .zip(Weights::DEFAULT.freelancer)
        .map(|((f, c), v)| (f, c, v))
    {
        let (job, person) = worse(factor);
        let lower = score(&job, &person);
        assert_eq!(lower.u < top.u, client > 0, "{factor:?}: {lower:?} {top:?}");
        assert_eq!(lower.v < top.v, freelancer > 0, "{factor:?}: {lower:?} {top:?}");
    }
}
