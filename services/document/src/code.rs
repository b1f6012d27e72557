//! Short codes from public lists. Only the written form is checked: lists grow, and a document must not become invalid
//! by that.

use crate::rejection::Rejection;
use crate::text::checked_text;

mod listed;

/// The longest skill id: an ESCO id has 36 characters, a local slug may be a few words.
pub const SKILL_CHARS_MAX: usize = 64;

checked_text!(
    /// A BCP 47 language tag of language and, if need be, script and region, in its usual case: `fr`, `pt-BR`, `zh-Hant-TW`.
    Language,
    check_language,
    "As in `fr`, `pt-BR` or `zh-Hant-TW`: a BCP 47 tag in its usual case."
);

checked_text!(
    /// A skill: the last part of its ESCO URI (`b70ab677-5781-40b5-9198-d98f4a34310f`), or `local:<slug>`. 1 to 64 of
    /// `a-z`, `0-9`, `:` and `-`.
    Skill,
    check_skill,
    "An ESCO id or a tag such as `local:rust`: 1 to 64 of a-z, 0-9, `:` and `-`. GET /v1/skills finds them by words."
);

checked_text!(
    /// A country by its two-letter code of ISO 3166-1: `FR`.
    Country,
    check_country,
    "As in `FR`: two capital letters of ISO 3166-1."
);

checked_text!(
    /// A currency by its three-letter code of ISO 4217: `EUR`.
    Currency,
    check_currency,
    "As in `EUR`: three capital letters of ISO 4217."
);

impl Currency {
    /// Decimal digits of its minor unit (ISO 4217): 2 for cents, 0 for yen, 3 for the fils of Kuwait. Two for a code that we do not
    /// know, as nearly all have.
    #[must_use]
    pub fn minor_digits(&self) -> u8 {
        match self.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
            | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            "CLF" | "UYW" => 4,
            _ => 2,
        }
    }
}

impl Currency {
    /// Reads an amount as people write it, `80.50`, in minor units; nothing if it is not one, or has more decimals than the currency.
    #[must_use]
    pub fn minor(&self, amount: &str) -> Option<u64> {
        let digits = usize::from(self.minor_digits());
        let (whole, part) =
            amount.split_once('.').map_or((amount, None), |(whole, part)| (whole, Some(part)));
        let sound = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !sound(whole) || !part.is_none_or(sound) {
            return None;
        }
        let part = part.unwrap_or_default();
        if part.len() > digits { None } else { format!("{whole}{part:0<digits$}").parse().ok() }
    }

    /// Writes minor units as people write an amount: `80.50`, `80`.
    #[must_use]
    pub fn major(&self, minor: u64) -> String {
        let digits = self.minor_digits();
        let unit = 10_u64.pow(digits.into());
        match (minor / unit, minor % unit) {
            (whole, 0) => whole.to_string(),
            (whole, part) => format!("{whole}.{part:0>width$}", width = usize::from(digits)),
        }
    }
}

fn require(well_formed: bool) -> Result<(), Rejection> {
    if well_formed { Ok(()) } else { Err(Rejection::BadCode) }
}

fn check_language(text: &str) -> Result<(), Rejection> {
    let mut parts = text.split('-').peekable();
    let language = parts.next().is_some_and(|part| {
        (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    // Each is optional, in this order; what is left over after both is out of form.
    parts.next_if(|part| is_script(part));
    parts.next_if(|part| is_region(part));
    require(language && parts.next().is_none())
}

fn is_script(part: &str) -> bool {
    let mut bytes = part.bytes();
    part.len() == 4
        && bytes.next().is_some_and(|byte| byte.is_ascii_uppercase())
        && bytes.all(|byte| byte.is_ascii_lowercase())
}

fn is_region(part: &str) -> bool {
    let letters = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_uppercase());
    let digits = part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    letters || digits
}

fn check_skill(text: &str) -> Result<(), Rejection> {
    let characters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b':' | b'-'));
    require((1..=SKILL_CHARS_MAX).contains(&text.len()) && characters)
}

fn check_country(text: &str) -> Result<(), Rejection> {
    require(text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
}

fn check_currency(text: &str) -> Result<(), Rejection> {
    require(text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<T: std::fmt::Debug>(parse: impl Fn(&str) -> Result<T, Rejection>, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!(parse(text).is_ok(), "{text}");
        }
        for text in bad {
            assert_eq!(parse(text).unwrap_err(), Rejection::BadCode, "{text}");
        }
    }

    #[test]
    fn codes_have_one_form() {
        check(
            Language::parse,
            &["fr", "en", "gsw", "pt-BR", "zh-Hant-TW", "es-419", "sr-Latn"],
            &["", "f", "FR", "fr-", "pt-br", "pt_BR", "zh-TW-Hant", "zh-hant", "en-US-US", "fr-FR-x"],
        );
        check(
            Skill::parse,
            &["b70ab677-5781-40b5-9198-d98f4a34310f", "local:stone-masonry"],
            &["", "Local:x", "local:é", "a b", "a/b", &"a".repeat(65)],
        );
        check(Country::parse, &["FR", "SE"], &["", "fr", "FRA", "F1", "É"]);
        check(Currency::parse, &["EUR", "SEK"], &["", "eur", "EU", "EURO", "E1R"]);
    }

    #[test]
    fn amounts_are_read_and_written_as_people_write_them() {
        let currency = |code| Currency::parse(code).unwrap();
        for (code, written, minor, shown) in [
            ("EUR", "80", 8_000, "80"),
            ("EUR", "80.5", 8_050, "80.50"),
            ("EUR", "0.05", 5, "0.05"),
            ("JPY", "900", 900, "900"),
            ("KWD", "1.005", 1_005, "1.005"),
            ("CLF", "2.0001", 20_001, "2.0001"),
        ] {
            assert_eq!(currency(code).minor(written), Some(minor), "{written} {code}");
            assert_eq!(currency(code).major(minor), shown, "{minor} {code}");
        }
        for (code, wrong) in [
            ("EUR", ""),
            ("EUR", "."),
            ("EUR", "80."),
            ("EUR", ".5"),
            ("EUR", "80,50"),
            ("EUR", "80.505"),
            ("EUR", "-1"),
            ("EUR", "+1"),
            ("EUR", "1e3"),
            ("EUR", " 1"),
            ("EUR", "1 000"),
            ("JPY", "1.0"),
            ("EUR", "99999999999999999999"),
            ("EUR", "٣"),
        ] {
            assert_eq!(currency(code).minor(wrong), None, "{wrong} {code}");
        }
    }

    #[test]
    fn minor_units_are_those_of_the_list() {
        let letters = || 'A'..='Z';
        let codes =
            letters().flat_map(|a| letters().flat_map(move |b| letters().map(move |c| format!("{a}{b}{c}"))));
        let listed =
            codes.filter_map(|code| Some((iso_currency::Currency::from_code(&code)?.exponent()?, code)));
        let listed: Vec<(u16, String)> = listed.collect();
        assert!(listed.len() > 150, "{}", listed.len());
        for (digits, code) in listed {
            assert_eq!(u16::from(Currency::parse(&code).unwrap().minor_digits()), digits, "{code}");
        }
    }
}
