//! What is given in return, as people write it: `45 EUR/hour`, `2200-3200 EUR`, `from 900 EUR`, `up to 900 EUR`,
//! `barter: a service in stoneware`, `time: 20`. Nodes count money in minor units (`4500` is 45 €).

use hanse_document::Currency;
use hanse_document::kind::pay::{AMOUNT_MAX, CREDIT_HOURS_MAX, CreditHours, Offers};
use hanse_document::kind::{Barter, Money, Pay, Per, TimeCredits};
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::rest::json::Read as _;

/// How it is written, for messages.
const FORM: &str = "write it as `45 EUR/hour`, `2200-3200 EUR`, `from 900 EUR`, `up to 900 EUR`, `barter: WHAT` or `time: HOURS`";

/// Reads what a person wrote.
///
/// # Errors
/// A sentence that says how to write it.
pub fn parse(text: &str) -> Result<Pay, String> {
    let text = text.trim();
    let wrong = || format!("`{text}` is no pay: {FORM}");
    if let Some(offers) = text.strip_prefix("barter:") {
        let offers: String = offers.trim().nfc().collect();
        let offers = Offers::parse(&offers).map_err(|_| {
            let most = Offers::CHARS_MAX;
            format!("what is bartered stands on one line of 1 to {most} characters, none of them invisible")
        })?;
        return Ok(Pay::Barter(Barter { offers }));
    }
    if text == "time" {
        return Ok(Pay::TimeCredits(TimeCredits { hours: None }));
    }
    if let Some(hours) = text.strip_prefix("time:") {
        let hours: u32 = hours.trim().trim_end_matches('h').trim_end().parse().map_err(|_| wrong())?;
        let hours = CreditHours::new(hours).map_err(|_| format!("hours are 1 to {CREDIT_HOURS_MAX}"))?;
        return Ok(Pay::TimeCredits(TimeCredits { hours: Some(hours) }));
    }
    money(text).ok_or_else(wrong)?.map(Pay::Money)
}

/// Reads an amount or a range with its currency; nothing if it is not written as one.
fn money(text: &str) -> Option<Result<Money, String>> {
    let (amounts, unit) = text.rsplit_once(' ')?;
    let (currency, per) = unit.split_once('/').unwrap_or((unit, "project"));
    let per = [Per::Hour, Per::Project].into_iter().find(|known| known.name() == per)?;
    let currency = Currency::parse(currency).ok()?;
    let amount = |text: &str| minor(text.trim(), currency.minor_digits().into());
    let (min, max) = if let Some(min) = amounts.strip_prefix("from ") {
        (Some(amount(min)?), None)
    } else if let Some(max) = amounts.strip_prefix("up to ") {
        (None, Some(amount(max)?))
    } else if let Some((min, max)) = amounts.split_once(['-', '–']) {
        (Some(amount(min)?), Some(amount(max)?))
    } else {
        (Some(amount(amounts)?), Some(amount(amounts)?))
    };
    let most = major(AMOUNT_MAX, currency.minor_digits().into());
    let wrong = format!("the lower amount stands first, and none is above {most} {currency}");
    Some(Money::new(currency, min, max, per).map_err(|_| wrong))
}

/// Writes the API's form for a person; `unstated` for what is none.
#[must_use]
pub fn show(pay: Option<&Value>) -> String {
    let Some(pay) = pay else { return "unstated".to_owned() };
    match pay.text("/kind") {
        "money" => {
            let currency = pay.text("/currency");
            let amount = |name: &str| Some(major(pay.get(name)?.as_u64()?, digits(currency)));
            let amounts = match (amount("min"), amount("max")) {
                (Some(min), Some(max)) if min == max => min,
                (Some(min), Some(max)) => format!("{min}–{max}"),
                (Some(min), None) => format!("from {min}"),
                (None, Some(max)) => format!("up to {max}"),
                (None, None) => "some".to_owned(),
            };
            format!("{amounts} {currency}/{}", pay.text("/per"))
        }
        "barter" => format!("barter: {}", pay.text("/offers")),
        "time_credits" => match pay.number("/hours") {
            0 => "time".to_owned(),
            hours => format!("time: {hours} h"),
        },
        other => other.to_owned(),
    }
}

/// Decimal digits of a currency's minor unit; two where a node names what is no currency.
fn digits(currency: &str) -> u32 {
    Currency::parse(currency).map_or(2, |currency| currency.minor_digits()).into()
}

/// `12.5` with two digits is 1250.
fn minor(text: &str, digits: u32) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let sound = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = usize::try_from(digits).ok()?;
    if whole.is_empty() || !sound(whole) || !sound(part) || part.len() > digits {
        return None;
    }
    format!("{whole}{part:0<digits$}").parse().ok()
}

/// 1250 with two digits is `12.50`, 1200 is `12`.
fn major(amount: u64, digits: u32) -> String {
    let unit = 10_u64.pow(digits);
    match (amount / unit, amount % unit) {
        (whole, 0) => whole.to_string(),
        (whole, part) => {
            format!("{whole}.{part:0>width$}", width = usize::try_from(digits).unwrap_or_default())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_people_write_is_read_and_shown_again() {
        for (written, json, shown) in [
            (
                "45 EUR/hour",
                json!({"kind":"money","currency":"EUR","per":"hour","min":4500,"max":4500}),
                "45 EUR/hour",
            ),
            (
                "2200-3200 EUR",
                json!({"kind":"money","currency":"EUR","per":"project","min":220_000,"max":320_000}),
                "2200–3200 EUR/project",
            ),
            (
                "from 12.5 GBP",
                json!({"kind":"money","currency":"GBP","per":"project","min":1250}),
                "from 12.50 GBP/project",
            ),
            (
                "up to 90000 JPY",
                json!({"kind":"money","currency":"JPY","per":"project","max":90_000}),
                "up to 90000 JPY/project",
            ),
            (
                "up to 1.005 KWD",
                json!({"kind":"money","currency":"KWD","per":"project","max":1005}),
                "up to 1.005 KWD/project",
            ),
            ("barter: bread", json!({"kind":"barter","offers":"bread"}), "barter: bread"),
            ("time: 20", json!({"kind":"time_credits","hours":20}), "time: 20 h"),
            ("time", json!({"kind":"time_credits"}), "time"),
        ] {
            assert_eq!(serde_json::to_value(parse(written).unwrap()).unwrap(), json, "{written}");
            assert_eq!(show(Some(&json)), shown);
            assert_eq!(parse(shown), parse(written), "{shown}");
        }
        assert_eq!(show(None), "unstated");
    }

    #[test]
    fn what_is_no_pay_is_told_how_to_be_written() {
        for text in [
            "",
            "45",
            "EUR",
            "45 eur",
            "45 EUR/day",
            "1.234 EUR",
            "-5 EUR",
            "1.5 JPY",
            "time: soon",
            "a-b EUR",
        ] {
            assert!(parse(text).is_err_and(|error| error.contains("45 EUR/hour")), "{text}");
        }
    }
    #[test]
    fn what_is_no_amount_is_told_why() {
        for (text, why) in [
            ("3200-2200 EUR", "lower amount stands first"),
            ("10000000000.01 EUR", "above 10000000000 EUR"),
            ("time: 0", "1 to 20000"),
            ("barter:", "1 to 500 characters"),
        ] {
            assert!(parse(text).is_err_and(|error| error.contains(why)), "{text}");
        }
    }
}
