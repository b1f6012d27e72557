//! Single arguments as the types of the documents: one that does not fit is refused where it is written, with the form that does.

use hanse_document::canonical::orderly;
use hanse_document::kind::place::SiteName;
use hanse_document::kind::review::{Axis, Rating};
use hanse_document::kind::{Place, Point, Site};
use hanse_document::{
    Country, Currency, Date, Did, Digest, Language, Line, List, Number, Rejection, Skill, Text, Timestamp,
};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, IntoDeserializer as _};

use super::SkillName;
use crate::error::CommandError;
use crate::terminal;

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
    Did: "as in did:key:z6Mk…, whole",
    Timestamp: "as in 2026-11-24T10:00:00Z, between 2020 and 2099",
    Date: "as in 2027-02-12, between 2020 and 2099",
    Digest: "as 64 digits of 0-9 and a-f",
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
