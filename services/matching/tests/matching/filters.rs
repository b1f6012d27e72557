use hanse_matching::features::kilometres;
use hanse_matching::model::{Job, Person, Site, Spoken};
use hanse_matching::money::Price;
use hanse_matching::query::{Query, Stop};
use hanse_matching::score::ONE;
use hanse_matching::side::{Factor, Policy};

use crate::support::{hourly, job, lyon, paris, person, setting};

fn stop(change: impl Fn(&mut Job, &mut Person)) -> Option<Stop> {
    let (mut job, mut person) = (job(), person(1));
    change(&mut job, &mut person);
    Query::new(&job, setting()).stop(&person)
}

fn factor(factor: Factor, change: impl Fn(&mut Job, &mut Person)) -> Option<u32> {
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
    assert_eq!(stop(|_, it| it.languages = vec![Spoken::of_tag("fr")]), Some(Stop::Language));
    assert_eq!(stop(|_, it| it.languages[0].level = 2), Some(Stop::Language), "A2 where B2 is needed");
    assert_eq!(stop(|_, it| it.languages[0].level = 3), None, "one level short counts less and is shown");
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
    assert_eq!(factor(Factor::Availability, |_, it| it.hours = Some(10)), Some(ONE / 2));
    assert_eq!(
        factor(Factor::Availability, |_, it| it.free_from = Some(20_014)),
        Some(367_879),
        "e^-1 after 14 days"
    );
    assert_eq!(factor(Factor::Zone, |_, it| it.zone = Some(60 + 6 * 60)), Some(ONE / 2), "two hours of four");
    assert_eq!(factor(Factor::Zone, |_, it| it.zone = Some(-11 * 60)), Some(0));
    assert_eq!(factor(Factor::Language, |_, it| it.languages[0].level = 3), Some(750_000));
    assert_eq!(
        factor(Factor::Reputation, |_, it| it.standing = Default::default()),
        Some(ONE / 2),
        "absence is neutral"
    );
    assert_eq!(factor(Factor::Place, |job, _| job.site = Some(Site::At(Some(paris())))), Some(ONE));
    assert_eq!(factor(Factor::Availability, |job, it| (job.hours, it.free_from) = (None, None)), None);
    assert_eq!(factor(Factor::Skill, |job, _| job.needs.clear()), None);
}

#[test]
fn skills_count_by_relation_level_and_word() {
    let share = |skills: Vec<hanse_matching::model::HeldSkill>| {
        factor(Factor::Skill, |job, it| {
            job.needs.truncate(1);
            it.skills.clone_from(&skills);
        })
    };
    let held = crate::support::held;
    let level = |level, verified| hanse_matching::model::HeldSkill { level, verified, ..held('a', 0) };
    assert_eq!(share(vec![level(100, true)]), Some(ONE));
    assert_eq!(share(vec![level(0, true)]), Some(600_000));
    assert_eq!(share(vec![level(100, false)]), Some(850_000));
    assert_eq!(share(vec![held('b', 0)]), Some(552_000), "broader: 0.6 x 0.92");
    assert_eq!(share(vec![held('d', 0)]), Some(276_000), "sibling: 0.3 x 0.92");
    assert_eq!(share(vec![held('e', 0)]), Some(0));
    assert_eq!(share(vec![held('d', 0), held('a', 1), held('b', 2)]), Some(920_000), "the best counts");
}

#[test]
fn the_local_bonus_is_the_nodes_choice() {
    let (mut job, person) = (job(), person(1));
    job.site = Some(Site::Remote(Some(lyon())));
    let mut setting = setting();
    let place = |setting| Query::new(&job, setting).features(&person).client[Factor::Place as usize].unwrap();
    assert_eq!(place(setting), ONE);
    setting.policy = Policy { local_bonus: true, ..Policy::DEFAULT };
    assert!((700_000..705_000).contains(&place(setting)), "far away");
}
