//! Hard filters at a glance: 40 bytes for each person that lie side by side, so that a million can be looked at while they
//! are being found. What passes here is checked again in full; what does not pass would not pass there.

use hanse_document::kind::Point;

use crate::model::{Freelancer, Job, LanguageTag, Site};
use crate::money::Price;
use crate::pair::features::EARTH_KM;

/// The kinds of price; 0 is unstated.
const HOUR: u8 = 1;
const PROJECT: u8 = 2;
const BARTER: u8 = 3;
const CREDITS: u8 = 4;

/// What is filtered by, of one person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gate {
    /// The least that the person works for, in the base's minor units; too large ones as the largest.
    floor: u32,
    /// Where the person is, on a sphere of radius 1, if known.
    place: Option<[f32; 3]>,
    /// The square of the straight line on that sphere to the farthest place that they travel to.
    reach: f32,
    /// One bit for each language by a hash of its tag; no bit is unstated.
    languages: u64,
    price: u8,
    remote: bool,
    on_site: bool,
}

/// What a job asks of a [`Gate`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    paid: Option<u64>,
    price: u8,
    languages: u64,
    site: Option<Site>,
    place: Option<[f32; 3]>,
}

impl Gate {
    pub(crate) fn new(person: &Freelancer) -> Self {
        let floor = match person.price {
            Some(Price::Money { floor, .. }) => floor.unwrap_or(0),
            Some(Price::Barter | Price::TimeCredits { .. }) | None => 0,
        };
        Self {
            floor: u32::try_from(floor).unwrap_or(u32::MAX),
            place: person.point.map(on_sphere),
            reach: person.travel_km.map_or(f32::INFINITY, reach),
            languages: person.languages.iter().map(bit).fold(0, |bits, bit| bits | bit),
            price: kind(person.price),
            remote: person.remote != Some(false),
            on_site: person.on_site,
        }
    }
}

impl Key {
    pub(crate) fn new(job: &Job) -> Self {
        let paid = match job.price {
            Some(Price::Money { figure, .. }) => figure,
            Some(Price::Barter | Price::TimeCredits { .. }) | None => None,
        };
        Self {
            paid,
            price: kind(job.price),
            languages: job.languages.iter().map(bit).fold(0, |bits, bit| bits | bit),
            site: job.site,
            place: job.site.and_then(Site::point).map(on_sphere),
        }
    }

    /// Whether the full filters may let this person pass.
    pub(crate) fn opens(&self, gate: &Gate) -> bool {
        let same = self.price == gate.price;
        let paid = !same || self.paid.is_none_or(|paid| u64::from(gate.floor) <= paid);
        let comparable =
            same || self.price == 0 || gate.price == 0 || (self.price <= PROJECT && gate.price <= PROJECT);
        let spoken = gate.languages == 0 || gate.languages & self.languages == self.languages;
        paid && comparable && spoken && self.reaches(gate)
    }

    fn reaches(&self, gate: &Gate) -> bool {
        match self.site {
            None => true,
            Some(Site::Remote) => gate.remote,
            Some(Site::At(_)) => {
                let apart = self
                    .place
                    .zip(gate.place)
                    .map(|(a, b)| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>());
                gate.on_site && apart.is_none_or(|apart| apart <= gate.reach)
            }
        }
    }
}

/// What 24 bits of precision may be wrong by, twice over: the full formula decides what is nearer than that.
const SLACK_KM: f64 = 2.0;

fn on_sphere(point: Point) -> [f32; 3] {
    let radians = |e4: i32| f64::from(e4) / 10_000.0 * std::f64::consts::PI / 180.0;
    let (north, east) = (radians(point.latitude_e4()), radians(point.longitude_e4()));
    let (sine, cosine) = (libm::sin(north), libm::cos(north));
    [cosine * libm::cos(east), cosine * libm::sin(east), sine].map(narrow)
}

fn reach(km: u32) -> f32 {
    let angle = (f64::from(km) + SLACK_KM) / EARTH_KM;
    if angle >= std::f64::consts::PI {
        return f32::INFINITY;
    }
    let line = 2.0 * libm::sin(angle / 2.0);
    narrow(line * line)
}

#[expect(clippy::cast_possible_truncation, reason = "rounds to 24 bits, which the slack allows for")]
const fn narrow(number: f64) -> f32 {
    number as f32
}

fn kind(price: Option<Price>) -> u8 {
    match price {
        None => 0,
        Some(Price::Money { per: hanse_document::kind::Per::Hour, .. }) => HOUR,
        Some(Price::Money { per: hanse_document::kind::Per::Project, .. }) => PROJECT,
        Some(Price::Barter) => BARTER,
        Some(Price::TimeCredits { .. }) => CREDITS,
    }
}

