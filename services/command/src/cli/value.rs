//! Single arguments as the types of the documents: one that does not fit is refused where it is written, with the form that does.

use hanse_document::canonical::orderly;
use hanse_document::kind::place::SiteName;
use hanse_document::kind::review::{Axis, Rating};
use hanse_document::kind::terms::{MilestoneTitle, Part};
use hanse_document::kind::time_sheet::{MINUTES_MAX, Minutes};
use hanse_document::kind::{Place, Point, Site, Then, TimeSheet};
use hanse_document::{
    Country, Currency, Date, Did, Digest, DocumentId, Language, Line, List, Number, Rejection, Skill, Text,
    Timestamp,
};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use super::SkillName;
use crate::error::CommandError;
use crate::{pay, terminal};

/// What a document holds and one argument says.
pub(crate) trait Argument: Sized {
    /// Reads it.
    fn take(text: &str) -> Result<Self, Rejection>;
    /// How it is written, as in "write it …".
    fn form() -> String;
}

impl<const MIN: usize, const MAX: usize> Argument for Text<MIN, MAX> {
    fn take(text: &str) -> Result<Self, Rejection> {
        Self::parse(text)
    }

    fn form() -> String {
        format!("in {MIN} to {MAX} characters")
    }
}

impl<const MIN: usize, const MAX: usize> Argument for Line<MIN, MAX> {
    fn take(text: &str) -> Result<Self, Rejection> {
        Self::parse(text)
    }

    fn form() -> String {
        format!("on one line of {MIN} to {MAX} characters")
    }
}

impl<const MIN: u32, const MAX: u32> Argument for Number<MIN, MAX> {
    fn take(text: &str) -> Result<Self, Rejection> {
        text.parse::<u32>().map_err(|_| Rejection::OutOfBounds).and_then(Self::new)
    }

    fn form() -> String {
        format!("as a whole number from {MIN} to {MAX}")
    }
}

macro_rules! arguments {
    ($($type:ty: $form:literal,)+) => {
        $(impl Argument for $type {
            fn take(text: &str) -> Result<Self, Rejection> {
                text.parse()
            }

            fn form() -> String {
                $form.to_owned()
            }
        })+
    };
}

arguments! {
    Language: "as in fr or pt-BR",
    Skill: "as an ESCO id or local:WORD, in small letters; `hanse skills find` shows them",
    Country: "as its two capital letters, as in FR",
    Currency: "as its three capital letters, as in EUR",
    DocumentId: "as in job_2Zt…, whole",
    Did: "as in did:key:z6Mk…, whole",
    Timestamp: "as in 2026-11-24T10:00:00Z, between 2020 and 2099",
    Date: "as in 2027-02-12, between 2020 and 2099",
    Digest: "as 64 digits of 0-9 and a-f",
    Then: "as goes_on, closes or terminates",
}

/// Reads one argument. Some keyboards write é as two characters, some systems a line end; a document must not, and that is not the
/// person's concern.
pub(super) fn read<T: Argument>(text: &str) -> Result<T, String> {
    let text = orderly(text.to_owned());
    T::take(&text).map_err(|rejection| {
        if matches!(rejection, Rejection::ForbiddenCharacter(_)) {
            rejection.sentence().into_owned()
        } else {
            format!("write it {}", T::form())
        }
    })
}

/// Somebody who is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Whoever is signed in.
    Me,
    /// By their name in the federation.
    Person(Did),
}

impl Who {
    /// Who it is; `me` finds who is signed in.
    ///
    /// # Errors
    /// Those of `me`, if it is needed.
    pub fn did<E>(&self, me: impl FnOnce() -> Result<Did, E>) -> Result<Did, E> {
        match self {
            Self::Me => me(),
            Self::Person(did) => Ok(did.clone()),
        }
    }
}

