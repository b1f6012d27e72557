//! Short codes from public lists. Only the written form is checked: lists grow, and a document must not become invalid
//! by that.

use crate::rejection::Rejection;
use crate::text::checked_text;

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