/// Two languages may share a bit: then the gate lets more pass.
fn bit(spoken: &LanguageTag) -> u64 {
    1 << (crate::text::name_of(spoken.0) % 64)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use hanse_document::kind::Per;

    use super::*;
    use crate::model::{Standing, Words};
    use crate::money::Compared;
    use crate::pair::features::{kilometres, place_stop};
    use crate::text::TextLanguage;

    #[test]
    fn what_the_gate_closes_is_out_of_reach() {
        let at = |north, east| Point::new(north, east).unwrap();
        let from = at(488_566, 23_522);
        for to in [
            (457_640, 48_357),
            (488_570, 23_530),
            (-488_566, -1_776_478),
            (0, 0),
            (899_999, 1_799_999),
            (488_566, 24_522),
        ] {
            let to = at(to.0, to.1);
            let km = kilometres(from, to);
            let line: f32 = on_sphere(from).iter().zip(on_sphere(to)).map(|(a, b)| (a - b) * (a - b)).sum();
            for radius in [0_u32, 1, 5, 10, 100, 391, 392, 393, 5_000, 20_000] {
                assert!(f64::from(radius) < km || line <= reach(radius), "{km} within {radius}");
                assert!(
                    f64::from(radius) + 2.0 * SLACK_KM >= km || line > reach(radius),
                    "{km} beyond {radius}"
                );
            }
        }
    }

    fn job(price: Option<Price>, languages: &[&str], site: Option<Site>) -> Job {
        Job {
            id: [1; 32],
            title: String::new(),
            language: TextLanguage::Other,
            needs: Vec::new(),
            tags: BTreeMap::new(),
            hints: Vec::new(),
            words: Box::default(),
            price,
            languages: languages.iter().map(|tag| LanguageTag::of(tag)).collect(),
            site,
            client: Standing::default(),
        }
    }

    fn person(price: Option<Price>, languages: &[&str]) -> Freelancer {
        Freelancer {
            id: [1; 32],
            headline: String::new(),
            language: TextLanguage::Other,
            skills: Vec::new(),
            words: Words::default(),
            price,
            languages: languages.iter().map(|tag| LanguageTag::of(tag)).collect(),
            point: None,
            remote: None,
            on_site: true,
            travel_km: None,
            standing: Standing::default(),
        }
    }

    fn opens(job: &Job, person: &Freelancer) -> bool {
        Key::new(job).opens(&Gate::new(person))
    }

    /// On prices both are exact, unless a floor is above 32 bits.
    #[test]
    fn the_gate_is_open_to_exactly_those_prices_that_the_filter_lets_pass() {
        let money = |per, floor, figure| Some(Price::Money { per, floor, figure });
        let mut prices = vec![
            None,
            Some(Price::Barter),
            Some(Price::TimeCredits { hours: None }),
            Some(Price::TimeCredits { hours: Some(40) }),
        ];
        for per in [Per::Hour, Per::Project] {
            prices.push(money(per, None, None));
            prices.extend([3_999, 4_000, 4_001].map(|figure| money(per, None, Some(figure))));
            prices.extend([3_999, 4_000, 4_001].map(|floor| money(per, Some(floor), Some(5_000))));
        }
        for paid in &prices {
            for asked in &prices {
                let compared = paid.zip(*asked).map(|(paid, asked)| Price::compare(asked, paid));
                let stopped =
                    matches!(compared, Some(Compared::OtherKind | Compared::Both { below_floor: true, .. }));
                let (job, person) = (job(*paid, &[], None), person(*asked, &[]));
                assert_eq!(opens(&job, &person), !stopped, "{paid:?} for {asked:?}");
            }
        }
    }

    #[test]
    fn the_gate_is_open_to_those_who_speak_all_that_is_needed_or_do_not_say() {
        for (needed, spoken, expected) in [
            (&[][..], &["en"][..], true),
            (&["en"], &[], true),
            (&["en"], &["en", "fr"], true),
            (&["en", "fr"], &["fr", "en"], true),
            (&["en", "fr"], &["en"], false),
            (&["en"], &["fr"], false),
        ] {
            assert_eq!(
                opens(&job(None, needed, None), &person(None, spoken)),
                expected,
                "{needed:?} {spoken:?}"
            );
        }
    }

    #[test]
    fn the_gate_is_open_to_those_whom_the_place_does_not_stop() {
        let at = |north, east| Point::new(north, east).unwrap();
        let (paris, lyon) = (at(488_566, 23_522), at(457_640, 48_357));
        let place = |point, travel_km, remote, on_site| Freelancer {
            point,
            travel_km,
            remote,
            on_site,
            ..person(None, &[])
        };
        for site in [None, Some(Site::Remote), Some(Site::At(None)), Some(Site::At(Some(paris)))] {
            for point in [None, Some(paris), Some(lyon)] {
                for travel_km in [None, Some(0), Some(380), Some(400), Some(u32::MAX)] {
                    for (remote, on_site) in
                        [(None, true), (Some(true), false), (Some(false), true), (Some(true), true)]
                    {
                        let person = place(point, travel_km, remote, on_site);
                        let stopped = place_stop(site, &person).is_some();
                        assert_eq!(opens(&job(None, &[], site), &person), !stopped, "{site:?} {person:?}");
                    }
                }
            }
        }
    }
}