/// Reads a person.
pub(super) fn who(text: &str) -> Result<Who, String> {
    match text {
        "me" => Ok(Who::Me),
        did => read(did).map(Who::Person).map_err(|told| format!("{told}, or `me`")),
    }
}

/// Reads a milestone: its title, and what is paid and by when, if that is said.
pub(super) fn milestone(text: &str) -> Result<Part, String> {
    let mut parts = text.split(';').map(str::trim);
    let title = read::<MilestoneTitle>(parts.next().unwrap_or_default()).map_err(|told| {
        format!("{told}: its title comes first, as in 'Two talks; 600 EUR; by 2027-01-15'")
    })?;
    let mut part = Part { due: None, pay: None, title };
    for said in parts {
        let again = || format!("`{said}` says again what was said before");
        match said.strip_prefix("by ") {
            Some(day) if part.due.is_none() => part.due = Some(read::<Date>(day.trim())?),
            None if part.pay.is_none() => part.pay = Some(pay::parse(said)?),
            Some(_) | None => return Err(again()),
        }
    }
    Ok(part)
}

/// Minutes of an hour.
const HOUR_MINUTES: u32 = 60;

/// Reads a time sheet: one day or two with `..` between them, and the hours.
pub(super) fn hours(text: &str) -> Result<TimeSheet, String> {
    let form = || format!("`{text}` is no time sheet: write it as in '2026-11-23..2026-11-29 7h30'");
    let (days, time) = text.trim().split_once(' ').ok_or_else(form)?;
    let (from, to) = days.split_once("..").unwrap_or((days, days));
    let day = |text: &str| Date::parse(text).map_err(|_| form());
    let minutes = minutes(time.trim()).ok_or_else(form)?;
    let minutes = Minutes::new(minutes)
        .map_err(|_| format!("hours are 1 minute to {} hours", MINUTES_MAX / HOUR_MINUTES))?;
    Ok(TimeSheet { from: day(from)?, minutes, to: day(to)? })
}

/// `7h30`, `7h` or `45m` in minutes.
fn minutes(text: &str) -> Option<u32> {
    let number = |text: &str| {
        if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse::<u32>().ok() } else { None }
    };
    match text.split_once('h') {
        Some((hours, "")) => number(hours)?.checked_mul(HOUR_MINUTES),
        Some((hours, rest)) => {
            let minutes =
                number(rest.strip_suffix('m').unwrap_or(rest)).filter(|minutes| *minutes < HOUR_MINUTES)?;
            number(hours)?.checked_mul(HOUR_MINUTES)?.checked_add(minutes)
        }
        None => number(text.strip_suffix('m')?),
    }
}

/// Reads a skill: an id of ESCO or `local:WORD`, or else words.
pub(super) fn skill(text: &str) -> Result<SkillName, String> {
    let lengths = [8, 4, 4, 4, 12];
    let is_uuid = text.split('-').map(str::len).eq(lengths)
        && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    // A colon stands in ids and hardly in words: whoever writes one means an id, and wants to know what is wrong with it.
    if is_uuid || text.contains(':') {
        return read(text).map(SkillName::Id);
    }
    read(text).map(SkillName::Words)
}

/// Reads a text that may stand on standard input; `argument` names it where it does not fit.
pub(crate) fn words<T: Argument>(argument: &str, text: &str) -> Result<T, CommandError> {
    let text = terminal::text_or_input(text)?;
    read(&text).map_err(|what| CommandError::Input(format!("invalid value for '{argument}': {what}")))
}

/// The values of an argument that may be repeated.
pub(super) fn list<T: Clone + PartialEq, const MAX: usize>(
    argument: &str,
    values: &[T],
) -> Result<List<T, MAX>, CommandError> {
    List::new(values.to_vec()).map_err(|_| {
        CommandError::Input(format!(
            "invalid values for '{argument}': name at most {MAX}, none of them twice"
        ))
    })
}

/// Reads one of a few words.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    T::deserialize(text.into_deserializer()).map_err(|error: Error| {
        let told = error.to_string();
        told.split_once(", expected ")
            .map_or_else(|| told.clone(), |(_, known)| format!("write it as {known}"))
    })
}

/// Reads a place with its country.
pub(super) fn place(text: &str) -> Result<Place, String> {
    let (name, country) = text.rsplit_once(',').ok_or("write it with its country, as in 'Lyon, FR'")?;
    let country = country.trim();
    let country = Country::parse(country)
        .map_err(|_| format!("`{country}` is no country code; write the place as in 'Lyon, FR'"))?;
    Ok(Place::Site(Site { name: read::<SiteName>(name.trim())?, country, point: None }))
}

/// Reads a point as maps write it.
pub(super) fn point(text: &str) -> Result<Point, String> {
    let read = || {
        let (north, east) = text.split_once(',')?;
        Point::new(e4(north)?, e4(east)?).ok()
    };
    read().ok_or_else(|| format!("`{text}` is no point: write it as in 45.764,4.8357"))
}

/// Degrees with up to four decimals in ten-thousandths; more decimals are cut off (they are metres).
fn e4(text: &str) -> Option<i32> {
    let text = text.trim();
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |text| (-1, text));
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(part) {
        return None;
    }
    let part: String = part.chars().chain(std::iter::repeat('0')).take(4).collect();
    let number = whole.parse::<i32>().ok()?.checked_mul(10_000)?.checked_add(part.parse().ok()?)?;
    Some(sign * number)
}

/// Reads the rating of one trait.
pub(super) fn axis(text: &str) -> Result<(Axis, Rating), String> {
    let (name, rating) = text.split_once('=').ok_or("write it as in quality=5")?;
    Ok((word(name)?, read(rating).map_err(|_| "a rating is 1 to 5")?))
}

#[cfg(test)]
mod tests {
    use hanse_document::kind::job::{Seats, Title};
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_fit_is_told_how_to_be_written() {
        let wrong = |told: String, form: &str| assert!(told.contains(form), "{told}");
        wrong(read::<Language>("French").unwrap_err(), "fr or pt-BR");
        wrong(read::<Seats>("101").unwrap_err(), "1 to 100");
        wrong(read::<Seats>("many").unwrap_err(), "1 to 100");
        wrong(read::<Title>(&"x".repeat(121)).unwrap_err(), "1 to 120");
        wrong(read::<Title>("a\u{202e}b").unwrap_err(), "U+202E as its character 2");
        wrong(word::<Axis>("speed").unwrap_err(), "write it as one of `quality`, ");
        wrong(list::<_, 2>("--skill", &[1, 2, 3]).unwrap_err().to_string(), "'--skill'");
        wrong(list::<_, 2>("--skill", &[1, 1]).unwrap_err().to_string(), "twice");
        wrong(words::<Title>("--title", "").unwrap_err().to_string(), "'--title'");
    }

    #[test]
    fn a_skill_is_an_id_or_words() {
        for id in ["local:rust", "b70ab677-5781-40b5-9198-d98f4a34310f", "isco:2512"] {
            assert_eq!(skill(id), Ok(SkillName::Id(id.parse().unwrap())), "{id}");
        }
        for words in ["rust", "bake bread", "C++", "hand-made", "Make", "Cafe\u{301}"] {
            assert!(matches!(skill(words), Ok(SkillName::Words(_))), "{words}");
        }
        for (wrong, form) in [
            ("local:Rust", "local:WORD"),
            ("B70AB677-5781-40b5-9198-d98f4a34310f", "an ESCO id"),
            ("", "1 to 200"),
            (" ", "1 to 200"),
            (&"x".repeat(201), "1 to 200"),
            ("ru\u{7}st", "U+0007 as its character 3"),
        ] {
            let told = skill(wrong).unwrap_err();
            assert!(told.contains(form), "{wrong}: {told}");
        }
    }

    #[test]
    fn a_milestone_says_its_title_and_what_else_is_known() {
        let json = |text| serde_json::to_value(milestone(text).unwrap()).unwrap();
        let pay = json!({"kind": "money", "currency": "EUR", "per": "project", "min": 60_000, "max": 60_000});
        assert_eq!(json("Two talks"), json!({"title": "Two talks"}));
        assert_eq!(
            json("Two talks; 600 EUR; by 2027-01-15"),
            json!({"title": "Two talks", "pay": pay, "due": "2027-01-15"})
        );
        assert_eq!(json("Two talks ;by 2027-01-15;600 EUR"), json("Two talks; 600 EUR; by 2027-01-15"));
        for (wrong, why) in [
            ("; 600 EUR", "its title comes first"),
            ("T; soon", "45 EUR/hour"),
            ("T; by spring", "2027-02-12"),
            ("T; 600 EUR; 700 EUR", "says again"),
            ("T; by 2027-01-15; by 2027-01-16", "says again"),
        ] {
            let told = milestone(wrong).unwrap_err();
            assert!(told.contains(why), "{wrong}: {told}");
        }
    }

    #[test]
    fn hours_are_days_and_a_time() {
        let read = |text| {
            hours(text).map(|sheet| (sheet.from.to_string(), sheet.to.to_string(), sheet.minutes.get()))
        };
        let week = |minutes| Ok(("2026-11-23".to_owned(), "2026-11-29".to_owned(), minutes));
        assert_eq!(read("2026-11-23..2026-11-29 7h30"), week(450));
        assert_eq!(read("2026-11-23..2026-11-29 38h05m"), week(2_285));
        assert_eq!(read("2026-11-23..2026-11-29 45m"), week(45));
        assert_eq!(read("2026-11-23 8h").unwrap().1, "2026-11-23");
        for wrong in [
            "",
            "7h30",
            "2026-11-23..2026-11-29 7:30",
            "2026-11-23 7h60",
            "soon 7h",
            "2026-11-23 +7h",
            "2026-11-23 h",
        ] {
            assert!(hours(wrong).is_err_and(|told| told.contains("7h30")), "{wrong}");
        }
        assert!(hours("2026-11-23 0h").is_err_and(|told| told.contains("744 hours")));
    }

    #[test]
    fn somebody_is_named_by_a_did_or_is_oneself() {
        assert_eq!(who("me"), Ok(Who::Me));
        assert!(who("ada").is_err_and(|told| told.contains("did:key:z6Mk") && told.contains("`me`")));
    }

    #[test]
    fn a_letter_of_two_characters_becomes_one() {
        assert_eq!(read::<Title>("cafe\u{301}").unwrap().as_str(), "caf\u{e9}");
        assert_eq!(read::<Text<1, 9>>("a\r\nb\rc").unwrap().as_str(), "a\nb\nc");
        assert!(read::<Title>("a\r\nb").unwrap_err().contains("a line break"));
    }

    #[test]
    fn a_place_has_a_country() {
        let Ok(Place::Site(site)) = place("Saint-Denis, La Plaine, FR") else { panic!() };
        assert_eq!((site.name.as_str(), site.country.as_str()), ("Saint-Denis, La Plaine", "FR"));
        for wrong in ["Lyon", "Lyon, France", "Lyon, fr", ", FR"] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_point_is_read_as_maps_write_it() {
        let e4 = |text| point(text).map(|point| (point.latitude_e4(), point.longitude_e4()));
        assert_eq!(e4("45.764,4.8357"), Ok((457_640, 48_357)));
        assert_eq!(e4(" -33.86882, 151"), Ok((-338_688, 1_510_000)));
        assert_eq!(e4("-0.5,-0.05"), Ok((-5_000, -500)));
        for wrong in ["", "45", "45,", "91,0", "0,180.1", "1e3,0", "+1,2", "4.5.6,1", "99999999999,0"] {
            assert!(point(wrong).is_err(), "{wrong}");
        }
    }
}
